import { count } from "../wire/count.ts";
import { sum } from "../wire/sum.ts";

/** Part of the votes that wins, where voters err now and then. */
const MAJORITY = 0.75;

/** Votes on several questions, told by number. */
export class Ballot<Choice> {
  readonly #votes = new Map<number, Map<Choice, number>>();

  /** `undefined`: a voter who knows nothing. */
  vote(question: number, choice: Choice | undefined): void {
    if (choice === undefined) return;
    const votes = this.#votes.get(question) ?? new Map<Choice, number>();
    this.#votes.set(question, votes);
    count(votes, choice);
  }

  /** What nearly all chose; undefined where there is no such choice. */
  winner(question: number): Choice | undefined {
    const votes = [...(this.#votes.get(question) ?? [])];
    const all = sum(votes.map(([, n]) => n));
    return votes.find(([, n]) => n >= MAJORITY * all)?.[0];
  }
}
