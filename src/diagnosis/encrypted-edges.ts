// TLS connections that carried what nobody could read, by the edge that they belong to. Where the backend has spans of the requests on them, it tells
// how many there were; else only connections can be counted.

import { isReceiving, isSending } from "../diff/span-index.ts";
import { serviceOfName } from "../naming/address-names.ts";
import { isPlaceholder } from "../naming/describe-draft.ts";
import type { TlsHandshake } from "../protocols/observation.ts";
import { spanPeer, spanTarget } from "../spans/http-span.ts";
import type { Span } from "../spans/span.ts";
import { formatEndpoint, isLoopback } from "../wire/endpoint.ts";
import { MAX_ENCRYPTED_EDGES, MAX_EXEMPLARS, MAX_TRACES_COUNTED } from "../wire/limits.ts";
import { mayCarryRequests, telemetryHosts } from "./encrypted-purpose.ts";
import type { View } from "./view.ts";

export interface EncryptedEdge {
  /** Names of groups, or addresses; both empty for what `MAX_ENCRYPTED_EDGES` leaves over. */
  readonly from: string;
  readonly to: string;
  connections: number;
  /** Requests that spans of the backend tell of; 0 where it has none, or was not asked. */
  requests: number;
  readonly traceIds: Set<string>;
  /** `10.7.0.3:8443` */
  readonly servers: Set<string>;
  /** The earliest. */
  readonly handshakes: TlsHandshake[];
}

/** In the order of their first connections. */
export function findEncryptedEdges(view: View): EncryptedEdge[] {
  const { tls = [] } = view;
  if (tls.length === 0) return [];
  const telemetry = telemetryHosts(view.table);
  const unread = unreadConnections(tls).filter((handshake) => mayCarryRequests(handshake, hostOf(handshake, "server", view), telemetry));
  if (unread.length === 0) return [];
  const spans = spansWithoutHop(view);
  const edges = new Map<string, EncryptedEdge>();
  const asked = namesAskedFor(tls, view);
  for (const handshake of unread) {
    const peer = peerKey(handshake.client.address, handshake.client.port);
    const recorded = spans.received.get(peer) ?? [];
    const [from, to] = endsOf(handshake, recorded[0]?.resource.service, asked, view);
    const edge = edgeBetween(from, to, edges);
    edge.connections++;
    edge.servers.add(formatEndpoint(handshake.server));
    if (edge.handshakes.length < MAX_EXEMPLARS) edge.handshakes.push(handshake);
    count(edge, recorded);
    // Captures on both sides of an address translation show one connection with two servers: its spans count once.
    spans.received.delete(peer);
  }
  for (const edge of edges.values()) if (edge.requests === 0) count(edge, sentOn(edge, spans.sent));
  return [...edges.values()];
}

function count(edge: EncryptedEdge, spans: readonly Span[]): void {
  edge.requests += spans.length;
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

interface SpansWithoutHop {
  /** SERVER spans by the client's end of their connection. */
  readonly received: Map<string, Span[]>;
  readonly sent: readonly Span[];
}

function spansWithoutHop({ diff: { index, hopOf } }: View): SpansWithoutHop {
  const received = new Map<string, Span[]>();
  const sent: Span[] = [];
  for (const span of index.spans) {
    if (hopOf.has(span)) continue;
    if (isSending(span)) sent.push(span);
    const peer = isReceiving(span) ? spanPeer(span) : undefined;
    if (peer?.port === undefined) continue;
    const key = peerKey(peer.address, peer.port);
    const known = received.get(key);
    if (known === undefined) received.set(key, [span]);
    else known.push(span);
  }
  return { received, sent };
}

function peerKey(address: string, port: number): string {
  return `${address} ${port}`;
}

/** One handshake for each connection, from the vantage point that shows most of them; none where one of them could read it. */
function unreadConnections(tls: readonly TlsHandshake[]): TlsHandshake[] {
  const byEnds = new Map<string, Map<number, TlsHandshake[]>>();
  for (const handshake of tls) {
    const { client, server, vantage } = handshake;
    const place = isLoopback(client.address) ? `${vantage} ` : "";
    const key = `${place}${formatEndpoint(client)} ${formatEndpoint(server)}`;
    const seen = byEnds.get(key) ?? new Map<number, TlsHandshake[]>();
    byEnds.set(key, seen);
    const own = seen.get(vantage);
    if (own === undefined) seen.set(vantage, [handshake]);
    else own.push(handshake);
  }
  return [...byEnds.values()]
    .flatMap((seen) => {
      const views = [...seen.values()].map((all) => all.filter(isUnread));
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

/** `service`: of the spans that were made on the connection. */
function endsOf(
  handshake: TlsHandshake,
  service: string | undefined,
  asked: ReadonlyMap<string, string>,
  view: View,
): readonly [from: string, to: string] {
  const { naming } = view;
  const { server } = handshake;
  const [client, host] = [hostOf(handshake, "client", view), hostOf(handshake, "server", view)];
  const recorded = service === undefined || isPlaceholder(service) ? undefined : service;
  const from = naming.groupOf(client) ?? asked.get(client) ?? client;
  return [from, naming.groupOf(host, server.port) ?? recorded ?? asked.get(host) ?? formatEndpoint(server)];
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
    traceIds: new Set(),
    servers: new Set(),
    handshakes: [],
  };
  edges.set(isRest ? REST : key, edge);
  return edge;
}

const REST = "";
