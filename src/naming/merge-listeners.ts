// Listeners of one machine whose spans come from one resource are one workload (an HTTP port and a metrics port of one process).

import { count } from "../wire/count.ts";
import { groupBy } from "../wire/group-by.ts";
import { type Draft, mainResource } from "./draft.ts";

/** `listeners`: by host and port. `byPlace`: by number of the listener. Both name the same drafts, and where two become one, that one. */
export function mergeListeners(listeners: Map<string, Draft>, byPlace: Draft[]): void {
  const places = groupBy([...byPlace.keys()], (place) => byPlace[place]!);
  for (const keys of groupBy([...listeners.keys()], (key) => listeners.get(key)!.host).values())
    if (keys.length > 1) mergeOfMachine(keys, listeners, (from, to) => move(places, from, to, byPlace));
}

function move(places: Map<Draft, number[]>, from: Draft, to: Draft, byPlace: Draft[]): void {
  const known = places.get(to) ?? [];
  for (const place of places.get(from) ?? []) {
    byPlace[place] = to;
    known.push(place);
  }
  places.set(to, known);
  places.delete(from);
}

function mergeOfMachine(keys: readonly string[], listeners: Map<string, Draft>, moved: (from: Draft, to: Draft) => void): void {
  const drafts = keys.map((key) => listeners.get(key)!);
  const origins = new Map(drafts.map((draft) => [draft, originOf(draft)]));
  /** How many listeners each stands for, and which of them work comes in on. */
  const standsFor = new Map(drafts.map((draft) => [draft, 1]));
  const receiving = new Set(drafts.filter(({ received }) => received > 0));
  for (const [i, key] of keys.entries()) {
    const draft = drafts[i]!;
    const isIdle = draft.received === 0 && draft.serverSpans === 0;
    const same = isIdle ? onlyOne(receiving) : ofOneProcess(draft, drafts, origins);
    if (same === undefined) continue;
    add(same, draft);
    origins.set(same, originOf(same));
    count(standsFor, draft, -1);
    count(standsFor, same);
    if (standsFor.get(draft) === 0) receiving.delete(draft);
    if (same.received > 0) receiving.add(same);
    listeners.set(key, same);
    drafts[i] = same;
    moved(draft, same);
  }
}

/** Service and pod of most of its spans; undefined without any. */
function originOf(draft: Draft): string | undefined {
  const main = mainResource(draft);
  return main === undefined ? undefined : `${main.service}\n${main.pod ?? ""}`;
}

/** Of a machine whose work comes in on one listener, the others are that one's, too. */
function onlyOne(receiving: ReadonlySet<Draft>): Draft | undefined {
  const [only] = receiving;
  return receiving.size === 1 && only !== undefined && isListening(only) ? only : undefined;
}

function ofOneProcess(draft: Draft, drafts: readonly Draft[], origins: ReadonlyMap<Draft, string | undefined>): Draft | undefined {
  const origin = origins.get(draft);
  return origin === undefined ? undefined : drafts.find((other) => other !== draft && isListening(other) && origins.get(other) === origin);
}

function isListening({ ports }: Draft): boolean {
  return ports[0]! < Number.POSITIVE_INFINITY;
}

function add(to: Draft, from: Draft): void {
  for (const port of from.ports) to.ports.push(port);
  to.received += from.received;
  to.serverSpans += from.serverSpans;
  to.lostSpans += from.lostSpans;
  to.proxySpans += from.proxySpans;
  for (const [resource, n] of from.resources) count(to.resources, resource, n);
}
