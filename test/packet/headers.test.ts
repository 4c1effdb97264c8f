import { describe, expect, it } from "vitest";
import { describeKey } from "../../src/packet/key.ts";
import { headerDecoders } from "../../src/packet/registry.ts";
import { MAX_HEADERS_PER_PACKET } from "../../src/wire/limits.ts";
import { bytesOf, ethernetFrame, ipv4Packet, packetOf, tcpSegment, udpDatagram } from "../tcp/build-packets.ts";
import { decode } from "./decode.ts";
import { PAYLOAD, type Sample, samples } from "./sample-packets.ts";

/** Bytes of the TCP timestamps option with its padding. */
const TIMESTAMPS = 12;

describe("every header that can be read", () => {
  it.each(samples.map((sample) => [sample.name, sample] as const))("%s", (_, { bytes, linkType }) => {
    const { packets, anomalies } = decode([packetOf(bytes, 0, linkType)]);
    expect(anomalies).toEqual([]);
    expect(packets).toHaveLength(1);
    expect(packets[0]).toMatchObject({ transport: 6, payload: PAYLOAD, payloadLength: PAYLOAD.length });
    expect([packets[0]?.from, packets[0]?.to]).toEqual(
      packets[0]?.from.includes(":") ? ["2001:db8::1 40000", "2001:db8::2 80"] : ["10.0.0.1 40000", "10.0.0.2 80"],
    );
  });

  it("claims each key once", () => {
    const claims = headerDecoders.flatMap((decoder) => decoder.claims);
    expect(claims.filter((key, i) => claims.indexOf(key) !== i).map(describeKey)).toEqual([]);
  });

  it.each(headerDecoders.map(({ name }) => name))("%s has a sample", (name) => {
    expect(samples.some((sample) => reads(name, sample))).toBe(true);
  });
});

/** Whether cutting the sample somewhere makes this header say that it is truncated. */
function reads(name: string, { bytes, linkType }: Sample): boolean {
  return [...bytes.keys()].some((length) =>
    decode([{ ...packetOf(bytes, 0, linkType), end: length }]).anomalies.some(({ where }) => where.layer === name),
  );
}

describe("bytes that end too soon", () => {
  it.each(samples.map((sample) => [sample.name, sample] as const))(
    "%s: each cut is one anomaly or shows a part of the payload",
    (_, sample) => {
      // Behind the fixed part of the TCP header a cut is no loss: the options are optional, the payload is what is there.
      const headers = sample.bytes.length - PAYLOAD.length - TIMESTAMPS;
      for (let length = 0; length < sample.bytes.length; length++) {
        const { packets, anomalies } = decode([{ ...packetOf(sample.bytes, 0, sample.linkType), end: length }]);
        if (length < headers) expect(anomalies).toMatchObject([{ code: "truncated", where: { capture: 0, packet: 1 } }]);
        else {
          expect(anomalies).toEqual([]);
          expect(packets).toMatchObject([{ transport: 6, payloadLength: PAYLOAD.length }]);
          expect(PAYLOAD.startsWith(packets[0]!.payload)).toBe(true);
        }
      }
    },
  );
});

const ip = (changes: readonly (readonly [offset: number, value: number])[], payload = tcp()) => {
  const bytes = ethernetFrame(0x0800, ipv4Packet({ source: "10.0.0.1", destination: "10.0.0.2", protocol: 6, payload }));
  for (const [offset, value] of changes) bytes[14 + offset] = value;
  return bytes;
};
const tcp = () => tcpSegment({ sourcePort: 1, destinationPort: 2, sequence: 0, acknowledgment: 0, flags: 16, payload: bytesOf("abc") });

describe("bytes that break a specification", () => {
  it.each([
    ["IPv4 version", ip([[0, 0x55]]), "IPv4", "version is 5"],
    ["IPv4 header length", ip([[0, 0x44]]), "IPv4", "header length 16 is below 20"],
    ["IPv4 total length", ip([[3, 10]]), "IPv4", "total length 10 is below the header length 20"],
    ["TCP data offset too small", ip([[20 + 12, 0x40]]), "TCP", "data offset 16 is below 20"],
    ["TCP data offset too large", ip([[20 + 12, 0xf0]]), "TCP", "data offset 60 reaches beyond the datagram"],
    ["IPv6 version", ethernetFrame(0x86dd, new Uint8Array(60)), "IPv6", "version is 0"],
    ["VXLAN without a VNI", ip([[9, 17]], udpDatagram(1, 4789, new Uint8Array(40))), "VXLAN", "the VNI flag is not set"],
  ] as const)("%s", (_, bytes, layer, message) => {
    const { anomalies } = decode([packetOf(bytes)]);
    expect(anomalies).toHaveLength(1);
    expect(anomalies[0]).toMatchObject({ code: "malformed", where: { layer, packet: 1, capture: 0 } });
    expect(anomalies[0]?.message).toContain(message);
  });

  it("stops at a pile of headers", () => {
    let bytes = new Uint8Array(4);
    for (let i = 0; i <= MAX_HEADERS_PER_PACKET; i++) bytes = Uint8Array.from([0, 1, 0x81, 0, ...bytes]);
    expect(decode([packetOf(ethernetFrame(0x8100, bytes))]).anomalies).toMatchObject([{ code: "limit" }]);
  });
});

describe("lengths", () => {
  it("takes the captured length where offload left the total length at 0", () => {
    const { packets } = decode([
      packetOf(
        ip([
          [2, 0],
          [3, 0],
        ]),
      ),
    ]);
    expect(packets[0]).toMatchObject({ payload: "abc", payloadLength: 3 });
  });

  it("says how long a segment was that the snap length cut, in its options too", () => {
    for (const cut of [54, 55, 56]) expect(decode([{ ...packetOf(ip([])), end: cut }]).packets[0]).toMatchObject({ payloadLength: 3 });
  });

  it("leaves what is not read to a count", () => {
    const arp = ethernetFrame(0x0806, new Uint8Array(28));
    const { others } = decode([packetOf(arp), packetOf(arp), packetOf(arp, 0, 147), packetOf(ip([[9, 89]]))]);
    expect([...others]).toEqual([
      ["ARP", 2],
      ["USER0 (not read)", 1],
      ["OSPF", 1],
    ]);
  });

  it("takes a datagram to a tunnel's port that holds no tunnel for a datagram", () => {
    const { packets, anomalies } = decode([packetOf(ip([[9, 17]], udpDatagram(53, 2152, bytesOf("not GTP"))))]);
    expect(anomalies).toEqual([]);
    expect(packets[0]).toMatchObject({ transport: 17, payload: "not GTP", to: "10.0.0.2 2152" });
  });
});
