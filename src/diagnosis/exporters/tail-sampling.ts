// Whether what is missing was sampled away behind the collector, trace by trace (tail sampling): of some traces everything is there, of others nothing,
// whoever sent it, and both kinds come in turns. What fails loses batches or a stretch of time, and parts of traces with them.

import type { SpanIndex } from "../../diff/span-index.ts";
import type { TraceDiff } from "../../diff/trace-diff.ts";
import type { HopTable } from "../../hops/hop-table.ts";
import { templatePath } from "../../hops/path-shape.ts";
import type { Naming, Workload } from "../../naming/workload.ts";
import type { SpanExport } from "../../protocols/observation.ts";
import { groupBy } from "../../wire/group-by.ts";
import { answeredTraces } from "../answered-traces.ts";
import type { BackendKnowledge } from "../backend-knowledge.ts";
import { fateOf } from "./export-answer.ts";

/** Traces of either kind that it takes to tell. */
const MIN_TRACES = 5;
/** Of either kind, of one entry alone. */
const MIN_OF_ENTRY = 10;
/** Part of the traces that may be there in part: their last spans may be on their way. */
const MAX_IN_PART = 0.02;
/** Part of the changes between the kinds that chance makes. */
const MIN_CHANGES = 0.5;
/** Part of a receiver's traces that hold spans of others. */
const SHARED = 0.95;

interface Exchanges {
  readonly table: HopTable;
  readonly naming: Naming;
  readonly diff: TraceDiff;
  readonly backend: BackendKnowledge;
}

/** What should be there of a trace, and what is. */
export interface TraceShare {
  readonly services: Set<string>;
  kept: number;
  all: number;
  /** Receiver and route of the first exchange; undefined where exports tell of the trace. */
  entry?: string;
}

/** By trace that was looked up or searched for, in the order in which they were first sent: the spans of exports that were accepted. */
export function sharesOfExports(
  exports: readonly SpanExport[],
  index: SpanIndex,
  backend: Pick<BackendKnowledge, "isLookedUp" | "isWindowSearched">,
): TraceShare[] {
  const shares = new Map<string, TraceShare>();
  for (const of of exports) {
    if (fateOf(of) !== "accepted") continue;
    for (const { traceId, spanId, resource } of of.spans)
      if (backend.isWindowSearched || backend.isLookedUp(traceId))
        addToShare(shares, traceId, resource.service, index.byId(traceId, spanId).length > 0);
  }
  return [...shares.values()];
}

/** By trace that was looked up or searched for, in the order of time: the CLIENT and SERVER spans of sampled exchanges, as far as sender and receiver have such spans of others. */
export function sharesOfExchanges({ table, naming, diff: { matches, index: spans }, backend }: Exchanges): TraceShare[] {
  if (!isAnyAbsent(table, spans)) return [];
  const isAnswered = answeredTraces(table, backend);
  /** By number of the trace id. */
  const shares = new Map<number, TraceShare>();
  const sending = new Set<Workload>();
  const receiving = new Map<Workload, Received>();
  const services = servicesByTrace(spans);
  for (const [hop, { client, server }] of matches) {
    if (client !== undefined) sending.add(naming.senderOf(hop));
    if (server === undefined) continue;
    const receiver = naming.receiverOf(hop);
    const known = receiving.get(receiver) ?? { traces: 0, shared: 0 };
    receiving.set(receiver, known);
    known.traces++;
    if ((services.get(server.traceId)?.size ?? 0) > 1) known.shared++;
  }
  if (receiving.size === 0) return [];
  const { readings, identities } = table.exchanges;
  for (let index = 0; index < table.size; index++) {
    const row = table.row[index]!;
    const id = readings.first(row);
    if (!table.isWork(index) || readings.end(row) !== id + 1 || !identities.isSampled(id)) continue;
    const trace = identities.trace[id]!;
    if (isAnswered[trace] === 0) continue;
    const { client, server } = matches.get(index) ?? {};
    const [sender, receiver] = [naming.senderOf(index), naming.receiverOf(index)];
    if (sending.has(sender)) addToShare(shares, trace, sender.group, client !== undefined);
    const received = receiving.get(receiver);
    if (received === undefined) continue;
    addToShare(shares, trace, receiver.group, server !== undefined);
    const share = shares.get(trace)!;
    if (share.entry === undefined) {
      const { method, path } = table.hop(index);
      share.entry = `${receiver.index} ${method} ${templatePath(path)}`;
    }
    // Whatever it asks has spans in the same trace: losing its own alone would leave those.
    if (received.shared >= SHARED * received.traces) share.services.add("those behind it");
  }
  // Where nothing is recorded of a route, its handler makes no spans.
  const all = [...shares.values()];
  const recorded = new Set(all.filter(({ kept }) => kept > 0).map(({ entry }) => entry));
  return all.filter(({ entry }) => recorded.has(entry));
}

/** Whether there is anything to ask of: with a backend, most runs lack no trace. */
function isAnyAbsent({ exchanges }: HopTable, spans: SpanIndex): boolean {
  for (const traceId of exchanges.traceIds()) if (!spans.hasTrace(traceId)) return true;
  return false;
}

/** Traces that a receiver has spans of, and those of them that hold spans of other services as well. */
interface Received {
  traces: number;
  shared: number;
}

function servicesByTrace({ spans }: SpanIndex): Map<string, Set<string>> {
  const services = new Map<string, Set<string>>();
  for (const { traceId, resource } of spans) services.set(traceId, (services.get(traceId) ?? new Set()).add(resource.service));
  return services;
}

function addToShare<Trace>(shares: Map<Trace, TraceShare>, trace: Trace, service: string, isKept: boolean): void {
  const known = shares.get(trace) ?? { services: new Set(), kept: 0, all: 0 };
  shares.set(trace, known);
  known.services.add(service);
  known.all++;
  if (isKept) known.kept++;
}

export function isTailSampled(shares: readonly TraceShare[]): boolean {
  const told = shares.filter(({ services }) => services.size > 1);
  const whole = told.filter(({ kept, all }) => kept === all).length;
  const gone = countGone(told);
  if (Math.min(whole, gone) < MIN_TRACES || told.length - whole - gone > MAX_IN_PART * told.length) return false;
  const byEntry = [...groupBy(told, ({ entry }) => entry).values()];
  return isInTurns(told) && byEntry.every((shares) => isInTurns(shares) || !isTelling(shares));
}

/** Whether traces that are there and traces that are not come in turns, as chance has it. */
function isInTurns(shares: readonly TraceShare[]): boolean {
  const gone = countGone(shares);
  let changes = 0;
  for (let k = 1; k < shares.length; k++) if ((shares[k]!.kept === 0) !== (shares[k - 1]!.kept === 0)) changes++;
  return changes >= (MIN_CHANGES * 2 * (shares.length - gone) * gone) / shares.length;
}

/** Of one entry so many of both kinds do not fall apart by chance: there something began, or ended, while the traces of others went on. */
function isTelling(shares: readonly TraceShare[]): boolean {
  const gone = countGone(shares);
  return Math.min(gone, shares.length - gone) >= MIN_OF_ENTRY;
}

function countGone(shares: readonly TraceShare[]): number {
  return shares.filter(({ kept }) => kept === 0).length;
}
