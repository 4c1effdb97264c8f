#!/usr/bin/env node
// Feeds damaged captures to the built program until something breaks: an exception, a case that takes too long, memory that grows.
// docs/fuzzing.md says how to use it.
import { fork } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { random } from "./attacks.mjs";

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

// ---- mutations: everything follows from the seed and the number of the case --------------------------------------------------------

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

const INTERESTING = [0, 1, 2, 3, 4, 7, 8, 15, 16, 19, 20, 60, 127, 128, 254, 255];
const LENGTHS = [
  0, 1, 3, 4, 7, 8, 11, 12, 16, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x40000, 0xffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];

function damageBytes(input, next, pick) {
  let bytes = Buffer.from(input);
  for (let times = 1 + (next() % 12); times > 0 && bytes.length > 8; times--) {
    const at = next() % bytes.length;
    switch (next() % 7) {
      case 0:
        bytes[at] = bytes[at] ^ (1 << (next() % 8));
        break;
      case 1:
        bytes[at] = pick(INTERESTING);
        break;
      case 2:
        if (at + 4 <= bytes.length) bytes.writeUInt32LE(pick(LENGTHS), at & ~3);
        break;
      case 3:
        if (at + 4 <= bytes.length) bytes.writeUInt32BE(pick(LENGTHS), at);
        break;
      case 4:
        bytes = bytes.subarray(0, at);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + (next() % 200)))]);
        break;
      default:
        bytes.copy(bytes, at, next() % bytes.length, (next() % bytes.length) + (next() % 500));
    }
  }
  return bytes;
}

function spliceFiles(one, other, next) {
  const parts = [one.subarray(0, next() % one.length), other.subarray(next() % other.length)];
  if (next() % 2 === 0) parts.push(one.subarray(next() % one.length));
  return Buffer.concat(parts);
}

/** Records of classic pcap, little-endian or not, and enhanced packets of pcapng; others are left out. */
function readPackets(bytes) {
  if (bytes.length < 24) return [];
  const packets = [];
  if (bytes.readUInt32BE(0) === 0x0a0d0d0a) {
    const isLittle = bytes.readUInt32LE(8) === 0x1a2b3c4d;
    const u32 = (at) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
    let linkType = 1;
    for (let at = 0; at + 12 <= bytes.length; ) {
      const length = u32(at + 4);
      if (length < 12 || at + length > bytes.length) break;
      if (u32(at) === 1) linkType = u32(at + 8) & 0xffff;
      if (u32(at) === 6 && length >= 32 && u32(at + 20) <= length - 32)
        packets.push({
          time: (u32(at + 12) * 2 ** 32 + u32(at + 16)) / 1,
          linkType,
          bytes: Buffer.from(bytes.subarray(at + 28, at + 28 + u32(at + 20))),
        });
      at += length;
    }
    return packets;
  }
  const isLittle = bytes[0] === 0xd4 || bytes[0] === 0x4d;
  const u32 = (at) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const linkType = u32(20) & 0xffff;
  for (let at = 24; at + 16 <= bytes.length; ) {
    const length = u32(at + 8);
    if (at + 16 + length > bytes.length) break;
    packets.push({ time: u32(at) * 1e6 + u32(at + 4), linkType, bytes: Buffer.from(bytes.subarray(at + 16, at + 16 + length)) });
    at += 16 + length;
  }
  return packets;
}

function mutatePackets(given, next, pick) {
  let packets = given.slice(0, 3_000);
  for (let times = 1 + (next() % 10); times > 0 && packets.length > 0; times--) {
    const at = next() % packets.length;
    switch (next() % 10) {
      case 0:
        packets.splice(at, 1 + (next() % 5));
        break;
      case 1:
        packets.splice(at, 0, ...packets.slice(at, at + 1 + (next() % 8)));
        break;
      case 2: {
        const span = packets.splice(at, 2 + (next() % 40));
        packets.splice(next() % (packets.length + 1), 0, ...(next() % 2 === 0 ? span.reverse() : span));
        break;
      }
      case 3:
        packets = packets.slice(at, at + 1 + (next() % packets.length));
        break;
      case 4:
        replace(packets, at, (bytes) => bytes.subarray(0, next() % (bytes.length + 1)));
        break;
      case 5:
        packets[at] = { ...packets[at], time: Math.max(0, packets[at].time + pick([-1e9, -1e6, 1e6, 1e9, 4e15])) };
        break;
      case 6:
        for (let i = 0; i < 20; i++) replace(packets, next() % packets.length, (bytes) => damageTcp(bytes, next, pick));
        break;
      case 7:
        for (let i = 0; i < 20; i++) replace(packets, next() % packets.length, (bytes) => damageHead(bytes, next, pick));
        break;
      case 8:
        replace(packets, at, (bytes) => damageBytes(bytes, next, pick));
        break;
      default:
        replace(packets, at, (bytes) => damageHeaders(bytes, next, pick));
    }
  }
  return packets;
}

function replace(packets, at, change) {
  packets[at] = { ...packets[at], bytes: change(Buffer.from(packets[at].bytes)) };
}

/** A byte of the link, network and transport headers. */
function damageHeaders(bytes, next, pick) {
  for (let i = 0; i < 3 && bytes.length > 0; i++) bytes[next() % Math.min(bytes.length, 80)] = pick([...INTERESTING, next() & 255]);
  return bytes;
}

/** Where an IPv4 header with TCP in it seems to be; link types are not asked. */
function findTcp(bytes) {
  for (let at = 0; at + 40 <= bytes.length && at < 120; at++)
    if (bytes[at] === 0x45 && bytes[at + 9] === 6 && bytes.readUInt16BE(at + 2) <= bytes.length - at) return { ip: at, tcp: at + 20 };
  return undefined;
}

function damageTcp(bytes, next, pick) {
  const found = findTcp(bytes);
  if (found === undefined) return bytes;
  const { ip, tcp } = found;
  const sequence = bytes.readUInt32BE(tcp + 4);
  const acknowledgment = bytes.readUInt32BE(tcp + 8);
  const step = () => pick([1, -1, 2, 100, -100, 1_460, -1_460, 0x7fffffff, 0x80000000, 0x40000000, next()]);
  switch (next() % 6) {
    case 0:
      bytes.writeUInt32BE((sequence + step()) >>> 0, tcp + 4);
      break;
    case 1:
      bytes.writeUInt32BE((acknowledgment + step()) >>> 0, tcp + 8);
      break;
    case 2:
      bytes[tcp + 13] = next();
      break;
    case 3:
      bytes[tcp + 12] = next();
      break;
    case 4:
      bytes.writeUInt16BE(pick([0, 20, 40, 41, 0xffff, next() & 0xffff]), ip + 2);
      break;
    default:
      bytes.writeUInt16BE(pick([0x2000, 0x2001, 0x0001, 0x1fff, 0x3fff]), ip + 6);
  }
  return bytes;
}

const PIECES = [
  "content-length: 999999999999999\r\n",
  "content-length: -1\r\n",
  "content-length: 5, 6\r\n",
  "transfer-encoding: chunked\r\n",
  "\r\n\r\n",
  "\n",
  "ffffffffffffffff\r\n",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 101 Switching Protocols\r\n\r\n",
  "CONNECT a:1 HTTP/1.1\r\n\r\n",
  "GET / HTTP/1.1\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n",
  "traceparent: 00-4bf92f3577b34da6",
  "tracestate: a=b,=,,c\r\n",
  "baggage: a=%ff%,b;;c=d\r\n",
  "b3: 0\r\nb3: 1-2-3-4-5\r\n",
  "uber-trace-id: 1%3A2%3A3%3A4\r\n",
  "x-datadog-trace-id: 18446744073709551616\r\nx-datadog-parent-id: 1\r\nx-datadog-tags: _dd.p.tid=,=,\r\n",
  "x-amzn-trace-id: Root=1-;Parent=;Sampled\r\n",
  "sw8: 1-YQ==-YQ==-1-YQ==-YQ==-YQ==-YQ==\r\nsw8-correlation: YQ==:,:\r\n",
  "grpc-trace-bin: AAA=\r\nuberctx-a: b\r\n",
  " folded\r\n",
  "x-request-id: 1\r\n",
  "\0\0\0",
  "a".repeat(500),
];

/** Puts a piece of HTTP into a payload: over what is there, or between it where lengths can be corrected. */
function damageHead(bytes, next, pick) {
  const found = findTcp(bytes);
  if (found === undefined) return bytes;
  const start = found.tcp + (bytes[found.tcp + 12] >> 4) * 4;
  if (start >= bytes.length) return bytes;
  const at = start + (next() % (bytes.length - start));
  const piece = Buffer.from(pick(PIECES), "latin1");
  if (next() % 2 === 0) {
    piece.copy(bytes, at);
    return bytes;
  }
  const longer = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
  longer.writeUInt16BE(Math.min(0xffff, bytes.readUInt16BE(found.ip + 2) + piece.length), found.ip + 2);
  return longer;
}

function writePackets(packets) {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(packets[0]?.linkType ?? 1, 20);
  const parts = [header];
  for (const { time, bytes } of packets) {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Math.floor(time / 1e6) % 2 ** 32, 0);
    record.writeUInt32LE(Math.floor(time % 1e6), 4);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(bytes.length, 12);
    parts.push(record, bytes);
  }
  return Buffer.concat(parts);
}

if (process.send !== undefined) await work();
else await supervise();
