import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Packet } from "../../src/capture/packet.ts";
import { AddressTable } from "../../src/packet/address-table.ts";
import { blankPacket, type DecodedPacket } from "../../src/packet/decoded-packet.ts";
import { ethernet } from "../../src/packet/ethernet.ts";
import { FragmentTable } from "../../src/packet/fragments.ts";
import { ipv4 } from "../../src/packet/ipv4.ts";
import { tcp } from "../../src/packet/tcp.ts";
import { UsualPackets } from "../../src/packet/usual-packet.ts";
import { ByteReader } from "../../src/wire/byte-reader.ts";
import { bytesOf, ethernetFrame, ipv4Packet, tcpSegment } from "../tcp/build-packets.ts";

const segment = (timestampValue: number | undefined) =>
  tcpSegment({
    sourcePort: 40_000,
    destinationPort: 80,
    sequence: 0xfffffff0,
    acknowledgment: 0x80000000,
    flags: 0x18,
    ...(timestampValue === undefined ? {} : { timestampValue }),
    payload: bytesOf("GET / HTTP/1.1\r\n\r\n"),
  });
const frames = [undefined, 0xfedcba98].map((timestampValue) =>
  ethernetFrame(0x0800, ipv4Packet({ source: "10.0.0.1", destination: "200.0.0.2", protocol: 6, payload: segment(timestampValue) })),
);

const packetOf = (bytes: Uint8Array, originalLength: number): Packet => ({
  number: 1,
  timestamp: 0,
  linkType: 1,
  interface: 0,
  bytes,
  start: 3,
  end: bytes.length,
  originalLength,
});

const blank = (bytes: Uint8Array) => blankPacket(0, bytes);

/** What the decoders of the three headers say. */
function walked(packet: Packet): DecodedPacket {
  const decoded = { ...blank(packet.bytes), wireEnd: packet.start + packet.originalLength };
  const header = new ByteReader(packet.bytes, packet.start, packet.end);
  const context = { addresses: new AddressTable(), fragments: new FragmentTable() };
  for (const decoder of [ethernet, ipv4, tcp]) decoder.decode(header, decoded, context);
  return decoded;
}

describe("the usual packet", () => {
  it.each(frames.map((frame, i) => [i === 0 ? "without options" : "with timestamps", frame] as const))(
    "is read in one go: %s",
    (_, frame) => {
      const bytes = Uint8Array.from([1, 2, 3, ...frame]);
      const decoded = blank(bytes);
      expect(new UsualPackets(new AddressTable()).read(packetOf(bytes, frame.length), decoded)).toBe(true);
      expect(decoded).toEqual(walked(packetOf(bytes, frame.length)));
      expect(Buffer.from(bytes.subarray(decoded.payloadStart, decoded.payloadEnd)).toString("latin1")).toBe("GET / HTTP/1.1\r\n\r\n");
    },
  );

  it("says what the decoders of its headers say, or nothing", () => {
    const change = fc.tuple(fc.nat(70), fc.nat(255));
    fc.assert(
      fc.property(
        fc.constantFrom(...frames),
        fc.array(change, { maxLength: 3 }),
        fc.nat(100),
        fc.integer({ min: -4, max: 8 }),
        (frame, changes, cut, more) => {
          const bytes = Uint8Array.from([1, 2, 3, ...frame.subarray(0, frame.length - Math.max(0, cut - 60)), ...Array(3).fill(0)]);
          for (const [at, value] of changes) if (at + 3 < bytes.length) bytes[at + 3] = value;
          const packet = packetOf(bytes, bytes.length - 3 + more);
          const decoded = blank(bytes);
          if (new UsualPackets(new AddressTable()).read(packet, decoded)) expect(decoded).toEqual(walked(packet));
          else expect(decoded).toEqual(blank(bytes));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
