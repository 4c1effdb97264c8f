// Parents for hops that neither ids nor spans explain: each machine's hops become traffic, what is known becomes anchors, and what the pairing finds
// goes back to the hops, with why and how likely.

import { type Hop, INFERRED, type ParentLink } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import { longestId, templatePath } from "../hops/path-shape.ts";
import { Interned } from "../wire/columns.ts";
import { pairTraffic } from "./pair-traffic.ts";
import { linkSiblings } from "./siblings.ts";
import { NOBODY, OPEN, type Pairing, type PairingReason, type Requests, type Traffic } from "./traffic.ts";

export interface HopPairing {
  /** Calls whose parent was sought, and those that the budget left out. */
  readonly sought: number;
  readonly left: number;
}

/** Steps (some 200 ns each) that are spent for every hop of the run, and at the least on all: pairing takes no longer than reading. */
const STEPS_PER_HOP = 20;
const MIN_STEPS = 5e6;
/** A parent less likely than this is no answer: the candidates stay as they are. */
const MIN_PARENT = 0.5;
/** A candidate less likely than this is none any more. */
const MIN_CANDIDATE = 0.02;
/** Where requests reach the machine that cannot be read, any of them may be the cause. */
const BLIND_CONFIDENCE = 0.7;

/**
 * Fills in `parent` where it is open or only guessed, and leaves in `candidates` what may still be the cause, likeliest first.
 */
export function pairHops(table: HopTable): HopPairing {
  if (!table.hasCandidates) return { sought: 0, left: 0 };
  const hops = table.all();
  const machines = new Map<string, Machine>();
  for (const hop of hops) {
    if (!isOpen(hop) || machines.has(hop.clientHost)) continue;
    machines.set(hop.clientHost, { incoming: [], outgoing: [], open: 0 });
  }
  let sought = 0;
  for (const hop of hops) {
    if (hop.purpose !== "work") continue;
    machines.get(hop.receiver.host)?.incoming.push(hop);
    const sender = machines.get(hop.clientHost);
    sender?.outgoing.push(hop);
    if (sender === undefined || !isOpen(hop)) continue;
    sender.open++;
    sought++;
  }
  const budget = Math.max(MIN_STEPS, STEPS_PER_HOP * hops.length);
  let left = 0;
  for (const machine of machines.values()) {
    const pairing = pairTraffic(trafficOf(machine, table), { budget: (budget * machine.open) / sought });
    left += pairing.left;
    machine.outgoing.forEach((hop, row) => {
      if (isOpen(hop)) link(hop, row, pairing, machine.incoming);
    });
  }
  linkSiblings(hops, table);
  return { sought, left };
}

interface Machine {
  readonly incoming: Hop[];
  readonly outgoing: Hop[];
  open: number;
}

/** Nothing but that it was open speaks for its parent, and something was open. */
function isOpen(hop: Hop): boolean {
  return hop.purpose === "work" && hop.candidates.length > 0 && (hop.parent === undefined || INFERRED.has(hop.parent.because));
}

/** An id that tells one parent was used before; where several share it, times decide among them. */
const REASONS: Partial<Record<PairingReason, ParentLink["because"]>> = {
  "only candidate": "only candidate",
  "request id": "timing",
  "same request": "timing",
  "path id": "timing",
  "body length": "body length",
  connection: "connection",
  retry: "retry",
  timing: "timing",
};

function link(hop: Hop, row: number, pairing: Pairing, incoming: readonly Hop[]): void {
  const parent = pairing.parent[row]!;
  const because = REASONS[pairing.because[row]!];
  if (parent === OPEN || because === undefined) return;
  const likely = pairing.probability[row]!;
  const confidence = Math.round((hop.isSenderBlind ? Math.min(likely, BLIND_CONFIDENCE) : likely) * 1000) / 1000;
  if (parent === NOBODY || likely < MIN_PARENT) return;
  hop.parent = {
    hop: incoming[parent]!.index,
    because,
    confidence,
  };
  const others = (pairing.alternatives.get(row) ?? []).filter((other) => other.parent !== NOBODY && other.probability >= MIN_CANDIDATE);
  hop.candidates = [parent, ...others.map((other) => other.parent)].map((place) => incoming[place]!.index);
}

function trafficOf({ incoming, outgoing }: Machine, table: HopTable): Traffic {
  const interner = new Interned<string>();
  const place = new Map(incoming.map((hop, row) => [hop.index, row]));
  const first = new Int32Array(outgoing.length + 1);
  const rows: number[] = [];
  const anchors = Int32Array.from(outgoing, (hop, row) => {
    const isSought = isOpen(hop);
    if (isSought) for (const candidate of hop.candidates) if (place.has(candidate)) rows.push(place.get(candidate)!);
    first[row + 1] = rows.length;
    if (isSought) return OPEN;
    return hop.parent === undefined ? NOBODY : (place.get(hop.parent.hop) ?? NOBODY);
  });
  return {
    incoming: columnsOf(incoming, ({ receiver: { port } }) => `${port}`, table, interner),
    outgoing: columnsOf(outgoing, ({ receiver: { host, port } }) => `${host} ${port}`, table, interner),
    anchors,
    candidates: { first, rows: Int32Array.from(rows) },
  };
}

function columnsOf(hops: readonly Hop[], peerOf: (hop: Hop) => string, { row, exchanges }: HopTable, interner: Interned<string>): Requests {
  /** 0 is left to mean "none". */
  const numberOf = (text: string) => interner.number(text) + 1;
  const column = (read: (hop: Hop) => number) => Int32Array.from(hops, read);
  // Straight from the table: hops are many, and an exchange as an object is dear.
  const tableColumn = (read: (row: number) => number) => Int32Array.from(hops, ({ index }) => read(row[index]!));
  const { readings, identities } = exchanges;
  const requestIdOf = (own: number) => {
    const requestId = readings.requestId(own);
    return requestId === undefined ? 0 : numberOf(`id ${maskVersion(requestId)}`);
  };
  return {
    startedAt: Float64Array.from(hops, ({ startedAt }) => startedAt),
    endedAt: Float64Array.from(hops, ({ endedAt }) => endedAt ?? Number.NaN),
    route: column((hop) => numberOf(`route ${peerOf(hop)} ${hop.method} ${templatePath(hop.path)}`)),
    peer: column((hop) => numberOf(`peer ${peerOf(hop)}`)),
    requestId: tableColumn(requestIdOf),
    traceId: tableColumn((own) => (readings.hasContext(own) ? identities.trace[readings.first(own)]! + 1 : 0)),
    pathId: column((hop) => {
      const id = longestId(hop.path);
      return id === "" ? 0 : numberOf(`path ${id}`);
    }),
    target: tableColumn((own) => (exchanges.isWhole(own) ? targetOf(exchanges.method[own]!, exchanges.targetHash[own]!) : 0)),
    bodyLength: tableColumn((own) => exchanges.requestBodyLength(own)),
    answerLength: tableColumn((own) => exchanges.responseBodyLength(own)),
    status: tableColumn((own) => exchanges.status[own]!),
    connection: tableColumn((own) => exchanges.endsOf[own]! + 1),
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
