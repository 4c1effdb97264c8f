// Where services are: what the matches that were found so far say of listeners and machines.

import type { Hop } from "../hops/hop.ts";
import type { Span } from "../spans/span.ts";
import type { HopSpans } from "./trace-diff.ts";

type Matches = ReadonlyMap<number, HopSpans>;

export interface Places {
  /** Addresses with ports, by service. */
  readonly byService: ReadonlyMap<string, ReadonlySet<string>>;
  readonly all: ReadonlySet<string>;
  /** Machines, by service. */
  readonly hosts: ReadonlyMap<string, ReadonlySet<string>>;
  /** Ports, by service. */
  readonly ports: ReadonlyMap<string, ReadonlySet<number>>;
}

function placeKey({ receiver: { host, port } }: Hop): string {
  return `${host} ${port}`;
}

export function isAtItsPlace(hop: Hop, service: string, { byService }: Places): boolean {
  const places = byService.get(service);
  return places === undefined || places.has(placeKey(hop));
}

/** A second listener of its machine, where no other service is known to be. */
export function isAtAnotherPort(hop: Hop, service: string, { hosts, all }: Places): boolean {
  return hosts.get(service)?.has(hop.receiver.host) === true && !all.has(placeKey(hop));
}

/** A listener of which no span is known, on a port that the service has elsewhere: another replica. */
export function isAtAnotherReplica(hop: Hop, service: string, { ports, all }: Places): boolean {
  return ports.get(service)?.has(hop.receiver.port) === true && !all.has(placeKey(hop));
}

export function placesOf(hops: readonly Hop[], matches: Matches): Places {
  const byService = new Map<string, Set<string>>();
  const hosts = new Map<string, Set<string>>();
  const ports = new Map<string, Set<number>>();
  const all = new Set<string>();
  for (const hop of hops) {
    const server = matches.get(hop.index)?.server;
    if (server === undefined) continue;
    const { service } = server.resource;
    const place = placeKey(hop);
    byService.set(service, (byService.get(service) ?? new Set()).add(place));
    hosts.set(service, (hosts.get(service) ?? new Set()).add(hop.receiver.host));
    ports.set(service, (ports.get(service) ?? new Set()).add(hop.receiver.port));
    all.add(place);
  }
  return { byService, all, hosts, ports };
}

/** Machines that the spans of each service are known to be of. */
export function machinesByService(hops: readonly Hop[], matches: Matches): Map<string, Set<string>> {
  const machines = new Map<string, Set<string>>();
  const put = (span: Span | undefined, host: string) => {
    if (span !== undefined) machines.set(span.resource.service, (machines.get(span.resource.service) ?? new Set()).add(host));
  };
  for (const hop of hops) {
    const spans = matches.get(hop.index);
    put(spans?.server, hop.receiver.host);
    put(spans?.client, hop.clientHost);
  }
  return machines;
}
