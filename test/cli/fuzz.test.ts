// The fuzzer itself: what it does not run, and what it does not count, it never finds.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./run.ts";

if (!existsSync(join(root, "build/pipeline.js"))) throw new Error("build/ is missing: npm run build");

function fuzz(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(process.execPath, [join(root, "scripts/fuzz.mjs"), ...args], { env: { PATH: process.env.PATH, ...env } });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout }));
  });
}

it("replays all captures that a failure left, and writes both reports of them", async () => {
  const samples = ["client.pcap", "ingress.pcap"].map((name) => join(root, "samples/ingress-strips", name));
  const { code, stdout } = await fuzz(["--replay", ...samples]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^2 captures: text \d{4,} characters, json \d{4,} characters\n$/);
});

it("takes a worker that something else has killed for a failure", async () => {
  const out = mkdtempSync(join(tmpdir(), "traceinspect-fuzz-"));
  try {
    const die = "data:text/javascript,if(process.send!==undefined)process.kill(process.pid,'SIGKILL')";
    const { code, stdout } = await fuzz(["--minutes", "0.05", "--out", out], { NODE_OPTIONS: `--import=${die}` });
    expect(stdout).toContain("the worker ended with SIGKILL");
    expect(code).toBe(1);
    expect(readdirSync(out).some((name) => name.endsWith(".txt"))).toBe(true);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});
