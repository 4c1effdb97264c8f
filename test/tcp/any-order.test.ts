// Laws of reassembly: whatever a capture does to the packets of a connection, the stream is the same, or says what it lacks.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Packet } from "../../src/capture/packet.ts";
import { ACK, Conversation, FIN, retimed, snap } from "./build-packets.ts";
import { recordStreams } from "./record-streams.ts";

const stream = (packets: readonly Packet[]) => {
  const { streams } = recordStreams(packets);
  expect(streams).toHaveLength(1);
  return streams[0]!;
};

const text = fc.string({ minLength: 1, maxLength: 60, unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz") });
const sequences = fc.tuple(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 0, max: 0xffff_ffff }));

/** Segments that cover a text, overlapping as they like, and a little further apart than the shuffle may move them. */
const segments = fc.tuple(
  text,
  fc.array(fc.tuple(fc.nat(59), fc.integer({ min: 1, max: 20 })), { maxLength: 20 }),
  fc.integer({ min: 1, max: 9 }),
);

describe("laws of reassembly", () => {
  it("any order, any overlap, any sequence number: the same bytes", () => {
    fc.assert(
      fc.property(segments, sequences, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), ([whole, extra, size], isn, keys) => {
        const talk = new Conversation({ sequences: isn }).open();
        const base = talk.next.client;
        const pieces = [...Array(Math.ceil(whole.length / size)).keys()].map((i) => [i * size, size] as const);
        for (const [at, length] of [...pieces, ...extra])
          if (at < whole.length) talk.segment("client", whole.slice(at, at + length), ACK, (base + at) >>> 0);
        const [syn, synAck, ack, ...data] = talk.packets;
        const shuffled = data.map((packet) => ({ packet, key: keys.next().value })).sort((a, b) => Number(a.key) - Number(b.key));
        const end = new Conversation({ sequences: [(base + whole.length) >>> 0, talk.next.server] }).segment(
          "client",
          "",
          FIN | ACK,
        ).packets;
        const packets = retimed([syn!, synAck!, ack!, ...shuffled.map(({ packet }) => packet), ...end]);
        expect(stream(packets)).toMatchObject({ sent: [whole, ""], ended: [0] });
      }),
      { numRuns: 300 },
    );
  });

  it("any packets lost: what is there is right, in order, and the rest is said to be missing", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), fc.infiniteStream(fc.boolean()), (whole, size, isLost) => {
        const { packets } = new Conversation().open().send("client", whole, size).close();
        const kept = packets.filter((_, i) => i < 3 || i >= packets.length - 3 || !isLost.next().value);
        const { sent } = stream(kept);
        const positions = sent[0].replace(/<(\d+)>/g, (_, length) => "?".repeat(Number(length)));
        expect(positions).toHaveLength(whole.length);
        for (const [i, character] of [...positions].entries()) if (character !== "?") expect(character).toBe(whole[i]);
        expect(positions.replaceAll("?", "")).toHaveLength(kept.slice(3, -3).reduce((sum, packet) => sum + packet.end - 14 - 20 - 32, 0));
      }),
      { numRuns: 300 },
    );
  });

  it("any snap length: every byte is handed on or said to be missing", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 54, max: 120 }), (whole, length) => {
        const { packets } = new Conversation().open().send("client", whole, 7).close();
        const { sent } = stream(packets.map((packet) => snap(packet, length)));
        expect(sent[0].replace(/<(\d+)>/g, (_, missing) => "?".repeat(Number(missing)))).toHaveLength(whole.length);
      }),
    );
  });

  it("any bytes in the place of a packet: no exception", () => {
    const { packets } = new Conversation().open().send("client", "abc").send("server", "def").close();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(packets.length - 1), fc.nat(85), fc.nat(255)), { maxLength: 12 }), (changes) => {
        const mutated = packets.map((packet) => ({ ...packet, bytes: packet.bytes.slice() }));
        for (const [i, offset, value] of changes) mutated[i]!.bytes[Math.min(offset, mutated[i]!.end - 1)] = value;
        recordStreams(mutated);
      }),
      { numRuns: 300 },
    );
  });
});
