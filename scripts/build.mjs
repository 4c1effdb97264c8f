#!/usr/bin/env node
// Compiles src/ and bundles it into dist/: hundreds of small files would cost every start a tenth of a second (docs/decisions/0005), and so would compiling
// the bundle anew each time (docs/decisions/0006).
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { plainMembers } from "./plain-members.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const at = (...parts) => path.join(root, ...parts);
/** Files of at least so many bytes are worth keeping the bytecode of. */
const LARGE = 64 << 10;

for (const folder of ["build", "dist"]) rmSync(at(folder), { recursive: true, force: true });
execFileSync("npx", ["--no-install", "tsc", "-p", "tsconfig.json", "--outDir", at("build")], {
  cwd: root,
  stdio: ["ignore", process.stderr, process.stderr],
});

// Libraries stay where npm put them. What src/ loads only when it is used stays a file of its own.
const bundle = await rolldown({
  input: at("build", "main.js"),
  platform: "node",
  external: (id) => /^(node:|[a-z@])/.test(id),
  plugins: [plainMembers()],
});
await bundle.write({ dir: at("dist"), format: "cjs", chunkFileNames: "[name].js" });
await bundle.close();
writeFileSync(at("dist", "package.json"), '{ "type": "commonjs" }\n');
chmodSync(at("dist", "main.js"), 0o755);

copyFileSync(at("scripts", "launch.cjs"), at("dist", "launch.cjs"));
for (const name of readdirSync(at("dist"))) if (name.endsWith(".js") && name !== "main.js") keepAside(name);
execFileSync(process.execPath, [at("scripts", "keep-bytecode.cjs")], { stdio: ["ignore", "ignore", process.stderr] });

/** A large file becomes the body of a module, and a small one in its place loads it with its bytecode. */
function keepAside(name) {
  const source = readFileSync(at("dist", name), "utf8");
  if (source.length < LARGE) return;
  const body = `${path.basename(name, ".js")}.body`;
  writeFileSync(at("dist", body), `(function (exports, require, module, __filename, __dirname) {${inAscii(source)}\n})`);
  writeFileSync(at("dist", name), `require("./launch.cjs").load(module, require("node:path").join(__dirname, "${body}"));\n`);
}

/** Characters beyond ASCII stand in strings and expressions only. Without them V8 reads a byte a character, and half as long. */
function inAscii(source) {
  return source.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
