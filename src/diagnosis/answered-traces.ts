// Which of the traces on the wire a backend has answered for: only of those does absence say anything.

import type { HopTable } from "../hops/hop-table.ts";
import type { BackendKnowledge } from "./backend-knowledge.ts";

/** By number of the trace id: 1 where it was looked up and the answer came, or where all of the capture's time was searched. */
export function answeredTraces({ exchanges }: HopTable, backend: BackendKnowledge): Uint8Array {
  const { traceIds } = exchanges.identities;
  const isAnswered = new Uint8Array(traceIds.size);
  if (backend.isWindowSearched) return isAnswered.fill(1);
  for (let trace = 0; trace < traceIds.size; trace++) if (backend.isLookedUp(traceIds.text(trace))) isAnswered[trace] = 1;
  return isAnswered;
}
