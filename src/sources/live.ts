// Begins a capture on an interface with the first program that can: tcpdump, dumpcap, then the package `cap`.

import { networkInterfaces, platform } from "node:os";
import { UserError } from "../wire/user-error.ts";
import { startCap } from "./live-cap.ts";
import type { LiveCapture, LiveRequest } from "./live-capture.ts";
import { complaintOf, explainComplaint } from "./live-complaint.ts";
import { startProgram } from "./live-process.ts";
import { type CaptureProgram, capturePrograms } from "./live-program.ts";

type Starter = readonly [name: string, start: () => ReturnType<typeof startProgram>];

/** Throws `UserError`: not permitted, no such interface, no such filter, nothing to capture with. */
export async function openLive(request: LiveRequest, programs: readonly CaptureProgram[] = capturePrograms): Promise<LiveCapture> {
  const starters: readonly Starter[] = [
    ...programs.map((program): Starter => [program.name, () => startProgram(program, request)]),
    ["cap", () => startCap(request)],
  ];
  let refusal: string | undefined;
  for (const [program, start] of starters) {
    const started = await start();
    if (started === "missing") continue;
    if (!("refusal" in started)) return started;
    refusal ??= explainComplaint(started.refusal, { program, ...request, interfaces: interfaceNames() });
    // Another program may have the right to capture: dumpcap often has, for members of a group.
    if (complaintOf(started.refusal) !== "permission") break;
  }
  throw new UserError(
    refusal ??
      "there is nothing to capture with: neither tcpdump nor dumpcap is installed, nor the npm package cap. Install one: apt-get install tcpdump (dnf, apk, brew install tcpdump), or npm install cap.",
  );
}

function interfaceNames(): string[] {
  const names = Object.keys(networkInterfaces()).sort();
  return platform() === "linux" ? [...names, "any"] : names;
}
