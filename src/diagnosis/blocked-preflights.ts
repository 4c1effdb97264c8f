// CORS preflights whose answers keep a browser from sending trace fields: the request that they ask about never comes.

import type { Hop } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import { firstPast } from "../wire/bisect.ts";
import { addTo, groupBy } from "../wire/group-by.ts";
import { MAX_EXEMPLARS } from "../wire/limits.ts";
import { SECOND } from "../wire/timestamp.ts";
import type { Exemplar } from "./exemplars.ts";
import { fault } from "./fault.ts";
import { routeOf } from "./route.ts";
import type { PreflightEdge } from "./tally.ts";
import type { View } from "./view.ts";

/** A browser sends the request at once when it may (and may remember the answer for later ones). */
const FOLLOWS_WITHIN_US = 30 * SECOND;
const CONFIDENCE = 0.9;

export interface BlockedPreflights {
  readonly edges: readonly PreflightEdge[];
  /** Which they are: hop indices by the key of their edge. */
  readonly hops: ReadonlyMap<string, readonly number[]>;
}

export function findBlockedPreflights(view: View): BlockedPreflights {
  const { table, naming } = view;
  const preflights = preflightsOf(table);
  const hops = new Map<string, number[]>();
  if (preflights.length === 0) return { edges: [], hops };
  const asked = inOrderByPath(preflights);
  const followed = inOrderByPath(requestsTo(preflights, table));
  const edges = new Map<string, PreflightEdge>();
  for (const hop of preflights) {
    // A proxy that hands it on does not answer it: whoever is behind does. On one machine nobody can tell.
    const { clientHost, receiver, path, startedAt, endedAt = startedAt } = hop;
    if (clientHost !== receiver.host && isAny(asked, receiver.host, path, startedAt, endedAt)) continue;
    const [from, to] = [naming.senderOf(hop.index), naming.receiverOf(hop.index)];
    const key = `preflights ${from.index} ${to.index}`;
    const edge = edges.get(key) ?? { key, from, to, asked: 0, blocked: 0, exemplars: [] };
    edges.set(key, edge);
    edge.asked++;
    const denied = hop.exchange.preflight?.denied ?? [];
    if (denied.length === 0 || isAny(followed, clientHost, path, startedAt, startedAt + FOLLOWS_WITHIN_US)) continue;
    edge.blocked++;
    addTo(hops, key, hop.index);
    if (edge.exemplars.length < MAX_EXEMPLARS) edge.exemplars.push(exemplarOf(hop, edge, denied));
  }
  return { edges: [...edges.values()].filter(({ blocked }) => blocked > 0), hops };
}

function preflightsOf(table: HopTable): Hop[] {
  const found: Hop[] = [];
  if (table.exchanges.preflights.isEmpty) return found;
  for (let index = 0; index < table.size; index++) {
    if (table.isWork(index)) continue;
    const hop = table.hop(index);
    if (hop.exchange.preflight !== undefined) found.push(hop);
  }
  return found;
}

/** Requests to the paths that were asked about. */
function requestsTo(preflights: readonly Hop[], table: HopTable): Hop[] {
  const paths = new Set(preflights.map(({ path }) => path));
  const found: Hop[] = [];
  for (let index = 0; index < table.size; index++) {
    if (table.isWork(index) && paths.has(table.exchanges.path[table.row[index]!]!)) found.push(table.hop(index));
  }
  return found;
}

/** In the order of their starts, by who sent and the path. */
function inOrderByPath(hops: readonly Hop[]): ReadonlyMap<string, readonly Hop[]> {
  const inOrder = hops.toSorted((a, b) => a.startedAt - b.startedAt);
  return groupBy(inOrder, ({ clientHost, path }) => `${clientHost}\n${path}`);
}

/** Whether this machine sent one to the path from `start` to `end`. */
function isAny(byPath: ReadonlyMap<string, readonly Hop[]>, host: string, path: string, start: number, end: number): boolean {
  const own = byPath.get(`${host}\n${path}`) ?? [];
  const next = own[firstPast(own.length, (index) => own[index]!.startedAt >= start)];
  return next !== undefined && next.startedAt <= end;
}

function exemplarOf(hop: Hop, { from, to }: PreflightEdge, denied: readonly string[]): Exemplar {
  const detail =
    `the preflight asks for ${denied.join(", ")}, which Access-Control-Allow-Headers of the answer lacks: ` +
    "the browser does not send the request";
  const own = fault("stripped", "cors-preflight", "receiver", "warning", CONFIDENCE, detail);
  const counts = { outcome: "absent", hasContext: false, isRecorded: false, isDoubtful: false } as const;
  return { judgement: { hop, from, to, ...counts, faults: [own] }, fault: own, route: routeOf(hop, undefined) };
}
