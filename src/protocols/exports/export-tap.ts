// Takes the bodies of span exports out of HTTP exchanges: a third view of the same traces, besides hops and the backend. The bodies are read and dropped.

import { type Anomaly, anomaly } from "../../wire/anomaly.ts";
import { SP } from "../../wire/ascii.ts";
import { LimitReached, Malformed } from "../../wire/byte-reader.ts";
import type { Side } from "../../wire/endpoint.ts";
import { MAX_EXPORT_ANSWER_BYTES, MAX_EXPORT_BYTES, MAX_EXPORT_BYTES_TOTAL, MAX_EXPORTS_WAITING } from "../../wire/limits.ts";
import { OldestFirst } from "../../wire/oldest-first.ts";
import type { Emit } from "../../wire/stage.ts";
import type { BodySink } from "../http/body-sink.ts";
import { KeptBytes } from "../kept-bytes.ts";
import type { ExportAnswer, HttpExchange, HttpRequest, SpanExport } from "../observation.ts";
import type { ExportContent } from "./export-content.ts";
import { type ExportFormat, exportFormat } from "./export-formats.ts";
import { KeptBody, type WholeBody } from "./kept-body.ts";
import type { Unpack } from "./unpack-body.ts";
import { UnpackBudget } from "./unpack-budget.ts";

interface Waiting {
  readonly format: ExportFormat;
  content: ExportContent;
  body: Pick<SpanExport, "bytes" | "isWhole"> | undefined;
  rejected: ExportAnswer["rejected"];
  isPage: boolean;
  /** Set when it came before the request's body was over. */
  exchange: HttpExchange | undefined;
}

const HTML = /^text\/html\b/i;
const TAG = 60;

/** Frameworks call a bare "OK" HTML as well. */
function beginsWithTag(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > SP);
  return first === TAG;
}

const NOTHING: ExportContent = { spans: [], spanCount: 0, unread: undefined };

export class ExportTap {
  readonly #emit: Emit<SpanExport | Anomaly>;
  readonly #budget = new KeptBytes(MAX_EXPORT_BYTES_TOTAL);
  readonly #waiting = new Map<HttpRequest, Waiting>();
  readonly #oldest = new OldestFirst(this.#waiting);
  readonly #unpacking = new UnpackBudget();
  readonly #limitsSaid = new Set<string>();

  constructor(emit: Emit<SpanExport | Anomaly>) {
    this.#emit = emit;
  }

  /** See `StreamContext.openBody`. */
  openBody(request: HttpRequest, side: Side, contentType: string, contentEncoding: string): BodySink | undefined {
    return side === "client"
      ? this.#openRequest(request, contentType, contentEncoding)
      : this.#openAnswer(request, contentType, contentEncoding);
  }

  /** MUST be told of each exchange, behind the bodies that were opened for it. */
  exchange(exchange: HttpExchange): void {
    if (this.#waiting.size === 0 || exchange.request === undefined) return;
    const waiting = this.#waiting.get(exchange.request);
    if (waiting === undefined) return;
    waiting.exchange = exchange;
    if (waiting.body !== undefined) this.#finish(exchange.request, waiting, exchange);
  }

  /** Nothing more comes: what still lacks the end of its body goes out as it is. */
  end(): void {
    for (const [request, waiting] of this.#waiting) if (waiting.exchange !== undefined) this.#finish(request, waiting, waiting.exchange);
    this.#waiting.clear();
  }

  #openRequest(request: HttpRequest, contentType: string, contentEncoding: string): BodySink | undefined {
    const format = exportFormat(request, contentType);
    if (format === undefined) return undefined;
    this.#makeRoom();
    const waiting: Waiting = { format, content: NOTHING, body: undefined, rejected: undefined, isPage: false, exchange: undefined };
    this.#waiting.set(request, waiting);
    const done = (body: WholeBody) => {
      const { byBody } = format;
      const unpack = this.#unpacking.ofBody();
      const isOne = () => byBody?.is(body.bytes, contentType, contentEncoding, unpack) ?? true;
      if (byBody !== undefined && (body.isCapped || !unlessUnreadable(isOne, false))) {
        this.#waiting.delete(request);
        return;
      }
      waiting.body = { bytes: body.length, isWhole: body.isWhole };
      waiting.content = readSpans(format, body, contentType, contentEncoding, unpack);
      const { isLimited, unread } = waiting.content;
      if (isLimited === true) this.#sayLimit(request, `an export was not read to its end: ${unread}`);
      if (waiting.exchange !== undefined) this.#finish(request, waiting, waiting.exchange);
    };
    return new KeptBody(MAX_EXPORT_BYTES, this.#budget, done, format.byBody?.mayBe);
  }

  #openAnswer(request: HttpRequest, contentType: string, contentEncoding: string): BodySink | undefined {
    const waiting = this.#waiting.get(request);
    const { format } = waiting ?? {};
    if (waiting === undefined) return undefined;
    if (HTML.test(contentType)) {
      const isPage = (body: WholeBody) => beginsWithTag(this.#unpacking.ofBody()(body.bytes, contentEncoding, MAX_EXPORT_ANSWER_BYTES));
      return new KeptBody(MAX_EXPORT_ANSWER_BYTES, this.#budget, (body) => {
        waiting.isPage = body.isCapped || unlessUnreadable(() => isPage(body), false);
      });
    }
    if (format?.readAnswer === undefined) return undefined;
    return new KeptBody(MAX_EXPORT_ANSWER_BYTES, this.#budget, (body) => {
      if (!body.isCapped && body.length > 0)
        waiting.rejected = unlessUnreadable(
          () => format.readAnswer?.(body.bytes, contentType, contentEncoding, this.#unpacking.ofBody()),
          undefined,
        );
    });
  }

  #makeRoom(): void {
    if (this.#waiting.size < MAX_EXPORTS_WAITING) return;
    const oldest = this.#oldest.peek();
    if (oldest === undefined) return;
    const [request, waiting] = oldest;
    if (waiting.exchange === undefined) this.#forget(request);
    else this.#finish(request, waiting, waiting.exchange);
  }

  #forget(request: HttpRequest): void {
    this.#waiting.delete(request);
    this.#sayLimit(request, `more than ${MAX_EXPORTS_WAITING} exports wait for their answer; the oldest is not reported`);
  }

  #sayLimit({ packet }: HttpRequest, message: string): void {
    if (this.#limitsSaid.has(message)) return;
    this.#limitsSaid.add(message);
    this.#emit(anomaly("limit", message, { layer: "exports", capture: packet.capture, packet: packet.number }));
  }

  #finish(request: HttpRequest, { format, content, body, rejected, isPage }: Waiting, exchange: HttpExchange): void {
    if (!this.#waiting.delete(request)) return;
    const { vantage, client, server, response, grpc, incomplete } = exchange;
    const { spans, spanCount, unread } = content;
    const answer = response && {
      at: response.endedAt ?? response.startedAt,
      packet: response.packet,
      status: response.status,
      grpcStatus: grpc?.status,
      rejected,
      ...(response.isTooLate === true && { isTooLate: true as const }),
      ...(isPage && { isPage: true as const }),
    };
    this.#emit({
      kind: "export",
      vantage,
      protocol: format.protocol,
      ...(format.byBody !== undefined && request.path !== "" && { strayPath: request.path }),
      client,
      server,
      at: request.startedAt,
      packet: request.packet,
      spans,
      spanCount,
      unread,
      bytes: body?.bytes ?? request.bodyLength,
      isWhole: body?.isWhole ?? false,
      answer,
      unanswered: incomplete,
    });
  }
}

function readSpans(format: ExportFormat, body: WholeBody, contentType: string, contentEncoding: string, unpack: Unpack): ExportContent {
  if (body.isCapped) return { ...NOTHING, unread: `more than ${MAX_EXPORT_BYTES >> 20} MiB, or too many unfinished exports at a time` };
  try {
    return format.readSpans(body.bytes, contentType, contentEncoding, unpack);
  } catch (error) {
    if (error instanceof LimitReached) return { ...NOTHING, unread: error.message, isLimited: true };
    if (!(error instanceof Malformed)) throw error;
    return { ...NOTHING, unread: error.message };
  }
}

function unlessUnreadable<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof LimitReached)) throw error;
    return otherwise;
  }
}
