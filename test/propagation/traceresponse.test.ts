import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTraceResponse } from "../../src/propagation/traceresponse.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

const read = (...values: string[]) => readTraceResponse(values.map((value) => ({ name: "TraceResponse", value })));

describe("traceresponse", () => {
  it.each([
    ["whole", `00-${TRACE}-${SPAN}-01`, { traceId: TRACE, spanId: SPAN, sampled: true }],
    ["not sampled", ` 00-${TRACE}-${SPAN}-02 `, { traceId: TRACE, spanId: SPAN, sampled: false }],
    ["no trace-id", `00--${SPAN}-01`, { spanId: SPAN, sampled: true }],
    ["no child-id", `00-${TRACE}--00`, { traceId: TRACE, sampled: false }],
    ["no flags", `00-${TRACE}-${SPAN}-`, { traceId: TRACE, spanId: SPAN }],
    ["a higher version", `01-${TRACE}-${SPAN}-01-more`, { traceId: TRACE, spanId: SPAN, sampled: true }],
  ])("%s", (_name, value, response) => {
    expect(read(value)).toEqual(response);
  });

  it.each([
    ["empty", ""],
    ["no part", "00---"],
    ["version ff", `ff-${TRACE}-${SPAN}-01`],
    ["no version", `-${TRACE}-${SPAN}-01`],
    ["more fields in version 00", `00-${TRACE}-${SPAN}-01-00`],
    ["a missing field", `00-${TRACE}-${SPAN}`],
    ["upper case", `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ["a short child-id", `00-${TRACE}-${SPAN.slice(1)}-01`],
    ["a zero child-id", `00-${TRACE}-${"0".repeat(16)}-01`],
  ])("is ignored: %s", (_name, value) => {
    expect(read(value)).toBeUndefined();
  });

  it("is read among other fields, and ignored when two contradict each other", () => {
    const value = `00-${TRACE}-${SPAN}-01`;
    expect(readTraceResponse([{ name: "server", value: "x" }])).toBeUndefined();
    expect(read(value, value)).toEqual({ traceId: TRACE, spanId: SPAN, sampled: true });
    expect(read(value, `00-${TRACE}-${SPAN}-00`)).toBeUndefined();
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.array(fc.string()), (values) => void read(...values)));
  });
});
