// A second look at names, once all are there. A proxy sends on the Host that it was called by: whoever seems to be called what its own caller is has no name
// yet. And whoever has none, since its spans are lost, is a replica of the service that the same callers ask for the same routes on the same port.

import type { HopTable } from "../hops/hop-table.ts";
import { PathFold } from "../hops/path-shape.ts";
import { fnv1aStep } from "../wire/fnv1a.ts";
import { groupBy } from "../wire/group-by.ts";
import { MAX_ROUTES_COMPARED } from "../wire/limits.ts";
import type { Description } from "./describe-draft.ts";
import type { Draft } from "./draft.ts";
import type { Drafts } from "./gather-drafts.ts";

/** Of one port so many are compared with each that has no name. */
const MAX_REPLICAS_COMPARED = 256;

/** What a listener was asked for, and by whom. */
interface Asked {
  readonly callers: Set<Draft>;
  /** Hashes of methods and folded paths. */
  readonly routes: Set<number>;
  /** Numbers of Host fields. */
  readonly hosts: Set<number>;
}

/** `named`: of `ordered`, in its order. Answers the same list with other names here and there. */
export function nameReplicas(
  ordered: readonly Draft[],
  named: readonly Description[],
  drafts: Drafts,
  table: HopTable,
): readonly Description[] {
  const isOpen = (at: number) => ordered[at]!.ports.length > 0 && (named[at]!.source === "host" || named[at]!.source === "address");
  if (!ordered.some((_, at) => isOpen(at)) || !named.some(isKnown)) return named;
  const describedBy = new Map(ordered.map((draft, at) => [draft, named[at]!]));
  const asked = whatIsAsked(drafts, table);
  const applications = ordered.filter((draft) => isApplication(describedBy.get(draft)));
  const byPort = groupBy(
    applications.flatMap((draft) => draft.ports.map((port) => ({ port, draft }))),
    ({ port }) => port,
  );
  return ordered.map((draft, at) => {
    const own = named[at]!;
    const mine = asked.get(draft);
    if (!isOpen(at) || mine === undefined) return own;
    const isCallers = [...mine.callers].some(
      (caller) => caller !== draft && isKnown(describedBy.get(caller)) && describedBy.get(caller)?.service === own.service,
    );
    const others = draft.ports.flatMap((port) => (byPort.get(port) ?? []).slice(0, MAX_REPLICAS_COMPARED));
    const alike = others.map((other) => other.draft).filter((other) => other !== draft && isAlike(mine, asked.get(other)));
    const services = new Set(alike.map((other) => describedBy.get(other)!.service));
    const [service] = services;
    if (service !== undefined && services.size === 1)
      return { ...own, service, source: "replica", because: `it serves the same callers and routes as ${service}` };
    return isCallers ? { ...own, service: undefined, source: "address", because: "address" } : own;
  });
}

/** By spans, or as the user said. */
function isKnown(described: Description | undefined): boolean {
  return described?.source === "spans" || described?.source === "names file";
}

function isApplication(described: Description | undefined): boolean {
  return isKnown(described) && described?.role === "application";
}

function isAlike(mine: Asked, theirs: Asked | undefined): boolean {
  if (theirs === undefined) return false;
  // Beyond the cap nobody knows what else it was asked for.
  if (mine.routes.size >= MAX_ROUTES_COMPARED || mine.callers.size >= MAX_ROUTES_COMPARED) return false;
  return isWithin(mine.callers, theirs.callers) && isWithin(mine.routes, theirs.routes) && isWithin(mine.hosts, theirs.hosts);
}

function isWithin<T>(few: ReadonlySet<T>, many: ReadonlySet<T>): boolean {
  return [...few].every((one) => many.has(one));
}

function whatIsAsked(drafts: Drafts, table: HopTable): Map<Draft, Asked> {
  const asked = new Map<Draft, Asked>();
  const fold = new PathFold();
  const { size, row, exchanges } = table;
  for (let hop = 0; hop < size; hop++) {
    if (!table.isWork(hop) || !exchanges.isWhole(row[hop]!)) continue;
    const receiver = drafts.receiver(hop);
    const known = asked.get(receiver) ?? { callers: new Set<Draft>(), routes: new Set<number>(), hosts: new Set<number>() };
    asked.set(receiver, known);
    if (known.routes.size >= MAX_ROUTES_COMPARED || known.callers.size >= MAX_ROUTES_COMPARED) continue;
    known.callers.add(drafts.sender(hop));
    fold.read(exchanges.path[row[hop]!]!);
    known.routes.add(fnv1aStep(fold.first, exchanges.method[row[hop]!]!));
    known.hosts.add(exchanges.host[row[hop]!]!);
  }
  return asked;
}
