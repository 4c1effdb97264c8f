// What a reader at a terminal sees while a capture runs: one line that is written over again and again.

import { counted } from "../wire/words.ts";
import type { World } from "./world.ts";

const INTERVAL_MS = 250;

export interface LiveCounts {
  readonly packets: number;
  readonly exchanges: number;
  /** Undefined while nobody has said it. */
  readonly lost: number | undefined;
}

export interface LiveStatus {
  /** A sentence that stays. */
  say(sentence: string): void;
  end(): void;
}

/** `onTick` is called as often as the line is drawn. */
export function liveStatus(world: World, isQuiet: boolean, counts: () => LiveCounts, onTick: () => void): LiveStatus {
  const { stderr } = world;
  const isShown = !isQuiet && stderr.isTTY === true;
  const draw = () => {
    onTick();
    stderr.write(`\r${wording(counts())}\x1b[K`);
  };
  const timer = isShown ? setInterval(draw, INTERVAL_MS) : undefined;
  return {
    say(sentence) {
      if (!isQuiet) stderr.write(`${isShown ? "\r\x1b[K" : ""}traceinspect: ${sentence}\n`);
    },
    end() {
      clearInterval(timer);
      if (isShown) stderr.write("\r\x1b[K");
    },
  };
}

function wording({ packets, exchanges, lost }: LiveCounts): string {
  const dropped = lost === undefined ? "" : ` · ${counted(lost, "dropped", "dropped")}`;
  return `${counted(packets, "packet")} · ${counted(exchanges, "exchange")}${dropped}`;
}
