// TLS connections that carried what nobody could read, by the edge that they belong to. Where the backend has spans of the requests on them, it tells
// how many there were; else only connections can be counted.

import { isReceiving, isSending } from "../diff/span-index.ts";
import { serviceOfName } from "../naming/address-names.ts";
import { isPlaceholder } from "../naming/placeholder.ts";
import type { TlsHandshake } from "../protocols/observation.ts";
import { spanPeer, spanTarget } from "../spans/http-span.ts";
import type { Span } from "../spans/span.ts";
import { formatEndpoint, sharedConnectionKey } from "../wire/endpoint.ts";
import { groupBy } from "../wire/group-by.ts";
import { MAX_ENCRYPTED_EDGES, MAX_EXEMPLARS, MAX_TRACES_COUNTED } from "../wire/limits.ts";
import { MILLISECOND } from "../wire/timestamp.ts";
import { mayCarryRequests, telemetryHosts } from "./encrypted-purpose.ts";
import type { View } from "./view.ts";

export interface EncryptedEdge {
  /** Names of groups, or addresses; both empty for what `MAX_ENCRYPTED_EDGES` leaves over. */
  readonly from: string;
  readonly to: string;
  connections: number;
  /** Requests that spans of the backend tell of; 0 where it has none, or was not asked. */
  requests: number;
  /** Of these: those that the receiver's SERVER spans tell of, not only the caller's. */
  served: number;
  /** Of `served`: those whose spans tell that a context came in. */
  withContext: number;
  readonly traceIds: Set<string>;
  /** `10.7.0.3:8443` */
  readonly servers: Set<string>;
  /** The earliest. */
  readonly handshakes: TlsHandshake[];
}

/** A connection, and the SERVER spans that were made on it. */
interface Connection {
  readonly handshake: TlsHandshake;
  readonly from: string;
  /** Undefined where nothing names the server. */
  readonly to: string | undefined;
  readonly spans: Span[];
}

/** In the order of their first connections. */
export function findEncryptedEdges(view: View): EncryptedEdge[] {
  const { tls } = view;
  if (tls.length === 0) return [];
  const telemetry = telemetryHosts(view.table);
  const unread = unreadConnections(tls).filter((handshake) => mayCarryRequests(handshake, hostOf(handshake, "server", view), telemetry));
  if (unread.length === 0) return [];
  const asked = namesAskedFor(tls, view);
  const connections = unread.map((handshake) => connectionOf(handshake, asked, view));
  giveSpans(connections, view);
  const edges = new Map<string, EncryptedEdge>();
  for (const { handshake, from, to, spans } of connections) {
    const edge = edgeBetween(from, to ?? recordedBy(spans) ?? formatEndpoint(handshake.server), edges);
    edge.connections++;
    edge.servers.add(formatEndpoint(handshake.server));
    if (edge.handshakes.length < MAX_EXEMPLARS) edge.handshakes.push(handshake);
    addRequests(edge, spans, view);
  }
  const sent = view.diff.index.spans.filter((span) => isSending(span) && !view.diff.hopOf.has(span));
  for (const edge of edges.values()) if (edge.requests === 0) addRequests(edge, sentOn(edge, sent), view);
  return [...edges.values()];
}

function connectionOf(handshake: TlsHandshake, asked: ReadonlyMap<string, string>, view: View): Connection {
  const { naming } = view;
  const [client, server] = [hostOf(handshake, "client", view), hostOf(handshake, "server", view)];
  const from = naming.groupOf(client) ?? asked.get(client) ?? client;
  return { handshake, from, to: naming.groupOf(server, handshake.server.port) ?? asked.get(server), spans: [] };
}

function recordedBy([span]: readonly Span[]): string | undefined {
  return span === undefined || isPlaceholder(span.resource.service) ? undefined : span.resource.service;
}

/**
 * SERVER spans without a hop go to the connection whose client's end they name. A port is used again, at one time for other servers and later for the
 * same: then the server's name tells, and what was opened last.
 */
function giveSpans(connections: readonly Connection[], { diff: { index, hopOf, clockOffsets } }: View): void {
  const byPeer = groupBy(connections, ({ handshake: { client } }) => `${client.address} ${client.port}`);
  for (const span of index.spans) {
    const peer = isReceiving(span) && !hopOf.has(span) ? spanPeer(span) : undefined;
    const own = peer?.port === undefined ? [] : (byPeer.get(`${peer.address} ${peer.port}`) ?? []);
    const named = own.filter(({ to }) => to === span.resource.service);
    const possible = named.length > 0 ? named : own;
    const at = span.startedAt - (clockOffsets.get(span.resource.service) ?? 0) + SLACK_US;
    (possible.findLast(({ handshake }) => handshake.at <= at) ?? possible[0])?.spans.push(span);
  }
}

/** What clocks of a pod and of a capture may differ by. */
const SLACK_US = 25 * MILLISECOND;

function addRequests(edge: EncryptedEdge, spans: readonly Span[], { diff: { index } }: View): void {
  edge.requests += spans.length;
  edge.served += spans.filter(isReceiving).length;
  edge.withContext += spans.filter((span) => index.continuesAnother(span)).length;
  for (const { traceId } of spans) if (edge.traceIds.size < MAX_TRACES_COUNTED) edge.traceIds.add(traceId);
}

/** Of a receiver without spans, what its caller recorded. */
function sentOn({ from, to, handshakes }: EncryptedEdge, sent: readonly Span[]): Span[] {
  const names = new Set(handshakes.flatMap(({ sni, server }) => [server.address, ...(sni === undefined ? [] : [sni])]));
  return sent.filter((span) => {
    const target = spanTarget(span);
    return span.resource.service === from && target !== undefined && (names.has(target) || serviceOfName(target) === to);
  });
}

/** One handshake for each connection, from the vantage point that shows most of them; none where one of them could read it. */
function unreadConnections(tls: readonly TlsHandshake[]): TlsHandshake[] {
  const byEnds = groupBy(tls, sharedConnectionKey);
  return [...byEnds.values()]
    .flatMap((seen) => {
      const views = [...groupBy(seen, ({ vantage }) => vantage).values()].map((all) => all.filter(isUnread));
      if (views.some((unread) => unread.length === 0)) return [];
      return views.reduce((a, b) => (b.length > a.length ? b : a));
    })
    .sort((a, b) => a.at - b.at);
}

/** It carried something, and nothing of it could be read. A handshake that failed carried nothing. */
function isUnread({ outcome, isDecrypted, undecrypted, encryptedRecords }: TlsHandshake): boolean {
  return outcome !== "failed" && !isDecrypted && undecrypted !== undefined && encryptedRecords > 0;
}

function hostOf(handshake: TlsHandshake, side: "client" | "server", { table }: View): string {
  return table.machines.hostOf(handshake[side].address, handshake.vantage);
}

/** What clients call the machines that they speak TLS to (RFC 6066 §3), where it is one name. */
function namesAskedFor(tls: readonly TlsHandshake[], view: View): Map<string, string> {
  const names = new Map<string, string>();
  const ambiguous = new Set<string>();
  for (const handshake of tls) {
    const { sni } = handshake;
    if (sni === undefined || sni === "") continue;
    const [host, name] = [hostOf(handshake, "server", view), serviceOfName(sni)];
    if ((names.get(host) ?? name) !== name) ambiguous.add(host);
    names.set(host, name);
  }
  for (const host of ambiguous) names.delete(host);
  return names;
}

function edgeBetween(from: string, to: string, edges: Map<string, EncryptedEdge>): EncryptedEdge {
  const key = `${from}\n${to}`;
  const known = edges.get(key);
  if (known !== undefined) return known;
  const isRest = edges.size >= MAX_ENCRYPTED_EDGES;
  const rest = isRest ? edges.get(REST) : undefined;
  if (rest !== undefined) return rest;
  const edge: EncryptedEdge = {
    ...(isRest ? { from: "", to: "" } : { from, to }),
    connections: 0,
    requests: 0,
    served: 0,
    withContext: 0,
    traceIds: new Set(),
    servers: new Set(),
    handshakes: [],
  };
  edges.set(isRest ? REST : key, edge);
  return edge;
}

const REST = "";
