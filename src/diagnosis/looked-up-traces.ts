// Which of the traces on the wire a backend was asked for: only of those does absence say anything.

import type { HopTable } from "../hops/hop-table.ts";
import type { BackendKnowledge } from "./backend-knowledge.ts";

/** By number of the trace id: 1 where it was looked up and the answer came. */
export function lookedUpTraces({ exchanges }: HopTable, backend: BackendKnowledge): Uint8Array {
  const { traceIds } = exchanges.identities;
  const isLookedUp = new Uint8Array(traceIds.size);
  for (let trace = 0; trace < traceIds.size; trace++) if (backend.isLookedUp(traceIds.text(trace))) isLookedUp[trace] = 1;
  return isLookedUp;
}
