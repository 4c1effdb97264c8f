// When an exchange was over on the clock of a capture that shows exports: only then is its span due.

import type { Hop } from "../../hops/hop.ts";
import type { SpanExport } from "../../protocols/observation.ts";
import { firstPast } from "../../wire/bisect.ts";
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

/** Of exports that one capture shows, in the order of time, the first that went out when the exchange was over. */
export function firstBehind(hop: Hop, exports: readonly SpanExport[]): SpanExport | undefined {
  const [first] = exports;
  if (first === undefined) return undefined;
  const over = endOn(hop, first.vantage);
  return exports[firstPast(exports.length, (index) => exports[index]!.at >= over)];
}
