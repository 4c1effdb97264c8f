// Spans that Jaeger's clients send to an agent (ports 6831 compact, 6832 binary): nobody answers, and what does not arrive is lost without a word.

import type { DatagramProtocol } from "../datagram-protocol.ts";
import { readEmitBatch, recognizeEmitBatch } from "./jaeger-thrift.ts";

export const jaegerDatagrams: DatagramProtocol = {
  name: "Jaeger agent",
  ports: [],
  recognizes: (bytes, start, end) => recognizeEmitBatch(bytes, start, end) !== undefined,
  open({ vantage, emit }) {
    return {
      push({ source, destination, bytes, at, packet, isWhole }) {
        const content = readEmitBatch(bytes);
        emit({
          kind: "export",
          vantage,
          protocol: "jaeger-udp",
          client: source,
          server: destination,
          at,
          packet,
          ...content,
          bytes: bytes.length,
          isWhole,
          answer: undefined,
          unanswered: undefined,
        });
      },
      end() {},
    };
  },
};
