// Which names and which places are a collector's: those that exports were sent to, and those that are called or placed as collectors are.

import type { HopTable } from "../../hops/hop-table.ts";
import type { Machines } from "../../hops/machines.ts";
import { serviceOfName } from "../../naming/address-names.ts";
import { type Endpoint, formatEndpoint } from "../../wire/endpoint.ts";
import { COLLECTOR_PORTS, isCollectorName } from "./collector-signs.ts";
import type { ExporterTraffic } from "./trouble.ts";

/** Known: by exports or by name. Usual: by its port alone. */
export type CollectorPlace = "known" | "usual" | "no";

export class Collectors {
  readonly #machines: Machines;
  readonly #places = new Set<string>();
  readonly #hosts = new Set<string>();
  /** Listeners and machines that serve requests: on a shared address a collector is told by its port alone. */
  readonly #workPlaces = new Set<string>();
  readonly #workHosts = new Set<string>();
  /** By address: the shortest name that DNS gave it. */
  readonly #nameOf = new Map<string, string>();
  /** Names that were answered with the address of a collector. */
  readonly names: ReadonlySet<string>;

  constructor({ exports, dns }: ExporterTraffic, table: HopTable) {
    const { machines } = table;
    this.#machines = machines;
    for (let hop = 0; hop < table.size; hop++) {
      if (!table.isWork(hop)) continue;
      const { host, port } = table.places.values[table.receiver[hop]!]!;
      this.#workHosts.add(host);
      this.#workPlaces.add(placeKey(host, port));
    }
    for (const { server, vantage } of exports) this.#learn(machines.hostOf(server.address, vantage), server.port);
    for (const { name, addresses } of dns) {
      for (const address of addresses) {
        const known = this.#nameOf.get(address);
        if (known === undefined || name.length < known.length) this.#nameOf.set(address, name);
        if (isCollectorName(name) && !this.#workHosts.has(address)) this.#hosts.add(address);
      }
    }
    this.names = new Set(
      dns
        .filter(({ addresses }) => addresses.some((address) => this.#hosts.has(address)))
        .flatMap(({ name, aliases }) => [name, ...aliases]),
    );
  }

  #learn(host: string, port: number): void {
    this.#places.add(placeKey(host, port));
    if (!this.#workHosts.has(host)) this.#hosts.add(host);
  }

  place(server: Endpoint, vantage: number): CollectorPlace {
    const host = this.#machines.hostOf(server.address, vantage);
    const key = placeKey(host, server.port);
    if (this.#places.has(key)) return "known";
    if (this.#workPlaces.has(key)) return "no";
    if (this.#hosts.has(host)) return "known";
    return COLLECTOR_PORTS.has(server.port) ? "usual" : "no";
  }

  /** `jaeger-collector (10.7.0.200:4317)`, the address alone where nothing names it. */
  label(server: Endpoint): string {
    const name = this.#nameOf.get(server.address);
    return name === undefined ? formatEndpoint(server) : `${serviceOfName(name)} (${formatEndpoint(server)})`;
  }
}

function placeKey(host: string, port: number): string {
  return `${host} ${port}`;
}
