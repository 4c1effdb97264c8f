// Which incoming exchange caused an outgoing one, as far as ids, an unchanged request and single candidates tell. Everything else is left open.

import type { Hop, ParentLink } from "./hop.ts";
import type { Machines } from "./machines.ts";

/** Between two vantage points an incoming request may seem to come a little after the call that it caused. */
const TOLERANCE_US = 2_000;
/** An exchange whose end was not seen is taken to be open for so long. */
const OPEN_ENDED_US = 60_000_000;

/** Fills in `candidates`, `isSenderBlind` was set before, and `parent` of every hop. Hops MUST be ordered by `startedAt`. */
export function linkParents(hops: readonly Hop[], machines: Machines): void {
  const open = new Map<string, Hop[]>();
  /** For a hop that was handed on inside its machine (proxy to application): the hops that took it over. */
  const handedOn = new Map<number, Hop[]>();
  for (const hop of hops) {
    const here = open.get(hop.clientHost);
    if (here !== undefined) {
      prune(here, hop.startedAt);
      const candidates = here.filter((candidate) => isCandidate(candidate, hop) && !isHandedOn(candidate, hop, handedOn));
      hop.candidates = candidates.map((candidate) => candidate.index);
      hop.parent = findParent(hop, candidates, machines);
      if (hop.parent !== undefined && hop.receiver.host === hop.clientHost) {
        const taken = handedOn.get(hop.parent.hop);
        if (taken === undefined) handedOn.set(hop.parent.hop, [hop]);
        else taken.push(hop);
      }
    }
    if (hop.purpose !== "work") continue;
    const received = open.get(hop.receiver.host);
    if (received === undefined) open.set(hop.receiver.host, [hop]);
    else received.push(hop);
  }
}

/** Whether `candidate` was open at the sender when `hop` began. */
export function isOpenAt(candidate: Hop, at: number): boolean {
  return candidate.startedAt <= at + TOLERANCE_US && at <= (candidate.endedAt ?? candidate.startedAt + OPEN_ENDED_US) + TOLERANCE_US;
}

function isCandidate(candidate: Hop, hop: Hop): boolean {
  return candidate !== hop && isOpenAt(candidate, hop.startedAt);
}

/** A proxy that has handed a request to its application waits; what goes out then, the application sends. */
function isHandedOn(candidate: Hop, hop: Hop, handedOn: ReadonlyMap<number, readonly Hop[]>): boolean {
  return handedOn.get(candidate.index)?.some((taken) => taken !== hop && isOpenAt(taken, hop.startedAt)) ?? false;
}

/** Drops what ended long before, so that the list stays as long as what is open. */
function prune(list: Hop[], now: number): void {
  let kept = 0;
  for (const hop of list) if ((hop.endedAt ?? hop.startedAt + OPEN_ENDED_US) + TOLERANCE_US >= now) list[kept++] = hop;
  list.length = kept;
}

function findParent(hop: Hop, candidates: readonly Hop[], machines: Machines): ParentLink | undefined {
  if (candidates.length === 0 || hop.purpose !== "work") return undefined;
  const same = candidates.filter((candidate) =>
    hop.reading.identities.some((id) => candidate.reading.identities.some((c) => c.traceId === id.traceId && c.spanId === id.spanId)),
  );
  if (same.length > 0) return link(preferRequest(hop, same), "forwarded unchanged", 1);
  const trace = candidates.filter((candidate) =>
    hop.reading.identities.some((id) => candidate.reading.identities.some((c) => c.traceId === id.traceId)),
  );
  if (trace.length > 0) return link(preferRequest(hop, trace), "trace id", 0.99);
  const byRequestId = candidates.filter((candidate) => sameRequestId(candidate, hop));
  if (byRequestId.length > 0) return link(preferRequest(hop, byRequestId), "request id", 0.98);
  const request = candidates.filter((candidate) => isSameRequest(candidate, hop));
  if (request.length > 0) return link(request, "same request", 0.95);
  return machines.isShared(hop.clientHost) ? undefined : link(candidates, "only candidate", 0.8);
}

/** Only one candidate is a parent; several are left open. */
function link(candidates: readonly Hop[], because: ParentLink["because"], confidence: number): ParentLink | undefined {
  const [only] = candidates;
  return candidates.length === 1 && only !== undefined ? { hop: only.index, because, confidence } : undefined;
}

/**
 * Of several with one id (retries, calls side by side in one trace), those that ask for the same thing; then those that did not come in where the
 * call goes to; then those that last longer than what they cause.
 */
function preferRequest(hop: Hop, candidates: readonly Hop[]): readonly Hop[] {
  const isEnclosing = ({ endedAt }: Hop) => endedAt === undefined || hop.endedAt === undefined || endedAt >= hop.endedAt;
  const isElsewhere = ({ receiver }: Hop) => receiver.host !== hop.receiver.host || receiver.port !== hop.receiver.port;
  return [(candidate: Hop) => isSameRequest(candidate, hop), isElsewhere, isEnclosing].reduce((left, prefer) => {
    const preferred = left.length === 1 ? left : left.filter(prefer);
    return preferred.length > 0 ? preferred : left;
  }, candidates);
}

/** A proxy sends on what it got: same method, same target with its query. */
export function isSameRequest(a: Hop, b: Hop): boolean {
  const [x, y] = [a.exchange.request, b.exchange.request];
  if (x === undefined || y === undefined || !x.isHeadComplete || !y.isHeadComplete) return false;
  return x.targetHash === y.targetHash && x.method === y.method && x.path === y.path;
}

/** Envoy packs the trace reason into the version digit of a UUID (index 14): it is no difference. */
export function sameRequestId(a: Hop, b: Hop): boolean {
  const [x, y] = [a.reading.requestId, b.reading.requestId];
  if (x === undefined || y === undefined || x.length < 8 || x.length !== y.length) return false;
  return x.length === 36 ? x.slice(0, 14) === y.slice(0, 14) && x.slice(15) === y.slice(15) : x === y;
}
