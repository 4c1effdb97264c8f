import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readOtlpJson } from "../../src/spans/otlp-json.ts";
import { readOtlpProtobuf } from "../../src/spans/otlp-protobuf.ts";
import { messageCodec } from "../../src/spans/proto-messages.ts";
import type { Trace } from "../../src/spans/span.ts";
import { ADJUSTED, type SpanReading } from "../../src/spans/span-collector.ts";
import { CLIENT, otlpBytes, otlpJson, type SampleSpan, SERVER, sampleSpan, TRACE } from "./sample-spans.ts";

const encodings: readonly [string, (service: string, spans: readonly SampleSpan[]) => SpanReading | undefined][] = [
  ["protobuf", (service, spans) => readOtlpProtobuf(otlpBytes(service, spans))],
  ["JSON", (service, spans) => readOtlpJson(otlpJson(service, spans))],
  ["JSON of api_v3 over HTTP", (service, spans) => readOtlpJson({ result: otlpJson(service, spans) })],
];

function only(reading: SpanReading | undefined): Trace {
  expect(reading?.traces).toHaveLength(1);
  return reading!.traces[0]!;
}

describe.each(encodings)("OTLP %s", (_, read) => {
  test("reads a span, and keeps no attribute that nobody reads", () => {
    const attributes = {
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "server.port": 8080,
      "http.request.header.cookie": "secret",
    };
    const trace = only(read("inventory", [sampleSpan({ parentSpanId: CLIENT, attributes, error: true })]));
    expect(trace).toEqual({
      traceId: TRACE,
      warnings: [],
      spans: [
        {
          traceId: TRACE,
          spanId: SERVER,
          parentSpanId: CLIENT,
          name: "GET /stock",
          kind: "server",
          startedAt: 1_795_355_336_459_899 + 0.75,
          endedAt: 1_795_355_336_464_900,
          error: true,
          resource: { service: "inventory", pod: "inventory-1" },
          scope: "otelhttp",
          links: [],
          attributes: { "http.request.method": "GET", "http.response.status_code": 200, "server.port": 8080 },
        },
      ],
    });
  });

  test("zero bytes as parent are none", () => {
    expect(only(read("a", [sampleSpan({ parentSpanId: "0".repeat(16) })])).spans[0]).not.toHaveProperty("parentSpanId");
  });

  test("equal resources are one object", () => {
    const { spans } = only(read("a", [sampleSpan(), sampleSpan({ spanId: CLIENT })]));
    expect(spans[0]!.resource).toBe(spans[1]!.resource);
  });

  test("64-bit integers beyond 2^53 are kept as text", () => {
    const reading = readOtlpJson({
      resourceSpans: [
        {
          scopeSpans: [
            { spans: [{ traceId: TRACE, spanId: SERVER, attributes: [{ key: "server.port", value: { intValue: "9007199254740993" } }] }] },
          ],
        },
      ],
    });
    expect(only(reading).spans[0]!.attributes).toEqual({ "server.port": "9007199254740993" });
  });

  test("Jaeger's warnings become the trace's, each once, and tell that the trace was adjusted", () => {
    const text = "clock skew adjustment disabled; not applying calculated delta of 500µs";
    const trace = only(read("a", [sampleSpan({ warnings: [text] }), sampleSpan({ spanId: CLIENT, warnings: [text] })]));
    expect(trace.warnings).toEqual([ADJUSTED, text]);
  });

  test("an id that Jaeger's adjuster counted out tells it too", () => {
    const client = sampleSpan({ spanId: CLIENT, kind: 3 });
    const server = sampleSpan({ spanId: "0000000000000001", parentSpanId: CLIENT });
    expect(only(read("a", [client, server])).warnings).toEqual([ADJUSTED]);
    expect(only(read("a", [sampleSpan({ spanId: "0000000000000001" })])).warnings).toEqual([]);
  });

  test("warnings are capped", () => {
    const warnings = Array.from({ length: 50 }, (_, n) => `trouble ${n}`);
    const trace = only(read("a", [sampleSpan({ warnings })]));
    expect(trace.warnings).toHaveLength(21);
    expect(trace.warnings[20]).toBe("30 more warnings of the backend");
  });

  test("a span that makes no sense is kept, with a warning", () => {
    const odd = sampleSpan({ spanId: "0".repeat(16), end: 1n });
    const loop = sampleSpan({ parentSpanId: SERVER, start: 0n, end: 0n });
    const trace = only(read("a", [odd, odd, loop]));
    expect(trace.spans).toHaveLength(3);
    expect(trace.spans.every((span) => span.endedAt >= span.startedAt && span.parentSpanId === undefined)).toBe(true);
    expect(trace.warnings).toEqual([
      "2 spans have a span id of zeros (the first is 0000000000000000)",
      "2 spans have an end before its start (the first is 0000000000000000)",
      `span ${SERVER} has itself as parent`,
      `span ${SERVER} has no start time`,
    ]);
  });
});

describe("OTLP protobuf", () => {
  test("the scope may come after its spans, as gogoproto writes it", () => {
    const field = (number: number, content: Uint8Array): Buffer =>
      Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
    const span = field(2, Buffer.concat([field(1, Buffer.from(TRACE, "hex")), field(2, Buffer.from(SERVER, "hex"))]));
    const message = field(1, field(2, Buffer.concat([span, field(1, field(1, Buffer.from("late")))])));
    expect(only(readOtlpProtobuf(message)).spans[0]!.scope).toBe("late");
  });

  test("broken UTF-8 costs a character, a broken value its attribute, an id of another length its warning", () => {
    const codec = messageCodec<unknown>("otlp_trace", "traceinspect.otlp.TracesData");
    const span = {
      traceId: Buffer.alloc(20, 1),
      spanId: Buffer.from([1, 2]),
      name: Buffer.from([0x47, 0xff]),
      attributes: [{ key: Buffer.from("http.route"), value: Buffer.from([0x0a, 0xff]) }],
    };
    const trace = only(readOtlpProtobuf(codec.encode({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })));
    expect(trace.spans[0]).toMatchObject({ name: "G\ufffd", spanId: "0000000000000102", attributes: {} });
    expect(trace.warnings[0]).toBe("span 0000000000000102 has a trace id that cannot be read");
  });

  test("never throws on any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readOtlpProtobuf(bytes)));
    const sound = otlpBytes("a", [sampleSpan({ attributes: { "http.route": "/x" }, warnings: ["w"] })]);
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(255), (at, value) => {
        const broken = Uint8Array.from(sound);
        broken[at] = value;
        void readOtlpProtobuf(broken);
      }),
    );
  });
});

describe("OTLP JSON", () => {
  test("Jaeger 1.48 and Tempo: base64 ids, names of enums, instrumentation libraries", () => {
    const base64 = (hex: string): string => Buffer.from(hex, "hex").toString("base64");
    const span = {
      traceId: base64(TRACE),
      spanId: base64(SERVER),
      parentSpanId: base64("0".repeat(16)),
      kind: "SPAN_KIND_SERVER",
      startTimeUnixNano: "1000",
      endTimeUnixNano: "2000",
      status: { code: "STATUS_CODE_ERROR" },
    };
    const list = [{ resource: {}, instrumentationLibrarySpans: [{ instrumentationLibrary: { name: "lib" }, spans: [span] }] }];
    for (const document of [{ result: { resourceSpans: list } }, { batches: list }, { trace: { batches: list } }]) {
      const trace = only(readOtlpJson(document));
      expect(trace.traceId).toBe(TRACE);
      expect(trace.spans[0]).toMatchObject({ spanId: SERVER, kind: "server", error: true, scope: "lib", startedAt: 1, endedAt: 2 });
      expect(trace.spans[0]).not.toHaveProperty("parentSpanId");
      expect(trace.warnings).toEqual([]);
    }
  });

  test("upper-case ids are the same ids", () => {
    expect(only(readOtlpJson(otlpJson("a", [sampleSpan({ traceId: TRACE.toUpperCase() })]))).traceId).toBe(TRACE);
  });

  test("other documents are not its own", () => {
    for (const document of [null, 1, "x", [], {}, { data: [] }, { resourceSpans: {} }]) expect(readOtlpJson(document)).toBeUndefined();
    expect(readOtlpJson({ result: {} })).toEqual({ traces: [], warnings: [] });
  });

  test("never throws on any JSON", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void readOtlpJson(value)));
    const keys = fc.constantFrom(
      "traceId",
      "spanId",
      "parentSpanId",
      "kind",
      "startTimeUnixNano",
      "endTimeUnixNano",
      "attributes",
      "links",
      "status",
      "name",
    );
    fc.assert(
      fc.property(fc.array(fc.dictionary(keys, fc.jsonValue())), fc.jsonValue(), (spans, resource) => {
        expect(
          readOtlpJson({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })?.traces.flatMap((trace) => trace.spans),
        ).toHaveLength(spans.length);
      }),
    );
  });
});
