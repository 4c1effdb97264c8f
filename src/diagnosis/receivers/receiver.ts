import type { Span } from "../../spans/span.ts";

/** What a receiver does with the `traceparent` lines of a request. */
export type Answer = { readonly joins: true } | { readonly joins: false; readonly because: string };

/**
 * An SDK as a receiver. It stands for what was measured on real services, not for what a specification asks of them. Contract: pure; says nothing
 * (undefined) where its behaviour is not known.
 */
export interface Receiver {
  /** `OpenTelemetry Go`. */
  readonly name: string;
  /** Whether this SDK made the span. */
  made(span: Span): boolean;
  /** `lines`: the values of the `traceparent` lines, in wire order, at least one. */
  answer(lines: readonly string[], span: Span): Answer | undefined;
}

export const JOINS: Answer = { joins: true };

export function rejects(because: string): Answer {
  return { joins: false, because };
}
