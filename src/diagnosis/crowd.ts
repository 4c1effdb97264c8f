// Where a fault repeats by the thousand, some of the exchanges that show it are judged whole and kept as proof; others that show the same at a glance are
// only counted.

import { NO_PARENT } from "../hops/hop.ts";
import { type StrippedAtAGlance, strippedAtAGlance } from "./at-a-glance.ts";
import type { EdgeNumbers } from "./edge-numbers.ts";
import { isExemplar } from "./exemplars.ts";
import type { FaultyHopGroups, FaultyHops } from "./faulty-hops.ts";
import type { FeatureCounts } from "./features.ts";
import type { HopFeatures } from "./hop-features.ts";
import type { Judgement } from "./judgement.ts";
import type { RouteNames } from "./route.ts";
import { type CountedFault, type FaultTally, isCountingTraces, type Tally } from "./tally.ts";
import type { View } from "./view.ts";

/** Exchanges of one edge with one fault. */
interface Crowd extends CountedFault {
  readonly features: readonly FeatureCounts[];
  /** By number of the route: the exchanges of the fault, and how many of them were only counted. */
  readonly routes: Map<number, { readonly faulty: FaultyHops; n: number }>;
}

export interface CrowdParts {
  readonly tally: Tally;
  readonly edges: EdgeNumbers;
  readonly routes: RouteNames;
  readonly features: HopFeatures;
  readonly faulty: FaultyHopGroups;
}

export class Crowds {
  readonly #view: View;
  readonly #parts: CrowdParts;
  /** By number of the edge. */
  readonly #crowds: Crowd[][] = [];

  constructor(view: View, parts: CrowdParts) {
    this.#view = view;
    this.#parts = parts;
  }

  /** Counts an exchange that shows at a glance a fault of its edge that is proven already; false where it takes a closer look. */
  count(hop: number): boolean {
    const crowds = this.#crowds[this.#parts.edges.of(hop)];
    if (crowds === undefined) return false;
    const glance = strippedAtAGlance(hop, this.#view);
    if (glance === undefined) return false;
    const crowd = crowds.find((each) => shows(each, glance));
    if (crowd === undefined || isExemplar(crowd.tally.exemplars, hop)) return false;
    this.#add(hop, glance.cause, crowd);
    return true;
  }

  /** A judgement that was counted: others may be like it. */
  remember(judgement: Judgement, counted: readonly FaultTally[]): void {
    const [fault, ...more] = judgement.faults;
    const [tally] = counted;
    if (fault?.verdict !== "stripped" || more.length > 0 || tally === undefined) return;
    const { edges } = this.#parts;
    const number = edges.of(judgement.hop.index);
    this.#crowds[number] ??= [];
    const crowds = this.#crowds[number];
    const glance = strippedAtAGlance(judgement.hop.index, this.#view);
    if (glance === undefined || crowds.some((crowd) => shows(crowd, glance))) return;
    crowds.push({ kind: judgement, edge: edges.all[number]!, tally, fault, features: [tally.features], routes: new Map() });
  }

  /** All are judged: those that were only counted go to their tallies. */
  end(): void {
    const { tally, routes } = this.#parts;
    for (const crowds of this.#crowds)
      for (const crowd of crowds ?? []) for (const [route, { n }] of crowd.routes) tally.addAlike(crowd, routes.name(route), n);
  }

  #add(hop: number, cause: number, crowd: Crowd): void {
    const { routes, features, faulty } = this.#parts;
    const { table } = this.#view;
    const route = routes.numberOf(hop);
    let counted = crowd.routes.get(route);
    if (counted === undefined) {
      counted = { faulty: faulty.of(crowd.tally, route), n: 0 };
      crowd.routes.set(route, counted);
    }
    counted.n++;
    counted.faulty.hops.push(hop);
    features.count(hop, route, cause, crowd.features);
    if (cause === NO_PARENT || !isCountingTraces(crowd.tally)) return;
    const { readings, identities } = table.exchanges;
    crowd.tally.traceIds.add(identities.traceId(readings.first(table.row[cause]!)));
  }
}

function shows({ fault }: Crowd, { cause, confidence, isCircumstantial }: StrippedAtAGlance): boolean {
  return (
    fault.confidence === confidence && fault.isCircumstantial === isCircumstantial && (fault.parent === undefined) === (cause === NO_PARENT)
  );
}
