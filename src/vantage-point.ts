// The stages of one vantage point, joined: packets of its capture files in, observations out.

import type { Packet } from "./capture/packet.ts";
import { AddressTable } from "./packet/address-table.ts";
import type { DecodedPacket } from "./packet/decoded-packet.ts";
import { PacketDecoder } from "./packet/packet-decoder.ts";
import type { DatagramProtocol } from "./protocols/datagram-protocol.ts";
import { DnsExchanges } from "./protocols/dns/dns-exchanges.ts";
import { ExportTap } from "./protocols/exports/export-tap.ts";
import { KeptBytes } from "./protocols/kept-bytes.ts";
import type { Observation } from "./protocols/observation.ts";
import { datagramProtocols, streamProtocols } from "./protocols/registry.ts";
import { StreamRecognizer } from "./protocols/stream-recognizer.ts";
import type { KeyLog } from "./protocols/tls/key-log.ts";
import { TcpTracker } from "./tcp/tcp-tracker.ts";
import { type Anomaly, anomaly } from "./wire/anomaly.ts";
import { count } from "./wire/count.ts";
import { MAX_ADDRESSES, MAX_OTHER_KINDS } from "./wire/limits.ts";
import type { Emit } from "./wire/stage.ts";

export class VantagePoint {
  /** Packets per UDP port and per protocol that is neither TCP nor UDP, for the report of a capture that shows no HTTP. */
  readonly others = new Map<string, number>();
  readonly #addresses: AddressTable;
  readonly #emit: Emit<Observation | Anomaly>;
  readonly #tcp: TcpTracker;
  readonly #exports: ExportTap;
  readonly #keyLog: KeyLog;
  readonly #decoders = new Map<number, PacketDecoder>();
  readonly #datagrams: readonly { readonly protocol: DatagramProtocol; readonly reader: ReturnType<DatagramProtocol["open"]> }[];

  /** `keep`: lower-case names of the header fields whose values are kept. `keyLog`: of all vantage points. */
  constructor(index: number, keep: ReadonlySet<string>, emit: Emit<Observation | Anomaly>, keyLog: KeyLog) {
    this.#emit = emit;
    this.#keyLog = keyLog;
    this.#addresses = new AddressTable(() =>
      emit(anomaly("limit", `more than ${MAX_ADDRESSES} addresses; one that comes again later is taken for another`, { layer: "ip" })),
    );
    const exports = new ExportTap(emit);
    const take = (output: Observation | Anomaly) => {
      emit(output);
      if (output.kind === "http") exports.exchange(output);
    };
    const openBody = exports.openBody.bind(exports);
    const questions = new DnsExchanges("tcp", index, emit);
    const options = { protocols: streamProtocols, keep, emit: take, budget: new KeptBytes(), questions, openBody, keyLog };
    this.#exports = exports;
    this.#tcp = new TcpTracker(index, this.#addresses, (connection) => new StreamRecognizer(connection, options), emit);
    this.#datagrams = datagramProtocols.map((protocol) => ({ protocol, reader: protocol.open({ vantage: index, emit }) }));
  }

  /** A packet of the capture file with this index in the run. Borrowed. */
  push(capture: number, packet: Packet): void {
    let decoder = this.#decoders.get(capture);
    if (decoder === undefined) {
      decoder = new PacketDecoder(capture, this.#addresses, this.others, {
        transport: (decoded) => (decoded.transport === 6 ? this.#tcp.push(decoded) : this.#datagram(decoded)),
        anomaly: this.#emit,
      });
      this.#decoders.set(capture, decoder);
    }
    decoder.push(packet);
  }

  end(): void {
    this.#tcp.end();
    this.#keyLog.end();
    this.#exports.end();
    for (const { reader } of this.#datagrams) reader.end();
  }

  #datagram(packet: DecodedPacket): void {
    const port = Math.min(packet.sourcePort, packet.destinationPort);
    const what = port === 443 && isQuic(packet) ? "QUIC" : `UDP port ${port}`;
    if (this.others.has(what) || this.others.size < MAX_OTHER_KINDS) count(this.others, what);
    this.#readerOf(packet)?.push({
      source: { address: this.#addresses.name(packet.source), port: packet.sourcePort },
      destination: { address: this.#addresses.name(packet.destination), port: packet.destinationPort },
      bytes: packet.bytes.subarray(packet.payloadStart, packet.payloadEnd),
      isWhole: packet.payloadLength <= packet.payloadEnd - packet.payloadStart,
      at: packet.timestamp,
      packet: { capture: packet.capture, number: packet.number },
    });
  }

  #readerOf({ sourcePort, destinationPort, bytes, payloadStart, payloadEnd }: DecodedPacket) {
    for (const { protocol, reader } of this.#datagrams) {
      if (protocol.ports.includes(destinationPort) || protocol.ports.includes(sourcePort)) return reader;
      if (protocol.recognizes(bytes, payloadStart, payloadEnd)) return reader;
    }
    return undefined;
  }
}

/** The fixed bit of every QUIC packet (RFC 9000 §17.2, §17.3). */
function isQuic(packet: DecodedPacket): boolean {
  return packet.payloadEnd > packet.payloadStart && (packet.bytes[packet.payloadStart]! & 0x40) !== 0;
}
