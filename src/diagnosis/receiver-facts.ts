// What all exchanges together show of receivers, for one exchange to be judged by.

import { CallsOfRequests } from "../hops/calls-of-requests.ts";
import { type Hop, NO_PARENT } from "../hops/hop.ts";
import { count } from "../wire/count.ts";
import { connectionKey, type SeenEnds } from "../wire/endpoint.ts";
import { isLeftUnsampled } from "./aftermath.ts";
import type { RouteCounts } from "./exporters/route-counts.ts";
import { SpanLosses } from "./exporters/span-losses.ts";
import { causeOf } from "./likely-causes.ts";
import { HabitsTable } from "./receiver-habits.ts";
import { spansOf, type View } from "./view.ts";

export interface ReceiverFacts {
  /** What a request caused, in the order of time. */
  readonly callsOf: (request: number) => readonly Hop[];
  readonly habits: HabitsTable;
  /** Whether a hop caused others: then its receiver did not refuse it. */
  readonly isCause: (hop: number) => boolean;
  /** Latest end of a hop that a receiver has a SERVER span of, by workload index: spans are exported in the order of their ends. */
  readonly newestRecorded: ReadonlyMap<number, number>;
  /** The latest of them. */
  readonly newestOfAll: number;
  readonly losses: SpanLosses;
  readonly recordedRoutes: RouteCounts;
  /** Groups of workloads of which one has SERVER spans. */
  readonly recording: ReadonlySet<string>;
  /** Workloads that send on unsampled what comes in sampled, by index. */
  readonly samplers: ReadonlySet<number>;
  /** Whether the capture holds all of a connection. */
  readonly isWhole: (ends: SeenEnds) => boolean;
}

export function gatherFacts(view: View, recordedRoutes: RouteCounts): ReceiverFacts {
  const { table, naming } = view;
  const calls = new CallsOfRequests(table.size);
  const callsOf = (request: number) => Array.from(calls.of(request), (call) => table.hop(call));
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
  const facts = { callsOf, habits, newestRecorded, losses, recordedRoutes, recording, samplers, isCause, isWhole };
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
  for (const workload of samplersAmong(unsampled, callsOf, view)) samplers.add(workload);
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
function samplersAmong(requests: ReadonlySet<number>, callsOf: ReceiverFacts["callsOf"], view: View): number[] {
  const counts = new Map<number, number>();
  for (const request of requests) {
    if (isLeftUnsampled(view.table.hop(request), callsOf(request))) count(counts, view.naming.receiverOf(request).index);
  }
  return [...counts].flatMap(([workload, n]) => (n >= MIN_LEFT_UNSAMPLED ? [workload] : []));
}
