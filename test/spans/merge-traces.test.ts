import { describe, expect, test } from "vitest";
import { mergeTraces } from "../../src/spans/merge-traces.ts";
import type { Span, Trace } from "../../src/spans/span.ts";
import { CLIENT, SERVER, TRACE } from "./sample-spans.ts";

function span(fields: Partial<Span> = {}): Span {
  return {
    traceId: TRACE,
    spanId: SERVER,
    name: "GET",
    kind: "server",
    startedAt: 1000.25,
    endedAt: 2000,
    error: false,
    resource: { service: "a" },
    scope: "",
    links: [],
    attributes: {},
    ...fields,
  };
}
const trace = (spans: readonly Span[], warnings: readonly string[] = []): Trace => ({ traceId: TRACE, spans, warnings });

describe("merging traces", () => {
  test("leaves what it was given as it is", () => {
    const given = [span({ startedAt: 9 }), span({ spanId: CLIENT, startedAt: 1 })];
    const [merged] = mergeTraces([trace(given)]);
    expect(merged!.spans.map(({ startedAt }) => startedAt)).toEqual([1, 9]);
    expect(given.map(({ startedAt }) => startedAt)).toEqual([9, 1]);
  });

  test("each trace once, sorted, warnings once", () => {
    const other = { traceId: `${"0".repeat(31)}1`, spans: [], warnings: [] };
    const merged = mergeTraces([trace([span()], ["w"]), other, trace([span({ spanId: CLIENT, startedAt: 1 })], ["w", "x"])]);
    expect(merged.map((each) => each.traceId)).toEqual([other.traceId, TRACE]);
    expect(merged[1]!.spans.map((each) => each.spanId)).toEqual([CLIENT, SERVER]);
    expect(merged[1]!.warnings).toEqual(["w", "x"]);
  });

  test("copies are dropped, also from an encoding that cuts to microseconds", () => {
    expect(mergeTraces([trace([span(), span()]), trace([span({ startedAt: 1000, endedAt: 1999 })])])[0]!.spans).toEqual([span()]);
  });

  test("B3's shared id: the CLIENT and the SERVER span both stay, without a warning", () => {
    const merged = mergeTraces([trace([span(), span({ kind: "client" }), span({ resource: { service: "b" } })])]);
    expect(merged[0]!.spans).toHaveLength(3);
    expect(merged[0]!.warnings).toEqual([]);
  });

  test("different spans under one id both stay, with a warning that is said once", () => {
    const once = mergeTraces([trace([span(), span({ startedAt: 5000, endedAt: 6000 })])]);
    expect(once[0]!.spans).toHaveLength(2);
    expect(mergeTraces([...once, ...once])).toEqual(once);
    expect(once[0]!.warnings).toEqual([`span id ${SERVER} stands for different spans`]);
  });
});
