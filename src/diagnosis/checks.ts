// What to look at first where no cause is proven, by verdict.

import type { Population } from "./finding.ts";

const CHECKS: Partial<Record<Population["verdict"], readonly string[]>> = {
  stripped: [
    "In Jaeger, open the caller's trace: a CLIENT span for this call means that its transport does not inject; none, that the client is not instrumented.",
    "If only the first requests after a start are affected, the SDK was loaded too late; if some routes are, compare how they make their calls.",
  ],
  split: [
    "In Jaeger, open the new trace: if its root is the sender's CLIENT span, the call was made without the request's context (a goroutine, a thread).",
    "If the sender has no SERVER span for the request, its tracing middleware did not run before the call; if all its calls do this, it restarts.",
  ],
  ignored: [
    "Compare the field on the wire with what the receiver reads: its OTEL_PROPAGATORS, the case in which it looks names up, a gateway that removes it.",
    "Then see whether another middleware of the receiver begins a span before the one that extracts.",
  ],
  unrecorded: [
    "Compare routes first: if only some are missing, the middleware or a filter leaves them out.",
    "If whole batches or everything is missing, read the exporter's log; if children are there without this span, it was never ended.",
  ],
};

const LOST_LATER = [
  "It makes spans that do not arrive: read the log of its exporter, and whether another backend has them.",
  "A capture in its pod shows its exports and how they are answered.",
];

export function checksFor(population: Pick<Population, "verdict" | "tallies">): readonly string[] {
  return isLostLater(population) ? LOST_LATER : (CHECKS[population.verdict] ?? []);
}

/** Whatever calls are known name spans that it made. */
function isLostLater({ verdict, tallies }: Pick<Population, "verdict" | "tallies">): boolean {
  const made = tallies.flatMap(({ aftermaths }) => [...aftermaths.keys()]);
  return verdict === "unrecorded" && made.length > 0 && made.every((what) => what === "span made");
}
