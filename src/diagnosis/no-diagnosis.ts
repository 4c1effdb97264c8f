import type { Diagnosis } from "./diagnose.ts";
import { Tally } from "./tally.ts";

/** Where nothing was asked of any rule (`--no-diagnosis`). */
export function noDiagnosis(): Diagnosis {
  return { tally: new Tally(), findings: [], findingsOf: new Map() };
}
