#!/usr/bin/env node
// Captures that are made to hurt: each is a generator of chunks, so that none is ever whole in memory.
// `node scripts/attacks.mjs` runs the built command on all of them at full size and prints time, peak memory and the caps that were said.
// `node scripts/attacks.mjs --run NAME[:COUNT]…` runs some; `node scripts/attacks.mjs NAME [COUNT] > FILE` writes one.
import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createGzip, gzipSync } from "node:zlib";

const CHUNK = 1 << 20;
const LINKTYPE_ETHERNET = 1;
const SYN = 2;
const ACK = 0x10;
const PSH_ACK = 0x18;
const RST_ACK = 0x14;
const TCP = 6;
const UDP = 17;

/** Deterministic numbers (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Collects packets as records of a pcap file and hands out chunks. */
class Pcap {
  #buffer = Buffer.alloc(CHUNK);
  #at = 0;
  #micros = 1_795_305_600_000_000;

  constructor(linkType = LINKTYPE_ETHERNET) {
    this.#buffer.writeUInt32LE(0xa1b2c3d4, 0);
    this.#buffer.writeUInt16LE(2, 4);
    this.#buffer.writeUInt16LE(4, 6);
    this.#buffer.writeUInt32LE(262_144, 16);
    this.#buffer.writeUInt32LE(linkType, 20);
    this.#at = 24;
  }

  /** A chunk that is full, if any; it is copied, since readers may be late. */
  *packet(bytes, stepMicros = 1) {
    if (this.#at + 16 + bytes.length > CHUNK) yield this.flush();
    this.#micros += stepMicros;
    this.#buffer.writeUInt32LE(Math.floor(this.#micros / 1_000_000), this.#at);
    this.#buffer.writeUInt32LE(this.#micros % 1_000_000, this.#at + 4);
    this.#buffer.writeUInt32LE(bytes.length, this.#at + 8);
    this.#buffer.writeUInt32LE(bytes.length, this.#at + 12);
    this.#buffer.set(bytes, this.#at + 16);
    this.#at += 16 + bytes.length;
  }

  flush() {
    const chunk = Buffer.from(this.#buffer.subarray(0, this.#at));
    this.#at = 0;
    return chunk;
  }
}

export function ip({ source = 0x0a000001, destination = 0x0a000002, protocol = TCP, fragment = 0, id = 0, payload }) {
  const bytes = Buffer.alloc(34 + payload.length);
  bytes.writeUInt16BE(0x0800, 12);
  bytes[14] = 0x45;
  bytes.writeUInt16BE(20 + payload.length, 16);
  bytes.writeUInt16BE(id & 0xffff, 18);
  bytes.writeUInt16BE(fragment, 20);
  bytes[22] = 64;
  bytes[23] = protocol;
  bytes.writeUInt32BE(source >>> 0, 26);
  bytes.writeUInt32BE(destination >>> 0, 30);
  bytes.set(payload, 34);
  return bytes;
}

export function tcp({ from = 40_000, to = 80, sequence = 1, acknowledgment = 1, flags = PSH_ACK, data = "" }) {
  const payload = typeof data === "string" ? Buffer.from(data, "latin1") : data;
  const bytes = Buffer.alloc(20 + payload.length);
  bytes.writeUInt16BE(from, 0);
  bytes.writeUInt16BE(to, 2);
  bytes.writeUInt32BE(sequence >>> 0, 4);
  bytes.writeUInt32BE(acknowledgment >>> 0, 8);
  bytes[12] = 0x50;
  bytes[13] = flags;
  bytes.writeUInt16BE(65_535, 14);
  bytes.set(payload, 20);
  return bytes;
}

export function udp({ from = 5353, to = 53, payload }) {
  const bytes = Buffer.alloc(8 + payload.length);
  bytes.writeUInt16BE(from, 0);
  bytes.writeUInt16BE(to, 2);
  bytes.writeUInt16BE(bytes.length, 4);
  bytes.set(payload, 8);
  return bytes;
}

const server = { destination: 0x0a000002 };

/** One direction of one connection, in segments of `data`. */
function* stream(data, count) {
  const pcap = new Pcap();
  yield* pcap.packet(ip({ ...server, payload: tcp({ sequence: 0, flags: SYN }) }));
  let sequence = 1;
  for (let i = 0; i < count; i++) {
    const text = data(i);
    yield* pcap.packet(ip({ ...server, payload: tcp({ sequence, data: text }) }));
    sequence = (sequence + text.length) >>> 0;
  }
  yield pcap.flush();
}

function* synFlood(count) {
  const next = random(1);
  const pcap = new Pcap();
  for (let i = 0; i < count; i++)
    yield* pcap.packet(ip({ source: next(), payload: tcp({ from: next() & 0xffff, sequence: next(), flags: SYN }) }));
  yield pcap.flush();
}

function* halfOpenRequests(count) {
  const next = random(2);
  const pcap = new Pcap();
  for (let i = 0; i < count; i++) {
    const data = `GET /${"a".repeat(1_000)} HTTP/1.1\r\nhost: a\r\ntraceparent: 00-`;
    yield* pcap.packet(ip({ source: 0x0b000000 + (i >>> 8), payload: tcp({ from: 1024 + (i & 0xff), sequence: next(), data }) }));
  }
  yield pcap.flush();
}

function* requestFlood(count) {
  const pcap = new Pcap();
  for (let i = 0; i < count; i++) {
    const id = i.toString(16).padStart(16, "0");
    const data = `GET /${i} HTTP/1.1\r\nhost: h${i}\r\ntraceparent: 00-${id}${id}-${id.replace(/^0/, "1")}-01\r\n\r\n`;
    yield* pcap.packet(ip({ source: 0x0b000000 + (i >>> 8), payload: tcp({ from: 1024 + (i & 0xff), data }) }));
  }
  yield pcap.flush();
}

const endlessHeaderLines = (count) => stream((i) => `${i === 0 ? "GET / HTTP/1.1\r\n" : ""}x-${i}: ${"v".repeat(1_000)}\r\n`, count);
const endlessHead = (count) => stream((i) => (i === 0 ? "GET / HTTP/1.1\r\nx: " : "v".repeat(1_400)), count);
const endlessStartLine = (count) => stream((i) => (i === 0 ? "GET /" : "a".repeat(1_400)), count);
/** A method that nobody knows, so that only the end of the line would tell, byte by byte. */
const dribbledStartLine = (count) => stream((i) => (i === 0 ? "GET / HTTP/1.1\r\n\r\nFOO /" : "a"), count);
const endlessFold = (count) => stream((i) => (i === 0 ? "GET / HTTP/1.1\r\nbaggage: a=b\r\n" : ` ${"v".repeat(1_000)}\r\n`), count);
const manyTraceLines = (count) => stream((i) => (i === 0 ? "GET / HTTP/1.1\r\n" : `tracestate: ${"a=b,".repeat(200)}\r\n`), count);
const giganticLength = (count) =>
  stream((i) => (i === 0 ? "POST / HTTP/1.1\r\ncontent-length: 999999999999999\r\n\r\n" : "GET / HTTP/1.1\r\n\r\n"), count);
const chunkOverflow = (count) =>
  stream(
    (i) => (i === 0 ? "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n" : "GET / HTTP/1.1\r\n\r\n"),
    count,
  );
const chunkExtensions = (count) =>
  stream((i) => (i === 0 ? "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1;" : "a".repeat(1_400)), count);
const trailers = (count) =>
  stream((i) => (i === 0 ? "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n" : `x-${i}: ${"t".repeat(1_000)}\r\n`), count);
const pipelined = (count) => stream((i) => `GET /${i} HTTP/1.1\r\nhost: a\r\n\r\n`, count);
const prefixedBaggage = (count) => stream((i) => `${i === 0 ? "GET / HTTP/1.1\r\n" : ""}uberctx-${i}: ${"v".repeat(1_000)}\r\n`, count);

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
/** One machine that listens on every port. */
const manyListeners = (count) => calls(count, (i) => [[1, 2, context(i), 1 + (i % 65_000)]]);

/** HTTP/2 of which a byte is lost, and behind it what looks like frames that lie in one another, each segment full of them. */
function* frameMaze(count) {
  const pcap = new Pcap();
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const data = `x${"\0\x01h\x01$P\x02aa".repeat(6_000)}`;
  yield* pcap.packet(ip({ ...server, payload: tcp({ sequence: 0, flags: SYN }) }));
  yield* pcap.packet(ip({ ...server, payload: tcp({ data: preface }) }));
  for (let i = 0; i < count; i++)
    yield* pcap.packet(ip({ ...server, payload: tcp({ sequence: 2 + preface.length + i * data.length, data }) }), 30_000_000);
  yield pcap.flush();
}

/** One-byte segments, highest first, on many connections: all early, none ever in order. */
function* earlySegments(count) {
  const pcap = new Pcap();
  const each = 2_000;
  for (let i = 0; i < count; i++) {
    const connection = Math.floor(i / each);
    const from = 1024 + (connection & 0x7fff);
    const source = 0x0b000000 + (connection >>> 15);
    if (i % each === 0) yield* pcap.packet(ip({ source, payload: tcp({ from, sequence: 0, flags: SYN }) }));
    yield* pcap.packet(ip({ source, payload: tcp({ from, sequence: 2 * (each - (i % each)) + 8, data: "a" }) }));
  }
  yield pcap.flush();
}

/** Wraps, far-ahead segments, overlaps, zero windows, acknowledgments of what was never sent. */
function* sequenceGames(count) {
  const next = random(3);
  const pcap = new Pcap();
  for (let i = 0; i < count; i++) {
    const from = 1024 + (next() % 64);
    const sequence = [0xffff_fff0 + (next() % 64), next(), next() % 5_000, 0x8000_0000][next() % 4];
    const data = ["", "a", "GET / HTTP/1.1\r\n\r\n", "x".repeat(next() % 1_400)][next() % 4];
    const flags = [PSH_ACK, SYN, ACK, 0x11, 0x04, 0xff][next() % 6];
    const isBack = next() % 2 === 0;
    const bytes = tcp({ from: isBack ? 80 : from, to: isBack ? from : 80, sequence, acknowledgment: next(), flags, data });
    bytes.writeUInt16BE(0, 14);
    yield* pcap.packet(ip({ source: isBack ? 0x0a000002 : 0x0a000001, destination: isBack ? 0x0a000001 : 0x0a000002, payload: bytes }));
  }
  yield pcap.flush();
}

/** First fragments of datagrams that never end, each of them near the largest. */
function* fragmentFlood(count) {
  const next = random(4);
  const pcap = new Pcap();
  const payload = Buffer.alloc(60_000);
  for (let i = 0; i < count; i++)
    yield* pcap.packet(ip({ source: next() % 4, id: i % 700, protocol: UDP, fragment: 0x2000 | (next() % 600), payload }));
  yield pcap.flush();
}

function* tinyFragments(count) {
  const next = random(5);
  const pcap = new Pcap();
  for (let i = 0; i < count; i++)
    yield* pcap.packet(
      ip({ source: next() % 100_000, id: next(), protocol: UDP, fragment: 0x2000 | (next() & 0x1fff), payload: Buffer.alloc(8) }),
    );
  yield pcap.flush();
}

function* addressScan(count) {
  const next = random(6);
  const pcap = new Pcap();
  for (let i = 0; i < count; i++) {
    const bytes = Buffer.alloc(14 + 40 + 8);
    bytes.writeUInt16BE(0x86dd, 12);
    bytes[14] = 0x60;
    bytes.writeUInt16BE(8, 18);
    bytes[20] = UDP;
    for (let word = 0; word < 8; word++) bytes.writeUInt32BE(next(), 22 + 4 * word);
    bytes.writeUInt16BE(9, 54);
    bytes.writeUInt16BE(9, 56);
    bytes.writeUInt16BE(8, 58);
    yield* pcap.packet(bytes);
  }
  yield pcap.flush();
}

function* dnsFlood(count) {
  const next = random(7);
  const pcap = new Pcap();
  for (let i = 0; i < count; i++) {
    const label = Buffer.from(`n${next().toString(36)}`.padEnd(60, "x").slice(0, 60));
    const question = Buffer.concat([Buffer.of(60), label, Buffer.of(0, 0, 1, 0, 1)]);
    const answer = Buffer.concat([Buffer.of(0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4), Buffer.from([10, next() & 255, next() & 255, 1])]);
    const message = Buffer.concat([Buffer.of(i >> 8, i, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0), question, answer]);
    yield* pcap.packet(ip({ protocol: UDP, payload: udp({ from: 53, to: 4_000, payload: message }) }));
  }
  yield pcap.flush();
}

/** So many connections that ask a resolver as much as one may, over TCP, and get no answer. */
function* dnsConnections(count) {
  const pcap = new Pcap();
  const message = Buffer.from("00000100000100000000000003616263000001".concat("0001"), "hex");
  const prefix = Buffer.of(0, message.length);
  for (let i = 0; i < count; i++) {
    const from = 1024 + (i % 60_000);
    yield* pcap.packet(ip({ ...server, payload: tcp({ from, to: 53, sequence: 0, flags: SYN }) }));
    const asked = Array.from({ length: 2_000 }, (_, id) => {
      const question = Buffer.from(message);
      question.writeUInt16BE(id, 0);
      return Buffer.concat([prefix, question]);
    });
    const data = Buffer.concat(asked);
    yield* pcap.packet(ip({ ...server, payload: tcp({ from, to: 53, data }) }));
  }
  yield pcap.flush();
}

/** Connections that are refused, all at one time: none of them is ever due to be forgotten. */
function* endedAtOnce(count) {
  const pcap = new Pcap();
  for (let i = 0; i < count; i++) {
    const [client, port] = [0x0b000000 + Math.floor(i / 60_000), 1024 + (i % 60_000)];
    yield* pcap.packet(ip({ source: client, ...server, payload: tcp({ from: port, flags: SYN }) }), 0);
    const refused = tcp({ from: 80, to: port, acknowledgment: 2, flags: RST_ACK });
    yield* pcap.packet(ip({ source: server.destination, destination: client, payload: refused }), 0);
  }
  yield pcap.flush();
}

const HTTP2_PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS = "\0\0\0\x04\0\0\0\0\0";
/** A frame of HTTP/2 (RFC 9113 §4.1). */
function frame(type, flags, stream, payload) {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, 9);
  return bytes;
}

/** Both sides of one HTTP/2 connection: `asked` frames of the client, then `count` of the server. */
function* http2Answers(asked, answered, count) {
  const pcap = new Pcap();
  const toClient = { source: server.destination, destination: 0x0a000001 };
  const sequences = { client: 1, server: 1 };
  function* send(side, data) {
    const payload =
      side === "client"
        ? tcp({ sequence: sequences.client, acknowledgment: sequences.server, data })
        : tcp({ from: 80, to: 40_000, sequence: sequences.server, acknowledgment: sequences.client, data });
    sequences[side] += data.length;
    yield* pcap.packet(ip(side === "client" ? { ...server, payload } : { ...toClient, payload }), 10);
  }
  function* frames(side, make, most) {
    for (let i = 0; i < most; i += 2_000)
      yield* send(side, Buffer.concat(Array.from({ length: Math.min(2_000, most - i) }, (_, at) => make(i + at))));
  }
  yield* pcap.packet(ip({ ...server, payload: tcp({ sequence: 0, flags: SYN }) }));
  yield* pcap.packet(ip({ ...toClient, payload: tcp({ from: 80, to: 40_000, sequence: 0, flags: SYN | ACK }) }));
  yield* send("client", HTTP2_PREFACE + SETTINGS);
  yield* send("server", SETTINGS);
  yield* frames("client", asked.make, asked.count);
  yield* frames("server", answered, count);
  yield pcap.flush();
}

/** END_HEADERS and END_STREAM; `:status: 200`, and a request of three fields, as the static table has them. */
const answerTo = (stream) => frame(1, 5, stream, Buffer.of(0x88));
const askOn = (stream) => frame(1, 5, stream, Buffer.of(0x82, 0x84, 0x86));
/** Answers to what was not asked, on streams with falling numbers. */
const fallingStreams = (count) => http2Answers({ make: askOn, count: 0 }, (i) => answerTo(2 * (count - i) + 1), count);
/** As many open streams as may be, and a GOAWAY again and again, each with a lower last stream. */
const goAways = (count) =>
  http2Answers({ make: (i) => askOn(2 * i + 1), count: 9_999 }, (i) => frame(7, 0, 0, goAwayAbove(0x7fff_ffff - i)), count);
function goAwayAbove(stream) {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(stream, 0);
  return payload;
}

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

/** IP in IP, a hundred deep, and provider tags without end. */
function* nestedTunnels(count) {
  const pcap = new Pcap();
  const depth = 100;
  const inner = tcp({ data: "GET / HTTP/1.1\r\n\r\n" });
  let packet = ip({ payload: inner }).subarray(14);
  for (let i = 0; i < depth; i++) packet = ip({ protocol: 4, payload: packet }).subarray(14);
  const tunnels = Buffer.concat([Buffer.alloc(12), Buffer.of(8, 0), packet]);
  const tags = Buffer.concat([Buffer.alloc(12), ...Array.from({ length: 10_000 }, () => Buffer.of(0x81, 0, 0, 7)), Buffer.of(8, 0)]);
  for (let i = 0; i < count; i++) yield* pcap.packet(i % 2 === 0 ? tunnels : tags);
  yield pcap.flush();
}

/** A record that says it holds 4 GB, and zeros behind it. */
function* hugePacket(count) {
  const pcap = new Pcap();
  yield* pcap.packet(ip({ payload: tcp({ data: "GET / HTTP/1.1\r\n\r\n" }) }));
  yield pcap.flush();
  yield Buffer.from("00000000000000000000ffff0000ffff".replace("0000ffff0000ffff", "ffffffffffffffff"), "hex");
  for (let i = 0; i < count; i++) yield Buffer.alloc(CHUNK);
}

function block(type, body) {
  const length = 12 + Math.ceil(body.length / 4) * 4;
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(length, 4);
  bytes.set(body, 8);
  bytes.writeUInt32LE(length, length - 4);
  return bytes;
}

const SECTION = block(0x0a0d0d0a, Buffer.from("4d3c2b1a01000000ffffffffffffffff", "hex"));
const INTERFACE = block(1, Buffer.from("0100000000000400", "hex"));
const named = (name) => block(1, Buffer.concat([Buffer.from("0100000000000400", "hex"), option(2, name), Buffer.alloc(4)]));

function option(code, value) {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt16LE(value.length, 2);
  bytes.write(value, 4, "latin1");
  return bytes;
}

function* grouped(blocks) {
  let held = [];
  let length = 0;
  for (const bytes of blocks) {
    held.push(bytes);
    length += bytes.length;
    if (length < CHUNK) continue;
    yield Buffer.concat(held);
    held = [];
    length = 0;
  }
  yield Buffer.concat(held);
}

function* pcapngHugeBlock(count) {
  yield Buffer.concat([SECTION, INTERFACE, Buffer.from("06000000f0ffffff", "hex")]);
  for (let i = 0; i < count; i++) yield Buffer.alloc(CHUNK);
}

function* pcapngInterfaces(count) {
  yield* grouped(
    (function* () {
      yield SECTION;
      const name = "i".repeat(10_000);
      for (let i = 0; i < count; i++) yield i % 16 === 0 ? named(name) : INTERFACE;
    })(),
  );
}

function* pcapngSections(count) {
  const statistics = block(5, Buffer.concat([Buffer.alloc(12), option(5, "\x01\0\0\0\0\0\0\0"), Buffer.alloc(4)]));
  yield* grouped(
    (function* () {
      for (let i = 0; i < count; i++) {
        yield SECTION;
        yield INTERFACE;
        yield statistics;
      }
    })(),
  );
}

function* pcapngNames(count) {
  const next = random(8);
  yield* grouped(
    (function* () {
      yield SECTION;
      for (let i = 0; i < count; i++) {
        const record = Buffer.alloc(4 + 4 + 2_000);
        record.writeUInt16LE(1, 0);
        record.writeUInt16LE(record.length - 4, 2);
        record.writeUInt32BE(next(), 4);
        record.fill("n", 8, record.length - 1);
        yield block(4, Buffer.concat([record, Buffer.alloc(4)]));
      }
    })(),
  );
}

/** Zeros behind the header of a capture: records of no bytes, and as many as the bomb is large. */
function* emptyRecords(count) {
  yield new Pcap().flush();
  for (let i = 0; i < count; i++) yield Buffer.alloc(CHUNK);
}

/**
 * By name: the generator, its full size, and whether a cap must be said of it; the same for the small version that the tests run. `gzip`: what is
 * fed to the command is compressed. `faults`: it is traffic with faults, which the exit code says. `grows`: it is traffic that is kept, exchange by exchange, so that memory follows its size.
 */
export const attacks = {
  "syn-flood": { make: synFlood, count: 4_000_000, limit: true, small: [1100, true] },
  "half-open-requests": { grows: true, make: halfOpenRequests, count: 200_000, limit: true, small: [2000, false] },
  "request-flood": { grows: true, make: requestFlood, count: 400_000, limit: true, small: [2000, false] },
  "endless-header-lines": { make: endlessHeaderLines, count: 300_000, limit: true, small: [300, true] },
  "endless-head": { make: endlessHead, count: 300_000, limit: true, small: [300, true] },
  "endless-start-line": { make: endlessStartLine, count: 300_000, limit: true, small: [300, true] },
  "dribbled-start-line": { make: dribbledStartLine, count: 300_000, limit: true, small: [300, false] },
  "lost-contexts": { grows: true, faults: true, make: lostContexts, count: 20_000, limit: false, small: [250, false] },
  "equal-ids": { grows: true, make: equalIds, count: 50_000, limit: false, small: [300, false] },
  "many-listeners": { grows: true, make: manyListeners, count: 60_000, limit: false, small: [300, false] },
  "endless-fold": { make: endlessFold, count: 300_000, limit: true, small: [300, true] },
  "many-trace-lines": { make: manyTraceLines, count: 200_000, limit: true, small: [400, true] },
  "frame-maze": { make: frameMaze, count: 2_000, limit: true, small: [3, true] },
  "prefixed-baggage": { make: prefixedBaggage, count: 200_000, limit: true, small: [300, true] },
  "gigantic-length": { make: giganticLength, count: 300_000, limit: false, small: [50, false] },
  "chunk-overflow": { grows: true, make: chunkOverflow, count: 300_000, limit: false, small: [50, false] },
  "chunk-extensions": { make: chunkExtensions, count: 200_000, limit: true, small: [30, true] },
  trailers: { make: trailers, count: 200_000, limit: true, small: [100, true] },
  pipelined: { grows: true, make: pipelined, count: 300_000, limit: true, small: [1100, true] },
  "early-segments": { make: earlySegments, count: 3_000_000, limit: true, small: [20_000, false] },
  "sequence-games": { grows: true, make: sequenceGames, count: 100_000, limit: false, small: [5000, false] },
  "fragment-flood": { make: fragmentFlood, count: 20_000, limit: true, small: [400, true] },
  "tiny-fragments": { make: tinyFragments, count: 2_000_000, limit: true, small: [1100, true] },
  "address-scan": { make: addressScan, count: 2_000_000, limit: true, small: [5000, false] },
  "dns-flood": { make: dnsFlood, count: 1_000_000, limit: true, small: [2000, false] },
  "dns-connections": { make: dnsConnections, count: 1_000, limit: true, small: [3, true] },
  "ended-at-once": { make: endedAtOnce, count: 1_000_000, limit: true, small: [1100, true] },
  "falling-streams": { grows: true, make: fallingStreams, count: 200_000, limit: true, small: [2000, false] },
  "go-aways": { make: goAways, count: 200_000, limit: false, small: [1000, false] },
  "export-bombs": { make: exportBombs, count: 3_000, limit: true, small: [3, true] },
  "nested-tunnels": { make: nestedTunnels, count: 10_000, limit: true, small: [4, true] },
  "huge-packet": { make: hugePacket, count: 256, limit: true, small: [2, false] },
  "pcapng-huge-block": { make: pcapngHugeBlock, count: 256, limit: true, small: [2, false] },
  "pcapng-interfaces": { make: pcapngInterfaces, count: 1_000_000, limit: true, small: [65_600, true] },
  "pcapng-sections": { make: pcapngSections, count: 1_000_000, limit: false, small: [5000, false] },
  "pcapng-names": { make: pcapngNames, count: 300_000, limit: true, small: [500, false] },
  "gzip-bomb": { make: emptyRecords, count: 1_024, limit: false, small: [2, false], gzip: true },
};

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const SAY_MEMORY =
  "data:text/javascript,process.on('exit',()=>require('node:fs').writeSync(3,String(process.resourceUsage().maxRSS)))".replace(
    "require('node:fs')",
    "process.getBuiltinModule('node:fs')",
  );

/** Runs the built command on it: seconds, peak resident MiB, exit code, limits said. */
async function runAttack({ make, count, gzip }) {
  const started = performance.now();
  const child = spawn(process.execPath, ["--import", SAY_MEMORY, MAIN, "pcap", "-", "--format", "json", "--quiet"], {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  const source = Readable.from(make(count));
  child.stdin.on("error", () => undefined);
  if (gzip) source.pipe(createGzip({ level: 1 })).pipe(child.stdin);
  else source.pipe(child.stdin);
  const texts = ["", "", "", ""];
  for (const fd of [1, 2, 3]) child.stdio[fd].setEncoding("utf8").on("data", (text) => (texts[fd] += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  const seconds = (performance.now() - started) / 1000;
  let limits = 0;
  try {
    limits = JSON.parse(texts[1]).captures.reduce((sum, { anomalies }) => sum + (anomalies.limit ?? 0), 0);
  } catch {
    limits = -1;
  }
  return { seconds, mib: Number(texts[3]) / 1024, code, limits, stderr: texts[2].slice(0, 2_000) };
}

async function runAll(names) {
  const MOST_MIB = 512;
  let failed = 0;
  process.stdout.write(
    `${"attack".padEnd(22)}${"count".padStart(10)}${"s".padStart(8)}${"MiB".padStart(8)}${"limits".padStart(10)}  exit\n`,
  );
  for (const which of names) {
    const [name, count] = which.split(":");
    const attack = { ...attacks[name], ...(count === undefined ? {} : { count: Number(count) }) };
    const { seconds, mib, code, limits, stderr } = await runAttack(attack);
    const expected = attack.faults ? 1 : 0;
    const isWrong = code !== expected || (mib > MOST_MIB && !attack.grows) || limits < 0 || (attack.limit && limits === 0);
    if (isWrong) failed++;
    process.stdout.write(
      `${name.padEnd(22)}${String(attack.count).padStart(10)}${seconds.toFixed(1).padStart(8)}${mib.toFixed(0).padStart(8)}${String(limits).padStart(10)}  ${code}${isWrong ? "  WRONG" : attack.grows ? "  (kept exchanges)" : ""}\n`,
    );
    if (code !== expected) process.stdout.write(stderr);
  }
  process.exitCode = failed === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, count] = process.argv.slice(2);
  if (name === undefined || name === "--run") await runAll(name === undefined ? Object.keys(attacks) : process.argv.slice(3));
  else if (attacks[name] === undefined) {
    process.stderr.write(`no attack is called ${name}; there are ${Object.keys(attacks).join(", ")}\n`);
    process.exitCode = 2;
  } else Readable.from(attacks[name].make(Number(count ?? attacks[name].count))).pipe(process.stdout);
}
