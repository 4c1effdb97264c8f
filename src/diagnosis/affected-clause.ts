// Which exchanges of its edge a finding is about, as a clause of its sentence.

import { sum } from "../wire/sum.ts";
import type { Population } from "./finding.ts";
import type { EdgeTally } from "./tally.ts";
import type { Verdict } from "./verdict.ts";

/** Routes that a sentence can name. */
const FEW = 3;

/** `, all of them GET /api/orders/*`, where the routes tell something; else what separates the affected, or that the others had nothing to lose. */
export function affectedClause({
  verdict,
  routes,
  affected,
  of,
  separated = "",
  isEveryOne = false,
  isThinned = false,
}: Pick<Population, "verdict" | "routes" | "affected" | "of" | "separated" | "isEveryOne" | "isThinned">): string {
  const [first, ...more] = routes;
  if (separated !== "") return separated;
  if (isEveryOne) return EVERY_ONE[verdict] ?? "";
  if (first === undefined || affected === of || first.of === of) return "";
  if (more.length === 0 && !isThinned)
    return `, all of them ${first.route}${first.of > first.affected ? ` (${first.affected} of ${first.of} there)` : ""}`;
  return routes.length > FEW ? "" : `: ${routes.map((r) => `${r.route} ${r.affected} of ${r.of}`).join(", ")}`;
}

const CAME = ", all that came with a context";
const EVERY_ONE: Partial<Record<Verdict, string>> = {
  stripped: CAME,
  split: CAME,
  truncated: CAME,
  malformed: ", all that carry any",
  ignored: ", all that carry one",
  unrecorded: ", all that are sampled",
};

/** Whether the other exchanges of these edges had nothing that could be lost. */
export function isEveryOne(verdict: Verdict, affected: number, of: number, edges: readonly EdgeTally[]): boolean {
  if (affected === of || !(verdict in EVERY_ONE)) return false;
  return affected + sum(edges.map((edge) => sparedOf(verdict, edge))) === of;
}

function sparedOf(verdict: Verdict, { begun, unsampled, absent, exchanges, withContext }: EdgeTally): number {
  switch (verdict) {
    case "malformed":
      return absent;
    case "ignored":
      return exchanges - withContext;
    case "unrecorded":
      return unsampled;
    default:
      return begun;
  }
}
