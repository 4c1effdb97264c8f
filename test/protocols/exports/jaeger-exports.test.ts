import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Conversation, ethernetFrame, ipv4Packet, packetOf, udpDatagram } from "../../tcp/build-packets.ts";
import { ok } from "../http/messages.ts";
import { observe } from "../observe.ts";
import { binary, binaryCall, compactCall, oldBinaryCall, type Struct } from "./write-thrift.ts";

const HIGH = 0x4bf92f3577b34da6n;
const LOW = 0xa3ce929d0e0e4736n;
const tag = (key: string, text: string): Struct => [
  [1, { text: key }],
  [2, { i32: 0 }],
  [3, { text }],
];
const span = (id: bigint, parent: bigint, name: string, tags: readonly Struct[], references: readonly Struct[] = []): Struct => [
  [1, { i64: LOW }],
  [2, { i64: HIGH }],
  [3, { i64: id }],
  [4, { i64: parent }],
  [5, { text: name }],
  [6, { list: references }],
  [7, { i32: 1 }],
  [8, { i64: 1_795_355_336_459_899n }],
  [9, { i64: 5_000n }],
  [10, { list: tags }],
  [
    11,
    {
      list: [
        [
          [1, { i64: 1n }],
          [2, { list: [tag("event", "secret")] }],
        ],
      ],
    },
  ],
];
const reference = (type: number, id: bigint): Struct => [
  [1, { i32: type }],
  [2, { i64: LOW }],
  [3, { i64: HIGH }],
  [4, { i64: id }],
];
const flag: Struct = [
  [1, { text: "sampler.param" }],
  [2, { i32: 2 }],
  [5, { bool: true }],
];
const batch: Struct = [
  [
    1,
    {
      struct: [
        [1, { text: "stock" }],
        [2, { list: [tag("host.name", "stock-1"), tag("ip", "10.0.0.9")] }],
      ],
    },
  ],
  [
    2,
    {
      list: [
        span(0xffn, 0n, "GET /stock", [tag("span.kind", "server"), flag]),
        span(2n, 0xffn, "SELECT", [tag("span.kind", "client")]),
        span(3n, 0n, "later", [], [reference(1, 2n), reference(0, 0xffn)]),
      ],
    },
  ],
  [3, { i64: 12n }],
];
const resource = { service: "stock", pod: "stock-1", podBy: "host.name" };
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const read = [
  { traceId, spanId: "00000000000000ff", parentSpanId: undefined, name: "GET /stock", kind: "server", resource },
  { traceId, spanId: "0000000000000002", parentSpanId: "00000000000000ff", name: "SELECT", kind: "client", resource },
  { traceId, spanId: "0000000000000003", parentSpanId: "00000000000000ff", name: "later", kind: "unspecified", resource },
];

const datagram = (bytes: Uint8Array, port = 6831) => {
  const payload = udpDatagram(40_000, port, bytes);
  return packetOf(ethernetFrame(0x0800, ipv4Packet({ source: "10.0.0.1", destination: "10.0.0.2", protocol: 17, payload })));
};

describe("spans for a Jaeger agent", () => {
  it.each([
    ["compact", compactCall("emitBatch", [[1, { struct: batch }]])],
    ["binary", binaryCall("emitBatch", [[1, { struct: batch }]])],
    ["binary without a version", oldBinaryCall("emitBatch", [[1, { struct: batch }]])],
  ])("%s, on any port", (_, bytes) => {
    for (const port of [6831, 6832, 9999]) {
      expect(observe([datagram(bytes, port)]).exports).toEqual([
        {
          kind: "export",
          vantage: 0,
          protocol: "jaeger-udp",
          client: { address: "10.0.0.1", port: 40_000 },
          server: { address: "10.0.0.2", port },
          at: 1_795_305_600_000_000,
          packet: { capture: 0, number: 1 },
          spans: read,
          spanCount: 3,
          bytes: bytes.length,
          isWhole: true,
          unread: undefined,
          answer: undefined,
          unanswered: undefined,
        },
      ]);
    }
  });

  it.each([
    ["another call", compactCall("emitZipkin", [[1, { struct: batch }]])],
    ["other bytes", new Uint8Array(40).fill(0x82)],
    ["nothing", new Uint8Array(0)],
  ])("%s is none", (_, bytes) => {
    expect(observe([datagram(bytes)]).exports).toEqual([]);
  });

  it("keeps what came before the cut", () => {
    const bytes = compactCall("emitBatch", [[1, { struct: batch }]]);
    const [seen] = observe([datagram(bytes.subarray(0, -150))]).exports;
    expect(seen?.spans).toEqual(read.slice(0, seen?.spans.length));
    expect(seen?.unread).toBe("it ends before its encoding does");
  });

  it("does not follow structures without end", () => {
    const deep = Buffer.concat([compactCall("emitBatch", []).subarray(0, -1), Buffer.alloc(60_000, 0x1c)]);
    expect(observe([datagram(deep)]).exports[0]?.unread).toContain("levels");
  });

  it("reads any bytes without an exception", () => {
    const calls = [compactCall, binaryCall].map((call) => Uint8Array.from(call("emitBatch", [[1, { struct: batch }]])));
    fc.assert(
      fc.property(
        fc.constantFrom(...calls),
        fc.array(fc.tuple(fc.integer({ min: 24, max: 600 }), fc.nat(255)), { maxLength: 6 }),
        fc.integer({ min: 30, max: 900 }),
        (call, changes, length) => {
          const bytes = call.slice(0, length);
          for (const [offset, value] of changes) if (offset < bytes.length) bytes[offset] = value;
          observe([datagram(bytes)]);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("spans for Jaeger's collector", () => {
  it("are one batch in a request", () => {
    const body = binary(batch).toString("latin1");
    const request = `POST /api/traces?format=jaeger.thrift HTTP/1.1\r\nContent-Type: application/x-thrift\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const talk = new Conversation({ serverPort: 14_268 }).open().send("client", request, 100).send("server", ok());
    expect(observe(talk.packets).exports).toMatchObject([{ protocol: "jaeger-http", spans: read, answer: { status: 200 } }]);
  });
});
