// Help, and what is said to arguments that cannot be meant.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { splitJaegerValue } from "../../src/cli/options.ts";
import { wordError } from "../../src/cli/word-error.ts";
import { reportFormats } from "../../src/report/registry.ts";
import { MAIN, run, sentence } from "./run.ts";

describe("help", () => {
  test("without arguments: the same as --help", async () => {
    const [bare, asked] = await Promise.all([run([]), run(["--help"])]);
    expect(bare).toEqual(asked);
    expect(bare).toMatchObject({ code: 0, stderr: "" });
  });

  test("the main job comes first, with three examples", async () => {
    const { stdout } = await run(["--help"]);
    const lines = stdout.split("\n").filter((line) => line.startsWith("  traceinspect "));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe("  traceinspect pcap capture.pcap --jaeger");
    expect(stdout).toMatch(/Commands:\n {2}pcap /);
    expect(
      Math.max(
        ...stdout
          .slice(0, stdout.indexOf("Options:"))
          .split("\n")
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
  });

  test("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(join(dirname(MAIN), "../package.json"), "utf8")) as { version: string };
    expect(await run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("of what is no command: a sentence, with its like", async () => {
    expect(sentence(await run(["help", "pcpa"]))).toBe("traceinspect: unknown command 'pcpa'. Did you mean pcap?");
    expect((await run(["help", "trace"])).stdout).toBe((await run(["trace", "--help"])).stdout);
    expect((await run(["help"])).stdout).toBe((await run(["--help"])).stdout);
  });

  test("each command has its own", async () => {
    const commands = ["pcap", "trace", "live", "explain", "demo"];
    for (const outcome of await Promise.all(commands.map((command) => run([command, "--help"]))))
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
  });

  test("80 columns hold all of it, and no list is shown empty", async () => {
    const { stdout } = await run(["pcap", "--help"]);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain("[]");
  });

  test("the report formats it offers are those there are", async () => {
    const { stdout } = await run(["pcap", "--help"]);
    expect(stdout.replace(/\s+/g, " ")).toContain(`(choices: ${reportFormats.map(({ name }) => `"${name}"`).join(", ")}`);
  });

  test("nothing slow is loaded for it: what main.js imports at once reaches no package, and loads commander alone", () => {
    const packages = new Set<string>();
    const seen = new Set<string>();
    const visit = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, from = ""] of readFileSync(file, "utf8").matchAll(/^(?:import|export)\s[^;]*?from "([^"]+)"/gm)) {
        if (from.startsWith(".")) visit(join(dirname(file), from));
        else if (!from.startsWith("node:")) packages.add(from);
      }
      for (const [, name = ""] of readFileSync(file, "utf8").matchAll(/loadWhenUsed\("([^"]+)"\)\(\)/g)) packages.add(name);
    };
    visit(MAIN);
    expect([...packages]).toEqual(["commander"]);
    expect(seen.size).toBeLessThan(20);
    const later = ["pcap.js", "trace.js", "live.js", "explain.js", "demo.js"].map((name) => join(dirname(MAIN), name));
    expect(later.filter((file) => !existsSync(file) || seen.has(file))).toEqual([]);
  });
});

describe("arguments that cannot be meant: one sentence on stderr, exit 2", () => {
  test.each([
    [["pcpa", "x"], "traceinspect: unknown command 'pcpa'. Did you mean pcap?"],
    [["capture.pcap", "--jaeger"], "traceinspect: unknown command 'capture.pcap'. To inspect a capture: traceinspect pcap capture.pcap"],
    [["frobnicate"], "traceinspect: unknown command 'frobnicate'. See: traceinspect --help"],
    [["pcap", "x.pcap", "--jeager"], "traceinspect: unknown option '--jeager'. Did you mean --jaeger?"],
    [["pcap", "x.pcap", "--frobnicate"], "traceinspect: unknown option '--frobnicate'. See: traceinspect pcap --help"],
    [
      ["pcap", "--format", "yaml", "x.pcap"],
      /^traceinspect: option '-f, --format <name>' argument 'yaml' is invalid\. Allowed choices are text, json/,
    ],
    [["pcap", "--max-traces", "0", "x.pcap"], /'0' is invalid\. Expected a number above 0\./],
    [["live"], /^traceinspect: required option '-i, --interface <name>' not specified\. See: traceinspect live --help$/],
    [["trace"], /^traceinspect: missing required argument 'trace-id'\. See: traceinspect trace --help$/],
    [["pcap"], /^traceinspect: no capture was named\. .*traceinspect pcap capture\.pcap --jaeger$/],
    [["pcap", "--jaeger"], /^traceinspect: no capture was named\./],
    [["pcap", "x.pcap", "--jaeger", "http://localhost:16686/search"], /not a URL: --jaeger localhost:16685$/],
    [["pcap", "x.pcap", "--jaeger", "::1"], /brackets: --jaeger \[::1\]:16685$/],
    [["pcap", "x.pcap", "--jaeger", "jaeger:166850"], /ports end at 65535\.$/],
    [["pcap", "x.pcap", "--jaeger", "jaeger:grpc"], /expected HOST:PORT with a number, as in --jaeger localhost:16685\.$/],
    [["pcap", "--max-traces", "1.5", "x.pcap"], /'1\.5' is invalid\. Expected a whole number\./],
    [["trace", "1", "x.pcap", "--fail-on", "note"], "traceinspect: unknown option '--fail-on'. See: traceinspect trace --help"],
    [["pcap", "x.pcap", "--propagation-format", "acme"], /^traceinspect: --propagation-format acme: expected NAME=HEADER,REGEX, as in /],
    [["pcap", "x.pcap", "--propagation-format", "acme=x-acme,(?<traceId>.*)"], /no group \(\?<spanId>…\)/],
    [["explain", "context-striped"], /Did you mean context-stripped\?$/],
  ])("%j", async (args, expected) => {
    const outcome = await run(args);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(sentence(outcome)).toMatch(expected);
  });
});

describe("the value of --jaeger", () => {
  const split = (value: string | true | undefined, files: readonly string[] = []) =>
    splitJaegerValue(value, ["b.pcap"], (path) => files.includes(path));

  test.each([
    [undefined, { jaeger: undefined, captures: ["b.pcap"] }],
    [true, { jaeger: "localhost:16685", captures: ["b.pcap"] }],
    ["jaeger", { jaeger: "jaeger", captures: ["b.pcap"] }],
    ["jaeger-query.tracing.svc:16685", { jaeger: "jaeger-query.tracing.svc:16685", captures: ["b.pcap"] }],
    ["10.7.0.200:4000", { jaeger: "10.7.0.200:4000", captures: ["b.pcap"] }],
    ["[fd00::1]:16685", { jaeger: "[fd00::1]:16685", captures: ["b.pcap"] }],
  ] as const)("%s: a host", (value, expected) => {
    expect(split(value)).toEqual(expected);
  });

  test.each(["a.pcap", "a.pcapng.gz", "pods/a", "pods/*.pcap", "-"])("%s: a capture", (value) => {
    expect(split(value)).toEqual({ jaeger: "localhost:16685", captures: [value, "b.pcap"] });
  });

  test("a file that is there is a capture, whatever it is called", () => {
    expect(split("dump", ["dump"])).toEqual({ jaeger: "localhost:16685", captures: ["dump", "b.pcap"] });
  });
});

test("commander's words become sentences", () => {
  expect(wordError("error: unknown option '--a'\n(Did you mean one of --b, --c?)\n", "x")).toBe(
    "unknown option '--a'. Did you mean --b, --c?",
  );
  expect(wordError("error: too many arguments for 'explain'. Expected 1 argument but got 2.\n", "x explain")).toBe(
    "too many arguments for 'explain'. Expected 1 argument but got 2. See: x explain --help",
  );
});
