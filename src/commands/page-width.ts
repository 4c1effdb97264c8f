// How wide a page is written: as the terminal is; where there is none, as COLUMNS says (POSIX.1-2024 §8.3).

import type { World } from "./world.ts";

const USUAL_TERMINAL = 80;

/** Characters a line, at least `least`. `elsewhere`: where neither a terminal nor COLUMNS tells. */
export function pageWidth({ stdout, env }: World, isTerminal: boolean, { least, elsewhere }: { least: number; elsewhere: number }): number {
  const told = isTerminal ? (stdout.columns ?? USUAL_TERMINAL) : Number(env.COLUMNS);
  return Number.isInteger(told) && told > 0 ? Math.max(least, told) : elsewhere;
}
