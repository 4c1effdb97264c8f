// The propagation formats that are read, and the one loop over them.

import type { Field } from "../wire/field.ts";
import { b3Multi } from "./b3-multi.ts";
import { b3Single } from "./b3-single.ts";
import { BAGGAGE_HEADER } from "./baggage.ts";
import { equalsIgnoringCase } from "./field-lines.ts";
import type { Extraction, PropagationFormat } from "./format.ts";
import { jaeger } from "./jaeger.ts";
import { w3c } from "./w3c.ts";

/**
 * In order of preference: a hop's `context` is the first of these that is valid. W3C is what OpenTelemetry puts first; "the
 * single-header variant takes precedence over the multiple header one" (B3). At most 31, since a set of them is a bit mask.
 */
export const propagationFormats: readonly PropagationFormat[] = [w3c, b3Single, b3Multi, jaeger];

/** Lower-case names of the request fields whose values this folder reads, and which therefore must be kept. */
export const traceFieldNames: ReadonlySet<string> = new Set([...propagationFormats.flatMap((format) => format.fields), BAGGAGE_HEADER]);

/** Every format's answer, valid or not, in the order of the registry. `fields` may hold others, in any case and in wire order. */
export function extractAll(fields: readonly Field[]): Extraction[] {
  const extractions: Extraction[] = [];
  let found = 0;
  let isEach = true;
  for (const field of fields) {
    const readers = readersOf(field.name);
    found |= readers;
    isEach &&= readers !== 0;
  }
  for (let i = 0; found >>> i !== 0; i++) {
    const bit = 1 << i;
    if ((found & bit) === 0) continue;
    // One format and nothing else is the usual case, and needs no copy.
    const own = isEach && found === bit ? fields : fieldsOf(bit, fields);
    const extraction = propagationFormats[i]!.extract(own);
    if (extraction !== undefined) extractions.push(extraction);
  }
  return extractions;
}

function fieldsOf(formats: number, fields: readonly Field[]): Field[] {
  return fields.filter((field) => (readersOf(field.name) & formats) !== 0);
}

interface Readers {
  readonly name: string;
  /** Bit i: `propagationFormats[i]` reads the field. */
  readonly formats: number;
}

/** By the length of the name: telling by length needs no lower-cased copy of names that nobody reads. */
const READERS_BY_LENGTH: readonly (readonly Readers[])[] = indexByLength();

function indexByLength(): Readers[][] {
  const names = [...new Set(propagationFormats.flatMap((format) => format.fields))];
  const index: Readers[][] = Array.from({ length: Math.max(...names.map((name) => name.length)) + 1 }, () => []);
  for (const name of names) {
    const formats = propagationFormats.reduce((mask, format, i) => (format.fields.includes(name) ? mask | (1 << i) : mask), 0);
    index[name.length]!.push({ name, formats });
  }
  return index;
}

/** The formats that read a field of this name. */
function readersOf(name: string): number {
  const candidates = READERS_BY_LENGTH[name.length];
  if (candidates === undefined || candidates.length === 0) return 0;
  for (const candidate of candidates) if (candidate.name === name || equalsIgnoringCase(name, candidate.name)) return candidate.formats;
  return 0;
}
