// What proves a finding: packets to look up in Wireshark, spans to open in Jaeger.

import type { Finding } from "../diagnosis/finding.ts";
import type { Inspection } from "../diagnosis/inspection.ts";
import type { WireProof } from "../diagnosis/judgement.ts";
import type { Exemplar } from "../diagnosis/tally.ts";
import type { Hop } from "../hops/hop.ts";
import { withoutBaggageValues } from "../propagation/baggage-fields.ts";
import type { Span } from "../spans/span.ts";
import { formatEndpoint } from "../wire/endpoint.ts";
import { toIso } from "../wire/timestamp.ts";
import { type WireEvidence, wireEvidence } from "./wire-evidence.ts";

export interface PacketEvidence {
  readonly kind: "packet";
  readonly capture: string;
  readonly number: number;
  /** Wireshark display filter that shows it. */
  readonly filter: string;
  readonly at: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly hop: Hop;
}

export interface SpanEvidence {
  readonly kind: "span";
  readonly traceId: string;
  readonly spanId: string;
  readonly service: string;
  readonly operation: string;
  readonly url: string | undefined;
}

export type Evidence = PacketEvidence | SpanEvidence | WireEvidence;

export interface EvidenceOptions {
  readonly showBaggage: boolean;
  readonly jaegerUi: string | undefined;
}

export function evidenceOf(finding: Finding, inspection: Inspection, options: EvidenceOptions): Evidence[] {
  const exchanges = finding.exemplars.flatMap((exemplar) => evidenceOfExemplar(exemplar, inspection, options));
  return [...exchanges, ...proofsOf(finding).map((proof) => wireEvidence(proof, inspection))];
}

/** What else on the wire proves a finding, each once. */
export function proofsOf({ exemplars, handshakes = [] }: Finding): readonly WireProof[] {
  return [...new Set([...exemplars.flatMap(({ fault }) => fault.proofs ?? []), ...handshakes])];
}

/** The cause's packet, the exchange's own, and the spans. */
export function evidenceOfExemplar({ judgement, fault }: Exemplar, inspection: Inspection, options: EvidenceOptions): Evidence[] {
  const hops = fault.parent === undefined ? [judgement.hop] : [fault.parent, judgement.hop];
  const packets = hops.flatMap((hop) => packetEvidence(hop, inspection, options) ?? []);
  return [...packets, ...fault.spans.map((span) => spanEvidence(span, options))];
}

export function packetEvidence(hop: Hop, inspection: Inspection, options: EvidenceOptions): PacketEvidence | undefined {
  const message = hop.exchange.request ?? hop.exchange.response;
  if (message === undefined) return undefined;
  const { capture, number } = message.packet;
  return {
    kind: "packet",
    capture: inspection.captures[capture]?.file ?? "?",
    number,
    filter: `frame.number == ${number}`,
    at: toIso(message.startedAt),
    fields: shownFields(hop, options),
    hop,
  };
}

/** Trace fields as they stood on the wire; baggage as its keys and lengths unless it was asked for. */
export function shownFields(hop: Hop, { showBaggage }: EvidenceOptions): [string, string][] {
  return hop.reading.fields.map(({ name, value }) => [name, showBaggage ? value : withoutBaggageValues(name, value)]);
}

export function spanEvidence(span: Span, { jaegerUi }: EvidenceOptions): SpanEvidence {
  return {
    kind: "span",
    traceId: span.traceId,
    spanId: span.spanId,
    service: span.resource.service,
    operation: span.name,
    url: jaegerUi === undefined ? undefined : `${jaegerUi}/trace/${span.traceId}?uiFind=${span.spanId}`,
  };
}

/**
 * A display filter for all exchanges like those of a finding. `matches` ignores case; `contains` does not, and Go writes `Traceparent`.
 * It asks for the ends, for a single route, and for the missing fields where they are missing; it may show sound exchanges of the route too.
 */
export function populationFilter(finding: Finding, affected: readonly Hop[]): string | undefined {
  const hops = affected.length > 0 ? affected : finding.exemplars.map((exemplar) => exemplar.judgement.hop);
  const [hop] = hops;
  if (hop === undefined || finding.edge === undefined) return undefined;
  const family = hop.client.address.includes(":") ? "ipv6" : "ip";
  const [only, ...more] = finding.routes;
  return [
    hop.version === "2" ? "http2.headers.path" : "http.request",
    ...oneOf(
      `${family}.src`,
      hops.map((h) => h.client.address),
    ),
    ...oneOf(
      `${family}.dst`,
      hops.map((h) => h.server.address),
    ),
    ...oneOf(
      "tcp.dstport",
      hops.map((h) => `${h.server.port}`),
    ),
    ...(only !== undefined && more.length === 0 ? routeFilter(only.route) : []),
    ...(finding.verdict === "stripped" ? ['not http.request.line matches "^(traceparent|b3|x-b3-traceid|uber-trace-id):"'] : []),
  ].join(" and ");
}

/** A filter with more values than this is no longer readable, nor pasteable: that clause is left out. */
const MAX_VALUES = 8;

function oneOf(field: string, values: readonly string[]): string[] {
  const all = [...new Set(values)];
  if (all.length > MAX_VALUES) return [];
  return [all.length === 1 ? `${field} == ${all[0]}` : `${field} in {${all.join(", ")}}`];
}

/** `GET /orders/*` as Wireshark tells it. A route with odd characters is left out: it comes from the wire. */
function routeFilter(route: string): string[] {
  const found = /^([A-Z]+) (\/[\w./*~-]*)$/.exec(route);
  const [, method, path] = found ?? [];
  if (method === undefined || path === undefined) return [];
  const pattern = path.replaceAll(".", "[.]").replaceAll("*", "[^/?]+");
  return [`http.request.method == "${method}"`, `http.request.uri matches "^${pattern}([?]|$)"`];
}

/** `client:48110 → ingress:80`, names where they are known. */
export function arrow(hop: Hop, inspection: Inspection): string {
  const from = inspection.naming.senderOf(hop.index);
  const to = inspection.naming.receiverOf(hop.index);
  const left = from.service === undefined ? formatEndpoint(hop.client) : `${from.group}:${hop.client.port}`;
  const right = to.service === undefined ? formatEndpoint(hop.server) : `${to.group}:${hop.server.port}`;
  return `${left} → ${right}`;
}
