// Machines that take requests out of their encryption and hand them to an application of their own in plain (a sidecar that ends TLS): what comes in
// encrypted can be read inside.

import { INFERRED, type ParentReason, type Place, WORK } from "./hop.ts";
import type { Machines } from "./machines.ts";
import { type HopRows, isPassedOn } from "./passed-on.ts";

/** Columns of a table of hops. */
export interface HopCauses extends HopRows {
  readonly size: number;
  /** By hop: negative where it has none. */
  readonly parent: Int32Array;
  /** Index in `PURPOSES`. */
  readonly purpose: Uint8Array;
  /** Number of the machine that sent it. */
  readonly clientHost: Uint32Array;
  /** Number of the listener that received it. */
  readonly receiver: Uint32Array;
  readonly hosts: { readonly values: readonly string[] };
  readonly places: { readonly values: readonly Place[] };
  /** Number of the machine, by number of the listener. */
  readonly hostOfPlace: Int32Array;
  readonly machines: Machines;
  because(hop: number): ParentReason;
}

export interface Unwrapping {
  /** Numbers of machines. */
  readonly machines: ReadonlySet<number>;
  /** Numbers of listeners that only their own machine asks, and whose requests cause others: applications behind a sidecar. */
  readonly applications: ReadonlySet<number>;
}

/** So many requests to a listener must have caused others, as ids tell. */
const MIN_CAUSES = 3;

export function findUnwrapping(table: HopCauses): Unwrapping {
  const { size, parent, purpose, receiver, hosts, hostOfPlace, clientHost, machines, places } = table;
  const causes = new Uint32Array(places.values.length);
  /** By number of the listener: 1 where another machine asks it; 1 where a request came in whose cause nothing shows. */
  const isAsked = new Uint8Array(places.values.length);
  const isBeginning = new Uint8Array(places.values.length);
  for (let hop = 0; hop < size; hop++) {
    // Probes reach an application past its sidecar.
    if (purpose[hop] !== WORK) continue;
    const place = receiver[hop]!;
    if (clientHost[hop] !== hostOfPlace[place]) isAsked[place] = 1;
    const cause = parent[hop]!;
    // Spans may tell of a cause beyond what is encrypted, on another machine.
    const isKnown = cause >= 0 && !INFERRED.has(table.because(hop)) && hostOfPlace[receiver[cause]!] === clientHost[hop];
    if (!isKnown) isBeginning[place] = 1;
    else if (!isPassedOn(table, cause, hop)) causes[receiver[cause]!]!++;
  }
  const applications = new Set<number>();
  const unwrapping = new Set<number>();
  for (let place = 0; place < places.values.length; place++) {
    if (isAsked[place] === 1 || causes[place]! < MIN_CAUSES) continue;
    applications.add(place);
    const host = hostOfPlace[place]!;
    if (isBeginning[place] === 1 && machines.hasEncrypted(hosts.values[host]!, "server")) unwrapping.add(host);
  }
  return { machines: unwrapping, applications };
}
