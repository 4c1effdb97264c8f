import type { Fault } from "./judgement.ts";
import type { Cause, Severity } from "./verdict.ts";

/** How sure it is what became of one, where only others of its kind show it. */
export const SHOWN_BY_OTHERS = 0.8;

/** A fault with nothing but what it is: no parent, no spans, no other causes. */
export function fault(
  verdict: Fault["verdict"],
  cause: Cause,
  culprit: Fault["culprit"],
  severity: Severity,
  confidence: number,
  detail: string,
): Fault {
  return {
    verdict,
    cause,
    possible: [],
    culprit,
    severity,
    confidence,
    detail,
    parent: undefined,
    isTrailing: false,
    isCircumstantial: false,
    spans: [],
  };
}
