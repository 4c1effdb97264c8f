// Wireshark display filters for all exchanges like those of a finding.

import type { Finding } from "../diagnosis/finding.ts";
import type { Hop } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import type { Endpoint } from "../wire/endpoint.ts";

/** How Wireshark's dissector of a protocol calls it. */
interface Words {
  readonly request: string;
  readonly method: string;
  readonly path: string;
  /** Of requests that have none of these fields. */
  readonly without: (fields: readonly string[]) => string;
}

const HTTP1: Words = {
  request: "http.request",
  method: "http.request.method",
  path: "http.request.uri",
  without: (fields) => `not http.request.line matches "^${oneIn(fields.map(inPattern))}:"`,
};

const HTTP2: Words = {
  request: "http2.headers.path",
  method: "http2.headers.method",
  path: "http2.headers.path",
  without: (fields) => `not http2.header.name in {${fields.map((field) => `"${field}"`).join(", ")}}`,
};

/** What Wireshark is asked for, and how many of the run's exchanges it shows. */
export interface PopulationFilter {
  readonly filter: string;
  readonly shown: number;
}

/**
 * A display filter for all exchanges like those of a finding. `matches` ignores case; `contains` does not, and Go writes `Traceparent`.
 * It asks for the ends, for a single route, and for the missing fields where they are missing; it may show other exchanges of the route too.
 */
export function populationFilter(finding: Finding, affected: readonly Hop[], table: HopTable): PopulationFilter | undefined {
  const { exchanges, row } = table;
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
  const [clients, servers, ports] = [
    new Set(ends.map(({ client }) => client.address)),
    new Set(ends.map(({ server }) => server.address)),
    new Set(ends.map(({ server }) => `${server.port}`)),
  ];
  const route = only !== undefined && more.length === 0 ? routeOf(only.route) : undefined;
  const isPreflight = finding.cause === "cors-preflight";
  const isBare = finding.verdict === "stripped" && !isPreflight;
  const fields = exchanges.readings.traceIdFields;
  const filter = [
    words.request,
    ...oneOf(`${family}.src`, clients),
    ...oneOf(`${family}.dst`, servers),
    ...oneOf("tcp.dstport", ports),
    ...(route === undefined ? [] : [`${words.method} == "${route.method}"`, `${words.path} matches "${route.pattern}"`]),
    ...(isPreflight ? [`${words.method} == "OPTIONS"`] : isBare && fields.length > 0 ? [words.without(fields)] : []),
  ].join(" and ");
  const path = route === undefined ? undefined : new RegExp(route.pattern);
  const isShown = Array.from(exchanges.ends, isBetween);
  let shown = 0;
  for (let index = 0; index < table.size; index++) {
    const own = row[index]!;
    if (isShown[exchanges.endsOf[own]!] !== true || !exchanges.hasRequest(own)) continue;
    if (
      route !== undefined &&
      (exchanges.methods.values[exchanges.method[own]!] !== route.method || path?.test(exchanges.path[own]!) !== true)
    )
      continue;
    if (isBare && exchanges.readings.hasContext(own)) continue;
    shown++;
  }
  return { filter, shown };

  function isBetween({ client, server }: { readonly client: Endpoint; readonly server: Endpoint }): boolean {
    const isOneOf = (values: ReadonlySet<string>, value: string) => values.size > MAX_VALUES || values.has(value);
    return isOneOf(clients, client.address) && isOneOf(servers, server.address) && isOneOf(ports, `${server.port}`);
  }
}

function oneIn(patterns: readonly string[]): string {
  return patterns.length === 1 ? patterns.join("") : `(${patterns.join("|")})`;
}

/** A field's name, a token (RFC 9110 §5.6.2), in a regular expression. */
function inPattern(field: string): string {
  return field.replace(/[.*+^$|]/g, "[$&]").replaceAll("[^]", "\\^");
}

/** A filter with more values than this is no longer readable, nor pasteable: that clause is left out. */
const MAX_VALUES = 8;

function oneOf(field: string, values: ReadonlySet<string>): string[] {
  const all = [...values];
  if (all.length > MAX_VALUES) return [];
  return [all.length === 1 ? `${field} == ${all[0]}` : `${field} in {${all.join(", ")}}`];
}

/** `GET /orders/*` as Wireshark tells it. A route with odd characters is left out: it comes from the wire. */
function routeOf(route: string): { readonly method: string; readonly pattern: string } | undefined {
  const found = /^([A-Z]+) (\/[\w./*~-]*)$/.exec(route);
  const [, method, path] = found ?? [];
  if (method === undefined || path === undefined) return undefined;
  return { method, pattern: `^${path.replaceAll(".", "[.]").replaceAll("*", "[^/?]+")}([?]|$)` };
}
