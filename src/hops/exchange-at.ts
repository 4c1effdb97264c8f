// An exchange as an object again, made from its row when a rule or a report asks for it.

import type { HttpExchange } from "../protocols/observation.ts";
import type { Field } from "../wire/field.ts";
import type { ExchangeTable } from "./exchange-table.ts";
import { PURPOSES, type ReadExchange } from "./hop.ts";

const NO_FIELDS: readonly Field[] = [];

export function exchangeAt(table: ExchangeTable, row: number): ReadExchange {
  const { vantage, connection, client, server } = table.ends.at(table.endsOf[row]!);
  const incomplete = table.incomplete.get(row);
  const stream = table.stream[row]!;
  const host = table.host[row]!;
  return {
    kind: "http",
    version: table.version(row),
    vantage,
    connection,
    client,
    server,
    request: requestAt(table, row),
    response: responseAt(table, row),
    ...(stream === 0 ? {} : { stream }),
    ...(table.isGrpc(row) ? { grpc: table.grpc.at(row, table.path[row]!) } : {}),
    ...(incomplete === undefined ? {} : { incomplete }),
    reading: table.reading(row),
    purpose: PURPOSES[table.purpose[row]!]!,
    host: host === 0 ? undefined : table.hosts.values[host - 1],
    ...table.preflights.of(row),
  };
}

function requestAt(table: ExchangeTable, row: number): HttpExchange["request"] {
  if (!table.hasRequest(row)) return undefined;
  return {
    method: table.methods.values[table.method[row]!]!,
    path: table.path[row]!,
    targetHash: table.targetHash[row]!,
    fields: NO_FIELDS,
    isHeadComplete: table.isWhole(row),
    hiddenFields: table.hiddenFields.get(row) ?? 0,
    headLength: table.headLength(row),
    bodyLength: table.requestBodyLength(row),
    startedAt: table.requestStart[row]!,
    endedAt: seen(table.requestEnd[row]!),
    packet: table.requests.packet(row),
    lastPacket: table.requests.lastNumber(row),
    sequence: table.requestSequence[row]!,
    seenAgain: table.seenAgain.get(row) ?? [],
  };
}

function responseAt(table: ExchangeTable, row: number): HttpExchange["response"] {
  if (!table.hasResponse(row)) return undefined;
  return {
    status: table.status[row] === 0 ? undefined : table.status[row]!,
    fields: NO_FIELDS,
    isHeadComplete: table.isResponseWhole(row),
    bodyLength: table.responseBodyLength(row),
    startedAt: table.responseStart[row]!,
    endedAt: seen(table.responseEnd[row]!),
    packet: table.responses.packet(row),
    sequence: table.responseSequence[row]!,
  };
}

/** NaN stands for a time that was not seen. */
function seen(time: number): number | undefined {
  return Number.isNaN(time) ? undefined : time;
}
