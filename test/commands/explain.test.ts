import { describe, expect, test } from "vitest";
import { runExplain } from "../../src/commands/explain.ts";
import { renderMarkdown } from "../../src/commands/explain-markdown.ts";
import { findTopic, nearest } from "../../src/commands/explain-topics.ts";
import { rules } from "../../src/diagnosis/registry.ts";
import { causes, verdicts } from "../../src/diagnosis/verdict.ts";
import { UserError } from "../../src/wire/user-error.ts";
import { testWorld } from "./test-world.ts";

function explained(name?: string, options: Parameters<typeof testWorld>[0] = {}): string {
  const world = testWorld(options);
  runExplain(name, world);
  return world.out();
}

describe("explain", () => {
  test("without a name: every rule with its summary", () => {
    const text = explained(undefined, { isTTY: true, columns: 200, env: { NO_COLOR: "1" } });
    for (const { id, summary } of rules) expect(text).toMatch(new RegExp(`${id}\\S* *${summary.slice(0, 20)}`));
  });

  test.each(rules.map(({ id }) => id))("%s", (id) => {
    expect(explained(id)).toMatch(new RegExp(`^${id}\n\n`));
    expect(
      Math.max(
        ...explained(id)
          .split("\n")
          .filter((line) => !line.startsWith("    "))
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
  });

  test("every verdict that a rule gives, and every cause that leads to one, is explained", () => {
    const given = new Set<string>(rules.map(({ verdict }) => verdict));
    for (const name of verdicts) expect(findTopic(name, rules) !== undefined, name).toBe(given.has(name));
    for (const cause of causes) {
      const topic = findTopic(cause, rules);
      if (topic !== undefined) expect(explained(cause)).toContain(`${cause} is a cause`);
    }
  });

  test("a verdict: which rule it is, then that rule", () => {
    expect(explained("split")).toMatch(/^split is a verdict; the rule that gives it: trace-split\.\n\ntrace-split\n/);
  });

  test("a cause: what each rule says of it and of nothing else, what to change, and where the rest stands", () => {
    const text = explained("restarts-trace");
    for (const line of [/^restarts-trace$/m, /^trace-split$/m, /^context-ignored$/m, /^How to fix$/m, /^- restarts-trace: a proxy begins/m])
      expect(text).toMatch(line);
    expect(text).not.toMatch(/^- goroutine-without-context/m);
    expect(text.replaceAll(/\s+/g, " ")).toContain("traceinspect explain trace-split, traceinspect explain context-ignored.");
  });

  test.each([
    ["context-striped", "Did you mean context-stripped?"],
    ["stripd", "Did you mean stripped?"],
    ["proxy-drop-header", "Did you mean proxy-drops-header?"],
    ["xyzzy", `The rules are ${rules.map(({ id }) => id).join(", ")}.`],
  ])("%s is none", (name, next) => {
    expect(() => explained(name)).toThrow(new UserError(`there is no rule, verdict or cause called "${name}". ${next}`));
  });

  test("colour only on a terminal that has it", () => {
    expect(explained("context-stripped", { isTTY: true })).toContain("\u001b[1m");
    expect(explained("context-stripped", { isTTY: true, env: { NO_COLOR: "1" } })).not.toContain("\u001b");
    expect(explained("context-stripped", { isTTY: true, env: { TERM: "dumb" } })).not.toContain("\u001b");
    expect(explained("context-stripped")).not.toContain("\u001b");
  });
});

describe("Markdown for a terminal", () => {
  const render = (markdown: string, width = 40) => renderMarkdown(markdown, { width, isColoured: false });

  test("paragraphs are filled to the width, words never cut", () => {
    expect(render("one two three four\nfive six seven eight nine ten\n\nnext", 20)).toBe(
      "one two three four\nfive six seven eight\nnine ten\n\nnext\n",
    );
  });

  test("lists hang, and go on in the next line", () => {
    expect(render("Items:\n\n- one two three four\n  five\n- six\n  1. seven", 16)).toBe(
      "Items:\n\n- one two three\n  four five\n- six\n  1. seven\n",
    );
  });

  test("code is indented and left as it is", () => {
    expect(render("Do:\n\n```nginx\nproxy_set_header  traceparent $http_traceparent;\n\n  # end\n```\nDone", 20)).toBe(
      "Do:\n\n    proxy_set_header  traceparent $http_traceparent;\n\n      # end\n\nDone\n",
    );
  });

  test("headings, code words, strong words, links, tables", () => {
    expect(render("## How `it` works\nuse `b3`, **not** [this](http://x)\n\n| a | bb |\n|---|---|\n| ccc | d |")).toBe(
      "How it works\n\nuse b3, not this (http://x)\n\na    bb\nccc  d\n",
    );
    expect(renderMarkdown("# A\n\nb `c`", { width: 40, isColoured: true })).toBe("\u001b[1mA\u001b[0m\n\nb \u001b[1mc\u001b[0m\n");
  });

  test("a table wider than the page becomes a list", () => {
    expect(render("| sent | Node | Go |\n|---|---|---|\n| two lines | new trace | joins |\n| none | | new |", 24)).toBe(
      "- two lines\n  Node: new trace; Go:\n  joins\n- none\n  Go: new\n",
    );
  });

  test("what would steer a terminal is shown instead", () => {
    expect(render("a\u001b[2Jb")).toBe("a\\x1b[2Jb\n");
  });
});

test("nearest", () => {
  expect(nearest("span-mising", ["span-missing", "trace-split"])).toEqual(["span-missing"]);
  expect(nearest("strip", ["stripped", "context-stripped", "split"])).toEqual(["stripped", "context-stripped"]);
  expect(nearest("zzzzzz", ["split"])).toEqual([]);
});
