import type { Packet } from "../../src/capture/packet.ts";
import { AddressTable } from "../../src/packet/address-table.ts";
import { PacketDecoder } from "../../src/packet/packet-decoder.ts";
import type { Anomaly } from "../../src/wire/anomaly.ts";
import { numbered } from "../tcp/build-packets.ts";

export interface DecodedText {
  readonly transport: number;
  readonly from: string;
  readonly to: string;
  readonly payload: string;
  readonly payloadLength: number;
}

export interface Decoding {
  readonly packets: DecodedText[];
  readonly anomalies: Anomaly[];
  readonly others: ReadonlyMap<string, number>;
}

export function decode(packets: readonly Packet[]): Decoding {
  const addresses = new AddressTable();
  const decoding = { packets: [] as DecodedText[], anomalies: [] as Anomaly[], others: new Map<string, number>() };
  const decoder = new PacketDecoder(0, addresses, decoding.others, {
    transport({ transport, source, sourcePort, destination, destinationPort, bytes, payloadStart, payloadEnd, payloadLength }) {
      decoding.packets.push({
        transport,
        from: `${addresses.name(source)} ${sourcePort}`,
        to: `${addresses.name(destination)} ${destinationPort}`,
        payload: Buffer.from(bytes.subarray(payloadStart, payloadEnd)).toString("latin1"),
        payloadLength,
      });
    },
    anomaly: (anomaly) => decoding.anomalies.push(anomaly),
  });
  for (const packet of numbered(packets)) decoder.push(packet);
  return decoding;
}
