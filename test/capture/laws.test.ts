// Laws of every capture format: any pieces, any bytes, any cut.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { captureFormats } from "../../src/capture/registry.ts";
import { buildPcap, concat, filler, pcapngBlocks, text } from "./build-captures.ts";
import { type Recording, recordCapture } from "./record-capture.ts";

const T = 1_700_000_000_000_000;
const PACKETS = [40, 1, 700, 66, 333].map((length, i) => ({ at: T + i * 1000, bytes: filler(length, i) }));

function pcapngSample(littleEndian: boolean): Uint8Array {
  const build = pcapngBlocks(littleEndian);
  return concat(
    build.sectionHeader([build.option(2, text("hardware"))]),
    build.interfaceDescription({ name: "eth0", resolution: 9 }),
    build.nameResolution([{ address: [10, 0, 0, 1], names: ["a", "b"] }]),
    build.decryptionSecrets(0x544c_534b, filler(50)),
    ...PACKETS.map(({ bytes }, i) => build.enhancedPacket(0, BigInt(T + i) * 1000n, { bytes })),
    build.custom(filler(9)),
    build.interfaceStatistics(0, { ifDrop: 4n }),
    pcapngBlocks(!littleEndian).sectionHeader(),
    pcapngBlocks(!littleEndian).interfaceDescription(),
    ...PACKETS.map(({ bytes }, i) => pcapngBlocks(!littleEndian).packet(0, BigInt(T + i), { bytes })),
  );
}

/** `count`: packets of the sample; one of pcapng has two sections. */
const SAMPLES: readonly (readonly [name: string, bytes: Uint8Array, count: number])[] = [
  ["pcap, microseconds, little-endian", buildPcap(PACKETS), PACKETS.length],
  ["pcap, nanoseconds, big-endian", buildPcap(PACKETS, { nanoseconds: true, littleEndian: false }), PACKETS.length],
  ["pcapng, little-endian first", pcapngSample(true), 2 * PACKETS.length],
  ["pcapng, big-endian first", pcapngSample(false), 2 * PACKETS.length],
];

const pieces = fc.array(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 1000 })), { minLength: 1, maxLength: 20 });

/** Overwrites, removes and inserts some bytes. */
const mutations = fc.array(
  fc.record({ at: fc.nat(), remove: fc.integer({ min: 0, max: 40 }), insert: fc.oneof(fc.uint8Array({ maxLength: 40 }), hole()) }),
  { minLength: 1, maxLength: 6 },
);

function hole() {
  return fc.integer({ min: 1, max: 600 }).map((length) => new Uint8Array(length));
}

function mutated(bytes: Uint8Array, changes: readonly { at: number; remove: number; insert: Uint8Array }[]): Uint8Array {
  // The first four bytes stay: they say which reader it is.
  return changes.reduce((result, { at, remove, insert }) => {
    const from = 4 + (at % Math.max(1, result.length - 4));
    return concat(result.subarray(0, from), insert, result.subarray(from + remove));
  }, bytes);
}

describe.each(SAMPLES)("%s", (_, sample, count) => {
  const whole = recordCapture(sample);
  const format = captureFormats.find((candidate) => candidate.recognize(sample.subarray(0, candidate.magicLength)))!;

  it("is read without an anomaly", () => {
    expect(whole.anomalies).toEqual([]);
    expect(whole.packets).toHaveLength(count);
  });

  it("gives the same for any pieces", () => {
    expect(recordCapture(sample, [1])).toEqual(whole);
    fc.assert(
      fc.property(pieces, (lengths) => {
        expect(recordCapture(sample, lengths)).toEqual(whole);
      }),
    );
  });

  it("gives at most one truncated anomaly for any prefix, and what came before it", () => {
    for (let length = 0; length < sample.length; length++) {
      const read = recordCapture(sample.subarray(0, length), [], format);
      expect(read.anomalies.length).toBeLessThanOrEqual(1);
      for (const { code } of read.anomalies) expect(code).toBe("truncated");
      expect(read.packets).toEqual(whole.packets.slice(0, read.packets.length));
    }
  });

  it("gives packets and anomalies for any bytes, the same for any pieces, and never throws", () => {
    fc.assert(
      fc.property(mutations, pieces, (changes, lengths) => {
        const bytes = mutated(sample, changes);
        const read = recordCapture(bytes, [], format);
        expectBounded(read, bytes);
        expect(recordCapture(bytes, lengths, format)).toEqual(read);
      }),
      { numRuns: 300 },
    );
  });

  it("gives the same for any pieces of bytes that are no capture at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), pieces, (garbage, lengths) => {
        const bytes = concat(sample.subarray(0, 60), garbage);
        expect(recordCapture(bytes, lengths, format)).toEqual(recordCapture(bytes, [], format));
      }),
    );
  });
});

function expectBounded(read: Recording, bytes: Uint8Array): void {
  // The smallest record of both formats has 16 bytes.
  expect(read.packets.length).toBeLessThanOrEqual(bytes.length / 16);
  expect(read.anomalies.length).toBeLessThanOrEqual(bytes.length / 12 + 1);
  const numbers = read.packets.map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  for (const { where } of read.anomalies) expect(where.offset).toBeLessThanOrEqual(bytes.length);
}

describe("the registry", () => {
  it("has no format without a sample", () => {
    for (const format of captureFormats)
      expect(SAMPLES.some(([, sample]) => format.recognize(sample.subarray(0, format.magicLength)))).toBe(true);
  });

  it("has formats whose magic numbers exclude one another", () => {
    for (const [, sample] of SAMPLES) {
      expect(captureFormats.filter((format) => format.recognize(sample.subarray(0, format.magicLength)))).toHaveLength(1);
    }
    for (const format of captureFormats) {
      expect(format.recognize(new Uint8Array(0))).toBe(false);
      expect(format.recognize(text("# Meeting notes"))).toBe(false);
    }
  });
});
