// `traceinspect pcap` from the outside: inputs, outputs, exit codes, and the sentences for what goes wrong.

import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { splitLengthPrefixed } from "../../src/backends/split-length-prefixed.ts";
import { runPcap } from "../../src/commands/pcap.ts";
import { startReplayServer } from "../backends/replay-server.ts";
import { testWorld } from "../commands/test-world.ts";
import { temporaryFolder } from "../sources/temporary-folder.ts";
import { healthyCapture, httpCapture, TRACE } from "./http-captures.ts";
import { MAIN, type Outcome, root, run, sentence } from "./run.ts";

const sample = join(root, "samples/ingress-strips");
const replies = `${sample}/jaeger.v3.bin`;

function json({ stdout }: Outcome) {
  return JSON.parse(stdout) as {
    captures: { file: string; packets: number }[];
    summary: { exchanges: number; traces: number; tracesInBackend: number | null; tracesLookedUp: number | null };
    findings: { verdict: string; cause: string; severity: string; affected: number }[];
    warnings: string[];
  };
}

describe("inputs", () => {
  test("a file, the same gzip'd, the same on standard input: the same exchanges", async () => {
    const folder = temporaryFolder({ "a.pcap": healthyCapture, "a.pcap.gz": gzipSync(healthyCapture) });
    const outcomes = await Promise.all([
      run(["pcap", `${folder}/a.pcap`, "-f", "json"]),
      run(["pcap", `${folder}/a.pcap.gz`, "-f", "json"]),
      run(["pcap", "-", "-f", "json"], { stdin: healthyCapture }),
      run(["pcap", "-", "-f", "json"], { stdin: gzipSync(healthyCapture) }),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(json(outcome)).toMatchObject({ summary: { exchanges: 1, withContext: 1, traces: 1, tracesInBackend: null } });
      expect(outcome.stdout).toContain(TRACE);
    }
  });

  test("several traces files; --jaeger before a capture that is there takes it as a capture", async () => {
    const outcome = await run(["pcap", sample, "--traces", replies, "--traces", replies, "-f", "json"]);
    expect(outcome.code).toBe(1);
    expect(json(outcome).summary).toMatchObject({ tracesInBackend: 20, tracesLookedUp: 28 });
    const swapped = await run(["pcap", "--traces", replies, "--jaeger", `${sample}/client.pcap`]);
    expect(sentence(swapped)).toBe("traceinspect: --jaeger and --traces both say where traces come from; give one of them.");
    expect(swapped).toMatchObject({ code: 2, stdout: "" });
  });

  test("names", async () => {
    const folder = temporaryFolder({
      "a.pcap": healthyCapture,
      names: "# who is who\n10.0.0.2:8080 orders orders-1\n",
      bad: "10.0.0.2:8080\n",
    });
    const named = await run(["pcap", `${folder}/a.pcap`, "--names", `${folder}/names`, "-f", "json"]);
    expect(named.stdout).toContain('"service":"orders"');
    const bad = await run(["pcap", `${folder}/a.pcap`, "--names", `${folder}/bad`]);
    expect(bad.code).toBe(2);
    expect(sentence(bad)).toBe(`traceinspect: ${folder}/bad:1: expected ADDRESS[:PORT] SERVICE [POD], as in 10.0.0.7:8080 orders.`);
    const missing = await run(["pcap", `${folder}/a.pcap`, "--names", `${folder}/none`]);
    expect(missing.code).toBe(2);
    expect(sentence(missing)).toBe(`traceinspect: --names ${folder}/none cannot be read (no such file).`);
  });
});

describe("inputs that are wrong: one sentence, exit 2, nothing on stdout", () => {
  test.each([
    [
      "notes.txt",
      "# Meeting notes",
      /notes\.txt is no capture \(it starts with "# Meeti"\)\. Expected pcap or pcapng, gzip or zstd allowed\.$/,
    ],
    ["empty.pcap", "", /empty\.pcap is no capture \(it is empty\)/],
    ["export.json", '{"data": [{"traceID": "1"}]}', /is no capture \(it is a Jaeger trace export; give it with --traces\)/],
  ])("%s", async (name, content, expected) => {
    const folder = temporaryFolder({ [name]: content });
    const outcome = await run(["pcap", `${folder}/${name}`]);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(sentence(outcome)).toMatch(expected);
  });

  test("a file that is not there, as an argument and as the value of --jaeger", async () => {
    for (const args of [["none.pcap"], ["--jaeger", "none.pcap"]]) {
      const outcome = await run(["pcap", ...args]);
      expect(outcome).toMatchObject({ code: 2, stdout: "" });
      expect(sentence(outcome)).toMatch(/^traceinspect: none\.pcap does not exist\. /);
    }
  });
});

describe("traces of something else", () => {
  test("no service is blamed for spans that were never looked for in the right place", async () => {
    const other = {
      resourceSpans: [
        { resource: {}, scopeSpans: [{ spans: [{ traceId: "f".repeat(32), spanId: "f".repeat(16), name: "other", kind: 2 }] }] },
      ],
    };
    const folder = temporaryFolder({ "other.json": JSON.stringify(other) });
    const outcome = await run(["pcap", `${sample}/frontend.pcap`, "--traces", `${folder}/other.json`, "-f", "json"]);
    expect(json(outcome).findings.filter(({ verdict }) => verdict === "unrecorded")).toEqual([]);
    expect(outcome.stderr).toMatch(/another export, time or tenant/);
  });
});

describe("outputs", () => {
  test("-o writes the report there and nothing to stdout; a folder that is not there is a sentence", async () => {
    const folder = temporaryFolder({ "a.pcap": healthyCapture });
    const written = await run(["pcap", `${folder}/a.pcap`, "-f", "json", "-o", `${folder}/report.json`]);
    expect(written).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(JSON.parse(readFileSync(`${folder}/report.json`, "utf8"))).toMatchObject({ schema: 1 });
    const failed = await run(["pcap", `${folder}/a.pcap`, "-o", `${folder}/none/report.json`]);
    expect(failed).toMatchObject({ code: 2, stdout: "" });
    expect(sentence(failed)).toMatch(/report\.json cannot be written \(its folder does not exist\)/);
  });

  test("files that cannot be written are told before anything is read, and nothing that is read is written over", async () => {
    const folder = temporaryFolder({ "a.pcap": healthyCapture, "bad.pcap": "no capture" });
    const refused = async (...args: string[]) => sentence(await run(["pcap", `${folder}/bad.pcap`, ...args]));
    expect(await refused("-o", folder)).toBe(`traceinspect: ${folder} cannot be written (it is a folder). Name another file with -o.`);
    expect(await refused("-o", `${folder}/a.pcap/x`)).toContain("(its folder is a file)");
    expect(await refused("--export-stitched", `${folder}/bad.pcap`)).toContain("is one of the files that are read");
    expect(await refused("--traces", `${folder}/a.pcap`, "-o", `${folder}/../${basename(folder)}/a.pcap`)).toContain("is one of the files");
    expect(await refused("-o", `${folder}/x`, "--annotate", `${folder}/./x`)).toContain(`-o and --annotate both name ${folder}/./x.`);
    expect(await refused("--jaeger", "--jaeger-tls", "--jaeger-ca", `${folder}/a.pcap`, "-o", `${folder}/a.pcap`)).toContain(
      "is one of the files",
    );
    expect(readFileSync(`${folder}/a.pcap`)).toEqual(Buffer.from(healthyCapture));
  });

  test("what says how Jaeger is spoken to is never left out without a word", async () => {
    const folder = temporaryFolder({ "a.pcap": healthyCapture });
    const refused = async (...args: string[]) => sentence(await run(["pcap", `${folder}/a.pcap`, ...args]));
    for (const option of ["--jaeger-ca", "--jaeger-key", "--jaeger-server-name", "--header", "--jaeger-token-file"])
      expect(await refused(option, "a=b")).toBe(`traceinspect: ${option} says how Jaeger is asked, and it is not: add --jaeger HOST:PORT.`);
    expect(await refused("--jaeger-tls", "--traces", `${folder}/a.pcap`)).toContain("add --jaeger HOST:PORT");
    expect(await refused("--jaeger", "localhost:1", "--jaeger-key", `${folder}/a.pcap`)).toContain("belong together; give both");
  });

  test("a reader that goes away is no failure", async () => {
    const many = httpCapture(Array.from({ length: 2_000 }, (_, i) => ({ path: `/orders/${i}/${"x".repeat(200)}` })));
    const outcome = await run(["pcap", "-", "-f", "json", "--hops", "all"], { stdin: many, stopReading: true });
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
  });

  test.skipIf(!existsSync("/dev/full"))("a full disk behind stdout is a sentence, not a bug", async () => {
    const full = openSync("/dev/full", "w");
    onTestFinished(() => closeSync(full));
    const { status, stderr } = spawnSync(process.execPath, [MAIN, "--help"], { stdio: ["ignore", full, "pipe"], encoding: "utf8" });
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^traceinspect: standard output cannot be written \(.*ENOSPC.*\)\.\n$/)]);
  });

  test("colour on a terminal, and none with NO_COLOR, --no-color or a dumb terminal", async () => {
    const colours = async (env: Record<string, string>, color: boolean) => {
      const world = testWorld({ isTTY: true, env });
      await runPcap([sample], { traces: [replies], color, quiet: true }, world);
      return world.out().includes("\u001b[");
    };
    expect(await colours({ TERM: "xterm" }, true)).toBe(true);
    expect(await colours({ TERM: "xterm", NO_COLOR: "1" }, true)).toBe(false);
    expect(await colours({ TERM: "xterm" }, false)).toBe(false);
    expect(await colours({ TERM: "dumb" }, true)).toBe(false);
  });

  test("a pipe gets no colour", async () => {
    const { stdout } = await run(["pcap", sample, "--traces", replies], { env: { TERM: "xterm-256color" } });
    expect(stdout).toContain("proxy-drops-header");
    expect(stdout).not.toContain("\u001b");
  });
});

describe("exit codes", () => {
  const args = ["pcap", sample, "--traces", replies, "-f", "json"];
  test("1 when something is found, 0 with --fail-on never", async () => {
    const [found, never] = await Promise.all([run(args), run([...args, "--fail-on", "never"])]);
    expect(found.code).toBe(1);
    expect(json(found).findings).toMatchObject([{ verdict: "stripped", cause: "proxy-drops-header", severity: "error", affected: 8 }]);
    expect(never.code).toBe(0);
    expect(never.stdout).toBe(found.stdout);
  });

  test("a warning counts from --fail-on warning", async () => {
    // An outside caller that sends an invalid value.
    const folder = temporaryFolder({ "a.pcap": httpCapture([{ fields: [`traceparent: 00-${TRACE}-00f067aa0ba902b-01`] }]) });
    const severities = json(await run(["pcap", `${folder}/a.pcap`, "-f", "json"])).findings.map(({ severity }) => severity);
    expect(severities).toEqual(["warning"]);
    expect((await run(["pcap", `${folder}/a.pcap`])).code).toBe(0);
    expect((await run(["pcap", `${folder}/a.pcap`, "--fail-on", "warning"])).code).toBe(1);
  });
});

describe("Jaeger", () => {
  /** A port of this machine where nobody listens: one that was given away just now. */
  async function closedPort(): Promise<number> {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  test("down: the wire's report on stdout, one sentence on stderr, exit 2", async () => {
    const port = await closedPort();
    const outcome = await run(["pcap", sample, "-f", "json", "--jaeger", `127.0.0.1:${port}`]);
    expect(outcome.code).toBe(2);
    expect(sentence(outcome)).toMatch(new RegExp(`^traceinspect: nothing answers at 127\\.0\\.0\\.1:${port} \\(connection refused\\)\\.`));
    expect(json(outcome).summary).toMatchObject({ traces: 28, tracesInBackend: null });
    expect(json(outcome).warnings).toEqual([expect.stringMatching(/^the backend gave no answer.*connection refused/)]);
  });

  test("the UI's port: what it is, and which port is meant", async () => {
    const server = createServer((_, response) => response.end("<!doctype html><title>Jaeger UI</title>"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const outcome = await run(["pcap", sample, "-f", "json", "--jaeger", `127.0.0.1:${port}`]);
    expect(outcome.code).toBe(2);
    expect(sentence(outcome)).toMatch(/gRPC query port is 16685/);
    expect(json(outcome).summary).toMatchObject({ traces: 28, tracesInBackend: null });
  });

  test("half of the traces fail: a warning, and the exit code of what was found; --quiet leaves it out", async () => {
    let asked = 0;
    const server = await startReplayServer({
      replies: splitLengthPrefixed(readFileSync(replies)).records,
      intercept: ({ method }) => (method === "GetTrace" && asked++ % 2 === 0 ? { code: 13, details: "storage is on fire" } : undefined),
    });
    onTestFinished(() => server.close());
    const args = ["pcap", sample, "-f", "json", "--jaeger", server.target];
    const outcome = await run(args);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/^traceinspect: \d+ of \d+ traces could not be loaded: .*storage is on fire/m);
    expect(json(outcome).warnings.join()).toContain("could not be loaded");
    expect((await run([...args, "--quiet"])).stderr).toBe("");
  });
});
