// Who acts in a run: machines and their listeners become workloads with names, roles and groups.

import type { TraceDiff } from "../diff/trace-diff.ts";
import type { HopGraph } from "../hops/build-hops.ts";
import { count } from "../wire/count.ts";
import { groupBy } from "../wire/group-by.ts";
import { only } from "../wire/only.ts";
import type { NameOf } from "./address-names.ts";
import { type Description, describeDraft } from "./describe-draft.ts";
import { type Draft, isForwarding, OTHER_ADDRESSES } from "./draft.ts";
import { Drafts } from "./gather-drafts.ts";
import { nameReplicas } from "./unnamed-replicas.ts";
import type { Naming, Role, Workload } from "./workload.ts";

export function nameWorkloads(graph: HopGraph, diff: TraceDiff, nameOf: NameOf): Naming {
  const drafts = new Drafts(graph, diff);
  const ordered = drafts.inUse();
  const described = ordered.map((draft) => describeDraft(draft, nameOf));
  const named = nameReplicas(ordered, described, drafts, graph.table);
  const workloads = makeUnique(ordered, named);
  const workloadOf = new Map(ordered.map((draft, index) => [draft, workloads[index]!]));
  const byHost = groupBy(workloads, ({ host }) => host);
  const senders = drafts.senders.map((draft) => workloadOf.get(draft)!);
  const receivers = drafts.receivers.map((draft) => workloadOf.get(draft)!);
  return {
    workloads,
    areCallersMerged: drafts.areCallersMerged,
    senderOf: (hop) => senders[drafts.senderNumber(hop)]!,
    receiverOf: (hop) => receivers[graph.table.receiver[hop]!]!,
    groupOf: (host, port) => groupOf(host, port, byHost.get(host) ?? [], nameOf),
  };
}

/** `own`: the workloads of the machine. Of several, a proxy speaks for it towards others: a sidecar ends and begins its connections. */
function groupOf(host: string, port: number | undefined, own: readonly Workload[], nameOf: NameOf): string | undefined {
  const listener = port === undefined ? undefined : own.find(({ addresses }) => addresses.includes(withPort(host, port)));
  const proxies = own.filter(({ role }) => role === "proxy");
  const likely = listener ?? only(own) ?? only(proxies) ?? only(proxies.filter(({ isOutgoing }) => isOutgoing));
  return likely?.service === undefined ? nameOf(host, port)?.service : likely.group;
}

function makeUnique(drafts: readonly Draft[], named: readonly Description[]): Workload[] {
  const applications = new Set(named.flatMap(({ service, role }) => (service !== undefined && role === "application" ? [service] : [])));
  const twins = new Map<string, number>();
  for (const [i, { host }] of drafts.entries()) count(twins, `${host}\n${named[i]!.service ?? ""}`);
  // A sidecar with spans before an application without: both have the service's name, the proxy must be told apart.
  const hasUnnamedTwin = (service: string, { host }: Draft) => (twins.get(`${host}\n${service}`) ?? 0) > 1;
  const groups = named.map(({ service, role, isOutgoing }, i) => {
    if (service === undefined) return plainAddress(drafts[i]!);
    if (isOutgoing === true) return `${service} outgoing proxy`;
    return role === "proxy" && (applications.has(service) || hasUnnamedTwin(service, drafts[i]!)) ? `${service} proxy` : service;
  });
  const size = new Map<string, number>();
  for (const group of groups) count(size, group);
  const taken = new Set<string>();
  return drafts.map((draft, index) => {
    const { service, role, pod, because, isOutgoing = false } = named[index]!;
    const group = groups[index]!;
    const wishes = [...(size.get(group) === 1 ? [group] : pod === undefined ? [] : [pod]), `${group}@${plainAddress(draft)}`];
    const name = wishes.find((wish) => !taken.has(wish)) ?? `${group}#${index}`;
    taken.add(name);
    const isListening = draft.ports.length > 0;
    return {
      index,
      name,
      group,
      service,
      role,
      pod,
      addresses: isListening ? draft.ports.map((port) => withPort(draft.host, port)) : draft.host === OTHER_ADDRESSES ? [] : [draft.host],
      because,
      host: draft.host,
      port: draft.ports[0],
      isInstrumented: makesSpans(draft, role),
      hasServerSpans: draft.serverSpans > 0,
      hasClientSpans: draft.clientSpans > 0 && !isForwarding(draft),
      isOutgoing,
      isOutside: !isListening && draft.resources.size === 0,
    };
  });
}

/** Spans that only times show to be missing may be another's once or twice. */
const MIN_LOST_SPANS = 3;

function makesSpans(draft: Draft, role: Role): boolean {
  const { serverSpans, lostSpans, isReparenting, clientSpans, ports } = draft;
  if (serverSpans > 0 || lostSpans >= MIN_LOST_SPANS) return true;
  if (isForwarding(draft)) return false;
  return isReparenting || (ports.length > 0 && role !== "proxy" && clientSpans > 0);
}

function plainAddress(draft: Draft): string {
  return draft.ports[0] === undefined ? draft.host : withPort(draft.host, draft.ports[0]);
}

function withPort(host: string, port: number): string {
  return host.includes(":") && !host.includes(" ") ? `[${host}]:${port}` : `${host}:${port}`;
}
