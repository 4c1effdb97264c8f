// What else than time speaks for a request as the cause of a call, as logarithms of likelihood ratios (Fellegi and Sunter 1969): how often a cause and
// its call agree in something, learnt from pairs that are sure, against how often two strangers do. Agreement in something rare says much.

import { int32Column } from "../wire/columns.ts";
import type { Candidates } from "./candidates.ts";
import type { Rows } from "./rows.ts";
import { OPEN, type PairingReason, type Requests } from "./traffic.ts";

export interface Evidence {
  /** For each entry of the candidates: the sum of all that speaks for it or against it. */
  readonly weight: Float64Array;
  /** The strongest kind that speaks for it, as an index of `EVIDENCE`; 0: none. */
  readonly kind: Uint8Array;
}

export const EVIDENCE: readonly PairingReason[] = ["timing", "request id", "same request", "body length", "connection", "retry", "path id"];

interface Agreement {
  readonly column: "target" | "pathId" | "bodyLength" | "answerLength";
  readonly kind: number;
  /** Value that means "not known". */
  readonly unknown: number;
  /** Most that an agreement counts. */
  readonly cap: number;
}

const AGREEMENTS: readonly Agreement[] = [
  { column: "target", kind: 2, unknown: 0, cap: 6 },
  { column: "pathId", kind: 6, unknown: 0, cap: 6 },
  { column: "bodyLength", kind: 3, unknown: -1, cap: 4 },
  { column: "answerLength", kind: 3, unknown: -1, cap: 4 },
];
/** Before any pair is sure one in five agrees, and this counts as much as five pairs. */
const USUAL_AGREEMENT = 0.2;
const USUAL_WEIGHT = 5;
/** Most that a disagreement counts: a client may change anything now and then. */
const MAX_AGAINST = 3;

/** Ids: near-proof of one transaction, shared among all that carry it. A proxy may make a new one, so a difference says little. */
const SAME_REQUEST_ID = 12;
const OTHER_REQUEST_ID = -1.5;
const SAME_TRACE_ID = 14;
const OTHER_TRACE_ID = -2;

/** Before any call is seen so many lose the context that their request had; this counts as much as `USUAL_WEIGHT` calls. */
const USUAL_LOSS = 0.2;

/** A connection kept for one client's connection: what is learnt from sure pairs, bounded. */
const MAX_CONNECTION = 6;
/** A call that repeats a sibling that failed belongs where the sibling does. */
const RETRY = 3;
const RETRY_WITHIN_US = 1_000_000;
const FAILED = 500;

export function weighEvidence(rows: Rows, candidates: Candidates): Evidence {
  const evidence = { weight: new Float64Array(candidates.rows.length), kind: new Uint8Array(candidates.rows.length) };
  const weigher = new Weigher(rows, candidates, evidence);
  const { incoming, outgoing } = rows.traffic;
  if (has(incoming, outgoing, "requestId")) weigher.requestIds();
  if (has(incoming, outgoing, "traceId")) weigher.traceIds();
  for (const agreement of AGREEMENTS) if (has(incoming, outgoing, agreement.column)) weigher.agreement(agreement);
  if (has(incoming, outgoing, "connection")) weigher.connections();
  if (outgoing.status !== undefined && outgoing.target !== undefined) weigher.retries();
  return evidence;
}

type Column = "requestId" | "traceId" | "target" | "pathId" | "bodyLength" | "answerLength" | "connection";

function has(incoming: Requests, outgoing: Requests, column: Column): boolean {
  return incoming[column] !== undefined && outgoing[column] !== undefined;
}

/** By call, and by request. */
interface Columns {
  readonly mine: Int32Array;
  readonly theirs: Int32Array;
}

class Weigher {
  readonly #rows: Rows;
  readonly #candidates: Candidates;
  readonly #evidence: Evidence;
  /** Weight of the kind that is named for each entry. */
  readonly #strongest: Float64Array;

  constructor(rows: Rows, candidates: Candidates, evidence: Evidence) {
    this.#rows = rows;
    this.#candidates = candidates;
    this.#evidence = evidence;
    this.#strongest = new Float64Array(evidence.weight.length);
  }

  requestIds(): void {
    const columns = this.#columns("requestId");
    this.#ids(columns, (out) => columns.mine[out] !== 0, SAME_REQUEST_ID, OTHER_REQUEST_ID);
  }

  traceIds(): void {
    const columns = this.#columns("traceId");
    const { mine } = columns;
    const came = new Set(columns.theirs);
    this.#ids(columns, (out) => mine[out] !== 0 && came.has(mine[out]!), SAME_TRACE_ID, OTHER_TRACE_ID);
    this.#begunTraces(columns, (out) => mine[out] !== 0 && !came.has(mine[out]!));
  }

  #ids({ mine, theirs }: Columns, isAsked: (out: number) => boolean, same: number, other: number): void {
    const { first, rows } = this.#candidates;
    for (let out = 0; out < mine.length; out++) {
      if (!isAsked(out)) continue;
      let sharing = 0;
      for (let entry = first[out]!; entry < first[out + 1]!; entry++) if (theirs[rows[entry]!] === mine[out]) sharing++;
      for (let entry = first[out]!; entry < first[out + 1]!; entry++) {
        const id = theirs[rows[entry]!]!;
        if (id !== 0) this.#add(entry, id === mine[out] ? same - Math.log(sharing) : other, 1);
      }
    }
  }

  /**
   * A trace that never came in was begun for a request without one, or for one whose context got lost. How many were lost is told by the numbers alone:
   * requests without a context make calls of a route as often as others do, and begin no more traces than that.
   */
  #begunTraces({ mine, theirs }: Columns, isBegun: (out: number) => boolean): void {
    const { first, rows } = this.#candidates;
    const { endpoint, endpoints } = this.#rows;
    const calls = new Float64Array(endpoints);
    const begun = new Float64Array(endpoints);
    for (let out = 0; out < mine.length; out++) {
      if (mine[out] === 0) continue;
      calls[endpoint[out]!]!++;
      if (isBegun(out)) begun[endpoint[out]!]!++;
    }
    const withContext = theirs.reduce((n, id) => n + (id === 0 ? 0 : 1), 0) / Math.max(1, theirs.length);
    const ratios = calls.map((all, e) => {
      const lost = Math.max(0, begun[e]! - all * (1 - withContext));
      return Math.min(MAX_AGAINST, Math.log((all * withContext + USUAL_WEIGHT) / (lost + USUAL_LOSS * USUAL_WEIGHT)));
    });
    for (let out = 0; out < mine.length; out++) {
      if (!isBegun(out)) continue;
      for (let entry = first[out]!; entry < first[out + 1]!; entry++)
        if (theirs[rows[entry]!] === 0) this.#add(entry, ratios[endpoint[out]!]!, 0);
    }
  }

  agreement({ column, kind, unknown, cap }: Agreement): void {
    const { mine, theirs } = this.#columns(column);
    const { first, rows } = this.#candidates;
    const frequency = new Map<number, number>();
    for (const value of theirs) frequency.set(value, (frequency.get(value) ?? 0) + 1);
    const chance = (value: number) => ((frequency.get(value) ?? 0) + 0.5) / (theirs.length + 1);
    const { endpoint, endpoints } = this.#rows;
    const agreed = new Float64Array(endpoints).fill(USUAL_AGREEMENT * USUAL_WEIGHT);
    const sure = new Float64Array(endpoints).fill(USUAL_WEIGHT);
    const byChance = new Float64Array(endpoints);
    for (let out = 0; out < mine.length; out++) {
      if (!this.#isSure(out) || mine[out] === unknown || theirs[rows[first[out]!]!] === unknown) continue;
      const route = endpoint[out]!;
      sure[route]!++;
      byChance[route]! += chance(mine[out]!);
      if (theirs[rows[first[out]!]!] === mine[out]) agreed[route]!++;
    }
    for (let out = 0; out < mine.length; out++) {
      // Where there is one candidate there is nothing to weigh.
      if (mine[out] === unknown || first[out + 1]! - first[out]! < 2) continue;
      const route = endpoint[out]!;
      const share = agreed[route]! / (sure[route]! + 1);
      const other = Math.max(-MAX_AGAINST, Math.min(0, Math.log((1 - share) / (1 - Math.min(0.9, byChance[route]! / sure[route]!)))));
      for (let entry = first[out]!; entry < first[out + 1]!; entry++) {
        const value = theirs[rows[entry]!]!;
        if (value === unknown) continue;
        const same = Math.max(0, Math.min(cap, Math.log(share / chance(value))));
        this.#add(entry, value === mine[out] ? same : other, kind);
      }
    }
  }

  connections(): void {
    const { mine, theirs } = this.#columns("connection");
    const { first, rows } = this.#candidates;
    const together = new Map<number, Map<number, number>>();
    const served = new Map<number, number>();
    for (const connection of theirs) served.set(connection, (served.get(connection) ?? 0) + 1);
    for (let out = 0; out < mine.length; out++) {
      if (!this.#isSure(out) || mine[out] === 0) continue;
      const counts = together.get(mine[out]!) ?? new Map<number, number>();
      together.set(mine[out]!, counts);
      const connection = theirs[rows[first[out]!]!]!;
      counts.set(connection, (counts.get(connection) ?? 0) + 1);
    }
    for (let out = 0; out < mine.length; out++) {
      const counts = together.get(mine[out]!);
      // The pair itself taught this: it must not prove itself.
      if (counts === undefined || this.#isSure(out)) continue;
      let total = 0;
      for (const count of counts.values()) total += count;
      for (let entry = first[out]!; entry < first[out + 1]!; entry++) {
        const connection = theirs[rows[entry]!]!;
        if (connection === 0) continue;
        const usual = (served.get(connection) ?? 0) / theirs.length;
        const ratio = Math.log(((counts.get(connection) ?? 0) + usual) / (total + 1) / usual);
        this.#add(entry, Math.max(-MAX_CONNECTION, Math.min(MAX_CONNECTION, ratio)), 4);
      }
    }
  }

  retries(): void {
    const { outStart, outEnd, outOrder, traffic, endpoint } = this.#rows;
    const { first, rows } = this.#candidates;
    const { target, status, bodyLength } = traffic.outgoing;
    const failed = new Map<number, number>();
    for (let out = 0; out < outStart.length; out++) {
      const row = outOrder[out]!;
      const key = target![row]!;
      if (key === 0) continue;
      const before = failed.get(key);
      const isRetry =
        before !== undefined &&
        endpoint[before] === endpoint[out] &&
        outEnd[before]! <= outStart[out]! &&
        outStart[out]! - outEnd[before]! < RETRY_WITHIN_US &&
        bodyLength?.[outOrder[before]!] === bodyLength?.[row];
      if (isRetry && this.#isSure(before)) {
        const sibling = rows[first[before]!];
        for (let entry = first[out]!; entry < first[out + 1]!; entry++) if (rows[entry] === sibling) this.#add(entry, RETRY, 5);
      }
      if (status![row]! >= FAILED || status![row] === 0) failed.set(key, out);
      else failed.delete(key);
    }
  }

  /** An anchor or the only candidate. */
  #isSure(out: number): boolean {
    const { first } = this.#candidates;
    return first[out + 1]! - first[out]! === 1 && (this.#rows.anchor[out]! >= 0 || this.#rows.anchor[out] === OPEN);
  }

  #columns(column: Column): Columns {
    const { traffic, inOrder, outOrder } = this.#rows;
    const incoming = traffic.incoming[column]!;
    const outgoing = traffic.outgoing[column]!;
    return {
      mine: int32Column(outOrder.length, (out) => outgoing[outOrder[out]!]!),
      theirs: int32Column(inOrder.length, (row) => incoming[inOrder[row]!]!),
    };
  }

  #add(entry: number, ratio: number, kind: number): void {
    this.#evidence.weight[entry]! += ratio;
    if (ratio <= this.#strongest[entry]!) return;
    this.#strongest[entry] = ratio;
    this.#evidence.kind[entry] = kind;
  }
}
