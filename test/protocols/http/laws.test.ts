// Laws of the HTTP/1 reader over whole conversations, from packets to exchanges.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Packet } from "../../../src/capture/packet.ts";
import { Conversation, retimed, snap } from "../../tcp/build-packets.ts";
import { essence, observe } from "../observe.ts";

interface Turn {
  readonly request: string;
  readonly response: string;
}

const word = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789-") });
const body = fc.string({ maxLength: 200, unit: "binary-ascii" });
const field = fc
  .tuple(fc.constantFrom("Host", "traceparent", "tracestate", "X-Other"), word)
  .map(([name, value]) => `${name}: ${value}\r\n`);
const fields = fc.array(field, { maxLength: 4 }).map((list) => list.join(""));
const framed = fc.tuple(body, fc.boolean(), fc.integer({ min: 1, max: 50 })).map(([text, isChunked, size]) => {
  if (!isChunked) return `Content-Length: ${text.length}\r\n\r\n${text}`;
  const chunks = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
  return `Transfer-Encoding: chunked\r\n\r\n${chunks.map((chunk) => `${chunk.length.toString(16)};x\r\n${chunk}\r\n`).join("")}0\r\nTrailer: y\r\n\r\n`;
});
const turn: fc.Arbitrary<Turn> = fc
  .tuple(fc.constantFrom("GET", "POST", "PUT", "DELETE"), word, fields, framed, fc.constantFrom(200, 201, 404, 500), fields, framed)
  .map(([method, path, more, content, status, answerFields, answer]) => ({
    request: `${method} /${path}?q=1 HTTP/1.1\r\n${more}${content}`,
    response: `HTTP/1.1 ${status} Some reason\r\n${answerFields}${answer}`,
  }));
const turns = fc.array(turn, { minLength: 1, maxLength: 4 });

const play = (list: readonly Turn[], requestSize: number, responseSize: number) => {
  const talk = new Conversation().open();
  for (const { request, response } of list) talk.send("client", request, requestSize).send("server", response, responseSize);
  return talk.acknowledge("client").close();
};
const read = (packets: readonly Packet[]) => observe(packets).http.map(essence);

describe("laws of HTTP/1", () => {
  it("any pieces: the same exchanges", () => {
    fc.assert(
      fc.property(turns, fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 }), (list, a, b) => {
        const whole = read(play(list, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY).packets);
        expect(whole).toHaveLength(list.length);
        expect(whole.every(({ incomplete }) => incomplete === undefined)).toBe(true);
        expect(read(play(list, a, b).packets)).toEqual(whole);
        expect(read(play(list, 1, 1).packets)).toEqual(whole);
      }),
      { numRuns: 150 },
    );
  });

  it("any order and any duplicates within one flight: the same exchanges", () => {
    fc.assert(
      fc.property(turns, fc.integer({ min: 5, max: 60 }), fc.infiniteStream(fc.nat(3)), (list, size, keys) => {
        const { packets } = play(list, size, size);
        // Each packet moves back by up to three places, and some come twice.
        const moved = packets.slice(3, -3).flatMap((packet, i) => {
          const copies = keys.next().value === 3 ? 2 : 1;
          return Array.from({ length: copies }, () => ({ packet, place: i + Number(keys.next().value) }));
        });
        const order = moved.sort((a, b) => a.place - b.place).map(({ packet }) => packet);
        expect(read(retimed([...packets.slice(0, 3), ...order, ...packets.slice(-3)]))).toEqual(read(packets));
      }),
      { numRuns: 150 },
    );
  });

  it("any one packet lost: only exchanges that it carried bytes of are hurt", () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 3, maxLength: 4 }), fc.integer({ min: 20, max: 90 }), fc.nat(), (list, size, pick) => {
        const talk = new Conversation().open();
        const ranges = list.map(({ request, response }) => {
          const from = talk.packets.length;
          talk.send("client", request, size).send("server", response, size);
          return [from, talk.packets.length] as const;
        });
        const { packets } = talk.acknowledge("client").acknowledge("server").close();
        const lost = 3 + (pick % (ranges.at(-1)![1] - 3));
        const hurt = ranges.findIndex(([from, to]) => lost >= from && lost < to);
        const all = read(packets);
        const seen = read(packets.toSpliced(lost, 1));
        for (const [i, exchange] of all.entries()) if (i !== hurt) expect(seen).toContainEqual(exchange);
        expect(seen.length).toBeLessThanOrEqual(all.length + 1);
      }),
      { numRuns: 150 },
    );
  });

  it("any snap length: what is seen of a request is a part of it", () => {
    fc.assert(
      fc.property(turns, fc.integer({ min: 66, max: 200 }), (list, length) => {
        const { packets } = play(list, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
        const all = read(packets);
        for (const { request } of read(packets.map((packet) => snap(packet, length)))) {
          if (request === undefined) continue;
          const original = all.find((exchange) => exchange.request?.sequence === request.sequence)?.request;
          expect(original?.path.startsWith(request.path)).toBe(true);
          expect(original?.fields.slice(0, request.fields.length)).toEqual(request.fields);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("any bytes: observations and anomalies, never an exception, whatever the pieces", () => {
    const garbage = fc.oneof(
      body,
      turn.map(({ request }) => request),
      turn.map(({ response }) => response),
      fc.constantFrom("\r\n", "\r\n\r\n", "HTTP/1.1 ", "GET / ", "0\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    );
    const stream = fc.array(fc.tuple(fc.constantFrom("client" as const, "server" as const), garbage), { maxLength: 12 });
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 40 }), (sends, size) => {
        const talk = new Conversation().open();
        for (const [from, text] of sends) talk.send(from, text, size);
        const { http, connections } = observe(talk.close().packets);
        expect(connections).toHaveLength(1);
        expect(http.length).toBeLessThanOrEqual(sends.reduce((sum, [, text]) => sum + text.length, 0) / 5);
      }),
      { numRuns: 150 },
    );
  });
});
