import type { Timestamp } from "../../wire/timestamp.ts";
import type { PossibleCause, WireProof } from "../judgement.ts";
import type { Cause, Severity } from "../verdict.ts";

/** Why the backend lacks a span, as far as captures show it. */
export interface Explanation {
  readonly cause: Cause;
  readonly detail: string;
  /** 0..1 */
  readonly confidence: number;
  readonly proofs: readonly WireProof[];
  /** Without it those stay that remain possible of such a fault. */
  readonly possible?: readonly PossibleCause[];
  readonly severity?: Severity;
  /** When an export that was accepted carried it. */
  readonly exportedAt?: Timestamp;
  /** It will not come any more, however recent it is. */
  readonly isFinal?: boolean;
  /** What to change, where it is known better than from the cause alone. */
  readonly remedy?: string;
}
