// Damage done to captures: to their bytes as a whole, and to the packets of a pcap file. `next` gives the numbers that everything follows from, `pick` one of a list.

const INTERESTING = [0, 1, 2, 3, 4, 7, 8, 15, 16, 19, 20, 60, 127, 128, 254, 255];
const LENGTHS = [
  0, 1, 3, 4, 7, 8, 11, 12, 16, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x40000, 0xffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];

export function damageBytes(input, next, pick) {
  let bytes = Buffer.from(input);
  for (let times = 1 + (next() % 12); times > 0 && bytes.length > 8; times--) {
    const at = next() % bytes.length;
    switch (next() % 7) {
      case 0:
        bytes[at] = bytes[at] ^ (1 << (next() % 8));
        break;
      case 1:
        bytes[at] = pick(INTERESTING);
        break;
      case 2:
        if (at + 4 <= bytes.length) bytes.writeUInt32LE(pick(LENGTHS), at & ~3);
        break;
      case 3:
        if (at + 4 <= bytes.length) bytes.writeUInt32BE(pick(LENGTHS), at);
        break;
      case 4:
        bytes = bytes.subarray(0, at);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + (next() % 200)))]);
        break;
      default:
        bytes.copy(bytes, at, next() % bytes.length, (next() % bytes.length) + (next() % 500));
    }
  }
  return bytes;
}

export function spliceFiles(one, other, next) {
  const parts = [one.subarray(0, next() % one.length), other.subarray(next() % other.length)];
  if (next() % 2 === 0) parts.push(one.subarray(next() % one.length));
  return Buffer.concat(parts);
}

/** Records of classic pcap, little-endian or not, and enhanced packets of pcapng; others are left out. */
export function readPackets(bytes) {
  if (bytes.length < 24) return [];
  const packets = [];
  if (bytes.readUInt32BE(0) === 0x0a0d0d0a) {
    const isLittle = bytes.readUInt32LE(8) === 0x1a2b3c4d;
    const u32 = (at) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
    let linkType = 1;
    for (let at = 0; at + 12 <= bytes.length; ) {
      const length = u32(at + 4);
      if (length < 12 || at + length > bytes.length) break;
      if (u32(at) === 1) linkType = u32(at + 8) & 0xffff;
      if (u32(at) === 6 && length >= 32 && u32(at + 20) <= length - 32)
        packets.push({
          time: (u32(at + 12) * 2 ** 32 + u32(at + 16)) / 1,
          linkType,
          bytes: Buffer.from(bytes.subarray(at + 28, at + 28 + u32(at + 20))),
        });
      at += length;
    }
    return packets;
  }
  const isLittle = bytes[0] === 0xd4 || bytes[0] === 0x4d;
  const u32 = (at) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const linkType = u32(20) & 0xffff;
  for (let at = 24; at + 16 <= bytes.length; ) {
    const length = u32(at + 8);
    if (at + 16 + length > bytes.length) break;
    packets.push({ time: u32(at) * 1e6 + u32(at + 4), linkType, bytes: Buffer.from(bytes.subarray(at + 16, at + 16 + length)) });
    at += 16 + length;
  }
  return packets;
}

export function mutatePackets(given, next, pick) {
  let packets = given.slice(0, 3_000);
  for (let times = 1 + (next() % 10); times > 0 && packets.length > 0; times--) {
    const at = next() % packets.length;
    switch (next() % 10) {
      case 0:
        packets.splice(at, 1 + (next() % 5));
        break;
      case 1:
        packets.splice(at, 0, ...packets.slice(at, at + 1 + (next() % 8)));
        break;
      case 2: {
        const span = packets.splice(at, 2 + (next() % 40));
        packets.splice(next() % (packets.length + 1), 0, ...(next() % 2 === 0 ? span.reverse() : span));
        break;
      }
      case 3:
        packets = packets.slice(at, at + 1 + (next() % packets.length));
        break;
      case 4:
        replace(packets, at, (bytes) => bytes.subarray(0, next() % (bytes.length + 1)));
        break;
      case 5:
        packets[at] = { ...packets[at], time: Math.max(0, packets[at].time + pick([-1e9, -1e6, 1e6, 1e9, 4e15])) };
        break;
      case 6:
        for (let i = 0; i < 20; i++) replace(packets, next() % packets.length, (bytes) => damageTcp(bytes, next, pick));
        break;
      case 7:
        for (let i = 0; i < 20; i++) replace(packets, next() % packets.length, (bytes) => damageHead(bytes, next, pick));
        break;
      case 8:
        replace(packets, at, (bytes) => damageBytes(bytes, next, pick));
        break;
      default:
        replace(packets, at, (bytes) => damageHeaders(bytes, next, pick));
    }
  }
  return packets;
}

function replace(packets, at, change) {
  packets[at] = { ...packets[at], bytes: change(Buffer.from(packets[at].bytes)) };
}

/** A byte of the link, network and transport headers. */
function damageHeaders(bytes, next, pick) {
  for (let i = 0; i < 3 && bytes.length > 0; i++) bytes[next() % Math.min(bytes.length, 80)] = pick([...INTERESTING, next() & 255]);
  return bytes;
}

/** Where an IPv4 header with TCP in it seems to be; link types are not asked. */
function findTcp(bytes) {
  for (let at = 0; at + 40 <= bytes.length && at < 120; at++)
    if (bytes[at] === 0x45 && bytes[at + 9] === 6 && bytes.readUInt16BE(at + 2) <= bytes.length - at) return { ip: at, tcp: at + 20 };
  return undefined;
}

function damageTcp(bytes, next, pick) {
  const found = findTcp(bytes);
  if (found === undefined) return bytes;
  const { ip, tcp } = found;
  const sequence = bytes.readUInt32BE(tcp + 4);
  const acknowledgment = bytes.readUInt32BE(tcp + 8);
  const step = () => pick([1, -1, 2, 100, -100, 1_460, -1_460, 0x7fffffff, 0x80000000, 0x40000000, next()]);
  switch (next() % 6) {
    case 0:
      bytes.writeUInt32BE((sequence + step()) >>> 0, tcp + 4);
      break;
    case 1:
      bytes.writeUInt32BE((acknowledgment + step()) >>> 0, tcp + 8);
      break;
    case 2:
      bytes[tcp + 13] = next();
      break;
    case 3:
      bytes[tcp + 12] = next();
      break;
    case 4:
      bytes.writeUInt16BE(pick([0, 20, 40, 41, 0xffff, next() & 0xffff]), ip + 2);
      break;
    default:
      bytes.writeUInt16BE(pick([0x2000, 0x2001, 0x0001, 0x1fff, 0x3fff]), ip + 6);
  }
  return bytes;
}

const PIECES = [
  "content-length: 999999999999999\r\n",
  "content-length: -1\r\n",
  "content-length: 5, 6\r\n",
  "transfer-encoding: chunked\r\n",
  "\r\n\r\n",
  "\n",
  "ffffffffffffffff\r\n",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 101 Switching Protocols\r\n\r\n",
  "CONNECT a:1 HTTP/1.1\r\n\r\n",
  "GET / HTTP/1.1\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n",
  "traceparent: 00-4bf92f3577b34da6",
  "tracestate: a=b,=,,c\r\n",
  "baggage: a=%ff%,b;;c=d\r\n",
  "b3: 0\r\nb3: 1-2-3-4-5\r\n",
  "uber-trace-id: 1%3A2%3A3%3A4\r\n",
  "x-datadog-trace-id: 18446744073709551616\r\nx-datadog-parent-id: 1\r\nx-datadog-tags: _dd.p.tid=,=,\r\n",
  "x-amzn-trace-id: Root=1-;Parent=;Sampled\r\n",
  "sw8: 1-YQ==-YQ==-1-YQ==-YQ==-YQ==-YQ==\r\nsw8-correlation: YQ==:,:\r\n",
  "grpc-trace-bin: AAA=\r\nuberctx-a: b\r\n",
  " folded\r\n",
  "x-request-id: 1\r\n",
  "\0\0\0",
  "a".repeat(500),
];

/** Puts a piece of HTTP into a payload: over what is there, or between it where lengths can be corrected. */
function damageHead(bytes, next, pick) {
  const found = findTcp(bytes);
  if (found === undefined) return bytes;
  const start = found.tcp + (bytes[found.tcp + 12] >> 4) * 4;
  if (start >= bytes.length) return bytes;
  const at = start + (next() % (bytes.length - start));
  const piece = Buffer.from(pick(PIECES), "latin1");
  if (next() % 2 === 0) {
    piece.copy(bytes, at);
    return bytes;
  }
  const longer = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
  longer.writeUInt16BE(Math.min(0xffff, bytes.readUInt16BE(found.ip + 2) + piece.length), found.ip + 2);
  return longer;
}

export function writePackets(packets) {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(packets[0]?.linkType ?? 1, 20);
  const parts = [header];
  for (const { time, bytes } of packets) {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Math.floor(time / 1e6) % 2 ** 32, 0);
    record.writeUInt32LE(Math.floor(time % 1e6), 4);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(bytes.length, 12);
    parts.push(record, bytes);
  }
  return Buffer.concat(parts);
}
