import type { Diagnosis } from "./diagnose.ts";
import { FindingsOfHops } from "./findings-of-hops.ts";
import { Tally } from "./tally.ts";

/** Where nothing was asked of any rule (`--no-diagnosis`). */
export function noDiagnosis(): Diagnosis {
  return { tally: new Tally(), findings: [], findingsOf: new FindingsOfHops(0), isTailSampled: false };
}
