import type { Resource, SpanKind } from "../spans/span.ts";
import type { Handshake, ProxiedEnds } from "../tcp/connection.ts";
import type { CloseReason } from "../tcp/stream-sink.ts";
import type { Endpoint, Side } from "../wire/endpoint.ts";
import type { Field } from "../wire/field.ts";
import type { Timestamp } from "../wire/timestamp.ts";

/** A packet that shows something: its frame number in a capture file of the run. */
export interface PacketReference {
  /** Index of the capture file. */
  readonly capture: number;
  readonly number: number;
}

/** The method of a request that the captures do not show. */
export const UNSEEN_METHOD = "?";

export interface HttpRequest {
  readonly method: string;
  /** The target without scheme, authority and query (RFC 9110 §4.2). */
  readonly path: string;
  /** Hash of the whole target, query included, as a word of 32 bits: tells equal requests without keeping what they ask. */
  readonly targetHash: number;
  /** Kept fields in wire order; a field of no format and no rule is not here. Whoever has read them MAY let them go. */
  fields: readonly Field[];
  /** False when the capture lacks a part of the head, or hides some of it: fields may be missing from `fields`. */
  readonly isHeadComplete: boolean;
  /** Fields that refer to a part of an HPACK table that the capture does not show; 0 for HTTP/1. Method and path may be among them. */
  readonly hiddenFields: number;
  /** Bytes of start line and fields; of field blocks as they were sent (RFC 9113 §4.3). */
  readonly headLength: number;
  bodyLength: number;
  readonly startedAt: Timestamp;
  /** Time of the last byte; undefined when it was not seen. */
  endedAt: Timestamp | undefined;
  readonly packet: PacketReference;
  /** Frame number of the last byte, where it is of the same capture file: Wireshark shows a request there. */
  lastPacket?: number;
  /** TCP sequence number of the first byte: with the addresses it names the request in every capture. */
  readonly sequence: number;
  /** Other packets of the same capture that showed the same first byte. */
  seenAgain: readonly PacketReference[];
}

export interface HttpResponse {
  /** Undefined where the capture does not show it: a field of HTTP/2 like any other. */
  readonly status: number | undefined;
  fields: readonly Field[];
  readonly isHeadComplete: boolean;
  /** Of a WebSocket, here and in its request, the bytes of its frames: they grow while the connection lasts. */
  bodyLength: number;
  /** With 101, the protocol that the connection speaks from here on, in lower case: `websocket` (RFC 9110 §7.8). */
  upgrade?: string;
  /** Server-sent events: a response that lasts as long as its reader listens. */
  isEventStream?: true;
  /** It began when the client had closed its side: who has a time-out did not wait for it. */
  isTooLate?: true;
  readonly startedAt: Timestamp;
  endedAt: Timestamp | undefined;
  readonly packet: PacketReference;
  readonly sequence: number;
}

/** What an exchange says as a gRPC call ("gRPC over HTTP2", grpc/grpc PROTOCOL-HTTP2.md). */
export interface GrpcCall {
  /** With its package; undefined where the capture does not show the path. */
  readonly service: string | undefined;
  readonly method: string | undefined;
  /** `grpc-status`; undefined where the server sent none, or the capture does not show it. */
  readonly status: number | undefined;
  /** `grpc-timeout`, µs. */
  readonly timeout?: number;
}

/** A request with its response on one connection, in one vocabulary for every HTTP version (RFC 9110 §3.3). */
export interface HttpExchange {
  readonly kind: "http";
  readonly version: "1.0" | "1.1" | "2";
  readonly vantage: number;
  /** Number of the connection in its vantage point. */
  readonly connection: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** HTTP/2 stream identifier. */
  readonly stream?: number;
  /** Undefined when the capture lacks the whole request head. */
  readonly request: HttpRequest | undefined;
  readonly response: HttpResponse | undefined;
  readonly grpc?: GrpcCall;
  /** Why it is not whole. `HTTP/2`, `TLS`: the server speaks that, and was asked in HTTP/1 in the clear. */
  readonly incomplete?: "gap" | "HTTP/2" | "TLS" | CloseReason;
}

/** A connection that has ended, or that the capture has ended on. */
export interface ConnectionSummary {
  readonly kind: "connection";
  readonly vantage: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** What it spoke, as recognised by its bytes; undefined when nothing was recognised. */
  readonly protocol: string | undefined;
  readonly handshake: Handshake;
  readonly closedBy: CloseReason;
  readonly openedAt: Timestamp;
  /** The first one, for evidence. */
  readonly packet: PacketReference;
  readonly lastPacketAt: Timestamp;
  readonly packets: number;
  readonly bytes: number;
  /** Stream bytes that the capture does not hold. */
  readonly missing: number;
  /** Of what the client sent, requests. `cutOff`: of `missing`, the ends of packets that the capture holds without them (its snap length). */
  readonly ofClient: { readonly missing: number; readonly cutOff: number };
  readonly retransmissions: number;
  readonly secondSights: number;
  /** The ends that a PROXY header in front names. */
  readonly proxied?: ProxiedEnds;
  /** There, where requests had fields that could not be known. */
  readonly hidden?: HiddenFields;
}

/** Header fields of requests that refer to what the capture does not show (RFC 7541 §2.3.2). */
export interface HiddenFields {
  /** Requests that had such fields. */
  readonly requests: number;
  /** The packet from which on all fields are known; undefined while they are not. */
  readonly knownFrom: PacketReference | undefined;
}

/**
 * A DNS question with its answer (RFC 1035). A resolver that asks again from another port or with another id makes another exchange; so does one
 * that asks again over TCP because the answer was truncated.
 */
export interface DnsExchange {
  readonly kind: "dns";
  readonly vantage: number;
  readonly transport: "udp" | "tcp";
  /** In lower case. */
  readonly name: string;
  /** `A`, `AAAA`, `SRV`, …; `TYPE` with a number for one without a usual name. */
  readonly type: string;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** When it was asked first; the answer's time where `tries` is 0. */
  readonly at: Timestamp;
  readonly packet: PacketReference;
  /** How often it was asked; 0 when the capture shows the answer only. */
  readonly tries: number;
  readonly answeredAt: Timestamp | undefined;
  readonly answerPacket: PacketReference | undefined;
  /** Why there is no answer: none came in time, or the connection or the capture ended before. */
  readonly unanswered?: "timeout" | CloseReason;
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, …; undefined without an answer. */
  readonly code: string | undefined;
  /** Addresses of A and AAAA answers, CNAMEs followed. */
  readonly addresses: readonly string[];
  /** The names that CNAME answers lead through, in their order. */
  readonly aliases: readonly string[];
  /** Seconds: the smallest of the answers' times to live. */
  readonly ttl: number | undefined;
  /** TC: the answer is not all, and is to be asked for over TCP. */
  readonly isTruncated: boolean;
}

/** A span as an export shipped it: what names it, and who made it. */
export interface ExportedSpan {
  /** Lower-case hex of 32 and 16 digits; zeros where the export holds no such id. */
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for a root. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly resource: Resource;
}

/** What a collector answered to an export. */
export interface ExportAnswer {
  readonly at: Timestamp;
  readonly packet: PacketReference;
  /** HTTP status; undefined where the capture does not show it. */
  readonly status: number | undefined;
  /** `grpc-status`, 0 is good; undefined without gRPC, or where the capture does not show it. */
  readonly grpcStatus: number | undefined;
  /** OTLP's partial_success, where the answer has one: the collector took the export and refused some spans of it. */
  readonly rejected: { readonly spans: number; readonly hasMessage: boolean } | undefined;
  /** It began when the exporter had closed its side of the connection. */
  readonly isTooLate?: true;
  /** Its body is a page of HTML: of a collector only where it answers with an error. */
  readonly isPage?: true;
}

/** Spans on their way from a process to a collector or agent: one request, or one datagram. */
export interface SpanExport {
  readonly kind: "export";
  readonly vantage: number;
  readonly protocol: ExportProtocol;
  /** Where it was posted to, if no collector listens there by its protocol: only its body tells what it is. */
  readonly strayPath?: string;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly at: Timestamp;
  readonly packet: PacketReference;
  /** The first spans of it, up to `MAX_SPANS_PER_EXPORT`. */
  readonly spans: readonly ExportedSpan[];
  /** Spans that could be told, kept or not. */
  readonly spanCount: number;
  /** Body bytes as they were sent, compressed or not. */
  readonly bytes: number;
  /** False when the capture lacks bytes of it: `spans` are those in front. */
  readonly isWhole: boolean;
  /** Why not all of what was captured could be read: a compression, a cap, a broken encoding. */
  readonly unread: string | undefined;
  /** Undefined without one; an agent on UDP never answers. */
  readonly answer: ExportAnswer | undefined;
  /** Why there is no answer, or no whole one: bytes are missing, or how the stream ended. */
  readonly unanswered: HttpExchange["incomplete"] | undefined;
}

export type ExportProtocol = "otlp-http" | "otlp-grpc" | "zipkin" | "jaeger-http" | "jaeger-udp";

/**
 * Why what a TLS connection carried, or a part of it, was not read:
 * - `no keys`: no key log names its client random
 * - `wrong keys`: there are secrets for it, and they do not open its records
 * - `unsupported`: its version, cipher suite or compression is not read
 * - `joined mid-connection`, `handshake not captured`: the capture lacks the hellos, without which no key is found
 * - `gap`: the capture lacks records, and the next ones could not be told
 * - `limit`: a cap of `limits.ts` was reached
 */
export type Undecrypted = "no keys" | "wrong keys" | "unsupported" | "joined mid-connection" | "handshake not captured" | "gap" | "limit";

/** A TLS connection (RFC 8446, RFC 5246): what its handshake says, and whether what it carried could be read. One for each, at its end. */
export interface TlsHandshake {
  readonly kind: "tls";
  readonly vantage: number;
  readonly connection: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** Server name that the client asked for (RFC 6066 §3). */
  readonly sni: string | undefined;
  /** Application protocol that the server chose (RFC 7301); in TLS 1.3 it is encrypted, and known with keys only. */
  readonly alpn: string | undefined;
  /** Application protocols that the client offered. */
  readonly offeredAlpn: readonly string[];
  /** `TLS 1.3`, `TLS 1.2`, …: what the server chose, or without an answer the highest that the client offered. */
  readonly version: string | undefined;
  /** Name of the cipher suite that the server chose, as IANA has it. */
  readonly cipherSuite: string | undefined;
  readonly isResumed: boolean;
  /** Failed: an alert, an answer that is not TLS, or an end came before both sides had finished. Unfinished: the capture does not tell. */
  readonly outcome: "established" | "failed" | "unfinished";
  /** Who broke a failed handshake off, where that shows. Encrypted alerts are told by their length. */
  readonly failedBy: Side | undefined;
  /** The first fatal alert; undefined also where it was encrypted. */
  readonly alert: TlsAlert | undefined;
  /** What the server spoke that answered a ClientHello without TLS. */
  readonly plaintextAnswer: "HTTP/1" | "HTTP/2" | "unknown" | undefined;
  /** Whether application data was decrypted. */
  readonly isDecrypted: boolean;
  /** Undefined when all that was seen was read. */
  readonly undecrypted: Undecrypted | undefined;
  /** Records of encrypted application data, TLS 1.3's encrypted handshake among them. */
  readonly encryptedRecords: number;
  /**
   * Application data in the client's first flight (0-RTT, RFC 8446 §2.3), which another may have sent again; absent when there was none. Whether the
   * server took it is encrypted: `offered` where that was not read.
   */
  readonly earlyData?: "offered" | "accepted" | "refused" | undefined;
  /** What the connection spoke in the clear until it was upgraded: `SMTP` (RFC 3207), `PostgreSQL`. Absent when it began with TLS. */
  readonly upgradedFrom?: string;
  /** Of the ClientHello, or where the capture lacks it of the first record. */
  readonly at: Timestamp;
  readonly packet: PacketReference;
}

export interface TlsAlert {
  readonly from: Side;
  readonly level: "warning" | "fatal";
  /** Its name in RFC 8446 §6: `unknown_ca`. */
  readonly description: string;
  readonly packet: PacketReference;
  readonly at: Timestamp;
}

export type Observation = HttpExchange | ConnectionSummary | DnsExchange | TlsHandshake | SpanExport;
