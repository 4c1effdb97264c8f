import { encode, type Packet, streamEncode, TRUNCATED_RESPONSE } from "dns-packet";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DNS_TIMEOUT_US, MAX_DNS_WAITING } from "../../../src/wire/limits.ts";
import { Conversation, ethernetFrame, ipv4Packet, packetOf, snap, udpDatagram } from "../../tcp/build-packets.ts";
import { observe } from "../observe.ts";

const START = 1_795_305_600_000_000;

const question = (name: string, id = 7, type: "A" | "AAAA" = "A"): Packet => ({ type: "query", id, questions: [{ type, name }] });
const answer = (name: string, addresses: readonly string[], id = 7, rcode = 0): Packet => ({
  type: "response",
  id,
  flags: rcode,
  questions: [{ type: "A", name }],
  answers: addresses.map((data) => ({ type: "A", name, ttl: 5, data })),
});

function datagram(message: Packet | Uint8Array, isAnswer: boolean, at = START, clientPort = 40_000) {
  const bytes = message instanceof Uint8Array ? message : Uint8Array.from(encode(message));
  const [client, server] = ["10.0.0.1", "10.0.0.53"];
  const [source, destination] = isAnswer ? [server, client] : [client, server];
  const payload = isAnswer ? udpDatagram(53, clientPort, bytes) : udpDatagram(clientPort, 53, bytes);
  return packetOf(ethernetFrame(0x0800, ipv4Packet({ source, destination, protocol: 17, payload })), at);
}

describe("DNS", () => {
  it("matches a question with its answer", () => {
    const { dns } = observe([
      datagram(question("Orders.shop"), false),
      datagram(answer("Orders.shop", ["10.0.0.9", "10.0.0.10"]), true, START + 500),
    ]);
    expect(dns).toEqual([
      {
        kind: "dns",
        vantage: 0,
        transport: "udp",
        name: "orders.shop",
        type: "A",
        client: { address: "10.0.0.1", port: 40_000 },
        server: { address: "10.0.0.53", port: 53 },
        at: START,
        packet: { capture: 0, number: 1 },
        tries: 1,
        answeredAt: START + 500,
        answerPacket: { capture: 0, number: 2 },
        code: "NOERROR",
        addresses: ["10.0.0.9", "10.0.0.10"],
        aliases: [],
        ttl: 5,
        isTruncated: false,
      },
    ]);
  });

  it("follows CNAMEs and keeps the smallest time to live", () => {
    const message: Packet = {
      ...answer("a.shop", []),
      answers: [
        { type: "CNAME", name: "a.shop", ttl: 300, data: "B.shop" },
        { type: "CNAME", name: "b.shop", ttl: 20, data: "c.shop" },
        { type: "A", name: "c.shop", ttl: 60, data: "10.0.0.9" },
      ],
    };
    const { dns } = observe([datagram(message, true)]);
    expect(dns).toMatchObject([{ addresses: ["10.0.0.9"], aliases: ["b.shop", "c.shop"], ttl: 20, tries: 0, answeredAt: START }]);
  });

  it.each([
    [2, "SERVFAIL"],
    [3, "NXDOMAIN"],
    [5, "REFUSED"],
    [14, "RCODE_14"],
  ])("answer code %i is %s", (code, name) => {
    expect(observe([datagram(answer("a", [], 7, code), true)]).dns).toMatchObject([{ code: name, addresses: [], ttl: undefined }]);
  });

  it("counts how often a question was asked", () => {
    const asked = [0, 1, 2].map((i) => datagram(question("a"), false, START + i * 5_000_000));
    const { dns } = observe([...asked, datagram(answer("a", []), true, START + 10_000_009)]);
    expect(dns).toMatchObject([{ tries: 3, at: START, answeredAt: START + 10_000_009 }]);
  });

  it("is asked once where one packet is seen on two interfaces, and answered once", () => {
    const asked = [0, 20_000].map((after) => datagram(question("a"), false, START + after));
    const answered = [60_000, 80_000].map((after) => datagram(answer("a", []), true, START + after));
    const { dns } = observe([...asked, ...answered]);
    expect(dns).toMatchObject([{ tries: 1, at: START, answeredAt: START + 60_000 }]);
  });

  it("waits for an answer, and no longer than it makes sense", () => {
    const late = START + DNS_TIMEOUT_US + 1;
    const { dns } = observe([datagram(question("a"), false), datagram(question("b"), false, late, 40_001)]);
    expect(dns.map(({ name, unanswered }) => [name, unanswered])).toEqual([
      ["a", "timeout"],
      ["b", "capture ended"],
    ]);
  });

  it("forgets the oldest of too many questions", () => {
    const asked = Array.from({ length: MAX_DNS_WAITING + 2 }, (_, i) => datagram(question("a", i), false));
    const { dns, anomalies } = observe(asked);
    expect(dns).toHaveLength(asked.length);
    expect(dns.filter(({ unanswered }) => unanswered === "evicted")).toHaveLength(2);
    expect(anomalies).toMatchObject([{ code: "limit", where: { layer: "dns" } }]);
  });

  it("does not expect an answer to a question to all", () => {
    const payload = udpDatagram(5353, 5353, Uint8Array.from(encode(question("a.local"))));
    const packet = ipv4Packet({ source: "10.0.0.1", destination: "224.0.0.251", protocol: 17, payload });
    expect(observe([packetOf(ethernetFrame(0x0800, packet))]).dns).toEqual([]);
  });

  it("says which answers were cut", () => {
    const cut: Packet = { ...answer("a", []), flags: TRUNCATED_RESPONSE };
    expect(observe([datagram(cut, true)]).dns).toMatchObject([{ isTruncated: true, code: "NOERROR" }]);
  });

  it("knows DNS on another port, and nothing else for it", () => {
    const on = (port: number, bytes: Uint8Array) => {
      const payload = udpDatagram(40_000, port, bytes);
      return packetOf(ethernetFrame(0x0800, ipv4Packet({ source: "10.0.0.1", destination: "10.0.0.53", protocol: 17, payload })));
    };
    const asked = Uint8Array.from(encode(question("a.shop")));
    expect(observe([on(5300, asked)]).dns).toHaveLength(1);
    const others = [
      asked.subarray(0, -1),
      Uint8Array.of(...asked, 0),
      asked.with(2, 0x09), // a status request
      asked.with(5, 2), // two questions
      asked.with(13, 0x01), // a control character in the name
      asked.with(asked.length - 1, 3), // class CHAOS
      Uint8Array.from(encode({ ...question(`${"CK".repeat(16)}`), questions: [{ type: "SRV", name: "CK".repeat(16) }] })), // NetBIOS
    ];
    for (const bytes of others) expect(observe([on(5300, bytes)]).dns).toEqual([]);
  });

  it("reads the question where the records make no sense", () => {
    const bytes = Uint8Array.from(encode(answer("orders.shop", ["10.0.0.9"])));
    const { dns, anomalies } = observe([datagram(bytes.subarray(0, -6), true)]);
    expect(dns).toMatchObject([{ name: "orders.shop", code: "NOERROR", addresses: [] }]);
    expect(anomalies).toMatchObject([{ code: "malformed", where: { layer: "dns", packet: 1 } }]);
    expect(anomalies[0]?.message).toBe("a DNS message: it ends in a record");
  });

  it("says of a message that the snap length cut that it was cut, and reads its question", () => {
    const whole = datagram(answer("orders.shop", ["10.0.0.9"]), true);
    const { dns, anomalies } = observe([snap(whole, whole.end - 6)]);
    expect(dns).toMatchObject([{ name: "orders.shop", code: "NOERROR", addresses: [] }]);
    expect(anomalies).toMatchObject([{ code: "truncated", message: "the snap length cut a DNS message" }]);
  });

  it.each([
    ["an answer that says no", [datagram(question("a"), false), datagram(answer("a", [], 7, 3), true)], [["a", "NXDOMAIN"]]],
    ["a question without answer", [datagram(question("a"), false)], [["a", undefined]]],
    ["an answer without question", [datagram(answer("a", ["10.0.0.9"]), true)], [["a", "NOERROR"]]],
    [
      "a question that is seen twice",
      [datagram(question("a"), false), datagram(question("a"), false, START + 3), datagram(answer("a", []), true, START + 9)],
      [["a", "NOERROR"]],
    ],
    [
      "two questions at a time",
      [
        datagram(question("a", 1), false),
        datagram(question("b", 2), false),
        datagram(answer("b", [], 2), true),
        datagram(answer("a", [], 1), true),
      ],
      [
        ["b", "NOERROR"],
        ["a", "NOERROR"],
      ],
    ],
    [
      "the same question from another port",
      [datagram(question("a"), false), datagram(question("a"), false, START, 40_001)],
      [
        ["a", undefined],
        ["a", undefined],
      ],
    ],
    [
      "both seen on two interfaces",
      [
        datagram(question("a"), false),
        datagram(question("a"), false, START + 3),
        datagram(answer("a", []), true, START + 9),
        datagram(answer("a", []), true, START + 12),
        datagram(question("a"), false, START + 15),
      ],
      [["a", "NOERROR"]],
    ],
    [
      "the same question later",
      [datagram(question("a"), false), datagram(answer("a", []), true, START + 9), datagram(question("a"), false, START + 900_000)],
      [
        ["a", "NOERROR"],
        ["a", undefined],
      ],
    ],
    ["no DNS on its port", [datagram(Uint8Array.of(1, 2, 3), false), datagram(new Uint8Array(40).fill(255), false)], []],
  ] as const)("%s", (_, packets, seen) => {
    expect(observe(packets).dns.map(({ name, code }) => [name, code])).toEqual(seen);
  });

  it("counts datagrams by port", () => {
    expect([...observe([datagram(question("a"), false)]).others]).toEqual([["UDP port 53", 1]]);
  });

  it("reads any bytes without an exception", () => {
    const sample = Uint8Array.from(encode(answer("orders.shop", ["10.0.0.9"])));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.nat(sample.length),
        (changes, length) => {
          const bytes = sample.slice();
          for (const [offset, value] of changes) bytes[offset] = value;
          observe([datagram(bytes.subarray(0, length), true)]);
        },
      ),
    );
  });
});

describe("DNS over TCP", () => {
  const framed = (...messages: readonly Packet[]) => Uint8Array.from(Buffer.concat(messages.map((message) => streamEncode(message))));
  const talk = () => new Conversation({ serverPort: 53 }).open();
  const whole = (size?: number) =>
    talk()
      .send("client", framed(question("a", 1), question("b", 2, "AAAA")), size)
      .send("server", framed({ ...answer("b", [], 2, 3), questions: [{ type: "AAAA", name: "b" }] }, answer("a", ["10.0.0.9"], 1)), size);
  const said = (conversation: Conversation) =>
    observe(conversation.packets).dns.map(({ transport, name, code, addresses, unanswered }) => [
      transport,
      name,
      code ?? unanswered,
      ...addresses,
    ]);

  it.each([undefined, 1, 2, 3, 40])("in segments of %s bytes", (size) => {
    const conversation = whole(size).close();
    expect(said(conversation)).toEqual([
      ["tcp", "b", "NXDOMAIN"],
      ["tcp", "a", "NOERROR", "10.0.0.9"],
    ]);
    expect(observe(conversation.packets).connections[0]?.protocol).toBe("DNS");
  });

  it("on any port", () => {
    const other = new Conversation({ serverPort: 8053 }).open().send("client", framed(question("a")));
    expect(said(other)).toEqual([["tcp", "a", "capture ended"]]);
  });

  it("says how the connection ended before the answer", () => {
    expect(
      said(
        talk()
          .send("client", framed(question("a")))
          .reset("server"),
      ),
    ).toEqual([["tcp", "a", "reset"]]);
  });

  it("lets all connections together wait for so many answers, and each for its own", () => {
    const each = MAX_DNS_WAITING / 4;
    const asked = framed(...Array.from({ length: each }, (_, i) => question("a", i)));
    const talks = [1, 2, 3, 4, 5, 6].map((clientPort) =>
      new Conversation({ serverPort: 53, clientPort }).open().send("client", asked, 60_000),
    );
    talks[5]!.send("server", framed(answer("a", ["10.0.0.9"], 3)));
    const { dns, anomalies } = observe([...talks.flatMap(({ packets }) => packets), ...talks[4]!.reset("server").packets.slice(-1)]);
    const count = (reason: string | undefined) => dns.filter(({ unanswered }) => unanswered === reason).map(({ client }) => client.port);
    expect(count(undefined)).toEqual([6]);
    expect(count("evicted")).toEqual([...Array(each).fill(1), ...Array(each).fill(2)]);
    expect(count("reset")).toEqual(Array(each).fill(5));
    expect(count("capture ended")).toHaveLength(3 * each - 1);
    expect(anomalies).toMatchObject([{ code: "limit", where: { layer: "dns" } }]);
  });

  it("goes on behind a gap where a message surely begins", () => {
    const lossy = talk()
      .send("client", framed(question("a", 1)))
      .lose("client", framed(question("b", 2)).subarray(0, 9))
      .send("client", framed(question("b", 2)).subarray(9))
      .send("client", framed(question("c", 3)))
      .acknowledge("server")
      .wait(1_000_000)
      .send("server", framed(answer("a", [], 1), answer("c", [], 3)));
    expect(said(lossy)).toEqual([
      ["tcp", "a", "NOERROR"],
      ["tcp", "c", "NOERROR"],
    ]);
  });

  it("reads any bytes without an exception", () => {
    const bytes = framed(question("a", 1), question("b", 2));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.integer({ min: 1, max: 50 }),
        (changes, size) => {
          const changed = bytes.slice();
          for (const [offset, value] of changes) changed[offset] = value;
          const { connections } = observe(talk().send("client", bytes).send("client", changed, size).send("server", changed, size).packets);
          expect(connections).toHaveLength(1);
        },
      ),
    );
  });
});
