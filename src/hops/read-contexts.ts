// Takes the trace context out of an exchange's fields: every format's answer is kept, and so are all lines as they stood on the wire.

import { BAGGAGE_HEADER } from "../propagation/baggage.ts";
import { correlationFieldNames, correlationRank } from "../propagation/correlation.ts";
import { combineLines } from "../propagation/field-lines.ts";
import type { TraceContext } from "../propagation/format.ts";
import type { FormatSet } from "../propagation/format-set.ts";
import { fullTraceId } from "../propagation/same-trace.ts";
import { readTraceResponse, TRACE_RESPONSE_HEADER } from "../propagation/traceresponse.ts";
import { parseTraceparent } from "../propagation/w3c.ts";
import type { Field } from "../wire/field.ts";
import { MAX_FIELD_SPELLINGS, MAX_NAME_CHARS, MAX_REQUEST_ID_CHARS } from "../wire/limits.ts";
import type { ContextReading, Identity } from "./hop.ts";
import { preflightFieldNames } from "./preflight.ts";

const HOST = "host";
const USER_AGENT = "user-agent";

/** Lower-case names of the fields whose values hops need: what a capture is read with. */
export function keptFieldNames(formats: FormatSet): ReadonlySet<string> {
  return new Set([...formats.fieldNames, TRACE_RESPONSE_HEADER, ...correlationFieldNames, ...preflightFieldNames, HOST, USER_AGENT]);
}

/** Request fields by what they are for. */
export interface SortedFields {
  /** Trace fields in wire order. */
  readonly trace: readonly Field[];
  readonly requestId: string | undefined;
  readonly host: string | undefined;
  readonly userAgent: string | undefined;
}

const NO_FIELDS: readonly Field[] = [];
const NO_WARNINGS: readonly string[] = [];

const TRACE = -1;
const HOST_FIELD = -2;
const AGENT_FIELD = -3;
const UNUSED = -4;
const MAX_REMEMBERED_PLACES = 16;

/** Tells request fields apart by their names; each spelling is looked at once. */
export class FieldSorter {
  readonly #formats: FormatSet;
  /** What a field is for, by its name as it stood on the wire; of a correlation id its rank. */
  readonly #kinds = new Map<string, number>();
  /** By place in the head: the name that stood there last, and what it is for. One client sends the same fields again and again. */
  readonly #lastNames: string[] = [];
  readonly #lastKinds: number[] = [];

  constructor(formats: FormatSet) {
    this.#formats = formats;
  }

  sort(fields: readonly Field[]): SortedFields {
    let trace: Field[] | undefined;
    let requestId: string | undefined;
    let requestIdRank = correlationFieldNames.length;
    let host: string | undefined;
    let userAgent: string | undefined;
    for (let place = 0; place < fields.length; place++) {
      const field = fields[place]!;
      const kind = this.#lastNames[place] === field.name ? this.#lastKinds[place]! : this.#kindAt(place, field.name);
      if (kind === TRACE) {
        if (trace === undefined) trace = [field];
        else trace.push(field);
      } else if (kind === HOST_FIELD) {
        if (field.value.length <= MAX_NAME_CHARS) host ??= field.value;
      } else if (kind === AGENT_FIELD) userAgent ??= field.value;
      else if (kind >= 0 && kind < requestIdRank && field.value.length <= MAX_REQUEST_ID_CHARS) {
        requestId = field.value;
        requestIdRank = kind;
      }
    }
    return { trace: trace ?? NO_FIELDS, requestId, host, userAgent };
  }

  #kindAt(place: number, name: string): number {
    const kind = this.#kinds.get(name) ?? this.#kindOf(name);
    // Real heads hold a few fields that anybody keeps.
    if (place > MAX_REMEMBERED_PLACES) return kind;
    this.#lastNames[place] = name;
    this.#lastKinds[place] = kind;
    return kind;
  }

  #kindOf(name: string): number {
    const lower = name.toLowerCase();
    const rank = correlationRank(lower);
    const kind = this.#formats.isTraceField(name)
      ? TRACE
      : lower === HOST
        ? HOST_FIELD
        : lower === USER_AGENT
          ? AGENT_FIELD
          : rank >= 0
            ? rank
            : UNUSED;
    if (this.#kinds.size < MAX_FIELD_SPELLINGS) this.#kinds.set(name, kind);
    return kind;
  }
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
  formats: FormatSet,
): ContextReading {
  if (fields.length === 0) return requestId === undefined && response === undefined ? NOTHING : { ...NOTHING, requestId, response };
  const extractions = formats.extractAll(fields);
  const identities = identitiesOf(extractions, fields);
  const baggage = fields.length === 1 && extractions.length === 1 ? undefined : combineLines(fields, BAGGAGE_HEADER);
  for (const extraction of extractions) {
    if ("context" in extraction)
      return { extractions, context: extraction.context, format: extraction.format, identities, fields, baggage, requestId, response };
  }
  const context = firstLine(fields);
  return { extractions, context, format: context === undefined ? undefined : "w3c", identities, fields, baggage, requestId, response };
}

/** What one `traceparent` of version 00 says, whose parts are known, and nothing beside it. */
export function readingOfTraceparent(
  field: Field,
  context: TraceContext,
  requestId: string | undefined,
  response: ContextReading["response"],
): ContextReading {
  const { traceId, spanId, sampled } = context;
  return {
    extractions: [{ format: "w3c", context, warnings: NO_WARNINGS }],
    context,
    format: "w3c",
    identities: [{ format: "w3c", traceId, spanId, sampled }],
    fields: [field],
    baggage: undefined,
    requestId,
    response,
  };
}

/** The server span's own context, where the answer names it. */
export function responseIdentity(fields: readonly Field[]): ContextReading["response"] {
  const said = readTraceResponse(fields);
  return said?.traceId === undefined || said.spanId === undefined ? undefined : { traceId: said.traceId, spanId: said.spanId };
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
      const { spanId, sampled } = extraction.context;
      const { format } = extraction;
      const traceId = fullTraceId({ traceId: extraction.context.traceId, format }, identities);
      add({ format, traceId, spanId, sampled });
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
