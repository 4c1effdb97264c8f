// How long spans may be on their way to the backend: exporters send them in batches.

import type { SpanExport } from "../../protocols/observation.ts";
import { SECOND } from "../../wire/timestamp.ts";

/** SDKs export every 5 s by default while there is anything to export, and try again: twice as long is no pause. */
const USUAL_US = 10 * SECOND;
/** Where no capture shows how often it exports. */
const UNSEEN_US = 20 * SECOND;

/** The longest that an exporter waits, µs: what its own exports show, in the order of time, where that is longer than usual. */
export function longestPause(exports: readonly SpanExport[]): number {
  if (exports.length === 0) return UNSEEN_US;
  const gaps = exports.slice(1).map(({ at }, i) => at - exports[i]!.at);
  return gaps.reduce((longest, gap) => Math.max(longest, 2 * gap), USUAL_US);
}
