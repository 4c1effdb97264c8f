// Parents for hops that neither ids nor spans explain: each machine's hops become traffic, what is known becomes anchors, and what the pairing finds
// goes back to the hops, with why and how likely.

import { INFERRED, NO_PARENT, type ParentReason, WORK } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import { longestId, PathFold } from "../hops/path-shape.ts";
import type { TraceIds } from "../hops/trace-ids.ts";
import { float64Column, Interned, int32Column } from "../wire/columns.ts";
import { fnv1aStep } from "../wire/fnv1a.ts";
import { PairTable } from "../wire/pair-table.ts";
import { sum } from "../wire/sum.ts";
import { pairTraffic } from "./pair-traffic.ts";
import { type Guess, linkSiblings } from "./siblings.ts";
import { NOBODY, OPEN, type Pairing, type PairingReason, type Requests, type Traffic } from "./traffic.ts";

export interface HopPairing {
  /** Calls whose parent was sought, and those that the budget left out. */
  readonly sought: number;
  readonly left: number;
}

/** Steps allowed per hop, and a minimum per run; a step takes about 350 ns. */
const STEPS_PER_HOP = 10;
const MIN_STEPS = 10e6;
/** In a capture of more hops nobody reads through the parents of all: they are sought where something hangs on them. */
const MAX_HOPS_READ = 50_000;
/** A parent less likely than this is no answer: the candidates stay as they are. */
const MIN_PARENT = 0.5;
/** A candidate less likely than this is none any more. */
const MIN_CANDIDATE = 0.02;
/** Where requests reach the machine that cannot be read, any of them may be the cause; and so may one that was answered, where the call has left its trace. */
const BLIND_CONFIDENCE = 0.7;

/** What it may cost. */
export interface Effort {
  /** Steps. */
  readonly budget: number;
  /** Calls are paired, too, of machines where no judgement hangs on it. */
  readonly isForItsOwnSake: boolean;
}

export const FULL_EFFORT: Effort = { budget: Number.POSITIVE_INFINITY, isForItsOwnSake: true };

/** Fills in `parent` where it is open or only guessed, and leaves in `candidates` what may still be the cause, likeliest first. */
export function pairHops(table: HopTable, { budget, isForItsOwnSake } = usualEffort(table)): HopPairing {
  if (!table.hasCandidates) return { sought: 0, left: 0 };
  const machines = machinesOf(table);
  const worth = isForItsOwnSake ? machines : machines.filter(({ isDecisive }) => isDecisive);
  const sought = sum(machines.map(({ open }) => open));
  const tried = sum(worth.map(({ open }) => open));
  const guesses = new Map<number, readonly Guess[]>();
  let left = sought - tried;
  for (const machine of worth) {
    const pairing = pairTraffic(trafficOf(machine, table), { budget: (budget * machine.open) / tried });
    left += pairing.left;
    machine.outgoing.forEach((hop, row) => {
      if (!isOpen(hop, table)) return;
      const guess = guessOf(row, pairing, machine.incoming);
      if (guess.length > 1) guesses.set(hop, guess);
      link(hop, row, pairing, machine.incoming, table);
    });
  }
  linkSiblings(table, guesses);
  return { sought, left };
}

function usualEffort({ size }: HopTable): Effort {
  return { budget: Math.max(MIN_STEPS, STEPS_PER_HOP * size), isForItsOwnSake: size <= MAX_HOPS_READ };
}

interface Machine {
  /** Hops by index, in the order of their starts. */
  readonly incoming: readonly number[];
  readonly outgoing: readonly number[];
  /** Calls whose cause is sought. */
  readonly open: number;
  /** Of some of them it matters which request was the cause: not all that may have been carried a context, or not all none. */
  readonly isDecisive: boolean;
}

/** Machines that sent anything whose cause is open, in the order in which they first did. */
function machinesOf(table: HopTable): Machine[] {
  const { size, purpose, clientHost, receiver, hostOfPlace } = table;
  const machines: { readonly incoming: number[]; readonly outgoing: number[]; open: number; isDecisive: boolean }[] = [];
  /** By number of the host. */
  const byHost: (typeof machines)[number][] = [];
  for (let hop = 0; hop < size; hop++) {
    if (!isOpen(hop, table)) continue;
    const host = clientHost[hop]!;
    byHost[host] ??= machines[machines.push({ incoming: [], outgoing: [], open: 0, isDecisive: false }) - 1]!;
    byHost[host].open++;
    byHost[host].isDecisive ||= doCausesDiffer(hop, table);
  }
  for (let hop = 0; hop < size; hop++) {
    if (purpose[hop] !== WORK) continue;
    byHost[hostOfPlace[receiver[hop]!]!]?.incoming.push(hop);
    byHost[clientHost[hop]!]?.outgoing.push(hop);
  }
  return machines;
}

/** Nothing but that it was open speaks for its parent, and something was open. */
function isOpen(hop: number, table: HopTable): boolean {
  if (!table.isWork(hop) || table.candidates(hop).length === 0) return false;
  return table.parent[hop] === NO_PARENT || INFERRED.has(table.because(hop));
}

/** Of those that may have caused it some carried a context as any, and some did not. */
function doCausesDiffer(hop: number, table: HopTable): boolean {
  const { row, exchanges } = table;
  const [first, ...others] = table.candidates(hop);
  const kindOf = (candidate: number) =>
    exchanges.readings.isPlain(row[candidate]!) ? 1 : exchanges.readings.hasFields(row[candidate]!) ? 2 : 0;
  const kind = kindOf(first!);
  return kind === 2 || others.some((other) => kindOf(other) !== kind);
}

/** An id that tells one parent was used before; where several share it, times decide among them. */
const REASONS: Partial<Record<PairingReason, ParentReason>> = {
  "only candidate": "only candidate",
  "request id": "timing",
  "same request": "timing",
  "path id": "timing",
  "body length": "body length",
  connection: "connection",
  retry: "retry",
  timing: "timing",
};

/** Requests that may have caused a call, the likeliest first. */
function guessOf(row: number, { parent, probability, alternatives }: Pairing, incoming: readonly number[]): Guess[] {
  const all = [{ parent: parent[row]!, probability: probability[row]! }, ...(alternatives.get(row) ?? [])];
  return all.flatMap((one) => (one.parent < 0 ? [] : [{ parent: incoming[one.parent]!, likely: one.probability }]));
}

function link(hop: number, row: number, pairing: Pairing, incoming: readonly number[], table: HopTable): void {
  const parent = pairing.parent[row]!;
  const because = REASONS[pairing.because[row]!];
  if (parent === OPEN || because === undefined) return;
  const likely = pairing.probability[row]!;
  if (parent === NOBODY || likely < MIN_PARENT) return;
  const isBlind = table.isSenderBlind(hop) || isInAnotherTrace(hop, incoming[parent]!, table);
  const confidence = Math.round((isBlind ? Math.min(likely, BLIND_CONFIDENCE) : likely) * 1000) / 1000;
  table.link(hop, incoming[parent]!, because, confidence);
  const others = (pairing.alternatives.get(row) ?? []).filter((other) => other.parent !== NOBODY && other.probability >= MIN_CANDIDATE);
  table.setCandidates(
    hop,
    [parent, ...others.map((other) => other.parent)].map((place) => incoming[place]!),
  );
}

/** Both have contexts, and no trace in common: work that has left its request's context mostly goes on behind the answer. */
function isInAnotherTrace(hop: number, parent: number, { row, exchanges: { readings, identities } }: HopTable): boolean {
  const [own, cause] = [row[hop]!, row[parent]!];
  if (!readings.hasContext(own) || !readings.hasContext(cause)) return false;
  const { traceIds, trace } = identities;
  for (let mine = readings.first(own); mine < readings.end(own); mine++)
    for (let theirs = readings.first(cause); theirs < readings.end(cause); theirs++)
      if ([2, 3].every((word) => traceIds.word(trace[mine]!, word) === traceIds.word(trace[theirs]!, word))) return false;
  return true;
}

function trafficOf({ incoming, outgoing }: Machine, table: HopTable): Traffic {
  const { receiver, places } = table;
  const numbers = new Numbers();
  const place = new Int32Array(table.size).fill(NOBODY);
  incoming.forEach((hop, row) => {
    place[hop] = row;
  });
  const first = new Int32Array(outgoing.length + 1);
  const rows: number[] = [];
  const anchors = Int32Array.from(outgoing, (hop, row) => {
    const isSought = isOpen(hop, table);
    if (isSought) for (const candidate of table.candidates(hop)) if (place[candidate] !== NOBODY) rows.push(place[candidate]!);
    first[row + 1] = rows.length;
    if (isSought) return OPEN;
    return table.parent[hop] === NO_PARENT ? NOBODY : place[table.parent[hop]!]!;
  });
  return {
    incoming: columnsOf(incoming, (hop) => places.values[receiver[hop]!]!.port, table, numbers),
    // Another number than any port's: who is called is never who calls.
    outgoing: columnsOf(outgoing, (hop) => PORTS + receiver[hop]!, table, numbers),
    anchors,
    candidates: { first, rows: Int32Array.from(rows) },
  };
}

const PORTS = 65_536;

/** Numbers that requests of both directions share. 0 is left to mean "none". */
class Numbers {
  readonly #requestIds = new Interned<string>();
  readonly #pathIds = new Interned<string>();
  /** By the two halves of the hash of a folded path, method and peer among them. */
  readonly #routes = new PairTable();
  /** By the two words of the lower half. */
  readonly #traces = new PairTable();
  #count = 0;

  requestId(id: string | undefined): number {
    return id === undefined ? 0 : this.#requestIds.number(maskVersion(id)) + 1;
  }

  pathId(path: string): number {
    const id = longestId(path);
    return id === "" ? 0 : this.#pathIds.number(id) + 1;
  }

  /** Ids that have their lower half in common count as one: a sender may shorten them. */
  trace(ids: TraceIds, trace: number): number {
    const [first, second] = [ids.word(trace, 2), ids.word(trace, 3)];
    const known = this.#traces.get(first, second);
    if (known >= 0) return known;
    this.#traces.set(first, second, ++this.#count);
    return this.#count;
  }

  route(path: string, method: number, peer: number): number {
    fold.read(path);
    const first = fnv1aStep(fold.first, method);
    const second = fnv1aStep(fold.second, peer);
    const known = this.#routes.get(first, second);
    if (known >= 0) return known;
    this.#routes.set(first, second, ++this.#count);
    return this.#count;
  }
}

const fold = new PathFold();

function columnsOf(hops: readonly number[], peerOf: (hop: number) => number, table: HopTable, numbers: Numbers): Requests {
  const { row, exchanges } = table;
  const { readings, identities } = exchanges;
  const column = (read: (row: number, hop: number) => number) => int32Column(hops.length, (i) => read(row[hops[i]!]!, hops[i]!));
  return {
    startedAt: float64Column(hops.length, (i) => table.startedAt[hops[i]!]!),
    endedAt: float64Column(hops.length, (i) => table.endedAt[hops[i]!]!),
    route: column((own, hop) => numbers.route(exchanges.path[own]!, exchanges.hasRequest(own) ? exchanges.method[own]! : -1, peerOf(hop))),
    peer: column((_, hop) => peerOf(hop) + 1),
    ...(readings.hasRequestIds ? { requestId: column((own) => numbers.requestId(readings.requestId(own))) } : {}),
    traceId: column((own) => (readings.hasContext(own) ? numbers.trace(identities.traceIds, identities.trace[readings.first(own)]!) : 0)),
    pathId: column((own) => numbers.pathId(exchanges.path[own]!)),
    target: column((own) => (exchanges.isWhole(own) ? targetOf(exchanges.method[own]!, exchanges.targetHash[own]!) : 0)),
    bodyLength: column((own) => exchanges.requestBodyLength(own)),
    answerLength: column((own) => exchanges.responseBodyLength(own)),
    status: column((own) => exchanges.status[own]!),
    connection: column((own) => exchanges.endsOf[own]! + 1),
  };
}

/** Never 0, which is left to mean "not known". */
function targetOf(method: number, hash: number): number {
  return Math.imul(method + 1, 0x9e3779b1) ^ hash || 1;
}

/** Envoy packs the trace reason into the version digit of a UUID (index 14): it is no difference. */
function maskVersion(requestId: string): string {
  return requestId.length === 36 ? requestId.slice(0, 14) + requestId.slice(15) : requestId;
}
