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
  const merge = (key: string, to: Draft) => {
    const from = listeners.get(key)!;
    add(to, from);
    listeners.set(key, to);
    moved(from, to);
  };
  const [idle, busy] = byIdleness(keys, listeners);
  const ofProcess = new Map<string, Draft>();
  const origins = new Map(busy.map((key) => [key, originOf(listeners.get(key)!)]));
  for (const key of busy) {
    const draft = listeners.get(key)!;
    const origin = origins.get(key);
    if (origin !== undefined && !ofProcess.has(origin)) ofProcess.set(origin, draft);
  }
  for (const key of busy) {
    const same = ofProcess.get(origins.get(key) ?? "");
    if (same !== undefined && same !== listeners.get(key)) merge(key, same);
  }
  // Of a machine whose work comes in on one listener, the others are that one's, too.
  const [only, another] = new Set(busy.map((key) => listeners.get(key)!).filter(({ received }) => received > 0));
  if (only !== undefined && another === undefined) for (const key of idle) merge(key, only);
}

/** Those that nothing comes in on and that have no spans, and the others. */
function byIdleness(keys: readonly string[], listeners: ReadonlyMap<string, Draft>): [idle: string[], busy: string[]] {
  const isIdle = (key: string) => listeners.get(key)!.received === 0 && listeners.get(key)!.serverSpans === 0;
  return [keys.filter(isIdle), keys.filter((key) => !isIdle(key))];
}

/** Service and pod of most of its spans; undefined without any. */
function originOf(draft: Draft): string | undefined {
  const main = mainResource(draft);
  return main === undefined ? undefined : `${main.service}\n${main.pod ?? ""}`;
}

function add(to: Draft, from: Draft): void {
  for (const port of from.ports) to.ports.push(port);
  to.received += from.received;
  to.serverSpans += from.serverSpans;
  to.lostSpans += from.lostSpans;
  to.proxySpans += from.proxySpans;
  for (const [resource, n] of from.resources) count(to.resources, resource, n);
}
