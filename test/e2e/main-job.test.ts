// The main job as a user runs it, against a real Jaeger that holds what was recorded: the report must say the same as with the recorded export.

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type JaegerProcess, poll, startJaeger } from "./jaeger-process.ts";
import { postTraces } from "./post-traces.ts";

const binary = process.env.JAEGER_BIN ?? "";
const shared = "../shared";
const run = promisify(execFile);

interface Said {
  readonly summary: { readonly tracesInBackend: number };
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly affected: number;
    readonly of: number;
    readonly culprit: unknown;
    readonly edge: unknown;
  }[];
}

const scenarios = ["ingress-strips", "client-without-inject", "header-case", "healthy", "flag-flipped"];

function capturesOf(scenario: string): string[] {
  const truth: { captures: { file: string }[] } = JSON.parse(readFileSync(`${shared}/lab/${scenario}/truth.json`, "utf8"));
  return truth.captures.map(({ file }) => `${shared}/lab/${scenario}/${file}`);
}

async function inspect(captures: readonly string[], backend: readonly string[]): Promise<Said> {
  const args = ["dist/main.js", "pcap", ...captures, ...backend, "--format", "json", "--fail-on", "never", "--quiet", "--wait", "0"];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 1 << 28 });
  return JSON.parse(stdout);
}

/** Names and counts; span attributes that only one reader keeps do not matter here. */
function conclusions({ findings }: Said): unknown {
  return findings.map(({ rule, severity, affected, of, culprit, edge }) => ({ rule, severity, affected, of, culprit, edge }));
}

describe.skipIf(binary === "" || !existsSync(shared))("pcap --jaeger against a real Jaeger (needs JAEGER_BIN and ../shared)", () => {
  let jaeger: JaegerProcess;
  const recordings = [
    ...scenarios.map((name) => ({
      name,
      captures: existsSync(shared) ? capturesOf(name) : [],
      traces: `${shared}/lab/${name}/jaeger.otlp.json`,
    })),
    { name: "HotROD", captures: [`${shared}/hotrod/capture.pcap`], traces: `${shared}/hotrod/jaeger.otlp.json` },
  ];

  beforeAll(async () => {
    jaeger = await startJaeger(binary);
    for (const { traces } of recordings) await postTraces(jaeger.otlp, JSON.parse(readFileSync(traces, "utf8")));
    const last = recordings.at(-1)!;
    const wanted = (await inspect(last.captures, ["--traces", last.traces])).summary.tracesInBackend;
    await poll(30_000, async () => (await inspect(last.captures, ["--jaeger", jaeger.query])).summary.tracesInBackend >= wanted);
  });
  afterAll(() => jaeger?.stop());

  test.each(recordings)("$name: the same findings from Jaeger as from its export", async ({ captures, traces }) => {
    const fromJaeger = await inspect(captures, ["--jaeger", jaeger.query]);
    const fromFile = await inspect(captures, ["--traces", traces]);
    expect(fromJaeger.summary).toEqual(fromFile.summary);
    expect(conclusions(fromJaeger)).toEqual(conclusions(fromFile));
  });

  test("the port of Jaeger's UI is told apart", async () => {
    const [first] = recordings;
    const failed = await run(process.execPath, ["dist/main.js", "pcap", ...first!.captures, "--jaeger", jaeger.ui], {
      maxBuffer: 1 << 28,
    }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 2, stderr: expect.stringContaining("gRPC query port is 16685") });
  });
});
