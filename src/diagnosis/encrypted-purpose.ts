// Which encrypted connections may carry requests that belong to a trace. What is surely something else (telemetry, databases, mail) has no context to
// miss, and nobody wants to hear of it.

import type { HopTable } from "../hops/hop-table.ts";
import type { TlsHandshake } from "../protocols/observation.ts";
import { COLLECTOR_PORTS, isTelemetryName } from "./exporters/collector-signs.ts";

/**
 * Ports where TLS carries another protocol from its first byte (IANA): mail, LDAP, DNS, MQTT, AMQP; by usage Redis, PostgreSQL, MySQL, MongoDB, Cassandra,
 * Kafka. Only where no application protocol was offered: that says more.
 */
const OTHER_PORTS: ReadonlySet<number> = new Set([
  465, 563, 587, 636, 853, 989, 990, 993, 995, 3269, 3306, 5061, 5432, 5671, 6379, 6380, 6697, 8883, 9042, 9093, 9142, 27017, 33060,
]);

/** `h2`, `http/1.1`, and what Istio's proxies offer one another around them. */
const HTTP_ALPN = /^(h2|http\/|spdy|istio|grpc)/;

/** Machines that receive exports, and nothing that belongs to a trace. */
export function telemetryHosts(table: HopTable): Set<string> {
  const exports = new Set<number>();
  const others = new Set<number>();
  for (let hop = 0; hop < table.size; hop++) {
    const host = table.hostOfPlace[table.receiver[hop]!]!;
    if (table.isExport(hop)) exports.add(host);
    else if (table.isWork(hop)) others.add(host);
  }
  return new Set([...exports].filter((host) => !others.has(host)).map((host) => table.hosts.values[host]!));
}

/** `host`: the machine of the server. */
export function mayCarryRequests(
  { server, sni = "", alpn, offeredAlpn, upgradedFrom }: TlsHandshake,
  host: string,
  telemetry: ReadonlySet<string>,
): boolean {
  // Mail, directories and databases.
  if (upgradedFrom !== undefined) return false;
  if (COLLECTOR_PORTS.has(server.port) || isTelemetryName(sni) || telemetry.has(host)) return false;
  const protocols = alpn === undefined ? offeredAlpn : [alpn];
  return protocols.length === 0 ? !OTHER_PORTS.has(server.port) : protocols.some((protocol) => HTTP_ALPN.test(protocol));
}
