// Wireshark display filters for all exchanges like those of a finding.

import type { Finding } from "../diagnosis/finding.ts";
import type { Hop } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";

/** How Wireshark's dissector of a protocol calls it. */
interface Words {
  readonly request: string;
  readonly method: string;
  readonly path: string;
  readonly withoutContext: string;
}

const HTTP1: Words = {
  request: "http.request",
  method: "http.request.method",
  path: "http.request.uri",
  withoutContext: 'not http.request.line matches "^(traceparent|b3|x-b3-traceid|uber-trace-id):"',
};

const HTTP2: Words = {
  request: "http2.headers.path",
  method: "http2.headers.method",
  path: "http2.headers.path",
  withoutContext: 'not http2.header.name in {"traceparent", "b3", "x-b3-traceid", "uber-trace-id"}',
};

/**
 * A display filter for all exchanges like those of a finding. `matches` ignores case; `contains` does not, and Go writes `Traceparent`.
 * It asks for the ends, for a single route, and for the missing fields where they are missing; it may show sound exchanges of the route too.
 */
export function populationFilter(finding: Finding, affected: readonly Hop[], { exchanges, row }: HopTable): string | undefined {
  const hops = affected.length > 0 ? affected : finding.exemplars.map((exemplar) => exemplar.judgement.hop);
  const [hop] = hops;
  if (hop === undefined || finding.edge === undefined) return undefined;
  const family = hop.client.address.includes(":") ? "ipv6" : "ip";
  const words = hop.version === "2" ? HTTP2 : HTTP1;
  const [only, ...more] = finding.routes;
  // Hops are many, connections few.
  const connections = new Set<number>();
  for (const { index } of hops) connections.add(exchanges.endsOf[row[index]!]!);
  const ends = [...connections].map((connection) => exchanges.ends.at(connection));
  return [
    words.request,
    ...oneOf(
      `${family}.src`,
      ends.map(({ client }) => client.address),
    ),
    ...oneOf(
      `${family}.dst`,
      ends.map(({ server }) => server.address),
    ),
    ...oneOf(
      "tcp.dstport",
      ends.map(({ server }) => `${server.port}`),
    ),
    ...(only !== undefined && more.length === 0 ? routeFilter(only.route, words) : []),
    ...(finding.cause === "cors-preflight"
      ? [`${words.method} == "OPTIONS"`]
      : finding.verdict === "stripped"
        ? [words.withoutContext]
        : []),
  ].join(" and ");
}

/** A filter with more values than this is no longer readable, nor pasteable: that clause is left out. */
const MAX_VALUES = 8;

function oneOf(field: string, values: readonly string[]): string[] {
  const all = [...new Set(values)];
  if (all.length > MAX_VALUES) return [];
  return [all.length === 1 ? `${field} == ${all[0]}` : `${field} in {${all.join(", ")}}`];
}

/** `GET /orders/*` as Wireshark tells it. A route with odd characters is left out: it comes from the wire. */
function routeFilter(route: string, { method: methodField, path: pathField }: Words): string[] {
  const found = /^([A-Z]+) (\/[\w./*~-]*)$/.exec(route);
  const [, method, path] = found ?? [];
  if (method === undefined || path === undefined) return [];
  const pattern = path.replaceAll(".", "[.]").replaceAll("*", "[^/?]+");
  return [`${methodField} == "${method}"`, `${pathField} matches "^${pattern}([?]|$)"`];
}
