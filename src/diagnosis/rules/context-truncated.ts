import { fixFor } from "../fixes.ts";
import { findingsOf, routeClause } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

export const contextTruncated: Rule = {
  id: "context-truncated",
  verdict: "truncated",
  severity: "error",
  summary: "A trace field's value was cut.",
  help: ``,
  check: (tally) => findingsOf("context-truncated", "truncated", tally, word),
};

const word: Word = (population) => {
  const { from, to, affected, of } = population;
  return {
    message: `${from} cuts trace fields: ${affected} of ${of} requests to ${to}${routeClause(population)}`,
    fix: fixFor(population),
  };
};
