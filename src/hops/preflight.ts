// CORS preflights: whether a browser may send the trace fields that it wants to send (Fetch standard §4.8, §4.10).

import { BAGGAGE_HEADER } from "../propagation/baggage.ts";
import { equalsIgnoringCase, isNamed } from "../propagation/field-lines.ts";
import type { FormatSet } from "../propagation/format-set.ts";
import type { HttpRequest, HttpResponse } from "../protocols/observation.ts";
import { keepEntries } from "../wire/columns.ts";
import type { Field } from "../wire/field.ts";

const REQUEST_HEADERS = "access-control-request-headers";
const ALLOW_HEADERS = "access-control-allow-headers";

/** Lower-case names of the fields that a preflight is read by. */
export const preflightFieldNames: readonly string[] = [REQUEST_HEADERS, ALLOW_HEADERS];

/** A preflight that asks for trace fields. */
export interface Preflight {
  /** Of those that it asks for, the ones that the answer does not allow, and which alone the browser is kept back by; empty where all are allowed. */
  readonly denied: readonly string[];
}

const MIN_OK = 200;
const MAX_OK = 299;
/** More names than any application asks for. */
const MAX_NAMES_IN_LINE = 100;

/** Those of an exchange table, by row. */
export class Preflights {
  readonly #formats: FormatSet;
  readonly #byRow = new Map<number, Preflight>();

  constructor(formats: FormatSet) {
    this.#formats = formats;
  }

  /** Whether none asks for trace fields. */
  get isEmpty(): boolean {
    return this.#byRow.size === 0;
  }

  add(row: number, request: HttpRequest, response: HttpResponse | undefined): void {
    const preflight = readPreflight(request, response, this.#formats);
    if (preflight !== undefined) this.#byRow.set(row, preflight);
  }

  keep(rows: Uint32Array): void {
    keepEntries(this.#byRow, rows);
  }

  of(row: number): { readonly preflight?: Preflight } {
    const preflight = this.#byRow.get(row);
    return preflight === undefined ? NONE : { preflight };
  }
}

const NONE = {};

/** Undefined where it asks for no trace field, or is not told: without a whole answer, where the answer refuses CORS altogether, or other fields too. */
export function readPreflight(
  request: HttpRequest | undefined,
  response: HttpResponse | undefined,
  formats: FormatSet,
): Preflight | undefined {
  if (request === undefined || response === undefined || !response.isHeadComplete || !request.isHeadComplete) return undefined;
  const asked = namesIn(request.fields, REQUEST_HEADERS);
  const isTraceField = (name: string) => formats.isTraceField(name) || equalsIgnoringCase(name, BAGGAGE_HEADER);
  if (!asked.some(isTraceField)) return undefined;
  const { status = 0 } = response;
  if (status < MIN_OK || status > MAX_OK) return undefined;
  const allowed = namesIn(response.fields, ALLOW_HEADERS);
  const denied = allowed.includes("*") ? [] : asked.filter((name) => !allowed.some((other) => other.toLowerCase() === name.toLowerCase()));
  return denied.every(isTraceField) ? { denied } : undefined;
}

function namesIn(fields: readonly Field[], name: string): string[] {
  return fields
    .filter((field) => isNamed(field, name))
    .flatMap(({ value }) => value.split(",", MAX_NAMES_IN_LINE))
    .map((one) => one.trim())
    .filter((one) => one !== "");
}
