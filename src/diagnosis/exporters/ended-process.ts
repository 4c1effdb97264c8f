// A process that ended before its exporter had sent what was left: the connection to the collector and those of its callers end together, and no export
// came after the request.

import type { Hop } from "../../hops/hop.ts";
import type { Machines } from "../../hops/machines.ts";
import type { Workload } from "../../naming/workload.ts";
import type { ConnectionSummary, SpanExport } from "../../protocols/observation.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import { SECOND, type Timestamp } from "../../wire/timestamp.ts";
import type { Explanation } from "./explanation.ts";
import { endOn, isBefore } from "./hop-end.ts";

/** Its last export, and the end of the connection that would have carried the next. */
export interface ProcessEnd {
  readonly lastExport: SpanExport;
  readonly connection: ConnectionSummary;
}

/** All connections of a process end at once; clients that close what is idle do so at moments of their own. */
const TOGETHER_US = 2 * SECOND;
/** Exporters send what they have every five seconds by default: what has waited longer was not waiting. */
const LONGEST_WAIT_US = 10 * SECOND;
/** A client that closes an idle connection at the same moment would look the same. */
const CONFIDENCE = 0.85;

/** Undefined where any connection of the workload, to the collector or from callers, goes on, or where the last of each side ended at different times. */
export function endOfProcess(
  { host, addresses }: Workload,
  exports: readonly SpanExport[],
  connections: readonly ConnectionSummary[],
  machines: Machines,
): ProcessEnd | undefined {
  const lastExport = exports.at(-1);
  if (lastExport === undefined) return undefined;
  const { vantage } = lastExport;
  const collectors = new Set(exports.map(({ server }) => formatEndpoint(server)));
  const [out, served]: [ConnectionSummary[], ConnectionSummary[]] = [[], []];
  for (const connection of connections) {
    if (connection.vantage !== vantage || connection.handshake === "refused" || connection.handshake === "unanswered") continue;
    if (addresses.includes(formatEndpoint(connection.server))) served.push(connection);
    else if (collectors.has(formatEndpoint(connection.server)) && machines.hostOf(connection.client.address, vantage) === host)
      out.push(connection);
  }
  const connection = latest(out);
  const last = latest(served);
  if (connection === undefined || last === undefined || ![...out, ...served].every(isClosed)) return undefined;
  return Math.abs(connection.lastPacketAt - last.lastPacketAt) <= TOGETHER_US ? { lastExport, connection } : undefined;
}

export function whyEnded(hop: Hop, { group }: Workload, end: ProcessEnd | undefined): Explanation | undefined {
  if (end === undefined || isBefore(hop, end.lastExport)) return undefined;
  const { connection } = end;
  const waited = connection.lastPacketAt - endOn(hop, connection.vantage);
  if (waited < 0 || waited > LONGEST_WAIT_US) return undefined;
  return {
    cause: "unknown",
    detail: `${group} ended before its exporter had sent what was left: its connections closed together, without an export after this request`,
    confidence: CONFIDENCE,
    proofs: [end.lastExport],
    possible: [],
    severity: "warning",
    isFinal: true,
    remedy: FLUSH,
  };
}

const FLUSH =
  "Shut the SDK down before the process ends, on SIGTERM too: tracerProvider.Shutdown(ctx) (Go), sdk.shutdown() (Node), provider.shutdown() (Python); Java's agent does so by itself.";

function isClosed({ closedBy }: ConnectionSummary): boolean {
  return closedBy === "fin" || closedBy === "reset";
}

function latest(connections: readonly ConnectionSummary[]): ConnectionSummary | undefined {
  let found: ConnectionSummary | undefined;
  let at: Timestamp = Number.NEGATIVE_INFINITY;
  for (const connection of connections) {
    if (connection.lastPacketAt <= at) continue;
    found = connection;
    at = connection.lastPacketAt;
  }
  return found;
}
