// Attacks on what carries TCP and UDP: fragments, addresses, tunnels, names.
import { ip, Pcap, random, SYN, server, tcp, UDP, udp } from "./packets.mjs";

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

export const networkAttacks = {
  "fragment-flood": { make: fragmentFlood, count: 20_000, limit: true, small: [400, true] },
  "tiny-fragments": { make: tinyFragments, count: 2_000_000, limit: true, small: [1100, true] },
  "address-scan": { make: addressScan, count: 2_000_000, limit: true, small: [5000, false] },
  "nested-tunnels": { make: nestedTunnels, count: 10_000, limit: true, small: [4, true] },
  "dns-flood": { make: dnsFlood, count: 1_000_000, limit: true, small: [2000, false] },
  "dns-connections": { make: dnsConnections, count: 1_000, limit: true, small: [3, true] },
};
