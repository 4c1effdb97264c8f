// Packets through headers and reassembly only, and what the streams say.

import type { Packet } from "../../src/capture/packet.ts";
import { AddressTable } from "../../src/packet/address-table.ts";
import { PacketDecoder } from "../../src/packet/packet-decoder.ts";
import type { Connection } from "../../src/tcp/connection.ts";
import type { CloseReason, Direction } from "../../src/tcp/stream-sink.ts";
import { TcpTracker } from "../../src/tcp/tcp-tracker.ts";
import type { Anomaly } from "../../src/wire/anomaly.ts";
import { numbered } from "./build-packets.ts";

export interface RecordedStream {
  readonly connection: Connection;
  /** What the end sent whose packet was seen first; a gap of 3 bytes is `<3>`. */
  readonly sent: [first: string, second: string];
  readonly ended: Direction[];
  readonly seenAgain: { from: Direction; offset: number; length: number; packet: number }[];
  closed: CloseReason | undefined;
}

export interface Recorded {
  readonly streams: RecordedStream[];
  readonly anomalies: Anomaly[];
}

export function recordStreams(packets: readonly Packet[]): Recorded {
  const addresses = new AddressTable();
  const recorded: Recorded = { streams: [], anomalies: [] };
  const tracker = new TcpTracker(
    0,
    addresses,
    (connection) => {
      const stream: RecordedStream = { connection, sent: ["", ""], ended: [], seenAgain: [], closed: undefined };
      const position: [number, number] = [0, 0];
      recorded.streams.push(stream);
      return {
        data(from, bytes, start, end, segment) {
          // The contract of `Segment.offset`: the position of the first byte in the stream of its direction.
          if (segment.offset !== position[from]) throw new Error(`offset ${segment.offset} at position ${position[from]}`);
          position[from] += end - start;
          stream.sent[from] += Buffer.from(bytes.subarray(start, end)).toString("latin1");
        },
        gap(from, length) {
          position[from] += length;
          stream.sent[from] += `<${length}>`;
        },
        seenAgain: (from, length, { offset, packet }) => stream.seenAgain.push({ from, offset, length, packet }),
        end: (from) => stream.ended.push(from),
        close(reason) {
          if (stream.closed !== undefined) throw new Error("closed twice");
          stream.closed = reason;
        },
      };
    },
    (anomaly) => recorded.anomalies.push(anomaly),
  );
  const decoder = new PacketDecoder(0, addresses, new Map(), {
    transport: (packet) => tracker.push(packet),
    anomaly: (anomaly) => recorded.anomalies.push(anomaly),
  });
  for (const packet of numbered(packets)) decoder.push(packet);
  tracker.end();
  return recorded;
}
