// What the backend has of each route of a receiver, of requests that it should have. A route is told by the request's path alone, so that requests with and without a span compare.

import type { Hop } from "../../hops/hop.ts";
import { templatePath } from "../../hops/path-shape.ts";
import type { Workload } from "../../naming/workload.ts";
import type { Span } from "../../spans/span.ts";
import type { Timestamp } from "../../wire/timestamp.ts";
import { type OwnTrace, spansOf, type View } from "../view.ts";

/** A route without a single span of so many requests is not instrumented: that is no matter of exporters. */
export const MIN_BARE_REQUESTS = 3;
/** So many of the others, and this part of them, show that the receiver loses few. */
const MIN_RECORDED = 10;
const RECORDED_SHARE = 0.9;
/** RFC 9110 §15.5.5. */
const NOT_FOUND = 404;

export interface RouteCount {
  requests: number;
  /** Of them those that the backend has a SERVER span of. */
  recorded: number;
  /** Of them those that were answered with 404. */
  notFound: number;
  readonly joined: Joined;
  firstRecorded: Timestamp;
  lastRecorded: Timestamp;
}

/** Of recorded requests that came with a valid context. */
interface Joined {
  requests: number;
  /** Of them those whose SERVER span lies in another trace, and of these those that link to the one that came. */
  elsewhere: number;
  linked: number;
}

/** So many spans of a route, and this part of them, show what it does with all. */
const MIN_ELSEWHERE = 3;
const NEARLY_ALL = 0.9;

export class RouteCounts {
  readonly #view: View;
  #counts: ReadonlyMap<string, RouteCount> | undefined;
  /** By receiver: of the routes that anything was recorded of. */
  readonly #served = new Map<number, { requests: number; recorded: number }>();
  /** By receiver, of all of its routes. */
  readonly #joined = new Map<number, Joined>();

  #mayHaveOwnTraces: boolean | undefined;

  constructor(view: View) {
    this.#view = view;
  }

  /** Whether receivers have begun enough traces of their own for `ownTraceOf` to say so of any: found out without counting every exchange. */
  static mayHaveOwnTraces({ diff, table }: Pick<View, "diff" | "table">): boolean {
    let elsewhere = 0;
    for (const [hop, { server }] of diff.matches) {
      if (server === undefined || table.hop(hop).reading.context === undefined || table.hop(hop).traceIds.includes(server.traceId))
        continue;
      if (++elsewhere >= MIN_ELSEWHERE) return true;
    }
    return false;
  }

  of(hop: Hop, receiver: Workload): RouteCount | undefined {
    this.#counts ??= this.#count();
    return this.#counts.get(keyOf(hop, receiver));
  }

  /** Whether none of several requests of its route was recorded, while nearly all of the receiver's other routes were. */
  isLeftOut(hop: Hop, receiver: Workload): boolean {
    const own = this.of(hop, receiver);
    if (own === undefined || own.recorded > 0 || own.requests < MIN_BARE_REQUESTS) return false;
    const others = this.#served.get(receiver.index);
    return others !== undefined && others.recorded >= MIN_RECORDED && others.recorded >= RECORDED_SHARE * others.requests;
  }

  /** Whether all requests of its route were answered with 404, and none recorded: who instruments route by route has no span of what no route serves. */
  isUnserved(hop: Hop, receiver: Workload): boolean {
    const own = this.of(hop, receiver);
    return own !== undefined && own.recorded === 0 && own.notFound === own.requests;
  }

  /** What the receiver does with the contexts of this route, or of all where the route has few spans. Who samples its own traces leaves few. */
  ownTraceOf(hop: Hop, receiver: Workload): OwnTrace | undefined {
    this.#mayHaveOwnTraces ??= RouteCounts.mayHaveOwnTraces(this.#view);
    if (!this.#mayHaveOwnTraces) return undefined;
    const own = this.of(hop, receiver)?.joined;
    const counted = own !== undefined && own.requests >= MIN_ELSEWHERE ? own : this.#joined.get(receiver.index);
    if (counted === undefined || counted.elsewhere < MIN_ELSEWHERE || counted.elsewhere < NEARLY_ALL * counted.requests) return undefined;
    return counted.linked >= NEARLY_ALL * counted.elsewhere ? "linked" : "ignored";
  }

  #count(): ReadonlyMap<string, RouteCount> {
    const { table, naming } = this.#view;
    const counts = new Map<string, RouteCount>();
    const receivers = new Map<string, number>();
    for (let index = 0; index < table.size; index++) {
      if (!table.isWork(index) || table.exchanges.readings.isUnsampled(table.row[index]!)) continue;
      const hop = table.hop(index);
      const key = keyOf(hop, naming.receiverOf(index));
      const count = counts.get(key) ?? {
        requests: 0,
        recorded: 0,
        notFound: 0,
        joined: noneJoined(),
        firstRecorded: hop.startedAt,
        lastRecorded: hop.startedAt,
      };
      counts.set(key, count);
      receivers.set(key, naming.receiverOf(index).index);
      count.requests++;
      if (hop.status === NOT_FOUND) count.notFound++;
      const { server } = spansOf(this.#view, index);
      if (server === undefined) continue;
      this.#countJoined(hop, server, count.joined);
      if (count.recorded++ === 0) count.firstRecorded = hop.startedAt;
      count.lastRecorded = hop.startedAt;
    }
    for (const [key, { requests, recorded }] of counts) {
      if (recorded === 0) continue;
      const receiver = receivers.get(key)!;
      const served = this.#served.get(receiver) ?? { requests: 0, recorded: 0 };
      this.#served.set(receiver, { requests: served.requests + requests, recorded: served.recorded + recorded });
    }
    return counts;
  }

  #countJoined(hop: Hop, server: Span, ofRoute: Joined): void {
    const { traceIds } = hop;
    if (hop.reading.context === undefined) return;
    const receiver = this.#view.naming.receiverOf(hop.index).index;
    const ofAll = this.#joined.get(receiver) ?? noneJoined();
    this.#joined.set(receiver, ofAll);
    for (const counted of [ofRoute, ofAll]) {
      counted.requests++;
      if (traceIds.includes(server.traceId)) continue;
      counted.elsewhere++;
      if (server.links.some(({ traceId }) => traceIds.includes(traceId))) counted.linked++;
    }
  }
}

function noneJoined(): Joined {
  return { requests: 0, elsewhere: 0, linked: 0 };
}

function keyOf({ method, path }: Hop, receiver: Workload): string {
  return `${receiver.index} ${method} ${templatePath(path)}`;
}
