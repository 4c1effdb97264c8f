// Why a finding is said: what came in and went out, what followed, what was not affected, and how requests were tied to what caused them.

import { firstShown } from "../../diagnosis/exemplars.ts";
import type { Finding } from "../../diagnosis/finding.ts";
import { controlOf } from "../../diagnosis/hop-features.ts";
import type { Inspection } from "../../diagnosis/inspection.ts";
import type { HopGraph } from "../../hops/build-hops.ts";
import { type Hop, NO_PARENT, type ParentReason } from "../../hops/hop.ts";
import type { Workload } from "../../naming/workload.ts";
import { UNSEEN_METHOD } from "../../protocols/observation.ts";
import { count } from "../../wire/count.ts";
import { counted, listed } from "../../wire/words.ts";
import { affectedHops } from "./affected-hops.ts";
import { shortId } from "./words.ts";

const MAX_ROUTES_NAMED = 4;

/** Paragraphs, the most telling first. */
export function whyOf(finding: Finding, inspection: Inspection): string[] {
  const hops = affectedHops(finding, inspection);
  return [
    [whatHappened(finding, hops, inspection), ...(finding.remarks ?? []).map((remark) => `${remark}.`)]
      .filter((text) => text !== "")
      .join(" "),
    whatFollowed(finding, hops, inspection),
    unaffectedRoutes(finding, inspection),
    howTied(finding, hops),
  ].filter((text) => text !== "");
}

/** `ingress (10.7.0.24:80)`; an address stands for itself. */
export function nameAndAddress({ name, addresses }: Workload): string {
  const [address] = addresses;
  return address === undefined || name.includes(address) ? name : `${name} (${address})`;
}

function whatHappened(
  { verdict, culprit, exemplars, detail, affected, message }: Finding,
  hops: readonly Hop[],
  { graph: { table } }: Inspection,
): string {
  const shown = firstShown(exemplars);
  const parent = shown?.fault.parent;
  const span = shown?.fault.spans[0];
  const who = culprit === undefined ? "the sender" : nameAndAddress(culprit);
  if (verdict === "stripped" && parent !== undefined) {
    const { parent: parents, row, exchanges } = table;
    const begun = hops.filter(({ index }) => parents[index] !== NO_PARENT && !exchanges.readings.hasContext(row[parents[index]!]!)).length;
    return howStripped(affected, begun, who);
  }
  if (verdict === "stripped" && span !== undefined) return `${who} has spans for them, and no context of theirs went out.`;
  if (detail === "" || message.endsWith(detail)) return "";
  return `${affected === 1 ? "" : shown === exemplars[0] ? "The first of them: " : "One of them: "}${detail}.`;
}

/** `begun`: those that came in with nothing, so that their trace began with the culprit. */
function howStripped(affected: number, begun: number, who: string): string {
  if (begun === 0) return `${affected === 1 ? "It" : `The ${affected}`} came into ${who} with a context and went out without one.`;
  const came =
    begun < affected
      ? `${affected - begun} of the ${affected} came into ${who} with a context; for ${begun} it`
      : `For ${affected === 1 ? "it" : `all ${affected}`} ${who}`;
  return `${came} had begun a trace itself. They went out without one.`;
}

/** The receiver's spans of these exchanges, where they lie in other traces than they should. */
function whatFollowed({ verdict, edge }: Finding, hops: readonly Hop[], { diff, graph }: Inspection): string {
  if (verdict === "unrecorded" || verdict === "not-sampled" || verdict === "misattributed" || edge === undefined || diff.matches.size === 0)
    return "";
  const traces = new Set<string>();
  for (const hop of hops) {
    const server = diff.matches.get(hop.index)?.server;
    const expected = verdict === "ignored" ? traceIdsOf([hop]) : traceIdsOf(causesOf(hop, graph), diff);
    // Where the other id is on the wire already, the verdict has said it.
    if (verdict === "split" && !hop.reading.identities.some((id) => expected.has(id.traceId))) continue;
    if (server !== undefined && expected.size > 0 && !expected.has(server.traceId)) traces.add(server.traceId);
  }
  const [first] = traces;
  if (first === undefined) return "";
  return `${edge.to} went on in ${counted(traces.size, "other trace")} (${traces.size > 1 ? "first " : ""}${shortId(first)}); the callers' traces end before it.`;
}

/** What caused an exchange, or could have. */
function causesOf({ parent, candidates }: Hop, { table }: HopGraph): Hop[] {
  return (parent === undefined ? candidates : [parent.hop]).map((index) => table.hop(index));
}

/** `diff`: what came without a context is in the trace that its receiver began. */
function traceIdsOf(hops: readonly Hop[], diff?: Inspection["diff"]): Set<string> {
  return new Set(
    hops.flatMap(({ index, traceIds }) => (traceIds.length > 0 ? traceIds : (diff?.matches.get(index)?.server?.traceId ?? []))),
  );
}

/** Of a route that is said not to be affected this part at least is known to have gone right; the rest may have had nothing to lose. */
const KNOWN_RIGHT = 0.5;

function unaffectedRoutes({ edge, routes, affected, of, cause, verdict }: Finding, { diagnosis }: Inspection): string {
  if (edge === undefined || affected === of || cause === "cors-preflight") return "";
  const control = controlOf(verdict);
  const faulty = new Set(routes.map(({ route }) => route));
  // Also those that too little speaks for to be counted.
  for (const fault of diagnosis.tally.faultIndex.betweenCalled(edge.from, edge.to))
    if (fault.verdict === verdict) for (const route of fault.routes.keys()) faulty.add(route);
  const others = new Map<string, number>();
  const right = new Map<string, number>();
  for (const { routes: all, controls } of diagnosis.tally.edgeIndex.betweenCalled(edge.from, edge.to)) {
    for (const [route, n] of all) {
      if (faulty.has(route) || route.startsWith(UNSEEN_METHOD)) continue;
      count(others, route, n);
      count(right, route, control === undefined ? n : (controls[control].named.route.get(route) ?? 0));
    }
  }
  // Exchanges that could not be judged may be affected as well.
  for (const [route, n] of others) if (right.get(route)! < KNOWN_RIGHT * n) others.delete(route);
  if (others.size === 0) return "";
  const named = [...others].sort((a, b) => b[1] - a[1]).slice(0, MAX_ROUTES_NAMED);
  const rest = others.size - named.length;
  const parts = named.map(([route, n]) => `${route} (0 of ${n})`);
  return `Not affected: ${listed(rest > 0 ? [...parts, counted(rest, "other route")] : parts)}.`;
}

const TIES: Record<ParentReason, string> = {
  "span id": "by span ids",
  "span link": "by span links",
  "forwarded unchanged": "by the span id, which went on unchanged",
  "trace id": "by the trace id",
  "request id": "by x-request-id",
  "same request": "by the same method and target on both sides",
  "only candidate": "inferred (the only request open there then)",
  timing: "inferred (by the times of both)",
  "body length": "inferred (by the length of the bodies and the times)",
  connection: "inferred (by the connections and the times)",
  retry: "inferred (by the call that it repeats)",
};

/** Said only where it is not proof by ids. */
function howTied({ culprit, edge }: Finding, hops: readonly Hop[]): string {
  const isSender = culprit !== undefined && (culprit.name === edge?.from || culprit.group === edge?.from);
  if (!isSender) return "";
  const ties = new Map<string, number>();
  for (const { parent, candidates } of hops) {
    const open = candidates.length > 1 ? "inferred (one of several requests open there then, all with a context)" : "by spans alone";
    const tie = parent === undefined ? open : TIES[parent.because];
    count(ties, tie);
  }
  if (![...ties.keys()].some((tie) => tie.includes("inferred") || tie.includes("request"))) return "";
  const parts = [...ties].sort((a, b) => b[1] - a[1]);
  return parts.length === 1
    ? `What caused each is known ${parts[0]?.[0]}.`.replace("known inferred", "inferred")
    : `What caused each: ${listed(parts.map(([tie, n]) => `${n} ${tie}`))}.`;
}
