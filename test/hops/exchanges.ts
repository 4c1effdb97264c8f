// Exchanges as protocols observe them, for the table of exchanges.

import type { ConnectionSummary, HttpExchange } from "../../src/protocols/observation.ts";
import type { Endpoint } from "../../src/wire/endpoint.ts";
import type { Field } from "../../src/wire/field.ts";

export const NOON = 1_795_348_800_000_000;

export interface Options {
  readonly client?: Endpoint;
  readonly server?: Endpoint;
  readonly vantage?: number;
  /** µs after noon. */
  readonly at?: number;
  /** When the answer came, µs after noon. */
  readonly answered?: number;
  readonly sequence?: number;
  readonly target?: string;
  readonly fields?: readonly Field[];
  /** What the capture lost. */
  readonly lacks?: "request" | "response";
}

export const CLIENT: Endpoint = { address: "10.0.0.1", port: 40_000 };
export const SERVICE: Endpoint = { address: "10.96.0.7", port: 80 };
export const POD: Endpoint = { address: "10.0.0.9", port: 8_080 };

export function exchange({
  client = CLIENT,
  server = POD,
  vantage = 0,
  at = 0,
  answered = at + 500,
  sequence = 1,
  target = "/",
  fields = [],
  lacks,
}: Options): HttpExchange {
  const startedAt = NOON + at;
  const whole: HttpExchange = {
    kind: "http",
    version: "1.1",
    vantage,
    connection: 0,
    client,
    server,
    request: {
      method: "GET",
      path: target,
      targetHash: target.length * 7_919,
      fields,
      isHeadComplete: true,
      hiddenFields: 0,
      headLength: 100 + target.length,
      bodyLength: 0,
      startedAt,
      endedAt: startedAt,
      packet: { capture: vantage, number: at + 1 },
      sequence,
      seenAgain: [],
    },
    response: {
      status: 200,
      fields: [],
      isHeadComplete: true,
      bodyLength: 2,
      startedAt: NOON + answered,
      endedAt: NOON + answered,
      packet: { capture: vantage, number: at + 2 },
      sequence: sequence + 1_000,
    },
  };
  return lacks === undefined ? whole : { ...whole, [lacks]: undefined };
}

/** A connection that was seen from its handshake on; `from` and `to` in µs after noon. */
export function connection({
  client = CLIENT,
  server = POD,
  vantage = 0,
  from = 0,
  to = 1,
  missing = 0,
}: Pick<Options, "client" | "server" | "vantage"> & {
  readonly from?: number;
  readonly to?: number;
  readonly missing?: number;
}): ConnectionSummary {
  return {
    kind: "connection",
    vantage,
    client,
    server,
    protocol: "HTTP/1",
    handshake: "complete",
    closedBy: "capture ended",
    openedAt: NOON + from,
    packet: { capture: vantage, number: 1 },
    lastPacketAt: NOON + to,
    packets: 40,
    bytes: 4_000,
    missing,
    ofClient: { missing, cutOff: 0 },
    retransmissions: 0,
    secondSights: 0,
  };
}
