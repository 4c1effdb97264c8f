// One trace, both views: hops and spans on one clock, in the order of time, with what one side lacks.

import type { Inspection } from "../diagnosis/inspection.ts";
import { isReceiving, isSending } from "../diff/span-index.ts";
import type { Hop } from "../hops/hop.ts";
import type { Span } from "../spans/span.ts";
import type { Timestamp } from "../wire/timestamp.ts";

/** Why the other side of a row is empty:
 * - `not instrumented`: nobody there makes spans
 * - `no span`: a span was expected and the backend has none
 * - `not captured`: an HTTP or gRPC span without an exchange in the captures
 * - `not on the wire`: spans that never leave their process
 */
export type Absence = "not instrumented" | "no span" | "no backend" | "not captured" | "not on the wire";

export interface TraceRow {
  readonly startedAt: Timestamp;
  readonly endedAt: Timestamp | undefined;
  readonly hop: Hop | undefined;
  /** The span on this row: the hop's CLIENT span beside the hop, its SERVER span one row below. */
  readonly span: Span | undefined;
  /** The hop that the row's SERVER span belongs to. */
  readonly servedHop: Hop | undefined;
  /** The hop belongs to the trace by what caused it, and carries this id, or none. */
  readonly ghost: { readonly traceId: string | undefined; readonly isInferred: boolean } | undefined;
  readonly absence: Absence | undefined;
  /** Spans above it in the trace. */
  readonly depth: number;
}

export interface TraceView {
  readonly traceId: string;
  /** It, and the id under which the backend holds it. */
  readonly traceIds: ReadonlySet<string>;
  readonly rows: readonly TraceRow[];
  /** By service, µs: what was taken off its spans' times. */
  readonly offsets: ReadonlyMap<string, number>;
}

export function viewTrace(traceId: string, inspection: Inspection): TraceView {
  const { answer, diff } = inspection;
  const traceIds = new Set([traceId, ...(answer?.respelled.flatMap((r) => (r.traceId === traceId ? [r.heldAs] : [])) ?? [])]);
  const hops = hopsOf(traceIds, inspection);
  const rows = [...hops.entries()].flatMap(([hop, ghost]) => rowsOfHop(hop, ghost, traceIds, inspection));
  const shown = new Set(rows.flatMap((row) => row.span ?? []));
  const lone = diff.index.spans.filter((span) => traceIds.has(span.traceId) && !shown.has(span));
  const withoutHop = new Set(diff.spansWithoutHop);
  const all = [...rows, ...lone.map((span) => rowOfSpan(span, withoutHop.has(span), inspection))].sort(
    (a, b) => a.startedAt - b.startedAt || a.depth - b.depth,
  );
  const services = new Set(all.flatMap((row) => row.span?.resource.service ?? []));
  const offsets = new Map([...diff.clockOffsets].filter(([service]) => services.has(service)));
  return { traceId, traceIds, rows: all, offsets };
}

/** Hops that name the trace, that hold spans of it, and those that they caused. */
function hopsOf(traceIds: ReadonlySet<string>, { graph, diff }: Inspection): Map<Hop, TraceRow["ghost"]> {
  const found = new Map<Hop, TraceRow["ghost"]>();
  for (const hop of graph.hops) {
    const { identities, context } = hop.reading;
    const { client, server } = diff.matches.get(hop.index) ?? {};
    const isNamed = identities.some((id) => traceIds.has(id.traceId));
    const isRecorded = [client, server].some((span) => span !== undefined && traceIds.has(span.traceId));
    if (isNamed) found.set(hop, undefined);
    else if (isRecorded) found.set(hop, identities.length === 0 ? undefined : { traceId: context?.traceId, isInferred: false });
  }
  // Hops are in the order of time, causes before what they caused: one pass finds whole subtrees.
  for (const hop of graph.hops) {
    const { parent, reading } = hop;
    const cause = parent === undefined ? undefined : graph.table.hop(parent.hop);
    if (found.has(hop) || cause === undefined || parent === undefined || hop.purpose !== "work" || !found.has(cause)) continue;
    found.set(hop, { traceId: reading.context?.traceId, isInferred: parent.confidence < 0.95 || found.get(cause)?.isInferred === true });
  }
  return found;
}

function rowsOfHop(hop: Hop, ghost: TraceRow["ghost"], traceIds: ReadonlySet<string>, inspection: Inspection): TraceRow[] {
  const { client, server } = inspection.diff.matches.get(hop.index) ?? {};
  const first: TraceRow = {
    startedAt: hop.startedAt,
    endedAt: hop.endedAt,
    hop,
    span: client,
    servedHop: undefined,
    ghost,
    absence: client === undefined && server === undefined ? absenceOf(hop, inspection) : undefined,
    depth: client === undefined ? 0 : depthOf(client, inspection),
  };
  if (server === undefined) return [first];
  const at = adjusted(server, inspection);
  const below: TraceRow = {
    // It never began before its request: what clocks leave over is not shown.
    startedAt: Math.max(at.startedAt, hop.startedAt),
    endedAt: at.endedAt,
    hop: undefined,
    span: server,
    servedHop: hop,
    ghost: traceIds.has(server.traceId) ? undefined : { traceId: server.traceId, isInferred: ghost?.isInferred ?? false },
    absence: undefined,
    depth: depthOf(server, inspection),
  };
  return [first, below];
}

function absenceOf(hop: Hop, { naming, answer }: Inspection): Absence {
  if (answer === undefined) return "no backend";
  return naming.receiverOf(hop.index).isInstrumented ? "no span" : "not instrumented";
}

function rowOfSpan(span: Span, isHttp: boolean, inspection: Inspection): TraceRow {
  const isRemote = isReceiving(span) || isSending(span);
  return {
    ...adjusted(span, inspection),
    hop: undefined,
    span,
    servedHop: undefined,
    ghost: undefined,
    absence: !isRemote ? "not on the wire" : isRpc(span) || isHttp ? "not captured" : "not on the wire",
    depth: depthOf(span, inspection),
  };
}

function isRpc({ attributes }: Span): boolean {
  return attributes["rpc.system"] !== undefined || attributes["rpc.system.name"] !== undefined;
}

function adjusted(span: Span, { diff }: Inspection) {
  const offset = diff.clockOffsets.get(span.resource.service) ?? diff.usualClockOffset;
  return { startedAt: span.startedAt - offset, endedAt: span.endedAt - offset };
}

/** Loops exist in broken traces. */
const MAX_DEPTH = 64;

function depthOf(span: Span, { diff }: Inspection): number {
  let depth = 0;
  let above = diff.index.parentOf(span);
  while (above !== undefined && depth < MAX_DEPTH) {
    depth++;
    above = diff.index.parentOf(above);
  }
  return depth;
}
