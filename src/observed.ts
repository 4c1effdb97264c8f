// What a run remembers of ended connections and of DNS, within bounds: floods of either are counted and not kept.

import type { ConnectionSummary, DnsExchange } from "./protocols/observation.ts";
import { type Anomaly, anomaly } from "./wire/anomaly.ts";
import { MAX_CONNECTIONS_KEPT, MAX_DNS_KEPT, MAX_EMPTY_CONNECTIONS_KEPT, MAX_NAMES } from "./wire/limits.ts";
import type { Emit } from "./wire/stage.ts";

export class Observed {
  readonly connections: ConnectionSummary[] = [];
  readonly dns: DnsExchange[] = [];
  readonly #emit: Emit<Anomaly>;
  /** Connections without data, by server. */
  readonly #empty = new Map<string, number>();
  readonly #said = new Set<string>();

  constructor(emit: Emit<Anomaly>) {
    this.#emit = emit;
  }

  connection(summary: ConnectionSummary): void {
    if (summary.bytes === 0 && this.#isOneOfMany(summary)) {
      this.#say(`more than ${MAX_EMPTY_CONNECTIONS_KEPT} connections without data to one server, or to more than ${MAX_NAMES} servers`);
    } else if (this.connections.length < MAX_CONNECTIONS_KEPT) this.connections.push(summary);
    else this.#say(`more than ${MAX_CONNECTIONS_KEPT} connections; later ones are read and not listed`);
  }

  answer(exchange: DnsExchange): void {
    if (this.dns.length < MAX_DNS_KEPT) this.dns.push(exchange);
    else this.#say(`more than ${MAX_DNS_KEPT} DNS exchanges; later ones name nothing`);
  }

  #isOneOfMany({ server }: ConnectionSummary): boolean {
    const key = `${server.address} ${server.port}`;
    const count = this.#empty.get(key) ?? 0;
    if (count >= MAX_EMPTY_CONNECTIONS_KEPT || (count === 0 && this.#empty.size >= MAX_NAMES)) return true;
    this.#empty.set(key, count + 1);
    return false;
  }

  #say(message: string): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    this.#emit(anomaly("limit", message, { layer: "capture" }));
  }
}
