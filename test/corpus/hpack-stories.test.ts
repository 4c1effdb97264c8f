// Header lists that other people's HPACK encoders wrote (../shared/corpus/conformance/hpack-test-case).

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hexBytes, openDecoder } from "../protocols/http/hpack/read-blocks.ts";

const ROOT = "../shared/corpus/conformance/hpack-test-case";

interface Story {
  readonly cases: readonly {
    readonly wire: string;
    readonly header_table_size?: number;
    readonly headers: readonly Readonly<Record<string, string>>[];
  }[];
}

const stories = existsSync(ROOT)
  ? readdirSync(ROOT, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".json"))
      .sort()
  : [];

describe.skipIf(stories.length === 0)("HPACK stories in ../shared/corpus", () => {
  it.each(stories)("%s", (file) => {
    const { cases }: Story = JSON.parse(readFileSync(join(ROOT, file), "utf8"));
    const decoder = openDecoder(cases.flatMap(({ headers }) => headers.flatMap((field) => Object.keys(field))));
    let capacity = 4096;
    for (const { wire, header_table_size: size = capacity, headers } of cases) {
      if (size !== capacity) decoder.table.resize(size);
      capacity = size;
      const lines = headers.flatMap((field) => Object.entries(field));
      expect(decoder.read(hexBytes(wire))).toEqual({ lines, hidden: 0, error: undefined });
    }
  });

  it("are all there", () => {
    expect(stories.length).toBeGreaterThan(100);
  });
});
