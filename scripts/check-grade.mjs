#!/usr/bin/env node
// Holds the grader's totals to what was reached: a change may not find fewer faults or raise a false alarm.
//   check-grade.mjs FILE     FILE: the output of grade-lab.mjs
import { readFileSync } from "node:fs";

const totals = readFileSync(process.argv[2], "utf8").trim().split("\n").at(-1);
const number = (pattern) => Number(pattern.exec(totals)?.[1] ?? Number.NaN);
const floors = [
  ["faults found", number(/faults found (\d+)\//), 51, "at least"],
  ["culprit right, %", number(/culprit right ([\d.]+) %/), 97, "at least"],
  ["cause right, %", number(/cause right ([\d.]+) %/), 97, "at least"],
  ["count right, %", number(/count right ([\d.]+) %/), 97, "at least"],
  ["exchanges seen, %", number(/exchanges seen ([\d.]+) %/), 99, "at least"],
  ["parents right, %", number(/parents right ([\d.]+) %/), 97, "at least"],
  ["false alarms", number(/false alarms (\d+)/), 0, "at most"],
  ["needless warnings", number(/needless warnings (\d+)/), 0, "at most"],
  ["scenarios that did not run", number(/ran, (\d+) did not/), 0, "at most"],
];
const broken = floors.filter(([, value, limit, kind]) => !(kind === "at least" ? value >= limit : value <= limit));
for (const [name, value, limit, kind] of broken) console.error(`${name}: ${value}, expected ${kind} ${limit}`);
process.exitCode = broken.length > 0 ? 1 : 0;
