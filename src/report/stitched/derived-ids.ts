// Span ids for what has none: made of what tells an exchange from all others, so that the same captures give the same ids.

import type { Hop } from "../../hops/hop.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../../wire/id-digits.ts";
import { loadWhenUsed } from "../../wire/load-when-used.ts";

const crypto = loadWhenUsed<typeof import("node:crypto")>("node:crypto");

/** 16 lower-case hex digits. */
export function derivedSpanId(hop: Hop, side: "client" | "server"): string {
  return digest(`${side} ${nameOf(hop)}`, SPAN_ID_DIGITS);
}

/** For a span whose id another one of its stitched trace has. */
export function otherSpanId(traceId: string, spanId: string, attempt: number): string {
  return digest(`${traceId} ${spanId} ${attempt}`, SPAN_ID_DIGITS);
}

/** For exchanges that belong together and carry no trace id at all. */
export function derivedTraceId(hop: Hop): string {
  return digest(`trace ${nameOf(hop)}`, TRACE_ID_DIGITS);
}

function nameOf({ client, server, exchange, startedAt, method }: Hop): string {
  const sequence = (exchange.request ?? exchange.response)?.sequence ?? 0;
  return `${formatEndpoint(client)} ${formatEndpoint(server)} ${startedAt} ${sequence} ${exchange.stream ?? 0} ${method}`;
}

function digest(text: string, digits: number): string {
  return crypto().createHash("sha256").update(text).digest("hex").slice(0, digits);
}
