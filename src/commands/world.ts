import type { Readable, Writable } from "node:stream";

/** What commands see of the process: only `main.ts` touches the real one. */
export interface World {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls back when the user wants the end (Ctrl-C, a terminal that is closed); returns how to stop listening. */
  onInterrupt(callback: () => void): () => void;
  /** Calls back when the process ends, however it does; returns how to stop listening. Nothing can be waited for then. */
  onExit(callback: () => void): () => void;
  setExitCode(code: number): void;
  /** Called now and then while captures are read: the process looks how much memory it holds. */
  watchMemory(): void;
}
