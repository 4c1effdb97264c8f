// What was seen and not judged, and what would help: exchanges without a trace by right, connections that cannot be read, holes in the capture.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { isReceiving } from "../../diff/span-index.ts";
import { countOfPurpose } from "../../hops/count-hops.ts";
import type { Purpose } from "../../hops/hop.ts";
import type { TlsHandshake } from "../../protocols/observation.ts";
import { count } from "../../wire/count.ts";
import { connectionKey, formatEndpoint, sharedConnectionKey } from "../../wire/endpoint.ts";
import { sum } from "../../wire/sum.ts";
import { counted, listed } from "../../wire/words.ts";
import { captureNames } from "../capture-names.ts";
import { sourceName } from "./headline.ts";
import { bold } from "./line.ts";
import type { Page } from "./page.ts";
import { unexplainedCalls } from "./unexplained.ts";

const MAX_SERVERS = 3;

/** One connection seen from two vantage points is one. */
export interface Unread {
  readonly protocol: string;
  readonly connections: number;
  readonly packets: number;
  /** By server, most first. */
  readonly servers: readonly { readonly server: string; readonly connections: number }[];
}

/** `isBrief`: one paragraph right below the verdict of a healthy capture. */
export function writeNotJudged(inspection: Inspection, page: Page, isBrief: boolean): void {
  const items = [
    leftOut(inspection),
    unexplainedCalls(inspection),
    unheardOf(inspection),
    ...unreadItems(inspection),
    ...captureItems(inspection),
  ].filter((item) => item !== "");
  if (items.length === 0) return;
  if (!isBrief) page.gap();
  if (isBrief || items.length === 1) {
    page.text(2, bold("Not judged: "), items.join(" "));
    return;
  }
  page.line(bold("Not judged:"));
  for (const item of items) page.text(4, `  · ${item}`);
}

const PURPOSES: Record<Exclude<Purpose, "work">, readonly [string, string]> = {
  probe: ["health check or scrape", "health checks and scrapes"],
  export: ["telemetry export", "telemetry exports"],
  preflight: ["CORS preflight", "CORS preflights"],
};

/** `6 health checks and scrapes, 12 telemetry exports`, or nothing. */
export function leftOut({ graph }: Inspection): string {
  const parts = Object.entries(PURPOSES).flatMap(([purpose, [one, many]]) => {
    const n = countOfPurpose(graph.table, purpose as Purpose);
    return n === 0 ? [] : [counted(n, one, many)];
  });
  return parts.length === 0 ? "" : `${listed(parts)} (they carry no trace by right).`;
}

/** Receivers of contexts that the backend has no span of, where it has some of others: they may make none, or lose all. */
function unheardOf({ answer, diagnosis: { tally }, diff: { index } }: Inspection): string {
  const edges = [...tally.edges.values()];
  if (answer === undefined || !edges.some(({ recorded }) => recorded > 0)) return "";
  const requests = new Map<string, number>();
  for (const { to, withContext } of edges)
    if (!to.isInstrumented && to.role !== "proxy" && withContext > 0) count(requests, to.group, withContext);
  // Behind a proxy that no capture looks behind they belong to no exchange, and are there all the same.
  const recording = new Set(index.spans.filter(isReceiving).map(({ resource }) => resource.service));
  for (const { to } of edges) if (to.isInstrumented || (to.service !== undefined && recording.has(to.service))) requests.delete(to.group);
  for (const { verdict, culprit } of tally.faults.values())
    if (verdict === "unrecorded" && culprit !== undefined) requests.delete(culprit.group);
  if (requests.size === 0) return "";
  const all = [...requests].sort((a, b) => b[1] - a[1]).map(([group, n]) => `${group} (${counted(n, "request")})`);
  const shown = all.length > MAX_SERVERS ? [...all.slice(0, MAX_SERVERS), counted(all.length - MAX_SERVERS, "other")] : all;
  return `whether ${listed(shown)} ${all.length === 1 ? "makes spans and loses them" : "make spans and lose them"}: ${sourceName(answer.source)} holds none.`;
}

/** What connections spoke that is not read, most connections first. */
export function unreadConnections({ connections, tls }: Pick<Inspection, "connections" | "tls">): Unread[] {
  const readable = new Set(tls.filter(isRead).map(connectionKey));
  const failed = new Set(tls.filter(hasFailed).map(connectionKey));
  const protocols = new Map<string, { packets: number; readonly seen: Map<string, string> }>();
  for (const { protocol, handshake, client, server, packets, bytes, vantage } of connections) {
    if (protocol === "HTTP/1" || protocol === "HTTP/2" || handshake === "unanswered" || handshake === "refused" || bytes === 0) continue;
    if (protocol === "TLS" && readable.has(connectionKey({ vantage, client, server }))) continue;
    const isFailed = protocol === "TLS" && failed.has(connectionKey({ vantage, client, server }));
    const name = isFailed ? FAILED_TLS : (protocol ?? "unknown");
    const known = protocols.get(name) ?? { packets: 0, seen: new Map<string, string>() };
    protocols.set(name, known);
    known.packets += packets;
    known.seen.set(sharedConnectionKey({ vantage, client, server }), formatEndpoint(server));
  }
  return [...protocols]
    .map(([protocol, { packets, seen }]) => ({ protocol, packets, connections: seen.size, servers: countServers([...seen.values()]) }))
    .sort((a, b) => b.connections - a.connections);
}

function countServers(servers: readonly string[]): Unread["servers"] {
  const counts = new Map<string, number>();
  for (const server of servers) count(counts, server);
  return [...counts].map(([server, connections]) => ({ server, connections })).sort((a, b) => b.connections - a.connections);
}

/** A kind of its own: nothing was encrypted in it that keys would open. */
const FAILED_TLS = "TLS with a failed handshake";

const HELP: Readonly<Record<string, string>> = {
  [FAILED_TLS]: "TLS with a failed handshake, and carried no requests.",
  unknown: "in a protocol that was not recognised (no HTTP began in the captured part).",
};

/** All that it carried was decrypted. */
function isRead({ encryptedRecords, undecrypted }: TlsHandshake): boolean {
  return encryptedRecords > 0 && undecrypted === undefined;
}

function hasFailed({ outcome }: TlsHandshake): boolean {
  return outcome === "failed";
}

/** Who TLS was for, and what would open it. */
function encrypted({ tls, diagnosis }: Inspection): string {
  const told = toldServers(diagnosis);
  const unread = tls.filter((handshake) => !isRead(handshake) && !hasFailed(handshake) && !told.has(formatEndpoint(handshake.server)));
  const names = [...new Set(unread.flatMap(({ sni }) => sni ?? []))];
  const protocols = [...new Set(unread.flatMap(({ alpn, offeredAlpn }) => alpn ?? offeredAlpn))];
  const shown = [
    ...names.slice(0, MAX_SERVERS),
    ...(names.length > MAX_SERVERS ? [counted(names.length - MAX_SERVERS, "other name")] : []),
  ];
  const about = names.length === 0 ? "" : ` TLS for ${listed(shown)}${protocols.length === 0 ? "" : ` (${protocols.join(", ")})`}.`;
  const isLate =
    unread.length > 0 &&
    unread.every(({ undecrypted }) => undecrypted === "joined mid-connection" || undecrypted === "handshake not captured");
  const keys = isLate
    ? "The capture lacks their handshakes, without which no secrets are found: start it before the programs."
    : "Run the client or the server with SSLKEYLOGFILE=FILE and give --keylog FILE,";
  const place = "capture where TLS ends: on the loopback inside the pod (-i lo), or behind the sidecar.";
  return `encrypted.${about} ${keys} ${isLate ? `Or ${place}` : `or ${place}`}`;
}

/** Servers whose encrypted connections a finding tells of. */
function toldServers({ tally }: Inspection["diagnosis"]): Set<string> {
  return new Set(tally.encrypted.flatMap(({ servers }) => [...servers]));
}

function withoutTold(unread: Unread, told: ReadonlySet<string>): Unread[] {
  if (unread.protocol !== "TLS") return [unread];
  const servers = unread.servers.filter(({ server }) => !told.has(server));
  return servers.length === 0 ? [] : [{ ...unread, servers, connections: sum(servers.map(({ connections }) => connections)) }];
}

function unreadItems(inspection: Inspection): string[] {
  const { naming, diagnosis } = inspection;
  const told = toldServers(diagnosis);
  const names = new Map(
    naming.workloads.flatMap(({ addresses, group, service }) => (service === undefined ? [] : addresses.map((a) => [a, group]))),
  );
  const left = unreadConnections(inspection).flatMap((unread) => withoutTold(unread, told));
  return left.map(({ protocol, connections: n, servers }) => {
    const shown = servers.slice(0, MAX_SERVERS).map(({ server, connections: to }) => {
      const name = names.get(server);
      const where = name === undefined ? server : `${server} (${name})`;
      return servers.length === 1 ? where : `${where} ×${to}`;
    });
    const rest = servers.length > shown.length ? [counted(servers.length - shown.length, "other server")] : [];
    const verb = n === 1 ? "is" : "are";
    return `${counted(n, "connection")} to ${listed([...shown, ...rest])} ${verb} ${protocol === "TLS" ? encrypted(inspection) : (HELP[protocol] ?? `${protocol}.`)}`;
  });
}

const CODES: Readonly<Record<string, string>> = {
  gap: "bytes of streams are missing in the capture",
  truncated: "packets or records are cut",
  malformed: "bytes break their specification",
  limit: "a safety limit was reached",
  unsupported: "known and not read",
  lost: "packets were dropped while capturing",
};

/** One line an anomaly code, and what the capturing program lost. */
export function captureItems(inspection: Inspection): string[] {
  const { captures, anomalies } = inspection;
  const nameOf = captureNames(inspection);
  const totals = new Map<string, number>();
  for (const capture of captures) for (const [code, n] of Object.entries(capture.anomalies)) count(totals, code, n);
  // What is said of no one file is said once, so that all of it is kept.
  for (const { code, where } of anomalies) if (where.capture === undefined) count(totals, code);
  const lost = captures.flatMap(({ lost: n }, i) =>
    n > 0 ? [`${nameOf(i)}: the capturing program dropped ${counted(n, "packet")}.`] : [],
  );
  const codes = [...totals].map(([code, n]) => {
    const first = anomalies.find((anomaly) => anomaly.code === code);
    const { capture, packet, layer } = first?.where ?? {};
    const where = capture === undefined ? (layer ?? "") : `${nameOf(capture)}${packet === undefined ? "" : ` #${packet}`}`;
    const example = first === undefined ? "" : ` First: ${where}: ${first.message.replace(/\.$/, "")}.`;
    return `${code}, ${counted(n, "time")}: ${CODES[code] ?? "odd bytes"}.${example}`;
  });
  return [...lost, ...codes];
}
