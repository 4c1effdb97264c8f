// What a span of a stitched trace says of itself: who, what, when. A ghost's facts are those of its packets.

import type { Inspection } from "../../diagnosis/inspection.ts";
import type { Hop } from "../../hops/hop.ts";
import { templatePath } from "../../hops/path-shape.ts";
import { startOf } from "../../hops/sightings.ts";
import type { Resource, SpanKind } from "../../spans/span.ts";
import { MILLISECOND, type Timestamp } from "../../wire/timestamp.ts";
import { toolName } from "../tool.ts";
import type { StitchedSpan } from "./stitched-trace.ts";

export interface SpanFacts {
  readonly name: string;
  readonly kind: SpanKind;
  readonly resource: Resource;
  readonly scope: string;
  /** On the clock of the run, where the clock of its service was found to be off. */
  readonly startedAt: Timestamp;
  readonly endedAt: Timestamp;
  readonly error: boolean;
  /** µs that were taken off the recorded times. */
  readonly shifted: number;
}

/** What clocks differ by less than this may be the estimate's own error. */
const WORTH_SHIFTING = MILLISECOND;
/** From this status on a call has failed for who made it, and for who served it (OpenTelemetry semantic conventions for HTTP spans). */
const CLIENT_ERRORS = 400;
const SERVER_ERRORS = 500;

export function factsOf({ span, hop, side }: StitchedSpan, inspection: Inspection): SpanFacts {
  if (span !== undefined) {
    const { clockOffsets, usualClockOffset } = inspection.diff;
    const offset = clockOffsets.get(span.resource.service) ?? usualClockOffset;
    const shifted = Math.abs(offset) >= WORTH_SHIFTING ? offset : 0;
    const { name, kind, resource, scope, error } = span;
    return { name, kind, resource, scope, error, startedAt: span.startedAt - shifted, endedAt: span.endedAt - shifted, shifted };
  }
  // A ghost always has its exchange.
  return ghostFacts(hop!, side === "client" ? "client" : "server", inspection);
}

function ghostFacts(hop: Hop, kind: "client" | "server", inspection: Inspection): SpanFacts {
  const { naming } = inspection;
  const { group, pod } = kind === "client" ? naming.senderOf(hop.index) : naming.receiverOf(hop.index);
  return {
    name: nameOf(hop),
    kind,
    resource: { service: group, ...(pod === undefined ? {} : { pod }) },
    scope: toolName,
    ...timesOf(hop, kind, inspection),
    error: hasFailed(hop, kind),
    shifted: 0,
  };
}

/** As instrumentations name it: the route, or service and method of gRPC. */
function nameOf({ method, path, protocol }: Hop): string {
  return protocol === "gRPC" ? path.replace(/^\//, "") : `${method} ${templatePath(path)}`;
}

/** The sender saw it longest; the receiver as short as the packet capture nearest to it shows. */
function timesOf(hop: Hop, kind: "client" | "server", { graph }: Inspection): Pick<SpanFacts, "startedAt" | "endedAt"> {
  const { table } = graph;
  let startedAt = hop.startedAt;
  let endedAt = hop.endedAt;
  if (kind === "server") {
    for (const row of table.rows(hop.index)) {
      const { exchanges, clocks } = table;
      if (!exchanges.hasRequest(row)) continue;
      startedAt = Math.max(startedAt, startOf(exchanges, row, clocks));
      const end = exchanges.responseEnd[row]! - (clocks[exchanges.vantageOf(row)] ?? 0);
      if (!Number.isNaN(end)) endedAt = Math.min(endedAt ?? end, end);
    }
  }
  return { startedAt, endedAt: Math.max(startedAt, endedAt ?? startedAt) };
}

function hasFailed({ status = 0, exchange }: Hop, kind: "client" | "server"): boolean {
  return status >= (kind === "client" ? CLIENT_ERRORS : SERVER_ERRORS) || (exchange.grpc?.status ?? 0) !== 0;
}
