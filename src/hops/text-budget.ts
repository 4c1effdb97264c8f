// How much text the exchanges of a run may keep: paths and fields are as long as a sender likes.

import { KeptBytes } from "../protocols/kept-bytes.ts";
import type { Field } from "../wire/field.ts";
import { MAX_LONG_PATHS, MAX_TRACE_TEXT, MAX_USUAL_PATH } from "../wire/limits.ts";

const FIELDS_SPENT = `more than ${MAX_TRACE_TEXT} characters of trace fields; exchanges beyond them are taken for such whose head was not captured whole`;
const PATHS_SPENT = `more than ${MAX_LONG_PATHS} characters of long paths; those beyond them are cut to ${MAX_USUAL_PATH}`;

export class TextBudget {
  readonly #paths = new KeptBytes(MAX_LONG_PATHS);
  readonly #fields = new KeptBytes(MAX_TRACE_TEXT);
  readonly #onLimit: (message: string) => void;
  readonly #said = new Set<string>();

  /** `onLimit`: called once for each of them that is spent. */
  constructor(onLimit: (message: string) => void) {
    this.#onLimit = onLimit;
  }

  /** The path, cut where there is no room. */
  path(path: string): string {
    if (path.length <= MAX_USUAL_PATH || this.#paths.take(path.length)) return path;
    this.#say(PATHS_SPENT);
    // A slice would keep the whole string.
    return Buffer.from(path.slice(0, MAX_USUAL_PATH), "latin1").toString("latin1");
  }

  /** Whether there is room for fields as they stand. */
  takesFields(fields: readonly Field[]): boolean {
    let length = 0;
    for (const { name, value } of fields) length += name.length + value.length;
    if (this.#fields.take(length)) return true;
    this.#say(FIELDS_SPENT);
    return false;
  }

  #say(message: string): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    this.#onLimit(message);
  }
}
