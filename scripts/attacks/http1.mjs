// Attacks on the reading of HTTP/1.
import { ip, Pcap, random, stream, tcp } from "./packets.mjs";

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

export const http1Attacks = {
  "half-open-requests": { grows: true, make: halfOpenRequests, count: 200_000, limit: true, small: [2000, false] },
  "request-flood": { grows: true, make: requestFlood, count: 400_000, limit: true, small: [2000, false] },
  "endless-header-lines": { make: endlessHeaderLines, count: 300_000, limit: true, small: [300, true] },
  "endless-head": { make: endlessHead, count: 300_000, limit: true, small: [300, true] },
  "endless-start-line": { make: endlessStartLine, count: 300_000, limit: true, small: [300, true] },
  "dribbled-start-line": { make: dribbledStartLine, count: 300_000, limit: true, small: [300, false] },
  "endless-fold": { make: endlessFold, count: 300_000, limit: true, small: [300, true] },
  "many-trace-lines": { make: manyTraceLines, count: 200_000, limit: true, small: [400, true] },
  "gigantic-length": { make: giganticLength, count: 300_000, limit: false, small: [50, false] },
  "chunk-overflow": { grows: true, make: chunkOverflow, count: 300_000, limit: false, small: [50, false] },
  "chunk-extensions": { make: chunkExtensions, count: 200_000, limit: true, small: [30, true] },
  trailers: { make: trailers, count: 200_000, limit: true, small: [100, true] },
  pipelined: { grows: true, make: pipelined, count: 300_000, limit: true, small: [1100, true] },
  "prefixed-baggage": { make: prefixedBaggage, count: 200_000, limit: true, small: [300, true] },
};
