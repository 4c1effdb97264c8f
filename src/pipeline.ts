// The program's table of contents: captures in, an inspection out.

import type { TraceBackend } from "./backends/backend.ts";
import { askUntilSettled, type SettledAnswer } from "./backends/late-spans.ts";
import type { CaptureSink, Packet } from "./capture/packet.ts";
import { CaptureLog } from "./capture-log.ts";
import type { BackendKnowledge } from "./diagnosis/backend-knowledge.ts";
import { type Diagnosis, diagnose } from "./diagnosis/diagnose.ts";
import { Exporters } from "./diagnosis/exporters/exporters.ts";
import { failedExports } from "./diagnosis/exporters/failed-exports.ts";
import { findCauses } from "./diagnosis/find-causes.ts";
import type { CaptureSummary, Inspection } from "./diagnosis/inspection.ts";
import { noDiagnosis } from "./diagnosis/no-diagnosis.ts";
import { matchSpans } from "./diff/match-spans.ts";
import { linkParentsBySpans } from "./diff/span-parents.ts";
import type { TraceDiff } from "./diff/trace-diff.ts";
import { buildHops, type HopGraph } from "./hops/build-hops.ts";
import { ExchangeTable } from "./hops/exchange-table.ts";
import { keptFieldNames } from "./hops/read-contexts.ts";
import { addressNames, type GivenName } from "./naming/address-names.ts";
import { nameWorkloads } from "./naming/name-workloads.ts";
import { Observed } from "./observed.ts";
import { FULL_EFFORT, type HopPairing, pairHops } from "./pairing/pair-hops.ts";
import type { FormatSet } from "./propagation/format-set.ts";
import { standardFormats } from "./propagation/registry.ts";
import type { Observation } from "./protocols/observation.ts";
import { KeyLog } from "./protocols/tls/key-log.ts";
import type { FileSummary } from "./sources/series-reader.ts";
import { VantagePoint } from "./vantage-point.ts";
import type { Anomaly } from "./wire/anomaly.ts";
import { count } from "./wire/count.ts";
import { figure } from "./wire/figure.ts";
import { MAX_CALLERS } from "./wire/limits.ts";
import type { Timestamp } from "./wire/timestamp.ts";

/** Where traces come from, and the world's clock, which only looking for late spans needs. */
export interface TraceSource {
  readonly backend: TraceBackend;
  /** How long to wait for late spans, ms. */
  readonly waitMs: number;
  now(): Timestamp;
  sleep(ms: number): Promise<void>;
  /** What to do when nothing at all could be asked: the wire is reported all the same. */
  onFailure(error: unknown): void;
}

export interface InspectInputs {
  readonly names: ReadonlyMap<string, GivenName>;
  readonly traces: TraceSource | undefined;
  /** Trace ids to look up besides those on the wire. */
  readonly alsoAsk?: readonly string[];
  /** False: calls are not paired with their causes, and no rule is asked. */
  readonly isJudged?: boolean;
  /** True: calls are paired with their causes however much work it is. */
  readonly isPairingFull?: boolean;
}

export interface WireOptions {
  /** Secrets of TLS connections; those that captures hold are added as they are read. */
  readonly keyLog?: KeyLog;
  /** Propagation formats that are read; default: the registry's. */
  readonly formats?: FormatSet;
}

/** Takes the packets of all capture files; `inspect` then concludes. */
export class WireReader {
  readonly log = new CaptureLog();
  readonly exchanges: ExchangeTable;
  /** Everything else that protocols observed. */
  readonly observed = new Observed((limit) => this.log.note(limit));
  readonly #vantagePoints = new Map<string, VantagePoint>();
  readonly #keep: ReadonlySet<string>;
  readonly #keyLog: KeyLog;

  constructor({ keyLog = new KeyLog(), formats = standardFormats }: WireOptions = {}) {
    this.exchanges = new ExchangeTable(formats, (limit) => this.log.note(limit));
    this.#keep = keptFieldNames(formats);
    this.#keyLog = keyLog;
  }

  /** The sink of one capture file; files of one series share a vantage point. */
  sinkFor(index: number, series: string): CaptureSink {
    let vantage = this.#vantagePoints.get(series);
    if (vantage === undefined) {
      vantage = new VantagePoint(this.#vantagePoints.size, this.#keep, (output) => this.#take(output), this.#keyLog);
      this.#vantagePoints.set(series, vantage);
    }
    const point = vantage;
    return this.log.sinkFor(
      index,
      (packet: Packet) => point.push(index, packet),
      (secrets: Uint8Array) => {
        this.#keyLog.push(secrets);
        this.#keyLog.endInput();
      },
    );
  }

  get vantagePoints(): number {
    return this.#vantagePoints.size;
  }

  /** Packets that are not TCP, by what they are. */
  others(): Map<string, number> {
    const all = new Map<string, number>();
    for (const { others } of this.#vantagePoints.values()) for (const [what, n] of others) count(all, what, n);
    return all;
  }

  end(): void {
    for (const vantage of this.#vantagePoints.values()) vantage.end();
  }

  #take(output: Observation | Anomaly): void {
    switch (output.kind) {
      case "http":
        this.exchanges.add(output);
        break;
      case "connection":
      case "dns":
      case "export":
      case "tls":
        this.observed.add(output);
        break;
      case "anomaly":
        this.log.note(output);
        break;
      default:
        // A kind that nobody has cared for does not compile.
        output satisfies never;
    }
  }
}

export async function inspect(wire: WireReader, files: readonly FileSummary[], options: InspectInputs): Promise<Inspection> {
  wire.end();
  const captures = files.map((file) => wire.log.summarize(file));
  const { tls, connections } = wire.observed;
  const graph = buildHops(wire.exchanges, connections, wire.vantagePoints, tls);
  const { settled, failure } = await askBackend(graph, captures, options);
  const diff = matchSpans(graph, settled?.answer.traces ?? []);
  if (diff.index.spans.length > 0) linkParentsBySpans(graph.hops, diff);
  const isJudged = options.isJudged !== false;
  const pairing = isJudged ? pairHops(graph.table, options.isPairingFull === true ? FULL_EFFORT : undefined) : undefined;
  const isElsewhere = holdsOtherTraces(graph, diff, settled);
  const nameOf = addressNames(
    { given: options.names, dns: wire.observed.dns, blocks: wire.log.names, exports: wire.observed.exports },
    graph.table,
  );
  const naming = nameWorkloads(graph, diff, nameOf);
  const judge = (): Diagnosis => {
    const backend = knowledgeOf(settled, isElsewhere);
    const exporters = new Exporters(wire.observed, { table: graph.table, naming, diff, backend });
    return diagnose(findCauses({ table: graph.table, diff, naming, backend, tls, connections, exporters }));
  };
  return {
    captures,
    graph,
    diff,
    naming,
    diagnosis: isJudged ? judge() : noDiagnosis(),
    isJudged,
    answer: settled?.answer,
    backendFailure: failure,
    soFar: settled?.soFar ?? [],
    connections: wire.observed.connections,
    exports: wire.observed.exports,
    tls: wire.observed.tls,
    others: wire.others(),
    anomalies: wire.log.anomalies,
    warnings: [
      ...leftOut(wire.exchanges),
      ...unpaired(pairing),
      ...(isElsewhere ? [ELSEWHERE] : []),
      ...(naming.areCallersMerged ? [MERGED] : []),
      ...(settled === undefined ? failedExports(wire.observed.exports, naming) : []),
      ...warningsOf(captures, settled, options.traces?.waitMs === 0),
    ],
  };
}

/** Neither where nobody is to be asked, or nothing was captured. */
interface Asked {
  readonly settled?: SettledAnswer;
  /** Why no answer came. */
  readonly failure?: string;
}

async function askBackend(
  graph: HopGraph,
  captures: readonly CaptureSummary[],
  { traces: source, alsoAsk = [] }: InspectInputs,
): Promise<Asked> {
  if (source === undefined) return {};
  const traceIds = new Set<string>(alsoAsk);
  for (const traceId of graph.table.exchanges.traceIds()) traceIds.add(traceId);
  const times = captures.flatMap(({ startedAt, endedAt }) =>
    startedAt === undefined || endedAt === undefined ? [] : [startedAt, endedAt],
  );
  if (times.length === 0) return {};
  const window = { from: times.reduce((a, b) => Math.min(a, b)), to: times.reduce((a, b) => Math.max(a, b)) };
  const { backend, waitMs, now, sleep } = source;
  try {
    return {
      settled: await askUntilSettled(
        backend,
        { traceIds: [...traceIds], always: alsoAsk, window },
        { capturedUntil: window.to, waitMs, now, sleep },
      ),
    };
  } catch (error) {
    source.onFailure(error);
    return { failure: error instanceof Error ? error.message : String(error) };
  } finally {
    backend.close();
  }
}

const UNWAITED =
  "lack spans, and the capture ended moments before: their spans may be on the way yet. Ask again, or export again, in half a minute.";
const MERGED = `more than ${figure(MAX_CALLERS)} addresses send requests and receive none: those beyond the first are taken for one, "other addresses".`;
const ELSEWHERE =
  "none of the traces on the wire, and no span of these exchanges, is there: most likely it is another export, time or tenant. What is missing there proves nothing and is not judged.";

/** Not one trace and not one span of what was captured: the backend was asked about something else. */
function holdsOtherTraces(graph: HopGraph, diff: TraceDiff, settled: SettledAnswer | undefined): boolean {
  if (settled === undefined || diff.hopOf.size > 0) return false;
  const { identities } = graph.table.exchanges;
  let isAnySampled = false;
  for (let i = 0; i < identities.size; i++) {
    if (identities.isUnsampled(i)) continue;
    isAnySampled = true;
    if (diff.index.hasTrace(identities.traceIds.text(identities.trace[i]!))) return false;
  }
  return isAnySampled;
}

function knowledgeOf(settled: SettledAnswer | undefined, isElsewhere: boolean): BackendKnowledge {
  if (settled === undefined || isElsewhere) return { isAsked: false, isLookedUp: () => false, isWindowSearched: false };
  const { answer } = settled;
  const known = new Set([...answer.traces.map((trace) => trace.traceId), ...answer.absent]);
  return { isAsked: true, isLookedUp: (traceId) => known.has(traceId), isWindowSearched: answer.windowSearched };
}

function leftOut({ size, sample: { oneIn, isSettled } }: ExchangeTable): string[] {
  if (isSettled)
    return [
      `a second or less of packet time holds more exchanges than are kept: the first ${figure(size)} are, and all counts are of these.`,
    ];
  if (oneIn === 1) return [];
  return [
    `there are too many exchanges to keep them all: those of one second in ${oneIn} of packet time are (${figure(size)}), and all counts are of these. For all of them name fewer files, or cut the capture (editcap -A, -B).`,
  ];
}

function unpaired(pairing: HopPairing | undefined): string[] {
  if (pairing === undefined || pairing.left === 0) return [];
  const calls = `${figure(pairing.left)} of ${figure(pairing.sought)} calls that no id tells the cause of`;
  return [`${calls} were not paired with a request: that is more work than a run may cost; --pairing full lifts the budget.`];
}

/** `isAskedOnce`: nothing is waited for, as where traces come from files. */
function warningsOf(captures: readonly CaptureSummary[], settled: SettledAnswer | undefined, isAskedOnce: boolean): string[] {
  const warnings = captures
    .filter(({ lost }) => lost > 0)
    .map(({ file, lost }) => `${file}: the capturing program dropped ${lost} packets; what they carried is missing here.`);
  if (settled === undefined) return warnings;
  const { answer, soFar } = settled;
  const failed =
    answer.failed.length === 0
      ? []
      : [`${answer.failed.length} of ${answer.asked} traces could not be loaded: ${answer.failed[0]?.reason ?? ""}`];
  const waiting =
    soFar.length === 0
      ? []
      : [
          `${soFar.length} traces ${isAskedOnce ? UNWAITED : "were still incomplete when the wait was over; what is said of them holds so far (--wait)."}`,
        ];
  return [...warnings, ...answer.warnings, ...failed, ...waiting];
}
