#!/usr/bin/env node
// Speed and memory, whole processes in one run: traceinspect against tshark and other readers of packets, on a real load capture. Answers are compared
// before anything is timed: a fast wrong answer is not timed.
//   npm run bench -- [--seconds N] [--runs N] [--capture FILE] [--keep]
// The capture is recorded by ../shared/tools/load/make-load-capture.sh (nginx, wrk, tcpdump; as root) and kept in .cache/.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const seconds = Number(option("seconds", 6));
const runs = Number(option("runs", 3));
const tools = path.join(root, "../shared/tools");
const capture = option("capture", path.join(root, `.cache/load-${seconds}s.pcap`));

/** What must hold on the 6-second capture: see README of this folder. */
const MIN_RATIO_TO_TSHARK = 10;
const MAX_RESIDENT_MB = 512;

const has = (command) => {
  try {
    execFileSync("which", [command], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

if (!existsSync(capture)) {
  const script = path.join(tools, "load/make-load-capture.sh");
  if (!existsSync(script)) {
    console.log("skipped: no capture was named (--capture FILE) and ../shared/tools/load is absent");
    process.exit(0);
  }
  mkdirSync(path.dirname(capture), { recursive: true });
  console.error(`recording ${seconds} s of load into ${capture} ...`);
  execFileSync("bash", [script, capture, String(seconds)], { stdio: ["ignore", "ignore", "ignore"] });
}

/** Runs a command to its end; wall-clock seconds, and the peak of its resident memory as the kernel counts it. */
function measure([command, ...args], input) {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const child = spawn(command, args, { stdio: ["ignore", input === "keep" ? "pipe" : "ignore", "ignore"], cwd: root });
    let output = "";
    let peak = 0;
    const watch = setInterval(() => {
      try {
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0));
      } catch {}
    }, 10);
    child.stdout?.on("data", (piece) => {
      output += piece;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(watch);
      resolve({ seconds: Number(process.hrtime.bigint() - started) / 1e9, peakMb: peak / 1024, code, output });
    });
  });
}

const own = [process.execPath, "dist/main.js", "pcap", capture, "--format", "json", "--hops", "none", "--fail-on", "never"];
const tshark = ["tshark", "-r", capture, "-Y", "http.request", "-T", "fields", "-e", "http.request.method", "-e", "http.request.uri"];
const contenders = [
  { name: "traceinspect", command: own },
  ...(has("tshark") ? [{ name: "tshark http.request", command: tshark }] : []),
  ...(has("httpry") ? [{ name: "httpry", command: ["httpry", "-q", "-r", capture, "-o", "/dev/null"] }] : []),
  ...(has("ngrep") ? [{ name: "ngrep traceparent", command: ["ngrep", "-q", "-I", capture, "-W", "none", "traceparent"] }] : []),
  { name: "pcap-parser (records only)", command: [process.execPath, "bench/pcap-parser.cjs", capture] },
  ...(existsSync(path.join(tools, "bare-scan.mjs"))
    ? [{ name: "bare scan (floor)", command: [process.execPath, path.join(tools, "bare-scan.mjs"), capture] }]
    : []),
  { name: "cat (floor of the disk)", command: ["cat", capture] },
];

// Right answers first.
const report = JSON.parse((await measure(own, "keep")).output);
const { packets } = report.captures[0];
if (has("tshark")) {
  const lines = (await measure(tshark, "keep")).output.trim().split("\n").length;
  if (Math.abs(lines - report.summary.exchanges) > lines * 0.001) {
    console.error(`tshark sees ${lines} requests, traceinspect ${report.summary.exchanges}: not timed`);
    process.exit(1);
  }
}

const bytes = statSync(capture).size;
const results = contenders.map(({ name }) => ({ name, times: [], peakMb: 0 }));
// Turn by turn, so that a noisy moment of the machine falls on all alike.
for (let run = 0; run < runs; run++) {
  for (const [i, { command }] of contenders.entries()) {
    const { seconds: time, peakMb } = await measure(command);
    results[i].times.push(time);
    results[i].peakMb = Math.max(results[i].peakMb, peakMb);
  }
}
const best = (name) => {
  const found = results.find((result) => result.name.startsWith(name));
  return found === undefined ? undefined : Math.min(...found.times);
};
const mine = best("traceinspect");
console.log(
  `${path.basename(capture)}: ${(bytes / 1e6).toFixed(0)} MB, ${packets} packets, ${report.summary.exchanges} exchanges; best of ${runs}, ${os.cpus()[0].model}, ${os.cpus().length} cores`,
);
for (const { name, times, peakMb } of results) {
  const time = Math.min(...times);
  console.log(
    `${name.padEnd(28)} ${time.toFixed(2).padStart(7)} s  ${(bytes / 1e6 / time).toFixed(0).padStart(6)} MB/s  ${(packets / time / 1e3).toFixed(0).padStart(6)} k packets/s  ${peakMb.toFixed(0).padStart(5)} MB  ${(time / mine).toFixed(2).padStart(6)} × ours`,
  );
}
const ratio = (best("tshark") ?? Number.NaN) / mine;
const resident = results[0].peakMb;
const verdict = [
  ...(Number.isNaN(ratio)
    ? ["tshark is not installed: no ratio"]
    : [`${ratio.toFixed(1)} × faster than tshark (wanted ≥ ${MIN_RATIO_TO_TSHARK})`]),
  `${resident.toFixed(0)} MB resident (wanted ≤ ${MAX_RESIDENT_MB})`,
];
console.log(verdict.join("; "));
if (process.argv.includes("--keep")) {
  const date = new Date().toISOString().slice(0, 10);
  mkdirSync(path.join(root, "bench/runs"), { recursive: true });
  const file = path.join(root, `bench/runs/${date}.json`);
  writeFileSync(
    file,
    `${JSON.stringify({ date, node: process.version, cpu: os.cpus()[0].model, cores: os.cpus().length, capture: { bytes, packets, exchanges: report.summary.exchanges }, results }, null, 2)}\n`,
  );
  console.log(`kept in ${path.relative(root, file)}`);
}
process.exitCode = ratio < MIN_RATIO_TO_TSHARK || resident > MAX_RESIDENT_MB ? 1 : 0;
