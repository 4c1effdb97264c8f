import { describe, expect, it } from "vitest";
import type { Packet } from "../../src/capture/packet.ts";
import { MAX_CONNECTIONS, MAX_OUT_OF_ORDER_SEGMENTS } from "../../src/wire/limits.ts";
import { ACK, Conversation, FIN, PSH, retimed, SYN, snap } from "./build-packets.ts";
import { recordStreams } from "./record-streams.ts";

const only = (packets: readonly Packet[]) => {
  const { streams } = recordStreams(packets);
  expect(streams).toHaveLength(1);
  return streams[0]!;
};

/** A SYN of a connection of its own, and the RST that answers it. */
function refusal(i: number, at: number): readonly [Packet, Packet] {
  const clientPort = 1_024 + (i % 60_000);
  const [syn, reset] = new Conversation({ clientPort, at }).segment("client", "", SYN).reset("server").packets;
  return [retimedTo(syn!, at), retimedTo(reset!, at)];
}

const retimedTo = (packet: Packet, timestamp: number): Packet => ({ ...packet, timestamp });

/** Swaps the packets at two places. */
const swap = (packets: readonly Packet[], a: number, b: number) => {
  const swapped = [...packets];
  [swapped[a], swapped[b]] = [swapped[b]!, swapped[a]!];
  return swapped;
};

const abc = () => new Conversation().open().send("client", "abc").send("client", "def").send("client", "ghi").acknowledge("server");

describe("what a stream says", () => {
  const cases: readonly [name: string, packets: readonly Packet[], client: string, server: string][] = [
    ["in order", new Conversation().open().send("client", "ask").send("server", "answer").close().packets, "ask", "answer"],
    ["the first two swapped", swap(abc().packets, 3, 4), "abcdefghi", ""],
    ["the last two swapped", swap(abc().packets, 4, 5), "abcdefghi", ""],
    ["the SYN behind its answer", swap(abc().packets, 0, 1), "abcdefghi", ""],
    ["lost and acknowledged", abc().packets.toSpliced(4, 1), "abc<3>ghi", ""],
    ["the first lost", abc().packets.toSpliced(3, 1), "<3>defghi", ""],
    ["the last lost", abc().packets.toSpliced(5, 1), "abcdef<3>", ""],
    ["the last lost before a FIN", abc().close().packets.toSpliced(5, 1), "abcdef<3>", ""],
    ["lost, and the capture never saw an acknowledgment", abc().packets.toSpliced(6, 1).toSpliced(4, 1), "abc<3>ghi", ""],
    ["a segment larger than any MTU", new Conversation().open().send("client", "x".repeat(60_000)).packets, "x".repeat(60_000), ""],
    [
      "data behind the SYN in the same packet",
      new Conversation().segment("client", "fast", SYN).send("client", "er").packets,
      "faster",
      "",
    ],
    [
      "sequence numbers that wrap",
      new Conversation({ sequences: [0xffff_fffd, 0xffff_ffff] }).open().send("client", "abcdef", 2).send("server", "uvwxyz", 4).packets,
      "abcdef",
      "uvwxyz",
    ],
    [
      "a wrap out of order",
      swap(new Conversation({ sequences: [0xffff_fffb, 0] }).open().send("client", "abcdefgh", 4).packets, 3, 4),
      "abcdefgh",
      "",
    ],
  ];
  it.each(cases)("%s", (_, packets, client, server) => {
    const stream = only(packets);
    const [first, second] = stream.connection.clientDirection === 1 ? [stream.sent[1], stream.sent[0]] : stream.sent;
    expect([first, second]).toEqual([client, server]);
  });

  it("cuts at the snap length and says how much is missing", () => {
    const { packets } = new Conversation().open().send("client", "0123456789").send("client", "rest");
    expect(only(packets.map((packet) => snap(packet, 14 + 20 + 32 + 4))).sent[0]).toBe("0123<6>rest");
  });

  it("takes the length from the IP header where the frame is padded", () => {
    const { packets } = new Conversation({ timestamps: false }).open().send("client", "ab");
    const padded = packets.map((packet) => {
      const bytes = new Uint8Array(60);
      bytes.set(packet.bytes);
      return { ...packet, bytes, end: 60, originalLength: 60 };
    });
    expect(only(padded).sent[0]).toBe("ab");
  });
});

describe("what was sent before", () => {
  it("drops a retransmission and counts it", () => {
    const talk = new Conversation().open().send("client", "abc");
    const first = talk.next.client - 3;
    const stream = only(
      talk
        .wait(300_000)
        .segment("client", "abc", PSH | ACK, first)
        .send("client", "def").packets,
    );
    expect(stream.sent[0]).toBe("abcdef");
    expect(stream.connection.flows[0]).toMatchObject({ retransmissions: 1, secondSights: 0 });
  });

  it("uses the new part of a segment that overlaps", () => {
    const talk = new Conversation().open().send("client", "abc");
    expect(only(talk.segment("client", "bcdef", PSH | ACK, talk.next.client - 2).packets).sent[0]).toBe("abcdef");
  });

  it("keeps the first bytes where two segments wait that overlap", () => {
    const talk = new Conversation().open();
    const at = talk.next.client;
    talk
      .segment("client", "CDE", ACK, at + 2)
      .segment("client", "defg", ACK, at + 3)
      .segment("client", "ab", ACK, at);
    expect(only(talk.packets).sent[0]).toBe("abCDEfg");
  });

  it.each([true, false])("remembers a packet that passes two interfaces as a second sight (timestamps: %s)", (timestamps) => {
    const { packets } = new Conversation({ timestamps }).open().send("client", "abc").send("client", "def").send("server", "xy").close();
    const doubled = packets.flatMap((packet) => [packet, { ...packet, timestamp: packet.timestamp + 3 }]);
    const stream = only(doubled);
    expect(stream.sent).toEqual(["abcdef", "xy"]);
    expect(stream.closed).toBe("fin");
    expect(stream.seenAgain).toEqual([
      { from: 0, offset: 0, length: 3, packet: 8 },
      { from: 0, offset: 3, length: 3, packet: 10 },
      { from: 1, offset: 0, length: 2, packet: 12 },
    ]);
    expect(stream.connection.flows.map((flow) => flow.retransmissions)).toEqual([0, 0]);
  });

  it("tells a second sight that comes behind the next packet too", () => {
    const { packets } = new Conversation({ timestamps: false }).open().send("client", "abc").send("client", "def");
    const [a, b] = packets.slice(3);
    const stream = only([...packets.slice(0, 3), a!, b!, a!, b!]);
    expect(stream.seenAgain.map(({ offset }) => offset)).toEqual([0, 3]);
  });

  it("passes over keep-alive probes", () => {
    const talk = new Conversation().open().send("client", "abc");
    talk
      .wait(60_000_000)
      .segment("client", "\0", ACK, talk.next.client - 1)
      .send("client", "def");
    const stream = only(talk.packets);
    expect(stream.sent[0]).toBe("abcdef");
    expect(stream.connection.flows[0].retransmissions).toBe(0);
  });
});

describe("gaps", () => {
  it("waits for a late segment that nobody has acknowledged", () => {
    const talk = new Conversation().open();
    const at = talk.next.client;
    talk
      .segment("client", "def", ACK, at + 3)
      .wait(5_000_000)
      .segment("client", "abc", ACK, at);
    expect(only(talk.packets).sent[0]).toBe("abcdef");
  });

  it("does not wait longer than any retransmission", () => {
    const talk = new Conversation().open();
    const at = talk.next.client;
    talk
      .segment("client", "def", ACK, at + 3)
      .wait(21_000_000)
      .segment("client", "ghi", ACK, at + 6)
      .segment("client", "abc", ACK, at);
    expect(only(talk.packets).sent[0]).toBe("<3>defghi");
  });

  it("says a gap soon once the peer has acknowledged what is missing", () => {
    const talk = new Conversation().open().lose("client", "abc").send("client", "def");
    for (let i = 0; i < 4; i++) talk.acknowledge("server");
    const before = talk.packets.length;
    const { streams } = recordStreams(talk.packets.slice(0, before));
    expect(streams[0]?.sent[0]).toBe("<3>def");
  });

  it("says each of several gaps", () => {
    const talk = new Conversation()
      .open()
      .send("client", "a")
      .lose("client", "b")
      .send("client", "c")
      .lose("client", "de")
      .send("client", "f");
    expect(only(talk.acknowledge("server").packets).sent[0]).toBe("a<1>c<2>f");
  });

  it("is not led astray by a damaged sequence number", () => {
    const talk = new Conversation().open().send("client", "abc").acknowledge("server");
    talk
      .segment("client", "???", ACK, talk.next.client + 1_000_000_000)
      .wait(30_000_000)
      .send("client", "def")
      .acknowledge("server");
    expect(only(talk.packets).sent[0]).toBe("abcdef");
  });

  it("keeps no more segments out of order than the cap", () => {
    const talk = new Conversation().open();
    const at = talk.next.client;
    for (let i = 0; i < MAX_OUT_OF_ORDER_SEGMENTS + 2; i++) talk.segment("client", "x", ACK, at + 1 + 2 * i);
    const { streams } = recordStreams(talk.packets);
    expect(streams[0]?.sent[0].startsWith("<1>x<1>x")).toBe(true);
    expect(streams[0]?.connection.flows[0].earlyBytes).toBe(0);
  });

  it("counts what is acknowledged and was never seen", () => {
    const stream = only(new Conversation().open().lose("client", "hidden").lose("server", "hidden too").close().packets);
    expect(stream.connection.flows.map((flow) => flow.missing)).toEqual([6, 10]);
  });
});

describe("who opened the connection", () => {
  it("is told by the SYN, and by its answer alone", () => {
    const { packets } = new Conversation({ clientPort: 80, serverPort: 40_000 }).open().send("client", "a");
    expect(only(packets).connection.clientEnd.port).toBe(80);
    expect(only(packets.slice(1)).connection.clientEnd.port).toBe(80);
  });

  it("is the end with the higher port while nothing tells", () => {
    const { packets } = new Conversation().send("server", "a").send("client", "b");
    const stream = only(packets);
    expect(stream.connection).toMatchObject({ clientDirection: undefined, handshake: "not seen" });
    expect(stream.connection.clientEnd.port).toBe(40_000);
  });

  it("joins a connection in its middle without a gap", () => {
    expect(only(new Conversation().acknowledge("client").send("server", "abc").send("client", "d").packets).sent).toEqual(["d", "abc"]);
  });

  it("takes bytes from before the first acknowledgment, as long as it has none", () => {
    const { packets } = new Conversation().send("server", "abc").acknowledge("client").send("server", "def");
    expect(only([packets[1]!, packets[0]!, packets[2]!]).sent[1]).toBe("abcdef");
  });
});

describe("the end of a connection", () => {
  const closed = (packets: readonly Packet[]) => recordStreams(packets).streams.map((stream) => stream.closed);

  it.each([
    ["both FINs", new Conversation().open().send("client", "a").close().packets, ["fin"]],
    ["a FIN before the last data", swap(new Conversation().open().send("client", "a").close().packets, 3, 4), ["fin"]],
    ["a RST", new Conversation().open().send("client", "a").reset("server").packets, ["reset"]],
    ["a RST and its second sight", new Conversation().open().reset("server").reset("server").packets, ["reset"]],
    ["the end of the capture", new Conversation().open().send("client", "a").packets, ["capture ended"]],
    ["one FIN only", new Conversation().open().segment("client", "", FIN | ACK).packets, ["capture ended"]],
  ] as const)("%s", (_, packets, reasons) => {
    expect(closed(packets)).toEqual(reasons);
  });

  it.each([
    ["unanswered", new Conversation().segment("client", "", SYN).packets],
    ["refused", new Conversation().segment("client", "", SYN).reset("server").packets],
    ["complete", new Conversation().open().packets],
    ["not seen", new Conversation().send("client", "a").packets],
  ] as const)("tells a handshake that was %s", (handshake, packets) => {
    expect(recordStreams(packets).streams[0]?.connection.handshake).toBe(handshake);
  });

  it("takes a SYN with another sequence number for another connection on the same ports", () => {
    const first = new Conversation({ sequences: [1000, 5000] }).open().send("client", "one");
    const second = new Conversation({ sequences: [9000, 7000], at: first.at }).open().send("client", "two");
    const { streams } = recordStreams([...first.packets, ...second.packets]);
    expect(streams.map(({ sent, closed: reason }) => [sent[0], reason])).toEqual([
      ["one", "replaced"],
      ["two", "capture ended"],
    ]);
  });

  it("takes new bytes behind both FINs for another connection whose SYN was lost", () => {
    const first = new Conversation().open().send("client", "one").close();
    const second = new Conversation({ sequences: [2_000_000_000, 3_000_000_000], at: first.at }).send("client", "two");
    expect(recordStreams([...first.packets, ...second.packets]).streams.map(({ sent }) => sent[0])).toEqual(["one", "two"]);
  });

  it("leaves late second sights to the connection that has ended", () => {
    const { packets } = new Conversation().open().send("client", "one").close();
    expect(recordStreams([...packets, ...packets.slice(3)]).streams).toHaveLength(1);
  });

  it("goes on when who sent a RST sends more: the peer did not take it", () => {
    const talk = new Conversation().open().reset("client").send("client", "ask").send("server", "answer");
    const [stream] = recordStreams(talk.packets).streams;
    expect(stream).toMatchObject({ sent: ["ask", "answer"], closed: "capture ended" });
  });

  it("hands on what was on its way when a RST came", () => {
    const talk = new Conversation().open().send("client", "ask").reset("client").send("server", "answer");
    expect(only(talk.packets)).toMatchObject({ sent: ["ask", "answer"], closed: "reset" });
  });

  it("gives up what is missing behind both FINs once they have lingered", () => {
    const talk = new Conversation().open().lose("client", "lost").close().wait(6_000_000);
    const other = new Conversation({ clientPort: 40_001, at: talk.at }).open();
    const [first] = recordStreams([...talk.packets, ...other.packets]).streams;
    expect(first).toMatchObject({ sent: ["<4>", ""], closed: "fin" });
  });
});

describe("captures with other times", () => {
  it("forgets what has ended, though another connection ended an hour ahead of it", () => {
    const ahead = new Conversation({ clientPort: 40_001 }).wait(3_600_000_000).open().send("client", "one").close();
    const talk = new Conversation().open().send("client", "two").close();
    const late = new Conversation({ clientPort: 40_002, at: talk.at }).wait(6_000_000).open();
    const { streams } = recordStreams([...ahead.packets, ...talk.packets, ...late.packets, retimedTo(talk.packets[3]!, late.at)]);
    // Its bytes are another connection's by now: nothing is remembered of the one that has ended. An empty one is read when it closes.
    expect(streams.map(({ sent }) => sent[0])).toEqual(["one", "two", "two", ""]);
  });

  it("says no cap for connections that have ended, whatever the clock did", () => {
    const pairs = Array.from({ length: MAX_CONNECTIONS + 10 }, (_, i) =>
      refusal(i, new Conversation().at + i * 10_000 + (i === 0 ? 3_600_000_000 : 0)),
    ).flat();
    expect(recordStreams(pairs).anomalies).toEqual([]);
  });

  it("says that ended connections are too many at a time, and gives up no open one for them", () => {
    const open = new Conversation({ clientPort: 1_023 }).open().send("client", "a");
    const pairs = Array.from({ length: MAX_CONNECTIONS + 10 }, (_, i) => refusal(i, open.at)).flat();
    const { streams, anomalies } = recordStreams([...open.packets, ...pairs, ...open.send("client", "b").packets.slice(-1)]);
    expect(streams[0]).toMatchObject({ sent: ["ab", ""], closed: "capture ended" });
    expect(anomalies).toMatchObject([{ code: "limit", where: { layer: "tcp" } }]);
    expect(anomalies[0]?.message).toContain("had just ended");
  });

  it("puts a conversation in order whatever the order of its packets", () => {
    const { packets } = new Conversation().open().send("client", "abcdefghij", 1);
    expect(only(retimed([...packets.slice(0, 3), ...packets.slice(3).reverse()])).sent[0]).toBe("abcdefghij");
  });
});
