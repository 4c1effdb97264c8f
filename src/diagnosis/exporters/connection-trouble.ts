// Connections to a collector that are not accepted, or that end before anything was said.

import type { Machines } from "../../hops/machines.ts";
import type { ConnectionSummary } from "../../protocols/observation.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import { groupBy } from "../../wire/group-by.ts";
import { SECOND, type Timestamp } from "../../wire/timestamp.ts";
import { counted } from "../../wire/words.ts";
import type { Collectors } from "./collectors.ts";
import { TO_HTTP_PORT } from "./export-advice.ts";
import { bestView, type ExporterTraffic, endsOf, type Trouble } from "./trouble.ts";

/** Known by exports or by name, or by its port alone. */
const CONFIDENCE = { known: 0.95, usual: 0.9 } as const;
/** A SYN without an answer is sent again after a second (RFC 6298 §2). */
const ANSWER_US = SECOND;
const MIN_SILENT = 2;
const SILENT_CONFIDENCE = 0.75;
/** Ports of HTTP receivers (OTLP over HTTP, Zipkin, Jaeger): gRPC is not spoken there. */
const HTTP_PORTS: ReadonlySet<number> = new Set([4318, 9411, 14_268]);

export function connectionTroubles({ connections, exports, tls }: ExporterTraffic, collectors: Collectors, machines: Machines): Trouble[] {
  /** Captures that show both directions: elsewhere no SYN is ever answered. */
  const whole = new Set(connections.filter(({ handshake }) => handshake === "complete").map(({ vantage }) => vantage));
  const ends = new Map<number, Timestamp>();
  for (const { vantage, lastPacketAt } of connections) ends.set(vantage, Math.max(ends.get(vantage) ?? lastPacketAt, lastPacketAt));
  const toCollectors = connections.filter(
    ({ server, vantage, handshake }) => collectors.place(server, vantage) !== "no" && (whole.has(vantage) || handshake === "refused"),
  );
  const used = new Set(exports.map(({ vantage, client }) => `${vantage} ${formatEndpoint(client)}`));
  const encrypted = new Set(tls.filter(({ outcome }) => outcome === "established").map(({ server }) => formatEndpoint(server)));
  const hosts = groupBy(
    toCollectors,
    ({ client, server, vantage }) => `${machines.hostOf(client.address, vantage)}\n${formatEndpoint(server)}`,
  );
  return [...hosts].flatMap(([key, all]) => {
    const host = key.slice(0, key.indexOf("\n"));
    return notAccepted(host, all, ends, collectors) ?? silent(host, all, used, encrypted, collectors) ?? [];
  });
}

function notAccepted(
  host: string,
  all: readonly ConnectionSummary[],
  ends: ReadonlyMap<number, Timestamp>,
  collectors: Collectors,
): Trouble | undefined {
  const failed = bestView(all.filter((connection) => isFailed(connection, ends.get(connection.vantage) ?? 0)));
  const [first] = failed;
  if (first === undefined) return undefined;
  const refused = failed.filter(({ handshake }) => handshake === "refused").length;
  const how = refused === 0 ? "gets no answer" : refused === failed.length ? "is refused" : "is refused or gets no answer";
  const place = collectors.place(first.server, first.vantage);
  return {
    cause: "exporter-unreachable",
    host,
    clause: `tries to connect to ${collectors.label(first.server)} and ${how} (${counted(failed.length, "time")})`,
    failedAt: failed.map(({ lastPacketAt }) => lastPacketAt).sort((a, b) => a - b),
    vantage: first.vantage,
    isTelling: !all.some(({ handshake }) => handshake === "complete"),
    confidence: CONFIDENCE[place === "known" ? "known" : "usual"],
    proofs: endsOf(failed),
  };
}

/** A SYN that was sent once may have been answered after the capture had ended. */
function isFailed({ handshake, packets, openedAt }: ConnectionSummary, end: Timestamp): boolean {
  return handshake === "refused" || (handshake === "unanswered" && (packets > 1 || end - openedAt >= ANSWER_US));
}

/**
 * Accepted, spoken to in plain HTTP/2, and closed before the first request: the other side speaks TLS, or HTTP/1. `encrypted`: servers that were
 * seen to speak TLS.
 */
function silent(
  host: string,
  all: readonly ConnectionSummary[],
  used: ReadonlySet<string>,
  encrypted: ReadonlySet<string>,
  collectors: Collectors,
): Trouble | undefined {
  if (!all.every((connection) => isSilent(connection, used))) return undefined;
  const view = bestView(all);
  const [first] = view;
  if (first === undefined || view.length < MIN_SILENT) return undefined;
  const isHttp = !encrypted.has(formatEndpoint(first.server)) && HTTP_PORTS.has(first.server.port);
  const why = isHttp ? "gRPC sent to an HTTP port" : "plain text sent to a TLS port";
  return {
    cause: isHttp ? "exporter-rejected" : "exporter-tls-failed",
    host,
    clause: `speaks plain HTTP/2 to ${collectors.label(first.server)}, which closes before it answers (${counted(view.length, "time")}): ${why}`,
    failedAt: view.map(({ lastPacketAt }) => lastPacketAt).sort((a, b) => a - b),
    vantage: first.vantage,
    isTelling: collectors.place(first.server, first.vantage) === "known",
    confidence: SILENT_CONFIDENCE,
    proofs: endsOf(view),
    ...(isHttp && { remedy: TO_HTTP_PORT }),
  };
}

function isSilent({ handshake, protocol, closedBy, bytes, vantage, client }: ConnectionSummary, used: ReadonlySet<string>): boolean {
  const isClosed = closedBy === "fin" || closedBy === "reset";
  return handshake === "complete" && protocol === "HTTP/2" && isClosed && bytes > 0 && !used.has(`${vantage} ${formatEndpoint(client)}`);
}
