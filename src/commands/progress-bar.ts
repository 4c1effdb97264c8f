// A progress bar on standard error, for a reader at a terminal and after a second only.

import type { World } from "./world.ts";

const PATIENCE_MS = 1_000;
const INTERVAL_MS = 100;
const WIDTH = 30;

export interface ProgressBar {
  update(read: number, total: number | undefined): void;
  /** Takes the bar off the screen. */
  end(): void;
}

export function progressBar(world: World, isQuiet: boolean): ProgressBar {
  if (isQuiet || world.stderr.isTTY !== true) return { update() {}, end() {} };
  const startedAt = Date.now();
  let shownAt = 0;
  return {
    update(read, total) {
      const now = Date.now();
      if (now - startedAt < PATIENCE_MS || now - shownAt < INTERVAL_MS) return;
      shownAt = now;
      world.stderr.write(`\r${draw(read, total, (now - startedAt) / 1000)}\x1b[K`);
    },
    end() {
      if (shownAt > 0) world.stderr.write("\r\x1b[K");
    },
  };
}

function draw(read: number, total: number | undefined, seconds: number): string {
  const speed = `${(read / 1e6 / seconds).toFixed(0)} MB/s`;
  if (total === undefined || total === 0) return `reading ${(read / 1e6).toFixed(0)} MB, ${speed}`;
  const done = Math.min(1, read / total);
  const bar = "#".repeat(Math.round(done * WIDTH)).padEnd(WIDTH, ".");
  return `reading [${bar}] ${Math.round(done * 100)} %, ${speed}`;
}
