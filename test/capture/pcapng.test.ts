import { describe, expect, it } from "vitest";
import { concat, filler, pcapngBlocks, text } from "./build-captures.ts";
import { hex, recordCapture } from "./record-capture.ts";

const T = 1_700_000_000_000_000n;
const le = pcapngBlocks(true);
const be = pcapngBlocks(false);
const packet = { bytes: filler(61) };

describe("pcapng", () => {
  it.each([
    ["pcapng (little-endian)", le],
    ["pcapng (big-endian)", be],
  ])("reads %s", (description, build) => {
    const file = concat(
      build.sectionHeader([build.option(4, text("a test"))]),
      build.interfaceDescription({ linkType: 113, name: "any" }),
      build.enhancedPacket(0, T + 1n, { bytes: filler(61), originalLength: 1500 }, [build.option(1, text("a comment"))]),
      build.packet(0, T + 2n, packet),
    );
    const read = recordCapture(file);
    expect(read.description).toBe(description);
    expect(read.anomalies).toEqual([]);
    expect(read.packets).toEqual([
      { number: 1, timestamp: Number(T) + 1, linkType: 113, interface: 0, originalLength: 1500, bytes: hex(filler(61)) },
      { number: 2, timestamp: Number(T) + 2, linkType: 113, interface: 0, originalLength: 61, bytes: hex(filler(61)) },
    ]);
  });

  it("numbers interfaces and frames over all sections, each in its own byte order", () => {
    const section = (build: typeof le, linkType: number) =>
      concat(
        build.sectionHeader(),
        build.interfaceDescription({ linkType }),
        build.interfaceDescription({ linkType: linkType + 1 }),
        build.enhancedPacket(1, T, packet),
        build.enhancedPacket(0, T, packet),
      );
    const read = recordCapture(concat(section(le, 10), section(be, 20), section(le, 30)));
    expect(read.anomalies).toEqual([]);
    expect(read.packets.map((p) => [p.number, p.interface, p.linkType])).toEqual([
      [1, 1, 11],
      [2, 0, 10],
      [3, 3, 21],
      [4, 2, 20],
      [5, 5, 31],
      [6, 4, 30],
    ]);
  });

  it("gives custom, journal and sysdig blocks a frame number, as tshark 4.0 does, and no other block", () => {
    const counted = [le.custom(filler(8)), le.block(0x4000_0bad, filler(8)), le.block(9, filler(8)), le.block(0x204, filler(30))];
    const skipped = [le.block(0x777, filler(8)), le.block(0x208, filler(40)), le.decryptionSecrets(1, filler(3)), le.block(0x101)];
    const begin = concat(le.sectionHeader(), le.interfaceDescription());
    const numberAfter = (blocks: Uint8Array[]) =>
      recordCapture(concat(begin, ...blocks, le.enhancedPacket(0, T, packet))).packets[0]?.number;
    expect(numberAfter(counted)).toBe(5);
    expect(numberAfter(skipped)).toBe(1);
  });

  it("gives a simple packet the snap length, the link type of the first interface and the time before it", () => {
    const read = recordCapture(
      concat(
        le.sectionHeader(),
        le.interfaceDescription({ snapLength: 40, linkType: 101 }),
        le.enhancedPacket(0, T, packet),
        le.simplePacket(filler(40), 900),
        le.simplePacket(filler(7)),
      ),
    );
    expect(read.packets.slice(1)).toEqual([
      { number: 2, timestamp: Number(T), linkType: 101, interface: 0, originalLength: 900, bytes: hex(filler(40)) },
      { number: 3, timestamp: Number(T), linkType: 101, interface: 0, originalLength: 7, bytes: hex(filler(7)) },
    ]);
    expect(read.anomalies).toMatchObject([{ code: "unsupported", where: { packet: 2 } }]);
  });

  it("tells names, all of them", () => {
    const records = [
      { address: [10, 7, 0, 3], names: ["orders", "orders.shop.svc"] },
      { address: [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], names: ["db"] },
      { address: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1], names: ["mapped"] },
    ];
    expect(recordCapture(concat(be.sectionHeader(), be.nameResolution(records))).names).toEqual([
      ["10.7.0.3", "orders"],
      ["10.7.0.3", "orders.shop.svc"],
      ["2001:db8::1", "db"],
      ["10.0.0.1", "mapped"],
    ]);
  });

  it("tells a section's comments as secrets: some are pasted key logs", () => {
    const log = text("CLIENT_RANDOM 01 02\nCLIENT_RANDOM 03 04");
    for (const blocks of [le, be]) {
      const { secrets, anomalies } = recordCapture(blocks.sectionHeader([blocks.option(2, text("hardware")), blocks.option(1, log)]));
      expect([secrets, anomalies]).toEqual([[[0x544c_534b, hex(log)]], []]);
    }
  });

  it("tells secrets", () => {
    const log = text("CLIENT_RANDOM 01 02\n");
    expect(recordCapture(concat(le.sectionHeader(), le.decryptionSecrets(0x544c_534b, log))).secrets).toEqual([[0x544c_534b, hex(log)]]);
  });

  it("tells what was lost once, the last total of each interface", () => {
    const section = concat(
      le.sectionHeader(),
      le.interfaceDescription(),
      le.interfaceDescription(),
      le.interfaceStatistics(0, { ifDrop: 3n, osDrop: 1n }),
      le.interfaceStatistics(0, { ifDrop: 7n, osDrop: 2n }),
      le.interfaceStatistics(1, { ifDrop: 0n }),
    );
    expect(recordCapture(concat(section, section)).lost).toEqual([
      [9, 0],
      [9, 2],
    ]);
  });
});

describe("the resolution of time stamps", () => {
  it.each<[string, number, bigint | undefined, bigint, number]>([
    ["10^-6", 6, undefined, T + 123_456n, Number(T) + 123_456],
    ["10^-3", 3, undefined, 1_700_000_000_123n, 1_700_000_000_123_000],
    ["1 s", 0, undefined, 1_700_000_000n, 1_700_000_000_000_000],
    ["10^-9", 9, undefined, 1_700_000_000_123_456_500n, 1_700_000_000_123_456.5],
    ["10^-7", 7, undefined, 17_000_000_001_234_565n, 1_700_000_000_123_456.5],
    ["10^-12, with an offset", 12, 1_700_000_000n, 123_456_000_000n, 1_700_000_000_123_456],
    ["2^-8", 0x88, undefined, 1_700_000_000n * 256n + 128n, 1_700_000_000_500_000],
    ["2^-32", 0xa0, undefined, (1_700_000_000n << 32n) + 2n ** 31n, 1_700_000_000_500_000],
    ["2^-40", 0xa8, 1_699_999_000n, (1_000n << 40n) + 2n ** 38n, 1_700_000_000_250_000],
    ["10^-6, with a negative offset", 6, -3_600n, T, Number(T) - 3_600_000_000],
  ])("%s", (_, resolution, offset, ticks, expected) => {
    for (const build of [le, be]) {
      const from = build.interfaceDescription({ resolution, ...(offset === undefined ? {} : { offset }) });
      const read = recordCapture(concat(build.sectionHeader(), from, build.enhancedPacket(0, ticks, packet)));
      expect(read.packets[0]?.timestamp).toBe(expected);
      expect(read.anomalies).toEqual([]);
    }
  });

  it("assumes microseconds for an impossible one, and says so", () => {
    const read = recordCapture(concat(le.sectionHeader(), le.interfaceDescription({ resolution: 100 }), le.enhancedPacket(0, T, packet)));
    expect(read.packets[0]?.timestamp).toBe(Number(T));
    expect(read.anomalies).toMatchObject([{ code: "malformed", message: expect.stringContaining("if_tsresol 100") }]);
  });
});

describe("a damaged pcapng", () => {
  const begin = concat(le.sectionHeader(), le.interfaceDescription(), le.enhancedPacket(0, T, packet));
  const good = concat(le.enhancedPacket(0, T + 1n, packet), le.enhancedPacket(0, T + 2n, packet));
  const broken = (change: (view: DataView, length: number) => void) => {
    const block = le.enhancedPacket(0, T, { bytes: filler(64) });
    change(new DataView(block.buffer), block.length);
    return block;
  };

  it.each<[string, Uint8Array, number, string]>([
    ["bytes that were overwritten", filler(333, 9), 3, "333 bytes were skipped"],
    ["a hole of zeros", new Uint8Array(8191), 3, "8,191 bytes were skipped"],
    ["a length below 12", broken((view) => view.setUint32(4, 3, true)), 3, "96 bytes were skipped"],
    ["a length of 4 GB", broken((view) => view.setUint32(4, 0xffff_fff0, true)), 3, "96 bytes were skipped"],
    ["a first length that is wrong", broken((view) => view.setUint32(4, 80, true)), 3, "96 bytes were skipped"],
    [
      "a second length that is wrong",
      broken((view, length) => view.setUint32(length - 4, 80, true)),
      4,
      "96 at its beginning and 80 at its end",
    ],
    ["an interface that is not described", broken((view) => view.setUint32(8, 7, true)), 3, "interface 7"],
    ["a packet that is longer than its block", broken((view) => view.setUint32(20, 65, true)), 3, "a packet of 65 bytes"],
    ["a block that is too short for its type", le.block(6, filler(4)), 3, "it needs 32"],
    ["names that run beyond their block", le.block(4, Uint8Array.of(1, 0, 90, 0)), 3, "name resolution block"],
    ["secrets that run beyond their block", le.block(10, Uint8Array.of(1, 0, 0, 0, 90, 0, 0, 0)), 3, "90 bytes of secrets"],
    ["a section header without byte-order magic", le.block(0x0a0d_0d0a, filler(16)), 3, "byte-order magic"],
  ])("goes on behind %s", (_, damage, packets, message) => {
    const read = recordCapture(concat(begin, damage, good));
    expect(read.packets).toHaveLength(packets);
    expect(read.anomalies).toMatchObject([
      { code: "malformed", message: expect.stringContaining(message), where: { layer: "pcapng", offset: begin.length } },
    ]);
  });

  it("reads a length that forgot the padding, as Wireshark does, and says so once", () => {
    const unpadded = broken((view, length) => {
      view.setUint32(4, length - 3, true);
      view.setUint32(length - 4, length - 3, true);
      view.setUint32(20, 61, true);
    });
    const read = recordCapture(concat(begin, unpadded, unpadded, good));
    expect(read.packets).toHaveLength(5);
    expect(read.anomalies).toMatchObject([{ code: "malformed", message: expect.stringContaining("multiple of 4") }]);
  });

  it("does not read a section of another major version, and goes on with the next", () => {
    const other = concat(le.sectionHeader([], 2), le.interfaceDescription(), le.enhancedPacket(0, T, packet));
    const read = recordCapture(concat(other, begin));
    expect(read.packets).toHaveLength(1);
    expect(read.anomalies).toMatchObject([{ code: "unsupported" }]);
  });

  it("finds the blocks that a wrong length hides at the end of the file", () => {
    const read = recordCapture(
      concat(
        begin,
        broken((view) => view.setUint32(4, 60_000, true)),
        good,
      ),
    );
    expect(read.packets).toHaveLength(3);
    expect(read.anomalies).toMatchObject([{ code: "malformed", where: { offset: begin.length } }]);
  });

  it("is one anomaly when the file ends inside a block", () => {
    const read = recordCapture(concat(begin, good).subarray(0, -1));
    expect(read.packets).toHaveLength(2);
    expect(read.anomalies).toMatchObject([{ code: "truncated", where: { offset: begin.length + good.length / 2 } }]);
  });
});
