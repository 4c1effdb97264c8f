// Packets besides those of the trace that prove a finding: look-ups, handshakes, connections and exports that failed, connections that cannot be read.

import { answerName } from "../diagnosis/exporters/export-answer.ts";
import type { Inspection } from "../diagnosis/inspection.ts";
import type { WireProof } from "../diagnosis/judgement.ts";
import type { ConnectionSummary, DnsExchange, PacketReference, SpanExport, TlsHandshake } from "../protocols/observation.ts";
import { type Endpoint, formatEndpoint } from "../wire/endpoint.ts";
import { toIso } from "../wire/timestamp.ts";
import { counted } from "../wire/words.ts";

interface Located {
  readonly capture: string;
  readonly number: number;
  /** Wireshark display filter that shows it and its like. */
  readonly filter: string;
  readonly at: string;
  readonly client: Endpoint;
  readonly server: Endpoint;
}

export interface DnsEvidence extends Located {
  readonly kind: "dns";
  readonly name: string;
  readonly type: string;
  /** `NXDOMAIN`, `SERVFAIL`, …; null without an answer. */
  readonly code: string | null;
}

export interface TlsEvidence extends Located {
  readonly kind: "tls";
  readonly serverName: string | null;
  readonly version: string | null;
  /** Why what it carried could not be read. */
  readonly because: string | null;
  readonly outcome: TlsHandshake["outcome"];
  readonly alert: string | null;
}

export interface ExportEvidence extends Located {
  readonly kind: "export";
  readonly protocol: string;
  readonly spans: number;
  readonly bytes: number;
  readonly status: number | null;
  readonly grpcStatus: number | null;
}

/** A connection that was not accepted, or said nothing. */
export interface ConnectionEvidence extends Located {
  readonly kind: "connection";
  readonly handshake: ConnectionSummary["handshake"];
}

export type WireEvidence = DnsEvidence | TlsEvidence | ExportEvidence | ConnectionEvidence;

export function wireEvidence(proof: WireProof, { captures }: Inspection): WireEvidence {
  const { capture, number } = packetOf(proof);
  const { client, server } = proof;
  const at = toIso(proof.kind === "connection" ? proof.openedAt : proof.at);
  const place = { capture: captures[capture]?.file ?? "?", number, filter: filterOf(proof), at, client, server };
  switch (proof.kind) {
    case "dns":
      return { kind: "dns", ...place, name: proof.name, type: proof.type, code: proof.code ?? null };
    case "tls":
      return {
        kind: "tls",
        ...place,
        serverName: proof.sni ?? null,
        version: proof.version ?? null,
        because: proof.undecrypted ?? null,
        outcome: proof.outcome,
        alert: proof.alert?.description ?? null,
      };
    case "export":
      return {
        kind: "export",
        ...place,
        protocol: proof.protocol,
        spans: proof.spanCount,
        bytes: proof.bytes,
        status: proof.answer?.status ?? null,
        grpcStatus: proof.answer?.grpcStatus ?? null,
      };
    case "connection":
      return { kind: "connection", ...place, handshake: proof.handshake };
  }
}

/** The answer where there is one: it says what went wrong. */
export function packetOf(proof: WireProof): PacketReference {
  if (proof.kind === "dns") return proof.answerPacket ?? proof.packet;
  if (proof.kind === "tls") return proof.alert?.packet ?? proof.packet;
  return proof.packet;
}

/** What a proof shows, in a line: `DNS A jaeger.obs: NXDOMAIN`. */
export function proofText(proof: WireProof): string {
  switch (proof.kind) {
    case "dns":
      return dnsText(proof);
    case "tls":
      return tlsText(proof);
    case "export":
      return exportText(proof);
    case "connection":
      return `connection ${proof.handshake === "complete" ? "closed without an answer" : proof.handshake}, from its SYN on`;
  }
}

function dnsText({ type, name, code, addresses }: DnsExchange): string {
  const outcome = code === undefined ? "no answer" : code === "NOERROR" && addresses.length === 0 ? "no address" : code;
  return `DNS ${type} ${name}: ${outcome}`;
}

function tlsText({ plaintextAnswer, alert, failedBy, outcome, sni }: TlsHandshake): string {
  if (outcome !== "failed") return `TLS${sni === undefined ? "" : ` for ${sni}`}`;
  if (plaintextAnswer !== undefined) return `TLS handshake, answered in plain ${plaintextAnswer === "unknown" ? "text" : plaintextAnswer}`;
  if (alert !== undefined) return `TLS handshake: alert ${alert.description} from the ${alert.from}`;
  return `TLS handshake broken off${failedBy === undefined ? "" : ` by the ${failedBy}`}`;
}

function exportText(proof: SpanExport): string {
  return `export of ${counted(proof.spanCount, "span")} (${proof.protocol}, ${proof.bytes} bytes): ${answerName(proof)}`;
}

function filterOf(proof: WireProof): string {
  const { client, server } = proof;
  const family = server.address.includes(":") ? "ipv6" : "ip";
  switch (proof.kind) {
    case "dns":
      // Names come from the wire: odd characters do not belong into a filter.
      return /^[\w.-]+$/.test(proof.name) ? `dns.qry.name == "${proof.name}"` : `frame.number == ${packetOf(proof).number}`;
    case "tls":
      return `${family}.addr == ${server.address} and tcp.port == ${server.port} and (tls.handshake or tls.alert_message)`;
    case "export":
      return `${family}.addr == ${server.address} and ${proof.protocol === "jaeger-udp" ? "udp" : "tcp"}.port == ${server.port}`;
    case "connection":
      // Where it begins, and how it is refused or ended.
      return `${family}.addr == ${client.address} and ${family}.addr == ${server.address} and tcp.port == ${server.port} and (tcp.flags.syn == 1 or tcp.flags.reset == 1 or tcp.flags.fin == 1)`;
  }
}

/** `10.7.0.17 → 10.7.0.200:4317`: the client's port tells nothing. */
export function proofWay({ client, server }: WireProof): string {
  return `${client.address} → ${formatEndpoint(server)}`;
}
