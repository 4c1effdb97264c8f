#!/usr/bin/env node
// How well parents are found without ids, on labelled sets (.json or .json.gz, format in labelled-sets.mjs).
//   npm run bench:pairing -- FILE... [--predictions OUT.jsonl] [--seed N] [--drop-incoming SHARE] [--known SHARE] [--services]
// --drop-incoming leaves out that share of the incoming requests: their calls are then orphans and must be told. --known gives that share of the parents
// as anchors and grades the rest.
import { createWriteStream, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { pairTraffic } from "../build/pairing/pair-traffic.js";
import { Random } from "../build/pairing/random.js";
import { readLabelledSet } from "./labelled-sets.mjs";

const NOBODY = -1;
const OPEN = -2;
const args = process.argv.slice(2);
const values = new Set(["--predictions", "--seed", "--drop-incoming", "--known"]);
const option = (name, otherwise) => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise);
const files = args.filter((arg, k) => !arg.startsWith("--") && !values.has(args[k - 1]));
if (files.length === 0) {
  console.error("no labelled set was named: npm run bench:pairing -- FILE...");
  process.exit(2);
}
const seed = Number(option("--seed", "1"));
const dropped = Number(option("--drop-incoming", "0"));
const known = Number(option("--known", "0"));
const predictions = args.includes("--predictions") ? createWriteStream(option("--predictions")) : undefined;

const percent = (n, of) => (of === 0 ? "    –" : ((100 * n) / of).toFixed(1).padStart(5));
console.log(
  `set             calls  pairs%  end-to-end%  all%   ECE    Brier  ≥0.9: share right%${dropped > 0 ? "  orphans: precision% recall%" : ""}   CPU s`,
);
const all = [];
for (const file of files) {
  const bytes = readFileSync(file);
  const json = JSON.parse((file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"));
  const set = path.basename(file).replace(/\.json(\.gz)?$/, "");
  const random = new Random(seed * 7_919 + 17);
  const services = readLabelledSet(json, () => dropped === 0 || random.next() >= dropped);
  const grades = [];
  const broken = new Set();
  const brokenSingle = new Set();
  const traces = new Set();
  let seconds = 0;
  for (const { service, traffic, inIds, outIds, truth, traces: traceOf, isJoin } of services) {
    const anchors = known > 0 ? truth.map((parent) => (random.next() < known ? parent : OPEN)) : undefined;
    const started = process.cpuUsage();
    const pairing = pairTraffic(anchors === undefined ? traffic : { ...traffic, anchors }, { seed });
    const used = process.cpuUsage(started);
    const took = (used.user + used.system) / 1e6;
    seconds += took;
    const first = grades.length;
    outIds.forEach((id, row) => {
      const parent = pairing.parent[row];
      const confidence = Math.round(pairing.probability[row] * 1e4) / 1e4;
      predictions?.write(`${JSON.stringify({ set, service, id, parent: parent < 0 ? null : inIds[parent], confidence })}\n`);
      if (anchors !== undefined && anchors[row] !== OPEN) return;
      const isRight = parent === truth[row];
      grades.push({ isRight, confidence, isOrphan: truth[row] === NOBODY, isCalledOrphan: parent === NOBODY });
      traces.add(traceOf[row]);
      if (isRight) return;
      // A call at the wrong place breaks the trace that lacks it and the one that has it too many.
      for (const trace of [traceOf[row], parent >= 0 ? inIds[parent].split("|")[0] : undefined]) {
        if (trace === undefined) continue;
        broken.add(trace);
        if (!isJoin) brokenSingle.add(trace);
      }
    });
    if (args.includes("--services")) {
      const own = grades.slice(first);
      console.log(
        `  ${service.padEnd(26)} ${inIds.length} in ${outIds.length} out  pairs ${percent(own.filter((g) => g.isRight).length, own.length)}  called orphans ${own.filter((g) => g.isCalledOrphan).length}  rate ${pairing.orphanRate.toFixed(3)}  ${took.toFixed(2)} s`,
      );
    }
  }
  all.push(...grades);
  printLine(set, grades, { traces: traces.size, broken: broken.size, brokenSingle: brokenSingle.size }, seconds);
}
if (files.length > 1) printBands(all);
predictions?.end();

function printLine(set, grades, { traces, broken, brokenSingle }, seconds) {
  const right = grades.filter((g) => g.isRight).length;
  const sure = grades.filter((g) => g.confidence >= 0.9);
  const orphans = grades.filter((g) => g.isOrphan);
  const called = grades.filter((g) => g.isCalledOrphan);
  const found = called.filter((g) => g.isOrphan).length;
  const brier = grades.reduce((sum, g) => sum + (g.confidence - (g.isRight ? 1 : 0)) ** 2, 0) / Math.max(1, grades.length);
  console.log(
    [
      set.padEnd(14),
      String(grades.length).padStart(6),
      ` ${percent(right, grades.length)}`,
      `      ${percent(traces - brokenSingle, traces)}`,
      `${percent(traces - broken, traces)} `,
      calibrationError(grades).toFixed(4),
      brier.toFixed(4),
      `      ${percent(sure.length, grades.length)} ${percent(sure.filter((g) => g.isRight).length, sure.length)}`,
      dropped > 0 ? `                ${percent(found, called.length)}  ${percent(found, orphans.length)}` : "",
      `   ${seconds.toFixed(2)}`,
    ].join(" "),
  );
}

/** Expected calibration error over ten bands of equal width. */
function calibrationError(grades) {
  let error = 0;
  for (let band = 0; band < 10; band++) {
    const own = grades.filter((g) => Math.min(9, Math.floor(g.confidence * 10)) === band);
    error += Math.abs(own.reduce((sum, g) => sum + g.confidence - (g.isRight ? 1 : 0), 0)) / Math.max(1, grades.length);
  }
  return error;
}

function printBands(grades) {
  console.log("\nconfidence   calls   said%  right%");
  for (const [from, to] of [
    [0, 0.5],
    [0.5, 0.7],
    [0.7, 0.8],
    [0.8, 0.9],
    [0.9, 0.95],
    [0.95, 0.99],
    [0.99, 1.01],
  ]) {
    const own = grades.filter((g) => g.confidence >= from && g.confidence < to);
    if (own.length === 0) continue;
    const said = own.reduce((sum, g) => sum + g.confidence, 0);
    console.log(
      `${from.toFixed(2)}–${Math.min(1, to).toFixed(2)}  ${String(own.length).padStart(7)}   ${percent(said, own.length)}   ${percent(own.filter((g) => g.isRight).length, own.length)}`,
    );
  }
}
