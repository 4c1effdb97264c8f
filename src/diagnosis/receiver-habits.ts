// What a workload was seen to read and to write in all exchanges together: by this one ignored exchange is judged.

import { isFieldOf, propagationFormats } from "../propagation/registry.ts";
import { count } from "../wire/count.ts";
import type { Field } from "../wire/field.ts";
import { MAX_SPELLINGS_OF_ONE } from "../wire/limits.ts";
import { only } from "../wire/only.ts";

export interface ReceiverHabits {
  /** Formats that it was seen to take a trace from, or to send. */
  readonly formats: Set<string>;
  /** Spellings of field names whose context it took, with how often. */
  readonly joined: Map<string, number>;
  /** The same of those whose context it did not take. */
  readonly ignored: Map<string, number>;
  /** It has CLIENT spans, and nothing went out with any of them. */
  isSilent: boolean;
}

export class HabitsTable {
  readonly #byWorkload = new Map<number, ReceiverHabits>();
  readonly #injects = new Set<number>();

  of(workload: number): ReceiverHabits {
    const known = this.#byWorkload.get(workload);
    if (known !== undefined) return known;
    const made: ReceiverHabits = { formats: new Set(), joined: new Map(), ignored: new Map(), isSilent: false };
    this.#byWorkload.set(workload, made);
    return made;
  }

  /** An exchange came in as `format`, and the SERVER span lies in its trace, or not. */
  received(workload: number, format: string, fields: readonly Field[], isJoined: boolean): void {
    const habits = this.of(workload);
    if (isJoined) habits.formats.add(format);
    const name = fieldOfFormat(format, fields)?.name;
    if (name === undefined) return;
    const names = isJoined ? habits.joined : habits.ignored;
    if (names.size < MAX_SPELLINGS_OF_ONE || names.has(name)) count(names, name);
  }

  /** It sent a context of its own making. */
  sent(workload: number, format: string): void {
    const habits = this.of(workload);
    habits.formats.add(format);
    habits.isSilent = false;
    this.#injects.add(workload);
  }

  /** It has a CLIENT span of an exchange that carried nothing. */
  sentNothing(workload: number): void {
    if (!this.#injects.has(workload)) this.of(workload).isSilent = true;
  }
}

/** The field that a format's trace id came in. */
export function fieldOfFormat(format: string, fields: readonly Field[]): Field | undefined {
  const wanted = leadingFields.get(format);
  // A house-made format has one field; which of several is its, is not known here.
  if (wanted === undefined) return only(fields.filter(({ name }) => isFieldOf(format, name)));
  return fields.find(({ name }) => name.length === wanted.length && name.toLowerCase() === wanted);
}

const leadingFields = new Map(propagationFormats.map(({ name, fields: [first] }) => [name, first]));
