// Who received and who sent each hop: machines and their listeners, and what is seen of each.

import type { TraceDiff } from "../diff/trace-diff.ts";
import type { HopGraph } from "../hops/build-hops.ts";
import type { Hop, Place } from "../hops/hop.ts";
import type { Resource } from "../spans/span.ts";
import { type Draft, emptyDraft, mainResource } from "./draft.ts";

export class Drafts {
  readonly senders: Draft[] = [];
  readonly receivers: Draft[] = [];
  readonly #diff: TraceDiff;
  readonly #graph: HopGraph;
  /** By identity: equal places are one object. */
  readonly #byPlace = new Map<Place, Draft>();
  readonly #listeners = new Map<string, Draft>();
  readonly #callers = new Map<string, Draft>();
  /** By the listeners of a machine, then by who receives. */
  readonly #likely = new Map<readonly Draft[], Map<Draft, Draft | undefined>>();
  /** Filled once listeners are merged. */
  readonly #listenersByHost = new Map<string, readonly Draft[]>();

  constructor(graph: HopGraph, diff: TraceDiff) {
    this.#graph = graph;
    this.#diff = diff;
    for (const hop of graph.hops) this.receivers.push(this.#listener(hop));
    for (const hop of graph.hops) this.#receive(hop);
    this.#mergeListeners();
    this.#findApplications();
    for (const hop of graph.hops) this.senders.push(this.#sender(hop));
    for (const hop of graph.hops) this.#send(hop);
  }

  inUse(): Draft[] {
    return [...new Set([...this.receivers, ...this.senders])].sort(
      (a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : 0) || (a.ports[0] ?? 0) - (b.ports[0] ?? 0),
    );
  }

  #listener({ receiver }: Hop): Draft {
    const known = this.#byPlace.get(receiver);
    if (known !== undefined) return known;
    const draft = emptyDraft(receiver.host, [receiver.port]);
    this.#byPlace.set(receiver, draft);
    this.#listeners.set(`${receiver.host} ${receiver.port}`, draft);
    return draft;
  }

  #receive(hop: Hop): void {
    const draft = this.receivers[hop.index]!;
    if (hop.purpose === "work") draft.received++;
    const server = this.#diff.matches.get(hop.index)?.server;
    if (server === undefined) return;
    draft.hasServerSpans = true;
    count(draft.resources, server.resource);
  }

  /** Listeners of one machine whose spans come from one resource are one workload (an HTTP port and a metrics port of one process). */
  #mergeListeners(): void {
    for (const [key, draft] of this.#listeners) {
      const service = mainResource(draft)?.service;
      const isIdle = draft.received === 0 && !draft.hasServerSpans;
      const same = [...this.#listeners.values()].find(
        (other) =>
          other !== draft &&
          other.host === draft.host &&
          other.ports[0]! < Number.POSITIVE_INFINITY &&
          (isIdle
            ? other.received > 0 && this.#isAlone(other)
            : service !== undefined && mainResource(other)?.service === service && mainResource(other)?.pod === mainResource(draft)?.pod),
      );
      if (same === undefined) continue;
      same.ports.push(...draft.ports);
      same.received += draft.received;
      for (const [resource, n] of draft.resources) same.resources.set(resource, (same.resources.get(resource) ?? 0) + n);
      this.#listeners.set(key, same);
      this.receivers.forEach((receiver, i) => {
        if (receiver === draft) this.receivers[i] = same;
      });
    }
  }

  /** The only listener of its machine that work comes in on. */
  #isAlone(draft: Draft): boolean {
    return [...new Set(this.#listeners.values())].filter((other) => other.host === draft.host && other.received > 0).length === 1;
  }

  /** A proxy that hands its requests to another listener of its machine: a sidecar before its application. */
  #findApplications(): void {
    for (const hop of this.#graph.hops) {
      if (hop.parent === undefined || hop.receiver.host !== hop.clientHost) continue;
      const cause = this.#graph.hops[hop.parent.hop]!;
      const [proxy, application] = [this.receivers[cause.index]!, this.receivers[hop.index]!];
      if (proxy.host === application.host && proxy !== application && cause.path === hop.path && cause.method === hop.method)
        proxy.application = application;
    }
  }

  /** Who sends from a machine with several listeners, where no parent tells: the application behind the sidecar, or the sidecar to its application. */
  #likelySender(hop: Hop, listeners: readonly Draft[]): Draft | undefined {
    const receiver = this.receivers[hop.index]!;
    const known = this.#likely.get(listeners);
    if (known?.has(receiver) === true) return known.get(receiver);
    const likely = this.#findLikelySender(receiver, receiver.host === hop.clientHost, listeners);
    this.#likely.set(listeners, (known ?? new Map()).set(receiver, likely));
    return likely;
  }

  #findLikelySender(receiver: Draft, isOwn: boolean, listeners: readonly Draft[]): Draft | undefined {
    const before = listeners.filter((draft) => draft.application === receiver);
    const innermost = listeners.filter((draft) => draft.received > 0 && draft.application === undefined);
    return only(isOwn && before.length > 0 ? before : innermost);
  }

  #listenersOf(host: string): readonly Draft[] {
    const known = this.#listenersByHost.get(host);
    if (known !== undefined) return known;
    const ports = [...this.#graph.machines.listeners(host)];
    const listeners = [...new Set(ports.flatMap((port) => this.#listeners.get(`${host} ${port}`) ?? []))];
    this.#listenersByHost.set(host, listeners);
    return listeners;
  }

  #sender(hop: Hop): Draft {
    const listeners = this.#listenersOf(hop.clientHost);
    const alone = only(listeners);
    if (alone !== undefined) return alone;
    if (listeners.length > 1) {
      const parent = hop.parent === undefined ? undefined : this.receivers[hop.parent.hop];
      if (parent !== undefined && parent.host === hop.clientHost) return parent;
      const service = this.#diff.matches.get(hop.index)?.client?.resource.service;
      const byService = service === undefined ? undefined : only(listeners.filter((draft) => mainResource(draft)?.service === service));
      if (byService !== undefined) return byService;
      const likely = this.#likelySender(hop, listeners);
      if (likely !== undefined) return likely;
    }
    const caller = this.#callers.get(hop.clientHost) ?? { ...emptyDraft(hop.clientHost, []), isAmbiguous: listeners.length > 1 };
    this.#callers.set(hop.clientHost, caller);
    return caller;
  }

  #send(hop: Hop): void {
    const draft = this.senders[hop.index]!;
    const client = this.#diff.matches.get(hop.index)?.client;
    if (client !== undefined) count(draft.resources, client.resource);
    if (hop.purpose !== "work") return;
    draft.sent++;
    const { parent } = hop;
    if (parent === undefined || this.receivers[parent.hop] !== draft) return;
    const cause = this.#graph.hops[parent.hop]!;
    const isSame = cause.path === hop.path && cause.method === hop.method;
    if (isSame) draft.forwarded++;
    const goesOn = hop.reading.identities.some((id) => cause.reading.identities.some((c) => c.traceId === id.traceId));
    const isUnchanged = hop.reading.identities.some((id) => cause.reading.identities.some((c) => c.spanId === id.spanId));
    if (goesOn && !isUnchanged) draft.reparented++;
  }
}

function only(drafts: readonly Draft[]): Draft | undefined {
  return drafts.length === 1 ? drafts[0] : undefined;
}

function count(resources: Map<Resource, number>, resource: Resource): void {
  resources.set(resource, (resources.get(resource) ?? 0) + 1);
}
