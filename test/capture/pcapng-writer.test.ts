// What the writer writes, the reader reads.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesOfAddress } from "../../src/capture/address-bytes.ts";
import { TLS_KEY_LOG } from "../../src/capture/packet.ts";
import { PcapngWriter } from "../../src/capture/pcapng-writer.ts";
import { tickClock, ticksToNanos, ticksToTimestamp, timestampToTicks } from "../../src/capture/tick-clock.ts";
import { filler, text } from "./build-captures.ts";
import { recordCapture } from "./record-capture.ts";

const ETHERNET = { name: "eth0", linkType: 1, snapLength: 96, resolution: 9, offset: 0 };
const NOON = 1_795_348_800n;

describe("a written section", () => {
  test("interfaces with clocks of their own, lengths, comments, names, secrets, drops", () => {
    const writer = new PcapngWriter("traceinspect");
    const eth = writer.addInterface(ETHERNET, "a.pcap");
    const lo = writer.addInterface({ name: "", linkType: 113, snapLength: 0, resolution: 6, offset: 3600 }, "");
    writer.secrets(TLS_KEY_LOG, text("CLIENT_RANDOM 00 11"));
    writer.name("10.0.0.1", "shop");
    writer.name("2001:db8::7", "orders");
    writer.name("no address", "nobody");
    const comments = ["the first", "ü".repeat(40_000)];
    writer.packet({ interface: eth, ticks: NOON * 1_000_000_000n + 250n, bytes: filler(61), originalLength: 1500, comments });
    writer.packet({ interface: lo, ticks: (NOON - 3600n) * 1_000_000n + 1n, bytes: filler(4), originalLength: 4, comments: [] });
    writer.dropped(lo, 7);
    const written = writer.take();
    expect(writer.length).toBe(0);
    const { packets, names, secrets, lost, anomalies, description } = recordCapture(written, [7, 64]);
    expect(anomalies).toEqual([]);
    expect(description).toBe("pcapng (little-endian)");
    expect(packets).toMatchObject([
      { number: 1, timestamp: Number(NOON) * 1e6 + 0.25, linkType: 1, interface: 0, originalLength: 1500 },
      { number: 2, timestamp: Number(NOON) * 1e6 + 1, linkType: 113, interface: 1, originalLength: 4 },
    ]);
    expect(packets.map(({ bytes }) => bytes)).toEqual([filler(61), filler(4)].map((bytes) => Buffer.from(bytes).toString("hex")));
    expect(names).toEqual([
      ["10.0.0.1", "shop"],
      ["2001:db8::7", "orders"],
    ]);
    expect(secrets).toEqual([[TLS_KEY_LOG, Buffer.from("CLIENT_RANDOM 00 11").toString("hex")]]);
    expect(lost).toEqual([[7, 1]]);
    // A comment that is longer than an option can be is cut between two characters.
    expect(Buffer.from(written).includes(Buffer.from([1, 0, 0xfe, 0xff]))).toBe(true);
    expect(Buffer.from(written).toString("latin1").split("\xc3\xbc")).toHaveLength(32_768);
  });

  test("any packets in any pieces come back", () => {
    const packet = fc.record({
      bytes: fc.uint8Array({ maxLength: 300 }),
      ticks: fc.bigInt(0n, 2n ** 62n),
      comments: fc.array(fc.string(), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 4 }), (packets, pieces) => {
        const writer = new PcapngWriter("test");
        const id = writer.addInterface(ETHERNET, "");
        for (const each of packets) writer.packet({ ...each, interface: id, originalLength: each.bytes.length });
        const read = recordCapture(writer.take(), pieces);
        expect(read.anomalies).toEqual([]);
        expect(read.packets.map(({ bytes }) => bytes)).toEqual(packets.map(({ bytes }) => Buffer.from(bytes).toString("hex")));
      }),
      { numRuns: 50 },
    );
  });
});

test.each([
  [6, 0],
  [9, 0],
  [3, 0],
  [9, -3600],
  [0x80 | 20, 0],
  [0x80 | 30, 86_400],
])("ticks of resolution %i, offset %i: there and back", (resolution, offset) => {
  const timestamp = Number(NOON) * 1e6 + 123_000;
  const ticks = timestampToTicks(resolution, offset, timestamp);
  const clock = tickClock(resolution, offset)!;
  const back = ticksToTimestamp(clock, Number(ticks >> 32n), Number(ticks & 0xffff_ffffn));
  expect(Math.abs(back - timestamp)).toBeLessThan(1);
  expect(Math.abs(Number(ticksToNanos(resolution, offset, ticks) - BigInt(timestamp) * 1000n))).toBeLessThan(1000);
});

test.each([
  ["10.0.0.255", [10, 0, 0, 255]],
  ["::1", [...new Array(15).fill(0), 1]],
  ["2001:db8::ff00:42", [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0x42]],
  ["1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
  ["fe80::1%eth0", undefined],
  ["shop", undefined],
])("the bytes of %s", (address, bytes) => {
  expect(bytesOfAddress(address)).toEqual(bytes === undefined ? undefined : Uint8Array.from(bytes));
});
