import type { Handshake } from "../tcp/connection.ts";
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

export interface HttpRequest {
  readonly method: string;
  /** The target without scheme, authority and query (RFC 9110 §4.2). */
  readonly path: string;
  /** Hash of the whole target, query included: tells equal requests without keeping what they ask. */
  readonly targetHash: number;
  /** Kept fields in wire order; a field of no format and no rule is not here. Whoever has read them MAY let them go. */
  fields: readonly Field[];
  /** False when the capture lacks a part of the head: fields may be missing from `fields`. */
  readonly isHeadComplete: boolean;
  readonly headLength: number;
  bodyLength: number;
  readonly startedAt: Timestamp;
  /** Time of the last byte; undefined when it was not seen. */
  endedAt: Timestamp | undefined;
  readonly packet: PacketReference;
  /** TCP sequence number of the first byte: with the addresses it names the request in every capture. */
  readonly sequence: number;
  /** Other packets of the same capture that showed the same first byte. */
  seenAgain: readonly PacketReference[];
}

export interface HttpResponse {
  readonly status: number;
  fields: readonly Field[];
  readonly isHeadComplete: boolean;
  bodyLength: number;
  readonly startedAt: Timestamp;
  endedAt: Timestamp | undefined;
  readonly packet: PacketReference;
  readonly sequence: number;
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
  /** Why it is not whole. */
  readonly incomplete?: "gap" | CloseReason;
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
  readonly lastPacketAt: Timestamp;
  readonly packets: number;
  readonly bytes: number;
  /** Stream bytes that the capture does not hold. */
  readonly missing: number;
  readonly retransmissions: number;
  /** First packet, for evidence. */
  readonly secondSights: number;
}

/** A DNS question with its answer (RFC 1035). */
export interface DnsExchange {
  readonly kind: "dns";
  readonly name: string;
  readonly type: string;
  /** Addresses of A and AAAA answers, CNAMEs followed. */
  readonly addresses: readonly string[];
  /** `NOERROR`, `NXDOMAIN`, …; undefined while nobody answered. */
  readonly code: string | undefined;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly at: Timestamp;
  readonly packet: PacketReference;
}

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

export type Observation = HttpExchange | ConnectionSummary | DnsExchange | TlsHandshake;
