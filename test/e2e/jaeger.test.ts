// Recorded traces through a real Jaeger: what our client reads back is what the file reader reads from the recording.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type JaegerOptions, openJaeger } from "../../src/backends/jaeger.ts";
import { API_GENERATIONS } from "../../src/backends/registry.ts";
import { readTraceFile } from "../../src/backends/trace-file-shapes.ts";
import { mergeTraces } from "../../src/spans/merge-traces.ts";
import type { Trace } from "../../src/spans/span.ts";
import { type JaegerProcess, poll, startJaeger } from "./jaeger-process.ts";
import { postTraces } from "./post-traces.ts";

const binary = process.env.JAEGER_BIN ?? "";
const shared = "../shared";
const SECOND = 1_000_000;

function recordings(): string[] {
  const lab = readdirSync(`${shared}/lab`).map((name) => `${shared}/lab/${name}/jaeger.otlp.json`);
  return [`${shared}/hotrod/jaeger.otlp.json`, ...lab].filter((path) => existsSync(path));
}

function readTraces(path: string): readonly Trace[] {
  const reading = readTraceFile(readFileSync(path));
  if ("problem" in reading) throw new Error(`${path} ${reading.problem}`);
  return reading.traces;
}

/** What must survive: kept attributes are compared too, warnings are not (a zero duration earns one while it is stored). */
function comparable(traces: readonly Trace[]): unknown {
  return traces.map(({ traceId, spans }) => ({
    traceId,
    spans: spans.map((span) => ({ ...span, links: [...span.links].sort((a, b) => (a.spanId < b.spanId ? -1 : 1)) })),
  }));
}

describe.skipIf(binary === "" || !existsSync(shared))("a real Jaeger (needs JAEGER_BIN and ../shared)", () => {
  let jaeger: JaegerProcess;
  let expected: readonly Trace[] = [];
  const paths = existsSync(shared) ? recordings() : [];
  const options = (target: string): JaegerOptions => ({ target, headers: [], deadlineMs: 20_000, concurrency: 16, maxTraces: 10_000 });

  beforeAll(async () => {
    jaeger = await startJaeger(binary);
    const pieces: Trace[] = [];
    for (const path of paths) {
      await postTraces(jaeger.otlp, JSON.parse(readFileSync(path, "utf8")));
      pieces.push(...readTraces(path));
    }
    expected = mergeTraces(pieces);
    expect(expected.length).toBeGreaterThan(500);
    const backend = openJaeger(options(jaeger.query));
    const traceIds = expected.map((trace) => trace.traceId);
    const wanted = expected.reduce((count, trace) => count + trace.spans.length, 0);
    await poll(30_000, async () => {
      const answer = await backend.ask({ traceIds, window: { from: 1, to: 0 } });
      return answer.traces.reduce((count, trace) => count + trace.spans.length, 0) >= wanted;
    });
    backend.close();
  });
  afterAll(() => jaeger?.stop());

  test.each(API_GENERATIONS)("every span comes back over $name", async (generation) => {
    const backend = openJaeger(options(jaeger.query), { generations: [generation] });
    const traceIds = expected.map((trace) => trace.traceId);
    const answer = await backend.ask({ traceIds: [...traceIds, "f".repeat(32)], window: { from: 1, to: 0 } });
    backend.close();
    expect(answer).toMatchObject({ absent: ["f".repeat(32)], failed: [], respelled: [], asked: traceIds.length + 1 });
    expect(answer.source).toBe(`${jaeger.query}, ${generation.name}`);
    expect(comparable(answer.traces)).toEqual(comparable(expected));
  });

  test.each(API_GENERATIONS)("the window finds HotROD's traces over $name, without an id", async (generation) => {
    const traces = mergeTraces(readTraces(paths[0]!)).filter((trace) => trace.spans.some((span) => span.resource.service !== "jaeger"));
    const starts = traces.flatMap((trace) => trace.spans.map((span) => span.startedAt));
    const backend = openJaeger(options(jaeger.query), { generations: [generation] });
    const answer = await backend.ask({
      traceIds: [],
      window: { from: Math.min(...starts) + 4 * SECOND, to: Math.max(...starts) - 4 * SECOND },
    });
    backend.close();
    expect(answer).toMatchObject({ windowSearched: true, warnings: [] });
    expect(comparable(answer.traces)).toEqual(comparable(traces));
  });

  test("an id that was cut on the way is found under its low half", async () => {
    const low = {
      traceId: "00000000000000001234567890abcdef",
      spanId: "1234567890abcdef",
      name: "cut",
      kind: 2,
      startTimeUnixNano: "1795355336459899911",
      endTimeUnixNano: "1795355336459899999",
    };
    await postTraces(jaeger.otlp, { resourceSpans: [{ scopeSpans: [{ spans: [low] }] }] });
    const backend = openJaeger(options(jaeger.query));
    const seen = "abcdefabcdefabcd1234567890abcdef";
    await poll(10_000, async () => (await backend.ask({ traceIds: [seen], window: { from: 1, to: 0 } })).absent.length === 0);
    const answer = await backend.ask({ traceIds: [seen], window: { from: 1, to: 0 } });
    backend.close();
    expect(answer.respelled).toEqual([{ traceId: seen, heldAs: low.traceId }]);
    expect(answer.traces[0]!.spans[0]!.resource).toEqual({ service: "missing-service-name" });
  });

  test("the wrong ports are told apart from no Jaeger", async () => {
    for (const target of [jaeger.ui, jaeger.otlp]) {
      const backend = openJaeger(options(target));
      await expect(backend.ask({ traceIds: [], window: { from: 1, to: 0 } })).rejects.toThrow(/gRPC query port is 16685/);
      backend.close();
    }
  });
});
