// Judge: one hop with its parent, sightings and spans → what happened to its context here, and who did it.

import { type Hop, NO_PARENT } from "../hops/hop.ts";
import { count } from "../wire/count.ts";
import { connectionKey, type SeenEnds } from "../wire/endpoint.ts";
import { CallsOfRequests } from "./calls-of-requests.ts";
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
  const { table, naming } = view;
  const calls = new CallsOfRequests(table);
  const habits = new HabitsTable();
  const newestRecorded = new Map<number, number>();
  // Only what a backend lacks is judged by these.
  const losses = new SpanLosses(view);
  let causes: ReadonlySet<number> | undefined;
  const isCause = (hop: number) => {
    causes ??= new Set(table.parent);
    return causes.has(hop);
  };
  let whole: ReadonlySet<string> | undefined;
  const isWhole = (ends: SeenEnds) => {
    whole ??= wholeConnections(view);
    return whole.has(connectionKey(ends));
  };
  const samplers = new Set<number>();
  const recording = new Set<string>();
  const facts = { calls, habits, newestRecorded, losses, recordedRoutes, recording, samplers, isCause, isWhole };
  let newestOfAll = Number.NEGATIVE_INFINITY;
  if (!view.backend.isAsked) return { ...facts, newestOfAll };
  const { readings, identities } = table.exchanges;
  /** Requests with a call that carries a context which is not sampled. */
  const unsampled = new Set<number>();
  for (let index = 0; index < table.size; index++) {
    const row = table.row[index]!;
    const [first, end] = [readings.first(row), readings.end(row)];
    const sender = naming.senderOf(index).index;
    const cause = causeOf(index, view);
    if (cause !== undefined) {
      calls.add(cause, index);
      for (let own = first; own < end; own++) if (identities.isUnsampled(own)) unsampled.add(cause);
    }
    if (table.parent[index] === NO_PARENT || table.because(index) !== "forwarded unchanged") {
      for (let own = first; own < end; own++) habits.sent(sender, identities.format(own));
    }
    const { server, client } = spansOf(view, index);
    if (server === undefined && client === undefined) continue;
    const hop = table.hop(index);
    if (client !== undefined && first === end && hop.observed === "full") habits.sentNothing(sender);
    if (server === undefined) continue;
    const receiver = naming.receiverOf(index);
    recording.add(receiver.group);
    const at = hop.endedAt ?? hop.startedAt;
    newestRecorded.set(receiver.index, Math.max(newestRecorded.get(receiver.index) ?? 0, at));
    newestOfAll = Math.max(newestOfAll, at);
    for (const { format, traceId } of hop.reading.identities)
      habits.received(receiver.index, format, hop.reading.fields, server.traceId === traceId);
  }
  for (const workload of samplersAmong(unsampled, calls, view)) samplers.add(workload);
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

/** Workloads that leave unsampled what comes in sampled, again and again: by index. `requests`: those with calls that are not sampled. */
function samplersAmong(requests: ReadonlySet<number>, calls: CallsOfRequests, view: View): number[] {
  const counts = new Map<number, number>();
  for (const request of requests) {
    if (isLeftUnsampled(view.table.hop(request), calls.of(request))) count(counts, view.naming.receiverOf(request).index);
  }
  return [...counts].flatMap(([workload, n]) => (n >= MIN_LEFT_UNSAMPLED ? [workload] : []));
}
