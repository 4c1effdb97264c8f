// One block of one machine's traffic, made ready to be paired: rows in order of time, dense kinds, and for every call the requests that may be its cause.

export interface Problem {
  readonly types: number;
  readonly endpoints: number;
  /** Incoming requests, by start. `isOpenEnded`: the end was not seen; `inEnd` is then as late as it may be. */
  readonly inStart: Float64Array;
  readonly inEnd: Float64Array;
  readonly isOpenEnded: Uint8Array;
  readonly inType: Int32Array;
  /** Outgoing calls, by start, then end: a smaller row is never the later one. */
  readonly outStart: Float64Array;
  readonly outEnd: Float64Array;
  readonly endpoint: Int32Array;
  /** Candidates of call `o`: entries `first[o] … first[o + 1] - 1`. */
  readonly first: Int32Array;
  readonly candidate: Int32Array;
  /** Logarithm of the likelihood ratio that evidence other than time gives each candidate. */
  readonly weight: Float64Array;
  /** 1 where the parent is settled and must not be moved: it is the only candidate, or there is none. */
  readonly isFixed: Uint8Array;
  /** How far beyond the end of its cause a call may end, µs. */
  readonly slack: number;
}

/** A call whose parent is settled has one candidate, or none: without one it is an orphan. */
export function mayBeOrphan({ first, isFixed }: Problem, out: number): boolean {
  return isFixed[out] === 0 || first[out] === first[out + 1];
}

/** Entry of `candidate` for this pair, or -1. */
export function entryOf({ first, candidate }: Problem, out: number, parent: number): number {
  for (let entry = first[out]!; entry < first[out + 1]!; entry++) if (candidate[entry] === parent) return entry;
  return -1;
}
