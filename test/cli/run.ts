// Runs the built command as users do: dist/main.js in a process of its own.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");
export const MAIN = join(root, "dist/main.js");

if (!existsSync(MAIN)) throw new Error("dist/main.js is not built: npm run build");

export interface RunOptions {
  readonly stdin?: Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Closes its standard output after the first bytes. */
  readonly stopReading?: boolean;
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(args: readonly string[], { stdin, cwd = root, env = {}, stopReading = false }: RunOptions = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { PATH: process.env.PATH, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (stopReading) child.stdout.destroy();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // It may end before it has read everything.
  child.stdin.on("error", () => undefined);
  child.stdin.end(stdin ?? new Uint8Array(0));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** The one sentence on standard error. */
export function sentence({ stderr }: Outcome): string {
  const lines = stderr.trimEnd().split("\n");
  if (lines.length !== 1) throw new Error(`not one line on stderr:\n${stderr}`);
  return lines[0] ?? "";
}
