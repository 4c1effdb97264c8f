// One TCP segment inside every header that can be read: link types, network headers, tunnels.

import { bytesOf, ethernetFrame, ipv4Packet, tcpSegment, udpDatagram } from "../tcp/build-packets.ts";

export interface Sample {
  readonly name: string;
  readonly linkType: number;
  readonly bytes: Uint8Array;
}

export const PAYLOAD = "GET / HTTP/1.1\r\n\r\n";

const join = (...parts: readonly (Uint8Array | readonly number[])[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const u16 = (value: number) => [value >> 8, value & 255];

const tcp = tcpSegment({
  sourcePort: 40_000,
  destinationPort: 80,
  sequence: 1,
  acknowledgment: 2,
  flags: 0x18,
  timestampValue: 7,
  payload: bytesOf(PAYLOAD),
});
const ipv4 = ipv4Packet({ source: "10.0.0.1", destination: "10.0.0.2", protocol: 6, payload: tcp });
const addresses6 = [...[0x20, 1, 0x0d, 0xb8, ...Array(11).fill(0), 1], ...[0x20, 1, 0x0d, 0xb8, ...Array(11).fill(0), 2]];
const ipv6With = (next: number, payload: Uint8Array) => join([0x60, 0, 0, 0, ...u16(payload.length), next, 64], addresses6, payload);
const ipv6 = ipv6With(6, tcp);
const ethernet = ethernetFrame(0x0800, ipv4);

const inIpv4 = (protocol: number, payload: Uint8Array) =>
  ethernetFrame(0x0800, ipv4Packet({ source: "192.0.2.1", destination: "192.0.2.2", protocol, payload }));
const inUdp = (port: number, ...parts: readonly (Uint8Array | readonly number[])[]) =>
  inIpv4(17, udpDatagram(50_000, port, join(...parts)));
const snap = (etherType: number) => [0xaa, 0xaa, 3, 0, 0, 0, ...u16(etherType)];
const wlan = (frameControl: readonly number[], more: readonly number[] = []) =>
  join(frameControl, Array(22).fill(0), more, snap(0x0800), ipv4);

export const samples: readonly Sample[] = [
  { name: "Ethernet, IPv4", linkType: 1, bytes: ethernet },
  { name: "Ethernet, IPv6", linkType: 1, bytes: ethernetFrame(0x86dd, ipv6) },
  { name: "IPv4 options", linkType: 1, bytes: ethernetFrame(0x0800, withOptions(ipv4)) },
  {
    name: "IPv6 extension headers",
    linkType: 1,
    bytes: ethernetFrame(
      0x86dd,
      ipv6With(0, join([60, 0, 1, 4, 0, 0, 0, 0], [51, 0, 0, 0, 0, 0, 0, 0], [6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], tcp)),
    ),
  },
  { name: "IPv6 atomic fragment", linkType: 1, bytes: ethernetFrame(0x86dd, ipv6With(44, join([6, 0, 0, 0, 0, 0, 0, 9], tcp))) },
  { name: "802.1Q", linkType: 1, bytes: ethernetFrame(0x8100, join([0, 7, 8, 0], ipv4)) },
  { name: "802.1ad", linkType: 1, bytes: ethernetFrame(0x88a8, join([0, 7, 0x81, 0, 0, 8, 8, 0], ipv4)) },
  { name: "802.3 with SNAP", linkType: 1, bytes: ethernetFrame(ipv4.length + 8, join(snap(0x0800), ipv4)) },
  { name: "Linux SLL", linkType: 113, bytes: join([0, 0, 0, 1, 0, 6, ...Array(8).fill(0), 8, 0], ipv4) },
  { name: "Linux SLL2", linkType: 276, bytes: join([8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, ...Array(8).fill(0)], ipv4) },
  { name: "NULL, little-endian", linkType: 0, bytes: join([2, 0, 0, 0], ipv4) },
  { name: "NULL, macOS IPv6", linkType: 0, bytes: join([30, 0, 0, 0], ipv6) },
  { name: "LOOP", linkType: 108, bytes: join([0, 0, 0, 2], ipv4) },
  { name: "raw IPv4", linkType: 101, bytes: ipv4 },
  { name: "raw IPv6 by BSD's number", linkType: 12, bytes: ipv6 },
  { name: "IPv4", linkType: 228, bytes: ipv4 },
  { name: "IPv6", linkType: 229, bytes: ipv6 },
  { name: "NFLOG", linkType: 239, bytes: join([2, 0, 0, 0], [5, 0, 10, 0, 0x78, 0, 0, 0], [4 + ipv4.length, 0, 9, 0], ipv4) },
  { name: "ARCNET", linkType: 129, bytes: join([1, 2, 0, 0, 0xd4, 0, 0, 1], ipv4) },
  { name: "802.11", linkType: 105, bytes: wlan([0x08, 0x01]) },
  { name: "802.11 with QoS between access points", linkType: 105, bytes: wlan([0x88, 0x03], Array(8).fill(0)) },
  { name: "radiotap", linkType: 127, bytes: join([0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0], wlan([0x08, 0x02])) },
  { name: "PPP with HDLC framing", linkType: 9, bytes: join([0xff, 3, 0, 0x21], ipv4) },
  { name: "PPP, compressed protocol", linkType: 50, bytes: join([0x57], ipv6) },
  { name: "PPPoE", linkType: 1, bytes: ethernetFrame(0x8864, join([0x11, 0, 0, 1, ...u16(ipv4.length + 2), 0, 0x21], ipv4)) },
  { name: "MPLS, two labels", linkType: 1, bytes: ethernetFrame(0x8847, join([0, 1, 0, 64, 0, 2, 1, 64], ipv4)) },
  { name: "MPLS, IPv6", linkType: 1, bytes: ethernetFrame(0x8848, join([0, 2, 1, 64], ipv6)) },
  { name: "MPLS pseudowire", linkType: 1, bytes: ethernetFrame(0x8847, join([0, 2, 1, 64, 0, 0, 0, 0], ethernet)) },
  { name: "IPv4 in IPv4", linkType: 1, bytes: inIpv4(4, ipv4) },
  { name: "IPv6 in IPv4", linkType: 1, bytes: inIpv4(41, ipv6) },
  { name: "GRE", linkType: 1, bytes: inIpv4(47, join([0, 0, 8, 0], ipv4)) },
  { name: "GRE with checksum, key and sequence", linkType: 1, bytes: inIpv4(47, join([0xb0, 0, 0x65, 0x58], Array(12).fill(0), ethernet)) },
  {
    name: "GRE with routing entries",
    linkType: 1,
    bytes: inIpv4(47, join([0x40, 0, 8, 0, 0, 0, 0, 0], [8, 0, 0, 4, 10, 0, 0, 9], [0, 0, 0, 0], ipv4)),
  },
  { name: "GRE of PPTP", linkType: 1, bytes: inIpv4(47, join([0x30, 0x81, 0x88, 0x0b], Array(12).fill(0), [0x21], ipv4)) },
  { name: "ERSPAN I", linkType: 1, bytes: inIpv4(47, join([0, 0, 0x88, 0xbe], ethernet)) },
  { name: "ERSPAN II", linkType: 1, bytes: inIpv4(47, join([0x10, 0, 0x88, 0xbe, 0, 0, 0, 1], [0x10, ...Array(7).fill(0)], ethernet)) },
  {
    name: "ERSPAN III of an IP packet",
    linkType: 1,
    bytes: inIpv4(47, join([0x10, 0, 0x22, 0xeb, 0, 0, 0, 1], [0x20, ...Array(9).fill(0), 0x08, 0], ipv4)),
  },
  {
    name: "ERSPAN III with a platform header",
    linkType: 1,
    bytes: inIpv4(47, join([0x10, 0, 0x22, 0xeb, 0, 0, 0, 1], [0x20, ...Array(10).fill(0), 1], Array(8).fill(0), ethernet)),
  },
  { name: "VXLAN", linkType: 1, bytes: inUdp(4789, [8, 0, 0, 0, 0, 0, 1, 0], ethernet) },
  { name: "VXLAN-GPE", linkType: 1, bytes: inUdp(4790, [0x0c, 0, 0, 1, 0, 0, 1, 0], ipv4) },
  { name: "Geneve with options", linkType: 1, bytes: inUdp(6081, [2, 0, 0x65, 0x58, 0, 0, 1, 0], Array(8).fill(0), ethernet) },
  { name: "GTP-U", linkType: 1, bytes: inUdp(2152, [0x30, 255, ...u16(ipv4.length), 0, 0, 0, 1], ipv4) },
  {
    name: "GTP-U with an extension header",
    linkType: 1,
    bytes: inUdp(2152, [0x34, 255, ...u16(ipv4.length + 8), 0, 0, 0, 1, 0, 0, 0, 0x85], [1, 0, 0, 0], ipv4),
  },
  { name: "ARPA IP in LLC", linkType: 1, bytes: ethernetFrame(ipv4.length + 3, join([6, 6, 3], ipv4)) },
  { name: "ATM RFC 1483", linkType: 100, bytes: join(snap(0x0800), ipv4) },
  { name: "SunATM", linkType: 123, bytes: join([2, 0, 0, 5], snap(0x0800), ipv4) },
  { name: "Prism", linkType: 119, bytes: join([0, 0, 0, 0x44, 144, 0, 0, 0], Array(136).fill(0), wlan([0x08, 0x01])) },
  { name: "Prism, big-endian", linkType: 119, bytes: join([0, 0, 0, 0x44, 0, 0, 0, 144], Array(136).fill(0), wlan([0x08, 0x01])) },
  { name: "AVS", linkType: 163, bytes: join([0x80, 0x21, 0x10, 1, 0, 0, 0, 64], Array(56).fill(0), wlan([0x08, 0x01])) },
  { name: "PPI", linkType: 192, bytes: join([0, 0, 12, 0, 1, 0, 0, 0], [2, 0, 0, 0], ethernet) },
  { name: "PKTAP", linkType: 258, bytes: join([108, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], Array(96).fill(0), ethernet) },
  { name: "PFLOG", linkType: 117, bytes: join([61, 2], Array(62).fill(0), ipv4) },
  { name: "PFLOG, IPv6", linkType: 117, bytes: join([61, 24], Array(62).fill(0), ipv6) },
  { name: "ENC", linkType: 109, bytes: join([0, 0, 0, 2], Array(8).fill(0), ipv4) },
  { name: "Cisco HDLC", linkType: 104, bytes: join([0x0f, 0, 8, 0], ipv4) },
  { name: "Cisco HDLC with direction", linkType: 205, bytes: join([1, 0x0f, 0, 8, 0], ipv4) },
  { name: "Frame Relay", linkType: 107, bytes: join([0x18, 0x41, 3, 0xcc], ipv4) },
  { name: "Frame Relay, SNAP", linkType: 107, bytes: join([0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0], ipv4) },
  { name: "Frame Relay, IPv6", linkType: 107, bytes: join([0x18, 0x41, 3, 0x8e], ipv6) },
  { name: "Frame Relay with direction, Cisco's", linkType: 206, bytes: join([0, 0x18, 0x40, 0x41, 8, 0], ipv4) },
  { name: "PPP with direction", linkType: 204, bytes: join([1, 0xff, 3, 0, 0x21], ipv4) },
  { name: "FDDI", linkType: 10, bytes: join([0x50], Array(12).fill(0), snap(0x0800), ipv4) },
  { name: "Token Ring", linkType: 6, bytes: join([0x10, 0x40], Array(12).fill(0), snap(0x0800), ipv4) },
  {
    name: "Token Ring with a route",
    linkType: 6,
    bytes: join([0x10, 0x40], Array(6).fill(0), [0x80, 0, 0, 0, 0, 0], [6, 0, 0, 1, 0, 2], snap(0x0800), ipv4),
  },
  { name: "SLIP", linkType: 8, bytes: join(Array(16).fill(0), ipv4) },
  { name: "IPNET", linkType: 226, bytes: join([1, 2], Array(22).fill(0), ipv4) },
  { name: "ERF", linkType: 197, bytes: join(Array(8).fill(0), [2, 4, 0, 0, 0, 0, 0, 0], [0, 0], ethernet) },
  {
    name: "ERF with extensions",
    linkType: 197,
    bytes: join(Array(8).fill(0), [0x96, 4, 0, 0, 0, 0, 0, 0], [0x83, ...Array(7).fill(0)], Array(8).fill(0), ipv4),
  },
  { name: "MPLS, link type", linkType: 219, bytes: join([0, 2, 1, 64], ipv4) },
  { name: "PPPoE, link type", linkType: 51, bytes: join([0x11, 0, 0, 1, ...u16(ipv4.length + 2), 0, 0x21], ipv4) },
  { name: "802.1ah", linkType: 1, bytes: ethernetFrame(0x88e7, join([0, 0, 0, 7], ethernet)) },
  { name: "VN-Tag", linkType: 1, bytes: ethernetFrame(0x8926, join([0, 1, 0, 2, 8, 0], ipv4)) },
  { name: "802.1BR", linkType: 1, bytes: ethernetFrame(0x893f, join([0, 1, 0, 2, 0, 0, 8, 0], ipv4)) },
  { name: "Cisco MetaData", linkType: 1, bytes: ethernetFrame(0x8909, join([1, 1, 0, 1, 0, 7, 8, 0], ipv4)) },
  {
    name: "MACsec, authenticated only",
    linkType: 1,
    bytes: ethernetFrame(0x88e5, join([0x20, 0, 0, 0, 0, 1], Array(8).fill(0), [8, 0], ipv4)),
  },
  { name: "NSH", linkType: 1, bytes: ethernetFrame(0x894f, join([0x0f, 0xc6, 1, 3], Array(20).fill(0), ethernet)) },
  { name: "NSH in VXLAN-GPE", linkType: 1, bytes: inUdp(4790, [0x0c, 0, 0, 4, 0, 0, 1, 0], [0x0f, 0xc2, 2, 1, 0, 0, 0, 0], ipv4) },
  { name: "GRE of WCCP", linkType: 1, bytes: inIpv4(47, join([0, 0, 0x88, 0x3e, 0, 0, 0, 0], ipv4)) },
  { name: "GRE in UDP", linkType: 1, bytes: inUdp(4754, [0, 0, 8, 0], ipv4) },
  { name: "MPLS in UDP", linkType: 1, bytes: inUdp(6635, [0, 2, 1, 64], ipv4) },
  { name: "EtherIP", linkType: 1, bytes: inIpv4(97, join([0x30, 0], ethernet)) },
  { name: "AH over IPv4", linkType: 1, bytes: inIpv4(51, join([4, 4, 0, 0], Array(20).fill(0), ipv4)) },
  { name: "L2TP", linkType: 1, bytes: inUdp(1701, [0, 2, 0, 1, 0, 2], [0xff, 3, 0, 0x21], ipv4) },
  {
    name: "L2TP with all optional fields",
    linkType: 1,
    bytes: inUdp(1701, [0x4a, 2, 0, 60, 0, 1, 0, 2, 0, 0, 0, 0, 0, 2, 0, 0], [0xff, 3, 0, 0x21], ipv4),
  },
  { name: "LISP", linkType: 1, bytes: inUdp(4341, Array(8).fill(0), ipv4) },
  { name: "Teredo", linkType: 1, bytes: inUdp(3544, ipv6) },
  { name: "Teredo with indications", linkType: 1, bytes: inUdp(3544, [0, 1, 0, 0, ...Array(9).fill(0)], Array(8).fill(0), ipv6) },
  { name: "TZSP", linkType: 1, bytes: inUdp(37008, [1, 0, 0, 1, 0, 10, 1, 0xc8, 1], ethernet) },
  {
    name: "AYIYA, from the tunnel's port",
    linkType: 1,
    bytes: inIpv4(17, udpDatagram(5072, 50_000, join([0x41, 0x52, 0x11, 41], Array(40).fill(0), ipv6))),
  },
  { name: "AYIYA", linkType: 1, bytes: inUdp(5072, [0x41, 0x52, 0x11, 41], Array(4 + 16 + 20).fill(0), ipv6) },
];

function withOptions(packet: Uint8Array): Uint8Array {
  const longer = join(packet.subarray(0, 20), [1, 1, 1, 0], packet.subarray(20));
  longer[0] = 0x46;
  longer.set(u16(longer.length), 2);
  return longer;
}
