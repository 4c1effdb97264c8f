import type { Traffic } from "../src/pairing/traffic.ts";

export interface LabelledService {
  readonly service: string;
  readonly traffic: Traffic;
  readonly inIds: readonly string[];
  readonly outIds: readonly string[];
  /** For each outgoing row the true incoming one, or `NOBODY`. */
  readonly truth: Int32Array;
  /** The trace that each outgoing row belongs to, for figures end to end. */
  readonly traces: readonly string[];
  /** Whether several peers call this service. */
  readonly isJoin: boolean;
}

export function readLabelledSet(json: unknown, keeps?: (inId: string) => boolean): LabelledService[];
