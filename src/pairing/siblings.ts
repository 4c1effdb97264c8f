// Calls of one machine in one trace that never came in: it was begun there, for one request, and all of them belong to it, those too that go out behind
// the answer.

import { type Hop, INFERRED } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import { PairTable } from "../wire/pair-table.ts";

/** A parent that is less likely says nothing of its siblings. */
const MIN_CONFIDENCE = 0.8;
/** Of the siblings that have a parent this part must have the same: a job makes calls beside many requests. */
const AGREEING = 0.6;
/** What one knows of a sibling is a little less than what one knows of it. */
const DOUBT = 0.98;

/** Gives the parent that most siblings have to those that have none, or only a guess. */
export function linkSiblings(hops: readonly Hop[], table: HopTable): void {
  for (const siblings of siblingsOf(hops, table)) {
    const known = siblings.filter(({ parent }) => parent !== undefined);
    const [surest] = [...known].sort((a, b) => b.parent!.confidence - a.parent!.confidence);
    const parent = surest?.parent;
    if (parent === undefined || parent.confidence < MIN_CONFIDENCE) continue;
    if (known.filter((sibling) => sibling.parent!.hop === parent.hop).length < AGREEING * known.length) continue;
    for (const sibling of siblings) {
      const own = sibling.parent;
      if (own?.hop === parent.hop || (own !== undefined && !INFERRED.has(own.because))) continue;
      if (sibling.startedAt < hops[parent.hop]!.startedAt) continue;
      sibling.parent = { ...parent, confidence: Math.round(parent.confidence * DOUBT * 1000) / 1000 };
      sibling.candidates = [];
    }
  }
}

/** Two and more by machine and trace. */
function siblingsOf(hops: readonly Hop[], table: HopTable): Hop[][] {
  const { readings, identities } = table.exchanges;
  /** By machine and trace: where the trace came in, and the calls that carry it. */
  const came = new PairTable();
  const places = new PairTable();
  const groups: { readonly host: number; readonly trace: number; readonly hops: Hop[] }[] = [];
  for (const hop of hops) {
    const row = table.row[hop.index]!;
    if (!table.isWork(hop.index) || !readings.hasContext(row)) continue;
    const trace = identities.trace[readings.first(row)]!;
    came.set(table.hostOfPlace[table.receiver[hop.index]!]!, trace, 1);
    const host = table.clientHost[hop.index]!;
    const place = places.get(host, trace);
    if (place >= 0) groups[place]!.hops.push(hop);
    else places.set(host, trace, groups.push({ host, trace, hops: [hop] }) - 1);
  }
  return groups.flatMap(({ host, trace, hops: own }) => (own.length > 1 && came.get(host, trace) < 0 ? [own] : []));
}
