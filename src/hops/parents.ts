// Which incoming exchange caused an outgoing one, as far as ids, an unchanged request and single candidates tell. Everything else is left open.

import type { Hop, ParentLink } from "./hop.ts";
import type { Machines } from "./machines.ts";
import { isOpenAt, OpenHops } from "./open-hops.ts";

/** Fills in `parent`, and `candidates` where nothing proves a parent. Hops MUST be ordered by `startedAt`. */
export function linkParents(hops: readonly Hop[], machines: Machines): void {
  const linker = new ParentLinker(hops, machines);
  for (const hop of hops) linker.link(hop);
}

class ParentLinker {
  readonly #machines: Machines;
  readonly #received = new Map<string, OpenHops>();
  readonly #hops: readonly Hop[];
  /** For a hop that was handed on inside its machine (proxy to application): the newest hop that took it over, plus one; 0 without one. */
  readonly #takenBy: Uint32Array;

  constructor(hops: readonly Hop[], machines: Machines) {
    this.#hops = hops;
    this.#machines = machines;
    this.#takenBy = new Uint32Array(hops.length);
  }

  link(hop: Hop): void {
    if (hop.purpose !== "work") return;
    const open = this.#received.get(hop.clientHost);
    if (open !== undefined) {
      hop.parent = this.#byIds(hop, open) ?? this.#bySameRequest(hop, open) ?? this.#byCandidates(hop, open);
      if (hop.parent !== undefined && this.#isHandingOn(hop, hop.parent)) this.#takenBy[hop.parent.hop] = hop.index + 1;
    }
    let here = this.#received.get(hop.receiver.host);
    if (here === undefined) {
      here = new OpenHops();
      this.#received.set(hop.receiver.host, here);
    }
    here.add(hop);
  }

  #byIds(hop: Hop, open: OpenHops): ParentLink | undefined {
    for (const { traceId, spanId } of hop.reading.identities) {
      const trace = this.#waiting(hop, open.withTrace(traceId, hop.startedAt));
      if (trace.length === 0) continue;
      const same = trace.filter((candidate) => candidate.reading.identities.some((id) => id.traceId === traceId && id.spanId === spanId));
      return same.length > 0 ? only(prefer(hop, same), "forwarded unchanged", 1) : only(prefer(hop, trace), "trace id", 0.99);
    }
    return undefined;
  }

  #bySameRequest(hop: Hop, open: OpenHops): ParentLink | undefined {
    const byId = this.#waiting(hop, open.withRequestId(hop));
    if (byId.length > 0) return only(prefer(hop, byId), "request id", 0.98);
    const { request } = hop.exchange;
    if (request === undefined) return undefined;
    const same = this.#waiting(hop, open.withTarget(request.targetHash, hop.startedAt)).filter((candidate) =>
      isSameRequest(candidate, hop),
    );
    return only(same, "same request", 0.95);
  }

  #byCandidates(hop: Hop, open: OpenHops): ParentLink | undefined {
    if (this.#machines.isShared(hop.clientHost)) return undefined;
    const candidates = this.#waiting(hop, open.all(hop.startedAt));
    hop.candidates = candidates.map((candidate) => candidate.index);
    return only(candidates, "only candidate", 0.8);
  }

  /**
   * Without those that came in where the call goes to (a retry, or another caller's), and without those that were handed on: a proxy that has handed a
   * request to its application waits; what goes out then, the application sends.
   */
  #waiting(hop: Hop, candidates: readonly Hop[]): readonly Hop[] {
    if (candidates.every((candidate) => this.#isWaiting(candidate, hop))) return candidates;
    return candidates.filter((candidate) => this.#isWaiting(candidate, hop));
  }

  #isWaiting(candidate: Hop, hop: Hop): boolean {
    return candidate.receiver !== hop.receiver && !this.#isHandedOn(candidate, hop);
  }

  /** The request itself goes to another listener of the machine; a call that it causes there is something else. */
  #isHandingOn(hop: Hop, parent: ParentLink): boolean {
    if (hop.receiver.host !== hop.clientHost) return false;
    return parent.because === "forwarded unchanged" || parent.because === "request id" || isSameRequest(this.#hops[parent.hop]!, hop);
  }

  #isHandedOn(candidate: Hop, hop: Hop): boolean {
    const taken = this.#takenBy[candidate.index]!;
    return taken > 0 && isOpenAt(this.#hops[taken - 1]!, hop.startedAt);
  }
}

/** Only one candidate is a parent; several are left open. */
function only(candidates: readonly Hop[], because: ParentLink["because"], confidence: number): ParentLink | undefined {
  const [first] = candidates;
  return candidates.length === 1 && first !== undefined ? { hop: first.index, because, confidence } : undefined;
}

/**
 * Of several with one id (retries, calls side by side in one trace), those that ask for the same thing; then those that last longer than what
 * they cause.
 */
function prefer(hop: Hop, candidates: readonly Hop[]): readonly Hop[] {
  if (candidates.length === 1) return candidates;
  const isEnclosing = ({ endedAt }: Hop) => endedAt === undefined || hop.endedAt === undefined || endedAt >= hop.endedAt;
  return [(candidate: Hop) => isSameRequest(candidate, hop), isEnclosing].reduce((left, isPreferred) => {
    const preferred = left.length === 1 ? left : left.filter(isPreferred);
    return preferred.length > 0 ? preferred : left;
  }, candidates);
}

/** A proxy sends on what it got: same method, same target with its query. */
function isSameRequest(a: Hop, b: Hop): boolean {
  const [x, y] = [a.exchange.request, b.exchange.request];
  if (x === undefined || y === undefined || !x.isHeadComplete || !y.isHeadComplete) return false;
  return x.targetHash === y.targetHash && x.method === y.method && x.path === y.path;
}
