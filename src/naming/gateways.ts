// Listeners that stand for others: a gateway hands requests on to several services and makes no spans, a service address leads to several pods. Where no
// capture shows what goes out of them, the SERVER spans of what they receive tell.

import { isCompatible } from "../diff/span-fits.ts";
import type { TraceDiff } from "../diff/trace-diff.ts";
import type { HopTable } from "../hops/hop-table.ts";
import { spanPeer, spanTarget } from "../spans/http-span.ts";
import type { Span } from "../spans/span.ts";
import { count } from "../wire/count.ts";
import { isLoopback } from "../wire/endpoint.ts";
import { calledName } from "./called-names.ts";
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

interface Sent {
  readonly services: Map<string, number>;
  /** CLIENT spans that are of what was sent, and of other requests: of those that it got, with the contexts that it copies. */
  own: number;
  others: number;
}

/**
 * Marks who only sends, and sends contexts of CLIENT spans of several services, or of other requests than it sends: it passes calls on, or copies what came
 * with them. `sender`: of a hop.
 */
export function findForwarders({ matches }: TraceDiff, table: HopTable, sender: (hop: number) => Draft): void {
  const sent = new Map<Draft, Sent>();
  for (const [hop, { client, clientBy }] of matches) {
    if (client === undefined || clientBy !== "span id" || isPlaceholder(client.resource.service)) continue;
    const draft = sender(hop);
    if (draft.ports.length > 0) continue;
    const all = sent.get(draft) ?? { services: new Map(), own: 0, others: 0 };
    sent.set(draft, all);
    count(all.services, client.resource.service);
    if (isCompatible(client, table.hop(hop)) && isCalledSo(client, table, hop)) all.own++;
    else all.others++;
  }
  for (const [draft, { services, own, others }] of sent)
    draft.isGateway ||= hasSeveral(services, own + others) || (others >= MIN_SPANS && others > own);
}

/** Whether a hop went to the host that its CLIENT span names, as far as both are known. */
function isCalledSo(client: Span, { row, exchanges }: HopTable, hop: number): boolean {
  const host = exchanges.host[row[hop]!]!;
  const asked = host === 0 ? undefined : calledName(exchanges.hosts.values[host - 1]);
  const called = calledName(spanTarget(client));
  return asked === undefined || called === undefined || asked === called;
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
