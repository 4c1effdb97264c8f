// Sidecars that send on encrypted what their application asks of others in plain: where it goes cannot be seen, and the names that are asked for are others'.

import { WORK } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import type { Draft } from "./draft.ts";

export interface HiddenSidecar {
  readonly sidecar: Draft;
  /** The listener of the same machine that it hands to what came in encrypted; undefined where nothing does. */
  readonly application: Draft | undefined;
}

/** `byPlace`: by number of the listener. */
export function hiddenSidecars(table: HopTable, byPlace: readonly Draft[]): HiddenSidecar[] {
  const { machines, hosts, hostOfPlace, unwrapping } = table;
  const isEncrypting = hosts.values.map((host) => machines.hasEncrypted(host, "client"));
  if (!isEncrypting.includes(true)) return [];
  const others = asksForOthers(table);
  // What a proxy before it hands on is the application's own, whatever name it was asked for by.
  const handedTo = new Set(byPlace.map(({ application }) => application));
  const byHost = new Map<number, number[]>();
  hostOfPlace.forEach((host, place) => {
    const isSidecar = isEncrypting[host] === true && others[place] === 1 && !unwrapping.applications.has(place);
    const draft = byPlace[place];
    if (isSidecar && draft?.serverSpans === 0 && !handedTo.has(draft)) byHost.set(host, [...(byHost.get(host) ?? []), place]);
  });
  return [...byHost].flatMap(([host, places]) => {
    const [place, another] = places;
    if (place === undefined || another !== undefined) return [];
    const applications = [...unwrapping.applications].filter((each) => hostOfPlace[each] === host);
    const only = unwrapping.machines.has(host) && applications.length === 1 ? byPlace[applications[0]!] : undefined;
    return [{ sidecar: byPlace[place]!, application: only }];
  });
}

/** By listener: 1 where only its own machine asks it, for names of others. */
function asksForOthers({ size, row, receiver, clientHost, hostOfPlace, purpose, exchanges, places }: HopTable): Uint8Array {
  const isOthers = exchanges.hosts.values.map((field) => /[a-z]/i.test(field) && !/^localhost(:|$)/i.test(field));
  const counts = new Float64Array(places.values.length);
  for (let hop = 0; hop < size; hop++) {
    const place = receiver[hop]!;
    if (purpose[hop] !== WORK) continue;
    if (clientHost[hop] !== hostOfPlace[place]) counts[place] = Number.NEGATIVE_INFINITY;
    const field = exchanges.host[row[hop]!]!;
    counts[place]! += field > 0 && isOthers[field - 1] === true ? 1 : -1;
  }
  return Uint8Array.from(counts, (n) => (n > 0 ? 1 : 0));
}
