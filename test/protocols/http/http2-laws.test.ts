// Laws of the HTTP/2 reader over whole conversations, from packets to exchanges.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Packet } from "../../../src/capture/packet.ts";
import type { HttpExchange } from "../../../src/protocols/observation.ts";
import type { Side } from "../../../src/wire/endpoint.ts";
import { Conversation, snap } from "../../tcp/build-packets.ts";
import { essence, observe } from "../observe.ts";
import type { HeaderLine } from "./hpack/encode.ts";
import {
  clientBegin,
  DATA,
  END_STREAM,
  frame,
  type HeaderFrameOptions,
  joined,
  Peers,
  RST_STREAM,
  serverBegin,
  u32,
} from "./http2-peers.ts";

interface Call {
  readonly path: string;
  readonly fields: readonly HeaderLine[];
  readonly status: string;
  readonly body: string;
  readonly answer: string;
  readonly shape: HeaderFrameOptions;
  readonly end: "data" | "trailers" | "reset";
}

const word = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789-") });
const field: fc.Arbitrary<HeaderLine> = fc.tuple(fc.constantFrom("traceparent", "tracestate", "x-request-id", "x-other", "cookie"), word);
const call: fc.Arbitrary<Call> = fc.record({
  path: word.map((text) => `/${text}?q=1`),
  fields: fc.array(field, { maxLength: 4 }),
  status: fc.constantFrom("200", "201", "404", "503"),
  body: fc.string({ maxLength: 60 }),
  answer: fc.string({ maxLength: 200 }),
  shape: fc.record({ hasPriority: fc.boolean(), fragment: fc.integer({ min: 3, max: 60 }) }),
  end: fc.constantFrom("data", "data", "trailers", "reset"),
});
const calls = fc.array(call, { minLength: 1, maxLength: 6 });

/** What each side sends, in turns: requests two by two, answers in reverse. */
function write(list: readonly Call[]): (readonly [Side, Uint8Array])[] {
  const peers = new Peers();
  const turns: (readonly [Side, Uint8Array])[] = [
    ["client", clientBegin],
    ["server", serverBegin],
  ];
  for (let i = 0; i < list.length; i += 2) {
    const pair = list.slice(i, i + 2).map((each, k) => ({ ...each, stream: 2 * (i + k) + 1 }));
    for (const { stream, path, fields, body, shape } of pair) {
      const head = peers.request(stream, path, fields, { ...shape, endsStream: body === "" });
      turns.push(["client", joined(head, body === "" ? "" : frame(DATA, END_STREAM, stream, body))]);
    }
    for (const { stream, status, answer, shape, end } of pair.reverse()) {
      const head = peers.response(stream, status, [["x-other", "value"]], shape);
      const last = {
        data: () => frame(DATA, END_STREAM, stream, answer),
        trailers: () => joined(frame(DATA, 0, stream, answer), peers.trailers(stream, [["x-sum", "1"]])),
        reset: () => joined(frame(DATA, 0, stream, answer), frame(RST_STREAM, 0, stream, u32(2))),
      }[end];
      turns.push(["server", joined(head, last())]);
    }
  }
  return turns;
}

function play(list: readonly Call[], clientSize: number, serverSize: number): Conversation {
  const talk = new Conversation().open();
  for (const [from, bytes] of write(list)) talk.send(from, bytes, from === "client" ? clientSize : serverSize);
  return talk.acknowledge("client").close();
}

const WHOLE = Number.POSITIVE_INFINITY;
const said = (exchange: HttpExchange) => ({ ...essence(exchange), stream: exchange.stream, grpc: exchange.grpc });
const read = (packets: readonly Packet[]) => observe(packets).http.map(said);

/** Everything that `seen` says of a request is said by the exchange of the same stream. */
function expectTrue(seen: readonly ReturnType<typeof said>[], all: readonly ReturnType<typeof said>[]): void {
  for (const { stream, request, response } of seen) {
    const whole = all.find((exchange) => exchange.stream === stream);
    expect(whole).toBeDefined();
    if (request !== undefined) {
      const { fields = [], method, path } = whole?.request ?? {};
      expect([method, "?"]).toContain(request.method);
      expect([path, ""]).toContain(request.path);
      let at = 0;
      for (const each of fields) if (each.name === request.fields[at]?.name && each.value === request.fields[at]?.value) at++;
      expect(request.fields.slice(at)).toEqual([]);
      if (request.isHeadComplete) expect(request.fields).toEqual(fields);
    }
    if (response !== undefined) expect([whole?.response?.status, undefined]).toContain(response.status);
  }
}

describe("laws of HTTP/2", () => {
  it("one exchange a stream, in any pieces", () => {
    fc.assert(
      fc.property(calls, fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 }), (list, clientSize, serverSize) => {
        const whole = read(play(list, WHOLE, WHOLE).packets);
        expect(whole.map(({ stream }) => stream).sort((a, b) => a! - b!)).toEqual(list.map((_, i) => 2 * i + 1));
        expect(whole.every(({ request, response }) => request?.isHeadComplete === true && response !== undefined)).toBe(true);
        expect(read(play(list, clientSize, serverSize).packets)).toEqual(whole);
      }),
      { numRuns: 80 },
    );
  });

  it("byte by byte", () => {
    fc.assert(
      fc.property(calls, (list) => {
        expect(read(play(list, 1, 1).packets)).toEqual(read(play(list, WHOLE, WHOLE).packets));
      }),
      { numRuns: 15 },
    );
  });

  it("a packet lost anywhere makes nothing wrong", () => {
    fc.assert(
      fc.property(calls, fc.nat(), fc.integer({ min: 20, max: 200 }), (list, pick, size) => {
        const { packets } = play(list, size, size);
        const lost = 3 + (pick % (packets.length - 6));
        const all = read(packets);
        expectTrue(read(packets.toSpliced(lost, 1)), all);
      }),
      { numRuns: 120 },
    );
  });

  it("a gap in one stream's data changes no other stream", () => {
    fc.assert(
      fc.property(calls, fc.integer({ min: 1, max: 3000 }), (list, length) => {
        const turns = write(list);
        const talk = new Conversation().open();
        for (const [from, bytes] of turns) talk.send(from, bytes);
        const body = frame(DATA, 0, 1, "x".repeat(length + 2));
        const withBody = new Conversation().open();
        for (const [i, [from, bytes]] of turns.entries()) {
          // Behind the client's first request: DATA of its stream, of which the capture lacks the middle.
          if (i === 3) {
            withBody
              .send("client", body.subarray(0, 10))
              .lose("client", body.subarray(10, 10 + length))
              .send("client", body.subarray(10 + length));
            for (let k = 0; k < 10; k++) withBody.acknowledge("server");
          }
          withBody.send(from, bytes);
        }
        const others = (packets: readonly Packet[]) =>
          observe(packets)
            .http.filter(({ stream }) => stream !== 1)
            .map(({ request, response, stream }) => [stream, request?.fields, request?.path, response?.status]);
        expect(others(withBody.acknowledge("client").close().packets)).toEqual(others(talk.acknowledge("client").close().packets));
      }),
      { numRuns: 100 },
    );
  });

  it("joined anywhere, nothing is wrong", () => {
    fc.assert(
      fc.property(calls, fc.nat(), fc.integer({ min: 10, max: 200 }), (list, pick, size) => {
        const { packets } = play(list, size, size);
        const all = read(packets);
        expectTrue(read(packets.slice(3 + (pick % (packets.length - 6)))), all);
      }),
      { numRuns: 120 },
    );
  });

  it("any snap length: what is seen is true", () => {
    fc.assert(
      fc.property(calls, fc.integer({ min: 66, max: 300 }), (list, length) => {
        const { packets } = play(list, WHOLE, WHOLE);
        expectTrue(read(packets.map((packet) => snap(packet, length))), read(packets));
      }),
      { numRuns: 100 },
    );
  });

  it("any bytes: observations and anomalies, never an exception", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      calls.map((list) => joined(...write(list).map(([, bytes]) => bytes))),
      fc
        .tuple(fc.nat(12), fc.nat(255), fc.nat(9), fc.uint8Array({ maxLength: 40 }))
        .map(([type, flags, stream, payload]) => frame(type, flags, stream, payload)),
    );
    const sends = fc.array(fc.tuple(fc.constantFrom<Side>("client", "server"), piece), { maxLength: 12 });
    fc.assert(
      fc.property(sends, fc.boolean(), fc.integer({ min: 1, max: 60 }), (list, isLate, size) => {
        const talk = isLate ? new Conversation() : new Conversation().open().send("client", clientBegin);
        for (const [from, bytes] of list) talk.send(from, bytes, size);
        const { http, anomalies } = observe(talk.close().packets);
        const bytes = list.reduce((sum, [, each]) => sum + each.length, 0);
        expect(http.length).toBeLessThanOrEqual(bytes / 9);
        expect(anomalies.length).toBeLessThanOrEqual(4);
      }),
      { numRuns: 120 },
    );
  });

  it("mutated bytes never throw", () => {
    fc.assert(
      fc.property(calls, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }), (list, changes) => {
        const { packets } = play(list, WHOLE, WHOLE);
        for (const [at, byte] of changes) {
          const packet = packets[3 + (at % (packets.length - 6))]!;
          if (packet.bytes.length > 66) packet.bytes[66 + (at % (packet.bytes.length - 66))] = byte;
        }
        expect(observe(packets).connections).toHaveLength(1);
      }),
      { numRuns: 120 },
    );
  });
});
