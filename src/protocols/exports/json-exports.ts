// Exports in JSON: OTLP (opentelemetry-proto, OTLP/HTTP) and Zipkin v2 (zipkin-api, zipkin2-api.yaml).

import { isObject, objectIn, objectsIn, textIn } from "../../spans/json-value.ts";
import { visitOtlpJson } from "../../spans/otlp-json.ts";
import { spanKind } from "../../spans/span-attributes.ts";
import { idFromText } from "../../spans/span-ids.ts";
import { LimitReached, Malformed } from "../../wire/byte-reader.ts";
import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../../wire/id-digits.ts";
import { MIN_BYTES_PER_JSON_OBJECT } from "../../wire/limits.ts";
import type { ExportAnswer } from "../observation.ts";
import { collectSpans, type ExportContent } from "./export-content.ts";

export function readOtlpJsonExport(bytes: Uint8Array): ExportContent {
  return collectSpans((list) => {
    const strange = visitOtlpJson(parse(bytes), {
      group: () => list.group(),
      span(span, resource) {
        if (list.isFull) list.skip();
        else
          list.add({
            traceId: idFromText(textIn(span.traceId), TRACE_ID_DIGITS),
            spanId: idFromText(textIn(span.spanId), SPAN_ID_DIGITS),
            parentSpanId: idFromText(textIn(span.parentSpanId), SPAN_ID_DIGITS),
            name: textIn(span.name),
            kind: spanKind(span.kind),
            resource,
          });
      },
    });
    if (strange === undefined) throw new Malformed("JSON that is no OTLP export");
  });
}

export function readZipkinExport(bytes: Uint8Array): ExportContent {
  return collectSpans((list) => {
    const document = parse(bytes);
    if (!Array.isArray(document)) throw new Malformed("JSON that is no list of Zipkin spans");
    for (const span of objectsIn(document)) {
      if (list.isFull) {
        list.skip();
        continue;
      }
      list.add({
        traceId: idFromText(textIn(span.traceId), TRACE_ID_DIGITS),
        spanId: idFromText(textIn(span.id), SPAN_ID_DIGITS),
        parentSpanId: idFromText(textIn(span.parentId), SPAN_ID_DIGITS),
        name: textIn(span.name),
        kind: spanKind(span.kind),
        resource: { service: textIn(objectIn(span.localEndpoint)?.serviceName) },
      });
    }
  });
}

/** partialSuccess of an answer in JSON; a 64-bit number MAY be text (protojson). */
export function readOtlpJsonAnswer(bytes: Uint8Array): ExportAnswer["rejected"] {
  let document: unknown;
  try {
    document = parse(bytes);
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof LimitReached)) throw error;
  }
  if (!isObject(document)) return undefined;
  const partial = objectIn(document.partialSuccess);
  const spans = Number(partial?.rejectedSpans ?? 0);
  const hasMessage = textIn(partial?.errorMessage) !== "";
  return spans > 0 || hasMessage ? { spans: Number.isSafeInteger(spans) ? spans : 0, hasMessage } : undefined;
}

/** Throws `Malformed`, and `LimitReached` where it would make more of the bytes than exports do. */
function parse(bytes: Uint8Array): unknown {
  const most = bytes.length / MIN_BYTES_PER_JSON_OBJECT + FEW_OBJECTS;
  let objects = 0;
  for (let at = 0; at < bytes.length; at++) if ((bytes[at]! | 0x20) === OPENING) objects++;
  if (objects > most) throw new LimitReached("it holds more objects and lists in JSON than spans need");
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch (error) {
    throw new Malformed(error instanceof SyntaxError ? "it is no JSON" : "it is too deep or too long for JSON");
  }
}

/** `{`, and `[` but for the bit of 0x20; a string may hold them, and then they count. */
const OPENING = 0x7b;
/** Whatever they hold, they cost nothing. */
const FEW_OBJECTS = 1_000;
