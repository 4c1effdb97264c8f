// How readers of B3 differ. Ids of 64 and of 128 bits all of them take.

import { isHex, isZeros } from "../../propagation/hex.ts";
import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../../wire/id-digits.ts";
import { type Answer, JOINS, type Lines, type Reader, rejects } from "./receiver.ts";

/** What a reader makes of values that are not plain ones. Without any of these it is as strict as a reader can be. */
export interface B3Habits {
  /** It does not know the single field. */
  readonly isMultiOnly?: boolean;
  readonly takesUpperCase?: "multi" | "both";
  /** It takes ids of fewer digits in fields of their own, as if zeros stood before them. */
  readonly takesShortTraceId?: boolean;
  readonly takesShortSpanId?: boolean;
  readonly takesZeroSpanId?: boolean;
  /** It takes an empty or an unreadable parent for none. */
  readonly takesEmptyParent?: boolean;
  readonly takesBadParent?: boolean;
  /** It takes any sampling state. */
  readonly takesAnyState?: "multi" | "single" | "both";
  /** Of several lines the first counts; else a comma joins them into one value. */
  readonly takesFirstLine?: boolean;
  /** It takes the other fields where the single one is bad. */
  readonly fallsBack?: boolean;
}

const SINGLE = "b3";
const TRACE_ID = "x-b3-traceid";
const SPAN_ID = "x-b3-spanid";
const PARENT_ID = "x-b3-parentspanid";
const SAMPLED = "x-b3-sampled";
const STATES: ReadonlySet<string> = new Set(["1", "0", "true", "false"]);
const STATES_OF_ONE_FIELD: ReadonlySet<string> = new Set(["1", "0", "d"]);

/** Two readers: of the single field, and of the field per item. */
export function b3Readers(habits: B3Habits): Reader[] {
  const multi: Reader = { format: "b3multi", answer: (lines) => readMulti(lines, habits) };
  const single: Reader = {
    format: "b3",
    answer(lines) {
      const answer = readSingle(lines, habits);
      return answer?.joins === false && habits.fallsBack === true && readMulti(lines, habits)?.joins === true ? JOINS : answer;
    },
  };
  return habits.isMultiOnly === true ? [multi] : [single, multi];
}

function readMulti(lines: Lines, habits: B3Habits): Answer | undefined {
  const traceId = valueIn(lines(TRACE_ID), habits);
  const spanId = valueIn(lines(SPAN_ID), habits);
  if (traceId === undefined && spanId === undefined) return undefined;
  if (traceId === undefined || spanId === undefined) return rejects("one of X-B3-TraceId and X-B3-SpanId is missing");
  const why = whyIds(traceId, spanId, habits, habits.takesUpperCase !== undefined);
  if (why !== undefined) return rejects(why);
  const parent = valueIn(lines(PARENT_ID), habits);
  if (parent === "" && habits.takesEmptyParent !== true) return rejects("X-B3-ParentSpanId is empty");
  if (parent !== undefined && parent !== "" && habits.takesBadParent !== true && !isHexId(parent, habits.takesUpperCase !== undefined))
    return rejects("X-B3-ParentSpanId is no hexadecimal id");
  const state = valueIn(lines(SAMPLED), habits);
  const takesAny = habits.takesAnyState === "multi" || habits.takesAnyState === "both";
  if (state !== undefined && !STATES.has(state) && !takesAny) return rejects("X-B3-Sampled is neither 1 nor 0");
  return JOINS;
}

function readSingle(lines: Lines, habits: B3Habits): Answer | undefined {
  const value = valueIn(lines(SINGLE), habits);
  if (value === undefined || STATES_OF_ONE_FIELD.has(value)) return undefined;
  const [traceId = "", spanId = "", state, parent, ...more] = value.split("-", 6);
  const isLower = habits.takesUpperCase !== "both";
  const why = whyIds(traceId, spanId, { ...habits, takesShortTraceId: false, takesShortSpanId: false }, !isLower);
  if (why !== undefined) return rejects(why);
  const takesAny = habits.takesAnyState === "single" || habits.takesAnyState === "both";
  if (state !== undefined && !STATES_OF_ONE_FIELD.has(state) && !takesAny) return rejects("the sampling state is none of 1, 0 and d");
  if (parent !== undefined && habits.takesBadParent !== true && !(parent.length === SPAN_ID_DIGITS && isHexId(parent, !isLower)))
    return rejects("the parent id was cut");
  return more.length === 0 ? JOINS : rejects("more than four parts stand in b3");
}

function valueIn(values: readonly string[], { takesFirstLine }: B3Habits): string | undefined {
  if (values.length === 0) return undefined;
  return takesFirstLine === true ? values[0] : values.join(", ");
}

function whyIds(traceId: string, spanId: string, habits: B3Habits, takesUpper: boolean): string | undefined {
  if (traceId.includes(",") || spanId.includes(",")) return "two values stand in one line";
  if (!isHexId(traceId, takesUpper) || !isHexId(spanId, takesUpper))
    return isHexId(traceId, true) && isHexId(spanId, true) ? "hex digits are in upper case" : "an id is not hexadecimal";
  if (traceId.length > TRACE_ID_DIGITS || spanId.length > SPAN_ID_DIGITS) return "an id is too long";
  if (traceId.length !== TRACE_ID_DIGITS && traceId.length !== SPAN_ID_DIGITS && habits.takesShortTraceId !== true)
    return `the trace id has ${traceId.length} digits`;
  if (spanId.length !== SPAN_ID_DIGITS && habits.takesShortSpanId !== true) return `the span id has ${spanId.length} digits`;
  if (isZeros(traceId, 0, traceId.length) || (isZeros(spanId, 0, spanId.length) && habits.takesZeroSpanId !== true))
    return "an id is all zeros";
  return undefined;
}

function isHexId(text: string, takesUpper: boolean): boolean {
  return isHex(text) && (takesUpper || !/[A-F]/.test(text));
}
