// DNS over UDP (RFC 1035 §4.2.1), with mDNS (RFC 6762) and LLMNR (RFC 4795), which spell their messages alike.

import { anomaly } from "../../wire/anomaly.ts";
import type { DatagramProtocol } from "../datagram-protocol.ts";
import { DnsExchanges } from "./dns-exchanges.ts";
import { readDnsMessage } from "./dns-message.ts";
import { recognizeDns } from "./recognize-dns.ts";

export const dnsDatagrams: DatagramProtocol = {
  name: "DNS",
  ports: [53, 5353, 5355],
  recognizes(bytes, start, end) {
    const answer = recognizeDns(bytes, start, end);
    if (answer !== "client" && answer !== "server") return false;
    const message = readDnsMessage(bytes.subarray(start, end));
    return message?.problem === undefined && message?.length === end - start;
  },
  open({ vantage, emit }) {
    const exchanges = new DnsExchanges("udp", vantage, emit);
    return {
      push(datagram) {
        const message = readDnsMessage(datagram.bytes);
        // A datagram on port 53 need not be DNS; where the question is one, it is said that the rest is not.
        if (message === undefined) return;
        if (message.problem !== undefined && message.question !== undefined) {
          const { capture, number } = datagram.packet;
          const where = { layer: "dns" as const, capture, packet: number };
          if (datagram.isWhole) emit(anomaly("malformed", `a DNS message: ${message.problem}`, where));
          else emit(anomaly("truncated", "the snap length cut a DNS message", where));
        }
        exchanges.message(message, datagram);
      },
      end: () => exchanges.close("capture ended"),
    };
  },
};
