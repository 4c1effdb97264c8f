// What proves a finding: packets to look up in Wireshark, spans to open in Jaeger.

import type { Exemplar } from "../diagnosis/exemplars.ts";
import type { Finding } from "../diagnosis/finding.ts";
import type { Inspection } from "../diagnosis/inspection.ts";
import type { WireProof } from "../diagnosis/judgement.ts";
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
  /** The frame that Wireshark shows the request at, where its bytes end in another one. */
  readonly shownAt?: number;
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
function evidenceOfExemplar({ judgement, fault }: Exemplar, inspection: Inspection, options: EvidenceOptions): Evidence[] {
  const hops = fault.parent === undefined ? [judgement.hop] : [fault.parent, judgement.hop];
  const packets = hops.flatMap((hop) => packetEvidence(hop, inspection, options) ?? []);
  return [...packets, ...fault.spans.map((span) => spanEvidence(span, options))];
}

export function packetEvidence(hop: Hop, inspection: Inspection, options: EvidenceOptions): PacketEvidence | undefined {
  const message = hop.exchange.request ?? hop.exchange.response;
  if (message === undefined) return undefined;
  const { capture, number } = message.packet;
  const shownAt = shownElsewhere(hop);
  return {
    kind: "packet",
    capture: inspection.captures[capture]?.file ?? "?",
    number,
    ...(shownAt !== undefined && { shownAt }),
    filter: `frame.number == ${number}${shownAt === undefined ? "" : ` or frame.number == ${shownAt}`}`,
    at: toIso(message.startedAt),
    fields: shownFields(hop, options),
    hop,
  };
}

/** Wireshark shows a request at the frame of its last byte; undefined where that is the first one, too. */
export function shownElsewhere({ exchange: { request } }: Hop): number | undefined {
  return request?.lastPacket === undefined || request.lastPacket === request.packet.number ? undefined : request.lastPacket;
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

/** `client:48110 → ingress:80`, names where they are known. */
export function arrow(hop: Hop, inspection: Inspection): string {
  const from = inspection.naming.senderOf(hop.index);
  const to = inspection.naming.receiverOf(hop.index);
  const left = from.service === undefined ? formatEndpoint(hop.client) : `${from.group}:${hop.client.port}`;
  const right = to.service === undefined ? formatEndpoint(hop.server) : `${to.group}:${hop.server.port}`;
  return `${left} → ${right}`;
}
