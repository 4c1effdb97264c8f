// Who is called by another name than its service has. Where services are called by their own names, as in most clusters, that is a proxy before the service:
// the only trace of it where no capture shows what it sends on.

import { isReceiving, type SpanIndex } from "../diff/span-index.ts";
import type { TraceDiff } from "../diff/trace-diff.ts";
import { spanTarget } from "../spans/http-span.ts";
import { count } from "../wire/count.ts";
import { withoutPort } from "../wire/endpoint.ts";
import { addTo } from "../wire/group-by.ts";
import type { Draft } from "./draft.ts";

/** Spans of a listener that name it otherwise: one or two may be matched wrong. */
const MIN_SPANS = 3;
/** So many services at least, and this part of all, are called by their own names: those behind proxies are not. */
const MIN_SERVICES = 2;
const SHARE = 0.5;

const IS_ADDRESS = /^[\d.]+$|:/;

/** `orders` of `orders.shop.svc:8080`; undefined for an address. */
export function calledName(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  const name = withoutPort(host)
    .replace(/^\[|\]$/g, "")
    .toLowerCase();
  return name === "" || name === "localhost" || IS_ADDRESS.test(name) ? undefined : name.split(".", 1)[0];
}

/** `payment-svc` and `PaymentService` are the service `payment`: one name with something before or behind it. */
function isNameOf(called: string, service: string): boolean {
  const [a, b] = [bareName(called), bareName(service)];
  return a.includes(b) || b.includes(a);
}

function bareName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Marks listeners that are called by names of no service, and that no capture shows to send anything. `receiver`: of a hop; `isSending`: of a machine. */
export function findCalledOtherwise(
  { matches, index }: TraceDiff,
  receiver: (hop: number) => Draft,
  isSending: (host: string) => boolean,
): void {
  const otherwise = new Map<Draft, number>();
  const services = new Set([...index.services].map(bareName));
  const byName = new Set<Draft>();
  for (const [hop, { client, server, serverBy }] of matches) {
    const name = client === undefined ? undefined : calledName(spanTarget(client));
    if (name === undefined || server === undefined || serverBy !== "span id") continue;
    const draft = receiver(hop);
    if (isNameOf(name, server.resource.service) || services.has(bareName(name))) byName.add(draft);
    else count(otherwise, draft);
  }
  const proxies = [...otherwise].filter(([draft, n]) => n >= MIN_SPANS && !byName.has(draft) && !isSending(draft.host));
  if (proxies.length > 0 && areCalledByName(index)) for (const [draft] of proxies) draft.isGateway = true;
}

/** Whether services are called by their own names, as far as CLIENT spans say how they call. */
function areCalledByName(index: SpanIndex): boolean {
  const names = new Map<string, string[]>();
  for (const span of index.spans) {
    const caller = isReceiving(span) ? index.parentOf(span) : undefined;
    const name = caller?.kind === "client" ? calledName(spanTarget(caller)) : undefined;
    if (name !== undefined) addTo(names, span.resource.service, name);
  }
  const own = [...names].filter(([service, called]) => called.some((name) => isNameOf(name, service)));
  return own.length >= MIN_SERVICES && own.length >= SHARE * names.size;
}
