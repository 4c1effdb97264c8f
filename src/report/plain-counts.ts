// What the wire shows without any judgement: exchanges by edge, connections by server.

import type { Inspection } from "../diagnosis/inspection.ts";
import { formatEndpoint } from "../wire/endpoint.ts";
import { MAX_SERVERS_LISTED } from "../wire/limits.ts";
import { PairTable } from "../wire/pair-table.ts";

export interface PlainEdge {
  /** Groups of workloads. */
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  exchanges: number;
  withContext: number;
}

/** In the order in which edges were first seen; without health checks, scrapes, exports and preflights. */
export function countEdges({ graph, naming }: Inspection): PlainEdge[] {
  const { table } = graph;
  const { exchanges, row } = table;
  const edges: PlainEdge[] = [];
  /** By sender and receiver, and by their groups: the place in `edges`. */
  const places = new PairTable();
  const ofGroups = new Map<string, number>();
  for (let hop = 0; hop < table.size; hop++) {
    if (!table.isWork(hop)) continue;
    const sender = naming.senderOf(hop);
    const receiver = naming.receiverOf(hop);
    let place = places.get(sender.index, receiver.index);
    if (place < 0) {
      const { group: from } = sender;
      const { group: to } = receiver;
      place =
        ofGroups.get(`${from}\n${to}`) ??
        edges.push({ from, to, protocol: exchanges.protocol(row[hop]!), exchanges: 0, withContext: 0 }) - 1;
      ofGroups.set(`${from}\n${to}`, place);
      places.set(sender.index, receiver.index, place);
    }
    const edge = edges[place]!;
    edge.exchanges++;
    if (exchanges.readings.hasContext(row[hop]!)) edge.withContext++;
  }
  return edges;
}

export interface ServerConnections {
  /** address:port */
  readonly server: string;
  /** Null when nothing names it. */
  readonly group: string | null;
  /** As its bytes show; null when nothing was recognised. */
  readonly protocol: string | null;
  /** Each vantage point counts its own. */
  connections: number;
  packets: number;
  /** Of the streams: seen, and not in the capture. */
  bytes: number;
  missing: number;
  retransmissions: number;
}

/** Most packets first. */
export function countConnections({ connections, naming }: Inspection): { readonly servers: ServerConnections[]; readonly omitted: number } {
  const servers = new Map<string, ServerConnections>();
  for (const { server, protocol, packets, bytes, missing, retransmissions } of connections) {
    const address = formatEndpoint(server);
    const key = `${address} ${protocol}`;
    let known = servers.get(key);
    if (known === undefined) {
      const group = naming.groupOf(server.address, server.port) ?? null;
      known = { server: address, group, protocol: protocol ?? null, connections: 0, packets: 0, bytes: 0, missing: 0, retransmissions: 0 };
      servers.set(key, known);
    }
    known.connections++;
    known.packets += packets;
    known.bytes += bytes;
    known.missing += missing;
    known.retransmissions += retransmissions;
  }
  const all = [...servers.values()].sort((a, b) => b.packets - a.packets || (a.server < b.server ? -1 : 1));
  return { servers: all.slice(0, MAX_SERVERS_LISTED), omitted: Math.max(0, all.length - MAX_SERVERS_LISTED) };
}
