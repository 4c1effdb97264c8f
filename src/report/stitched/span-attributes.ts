// Attributes of spans in a stitched trace: those of the recording that a report may show, and under `traceinspect.` what was found out.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { type Hop, INFERRED } from "../../hops/hop.ts";
import type { SpanFacts } from "./span-facts.ts";
import type { StitchedSpan } from "./stitched-trace.ts";

/** `double`: a number that is one of them also where it is whole. */
export type AttributeValue = string | number | boolean | readonly string[] | { readonly double: number };
export type Attributes = Record<string, AttributeValue>;

/** Attributes that may hold a query, and a URL a user's name and password. */
const TARGETS: ReadonlySet<string> = new Set(["url.full", "http.url", "http.target", "url.path"]);
/** Kept for matching only. */
const PRIVATE: ReadonlySet<string> = new Set(["guid:x-request-id"]);
const MAX_SEEN_IN = 16;

/** Where attributes come from that the span does not hold itself. */
export interface AttributeSources {
  readonly inspection: Inspection;
  /** What a report calls a capture file. */
  nameOf(capture: number): string;
}

export function attributesOf(own: StitchedSpan, facts: SpanFacts, traceId: string, sources: AttributeSources): Attributes {
  return {
    ...(own.span === undefined ? exchangeAttributes(own.hop!, own.side === "client") : recordedAttributes(own.span.attributes)),
    ...(own.absence === undefined ? {} : { "traceinspect.ghost": true, "traceinspect.absence": own.absence }),
    ...(own.hop === undefined ? {} : packetAttributes(own.hop, sources)),
    ...(own.verdicts.length === 0 ? {} : { "traceinspect.verdicts": own.verdicts, "traceinspect.finding": findingOf(own.hop, sources) }),
    ...parentAttributes(own),
    ...idAttributes(own, traceId),
    ...(facts.shifted === 0 ? {} : { "traceinspect.clock_offset_us": Math.round(facts.shifted) }),
  };
}

function recordedAttributes(attributes: NonNullable<StitchedSpan["span"]>["attributes"]): Attributes {
  const shown: Attributes = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (PRIVATE.has(key)) continue;
    shown[key] = TARGETS.has(key) && typeof value === "string" ? withoutSecrets(value) : value;
  }
  return shown;
}

/** Without query, fragment, and user information (RFC 3986 §3.2.1). */
function withoutSecrets(target: string): string {
  return target.replace(/[?#].*$/s, "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, "$1");
}

/** In the words of OpenTelemetry's semantic conventions. */
function exchangeAttributes({ method, path, status, version, client, server, exchange }: Hop, isClient: boolean): Attributes {
  const { grpc } = exchange;
  return {
    "http.request.method": method,
    "url.path": path,
    ...(status === undefined ? {} : { "http.response.status_code": status }),
    ...(grpc === undefined ? {} : { "rpc.system": "grpc" }),
    ...(grpc?.status === undefined ? {} : { "rpc.grpc.status_code": grpc.status }),
    "network.protocol.version": version,
    "server.address": server.address,
    "server.port": server.port,
    "network.peer.address": isClient ? server.address : client.address,
    "network.peer.port": isClient ? server.port : client.port,
  };
}

/** What can be looked up in Wireshark. */
function packetAttributes(hop: Hop, { nameOf }: AttributeSources): Attributes {
  const packet = (hop.exchange.request ?? hop.exchange.response)?.packet;
  if (packet === undefined) return {};
  const seenIn = hop.sightings.flatMap(({ request }) =>
    request === undefined ? [] : `${nameOf(request.packet.capture)} #${request.packet.number}`,
  );
  return {
    "traceinspect.capture": nameOf(packet.capture),
    "traceinspect.frame": packet.number,
    ...(seenIn.length < 2 ? {} : { "traceinspect.seen_in": seenIn.slice(0, MAX_SEEN_IN) }),
    ...(hop.endedAt === undefined ? { "traceinspect.unanswered": true } : {}),
  };
}

/** The first finding that counts the exchange. */
function findingOf(hop: Hop | undefined, { inspection: { diagnosis } }: AttributeSources): string {
  const [first = -1] = hop === undefined ? [] : (diagnosis.findingsOf.get(hop.index) ?? []);
  return diagnosis.findings[first]?.message ?? "";
}

function parentAttributes({ link }: StitchedSpan): Attributes {
  if (link === undefined) return {};
  return {
    "traceinspect.parent.because": link.because,
    "traceinspect.parent.inferred": INFERRED.has(link.because),
    "traceinspect.parent.confidence": { double: Number(link.confidence.toFixed(3)) },
  };
}

function idAttributes({ span, originalTraceId, spanId, parent }: StitchedSpan, traceId: string): Attributes {
  const before = span?.parentSpanId;
  return {
    ...(originalTraceId === undefined || originalTraceId === traceId ? {} : { "traceinspect.original_trace_id": originalTraceId }),
    ...(span === undefined || span.spanId === spanId ? {} : { "traceinspect.original_span_id": span.spanId }),
    ...(before === undefined || parent === undefined || parent.spanId === before ? {} : { "traceinspect.original_parent_span_id": before }),
  };
}
