import type { RuleCases } from "./case.ts";
import { contextIgnored } from "./context-ignored.ts";
import { contextMalformed } from "./context-malformed.ts";
import { contextStripped } from "./context-stripped.ts";
import { contextTruncated } from "./context-truncated.ts";
import { notObservable } from "./not-observable.ts";
import { notSampled } from "./not-sampled.ts";
import { spanMisattributed } from "./span-misattributed.ts";
import { spanMissing } from "./span-missing.ts";
import { traceSplit } from "./trace-split.ts";

/** One entry a rule; `registry.test.ts` checks that none is missing. */
export const ruleCases: readonly RuleCases[] = [
  contextStripped,
  contextTruncated,
  contextMalformed,
  traceSplit,
  contextIgnored,
  spanMissing,
  spanMisattributed,
  notSampled,
  notObservable,
];
