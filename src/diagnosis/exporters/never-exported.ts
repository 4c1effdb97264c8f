// A span that no export carried, though all exports went well: it was dropped before, or it was never ended.
//
// A full queue drops whatever ends meanwhile, so that spans of calls are missing as well as those of requests, and batches are full. A span that is
// never ended is missing alone, and what it caused is there.

import type { Hop } from "../../hops/hop.ts";
import type { Workload } from "../../naming/workload.ts";
import type { SpanExport } from "../../protocols/observation.ts";
import type { PossibleCause } from "../judgement.ts";
import type { View } from "../view.ts";
import type { Explanation } from "./explanation.ts";
import { endOn, firstBehind, isBefore } from "./hop-end.ts";
import { MIN_BARE_REQUESTS, type RouteCounts } from "./route-counts.ts";
import type { Saturation } from "./saturation.ts";
import type { SpanLosses } from "./span-losses.ts";
import { endsOf } from "./trouble.ts";

const SEEN_IN_CALLS = 0.95;
const SEEN_IN_BATCHES = 0.85;
const PARENT_NEVER_SENT = 0.95;
/** Nothing else that is known fits. */
const BY_ELIMINATION = 0.7;
/** Answers that often come from in front of the application. */
const NOT_SERVED: ReadonlySet<number> = new Set([401, 403, 408, 413, 429, 431, 502, 503, 504]);

export function whyNeverExported(
  hop: Hop,
  receiver: Workload,
  view: View,
  losses: SpanLosses,
  routes: RouteCounts,
): Explanation | undefined {
  const { exporters } = view;
  const all = exporters.exportsOf(receiver);
  if (!isBefore(hop, all[all.length - 1]) || !exporters.isWell(receiver)) return undefined;
  const route = routes.of(hop, receiver);
  const isBare = route === undefined || (route.recorded === 0 && route.requests >= MIN_BARE_REQUESTS);
  const saturation = exporters.saturationOf(receiver);
  const { lostCalls, keptCalls } = losses.of(receiver);
  const isDropping = keptCalls > 0 && (lostCalls > 1 || (lostCalls > 0 && saturation !== undefined));
  if (isDropping && !isBare) {
    const calls = `neither this span nor those of ${lostCalls} of its ${lostCalls + keptCalls} calls are in any of them`;
    return overflow(receiver, calls, saturation, all, SEEN_IN_CALLS);
  }
  const missing = isDropping ? [] : losses.missingParents(hop, receiver);
  if (missing.length > 0) return notEnded(receiver, missing, all);
  if (isBare || isDropping) return undefined;
  if (saturation !== undefined) {
    const over = endOn(hop, saturation.exports[0]!.vantage);
    const isMeanwhile = over >= saturation.from && over <= saturation.to;
    return isMeanwhile ? overflow(receiver, "the span is in none of them", saturation, all, SEEN_IN_BATCHES) : undefined;
  }
  const isAmid = route.recorded > 0 && route.firstRecorded < hop.startedAt && route.lastRecorded > hop.startedAt;
  return isAmid && hop.status !== undefined && !NOT_SERVED.has(hop.status) ? likelyNotEnded(hop, receiver, all) : undefined;
}

function overflow(
  { group }: Workload,
  what: string,
  saturation: Saturation | undefined,
  all: readonly SpanExport[],
  confidence: number,
): Explanation {
  const full =
    saturation === undefined
      ? ""
      : `; ${saturation.exports.length} batches were full (${saturation.batch} spans), one right after the other`;
  return {
    cause: "exporter-queue-overflow",
    detail: `every export of ${group} is accepted, and ${what}${full}`,
    confidence,
    proofs: endsOf(saturation?.exports ?? all),
  };
}

function notEnded({ group }: Workload, missing: readonly string[], all: readonly SpanExport[]): Explanation {
  const child = all.find(({ spans }) => spans.some(({ parentSpanId }) => parentSpanId !== undefined && missing.includes(parentSpanId)));
  return {
    cause: "span-not-ended",
    detail: `spans of ${group} name span ${missing[0]} as their parent, which is in no export, though all exports are accepted: it was begun and never ended`,
    confidence: PARENT_NEVER_SENT,
    proofs: child === undefined ? endsOf(all) : [child],
  };
}

/** Others of its route were exported before and after it. Had the queue been full, the next batch would be a full one like others. */
function likelyNotEnded(hop: Hop, { group }: Workload, all: readonly SpanExport[]): Explanation {
  const next = firstBehind(hop, all)!;
  const most = all.reduce((max, { spanCount }) => Math.max(max, spanCount), 0);
  const isFull = next.spanCount === most && all.filter(({ spanCount }) => spanCount === most).length > 1;
  const [cause, other] = isFull ? (["exporter-queue-overflow", NOT_ENDED] as const) : (["span-not-ended", DROPPED] as const);
  return {
    cause,
    detail: `every export of ${group} is accepted and the span is in none of them, while spans of other requests of its route are`,
    confidence: BY_ELIMINATION,
    proofs: [next],
    possible: [other, SAMPLED_AWAY],
  };
}

const NOT_ENDED: PossibleCause = { cause: "span-not-ended", because: "the span is begun and not ended on some paths of the code" };
const DROPPED: PossibleCause = { cause: "exporter-queue-overflow", because: "holes come with load, and batches are full" };
const SAMPLED_AWAY: PossibleCause = {
  cause: "unsampled",
  because: "the service samples by itself and does not follow the caller's flag: its own calls then carry the flag 00",
};
