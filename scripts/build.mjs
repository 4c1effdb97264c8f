#!/usr/bin/env node
// Compiles src/ and bundles it into dist/: three hundred small files would cost every start a tenth of a second (docs/decisions/0005).
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiled = `${root}build`;
const dist = `${root}dist`;
for (const folder of [compiled, dist]) rmSync(folder, { recursive: true, force: true });
execFileSync("npx", ["--no-install", "tsc", "-p", "tsconfig.json", "--outDir", compiled], {
  cwd: root,
  stdio: ["ignore", process.stderr, process.stderr],
});

// Libraries stay where npm put them. What src/ loads only when it is used stays a file of its own.
const bundle = await rolldown({ input: `${compiled}/main.js`, platform: "node", external: (id) => /^(node:|[a-z@])/.test(id) });
await bundle.write({ dir: dist, format: "esm", chunkFileNames: "[name].js" });
await bundle.close();
chmodSync(`${dist}/main.js`, 0o755);
