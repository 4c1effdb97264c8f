// Exchanges seen from several vantage points become one: same addresses, and the same sequence number of the request's first byte (or of the
// response's, where a capture lacks the request). So do those that address translation shows under two pairs of addresses.
// Loopback of two machines is never joined.

import { Interned } from "../wire/columns.ts";
import { formatEndpoint } from "../wire/endpoint.ts";
import { PairTable } from "../wire/pair-table.ts";
import type { Ends } from "./connection-ends.ts";
import type { ExchangeTable } from "./exchange-table.ts";
import { isOnLoopback } from "./loopbacks.ts";
import { Translations } from "./translations.ts";

const NOTHING = -1;
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
    const translations = new Translations(table);
    if (vantagePoints <= 1 && translations.isEmpty) {
      this.groups = table.size;
      return;
    }
    const joined = join(table, loopbacks, translations);
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

function join(table: ExchangeTable, loopbacks: Int32Array, translations: Translations) {
  const first = new Int32Array(table.size);
  const last = new Int32Array(table.size);
  const next = new Int32Array(table.size).fill(NOTHING);
  const names = new Interned<string>();
  const nameOfEnds = Int32Array.from(table.ends, (ends) => names.number(endsName(ends, loopbacks)));
  /** By ends and sequence number, of requests and of responses. */
  const known = new PairTable(table.size);
  /** By sequence number and stream, whatever the ends: the group that came last. */
  const asked = new PairTable();
  const answered = new PairTable();
  const isSame = (row: number, other: number) => translations.isSame(row, other);
  let groups = 0;
  for (let row = 0; row < table.size; row++) {
    const ends = nameOfEnds[table.endsOf[row]!]! * 2;
    const number = table.stream[row]!;
    const stream = Math.imul(number, SPREAD);
    const request = table.hasRequest(row) ? table.requestSequence[row]! : undefined;
    const response = table.hasResponse(row) ? table.responseSequence[row]! : undefined;
    const found = [
      request === undefined ? NOTHING : known.get(ends, request + stream),
      response === undefined ? NOTHING : known.get(ends + 1, response + stream),
    ];
    let group = found.find((g) => g !== NOTHING && isSightingOf(table, row, first[g]!, next, isSame)) ?? NOTHING;
    if (group === NOTHING && !translations.isEmpty) {
      const elsewhere = [
        request === undefined ? NOTHING : asked.get(request, number),
        response === undefined ? NOTHING : answered.get(response, number),
      ];
      group = elsewhere.find((g) => g !== NOTHING && isSame(row, first[g]!)) ?? NOTHING;
    }
    if (group === NOTHING) {
      group = groups++;
      first[group] = row;
    } else next[last[group]!] = row;
    last[group] = row;
    if (request !== undefined) known.set(ends, request + stream, group);
    if (response !== undefined) known.set(ends + 1, response + stream, group);
    if (translations.isEmpty) continue;
    if (request !== undefined) asked.set(request, number, group);
    if (response !== undefined) answered.set(response, number, group);
  }
  return { groups, first, next };
}

/** A second one with the same ends from the same vantage point is another exchange (a port used again); so is one of another stream. */
function isSightingOf(
  table: ExchangeTable,
  row: number,
  firstOfGroup: number,
  next: Int32Array,
  isTranslated: (row: number, other: number) => boolean,
): boolean {
  if (table.stream[firstOfGroup] !== table.stream[row]) return false;
  for (let other = firstOfGroup; other !== NOTHING; other = next[other]!)
    if (table.vantageOf(other) === table.vantageOf(row) && !isTranslated(row, other)) return false;
  return true;
}

function endsName(ends: Ends, loopbacks: Int32Array): string {
  const scope = isOnLoopback(ends) ? ` ${loopbacks[ends.vantage]}` : "";
  return `${formatEndpoint(ends.client)} ${formatEndpoint(ends.server)}${scope}`;
}
