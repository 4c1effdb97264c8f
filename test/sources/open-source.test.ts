import { chmodSync } from "node:fs";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChunkSource } from "../../src/sources/chunk-source.ts";
import { openSource } from "../../src/sources/open-source.ts";
import { UserError } from "../../src/wire/user-error.ts";
import { concat, filler, text } from "../capture/build-captures.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function readAll(source: ChunkSource): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await source.read(); chunk; chunk = await source.read()) {
    expect(chunk.length).toBeGreaterThan(0);
    chunks.push(chunk.slice());
  }
  expect(await source.read()).toBeUndefined();
  await source.close();
  return concat(...chunks);
}

/** `toEqual` looks at each byte by itself, which takes long. */
function expectSame(bytes: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.compare(bytes, expected)).toBe(0);
}

/** Standard input that gives `bytes` in pieces of `length`. */
function piped(bytes: Uint8Array, length = 7): Readable {
  const pieces = Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) => bytes.slice(i * length, (i + 1) * length));
  return Readable.from(pieces, { objectMode: false });
}

/** A frame of raw blocks (RFC 8878 §3.1.1): single segment, content size in two bytes. */
function zstdFrame(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x60, (bytes.length - 256) & 255, (bytes.length - 256) >> 8)];
  for (let at = 0; at < bytes.length; at += 1000) {
    const block = bytes.subarray(at, at + 1000);
    const header = (block.length << 3) | (at + 1000 >= bytes.length ? 1 : 0);
    parts.push(Uint8Array.of(header & 255, (header >> 8) & 255, header >> 16), block);
  }
  return concat(...parts);
}

const SKIPPABLE = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
const CONTENT = filler(70_000);

describe("openSource", () => {
  it("reads a file in chunks, each good until the next read", async () => {
    const folder = temporaryFolder({ "a.pcap": CONTENT });
    const source = await openSource(`${folder}/a.pcap`, { chunkBytes: 8192 });
    expect(source.size).toBe(CONTENT.length);
    expect((await source.peek(4)).subarray(0, 4)).toEqual(CONTENT.subarray(0, 4));
    const first = (await source.read())?.slice();
    expect(first).toHaveLength(8192);
    expect(source.consumed()).toBe(8192);
    expectSame(concat(first!, await readAll(source)), CONTENT);
    expect(source.consumed()).toBe(CONTENT.length);
    expect(source.problem).toBeUndefined();
  });

  it("reads standard input", async () => {
    const source = await openSource("-", { stdin: piped(CONTENT, 1000) });
    expect(source.name).toBe("standard input");
    expect(source.size).toBeUndefined();
    expectSame(await readAll(source), CONTENT);
    expect(source.consumed()).toBe(CONTENT.length);
  });

  it("peeks over several small chunks", async () => {
    const source = await openSource("-", { stdin: piped(CONTENT.subarray(0, 50), 3) });
    expect(await source.peek(20)).toHaveLength(21);
    expectSame(await readAll(source), CONTENT.subarray(0, 50));
  });

  it.each<[string, Uint8Array]>([
    ["gzip", gzipSync(CONTENT)],
    ["gzip of several members", concat(gzipSync(CONTENT.subarray(0, 10)), gzipSync(CONTENT.subarray(10)))],
    ["zstd", zstdFrame(CONTENT.subarray(0, 60_000))],
    ["zstd of several frames", concat(SKIPPABLE, zstdFrame(CONTENT.subarray(0, 300)), SKIPPABLE, zstdFrame(CONTENT.subarray(300, 60_000)))],
  ])("unpacks %s, whatever its name", async (name, packed) => {
    const content = name.startsWith("zstd") ? CONTENT.subarray(0, 60_000) : CONTENT;
    const folder = temporaryFolder({ "a.pcap": packed });
    const source = await openSource(`${folder}/a.pcap`);
    expectSame(await readAll(source), content);
    expect(source.problem).toBeUndefined();
    expect([source.size, source.consumed()]).toEqual([packed.length, packed.length]);
    expectSame(await readAll(await openSource("-", { stdin: piped(packed, 13) })), content);
  });

  it.each<[string, Uint8Array]>([
    ["gzip", gzipSync(CONTENT.subarray(0, 3000))],
    ["zstd", zstdFrame(CONTENT.subarray(0, 3000))],
  ])("gives what can be unpacked of a %s stream that is cut anywhere, and the reason", async (name, packed) => {
    const cut = fc.integer({ min: 4, max: packed.length - 1 });
    await fc.assert(
      fc.asyncProperty(cut, async (length) => {
        const source = await openSource("-", { stdin: piped(packed.slice(0, length), 100) });
        const bytes = await readAll(source);
        expectSame(bytes, CONTENT.subarray(0, bytes.length));
        expect(source.problem).toContain(`the ${name} stream is damaged or cut`);
        if (name === "zstd") expect(bytes.length).toBeGreaterThanOrEqual(Math.floor(Math.max(0, length - 20) / 1003) * 1000);
      }),
    );
  });

  it("gives what lies before damage in a gzip stream, and the reason", async () => {
    const packed = gzipSync(CONTENT, { level: 0 });
    packed.fill(0xff, 65_400, 66_000);
    const source = await openSource("-", { stdin: piped(packed, 4096) });
    const bytes = await readAll(source);
    expect(bytes.length).toBeGreaterThan(40_000);
    expect(source.problem).toContain("gzip stream is damaged");
  });

  it("says what is wrong and what to do", async () => {
    const folder = temporaryFolder({ "closed.pcap": "x" });
    chmodSync(`${folder}/closed.pcap`, 0);
    const refused = async (path: string, message: RegExp) => {
      const opening = openSource(path);
      await expect(opening).rejects.toThrow(UserError);
      await expect(opening).rejects.toThrow(message);
    };
    await refused(`${folder}/none.pcap`, /none\.pcap does not exist\. Check the path/);
    await refused(folder, /is a folder\. Name a capture file in it/);
    await refused("-", /nothing is piped into it/);
    if (process.getuid?.() !== 0) await refused(`${folder}/closed.pcap`, /permission denied/);
    const terminal = Object.assign(Readable.from([text("x")]), { isTTY: true });
    await expect(openSource("-", { stdin: terminal })).rejects.toThrow(UserError);
  });
});
