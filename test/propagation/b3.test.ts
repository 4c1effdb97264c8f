import { describe, expect, it } from "vitest";
import { b3Multi } from "../../src/propagation/b3-multi.ts";
import { b3Single } from "../../src/propagation/b3-single.ts";
import type { Field } from "../../src/wire/field.ts";

const TRACE = "80f198ee56343ba864fe8b2a57d3eff7";
const SPAN = "e457b5a2e4d86bd1";
const PARENT = "05e3ac9a4f6e3b90";
const SHORT = "64fe8b2a57d3eff7";
const PADDED = `0000000000000000${SHORT}`;
const ZEROS = "0".repeat(16);

const upperCase = "the ids hold upper-case hex digits; they are encoded as lower-hex characters, and receivers differ in accepting others";
const zeroParent = "ParentSpanId is all zeroes; it must be absent on the root span";

const single = (...values: string[]): Field[] => values.map((value) => ({ name: "b3", value }));
/** `traceid`, `spanid`, `parentspanid`, `sampled`, `flags` and their values. */
const multi = (...pairs: [string, string][]): Field[] => pairs.map(([name, value]) => ({ name: `x-b3-${name}`, value }));

describe("b3 in one field", () => {
  it.each([
    ["deferred", `${TRACE}-${SPAN}`, { traceId: TRACE, spanId: SPAN, sampled: "deferred" }],
    ["accepted", `${TRACE}-${SPAN}-1`, { traceId: TRACE, spanId: SPAN, sampled: true }],
    ["denied", ` ${TRACE}-${SPAN}-0\t`, { traceId: TRACE, spanId: SPAN, sampled: false }],
    ["debug", `${TRACE}-${SPAN}-d`, { traceId: TRACE, spanId: SPAN, sampled: true }],
    ["with a parent", `${TRACE}-${SPAN}-1-${PARENT}`, { traceId: TRACE, spanId: SPAN, parentSpanId: PARENT, sampled: true }],
    ["64 bits", `${SHORT}-${SPAN}-1`, { traceId: PADDED, traceIdSeen: SHORT, spanId: SPAN, sampled: true }],
  ])("%s", (_name, value, context) => {
    expect(b3Single.extract(single(value))).toEqual({ format: "b3", context, warnings: [] });
  });

  it("takes upper-case ids with a warning", () => {
    const value = `${TRACE.toUpperCase()}-${SPAN}-1-${PARENT.toUpperCase()}`;
    const context = { traceId: TRACE, traceIdSeen: TRACE.toUpperCase(), spanId: SPAN, parentSpanId: PARENT, sampled: true };
    expect(b3Single.extract(single(value))).toEqual({ format: "b3", context, warnings: [upperCase] });
  });

  it("takes a parent of zeroes as none, with a warning", () => {
    const context = { traceId: TRACE, spanId: SPAN, sampled: true };
    expect(b3Single.extract(single(`${TRACE}-${SPAN}-1-${ZEROS}`))).toEqual({ format: "b3", context, warnings: [zeroParent] });
  });

  it.each(["0", "1", "d", " 0 "])("says nothing about a trace when it is only a sampling state: %j", (value) => {
    expect(b3Single.extract(single(value))).toBeUndefined();
  });

  it.each([
    ["empty", "", "the value is empty"],
    ["cut in the trace id", TRACE.slice(0, 20), "the value ends after 20 of 32 characters of TraceId"],
    ["only a trace id", TRACE, "SpanId is missing"],
    ["only a short trace id", SHORT, "SpanId is missing"],
    ["cut before the span id", `${TRACE}-`, "the value ends after 0 of 16 characters of SpanId"],
    ["cut in the span id", `${TRACE}-${SPAN.slice(0, 7)}`, "the value ends after 7 of 16 characters of SpanId"],
    ["a hyphen after the span id", `${TRACE}-${SPAN}-`, "the value ends after SpanId and a hyphen, before SamplingState"],
    ["cut in the parent", `${TRACE}-${SPAN}-1-${PARENT.slice(0, 9)}`, "the value ends after 9 of 16 characters of ParentSpanId"],
    ["cut before the parent", `${TRACE}-${SPAN}-1-`, "the value ends after 0 of 16 characters of ParentSpanId"],
    ["a short span id in the middle", `${TRACE}-${SPAN.slice(1)}-1`, "SpanId is 15 characters long, not 16 lower-hex characters"],
    ["a long trace id", `${TRACE}00-${SPAN}-1`, "TraceId is 34 characters long, not 32 or 16 lower-hex characters"],
    ["no hex", `${TRACE.replace("8", "x")}-${SPAN}-1`, "TraceId holds a character that is not a hex digit"],
    ["zero trace id", `${"0".repeat(32)}-${SPAN}-1`, "TraceId is all zeroes"],
    ["zero span id", `${TRACE}-${ZEROS}-1`, "SpanId is all zeroes"],
    ["another sampling state", `${TRACE}-${SPAN}-true`, 'SamplingState is "true", not 1, 0 or d'],
    ["more behind the parent", `${TRACE}-${SPAN}-1-${PARENT}-1`, "ParentSpanId is the final position, and more follows"],
    [
      "two in one line",
      `${TRACE}-${SPAN}-1, ${TRACE}-${SPAN}-1`,
      "one line holds 2 equal values, separated by commas; the field is not a list",
    ],
  ])("malformed: %s", (_name, value, malformed) => {
    expect(b3Single.extract(single(value))).toEqual({ format: "b3", malformed });
  });

  it("is malformed when the field occurs twice", () => {
    expect(b3Single.extract(single(`${TRACE}-${SPAN}-1`, "0"))).toEqual({
      format: "b3",
      malformed: "the field occurs 2 times, with different values",
    });
  });
});

describe("b3 in a field per item", () => {
  const ids: [string, string][] = [
    ["traceid", TRACE],
    ["spanid", SPAN],
  ];

  it.each<[string, [string, string][], object]>([
    ["deferred", ids, { traceId: TRACE, spanId: SPAN, sampled: "deferred" }],
    ["accepted", [...ids, ["sampled", "1"]], { traceId: TRACE, spanId: SPAN, sampled: true }],
    ["denied", [...ids, ["sampled", "0"]], { traceId: TRACE, spanId: SPAN, sampled: false }],
    ["debug", [...ids, ["flags", "1"]], { traceId: TRACE, spanId: SPAN, sampled: true }],
    ["other flags are ignored", [...ids, ["sampled", "0"], ["flags", "2"]], { traceId: TRACE, spanId: SPAN, sampled: false }],
    [
      "with a parent",
      [["parentspanid", PARENT], ...ids, ["sampled", "1"]],
      { traceId: TRACE, spanId: SPAN, parentSpanId: PARENT, sampled: true },
    ],
    [
      "64 bits",
      [
        ["traceid", SHORT],
        ["spanid", SPAN],
      ],
      { traceId: PADDED, traceIdSeen: SHORT, spanId: SPAN, sampled: "deferred" },
    ],
  ])("%s", (_name, pairs, context) => {
    expect(b3Multi.extract(multi(...pairs))).toEqual({ format: "b3multi", context, warnings: [] });
  });

  it.each<[string, [string, string][], string]>([
    ["true", [...ids, ["sampled", "true"]], "X-B3-Sampled should not be encoded as true; a lenient implementation may accept it"],
    [
      "debug and denied",
      [...ids, ["sampled", "0"], ["flags", "1"]],
      "X-B3-Flags: 1 (debug) implies an accept decision, and X-B3-Sampled denies",
    ],
    ["a second trace id", [...ids, ["sampled", "1"], ["traceid", SHORT]], "X-B3-TraceId occurs 2 times; the first value wins"],
    ["a parent of zeroes", [...ids, ["sampled", "1"], ["parentspanid", ZEROS]], zeroParent],
  ])("with a warning: %s", (_name, pairs, warning) => {
    expect(b3Multi.extract(multi(...pairs))).toEqual({
      format: "b3multi",
      context: { traceId: TRACE, spanId: SPAN, sampled: true },
      warnings: [warning],
    });
  });

  it("takes names in any case", () => {
    const fields = [
      { name: "X-B3-TraceId", value: TRACE },
      { name: "X-B3-SPANID", value: SPAN },
    ];
    expect(b3Multi.extract(fields)).toMatchObject({ context: { traceId: TRACE, spanId: SPAN } });
  });

  it.each<[string, [string, string][]]>([
    ["nothing", []],
    ["a denial", [["sampled", "0"]]],
    ["debug", [["flags", "1"]]],
  ])("says nothing about a trace: %s alone", (_name, pairs) => {
    expect(b3Multi.extract(multi(...pairs))).toBeUndefined();
  });

  it.each<[string, [string, string][], string]>([
    ["trace id without span id", [["traceid", TRACE]], "X-B3-TraceId comes without X-B3-SpanId, which is required"],
    ["span id without trace id", [["spanid", SPAN]], "X-B3-SpanId comes without X-B3-TraceId, which is required"],
    ["a parent alone", [["parentspanid", PARENT]], "X-B3-ParentSpanId comes without X-B3-TraceId and X-B3-SpanId, which are required"],
  ])("incomplete: %s", (_name, pairs, malformed) => {
    expect(b3Multi.extract(multi(...pairs))).toEqual({ format: "b3multi", malformed, isIncomplete: true });
  });

  it.each<[string, [string, string][], string]>([
    [
      "an empty parent",
      [...ids, ["parentspanid", ""]],
      "X-B3-ParentSpanId is empty; absent means that it does not exist, an empty one is malformed",
    ],
    ["a hyphen for a parent", [...ids, ["parentspanid", "-"]], "X-B3-ParentSpanId is 1 characters long, not 16 lower-hex characters"],
    ["an empty sampling state", [...ids, ["sampled", ""]], "X-B3-Sampled is empty"],
    ["another sampling state", [...ids, ["sampled", "d"]], 'X-B3-Sampled is "d", not 1 or 0'],
    [
      "two in one line",
      [
        ["traceid", `${TRACE}, ${TRACE}`],
        ["spanid", SPAN],
      ],
      "X-B3-TraceId is 66 characters long, not 32 or 16 lower-hex characters; a comma separates several values in one line",
    ],
  ])("malformed: %s", (_name, pairs, malformed) => {
    expect(b3Multi.extract(multi(...pairs))).toEqual({ format: "b3multi", malformed });
  });
});
