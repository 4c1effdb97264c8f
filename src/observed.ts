// What a run remembers of connections, DNS, TLS handshakes and span exports, within bounds: floods of them are counted and not kept.

import type { ConnectionSummary, DnsExchange, SpanExport, TlsHandshake } from "./protocols/observation.ts";
import { type Anomaly, anomaly } from "./wire/anomaly.ts";
import { MAX_CONNECTIONS_KEPT, MAX_DNS_KEPT, MAX_EMPTY_CONNECTIONS_KEPT, MAX_EXPORTS_KEPT, MAX_NAMES } from "./wire/limits.ts";
import type { Emit } from "./wire/stage.ts";

export class Observed {
  readonly connections: ConnectionSummary[] = [];
  readonly dns: DnsExchange[] = [];
  readonly exports: SpanExport[] = [];
  readonly tls: TlsHandshake[] = [];
  readonly #emit: Emit<Anomaly>;
  /** Connections without data, by server. */
  readonly #empty = new Map<string, number>();
  readonly #said = new Set<string>();

  constructor(emit: Emit<Anomaly>) {
    this.#emit = emit;
  }

  add(observation: ConnectionSummary | DnsExchange | SpanExport | TlsHandshake): void {
    switch (observation.kind) {
      case "connection":
        this.#connection(observation);
        break;
      case "dns":
        if (this.dns.length < MAX_DNS_KEPT) this.dns.push(observation);
        else this.#say(`more than ${MAX_DNS_KEPT} DNS exchanges; later ones name nothing`);
        break;
      case "export":
        if (this.exports.length < MAX_EXPORTS_KEPT) this.exports.push(observation);
        else this.#say(`more than ${MAX_EXPORTS_KEPT} span exports; later ones explain nothing`);
        break;
      case "tls":
        if (this.tls.length < MAX_CONNECTIONS_KEPT) this.tls.push(observation);
        else this.#say(`more than ${MAX_CONNECTIONS_KEPT} TLS connections; later ones are read and not listed`);
        break;
      default:
        observation satisfies never;
    }
  }

  #connection(summary: ConnectionSummary): void {
    if (summary.bytes === 0 && this.#isOneOfMany(summary)) {
      this.#say(`more than ${MAX_EMPTY_CONNECTIONS_KEPT} connections without data to one server, or to more than ${MAX_NAMES} servers`);
    } else if (this.connections.length < MAX_CONNECTIONS_KEPT) this.connections.push(summary);
    else this.#say(`more than ${MAX_CONNECTIONS_KEPT} connections; later ones are read and not listed`);
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
