// Puts together what came in pieces: chunks of one reply, several files, a trace asked for twice.

import { groupBy } from "../wire/group-by.ts";
import { MAX_TRACE_WARNINGS } from "../wire/limits.ts";
import type { Span, Trace } from "./span.ts";

/** Said anew at every merge: the count of an earlier piece would be stale. */
const SHARED = "for different spans";

/** Each trace id once, sorted; spans by start. Copies of a span are dropped. */
export function mergeTraces(pieces: Iterable<Trace>): Trace[] {
  const traces = [...groupBy(pieces, ({ traceId }) => traceId)].map(([traceId, parts]) => mergeOne(traceId, parts));
  return traces.sort((a, b) => compareText(a.traceId, b.traceId));
}

function mergeOne(traceId: string, parts: readonly Trace[]): Trace {
  const all = parts.length === 1 ? parts[0]!.spans : parts.flatMap((part) => part.spans);
  // Mostly each id stands once: then nothing is a copy of anything.
  const isEachOne = new Set(all.map(({ spanId }) => spanId)).size === all.length;
  const spans = (isEachOne ? [...all] : withoutCopies(all)).sort(compareSpans);
  const warnings = new Set<string>();
  for (const part of parts) {
    for (const text of part.warnings) if (warnings.size < MAX_TRACE_WARNINGS * 2 && !text.includes(SHARED)) warnings.add(text);
  }
  const shared = isEachOne ? undefined : sharedId(spans);
  if (shared !== undefined) warnings.add(shared);
  return { traceId, spans, warnings: [...warnings] };
}

/**
 * B3 lets a SERVER span share its CLIENT's id, so an id alone names no span. The same span from two encodings may differ by a
 * microsecond at its end: UI JSON cuts start and duration separately.
 */
function withoutCopies(all: readonly Span[]): Span[] {
  const seen = new Set<string>();
  return all.filter((span) => {
    const key = `${span.spanId}|${span.kind}|${span.parentSpanId ?? ""}|${Math.floor(span.startedAt)}|${span.resource.service}|${span.name}`;
    const end = Math.floor(span.endedAt);
    if (seen.has(`${end}|${key}`) || seen.has(`${end - 1}|${key}`) || seen.has(`${end + 1}|${key}`)) return false;
    seen.add(`${end}|${key}`);
    return true;
  });
}

/** Two spans under one id (a retry that sends its first attempt's id, two agents): no parent id can tell which of them is meant. */
function sharedId(spans: readonly Span[]): string | undefined {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const span of spans) {
    const key = `${span.spanId}|${span.kind}|${span.resource.service}`;
    if (seen.has(key)) shared.add(span.spanId);
    seen.add(key);
  }
  const first = shared.values().next().value;
  if (first === undefined) return undefined;
  return shared.size === 1 ? `span id ${first} stands ${SHARED}` : `${shared.size} span ids stand ${SHARED} each (the first is ${first})`;
}

function compareSpans(a: Span, b: Span): number {
  return (
    a.startedAt - b.startedAt ||
    compareText(a.spanId, b.spanId) ||
    compareText(a.kind, b.kind) ||
    compareText(a.resource.service, b.resource.service) ||
    compareText(a.name, b.name) ||
    a.endedAt - b.endedAt
  );
}

/** By code unit: the same order in every locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
