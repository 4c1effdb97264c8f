import { describe, expect, it } from "vitest";
import { FieldSorter, keptFieldNames, readContexts } from "../../src/hops/read-contexts.ts";
import { MAX_FORMATS } from "../../src/propagation/format-set.ts";
import { formatsWith, propagationFormats, standardFormats } from "../../src/propagation/registry.ts";
import { UserError } from "../../src/wire/user-error.ts";

const DEFINITION = "acme=X-Acme-Trace,^(?<traceId>[0-9a-f-]+)/(?<spanId>[0-9a-f]+)(;s=(?<sampled>\\w+))?$";
const UUID = "de5980b8-fce3-4a37-aab9-b4ac3af7eedd";

describe("--propagation-format", () => {
  const formats = formatsWith([DEFINITION]);
  const read = (...values: string[]) => formats.extractAll(values.map((value) => ({ name: "x-acme-trace", value })))[0];

  it("reads a house-made header", () => {
    expect(read(`${UUID}/7b;s=true`)).toEqual({
      format: "acme",
      context: { traceId: UUID.replaceAll("-", ""), traceIdSeen: UUID, spanId: "000000000000007b", sampled: true },
      warnings: [],
    });
    expect(read(`${UUID}/7b`)).toMatchObject({ context: { sampled: "deferred" } });
    expect(read(`${UUID}/7b;s=perhaps`)).toMatchObject({
      context: { sampled: "deferred" },
      warnings: [expect.stringContaining("perhaps")],
    });
  });

  it.each([
    ["", "empty"],
    ["nonsense", "does not match the expression"],
    [`${UUID}${UUID}/7b`, "not up to 32 hex digits"],
    ["0/7b", "traceId is"],
    ["7b/0", "spanId is"],
    ["a".repeat(300), "longer than 256"],
  ])("calls %o malformed", (value, problem) => {
    expect(read(value)).toMatchObject({ malformed: expect.stringContaining(problem) });
  });

  it("calls different lines malformed, and takes equal ones", () => {
    expect(read("7b/7b", "7c/7b")).toMatchObject({ malformed: expect.stringContaining("2 times, with different values") });
    expect(read("7b/7b", "7b/7b")).toMatchObject({ context: {} });
  });

  it("reaches what is kept of a request and its context", () => {
    expect(keptFieldNames(formats)).toContain("x-acme-trace");
    expect(keptFieldNames(standardFormats)).not.toContain("x-acme-trace");
    const fields = [{ name: "X-Acme-Trace", value: "7b/7b" }];
    expect(readContexts(new FieldSorter(formats).sort(fields).trace, undefined, undefined, formats)).toMatchObject({
      format: "acme",
      fields,
    });
    expect(readContexts(new FieldSorter(standardFormats).sort(fields).trace, undefined, undefined, standardFormats)).toMatchObject({
      format: undefined,
      fields: [],
    });
  });

  it("is the standard set without any", () => {
    expect(formatsWith([])).toBe(standardFormats);
  });

  it.each([
    ["acme", "expected NAME=HEADER,REGEX"],
    ["acme=x-acme", "expected NAME=HEADER,REGEX"],
    ["acme=x acme,(?<traceId>a)(?<spanId>b)", "expected NAME=HEADER,REGEX"],
    ["acme=x-acme,(?<traceId>[0-9a-f]+", "Invalid regular expression"],
    ["acme=x-acme,(?<traceId>[0-9a-f]+)", "no group (?<spanId>…)"],
    ["acme=x-acme,[0-9a-f]+", "no group (?<traceId>…)"],
    ["w3c=x-acme,(?<traceId>a)(?<spanId>b)", "choose another"],
    ["acme=x-acme,(?<traceId>(a+)+)(?<spanId>b)", "can take for ever"],
    ["acme=x-acme,(?<traceId>(a|a)*)(?<spanId>b)", "can take for ever"],
    ["acme=x-acme,(?<traceId>(?:a{1,9}){2,})(?<spanId>b)", "can take for ever"],
  ])("refuses %s in a sentence", (definition, sentence) => {
    expect(() => formatsWith([definition])).toThrow(UserError);
    expect(() => formatsWith([definition])).toThrow(sentence);
  });

  it("takes an expression whose repetitions stand side by side", () => {
    expect(() => formatsWith(["acme=x-acme,^\\(?(?<traceId>[0-9a-f(+]+)-(?<spanId>[^)*]+)(-(?<sampled>[01]|true))?$"])).not.toThrow();
  });

  it("refuses more than fit", () => {
    const many = Array.from({ length: MAX_FORMATS }, (_, i) => `f${i}=x-${i},(?<traceId>a)(?<spanId>b)`);
    const room = MAX_FORMATS - propagationFormats.length;
    expect(() => formatsWith(many.slice(0, room))).not.toThrow();
    expect(() => formatsWith(many.slice(0, room + 1))).toThrow(`at most ${room} formats`);
  });
});
