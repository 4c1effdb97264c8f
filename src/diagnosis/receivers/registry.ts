// Receivers that were measured. Adding one = one file here + one line.

import type { Span } from "../../spans/span.ts";
import { go } from "./go.ts";
import { java } from "./java.ts";
import { nodejs } from "./nodejs.ts";
import { python } from "./python.ts";
import type { Receiver } from "./receiver.ts";

export const receivers: readonly Receiver[] = [go, java, nodejs, python];

/** Why the receiver that made this SERVER span does not join, in a clause that names it; undefined where it should, or is not known. */
export function whyRejected(span: Span, traceparents: readonly string[]): string | undefined {
  if (traceparents.length === 0) return undefined;
  const receiver = receivers.find(({ made }) => made(span));
  const answer = receiver?.answer(traceparents, span);
  return receiver === undefined || answer === undefined || answer.joins ? undefined : `${receiver.name} does not join: ${answer.because}`;
}
