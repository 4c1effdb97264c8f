import { fixFor } from "../fixes.ts";
import { findingsOf, routeClause } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

export const contextIgnored: Rule = {
  id: "context-ignored",
  verdict: "ignored",
  severity: "error",
  summary: "The wire is right, and the receiver began a new trace.",
  help: ``,
  check: (tally) => findingsOf("context-ignored", "ignored", tally, word),
};

const word: Word = (population) => {
  const { from, to, affected, of } = population;
  return {
    message: `${to} ignores the context of ${affected} of ${of} requests from ${from} and begins new traces${routeClause(population)}`,
    fix: fixFor(population),
  };
};
