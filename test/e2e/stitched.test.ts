// Stitched traces through a real Jaeger: what was exported comes back as one tree.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openJaeger } from "../../src/backends/jaeger.ts";
import { readOtlpJson } from "../../src/spans/otlp-json.ts";
import type { Span, Trace } from "../../src/spans/span.ts";
import { temporaryFolder } from "../sources/temporary-folder.ts";
import { type JaegerProcess, poll, startJaeger } from "./jaeger-process.ts";
import { postTraces } from "./post-traces.ts";

const binary = process.env.JAEGER_BIN ?? "";
const sample = "samples/ingress-strips";

/** Spans that a walk from the roots finds. */
function reachable({ spans }: Trace): Set<Span> {
  const found = new Set<Span>();
  const waiting = spans.filter((span) => span.parentSpanId === undefined);
  for (let span = waiting.pop(); span !== undefined; span = waiting.pop()) {
    found.add(span);
    waiting.push(...spans.filter((other) => other.parentSpanId === span?.spanId && !found.has(other)));
  }
  return found;
}

describe.skipIf(binary === "")("--export-stitched into a real Jaeger (needs JAEGER_BIN)", () => {
  let jaeger: JaegerProcess;
  beforeAll(async () => {
    jaeger = await startJaeger(binary);
  });
  afterAll(() => jaeger?.stop());

  test("the bundled sample: one root, every span reachable from it, ghosts told apart", async () => {
    const file = join(temporaryFolder({}), "stitched.json");
    const args = ["dist/main.js", "pcap", sample, "--traces", `${sample}/jaeger.v3.bin`, "--export-stitched", file, "--fail-on", "never"];
    const { stderr } = await promisify(execFile)(process.execPath, args);
    expect(stderr).toMatch(/^traceinspect: 8 stitched traces in .*: 80 spans, 24 of them ghosts/);
    const document: unknown = JSON.parse(readFileSync(file, "utf8"));
    const written = readOtlpJson(document)?.traces ?? [];
    const traceIds = written.map(({ traceId }) => traceId);
    expect(traceIds).toHaveLength(8);
    await postTraces(jaeger.otlp, document);

    const backend = openJaeger({ target: jaeger.query, headers: [], deadlineMs: 20_000, concurrency: 4, maxTraces: 100 });
    const ask = () => backend.ask({ traceIds, window: { from: 1, to: 0 } });
    const count = (traces: readonly Trace[]) => traces.reduce((sum, { spans }) => sum + spans.length, 0);
    await poll(30_000, async () => count((await ask()).traces) >= 80);
    const { traces } = await ask();
    backend.close();
    expect(count(traces)).toBe(80);
    for (const trace of traces) {
      const services = [...new Set(trace.spans.map(({ resource }) => resource.service))].sort();
      expect(services).toEqual(["10.7.0.29", "frontend", "ingress", "inventory", "orders", "pricing"]);
      expect(trace.spans.filter(({ parentSpanId }) => parentSpanId === undefined)).toHaveLength(1);
      expect(reachable(trace).size).toBe(trace.spans.length);
      expect(trace.spans.filter(({ scope }) => scope === "traceinspect")).toHaveLength(3);
      // Nothing that Jaeger had to put right.
      expect(trace.warnings).toEqual([]);
    }
  });
});
