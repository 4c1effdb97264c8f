import type { Connection } from "../tcp/connection.ts";
import type { CloseReason, Segment } from "../tcp/stream-sink.ts";
import type { Anomaly } from "../wire/anomaly.ts";
import type { Side } from "../wire/endpoint.ts";
import type { Emit } from "../wire/stage.ts";
import type { DnsExchanges } from "./dns/dns-exchanges.ts";
import type { BodySink } from "./http/body-sink.ts";
import type { KeptBytes } from "./kept-bytes.ts";
import type { HiddenFields, HttpRequest, Observation } from "./observation.ts";
import type { KeyLog } from "./tls/key-log.ts";

/** Reads one connection, both sides. Bytes and segment are borrowed. The calls are those of `StreamSink`, with sides for directions. */
export interface StreamReader {
  data(from: Side, bytes: Uint8Array, start: number, end: number, segment: Segment): void;
  gap(from: Side, length: number, segment: Segment): void;
  seenAgain(from: Side, length: number, segment: Segment): void;
  end(from: Side): void;
  close(reason: CloseReason): void;
  /** What the connection spoke, where that is not the protocol by which it was recognised: what TLS carried, once it is read. */
  readonly spoken?: string | undefined;
  /** What of its header fields could not be known; asked after `close`. */
  readonly hidden?: HiddenFields | undefined;
}

/** A request that asks for another protocol on its connection (RFC 9110 §7.8). */
export interface Upgrade {
  readonly request: HttpRequest;
  /** True once the reader of the other protocol has taken the request over: its answer comes there. */
  isTaken: boolean;
}

export type OpenBody = (request: HttpRequest, side: Side, contentType: string, contentEncoding: string) => BodySink | undefined;

export interface StreamContext {
  readonly connection: Connection;
  /** Lower-case names of the header fields whose values are kept. */
  readonly keep: ReadonlySet<string>;
  readonly emit: Emit<Observation | Anomaly>;
  /** True when the stream was joined in its middle: each direction then begins with the rest of something. Default: no SYN was seen. */
  readonly beganLate?: boolean;
  /** What all connections of the vantage point may keep together. */
  readonly budget?: KeptBytes;
  /** DNS questions of all connections of the vantage point that wait for their answer. Default: of this one alone. */
  readonly questions?: DnsExchanges | undefined;
  /** The request that brought the connection to this protocol. */
  readonly upgrade?: Upgrade;
  /**
   * Where the bytes of a body go, if anybody wants them. Asked at the head of each request that has a body; of its response only where the request's
   * was wanted. The sink MUST be ended, before the exchange is emitted unless the response came before the whole request.
   */
  readonly openBody?: OpenBody | undefined;
  /** Secrets of TLS connections. Without it nothing is decrypted. */
  readonly keyLog?: KeyLog | undefined;
  /** The protocol in the clear that brought the connection to this one, where that is no HTTP. */
  readonly within?: string | undefined;
  /** A reader for bytes carried inside this protocol (TLS, CONNECT, Upgrade, STARTTLS). They are recognised afresh. */
  inner(upgrade?: Upgrade, within?: string): StreamReader;
}

/**
 * Who sends bytes that begin so: a client or a server of this protocol, or "either"; "no" when it is not this protocol; "need more" when
 * the bytes so far fit and do not decide.
 */
export type Recognition = Sender | "no" | "need more";
/** "either" is told apart by the TCP handshake, or by the ports. */
export type Sender = Side | "either";

/**
 * A protocol over TCP, recognised by content on any port. Contract: any pieces give the same observations; any bytes give observations
 * and anomalies, never an exception; a gap loses at most what it touches.
 */
export interface StreamProtocol {
  readonly name: string;
  /** Looks at the bytes at the start of a stream, or of a segment after a gap or a late start. */
  recognize(bytes: Uint8Array, start: number, end: number): Recognition;
  open(context: StreamContext): StreamReader;
}
