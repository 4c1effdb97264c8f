#!/usr/bin/env node
// Compiles src/ to dist/ and makes the command executable.
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
execFileSync("npx", ["--no-install", "tsc", "-p", "tsconfig.json"], { cwd: root, stdio: ["ignore", process.stderr, process.stderr] });
chmodSync(new URL("../dist/main.js", import.meta.url), 0o755);
