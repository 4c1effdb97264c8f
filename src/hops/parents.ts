// Which incoming exchange caused an outgoing one, as far as ids, an unchanged request and single candidates tell. Everything else is left open.

import { PairTable } from "../wire/pair-table.ts";
import { NO_PARENT, type ParentReason, WORK } from "./hop.ts";
import type { HopTable } from "./hop-table.ts";
import { KeptRequestIds } from "./kept-request-ids.ts";
import { NO_REQUEST_ID, OpenHops } from "./open-hops.ts";

/** Fills in the parents, and the candidates where nothing proves a parent. */
export function linkParents(table: HopTable): void {
  const linker = new ParentLinker(table);
  const { size, purpose } = table;
  for (let hop = 0; hop < size; hop++) if (purpose[hop] === WORK) linker.link(hop);
}

/** Whoever sends one context with all its requests: more are as good as any. */
const MAX_OPEN_OF_ONE_TRACE = 8;

class ParentLinker {
  readonly #table: HopTable;
  readonly #open: OpenHops;
  /** For a hop that was handed on inside its machine (proxy to application): the newest hop that took it over, plus one; 0 without one. */
  readonly #takenBy: Uint32Array;
  /** Of addresses that several share, by trace and receiver: the first hop that came from outside. */
  readonly #entries = new PairTable();
  readonly #requestIds = new KeptRequestIds();

  constructor(table: HopTable) {
    this.#table = table;
    this.#open = new OpenHops(table);
    this.#takenBy = new Uint32Array(table.size);
  }

  link(hop: number): void {
    const table = this.#table;
    const host = table.clientHost[hop]!;
    if (this.#open.isReceiving(host)) {
      if (!this.#byIds(hop, host) && !this.#bySameRequest(hop, host)) this.#byCandidates(hop, host);
      const parent = table.parent[hop]!;
      if (parent >= 0 && this.#isHandingOn(hop, parent)) this.#takenBy[parent] = hop + 1;
    }
    if (table.parent[hop] === NO_PARENT && this.#open.isShared(host)) this.#noteEntry(hop);
    this.#open.add(hop);
  }

  #byIds(hop: number, host: number): boolean {
    const { readings, identities } = this.#table.exchanges;
    const row = this.#table.row[hop]!;
    const end = readings.end(row);
    for (let own = readings.first(row); own < end; own++) {
      if (this.#isEntryAgain(hop, host, own)) continue;
      const count = this.#waiting(hop, this.#open.withTrace(host, identities.trace[own]!, hop));
      if (count === 0) continue;
      if (count === 1) {
        const first = this.#open.found[0]!;
        const isUnchanged = this.#carries(first, own);
        this.#table.link(hop, first, isUnchanged ? "forwarded unchanged" : "trace id", isUnchanged ? 1 : 0.99);
        return true;
      }
      const inTrace = this.#found(count);
      const same = inTrace.filter((candidate) => this.#carries(candidate, own));
      const likely = this.#prefer(hop, same.length > 0 ? same : inTrace);
      if (likely.length > MAX_OPEN_OF_ONE_TRACE) return false;
      const isOne = same.length > 0 ? this.#linkOnly(hop, likely, "forwarded unchanged", 1) : this.#linkOnly(hop, likely, "trace id", 0.99);
      // Which of them, times tell.
      if (!isOne) this.#table.setCandidates(hop, likely);
      return true;
    }
    return false;
  }

  #noteEntry(hop: number): void {
    const { readings, identities } = this.#table.exchanges;
    const row = this.#table.row[hop]!;
    const place = this.#table.receiver[hop]!;
    for (let own = readings.first(row); own < readings.end(row); own++) {
      const trace = identities.trace[own]!;
      if (this.#entries.get(trace, place) < 0) this.#entries.set(trace, place, hop);
    }
  }

  /** A caller from outside sends one context with all its requests: of its address others are sent that context, too, and did not cause them. */
  #isEntryAgain(hop: number, host: number, identity: number): boolean {
    if (!this.#open.isShared(host)) return false;
    const entry = this.#entries.get(this.#table.exchanges.identities.trace[identity]!, this.#table.receiver[hop]!);
    return entry >= 0 && this.#carries(entry, identity);
  }

  /** Whether a hop names the very span of an identity. */
  #carries(hop: number, identity: number): boolean {
    const { readings, identities } = this.#table.exchanges;
    const row = this.#table.row[hop]!;
    for (let i = readings.first(row); i < readings.end(row); i++) if (identities.isSame(i, identity)) return true;
    return false;
  }

  #bySameRequest(hop: number, host: number): boolean {
    const byId = this.#waiting(hop, this.#open.withRequestId(host, hop));
    if (byId > 0) {
      this.#requestIds.noteKept(host, this.#table.receiver[hop]!);
      return this.#linkOnly(hop, this.#prefer(hop, this.#found(byId)), "request id", 0.98);
    }
    if (!this.#table.exchanges.hasRequest(this.#table.row[hop]!)) return false;
    const asked = this.#waiting(hop, this.#open.withTarget(host, hop));
    if (asked === 0) return false;
    return this.#linkOnly(
      hop,
      this.#withoutOtherIds(
        hop,
        host,
        this.#found(asked).filter((candidate) => isSameRequest(candidate, hop, this.#table)),
      ),
      "same request",
      0.95,
    );
  }

  #byCandidates(hop: number, host: number): void {
    if (this.#open.isShared(host)) return;
    const candidates = this.#withoutOtherIds(hop, host, this.#found(this.#waiting(hop, this.#open.all(host, hop))));
    this.#table.setCandidates(hop, candidates);
    this.#linkOnly(hop, candidates, "only candidate", 0.8);
  }

  /** Where request ids are passed on, a request with another one has its own call. */
  #withoutOtherIds(hop: number, host: number, candidates: readonly number[]): readonly number[] {
    const own = this.#open.requestIdOf(hop);
    if (own === NO_REQUEST_ID) return candidates;
    const left = candidates.filter((candidate) => [own, NO_REQUEST_ID].includes(this.#open.requestIdOf(candidate)));
    if (left.length === candidates.length) return candidates;
    const receiver = this.#table.receiver[hop]!;
    const areKept = this.#requestIds.areKept(host, receiver);
    this.#requestIds.noteOther(host, receiver);
    return areKept ? left : candidates;
  }

  /** What was found, to keep. */
  #found(count: number): readonly number[] {
    return Array.from(this.#open.found.subarray(0, count));
  }

  /** Only one candidate is a parent; several are left open. */
  #linkOnly(hop: number, candidates: readonly number[], because: ParentReason, confidence: number): boolean {
    const first = candidates[0];
    if (first === undefined || candidates.length > 1) return false;
    this.#table.link(hop, first, because, confidence);
    return true;
  }

  /**
   * How many of `count` that were found are left without those that came in where the call goes to (a retry, or another caller's), and without those
   * that were handed on: a proxy that has handed a request to its application waits; what goes out then, the application sends.
   */
  #waiting(hop: number, count: number): number {
    const { found } = this.#open;
    let waiting = 0;
    for (let i = 0; i < count; i++) if (this.#isWaiting(found[i]!, hop)) found[waiting++] = found[i]!;
    return waiting;
  }

  #isWaiting(candidate: number, hop: number): boolean {
    return this.#table.receiver[candidate]! !== this.#table.receiver[hop]! && !this.#isHandedOn(candidate, hop);
  }

  /** The request itself goes to another listener of the machine; a call that it causes there is something else. */
  #isHandingOn(hop: number, parent: number): boolean {
    const table = this.#table;
    if (table.hostOfPlace[table.receiver[hop]!] !== table.clientHost[hop]!) return false;
    const because = table.because(hop);
    return (
      isSameRequest(parent, hop, table) ||
      ((because === "forwarded unchanged" || because === "request id") && this.#isRewritten(parent, hop))
    );
  }

  /** Same method, and a path with another prefix. An application that copies ids into calls through its sidecar asks for something else. */
  #isRewritten(parent: number, hop: number): boolean {
    const { row, exchanges } = this.#table;
    const [came, went] = [row[parent]!, row[hop]!];
    const [before, after] = [exchanges.path[came]!, exchanges.path[went]!];
    const isLonger = before.length > 1 && after.length > 1;
    return isLonger && exchanges.method[came] === exchanges.method[went] && (before.endsWith(after) || after.endsWith(before));
  }

  #isHandedOn(candidate: number, hop: number): boolean {
    const taken = this.#takenBy[candidate]!;
    return taken > 0 && !this.#open.isOver(taken - 1, this.#table.startedAt[hop]!);
  }

  /**
   * Of several with one id (retries, calls side by side in one trace), those that ask for the same thing; then those that last longer than what
   * they cause.
   */
  #prefer(hop: number, candidates: readonly number[]): readonly number[] {
    if (candidates.length === 1) return candidates;
    const { endedAt } = this.#table;
    // An end that was not seen (NaN) may be any.
    const isEnclosing = (candidate: number) => !(endedAt[candidate]! < endedAt[hop]!);
    return [(candidate: number) => isSameRequest(candidate, hop, this.#table), isEnclosing].reduce<readonly number[]>(
      (left, isPreferred) => {
        const preferred = left.length === 1 ? left : left.filter(isPreferred);
        return preferred.length > 0 ? preferred : left;
      },
      candidates,
    );
  }
}

/** A proxy sends on what it got: same method, same target with its query. */
export function isSameRequest(a: number, b: number, { row, exchanges }: HopTable): boolean {
  const x = row[a]!;
  const y = row[b]!;
  return (
    exchanges.targetHash[x] === exchanges.targetHash[y] &&
    exchanges.method[x] === exchanges.method[y] &&
    exchanges.isWhole(x) &&
    exchanges.isWhole(y) &&
    exchanges.path[x] === exchanges.path[y]
  );
}
