import { mix } from "../wire/mix.ts";

/** After so many rounds without a change something is looked at only every few rounds. */
const CALM_AFTER = 8;
const CALM_EVERY = 4;

/** Which of many, told by number, have not changed for a while. */
export class Calm {
  /** Rounds without a change, up to `CALM_AFTER`. */
  readonly #rounds: Uint8Array;

  constructor(count: number) {
    this.#rounds = new Uint8Array(count);
  }

  note(which: number, isChanged: boolean): void {
    this.#rounds[which] = isChanged ? 0 : Math.min(CALM_AFTER, this.#rounds[which]! + 1);
  }

  /** Calm ones have their turns in different rounds. */
  isDue(which: number, round: number): boolean {
    return this.#rounds[which]! < CALM_AFTER || (round + mix(which)) % CALM_EVERY === 0;
  }
}
