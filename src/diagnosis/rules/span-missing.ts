import { fixFor } from "../fixes.ts";
import { findingsOf, routeClause } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";
import { type FaultTally, Tally } from "../tally.ts";

export const spanMissing: Rule = {
  id: "span-missing",
  verdict: "unrecorded",
  severity: "error",
  summary: "The wire is right, and the backend lacks the receiver's span.",
  help: ``,
  check: (tally) => findingsOf("span-missing", "unrecorded", withProvenRoutes(tally), word),
};

const word: Word = (population) => {
  const { from, to, affected, of } = population;
  return {
    message: `${to} left no span of ${affected} of ${of} requests from ${from}${routeClause(population)}`,
    fix: fixFor(population),
  };
};

/**
 * Requests that carried no context and have no span either count only where the whole route has none and some of its requests prove it:
 * else the service may have chosen not to sample them.
 */
function withProvenRoutes(tally: Tally): Tally {
  const proven = new Tally();
  for (const [key, edge] of tally.edges) proven.edges.set(key, edge);
  for (const [key, fault] of tally.faults) {
    if (fault.verdict !== "unrecorded" || fault.isWeak) continue;
    const weak = [...tally.faults.values()].find((other) => other.isWeak && other.from === fault.from && other.to === fault.to);
    proven.faults.set(key, fault);
    const part = weak === undefined ? undefined : provenPart(weak, fault, tally);
    if (part !== undefined) proven.faults.set(part.key, part);
  }
  return proven;
}

function provenPart(weak: FaultTally, strong: FaultTally, tally: Tally): FaultTally | undefined {
  const edge = [...tally.edges.values()].find((e) => e.from === weak.from && e.to === weak.to);
  const routes = [...weak.routes].filter(
    ([route, n]) => strong.routes.has(route) && n + (strong.routes.get(route) ?? 0) === edge?.routes.get(route),
  );
  const affected = routes.reduce((total, [, n]) => total + n, 0);
  if (affected === 0) return undefined;
  // The sentence and the proof are those of the requests that carried a context.
  return {
    ...weak,
    affected,
    routes: new Map(routes),
    severities: new Map(),
    confidence: strong.confidence,
    exemplars: [],
    causes: new Map(),
  };
}
