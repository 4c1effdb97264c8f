import { fixFor } from "../fixes.ts";
import { findingsOf, routeClause } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

export const traceSplit: Rule = {
  id: "trace-split",
  verdict: "split",
  severity: "error",
  summary: "Another trace id went on than came in.",
  help: ``,
  check: (tally) => findingsOf("trace-split", "split", tally, word),
};

const word: Word = (population) => {
  const { from, to, affected, of } = population;
  return {
    message: `${from} begins new traces: ${affected} of ${of} requests to ${to} carry another trace id than their cause${routeClause(population)}`,
    fix: fixFor(population),
  };
};
