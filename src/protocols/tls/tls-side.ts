// One direction of a TLS connection: its records, its handshake messages, its keys.

import type { Segment } from "../../tcp/stream-sink.ts";
import type { Side } from "../../wire/endpoint.ts";
import type { KeptBytes } from "../kept-bytes.ts";
import { HandshakeReader } from "./handshake-reader.ts";
import type { TlsRecord } from "./record.ts";
import type { RecordOpener } from "./record-opener.ts";
import { RecordReader } from "./record-reader.ts";

/** What a connection does with what its directions find. See `RecordEvents` and `OnMessage`. */
export interface SideEvents {
  wants(side: TlsSide, type: number): boolean;
  record(side: TlsSide, record: TlsRecord): void;
  passed(side: TlsSide, type: number, length: number, segment: Segment): void;
  lost(side: TlsSide, segment: Segment): void;
  notRecord(side: TlsSide, bytes: Uint8Array, start: number, end: number, segment: Segment): void;
  take(side: TlsSide, record: TlsRecord): "yes" | "no" | "give up";
  message(side: TlsSide, type: number, bytes: Uint8Array, start: number, end: number): void;
}

export class TlsSide {
  readonly from: Side;
  readonly records: RecordReader;
  readonly messages: HandshakeReader;
  opener: RecordOpener | undefined;
  /** Up to TLS 1.2: ChangeCipherSpec was sent, and all that follows is protected. */
  isProtected = false;
  /** Position behind the last record that was read; -1 before the first. */
  readUntil = -1;
  recordsSeen = 0;
  /** Bytes of this direction are missing. */
  hasGap = false;
  /** Protected records that went by before there were keys, behind those that are held. */
  unheld = 0;
  /** Records that no key opened. */
  unopened = 0;

  constructor(from: Side, events: SideEvents, budget: KeptBytes) {
    this.from = from;
    this.messages = new HandshakeReader(budget, (type, bytes, start, end) => events.message(this, type, bytes, start, end));
    this.records = new RecordReader(
      {
        wants: (type) => events.wants(this, type),
        record: (record) => events.record(this, record),
        passed: (type, length, segment) => events.passed(this, type, length, segment),
        lost: (segment) => events.lost(this, segment),
        notRecord: (bytes, start, end, segment) => events.notRecord(this, bytes, start, end, segment),
        take: (record) => events.take(this, record),
      },
      budget,
    );
  }
}
