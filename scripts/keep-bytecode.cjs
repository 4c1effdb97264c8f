// Runs the bundle on the sample that it ships and keeps the bytecode of what that run compiled: node scripts/keep-bytecode.cjs
"use strict";

const { writeFileSync } = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
const { bytecodeOf, scripts } = require(path.join(root, "dist", "launch.cjs"));
const sample = path.join(root, "samples", "ingress-strips");

process.on("exit", () => {
  for (const [file, script] of scripts) writeFileSync(bytecodeOf(file), script.createCachedData());
});
process.argv = [
  process.argv0,
  "traceinspect",
  "pcap",
  sample,
  "--traces",
  path.join(sample, "jaeger.v3.bin"),
  "--fail-on",
  "never",
  "--quiet",
];
require(path.join(root, "dist", "main.js"));
