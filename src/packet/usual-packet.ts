// The packet that nearly all packets are: Ethernet, IPv4 without options and fragments, TCP with no option or timestamps alone, and nothing cut. It is read in
// one go. Any other packet is left to the decoders of its headers, and these MUST say the same of this one.

import type { Packet } from "../capture/packet.ts";
import type { AddressTable } from "./address-table.ts";
import type { DecodedPacket } from "./decoded-packet.ts";

const LINKTYPE_ETHERNET = 1;
const ETHERNET_HEADER = 14;
const ETHERTYPE_AT = 12;
const ETHERTYPE_IPV4 = 0x0800;
const IPV4_HEADER = 20;
/** Version 4, five words; and the type of service, which says nothing here. */
const FIRST_WORD = 0x4500;
const FRAGMENTATION = 0x3fff;
const TCP = 6;
const TCP_HEADER = 20;
/** Two NOPs and the timestamps option (RFC 7323 appendix A). */
const TIMESTAMPS_HEADER = 32;
const TIMESTAMPS = 0x0101080a;

export class UsualPackets {
  readonly #addresses: AddressTable;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor(addresses: AddressTable) {
    this.#addresses = addresses;
  }

  /** Fills in what the headers say; false where the packet is another one, and nothing was filled in. */
  read({ bytes, start, end, linkType, originalLength }: Packet, decoded: DecodedPacket): boolean {
    const ip = start + ETHERNET_HEADER;
    const tcp = ip + IPV4_HEADER;
    if (linkType !== LINKTYPE_ETHERNET || tcp + TCP_HEADER > end || originalLength > end - start) return false;
    const view = this.#viewOf(bytes);
    if (view.getUint16(start + ETHERTYPE_AT) !== ETHERTYPE_IPV4 || (view.getUint16(ip) & 0xff00) !== FIRST_WORD) return false;
    if ((view.getUint16(ip + 6) & FRAGMENTATION) !== 0 || bytes[ip + 9] !== TCP) return false;
    const wireEnd = ip + view.getUint16(ip + 2);
    const headerLength = (bytes[tcp + 12]! >> 4) * 4;
    const payloadStart = tcp + headerLength;
    if (wireEnd > end || payloadStart > wireEnd) return false;
    const hasTimestamps = headerLength === TIMESTAMPS_HEADER && view.getInt32(tcp + TCP_HEADER) === TIMESTAMPS;
    if (headerLength !== TCP_HEADER && !hasTimestamps) return false;
    decoded.source = this.#addresses.ipv4Number(view.getInt32(ip + 12));
    decoded.destination = this.#addresses.ipv4Number(view.getInt32(ip + 16));
    decoded.identification = view.getUint16(ip + 4);
    decoded.wireEnd = wireEnd;
    decoded.transport = TCP;
    decoded.sourcePort = view.getUint16(tcp);
    decoded.destinationPort = view.getUint16(tcp + 2);
    decoded.sequence = view.getInt32(tcp + 4);
    decoded.acknowledgment = view.getInt32(tcp + 8);
    decoded.flags = bytes[tcp + 13]!;
    decoded.timestampValue = hasTimestamps ? view.getInt32(tcp + TCP_HEADER + 4) : 0;
    // The same for all packets of a chunk, and a store of a reference is dear.
    if (decoded.bytes !== bytes) decoded.bytes = bytes;
    decoded.payloadStart = payloadStart;
    decoded.payloadEnd = wireEnd;
    decoded.payloadLength = wireEnd - payloadStart;
    return true;
  }

  #viewOf(bytes: Uint8Array): DataView {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    return this.#view;
  }
}
