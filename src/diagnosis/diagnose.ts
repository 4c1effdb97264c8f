// Judge → tally → conclude: what all exchanges together show.

import type { Finding } from "./finding.ts";
import { judgeHops } from "./judge.ts";
import type { Judgement } from "./judgement.ts";
import { rules } from "./registry.ts";
import { routeOf } from "./route.ts";
import { faultKey, Tally } from "./tally.ts";
import { severities } from "./verdict.ts";
import { spansOf, type View } from "./view.ts";

export interface Diagnosis {
  readonly judgements: readonly Judgement[];
  readonly tally: Tally;
  /** Gravest first, then most affected. */
  readonly findings: readonly Finding[];
  /** Indices of the findings that count this exchange, by hop index. */
  readonly findingsOf: ReadonlyMap<number, readonly number[]>;
}

export function diagnose(view: View): Diagnosis {
  const judgements = judgeHops(view);
  const tally = new Tally();
  const routes = routesOfFaultyEdges(judgements, view);
  for (const [i, judgement] of judgements.entries()) tally.add(judgement, routes[i]!);
  const findings = rules.flatMap((rule) => rule.check(tally)).sort(byGravity);
  const findingsOf = assign(judgements, routes, findings);
  return { judgements, tally, findings: shareGroups(findings, findingsOf), findingsOf };
}

/**
 * Requests that a service left no span of, and what it then sent without their context, have one root cause: the findings share a group.
 */
function shareGroups(findings: readonly Finding[], findingsOf: Diagnosis["findingsOf"]): Finding[] {
  return findings.map((finding) => {
    if (finding.culprit === undefined || (finding.verdict !== "split" && finding.verdict !== "stripped")) return finding;
    const causes = finding.exemplars.flatMap(({ fault }) => (fault.parent === undefined ? [] : (findingsOf.get(fault.parent.index) ?? [])));
    const root = findings.find((other, i) => other.verdict === "unrecorded" && other.culprit === finding.culprit && causes.includes(i));
    return root === undefined ? finding : { ...finding, group: root.group };
  });
}

/** By groups, since replicas are compared. Routes matter where some exchanges of an edge fare otherwise than others: all other edges are spared. */
function routesOfFaultyEdges(judgements: readonly Judgement[], view: View): string[] {
  const faulty = new Map<string, Set<string>>();
  for (const { from, to, faults } of judgements)
    if (faults.length > 0) faulty.set(from.group, (faulty.get(from.group) ?? new Set()).add(to.group));
  return judgements.map(({ hop, from, to }) =>
    faulty.get(from.group)?.has(to.group) === true ? routeOf(hop, spansOf(view, hop).server) : "",
  );
}

function byGravity(a: Finding, b: Finding): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    b.affected / Math.max(1, b.of) - a.affected / Math.max(1, a.of) ||
    b.affected - a.affected
  );
}

/** Which findings count which exchange: by the tallies that a finding is made of, and the routes that it names. */
function assign(judgements: readonly Judgement[], routes: readonly string[], findings: readonly Finding[]): Map<number, number[]> {
  const byKey = new Map<string, { readonly index: number; readonly routes: ReadonlySet<string> }[]>();
  findings.forEach((finding, index) => {
    const named = new Set(finding.routes.map((r) => r.route));
    for (const key of finding.keys) byKey.set(key, [...(byKey.get(key) ?? []), { index, routes: named }]);
  });
  const assigned = new Map<number, number[]>();
  judgements.forEach((judgement, i) => {
    if (judgement.faults.length === 0) return;
    const own = new Set<number>();
    for (const fault of judgement.faults) {
      for (const { index, routes: named } of byKey.get(faultKey(judgement, fault)) ?? [])
        if (named.has(routes[i]!) || named.has("other")) own.add(index);
    }
    if (own.size > 0)
      assigned.set(
        judgement.hop.index,
        [...own].sort((a, b) => a - b),
      );
  });
  return assigned;
}
