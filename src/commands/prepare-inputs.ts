// What every inspecting command needs beside packets: traces, names, key logs.

import type { InspectOptions } from "../cli/options.ts";
import type { GivenName } from "../naming/address-names.ts";
import type { TraceSource } from "../pipeline.ts";
import type { KeyLog } from "../protocols/tls/key-log.ts";
import { UserError } from "../wire/user-error.ts";
import { readKeyLogs } from "./key-logs.ts";
import { parseNames } from "./names-file.ts";
import { openTraces, readGiven } from "./open-traces.ts";
import type { World } from "./world.ts";

export interface Inputs {
  readonly traces: TraceSource | undefined;
  readonly names: ReadonlyMap<string, GivenName>;
  readonly keyLog: KeyLog;
  /** One sentence each, for the user. */
  readonly warnings: readonly string[];
  /** Whether traces were asked for and none could be had; said on standard error when it happened. */
  hasFailed(): boolean;
}

export async function prepareInputs(options: InspectOptions, world: World): Promise<Inputs> {
  let hasFailed = false;
  const traces = await openTraces(options, world, (error) => {
    if (!(error instanceof UserError)) throw error;
    hasFailed = true;
    world.stderr.write(`traceinspect: ${error.message}\n`);
  });
  const names =
    options.names === undefined ? new Map() : parseNames((await readGiven(options.names, "--names")).toString("utf8"), options.names);
  const { keyLog, warnings } = await readKeyLogs(options.keylog);
  return { traces, names, keyLog, warnings, hasFailed: () => hasFailed };
}
