// The exchanges that machines are serving at a moment of packet time, found by trace, by what they ask for, or all of them.

import { Interned } from "../wire/columns.ts";
import { MAX_CANDIDATES } from "../wire/limits.ts";
import { PairTable } from "../wire/pair-table.ts";
import { OPEN_ENDED_US } from "./hop.ts";
import type { HopTable } from "./hop-table.ts";
import { TraceChains } from "./trace-chains.ts";

/** Between two vantage points an exchange may seem to end a little before a call that it caused. */
const TOLERANCE_US = 2_000;
/** What nobody asks for any more is dropped from a machine's list from time to time. */
const SWEEP_EVERY = 2_048;
/** A shorter request id is a counter or a word, and proves nothing. */
const MIN_REQUEST_ID = 8;
const UUID_LENGTH = 36;

const NOTHING = -1;
/** So many hops of one trace, open at a time on all machines, are looked at; a trace that is larger is no trace. */
const MAX_STEPS = 8 * MAX_CANDIDATES;

/**
 * What each machine received and has not answered. Hops MUST be added, and asked for, in the order of their starts: what is over once is over for all
 * that follow, and leaves its chain.
 */
export class OpenHops {
  readonly #table: HopTable;
  /** Of all machines: a trace has few hops. */
  readonly #byTrace: TraceChains;
  readonly #byTarget: Chains;
  #byRequestId: Chains | undefined;
  readonly #requestIds = new Interned<string>();
  /** By machine: 1 where it sends anything; what the others receive causes nothing that could be seen. */
  readonly #isSending: Uint8Array;
  readonly #isReceiving: Uint8Array;
  /** By hop: when it was answered, or is taken to have been. */
  readonly #endedAt: Float64Array;
  /** Whether any process of it may be the caller: nobody asks then what all of them are serving. */
  readonly #isShared: Uint8Array;
  /** By machine. */
  readonly #all: number[][] = [];

  constructor(table: HopTable) {
    this.#table = table;
    const { identities } = table.exchanges;
    this.#byTrace = new TraceChains(identities);
    this.#byTarget = new Chains(table.size);
    this.#endedAt = table.hasOpenEnds ? likelyEnds(table) : table.endedAt;
    this.#isSending = new Uint8Array(table.hosts.values.length);
    for (const host of table.hostOfEnds) this.#isSending[host] = 1;
    this.#isReceiving = new Uint8Array(this.#isSending.length);
    this.#isShared = Uint8Array.from(table.hosts.values, (host) => (table.machines.isShared(host) ? 1 : 0));
  }

  isReceiving(host: number): boolean {
    return this.#isReceiving[host] === 1;
  }

  add(hop: number): void {
    const table = this.#table;
    const { exchanges } = table;
    const row = table.row[hop]!;
    const host = this.#hostOf(hop);
    if (this.#isSending[host] === 0) return;
    this.#isReceiving[host] = 1;
    if (this.#isShared[host] === 0) this.#list(host, hop);
    for (let i = exchanges.readings.first(row); i < exchanges.readings.end(row); i++) this.#byTrace.put(i, hop);
    if (exchanges.isWhole(row)) this.#byTarget.put(host, exchanges.targetHash[row]!, hop);
    const requestId = this.#requestId(hop);
    if (requestId === NOTHING) return;
    this.#byRequestId ??= new Chains(table.size);
    this.#byRequestId.put(host, requestId, hop);
  }

  /** The machine that received it. */
  #hostOf(hop: number): number {
    return this.#table.hostOfPlace[this.#table.receiver(hop)]!;
  }

  /** Whether a hop was answered before something began at `at`. */
  isOver(hop: number, at: number): boolean {
    return at > this.#endedAt[hop]! + TOLERANCE_US;
  }

  #list(host: number, hop: number): void {
    this.#all[host] ??= [];
    const all = this.#all[host];
    all.push(hop);
    const at = this.#table.startedAt[hop]!;
    if (all.length % SWEEP_EVERY === 0) this.#all[host] = all.filter((open) => !this.isOver(open, at));
  }

  isShared(host: number): boolean {
    return this.#isShared[host] === 1;
  }

  /** What `host`, which is not shared, is serving when `hop` begins; nothing where that is a crowd. */
  all(host: number, hop: number): readonly number[] {
    const all = this.#all[host];
    // What is over stays in the list until it is swept.
    if (all === undefined || all.length > MAX_CANDIDATES + SWEEP_EVERY) return NONE;
    const at = this.#table.startedAt[hop]!;
    const open = all.filter((other) => !this.isOver(other, at));
    return open.length > MAX_CANDIDATES ? NONE : open;
  }

  /** What `host` is serving of a trace when `hop` begins, the newest first. */
  withTrace(host: number, trace: number, hop: number): readonly number[] {
    const at = this.#table.startedAt[hop]!;
    const chains = this.#byTrace;
    let found: number[] | undefined;
    let newer = NOTHING;
    let older = NOTHING;
    let steps = 0;
    for (let link = chains.newest(trace); link !== NOTHING && steps < MAX_STEPS; link = older) {
      steps++;
      older = chains.older(link);
      const open = chains.hop(link);
      if (this.isOver(open, at)) {
        chains.drop(trace, newer, older);
        continue;
      }
      newer = link;
      if (this.#hostOf(open) !== host) continue;
      // One is the rule: a literal of one takes a third of what a list that is pushed to does.
      if (found === undefined) found = [open];
      // A hop that names a trace twice stands there twice, one behind the other.
      else if (found.at(-1) !== open) found.push(open);
      if (found.length > MAX_CANDIDATES) break;
    }
    return found ?? NONE;
  }

  /** With the same target, query included, as a hop. */
  withTarget(host: number, hop: number): readonly number[] {
    return this.#open(this.#byTarget, host, this.#table.exchanges.targetHash[this.#table.row[hop]!]!, hop);
  }

  withRequestId(host: number, hop: number): readonly number[] {
    const requestId = this.#byRequestId === undefined ? NOTHING : this.#requestId(hop);
    if (this.#byRequestId === undefined || requestId === NOTHING) return NONE;
    return this.#open(this.#byRequestId, host, requestId, hop);
  }

  #open(chains: Chains, host: number, key: number, hop: number): readonly number[] {
    const at = this.#table.startedAt[hop]!;
    let found: number[] | undefined;
    let before = NOTHING;
    let next = NOTHING;
    for (let open = chains.first(host, key); open !== NOTHING; open = next) {
      next = chains.next(open);
      if (this.isOver(open, at)) chains.drop(host, key, before, next);
      else {
        before = open;
        if (found === undefined) found = [open];
        else found.push(open);
        if (found.length > MAX_CANDIDATES) break;
      }
    }
    return found ?? NONE;
  }

  /** Envoy packs the trace reason into the version digit of a UUID (index 14): it is no difference. */
  #requestId(hop: number): number {
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
  const ends = endedAt.slice();
  /** By connection: when its next request began. */
  const next = new Map<number, number>();
  for (let hop = size - 1; hop >= 0; hop--) {
    const connection = exchanges.endsOf[row[hop]!]!;
    const start = startedAt[hop]!;
    if (Number.isNaN(ends[hop])) ends[hop] = Math.min(next.get(connection) ?? Number.POSITIVE_INFINITY, start + OPEN_ENDED_US);
    if (exchanges.stream[row[hop]!] === 0) next.set(connection, start);
  }
  return ends;
}

/** Linked lists of hops by machine and key, the newest first. */
class Chains {
  readonly #first: PairTable;
  readonly #next: Int32Array;

  constructor(hops: number) {
    this.#first = new PairTable(hops);
    this.#next = new Int32Array(hops);
  }

  put(host: number, key: number, hop: number): void {
    this.#next[hop] = this.#first.set(host, key, hop);
  }

  first(host: number, key: number): number {
    return this.#first.get(host, key);
  }

  next(hop: number): number {
    return this.#next[hop]!;
  }

  /** Takes out the hop between `before` (-1: it is the first) and `next`. */
  drop(host: number, key: number, before: number, next: number): void {
    if (before === NOTHING) this.#first.set(host, key, next);
    else this.#next[before] = next;
  }
}
