import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FragmentTable } from "../../src/packet/fragments.ts";
import { LimitReached } from "../../src/wire/byte-reader.ts";
import { FRAGMENT_TIMEOUT_US, MAX_FRAGMENT_BYTES, MAX_FRAGMENTED_DATAGRAMS, MAX_FRAGMENTS_PER_DATAGRAM } from "../../src/wire/limits.ts";
import { bytesOf, ethernetFrame, ipv4Packet, packetOf, snap, udpDatagram } from "../tcp/build-packets.ts";
import { decode } from "./decode.ts";

const whole = "0123456789abcdefghijklmnopqrstuvwxyzABCD";
const fragment = (offset: number, length: number, changes: Partial<Parameters<FragmentTable["add"]>[0]> = {}) => ({
  version: 4 as const,
  source: 1,
  destination: 2,
  protocol: 17,
  identification: 3,
  offset,
  more: offset + length < whole.length,
  bytes: bytesOf(whole.slice(offset, offset + length)),
  at: 0,
  ...changes,
});
const text = (joined: ReturnType<FragmentTable["add"]>) => joined && Buffer.from(joined.bytes).toString("latin1");

describe("fragments", () => {
  it("are joined in any order, with any overlap", () => {
    const pieces = fc.shuffledSubarray(
      [
        [0, 16],
        [16, 8],
        [24, 16],
        [8, 24],
        [0, 8],
        [32, 8],
        [16, 24],
      ] as const,
      { minLength: 7 },
    );
    fc.assert(
      fc.property(pieces, (order) => {
        const table = new FragmentTable();
        const results = order.map(([offset, length]) => text(table.add(fragment(offset, length))));
        expect(results.find((result) => result !== undefined)).toBe(whole);
      }),
    );
  });

  it("keep the bytes that begin first where they differ", () => {
    const table = new FragmentTable();
    table.add(fragment(0, 24));
    expect(text(table.add(fragment(16, 24, { bytes: bytesOf("????????GHIJKLMNOPQRSTUV") })))).toBe(
      "0123456789abcdefghijklmnGHIJKLMNOPQRSTUV",
    );
  });

  it("of other datagrams are kept apart", () => {
    const table = new FragmentTable();
    table.add(fragment(0, 16));
    expect(table.add(fragment(16, 24, { identification: 4 }))).toBeUndefined();
    expect(table.add(fragment(16, 24, { source: 9 }))).toBeUndefined();
    expect(text(table.add(fragment(16, 24)))).toBe(whole);
  });

  it("of another protocol are of another datagram in IPv4, and of the same in IPv6, where the first one's counts", () => {
    const table = new FragmentTable();
    table.add(fragment(0, 16));
    expect(table.add(fragment(16, 24, { protocol: 6 }))).toBeUndefined();
    for (const order of [
      [0, 16],
      [16, 0],
    ]) {
      const [, joined] = order.map((offset) =>
        table.add(fragment(offset, offset === 0 ? 16 : 24, { version: 6, protocol: offset === 0 ? 17 : 60 })),
      );
      expect([text(joined), joined?.protocol]).toEqual([whole, 17]);
    }
  });

  it("are given up after a time, and when there are too many", () => {
    const table = new FragmentTable();
    table.add(fragment(0, 16));
    expect(table.add(fragment(16, 24, { at: FRAGMENT_TIMEOUT_US + 1 }))).toBeUndefined();
    for (let i = 0; i < MAX_FRAGMENTED_DATAGRAMS - 1; i++) table.add(fragment(0, 8, { identification: 100 + i }));
    expect(() => table.add(fragment(0, 8, { identification: 9 }))).toThrow(LimitReached);
    // It is said once, and the newest are kept.
    expect(table.add(fragment(0, 8, { identification: 10 }))).toBeUndefined();
    expect(text(table.add(fragment(8, 8, { identification: 10, more: false })))).toBe(whole.slice(0, 16));
  });

  it("are given up when their bytes are too many", () => {
    const table = new FragmentTable();
    const bytes = new Uint8Array(60_000);
    const add = (identification: number) => table.add(fragment(0, 0, { bytes, identification, more: true }));
    for (let i = 0; i < Math.floor(MAX_FRAGMENT_BYTES / bytes.length); i++) add(i);
    expect(() => add(5_000)).toThrow(LimitReached);
  });

  it("that were seen before cost nothing", () => {
    const table = new FragmentTable();
    for (let i = 0; i < 2 * MAX_FRAGMENTS_PER_DATAGRAM; i++) table.add(fragment(0, 16));
    expect(text(table.add(fragment(16, 24)))).toBe(whole);
  });

  it("that reach too far are malformed, and too many are a limit", () => {
    const table = new FragmentTable();
    expect(() => table.add(fragment(65_528, 24, { bytes: new Uint8Array(24) }))).toThrow("beyond 65,535");
    for (let i = 0; i < MAX_FRAGMENTS_PER_DATAGRAM; i++)
      table.add(fragment(8 * (i + 1), 8, { identification: 7, bytes: new Uint8Array(8), more: true }));
    expect(() => table.add(fragment(8, 9, { identification: 7, bytes: new Uint8Array(9), more: true }))).toThrow(LimitReached);
  });

  it("never throw anything else, whatever they say", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(8191), fc.nat(80), fc.boolean()), { maxLength: 40 }), (pieces) => {
        const table = new FragmentTable();
        for (const [offset, length, more] of pieces) {
          const bytes = new Uint8Array(length);
          if (offset * 8 + length > 65_535) expect(() => table.add(fragment(offset * 8, length, { bytes, more }))).toThrow();
          else table.add(fragment(offset * 8, length, { bytes, more }));
        }
      }),
    );
  });
});

describe("fragments in packets", () => {
  const datagram = udpDatagram(1000, 2000, bytesOf(whole));
  const packets = [0, 16, 32].map((offset) =>
    packetOf(
      ethernetFrame(
        0x0800,
        ipv4Packet({
          source: "10.0.0.1",
          destination: "10.0.0.2",
          protocol: 17,
          identification: 5,
          fragmentOffset: offset,
          moreFragments: offset < 32,
          payload: datagram.subarray(offset, offset < 32 ? offset + 16 : undefined),
        }),
      ),
    ),
  );

  it("come out once, with the last of them", () => {
    const { packets: decoded, anomalies } = decode([packets[2]!, packets[0]!, packets[1]!]);
    expect(anomalies).toEqual([]);
    expect(decoded).toMatchObject([{ transport: 17, payload: whole, from: "10.0.0.1 1000" }]);
  });

  it("that the snap length cut are an anomaly", () => {
    const { anomalies } = decode([{ ...packets[0]!, end: 40 }]);
    expect(anomalies).toMatchObject([{ code: "malformed", where: { layer: "IPv4" } }]);
  });

  const u16 = (value: number) => [value >> 8, value & 255];
  const packets6 = [0, 16, 32].map((offset) => {
    const payload = datagram.subarray(offset, offset < 32 ? offset + 16 : undefined);
    // All but the first say that another header comes next: they are not asked (RFC 8200 §4.5).
    const header = [offset === 0 ? 17 : 60, 0, ...u16(offset | (offset < 32 ? 1 : 0)), 0, 0, 0, 9];
    const addresses = [...Array(15).fill(0), 7, ...Array(15).fill(0), 8];
    const bytes = [0x60, 0, 0, 0, ...u16(header.length + payload.length), 44, 64, ...addresses, ...header, ...payload];
    return packetOf(ethernetFrame(0x86dd, Uint8Array.from(bytes)));
  });

  it("of IPv6 are one datagram whatever header the later ones name", () => {
    const { packets: decoded, anomalies } = decode([packets6[2]!, packets6[0]!, packets6[1]!]);
    expect(anomalies).toEqual([]);
    expect(decoded).toMatchObject([{ transport: 17, payload: whole, from: "::7 1000" }]);
  });

  it("of IPv6 that the snap length cut are an anomaly, and no part of a datagram", () => {
    // Whole but for its last byte, of the last fragment: it would be taken for a datagram that is shorter.
    const { packets: decoded, anomalies } = decode([...packets6.slice(0, 2), snap(packets6[2]!, packets6[2]!.end - 1)]);
    expect(decoded).toEqual([]);
    expect(anomalies).toMatchObject([{ code: "malformed", where: { layer: "IPv6" } }]);
  });
});
