// Who sent each hop: of a machine with one listener that one, of one with none the machine; of one with several what spans, causes and connections tell.

import type { TraceDiff } from "../diff/trace-diff.ts";
import { INFERRED, NO_PARENT } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import { Interned, inPieces } from "../wire/columns.ts";
import { MAX_CALLERS } from "../wire/limits.ts";
import { only } from "../wire/only.ts";
import { Ballot } from "./ballot.ts";
import { type Draft, emptyDraft, mainResource, OTHER_ADDRESSES } from "./draft.ts";

/** From this confidence on an inferred parent tells who sent a call. */
const SURE = 0.9;

export interface Senders {
  /** By hop: index in `drafts`. */
  readonly of: Uint32Array;
  readonly drafts: readonly Draft[];
  /** Whether some callers are not told apart. */
  readonly areMerged: boolean;
}

export interface SenderWorld {
  readonly table: HopTable;
  readonly diff: TraceDiff;
  /** By `host port`, merged. */
  readonly listeners: ReadonlyMap<string, Draft>;
  receiver(hop: number): Draft;
}

export function findSenders(world: SenderWorld): Senders {
  return new SenderSearch(world).find();
}

class SenderSearch {
  readonly #world: SenderWorld;
  readonly #numbers = new Interned<Draft>();
  readonly #callers = new Map<string, Draft>();
  /** All beyond `MAX_CALLERS`. */
  readonly #otherCallers: Draft = { ...emptyDraft(OTHER_ADDRESSES, []), isAmbiguous: true, isGateway: true };
  /** By the listeners of a machine, then by who receives. */
  readonly #likely = new Map<readonly Draft[], Map<Draft, Draft | undefined>>();
  /** By number of the machine. */
  readonly #listenersByHost: (readonly Draft[] | undefined)[] = [];
  /** By number of a machine: whom services called from it, as their CLIENT spans tell. */
  readonly #calledBy: ReadonlyMap<number, ReadonlyMap<string, ReadonlySet<Draft>>>;

  constructor(world: SenderWorld) {
    this.#world = world;
    this.#calledBy = calledByServices(world);
  }

  find(): Senders {
    const { size, clientHost, hosts, row, exchanges } = this.#world.table;
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
        const proven = listeners.length < 2 ? (listeners[0] ?? this.#onlyCaller(hop, host)) : this.#provenSender(hop, listeners);
        if (proven === undefined) {
          unproven.push(hop);
          continue;
        }
        senders[hop] = this.#numbers.number(proven);
        if (listeners.length < 2) onlySender[host] = this.#calledBy.has(host) ? 0 : senders[hop]! + 1;
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
    return { of: senders, drafts: this.#numbers.values, areMerged: this.#numbers.find(this.#otherCallers) !== undefined };
  }

  /** By its CLIENT span, else by the request that is proven to have caused it. */
  #provenSender(hop: number, listeners: readonly Draft[]): Draft | undefined {
    const service = this.#world.diff.matches.get(hop)?.client?.resource.service;
    const byService = service === undefined ? undefined : only(listeners.filter((draft) => mainResource(draft)?.service === service));
    return byService ?? (INFERRED.has(this.#world.table.because(hop)) ? undefined : this.#receiverOfCause(hop));
  }

  #inferredSender(hop: number): Draft | undefined {
    return this.#world.table.parentConfidence(hop) >= SURE ? this.#receiverOfCause(hop) : undefined;
  }

  #usualSender(hop: number): Draft {
    const host = this.#world.table.clientHost[hop]!;
    return this.#inferredSender(hop) ?? this.#likelySender(hop, this.#listenersOf(host)) ?? this.#callerOn(host, true);
  }

  /** Where that was the same machine. */
  #receiverOfCause(hop: number): Draft | undefined {
    const parent = this.#world.table.parent[hop]!;
    const { hostOfPlace, receiver, clientHost } = this.#world.table;
    return parent !== NO_PARENT && hostOfPlace[receiver[parent]!] === clientHost[hop] ? this.#world.receiver(parent) : undefined;
  }

  /**
   * Of a machine with no listener: who sends from it. An address that is translated stands for several; a service whose CLIENT spans tell of its calls from
   * there, but of none to itself, is not the one that calls it.
   */
  #onlyCaller(hop: number, host: number): Draft {
    const receiver = this.#world.receiver(hop);
    const service = mainResource(receiver)?.service;
    const called = service === undefined ? undefined : this.#calledBy.get(host)?.get(service);
    return called === undefined || called.has(receiver) ? this.#callerOn(host, false) : this.#callerOn(host, false, "another");
  }

  /** Who only sends from a machine, or whom nothing tells among its listeners. */
  #callerOn(host: number, isAmbiguous: boolean, which = ""): Draft {
    const name = this.#world.table.hosts.values[host]!;
    const known = this.#callers.get(name + which);
    if (known !== undefined) return known;
    if (this.#callers.size >= MAX_CALLERS) return this.#otherCallers;
    const caller = { ...emptyDraft(name, []), isAmbiguous };
    this.#callers.set(name + which, caller);
    return caller;
  }

  /** Who sends from a machine with several listeners, where no parent tells: the application behind the sidecar, or the sidecar to its application. */
  #likelySender(hop: number, listeners: readonly Draft[]): Draft | undefined {
    // On loopback of a machine that nothing else is known of, any process may be the caller.
    const { table } = this.#world;
    if (table.machines.isShared(table.hosts.values[table.clientHost[hop]!]!)) return undefined;
    const receiver = this.#world.receiver(hop);
    const known = this.#likely.get(listeners);
    if (known?.has(receiver) === true) return known.get(receiver);
    const isOwn = this.#world.table.hostOfPlace[this.#world.table.receiver[hop]!] === this.#world.table.clientHost[hop]!;
    const before = listeners.filter((draft) => draft.application === receiver);
    const innermost = listeners.filter((draft) => draft.received > 0 && draft.application === undefined && !draft.isEncrypting);
    const likely = only(isOwn && before.length > 0 ? before : innermost);
    this.#likely.set(listeners, (known ?? new Map()).set(receiver, likely));
    return likely;
  }

  #listenersOf(host: number): readonly Draft[] {
    const known = this.#listenersByHost[host];
    if (known !== undefined) return known;
    const name = this.#world.table.hosts.values[host]!;
    const ports = [...this.#world.table.machines.listeners(name)];
    const listeners = [...new Set(ports.flatMap((port) => this.#world.listeners.get(`${name} ${port}`) ?? []))];
    this.#listenersByHost[host] = listeners;
    return listeners;
  }
}

function calledByServices({ table, diff, receiver }: SenderWorld): Map<number, Map<string, Set<Draft>>> {
  const called = new Map<number, Map<string, Set<Draft>>>();
  for (const [hop, { client }] of diff.matches) {
    if (client === undefined) continue;
    const services = called.get(table.clientHost[hop]!) ?? new Map<string, Set<Draft>>();
    called.set(table.clientHost[hop]!, services);
    const receivers = services.get(client.resource.service) ?? new Set<Draft>();
    services.set(client.resource.service, receivers.add(receiver(hop)));
  }
  return called;
}
