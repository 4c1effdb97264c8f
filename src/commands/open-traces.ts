// Opens what `--jaeger` or `--traces` name: the only place where gRPC is loaded, and only when it is needed.

import { readFile } from "node:fs/promises";
import type { BackendOptions } from "../cli/options.ts";
import { parseHeaders } from "../cli/options.ts";
import type { TraceSource } from "../pipeline.ts";
import { UserError } from "../wire/user-error.ts";
import { cannotRead } from "./cannot-read.ts";
import type { World } from "./world.ts";

const TOKEN_VARIABLE = "TRACEINSPECT_JAEGER_TOKEN";

export async function openTraces(
  options: BackendOptions,
  world: World,
  onFailure: (error: unknown) => void,
): Promise<TraceSource | undefined> {
  const clock = { now: () => Date.now() * 1000, sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)) };
  if (options.traces.length > 0) {
    if (options.jaeger !== undefined) throw new UserError("--jaeger and --traces both say where traces come from; give one of them.");
    const { openTraceFiles } = await import("../backends/trace-files.ts");
    const rethrow = (error: unknown): void => {
      throw error;
    };
    return { backend: openTraceFiles(options.traces), waitMs: 0, ...clock, onFailure: rethrow };
  }
  if (options.jaeger === undefined) return undefined;
  const { openJaeger } = await import("../backends/jaeger.ts");
  const token = await readToken(options, world);
  const tls = await readTls(options);
  const backend = openJaeger({
    target: options.jaeger,
    ...(tls === undefined ? {} : { tls }),
    ...(token === undefined ? {} : { token }),
    headers: parseHeaders(options.header),
    deadlineMs: options.jaegerTimeout * 1000,
    concurrency: 16,
    maxTraces: options.maxTraces,
  });
  return { backend, waitMs: options.wait * 1000, ...clock, onFailure };
}

async function readToken({ jaegerTokenFile }: BackendOptions, world: World): Promise<string | undefined> {
  if (jaegerTokenFile !== undefined) return (await readGiven(jaegerTokenFile, "--jaeger-token-file")).toString("utf8").trim();
  return world.env[TOKEN_VARIABLE];
}

async function readTls(options: BackendOptions) {
  const { jaegerCa, jaegerCert, jaegerKey, jaegerServerName: serverName } = options;
  if (!options.jaegerTls && jaegerCa === undefined && jaegerCert === undefined) return undefined;
  if ((jaegerCert === undefined) !== (jaegerKey === undefined))
    throw new UserError("--jaeger-cert and --jaeger-key belong together; give both.");
  return {
    ...(jaegerCa === undefined ? {} : { ca: await readGiven(jaegerCa, "--jaeger-ca") }),
    ...(jaegerCert === undefined ? {} : { cert: await readGiven(jaegerCert, "--jaeger-cert") }),
    ...(jaegerKey === undefined ? {} : { key: await readGiven(jaegerKey, "--jaeger-key") }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

export async function readGiven(path: string, option: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw cannotRead(option, path, error);
  }
}
