// HTTP/2 (RFC 9113): both sides of a connection become exchanges, one a stream.

import type { CloseReason, Direction, Segment } from "../../tcp/stream-sink.ts";
import { opposite } from "../../tcp/stream-sink.ts";
import { anomaly } from "../../wire/anomaly.ts";
import type { Side } from "../../wire/endpoint.ts";
import type { Field } from "../../wire/field.ts";
import { KeptBuffer } from "../kept-buffer.ts";
import { KeptBytes } from "../kept-bytes.ts";
import {
  type GrpcCall,
  type HiddenFields,
  type HttpExchange,
  type HttpRequest,
  type PacketReference,
  UNSEEN_METHOD,
} from "../observation.ts";
import type { StreamContext, StreamProtocol, StreamReader } from "../stream-protocol.ts";
import type { BlockBytes } from "./block-assembler.ts";
import type { Incomplete } from "./exchange-pairing.ts";
import { isGrpc, readGrpc } from "./grpc.ts";
import { DynamicTable } from "./hpack/dynamic-table.ts";
import type { FieldBlock } from "./hpack/field-block.ts";
import { FieldBlockReader, NO_ROOM } from "./hpack/field-block-reader.ts";
import { type FrameEvents, FrameParser } from "./http2-frame-parser.ts";
import { recognizeHttp2 } from "./http2-recognition.ts";
import { type Http2Stream, Http2Streams } from "./http2-streams.ts";
import { perKeep } from "./per-keep.ts";
import { RecentRequests } from "./recent-requests.ts";

export const http2: StreamProtocol = {
  name: "HTTP/2",
  recognize: recognizeHttp2,
  open: (context) => new Http2Reader(context),
};

const fieldBlockReaderFor = perKeep((keep) => new FieldBlockReader(keep));

const NOT_SEEN_AGAIN: HttpRequest["seenAgain"] = [];
const HOST = "host";
const CONNECT = "CONNECT";
const EVENT_STREAM = "text/event-stream";

class Http2Reader implements StreamReader, FrameEvents {
  readonly #context: StreamContext;
  readonly #fieldBlocks: FieldBlockReader;
  readonly #frames: Readonly<Record<Side, FrameParser>>;
  readonly #tables: Readonly<Record<Side, DynamicTable>>;
  readonly #streams: Http2Streams;
  readonly #recent = new RecentRequests();
  #authority: Field = { name: HOST, value: "" };
  #hiddenRequests = 0;
  #knownFrom: PacketReference | undefined;
  #problemSaid = false;
  #hiddenSaid = false;
  #tunnelSaid = false;
  #isBegun = false;

  constructor(context: StreamContext) {
    this.#context = context;
    this.#fieldBlocks = fieldBlockReaderFor(context.keep);
    const { connection, budget = new KeptBytes(), beganLate = connection.handshake === "not seen", upgrade } = context;
    this.#frames = {
      client: new FrameParser("client", this, new KeptBuffer(budget), beganLate),
      server: new FrameParser("server", this, new KeptBuffer(budget), beganLate),
    };
    this.#tables = { client: new DynamicTable(budget), server: new DynamicTable(budget) };
    if (beganLate) {
      this.#tables.client.lose();
      this.#tables.server.lose();
    }
    this.#streams = new Http2Streams((stream, incomplete) => this.#emit(stream, incomplete), beganLate);
    if (upgrade !== undefined) this.#takeOver(upgrade.request);
    if (upgrade !== undefined) upgrade.isTaken = true;
  }

  get hidden(): HiddenFields | undefined {
    return this.#hiddenRequests === 0 ? undefined : { requests: this.#hiddenRequests, knownFrom: this.#knownFrom };
  }

  data(from: Side, bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    this.#frames[from].data(bytes, start, end, segment);
  }

  gap(from: Side, length: number, segment: Segment): void {
    this.#frames[from].gap(length, segment);
  }

  seenAgain(from: Side, length: number, segment: Segment): void {
    if (from !== "client") return;
    this.#recent.seenAgain(this.#context.connection.sequenceAt(this.#direction(from), segment.offset), length, segment);
  }

  end(from: Side): void {
    this.#frames[from].end();
  }

  close(reason: CloseReason): void {
    this.#frames.client.end();
    this.#frames.server.end();
    this.#streams.close(reason);
    this.#tables.client.close();
    this.#tables.server.close();
  }

  preface(from: Side): void {
    if (from !== "client" || this.#isBegun) return;
    this.#tables.client.begin();
    this.#tables.server.begin();
    this.#frames.server.beginHere();
  }

  fieldBlock(from: Side, block: BlockBytes): void {
    this.#isBegun = true;
    const table = this.#tables[from];
    const { bytes, start, end, isWhole, first } = block;
    const wasKnown = table.isKnown;
    const fields = this.#fieldBlocks.read(table, bytes, start, end, !isWhole);
    if (fields.error !== undefined)
      this.problem(fields.error === NO_ROOM ? "limit" : "malformed", `${fields.error} (HPACK, RFC 7541)`, first);
    if (!isWhole || fields.error !== undefined) table.lose();
    if (fields.hidden > 0) this.#hide(from, first);
    else if (wasKnown && from === "client" && this.#hiddenRequests > 0)
      this.#knownFrom ??= { capture: first.capture, number: first.packet };
    if (block.promised !== 0) return;
    const stream = this.#streams.find(block.stream, from);
    if (stream === undefined) return;
    if (from === "client") this.#requestFields(stream, block, fields);
    else this.#responseFields(stream, block, fields);
    if (this.#streams.wasFull) this.problem("limit", "more streams were open at a time than are kept", first);
  }

  body(from: Side, id: number, length: number, bytes: Uint8Array | undefined, start: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    const isRequest = from === "client";
    const message = isRequest ? stream.request : stream.response;
    if (message === undefined) return;
    message.bodyLength += length;
    if (bytes === undefined) {
      if (isRequest) stream.isRequestBodyHoled = true;
      else stream.isResponseBodyHoled = true;
    } else (isRequest ? stream.requestBody : stream.responseBody)?.data(bytes, start, start + length);
  }

  streamEnd(from: Side, stream: number, segment: Segment): void {
    this.#streams.end(stream, from, segment.at);
  }

  reset(stream: number): void {
    this.#streams.reset(stream);
  }

  goAway(from: Side, lastStream: number): void {
    if (from === "server") this.#streams.refused(lastStream);
  }

  lost(from: Side): void {
    this.#tables[from].lose();
    this.#streams.lost(from);
  }

  problem(code: "malformed" | "limit", message: string, segment: Segment): void {
    // One a connection: a stream of garbage is one anomaly, not a million.
    if (this.#problemSaid) return;
    this.#problemSaid = true;
    this.#say(code, message, segment);
  }

  /** What lies in the DATA frames of a CONNECT is another connection, which is not read. */
  #sayTunnel(segment: Segment): void {
    if (this.#tunnelSaid) return;
    this.#tunnelSaid = true;
    this.#say("unsupported", "tunnels that CONNECT opens inside HTTP/2 are not read (HBONE among them): capture behind the proxy", segment);
  }

  #say(code: "malformed" | "limit" | "gap" | "unsupported", message: string, segment: Segment): void {
    this.#context.emit(anomaly(code, message, { layer: "http/2", capture: segment.capture, packet: segment.packet }));
  }

  #hide(from: Side, segment: Segment): void {
    if (from === "client") {
      this.#hiddenRequests++;
      this.#knownFrom = undefined;
    }
    if (this.#hiddenSaid) return;
    this.#hiddenSaid = true;
    this.#say("gap", "header fields refer to an earlier part of the connection that the capture does not hold (HPACK)", segment);
  }

  #requestFields(stream: Http2Stream, block: BlockBytes, fields: FieldBlock): void {
    // Trailers of a request, or of one that the capture lacks.
    if (stream.request !== undefined || (fields.isTrailer && fields.method === undefined)) return;
    const { first } = block;
    const request: HttpRequest = {
      method: fields.method ?? UNSEEN_METHOD,
      // CONNECT has an authority for a target (RFC 9113 §8.5).
      path: fields.path ?? (fields.method === CONNECT ? (fields.authority ?? "") : ""),
      targetHash: fields.targetHash,
      fields: this.#withHost(fields),
      isHeadComplete: isComplete(block, fields),
      hiddenFields: fields.hidden,
      headLength: block.end - block.start,
      bodyLength: 0,
      startedAt: first.at,
      endedAt: undefined,
      packet: { capture: first.capture, number: first.packet },
      sequence: this.#context.connection.sequenceAt(this.#direction("client"), first.offset),
      seenAgain: NOT_SEEN_AGAIN,
    };
    this.#recent.add(request);
    stream.isGrpc = isGrpc(fields.contentType);
    stream.grpcTimeout = fields.grpcTimeout;
    if (!block.endsStream)
      stream.requestBody = this.#context.openBody?.(request, "client", fields.contentType ?? "", fields.contentEncoding ?? "");
    this.#streams.asked(stream, request);
  }

  #responseFields(stream: Http2Stream, block: BlockBytes, fields: FieldBlock): void {
    const status = fields.status !== undefined && fields.status >= 100 && fields.status <= 999 ? fields.status : undefined;
    // An interim response (RFC 9110 §15.2) answers nothing yet.
    if (status !== undefined && status < 200) return;
    stream.grpcStatus ??= fields.grpcStatus;
    stream.isGrpc ||= isGrpc(fields.contentType);
    if (stream.response !== undefined || (status === undefined && this.#isTrailer(stream, block, fields))) return;
    const { first } = block;
    stream.response = {
      status,
      fields: fields.kept,
      isHeadComplete: isComplete(block, fields),
      bodyLength: 0,
      startedAt: first.at,
      endedAt: undefined,
      packet: { capture: first.capture, number: first.packet },
      sequence: this.#context.connection.sequenceAt(this.#direction("server"), first.offset),
    };
    // Extended CONNECT has a path (RFC 8441): a WebSocket, which is no connection to elsewhere.
    const isTunnel = stream.request?.method === CONNECT && !stream.request.path.startsWith("/");
    if (isTunnel && status !== undefined && status < 300) this.#sayTunnel(first);
    if (fields.contentType?.startsWith(EVENT_STREAM) === true) stream.response.isEventStream = true;
    if (!block.endsStream && stream.request !== undefined)
      stream.responseBody = this.#context.openBody?.(stream.request, "server", fields.contentType ?? "", fields.contentEncoding ?? "");
  }

  /** Fields without a status that was seen: where the head before them may be missing, those that end the stream are trailers. */
  #isTrailer(stream: Http2Stream, { endsStream, isWhole }: BlockBytes, fields: FieldBlock): boolean {
    if (fields.isTrailer || (fields.hidden === 0 && isWhole && fields.error === undefined)) return true;
    return endsStream && (stream.request === undefined || this.#streams.hasLost(stream, "server"));
  }

  /** `:authority` is the host, unless a Host field says so itself (RFC 9113 §8.3.1). */
  #withHost({ kept, authority, authorityAt, hasHost }: FieldBlock): Field[] {
    if (authority === undefined || hasHost || !this.#context.keep.has(HOST)) return kept;
    if (this.#authority.value !== authority) this.#authority = { name: HOST, value: authority };
    if (authorityAt === kept.length) kept.push(this.#authority);
    else kept.splice(authorityAt, 0, this.#authority);
    return kept;
  }

  /** The request of an Upgrade is the first stream, and whole (RFC 7540 §3.2). */
  #takeOver(request: HttpRequest): void {
    const stream = this.#streams.find(1, "client");
    if (stream === undefined) return;
    stream.isRequestOver = true;
    this.#streams.asked(stream, request);
    this.#recent.add(request);
  }

  #emit(stream: Http2Stream, incomplete: Incomplete | undefined): void {
    const { connection, emit } = this.#context;
    const { request, response, id } = stream;
    const { vantage, clientEnd: client, serverEnd: server } = connection;
    const exchange: Exchange = {
      kind: "http",
      version: "2",
      vantage,
      connection: connection.id,
      client,
      server,
      stream: id,
      request,
      response,
    };
    if (stream.isGrpc) exchange.grpc = readGrpc(request?.path, stream.grpcStatus, stream.grpcTimeout);
    if (incomplete !== undefined) exchange.incomplete = incomplete;
    emit(exchange);
  }

  #direction(side: Side): Direction {
    const { client } = this.#context.connection;
    return side === "client" ? client : opposite(client);
  }
}

type Exchange = HttpExchange & { grpc?: GrpcCall; incomplete?: Incomplete };

function isComplete(block: BlockBytes, fields: FieldBlock): boolean {
  return block.isWhole && fields.error === undefined && fields.hidden === 0;
}
