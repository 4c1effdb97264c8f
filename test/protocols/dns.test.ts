import { encode, type Packet } from "dns-packet";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ethernetFrame, ipv4Packet, packetOf, udpDatagram } from "../tcp/build-packets.ts";
import { observe } from "./observe.ts";

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
        name: "orders.shop",
        type: "A",
        addresses: ["10.0.0.9", "10.0.0.10"],
        code: "NOERROR",
        client: { address: "10.0.0.1", port: 40_000 },
        server: { address: "10.0.0.53", port: 53 },
        at: START,
        packet: { capture: 0, number: 1 },
      },
    ]);
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
