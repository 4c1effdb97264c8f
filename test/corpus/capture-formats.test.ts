// All captures of ../shared/corpus, which others made: as many packets and frame numbers as Wireshark's tools count.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCaptures } from "../../src/sources/merge-captures.ts";
import { recordingSink } from "../capture/record-capture.ts";

const CORPUS = join(import.meta.dirname, "../../../shared/corpus");
const CAPTURES = join(CORPUS, "captures");
const hasCorpus = existsSync(CAPTURES);

interface Counts {
  readonly packets: number;
  readonly lastNumber: number;
}

/** What Wireshark's tools say and we do not, and why. */
const DIFFERENCES: Readonly<Record<string, Counts & { readonly because: string }>> = {
  "deepflow/flow_generator/nats/nats-nrpc1.pcap": {
    packets: 0,
    lastNumber: 0,
    because: "a modified pcap (Kuznetzov) is named and not read",
  },
  "deepflow/flow_generator/nats/nats-nrpc3.pcap": {
    packets: 0,
    lastNumber: 0,
    because: "a modified pcap (Kuznetzov) is named and not read",
  },
  "tcpdump/hoobr_juniper3.pcap": {
    packets: 1,
    lastNumber: 1,
    because: "capinfos refuses the file for its link type (upper 16 bits are flags)",
  },
  "pcapplusplus/Fuzzers/RegressionTests/regression_samples/clusterfuzz-testcase-minimized-FuzzTarget-5755755617189888": {
    packets: 1,
    lastNumber: 1,
    because: "a record without bytes before one of 16 MB is damage to us, a packet to capinfos",
  },
  "pcapplusplus/Fuzzers/RegressionTests/regression_samples/clusterfuzz-testcase-minimized-FuzzTarget-5766899836387328": {
    packets: 1,
    lastNumber: 1,
    because: "version 2.3 may have its lengths swapped: capinfos takes the larger one and finds the file cut",
  },
};

/** No capture to us; capinfos can read it. */
const REFUSED = "pcapplusplus/solaris.snoop";

function capinfos(paths: readonly string[]): ReadonlyMap<string, number> | undefined {
  let table: string;
  try {
    table = execFileSync("capinfos", ["-c", "-M", "-T", ...paths], {
      cwd: CAPTURES,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch (error) {
    // It exits with an error for damaged files and has counted them all the same.
    if (!(error instanceof Error && "stdout" in error && typeof error.stdout === "string" && error.stdout !== "")) return undefined;
    table = error.stdout;
  }
  const rows = table.trim().split("\n").slice(1);
  return new Map(rows.map((row) => row.split("\t")).map(([path, packets]) => [path ?? "", Number(packets)]));
}

/** Frames as tshark 4.0 counted them when the corpus was made. */
function tsharkFrames(): ReadonlyMap<string, number> {
  const rows = readFileSync(join(CORPUS, "INDEX.tsv"), "utf8").trim().split("\n").slice(1);
  return new Map(rows.map((row) => [row.split("\t")[0] ?? "", Number(/\bpackets=(\d+)/.exec(row)?.[1] ?? 0)]));
}

async function count(path: string): Promise<Counts> {
  let lastNumber = 0;
  const sink = { ...recordingSink().sink, packet: (packet: { readonly number: number }) => (lastNumber = packet.number) };
  const [summary] = await readCaptures([{ name: path, files: [{ index: 0, path: join(CAPTURES, path) }] }], () => sink);
  return { packets: summary?.packets ?? 0, lastNumber };
}

const paths = hasCorpus
  ? readdirSync(CAPTURES, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(CAPTURES.length + 1))
      .sort()
  : [];
const packetCounts = hasCorpus ? capinfos(paths) : undefined;

describe.skipIf(!hasCorpus)("the corpus", () => {
  const frames = hasCorpus ? tsharkFrames() : new Map<string, number>();

  it("refuses a snoop capture by its name", async () => {
    await expect(count(REFUSED)).rejects.toThrow("it is a snoop capture; convert it with editcap");
  });

  it.each(paths.filter((path) => path !== REFUSED))("%s has the frames that tshark counts", async (path) => {
    const known = DIFFERENCES[path];
    const { packets, lastNumber } = await count(path);
    const expected = known?.packets ?? packetCounts?.get(path);
    if (expected !== undefined) expect(packets).toBe(expected);
    // Custom blocks are frames to tshark; behind the last packet they do not show in a packet's number.
    if (packets > 0) expect(lastNumber).toBe(known?.lastNumber ?? frames.get(path));
  });

  it.skipIf(packetCounts === undefined)("is counted by capinfos, but for the files that it gives up", () => {
    const missing = paths.filter((path) => !packetCounts?.has(path));
    expect(missing.filter((path) => !(path in DIFFERENCES)).length).toBeLessThanOrEqual(1);
  });

  it("differs only where it is written down", async () => {
    for (const [path, { because }] of Object.entries(DIFFERENCES)) {
      expect(paths, because).toContain(path);
      const { packets } = await count(path);
      expect(packets === packetCounts?.get(path) && packets === frames.get(path), `${path} differs no more`).toBe(false);
    }
  });
});
