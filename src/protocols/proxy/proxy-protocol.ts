// A PROXY header in front of another protocol: it is read and taken away, and what follows is recognised afresh.

import type { CloseReason, Segment } from "../../tcp/stream-sink.ts";
import { anomaly } from "../../wire/anomaly.ts";
import { Malformed } from "../../wire/byte-reader.ts";
import type { Side } from "../../wire/endpoint.ts";
import { KeptBuffer } from "../kept-buffer.ts";
import { KeptBytes } from "../kept-bytes.ts";
import type { HiddenFields } from "../observation.ts";
import type { StreamContext, StreamProtocol, StreamReader } from "../stream-protocol.ts";
import { readProxyHeader, recognizeProxyHeader } from "./proxy-header.ts";

export const proxyProtocol: StreamProtocol = {
  name: "PROXY",
  recognize(bytes, start, end) {
    const answer = recognizeProxyHeader(bytes, start, end);
    return answer === "yes" ? "client" : answer;
  },
  open: (context) => new ProxiedReader(context),
};

class ProxiedReader implements StreamReader {
  readonly #context: StreamContext;
  readonly #inner: StreamReader;
  readonly #header: KeptBuffer;
  /** Until the header is over. */
  #isHeader = true;

  constructor(context: StreamContext) {
    this.#context = context;
    this.#inner = context.inner();
    this.#header = new KeptBuffer(context.budget ?? new KeptBytes());
  }

  get spoken(): string | undefined {
    return this.#inner.spoken;
  }

  get hidden(): HiddenFields | undefined {
    return this.#inner.hidden;
  }

  data(from: Side, bytes: Uint8Array, start: number, end: number, segment: Segment): void {
    const at = from === "client" && this.#isHeader ? this.#readHeader(bytes, start, end, segment) : start;
    if (at === end) return;
    this.#inner.data(from, bytes, at, end, at === start ? segment : { ...segment, offset: segment.offset + at - start });
  }

  gap(from: Side, length: number, segment: Segment): void {
    if (from === "client" && this.#isHeader) this.#over();
    this.#inner.gap(from, length, segment);
  }

  seenAgain(from: Side, length: number, segment: Segment): void {
    this.#inner.seenAgain(from, length, segment);
  }

  end(from: Side): void {
    this.#inner.end(from);
  }

  close(reason: CloseReason): void {
    this.#header.clear();
    this.#inner.close(reason);
  }

  /** Returns the offset behind the header, or `end` while it is not whole. */
  #readHeader(bytes: Uint8Array, start: number, end: number, segment: Segment): number {
    const before = this.#header.length;
    try {
      if (!this.#header.append(bytes, start, end)) {
        this.#fail("limit", "too many unfinished PROXY headers at a time", segment);
        return end;
      }
      const header = readProxyHeader(this.#header.bytes.subarray(0, this.#header.length));
      if (header === undefined) return end;
      this.#context.connection.proxied ??= header.ends;
      this.#over();
      return start + Math.max(0, header.length - before);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#fail("malformed", error.message, segment);
      return end;
    }
  }

  /** Where the carried protocol begins is not known then: it may with any segment. */
  #fail(code: "malformed" | "limit", message: string, segment: Segment): void {
    const length = this.#header.length;
    this.#over();
    this.#context.emit(anomaly(code, message, { layer: "proxy", capture: segment.capture, packet: segment.packet }));
    this.#inner.gap("client", length, segment);
  }

  #over(): void {
    this.#isHeader = false;
    this.#header.clear();
  }
}
