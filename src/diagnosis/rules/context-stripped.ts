import { fixFor } from "../fixes.ts";
import { findingsOf, routeClause } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

export const contextStripped: Rule = {
  id: "context-stripped",
  verdict: "stripped",
  severity: "error",
  summary: "A context came in, and nothing went out.",
  help: ``,
  check: (tally) => findingsOf("context-stripped", "stripped", tally, word),
};

const word: Word = (population) => {
  const { from, to, affected, of } = population;
  return {
    message: `${from} strips the trace context: ${affected} of ${of} requests to ${to}${routeClause(population)}`,
    fix: fixFor(population),
  };
};
