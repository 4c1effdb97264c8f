// Records that wait for their keys, in the order in which both sides sent them.

import type { Segment } from "../../tcp/stream-sink.ts";
import type { Side } from "../../wire/endpoint.ts";
import { MAX_HELD_RECORD_BYTES } from "../../wire/limits.ts";
import type { KeptBytes } from "../kept-bytes.ts";
import type { TlsRecord } from "./record.ts";

/** What a held record takes beside its bytes. */
const ENTRY_BYTES = 400;

/** A record, or what else happened to a direction meanwhile: a record passed unread, bytes were lost, its sender finished. */
export type Held = { readonly from: Side } & (
  | { readonly kind: "record"; readonly record: TlsRecord }
  | { readonly kind: "passed" | "lost"; readonly segment: Segment }
  | { readonly kind: "end" }
);

export class HeldRecords {
  readonly #budget: KeptBytes;
  #entries: Held[] = [];
  #bytes = 0;
  /** No room is left: what comes now is not kept, nor is anything after it. */
  isFull = false;

  constructor(budget: KeptBytes) {
    this.#budget = budget;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Copies a record. False when there is no room. */
  addRecord(from: Side, record: TlsRecord): boolean {
    const { bytes, start, end, first, last } = record;
    const before = end - start;
    if (!this.#take(before)) return false;
    const copy = { ...record, bytes: bytes.slice(start, end), start: 0, end: before, first: { ...first }, last: { ...last } };
    // Equal objects say that it lay in one packet.
    if (first === last) copy.last = copy.first;
    this.#entries.push({ kind: "record", from, record: copy });
    return true;
  }

  add(entry: Held): boolean {
    if (!this.#take(0)) return false;
    this.#entries.push(entry);
    return true;
  }

  /** Hands everything out; what is held meanwhile comes in a new list. */
  takeAll(): readonly Held[] {
    const all = this.#entries;
    this.clear();
    return all;
  }

  clear(): void {
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
    this.#entries = [];
  }

  #take(count: number): boolean {
    const size = count + ENTRY_BYTES;
    if (this.isFull || this.#bytes + size > MAX_HELD_RECORD_BYTES || !this.#budget.take(size)) {
      this.isFull = true;
      return false;
    }
    this.#bytes += size;
    return true;
  }
}
