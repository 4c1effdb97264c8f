// The captures of ../shared/corpus, and what tshark says of their HTTP/1 requests.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import { recognizeCapture } from "../../src/capture/registry.ts";
import type { ConnectionSummary, DnsExchange, HttpExchange, Observation, TlsHandshake } from "../../src/protocols/observation.ts";
import { KeyLog } from "../../src/protocols/tls/key-log.ts";
import { VantagePoint } from "../../src/vantage-point.ts";
import type { Anomaly } from "../../src/wire/anomaly.ts";

export const CORPUS = "../shared/corpus";
export const isCorpusPresent = existsSync(CORPUS);

export function listCaptures(): string[] {
  if (!isCorpusPresent) return [];
  const root = join(CORPUS, "captures");
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => relative(root, join(entry.parentPath, entry.name))).sort();
}

export interface CaptureReading {
  readonly http: HttpExchange[];
  readonly connections: ConnectionSummary[];
  readonly dns: DnsExchange[];
  readonly tls: TlsHandshake[];
  readonly anomalies: Anomaly[];
  packets: number;
  bytes: number;
}

/** The capture, unpacked. */
export function readBytes(file: string): Uint8Array {
  return unpacked(join(CORPUS, "captures", file));
}

function unpacked(path: string): Uint8Array {
  const raw = readFileSync(path);
  return Uint8Array.from(raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw);
}

export function readCapture(file: string, keep: ReadonlySet<string>): CaptureReading {
  return readCaptureFile(join(CORPUS, "captures", file), keep, new KeyLog());
}

export function readCaptureFile(path: string, keep: ReadonlySet<string>, keyLog: KeyLog): CaptureReading {
  const bytes = unpacked(path);
  const reading: CaptureReading = { http: [], connections: [], dns: [], tls: [], anomalies: [], packets: 0, bytes: bytes.length };
  const take = (output: Observation | Anomaly) => {
    if (output.kind === "http") reading.http.push(output);
    else if (output.kind === "connection") reading.connections.push(output);
    else if (output.kind === "dns") reading.dns.push(output);
    else if (output.kind === "tls") reading.tls.push(output);
    else if (output.kind === "anomaly") reading.anomalies.push(output);
  };
  const vantage = new VantagePoint(0, keep, take, keyLog);
  const reader = recognizeCapture(bytes.subarray(0, 64))?.open({
    packet(packet) {
      reading.packets++;
      vantage.push(0, packet);
    },
    anomaly: (anomaly) => reading.anomalies.push(anomaly),
    name() {},
    secrets(_, secrets) {
      keyLog.push(secrets);
      keyLog.endInput();
    },
    lost() {},
  });
  reader?.push(bytes);
  reader?.end();
  vantage.end();
  return reading;
}

export interface TsharkRequest {
  readonly method: string;
  readonly target: string;
  readonly host: string;
  /** Ports of its TCP connection, in order of size. */
  readonly ports: string;
}

/** HTTP/1 requests over TCP; what comes over UDP is SSDP. */
export function readTsharkRequests(file: string): TsharkRequest[] {
  const path = join(CORPUS, "oracles/tshark", `${file}.jsonl`);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const frame: Record<string, string | string[] | undefined> = JSON.parse(line);
      const all = (name: string) => [frame[name] ?? []].flat();
      if (all("tcp.srcport").length === 0) return [];
      const ports = portsOf(Number(all("tcp.srcport").at(-1)), Number(all("tcp.dstport").at(-1)));
      const methods = all("http.request.method");
      const targets = all("http.request.uri");
      const hosts = all("http.host");
      // tshark ends a text at its first NUL.
      const at = (values: readonly string[], i: number) => (values[methods.length === values.length ? i : 0] ?? "").split("\0")[0]!;
      return methods.map((method, i) => ({ method, target: at(targets, i), host: at(hosts, i), ports }));
    });
}

export function portsOf(a: number, b: number): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
