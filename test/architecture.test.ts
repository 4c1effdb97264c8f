// Bytes go one way: a folder imports only from folders above it in this list. Type imports count; cycles and sibling entries are refused.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const folders = [
  "wire",
  "capture",
  "sources",
  "packet",
  "tcp",
  "spans",
  "protocols",
  "propagation",
  "hops",
  "backends",
  "diff",
  "pairing",
  "naming",
  "diagnosis",
  "report",
  "cli",
  "commands",
];
/** Folders inside a folder: a later one may know the earlier ones. */
const subfolders: Readonly<Record<string, readonly string[]>> = {
  protocols: ["tls", "dns", "proxy", "http", "exports"],
  diagnosis: ["exporters", "receivers", "rules"],
  report: ["stitched", "text"],
};
/** Who may touch the world, by what Node calls it. What computes and touches nothing (`node:crypto`, `node:path`, …) anybody may import. */
const worldly: Readonly<Record<string, readonly string[]>> = {
  // The last three read what the package ships beside its code.
  "node:fs": ["sources/", "commands/", "backends/trace-files.ts", "report/tool.ts", "spans/proto-messages.ts", "wire/package-file.ts"],
  "node:child_process": ["sources/live-process.ts"],
  "node:os": ["sources/live.ts"],
  "node:stream": ["sources/", "commands/"],
  "node:v8": ["main.ts"],
  "node:module": ["wire/load-when-used.ts"],
  // What tells and spells addresses, which opens nothing.
  "node:net": ["commands/names-file.ts", "capture/address-bytes.ts", "capture/pcapng-writer.ts", "protocols/proxy/proxy-header.ts"],
};
const harmless = /^node:(crypto|zlib|path|url|events)$/;
/** Files of src/ itself: the table of contents, its two parts, and the process. */
const tops = ["capture-log.ts", "observed.ts", "vantage-point.ts", "pipeline.ts", "main.ts"];
/** `cli` knows the other folders by their registries and closed sets only. */
const cliMayImport = /^(wire|cli)\/|\/registry\.ts$|^diagnosis\/verdict\.ts$/;

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replaceAll("\\", "/"));
const importsOf = (file: string): string[] =>
  [...readFileSync(`src/${file}`, "utf8").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) =>
    path.posix.join(path.posix.dirname(file), match[1]!),
  );
const rank = (file: string): number =>
  tops.includes(file) ? folders.length - 1.5 + tops.indexOf(file) / 10 : folders.indexOf(file.split("/")[0]!);

describe("architecture", () => {
  test("every folder is in the list", () => {
    expect(files.filter((file) => (file.includes("/") ? rank(file) < 0 : !tops.includes(file)))).toEqual([]);
  });

  test("imports go up only", () => {
    const down = files.flatMap((file) =>
      importsOf(file)
        .filter((to) => file !== "main.ts" && rank(to) > rank(file) && file.split("/")[0] !== to.split("/")[0])
        .map((to) => `${file} → ${to}`),
    );
    expect(down).toEqual([]);
  });

  test("folders inside a folder know the earlier ones only", () => {
    const place = (file: string): number => {
      const [folder = "", sub = "", inside] = file.split("/");
      return inside === undefined ? -1 : (subfolders[folder]?.indexOf(sub) ?? -1);
    };
    const nested = files.filter((file) => file.split("/").length > 2);
    expect(nested.filter((file) => place(file) < 0)).toEqual([]);
    const down = nested.flatMap((file) =>
      importsOf(file)
        .filter((to) => to.split("/")[0] === file.split("/")[0] && place(to) > place(file))
        .map((to) => `${file} → ${to}`),
    );
    expect(down).toEqual([]);
  });

  test("only those who must touch files, processes and the like", () => {
    const used = files.flatMap((file) =>
      [...readFileSync(`src/${file}`, "utf8").matchAll(/"(node:\w+)(\/promises)?"/g)].map((match) => ({ file, of: match[1]! })),
    );
    const isAllowed = ({ file, of }: { file: string; of: string }) =>
      harmless.test(of) || worldly[of]?.some((place) => file === place || (place.endsWith("/") && file.startsWith(place))) === true;
    expect(used.filter((one) => !isAllowed(one))).toEqual([]);
    const idle = Object.entries(worldly).flatMap(([of, places]) =>
      places.filter((place) => !used.some((one) => one.of === of && one.file.startsWith(place))).map((place) => `${of}: ${place}`),
    );
    expect(idle).toEqual([]);
  });

  test("an entry of a registry imports neither the registry nor a sibling entry", () => {
    const bad = files
      .filter((file) => file.endsWith("/registry.ts"))
      .flatMap((registry) => {
        const entries = importsOf(registry);
        return entries.flatMap((entry) =>
          importsOf(entry)
            .filter((to) => to === registry || (entries.includes(to) && isEntry(registry, to)))
            .map((to) => `${entry} → ${to}`),
        );
      });
    expect(bad).toEqual([]);
  });

  test("cli imports registries and closed sets", () => {
    const bad = files
      .filter((file) => file.startsWith("cli/"))
      .flatMap((file) =>
        importsOf(file)
          .filter((to) => !cliMayImport.test(to))
          .map((to) => `${file} → ${to}`),
      );
    expect(bad).toEqual([]);
  });

  test("no cycles", () => {
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (file: string, trail: readonly string[]): void => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        cycles.push([...trail.slice(trail.indexOf(file)), file].join(" → "));
        return;
      }
      state.set(file, "open");
      for (const to of importsOf(file)) visit(to, [...trail, file]);
      state.set(file, "done");
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  test("only main touches the process", () => {
    expect(
      files.filter(
        (file) =>
          file !== "main.ts" &&
          /\bprocess\.(env|argv|stdin|stdout|stderr|exit|on|off|once|kill|cwd|pid|platform|getuid)\b/.test(
            readFileSync(`src/${file}`, "utf8").replace(/\/\/.*|\/\*[\s\S]*?\*\//g, ""),
          ),
      ),
    ).toEqual([]);
  });

  test("mechanisms fit in 300 lines", () => {
    expect(files.filter((file) => readFileSync(`src/${file}`, "utf8").split("\n").length > 301)).toEqual([]);
  });
});

/** Contracts and shared pieces that a registry also imports are no entries: entries are what it lists. */
function isEntry(registry: string, file: string): boolean {
  const source = readFileSync(`src/${registry}`, "utf8");
  const names = [...readFileSync(`src/${file}`, "utf8").matchAll(/export const (\w+)/g)].map((match) => match[1]!);
  const listed = source.slice(source.indexOf("= ["));
  return names.some((name) => new RegExp(`\\b${name}\\b`).test(listed));
}
