import type { Field } from "../wire/field.ts";

/** What a propagation format says of a request: the trace it belongs to and the span that sent it. */
export interface TraceContext {
  /** 32 lower-case hex digits; shorter ids are padded with zeros on the left. */
  readonly traceId: string;
  /** The id as the wire spelt it, where that differs from `traceId`. */
  readonly traceIdSeen?: string;
  /** 16 lower-case hex digits: W3C's parent-id, the sender's span. */
  readonly spanId: string;
  /** B3 and Jaeger: the parent of that span, when sent. */
  readonly parentSpanId?: string;
  /** B3 may leave the decision to the receiver. */
  readonly sampled: boolean | "deferred";
  /** The raw trace-flags byte of W3C and Jaeger. */
  readonly flags?: number;
  /** W3C: the tracestate value of all its lines, joined as RFC 9110 §5.3 says. */
  readonly traceState?: string;
}

export type Extraction =
  | {
      readonly format: string;
      readonly context: TraceContext /** Odd but accepted, in the specification's words. */;
      readonly warnings: readonly string[];
    }
  | {
      readonly format: string;
      /** Why a receiver must reject it, in the specification's words. */
      readonly malformed: string;
      /** A field that must come with the others is not there; where a head is cut, it may have come behind. */
      readonly isIncomplete?: true;
    };

/** A propagation format. Contract: `extract` never throws, whatever the values hold. */
export interface PropagationFormat {
  readonly name: string;
  /** Lower-case names of the header fields that it reads; the first carries the trace id. */
  readonly fields: readonly string[];
  /** Those of `fields` that hold no ids but what a vendor adds: a fault in them leaves the context valid. */
  readonly state?: readonly string[];
  /**
   * `fields` holds, in wire order, every field of the message whose lower-cased name is in `this.fields`.
   * Undefined when none of them says anything about a trace.
   */
  extract(fields: readonly Field[]): Extraction | undefined;
}
