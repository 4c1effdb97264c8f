// Captures written back as one: the order of time, each packet as it was, and what stood beside packets.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { TLS_KEY_LOG } from "../../src/capture/packet.ts";
import { writeAnnotated } from "../../src/sources/write-annotated.ts";
import { buildPcap, concat, filler, pcapngBlocks, text } from "../capture/build-captures.ts";
import { recordCapture } from "../capture/record-capture.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const NOON = 1_795_348_800_000_000;
const {
  sectionHeader,
  option,
  interfaceDescription,
  enhancedPacket,
  simplePacket,
  decryptionSecrets,
  nameResolution,
  interfaceStatistics,
} = pcapngBlocks(false);

const NOTHING = { application: "test", commentsOf: () => [], holdsSecrets: () => false };

/** A series a file, in the order given. */
async function written(files: Readonly<Record<string, Uint8Array>>, options: Partial<Parameters<typeof writeAnnotated>[2]> = {}) {
  const folder = temporaryFolder(files);
  const series = Object.keys(files).map((name, index) => ({ name, files: [{ index, path: `${folder}/${name}` }] }));
  const count = await writeAnnotated(`${folder}/out.pcapng`, series, { ...NOTHING, ...options });
  const bytes = readFileSync(`${folder}/out.pcapng`);
  return { count, bytes, ...recordCapture(Uint8Array.from(bytes)) };
}

describe("several captures", () => {
  const micro = buildPcap([
    { at: NOON + 10, bytes: filler(20, 1), originalLength: 90 },
    { at: NOON + 30, bytes: filler(20, 2) },
  ]);
  const nano = concat(
    sectionHeader([option(1, text("a note"))]),
    decryptionSecrets(TLS_KEY_LOG, text("secrets!")),
    nameResolution([{ address: [10, 0, 0, 1], names: ["shop"] }]),
    interfaceDescription({ linkType: 113, resolution: 9, name: "eth0" }),
    enhancedPacket(0, BigInt(NOON + 30) * 1000n - 60n, { bytes: filler(8, 3) }),
    simplePacket(filler(4, 4)),
    enhancedPacket(0, BigInt(NOON + 40) * 1000n + 7n, { bytes: filler(8, 5) }),
    interfaceStatistics(0, { ifDrop: 2n, osDrop: 1n }),
  );

  test("all packets in the order of time, to the nanosecond, with their lengths and link types", async () => {
    const { count, packets, anomalies, lost, names, secrets } = await written({ "a.pcap.gz": gzipSync(micro), "b.pcapng": nano });
    expect(anomalies).toEqual([]);
    expect(count).toBe(5);
    expect(packets.map(({ linkType, originalLength, bytes }) => [linkType, originalLength, bytes.length / 2])).toEqual([
      [1, 90, 20],
      // 60 ns before the next, which a timestamp cannot tell.
      [113, 8, 8],
      [1, 20, 20],
      [113, 4, 4],
      [113, 8, 8],
    ]);
    expect(packets.map(({ timestamp }) => timestamp - NOON)).toEqual([10, 30, 30, 30, 40]);
    expect(lost).toEqual([[3, 1]]);
    expect(names).toEqual([["10.0.0.1", "shop"]]);
    // Only what was in the file; a comment that is none of a key log is no secret.
    expect(secrets).toEqual([[TLS_KEY_LOG, Buffer.from("secrets!").toString("hex")]]);
  });

  test("ticks stay what they were", async () => {
    const { bytes } = await written({ "b.pcapng": nano });
    const ticks = BigInt(NOON + 40) * 1000n + 7n;
    const words = Buffer.alloc(8);
    words.writeUInt32LE(Number(ticks >> 32n), 0);
    words.writeUInt32LE(Number(ticks & 0xffff_ffffn), 4);
    expect(bytes.includes(words)).toBe(true);
    expect(bytes.includes("eth0")).toBe(true);
  });

  test("comments on the packets that are meant", async () => {
    const { bytes, packets } = await written(
      { "a.pcap": micro, "b.pcapng": nano },
      { commentsOf: (capture, frame) => (capture === 1 && frame === 3 ? ["here", "and why"] : []) },
    );
    expect(packets).toHaveLength(5);
    const at = bytes.indexOf(filler(8, 5));
    expect(bytes.indexOf("here") - at).toBe(12);
    expect(bytes.toString("latin1").match(/here|and why/g)).toEqual(["here", "and why"]);
  });

  test("secrets that were pasted into a comment stay with the capture", async () => {
    const { secrets } = await written({ "b.pcapng": nano }, { holdsSecrets: () => true });
    expect(secrets).toHaveLength(2);
  });

  test("files that follow one another are read one after the other", async () => {
    const folder = temporaryFolder({ "a0.pcap": micro, "a1.pcap": buildPcap([{ at: NOON + 50, bytes: filler(9) }]) });
    const files = ["a0.pcap", "a1.pcap"].map((name, index) => ({ index, path: `${folder}/${name}` }));
    expect(await writeAnnotated(`${folder}/out`, [{ name: "a", files }], NOTHING)).toBe(3);
  });

  test("no place to write", async () => {
    await expect(writeAnnotated("/no/such/folder/out", [], NOTHING)).rejects.toThrow(
      "/no/such/folder/out cannot be written (its folder does not exist). Name another file with --annotate.",
    );
  });
});
