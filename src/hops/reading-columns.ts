// What the fields of each exchange say about traces. One plain `traceparent`, the usual case, is kept as numbers and written out again when
// somebody asks; of anything else the fields are kept as they stood on the wire, and read again.

import { isNamed } from "../propagation/field-lines.ts";
import type { FormatSet } from "../propagation/format-set.ts";
import { FLAG_SAMPLED, KNOWN_FLAGS, TRACE_PARENT_HEADER } from "../propagation/w3c.ts";
import { FIRST_ROWS, grown, Interned, keepEntries, keepRows } from "../wire/columns.ts";
import type { Field } from "../wire/field.ts";
import type { ContextReading } from "./hop.ts";
import { IdentityColumns } from "./identity-columns.ts";
import { readContexts, readingOfTraceparent, responseIdentity, type SortedFields } from "./read-contexts.ts";
import type { TextBudget } from "./text-budget.ts";

/** Readings that were made last: a rule asks for the same few again and again, and for a hop's parent, which mostly came shortly before. */
const CACHED = 1_024;

const NO_FIELDS: readonly Field[] = [];
/** `kind` of an exchange without any trace field. */
const NONE = 0;
/** `kind` of an exchange whose fields are kept; above it, those with one plain `traceparent`: the number of its spelling plus `PLAIN`. */
const KEPT = 1;
const PLAIN = 2;
const MAX_SPELLINGS = 200;
/** A `traceparent` as any, to see who reads it. */
const EXAMPLE: Field = { name: TRACE_PARENT_HEADER, value: `00-${"1".repeat(32)}-${"1".repeat(16)}-01` };

export class ReadingColumns {
  size = 0;
  readonly identities = new IdentityColumns();
  readonly #formats: FormatSet;
  /** No format that the user added reads `traceparent` as well. */
  readonly #isW3cAlone: boolean;
  /** Where the identities of a row begin; those of the next row end them. */
  #first = new Uint32Array(FIRST_ROWS + 1);
  #kind = new Uint8Array(FIRST_ROWS);
  /** Of a plain `traceparent`: trace-flags. */
  #flags = new Uint8Array(FIRST_ROWS);
  readonly #spellings = new Interned<string>();
  readonly #fields = new Map<number, readonly Field[]>();
  readonly #requestIds = new Map<number, string>();
  readonly #responses = new Map<number, NonNullable<ContextReading["response"]>>();
  readonly #cachedRows = new Int32Array(CACHED).fill(-1);
  readonly #cached: ContextReading[] = [];

  constructor(formats: FormatSet) {
    this.#formats = formats;
    this.#isW3cAlone = formats.extractAll([EXAMPLE]).length === 1;
  }

  /** Of every format that any exchange had, the field that carries its trace id, in lower case. */
  get traceIdFields(): readonly string[] {
    const seen = new Set(this.identities.formatNames);
    return this.#formats.formats.flatMap(({ name, fields: [first] }) => (seen.has(name) && first !== undefined ? [first] : []));
  }

  /** The next row. `answer`: the fields of the response. False where its trace fields are beyond the budget, and not kept. */
  add({ trace, requestId }: SortedFields, answer: readonly Field[], text: TextBudget): boolean {
    if (this.size === this.#kind.length) this.#grow();
    const row = this.size++;
    if (requestId !== undefined) this.#requestIds.set(row, requestId);
    const response = answer.length === 0 ? undefined : responseIdentity(answer);
    if (response !== undefined) this.#responses.set(row, response);
    const isKept = this.#addTrace(row, trace, text);
    this.#first[row + 1] = this.identities.size;
    return isKept;
  }

  /** Index of the first identity of a row. */
  first(row: number): number {
    return this.#first[row]!;
  }

  /** Index behind the last identity of a row. */
  end(row: number): number {
    return this.#first[row + 1]!;
  }

  hasContext(row: number): boolean {
    return this.#first[row + 1]! > this.#first[row]!;
  }

  /** It has contexts, and none of them is sampled: no backend has a span of it, by right. */
  isUnsampled(row: number): boolean {
    for (let i = this.first(row); i < this.end(row); i++) if (!this.identities.isUnsampled(i)) return false;
    return this.hasContext(row);
  }

  /** Every valid trace id that the request names, in the order of preference of their formats. */
  traceIds(row: number): string[] {
    const ids: string[] = [];
    for (let i = this.first(row); i < this.end(row); i++) ids.push(this.identities.traceId(i));
    return ids;
  }

  /** Nothing but one valid `traceparent` of version 00. */
  isPlain(row: number): boolean {
    return this.#kind[row]! >= PLAIN;
  }

  /** Of a plain one: trace-flags. */
  flagsOf(row: number): number {
    return this.#flags[row]!;
  }

  hasFields(row: number): boolean {
    return this.#kind[row] !== NONE;
  }

  /** The first trace field that names a trace, as it was spelt; "" without one. */
  spelling(row: number): string {
    const kind = this.#kind[row]!;
    if (kind >= PLAIN) return this.#spellings.values[kind - PLAIN]!;
    const fields = kind === NONE ? NO_FIELDS : (this.#fields.get(row) ?? NO_FIELDS);
    return fields.find(({ name }) => !/^(tracestate|baggage)$/i.test(name))?.name ?? "";
  }

  get hasRequestIds(): boolean {
    return this.#requestIds.size > 0;
  }

  requestId(row: number): string | undefined {
    return this.#requestIds.size === 0 ? undefined : this.#requestIds.get(row);
  }

  /** Whether any answer names a span. */
  get hasResponses(): boolean {
    return this.#responses.size > 0;
  }

  response(row: number): ContextReading["response"] {
    return this.#responses.size === 0 ? undefined : this.#responses.get(row);
  }

  *answeredTraceIds(): Iterable<string> {
    for (const { traceId } of this.#responses.values()) yield traceId;
  }

  at(row: number): ContextReading {
    const slot = row % CACHED;
    if (this.#cachedRows[slot] === row) return this.#cached[slot]!;
    const reading = this.#read(row);
    this.#cachedRows[slot] = row;
    this.#cached[slot] = reading;
    return reading;
  }

  /** Keeps these rows, in their order. */
  keep(rows: Uint32Array): void {
    const { size } = this;
    const kept: number[] = [];
    for (let row = 0; row < rows.length; row++) {
      const end = this.#first[rows[row]! + 1]!;
      for (let identity = this.#first[rows[row]!]!; identity < end; identity++) kept.push(identity);
      // What was there is not asked for again: it belongs to this row or to one before.
      this.#first[row + 1] = kept.length;
    }
    this.identities.keep(Uint32Array.from(kept));
    keepRows(this.#kind, rows, size);
    keepRows(this.#flags, rows, size);
    for (const byRow of [this.#fields, this.#requestIds, this.#responses]) keepEntries<unknown>(byRow, rows);
    this.#cachedRows.fill(-1);
    this.size = rows.length;
  }

  #addTrace(row: number, fields: readonly Field[], text: TextBudget): boolean {
    const field = fields[0];
    if (field === undefined) return true;
    if (fields.length === 1 && isNamed(field, TRACE_PARENT_HEADER)) {
      const spelling = this.#spellings.number(field.name);
      const flags = spelling < MAX_SPELLINGS ? this.identities.addTraceparent(field) : -1;
      if (flags >= 0) {
        this.#kind[row] = PLAIN + spelling;
        this.#flags[row] = flags;
        return true;
      }
    }
    // Fields of their own: those of an exchange are borrowed.
    const kept = fields.map(({ name, value }) => ({ name, value }));
    if (!text.takesFields(kept)) return false;
    this.#kind[row] = KEPT;
    this.#fields.set(row, kept);
    for (const identity of readContexts(kept, undefined, undefined, this.#formats).identities) this.identities.add(identity);
    return true;
  }

  #read(row: number): ContextReading {
    const kind = this.#kind[row]!;
    const requestId = this.requestId(row);
    const response = this.response(row);
    if (kind < PLAIN) return readContexts(this.#fields.get(row) ?? NO_FIELDS, requestId, response, this.#formats);
    const at = this.#first[row]!;
    const traceId = this.identities.traceId(at);
    const spanId = this.identities.spanId(at);
    const flags = this.#flags[row]!;
    const value = `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, "0")}`;
    const field = { name: this.#spellings.values[kind - PLAIN]!, value };
    if (!this.#isW3cAlone || flags > KNOWN_FLAGS) return readContexts([field], requestId, response, this.#formats);
    return readingOfTraceparent(field, { traceId, spanId, sampled: (flags & FLAG_SAMPLED) !== 0, flags }, requestId, response);
  }

  #grow(): void {
    const capacity = this.#kind.length * 2;
    this.#first = grown(this.#first, capacity + 1);
    this.#kind = grown(this.#kind, capacity);
    this.#flags = grown(this.#flags, capacity);
  }
}
