// Which response answers which request. On one connection responses come in the order of their requests (RFC 9112 §9.3); where the
// capture lacks some, the acknowledgments tell: a request acknowledges everything that was answered before it.

import type { CloseReason } from "../../tcp/stream-sink.ts";
import { MAX_PIPELINED } from "../../wire/limits.ts";
import type { HttpRequest, HttpResponse } from "../observation.ts";

export type Incomplete = "gap" | CloseReason;

export interface OpenResponse {
  readonly response: HttpResponse;
  /** Position of its first byte in the server's stream. */
  readonly offset: number;
  /** The request it answers; undefined while none was seen. */
  asked: HttpRequest | undefined;
  isOver: boolean;
  incomplete: Incomplete | undefined;
  isGiven: boolean;
}

/** 400 and 408 (RFC 9110 §15.5.1, §15.5.9): servers answer with them to silence. */
const UNASKED: ReadonlySet<number> = new Set([400, 408]);

export type EmitPair = (request: HttpRequest | undefined, response: HttpResponse | undefined, incomplete: Incomplete | undefined) => void;

export class ExchangePairing {
  readonly #emit: EmitPair;
  readonly #onLimit: () => void;
  /** Requests that wait for their responses. */
  readonly #requests: HttpRequest[] = [];
  /** Of each: how far into the server's stream the client had acknowledged when it sent it; -1 when not known. */
  readonly #acknowledged: number[] = [];
  /** Responses that came before any request was seen: the capture swapped them, or lacks their requests. */
  readonly #orphans: OpenResponse[] = [];
  #lastAnswered: HttpRequest | undefined;
  /** True once the capture lacked bytes of this connection: order alone is then no proof. */
  isLossy = false;

  /** `onLimit`: more requests wait for their responses, or the reverse, than are kept. */
  constructor(emit: EmitPair, onLimit: () => void) {
    this.#emit = emit;
    this.#onLimit = onLimit;
  }

  request(request: HttpRequest, acknowledged: number): void {
    this.#requests.push(request);
    this.#acknowledged.push(acknowledged);
    if (this.#requests.length > MAX_PIPELINED) {
      this.#onLimit();
      this.#unanswered("gap");
    }
    if (this.#orphans.length > 0) this.#settleOrphans(acknowledged);
  }

  response(response: HttpResponse, offset: number): OpenResponse {
    const open: OpenResponse = { response, offset, asked: this.#take(offset), isOver: false, incomplete: undefined, isGiven: false };
    if (open.asked === undefined) {
      this.#orphans.push(open);
      if (this.#orphans.length > MAX_PIPELINED) {
        this.#onLimit();
        this.#release();
      }
    }
    return open;
  }

  responseEnd(open: OpenResponse, incomplete: Incomplete | undefined): void {
    open.isOver = true;
    open.incomplete = incomplete;
    if (open.asked !== undefined) this.#give(open);
  }

  /** The request whose first byte lies in `length` bytes from this sequence number: one that waits, or the last that was answered. */
  requestAt(sequence: number, length: number): HttpRequest | undefined {
    const isThere = (request: HttpRequest) => (request.sequence - sequence) >>> 0 < length;
    if (this.#lastAnswered !== undefined && isThere(this.#lastAnswered)) return this.#lastAnswered;
    return this.#requests.findLast(isThere);
  }

  close(reason: CloseReason): void {
    while (this.#orphans.length > 0) {
      // Where nothing is missing, what a server says to a client that asked for nothing is no exchange.
      if (!this.isLossy && UNASKED.has(this.#orphans[0]!.response.status ?? 0)) this.#orphans.shift();
      else this.#release();
    }
    while (this.#requests.length > 0) this.#unanswered(reason);
  }

  #take(offset: number): HttpRequest | undefined {
    const acknowledged = this.#acknowledged;
    if (acknowledged.length === 0 || (this.isLossy && acknowledged[0]! > offset)) return undefined;
    while (this.isLossy && acknowledged.length > 1) {
      if (acknowledged[1]! <= acknowledged[0]! || offset < acknowledged[1]!) break;
      this.#unanswered("gap");
    }
    return this.#answered();
  }

  #settleOrphans(newestAcknowledged: number): void {
    for (let orphan = this.#orphans[0]; orphan !== undefined && this.#requests.length > 0; orphan = this.#orphans[0]) {
      if (newestAcknowledged > orphan.offset) {
        this.#release();
        continue;
      }
      orphan.asked = this.#answered();
      this.#orphans.shift();
      if (orphan.isOver) this.#give(orphan);
    }
  }

  #answered(): HttpRequest | undefined {
    this.#lastAnswered = this.#requests.shift();
    this.#acknowledged.shift();
    return this.#lastAnswered;
  }

  #give(open: OpenResponse): void {
    if (open.isGiven) return;
    open.isGiven = true;
    this.#emit(open.asked, open.response, open.incomplete);
  }

  #release(): void {
    const orphan = this.#orphans.shift();
    if (orphan === undefined) return;
    orphan.incomplete = "gap";
    this.#give(orphan);
  }

  #unanswered(reason: Incomplete): void {
    const request = this.#requests.shift();
    this.#acknowledged.shift();
    if (request !== undefined) this.#emit(request, undefined, reason);
  }
}
