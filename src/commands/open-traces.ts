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
  refuseIdle(options);
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

/** What says how Jaeger is spoken to has no effect where Jaeger is not asked: who gave it believes that it has. */
function refuseIdle(options: BackendOptions): void {
  if (options.jaeger !== undefined) return;
  const given = [
    [options.jaegerTls || undefined, "--jaeger-tls"],
    [options.jaegerCa, "--jaeger-ca"],
    [options.jaegerCert, "--jaeger-cert"],
    [options.jaegerKey, "--jaeger-key"],
    [options.jaegerServerName, "--jaeger-server-name"],
    [options.jaegerTokenFile, "--jaeger-token-file"],
    [options.header[0], "--header"],
  ].find(([value]) => value !== undefined);
  if (given !== undefined) throw new UserError(`${given[1]} says how Jaeger is asked, and it is not: add --jaeger HOST:PORT.`);
}

async function readToken({ jaegerTokenFile }: BackendOptions, world: World): Promise<string | undefined> {
  if (jaegerTokenFile !== undefined) return (await readGiven(jaegerTokenFile, "--jaeger-token-file")).toString("utf8").trim();
  return world.env[TOKEN_VARIABLE];
}

async function readTls(options: BackendOptions) {
  const { jaegerCa, jaegerCert, jaegerKey, jaegerServerName: serverName } = options;
  // Any of them means TLS: a token must not go out in clear because one was given alone.
  if (!options.jaegerTls && [jaegerCa, jaegerCert, jaegerKey, serverName].every((given) => given === undefined)) return undefined;
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
