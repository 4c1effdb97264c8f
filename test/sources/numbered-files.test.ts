import { describe, expect, it } from "vitest";
import { findSeries } from "../../src/sources/find-series.ts";
import { buildPcap, filler } from "../capture/build-captures.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const T = 1_700_000_000_000_000;
/** A capture whose packets have these times, ms after T. */
const capture = (...ms: readonly number[]) => buildPcap(ms.map((at) => ({ at: T + at * 1_000, bytes: filler(60) })));

async function seriesOf(files: Readonly<Record<string, Uint8Array>>): Promise<string[][]> {
  const folder = temporaryFolder(files);
  const series = await findSeries(Object.keys(files).map((name) => `${folder}/${name}`));
  return series.map((one) => one.files.map(({ path }) => path.slice(folder.length + 1)));
}

describe("files with numbers of somebody's own", () => {
  it("are one capture where each goes on when the one before ends", async () => {
    const node = { "node-8.pcap": capture(0, 30, 50), "node-9.pcap": capture(70, 80, 110), "node-10.pcap": capture(111, 150) };
    expect(await seriesOf(node)).toEqual([Object.keys(node)]);
  });

  it("are told from others that are numbered with them", async () => {
    const files = { "c0.pcap": capture(0, 60, 140), "c1.pcap": capture(1, 40), "c2.pcap": capture(45, 90), "c3.pcap": capture(2, 90) };
    expect(await seriesOf(files)).toEqual([["c0.pcap"], ["c1.pcap", "c2.pcap"], ["c3.pcap"]]);
  });

  it.each([
    ["that run side by side", { "orders-0.pcap": capture(0, 90), "orders-1.pcap": capture(2, 95) }],
    ["that overlap at their ends", { "orders-0.pcap": capture(0, 40, 90), "orders-1.pcap": capture(85, 120) }],
    [
      "with a pause between them that the traffic does not have",
      { "orders-0.pcap": capture(0, 5, 10), "orders-1.pcap": capture(400, 405) },
    ],
    ["with a pause longer than a second", { "orders-0.pcap": capture(0, 5_000), "orders-1.pcap": capture(7_000, 7_005) }],
    ["in the wrong order", { "orders-0.pcap": capture(50, 60), "orders-1.pcap": capture(0, 49) }],
    ["with a number missing between them", { "orders-0.pcap": capture(0, 30), "orders-2.pcap": capture(31, 40) }],
    ["with other names", { "orders-0.pcap": capture(0, 30), "cart-1.pcap": capture(31, 40) }],
    ["without packets", { "orders-0.pcap": capture(), "orders-1.pcap": capture() }],
  ])("%s stand for themselves", async (_, files) => {
    expect(await seriesOf(files)).toEqual(Object.keys(files).map((name) => [name]));
  });
});
