// How readers of `uber-trace-id` differ. Ids without their leading zeros all of them take.

import { isHex, isZeros } from "../../propagation/hex.ts";
import { TRACE_ID_DIGITS } from "../../wire/id-digits.ts";
import { JOINS, type Reader, rejects } from "./receiver.ts";

/** What a reader makes of values that are not plain ones. Without any of these it is as strict as a reader can be. */
export interface UberHabits {
  /** It decodes `%3A`, which some clients write for a colon. */
  readonly decodes?: boolean;
  readonly takesUpperCase?: boolean;
  /** It takes an empty or an unreadable parent for none. */
  readonly takesAnyParent?: boolean;
  /** It takes a span id of zeros, and trace ids of more than 32 digits. */
  readonly takesAnyId?: boolean;
  /** Flags of more than two digits. */
  readonly takesLongFlags?: boolean;
  /** Of several lines the first counts; else a comma joins them into one value. */
  readonly takesFirstLine?: boolean;
}

const UBER_TRACE_ID = "uber-trace-id";
const PARTS = 4;

export function uberReader(habits: UberHabits): Reader {
  return {
    format: "jaeger",
    answer(lines) {
      const values = lines(UBER_TRACE_ID);
      if (values.length === 0) return undefined;
      if (values.length > 1 && habits.takesFirstLine !== true) return rejects("there are two lines, which its server joins into one value");
      const why = whyRejected(values[0] ?? "", habits);
      return why === undefined ? JOINS : rejects(why);
    },
  };
}

function whyRejected(raw: string, habits: UberHabits): string | undefined {
  if (raw.includes(",")) return "two values stand in one line";
  if (/%3a/i.test(raw) && habits.decodes !== true) return "the value is URL-encoded (%3A for a colon), and it does not decode it";
  const parts = raw.replaceAll(/%3a/gi, ":").split(":", PARTS + 1);
  const [traceId = "", spanId = "", parent = "", flags = ""] = parts;
  if (parts.length !== PARTS) return "it has not four parts";
  if (!isHex(traceId) || !isHex(spanId) || !isHex(flags)) return "a part is not hexadecimal";
  if (habits.takesUpperCase !== true && /[A-F]/.test(traceId + spanId)) return "hex digits are in upper case";
  if (isZeros(traceId, 0, traceId.length) || (isZeros(spanId, 0, spanId.length) && habits.takesAnyId !== true)) return "an id is all zeros";
  if (traceId.length > TRACE_ID_DIGITS && habits.takesAnyId !== true) return "the trace id is too long";
  if (habits.takesAnyParent !== true && !isHex(parent))
    return parent === "" ? "the parent id is empty" : "the parent id is not hexadecimal";
  if (flags.length > 2 && habits.takesLongFlags !== true) return "the flags have more than two digits";
  return undefined;
}
