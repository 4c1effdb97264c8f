// What captures show of exporters, for the small worlds of build-view.ts: exports, look-ups, handshakes and attempts to connect.

import type { ConnectionSummary, DnsExchange, ExportAnswer, SpanExport, TlsHandshake } from "../../src/protocols/observation.ts";
import type { Span } from "../../src/spans/span.ts";
import { connection, endpoint, NOON } from "./build-view.ts";

const OTLP_PORT = 4317;
const ONE = { vantage: 0, packet: { capture: 0, number: 900 } } as const;

interface ExportOptions {
  /** Milliseconds since noon. */
  readonly at: number;
  readonly to?: string;
  readonly answer?: Partial<ExportAnswer> | "none";
  readonly takes?: number;
  readonly isWhole?: boolean;
  readonly unanswered?: SpanExport["unanswered"];
}

/** Over gRPC, to port 4317 of `collector`, and accepted in a millisecond unless told otherwise. */
export function exported(from: string, spans: readonly Span[], options: ExportOptions): SpanExport {
  const { at, to = "collector", answer = {}, takes = 1, isWhole = true, unanswered } = options;
  const time = NOON + at * 1_000;
  return {
    kind: "export",
    ...ONE,
    protocol: "otlp-grpc",
    client: endpoint(from, 30_000),
    server: endpoint(to, OTLP_PORT),
    at: time,
    spans: isWhole
      ? spans.map(({ traceId, spanId, parentSpanId, name, kind, resource }) => ({ traceId, spanId, parentSpanId, name, kind, resource }))
      : [],
    spanCount: isWhole ? spans.length : 0,
    bytes: spans.length * 400,
    isWhole,
    unread: undefined,
    answer:
      answer === "none"
        ? undefined
        : { at: time + takes * 1_000, packet: ONE.packet, status: 200, grpcStatus: 0, rejected: undefined, ...answer },
    unanswered,
  };
}

interface LookUpOptions {
  readonly code?: string | undefined;
  readonly addresses?: readonly string[];
  readonly type?: string;
  readonly at?: number;
  readonly tries?: number;
}

/** A look-up that ends in NXDOMAIN unless told otherwise; `code: undefined` is not answered. */
export function lookUp(from: string, name: string, options: LookUpOptions = {}): DnsExchange {
  const { addresses = [], type = "A", at = 0, tries = 1 } = options;
  const code = "code" in options ? options.code : addresses.length > 0 ? "NOERROR" : "NXDOMAIN";
  return {
    kind: "dns",
    ...ONE,
    transport: "udp",
    name,
    type,
    client: endpoint(from, 35_000),
    server: { address: "10.0.0.53", port: 53 },
    at: NOON + at * 1_000,
    tries,
    answeredAt: code === undefined ? undefined : NOON + at * 1_000,
    answerPacket: code === undefined ? undefined : ONE.packet,
    ...(code === undefined && { unanswered: "capture ended" as const }),
    code,
    addresses,
    aliases: [],
    ttl: undefined,
    isTruncated: false,
  };
}

export function handshake(from: string, to: string, options: Partial<TlsHandshake> = {}): TlsHandshake {
  return {
    kind: "tls",
    ...ONE,
    connection: 0,
    client: endpoint(from, 36_000),
    server: endpoint(to, OTLP_PORT),
    sni: undefined,
    alpn: undefined,
    offeredAlpn: ["h2"],
    version: "TLS 1.3",
    cipherSuite: undefined,
    isResumed: false,
    outcome: "failed",
    failedBy: undefined,
    alert: undefined,
    plaintextAnswer: undefined,
    isDecrypted: false,
    undecrypted: undefined,
    encryptedRecords: 0,
    at: NOON,
    ...options,
  };
}

/** A connection that is refused unless told otherwise. */
export function attempt(from: string, to: string, options: Partial<ConnectionSummary> = {}): ConnectionSummary {
  return {
    ...connection(0, endpoint(from, 37_000), endpoint(to, OTLP_PORT), "", NOON, NOON + 1_000),
    protocol: undefined,
    handshake: "refused",
    closedBy: "reset",
    ...options,
  };
}
