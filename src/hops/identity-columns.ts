// Every valid trace id and span id on the wire, in the order in which the exchanges came: a run of numbers each.

import {
  FLAG_SAMPLED,
  FLAGS_START,
  PARENT_ID_END,
  PARENT_ID_START,
  TRACE_ID_END,
  TRACE_ID_START,
  TRACE_PARENT_LENGTH,
  VERSION_END,
} from "../propagation/w3c.ts";
import { ByteField } from "../wire/byte-field.ts";
import { FIRST_ROWS, grown, keepRows } from "../wire/columns.ts";
import type { Field } from "../wire/field.ts";
import type { PairTable } from "../wire/pair-table.ts";
import { hexOf, hexWord, readHexWords } from "./hex-words.ts";
import type { Identity } from "./hop.ts";
import { TraceIds } from "./trace-ids.ts";

const NOT_SAMPLED = 0;
const SAMPLED = 1;
const DEFERRED = 2;
const DECISIONS: readonly Identity["sampled"][] = [false, true, "deferred"];

const W3C = "w3c";
const ZERO = 48;
const HYPHEN = 45;
const scratch = new Uint8Array(TRACE_PARENT_LENGTH);
const traceWords = new Int32Array(4);
const spanWords = new Int32Array(2);
const flagsWord = new Int32Array(1);

export class IdentityColumns {
  size = 0;
  traceIds = new TraceIds();
  /** Number of the trace id. */
  trace = new Int32Array(FIRST_ROWS);
  /** Equal numbers mean the same decision. */
  decision = new Uint8Array(FIRST_ROWS);
  /** Two words each, the more significant first. */
  #span = new Int32Array(FIRST_ROWS * 2);
  /** Number of the format's name. */
  #format = new Uint8Array(FIRST_ROWS);
  readonly #formats: string[] = [];

  /** Names of the formats that any exchange had. */
  get formatNames(): readonly string[] {
    return this.#formats;
  }

  add({ format, traceId, spanId, sampled }: Identity): void {
    const decision = sampled === "deferred" ? DEFERRED : sampled ? SAMPLED : NOT_SAMPLED;
    this.#add(format, this.traceIds.number(traceId), hexWord(spanId, 0), hexWord(spanId, 8), decision);
  }

  /** A `traceparent` that is valid to the letter for version 00. Returns its trace-flags, or -1 where it is not, and nothing is added. */
  addTraceparent(field: Field): number {
    if (field instanceof ByteField) return this.#addTraceparent(field.bytes, field.start, field.end);
    const { value } = field;
    if (value.length !== TRACE_PARENT_LENGTH) return -1;
    for (let i = 0; i < TRACE_PARENT_LENGTH; i++) scratch[i] = value.charCodeAt(i) > 0x7f ? 0 : value.charCodeAt(i);
    return this.#addTraceparent(scratch, 0, TRACE_PARENT_LENGTH);
  }

  #addTraceparent(bytes: Uint8Array, start: number, end: number): number {
    if (end - start !== TRACE_PARENT_LENGTH || bytes[start] !== ZERO || bytes[start + 1] !== ZERO) return -1;
    if (bytes[start + VERSION_END] !== HYPHEN || bytes[start + TRACE_ID_END] !== HYPHEN || bytes[start + PARENT_ID_END] !== HYPHEN)
      return -1;
    const isHex =
      readHexWords(bytes, start + TRACE_ID_START, start + TRACE_ID_END, traceWords) &&
      readHexWords(bytes, start + PARENT_ID_START, start + PARENT_ID_END, spanWords) &&
      readHexWords(bytes, start + FLAGS_START, end, flagsWord);
    const a = traceWords[0]!;
    const b = traceWords[1]!;
    const c = traceWords[2]!;
    const d = traceWords[3]!;
    const high = spanWords[0]!;
    const low = spanWords[1]!;
    if (!isHex || (a | b | c | d) === 0 || (high | low) === 0) return -1;
    const flags = flagsWord[0]!;
    this.#add(W3C, this.traceIds.numberOf(a, b, c, d), high, low, flags & FLAG_SAMPLED);
    return flags;
  }

  at(index: number): Identity {
    return {
      format: this.format(index),
      traceId: this.traceId(index),
      spanId: this.spanId(index),
      sampled: DECISIONS[this.decision[index]!]!,
    };
  }

  /** Name of its format. */
  format(index: number): string {
    return this.#formats[this.#format[index]!]!;
  }

  traceId(index: number): string {
    return this.traceIds.text(this.trace[index]!);
  }

  spanId(index: number): string {
    return hexOf(this.#span, index * 2, 2);
  }

  isSampled(index: number): boolean {
    return this.decision[index] === SAMPLED;
  }

  isUnsampled(index: number): boolean {
    return this.decision[index] === NOT_SAMPLED;
  }

  /** Whether two of them name the same span of the same trace. */
  isSame(a: number, b: number): boolean {
    return this.trace[a] === this.trace[b] && this.isSameSpanId(a, b);
  }

  /** Whether its span id is a pair of this table, the more significant word first. */
  isSpanIdIn(index: number, pairs: PairTable): boolean {
    return pairs.get(this.#span[index * 2]!, this.#span[index * 2 + 1]!) >= 0;
  }

  isSameSpanId(a: number, b: number): boolean {
    return this.#span[a * 2 + 1] === this.#span[b * 2 + 1] && this.#span[a * 2] === this.#span[b * 2];
  }

  /** Keeps these of them, in their order; traces that none of them names are forgotten. */
  keep(kept: Uint32Array): void {
    const { size, traceIds: before } = this;
    const traceIds = new TraceIds();
    for (let i = 0; i < kept.length; i++) {
      const old = kept[i]!;
      this.trace[i] = traceIds.numberAs(before, this.trace[old]!);
      this.#span[i * 2] = this.#span[old * 2]!;
      this.#span[i * 2 + 1] = this.#span[old * 2 + 1]!;
    }
    keepRows(this.decision, kept, size);
    keepRows(this.#format, kept, size);
    this.traceIds = traceIds;
    this.size = kept.length;
  }

  #add(format: string, trace: number, high: number, low: number, decision: number): void {
    if (this.size === this.trace.length) this.#grow();
    const at = this.size++;
    this.trace[at] = trace;
    this.#span[at * 2] = high;
    this.#span[at * 2 + 1] = low;
    this.decision[at] = decision;
    this.#format[at] = this.#formatNumber(format);
  }

  #formatNumber(format: string): number {
    const known = this.#formats.indexOf(format);
    return known >= 0 ? known : this.#formats.push(format) - 1;
  }

  #grow(): void {
    const capacity = this.trace.length * 2;
    this.trace = grown(this.trace, capacity);
    this.decision = grown(this.decision, capacity);
    this.#span = grown(this.#span, capacity * 2);
    this.#format = grown(this.#format, capacity);
  }
}
