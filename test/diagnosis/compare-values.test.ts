import { describe, expect, it } from "vitest";
import { type ListLoss, lossOf, relateTraceIds } from "../../src/diagnosis/compare-values.ts";

const ZEROS = "0".repeat(16);
const HIGH = "4bf92f3577b34da6";
const LOW = "a3ce929d0e0e4736";

describe("relateTraceIds", () => {
  it.each([
    ["the same id", HIGH + LOW, HIGH + LOW, undefined],
    ["the lower half, padded", HIGH + LOW, ZEROS + LOW, "trace-id-shortened"],
    ["the upper half, padded", HIGH + LOW, ZEROS + HIGH, "trace-id-shortened"],
    ["a 64-bit id with the zeros on the right", ZEROS + LOW, LOW + ZEROS, "format-translated-wrong"],
    ["a leading zero that an integer formatter dropped", `0${HIGH.slice(1)}${LOW}`, `${HIGH.slice(1)}${LOW}0`, "format-translated-wrong"],
    ["a half that became a floating-point number", `${ZEROS}2889adb8f802bd5b`, `${ZEROS}2889adb8f802be00`, "format-translated-wrong"],
    ["the same, as the number is printed", `${ZEROS}2889adb8f802bd5b`, `${ZEROS}2889adb8f802bdfc`, "format-translated-wrong"],
    ["the next id of who counts them", `${HIGH}2889adb8f802bd5b`, `${HIGH}2889adb8f802bd5c`, undefined],
    ["the halves in the other order", HIGH + LOW, LOW + HIGH, "format-translated-wrong"],
    ["the bytes in the other order", HIGH + LOW, "36470e0e9d92cea3a64db377352ff94b", "format-translated-wrong"],
    ["the bytes of each half in the other order", HIGH + LOW, "a64db377352ff94b36470e0e9d92cea3", "format-translated-wrong"],
    ["another trace", HIGH + LOW, LOW + LOW, undefined],
    ["another 64-bit trace", ZEROS + LOW, ZEROS + HIGH, undefined],
  ] as const)("%s", (_, before, after, cause) => {
    expect(relateTraceIds(before, after)).toBe(cause);
  });

  it("reads a dropped leading zero that the reader padded on the left again", () => {
    // 31 digits on the wire: a reader that pads gets the id back, so nothing was lost.
    const id = `0${HIGH.slice(1)}${LOW}`;
    expect(relateTraceIds(id, id)).toBeUndefined();
  });
});

describe("lossOf", () => {
  const loss = (before: readonly string[], after: readonly string[], field: ListLoss["field"] = "baggage") =>
    lossOf(
      field,
      before.map((value) => ({ name: field, value })),
      after.map((value) => ({ name: field, value })),
    );

  it.each([
    ["nothing came in", [], ["a=1"]],
    ["an empty value came in", [""], []],
    ["the same value", ["a=1,b=2"], ["a=1,b=2"]],
    ["another order: OpenTelemetry Go shuffles baggage at every hop", ["a=1,b=2,c=3"], ["c=3,a=1,b=2"]],
    ["other whitespace", ["a=1,b=2"], ["a=1 , b=2"]],
    ["other percent-encoding", ["a=x%20y"], ["a=x%20y"]],
    ["two lines joined to one", ["a=1", "b=2"], ["a=1,b=2"]],
    ["a member was added", ["a=1"], ["z=9,a=1"]],
    ["a member has another value", ["a=1,b=2"], ["a=1,b=3"]],
  ])("none: %s", (_, before, after) => {
    expect(loss(before, after)).toBeUndefined();
  });

  it("nothing is left", () => {
    expect(loss(["a=1,b=2"], [])).toEqual({ field: "baggage", isCut: false, isAllowed: false, isGone: true, lost: 2, of: 2 });
    expect(loss(["a=1,b=2"], [""])).toMatchObject({ isGone: true });
  });

  it("a member is gone", () => {
    expect(loss(["a=1,b=2,c=3"], ["a=1,c=3"])).toEqual({ field: "baggage", isCut: false, isAllowed: false, isGone: false, lost: 1, of: 3 });
  });

  it("only the last member, or only the first line, is left", () => {
    expect(loss(["a=1,b=2,c=3"], ["c=3"])).toMatchObject({ isCut: false, lost: 2, of: 3 });
    expect(loss(["a=1", "b=2"], ["a=1"])).toMatchObject({ lost: 1, of: 2 });
  });

  it("a value was cut in its middle, whatever the order of the others", () => {
    expect(loss(["a=1,b=23456"], ["a=1,b=23"])).toMatchObject({ isCut: true, lost: 1, of: 2 });
    expect(loss(["a=1,b=23456,c=3"], ["c=3,b=23,a=1"])).toMatchObject({ isCut: true, lost: 1, of: 3 });
  });

  it("a tracestate was cut by length", () => {
    expect(loss(["a=1,b=2,c=3"], ["a=1,b=2,c="], "tracestate")).toMatchObject({ field: "tracestate", isCut: true, lost: 1, of: 3 });
    expect(loss(["a=1,b=2,c=3"], ["a=1,b=2,c="], "tracestate")?.kept).toEqual({ characters: 10, of: 11 });
  });

  it("whole members of a tracestate may be left out beyond 512 characters, and not before", () => {
    const list = (length: number) => `a=1,b=${"x".repeat(length - "a=1,b=".length)}`;
    expect(loss([list(513)], ["a=1"], "tracestate")).toMatchObject({ isCut: false, isAllowed: true });
    expect(loss([list(512)], ["a=1"], "tracestate")).toMatchObject({ isCut: false, isAllowed: false });
    expect(loss([list(513)], ["a=1"])).toMatchObject({ isAllowed: false });
  });

  it("looks at the field it is asked about, whatever the case of its name", () => {
    const before = [
      { name: "TraceState", value: "a=1,b=2" },
      { name: "baggage", value: "k=1" },
    ];
    expect(lossOf("tracestate", before, [{ name: "tracestate", value: "a=1" }])).toMatchObject({ field: "tracestate", lost: 1 });
    expect(lossOf("baggage", before, [{ name: "Baggage", value: "k=1" }])).toBeUndefined();
  });
});
