// What readers lose of a `tracestate` while they join the trace.

import { isLevel1Key, parseTraceState } from "../../propagation/tracestate.ts";
import type { Lines } from "./receiver.ts";

/** What a reader does with lists that break the specification, or that it allows. Without any of these it keeps what came. */
export interface TraceStateHabits {
  /** It reads the first of several lines. */
  readonly takesFirstLine?: boolean;
  /** Of a list that breaks the specification it drops all, or only the members that do. */
  readonly dropsBad?: "list" | "members";
  /** A key that only Level 2 allows breaks it, too. */
  readonly isLevel1?: boolean;
  /** It keeps so many members, the first. */
  readonly maxMembers?: number;
  /** It leaves out members behind so many characters. */
  readonly maxLength?: number;
}

const TRACE_STATE = "tracestate";

/** In a clause without subject: `drops the whole tracestate`; undefined where nothing is lost. */
export function tracestateLoss(lines: Lines, habits: TraceStateHabits): string | undefined {
  const values = lines(TRACE_STATE).filter((value) => value !== "");
  if (values.length === 0) return undefined;
  if (values.length > 1 && habits.takesFirstLine === true) return "reads the first of the tracestate lines only";
  const combined = values.join(",");
  const { members, problems } = parseTraceState(combined);
  const { dropsBad, maxMembers, maxLength, isLevel1 } = habits;
  if (dropsBad !== undefined) {
    const isRepeated = new Set(members.map(([key]) => key)).size < members.length;
    const isBad = problems.length > 0 || isRepeated || (isLevel1 === true && members.some(([key]) => !isLevel1Key(key)));
    if (isBad && dropsBad === "list") return "drops the whole tracestate";
    if (isBad && members.length <= (maxMembers ?? members.length)) return "drops tracestate members that break the specification";
  }
  if (maxMembers !== undefined && members.length > maxMembers) return `keeps ${maxMembers} of ${members.length} tracestate members`;
  if (maxLength !== undefined && combined.length > maxLength) return `leaves out tracestate members beyond ${maxLength} characters`;
  return undefined;
}
