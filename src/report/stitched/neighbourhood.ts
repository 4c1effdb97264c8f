// Everything that may hang together with an exchange: exchanges by cause and by trace id, and all spans of their traces.

import type { TraceDiff } from "../../diff/trace-diff.ts";
import type { HopTable } from "../../hops/hop-table.ts";
import type { Span } from "../../spans/span.ts";
import { MAX_STITCHED_SPANS } from "../../wire/limits.ts";
import type { HopLinks } from "./hop-links.ts";

export interface Neighbourhood {
  /** In the order of time. */
  readonly hops: readonly number[];
  readonly spans: readonly Span[];
  /** Too much hangs together (one id on everything): what lies beyond was left out. */
  readonly isCut: boolean;
}

export function neighbourhoodOf(seeds: readonly number[], traceIds: readonly string[], links: HopLinks, table: HopTable, diff: TraceDiff) {
  return new Walk(links, table, diff).from(seeds, traceIds);
}

class Walk {
  readonly #links: HopLinks;
  readonly #table: HopTable;
  readonly #diff: TraceDiff;
  readonly #hops = new Set<number>();
  readonly #traces = new Set<string>();
  readonly #spans: Span[] = [];
  readonly #waiting: number[] = [];
  #isCut = false;

  constructor(links: HopLinks, table: HopTable, diff: TraceDiff) {
    this.#links = links;
    this.#table = table;
    this.#diff = diff;
  }

  from(seeds: readonly number[], traceIds: readonly string[]): Neighbourhood {
    for (const hop of seeds) this.#reach(hop);
    for (const traceId of traceIds) this.#trace(traceId);
    for (let hop = this.#waiting.pop(); hop !== undefined; hop = this.#waiting.pop()) this.#visit(hop);
    return { hops: [...this.#hops].sort((a, b) => a - b), spans: this.#spans, isCut: this.#isCut };
  }

  #visit(hop: number): void {
    const { server, client } = this.#diff.matches.get(hop) ?? {};
    if (server !== undefined) this.#trace(server.traceId);
    if (client !== undefined) this.#trace(client.traceId);
    for (const traceId of this.#table.hop(hop).traceIds) this.#trace(traceId);
    const cause = this.#links.causeOf(hop);
    if (cause !== undefined) this.#reach(cause.hop);
    for (const caused of this.#links.causedBy(hop))
      if (!this.#hops.has(caused) && this.#links.causeOf(caused) !== undefined) this.#reach(caused);
  }

  #trace(traceId: string): void {
    if (this.#traces.has(traceId)) return;
    this.#traces.add(traceId);
    for (const span of this.#links.spansOfTrace(traceId)) {
      if (!this.#hasRoom()) return;
      this.#spans.push(span);
      const hop = this.#diff.hopOf.get(span);
      if (hop !== undefined) this.#reach(hop);
    }
    for (const hop of this.#links.hopsOfTrace(traceId)) this.#reach(hop);
  }

  #reach(hop: number): void {
    if (this.#hops.has(hop) || !this.#table.isWork(hop) || !this.#hasRoom()) return;
    this.#hops.add(hop);
    this.#waiting.push(hop);
  }

  /** A hop may add two spans. */
  #hasRoom(): boolean {
    this.#isCut ||= this.#spans.length + 2 * this.#hops.size >= MAX_STITCHED_SPANS;
    return !this.#isCut;
  }
}
