import { describe, expect, it } from "vitest";
import { parseTraceparent, w3c } from "../../src/propagation/w3c.ts";
import type { Field } from "../../src/wire/field.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const VALID = `00-${TRACE}-${SPAN}-01`;

const parents = (...values: string[]): Field[] => values.map((value) => ({ name: "traceparent", value }));
const withState = (...values: string[]): Field[] => [...parents(VALID), ...values.map((value) => ({ name: "tracestate", value }))];

describe("traceparent, valid", () => {
  it.each([
    ["sampled", VALID, 1, true],
    ["not sampled", `00-${TRACE}-${SPAN}-00`, 0, false],
    ["Level 2: random", `00-${TRACE}-${SPAN}-02`, 2, false],
    ["Level 2: random and sampled", `00-${TRACE}-${SPAN}-03`, 3, true],
    ["optional whitespace around it", `\t ${VALID} \t`, 1, true],
  ])("%s", (_name, value, flags, sampled) => {
    expect(w3c.extract(parents(value))).toEqual({ format: "w3c", context: { traceId: TRACE, spanId: SPAN, sampled, flags }, warnings: [] });
  });

  it.each([
    ["reserved flags", `00-${TRACE}-${SPAN}-ff`, "trace-flags ff sets bits that are reserved; vendors MUST set those to zero"],
    ["a higher version", `cc-${TRACE}-${SPAN}-01`, "version cc is higher than 00; only the fields of version 00 are read"],
    [
      "a higher version with more fields",
      `01-${TRACE}-${SPAN}-01-what, ever`,
      "version 01 is higher than 00; only the fields of version 00 are read",
    ],
  ])("with a warning: %s", (_name, value, warning) => {
    expect(w3c.extract(parents(value))).toMatchObject({ context: { traceId: TRACE, spanId: SPAN, sampled: true }, warnings: [warning] });
  });

  it("takes field names in any case", () => {
    expect(w3c.extract([{ name: "TraceParent", value: VALID }])).toMatchObject({ context: { traceId: TRACE } });
  });
});

describe("traceparent, malformed", () => {
  it.each([
    ["empty", "", "the value is empty"],
    ["only whitespace", " \t", "the value is empty"],
    ["cut in version", "0", "the value ends after 1 of 55 characters, in version"],
    ["cut in trace-id", VALID.slice(0, 20), "the value ends after 20 of 55 characters, in trace-id"],
    ["cut after trace-id", VALID.slice(0, 35), "the value ends after 35 of 55 characters, after trace-id"],
    ["cut in parent-id", VALID.slice(0, 40), "the value ends after 40 of 55 characters, in parent-id"],
    ["cut after parent-id", VALID.slice(0, 52), "the value ends after 52 of 55 characters, after parent-id"],
    ["cut in trace-flags", VALID.slice(0, 54), "the value ends after 54 of 55 characters, in trace-flags"],
    [
      "upper-case trace-id",
      `00-${TRACE.toUpperCase()}-${SPAN}-01`,
      "trace-id holds upper-case hex digits; it MUST be lower-case hex (32HEXDIGLC)",
    ],
    [
      "upper-case parent-id",
      `00-${TRACE}-${SPAN.toUpperCase()}-01`,
      "parent-id holds upper-case hex digits; it MUST be lower-case hex (16HEXDIGLC)",
    ],
    [
      "no hex in trace-id",
      `00-${TRACE.replace("4", "g")}-${SPAN}-01`,
      "trace-id holds a character that is not a lower-case hex digit (32HEXDIGLC)",
    ],
    ["no hex in trace-flags", `00-${TRACE}-${SPAN}-0.`, "trace-flags holds a character that is not a lower-case hex digit (2HEXDIGLC)"],
    ["short trace-id", `00-${TRACE.slice(1)}-${SPAN}-01`, "trace-id has 31 characters, not 32; the value is 54 characters long, not 55"],
    ["long parent-id", `00-${TRACE}-${SPAN}0-01`, "parent-id has 17 characters, not 16; the value is 56 characters long, not 55"],
    ["version ff", `ff-${TRACE}-${SPAN}-01`, "version ff is forbidden"],
    ["version is not hex", `.0-${TRACE}-${SPAN}-01`, "version holds a character that is not a lower-case hex digit (2HEXDIGLC)"],
    [
      "version 00 with more fields",
      `${VALID}-00`,
      "version 00 ends with trace-flags, and more fields follow; the value is 58 characters long, not 55",
    ],
    [
      "version 00 with a hyphen at the end",
      `${VALID}-`,
      "version 00 ends with trace-flags, and more fields follow; the value is 56 characters long, not 55",
    ],
    [
      "a higher version without a hyphen behind",
      `cc-${TRACE}-${SPAN}-01.`,
      "trace-flags is not 2HEXDIGLC; the value is 56 characters long, not 55",
    ],
    ["all-zero trace-id", `00-${"0".repeat(32)}-${SPAN}-01`, "trace-id is all zeroes, which is forbidden"],
    ["all-zero parent-id", `00-${TRACE}-${"0".repeat(16)}-01`, "parent-id is all zeroes, which is forbidden"],
    [
      "two in one line",
      `${VALID}, ${VALID.replace("7-", "8-")}`,
      "one line holds 2 different values, separated by commas; the field is not a list",
    ],
    ["the same twice in one line", `${VALID}, ${VALID}`, "one line holds 2 equal values, separated by commas; the field is not a list"],
    ["another format", "null", "version is not 2HEXDIGLC; the value is 4 characters long, not 55"],
  ])("%s", (_name, value, malformed) => {
    expect(w3c.extract(parents(value))).toEqual({ format: "w3c", malformed });
  });

  it("is a cut only when the value is a proper prefix of the grammar", () => {
    expect(parseTraceparent(VALID.slice(0, 40))).toMatchObject({ isCut: true });
    expect(parseTraceparent(`00-${TRACE.slice(1)}-${SPAN}-01`)).toMatchObject({ isCut: false });
    expect(parseTraceparent("")).toMatchObject({ isCut: false });
  });

  it("says how often the field occurs, and whether the values differ", () => {
    const other = VALID.replace("7-", "8-");
    expect(w3c.extract(parents(VALID, other))).toEqual({ format: "w3c", malformed: "the field occurs 2 times, with different values" });
    expect(w3c.extract(parents(VALID, VALID))).toEqual({ format: "w3c", malformed: "the field occurs 2 times, with equal values" });
    expect(w3c.extract(parents(VALID, "", VALID))).toEqual({ format: "w3c", malformed: "the field occurs 3 times, with different values" });
  });

  it("lets callers look into each of several values", () => {
    expect(parseTraceparent(VALID)).toEqual({ context: { traceId: TRACE, spanId: SPAN, sampled: true, flags: 1 }, warnings: [] });
  });
});

describe("tracestate beside traceparent", () => {
  it("is kept as it stands", () => {
    expect(w3c.extract(withState("rojo=1, congo=2"))).toMatchObject({ context: { traceState: "rojo=1, congo=2" }, warnings: [] });
  });

  it("joins its lines with a comma (RFC 9110 §5.3)", () => {
    expect(w3c.extract(withState("rojo=1", "congo=2"))).toMatchObject({ context: { traceState: "rojo=1,congo=2" }, warnings: [] });
  });

  it("is ignored without a traceparent, and beside a malformed one", () => {
    expect(w3c.extract([{ name: "tracestate", value: "rojo=1" }])).toBeUndefined();
    expect(w3c.extract([...parents("00-"), { name: "tracestate", value: "=" }])).toEqual({
      format: "w3c",
      malformed: "the value ends after 3 of 55 characters, in trace-id",
    });
  });

  it("is absent when it has no members: Envoy sends an empty one", () => {
    expect(w3c.extract(withState(""))).toEqual({
      format: "w3c",
      context: { traceId: TRACE, spanId: SPAN, sampled: true, flags: 1 },
      warnings: [],
    });
    expect(w3c.extract(withState("", " ,\t"))).toMatchObject({ warnings: [] });
  });

  it("is dropped when it breaks the grammar, and traceparent stays", () => {
    expect(w3c.extract(withState("foo =1"))).toEqual({
      format: "w3c",
      context: { traceId: TRACE, spanId: SPAN, sampled: true, flags: 1 },
      warnings: ['tracestate key "foo " holds a character other than a-z, 0-9, "_", "-", "*", "/" and "@": tracestate must be dropped'],
    });
  });

  it("adds its warnings to those of traceparent", () => {
    const fields = [...parents(`cc-${TRACE}-${SPAN}-01`), { name: "tracestate", value: "a=1,a=2" }];
    expect(w3c.extract(fields)).toMatchObject({
      context: { traceState: "a=1,a=2" },
      warnings: [expect.stringContaining("version cc"), expect.stringContaining("occurs more than once")],
    });
  });
});
