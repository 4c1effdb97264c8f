// Attacks on what is concluded of exchanges, and on exports of spans.
import { gzipSync } from "node:zlib";
import { ip, Pcap, SYN, server, tcp } from "./packets.mjs";

/** Requests and answers, each pair on a connection of its own; `hosts`: who asks whom, as the last three bytes of addresses. */
function* calls(count, hosts) {
  const pcap = new Pcap();
  const answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
  for (let i = 0; i < count; i++) {
    const made = hosts(i).map(([from, to, fields, port = 80]) => {
      const data = `GET /${i} HTTP/1.1\r\nhost: a\r\n${fields}\r\n`;
      const way = { source: 0x0a000000 + from, destination: 0x0a000000 + to };
      const ports = { from: 1024 + (i % 60_000), to: port };
      return {
        asked: ip({ ...way, payload: tcp({ ...ports, data }) }),
        answered: ip({
          source: way.destination,
          destination: way.source,
          payload: tcp({ from: ports.to, to: ports.from, acknowledgment: 1 + data.length, data: answer }),
        }),
      };
    });
    for (const { asked } of made) yield* pcap.packet(asked, 1_000);
    for (const { answered } of made.reverse()) yield* pcap.packet(answered, 1_000);
  }
  yield pcap.flush();
}

const context = (i) => `traceparent: 00-${(i + 1).toString(16).padStart(32, "0")}-${(i + 1).toString(16).padStart(16, "0")}-01\r\n`;

/** So many proxies that lose the context of a request each: as many findings, and twice as many edges. */
const lostContexts = (count) =>
  calls(count, (i) => [
    [1, 0x100000 + i, `x-request-id: request-${i}\r\n${context(i)}`],
    [0x100000 + i, 0x200000 + i, `x-request-id: request-${i}\r\n`],
  ]);

/** One context on everything. */
const equalIds = (count) => calls(count, (i) => [[0x100000 + i, 0x200000 + i, context(0)]]);

/** Every request comes from another address. */
const manyCallers = (count) => calls(count, (i) => [[0x200000 + i, 2, context(i)]]);

/** One machine that listens on every port. */
const manyListeners = (count) => calls(count, (i) => [[1, 2, context(i), 1 + (i % 65_000)]]);

/** Exports of spans that are 8 kB and become 8 MB, of nothing but empty objects, or empty messages. */
function* exportBombs(count) {
  const pcap = new Pcap();
  const answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
  const bodies = [
    ["application/json", Buffer.from(`{"resourceSpans":[${"{},".repeat(2_700_000)}{}]}`)],
    ["application/x-protobuf", Buffer.alloc(8_200_000, Buffer.of(0x0a, 0))],
    [
      "application/x-protobuf",
      Buffer.concat([Buffer.of(0x0a, 0x85, 0xbf, 0xf4, 3, 0x12, 0x80, 0xbf, 0xf4, 3), Buffer.alloc(8_200_064, Buffer.of(0x12, 0))]),
    ],
  ].map(([type, body]) => [type, gzipSync(body)]);
  const sequences = [1, 1];
  yield* pcap.packet(ip({ ...server, payload: tcp({ to: 4318, sequence: 0, flags: SYN }) }));
  for (let i = 0; i < count; i++) {
    const [type, body] = bodies[i % bodies.length];
    const head = `POST /v1/traces HTTP/1.1\r\nhost: c\r\ncontent-type: ${type}\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`;
    const data = Buffer.concat([Buffer.from(head), body]);
    yield* pcap.packet(ip({ ...server, payload: tcp({ to: 4318, sequence: sequences[0], acknowledgment: sequences[1], data }) }), 1_000);
    sequences[0] += data.length;
    const answered = tcp({ from: 4318, to: 40_000, sequence: sequences[1], acknowledgment: sequences[0], data: answer });
    yield* pcap.packet(ip({ source: server.destination, destination: 0x0a000001, payload: answered }), 1_000);
    sequences[1] += answer.length;
  }
  yield pcap.flush();
}

export const traceAttacks = {
  "lost-contexts": { grows: true, faults: true, make: lostContexts, count: 20_000, limit: false, small: [250, false] },
  "equal-ids": { grows: true, make: equalIds, count: 50_000, limit: false, small: [300, false] },
  "many-callers": { make: manyCallers, count: 150_000, limit: true, small: [300, false] },
  "many-listeners": { grows: true, make: manyListeners, count: 60_000, limit: false, small: [300, false] },
  "export-bombs": { make: exportBombs, count: 3_000, limit: true, small: [3, true] },
};
