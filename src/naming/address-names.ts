// Names for addresses: what DNS answers in the capture, Host fields and the user's own list say.

import { type HopTable, NO_PARENT } from "../hops/hop-table.ts";
import type { DnsExchange } from "../protocols/observation.ts";
import { MAX_NAMES } from "../wire/limits.ts";
import { PairTable } from "../wire/pair-table.ts";

export interface GivenName {
  readonly service: string;
  readonly pod?: string;
}

export interface AddressName {
  readonly service: string;
  readonly pod?: string;
  readonly because: string;
}

/** `given`: the names file, by address or address:port. `blocks`: name resolution blocks of pcapng. */
export interface NameSources {
  readonly given: ReadonlyMap<string, GivenName>;
  readonly dns: readonly DnsExchange[];
  readonly blocks: ReadonlyMap<string, string>;
}

export type NameOf = (host: string, port: number | undefined) => AddressName | undefined;

export function addressNames(sources: NameSources, hops: HopTable): NameOf {
  const dns = dnsNames(sources.dns);
  const hosts = hostFields(hops, dns);
  return (host, port) => {
    const given = (port === undefined ? undefined : sources.given.get(`${host}:${port}`)) ?? sources.given.get(host);
    if (given !== undefined) return { ...given, because: "names file" };
    const asked = dns.get(host);
    if (asked !== undefined) return { service: serviceOfName(asked), because: `DNS answer for ${asked}` };
    const block = sources.blocks.get(host);
    if (block !== undefined) return { service: serviceOfName(block), because: "name resolution block" };
    const field = port === undefined ? undefined : hosts.get(`${host}:${port}`);
    return field === undefined ? undefined : { service: serviceOfName(field), because: `Host: ${field}` };
  };
}

/** For a name of a cluster its first label: `orders.shop.svc.cluster.local` → `orders`. Any other name is kept whole. */
export function serviceOfName(name: string): string {
  const bare = name.replace(/\.$/, "").toLowerCase();
  const labels = bare.split(".");
  const inCluster = labels.length === 1 || labels.includes("svc") || bare.endsWith(".local") || bare.endsWith(".internal");
  return inCluster ? (labels[0] ?? bare) : bare;
}

/** The shortest name that was answered with each address; equal lengths by alphabet. */
function dnsNames(exchanges: readonly DnsExchange[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { name, addresses } of exchanges) {
    for (const address of addresses) {
      const known = names.get(address);
      if (known === undefined ? names.size < MAX_NAMES : name.length < known.length || (name.length === known.length && name < known))
        names.set(address, name);
    }
  }
  return names;
}

/**
 * The name that most requests to a listener carry as Host. A proxy may send on the name that it was called by: a name that DNS gives to another
 * address is not taken, and neither is the Host of a request that is passed on.
 */
function hostFields(hops: HopTable, dns: ReadonlyMap<string, string>): Map<string, string> {
  const taken = new Set(dns.values());
  const { host, hosts } = hops.exchanges;
  /** By listener and host: how often. */
  const counts = new PairTable();
  const seen: (readonly [place: number, field: number])[] = [];
  for (let hop = 0; hop < hops.size; hop++) {
    const field = host[hops.row[hop]!]!;
    if (field === 0 || isPassedOn(hop, hops)) continue;
    const place = hops.receiver(hop);
    const known = counts.get(place, field);
    if (known < 0) seen.push([place, field]);
    counts.set(place, field, Math.max(0, known) + 1);
  }
  const byPlace = new Map<number, Map<string, number>>();
  for (const [place, field] of seen) {
    const names = byPlace.get(place) ?? new Map<string, number>();
    byPlace.set(place, names.set(hosts.values[field - 1]!, counts.get(place, field)));
  }
  return new Map(
    [...byPlace].flatMap(([place, names]) => {
      const listener = hops.places.values[place]!;
      return mostFrequentName(names, taken).map((name) => [`${listener.host}:${listener.port}`, name] as const);
    }),
  );
}

function isPassedOn(hop: number, hops: HopTable): boolean {
  if (hops.parent[hop] === NO_PARENT) return false;
  const because = hops.because(hop);
  return because === "same request" || because === "forwarded unchanged" || because === "request id";
}

/** Addresses and `localhost` name nobody. */
function mostFrequentName(fields: ReadonlyMap<string, number>, taken: ReadonlySet<string>): string[] {
  const counts = new Map<string, number>();
  for (const [field, count] of fields) {
    const name = field.replace(/:\d+$/, "").toLowerCase();
    if (/[a-z]/.test(name) && name !== "localhost" && !name.includes(":") && !taken.has(name))
      counts.set(name, (counts.get(name) ?? 0) + count);
  }
  const [best] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return best === undefined ? [] : [best[0]];
}
