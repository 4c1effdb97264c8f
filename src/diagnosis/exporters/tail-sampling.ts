// Whether what is missing was sampled away behind the collector, trace by trace (tail sampling): of some traces everything is there, of others nothing,
// whoever sent it, and both kinds come in turns. What fails loses batches or a stretch of time, and parts of traces with them.

import type { SpanIndex } from "../../diff/span-index.ts";
import type { SpanExport } from "../../protocols/observation.ts";
import { fateOf } from "./export-answer.ts";

/** Traces of either kind that it takes to tell. */
const MIN_TRACES = 5;
/** Part of the traces that may be there in part: their last spans may be on their way. */
const MAX_IN_PART = 0.02;
/** Part of the changes between the kinds that chance makes. */
const MIN_CHANGES = 0.5;

interface Sent {
  readonly services: Set<string>;
  kept: number;
  all: number;
}

export function isTailSampled(exports: readonly SpanExport[], index: SpanIndex): boolean {
  /** In the order in which they were first sent. */
  const sent = new Map<string, Sent>();
  for (const of of exports) {
    if (fateOf(of) !== "accepted") continue;
    for (const { traceId, spanId, resource } of of.spans) {
      const known = sent.get(traceId) ?? { services: new Set(), kept: 0, all: 0 };
      sent.set(traceId, known);
      known.services.add(resource.service);
      known.all++;
      if (index.byId(traceId, spanId).length > 0) known.kept++;
    }
  }
  const told = [...sent.values()].filter(({ services }) => services.size > 1);
  const whole = told.filter(({ kept, all }) => kept === all).length;
  const gone = told.filter(({ kept }) => kept === 0).length;
  if (Math.min(whole, gone) < MIN_TRACES || told.length - whole - gone > MAX_IN_PART * told.length) return false;
  let changes = 0;
  for (let k = 1; k < told.length; k++) if ((told[k]!.kept === 0) !== (told[k - 1]!.kept === 0)) changes++;
  return changes >= (MIN_CHANGES * 2 * whole * gone) / told.length;
}
