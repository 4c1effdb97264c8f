// Who received and who sent each hop: machines and their listeners, and what is seen of each.

import type { TraceDiff } from "../diff/trace-diff.ts";
import type { HopGraph } from "../hops/build-hops.ts";
import { NO_PARENT, WORK } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import { isPassedOn } from "../hops/passed-on.ts";
import { isProxySpan } from "../spans/proxy-span.ts";
import { inPieces } from "../wire/columns.ts";
import { count } from "../wire/count.ts";
import { findCalledOtherwise } from "./called-names.ts";
import { type Draft, emptyDraft } from "./draft.ts";
import { findForwarders, findGateways } from "./gateways.ts";
import { hiddenSidecars } from "./hidden-sidecars.ts";
import { mergeListeners } from "./merge-listeners.ts";
import { isReparented } from "./reparented.ts";
import { findSenders, type Senders } from "./senders.ts";

export class Drafts {
  readonly #table: HopTable;
  /** By number of the listener in the table of hops. */
  readonly #byPlace: Draft[];
  /** By number of the listener: 1 where any hop came in. */
  readonly #isReceiving: Uint8Array;
  readonly #senders: Senders;
  readonly #listeners = new Map<string, Draft>();

  constructor(graph: HopGraph, diff: TraceDiff) {
    this.#table = graph.table;
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
      draft.serverSpans++;
      if (isProxySpan(server)) draft.proxySpans++;
      count(draft.resources, server.resource);
    }
    for (const hop of diff.lostAbove.keys()) this.receiver(hop).lostSpans++;
    const { clientHost, hostOfPlace, receiver } = this.#table;
    findGateways(
      diff,
      (hop) => this.receiver(hop),
      (hop) => clientHost[hop] === hostOfPlace[receiver[hop]!],
    );
    const sending = new Set(Array.from(this.#table.hostOfEnds, (host) => this.#table.hosts.values[host]!));
    findCalledOtherwise(
      diff,
      (hop) => this.receiver(hop),
      (host) => sending.has(host),
    );
    mergeListeners(this.#listeners, this.#byPlace);
    this.#findApplications();
    const hidden = hiddenSidecars(this.#table, this.#byPlace);
    for (const { sidecar, application } of hidden) {
      sidecar.isEncrypting = true;
      sidecar.application ??= application;
    }
    this.#senders = findSenders({ table: this.#table, diff, listeners: this.#listeners, receiver: (hop) => this.receiver(hop) });
    for (const [hop, { client }] of diff.matches) {
      if (client === undefined) continue;
      const draft = this.sender(hop);
      draft.clientSpans++;
      count(draft.resources, client.resource);
    }
    findForwarders(diff, this.#table, (hop) => this.sender(hop));
    this.#findClients();
    if (hidden.length > 0) this.#findClientsOf(new Set(hidden.map(({ sidecar }) => sidecar)));
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
    return this.#senders.drafts;
  }

  get areCallersMerged(): boolean {
    return this.#senders.areMerged;
  }

  /** Index in `senders`. */
  senderNumber(hop: number): number {
    return this.#senders.of[hop]!;
  }

  receiver(hop: number): Draft {
    return this.#byPlace[this.#table.receiver[hop]!]!;
  }

  sender(hop: number): Draft {
    return this.#senders.drafts[this.#senders.of[hop]!]!;
  }

  /** Who received or sent something. */
  inUse(): Draft[] {
    const receivers = this.#byPlace.filter((_, place) => this.#isReceiving[place] === 1);
    return [...new Set([...receivers, ...this.#senders.drafts])].sort(
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
      if (proxy.client !== undefined || proxy.serverSpans > 0 || isAsked.has(proxy) || this.sender(hop) !== proxy) continue;
      if (!isPassedOn(this.#table, parent, hop)) continue;
      const client = this.sender(parent);
      if (client !== proxy && client.host === proxy.host) proxy.client = client;
    }
  }

  /** Who asks each, where that is one other workload of its machine. */
  #findClientsOf(sidecars: ReadonlySet<Draft>): void {
    const { size, purpose } = this.#table;
    const clientsOf = new Map<Draft, Set<Draft>>();
    for (let hop = 0; hop < size; hop++) {
      const sidecar = this.receiver(hop);
      if (purpose[hop] !== WORK || !sidecars.has(sidecar)) continue;
      clientsOf.set(sidecar, (clientsOf.get(sidecar) ?? new Set()).add(this.sender(hop)));
    }
    for (const [sidecar, [client, another]] of clientsOf) if (another === undefined && client !== sidecar) sidecar.client ??= client;
  }

  #send(hop: number): void {
    const draft = this.sender(hop);
    draft.sent++;
    const parent = this.#table.parent[hop]!;
    if (parent === NO_PARENT || this.receiver(parent) !== draft) return;
    draft.caused++;
    if (isPassedOn(this.#table, parent, hop)) draft.forwarded++;
    if (this.#table.because(hop) === "forwarded unchanged") draft.unchanged++;
    else if (isReparented(this.#table, parent, hop)) {
      draft.isReparenting = true;
      draft.reparented++;
    }
  }
}
