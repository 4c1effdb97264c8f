import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { buildPcap, buildPcapRecord, concat, filler, type PcapOptions } from "./build-captures.ts";
import { hex, recordCapture } from "./record-capture.ts";

const T = 1_700_000_000_000_000;
const PACKETS = [
  { at: T + 1, bytes: filler(60, 1) },
  { at: T + 250_000.5, bytes: filler(33, 2), originalLength: 1500 },
  { at: T + 3_999_999, bytes: filler(100, 3) },
];

describe("classic pcap", () => {
  it.each<[string, PcapOptions, number]>([
    ["pcap (microseconds, little-endian)", {}, 250_001],
    ["pcap (microseconds, big-endian)", { littleEndian: false }, 250_001],
    ["pcap (nanoseconds, little-endian)", { nanoseconds: true }, 250_000.5],
    ["pcap (nanoseconds, big-endian)", { nanoseconds: true, littleEndian: false }, 250_000.5],
  ])("reads %s", (description, options, second) => {
    const read = recordCapture(buildPcap(PACKETS, options));
    expect(read.description).toBe(description);
    expect(read.anomalies).toEqual([]);
    expect(read.packets.map((packet) => packet.timestamp - T)).toEqual([1, second, 3_999_999]);
    expect(read.packets[1]).toMatchObject({ number: 2, interface: 0, linkType: 1, originalLength: 1500, bytes: hex(filler(33, 2)) });
  });

  it("takes the low 16 bits for the link type", () => {
    const [packet] = recordCapture(buildPcap(PACKETS, { linkType: 0x1400_0071 })).packets;
    expect(packet?.linkType).toBe(113);
  });

  it("takes the smaller length for the captured one before version 2.4", () => {
    const record = buildPcapRecord({ at: T, bytes: filler(40) });
    const swapped = record.slice();
    new DataView(swapped.buffer).setUint32(8, 1500, true);
    new DataView(swapped.buffer).setUint32(12, 40, true);
    const read = recordCapture(concat(buildPcap([], { version: [2, 2] }), swapped, record));
    expect(read.packets.map(({ originalLength, bytes }) => [originalLength, bytes.length / 2])).toEqual([
      [1500, 40],
      [40, 40],
    ]);
    expect(read.anomalies).toEqual([]);
  });

  it.each([
    [0xa1b2cd34, "Kuznetzov"],
    [0xa1b234cd, "Mesquita"],
    [0xa12b3c4d, "Navtel"],
    [0x1c0001ac, "IXIA lcap, hardware"],
    [0x1c0001ab, "IXIA lcap, software"],
  ])("names the modified variant %x", (magic, name) => {
    for (const littleEndian of [true, false]) {
      const read = recordCapture(buildPcap(PACKETS, { magic, littleEndian }));
      expect(read.packets).toEqual([]);
      expect(read.anomalies).toMatchObject([{ code: "unsupported", message: expect.stringContaining(name), where: { offset: 0 } }]);
      expect(read.description).toContain(name);
    }
  });

  it("does not read another major version", () => {
    expect(recordCapture(buildPcap(PACKETS, { version: [3, 0] })).anomalies).toMatchObject([{ code: "unsupported" }]);
  });

  it("keeps a record whose captured length is above its original length when another follows", () => {
    const read = recordCapture(buildPcap([{ at: T, bytes: filler(60), originalLength: 42 }, ...PACKETS]));
    expect(read.packets).toHaveLength(4);
    expect(read.anomalies).toEqual([]);
  });
});

describe("a damaged pcap", () => {
  const first = buildPcap(PACKETS);
  const rest = [4, 5, 6].map((seed) => buildPcapRecord({ at: T + seed * 1e6, bytes: filler(80, seed) }));

  it.each<[string, Uint8Array]>([
    ["bytes that were overwritten", filler(333, 9)],
    ["a hole of zeros, as a crash leaves it", new Uint8Array(8192)],
    ["a record that says 4 GB", concat(buildPcapRecord({ at: T, bytes: filler(4) }).fill(0xff, 8, 12), filler(70))],
    ["a hole of an odd length", new Uint8Array(777)],
  ])("goes on behind %s", (_, damage) => {
    const read = recordCapture(concat(first, damage, ...rest));
    expect(read.packets.map(({ bytes }) => bytes.length / 2)).toEqual([60, 33, 100, 80, 80, 80]);
    expect(read.packets.at(-1)?.number).toBe(6);
    expect(read.anomalies).toMatchObject([{ code: "malformed", where: { layer: "pcap", offset: first.length } }]);
    expect(read.anomalies[0]?.message).toContain(`; ${damage.length.toLocaleString("en")} bytes were skipped`);
  });

  it("says so when nothing can be read behind it", () => {
    const read = recordCapture(concat(first, filler(1000, 9)));
    expect(read.packets).toHaveLength(3);
    expect(read.anomalies).toMatchObject([
      { code: "malformed", message: expect.stringContaining("no record was found in the 1,000 bytes") },
    ]);
  });

  it("finds the records that a wrong length hides at the end of the file", () => {
    const wrong = buildPcapRecord({ at: T, bytes: filler(60), originalLength: 9_000 });
    new DataView(wrong.buffer).setUint32(8, 8_000, true);
    const read = recordCapture(concat(first, wrong, ...rest));
    expect(read.packets).toHaveLength(6);
    expect(read.anomalies).toMatchObject([{ code: "malformed", where: { offset: first.length } }]);
  });

  it("is one anomaly when the file ends inside a record, with its offset", () => {
    const whole = concat(first, ...rest);
    const read = recordCapture(whole.subarray(0, whole.length - 1));
    expect(read.packets).toHaveLength(5);
    expect(read.anomalies).toMatchObject([{ code: "truncated", where: { layer: "pcap", offset: whole.length - 96 } }]);
  });
});

describe("npm pcap-parser", () => {
  it.each([true, false])("reads the same (little-endian: %s)", async (littleEndian) => {
    const file = buildPcap(PACKETS, { littleEndian });
    const { default: parser } = await import("pcap-parser");
    const theirs: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      const reading = parser.parse(Readable.from([Buffer.from(file)]));
      reading.on("packet", ({ header, data }: PcapParserPacket) => {
        const timestamp = header.timestampSeconds * 1e6 + header.timestampMicroseconds;
        theirs.push({ timestamp, originalLength: header.originalLength, bytes: data.toString("hex") });
      });
      reading.on("end", resolve);
      reading.on("error", reject);
    });
    expect(theirs).toEqual(
      recordCapture(file).packets.map(({ timestamp, originalLength, bytes }) => ({ timestamp, originalLength, bytes })),
    );
  });
});

interface PcapParserPacket {
  readonly header: { readonly timestampSeconds: number; readonly timestampMicroseconds: number; readonly originalLength: number };
  readonly data: Buffer;
}
