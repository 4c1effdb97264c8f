// Attacks on the formats of capture files.
import { CHUNK, ip, Pcap, random, tcp } from "./packets.mjs";

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

export const fileAttacks = {
  "huge-packet": { make: hugePacket, count: 256, limit: true, small: [2, false] },
  "pcapng-huge-block": { make: pcapngHugeBlock, count: 256, limit: true, small: [2, false] },
  "pcapng-interfaces": { make: pcapngInterfaces, count: 1_000_000, limit: true, small: [65_600, true] },
  "pcapng-sections": { make: pcapngSections, count: 1_000_000, limit: false, small: [5000, false] },
  "pcapng-names": { make: pcapngNames, count: 300_000, limit: true, small: [500, false] },
  "gzip-bomb": { make: emptyRecords, count: 1_024, limit: false, small: [2, false], gzip: true },
};
