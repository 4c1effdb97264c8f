// Listeners that stand for others: a gateway hands requests on to several services and makes no spans, a service address leads to several pods. Where no
// capture shows what goes out of them, the SERVER spans of what they receive tell.

import type { TraceDiff } from "../diff/trace-diff.ts";
import { spanPeer } from "../spans/http-span.ts";
import { count } from "../wire/count.ts";
import { isLoopback } from "../wire/endpoint.ts";
import { sum } from "../wire/sum.ts";
import type { Draft } from "./draft.ts";
import { isPlaceholder } from "./placeholder.ts";

/** A service or pod behind it was asked so often at least: a span or two may be matched wrong, and a process may be renamed. */
const MIN_SPANS = 3;
const MIN_SHARE = 0.05;

interface Served {
  readonly services: Map<string, number>;
  readonly pods: Map<string, number>;
  /** Spans that name the listener's own machine as their peer, and others that name any. */
  behind: number;
  before: number;
}

/** Marks who only sends, and sends with CLIENT spans of several services: it passes their calls on. `sender`: of a hop. */
export function findForwarders({ matches }: TraceDiff, sender: (hop: number) => Draft): void {
  const sent = new Map<Draft, Map<string, number>>();
  for (const [hop, { client, clientBy }] of matches) {
    if (client === undefined || clientBy !== "span id" || isPlaceholder(client.resource.service)) continue;
    const draft = sender(hop);
    if (draft.ports.length > 0) continue;
    const services = sent.get(draft) ?? new Map<string, number>();
    sent.set(draft, services);
    count(services, client.resource.service);
  }
  for (const [draft, services] of sent) draft.isGateway = hasSeveral(services, sum(services.values()));
}

/** `all`: how often anybody was asked, or asked. */
function hasSeveral(counts: ReadonlyMap<string, number>, all: number): boolean {
  const least = Math.max(MIN_SPANS, MIN_SHARE * all);
  return [...counts.values()].filter((n) => n >= least).length > 1;
}

/**
 * Marks the drafts of listeners that ids on the wire lead from to SERVER spans of several services, of several pods of one, or of connections that come from
 * the listener itself. `isOwnCall`: whether the hop's client is its receiver's machine.
 */
export function findGateways({ matches }: TraceDiff, receiver: (hop: number) => Draft, isOwnCall: (hop: number) => boolean): void {
  const served = new Map<Draft, Served>();
  for (const [hop, { server, serverBy }] of matches) {
    if (server === undefined || serverBy !== "span id" || isPlaceholder(server.resource.service)) continue;
    const draft = receiver(hop);
    const own = served.get(draft) ?? { services: new Map(), pods: new Map(), behind: 0, before: 0 };
    served.set(draft, own);
    count(own.services, server.resource.service);
    if (server.resource.pod !== undefined) count(own.pods, server.resource.pod);
    const peer = spanPeer(server)?.address;
    if (peer === undefined || isLoopback(peer) || isOwnCall(hop)) continue;
    if (peer === draft.host) own.behind++;
    else own.before++;
  }
  for (const [draft, { services, pods, behind, before }] of served) {
    const least = Math.max(MIN_SPANS, MIN_SHARE * draft.received);
    draft.isGateway = hasSeveral(services, draft.received) || (behind >= least && behind > before);
    draft.isShared = !draft.isGateway && hasSeveral(pods, draft.received);
  }
}
