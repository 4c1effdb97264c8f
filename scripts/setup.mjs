#!/usr/bin/env node
// What `npm run demo` and `npm test` need before they start, on a machine that has only Node and npm: the
// dependencies of package-lock.json and a build that is newer than the sources. Does nothing when both are there.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const at = (...parts) => path.join(root, ...parts);
const modified = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);
const newest = (dir) =>
  readdirSync(dir, { recursive: true, withFileTypes: true }).reduce(
    (n, e) => (e.isFile() ? Math.max(n, modified(path.join(e.parentPath, e.name))) : n),
    0,
  );

if (modified(at("node_modules", ".package-lock.json")) < modified(at("package-lock.json"))) {
  console.error("Installing dependencies (npm ci) ...");
  execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root, stdio: ["ignore", process.stderr, process.stderr] });
}
if (modified(at("dist", "main.js")) < Math.max(newest(at("src")), modified(at("tsconfig.json")))) {
  console.error("Building ...");
  execFileSync(process.execPath, [at("scripts", "build.mjs")], { cwd: root, stdio: ["ignore", process.stderr, process.stderr] });
}
