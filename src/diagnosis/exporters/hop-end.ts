// When an exchange was over on the clock of a capture that shows exports: only then is its span due.

import type { Hop } from "../../hops/hop.ts";
import type { SpanExport } from "../../protocols/observation.ts";
import type { Timestamp } from "../../wire/timestamp.ts";

/** Whether the exchange was over when the export went out. */
export function isBefore(hop: Hop, of: SpanExport | undefined): boolean {
  return of !== undefined && endOn(hop, of.vantage) <= of.at;
}

/** When an exchange was over, on the clock of a capture where that capture shows it. */
export function endOn(hop: Hop, vantage: number): Timestamp {
  const sighting = hop.sightings.find((seen) => seen.vantage === vantage);
  return sighting?.response?.endedAt ?? sighting?.response?.startedAt ?? hop.endedAt ?? hop.startedAt;
}
