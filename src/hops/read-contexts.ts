// Takes the trace context out of an exchange's fields: every format's answer is kept, and so are all lines as they stood on the wire.

import { BAGGAGE_HEADER } from "../propagation/baggage.ts";
import { extractAll, traceFieldNames } from "../propagation/registry.ts";
import { readTraceResponse, TRACE_RESPONSE_HEADER } from "../propagation/traceresponse.ts";
import { parseTraceparent } from "../propagation/w3c.ts";
import type { Field } from "../wire/field.ts";
import type { ContextReading, Identity } from "./hop.ts";

const REQUEST_ID = "x-request-id";
const HOST = "host";
const USER_AGENT = "user-agent";

/** Lower-case names of the fields whose values hops need: what a capture is read with. */
export const keptFieldNames: ReadonlySet<string> = new Set([...traceFieldNames, TRACE_RESPONSE_HEADER, REQUEST_ID, HOST, USER_AGENT]);

/** Request fields by what they are for. */
export interface SortedFields {
  /** Trace fields in wire order. */
  readonly trace: readonly Field[];
  readonly requestId: string | undefined;
  readonly host: string | undefined;
  readonly userAgent: string | undefined;
}

const NO_FIELDS: readonly Field[] = [];

export function sortFields(fields: readonly Field[]): SortedFields {
  let trace: Field[] | undefined;
  let requestId: string | undefined;
  let host: string | undefined;
  let userAgent: string | undefined;
  for (const field of fields) {
    switch (kindOf(field.name)) {
      case "trace":
        if (trace === undefined) trace = [field];
        else trace.push(field);
        break;
      case REQUEST_ID:
        requestId ??= field.value;
        break;
      case HOST:
        host ??= field.value;
        break;
      case USER_AGENT:
        userAgent ??= field.value;
        break;
      default:
    }
  }
  return { trace: trace ?? NO_FIELDS, requestId, host, userAgent };
}

/** Names as they stood on the wire, so that each spelling is lower-cased once. */
const kinds = new Map<string, string>();
const MAX_SPELLINGS = 1_024;

function kindOf(name: string): string {
  const known = kinds.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  const kind = traceFieldNames.has(lower) ? "trace" : lower;
  if (kinds.size < MAX_SPELLINGS) kinds.set(name, kind);
  return kind;
}

const NOTHING: ContextReading = {
  extractions: [],
  context: undefined,
  format: undefined,
  identities: [],
  fields: NO_FIELDS,
  baggage: undefined,
  requestId: undefined,
  response: undefined,
};

/** What trace fields say, in wire order; `response`: what the answer said. */
export function readContexts(
  fields: readonly Field[],
  requestId: string | undefined,
  response: ContextReading["response"],
): ContextReading {
  if (fields.length === 0) return requestId === undefined && response === undefined ? NOTHING : { ...NOTHING, requestId, response };
  const extractions = extractAll(fields);
  const identities = identitiesOf(extractions, fields);
  const baggage = fields.length === 1 && extractions.length === 1 ? undefined : joined(fields, BAGGAGE_HEADER);
  for (const extraction of extractions) {
    if ("context" in extraction)
      return { extractions, context: extraction.context, format: extraction.format, identities, fields, baggage, requestId, response };
  }
  const context = firstLine(fields);
  return { extractions, context, format: context === undefined ? undefined : "w3c", identities, fields, baggage, requestId, response };
}

/** The server span's own context, where the answer names it. */
export function responseIdentity(fields: readonly Field[]): ContextReading["response"] {
  const said = readTraceResponse(fields);
  return said?.traceId === undefined || said.spanId === undefined ? undefined : { traceId: said.traceId, spanId: said.spanId };
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
  const [only] = extractions;
  if (only !== undefined && extractions.length === 1 && "context" in only) {
    const { traceId, spanId, sampled } = only.context;
    return [{ format: only.format, traceId, spanId, sampled }];
  }
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
