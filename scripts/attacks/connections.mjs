// Attacks on the table of TCP connections and on reassembly.
import { ACK, ip, Pcap, PSH_ACK, RST_ACK, random, SYN, server, tcp } from "./packets.mjs";

function* synFlood(count) {
  const next = random(1);
  const pcap = new Pcap();
  for (let i = 0; i < count; i++)
    yield* pcap.packet(ip({ source: next(), payload: tcp({ from: next() & 0xffff, sequence: next(), flags: SYN }) }));
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

export const connectionAttacks = {
  "syn-flood": { make: synFlood, count: 4_000_000, limit: true, small: [1100, true] },
  "early-segments": { make: earlySegments, count: 3_000_000, limit: true, small: [20_000, false] },
  "sequence-games": { grows: true, make: sequenceGames, count: 100_000, limit: false, small: [5000, false] },
  "ended-at-once": { make: endedAtOnce, count: 1_000_000, limit: true, small: [1100, true] },
};
