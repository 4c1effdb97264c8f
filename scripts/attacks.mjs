#!/usr/bin/env node
// Captures that are made to hurt (attacks/): each is a generator of chunks, so that none is ever whole in memory.
// `node scripts/attacks.mjs` runs the built command on all of them at full size and prints time, peak memory and the caps that were said.
// `node scripts/attacks.mjs --run NAME[:COUNT]…` runs some; `node scripts/attacks.mjs NAME [COUNT] > FILE` writes one.
import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createGzip } from "node:zlib";
import { connectionAttacks } from "./attacks/connections.mjs";
import { fileAttacks } from "./attacks/files.mjs";
import { http1Attacks } from "./attacks/http1.mjs";
import { http2Attacks } from "./attacks/http2.mjs";
import { networkAttacks } from "./attacks/networks.mjs";
import { traceAttacks } from "./attacks/traces.mjs";

/**
 * By name: the generator, its full size, and whether a cap must be said of it; the same for the small version that the tests run. `gzip`: what is
 * fed to the command is compressed. `faults`: it is traffic with faults, which the exit code says. `grows`: it is traffic that is kept, exchange by exchange, so that memory follows its size.
 */
export const attacks = {
  ...connectionAttacks,
  ...http1Attacks,
  ...traceAttacks,
  ...http2Attacks,
  ...networkAttacks,
  ...fileAttacks,
};

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const SAY_MEMORY =
  "data:text/javascript,process.on('exit',()=>require('node:fs').writeSync(3,String(process.resourceUsage().maxRSS)))".replace(
    "require('node:fs')",
    "process.getBuiltinModule('node:fs')",
  );

/** Runs the built command on it: seconds, peak resident MiB, exit code, limits said. */
async function runAttack({ make, count, gzip }) {
  const started = performance.now();
  const child = spawn(process.execPath, ["--import", SAY_MEMORY, MAIN, "pcap", "-", "--format", "json", "--quiet"], {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  const source = Readable.from(make(count));
  child.stdin.on("error", () => undefined);
  if (gzip) source.pipe(createGzip({ level: 1 })).pipe(child.stdin);
  else source.pipe(child.stdin);
  const texts = ["", "", "", ""];
  for (const fd of [1, 2, 3]) child.stdio[fd].setEncoding("utf8").on("data", (text) => (texts[fd] += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  const seconds = (performance.now() - started) / 1000;
  let limits = 0;
  try {
    limits = JSON.parse(texts[1]).captures.reduce((sum, { anomalies }) => sum + (anomalies.limit ?? 0), 0);
  } catch {
    limits = -1;
  }
  return { seconds, mib: Number(texts[3]) / 1024, code, limits, stderr: texts[2].slice(0, 2_000) };
}

async function runAll(names) {
  const MOST_MIB = 512;
  let failed = 0;
  process.stdout.write(
    `${"attack".padEnd(22)}${"count".padStart(10)}${"s".padStart(8)}${"MiB".padStart(8)}${"limits".padStart(10)}  exit\n`,
  );
  for (const which of names) {
    const [name, count] = which.split(":");
    const attack = { ...attacks[name], ...(count === undefined ? {} : { count: Number(count) }) };
    const { seconds, mib, code, limits, stderr } = await runAttack(attack);
    const expected = attack.faults ? 1 : 0;
    const isWrong = code !== expected || (mib > MOST_MIB && !attack.grows) || limits < 0 || (attack.limit && limits === 0);
    if (isWrong) failed++;
    process.stdout.write(
      `${name.padEnd(22)}${String(attack.count).padStart(10)}${seconds.toFixed(1).padStart(8)}${mib.toFixed(0).padStart(8)}${String(limits).padStart(10)}  ${code}${isWrong ? "  WRONG" : attack.grows ? "  (kept exchanges)" : ""}\n`,
    );
    if (code !== expected) process.stdout.write(stderr);
  }
  process.exitCode = failed === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, count] = process.argv.slice(2);
  if (name === undefined || name === "--run") await runAll(name === undefined ? Object.keys(attacks) : process.argv.slice(3));
  else if (attacks[name] === undefined) {
    process.stderr.write(`no attack is called ${name}; there are ${Object.keys(attacks).join(", ")}\n`);
    process.exitCode = 2;
  } else Readable.from(attacks[name].make(Number(count ?? attacks[name].count))).pipe(process.stdout);
}
