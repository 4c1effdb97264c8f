// The generator of captures tells the truth about what it wrote.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { recognizeCapture } from "../../src/capture/registry.ts";
import { inspect, WireReader } from "../../src/pipeline.ts";

const GENERATE = fileURLToPath(new URL("../../bench/generate.mjs", import.meta.url));

function generate(...options: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "traceinspect-generate-"));
  try {
    const truthFile = join(folder, "truth.json");
    const bytes = execFileSync(process.execPath, [GENERATE, "--truth", truthFile, ...options], { maxBuffer: 1 << 30 });
    return { bytes: Uint8Array.from(bytes), truth: JSON.parse(readFileSync(truthFile, "utf8")) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function inspectCapture(bytes: Uint8Array) {
  const wire = new WireReader();
  const reader = recognizeCapture(bytes)!.open(wire.sinkFor(0, "generated"));
  reader.push(bytes);
  reader.end();
  const file = { file: "generated", index: 0, format: "pcap", packets: 1, bytes: 0, firstPacketAt: undefined, lastPacketAt: undefined };
  return inspect(wire, [file], { names: new Map(), traces: undefined });
}

describe("bench/generate.mjs", () => {
  it.each([["http1"], ["http2"], ["grpc"], ["http1,http2,grpc,noise"]])("%s: what is read is what was written", async (mix) => {
    const { bytes, truth } = generate("--bytes", "1M", "--mix", mix, "--connections", "16", "--seed", "7");
    expect(bytes.length).toBe(truth.bytes);
    const kinds = mix.split(",").filter((kind) => kind !== "noise");
    const sum = (of: string) => kinds.reduce((total, kind) => total + truth[kind][of], 0);
    const { graph, captures, diagnosis } = await inspectCapture(bytes);
    const { table } = graph;
    const hops = Array.from({ length: table.size }, (_, i) => table.hop(i));
    expect(hops).toHaveLength(sum("requests"));
    expect(hops.filter(({ reading }) => reading.context !== undefined)).toHaveLength(sum("withContext"));
    expect(hops.every(({ exchange }) => exchange.incomplete === undefined)).toBe(true);
    expect(captures[0]!.anomalies).toEqual({});
    const stripped = diagnosis.findings
      .filter(({ rule }) => rule === "context-stripped")
      .reduce((total, { affected }) => total + affected, 0);
    // A pipelined request leaves it open which one was the cause.
    expect(stripped).toBeLessThanOrEqual(sum("stripped"));
    if (sum("pipelined") === 0) expect(stripped).toBe(sum("stripped"));
  });

  it("the same bytes for the same seed, others for another", () => {
    const one = generate("--bytes", "200K").bytes;
    expect(Buffer.compare(generate("--bytes", "200K", "--seed", "1").bytes, one)).toBe(0);
    expect(Buffer.compare(generate("--bytes", "200K", "--seed", "2").bytes, one)).not.toBe(0);
  });
});
