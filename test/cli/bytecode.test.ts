// The bundle runs as well without the bytecode that the build kept, and with bytecode that does not fit.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./run.ts";

const sample = join(root, "samples", "ingress-strips", "ingress.pcap");
const isBytecode = (name: string) => name.includes(".body.");

function report(main: string): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, "pcap", sample, "--fail-on", "never"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

describe("bytecode beside the bundle", () => {
  let copy = "";

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "traceinspect-"));
    cpSync(join(root, "dist"), join(copy, "dist"), { recursive: true });
    for (const name of ["package.json", "node_modules", "proto"]) symlinkSync(join(root, name), join(copy, name));
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  const files = () => readdirSync(join(copy, "dist")).filter(isBytecode);

  it("is there, and is not needed", () => {
    const main = join(copy, "dist", "main.js");
    const usual = report(main);
    expect(files().length).toBeGreaterThan(0);
    for (const name of files()) truncateSync(join(copy, "dist", name), 1_000);
    expect(report(main)).toBe(usual);
    for (const name of files()) rmSync(join(copy, "dist", name));
    expect(report(main)).toBe(usual);
  });
});
