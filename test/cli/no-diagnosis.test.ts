// `--no-diagnosis`: what was seen, and that nothing was judged.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, run, sentence } from "./run.ts";

const sample = join(root, "samples/ingress-strips");

describe("--no-diagnosis", () => {
  test("text: said first, then edges, connections and every exchange, none of them called right or wrong", async () => {
    const { code, stdout, stderr } = await run(["pcap", sample, "--no-diagnosis"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.split("\n");
    expect(lines[0]).toContain("92 exchanges on 5 edges");
    expect(lines[2]).toBe("Nothing was judged (--no-diagnosis): calls were not paired with their causes, and no rule was asked.");
    expect(stdout).toMatch(/^ {2}ingress +frontend +HTTP\/1\.1 +20 +5$/m);
    expect(stdout).toMatch(/^ {2}10\.7\.0\.11:9090 +pricing +HTTP\/2 +\d/m);
    expect(stdout).toContain("All exchanges  120 exchanges");
    expect(stdout).not.toMatch(/strip|✖|✔| {2}ok$/m);
  });

  test("JSON: judged is false, and what only a judgement can say is null or nothing", async () => {
    const { code, stdout } = await run(["pcap", sample, "--no-diagnosis", "-f", "json", "--traces", `${sample}/jaeger.v3.bin`]);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ judged: false, findings: [], stitched: [], summary: { exchanges: 120, hops: 92, tracesInBackend: 20 } });
    expect(report.edges[1]).toEqual({
      ...{ from: "ingress", to: "frontend", protocol: "HTTP/1.1", exchanges: 20, withContext: 5 },
      ...{ continued: null, restarted: null, invalid: null, toldBySpans: null, absent: null, notObservable: null },
    });
    expect(report.connections.map(({ group }: { group: string }) => group)).toContain("ingress");
    expect(report.hops).toHaveLength(120);
    expect(report.hops.every(({ verdicts }: { verdicts: unknown[] }) => verdicts.length === 0)).toBe(true);
  });

  test("the summary alone", async () => {
    const { stdout } = await run(["pcap", sample, "--no-diagnosis", "--hops", "none"]);
    expect(stdout).not.toContain("GET /");
    expect(stdout).toContain("24 health checks and scrapes and 4 telemetry exports");
  });

  test.each([[["--hops", "faulty"]], [["--annotate", "x"]], [["--export-stitched", "x"]]])("not with %j", async (args) => {
    const outcome = await run(["pcap", sample, "--no-diagnosis", ...args]);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(sentence(outcome)).toMatch(/needs the diagnosis that --no-diagnosis leaves out; give one of the two\.$/);
  });
});
