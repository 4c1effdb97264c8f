// Judge → tally → conclude: what all exchanges together show.

import { isDoubtfulAtAGlance, outcomeAtAGlance } from "./at-a-glance.ts";
import { type BlockedPreflights, findBlockedPreflights } from "./blocked-preflights.ts";
import { Crowds } from "./crowd.ts";
import { EdgeNumbers } from "./edge-numbers.ts";
import { findEncryptedEdges } from "./encrypted-edges.ts";
import { FaultyHopGroups, type FaultyHops } from "./faulty-hops.ts";
import type { Finding } from "./finding.ts";
import { FindingsOfHops } from "./findings-of-hops.ts";
import { HealthyTally } from "./healthy-tally.ts";
import { HopFeatures } from "./hop-features.ts";
import { Judge } from "./judge.ts";
import { packed } from "./packed-kind.ts";
import { rules } from "./registry.ts";
import { tellReplicas } from "./replicas.ts";
import { OTHER_ROUTES, RouteNames } from "./route.ts";
import { Tally } from "./tally.ts";
import { tellContexts } from "./told-contexts.ts";
import { LOSES_SPANS, severities } from "./verdict.ts";
import type { View } from "./view.ts";

export interface Diagnosis {
  readonly tally: Tally;
  /** Gravest first, then most affected. */
  readonly findings: readonly Finding[];
  /** Indices of the findings that count this exchange, by hop index. */
  readonly findingsOf: FindingsOfHops;
  /** Whether the backend lacks traces because a collector samples whole ones. */
  readonly isTailSampled: boolean;
}

export function diagnose(view: View): Diagnosis {
  const counted = judgeAndTally(view);
  const { tally } = counted;
  const findings = rules.flatMap((rule) => rule.check(tally)).sort(byGravity);
  const findingsOf = assign(counted, findings, view.table.size);
  const isTailSampled = view.backend.isAsked && view.exporters.isTailSampled;
  return { tally, findings: tellReplicas(shareGroups(findings, findingsOf), tally, view), findingsOf, isTailSampled };
}

interface Counted {
  readonly tally: Tally;
  readonly faulty: readonly FaultyHops[];
  readonly routes: RouteNames;
  readonly preflights: BlockedPreflights;
}

/** Judgements are counted and let go, but for the exemplars that a tally keeps. */
function judgeAndTally(view: View): Counted {
  const { table } = view;
  const judge = new Judge(view);
  const tally = new Tally();
  const routes = new RouteNames(view);
  const edges = new EdgeNumbers(view, tally);
  const features = new HopFeatures(view, routes);
  const healthy = new HealthyTally(table.size, tally, edges, routes, features);
  const faulty = new FaultyHopGroups();
  const crowds = new Crowds(view, { tally, edges, routes, features, faulty });
  for (let hop = 0; hop < table.size; hop++) {
    if (!table.isWork(hop)) continue;
    const outcome = outcomeAtAGlance(hop, view);
    if (outcome !== undefined) {
      const hasContext = table.exchanges.readings.hasContext(table.row[hop]!);
      healthy.add(hop, packed(outcome, hasContext, false, isDoubtfulAtAGlance(hop, view)));
      continue;
    }
    if (crowds.count(hop)) continue;
    const judgement = judge.judge(hop);
    if (judgement.faults.length === 0) {
      const { hasContext, isRecorded, isDoubtful } = judgement;
      healthy.add(hop, packed(judgement.outcome, hasContext, isRecorded, isDoubtful));
      continue;
    }
    const route = routes.numberOf(hop);
    const counted = tally.add(judgement, routes.name(route));
    features.countFaulty(judgement, route, edges.all[edges.of(hop)]!, counted);
    for (const one of counted) if (one.like.isOfOthers !== true) faulty.of(one, route).hops.push(hop);
    crowds.remember(judgement, counted);
  }
  crowds.end();
  healthy.end();
  tellContexts(tally, view);
  tally.encrypted.push(...findEncryptedEdges(view));
  const preflights = findBlockedPreflights(view);
  for (const edge of preflights.edges) tally.preflights.push(edge);
  return { tally, faulty: faulty.all, routes, preflights };
}

/**
 * Requests that a service left no span of, and what it then sent without their context, have one root cause: the findings share a group. Where its spans were
 * made and got lost on their way, the two have nothing to do with one another.
 */
function shareGroups(findings: readonly Finding[], findingsOf: Diagnosis["findingsOf"]): Finding[] {
  return findings.map((finding) => {
    if (finding.culprit === undefined || (finding.verdict !== "split" && finding.verdict !== "stripped")) return finding;
    const causes = finding.exemplars.flatMap(({ fault }) => (fault.parent === undefined ? [] : (findingsOf.get(fault.parent.index) ?? [])));
    const root = causes
      .sort((a, b) => a - b)
      .map((i) => findings[i]!)
      .find((other) => other.verdict === "unrecorded" && other.culprit === finding.culprit && !LOSES_SPANS.has(other.cause));
    return root === undefined ? finding : { ...finding, group: root.group };
  });
}

function byGravity(a: Finding, b: Finding): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    b.affected / Math.max(1, b.of) - a.affected / Math.max(1, a.of) ||
    b.affected - a.affected
  );
}

/** Which findings count which exchange: by the tallies that a finding is made of, and the routes that it names. */
function assign({ faulty, routes, preflights }: Counted, findings: readonly Finding[], hops: number): FindingsOfHops {
  const byTally = new Map<string, { readonly index: number; readonly routes: ReadonlySet<string> }[]>();
  findings.forEach((finding, index) => {
    const named = new Set(finding.routes.map((r) => r.route));
    for (const key of finding.keys) byTally.set(key, [...(byTally.get(key) ?? []), { index, routes: named }]);
  });
  const assigned = new FindingsOfHops(hops);
  for (const { tally, route, hops: affected } of faulty) {
    const name = routes.name(route);
    const own = (byTally.get(tally.key) ?? []).filter((by) => by.routes.has(name) || by.routes.has(OTHER_ROUTES)).map(({ index }) => index);
    if (own.length === 0) continue;
    for (const hop of affected) assigned.add(hop, own);
  }
  for (const [key, affected] of preflights.hops) {
    const own = (byTally.get(key) ?? []).map(({ index }) => index);
    for (const hop of affected) if (own.length > 0) assigned.add(hop, own);
  }
  return assigned;
}
