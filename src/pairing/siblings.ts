// Calls of one machine in one trace that never came in: it was begun there, for one request, and all of them belong to it, those too that go out behind
// the answer.

import { type Hop, INFERRED } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";

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
function siblingsOf(hops: readonly Hop[], { row, exchanges }: HopTable): Hop[][] {
  const { readings, identities } = exchanges;
  const traceOf = ({ index }: Hop) => (readings.hasContext(row[index]!) ? identities.trace[readings.first(row[index]!)]! : undefined);
  const came = new Set<string>();
  const groups = new Map<string, Hop[]>();
  for (const hop of hops) {
    const trace = hop.purpose === "work" ? traceOf(hop) : undefined;
    if (trace === undefined) continue;
    came.add(`${hop.receiver.host} ${trace}`);
    const key = `${hop.clientHost} ${trace}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [hop]);
    else known.push(hop);
  }
  return [...groups].filter(([key, { length }]) => length > 1 && !came.has(key)).map(([, siblings]) => siblings);
}
