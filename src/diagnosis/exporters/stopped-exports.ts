// An exporter that stopped: its process serves requests as before and exports nothing any more, while others go on exporting.

import type { Hop } from "../../hops/hop.ts";
import type { Workload } from "../../naming/workload.ts";
import type { SpanExport } from "../../protocols/observation.ts";
import { SECOND, type Timestamp, toIso } from "../../wire/timestamp.ts";
import type { PossibleCause } from "../judgement.ts";
import type { Explanation } from "./explanation.ts";
import { longestPause } from "./export-pause.ts";
import { isBefore } from "./hop-end.ts";

const CONFIDENCE = 0.9;

/** `delivered`: its exports, all of which were accepted. `latest`: when anybody exported last, as the same capture shows it. */
export function whyStopped(
  hop: Hop,
  { group }: Workload,
  delivered: readonly SpanExport[],
  latest: Timestamp | undefined,
): Explanation | undefined {
  const last = delivered.at(-1);
  if (last === undefined || latest === undefined || isBefore(hop, last)) return undefined;
  const silence = latest - last.at;
  if (silence < longestPause(delivered)) return undefined;
  return {
    cause: "unknown",
    detail: `${group} exported for the last time at ${toIso(last.at).slice(11, 23)}, and not in the ${Math.floor(silence / SECOND)} s since, while others went on exporting and it went on serving`,
    confidence: CONFIDENCE,
    proofs: [last],
    possible: STUCK,
    remedy:
      "Look in its log at that time for an SDK that was shut down, an exporter that hangs or a crashed worker of it; give exports a time-out (OTEL_EXPORTER_OTLP_TIMEOUT).",
  };
}

const STUCK: readonly PossibleCause[] = [
  { cause: "exporter-queue-overflow", because: "its exporter hangs: spans pile up until the queue is full, and the rest is dropped" },
  { cause: "span-not-ended", because: "its spans are begun and not ended from then on" },
];
