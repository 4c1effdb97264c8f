// What a run writes besides its report.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../sources/temporary-folder.ts";
import { healthyCapture } from "./http-captures.ts";
import { root, run, sentence } from "./run.ts";

const sample = join(root, "samples/ingress-strips");
const replies = `${sample}/jaeger.v3.bin`;
const TRACE = "4ac69cab3cc0c9e2d77c71d9461a50db";

describe("--export-stitched", () => {
  const traceIds = (file: string) =>
    new Set([...readFileSync(file, "utf8").matchAll(/"traceId":"([0-9a-f]{32})"/g)].map((match) => match[1]));

  test("pcap: all broken traces; the report and the exit code stay what they are", async () => {
    const folder = temporaryFolder({});
    const outcome = await run(["pcap", sample, "--traces", replies, "--export-stitched", `${folder}/all.json`]);
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain("ingress strips the trace context");
    expect(sentence(outcome)).toMatch(/^traceinspect: 8 stitched traces in .*all\.json: 80 spans, 24 of them ghosts\./);
    expect(traceIds(`${folder}/all.json`).size).toBe(8);
  });

  test("trace: that one, by the id of any part", async () => {
    const folder = temporaryFolder({});
    const split = "d8704d37b9bc677aea161de17d771192";
    const outcome = await run(["trace", split, sample, "--traces", replies, "--export-stitched", `${folder}/one.json`]);
    expect(sentence(outcome)).toMatch(/^traceinspect: 1 stitched trace in .*: 10 spans, 3 of them ghosts\./);
    expect(traceIds(`${folder}/one.json`)).toEqual(new Set([TRACE]));
  });

  test("nothing broke: an empty document, and it is said", async () => {
    const folder = temporaryFolder({ "a.pcap": healthyCapture });
    const outcome = await run(["pcap", `${folder}/a.pcap`, "--export-stitched", `${folder}/none.json`]);
    expect(outcome.code).toBe(0);
    expect(sentence(outcome)).toContain("no trace broke");
    expect(JSON.parse(readFileSync(`${folder}/none.json`, "utf8"))).toEqual({ resourceSpans: [] });
  });

  test("a file that cannot be written", async () => {
    const outcome = await run(["pcap", sample, "--export-stitched", "/no/such/folder/x.json"]);
    expect(outcome.code).toBe(2);
    expect(sentence(outcome)).toBe(
      "traceinspect: /no/such/folder/x.json cannot be written (its folder does not exist). Name another file with --export-stitched.",
    );
  });
});

describe("--annotate", () => {
  type Report = { summary: object; findings: { rule: string; affected: number; of: number; edge: object }[] };
  const conclusions = ({ stdout }: { stdout: string }) => {
    const { summary, findings } = JSON.parse(stdout) as Report;
    return { summary, findings: findings.map(({ rule, affected, of, edge }) => ({ rule, affected, of, edge })) };
  };

  test("one pcapng of all captures: read again it gives the same findings, and holds the verdicts", async () => {
    const folder = temporaryFolder({});
    const out = `${folder}/annotated.pcapng`;
    const first = await run(["pcap", sample, "--traces", replies, "-f", "json", "--annotate", out]);
    expect(first.code).toBe(1);
    expect(sentence(first)).toMatch(
      /^traceinspect: 1,745 packets in .*annotated\.pcapng, 28 with comments \(Wireshark filter: frame\.comment\)\.$/,
    );
    const again = await run(["pcap", out, "--traces", replies, "-f", "json"]);
    expect(conclusions(again)).toEqual(conclusions(first));
    const text = readFileSync(out).toString("latin1");
    expect(text).toContain(
      "traceinspect error: stripped, proxy-drops-header: ingress strips the trace context: 8 of 20 requests to frontend",
    );
    expect(text).toContain("traceinspect: it caused ingress.pcap #52, which is counted as stripped");
  });

  test("what can be read only once", async () => {
    const outcome = await run(["pcap", "-", "--annotate", "out.pcapng"], { stdin: healthyCapture });
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(sentence(outcome)).toBe(
      "traceinspect: --annotate reads the captures a second time, and standard input can be read only once. Save it in a file first, and name that.",
    );
    const live = await run(["live", "-i", "lo", "--annotate", "out.pcapng"]);
    expect(live.code).toBe(2);
    expect(sentence(live)).toBe("traceinspect: --annotate needs the packets in a file: add --write FILE.");
  });

  test("a capture that is read is not written over", async () => {
    const folder = temporaryFolder({ "a.pcap": healthyCapture });
    const outcome = await run(["pcap", folder, "--annotate", `${folder}/./a.pcap`]);
    expect(outcome.code).toBe(2);
    expect(sentence(outcome)).toContain("is one of the files that are read, and would be written over");
    expect(readFileSync(`${folder}/a.pcap`)).toEqual(Buffer.from(healthyCapture));
  });
});
