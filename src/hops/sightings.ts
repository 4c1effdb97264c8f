// Exchanges seen from several vantage points become one: same addresses, and the same sequence number of the request's first byte (or of the
// response's, where a capture lacks the request). So do those that address translation shows under two pairs of addresses, by both sequence numbers.
// Loopback of two machines is never joined.

import { Interned } from "../wire/columns.ts";
import { formatEndpoint, isLoopback } from "../wire/endpoint.ts";
import { PairTable } from "../wire/pair-table.ts";
import { MILLISECOND, SECOND } from "../wire/timestamp.ts";
import { type Ends, isSameEnd } from "./connection-ends.ts";
import type { ExchangeTable } from "./exchange-table.ts";
import { isOnLoopback } from "./loopbacks.ts";

const NOTHING = -1;
/** One capture shows a packet again behind its translation within this time. */
const FORWARDED_WITHIN_US = 50 * MILLISECOND;
/** Clocks of two machines are apart by less. */
const APART_WITHIN_US = 60 * SECOND;
/** 2^32 divided by the golden ratio: neighbouring stream numbers lie far apart (Fibonacci hashing). */
const SPREAD = 0x9e3779b1;

/** Groups of rows that show one exchange each, in the order of their first rows. */
export class Sightings {
  readonly groups: number;
  /** First and last row by group; undefined where every group is the row of its number. */
  readonly #first: Int32Array | undefined;
  /** The next row of the same group, or -1. */
  readonly #next: Int32Array | undefined;

  /** `loopbacks`: the machine of every vantage point's loopback. */
  constructor(table: ExchangeTable, vantagePoints: number, loopbacks: Int32Array) {
    if (vantagePoints <= 1 && !hasTranslation(table)) {
      this.groups = table.size;
      return;
    }
    const joined = join(table, loopbacks);
    this.groups = joined.groups;
    this.#first = joined.first;
    this.#next = joined.next;
  }

  /** Whether every group is the row of its number. */
  get isOneEach(): boolean {
    return this.#first === undefined;
  }

  first(group: number): number {
    return this.#first === undefined ? group : this.#first[group]!;
  }

  /** The next row of the same exchange, or -1. */
  next(row: number): number {
    return this.#next === undefined ? NOTHING : this.#next[row]!;
  }

  isAlone(group: number): boolean {
    return this.next(this.first(group)) === NOTHING;
  }

  rows(group: number): number[] {
    const rows: number[] = [];
    for (let row = this.first(group); row !== NOTHING; row = this.next(row)) rows.push(row);
    return rows;
  }

  /** The row that shows most: the whole head, then the earliest request (nearest to the sender). */
  best(group: number, table: ExchangeTable, clocks: readonly number[]): number {
    let best = this.first(group);
    for (let row = this.next(best); row !== NOTHING; row = this.next(row)) {
      const difference = rank(table, row) - rank(table, best);
      if (difference < 0 || (difference === 0 && startOf(table, row, clocks) < startOf(table, best, clocks))) best = row;
    }
    return best;
  }
}

/** Groups in the order of their starts, and by group when any vantage point saw it first, µs on the clock of the run. */
export interface Timeline {
  readonly order: Uint32Array;
  readonly starts: Float64Array;
}

/** When a row began, on the clock of the run. */
export function startOf(table: ExchangeTable, row: number, clocks: readonly number[]): number {
  const at = table.hasRequest(row) ? table.requestStart[row]! : table.hasResponse(row) ? table.responseStart[row]! : 0;
  return at - (clocks[table.vantageOf(row)] ?? 0);
}

function rank(table: ExchangeTable, row: number): number {
  return table.isWhole(row) ? 0 : table.hasRequest(row) ? 1 : 2;
}

/** Whether a connection is seen under two pairs of addresses: then single exchanges are looked at, also of one vantage point. */
function hasTranslation(table: ExchangeTable): boolean {
  const seen = new Uint8Array(table.ends.length);
  const known = new PairTable();
  for (let row = 0; row < table.size; row++) {
    const ends = table.endsOf[row]!;
    if (seen[ends] === 1 || !isTellingAll(table, row)) continue;
    seen[ends] = 1;
    const other = known.get(table.requestSequence[row]!, table.responseSequence[row]!);
    if (other >= 0 && isTranslated(table, row, other)) return true;
    known.set(table.requestSequence[row]!, table.responseSequence[row]!, row);
  }
  return false;
}

function join(table: ExchangeTable, loopbacks: Int32Array) {
  const first = new Int32Array(table.size);
  const last = new Int32Array(table.size);
  const next = new Int32Array(table.size).fill(NOTHING);
  const names = new Interned<string>();
  const nameOfEnds = Int32Array.from(table.ends, (ends) => names.number(endsName(ends, loopbacks)));
  const known = new PairTable(table.size);
  /** By the sequence numbers of request and response: the group that came last. */
  const bySequences = new PairTable(table.size);
  let groups = 0;
  for (let row = 0; row < table.size; row++) {
    const ends = nameOfEnds[table.endsOf[row]!]! * 2;
    const stream = Math.imul(table.stream[row]!, SPREAD);
    const asked = table.hasRequest(row) ? known.get(ends, table.requestSequence[row]! + stream) : NOTHING;
    const answered = table.hasResponse(row) ? known.get(ends + 1, table.responseSequence[row]! + stream) : NOTHING;
    let group = [asked, answered].find((g) => g !== NOTHING && isSightingOf(table, row, first[g]!, next)) ?? NOTHING;
    const isTelling = isTellingAll(table, row);
    if (group === NOTHING && isTelling) {
      const other = bySequences.get(table.requestSequence[row]! + stream, table.responseSequence[row]!);
      if (other !== NOTHING && isTranslated(table, row, first[other]!)) group = other;
    }
    if (group === NOTHING) {
      group = groups++;
      first[group] = row;
    } else next[last[group]!] = row;
    last[group] = row;
    if (table.hasRequest(row)) known.set(ends, table.requestSequence[row]! + stream, group);
    if (table.hasResponse(row)) known.set(ends + 1, table.responseSequence[row]! + stream, group);
    if (isTelling) bySequences.set(table.requestSequence[row]! + stream, table.responseSequence[row]!, group);
  }
  return { groups, first, next };
}

/** A second one with the same ends from the same vantage point is another exchange (a port used again); so is one of another stream. */
function isSightingOf(table: ExchangeTable, row: number, firstOfGroup: number, next: Int32Array): boolean {
  if (table.stream[firstOfGroup] !== table.stream[row]) return false;
  for (let other = firstOfGroup; other !== NOTHING; other = next[other]!)
    if (table.vantageOf(other) === table.vantageOf(row) && !isTranslated(table, row, other)) return false;
  return true;
}

function isTellingAll(table: ExchangeTable, row: number): boolean {
  return table.isWhole(row) && table.hasResponse(row);
}

/**
 * Address translation (a service address, a node port) leaves sequence numbers and bytes as they are: both numbers and the request are the same, and the
 * addresses are not. A proxy has a connection of its own, with other numbers.
 */
function isTranslated(table: ExchangeTable, row: number, other: number): boolean {
  const a = table.ends.at(table.endsOf[row]!);
  const b = table.ends.at(table.endsOf[other]!);
  if (isSameEnd(a.client, b.client) && isSameEnd(a.server, b.server)) return false;
  return (
    !isLoopback(a.client.address) &&
    !isLoopback(b.client.address) &&
    table.requestSequence[row] === table.requestSequence[other] &&
    table.responseSequence[row] === table.responseSequence[other] &&
    table.stream[row] === table.stream[other] &&
    table.targetHash[row] === table.targetHash[other] &&
    table.method[row] === table.method[other] &&
    table.host[row] === table.host[other] &&
    table.status[row] === table.status[other] &&
    table.headLength(row) === table.headLength(other) &&
    isAtOneTime(table, row, other)
  );
}

/** One clock shows both within the time that forwarding takes; two clocks may be apart. */
function isAtOneTime(table: ExchangeTable, row: number, other: number): boolean {
  const apart = Math.abs(table.requestStart[row]! - table.requestStart[other]!);
  return apart <= (table.vantageOf(row) === table.vantageOf(other) ? FORWARDED_WITHIN_US : APART_WITHIN_US);
}

function endsName(ends: Ends, loopbacks: Int32Array): string {
  const scope = isOnLoopback(ends) ? ` ${loopbacks[ends.vantage]}` : "";
  return `${formatEndpoint(ends.client)} ${formatEndpoint(ends.server)}${scope}`;
}
