// Small captures through the whole pipeline, and their report as a user would read it.

import { PassThrough } from "node:stream";
import type { TraceAnswer } from "../../src/backends/backend.ts";
import type { Packet } from "../../src/capture/packet.ts";
import type { World } from "../../src/commands/world.ts";
import type { Inspection } from "../../src/diagnosis/inspection.ts";
import { inspect, WireReader } from "../../src/pipeline.ts";
import type { ReportOptions } from "../../src/report/report-format.ts";
import { text } from "../../src/report/text/text.ts";
import type { Span } from "../../src/spans/span.ts";
import { Conversation, numbered } from "../tcp/build-packets.ts";
import { writeAll } from "./write-all.ts";

export const NOON = 1_795_348_800_000_000;
const MS = 1000;

export const PLAIN: ReportOptions = {
  hops: "none",
  width: 120,
  isColoured: false,
  isTerminal: false,
  isVerbose: false,
  showBaggage: false,
  jaegerUi: undefined,
  commandLine: { captures: ["pods/a.pcap"], inputs: "" },
};

export function trace(n: number): string {
  return `4bf92f3577b34da6a3ce929d0e0e${n.toString(16).padStart(4, "0")}`;
}

export function spanId(n: number): string {
  return `00f067aa0ba9${n.toString(16).padStart(4, "0")}`;
}

export function traceparent(n: number, span: number, flags = "01"): string {
  return `traceparent: 00-${trace(n)}-${spanId(span)}-${flags}`;
}

export interface Exchange {
  readonly client: string;
  readonly server: string;
  readonly serverPort?: number;
  /** Milliseconds after noon. */
  readonly at: number;
  readonly lasts: number;
  readonly target?: string;
  readonly fields?: readonly string[];
}

let nextPort = 40_000;

/** One connection, one request, one answer. */
export function exchange({ client, server, serverPort = 8080, at, lasts, target = "/", fields = [] }: Exchange): Packet[] {
  const conversation = new Conversation({ client, server, clientPort: nextPort++, serverPort, at: NOON + at * MS }).open();
  conversation.send("client", ["GET ".concat(target, " HTTP/1.1"), `host: ${server}`, ...fields, "", ""].join("\r\n"));
  conversation.wait(lasts * MS);
  return conversation.send("server", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").close().packets;
}

/** All packets in the order of time, as one capture. `asked`: so many trace ids are looked up, the first ones; with fewer than all the search is cut, too. */
export async function inspectPackets(
  packets: readonly Packet[],
  spans?: readonly Span[],
  asked = Number.POSITIVE_INFINITY,
): Promise<Inspection> {
  const ordered = numbered([...packets].sort((a, b) => a.timestamp - b.timestamp));
  const wire = new WireReader();
  const sink = wire.sinkFor(0, "a");
  for (const packet of ordered) sink.packet(packet);
  const file = {
    file: "pods/a.pcap",
    index: 0,
    format: "pcap",
    packets: ordered.length,
    bytes: 0,
    firstPacketAt: ordered[0]?.timestamp,
    lastPacketAt: ordered.at(-1)?.timestamp,
  };
  return inspect(wire, [file], { names: new Map(), traces: spans === undefined ? undefined : sourceOf(spans, asked) });
}

function sourceOf(spans: readonly Span[], asked: number) {
  const ids = [...new Set(spans.map((span) => span.traceId))];
  const backend = {
    ask: async ({ traceIds }: { readonly traceIds: readonly string[] }): Promise<TraceAnswer> => ({
      source: "traces.json",
      traces: ids.map((traceId) => ({ traceId, spans: spans.filter((span) => span.traceId === traceId), warnings: [] })),
      absent: traceIds.slice(0, asked).filter((id) => !ids.includes(id)),
      failed: [],
      respelled: [],
      warnings: [],
      asked: Math.min(asked, traceIds.length),
      windowSearched: asked >= traceIds.length,
    }),
    close() {},
  };
  const never = (error: unknown): void => {
    throw error;
  };
  return { backend, waitMs: 0, now: () => NOON, sleep: async () => {}, onFailure: never };
}

export function render(inspection: Inspection, options: Partial<ReportOptions> = {}): string {
  let report = "";
  const writing = text.write(inspection, { ...PLAIN, ...options }, (piece) => {
    report += piece;
  });
  writeAll(writing);
  return report;
}

/** A process for commands, with what they wrote. */
export function recordedWorld() {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let code = 0;
  const world: World = {
    stdin: new PassThrough(),
    stdout,
    stderr,
    env: {},
    onInterrupt: () => () => {},
    onExit: () => () => {},
    setExitCode: (value) => {
      code = value;
    },
    watchMemory() {},
  };
  return { world, output: () => String(stdout.read() ?? ""), exitCode: () => code };
}
