// Of the exchanges that were open when one went out: those that its own span leaves as its cause.

import type { Hop } from "../hops/hop.ts";
import { originOf, spansOf, type View } from "./view.ts";

/**
 * A CLIENT span that is a root has lost the SERVER span above it, or that was never made: where some of the open exchanges have none, they are likelier
 * than those whose SERVER span is there and whose calls hang below it.
 */
export function likelyCauses(hop: Hop, view: View): readonly number[] {
  if (hop.candidates.length < 2 || !view.backend.isWindowSearched) return hop.candidates;
  const origin = originOf(view, hop);
  if (origin.kind !== "root" || origin.span.kind !== "client") return hop.candidates;
  const unrecorded = hop.candidates.filter((candidate) => spansOf(view, candidate).server === undefined);
  return unrecorded.length > 0 ? unrecorded : hop.candidates;
}

/** The one hop that must have caused it, as far as anything tells; undefined where several could have. */
export function causeOf(hop: Hop, view: View): number | undefined {
  if (hop.parent !== undefined) return hop.parent.confidence >= LIKELY ? hop.parent.hop : undefined;
  const causes = likelyCauses(hop, view);
  return causes.length === 1 ? causes[0] : undefined;
}

const LIKELY = 0.5;
