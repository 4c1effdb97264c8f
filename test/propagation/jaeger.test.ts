import { describe, expect, it } from "vitest";
import { jaeger } from "../../src/propagation/jaeger.ts";
import type { Field } from "../../src/wire/field.ts";

const TRACE = "a1ce929d0e0e4736a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const PARENT = "1000000000000002";

const fields = (...values: string[]): Field[] => values.map((value) => ({ name: "Uber-Trace-Id", value }));

describe("uber-trace-id, valid", () => {
  it.each([
    ["sampled", `${TRACE}:${SPAN}:0:1`, { traceId: TRACE, spanId: SPAN, sampled: true, flags: 1 }],
    ["not sampled", `${TRACE}:${SPAN}:0:0`, { traceId: TRACE, spanId: SPAN, sampled: false, flags: 0 }],
    ["two digits of flags", ` ${TRACE}:${SPAN}:0:03 `, { traceId: TRACE, spanId: SPAN, sampled: true, flags: 3 }],
    ["with a parent", `${TRACE}:${SPAN}:${PARENT}:1`, { traceId: TRACE, spanId: SPAN, parentSpanId: PARENT, sampled: true, flags: 1 }],
    ["a parent of zeroes", `${TRACE}:${SPAN}:${"0".repeat(16)}:1`, { traceId: TRACE, spanId: SPAN, sampled: true, flags: 1 }],
    [
      "ids without leading zeros",
      "3ce929d0e0e4736:f067aa0ba902b7:2:1",
      {
        traceId: "000000000000000003ce929d0e0e4736",
        traceIdSeen: "3ce929d0e0e4736",
        spanId: SPAN,
        parentSpanId: "0000000000000002",
        sampled: true,
        flags: 1,
      },
    ],
  ])("%s", (_name, value, context) => {
    expect(jaeger.extract(fields(value))).toEqual({ format: "jaeger", context, warnings: [] });
  });

  const ids = { traceId: TRACE, spanId: SPAN, sampled: true };
  it.each([
    ["URL-encoded", `${TRACE}%3A${SPAN}%3a0%3A1`, "the value is URL-encoded (%3A for a colon); receivers differ in decoding it"],
    ["upper case", `${TRACE.toUpperCase()}:${SPAN}:0:1`, "the ids hold upper-case hex digits; receivers differ in accepting them"],
    ["any parent", `${TRACE}:${SPAN}:whatever:1`, "parent-span-id is not a 64-bit value in base16 format; it is deprecated and ignored"],
    ["long flags", `${TRACE}:${SPAN}:0:00001`, "flags has 5 digits; it is one or two hex digits"],
    [
      "debug alone",
      `${TRACE}:${SPAN}:0:2`,
      "the debug flag is set without the sampled flag; it should only be set when the sampled flag is set",
    ],
  ])("with a warning: %s", (_name, value, warning) => {
    expect(jaeger.extract(fields(value))).toMatchObject({ context: ids, warnings: [warning] });
  });
});

describe("uber-trace-id, malformed", () => {
  it.each([
    ["empty", "", "the value is empty"],
    ["cut in the trace id", TRACE.slice(0, 9), "the value ends in or after trace-id; the format has 4 parts, separated by colons"],
    ["cut before the span id", `${TRACE}:`, "the value ends before span-id; the format has 4 parts, separated by colons"],
    ["cut in the parent", `${TRACE}:${SPAN}:1`, "the value ends in or after parent-span-id; the format has 4 parts, separated by colons"],
    ["cut before the flags", `${TRACE}:${SPAN}:0:`, "the value ends before flags; the format has 4 parts, separated by colons"],
    ["five parts", `${TRACE}:${SPAN}:0:1:1`, "the value has more than 4 parts"],
    ["an empty trace id", `:${SPAN}:0:1`, "trace-id is empty"],
    ["a zero trace id", `0:${SPAN}:0:1`, "trace-id is 0, which is not valid"],
    ["a zero span id", `${TRACE}:0000:0:1`, "span-id is 0, which is not valid"],
    ["a long trace id", `${TRACE}0000:${SPAN}:0:1`, "trace-id is 36 characters long; up to 32 hex digits are allowed"],
    ["no hex", `${TRACE}:wired:0:1`, "span-id holds a character that is not a hex digit"],
    ["no hex at all", "null", "trace-id holds a character that is not a hex digit"],
    ["flags beyond a byte", `${TRACE}:${SPAN}:0:100`, "flags is not a one-byte bitmap of one or two hex digits"],
    ["flags are not hex", `${TRACE}:${SPAN}:0:x`, "flags is not a one-byte bitmap of one or two hex digits"],
    ["two in one line", `${TRACE}:${SPAN}:0:1, 1:2:0:1`, "one line holds 2 different values, separated by commas; the field is not a list"],
  ])("%s", (_name, value, malformed) => {
    expect(jaeger.extract(fields(value))).toEqual({ format: "jaeger", malformed });
  });

  it("is malformed when the field occurs twice", () => {
    expect(jaeger.extract(fields("1:2:0:1", "1:2:0:1"))).toEqual({
      format: "jaeger",
      malformed: "the field occurs 2 times, with equal values",
    });
  });
});
