// A real Jaeger on free loopback ports, with memory storage, for as long as a test file runs.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface JaegerProcess {
  /** gRPC query. */
  readonly query: string;
  /** HTTP query and UI. */
  readonly ui: string;
  /** OTLP over HTTP. */
  readonly otlp: string;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;
const POLL_MS = 50;
/** Jaeger takes 1.3 s to end, sometimes 12. */
const STOP_WITHIN_MS = 15_000;

export async function startJaeger(binary: string): Promise<JaegerProcess> {
  const folder = mkdtempSync(join(tmpdir(), "traceinspect-jaeger-"));
  const [query, ui, otlp, health] = await freePorts(4);
  writeFileSync(join(folder, "config.yaml"), configuration(query!, ui!, otlp!, health!));
  const child = spawn(binary, [`--config=file:${join(folder, "config.yaml")}`], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (piece: Buffer) => {
    log = (log + piece.toString()).slice(-4_000);
  });
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(child, `http://127.0.0.1:${health}/status`);
  } catch (error) {
    await stop();
    throw new Error(`Jaeger did not start (${error instanceof Error ? error.message : error}):\n${log}`);
  }
  return { query: `127.0.0.1:${query}`, ui: `127.0.0.1:${ui}`, otlp: `127.0.0.1:${otlp}`, stop };
}

/** No receiver but OTLP/HTTP; tracing off, for Jaeger's own traces are no test's business and keep it from ending. */
function configuration(query: number, ui: number, otlp: number, health: number): string {
  return `
service:
  extensions: [jaeger_storage, jaeger_query, healthcheckv2]
  pipelines:
    traces: { receivers: [otlp], exporters: [jaeger_storage_exporter] }
  telemetry:
    metrics: { level: none }
    logs: { level: error }
extensions:
  jaeger_query:
    storage: { traces: mem }
    enable_tracing: false
    grpc: { endpoint: "127.0.0.1:${query}" }
    http: { endpoint: "127.0.0.1:${ui}" }
  jaeger_storage:
    backends: { mem: { memory: { max_traces: 100000 } } }
  healthcheckv2:
    use_v2: true
    http: { endpoint: "127.0.0.1:${health}" }
receivers:
  otlp:
    protocols:
      http: { endpoint: "127.0.0.1:${otlp}" }
exporters:
  jaeger_storage_exporter: { trace_storage: mem }
`;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function ready(child: ChildProcess, url: string): Promise<void> {
  await poll(READY_WITHIN_MS, async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const response = await fetch(url).catch(() => undefined);
    return response?.status === 200;
  });
}

/** Until `done` says so; throws when it does not in time. */
export async function poll(withinMs: number, done: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + withinMs;
  while (!(await done())) {
    if (Date.now() > until) throw new Error(`not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const impatience = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
  await ended;
  clearTimeout(impatience);
}
