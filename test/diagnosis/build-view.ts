// Small worlds for the tests of the diagnosis: requests and spans as data, run through the real parts that make a View of them.

import type { BackendKnowledge } from "../../src/diagnosis/backend-knowledge.ts";
import { type Diagnosis, diagnose } from "../../src/diagnosis/diagnose.ts";
import { Exporters } from "../../src/diagnosis/exporters/exporters.ts";
import type { ExporterTraffic } from "../../src/diagnosis/exporters/trouble.ts";
import { findCauses } from "../../src/diagnosis/find-causes.ts";
import type { Finding } from "../../src/diagnosis/finding.ts";
import type { View } from "../../src/diagnosis/view.ts";
import { matchSpans } from "../../src/diff/match-spans.ts";
import { linkParentsBySpans } from "../../src/diff/span-parents.ts";
import { buildHops } from "../../src/hops/build-hops.ts";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import { addressNames } from "../../src/naming/address-names.ts";
import { nameWorkloads } from "../../src/naming/name-workloads.ts";
import { standardFormats } from "../../src/propagation/registry.ts";
import { grpcCall } from "../../src/protocols/http/grpc.ts";
import type { ConnectionSummary, HttpExchange, HttpRequest, TlsHandshake } from "../../src/protocols/observation.ts";
import { mergeTraces } from "../../src/spans/merge-traces.ts";
import type { Resource, Span, SpanKind } from "../../src/spans/span.ts";
import type { Endpoint } from "../../src/wire/endpoint.ts";
import type { Field } from "../../src/wire/field.ts";

/** Who may act; `orders#2` is the second replica of orders. The names are told as a names file tells them. */
const ADDRESSES: Readonly<Record<string, string>> = {
  client: "10.0.0.1",
  ingress: "10.0.0.2",
  frontend: "10.0.0.3",
  orders: "10.0.0.4",
  stock: "10.0.0.5",
  collector: "10.0.0.6",
  "ingress#1": "10.0.1.2",
  "ingress#2": "10.0.2.2",
  "orders#1": "10.0.1.4",
  "orders#2": "10.0.2.4",
};
const PORT = 8080;
export const NOON = 1_795_348_800_000_000;

/** 32 digits, both halves different from zero: `trace(7)` ends in 07. */
export function trace(n: number): string {
  return `4bf92f3577b34da6a3ce929d0e0e${n.toString(16).padStart(4, "0")}`;
}

/** 16 digits. */
export function id(n: number): string {
  return `00f067aa0ba9${n.toString(16).padStart(4, "0")}`;
}

export function traceparent(n: number, span: number, flags = "01"): readonly [string, string] {
  return ["traceparent", `00-${trace(n)}-${id(span)}-${flags}`];
}

export interface Request {
  readonly from: string;
  readonly to: string;
  /** Milliseconds since noon; requests of one sender at one time share a connection. */
  readonly at: number;
  /** When the answer ended. */
  readonly until: number;
  readonly method: string;
  readonly target: string;
  readonly status: number | undefined;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Of the answer. */
  readonly answer: readonly (readonly [name: string, value: string])[];
  /** `grpc-status`: the exchange is a gRPC call. */
  readonly grpcStatus?: number;
  /** What the capture holds of the request head. */
  readonly head: "full" | "partial" | "missing";
  /** Fields that refer to an HPACK table which the capture does not show. */
  readonly hiddenFields: number;
  readonly headLength: number;
  /** The captures that show it. */
  readonly seenFrom: readonly number[];
}

/** `request("frontend → orders", …)`: GET / from 0 to 100 ms, answered with 200, seen whole by one capture. */
export function request(edge: string, options: Partial<Request> = {}): Request {
  const [from = "", to = ""] = edge.split(" → ");
  const defaults = {
    at: 0,
    until: (options.at ?? 0) + 100,
    method: "GET",
    target: "/",
    status: 200,
    fields: [],
    answer: [],
    hiddenFields: 0,
    headLength: 300,
  } as const;
  return { from, to, ...defaults, head: "full", seenFrom: [0], ...options };
}

interface SpanOptions {
  readonly trace?: number;
  readonly id?: number;
  readonly parent?: number | undefined;
  readonly service?: string;
  readonly kind?: SpanKind;
  readonly language?: string;
  readonly sdk?: string;
  readonly sdkVersion?: string;
  /** Name of the instrumentation. */
  readonly scope?: string;
  readonly route?: string;
  readonly links?: readonly { readonly trace: number; readonly id: number }[];
  readonly name?: string;
  /** `k8s.pod.name`. */
  readonly pod?: string;
  /** `host.name`, where there is no pod. */
  readonly host?: string;
}

/** The receiver's span of a request, on the connection that the request came in on. */
export function server(of: Request, options: SpanOptions): Span {
  const client = clientOf(of);
  return span(of, { kind: "server", service: serviceOf(of.to), ...options }, 1, {
    "network.peer.address": client.address,
    "network.peer.port": client.port,
    ...(options.route !== undefined && { "http.route": options.route }),
  });
}

/** The sender's span of a request. */
export function client(of: Request, options: SpanOptions): Span {
  return span(of, { kind: "client", service: serviceOf(of.from), ...options }, -1, {});
}

/** A span of the sender that is about no request: a job, a step. */
export function internal(of: Request, options: SpanOptions): Span {
  const { attributes: _, ...made } = span(of, { kind: "internal", service: serviceOf(of.from), ...options }, -2, {});
  return { ...made, name: "job", attributes: {} };
}

function span(of: Request, options: SpanOptions, inset: number, attributes: Span["attributes"]): Span {
  const { service = "", kind = "internal", language, sdk, sdkVersion, pod, host } = options;
  const resource: Resource = {
    service,
    ...(pod !== undefined && { pod }),
    ...(pod === undefined && host !== undefined && { pod: host, podBy: "host.name" as const }),
    ...(language !== undefined && { language }),
    ...(sdk !== undefined && { sdk }),
    ...(sdkVersion !== undefined && { sdkVersion }),
  };
  return {
    traceId: trace(options.trace ?? 1),
    spanId: id(options.id ?? 1),
    ...(options.parent !== undefined && { parentSpanId: id(options.parent) }),
    name: options.name ?? of.method,
    kind,
    startedAt: NOON + (of.at + inset) * 1_000,
    endedAt: NOON + (of.until - inset) * 1_000,
    error: false,
    resource,
    scope: options.scope ?? "test",
    links: (options.links ?? []).map((link) => ({ traceId: trace(link.trace), spanId: id(link.id) })),
    attributes: { "http.request.method": of.method, "url.path": pathOf(of.target), ...attributes },
  };
}

export interface World {
  readonly requests: readonly Request[];
  /** What the backend answers; without it none is asked. */
  readonly spans?: readonly Span[];
  /** What else the backend could say (default: it answered for every trace and was searched). */
  readonly backend?: Partial<BackendKnowledge>;
  /** Bytes of answers that the capture lacks, of every connection. */
  readonly missing?: number;
  /** Connections that carry what cannot be read, open from 0 to a minute. */
  readonly unreadable?: readonly { readonly to: string; readonly protocol: string }[];
  readonly tls?: readonly Tls[];
  /** From which packet on fields of the requests with hidden ones are known. */
  readonly knownFrom?: number;
  /** What is seen of exporters (see build-traffic.ts). */
  readonly traffic?: Partial<ExporterTraffic>;
}

/** A TLS connection that nobody could read, unless said otherwise. */
export interface Tls extends Partial<Omit<TlsHandshake, "kind" | "client" | "server" | "at">> {
  readonly from: string;
  readonly to: string;
  /** Milliseconds since noon; a request of the same sender and time was made on it. */
  readonly at: number;
}

export function tls(edge: string, options: Partial<Tls> = {}): Tls {
  const [from = "", to = ""] = edge.split(" → ");
  return { from, to, at: 0, ...options };
}

export interface Seen extends Diagnosis {
  readonly view: View;
  /** One line a finding, gravest first: `error stripped: ingress → orders 4/4, ingress, proxy-drops-header`. */
  readonly said: readonly string[];
  /** The same without notes. */
  readonly blamed: readonly string[];
}

export function look(world: World): Seen {
  const { requests, spans, backend = {} } = world;
  const seen = requests.flatMap(sightings);
  const exchanges = new ExchangeTable(standardFormats, () => undefined);
  for (const exchange of seen) exchanges.add(exchange);
  const handshakes = (world.tls ?? []).map(handshakeOf);
  const vantages = [...requests.flatMap((r) => r.seenFrom), ...handshakes.map((handshake) => handshake.vantage)];
  const vantagePoints = vantages.reduce((most, vantage) => Math.max(most, vantage), 0) + 1;
  const connections = [
    ...seen.map((exchange) => ({ ...connectionOf(exchange, world.knownFrom), missing: world.missing ?? 0 })),
    ...(world.unreadable ?? []).map(unreadable),
    ...handshakes.map(({ vantage, client, server, at }) => connection(vantage, client, server, "TLS", at, at + 1_000_000)),
    ...(world.traffic?.connections ?? []),
  ];
  const traffic = { exports: [], dns: [], tls: [], ...world.traffic, connections };
  const graph = buildHops(exchanges, connections, vantagePoints, handshakes);
  const diff = matchSpans(graph, mergeTraces((spans ?? []).map((s) => ({ traceId: s.traceId, spans: [s], warnings: [] }))));
  linkParentsBySpans(graph.hops, diff);
  const nameOf = addressNames({ given: namesFile(), dns: [], blocks: new Map(), exports: [] }, graph.table);
  const naming = nameWorkloads(graph, diff, nameOf);
  const isAsked = spans !== undefined;
  const known = { isAsked, isLookedUp: () => isAsked, isWindowSearched: isAsked, ...backend };
  const view = findCauses({
    table: graph.table,
    diff,
    naming,
    backend: known,
    tls: handshakes,
    connections,
    exporters: new Exporters(traffic, { table: graph.table, naming, diff, backend: known }),
  });
  const diagnosis = diagnose(view);
  const said = diagnosis.findings.map(line);
  return { ...diagnosis, view, said, blamed: said.filter((text) => !text.startsWith("note ")) };
}

function line({ severity, verdict, edge, affected, of, culprit, cause }: Finding): string {
  const where = edge === undefined ? "capture" : `${edge.from} → ${edge.to}`;
  return `${severity} ${verdict}: ${where} ${affected}/${of}, ${culprit?.name ?? "nobody"}, ${cause}`;
}

export function times<T>(n: number, make: (i: number) => readonly T[]): T[] {
  return Array.from({ length: n }, (_, i) => make(i)).flat();
}

function sightings(of: Request): HttpExchange[] {
  return of.seenFrom.map((vantage, i) => {
    const number = of.at * 2 + 1;
    const startedAt = NOON + of.at * 1_000 + i * 50;
    const endedAt = NOON + of.until * 1_000 - i * 50;
    const request: HttpRequest = {
      method: of.method,
      path: pathOf(of.target),
      targetHash: hash(of.target),
      fields: of.fields.map(([name, value]): Field => ({ name, value })),
      hiddenFields: of.hiddenFields,
      isHeadComplete: of.head === "full" && of.hiddenFields === 0,
      headLength: of.headLength,
      bodyLength: 0,
      startedAt,
      endedAt: startedAt,
      packet: { capture: vantage, number },
      sequence: of.at + 1,
      seenAgain: [],
    };
    return {
      kind: "http",
      version: of.hiddenFields > 0 || of.grpcStatus !== undefined ? "2" : "1.1",
      ...(of.grpcStatus !== undefined && { grpc: grpcCall(of.target, of.grpcStatus, undefined) }),
      vantage,
      connection: of.at,
      client: clientOf(of),
      server: endpoint(of.to, PORT),
      request: of.head === "missing" ? undefined : request,
      response:
        of.status === undefined
          ? undefined
          : {
              status: of.status,
              fields: of.answer.map(([name, value]): Field => ({ name, value })),
              isHeadComplete: true,
              bodyLength: 2,
              startedAt: endedAt,
              endedAt,
              packet: { capture: vantage, number: number + 1 },
              sequence: of.at + 1,
            },
    };
  });
}

function connectionOf({ vantage, client, server, request, response }: HttpExchange, knownFrom: number | undefined): ConnectionSummary {
  const openedAt = request?.startedAt ?? response?.startedAt ?? NOON;
  const isHidden = (request?.hiddenFields ?? 0) > 0;
  return {
    ...connection(vantage, client, server, isHidden ? "HTTP/2" : "HTTP/1", openedAt, response?.endedAt ?? openedAt),
    ...(isHidden && { hidden: { requests: 1, knownFrom: knownFrom === undefined ? undefined : { capture: vantage, number: knownFrom } } }),
  };
}

function handshakeOf({ from, to, at, ...options }: Tls): TlsHandshake {
  return {
    kind: "tls",
    vantage: 0,
    connection: at,
    sni: undefined,
    alpn: undefined,
    offeredAlpn: ["h2", "http/1.1"],
    version: "TLS 1.3",
    cipherSuite: undefined,
    isResumed: false,
    outcome: "established",
    failedBy: undefined,
    alert: undefined,
    plaintextAnswer: undefined,
    isDecrypted: false,
    undecrypted: "no keys",
    encryptedRecords: 12,
    packet: { capture: options.vantage ?? 0, number: at * 2 + 1 },
    ...options,
    client: clientOf({ from, at }),
    server: endpoint(to, PORT),
    at: NOON + at * 1_000,
  };
}

function unreadable({ to, protocol }: { readonly to: string; readonly protocol: string }): ConnectionSummary {
  return connection(0, endpoint("client", 50_000), endpoint(to, PORT), protocol, NOON, NOON + 60_000_000);
}

export function connection(
  vantage: number,
  client: Endpoint,
  server: Endpoint,
  protocol: string,
  openedAt: number,
  lastPacketAt: number,
): ConnectionSummary {
  const counts = {
    packets: 10,
    bytes: 1_000,
    missing: 0,
    ofClient: { missing: 0, cutOff: 0 },
    retransmissions: 0,
    secondSights: 0,
  };
  return {
    kind: "connection",
    vantage,
    client,
    server,
    protocol,
    handshake: "complete",
    closedBy: "fin",
    openedAt,
    packet: { capture: vantage, number: 1 },
    lastPacketAt,
    ...counts,
  };
}

/** A sender has one connection for each moment: retries at other times come on others. */
function clientOf(of: Pick<Request, "from" | "at">): Endpoint {
  return endpoint(of.from, 40_000 + (of.at % 20_000));
}

/** `orders`, `orders:9090`, `127.0.0.1:8080`. */
export function endpoint(name: string, defaultPort: number): Endpoint {
  const [host = "", port] = name.split(":");
  const address = ADDRESSES[host] ?? (/^\d/.test(host) ? host : undefined);
  if (address === undefined) throw new Error(`no address for ${name}: add it to ADDRESSES`);
  return { address, port: port === undefined ? defaultPort : Number(port) };
}

function serviceOf(name: string): string {
  return name.replace(/[#:].*/, "");
}

function namesFile() {
  return new Map(
    Object.entries(ADDRESSES).map(([name, address]) => [
      address,
      { service: serviceOf(name), ...(name.includes("#") && { pod: name.replace("#", "-") }) },
    ]),
  );
}

function pathOf(target: string): string {
  return target.replace(/\?.*/, "");
}

function hash(text: string): number {
  return [...text].reduce((value, character) => (value * 31 + character.charCodeAt(0)) >>> 0, 7);
}
