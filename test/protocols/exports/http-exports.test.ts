// Exports as HTTP requests, from packets to what they say.

import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { MAX_EXPORT_BYTES, MAX_SPAN_GROUPS_PER_EXPORT, MAX_SPANS_PER_EXPORT, MAX_UNPACKED_BYTES_BEYOND } from "../../../src/wire/limits.ts";
import { CLIENT, otlpBytes, otlpJson, SERVER, sampleSpan, TRACE } from "../../spans/sample-spans.ts";
import { type Body, bytesOf, Conversation } from "../../tcp/build-packets.ts";
import { get, ok } from "../http/messages.ts";
import { observe } from "../observe.ts";

const join = (...parts: readonly Body[]) => Uint8Array.from(Buffer.concat(parts.map((part) => bytesOf(part))));
const post = (path: string, body: Body, ...fields: readonly string[]) => {
  const lines = [`POST ${path} HTTP/1.1`, "Host: collector", `Content-Length: ${bytesOf(body).length}`, ...fields];
  return join(`${lines.join("\r\n")}\r\n\r\n`, body);
};
const chunkedPost = (path: string, body: Uint8Array, size: number) => {
  const chunks: Body[] = [`POST ${path} HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-protobuf\r\n\r\n`];
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.subarray(at, at + size);
    chunks.push(`${chunk.length.toString(16)};x\r\n`, chunk, "\r\n");
  }
  return join(...chunks, "0\r\n\r\n");
};
const json = (value: unknown) => Uint8Array.from(Buffer.from(JSON.stringify(value)));
const PROTOBUF = "Content-Type: application/x-protobuf";
const JSON_TYPE = "Content-Type: application/json; charset=utf-8";

const talk = () => new Conversation({ serverPort: 4318 }).open();
const exportsOf = (conversation: Conversation) => observe(conversation.packets).exports;
const exportOf = (request: Body, answer: Body = ok(), size?: number) =>
  exportsOf(talk().send("client", request, size).send("server", answer, size).close());

const spans = [sampleSpan({ parentSpanId: CLIENT }), sampleSpan({ spanId: CLIENT, kind: 3, name: "GET" })];
const otlp = otlpBytes("stock", spans);
const resource = { service: "stock", pod: "stock-1" };
const read = [
  { traceId: TRACE, spanId: SERVER, parentSpanId: CLIENT, name: "GET /stock", kind: "server", resource },
  { traceId: TRACE, spanId: CLIENT, parentSpanId: undefined, name: "GET", kind: "client", resource },
];
/** A frame of one raw block (RFC 8878 §3.1.1), its content size said in four bytes. */
const zstd = (bytes: Uint8Array, size = bytes.length) => {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(0xfd2fb528, 0);
  header[4] = 0xa0; // content size in four bytes, single segment
  header.writeUInt32LE(size, 5);
  header.writeUIntLE((bytes.length << 3) | 1, 9, 3);
  return join(header, bytes);
};

const NOT_FOUND = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

describe("exports to where no collector listens", () => {
  const sent = (path: string, body: Body, ...fields: readonly string[]) => exportOf(post(path, body, ...fields), NOT_FOUND);

  it.each(["/v1/trace", "/", "/ingest"])("are told by their body: POST %s", (path) => {
    const [seen, ...more] = sent(path, otlp, PROTOBUF);
    expect(more).toEqual([]);
    expect(seen).toMatchObject({ protocol: "otlp-http", strayPath: path, spans: read, answer: { status: 404 } });
    expect(sent(path, gzipSync(otlp), PROTOBUF, "Content-Encoding: gzip")).toMatchObject([{ spans: read }]);
  });

  it("are told in JSON, where the path may be meant for spans", () => {
    const body = json(otlpJson("stock", spans));
    expect(sent("/v1/trace", body, JSON_TYPE)).toMatchObject([{ strayPath: "/v1/trace", spanCount: 2 }]);
    expect(sent("/otlp", gzipSync(body), JSON_TYPE, "Content-Encoding: gzip")).toMatchObject([{ spanCount: 2 }]);
    expect(sent("/orders", body, JSON_TYPE)).toEqual([]);
  });

  it("are no other bodies", () => {
    expect(sent("/v1/trace", json({ orders: [] }), JSON_TYPE)).toEqual([]);
    expect(sent("/v1/trace", "x".repeat(40), PROTOBUF)).toEqual([]);
    expect(sent("/v1/trace", gzipSync(json([])), PROTOBUF, "Content-Encoding: gzip")).toEqual([]);
    expect(sent("/v1/trace", otlp)).toEqual([]);
  });

  it("have no stray path where they belong", () => {
    expect(exportOf(post("/tenant/v1/traces", otlp, PROTOBUF))[0]).not.toHaveProperty("strayPath");
  });
});

describe("OTLP over HTTP", () => {
  it("says what was shipped, by whom, and what came back", () => {
    const [seen, ...more] = exportOf(post("/v1/traces", otlp, PROTOBUF));
    expect(more).toEqual([]);
    expect(seen).toMatchObject({
      kind: "export",
      vantage: 0,
      protocol: "otlp-http",
      client: { address: "10.0.0.1", port: 40_000 },
      server: { address: "10.0.0.2", port: 4318 },
      packet: { capture: 0, number: 4 },
      spans: read,
      spanCount: 2,
      bytes: otlp.length,
      isWhole: true,
      unread: undefined,
      answer: { status: 200, grpcStatus: undefined, rejected: undefined, packet: { capture: 0, number: 5 } },
      unanswered: undefined,
    });
  });

  it.each([
    ["JSON", post("/v1/traces", json(otlpJson("stock", spans)), JSON_TYPE)],
    ["behind a prefix", post("/tenant/a/v1/traces", otlp, PROTOBUF)],
    ["gzip", post("/v1/traces", gzipSync(otlp), PROTOBUF, "Content-Encoding: gzip")],
    ["deflate", post("/v1/traces", deflateSync(otlp), PROTOBUF, "content-encoding: DEFLATE")],
    ["deflate without its header", post("/v1/traces", deflateRawSync(otlp), PROTOBUF, "Content-Encoding: deflate")],
    ["zstd", post("/v1/traces", zstd(otlp), PROTOBUF, "Content-Encoding: zstd")],
    ["chunked", chunkedPost("/v1/traces", otlp, 33)],
  ])("%s, in any pieces", (_, request) => {
    for (const size of [undefined, 1, 100]) expect(exportOf(request, ok(), size)).toMatchObject([{ spans: read, isWhole: true }]);
  });

  it.each([
    ["protobuf", PROTOBUF, Uint8Array.of(0x0a, 4, 0x08, 3, 0x12, 0), { spans: 3, hasMessage: false }],
    ["a warning alone", PROTOBUF, Uint8Array.of(0x0a, 3, 0x12, 1, 0x78), { spans: 0, hasMessage: true }],
    ["an empty one", PROTOBUF, Uint8Array.of(0x0a, 0), undefined],
    ["JSON", JSON_TYPE, json({ partialSuccess: { rejectedSpans: "7", errorMessage: "no" } }), { spans: 7, hasMessage: true }],
    ["JSON that is none", JSON_TYPE, bytesOf("{"), undefined],
  ])("partial success: %s", (_, type, body, rejected) => {
    const answer = join(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${type}\r\n\r\n`, body);
    expect(exportOf(post("/v1/traces", otlp, PROTOBUF), answer, 9)[0]?.answer?.rejected).toEqual(rejected);
  });

  it.each([
    ["<!doctype html><title>Sign in</title>", true],
    [" \n<html>", true],
    ["OK", undefined],
  ])("a page of HTML is no answer of a collector, a word that is called so is one: %s", (body, isPage) => {
    const answer = `HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    expect(exportOf(post("/v1/traces", otlp, PROTOBUF), answer, 9)[0]?.answer?.isPage).toBe(isPage);
  });

  it("reads the answer that refuses", () => {
    const refused = exportOf(post("/v1/traces", otlp, PROTOBUF), "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno");
    expect(refused).toMatchObject([{ answer: { status: 400 }, spanCount: 2 }]);
  });

  it("reads the answer that comes before the whole body", () => {
    const request = post("/v1/traces", otlp, PROTOBUF);
    const early = talk()
      .send("client", request.subarray(0, -9))
      .send("server", "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
    expect(exportsOf(early.reset("client"))).toMatchObject([{ answer: { status: 413 }, isWhole: false, spanCount: 1 }]);
  });

  it.each([
    [
      "reset",
      talk()
        .send("client", post("/v1/traces", otlp, PROTOBUF))
        .reset("server"),
    ],
    [
      "fin",
      talk()
        .send("client", post("/v1/traces", otlp, PROTOBUF))
        .close()
        .wait(60_000_000),
    ],
    ["capture ended", talk().send("client", post("/v1/traces", otlp, PROTOBUF))],
  ])("unanswered: %s", (why, conversation) => {
    expect(exportsOf(conversation)).toMatchObject([{ answer: undefined, unanswered: why, spans: read }]);
  });

  it("reads the spans in front of bytes that the capture lacks, and no other", () => {
    const request = post("/v1/traces", otlp, PROTOBUF);
    const lossy = talk()
      .send("client", request.subarray(0, -40))
      .lose("client", request.subarray(-40, -20))
      .send("client", request.subarray(-20))
      .acknowledge("server")
      .wait(1_000_000)
      .send("server", ok())
      .close();
    expect(exportsOf(lossy)).toMatchObject([{ isWhole: false, spans: read.slice(0, 1), answer: { status: 200 } }]);
  });

  it("leaves every other request alone", () => {
    const others = talk();
    for (const request of [get("/v1/traces"), post("/v1/metrics", otlp, PROTOBUF), post("/api/traces", otlp, JSON_TYPE)])
      others.send("client", request).send("server", ok());
    expect(exportsOf(others)).toEqual([]);
  });

  it.each([
    ["a bomb", gzipSync(Buffer.alloc(MAX_EXPORT_BYTES + 1)), "gzip", "larger than 8 MiB unpacked"],
    ["a zstd bomb", zstd(otlp, 0xffff_ffff), "zstd", "larger than 8 MiB unpacked"],
    ["what is no gzip", otlp, "gzip", "its compression is broken"],
    ["what is no zstd", otlp, "zstd", "no zstd frame"],
    ["what nobody reads", otlp, "br", "compressed with br, which is not read"],
    ["wrong bytes", Uint8Array.of(0x0b, 1, 2), "identity", "wire type 3"],
  ])("%s has a reason for not being read", (_, body, coding, reason) => {
    const [seen] = exportOf(post("/v1/traces", body, PROTOBUF, `Content-Encoding: ${coding}`));
    expect(seen).toMatchObject({ spans: [], spanCount: 0, answer: { status: 200 } });
    expect(seen?.unread).toContain(reason);
  });

  it("counts the spans that it does not keep", () => {
    const many = Uint8Array.from({ length: 2 * (MAX_SPANS_PER_EXPORT + 5) }, (_, i) => (i % 2 === 0 ? 0x12 : 0));
    const length = (n: number) => [(n & 127) | 128, ((n >> 7) & 127) | 128, n >> 14];
    const scope = join(Uint8Array.of(0x12, ...length(many.length)), many);
    const [seen] = exportOf(post("/v1/traces", join(Uint8Array.of(0x0a, ...length(scope.length)), scope), PROTOBUF));
    expect(seen?.spanCount).toBe(MAX_SPANS_PER_EXPORT + 5);
    expect(seen?.spans).toHaveLength(MAX_SPANS_PER_EXPORT);
  });

  const limits = (talked: Conversation) => observe(talked.packets).anomalies.filter(({ code }) => code === "limit");
  const many = (count: number, of: string) => Uint8Array.from(Buffer.from(`{"resourceSpans":[${Array(count).fill(of).join()}]}`));

  it("in JSON is not made of more objects than spans are", () => {
    const body = gzipSync(many(100_000, "{}"));
    const parse = vi.spyOn(JSON, "parse");
    const talked = talk()
      .send("client", post("/v1/traces", body, JSON_TYPE, "Content-Encoding: gzip"))
      .send("server", ok());
    expect(exportsOf(talked)).toMatchObject([{ spans: [], unread: expect.stringContaining("more objects and lists") }]);
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
    expect(limits(talked)).toMatchObject([{ where: { layer: "exports" } }]);
  });

  it.each([
    ["JSON", many(MAX_SPAN_GROUPS_PER_EXPORT + 5, `{"schemaUrl":"nothing"}`), JSON_TYPE],
    ["protobuf", Uint8Array.from({ length: 2 * (MAX_SPAN_GROUPS_PER_EXPORT + 5) }, (_, i) => (i % 2 === 0 ? 0x0a : 0)), PROTOBUF],
  ])("in %s is read to so many ResourceSpans, and those in front count", (_, rest, type) => {
    const first = type === JSON_TYPE ? Buffer.from(JSON.stringify(otlpJson("stock", spans)).replace(/\]\}$/, ",")) : otlp;
    const body = type === JSON_TYPE ? join(first, rest.subarray(`{"resourceSpans":[`.length)) : join(first, rest);
    const talked = talk()
      .send("client", post("/v1/traces", body, type), 60_000)
      .send("server", ok());
    expect(exportsOf(talked)).toMatchObject([{ spans: read, unread: expect.stringContaining("ResourceSpans and ScopeSpans") }]);
    expect(limits(talked)).toHaveLength(1);
  });

  it("is unpacked up to a ratio of all that was sent, and real ones are read behind any number of bombs", () => {
    // A field that nobody reads, of as many bytes as are left of a cap.
    const zeros = new Uint8Array(MAX_EXPORT_BYTES - 5);
    const bomb = gzipSync(join(Uint8Array.of(0x7a, 0xfb, 0xff, 0xff, 0x03), zeros.subarray(0, MAX_EXPORT_BYTES - 5)));
    const gzip = (body: Uint8Array) => post("/v1/traces", body, PROTOBUF, "Content-Encoding: gzip");
    const talked = talk();
    const bombs = 2 * (MAX_UNPACKED_BYTES_BEYOND / MAX_EXPORT_BYTES);
    for (let i = 0; i < bombs; i++) talked.send("client", gzip(bomb)).send("server", ok());
    talked.send("client", gzip(gzipSync(otlp))).send("server", ok());
    const seen = exportsOf(talked);
    const unread = seen.filter((one) => one.unread?.includes("40 times what was sent"));
    expect(seen).toHaveLength(bombs + 1);
    expect(unread.length).toBeGreaterThan(bombs / 3);
    expect(seen.at(-1)).toMatchObject({ spans: read, unread: undefined });
    expect(limits(talked)).toHaveLength(1);
  });

  it("does not keep more than the cap", () => {
    const huge = new Uint8Array(MAX_EXPORT_BYTES + 1);
    const [seen] = exportOf(post("/v1/traces", huge, PROTOBUF), ok(), 60_000);
    expect(seen).toMatchObject({ bytes: huge.length, isWhole: true, spans: [] });
    expect(seen?.unread).toContain("more than 8 MiB");
  });

  it("reads any bytes without an exception", () => {
    const bodies = fc.constantFrom<readonly [Uint8Array, string]>(
      [otlp, PROTOBUF],
      [gzipSync(otlp), `${PROTOBUF}\r\nContent-Encoding: gzip`],
      [zstd(otlp), `${PROTOBUF}\r\nContent-Encoding: zstd`],
      [json(otlpJson("stock", spans)), JSON_TYPE],
    );
    const changes = fc.array(fc.tuple(fc.nat(1_000), fc.nat(255)), { maxLength: 5 });
    fc.assert(
      fc.property(bodies, changes, fc.nat(400), fc.constantFrom("/v1/traces", "/api/v2/spans"), ([body, fields], list, length, path) => {
        const bytes = body.slice(0, Math.max(1, length));
        for (const [offset, value] of list) bytes[offset % bytes.length] = value;
        expect(exportOf(post(path, bytes, fields))).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });
});

describe("Zipkin", () => {
  it("reads a list of spans", () => {
    const body = json([
      {
        traceId: TRACE,
        id: SERVER,
        parentId: CLIENT,
        name: "get /stock",
        kind: "SERVER",
        localEndpoint: { serviceName: "stock" },
        tags: { "http.path": "/stock?card=1" },
      },
      { traceId: TRACE.slice(16), id: CLIENT },
      "no span",
    ]);
    expect(exportOf(post("/api/v2/spans", body, JSON_TYPE), "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")).toMatchObject([
      {
        protocol: "zipkin",
        spans: [
          { traceId: TRACE, spanId: SERVER, parentSpanId: CLIENT, name: "get /stock", kind: "server", resource: { service: "stock" } },
          { traceId: `${"0".repeat(16)}${TRACE.slice(16)}`, spanId: CLIENT, parentSpanId: undefined, kind: "unspecified" },
        ],
        answer: { status: 202 },
      },
    ]);
  });
});
