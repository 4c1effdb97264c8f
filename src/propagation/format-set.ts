// The formats that a run reads: the fields they need, and the one loop over them.

import type { Field } from "../wire/field.ts";
import { MAX_FIELD_SPELLINGS } from "../wire/limits.ts";
import { remembered } from "../wire/remembered.ts";
import { baggageFieldNames } from "./baggage-fields.ts";
import { equalsIgnoringCase } from "./field-lines.ts";
import type { Extraction, PropagationFormat } from "./format.ts";

/** A set of formats is a bit mask of a small integer. */
export const MAX_FORMATS = 31;

interface Readers {
  readonly name: string;
  /** Bit i: `formats[i]` reads the field. */
  readonly formats: number;
}

export class FormatSet {
  /** In order of preference. */
  readonly formats: readonly PropagationFormat[];
  /** Lower-case names of the request fields whose values are read, and which therefore must be kept; one that ends in `*` is a prefix. */
  readonly fieldNames: ReadonlySet<string>;
  /** By the length of the name: telling by length needs no lower-cased copy of names that nobody reads. */
  readonly #readersByLength: readonly (readonly Readers[])[];
  /** Whether a format, or baggage, is read from a field of this name in any case. */
  readonly isTraceField: (name: string) => boolean;

  /** At most `MAX_FORMATS`. */
  constructor(formats: readonly PropagationFormat[]) {
    this.formats = formats;
    this.fieldNames = new Set([...formats.flatMap((format) => format.fields), ...baggageFieldNames]);
    this.#readersByLength = indexByLength(formats);
    const prefixes = [...this.fieldNames].filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));
    this.isTraceField = remembered((name) => {
      const lower = name.toLowerCase();
      return this.fieldNames.has(lower) || prefixes.some((prefix) => lower.startsWith(prefix));
    }, MAX_FIELD_SPELLINGS);
  }

  /** Every format's answer, valid or not, in order of preference. `fields` may hold others, in any case and in wire order. */
  extractAll(fields: readonly Field[]): Extraction[] {
    const extractions: Extraction[] = [];
    let found = 0;
    let isEach = true;
    for (const field of fields) {
      const readers = this.#readersOf(field.name);
      found |= readers;
      isEach &&= readers !== 0;
    }
    for (let i = 0; found >>> i !== 0; i++) {
      const bit = 1 << i;
      if ((found & bit) === 0) continue;
      // One format and nothing else is the usual case, and needs no copy.
      const own = isEach && found === bit ? fields : fields.filter((field) => (this.#readersOf(field.name) & bit) !== 0);
      const extraction = this.formats[i]!.extract(own);
      if (extraction !== undefined) extractions.push(extraction);
    }
    return extractions;
  }

  /** Whether the field carries the ids of this format: vendor state beside them does not make a value invalid. */
  carriesIds(format: string, fieldName: string): boolean {
    const lower = fieldName.toLowerCase();
    const known = this.formats.find(({ name }) => name === format);
    return known?.fields.includes(lower) === true && known.state?.includes(lower) !== true;
  }

  /** The formats that read a field of this name. */
  #readersOf(name: string): number {
    const candidates = this.#readersByLength[name.length];
    if (candidates === undefined || candidates.length === 0) return 0;
    for (const candidate of candidates) if (candidate.name === name || equalsIgnoringCase(name, candidate.name)) return candidate.formats;
    return 0;
  }
}

function indexByLength(formats: readonly PropagationFormat[]): Readers[][] {
  const names = [...new Set(formats.flatMap((format) => format.fields))];
  const longest = names.reduce((most, { length }) => Math.max(most, length), 0);
  const index: Readers[][] = Array.from({ length: longest + 1 }, () => []);
  for (const name of names) {
    const mask = formats.reduce((sum, format, i) => (format.fields.includes(name) ? sum | (1 << i) : sum), 0);
    index[name.length]!.push({ name, formats: mask });
  }
  return index;
}
