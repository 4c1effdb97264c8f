// What follows a header, as its own number space says it. A decoder names the next header by key and never imports it:
// that is what lets IP in UDP in IP work without a special case.

import { linkTypeName } from "./link-type-names.ts";

/** A number space and a value in it, packed into one integer. */
export type HeaderKey = number;

/** The rest is payload, or cannot be read: no header follows. */
export const NO_HEADER: HeaderKey = -1;

const SPACE = 65_536;

/** LINKTYPE_ values of the tcpdump registry. */
export const linkType = (value: number): HeaderKey => 0 * SPACE + value;
/** IEEE 802 EtherType. */
export const etherType = (value: number): HeaderKey => 1 * SPACE + value;
/** IANA Assigned Internet Protocol Numbers. */
export const ipProtocol = (value: number): HeaderKey => 2 * SPACE + value;
/** UDP destination port of a tunnel. */
export const udpPort = (value: number): HeaderKey => 3 * SPACE + value;

/** Transparent Ethernet bridging: an Ethernet frame inside GRE, Geneve or VXLAN. */
export const ETHERTYPE_ETHERNET = 0x6558;
/** Point-to-Point Protocol (RFC 2637 §4.1 uses it in GRE). */
export const ETHERTYPE_PPP = 0x880b;
/** No EtherType but Linux's number for an IEEE 802.2 header (ETH_P_802_2), as cooked captures hold it. */
export const ETHERTYPE_LLC = 0x0004;

/** What is there and not read, so that reports can say it: numbers below any EtherType that Linux does not use either. */
export const ETHERTYPE_WLAN_AGGREGATED = 0x00fd;
export const ETHERTYPE_MACSEC_ENCRYPTED = 0x00fe;
export const ETHERTYPE_WLAN_ENCRYPTED = 0x00ff;

/** `EtherType 0x0806`, for what no decoder claims. */
export function describeKey(key: HeaderKey): string {
  const value = key % SPACE;
  switch (Math.floor(key / SPACE)) {
    case 0:
      return linkTypeName(value);
    case 1:
      return ETHERTYPE_NAMES[value] ?? `EtherType 0x${value.toString(16).padStart(4, "0")}`;
    case 2:
      return IP_PROTOCOL_NAMES[value] ?? `IP protocol ${value}`;
    default:
      return `UDP port ${value}`;
  }
}

const ETHERTYPE_NAMES: Readonly<Record<number, string>> = {
  [ETHERTYPE_LLC]: "LLC",
  [ETHERTYPE_WLAN_AGGREGATED]: "802.11, aggregated (A-MSDU)",
  [ETHERTYPE_MACSEC_ENCRYPTED]: "MACsec, encrypted",
  [ETHERTYPE_WLAN_ENCRYPTED]: "802.11, encrypted",
  2054: "ARP",
  32821: "RARP",
  33079: "IPX",
  34915: "PPPoE discovery",
  34958: "EAPOL",
  35020: "LLDP",
  35045: "MACsec",
  35063: "PTP",
  35093: "RoCE",
  36864: "Ethernet loopback test",
};

const IP_PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  1: "ICMP",
  2: "IGMP",
  33: "DCCP",
  46: "RSVP",
  50: "ESP",
  51: "AH",
  58: "ICMPv6",
  88: "EIGRP",
  89: "OSPF",
  103: "PIM",
  108: "IPComp",
  112: "VRRP",
  115: "L2TPv3",
  132: "SCTP",
  136: "UDP-Lite",
};
