// How readers of `traceparent` differ, and what all of them reject.

import type { Span } from "../../spans/span.ts";
import { type Answer, JOINS, type Reader, rejects } from "./receiver.ts";

/** What a reader makes of values that are not plain ones of version 00. Without any of these it follows the specification. */
export interface TraceparentHabits {
  /** Of several lines: the first counts, a comma joins them into one value, or there must be one. Undefined: not known. */
  readonly lines: "first" | "joined" | "one" | undefined;
  readonly takesUpperCase?: boolean;
  /** It rejects what is above. */
  readonly maxFlags?: number;
  /** It reads no other version, and nobody looks at what follows the flags. */
  readonly isOnlyVersion00?: boolean;
  /** It reads any version, of 55 characters exactly. */
  readonly is55Long?: boolean;
  /** Why flags that are within bounds are rejected by this release; undefined where they are not; "unknown" between the releases that were measured. */
  readonly flagsProblem?: (flags: number, span: Span | undefined) => string | undefined;
}

const TRACE_PARENT = "traceparent";
const LENGTH = 55;
/** version "-" trace-id "-" parent-id "-" trace-flags, and what a later version may add (Trace Context §3.2.2). */
const SHAPE = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/i;
const HIGHEST_FLAGS = 0xff;

export function traceparentReader(habits: TraceparentHabits): Reader {
  return {
    format: "w3c",
    answer(lines, span) {
      const values = lines(TRACE_PARENT);
      const [first = ""] = values;
      if (values.length === 0) return undefined;
      if (values.length > 1) {
        if (habits.lines === undefined) return undefined;
        if (habits.lines === "joined") return rejects("there are two lines, which its server joins into one value");
        if (habits.lines === "one") return rejects("there are two lines, and it takes one only");
      }
      const why = whyRejected(first, habits);
      return why === undefined ? byFlags(first, habits, span) : rejects(why);
    },
  };
}

function whyRejected(value: string, { takesUpperCase, isOnlyVersion00, is55Long }: TraceparentHabits): string | undefined {
  if (value.includes(",")) return "two values stand in one line";
  const parts = SHAPE.exec(value);
  if (parts === null) return "it is not 55 characters of the form 00-…-…-01";
  const [, version = "", traceId = "", parentId = "", , more] = parts;
  if (takesUpperCase !== true && /[A-F]/.test(value.slice(0, LENGTH))) return "hex digits are in upper case";
  if (is55Long === true && more !== undefined) return "it is longer than 55 characters";
  if (isOnlyVersion00 === true && version !== "00") return `it reads version 00 only, and this is ${version}`;
  if (is55Long !== true && version.toLowerCase() === "ff") return "version ff is forbidden";
  if (/^0+$/.test(traceId) || (/^0+$/.test(parentId) && isOnlyVersion00 !== true)) return "an id is all zeros";
  if (version === "00" && more !== undefined && isOnlyVersion00 !== true) return "version 00 has four fields, and there are more";
  return undefined;
}

function byFlags(value: string, { maxFlags = HIGHEST_FLAGS, flagsProblem }: TraceparentHabits, span: Span | undefined): Answer | undefined {
  const flags = Number.parseInt(SHAPE.exec(value)?.[4] ?? "", 16);
  if (flags > maxFlags) return rejects(`it rejects flags ${hexByte(maxFlags + 1)} to ff, and here they are ${hexByte(flags)}`);
  const problem = flagsProblem?.(flags, span);
  if (problem === undefined) return JOINS;
  return problem === "unknown" ? undefined : rejects(problem);
}

export function hexByte(value: number): string {
  return value.toString(16).padStart(2, "0");
}
