// One recording in four encodings: whoever is right, they must not contradict each other.

import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { splitLengthPrefixed } from "../../src/backends/split-length-prefixed.ts";
import { readJaegerJson } from "../../src/spans/jaeger-json.ts";
import { readJaegerProto } from "../../src/spans/jaeger-proto.ts";
import { mergeTraces } from "../../src/spans/merge-traces.ts";
import { readOtlpJson } from "../../src/spans/otlp-json.ts";
import { readOtlpProtobuf } from "../../src/spans/otlp-protobuf.ts";
import type { Span, Trace } from "../../src/spans/span.ts";
import type { SpanReading } from "../../src/spans/span-collector.ts";

const folder = "../shared/hotrod";

/** What each encoding can express: links' attributes are lost in some, nanoseconds in the UI's. */
function comparable(traces: readonly Trace[], precise: boolean): unknown {
  return traces.map(({ traceId, spans }) => ({
    traceId,
    spans: spans
      .map((span) => [
        span.spanId,
        span.parentSpanId,
        span.name,
        span.kind,
        ...times(span, precise),
        span.error,
        span.resource,
        span.scope,
        sorted(span.attributes),
      ])
      .sort(),
  }));
}
const times = (span: Span, precise: boolean): readonly number[] =>
  precise ? [span.startedAt, span.endedAt] : [Math.floor(span.startedAt)];
const sorted = (attributes: Span["attributes"]): unknown => Object.entries(attributes).sort();

const messages = (file: string): readonly Uint8Array[] => splitLengthPrefixed(readFileSync(`${folder}/${file}`)).records;
const json = (file: string): unknown => JSON.parse(readFileSync(`${folder}/${file}`, "utf8"));
const merged = (readings: readonly (SpanReading | undefined)[]): Trace[] => mergeTraces(readings.flatMap((reading) => reading!.traces));

describe.skipIf(!existsSync(folder))("HotROD in four encodings", () => {
  let v3: readonly Trace[] = [];
  // Not at once: the body of a suite that is skipped runs all the same.
  beforeAll(() => {
    v3 = merged(messages("jaeger.v3.bin").map((bytes) => readOtlpProtobuf(bytes)));
  });

  test("api_v3 holds what the recording's README says", () => {
    expect(v3).toHaveLength(67);
    expect(v3.flatMap((trace) => trace.spans)).toHaveLength(2318);
    expect(v3.flatMap((trace) => trace.spans).filter((span) => span.error)).toHaveLength(153);
    expect(v3.flatMap((trace) => trace.warnings)).toEqual([]);
  });

  test("api_v2 says the same", () => {
    const v2 = merged(messages("jaeger.v2.bin").map((bytes) => readJaegerProto(bytes)));
    expect(comparable(v2, true)).toEqual(comparable(v3, true));
  });

  test("OTLP JSON says the same", () => {
    const known = new Set(v3.map((trace) => trace.traceId));
    const otlp = merged([readOtlpJson(json("jaeger.otlp.json"))]).filter((trace) => known.has(trace.traceId));
    expect(comparable(otlp, true)).toEqual(
      comparable(
        v3.filter((trace) => otlp.some((other) => other.traceId === trace.traceId)),
        true,
      ),
    );
    expect(otlp.length).toBeGreaterThan(60);
  });

  test("UI JSON says the same to the microsecond", () => {
    const ui = merged([readJaegerJson(json("jaeger.ui.json"))]);
    expect(comparable(ui, false)).toEqual(comparable(v3, false));
    const ends = new Map(v3.flatMap((trace) => trace.spans).map((span) => [span.traceId + span.spanId, span.endedAt]));
    for (const span of ui.flatMap((trace) => trace.spans))
      expect(Math.abs(span.endedAt - ends.get(span.traceId + span.spanId)!)).toBeLessThan(2);
  });

  test("merged, the four are one recording", () => {
    const ui = readJaegerJson(json("jaeger.ui.json"))!.traces;
    expect(mergeTraces([...v3, ...ui]).flatMap((trace) => trace.spans)).toHaveLength(2318);
  });
});
