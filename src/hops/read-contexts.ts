// Takes the trace context out of an exchange's fields: every format's answer is kept, and so are all lines as they stood on the wire.

import { BAGGAGE_HEADER } from "../propagation/baggage.ts";
import { extractAll, traceFieldNames } from "../propagation/registry.ts";
import { readTraceResponse, TRACE_RESPONSE_HEADER } from "../propagation/traceresponse.ts";
import { parseTraceparent } from "../propagation/w3c.ts";
import type { HttpExchange } from "../protocols/observation.ts";
import type { Field } from "../wire/field.ts";
import type { ContextReading, Identity } from "./hop.ts";

const REQUEST_ID = "x-request-id";

/** Lower-case names of the fields whose values hops need: what a capture is read with. */
export const keptFieldNames: ReadonlySet<string> = new Set([
  ...traceFieldNames,
  TRACE_RESPONSE_HEADER,
  REQUEST_ID,
  "host",
  "user-agent",
  "content-type",
]);

const NOTHING: ContextReading = {
  extractions: [],
  context: undefined,
  format: undefined,
  identities: [],
  fields: [],
  baggage: undefined,
  requestId: undefined,
  response: undefined,
};

export function readContexts(exchange: HttpExchange): ContextReading {
  const { request, response } = exchange;
  const responseContext = response === undefined ? undefined : responseIdentity(response.fields);
  if (request === undefined) return responseContext === undefined ? NOTHING : { ...NOTHING, response: responseContext };
  const fields = request.fields.some(isTraceField) ? request.fields.filter(isTraceField) : NOTHING.fields;
  const requestId = fieldValue(request.fields, REQUEST_ID);
  if (fields.length === 0 && requestId === undefined && responseContext === undefined) return NOTHING;
  const extractions = extractAll(fields);
  const identities = identitiesOf(extractions, fields);
  const valid = extractions.find((extraction) => "context" in extraction);
  const context = valid !== undefined && "context" in valid ? valid.context : firstLine(fields);
  return {
    extractions,
    context,
    format: valid?.format ?? (context === undefined ? undefined : "w3c"),
    identities,
    fields,
    baggage: joined(fields, BAGGAGE_HEADER),
    requestId,
    response: responseContext,
  };
}

const traceFieldLengths: ReadonlySet<number> = new Set([...traceFieldNames].map((name) => name.length));

function isTraceField({ name }: Field): boolean {
  return traceFieldLengths.has(name.length) && traceFieldNames.has(name.toLowerCase());
}

function responseIdentity(fields: readonly Field[]): ContextReading["response"] {
  const said = readTraceResponse(fields);
  return said?.traceId === undefined || said.spanId === undefined ? undefined : { traceId: said.traceId, spanId: said.spanId };
}

export function fieldValue(fields: readonly Field[], name: string): string | undefined {
  // Lengths first: most names need no lower-cased copy.
  for (const field of fields) if (field.name.length === name.length && field.name.toLowerCase() === name) return field.value;
  return undefined;
}

/** All lines of a list field as one value (RFC 9110 §5.3). */
export function joined(fields: readonly Field[], name: string): string | undefined {
  const values = fields.filter((field) => field.name.toLowerCase() === name).map((field) => field.value);
  return values.length === 0 ? undefined : values.join(",");
}

/** All `traceparent` values of a request, also where several stand in one line. */
export function traceparentValues(fields: readonly Field[]): string[] {
  return fields
    .filter((field) => field.name.toLowerCase() === "traceparent")
    .flatMap((field) => field.value.split(",").map((value) => value.trim()));
}

/** Where `traceparent` is repeated, receivers differ (some take the first line): its first valid value is the likeliest context. */
function firstLine(fields: readonly Field[]) {
  const values = traceparentValues(fields);
  if (values.length < 2) return undefined;
  for (const value of values) {
    const parsed = parseTraceparent(value);
    if ("context" in parsed) return parsed.context;
  }
  return undefined;
}

function identitiesOf(extractions: ContextReading["extractions"], fields: readonly Field[]): Identity[] {
  const identities: Identity[] = [];
  const add = (identity: Identity) => {
    if (!identities.some((known) => known.traceId === identity.traceId && known.spanId === identity.spanId)) identities.push(identity);
  };
  for (const extraction of extractions) {
    if ("context" in extraction) {
      const { traceId, spanId, sampled } = extraction.context;
      add({ format: extraction.format, traceId, spanId, sampled });
    } else if (extraction.format === "w3c") {
      for (const value of traceparentValues(fields)) {
        const parsed = parseTraceparent(value);
        if ("context" in parsed)
          add({ format: "w3c", traceId: parsed.context.traceId, spanId: parsed.context.spanId, sampled: parsed.context.sampled });
      }
    }
  }
  return identities;
}
