// The rules, in the order of the report: what broke a trace first. Adding one = one file in rules/ + one line here.

import type { Rule } from "./rule.ts";
import { contextIgnored } from "./rules/context-ignored.ts";
import { contextMalformed } from "./rules/context-malformed.ts";
import { contextStripped } from "./rules/context-stripped.ts";
import { contextTruncated } from "./rules/context-truncated.ts";
import { notObservable } from "./rules/not-observable.ts";
import { notSampled } from "./rules/not-sampled.ts";
import { spanMisattributed } from "./rules/span-misattributed.ts";
import { spanMissing } from "./rules/span-missing.ts";
import { traceSplit } from "./rules/trace-split.ts";

export const rules: readonly Rule[] = [
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
