// Reads the fields of an exchange once, when it is seen, and lets them go: hops are kept by the hundred thousand, fields are not.

import { standardFormats } from "../propagation/registry.ts";
import type { HttpExchange } from "../protocols/observation.ts";
import type { Field } from "../wire/field.ts";
import type { ReadExchange } from "./hop.ts";
import { purposeOf } from "./purpose.ts";
import { readContexts, sortFields } from "./read-contexts.ts";

const NO_FIELDS: readonly Field[] = [];

export function readExchange(exchange: HttpExchange, formats = standardFormats): ReadExchange {
  const { kind, version, vantage, connection, client, server, request, response } = exchange;
  const sorted = sortFields(request?.fields ?? NO_FIELDS, formats);
  const reading = readContexts(sorted, response?.fields ?? NO_FIELDS, formats);
  const purpose = purposeOf(request, sorted.userAgent);
  const { host } = sorted;
  if (request !== undefined) request.fields = NO_FIELDS;
  if (response !== undefined) response.fields = NO_FIELDS;
  // Whole exchanges of HTTP/1 are nearly all: they get one shape, without a spread.
  if (exchange.incomplete === undefined && exchange.stream === undefined)
    return { kind, version, vantage, connection, client, server, request, response, reading, purpose, host };
  return { ...exchange, reading, purpose, host };
}
