// What is exported is what others use: a constant, a function or a class that only its own file names is private. Types are not looked at, since an
// exported function's are everybody's.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const sources = ["src", "test", "scripts", "bench"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.[cm]?[jt]s$/.test(file))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`),
);
const textOf = new Map(sources.map((file) => [file, readFileSync(file, "utf8")]));

/** By word: the files that hold it. */
const holders = new Map<string, Set<string>>();
for (const [file, text] of textOf)
  for (const word of text.match(/[A-Za-z_$][\w$]*/g) ?? []) {
    const files = holders.get(word);
    if (files === undefined) holders.set(word, new Set([file]));
    else files.add(file);
  }

test("a value is exported only where another file names it", () => {
  const idle = [...textOf]
    .filter(([file]) => file.startsWith("src/"))
    .flatMap(([file, text]) =>
      [...text.matchAll(/^export (?:async )?(?:const|let|function\*?|class) +([A-Za-z_$][\w$]*)/gm)]
        .map(([, name]) => name!)
        .filter((name) => holders.get(name)?.size === 1)
        .map((name) => `${file}: ${name}`),
    );
  expect(idle).toEqual([]);
});
