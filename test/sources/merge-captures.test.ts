import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { findSeries } from "../../src/sources/find-series.ts";
import { readCaptures } from "../../src/sources/merge-captures.ts";
import type { CaptureSeries } from "../../src/sources/rotated-files.ts";
import { UserError } from "../../src/wire/user-error.ts";
import { buildPcap, concat, filler, pcapngBlocks } from "../capture/build-captures.ts";
import { recordingSink } from "../capture/record-capture.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const T = 1_700_000_000_000_000;
const SECOND = 1e6;

/** A pcap whose packets have these times, in seconds after T. */
function captureAt(...seconds: readonly number[]): Uint8Array {
  return buildPcap(seconds.map((at) => ({ at: T + at * SECOND, bytes: filler(60) })));
}

/** Reads files of a folder; each packet as `file@second`, in the order in which they came. */
async function read(folder: string, names: readonly string[], series?: readonly CaptureSeries[], stdin?: Readable) {
  const order: string[] = [];
  const anomalies: string[] = [];
  const progress: [number, number | undefined][] = [];
  const chosen = series ?? (await findSeries(names.map((name) => (name === "-" ? name : `${folder}/${name}`))));
  const summaries = await readCaptures(
    chosen,
    (file) => ({
      ...recordingSink().sink,
      packet: ({ timestamp, number }) => order.push(`${file.name.replace(`${folder}/`, "")}#${number}@${(timestamp - T) / SECOND}`),
      anomaly: ({ code, message }) => anomalies.push(`${code}: ${message}`),
    }),
    (bytes, total) => progress.push([bytes, total]),
    stdin,
  );
  return { order, anomalies, progress, summaries };
}

describe("readCaptures", () => {
  it("merges several captures by the time of their packets", async () => {
    const folder = temporaryFolder({
      "a.pcap": captureAt(0, 3, 6, 9),
      "b.pcap": captureAt(1, 4, 7),
      "c.pcap": captureAt(100),
      "d.pcap": captureAt(),
    });
    const { order, summaries } = await read(folder, ["a.pcap", "b.pcap", "c.pcap", "d.pcap"]);
    expect(order).toEqual([
      "a.pcap#1@0",
      "b.pcap#1@1",
      "a.pcap#2@3",
      "b.pcap#2@4",
      "a.pcap#3@6",
      "b.pcap#3@7",
      "a.pcap#4@9",
      "c.pcap#1@100",
    ]);
    expect(summaries.map(({ index, packets }) => [index, packets])).toEqual([
      [0, 4],
      [1, 3],
      [2, 1],
      [3, 0],
    ]);
  });

  it("keeps the order to some milliseconds while many packets come", async () => {
    const dense = Array.from({ length: 5000 }, (_, i) => i / 1000);
    const folder = temporaryFolder({ "a.pcap": captureAt(...dense), "b.pcap": captureAt(...dense.map((at) => at + 0.0005)) });
    const { order } = await read(folder, ["a.pcap", "b.pcap"]);
    const times = order.map((packet) => Number(packet.split("@")[1]));
    let latest = 0;
    const behind = times.map((time) => {
      latest = Math.max(latest, time);
      return latest - time;
    });
    expect(order).toHaveLength(10_000);
    expect(Math.max(...behind)).toBeLessThan(0.02);
  });

  it("reads rotated files one after another, numbered each for itself, and tells what it read", async () => {
    const files = { "x.pcap": captureAt(0, 1), "x.pcap1": gzipSync(captureAt(2)), "x.pcap2": captureAt(3, 5, 4) };
    const folder = temporaryFolder(files);
    const { order, summaries, progress } = await read(folder, Object.keys(files));
    expect(order).toEqual(["x.pcap#1@0", "x.pcap#2@1", "x.pcap1#1@2", "x.pcap2#1@3", "x.pcap2#2@5", "x.pcap2#3@4"]);
    const total = Object.values(files).reduce((sum, { length }) => sum + length, 0);
    expect(progress.at(-1)).toEqual([total, total]);
    expect(summaries[2]).toEqual({
      file: `${folder}/x.pcap2`,
      index: 2,
      format: "pcap (microseconds, little-endian)",
      packets: 3,
      bytes: files["x.pcap2"].length,
      firstPacketAt: T + 3 * SECOND,
      lastPacketAt: T + 5 * SECOND,
    });
  });

  it("asks for a file's sink with its index in the list, and for each after the one before it has ended", async () => {
    const folder = temporaryFolder({ "x.pcap0": captureAt(9), "x.pcap1": captureAt(1) });
    const asked: [number, string][] = [];
    const paths = [`${folder}/x.pcap0`, `${folder}/x.pcap1`];
    await readCaptures(await findSeries(paths), ({ index, series }) => {
      asked.push([index, series.name]);
      return recordingSink().sink;
    });
    expect(asked).toEqual([
      [1, `${folder}/x.pcap*`],
      [0, `${folder}/x.pcap*`],
    ]);
  });

  it("reads standard input beside files; the total is then unknown", async () => {
    const folder = temporaryFolder({ "a.pcap": captureAt(0, 4) });
    const { order, progress } = await read(folder, ["-", "a.pcap"], undefined, Readable.from([captureAt(2, 6)]));
    expect(order).toEqual(["a.pcap#1@0", "-#1@2", "a.pcap#2@4", "-#2@6"]);
    expect(progress.at(-1)?.[1]).toBeUndefined();
  });

  it("reports a compressed file that is cut, and reads what is there", async () => {
    const random = Array.from({ length: 200 }, (_, i) => ({ at: T + i, bytes: filler(500, i) }));
    const packed = gzipSync(buildPcap(random), { level: 1 });
    const folder = temporaryFolder({ "a.pcap.gz": packed.subarray(0, packed.length - 30) });
    const { order, anomalies } = await read(folder, ["a.pcap.gz"]);
    expect(order.length).toBeGreaterThan(100);
    expect(anomalies.at(-1)).toMatch(/^truncated: the gzip stream is damaged or cut/);
  });

  it.each<[string, Uint8Array | string, RegExp]>([
    [
      "notes.txt",
      "# Meeting notes",
      /notes\.txt is no capture \(it starts with "# Meeti"\)\. Expected pcap or pcapng, gzip or zstd allowed\.$/,
    ],
    ["empty.pcap", "", /empty\.pcap is no capture \(it is empty\)/],
    ["notes.gz", gzipSync("# Meeting notes"), /notes\.gz is no capture \(it starts with "# Meeti"\)/],
    ["cut.gz", gzipSync(captureAt(1)).subarray(0, 12), /cut\.gz cannot be unpacked: the gzip stream is damaged or cut/],
    ["trace.json", '{"data":[{"traceID":"1"', /give it with --traces/],
  ])("refuses %s, also among others", async (name, content, message) => {
    const folder = temporaryFolder({ [name]: content, "good.pcap": captureAt(1) });
    await expect(read(folder, [name])).rejects.toThrow(message);
    await expect(read(folder, ["good.pcap", name])).rejects.toThrow(UserError);
  });

  it("refuses a bad file of a series before it reads the first", async () => {
    const folder = temporaryFolder({ "x.pcap": captureAt(1), "x.pcap1": "# Meeting notes" });
    await expect(findSeries([`${folder}/x.pcap`, `${folder}/x.pcap1`])).rejects.toThrow(/x\.pcap1 is no capture/);
  });

  it("reads a long pcapng in chunks", async () => {
    const le = pcapngBlocks();
    const blocks = Array.from({ length: 3000 }, (_, i) => le.enhancedPacket(0, BigInt(T + i), { bytes: filler(1500, i) }));
    const folder = temporaryFolder({ "a.pcapng": concat(le.sectionHeader(), le.interfaceDescription(), ...blocks) });
    const { order, progress } = await read(folder, ["a.pcapng"]);
    expect(order).toHaveLength(3000);
    expect(progress.length).toBeGreaterThan(1);
  });
});
