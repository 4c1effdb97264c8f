import type { Finding, Population } from "./finding.ts";
import type { Tally } from "./tally.ts";
import type { Severity, Verdict } from "./verdict.ts";

/**
 * A rule puts what the tallies of its verdict show into findings. Contract: pure; sees tallies and exemplars, never the list of all hops;
 * every error and warning has an exemplar with a packet.
 */
export interface Rule {
  /** Says what is wrong. API: never renamed, never reused. */
  readonly id: string;
  readonly verdict: Verdict;
  /** The gravest that it gives. */
  readonly severity: Severity;
  /** One line. */
  readonly summary: string;
  /** Markdown: what it means, why it happens, how to tell, how to fix. Shown by `traceinspect explain <id>`. */
  readonly help: string;
  check(tally: Tally): readonly Finding[];
}

/** What a rule adds to a population: the sentence, and what to change. */
export interface Wording {
  readonly message: string;
  readonly fix: string;
}

export type Word = (population: Population) => Wording;
