// Reads the features of a hop from the columns: on a faulty edge that is done for every exchange.

import type { TraceDiff } from "../diff/trace-diff.ts";
import { NO_PARENT } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import type { FeatureCounts, Features } from "./features.ts";
import type { Judgement } from "./judgement.ts";
import type { RouteNames } from "./route.ts";
import type { EdgeTally, FaultTally, Kind } from "./tally.ts";
import type { Verdict } from "./verdict.ts";
import type { View } from "./view.ts";

/** Shapes of trace ids that software is known to trip over (a dropped zero is one id in 16). */
export const LEADING_ZERO = "leading zero";
export const HALF = "64 bits";
const USUAL = "";

/** Which exchanges of an edge show that a fault was not inevitable. */
export type Control = "carried" | "joined" | "recorded";

/**
 * For a fault of this verdict:
 * - `carried`: a context came and went on
 * - `joined`: the receiver's SERVER span lies in the trace on the wire
 * - `recorded`: the receiver has a SERVER span
 */
export function controlOf(verdict: Verdict): Control | undefined {
  if (verdict === "ignored") return "joined";
  if (verdict === "unrecorded") return "recorded";
  return verdict === "not-observable" || verdict === "misattributed" ? undefined : "carried";
}

/** Where an exchange of this kind without a fault is counted, of the controls that are asked for. `isBegun`: nothing came that could have been carried on. */
export function controlsFor(
  { outcome, hasContext, isRecorded }: Kind,
  isBegun: boolean,
  edge: EdgeTally,
  wanted: ReadonlySet<Control>,
): FeatureCounts[] {
  const own: FeatureCounts[] = [];
  if (wanted.has("carried") && outcome === "continued" && hasContext && !isBegun) own.push(edge.controls.carried);
  if (wanted.has("joined") && isRecorded && hasContext) own.push(edge.controls.joined);
  if (wanted.has("recorded") && isRecorded) own.push(edge.controls.recorded);
  return own;
}

export class HopFeatures {
  readonly #table: HopTable;
  readonly #matches: TraceDiff["matches"];
  readonly #routes: RouteNames;

  constructor({ table, diff }: View, routes: RouteNames) {
    this.#table = table;
    this.#matches = diff.matches;
    this.#routes = routes;
  }

  /** Counts a faulty exchange where its faults are counted, and on its edge for what was right about it, or could not go wrong. */
  countFaulty(
    { hop: { index }, outcome, hasContext, isRecorded, faults }: Judgement,
    route: number,
    edge: EdgeTally,
    counted: readonly FaultTally[],
  ): void {
    const isBegun = this.countSpared(index, edge);
    const grave = counted.filter(({ like }) => like.severity !== "note");
    if (grave.length === 0) return;
    const own = grave.map(({ features }) => features);
    const broken = new Set(grave.map(({ verdict }) => controlOf(verdict)));
    if (outcome === "continued" && hasContext && !isBegun && !broken.has("carried")) own.push(edge.controls.carried);
    if (isRecorded && hasContext && !broken.has("joined")) own.push(edge.controls.joined);
    if (isRecorded) own.push(edge.controls.recorded);
    const cause = faults.find(({ parent }) => parent !== undefined)?.parent;
    this.count(index, route, cause === undefined ? NO_PARENT : cause.index, own);
  }

  /** Counts an exchange that had nothing to lose. Returns whether what caused it, as far as that is known, came without any context. */
  countSpared(hop: number, edge: EdgeTally): boolean {
    const isBegun = this.#isBegun(hop);
    if (isBegun) edge.begun++;
    if (this.#table.exchanges.readings.isUnsampled(this.#table.row[hop]!)) edge.unsampled++;
    return isBegun;
  }

  #isBegun(hop: number): boolean {
    const { exchanges, row } = this.#table;
    const cause = this.#causeOf(hop, NO_PARENT);
    if (cause === NO_PARENT || exchanges.readings.hasFields(row[cause]!)) return false;
    // A trace that its sender's SERVER span began could have been lost as well.
    const server = this.#matches.get(cause)?.server;
    return server === undefined || !exchanges.readings.traceIds(row[hop]!).includes(server.traceId);
  }

  /** `route`: its number. `cause`: the hop that caused it, where the table does not tell; else `NO_PARENT`. */
  count(hop: number, route: number, cause: number, counts: readonly FeatureCounts[]): void {
    let features: Features | undefined;
    for (const one of counts) {
      const weight = one.weightOf(hop);
      if (weight === 0) continue;
      features ??= this.#of(hop, route, cause);
      one.add(features, weight);
    }
  }

  #of(hop: number, route: number, cause: number): Features {
    const { exchanges, row, startedAt } = this.#table;
    const own = row[hop]!;
    const parent = this.#causeOf(hop, cause);
    return {
      route: this.#routes.name(route),
      cause: parent === NO_PARENT ? "" : this.#routes.of(parent),
      spelling: exchanges.readings.spelling(own),
      protocol: exchanges.protocol(own),
      id: this.#idShape(parent, own),
      pod: this.#matches.get(hop)?.server?.resource.pod ?? "",
      headLength: exchanges.headLength(own),
      bodyLength: Math.max(0, exchanges.requestBodyLength(own)),
      causeHeadLength: parent === NO_PARENT ? 0 : exchanges.headLength(row[parent]!),
      causeBodyLength: parent === NO_PARENT ? 0 : Math.max(0, exchanges.requestBodyLength(row[parent]!)),
      at: startedAt[hop]!,
    };
  }

  #causeOf(hop: number, cause: number): number {
    if (cause !== NO_PARENT) return cause;
    const parent = this.#table.parent[hop]!;
    if (parent !== NO_PARENT) return parent;
    const candidates = this.#table.candidates(hop);
    return candidates.length === 1 ? candidates[0]! : NO_PARENT;
  }

  /** Of the id that should have gone on. */
  #idShape(parent: number, own: number): string {
    const { readings, identities } = this.#table.exchanges;
    const row = parent !== NO_PARENT && readings.hasContext(this.#table.row[parent]!) ? this.#table.row[parent]! : own;
    if (!readings.hasContext(row)) return USUAL;
    const id = identities.trace[readings.first(row)]!;
    const { traceIds } = identities;
    if (traceIds.word(id, 0) === 0 && traceIds.word(id, 1) === 0) return HALF;
    return traceIds.word(id, 0) < LEADING_DIGIT ? LEADING_ZERO : USUAL;
  }
}

/** The smallest word of eight digits whose first is not zero. */
const LEADING_DIGIT = 0x1000_0000;
