import type { Anomaly } from "../wire/anomaly.ts";
import type { Stage } from "../wire/stage.ts";
import type { Timestamp } from "../wire/timestamp.ts";

/** One record of a capture. The reader hands out one object again and again: it and its bytes are borrowed until `packet()` returns. */
export interface Packet {
  /** Wireshark's frame number, from 1 in each file. */
  number: number;
  timestamp: Timestamp;
  /** LINKTYPE_ value of the tcpdump registry. */
  linkType: number;
  /** Interface index in the file; 0 in classic pcap. */
  interface: number;
  /** The captured bytes are `bytes[start..end)`. */
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Bytes that the packet had on the wire; more than were captured when the snap length cut it. */
  originalLength: number;
}

/** The secrets type of a TLS key log (draft-ietf-opsawg-pcapng §4.7). */
export const TLS_KEY_LOG = 0x544c534b;

/** What a capture says. `packet` is called in the order of the file. */
export interface CaptureSink {
  packet(packet: Packet): void;
  anomaly(anomaly: Anomaly): void;
  /** A name resolution block: who has this address (pcapng §4.5). */
  name(address: string, name: string): void;
  /**
   * A decryption secrets block: its type and bytes, borrowed (pcapng §4.7). A section's comment comes as a TLS key log (`isComment`): some are.
   */
  secrets(type: number, bytes: Uint8Array, isComment?: boolean): void;
  /** Packets that the capturing program says it dropped (pcapng isb_ifdrop, isb_osdrop), in total for one interface. */
  lost(count: number, interfaceIndex: number): void;
}

/** An interface as its file describes it; classic pcap has one, without a name. */
export interface InterfaceDescription {
  readonly name: string;
  /** LINKTYPE_ value. */
  readonly linkType: number;
  /** 0: packets were not cut. */
  readonly snapLength: number;
  /** The byte of if_tsresol: 10^-n s, or 2^-n s when its highest bit is set (draft-ietf-opsawg-pcapng §4.2). */
  readonly resolution: number;
  /** if_tsoffset, seconds. */
  readonly offset: number;
}

export interface CaptureReader extends Stage<Uint8Array> {
  /** What the file is, once its header was read: `pcap (nanoseconds, big-endian)`. */
  describe(): string;
  /** While a packet is handed on: the interface that it is from, always the same object. */
  interfaceOf(packet: Packet): InterfaceDescription;
  /** While a packet is handed on: its time as the file has it, in ticks of its interface; undefined where its record has none. */
  ticksOf(packet: Packet): bigint | undefined;
}

/** A capture format. Contract: any bytes give packets and anomalies, never an exception; any pieces give the same output. */
export interface CaptureFormat {
  readonly name: string;
  /** Bytes that `recognize` may need to decide. */
  readonly magicLength: number;
  /** Whether a file that starts so is of this format. `start` holds `magicLength` bytes or the whole file. */
  recognize(start: Uint8Array): boolean;
  open(sink: CaptureSink): CaptureReader;
}
