// Which exchange is taken for the cause of which when traces are put together again, and how both are found from a trace id.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { CallsOfRequests } from "../../hops/calls-of-requests.ts";
import { INFERRED, NO_PARENT, type ParentLink } from "../../hops/hop.ts";
import type { HopTable } from "../../hops/hop-table.ts";
import { isSameTrace } from "../../propagation/same-trace.ts";
import type { Span } from "../../spans/span.ts";
import { groupBy } from "../../wire/group-by.ts";
import type { Breaks } from "./breaks.ts";

/** An inferred parent below it is less likely than any other: the exchange stays where its ids put it. */
const LIKELIER_THAN_NOT = 0.5;

export class HopLinks {
  readonly #inspection: Inspection;
  readonly #table: HopTable;
  readonly #breaks: Breaks;
  readonly #spansOf: ReadonlyMap<string, readonly Span[]>;
  readonly #calls: CallsOfRequests;
  /** By number of a trace id: where its identities begin in `#hopsByTrace`. */
  readonly #traceStart: Uint32Array;
  readonly #hopsByTrace: Uint32Array;

  constructor(inspection: Inspection, breaks: Breaks) {
    const { table } = inspection.graph;
    this.#inspection = inspection;
    this.#table = table;
    this.#breaks = breaks;
    this.#spansOf = groupBy(inspection.diff.index.spans, ({ traceId }) => traceId);
    this.#calls = new CallsOfRequests(table.size);
    for (let hop = 0; hop < table.size; hop++) if (table.parent[hop] !== NO_PARENT) this.#calls.add(table.parent[hop]!, hop);
    [this.#traceStart, this.#hopsByTrace] = sortByTrace(table);
  }

  spansOfTrace(traceId: string): readonly Span[] {
    return this.#spansOf.get(traceId) ?? [];
  }

  *hopsOfTrace(traceId: string): Iterable<number> {
    const trace = this.#table.exchanges.identities.traceIds.find(traceId);
    if (trace < 0) return;
    for (let i = this.#traceStart[trace]!; i < this.#traceStart[trace + 1]!; i++) yield this.#hopsByTrace[i]!;
  }

  /** Exchanges whose `causeOf` this may be. */
  causedBy(hop: number): Iterable<number> {
    return this.#calls.of(hop);
  }

  /** The exchange below which this one belongs; undefined where none is known, or where another trace was begun by right. */
  causeOf(hop: number): ParentLink | undefined {
    const { parent, purpose } = this.#table.hop(hop);
    if (parent === undefined || purpose !== "work") return undefined;
    if (INFERRED.has(parent.because) && parent.confidence < LIKELIER_THAN_NOT) return undefined;
    return this.isInTrace(hop, parent.hop) || this.#breaks.has(hop) || this.#carriesNothing(parent.hop) ? parent : undefined;
  }

  /** Whether ids alone say that an exchange is of its cause's trace. */
  isInTrace(hop: number, cause: number): boolean {
    const { client } = this.#inspection.diff.matches.get(hop) ?? {};
    const { server } = this.#inspection.diff.matches.get(cause) ?? {};
    const own = [...this.#table.hop(hop).reading.identities, ...(client === undefined ? [] : [client])];
    const before = [...this.#table.hop(cause).reading.identities, ...(server === undefined ? [] : [server])];
    return own.some((id) => before.some((other) => isSameTrace(spelt(id), spelt(other))));
  }

  #carriesNothing(hop: number): boolean {
    return this.#table.hop(hop).traceIds.length === 0 && this.#inspection.diff.matches.get(hop)?.server === undefined;
  }
}

function spelt(id: { readonly traceId: string; readonly format?: string }) {
  return { traceId: id.traceId, format: id.format };
}

/** A counting sort: hops by the numbers of the trace ids that they name. */
function sortByTrace({ size, row, exchanges }: HopTable): [Uint32Array, Uint32Array] {
  const { readings, identities } = exchanges;
  const start = new Uint32Array(identities.traceIds.size + 1);
  let all = 0;
  for (let hop = 0; hop < size; hop++) {
    for (let i = readings.first(row[hop]!); i < readings.end(row[hop]!); i++, all++) {
      const next = identities.trace[i]! + 1;
      start[next] = start[next]! + 1;
    }
  }
  for (let trace = 1; trace < start.length; trace++) start[trace] = start[trace]! + start[trace - 1]!;
  const at = start.slice();
  const hops = new Uint32Array(all);
  for (let hop = 0; hop < size; hop++) {
    for (let i = readings.first(row[hop]!); i < readings.end(row[hop]!); i++) {
      const trace = identities.trace[i]!;
      hops[at[trace]!] = hop;
      at[trace] = at[trace]! + 1;
    }
  }
  return [start, hops];
}
