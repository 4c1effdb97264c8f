// Names for addresses: what span exports and DNS answers in the capture, Host fields and the user's own list say.

import { NO_PARENT } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import type { DnsExchange, SpanExport } from "../protocols/observation.ts";
import type { Resource } from "../spans/span.ts";
import { inPieces } from "../wire/columns.ts";
import { count } from "../wire/count.ts";
import { isLoopback, withoutPort } from "../wire/endpoint.ts";
import { MAX_NAMES } from "../wire/limits.ts";
import { isPlaceholder } from "./placeholder.ts";

export interface GivenName {
  readonly service: string;
  readonly pod?: string;
}

/** Where the name of an address comes from. */
export type NameSource = "names file" | "exports" | "dns" | "block" | "host";

export interface AddressName {
  readonly service: string;
  readonly pod?: string;
  readonly source: NameSource;
  /** The same for people, with what it says. */
  readonly because: string;
}

/** `given`: the names file, by address or address:port. `blocks`: name resolution blocks of pcapng. */
export interface NameSources {
  readonly given: ReadonlyMap<string, GivenName>;
  readonly dns: readonly DnsExchange[];
  readonly blocks: ReadonlyMap<string, string>;
  readonly exports: readonly SpanExport[];
}

export type NameOf = (host: string, port: number | undefined) => AddressName | undefined;

export function addressNames(sources: NameSources, hops: HopTable): NameOf {
  const dns = dnsNames(sources.dns);
  const exporters = exporterNames(sources.exports);
  const hosts = hostFields(hops, dns);
  return (host, port) => {
    const given = (port === undefined ? undefined : sources.given.get(`${host}:${port}`)) ?? sources.given.get(host);
    if (given !== undefined) return { ...given, source: "names file", because: "names file" };
    const exporter = exporters.get(host);
    // Of several listeners of a machine one exports: which, nothing tells.
    if (exporter !== undefined && hops.machines.listeners(host).size < 2)
      return { ...exporter, source: "exports", because: "its span exports" };
    const asked = dns.get(host);
    if (asked !== undefined) return { service: serviceOfName(asked), source: "dns", because: `DNS answer for ${asked}` };
    const block = sources.blocks.get(host);
    if (block !== undefined) return { service: serviceOfName(block), source: "block", because: "name resolution block" };
    const field = port === undefined ? undefined : hosts.get(`${host}:${port}`);
    return field === undefined ? undefined : { service: serviceOfName(field), source: "host", because: `Host: ${field}` };
  };
}

/** For a name of a cluster its first label: `orders.shop.svc.cluster.local` → `orders`. Any other name is kept whole. */
export function serviceOfName(name: string): string {
  const bare = name.replace(/\.$/, "").toLowerCase();
  const labels = bare.split(".");
  const inCluster = labels.length === 1 || labels.includes("svc") || bare.endsWith(".local") || bare.endsWith(".internal");
  return inCluster ? (labels[0] ?? bare) : bare;
}

/** Who exports spans of one service and takes none in: a collector sends on what others make. */
function exporterNames(exports: readonly SpanExport[]): Map<string, GivenName> {
  const collectors = new Set(exports.map(({ server }) => server.address));
  const names = new Map<string, GivenName | undefined>();
  for (const { client, spans } of exports) {
    if (collectors.has(client.address) || isLoopback(client.address)) continue;
    for (const { resource } of spans) {
      const known = names.get(client.address);
      if (!names.has(client.address) && names.size < MAX_NAMES) names.set(client.address, nameOfResource(resource));
      else if (known?.service !== resource.service) names.set(client.address, undefined);
    }
  }
  return new Map([...names].flatMap(([address, name]) => (name === undefined ? [] : [[address, name]])));
}

function nameOfResource({ service, pod }: Resource): GivenName | undefined {
  return isPlaceholder(service) ? undefined : { service, ...(pod !== undefined && { pod }) };
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

/** So many requests tell the name of a listener as well as all of them. */
const ENOUGH = 1_000;

/**
 * The name that most requests to a listener carry as Host, of the first that carry one. A proxy may send on the name that it was called by: a name that
 * DNS gives to another address is not taken, and neither is the Host of a request that is passed on.
 */
function hostFields(hops: HopTable, dns: ReadonlyMap<string, string>): Map<string, string> {
  const taken = new Set(dns.values());
  const { size, row, receiver, exchanges } = hops;
  const { host } = exchanges;
  /** By number of the field. */
  const names = exchanges.hosts.values.map((field) => nameOf(field, taken));
  /** By listener. */
  const counted = new Uint32Array(hops.places.values.length);
  const counts: Map<string, number>[] = hops.places.values.map(() => new Map());
  inPieces(size, (from, to) => {
    for (let hop = from; hop < to; hop++) {
      const place = receiver[hop]!;
      if (counted[place]! >= ENOUGH) continue;
      const field = host[row[hop]!]!;
      const name = field === 0 ? undefined : names[field - 1];
      if (name === undefined || isForwarded(hop, hops)) continue;
      counted[place] = counted[place]! + 1;
      count(counts[place]!, name);
    }
  });
  const best = counts.map((names) => [...names].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0]);
  const isPassed = passedNames(best, hops);
  return new Map(
    best.flatMap((name, place) => {
      const listener = hops.places.values[place]!;
      return name === undefined || isPassed[place] === 1 ? [] : [[`${listener.host}:${listener.port}`, name] as const];
    }),
  );
}

/** By listener: 1 where another machine that is called by the same name asks it. A proxy passes on the name that it was called by, also where it asks for something else. */
function passedNames(best: readonly (string | undefined)[], { size, receiver, clientHost, hostOfPlace }: HopTable): Uint8Array {
  const isPassed = new Uint8Array(best.length);
  const named = best.filter((name) => name !== undefined);
  // Mostly each name is one listener's: then no hop need be looked at.
  if (new Set(named).size === named.length) return isPassed;
  const called = new Map<number, Set<string>>();
  best.forEach((name, place) => {
    const host = hostOfPlace[place]!;
    if (name !== undefined) called.set(host, (called.get(host) ?? new Set()).add(name));
  });
  for (let hop = 0; hop < size; hop++) {
    const [place, client] = [receiver[hop]!, clientHost[hop]!];
    const name = best[place];
    if (name !== undefined && client !== hostOfPlace[place] && called.get(client)?.has(name) === true) isPassed[place] = 1;
  }
  return isPassed;
}

function isForwarded(hop: number, hops: HopTable): boolean {
  if (hops.parent[hop] === NO_PARENT) return false;
  const because = hops.because(hop);
  return because === "same request" || because === "forwarded unchanged" || because === "request id";
}

/** Addresses and `localhost` name nobody. */
function nameOf(field: string, taken: ReadonlySet<string>): string | undefined {
  const name = withoutPort(field).toLowerCase();
  return /[a-z]/.test(name) && name !== "localhost" && !name.includes(":") && !taken.has(name) ? name : undefined;
}
