/** What a backend could say of the run: without it, absence of a span proves nothing. */
export interface BackendKnowledge {
  readonly isAsked: boolean;
  /** Whether this trace was looked up and the answer came. */
  isLookedUp(traceId: string): boolean;
  /** Whether all traces of the capture's time were searched, also those whose ids are not on the wire. */
  readonly isWindowSearched: boolean;
}
