// The streams of one HTTP/2 connection (RFC 9113 §5): which frames make one exchange, and when it is whole.

import type { CloseReason } from "../../tcp/stream-sink.ts";
import type { Side } from "../../wire/endpoint.ts";
import { MAX_OPEN_STREAMS, MAX_REFUSALS, MAX_RESET_STREAMS } from "../../wire/limits.ts";
import { OldestFirst } from "../../wire/oldest-first.ts";
import type { Timestamp } from "../../wire/timestamp.ts";
import type { HttpRequest, HttpResponse } from "../observation.ts";
import type { BodySink } from "./body-sink.ts";
import type { Incomplete } from "./exchange-pairing.ts";
import { LowestIds } from "./lowest-ids.ts";

export interface Http2Stream {
  readonly id: number;
  request: HttpRequest | undefined;
  response: HttpResponse | undefined;
  /** END_STREAM was seen. */
  isRequestOver: boolean;
  isResponseOver: boolean;
  /** How often a direction had lost frames when the stream was first seen. */
  readonly clientLosses: number;
  readonly serverLosses: number;
  requestBody: BodySink | undefined;
  responseBody: BodySink | undefined;
  /** Whether the capture lacks bytes of a body. */
  isRequestBodyHoled: boolean;
  isResponseBodyHoled: boolean;
  /** Its response is over, and its request was not seen yet. */
  isUnasked: boolean;
  isGrpc: boolean;
  grpcStatus: string | undefined;
  grpcTimeout: string | undefined;
}

export type EmitStream = (stream: Http2Stream, incomplete: Incomplete | undefined) => void;

export class Http2Streams {
  readonly #emit: EmitStream;
  readonly #open = new Map<number, Http2Stream>();
  readonly #oldest = new OldestFirst(this.#open);
  /** The stream that was asked for last: frames of one follow each other. */
  #last: Http2Stream | undefined;
  /** Reset while frames of the other side were on their way. */
  readonly #reset = new Set<number>();
  /** Streams whose response ended before their request was seen: the capture swapped the two, or lacks the request. */
  readonly #unasked = new LowestIds((id) => this.#open.get(id)?.isUnasked === true);
  #highestRequest = 0;
  /** The lowest last stream of a GOAWAY of the server, and how often it fell. */
  #refusedAbove = Number.POSITIVE_INFINITY;
  #refusals = 0;
  /** How often frames of a direction were missed. */
  readonly #losses: Record<Side, number>;
  #wasFull = false;

  /** `beganLate`: streams may be open that nothing was seen of. */
  constructor(emit: EmitStream, beganLate: boolean) {
    this.#emit = emit;
    this.#losses = beganLate ? { client: 1, server: 1 } : { client: 0, server: 0 };
  }

  /** Whether more streams were open at a time than are kept. */
  get wasFull(): boolean {
    return this.#wasFull;
  }

  lost(from: Side): void {
    this.#losses[from]++;
  }

  /** Whether frames of that direction were missed since the stream was first seen. */
  hasLost(stream: Http2Stream, from: Side): boolean {
    return this.#losses[from] > (from === "client" ? stream.clientLosses : stream.serverLosses);
  }

  get(id: number): Http2Stream | undefined {
    if (this.#last?.id !== id) {
      const stream = this.#open.get(id);
      if (stream === undefined) return undefined;
      this.#last = stream;
    }
    return this.#last;
  }

  /** The stream that a field block of this side may belong to; undefined where it is over, or pushed (RFC 9113 §8.4). */
  find(id: number, from: Side): Http2Stream | undefined {
    const known = this.get(id);
    if (known !== undefined) return known;
    if (id % 2 === 0 || this.#reset.has(id)) return undefined;
    // Client streams have rising numbers (RFC 9113 §5.1.1): a lower one was open before, and is over unless its request was missed.
    if (id <= this.#highestRequest && (from === "client" || this.#losses.client === 0)) return undefined;
    return this.#add(id);
  }

  asked(stream: Http2Stream, request: HttpRequest): void {
    stream.request = request;
    this.#highestRequest = Math.max(this.#highestRequest, stream.id);
    for (let id = this.#unasked.takeBelow(stream.id); id !== undefined; id = this.#unasked.takeBelow(stream.id))
      this.#settle(this.#open.get(id));
  }

  /** END_STREAM of one side. */
  end(id: number, from: Side, at: Timestamp): void {
    const stream = this.get(id);
    if (stream === undefined) return;
    if (from === "client") {
      stream.isRequestOver = true;
      if (stream.request !== undefined) stream.request.endedAt = at;
      closeBody(stream, from, true);
    } else {
      stream.isResponseOver = true;
      if (stream.response !== undefined) stream.response.endedAt = at;
      closeBody(stream, from, true);
    }
    this.#settle(stream);
  }

  /** RST_STREAM of either side. */
  reset(id: number): void {
    if (id % 2 === 0) return;
    if (this.#reset.size >= MAX_RESET_STREAMS) for (const oldest of this.#reset) if (this.#reset.delete(oldest)) break;
    this.#reset.add(id);
    const stream = this.get(id);
    if (stream !== undefined) this.#finish(stream, "reset");
  }

  /** GOAWAY of the server: streams above were not and will not be looked at (RFC 9113 §6.8). */
  refused(above: number): void {
    if (above >= this.#refusedAbove) return;
    this.#refusedAbove = above;
    // Of streams that no frame was a reason to look at, why they got no response is told when they end.
    if (this.#refusals++ >= MAX_REFUSALS) return;
    for (const stream of this.#open.values()) if (stream.id > above && stream.response === undefined) this.#finish(stream, "reset");
  }

  close(reason: CloseReason): void {
    for (const stream of this.#open.values()) this.#finish(stream, reason);
  }

  #add(id: number): Http2Stream {
    if (this.#open.size >= MAX_OPEN_STREAMS) {
      this.#wasFull = true;
      const oldest = this.#oldest.peek();
      if (oldest !== undefined) this.#finish(oldest[1], "evicted");
    }
    const stream: Http2Stream = {
      id,
      request: undefined,
      response: undefined,
      isRequestOver: false,
      isResponseOver: false,
      clientLosses: this.#losses.client,
      serverLosses: this.#losses.server,
      requestBody: undefined,
      responseBody: undefined,
      isRequestBodyHoled: false,
      isResponseBodyHoled: false,
      isUnasked: false,
      isGrpc: false,
      grpcStatus: undefined,
      grpcTimeout: undefined,
    };
    this.#open.set(id, stream);
    this.#last = stream;
    return stream;
  }

  #settle(stream: Http2Stream | undefined): void {
    if (stream?.isResponseOver !== true) return;
    if (stream.request === undefined) {
      if (stream.id < this.#highestRequest) this.#finish(stream, "gap");
      else this.#wait(stream);
    } else if (stream.isRequestOver || this.hasLost(stream, "client")) this.#finish(stream, undefined);
  }

  #wait(stream: Http2Stream): void {
    if (stream.isUnasked) return;
    this.#unasked.add(stream.id);
    stream.isUnasked = true;
  }

  #finish(stream: Http2Stream, reason: Incomplete | undefined): void {
    this.#open.delete(stream.id);
    if (this.#last === stream) this.#last = undefined;
    closeBody(stream, "client", false);
    closeBody(stream, "server", false);
    const { request, response } = stream;
    if (request === undefined && response === undefined) return;
    if (request !== undefined && response !== undefined && stream.isResponseOver) this.#emit(stream, undefined);
    else if (response === undefined && stream.id > this.#refusedAbove) this.#emit(stream, this.#why(stream, "reset"));
    else this.#emit(stream, this.#why(stream, reason));
  }

  /** What is missing of a stream whose frames were missed is missing for that. */
  #why(stream: Http2Stream, reason: Incomplete | undefined): Incomplete {
    const isMissed = stream.isResponseOver || (reason !== "reset" && this.hasLost(stream, "server"));
    return isMissed ? "gap" : (reason ?? "gap");
  }
}

function closeBody(stream: Http2Stream, side: Side, isEnd: boolean): void {
  if (side === "client") {
    stream.requestBody?.end(isEnd && !stream.isRequestBodyHoled);
    stream.requestBody = undefined;
  } else {
    stream.responseBody?.end(isEnd && !stream.isResponseBodyHoled);
    stream.responseBody = undefined;
  }
}
