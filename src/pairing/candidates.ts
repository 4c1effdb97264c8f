// Which incoming requests may have caused a call, by time: those that were being served from its start to its end. Where a machine's calls are seen to end
// a little after their request (another clock, a response that is sent first), or to outlive it on purpose, those too.

import type { Rows } from "./rows.ts";
import { lastAtOrBefore, SHIFTS } from "./shifts.ts";
import { NOBODY, OPEN } from "./traffic.ts";

export interface Candidates {
  readonly first: Int32Array;
  readonly rows: Int32Array;
  /** How far before its cause a call may begin, and how far beyond it end, µs. */
  readonly lead: number;
  readonly slack: number;
}

/** Candidates of one call; of more, those that came last are kept. It bounds the work for a call that goes out among thousands of requests. */
const MAX_CANDIDATES_OF_CALL = 32;
/** How far clocks and the order of sending bend the order of events on one machine: rounding, a response that goes out first. */
const SLACKS_US = [500, 250, 100, 20, 2];
/** It is systematic when so many times more lie within it than in as much again, and that often. */
const SYSTEMATIC = 4;
const MIN_SYSTEMATIC = 3;
/** Two captures' clocks agree to this; where the caller names the candidates it has seen to that. */
const GIVEN_SLACK_US = 3_000;
/** Part of an endpoint's calls without a request around them from which on they are taken to outlive it, and how long after it they may begin. */
const OUTLIVING_SHARE = 0.3;
const MIN_OUTLIVING = 5;
const OUTLIVING_US = 1_000_000;
/** How often such a call must lie nearer behind a request than the same call moved along the time axis. */
const FOLLOWING = 0.75;

/** Misses beyond it are not looked at. */
const MAX_MISS_US = 1_000;

export function findCandidates(rows: Rows): Candidates {
  if (rows.traffic.candidates !== undefined) return givenCandidates(rows);
  const strict = scan(rows, 0, 0, undefined);
  const { lead, slack } = learnSlack(rows, strict);
  const near = lead > 0 || slack > 0 ? scan(rows, lead, slack, undefined) : strict;
  const isOutliving = outlivingEndpoints(rows, near);
  return isOutliving === undefined ? near : scan(rows, lead, slack, isOutliving);
}

/** The caller knows them; they are put in order and into rows. */
function givenCandidates(rows: Rows): Candidates {
  const given = rows.traffic.candidates!;
  const place = new Int32Array(rows.inOrder.length);
  for (let row = 0; row < place.length; row++) place[rows.inOrder[row]!] = row;
  const list = new CandidateList(rows.outOrder.length);
  for (let out = 0; out < rows.outOrder.length; out++) {
    const from = rows.outOrder[out]!;
    if (rows.anchor[out]! >= 0) list.add(rows.anchor[out]!);
    else if (rows.anchor[out] === OPEN) {
      const own = Array.from(given.rows.subarray(given.first[from]!, given.first[from + 1]!), (row) => place[row]!).sort((a, b) => a - b);
      for (const row of own.slice(-MAX_CANDIDATES_OF_CALL)) list.add(row);
    }
    list.close(out);
  }
  return list.done(GIVEN_SLACK_US, GIVEN_SLACK_US);
}

function scan(rows: Rows, lead: number, slack: number, isOutliving: Uint8Array | undefined): Candidates {
  const { inStart, inEnd, outStart, outEnd, anchor } = rows;
  const list = new CandidateList(outStart.length);
  const wait = isOutliving === undefined ? slack : Math.max(slack, OUTLIVING_US);
  let open: number[] = [];
  let next = 0;
  for (let out = 0; out < outStart.length; out++) {
    const start = outStart[out]!;
    const end = outEnd[out]!;
    for (; next < inStart.length && inStart[next]! <= start + lead; next++) open.push(next);
    open = open.filter((row) => inEnd[row]! + wait >= start);
    if (anchor[out]! >= 0) list.add(anchor[out]!);
    else if (anchor[out] !== NOBODY) {
      const mayOutlive = isOutliving?.[rows.endpoint[out]!] === 1;
      const own = open.filter((row) => (mayOutlive ? start <= inEnd[row]! + wait : end <= inEnd[row]! + slack));
      for (const row of own.length > MAX_CANDIDATES_OF_CALL ? own.slice(-MAX_CANDIDATES_OF_CALL) : own) list.add(row);
    }
    list.close(out);
  }
  return list.done(lead, slack);
}

/** How far calls that no request encloses miss the nearest one, where chance alone would not put them so near. */
function learnSlack(rows: Rows, { first }: Candidates): { lead: number; slack: number } {
  const early: number[] = [];
  const late: number[] = [];
  const { inStart, inEnd, outStart, outEnd } = rows;
  let open: number[] = [];
  let next = 0;
  for (let out = 0; out < outStart.length; out++) {
    const start = outStart[out]!;
    const end = outEnd[out]!;
    for (; next < inStart.length && inStart[next]! <= start + MAX_MISS_US; next++) open.push(next);
    open = open.filter((row) => inEnd[row]! + MAX_MISS_US >= start);
    if (first[out] !== first[out + 1] || rows.anchor[out] !== OPEN) continue;
    let [before, after] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const row of open) {
      if (inStart[row]! <= start && start <= inEnd[row]!) after = Math.min(after, end - inEnd[row]!);
      else if (inStart[row]! > start && end <= inEnd[row]!) before = Math.min(before, inStart[row]! - start);
    }
    if (after < Number.POSITIVE_INFINITY) late.push(after);
    if (before < Number.POSITIVE_INFINITY) early.push(before);
  }
  return { lead: systematic(early), slack: systematic(late) };
}

/** The widest reach that holds nearly all of what is near: misses by chance, or by a sibling of the cause, spread wider. */
function systematic(misses: readonly number[]): number {
  for (const reach of SLACKS_US) {
    const near = misses.filter((miss) => miss <= reach).length;
    const next = misses.filter((miss) => miss > reach && miss <= 2 * reach).length;
    if (near >= MIN_SYSTEMATIC && near >= SYSTEMATIC * next) return reach;
  }
  return 0;
}

function outlivingEndpoints(rows: Rows, { first }: Candidates): Uint8Array | undefined {
  const total = new Int32Array(rows.endpoints);
  const alone: number[][] = Array.from({ length: rows.endpoints }, () => []);
  for (let out = 0; out < rows.endpoint.length; out++) {
    if (rows.anchor[out] !== OPEN) continue;
    total[rows.endpoint[out]!]!++;
    if (first[out] === first[out + 1]) alone[rows.endpoint[out]!]!.push(rows.outStart[out]!);
  }
  const isOutliving = new Uint8Array(rows.endpoints).map((_, e) =>
    alone[e]!.length >= MIN_OUTLIVING && alone[e]!.length >= OUTLIVING_SHARE * total[e]! && followsRequests(rows, alone[e]!) ? 1 : 0,
  );
  return isOutliving.includes(1) ? isOutliving : undefined;
}

/** Whether these moments lie nearer behind requests than any moments would: calls of a job that runs by itself do not. */
function followsRequests({ inStart, inEnd }: Rows, moments: readonly number[]): boolean {
  if (inStart.length === 0) return false;
  const ends = Float64Array.from(inEnd).sort();
  const from = Math.min(inStart[0]!, moments[0]!);
  const span = Math.max(ends.at(-1)!, moments.at(-1)!) - from + 1;
  /** µs since the newest end; 0 while something is being served, infinite before the first end. */
  const idle = (at: number): number => {
    const ended = lastAtOrBefore(ends, at) + 1;
    if (lastAtOrBefore(inStart, at) + 1 > ended) return 0;
    return ended === 0 ? Number.POSITIVE_INFINITY : at - ends[ended - 1]!;
  };
  let [nearer, compared] = [0, 0];
  for (const at of moments) {
    const own = idle(at);
    for (const shift of SHIFTS) {
      const other = idle(from + ((at - from + shift * span) % span));
      nearer += own < other ? 1 : own === other ? 0.5 : 0;
      compared++;
    }
  }
  return nearer >= FOLLOWING * compared;
}

/** Lists of rows, one behind the other. */
class CandidateList {
  readonly #first: Int32Array;
  #rows = new Int32Array(1_024);
  #length = 0;

  constructor(count: number) {
    this.#first = new Int32Array(count + 1);
  }

  add(row: number): void {
    if (this.#length === this.#rows.length) {
      const larger = new Int32Array(this.#length * 2);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    this.#rows[this.#length++] = row;
  }

  close(out: number): void {
    this.#first[out + 1] = this.#length;
  }

  done(lead: number, slack: number): Candidates {
    return { first: this.#first, rows: this.#rows.subarray(0, this.#length), lead, slack };
  }
}
