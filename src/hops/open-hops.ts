// The exchanges that machines are serving at a moment of packet time, found by trace, by what they ask for, or all of them.

import { Interned } from "../wire/columns.ts";
import { MAX_CANDIDATES, MAX_OPEN_OF_TRACE } from "../wire/limits.ts";
import { OPEN_ENDED_US } from "./hop.ts";
import type { HopTable } from "./hop-table.ts";
import { OpenChains } from "./open-chains.ts";
import { TraceChains } from "./trace-chains.ts";

/** Between two vantage points an exchange may seem to end a little before a call that it caused. */
const TOLERANCE_US = 2_000;
/** A shorter request id is a counter or a word, and proves nothing. */
const MIN_REQUEST_ID = 8;
const UUID_LENGTH = 36;

const NOTHING = -1;
export const NO_REQUEST_ID = NOTHING;

/** A list that was swept is looked at again when it has grown by so many. */
const SWEEP_EVERY = 2_048;

/**
 * What each machine received and has not answered. Hops MUST be added, and asked for, in the order of their starts: what is over once is over for all
 * that follow, and is forgotten. Results go into `found`, newest first (`all`: oldest first), and their count is returned; of a crowd only a part is found, or nothing.
 */
export class OpenHops {
  readonly found = new Int32Array(MAX_CANDIDATES + 1);
  readonly #table: HopTable;
  /** Of all machines: a trace has few hops. */
  readonly #byTrace: TraceChains;
  readonly #byTarget: OpenChains;
  readonly #byRequestId: OpenChains;
  readonly #requestIds = new Interned<string>();
  /** By machine: 1 where it sends anything; what the others receive causes nothing that could be seen. */
  readonly #isSending: Uint8Array;
  readonly #isReceiving: Uint8Array;
  /** By hop: when it was answered, or is taken to have been. */
  readonly #endedAt: Float64Array;
  /** Whether any process of it may be the caller: nobody asks then what all of them are serving. */
  readonly #isShared: Uint8Array;
  /** By machine, in the order of their starts: what is open, and what was until a short time ago. */
  readonly #all: number[][] = [];
  /** By machine: how long its list was when it was swept last. */
  readonly #swept: number[] = [];

  constructor(table: HopTable) {
    this.#table = table;
    const { identities } = table.exchanges;
    this.#byTrace = new TraceChains(identities);
    const isOver = (hop: number, at: number) => this.isOver(hop, at);
    this.#byTarget = new OpenChains(isOver);
    this.#byRequestId = new OpenChains(isOver);
    this.#endedAt = table.hasOpenEnds ? likelyEnds(table) : table.endedAt;
    this.#isSending = new Uint8Array(table.hosts.values.length);
    for (const host of table.hostOfEnds) this.#isSending[host] = 1;
    this.#isReceiving = new Uint8Array(this.#isSending.length);
    this.#isShared = Uint8Array.from(table.hosts.values, (host) => (table.machines.isShared(host) ? 1 : 0));
  }

  isReceiving(host: number): boolean {
    return this.#isReceiving[host] === 1;
  }

  isShared(host: number): boolean {
    return this.#isShared[host] === 1;
  }

  /** Whether a hop was answered before something began at `at`. */
  isOver(hop: number, at: number): boolean {
    return at > this.#endedAt[hop]! + TOLERANCE_US;
  }

  add(hop: number): void {
    const { exchanges, row, startedAt } = this.#table;
    const own = row[hop]!;
    const host = this.#hostOf(hop);
    if (this.#isSending[host] === 0) return;
    this.#isReceiving[host] = 1;
    if (this.#isShared[host] === 0) this.#list(host, hop);
    const { readings, targetHash } = exchanges;
    for (let i = readings.first(own); i < readings.end(own); i++) this.#byTrace.put(i, hop);
    if (exchanges.isWhole(own)) this.#byTarget.put(host, targetHash[own]!, hop, startedAt[hop]!);
    const requestId = this.requestIdOf(hop);
    if (requestId !== NOTHING) this.#byRequestId.put(host, requestId, hop, startedAt[hop]!);
  }

  /** What `host`, which is not shared, is serving when `hop` begins, the oldest first; 0 where that is a crowd. */
  all(host: number, hop: number): number {
    const open = this.#openAt(host, this.#table.startedAt[hop]!);
    if (open.length > MAX_CANDIDATES) return 0;
    for (let i = 0; i < open.length; i++) this.found[i] = open[i]!;
    return open.length;
  }

  /** What `host` is serving of a trace when `hop` begins. */
  withTrace(host: number, trace: number, hop: number): number {
    const { found } = this;
    const at = this.#table.startedAt[hop]!;
    const chains = this.#byTrace;
    let count = 0;
    let newer = NOTHING;
    let older = NOTHING;
    let steps = 0;
    for (let link = chains.newest(trace); link !== NOTHING && steps < MAX_OPEN_OF_TRACE && count < found.length; link = older) {
      steps++;
      older = chains.older(link);
      const open = chains.hop(link);
      if (this.isOver(open, at)) {
        chains.drop(trace, newer, older);
        continue;
      }
      newer = link;
      // A hop that names a trace twice stands there twice, one behind the other.
      if (this.#hostOf(open) === host && (count === 0 || found[count - 1] !== open)) found[count++] = open;
    }
    return count;
  }

  /** With the same target, query included, as a hop. */
  withTarget(host: number, hop: number): number {
    const { exchanges, row, startedAt } = this.#table;
    return this.#byTarget.find(host, exchanges.targetHash[row[hop]!]!, startedAt[hop]!, this.found);
  }

  withRequestId(host: number, hop: number): number {
    const requestId = this.requestIdOf(hop);
    return requestId === NOTHING ? 0 : this.#byRequestId.find(host, requestId, this.#table.startedAt[hop]!, this.found);
  }

  /** The machine that received it. */
  #hostOf(hop: number): number {
    return this.#table.hostOfPlace[this.#table.receiver[hop]!]!;
  }

  #list(host: number, hop: number): void {
    this.#all[host] ??= [];
    this.#all[host].push(hop);
    if (this.#all[host].length >= (this.#swept[host] ?? 0) + SWEEP_EVERY) this.#openAt(host, this.#table.startedAt[hop]!);
  }

  /** What is open at `at` of the list of a machine, which forgets the rest; of a crowd the list as it was swept last. */
  #openAt(host: number, at: number): readonly number[] {
    const all = this.#all[host];
    if (all === undefined) return NONE;
    const swept = this.#swept[host] ?? 0;
    if (swept > MAX_CANDIDATES && all.length < swept + SWEEP_EVERY) return all;
    let open = 0;
    for (let i = 0; i < all.length; i++) if (!this.isOver(all[i]!, at)) all[open++] = all[i]!;
    all.length = open;
    this.#swept[host] = open;
    return all;
  }

  /** Envoy packs the trace reason into the version digit of a UUID (index 14): it is no difference. */
  /** Equal numbers are one id; `NO_REQUEST_ID` without one. */
  requestIdOf(hop: number): number {
    const id = this.#table.exchanges.readings.requestId(this.#table.row[hop]!);
    if (id === undefined || id.length < MIN_REQUEST_ID) return NOTHING;
    return this.#requestIds.number(id.length === UUID_LENGTH ? id.slice(0, 14) + id.slice(15) : id);
  }
}

const NONE: readonly number[] = [];

/**
 * An end that was not seen is taken to be the next request's beginning: on a connection of HTTP/1 that comes behind the answer to the one
 * before (RFC 9112 §9.3), pipelining apart, which hardly anybody does.
 */
function likelyEnds({ size, row, startedAt, endedAt, exchanges }: HopTable): Float64Array {
  const { endsOf, stream } = exchanges;
  const ends = endedAt.slice();
  /** By connection: when its next request began. */
  const next = new Float64Array(exchanges.ends.length).fill(Number.POSITIVE_INFINITY);
  for (let hop = size - 1; hop >= 0; hop--) {
    const own = row[hop]!;
    const start = startedAt[hop]!;
    if (Number.isNaN(ends[hop])) ends[hop] = Math.min(next[endsOf[own]!]!, start + OPEN_ENDED_US);
    if (stream[own] === 0) next[endsOf[own]!] = start;
  }
  return ends;
}
