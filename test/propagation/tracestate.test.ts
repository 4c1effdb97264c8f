import { describe, expect, it } from "vitest";
import { parseTraceState } from "../../src/propagation/tracestate.ts";

const members = (count: number): string => Array.from({ length: count }, (_, i) => `k${i}=${i}`).join(",");

describe("parseTraceState", () => {
  it("reads members in order, without whitespace around them", () => {
    expect(parseTraceState("foo=1 \t,\t bar=2,,baz= 3")).toEqual({
      members: [
        ["foo", "1"],
        ["bar", "2"],
        ["baz", " 3"],
      ],
      problems: [],
      warnings: [],
    });
  });

  it.each([
    ["nothing", ""],
    ["empty members", ",, ,"],
    ["32 members", members(32)],
    ["a key of 256 characters", `${"z".repeat(256)}=1`],
    ["a value of 256 characters", `z=${"1".repeat(256)}`],
    ["a multi-tenant key", "t-1_*/@vendor=1"],
    ["a tenant that begins with a digit", "0t@vendor=1"],
  ])("finds nothing wrong with %s", (_name, value) => {
    expect(parseTraceState(value)).toMatchObject({ problems: [], warnings: [] });
  });

  it.each([
    ["33 members", members(33), "tracestate has 33 list-members; there can be a maximum of 32"],
    ["a member without =", "foo,bar=1", 'tracestate list-member "foo" has no "="'],
    ["a last member without =", "bar=1,fo", 'tracestate list-member "fo" has no "="; it is the last one, so the value may have been cut'],
    ["an empty key", "=1", "a tracestate key is empty"],
    ["an upper-case key", "Foo=1", 'tracestate key "Foo" does not begin with a lowercase letter or a digit'],
    ["a dot in a key", "foo.bar=1", 'tracestate key "foo.bar" holds a character other than a-z, 0-9, "_", "-", "*", "/" and "@"'],
    ["a long key", `${"z".repeat(257)}=1`, `tracestate key "${"z".repeat(40)}…" is 257 characters long; up to 256 are allowed`],
    ["an empty value", "foo=", 'the tracestate value of "foo" is empty'],
    ["= in a value", "foo=bar=baz", 'the tracestate value of "foo" holds a "="'],
    ["a tab in a value", "foo=a\tb", 'the tracestate value of "foo" holds a character that is not printable ASCII'],
    ["a long value", `foo=${"1".repeat(257)}`, 'the tracestate value of "foo" is 257 characters long; up to 256 are allowed'],
  ])("must be dropped: %s", (_name, value, problem) => {
    expect(parseTraceState(value).problems).toEqual([problem]);
  });

  it.each([
    ["a key twice", "foo=1,foo=1", 'tracestate key "foo" occurs more than once; only one entry per key is allowed'],
    ["an empty system", "foo@=1", 'tracestate key "foo@" is valid in Trace Context Level 2 only'],
    ["a key that begins with a digit", "0foo=1", 'tracestate key "0foo" is valid in Trace Context Level 2 only'],
    [
      "more than 512 characters",
      `a=${"1".repeat(255)},b=${"1".repeat(253)}`,
      "tracestate is 513 characters long; vendors SHOULD propagate at least 512, not more",
    ],
  ])("is kept with a warning: %s", (_name, value, warning) => {
    expect(parseTraceState(value)).toMatchObject({ problems: [], warnings: [warning] });
  });

  it("warns once of a key that occurs three times", () => {
    expect(parseTraceState("a=1,a=2,a=3").warnings).toHaveLength(1);
  });

  it("tells one problem of a hostile list", () => {
    expect(parseTraceState("?,".repeat(5_000)).problems).toHaveLength(1);
  });

  it("never lets control characters into a message", () => {
    expect(parseTraceState("\u001b[31m=1").problems).toEqual([
      'tracestate key "\u{fffd}[31m" does not begin with a lowercase letter or a digit',
    ]);
  });
});
