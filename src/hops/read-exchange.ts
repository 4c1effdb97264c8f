// Reads the fields of an exchange once, when it is seen, and lets them go: hops are kept by the hundred thousand, fields are not.

import type { HttpExchange } from "../protocols/observation.ts";
import type { Field } from "../wire/field.ts";
import type { ReadExchange } from "./hop.ts";
import { purposeOf } from "./purpose.ts";
import { fieldValue, readContexts } from "./read-contexts.ts";

const NO_FIELDS: readonly Field[] = [];

export function readExchange(exchange: HttpExchange): ReadExchange {
  const { kind, version, vantage, connection, client, server, stream, request, response, incomplete } = exchange;
  const reading = readContexts(exchange);
  const purpose = purposeOf(exchange);
  const host = request === undefined ? undefined : fieldValue(request.fields, "host");
  if (request !== undefined) request.fields = NO_FIELDS;
  if (response !== undefined) response.fields = NO_FIELDS;
  return {
    kind,
    version,
    vantage,
    connection,
    client,
    server,
    ...(stream === undefined ? undefined : { stream }),
    request,
    response,
    ...(incomplete === undefined ? undefined : { incomplete }),
    reading,
    purpose,
    host,
  };
}
