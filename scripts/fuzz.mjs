#!/usr/bin/env node
// Feeds damaged captures to the built program until something breaks: an exception, a case that takes too long, memory that grows.
// docs/fuzzing.md says how to use it.
import { fork } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { random } from "./attacks/packets.mjs";
import { damageBytes, mutatePackets, readPackets, spliceFiles, writePackets } from "./fuzz/damage.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDERS = ["samples", "../shared/lab", "../shared/corpus/captures"];
const MOST_BYTES = 1 << 20;
const HANG_MS = 10_000;
const CASES_A_WORKER = 2_000;
const MOST_FAILURES = 20;
/** Of the JavaScript heap and of everything, MiB; the growth is looked at between the first and the last hundred cases of a worker. */
const HEAP_MIB = 400;
const RESIDENT_MIB = 512;
const MOST_GROWTH_MIB = 48;

const values = options(process.argv.slice(2));

/** `--replay` takes as many files as a failure left: each is a vantage point. */
function options(args) {
  const given = { minutes: 1, seed: 1, out: "fuzz-failures", replay: [] };
  let name;
  for (const word of args) {
    if (word.startsWith("--")) name = word.slice(2);
    else if (name === "replay") given.replay.push(word);
    else given[name] = word;
  }
  return given;
}

// ---- the parent: starts workers, watches the clock, keeps what failed --------------------------------------------------------------

async function supervise() {
  if (values.replay.length > 0) {
    const lengths = await runWire(values.replay.map((file) => readFileSync(file)));
    process.stdout.write(`${values.replay.length} captures: ${lengths.join(", ")}\n`);
    return;
  }
  const until = Date.now() + Number(values.minutes) * 60_000;
  const files = findInputs();
  if (files.length === 0) throw new Error(`no captures in ${FOLDERS.join(", ")}`);
  const seen = { cases: 0, failures: 0 };
  for (let from = 0; Date.now() < until && seen.failures < MOST_FAILURES; from += CASES_A_WORKER) await runWorker(files, from, until, seen);
  process.stdout.write(`${seen.cases} cases over ${files.length} captures, seed ${values.seed}: ${seen.failures} failures\n`);
  process.exitCode = seen.failures === 0 ? 0 : 1;
}

function runWorker(files, from, until, seen) {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(import.meta.url), ["--seed", String(values.seed)], {
      execArgv: [`--max-old-space-size=${HEAP_MIB}`, "--expose-gc"],
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    });
    let current = from;
    let timer;
    let stderr = "";
    let isKilledHere = false;
    const fail = (what) => {
      seen.failures++;
      save(files, current, what);
    };
    child.stderr.on("data", (text) => {
      stderr = `${stderr}${text}`.slice(-4_000);
    });
    child.on("message", (message) => {
      clearTimeout(timer);
      if (message.failed !== undefined) fail(message.failed);
      if (message.start === undefined) return;
      seen.cases++;
      current = message.start;
      timer = setTimeout(() => {
        fail(`no end after ${HANG_MS} ms`);
        isKilledHere = true;
        child.kill("SIGKILL");
      }, HANG_MS);
    });
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      // A kernel that runs out of memory kills with the same signal, and without a word.
      if (code !== 0 && !isKilledHere) fail(`the worker ended with ${code ?? signal}: ${stderr}`);
      resolve();
    });
    child.send({ files, from, to: from + CASES_A_WORKER, until });
  });
}

function save(files, number, what) {
  const out = path.resolve(ROOT, values.out);
  mkdirSync(out, { recursive: true });
  const name = path.join(out, `seed-${values.seed}-case-${number}`);
  try {
    for (const [i, bytes] of makeCase(files, number).entries()) writeFileSync(`${name}-${i}.pcap`, bytes);
  } catch (error) {
    writeFileSync(`${name}-mutator.txt`, String(error?.stack ?? error));
  }
  writeFileSync(`${name}.txt`, `${what}\nseed ${values.seed}, case ${number}\n`);
  process.stdout.write(`FAILED seed ${values.seed} case ${number}: ${String(what).split("\n").slice(0, 4).join(" | ")}\n`);
}

function findInputs() {
  const found = [];
  for (const folder of FOLDERS.map((name) => path.join(ROOT, name)).filter((name) => existsSync(name)))
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
      const full = path.join(folder, file);
      if (!statSync(full).isFile() || statSync(full).size > MOST_BYTES) continue;
      const start = readInput(full).subarray(0, 4).toString("hex");
      if (["d4c3b2a1", "a1b2c3d4", "4d3cb2a1", "a1b23c4d", "0a0d0d0a"].includes(start)) found.push(full);
    }
  return found;
}

function readInput(file) {
  const bytes = readFileSync(file);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: 4 * MOST_BYTES }) : bytes;
}

// ---- a worker: makes its cases and runs them ---------------------------------------------------------------------------------------

async function work() {
  const { files, from, to, until } = await new Promise((resolve) => process.once("message", resolve));
  let early = 0;
  let failures = 0;
  for (let number = from; number < to && Date.now() < until && failures < MOST_FAILURES; number++) {
    process.send({ start: number });
    try {
      await runWire(makeCase(files, number));
    } catch (error) {
      failures++;
      process.send({ failed: String(error?.stack ?? error) });
    }
    const resident = process.memoryUsage.rss() / 2 ** 20;
    if (resident > RESIDENT_MIB) process.send({ failed: `${resident.toFixed(0)} MiB resident` });
    if (number === from + 100) early = heapAfterGc();
  }
  const growth = early === 0 ? 0 : heapAfterGc() - early;
  if (growth > MOST_GROWTH_MIB) process.send({ failed: `the heap grew by ${growth.toFixed(0)} MiB over the cases of a worker` });
  process.disconnect();
}

function heapAfterGc() {
  globalThis.gc();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** The whole pipeline without a backend, as `traceinspect pcap` runs it, and both reports. Says how long each is. */
async function runWire(captures) {
  const { inspect, WireReader } = await load("pipeline.js");
  const { recognizeCapture } = await load("capture/registry.js");
  const { reportFormats } = await load("report/registry.js");
  const wire = new WireReader();
  const summaries = [];
  captures.forEach((bytes, index) => {
    const format = recognizeCapture(bytes);
    if (format === undefined) return;
    const sink = wire.sinkFor(index, `fuzz ${index}`);
    let packets = 0;
    let [first, last] = [undefined, undefined];
    const reader = format.open({
      ...sink,
      packet(packet) {
        packets++;
        first = Math.min(first ?? packet.timestamp, packet.timestamp);
        last = Math.max(last ?? packet.timestamp, packet.timestamp);
        sink.packet(packet);
      },
    });
    for (let at = 0; at < bytes.length; at += 65_536) reader.push(bytes.subarray(at, at + 65_536));
    reader.end();
    summaries.push({
      file: `${index}.pcap`,
      index,
      format: reader.describe(),
      packets,
      bytes: bytes.length,
      firstPacketAt: first,
      lastPacketAt: last,
    });
  });
  const inspection = await inspect(wire, summaries, { names: new Map(), traces: undefined });
  const style = { hops: "all", width: 100, isColoured: false, isTerminal: false, isVerbose: true, showBaggage: false, jaegerUi: undefined };
  const lengths = [];
  for (const report of reportFormats) {
    let length = 0;
    const sink = (piece) => {
      length += piece.length;
    };
    // A report is written step by step: one that is not stepped through writes nothing.
    for (const _ of report.write(inspection, { ...style, commandLine: { captures: ["a"], inputs: "" } }, sink));
    if (length === 0) throw new Error(`the ${report.name} report is empty`);
    lengths.push(`${report.name} ${length} characters`);
  }
  return lengths;
}

function load(file) {
  return import(path.join(ROOT, "build", file));
}

// ---- cases: everything follows from the seed and the number --------------------------------------------------------------------------

function makeCase(files, number) {
  const next = random(Math.imul(Number(values.seed), 0x9e3779b1) ^ number);
  const pick = (list) => list[next() % list.length];
  const one = readInput(pick(files));
  switch (next() % 6) {
    case 0:
      return [damageBytes(one, next, pick)];
    case 1:
      return [spliceFiles(one, readInput(pick(files)), next)];
    case 2:
      return [one, readInput(pick(files))].map((bytes) => writePackets(mutatePackets(readPackets(bytes), next, pick)));
    default: {
      const packets = readPackets(one);
      const others = next() % 4 === 0 ? readPackets(readInput(pick(files))) : [];
      return [writePackets(mutatePackets([...packets, ...others], next, pick))];
    }
  }
}

if (process.send !== undefined) await work();
else await supervise();
