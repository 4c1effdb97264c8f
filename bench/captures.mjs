// The captures that are timed, kept in .cache/: recorded load, or generated with what is in it told.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = path.join(root, ".cache");
export const tools = path.join(root, "../shared/tools");

/** Recorded by ../shared/tools/load (nginx, wrk, tcpdump; as root); undefined where that is absent. */
export function loadCapture(file = undefined, seconds = 6) {
  const capture = file ?? path.join(cache, `load-${seconds}s.pcap`);
  if (existsSync(capture)) return capture;
  const script = path.join(tools, "load/make-load-capture.sh");
  if (!existsSync(script)) return undefined;
  mkdirSync(path.dirname(capture), { recursive: true });
  console.error(`recording ${seconds} s of load into ${capture} ...`);
  execFileSync("bash", [script, capture, String(seconds)], { stdio: ["ignore", "ignore", "ignore"] });
  return capture;
}

/** A file of bench/generate.mjs, and the truth about it. */
export function generatedCapture(bytes, mix) {
  const capture = path.join(cache, `generated-${mix.replaceAll(",", "-")}-${bytes}.pcap`);
  const truthFile = `${capture}.json`;
  if (!existsSync(truthFile)) {
    mkdirSync(cache, { recursive: true });
    console.error(`generating ${capture} ...`);
    const options = ["--bytes", bytes, "--mix", mix, "--truth", truthFile, "--output", capture];
    execFileSync(process.execPath, [path.join(root, "bench/generate.mjs"), ...options], { stdio: ["ignore", "ignore", "inherit"] });
  }
  const truth = JSON.parse(readFileSync(truthFile, "utf8"));
  const sum = (of) => ["http1", "http2", "grpc"].reduce((total, kind) => total + (truth[kind]?.[of] ?? 0), 0);
  return { capture, truth, exchanges: sum("requests"), withContext: sum("withContext") };
}

/** tshark knows no HTTP/2 in the clear by itself. */
export const TSHARK_HTTP2 = [8081, 9081, 8082, 9082].flatMap((port) => ["-d", `tcp.port==${port},http2`]);
