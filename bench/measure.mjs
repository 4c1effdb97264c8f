// Whole processes, timed: seconds on the wall, seconds of all cores, and the peak of resident memory as the kernel counts it.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

export function has(command) {
  try {
    execFileSync("which", [command], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** What this machine tells every Node to load is not timed: certificates alone (NODE_EXTRA_CA_CERTS) take 70 ms of every start. */
const env = { ...process.env };
for (const name of ["NODE_OPTIONS", "NODE_EXTRA_CA_CERTS"]) delete env[name];

/**
 * Runs a command to its end. `keep`: its output is handed back. `pipeFrom`: a command whose output is its input; time and memory are those of the
 * reader.
 */
export function measure([command, ...args], { keep = false, pipeFrom } = {}) {
  return new Promise((resolve, reject) => {
    const feeder =
      pipeFrom === undefined ? undefined : spawn(pipeFrom[0], pipeFrom.slice(1), { stdio: ["ignore", "pipe", "ignore"], cwd: root, env });
    const started = process.hrtime.bigint();
    const child = spawn(command, args, { stdio: [feeder?.stdout ?? "ignore", keep ? "pipe" : "ignore", "ignore"], cwd: root, env });
    // The reader has its own copy of the pipe.
    feeder?.stdout.destroy();
    const pieces = [];
    let peak = 0;
    let cpu = 0;
    const watch = setInterval(() => {
      try {
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0));
        // proc(5): user and system time in ticks of 10 ms, behind a name in brackets that may hold anything.
        const [, after = ""] = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ");
        const [user, system] = after.split(" ").slice(11, 13).map(Number);
        cpu = Math.max(cpu, (user + system) / 100);
      } catch {}
    }, 10);
    child.stdout?.on("data", (piece) => pieces.push(piece));
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(watch);
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      resolve({ seconds, cpu, peakMb: peak / 1024, code, output: Buffer.concat(pieces).toString("utf8") });
    });
  });
}

/** Each contender takes its turn in each round, so that a noisy moment of the machine falls on all alike. */
export async function race(contenders, runs) {
  const results = contenders.map(({ name }) => ({ name, times: [], cpuTimes: [], peakMb: 0 }));
  for (let run = 0; run < runs; run++) {
    for (const [i, { command, pipeFrom }] of contenders.entries()) {
      const { seconds, cpu, peakMb } = await measure(command, { pipeFrom });
      results[i].times.push(seconds);
      results[i].cpuTimes.push(cpu);
      results[i].peakMb = Math.max(results[i].peakMb, peakMb);
    }
  }
  return results;
}

export const best = ({ times }) => Math.min(...times);
/** Tells what a busy machine hides. */
export const bestCpu = ({ cpuTimes }) => Math.min(...cpuTimes);

/** A line for each; the first one is ours. */
export function printResults(results, { bytes, packets }) {
  for (const result of results) {
    const time = best(result);
    console.log(
      `${result.name.padEnd(28)} ${time.toFixed(2).padStart(7)} s  ${bestCpu(result).toFixed(2).padStart(7)} CPU s  ${(bytes / 1e6 / time).toFixed(0).padStart(6)} MB/s  ${(packets / time / 1e3).toFixed(0).padStart(6)} k packets/s  ${result.peakMb.toFixed(0).padStart(5)} MB  ${(time / best(results[0])).toFixed(2).padStart(6)} × ours`,
    );
  }
}
