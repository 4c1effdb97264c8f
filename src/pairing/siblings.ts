// Calls of one machine in one trace that never came in: it was begun there, for one request, and all of them belong to it, those too that go out behind
// the answer.

import { INFERRED } from "../hops/hop.ts";
import { type HopTable, NO_PARENT } from "../hops/hop-table.ts";
import { PairTable } from "../wire/pair-table.ts";

/** A parent that is less likely says nothing of its siblings. */
const MIN_CONFIDENCE = 0.8;
/** Of the siblings that have a parent this part must have the same: a job makes calls beside many requests. */
const AGREEING = 0.6;
/** What one knows of a sibling is a little less than what one knows of it. */
const DOUBT = 0.98;

/** Gives the parent that most siblings have to those that have none, or only a guess. */
export function linkSiblings(table: HopTable): void {
  const { parent: parents, startedAt } = table;
  for (const siblings of siblingsOf(table)) {
    const known = siblings.filter((hop) => parents[hop] !== NO_PARENT);
    const [surest] = [...known].sort((a, b) => table.parentConfidence(b) - table.parentConfidence(a));
    if (surest === undefined || table.parentConfidence(surest) < MIN_CONFIDENCE) continue;
    const parent = parents[surest]!;
    const because = table.because(surest);
    const confidence = Math.round(table.parentConfidence(surest) * DOUBT * 1000) / 1000;
    if (known.filter((hop) => parents[hop] === parent).length < AGREEING * known.length) continue;
    for (const hop of siblings) {
      if (parents[hop] === parent || (parents[hop] !== NO_PARENT && !INFERRED.has(table.because(hop)))) continue;
      if (startedAt[hop]! < startedAt[parent]!) continue;
      table.link(hop, parent, because, confidence);
      table.setCandidates(hop, []);
    }
  }
}

/** Two and more by machine and trace. */
function siblingsOf(table: HopTable): number[][] {
  const { readings, identities } = table.exchanges;
  const { size, row, receiver, clientHost, hostOfPlace } = table;
  /** By machine and trace: 1 where the trace came in. */
  const came = new PairTable();
  /** By machine and trace: the first call that carries it. */
  const firsts = new PairTable();
  const groups: { readonly host: number; readonly trace: number; readonly hops: number[] }[] = [];
  /** By first call of a group. */
  const places = new Map<number, number>();
  for (let hop = 0; hop < size; hop++) {
    if (!table.isWork(hop) || !readings.hasContext(row[hop]!)) continue;
    const trace = identities.trace[readings.first(row[hop]!)]!;
    came.set(hostOfPlace[receiver[hop]!]!, trace, 1);
    const host = clientHost[hop]!;
    const first = firsts.get(host, trace);
    if (first < 0) {
      firsts.set(host, trace, hop);
      continue;
    }
    // Most calls are the only one of their machine and trace: a list is made for the second.
    const place = places.get(first) ?? groups.push({ host, trace, hops: [first] }) - 1;
    places.set(first, place);
    groups[place]!.hops.push(hop);
  }
  return groups.filter(({ host, trace }) => came.get(host, trace) < 0).map(({ hops }) => hops);
}
