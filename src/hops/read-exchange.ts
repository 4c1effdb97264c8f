// Reads the fields of an exchange once, when it is seen, and lets them go: hops are kept by the hundred thousand, fields are not.

import type { HttpExchange } from "../protocols/observation.ts";
import type { Field } from "../wire/field.ts";
import type { ReadExchange } from "./hop.ts";
import { purposeOf } from "./purpose.ts";
import { readContexts, sortFields } from "./read-contexts.ts";

const NO_FIELDS: readonly Field[] = [];

export function readExchange(exchange: HttpExchange): ReadExchange {
  const { kind, version, vantage, connection, client, server, stream, request, response, grpc } = exchange;
  const sorted = sortFields(request?.fields ?? NO_FIELDS);
  const reading = readContexts(sorted, response?.fields ?? NO_FIELDS);
  const purpose = purposeOf(request, sorted.userAgent, server.port);
  const { host } = sorted;
  if (request !== undefined) request.fields = NO_FIELDS;
  if (response !== undefined) response.fields = NO_FIELDS;
  // Whole exchanges are nearly all: those of a protocol get one shape, without a spread.
  if (exchange.incomplete === undefined) {
    if (stream === undefined) return { kind, version, vantage, connection, client, server, request, response, reading, purpose, host };
    if (grpc !== undefined)
      return { kind, version, vantage, connection, client, server, stream, request, response, grpc, reading, purpose, host };
  }
  return { ...exchange, reading, purpose, host };
}
