// Judge: one hop with its parent, sightings and spans → what happened to its context here, and who did it.

import type { Hop } from "../hops/hop.ts";
import { count } from "../wire/count.ts";
import { connectionKey, type SeenEnds } from "../wire/endpoint.ts";
import { addTo } from "../wire/group-by.ts";
import { RouteCounts } from "./exporters/route-counts.ts";
import { SpanLosses } from "./exporters/span-losses.ts";
import { type AttributionFacts, gatherAttribution, judgeAttribution } from "./judge-attribution.ts";
import { judgeForOthers } from "./judge-for-others.ts";
import { isLeftUnsampled, judgeReceiver, type ReceiverFacts } from "./judge-receiver.ts";
import { judgeSender } from "./judge-sender.ts";
import type { Judgement } from "./judgement.ts";
import { causeOf, pairUnserved } from "./likely-causes.ts";
import { HabitsTable } from "./receiver-habits.ts";
import { type SampledCall, UnsampledTwins } from "./unsampled-twins.ts";
import { unseenRequests } from "./unseen-requests.ts";
import { spansOf, type View } from "./view.ts";

/** Hops are independent of one another once parents and spans are known. */
export class Judge {
  #view: View;
  readonly #facts: ReceiverFacts;
  readonly #attribution: AttributionFacts;

  constructor(view: View) {
    const recordedRoutes = new RouteCounts(view);
    const found = { ...view.found, unserved: pairUnserved(view), unseen: unseenRequests(view) };
    this.#view = { ...view, found, ownTraceOf: (hop, receiver) => recordedRoutes.ownTraceOf(hop, receiver) };
    if (view.backend.isAsked) {
      const twins = new UnsampledTwins(this.#view, (hop) => this.#sampledCall(hop));
      this.#view = { ...this.#view, splitOfTwin: (hop) => twins.splitOf(hop) };
    }
    this.#facts = gatherFacts(this.#view, recordedRoutes);
    this.#attribution = gatherAttribution(view);
  }

  #sampledCall(hop: Hop): SampledCall {
    const { outcome, faults } = judgeSender(hop, this.#view);
    const split = faults.find(({ verdict, severity }) => verdict === "split" && severity !== "note");
    return { outcome: outcome === "continued" || outcome === "restarted" ? outcome : undefined, split };
  }

  judge(index: number): Judgement {
    const view = this.#view;
    const hop = view.table.hop(index);
    const { outcome, faults, isDoubtful = false } = judgeSender(hop, view);
    // Where only its cause is not told, what came can be judged.
    const isHidden = outcome === "not observable" && hop.reading.identities.length === 0;
    const own = isHidden ? [] : judgeReceiver(hop, view, this.#facts);
    const attribution = judgeAttribution(hop, view, this.#attribution);
    // What was lost says more than what could be.
    const others = outcome === "continued" && faults.length + own.length === 0 ? judgeForOthers(hop, view) : [];
    return {
      hop,
      from: view.naming.senderOf(index),
      to: view.naming.receiverOf(index),
      outcome,
      hasContext: hop.reading.context !== undefined,
      isRecorded: spansOf(view, hop.index).server !== undefined,
      isDoubtful,
      faults: own.length + attribution.length + others.length === 0 ? faults : [...faults, ...own, ...attribution, ...others],
    };
  }
}

function gatherFacts(view: View, recordedRoutes: RouteCounts): ReceiverFacts {
  const children = new Map<number, Hop[]>();
  const habits = new HabitsTable();
  const newestRecorded = new Map<number, number>();
  // Only what a backend lacks is judged by these.
  const losses = new SpanLosses(view);
  let causes: ReadonlySet<number> | undefined;
  const isCause = (hop: number) => {
    causes ??= new Set(view.table.parent);
    return causes.has(hop);
  };
  let whole: ReadonlySet<string> | undefined;
  const isWhole = (ends: SeenEnds) => {
    whole ??= wholeConnections(view);
    return whole.has(connectionKey(ends));
  };
  const samplers = new Set<number>();
  const recording = new Set<string>();
  const facts = { children, habits, newestRecorded, losses, recordedRoutes, recording, samplers, isCause, isWhole };
  let newestOfAll = Number.NEGATIVE_INFINITY;
  if (!view.backend.isAsked) return { ...facts, newestOfAll };
  for (const hop of view.table.all()) {
    const cause = causeOf(hop, view);
    if (cause !== undefined) addTo(children, cause, hop);
    const { server, client } = spansOf(view, hop.index);
    if (server !== undefined) {
      const receiver = view.naming.receiverOf(hop.index);
      recording.add(receiver.group);
      const at = hop.endedAt ?? hop.startedAt;
      newestRecorded.set(receiver.index, Math.max(newestRecorded.get(receiver.index) ?? 0, at));
      newestOfAll = Math.max(newestOfAll, at);
    }
    const isForwarded = hop.parent?.because === "forwarded unchanged";
    const { identities, fields } = hop.reading;
    for (const { format, traceId } of identities) {
      if (server !== undefined) habits.received(view.naming.receiverOf(hop.index).index, format, fields, server.traceId === traceId);
      if (!isForwarded) habits.sent(view.naming.senderOf(hop.index).index, format);
    }
    if (client !== undefined && identities.length === 0 && hop.observed === "full")
      habits.sentNothing(view.naming.senderOf(hop.index).index);
  }
  for (const workload of samplersAmong(children, view)) samplers.add(workload);
  return { ...facts, newestOfAll };
}

/** Connections that captures hold all of, by `connectionKey`. */
function wholeConnections({ connections }: View): ReadonlySet<string> {
  const whole = new Set(connections.map(connectionKey));
  for (const connection of connections) if (connection.missing > 0) whole.delete(connectionKey(connection));
  return whole;
}

/** One call with a changed flag may have other reasons. */
const MIN_LEFT_UNSAMPLED = 3;

/** Workloads that leave unsampled what comes in sampled, again and again: by index. */
function samplersAmong(children: ReadonlyMap<number, readonly Hop[]>, view: View): number[] {
  const counts = new Map<number, number>();
  for (const [cause, calls] of children) {
    if (!isLeftUnsampled(view.table.hop(cause), calls)) continue;
    const { index } = view.naming.receiverOf(cause);
    count(counts, index);
  }
  return [...counts].flatMap(([workload, n]) => (n >= MIN_LEFT_UNSAMPLED ? [workload] : []));
}
