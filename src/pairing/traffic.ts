// What pairing is told and what it answers: the requests that one machine received and the calls it made, in columns. It knows no hop, no span and no
// packet, so that recorded sets and live captures are paired by the same code.

/** Requests in columns, a row each, in any order. Columns that are there MUST have as many entries as `startedAt`. */
export interface Requests {
  /** First byte of the request, µs. */
  readonly startedAt: Float64Array;
  /** Last byte of the response, µs; NaN where it was not seen. */
  readonly endedAt: Float64Array;
  /** What is asked and of whom: equal numbers behave alike (peer, method, templated path). */
  readonly route: Int32Array;
  /** What a rare route is counted as instead (the peer alone). Without it rare routes are one. */
  readonly peer?: Int32Array;
  /** Interned request id (x-request-id and its kin, version digit masked); 0: none. */
  readonly requestId?: Int32Array;
  /** Interned trace id; 0: none. */
  readonly traceId?: Int32Array;
  /** Interned longest id in the path; 0: none. */
  readonly pathId?: Int32Array;
  /** Hash of method and whole target; 0: not known. */
  readonly target?: Int32Array;
  /** Bytes of the request's body; -1: not known. */
  readonly bodyLength?: Int32Array;
  /** Bytes of the response's body; -1: not known. */
  readonly answerLength?: Int32Array;
  /** Status of the response; 0: none was seen. */
  readonly status?: Int32Array;
  /** The TCP connection it came or went on; 0: not known. */
  readonly connection?: Int32Array;
}

/** Nothing tells the cause: it is to be inferred. */
export const OPEN = -2;
/** It is known, or was found, that no captured request is the cause. */
export const NOBODY = -1;

export interface Traffic {
  readonly incoming: Requests;
  readonly outgoing: Requests;
  /** For each outgoing row the incoming row that ids or spans prove, `NOBODY` or `OPEN`. Without it all are open. */
  readonly anchors?: Int32Array;
  /** For each outgoing row the incoming rows that come into question, where more is known than times tell: `rows[first[o]] … rows[first[o + 1] - 1]`. */
  readonly candidates?: { readonly first: Int32Array; readonly rows: Int32Array };
}

/**
 * Why a parent is the parent:
 * - `anchor`: the caller said so
 * - `only candidate`: nothing else was open
 * - `request id`, `same request`, `path id`, `body length`, `connection`, `retry`: this evidence tells it from the others
 * - `timing`: it fits the delays learnt best
 * - `none fits`: none was open, or none that was open explains it
 * - `not scored`: the budget was used up
 */
export type PairingReason =
  | "anchor"
  | "only candidate"
  | "request id"
  | "same request"
  | "path id"
  | "body length"
  | "connection"
  | "retry"
  | "timing"
  | "none fits"
  | "not scored";

export interface Alternative {
  /** Incoming row, or `NOBODY`. */
  readonly parent: number;
  readonly probability: number;
}

export interface PairingOptions {
  /** Equal seeds give equal answers. */
  readonly seed?: number;
  /** Scorings of a call at a place that may be spent; beyond it parts of the traffic are sampled. */
  readonly budget?: number;
}

export interface Pairing {
  /** For each outgoing row the incoming one, `NOBODY`, or `OPEN` where it was not scored. */
  readonly parent: Int32Array;
  /** How likely `parent` is right, 0..1. */
  readonly probability: Float64Array;
  readonly because: readonly PairingReason[];
  /** Where it is ambiguous: what else may be the cause, likeliest first, `parent` not among them. */
  readonly alternatives: ReadonlyMap<number, readonly Alternative[]>;
  /** Calls that were scored, and calls that the budget left out. */
  readonly scored: number;
  readonly left: number;
  /** Estimated part of the calls whose cause was not captured. */
  readonly orphanRate: number;
}
