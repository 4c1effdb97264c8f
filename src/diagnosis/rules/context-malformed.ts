import { fixFor } from "../fixes.ts";
import { findingsOf, routeClause } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

export const contextMalformed: Rule = {
  id: "context-malformed",
  verdict: "malformed",
  severity: "error",
  summary: "A trace field is present and invalid.",
  help: ``,
  check: (tally) => findingsOf("context-malformed", "malformed", tally, word),
};

const word: Word = (population) => {
  const { from, to, affected, of } = population;
  return {
    message: `${from} sends invalid trace fields: ${affected} of ${of} requests to ${to}${routeClause(population)}`,
    fix: fixFor(population),
  };
};
