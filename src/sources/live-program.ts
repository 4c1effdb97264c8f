// The programs that can capture, and what they say on standard error.

import type { LiveRequest } from "./live-capture.ts";

export interface CaptureProgram {
  readonly name: string;
  /** A pcap file on standard output, whole packets, handed on as soon as they are there. */
  arguments(request: LiveRequest): readonly string[];
  /** What it says once it captures. */
  readonly running: RegExp;
  /** Packets dropped, by the latest word of it. */
  lost(said: string): number | undefined;
  /** Whether SIGUSR1 makes it say how many were dropped; other programs it would end. */
  readonly countsOnSignal: boolean;
}

/** Kernel buffer: what a burst may hold while the program waits for its turn. The default of 2 MiB drops packets on a busy node. */
const BUFFER_MIB = 32;

const tcpdump: CaptureProgram = {
  name: "tcpdump",
  arguments: ({ interface: name, filter }) => [
    ...["-i", name, "-s", "0", "-B", String(BUFFER_MIB * 1024), "-n", "-U", "-w", "-"],
    // `--`: a filter is never an option.
    ...(filter === undefined ? [] : ["--", filter]),
  ],
  running: /listening on /,
  lost(said) {
    const byKernel = lastCount(said, /(\d+) packets? dropped by kernel/g);
    const byInterface = lastCount(said, /(\d+) packets? dropped by interface/g);
    return byKernel === undefined ? byInterface : byKernel + (byInterface ?? 0);
  },
  countsOnSignal: true,
};

const dumpcap: CaptureProgram = {
  name: "dumpcap",
  arguments: ({ interface: name, filter }) => [
    ...["-i", name, "-s", "0", "-B", String(BUFFER_MIB), "-q", "-P", "-w", "-"],
    ...(filter === undefined ? [] : ["-f", filter]),
  ],
  running: /^File: /m,
  lost(said) {
    // Packets received/dropped on interface 'lo': 10/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)
    const dropped = lastCount(said, /received\/dropped on interface [^\n]*?: \d+\/(\d+)/g);
    return dropped === undefined ? undefined : dropped + (lastCount(said, /ps_ifdrop:(\d+)/g) ?? 0);
  },
  countsOnSignal: false,
};

/** In the order in which they are tried. */
export const capturePrograms: readonly CaptureProgram[] = [tcpdump, dumpcap];

function lastCount(said: string, pattern: RegExp): number | undefined {
  const count = [...said.matchAll(pattern)].at(-1)?.[1];
  return count === undefined ? undefined : Number(count);
}
