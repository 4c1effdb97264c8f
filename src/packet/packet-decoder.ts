// Walks the headers of each packet, from the link type to TCP or UDP, by the keys that they return.

import type { Packet } from "../capture/packet.ts";
import { type Anomaly, anomaly } from "../wire/anomaly.ts";
import { ByteReader, LimitReached, Malformed, Truncated } from "../wire/byte-reader.ts";
import { count } from "../wire/count.ts";
import { MAX_HEADERS_PER_PACKET, MAX_OTHER_KINDS } from "../wire/limits.ts";
import type { Emit } from "../wire/stage.ts";
import type { AddressTable } from "./address-table.ts";
import { blankPacket, type DecodeContext, type DecodedPacket, type HeaderDecoder } from "./decoded-packet.ts";
import { FragmentTable } from "./fragments.ts";
import { describeKey, type HeaderKey, linkType, NO_HEADER } from "./key.ts";
import { headerDecoders } from "./registry.ts";
import { UsualPackets } from "./usual-packet.ts";

const decoders: ReadonlyMap<HeaderKey, HeaderDecoder> = new Map(headerDecoders.flatMap((d) => d.claims.map((key) => [key, d])));

export interface PacketSink {
  /** A packet with a TCP segment or UDP datagram; borrowed until it returns. */
  transport(packet: DecodedPacket): void;
  anomaly: Emit<Anomaly>;
}

export class PacketDecoder {
  /** What was on the wire and is neither TCP nor UDP: `ARP` → packets. */
  readonly #others: Map<string, number>;
  readonly #context: DecodeContext;
  readonly #sink: PacketSink;
  readonly #usual: UsualPackets;
  readonly #header = new ByteReader(new Uint8Array(0));
  readonly #decoded: DecodedPacket;
  /** By depth, the key that came last and its decoder: most packets of a capture have the same headers. */
  readonly #lastKeys: HeaderKey[] = new Array(MAX_HEADERS_PER_PACKET + 1).fill(NO_HEADER);
  readonly #lastDecoders: (HeaderDecoder | undefined)[] = new Array(MAX_HEADERS_PER_PACKET + 1).fill(undefined);

  constructor(capture: number, addresses: AddressTable, others: Map<string, number>, sink: PacketSink) {
    this.#others = others;
    this.#sink = sink;
    this.#usual = new UsualPackets(addresses);
    this.#context = { addresses, fragments: new FragmentTable() };
    this.#decoded = blankPacket(capture, this.#header.bytes);
  }

  push(packet: Packet): void {
    const decoded = this.#decoded;
    decoded.number = packet.number;
    decoded.timestamp = packet.timestamp;
    decoded.interface = packet.interface;
    if (this.#usual.read(packet, decoded)) {
      this.#sink.transport(decoded);
      return;
    }
    decoded.transport = 0;
    decoded.identification = 0;
    decoded.wireEnd = packet.start + packet.originalLength;
    const header = this.#header;
    header.reset(packet.bytes, packet.start, packet.end);
    const first = linkType(packet.linkType);
    let decoder = this.#decoderOf(first, 0);
    if (decoder === undefined) this.#count(`${describeKey(first)} (not read)`);
    for (let depth = 0; decoder !== undefined; depth++) {
      if (depth >= MAX_HEADERS_PER_PACKET) {
        this.#anomaly("limit", `more than ${MAX_HEADERS_PER_PACKET} headers`, decoder.name);
        return;
      }
      let key: HeaderKey;
      try {
        key = decoder.decode(header, decoded, this.#context);
      } catch (error) {
        this.#failed(error, decoder.name, packet);
        return;
      }
      if (key === NO_HEADER) break;
      decoder = this.#decoderOf(key, depth + 1);
      if (decoder === undefined && decoded.transport === 0) this.#count(describeKey(key));
    }
    if (decoded.transport !== 0) this.#sink.transport(decoded);
  }

  #decoderOf(key: HeaderKey, depth: number): HeaderDecoder | undefined {
    if (this.#lastKeys[depth] === key) return this.#lastDecoders[depth];
    const decoder = decoders.get(key);
    this.#lastKeys[depth] = key;
    this.#lastDecoders[depth] = decoder;
    return decoder;
  }

  #failed(error: unknown, layer: string, packet: Packet): void {
    if (error instanceof Truncated) {
      const cut =
        packet.originalLength > packet.end - packet.start ? "the snap length cut the header" : "the packet ends inside the header";
      this.#anomaly("truncated", `${cut} (${error.message})`, layer);
    } else if (error instanceof Malformed) this.#anomaly("malformed", error.message, layer);
    else if (error instanceof LimitReached) this.#anomaly("limit", error.message, layer);
    else throw error;
    // A tunnel that cannot be read is an ordinary datagram to its port.
    if (this.#decoded.transport === 17) this.#sink.transport(this.#decoded);
  }

  #anomaly(code: Anomaly["code"], message: string, layer: string): void {
    this.#sink.anomaly(anomaly(code, message, { layer, capture: this.#decoded.capture, packet: this.#decoded.number }));
  }

  #count(what: string): void {
    if (this.#others.has(what) || this.#others.size < MAX_OTHER_KINDS) count(this.#others, what);
  }
}
