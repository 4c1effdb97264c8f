// Who received and who sent each hop: machines and their listeners, and what is seen of each.

import type { TraceDiff } from "../diff/trace-diff.ts";
import type { HopGraph } from "../hops/build-hops.ts";
import { INFERRED, WORK } from "../hops/hop.ts";
import { type HopTable, NO_PARENT } from "../hops/hop-table.ts";
import type { Resource } from "../spans/span.ts";
import { Interned, inPieces } from "../wire/columns.ts";
import { Ballot } from "./ballot.ts";
import { type Draft, emptyDraft, mainResource } from "./draft.ts";
import { isPassedOn, isReparented } from "./sent-on.ts";

/** From this confidence on an inferred parent tells who sent a call. */
const SURE = 0.9;

export class Drafts {
  readonly #table: HopTable;
  readonly #diff: TraceDiff;
  /** By number of the listener in the table of hops. */
  readonly #byPlace: Draft[];
  /** By number of the listener: 1 where any hop came in. */
  readonly #isReceiving: Uint8Array;
  /** By hop: the number of its sender in `#numbers`. */
  readonly #senders: Uint32Array;
  readonly #numbers = new Interned<Draft>();
  readonly #listeners = new Map<string, Draft>();
  readonly #callers = new Map<string, Draft>();
  /** By the listeners of a machine, then by who receives. */
  readonly #likely = new Map<readonly Draft[], Map<Draft, Draft | undefined>>();
  /** By number of the machine; filled once listeners are merged. */
  readonly #listenersByHost: (readonly Draft[] | undefined)[] = [];

  constructor(graph: HopGraph, diff: TraceDiff) {
    this.#table = graph.table;
    this.#diff = diff;
    this.#byPlace = this.#table.places.values.map(({ host, port }) => {
      const draft = emptyDraft(host, [port]);
      this.#listeners.set(`${host} ${port}`, draft);
      return draft;
    });
    this.#isReceiving = new Uint8Array(this.#byPlace.length);
    this.#countReceived();
    for (const [hop, { server }] of diff.matches) {
      if (server === undefined) continue;
      const draft = this.receiver(hop);
      draft.hasServerSpans = true;
      count(draft.resources, server.resource);
    }
    this.#mergeListeners();
    this.#findApplications();
    this.#senders = this.#findSenders();
    for (const [hop, { client }] of diff.matches) if (client !== undefined) count(this.sender(hop).resources, client.resource);
    this.#findClients();
    const { size, purpose } = this.#table;
    inPieces(size, (from, to) => {
      for (let hop = from; hop < to; hop++) if (purpose[hop] === WORK) this.#send(hop);
    });
  }

  /** By number of the listener. */
  get receivers(): readonly Draft[] {
    return this.#byPlace;
  }

  get senders(): readonly Draft[] {
    return this.#numbers.values;
  }

  /** Index in `senders`. */
  senderNumber(hop: number): number {
    return this.#senders[hop]!;
  }

  receiver(hop: number): Draft {
    return this.#byPlace[this.#table.receiver[hop]!]!;
  }

  sender(hop: number): Draft {
    return this.#numbers.values[this.#senders[hop]!]!;
  }

  /** Who received or sent something. */
  inUse(): Draft[] {
    const receivers = this.#byPlace.filter((_, place) => this.#isReceiving[place] === 1);
    return [...new Set([...receivers, ...this.#numbers.values])].sort(
      (a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : 0) || (a.ports[0] ?? 0) - (b.ports[0] ?? 0),
    );
  }

  #countReceived(): void {
    const { size, receiver, purpose } = this.#table;
    const received = new Uint32Array(this.#byPlace.length);
    const isReceiving = this.#isReceiving;
    inPieces(size, (from, to) => {
      for (let hop = from; hop < to; hop++) {
        const place = receiver[hop]!;
        isReceiving[place] = 1;
        if (purpose[hop] === WORK) received[place] = received[place]! + 1;
      }
    });
    received.forEach((n, place) => {
      this.#byPlace[place]!.received = n;
    });
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
      this.#byPlace.forEach((receiver, place) => {
        if (receiver === draft) this.#byPlace[place] = same;
      });
    }
  }

  /** The only listener of its machine that work comes in on. */
  #isAlone(draft: Draft): boolean {
    return [...new Set(this.#listeners.values())].filter((other) => other.host === draft.host && other.received > 0).length === 1;
  }

  /** A proxy that hands its requests to another listener of its machine: a sidecar before its application. */
  #findApplications(): void {
    const table = this.#table;
    if (new Set(table.hostOfPlace).size === table.hostOfPlace.length) return;
    const { size, parent: parents, receiver, clientHost, hostOfPlace } = table;
    for (let hop = 0; hop < size; hop++) {
      const parent = parents[hop]!;
      if (parent === NO_PARENT || hostOfPlace[receiver[hop]!] !== clientHost[hop]) continue;
      const proxy = this.receiver(parent);
      const application = this.receiver(hop);
      if (proxy.application === application || proxy.host !== application.host || proxy === application) continue;
      if (isPassedOn(this.#table, parent, hop)) proxy.application = application;
    }
  }

  /** A proxy that only its own machine asks, and that goes on to others: a sidecar behind its application, which the requests' host would name after where they go. */
  #findClients(): void {
    const table = this.#table;
    if (new Set(table.hostOfPlace).size === table.hostOfPlace.length) return;
    const { size, parent: parents, receiver, clientHost, hostOfPlace, purpose } = table;
    const isAsked = new Set<Draft>();
    for (let hop = 0; hop < size; hop++)
      if (purpose[hop] === WORK && hostOfPlace[receiver[hop]!] !== clientHost[hop]) isAsked.add(this.receiver(hop));
    for (let hop = 0; hop < size; hop++) {
      const parent = parents[hop]!;
      if (parent === NO_PARENT || hostOfPlace[receiver[hop]!] === clientHost[hop]) continue;
      const proxy = this.receiver(parent);
      if (proxy.client !== undefined || proxy.hasServerSpans || isAsked.has(proxy) || this.sender(hop) !== proxy) continue;
      if (!isPassedOn(this.#table, parent, hop)) continue;
      const client = this.sender(parent);
      if (client !== proxy && client.host === proxy.host) proxy.client = client;
    }
  }

  /** Who sends from a machine with several listeners, where no parent tells: the application behind the sidecar, or the sidecar to its application. */
  #likelySender(hop: number, listeners: readonly Draft[]): Draft | undefined {
    const receiver = this.receiver(hop);
    const known = this.#likely.get(listeners);
    if (known?.has(receiver) === true) return known.get(receiver);
    const isOwn = this.#table.hostOfPlace[this.#table.receiver[hop]!] === this.#table.clientHost[hop]!;
    const before = listeners.filter((draft) => draft.application === receiver);
    const innermost = listeners.filter((draft) => draft.received > 0 && draft.application === undefined);
    const likely = only(isOwn && before.length > 0 ? before : innermost);
    this.#likely.set(listeners, (known ?? new Map()).set(receiver, likely));
    return likely;
  }

  #listenersOf(host: number): readonly Draft[] {
    const known = this.#listenersByHost[host];
    if (known !== undefined) return known;
    const name = this.#table.hosts.values[host]!;
    const ports = [...this.#table.machines.listeners(name)];
    const listeners = [...new Set(ports.flatMap((port) => this.#listeners.get(`${name} ${port}`) ?? []))];
    this.#listenersByHost[host] = listeners;
    return listeners;
  }

  #findSenders(): Uint32Array {
    const { size, clientHost, hosts, row, exchanges } = this.#table;
    /** By number of the machine, plus one: the only workload that sends from it; 0 where several may. */
    const onlySender = new Uint32Array(hosts.values.length);
    /** By number of its ends, plus one: whose connection it is. One process opens it, and speaks for itself on it. */
    const owner = new Uint32Array(exchanges.ends.length);
    const senders = new Uint32Array(size);
    const unproven: number[] = [];
    inPieces(size, (from, to) => {
      for (let hop = from; hop < to; hop++) {
        const host = clientHost[hop]!;
        if (onlySender[host] !== 0) {
          senders[hop] = onlySender[host]! - 1;
          continue;
        }
        const listeners = this.#listenersOf(host);
        const proven = listeners.length < 2 ? (listeners[0] ?? this.#callerOn(host, false)) : this.#provenSender(hop, listeners);
        if (proven === undefined) {
          unproven.push(hop);
          continue;
        }
        senders[hop] = this.#numbers.number(proven);
        if (listeners.length < 2) onlySender[host] = senders[hop]! + 1;
        else owner[exchanges.endsOf[row[hop]!]!] = senders[hop]! + 1;
      }
    });
    const endsOf = (hop: number) => exchanges.endsOf[row[hop]!]!;
    const likely = new Ballot<Draft>();
    for (const hop of unproven) if (owner[endsOf(hop)] === 0) likely.vote(endsOf(hop), this.#inferredSender(hop));
    for (const hop of unproven) {
      const known = owner[endsOf(hop)]!;
      senders[hop] = known > 0 ? known - 1 : this.#numbers.number(likely.winner(endsOf(hop)) ?? this.#usualSender(hop));
    }
    return senders;
  }

  /** By its CLIENT span, else by the request that is proven to have caused it. */
  #provenSender(hop: number, listeners: readonly Draft[]): Draft | undefined {
    const service = this.#diff.matches.get(hop)?.client?.resource.service;
    const byService = service === undefined ? undefined : only(listeners.filter((draft) => mainResource(draft)?.service === service));
    return byService ?? (INFERRED.has(this.#table.because(hop)) ? undefined : this.#receiverOfCause(hop));
  }

  #inferredSender(hop: number): Draft | undefined {
    return this.#table.parentConfidence(hop) >= SURE ? this.#receiverOfCause(hop) : undefined;
  }

  #usualSender(hop: number): Draft {
    const host = this.#table.clientHost[hop]!;
    return this.#inferredSender(hop) ?? this.#likelySender(hop, this.#listenersOf(host)) ?? this.#callerOn(host, true);
  }

  /** Where that was the same machine. */
  #receiverOfCause(hop: number): Draft | undefined {
    const parent = this.#table.parent[hop]!;
    const { hostOfPlace, receiver, clientHost } = this.#table;
    return parent !== NO_PARENT && hostOfPlace[receiver[parent]!] === clientHost[hop] ? this.receiver(parent) : undefined;
  }

  /** Who only sends from a machine, or whom nothing tells among its listeners. */
  #callerOn(host: number, isAmbiguous: boolean): Draft {
    const name = this.#table.hosts.values[host]!;
    const caller = this.#callers.get(name) ?? { ...emptyDraft(name, []), isAmbiguous };
    this.#callers.set(name, caller);
    return caller;
  }

  #send(hop: number): void {
    const draft = this.sender(hop);
    draft.sent++;
    const parent = this.#table.parent[hop]!;
    if (parent === NO_PARENT || this.receiver(parent) !== draft) return;
    if (isPassedOn(this.#table, parent, hop)) draft.forwarded++;
    draft.isReparenting ||= isReparented(this.#table, parent, hop);
  }
}

function only(drafts: readonly Draft[]): Draft | undefined {
  return drafts.length === 1 ? drafts[0] : undefined;
}

function count(resources: Map<Resource, number>, resource: Resource): void {
  resources.set(resource, (resources.get(resource) ?? 0) + 1);
}
