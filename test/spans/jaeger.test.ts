import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJaegerJson } from "../../src/spans/jaeger-json.ts";
import { readJaegerProto } from "../../src/spans/jaeger-proto.ts";
import { messageCodec } from "../../src/spans/proto-messages.ts";
import { ADJUSTED } from "../../src/spans/span-collector.ts";
import { CLIENT, SERVER, TRACE } from "./sample-spans.ts";

const codec = messageCodec<unknown>("jaeger_model", "traceinspect.jaeger_model.SpansResponseChunk");
const hex = (text: string): Buffer => Buffer.from(text, "hex");
const text = (key: string, value: string) => ({ key: Buffer.from(key), vStr: Buffer.from(value) });

function uiSpan(span: Record<string, unknown>): unknown {
  return {
    data: [
      {
        traceID: TRACE,
        processes: { p1: { serviceName: "orders", tags: [{ key: "host.name", type: "string", value: "pod-1" }] } },
        spans: [{ traceID: TRACE, spanID: SERVER, processID: "p1", startTime: 1000, duration: 5, ...span }],
      },
    ],
  };
}

describe("UI JSON", () => {
  test("reads a span", () => {
    const tags = [
      { key: "span.kind", type: "string", value: "server" },
      { key: "otel.scope.name", type: "string", value: "otelhttp" },
      { key: "error", type: "bool", value: true },
      { key: "http.route", type: "string", value: "/orders" },
      { key: "server.port", type: "int64", value: "9007199254740993" },
      { key: "cookie", type: "string", value: "secret" },
    ];
    const references = [{ refType: "CHILD_OF", traceID: TRACE, spanID: CLIENT }];
    expect(readJaegerJson(uiSpan({ operationName: "GET", tags, references, warnings: null }))?.traces).toEqual([
      {
        traceId: TRACE,
        warnings: [],
        spans: [
          {
            traceId: TRACE,
            spanId: SERVER,
            parentSpanId: CLIENT,
            name: "GET",
            kind: "server",
            startedAt: 1000,
            endedAt: 1005,
            error: true,
            resource: { service: "orders", pod: "pod-1", podBy: "host.name" },
            scope: "otelhttp",
            links: [],
            attributes: { "http.route": "/orders", "server.port": "9007199254740993" },
          },
        ],
      },
    ]);
  });

  test("a trace id of 16 digits is padded", () => {
    const document = {
      data: [
        { traceID: "a3ce929d0e0e4736", processes: {}, spans: [{ traceID: "a3ce929d0e0e4736", spanID: SERVER, startTime: 1, duration: 0 }] },
      ],
    };
    expect(readJaegerJson(document)?.traces[0]).toMatchObject({ traceId: "0000000000000000a3ce929d0e0e4736", warnings: [] });
  });

  test("warnings of spans and of the trace", () => {
    const warning = `invalid parent span IDs=${CLIENT}; skipping clock skew adjustment`;
    expect(readJaegerJson(uiSpan({ warnings: [warning] }))?.traces[0]?.warnings).toEqual([ADJUSTED, warning]);
    expect(readJaegerJson({ data: [{ traceID: TRACE, spans: [], warnings: ["cut"] }] })?.traces).toEqual([
      { traceId: TRACE, spans: [], warnings: ["cut"] },
    ]);
  });

  test("a link to another trace is no parent; one FOLLOWS_FROM within the trace is", () => {
    const other = { refType: "CHILD_OF", traceID: "ab".repeat(16), spanID: CLIENT };
    const follows = { refType: "FOLLOWS_FROM", traceID: TRACE, spanID: CLIENT };
    const linked = readJaegerJson(uiSpan({ references: [other] }))!.traces[0]!.spans[0]!;
    expect(linked).not.toHaveProperty("parentSpanId");
    expect(linked.links).toEqual([{ traceId: "ab".repeat(16), spanId: CLIENT }]);
    expect(readJaegerJson(uiSpan({ references: [follows] }))!.traces[0]!.spans[0]).toMatchObject({
      parentSpanId: CLIENT,
      links: [{ spanId: CLIENT }],
    });
  });

  test("never throws on any JSON, and is not taken in by any `data`", () => {
    expect(readJaegerJson({ data: [{ id: 1 }] })).toBeUndefined();
    expect(readJaegerJson({ data: null })).toBeUndefined();
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => void readJaegerJson({ data: [{ traceID: a, processes: b, spans: [a, b] }] })),
    );
    const keys = fc.constantFrom(
      "traceID",
      "spanID",
      "references",
      "tags",
      "process",
      "startTime",
      "duration",
      "warnings",
      "operationName",
    );
    fc.assert(
      fc.property(fc.array(fc.dictionary(keys, fc.jsonValue())), (spans) => {
        expect(readJaegerJson({ data: [{ traceID: TRACE, spans }] })?.traces.flatMap((trace) => trace.spans)).toHaveLength(spans.length);
      }),
    );
  });
});

describe("api_v2", () => {
  test("reads a span", () => {
    const span = {
      traceId: hex(TRACE),
      spanId: hex(SERVER),
      operationName: Buffer.from("GET"),
      references: [{ traceId: hex(TRACE), spanId: hex(CLIENT), refType: 0 }],
      startTime: { seconds: 1, nanos: 999_999_900 },
      duration: { seconds: 0, nanos: 200 },
      tags: [
        text("span.kind", "client"),
        { key: Buffer.from("server.port"), vType: 2, vInt64: 80 },
        { key: Buffer.from("error"), vType: 1, vBool: true },
        { key: Buffer.from("db.system"), vType: 4 },
      ],
      process: { serviceName: Buffer.from("orders"), tags: [text("k8s.pod.name", "orders-1"), text("host.name", "node")] },
      warnings: [Buffer.from("odd")],
    };
    expect(readJaegerProto(codec.encode({ spans: [span] }))?.traces).toEqual([
      {
        traceId: TRACE,
        warnings: ["odd"],
        spans: [
          {
            traceId: TRACE,
            spanId: SERVER,
            parentSpanId: CLIENT,
            name: "GET",
            kind: "client",
            startedAt: 1_999_999.75,
            endedAt: 2_000_000,
            error: true,
            resource: { service: "orders", pod: "orders-1" },
            scope: "",
            links: [],
            attributes: { "server.port": 80 },
          },
        ],
      },
    ]);
  });

  test("never throws on any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readJaegerProto(bytes)));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void readJaegerProto(Uint8Array.of(0x0a, bytes.length, ...bytes))));
  });
});
