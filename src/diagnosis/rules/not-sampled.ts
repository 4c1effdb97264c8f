import { fixFor } from "../fixes.ts";
import { findingsOf, routeClause } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

export const notSampled: Rule = {
  id: "not-sampled",
  verdict: "not-sampled",
  severity: "error",
  summary: "Absent from the backend by sampling, or because somebody changed the sampled flag.",
  help: ``,
  check: (tally) => findingsOf("not-sampled", "not-sampled", tally, word),
};

const word: Word = (population) => {
  const { from, to, affected, of, cause } = population;
  const message =
    cause === "unsampled"
      ? `${affected} of ${of} requests from ${from} to ${to} are not sampled (flags 00): absent from the backend by right`
      : `${from} changes the sampled flag: ${affected} of ${of} requests to ${to}${routeClause(population)}`;
  return { message, fix: fixFor(cause) };
};
