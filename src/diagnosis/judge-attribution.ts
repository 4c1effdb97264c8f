// Whether the spans of an exchange stand where they are looked for: under the name of their service, with their pod, under a name that tells the
// route.

import { isReceiving } from "../diff/span-index.ts";
import type { Hop } from "../hops/hop.ts";
import { templatePath } from "../hops/path-shape.ts";
import { isPlaceholder } from "../naming/placeholder.ts";
import { spanPath, spanRoute } from "../spans/http-span.ts";
import { isProxySpan } from "../spans/proxy-span.ts";
import type { Span } from "../spans/span.ts";
import { MAX_SHAPES } from "../wire/limits.ts";
import { fault } from "./fault.ts";
import type { Fault } from "./judgement.ts";
import type { Cause, Severity } from "./verdict.ts";
import { spansOf, type View } from "./view.ts";

/** What is known of all spans together, for one to be judged by. */
export interface AttributionFacts {
  /** Services with SERVER spans whose resources name a pod of Kubernetes, and services of which none names any pod or host. */
  readonly withPod: ReadonlySet<string>;
  readonly withoutPod: ReadonlySet<string>;
  /** By workload index: names of SERVER spans that stand for routes of all kinds. */
  readonly namesForAll: ReadonlyMap<number, ReadonlySet<string>>;
}

export function gatherAttribution(view: View): AttributionFacts {
  const withPod = new Set<string>();
  const withoutPod = new Set<string>();
  for (const span of view.diff.index.spans) {
    const { service, pod, podBy } = span.resource;
    // A proxy's spans are named by its routes and listeners, and say little of pods.
    if (!isReceiving(span) || isProxySpan(span)) continue;
    if (pod === undefined) withoutPod.add(service);
    else if (podBy === undefined) withPod.add(service);
  }
  for (const service of withPod) withoutPod.delete(service);
  return { withPod, withoutPod, namesForAll: gatherNames(view) };
}

export function judgeAttribution(hop: Hop, view: View, facts: AttributionFacts): Fault[] {
  const { server, client } = spansOf(view, hop.index);
  const sender = view.naming.senderOf(hop.index);
  const faults: Fault[] = [];
  // Who receives requests is judged by its SERVER spans, on the edges that lead to it.
  if (client !== undefined && sender.role === "client" && isPlaceholder(client.resource.service))
    faults.push(misattributed("service-name-missing", "sender", client, nameless(client)));
  if (server === undefined) return faults;
  if (isPlaceholder(server.resource.service)) faults.push(misattributed("service-name-missing", "receiver", server, nameless(server)));
  const receiver = view.naming.receiverOf(hop.index);
  if (receiver.role === "proxy" || isProxySpan(server)) return faults;
  if (isPodMissing(server, facts)) faults.push(misattributed("pod-name-missing", "receiver", server, podless(facts)));
  const isForAll = facts.namesForAll.get(receiver.index)?.has(server.name) === true;
  if (isForAll || isUseless(server, hop)) faults.push(misattributed("span-name-useless", "receiver", server, called(server, hop)));
  return faults;
}

/** A span under no service is lost to whoever looks for the service; what a pod or a name lacks only makes it hard to find. */
const SEVERITIES: Partial<Record<Cause, Severity>> = { "service-name-missing": "error" };
const CONFIDENCE = 0.98;

function misattributed(cause: Cause, culprit: "sender" | "receiver", span: Span, detail: string): Fault {
  return { ...fault("misattributed", cause, culprit, SEVERITIES[cause] ?? "warning", CONFIDENCE, detail), spans: [span] };
}

function nameless({ kind, resource: { service } }: Span): string {
  const spans = `${kind.toUpperCase()} span`;
  return service === "" ? `its ${spans} has no service name` : `its ${spans} stands under "${service}"`;
}

/** Only where others of the run name theirs: outside Kubernetes nobody does. */
function isPodMissing({ resource: { pod, service } }: Span, { withPod, withoutPod }: AttributionFacts): boolean {
  if (pod !== undefined || withPod.size === 0) return false;
  return withPod.has(service) || withPod.size >= withoutPod.size;
}

const MAX_NAMED = 3;

function podless({ withPod }: AttributionFacts): string {
  const named = [...withPod].filter((service) => !isPlaceholder(service)).sort();
  const more = named.length > MAX_NAMED ? ` and ${named.length - MAX_NAMED} more` : "";
  const others = named.length === 0 ? "others have it" : `${named.slice(0, MAX_NAMED).join(", ")}${more} have it`;
  return `the resource of its SERVER span has no k8s.pod.name; ${others}`;
}

function called({ name }: Span, hop: Hop): string {
  return `its SERVER span of ${hop.method} ${hop.path} is called ${name === "" ? "nothing" : `"${name}"`}`;
}

const SAYS_NOTHING = /^(|\?|-|\*|https?|unknown|<unknown>|undefined|null|(https?[ ._-]?)?(request|server|handler))$/i;

function isUseless(span: Span, hop: Hop): boolean {
  const name = span.name.trim();
  if (SAYS_NOTHING.test(name)) return true;
  // A service may well be asked for its root.
  const path = spanRoute(span) ?? spanPath(span) ?? hop.path;
  return name === "/" && path !== "" && path !== "/";
}

/** What OpenTelemetry's HTTP conventions prescribe where no route is known, today and before 2023. */
const METHOD_ALONE = /^(HTTP )?(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|QUERY|_OTHER|HTTP)$/i;
/** A route counts when so many exchanges took it. */
const MIN_EXCHANGES = 2;

/** What the spans of one name were about. */
interface Named {
  total: number;
  withRoute: number;
  readonly routes: Map<string, number>;
  readonly shapes: Map<string, number>;
}

function gatherNames(view: View): Map<number, Set<string>> {
  const byWorkload = new Map<number, Map<string, Named>>();
  for (const [index, { server }] of view.diff.matches) {
    if (server === undefined || !view.table.isWork(index) || isProxySpan(server)) continue;
    const hop = view.table.hop(index);
    if (hop.observed === "headers-unknown" || hop.exchange.grpc !== undefined) continue;
    const workload = view.naming.receiverOf(index).index;
    const names = byWorkload.get(workload) ?? new Map<string, Named>();
    byWorkload.set(workload, names);
    const named = names.get(server.name) ?? { total: 0, withRoute: 0, routes: new Map(), shapes: new Map() };
    names.set(server.name, named);
    named.total++;
    const route = spanRoute(server);
    if (route !== undefined) {
      named.withRoute++;
      add(named.routes, route);
    }
    add(named.shapes, shapeOf(hop));
  }
  const found = new Map<number, Set<string>>();
  for (const [workload, names] of byWorkload) {
    const useless = [...names].filter(([name, named]) => isForAll(name, named, names.size === 1)).map(([name]) => name);
    if (useless.length > 0) found.set(workload, new Set(useless));
  }
  return found;
}

/**
 * One name for several routes. Where spans tell the route, that is certain; else the name must be the only one that the service has, and paths must
 * differ in their first part, or in method and depth, since the rest of a path may be an id of any form.
 */
function isForAll(name: string, { total, withRoute, routes, shapes }: Named, isOnly: boolean): boolean {
  // A name with a path in it tells a route, a catch-all's (`GET /**`) too.
  if (name.includes("/")) return false;
  if (withRoute === total) return often(routes).length > 1;
  if (withRoute > 0 || !isOnly || METHOD_ALONE.test(name)) return false;
  const usual = often(shapes).map((shape) => shape.split(" "));
  const firstParts = new Set(usual.map(([, , first]) => first)).size;
  if (firstParts > 1 && firstParts <= MAX_FIRST_PARTS) return true;
  return usual.some(([method, depth]) => usual.some(([m, d]) => m !== method && d !== depth));
}

/** With more, what stands first in a path is an id too (`/alice`, `/x7Yq2`). */
const MAX_FIRST_PARTS = 8;

/** `GET 2 orders`: method, number of parts, the first of them. */
function shapeOf({ method, path }: Hop): string {
  const parts = path.split("/").filter((part) => part !== "");
  return `${method} ${parts.length} ${templatePath(parts[0] ?? "")}`;
}

function add(counts: Map<string, number>, what: string): void {
  const known = counts.get(what);
  if (known !== undefined || counts.size < MAX_SHAPES) counts.set(what, (known ?? 0) + 1);
}

function often(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].filter(([, n]) => n >= MIN_EXCHANGES).map(([what]) => what);
}
