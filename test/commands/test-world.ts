// A process that is none: what a command writes is kept, and Ctrl-C is a call.

import { Readable, Writable } from "node:stream";
import type { World } from "../../src/commands/world.ts";

export interface TestWorld extends World {
  readonly out: () => string;
  readonly err: () => string;
  readonly code: () => number | undefined;
  interrupt(): void;
  /** Called with all of standard error whenever something was added. */
  onStderr(callback: (text: string) => void): void;
}

export function testWorld({
  isTTY = false,
  env = {},
  columns = 80,
}: {
  isTTY?: boolean;
  env?: World["env"];
  columns?: number;
} = {}): TestWorld {
  let out = "";
  let err = "";
  let code: number | undefined;
  const interrupted = new Set<() => void>();
  const listeners: ((text: string) => void)[] = [];
  const keep = (take: (text: string) => void) =>
    Object.assign(
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          take(chunk.toString("utf8"));
          done();
        },
      }),
      { isTTY, columns },
    );
  return {
    stdin: Readable.from([]),
    stdout: keep((text) => {
      out += text;
    }),
    stderr: keep((text) => {
      err += text;
      for (const listener of listeners) listener(err);
    }),
    env,
    onInterrupt(callback) {
      interrupted.add(callback);
      return () => interrupted.delete(callback);
    },
    onExit: () => () => {},
    watchMemory() {},
    setExitCode(given) {
      code = given;
    },
    out: () => out,
    err: () => err,
    code: () => code,
    interrupt: () => {
      for (const callback of interrupted) callback();
    },
    onStderr: (callback) => void listeners.push(callback),
  };
}
