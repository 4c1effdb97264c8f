import { isNamed, trimOws } from "../../propagation/field-lines.ts";
import type { Span } from "../../spans/span.ts";
import type { Field } from "../../wire/field.ts";

/** What a receiver does with the context of a request. */
export type Answer = { readonly joins: true } | { readonly joins: false; readonly because: string };

/** The values of a field's lines in wire order, without whitespace around them. `name` is lower case. */
export type Lines = (name: string) => readonly string[];

/** How a receiver reads one format. Contract: pure. */
export interface Reader {
  /** As in `propagation/registry.ts`. */
  readonly format: string;
  /** Undefined where the message has nothing of the format, or the behaviour is not known. `span`: the receiver's own, where there is one. */
  answer(lines: Lines, span?: Span): Answer | undefined;
}

/**
 * Who takes the context of a request: an SDK, an agent, a proxy's tracer. It stands for what was measured on the real thing, or read in its published
 * source, not for what a specification asks of it; each says which. Contract: pure; says nothing where its behaviour is not known.
 */
export interface Receiver {
  /** `OpenTelemetry Go`. */
  readonly name: string;
  /** Where the facts are from: `measured: 1.47`, `read: its source`. */
  readonly known: string;
  /** Whether it made the span. */
  made(span: Span): boolean;
  /** What it reads where nobody configured it first, then what it can be told to read. */
  readonly reads: readonly Reader[];
  /** What it loses of a tracestate, in a clause without subject; undefined where nothing, or not known. */
  loses?(lines: Lines): string | undefined;
}

export const JOINS: Answer = { joins: true };

export function rejects(because: string): Answer {
  return { joins: false, because };
}

export function linesOf(fields: readonly Field[]): Lines {
  return (name) => fields.filter((field) => isNamed(field, name)).map(({ value }) => trimOws(value));
}

/** By `telemetry.sdk.language`, where neither a vendor's nor an old Jaeger client made the span. */
export function isOpenTelemetry({ resource: { language, sdk } }: Span, wanted: string): boolean {
  return language === wanted && (sdk === undefined || sdk === "opentelemetry");
}
