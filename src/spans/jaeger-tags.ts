// Jaeger's own span model, as api_v2 (protobuf) and the UI's JSON both spell it: what OTLP keeps in fields lies in tags and references.

import { KEPT_ATTRIBUTES, type SpanKind, type SpanLink } from "./span.ts";
import { type Attributes, keepAttribute, type Scalar, spanKind } from "./span-attributes.ts";
import { NO_SPAN_ID } from "./span-ids.ts";

const TAGS_READ: ReadonlySet<string> = new Set(["span.kind", "error", "otel.status_code", "otel.scope.name", "otel.library.name"]);

/** True for a tag whose value `JaegerTags` reads; no other needs to be decoded. */
export function isTagRead(key: string): boolean {
  return TAGS_READ.has(key) || KEPT_ATTRIBUTES.has(key);
}

/** Sorts the tags of one span. */
export class JaegerTags {
  readonly attributes: Attributes = {};
  kind: SpanKind = "unspecified";
  error = false;
  scope = "";

  add(key: string, value: Scalar): void {
    switch (key) {
      case "span.kind":
        this.kind = spanKind(value);
        return;
      case "error":
        // Clients of OpenTracing's days wrote the text.
        if (value === true || value === "true") this.error = true;
        return;
      case "otel.status_code":
        if (value === "ERROR") this.error = true;
        return;
      case "otel.scope.name":
      case "otel.library.name":
        if (typeof value === "string") this.scope = value;
        return;
      default:
        keepAttribute(this.attributes, key, value);
    }
  }
}

export interface SpanReference {
  readonly isChildOf: boolean;
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * The parent is the first CHILD_OF within the trace, else the first FOLLOWS_FROM within it (so Jaeger's own model decides:
 * a link to the own parent comes as one FOLLOWS_FROM). Every other reference is a link, as is each FOLLOWS_FROM.
 */
export function readReferences(
  references: readonly SpanReference[],
  traceId: string,
): { readonly parentSpanId: string; readonly links: readonly SpanLink[] } {
  const within = references.filter((reference) => reference.traceId === traceId && reference.spanId !== NO_SPAN_ID);
  const parent = within.find((reference) => reference.isChildOf) ?? within[0];
  const links = references.filter((reference) => reference.spanId !== NO_SPAN_ID && !(reference === parent && parent.isChildOf));
  return { parentSpanId: parent?.spanId ?? NO_SPAN_ID, links: links.map(({ traceId, spanId }) => ({ traceId, spanId })) };
}
