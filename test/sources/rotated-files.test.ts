import { describe, expect, it } from "vitest";
import { groupRotatedFiles, rotationCandidates } from "../../src/sources/rotated-files.ts";

const at = (text: string) => Date.parse(text) * 1000;
const T = at("2026-11-22T14:30:00Z");

/** Series as lists of paths; times are given in the order of the paths. */
function grouped(files: Readonly<Record<string, number | undefined>>): string[][] {
  const paths = Object.keys(files);
  const series = groupRotatedFiles(paths, (path) => files[path]);
  for (const { index, path } of series.flatMap(({ files }) => files)) expect(paths[index]).toBe(path);
  return series.map(({ files }) => files.map(({ path }) => path));
}

describe("groupRotatedFiles joins", () => {
  it.each<[string, Record<string, number | undefined>]>([
    ["tcpdump -C", { "x.pcap": T, "x.pcap1": T + 1, "x.pcap2": T + 2 }],
    ["tcpdump -C past ten", { "x.pcap": T, "x.pcap2": T + 2, "x.pcap10": T + 10 }],
    ["tcpdump -C -W", { "x.pcap00": T, "x.pcap01": T + 1 }],
    ["tcpdump -G", { "x-20261122143000.pcap": T, "x-20261122144000.pcap": at("2026-11-22T14:40:00Z") }],
    ["tcpdump -G with separators", { "x_2026-11-22_14:30:00.pcap": T, "x_2026-11-22_14:40:00.pcap": at("2026-11-22T14:40:00.1Z") }],
    ["tcpdump -G in another time zone", { "x-20261122T1430.pcap": T - 5.5 * 3.6e9, "x-20261122T1530.pcap": T - 4.4 * 3.6e9 }],
    ["tcpdump -G by the day", { "x-20261122.pcap": T, "x-20261123.pcap": T + 12 * 3.6e9 }],
    ["tcpdump -G with Unix time", { [`x-${T / 1e6}.pcap`]: T + 5, [`x-${T / 1e6 + 60}.pcap`]: T + 61e6 }],
    ["dumpcap -b", { "x_00001_20261122143000.pcapng": T, "x_00002_20261122143005.pcapng": T + 5e6 }],
    ["dumpcap -b nametimenum:2", { "x_20261122143000_00001.pcapng": T, "x_20261122143000_00002.pcapng": T + 1e5 }],
    ["compressed ones too", { "x_00001_20261122143000.pcapng.gz": T, "x_00002_20261122143005.pcapng": T + 5e6 }],
    ["a last file without packets", { "x.pcap": T, "x.pcap1": undefined }],
  ])("%s", (_, files) => {
    expect(grouped(files)).toEqual([Object.keys(files)]);
    expect(rotationCandidates(Object.keys(files))).toEqual(Object.keys(files));
  });

  it("orders by time: tcpdump -W writes over its first files", () => {
    expect(grouped({ "x.pcap0": T + 30, "x.pcap1": T + 40, "x.pcap2": T + 10, "x.pcap3": T + 20 })).toEqual([
      ["x.pcap2", "x.pcap3", "x.pcap0", "x.pcap1"],
    ]);
  });

  it("names a series for what its files have in common, and a file by its path", () => {
    const paths = ["node/x_00001_20261122143000.pcapng", "node/x_00002_20261122143005.pcapng", "pod.pcap"];
    const names = groupRotatedFiles(paths, (path) => T + paths.indexOf(path) * 5e6).map(({ name }) => name);
    expect(names).toEqual(["node/x_*.pcapng", "pod.pcap"]);
  });
});

describe("groupRotatedFiles keeps apart", () => {
  it.each<[string, Record<string, number | undefined>]>([
    ["pods with numbers", { "orders-0.pcap": T, "orders-1.pcap": T + 9e6 }],
    ["containers with numbers", { "c0.pcap": T, "c1.pcap": T + 9e6, "c2.pcap": T + 18e6 }],
    ["equal names in different folders", { "a/x.pcap": T, "b/x.pcap1": T + 1 }],
    ["AWS host names", { "ip-10-0-123-145.pcap": T, "ip-10-0-123-146.pcap": T + 9e6 }],
    ["IP addresses", { "10.20.30.40.pcap": T, "10.20.30.41.pcap": T + 9e6 }],
    ["pod hashes", { "orders-5847392745.pcap": T, "orders-5847392746.pcap": T + 9e6 }],
    ["files that begin at the same time", { "x.pcap": T, "x.pcap1": T }],
    ["files whose order is not that of their numbers", { "x.pcap": T + 1, "x.pcap1": T + 3, "x.pcap2": T, "x.pcap3": T + 2 }],
    ["pods with a date, begun at the same moment", { "x-20261122-10.pcap": T + 60e6, "x-20261122-11.pcap": T + 60.005e6 }],
    ["a date that is none", { "x-20261322.pcap": T, "x-20261323.pcap": T + 24 * 3.6e9 }],
    ["two services with a date", { "cart-20261122143000.pcap": T, "orders-20261122143010.pcap": T + 10e6 }],
    ["the same file twice, once compressed", { "x.pcap1": T, "x.pcap1.gz": T + 1 }],
    ["two of one second by name, in the wrong order", { "x_00001_20261122143000.pcapng": T + 5, "x_00002_20261122143000.pcapng": T }],
  ])("%s", (_, files) => {
    expect(grouped(files)).toEqual(Object.keys(files).map((path) => [path]));
  });
});
