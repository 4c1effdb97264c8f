// Whether an exporter had more spans than it could send: one full batch after another, without a pause.

import type { SpanExport } from "../../protocols/observation.ts";
import type { Timestamp } from "../../wire/timestamp.ts";

export interface Saturation {
  readonly from: Timestamp;
  readonly to: Timestamp;
  /** Spans of a full batch. */
  readonly batch: number;
  readonly exports: readonly SpanExport[];
}

/** Full batches in a row: two may be chance. */
const MIN_FULL = 3;
/** A pause of this share of an export's own time is none. */
const NO_PAUSE = 0.2;
const SHORT_US = 5_000;

/** `exports` in the order of time. */
export function saturationOf(exports: readonly SpanExport[]): Saturation | undefined {
  const batch = exports.reduce((most, { spanCount }) => Math.max(most, spanCount), 0);
  const full = exports.filter(({ spanCount }) => spanCount === batch);
  if (batch < 2 || full.length < MIN_FULL || !isWithoutPause(exports, full)) return undefined;
  const last = full[full.length - 1]!;
  return { from: full[0]!.at, to: last.answer?.at ?? last.at, batch, exports: full };
}

/** At least two of them were followed at once by the next export. */
function isWithoutPause(exports: readonly SpanExport[], full: readonly SpanExport[]): boolean {
  const [{ spanCount: batch }] = full as [SpanExport];
  const followed = exports.filter((of, i) => {
    const next = exports[i + 1];
    if (of.spanCount !== batch || next === undefined || of.answer === undefined) return false;
    return next.at - of.answer.at <= Math.max(SHORT_US, NO_PAUSE * (of.answer.at - of.at));
  });
  return followed.length >= MIN_FULL - 1;
}
