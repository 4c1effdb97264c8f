import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareMembers, parseBaggage } from "../../src/propagation/baggage.ts";

const unchanged = { lost: [], added: [], changed: [], cut: [], isPrefix: false };

describe("parseBaggage", () => {
  it("reads keys, and of values only the length", () => {
    expect(parseBaggage("key1=value1;property1;p2=v, key2 = value2 ,a=b=c,empty=")).toEqual({
      members: [
        { key: "key1", valueLength: 6, properties: 2 },
        { key: "key2", valueLength: 6, properties: 0 },
        { key: "a", valueLength: 3, properties: 0 },
        { key: "empty", valueLength: 0, properties: 0 },
      ],
      problems: [],
    });
  });

  it("finds nothing in an empty value, and nothing wrong with it", () => {
    expect(parseBaggage(" ")).toEqual({ members: [], problems: [] });
  });

  it.each([
    ["an empty member", "a=1,,b=2", "a list-member is empty"],
    ["no =", "a=1,use", 'list-member "use" has no "="'],
    ["an empty key", "=1", 'key "" is not a token (RFC 9110 §5.6.2)'],
    ["no token", "a b=1", 'key "a b" is not a token (RFC 9110 §5.6.2)'],
    ["a space in a value", "a=1 2", 'the value of "a" holds a character that is no baggage-octet'],
    ["UTF-8 in a value", "a=ø", 'the value of "a" holds a character that is no baggage-octet'],
    [
      "65 members",
      Array.from({ length: 65 }, (_, i) => `k${i}=1`).join(),
      "baggage has 65 list-members; a platform MUST propagate at least 64, not more",
    ],
    ["8193 bytes", `k=${"1".repeat(8191)}`, "baggage is 8193 bytes long; a platform MUST propagate at least 8192, not more"],
  ])("has a problem with %s", (_name, value, problem) => {
    expect(parseBaggage(value).problems).toEqual([problem]);
  });

  it("tells few problems of a hostile list, and no value in any of them", () => {
    const { problems } = parseBaggage('a="secret",'.repeat(1_000));
    expect(problems.length).toBeLessThan(20);
    expect(problems.join()).not.toContain("secret");
  });
});

describe("compareMembers", () => {
  it.each([
    ["order", "a=1,b=2,c=3", "c=3,a=1,b=2"],
    ["whitespace", "a=1;p=q,b=2", "a = 1 ; p=q , b=2"],
    ["percent-encoding", "a=x%2Fy%20z", "a=x/y%20z"],
    ["a removed duplicate", "a=1,a=2", "a=2"],
  ])("sees no change in %s", (_name, before, after) => {
    expect(compareMembers(before, after)).toMatchObject({ ...unchanged, isPrefix: expect.any(Boolean) });
  });

  it("tells what was lost, added and changed", () => {
    expect(compareMembers("a=1,b=2,c=3", "d=4,c=4,a=1")).toEqual({ ...unchanged, lost: ["b"], added: ["d"], changed: ["c"] });
    expect(compareMembers("a=1;p", "a=1;q")).toEqual({ ...unchanged, changed: ["a"] });
    expect(compareMembers("a=1;p", "a=1")).toMatchObject({ changed: ["a"], cut: [] });
  });

  it("tells a cut value from another one", () => {
    expect(compareMembers("a=12345,b=2", "b=2,a=123")).toEqual({ ...unchanged, cut: ["a"] });
    expect(compareMembers("a=x%20y", "a=x%2")).toEqual({ ...unchanged, cut: ["a"], isPrefix: true });
  });

  it("tells a text that was cut by length", () => {
    expect(compareMembers("a=1,user=alice,z=9", "a=1,user=al")).toEqual({ ...unchanged, lost: ["z"], cut: ["user"], isPrefix: true });
    expect(compareMembers("a=1,user=alice", "a=1,us")).toEqual({ ...unchanged, lost: ["user"], isPrefix: true });
    expect(compareMembers("a=1", "a=1").isPrefix).toBe(false);
  });

  it("law: nothing throws, and a list is not changed by itself", () => {
    const list = fc.string({ unit: fc.constantFrom("a", "b", "=", ",", ";", "%", "2", " ", "ø") });
    fc.assert(
      fc.property(list, list, (before, after) => {
        parseBaggage(before);
        compareMembers(before, after);
        expect(compareMembers(before, before)).toEqual(unchanged);
      }),
    );
  });

  it("law: lost one way is added the other way", () => {
    const list = fc.array(fc.constantFrom("a=1", "b=2", "c=3", "a=2")).map((members) => members.join(","));
    fc.assert(
      fc.property(list, list, (before, after) => {
        expect(compareMembers(before, after).lost).toEqual(compareMembers(after, before).added);
      }),
    );
  });
});
