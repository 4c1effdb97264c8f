// Exports over gRPC, as an HTTP/2 reader hands them over: bodies, then the exchange.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ExportTap } from "../../../src/protocols/exports/export-tap.ts";
import type { HttpExchange, HttpRequest, SpanExport } from "../../../src/protocols/observation.ts";
import type { Anomaly } from "../../../src/wire/anomaly.ts";
import { MAX_EXPORTS_WAITING } from "../../../src/wire/limits.ts";
import { otlpBytes, sampleSpan } from "../../spans/sample-spans.ts";

const PATH = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const otlp = otlpBytes("stock", [sampleSpan(), sampleSpan({ spanId: "0000000000000001" })]);

function message(bytes: Uint8Array, isCompressed = false): Uint8Array {
  const prefix = Buffer.alloc(5);
  prefix[0] = isCompressed ? 1 : 0;
  prefix.writeUInt32BE(bytes.length, 1);
  return Uint8Array.from(Buffer.concat([prefix, bytes]));
}

function exchangeOf(status: number | undefined, path = PATH): HttpExchange & { readonly request: HttpRequest } {
  const packet = { capture: 0, number: 7 };
  const common = { fields: [], isHeadComplete: true, bodyLength: 0, startedAt: 1, endedAt: 2, packet, sequence: 1 };
  return {
    kind: "http",
    version: "2",
    vantage: 3,
    connection: 1,
    stream: 5,
    client: { address: "10.0.0.1", port: 40_000 },
    server: { address: "10.0.0.2", port: 4317 },
    request: { ...common, method: "POST", path, targetHash: 0, hiddenFields: 0, headLength: 9, seenAgain: [] },
    response: status === undefined ? undefined : { ...common, status: 200 },
    grpc: { service: undefined, method: undefined, status },
    ...(status === undefined && { incomplete: "reset" as const }),
  };
}

function play(body: Uint8Array, status: number | undefined, answer = message(new Uint8Array(0)), size = body.length): SpanExport[] {
  const seen: SpanExport[] = [];
  const tap = new ExportTap((output) => {
    if (output.kind === "export") seen.push(output);
  });
  const exchange = exchangeOf(status);
  const sink = tap.openBody(exchange.request, "client", "application/grpc", "");
  for (let at = 0; at < body.length; at += size) sink?.data(body, at, Math.min(body.length, at + size));
  sink?.end(true);
  const reply = tap.openBody(exchange.request, "server", "application/grpc", "");
  reply?.data(answer, 0, answer.length);
  reply?.end(true);
  tap.exchange(exchange);
  tap.end();
  return seen;
}

describe("OTLP over gRPC", () => {
  it.each([
    ["as it is", message(otlp)],
    ["compressed", message(gzipSync(otlp), true)],
  ])("reads a message %s, in any pieces", (_, body) => {
    for (const size of [body.length, 1, 7]) {
      expect(play(body, 0, undefined, size)).toMatchObject([
        { protocol: "otlp-grpc", vantage: 3, spanCount: 2, bytes: body.length, isWhole: true, answer: { status: 200, grpcStatus: 0 } },
      ]);
    }
  });

  it("reads what was refused", () => {
    const partial = message(Uint8Array.of(0x0a, 5, 0x08, 2, 0x12, 1, 0x78));
    expect(play(message(otlp), 0, partial)[0]?.answer?.rejected).toEqual({ spans: 2, hasMessage: true });
    expect(play(message(otlp), 8)[0]?.answer).toMatchObject({ grpcStatus: 8, rejected: undefined });
    expect(play(message(otlp), undefined)[0]).toMatchObject({ answer: undefined, unanswered: "reset" });
  });

  it.each([
    ["nothing", new Uint8Array(0), undefined],
    ["less than a prefix", Uint8Array.of(0, 0), undefined],
    ["a compression that nobody knows", message(Uint8Array.of(1, 2, 3, 4), true), "compressed with an unknown coding, which is not read"],
  ])("%s holds no spans", (_, body, unread) => {
    expect(play(body, 0)).toMatchObject([{ spans: [], unread }]);
  });

  it.each([
    ["an export", message(otlp), 1],
    ["a compressed one", message(gzipSync(otlp), true), 1],
    ["an export of no spans", message(otlpBytes("stock", [])), 0],
    ["text", message(Buffer.from("\n\x0bhello world and more")), 0],
    ["a metric of two texts", message(Buffer.from("0a1e121c121a0a1061616161616161616161616161616161120662626262626200", "hex")), 0],
    ["a stream of anything", new Uint8Array(100_000).fill(0x0a), 0],
  ])("tells %s by its bytes where the path is hidden", (_, body, count) => {
    const seen: (SpanExport | Anomaly)[] = [];
    const tap = new ExportTap((output) => seen.push(output));
    const exchange = exchangeOf(0, "");
    const request = { ...exchange.request, hiddenFields: 2 };
    const sink = tap.openBody(request, "client", "", "");
    for (let at = 0; at < body.length; at += 5) sink?.data(body, at, Math.min(body.length, at + 5));
    sink?.end(true);
    tap.exchange({ ...exchange, request });
    expect(seen).toHaveLength(count);
  });

  it("waits for the end of a body that is answered before", () => {
    const seen: (SpanExport | Anomaly)[] = [];
    const tap = new ExportTap((output) => seen.push(output));
    const exchange = exchangeOf(0);
    const sink = tap.openBody(exchange.request, "client", "application/grpc", "");
    const body = message(otlp);
    tap.exchange(exchange);
    expect(seen).toEqual([]);
    sink?.data(body, 0, body.length);
    sink?.end(true);
    sink?.end(true);
    expect(seen).toMatchObject([{ spanCount: 2 }]);
  });

  it("forgets the oldest of too many that are not answered", () => {
    const seen: (SpanExport | Anomaly)[] = [];
    const tap = new ExportTap((output) => seen.push(output));
    const exchanges = Array.from({ length: MAX_EXPORTS_WAITING + 3 }, () => exchangeOf(0));
    for (const { request } of exchanges) tap.openBody(request, "client", "application/grpc", "")?.end(true);
    for (const exchange of exchanges) tap.exchange(exchange);
    expect(seen.filter(({ kind }) => kind === "export")).toHaveLength(MAX_EXPORTS_WAITING);
    expect(seen.filter(({ kind }) => kind === "anomaly")).toMatchObject([{ code: "limit", where: { layer: "exports", packet: 7 } }]);
  });
});
