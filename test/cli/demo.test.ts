import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { run } from "./run.ts";

test("demo: says which command it stands for, asks a Jaeger over gRPC, finds the hop, exit 0", async () => {
  const outcome = await run(["demo"]);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  const [first] = outcome.stdout.split("\n");
  expect(first).toMatch(/^\$ traceinspect pcap samples\/ingress-strips --jaeger 127\.0\.0\.1:\d+ /);
  expect(outcome.stdout).toMatch(/ingress strips/);
  expect(outcome.stdout).toMatch(/8 of 20/);
  expect(outcome.stdout).toMatch(/proxy-drops-header/);
});

test("demo works from anywhere, and its JSON is JSON", async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "traceinspect-"));
  onTestFinished(() => rmSync(elsewhere, { recursive: true }));
  const outcome = await run(["demo", "--format", "json"], { cwd: elsewhere });
  expect(outcome.code).toBe(0);
  expect(outcome.stderr).toMatch(/^\$ traceinspect pcap \/.*samples\/ingress-strips --jaeger /);
  expect(JSON.parse(outcome.stdout)).toMatchObject({
    summary: { traces: 28, tracesInBackend: 20, tracesLookedUp: 28 },
    findings: [{ verdict: "stripped", affected: 8, of: 20 }],
  });
});

test("what the demo proposes can be done: its replies are a traces file", async () => {
  const { stdout } = await run(["demo"]);
  const command = /^ {2}traceinspect (trace .*)$/m.exec(stdout)?.[1];
  expect(command).toBeDefined();
  const outcome = await run((command ?? "").split(" "));
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(outcome.stdout).not.toBe("");
});
