// HTTP/1.0 and HTTP/1.1 (RFC 9112): both sides of a connection become exchanges.

import type { CloseReason, Direction, Segment } from "../../tcp/stream-sink.ts";
import { opposite } from "../../tcp/stream-sink.ts";
import { anomaly } from "../../wire/anomaly.ts";
import type { Side } from "../../wire/endpoint.ts";
import { MAX_PATH_BYTES, MAX_PIPELINED, MAX_SIGHTINGS } from "../../wire/limits.ts";
import { KeptBuffer } from "../kept-buffer.ts";
import { KeptBytes } from "../kept-bytes.ts";
import { type HttpRequest, type HttpResponse, UNSEEN_METHOD } from "../observation.ts";
import type { StreamContext, StreamProtocol, StreamReader, Upgrade } from "../stream-protocol.ts";
import type { BodySink } from "./body-sink.ts";
import { ExchangePairing, type OpenResponse } from "./exchange-pairing.ts";
import { createFieldReader, type FieldReader } from "./field-reader.ts";
import type { Cut, Head, MessageEvents } from "./message-events.ts";
import { type Framing, requestFraming, responseFraming } from "./message-framing.ts";
import { MessageParser } from "./message-parser.ts";
import { perKeep } from "./per-keep.ts";
import { type ServerSpeech, speechOf } from "./server-speech.ts";
import { parseRequestLine, parseStatusLine, recognizeStartLine, wordEnd } from "./start-line.ts";
import { readTarget } from "./target.ts";

export const http1: StreamProtocol = {
  name: "HTTP/1",
  recognize: recognizeStartLine,
  open: (context) => new Http1Reader(context),
};

const fieldReaderFor = perKeep(createFieldReader);

const NOT_SEEN_AGAIN: HttpRequest["seenAgain"] = [];
const TOO_MANY_WAIT = `more than ${MAX_PIPELINED} requests of one connection wait for their responses, or the reverse`;
const H2C = "h2c";
const WEBSOCKET = "websocket";
const EVENT_STREAM = "text/event-stream";
const INTERIM: Framing = { kind: "none" };

class Http1Reader implements StreamReader, MessageEvents {
  readonly #context: StreamContext;
  readonly #fieldReader: FieldReader;
  readonly #clientParser: MessageParser;
  readonly #serverParser: MessageParser;
  readonly #pairing: ExchangePairing;
  #request: HttpRequest | undefined;
  #response: OpenResponse | undefined;
  #version: "1.0" | "1.1" = "1.1";
  #hasClientEnded = false;
  /** Why messages end that are cut by the end of their direction. */
  #ending: CloseReason = "fin";
  #inner: StreamReader | undefined;
  /** A request that asked for HTTP/2: it is answered there. */
  #upgrade: Upgrade | undefined;
  #upgradeAnswer: OpenResponse | undefined;
  /** The exchange that opened a WebSocket (RFC 6455 §4): what follows is counted as its bodies. */
  #webSocket: OpenResponse | undefined;
  /** The last request whose body somebody took: its response is offered too. */
  #wanted: HttpRequest | undefined;
  #problemSaid = false;
  #isPairingFull = false;
  /** Undefined until the server says something. What is not HTTP/1 ends the connection without an answer. */
  #serverSpeaks: ServerSpeech | undefined;

  constructor(context: StreamContext) {
    this.#context = context;
    this.#fieldReader = fieldReaderFor(context.keep);
    const { connection, emit, budget = new KeptBytes(), beganLate = connection.handshake === "not seen" } = context;
    this.#clientParser = new MessageParser("client", this.#fieldReader, this, new KeptBuffer(budget), beganLate);
    this.#serverParser = new MessageParser("server", this.#fieldReader, this, new KeptBuffer(budget), beganLate);
    const { clientEnd: client, serverEnd: server, vantage, id } = connection;
    this.#pairing = new ExchangePairing(
      (request, response, incomplete) => {
        const version = this.#version;
        if (incomplete === undefined) emit({ kind: "http", version, vantage, connection: id, client, server, request, response });
        else {
          const why = this.#serverSpeaks === undefined || this.#serverSpeaks === "HTTP/1" ? incomplete : this.#serverSpeaks;
          emit({ kind: "http", version, vantage, connection: id, client, server, request, response, incomplete: why });
        }
      },
      () => {
        this.#isPairingFull = true;
      },
    );
    this.#pairing.isLossy = beganLate;
  }

  data(from: Side, bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    if (from === "client") this.#clientParser.data(bytes, start, end, segment);
    else {
      this.#serverSpeaks ??= speechOf(bytes, start, end);
      if (this.#serverSpeaks === "HTTP/1") this.#serverParser.data(bytes, start, end, segment);
    }
  }

  gap(from: Side, length: number, segment: Segment): void {
    if (this.#webSocket !== undefined) {
      countFrames(this.#webSocket, from, length);
      return;
    }
    if (this.#inner !== undefined) {
      this.#inner.gap(from, length, segment);
      return;
    }
    this.#pairing.isLossy = true;
    if (from === "client") this.#clientParser.gap(length, segment);
    else this.#serverParser.gap(length, segment);
  }

  seenAgain(from: Side, length: number, segment: Segment): void {
    this.#inner?.seenAgain(from, length, segment);
    if (from !== "client") return;
    const request = this.#pairing.requestAt(this.#context.connection.sequenceAt(this.#direction(from), segment.offset), length);
    if (request === undefined || request.seenAgain.length >= MAX_SIGHTINGS) return;
    request.seenAgain = [...request.seenAgain, { capture: segment.capture, number: segment.packet }];
  }

  end(from: Side): void {
    this.#inner?.end(from);
    if (from === "client") {
      this.#hasClientEnded = true;
      this.#clientParser.end(true);
    } else this.#serverParser.end(true);
  }

  close(reason: CloseReason): void {
    this.#inner?.close(reason);
    this.#ending = reason;
    this.#clientParser.end(false);
    this.#serverParser.end(false);
    if (this.#upgrade?.isTaken === false && this.#upgradeAnswer !== undefined) {
      this.#upgradeAnswer.isGiven = false;
      this.#pairing.responseEnd(this.#upgradeAnswer, undefined);
    }
    this.#pairing.close(reason);
  }

  head(from: Side, head: Head): Framing | undefined {
    return from === "client" ? this.#requestHead(head) : this.#responseHead(head);
  }

  body(from: Side, length: number): void {
    if (from === "client") {
      if (this.#request !== undefined) this.#request.bodyLength += length;
    } else if (this.#response !== undefined) this.#response.response.bodyLength += length;
  }

  messageEnd(from: Side, segment: Segment | undefined, cut: Cut | undefined): void {
    if (from === "client") {
      if (this.#request !== undefined && cut === undefined) endRequest(this.#request, segment);
      this.#request = undefined;
      return;
    }
    const open = this.#response;
    this.#response = undefined;
    if (open === undefined) return;
    if (cut === undefined) open.response.endedAt = segment?.at ?? this.#context.connection.lastPacketAt;
    this.#pairing.responseEnd(open, cut === "ended" ? this.#ending : cut);
  }

  tunnel(from: Side, bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    if (this.#webSocket !== undefined) {
      countFrames(this.#webSocket, from, end - start);
      return;
    }
    this.#inner ??= this.#context.inner(this.#upgrade);
    this.#inner.data(from, bytes, start, end, segment);
  }

  problem(code: "malformed" | "limit", message: string, segment: Segment): void {
    // One a connection: a stream of garbage is one anomaly, not a million.
    if (this.#problemSaid) return;
    this.#problemSaid = true;
    this.#context.emit(anomaly(code, message, { layer: "http/1", capture: segment.capture, packet: segment.packet }));
  }

  #requestHead(head: Head): Framing | undefined {
    const { bytes, start, startLineEnd, fields, first } = head;
    const { text } = this.#fieldReader;
    const line = parseRequestLine(bytes, start, startLineEnd);
    const isLineWhole = startLineEnd < start + head.length;
    if (line === undefined && isLineWhole) return undefined;
    if (line !== undefined) this.#version = line.version;
    const methodEnd = line?.methodEnd ?? wordEnd(bytes, start, startLineEnd);
    // Of a cut line the target is the second word, or what there is of it.
    const targetStart = line?.targetStart ?? Math.min(methodEnd + 1, startLineEnd);
    const target = readTarget(bytes, targetStart, line?.targetEnd ?? wordEnd(bytes, targetStart, startLineEnd), text);
    if (target.path.length >= MAX_PATH_BYTES) this.problem("limit", `a path of more than ${MAX_PATH_BYTES} bytes`, first);
    const request: HttpRequest = {
      method: text.read(bytes, start, methodEnd) || UNSEEN_METHOD,
      path: target.path,
      targetHash: target.hash,
      fields: fields.kept,
      isHeadComplete: head.isComplete,
      hiddenFields: 0,
      headLength: head.length,
      bodyLength: 0,
      startedAt: first.at,
      endedAt: undefined,
      packet: { capture: first.capture, number: first.packet },
      lastPacket: first.packet,
      sequence: this.#context.connection.sequenceAt(this.#direction("client"), first.offset),
      seenAgain: NOT_SEEN_AGAIN,
    };
    this.#request = request;
    this.#pairing.request(request, first.acknowledged);
    if (this.#isPairingFull) this.problem("limit", TOO_MANY_WAIT, first);
    const framing = requestFraming(request.method, fields);
    if (hasBody(framing) && this.#context.openBody !== undefined) this.#openRequestBody(request, head);
    return framing;
  }

  #responseHead(head: Head): Framing | undefined {
    const { bytes, start, startLineEnd, fields, first } = head;
    const status = parseStatusLine(bytes, start, startLineEnd);
    if (status === undefined) return undefined;
    // An interim response (RFC 9110 §15.2) answers nothing yet.
    if (status < 200 && status !== 101) return INTERIM;
    const response: HttpResponse = {
      status,
      fields: fields.kept,
      isHeadComplete: head.isComplete,
      bodyLength: 0,
      startedAt: first.at,
      endedAt: undefined,
      packet: { capture: first.capture, number: first.packet },
      sequence: this.#context.connection.sequenceAt(this.#direction("server"), first.offset),
    };
    if (this.#hasClientEnded) response.isTooLate = true;
    const open = this.#pairing.response(response, first.offset);
    this.#response = open;
    if (this.#isPairingFull) this.problem("limit", TOO_MANY_WAIT, first);
    const framing = responseFraming(status, open.asked?.method, fields);
    if (framing.kind === "tunnel") this.#clientParser.becomeTunnel();
    if (status === 101) this.#switch(open, fields.upgrade);
    else if (isEventStream(bytes, fields.typeStart, fields.typeEnd)) response.isEventStream = true;
    if (open.asked !== undefined && open.asked === this.#wanted && hasBody(framing)) this.#openResponseBody(open.asked, head);
    return framing;
  }

  #openRequestBody(request: HttpRequest, head: Head): void {
    const sink = this.#openBody(request, "client", head);
    if (sink === undefined) return;
    this.#wanted = request;
    this.#clientParser.tap(sink);
  }

  #openResponseBody(request: HttpRequest, head: Head): void {
    this.#wanted = undefined;
    this.#serverParser.tap(this.#openBody(request, "server", head));
  }

  #openBody(request: HttpRequest, side: Side, { bytes, fields }: Head): BodySink | undefined {
    const { text } = this.#fieldReader;
    const type = text.read(bytes, fields.typeStart, fields.typeEnd);
    return this.#context.openBody?.(request, side, type, text.read(bytes, fields.encodingStart, fields.encodingEnd));
  }

  /** 101 (RFC 9110 §15.2.2): the connection speaks another protocol from here on. */
  #switch(open: OpenResponse, protocol: string): void {
    open.response.upgrade = protocol;
    if (protocol === H2C) this.#handOver(open);
    if (protocol === WEBSOCKET) this.#webSocket = open;
  }

  /** 101 answers nothing when HTTP/2 follows: the answer is the response of stream 1 (RFC 7540 §3.2). */
  #handOver(answer: OpenResponse): void {
    if (answer.asked === undefined) return;
    this.#upgrade = { request: answer.asked, isTaken: false };
    this.#upgradeAnswer = answer;
    answer.isGiven = true;
  }

  #direction(side: Side): Direction {
    const { client } = this.#context.connection;
    return side === "client" ? client : opposite(client);
  }
}

function endRequest(request: HttpRequest, segment: Segment | undefined): void {
  request.endedAt = segment?.at;
  if (segment?.capture === request.packet.capture) request.lastPacket = segment.packet;
}

function hasBody({ kind }: Framing): boolean {
  return kind === "length" || kind === "chunked" || kind === "until close";
}

/** Server-sent events (WHATWG HTML §9.2): a response that stays open. */
function isEventStream(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < EVENT_STREAM.length) return false;
  for (let i = 0; i < EVENT_STREAM.length; i++) if ((bytes[start + i]! | 0x20) !== (EVENT_STREAM.charCodeAt(i) | 0x20)) return false;
  return true;
}

function countFrames({ asked, response }: OpenResponse, from: Side, length: number): void {
  if (from === "server") response.bodyLength += length;
  else if (asked !== undefined) asked.bodyLength += length;
}
