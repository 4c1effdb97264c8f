import { fixFor } from "../fixes.ts";
import { findingsOf } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

export const notObservable: Rule = {
  id: "not-observable",
  verdict: "not-observable",
  severity: "note",
  summary: "This capture cannot show the context.",
  help: ``,
  check: (tally) => findingsOf("not-observable", "not-observable", tally, word, false),
};

const word: Word = (population) => {
  const { affected, of } = population;
  return {
    message: `${affected} of ${of} exchanges cannot be judged: the capture lacks their request heads`,
    fix: fixFor(population),
  };
};
