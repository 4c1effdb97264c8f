import type { HeaderDecoder } from "./decoded-packet.ts";
import { ipProtocol, udpPort } from "./key.ts";

/** Tunnels through NAT, whose answers come from the tunnel's port: L2TP, Teredo, AYIYA. */
const ANSWERS_FROM_PORT: ReadonlySet<number> = new Set([1701, 3544, 5072]);

/** User Datagram Protocol (RFC 768). What follows is the key of the destination port: a tunnel, or payload when none claims it. */
export const udp: HeaderDecoder = {
  name: "UDP",
  claims: [ipProtocol(17)],
  decode(header, packet) {
    packet.sourcePort = header.u16();
    packet.destinationPort = header.u16();
    const length = header.u16();
    header.skip(2);
    packet.transport = 17;
    packet.bytes = header.bytes;
    packet.payloadStart = header.offset;
    // Length 0 means a jumbogram or offload (RFC 2675 §4).
    const end = length >= 8 ? header.offset + length - 8 : packet.wireEnd;
    packet.payloadEnd = Math.min(header.limit, end);
    packet.payloadLength = Math.max(packet.payloadEnd, end) - packet.payloadStart;
    return udpPort(ANSWERS_FROM_PORT.has(packet.sourcePort) ? packet.sourcePort : packet.destinationPort);
  },
};
