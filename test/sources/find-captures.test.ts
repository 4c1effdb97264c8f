import { symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findCaptures } from "../../src/sources/find-captures.ts";
import { namePattern } from "../../src/sources/glob.ts";
import { UserError } from "../../src/wire/user-error.ts";
import { buildPcap } from "../capture/build-captures.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const CAPTURE = buildPcap([]);
const FILES = {
  "b.pcap": CAPTURE,
  "a.pcapng.gz": "",
  "notes.txt": "notes",
  "no-extension": CAPTURE,
  "pods/c1.pcap": CAPTURE,
  "pods/c0.pcap": CAPTURE,
  "pods/deep/x.pcap1": CAPTURE,
  "pods/deep/x.dmp.zst": CAPTURE,
  "pods/.hidden/y.pcap": CAPTURE,
  "empty/readme.md": "",
};

async function found(args: readonly string[]): Promise<string[]> {
  const folder = temporaryFolder(FILES);
  return (await findCaptures(args.map((arg) => (arg === "-" ? arg : `${folder}/${arg}`)))).map((path) => path.replace(`${folder}/`, ""));
}

describe("findCaptures", () => {
  it.each<[string, string[], string[]]>([
    ["files as they are, sorted, once", ["pods/c1.pcap", "notes.txt", "b.pcap", "pods/../b.pcap"], ["b.pcap", "notes.txt", "pods/c1.pcap"]],
    ["standard input", ["-", "b.pcap"], ["-", "b.pcap"]],
    [
      "captures in a folder, by name or content",
      ["."],
      ["./a.pcapng.gz", "./b.pcap", "./no-extension", "./pods/c0.pcap", "./pods/c1.pcap", "./pods/deep/x.dmp.zst", "./pods/deep/x.pcap1"],
    ],
    ["*", ["*.pcap"], ["b.pcap"]],
    ["? and [..]", ["pods/c[0-9].pca?"], ["pods/c0.pcap", "pods/c1.pcap"]],
    ["a pattern in a folder's name", ["p*/c0.pcap"], ["pods/c0.pcap"]],
    ["** over folders", ["**/*.pcap?"], ["pods/deep/x.pcap1"]],
    ["** at any depth, none too", ["**/*.pcap"], ["b.pcap", "pods/c0.pcap", "pods/c1.pcap"]],
    ["a folder that a pattern matches", ["pod?"], ["pods/c0.pcap", "pods/c1.pcap", "pods/deep/x.dmp.zst", "pods/deep/x.pcap1"]],
  ])("gives %s", async (_, args, expected) => {
    expect(await found(args)).toEqual(expected);
  });

  it.each<[string[], RegExp]>([
    [["none.pcap"], /none\.pcap does not exist/],
    [["none/*.pcap"], /matches no file/],
    [["b.pcap", "*.cap"], /\*\.cap matches no file/],
    [["empty"], /empty holds no capture/],
    [[], /No capture was named/],
  ])("refuses %j", async (args, message) => {
    await expect(found(args)).rejects.toThrow(message);
    await expect(found(args)).rejects.toThrow(UserError);
  });

  it("is not led in a circle by links", async () => {
    const folder = temporaryFolder(FILES);
    symlinkSync(folder, `${folder}/pods/up`);
    expect(await findCaptures([`${folder}/pods`])).toContain(`${folder}/pods/up/b.pcap`);
  });

  it("takes a file whose name looks like a pattern", async () => {
    const folder = temporaryFolder({ "x[1].pcap": CAPTURE });
    expect(await findCaptures([`${folder}/x[1].pcap`])).toEqual([`${folder}/x[1].pcap`]);
  });
});

describe("namePattern", () => {
  it.each<[string, string[], string[]]>([
    ["*.pcap", ["a.pcap"], [".pcap", "apcap", "a.pcap1"]],
    ["c[!0].pcap", ["c1.pcap"], ["c0.pcap"]],
    ["[a-c]*", ["b", "cx"], ["d"]],
    ["[]x]", ["]", "x"], ["a"]],
    ["[z-a]", [], ["b"]],
    ["a[b", ["a[b"], ["ab"]],
    ["a+(b)?", ["a+(b)c"], ["aab"]],
    [".*", [".x"], ["x"]],
  ])("%s", (pattern, matching, other) => {
    for (const name of matching) expect(namePattern(pattern).test(name), name).toBe(true);
    for (const name of other) expect(namePattern(pattern).test(name), name).toBe(false);
  });
});
