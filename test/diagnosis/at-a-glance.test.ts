// What is told from columns MUST be what judging the exchange whole tells.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDoubtfulAtAGlance, outcomeAtAGlance, strippedAtAGlance } from "../../src/diagnosis/at-a-glance.ts";
import { Judge } from "../../src/diagnosis/judge.ts";
import { routeOf } from "../../src/diagnosis/route.ts";
import { Tally } from "../../src/diagnosis/tally.ts";
import type { View } from "../../src/diagnosis/view.ts";
import { NO_PARENT } from "../../src/hops/hop.ts";
import type { Span } from "../../src/spans/span.ts";
import { client, look, type Request, request, server, times, trace, traceparent } from "./build-view.ts";

/** A request to frontend, and the call that it makes to orders. */
interface Pair {
  readonly gap: number;
  readonly came: "nothing" | "context" | "unsampled" | "malformed";
  readonly went: "nothing" | "same" | "another" | "malformed";
  readonly isPassedOn: boolean;
  readonly route: "/buy" | "/pay";
  readonly isLate: boolean;
  readonly status: number;
  readonly head: "full" | "partial";
}

const pair: fc.Arbitrary<Pair> = fc.record({
  gap: fc.constantFrom(5, 30, 200),
  came: fc.constantFrom("nothing", "context", "context", "context", "unsampled", "malformed"),
  went: fc.constantFrom("nothing", "nothing", "nothing", "same", "another", "malformed"),
  isPassedOn: fc.boolean(),
  route: fc.constantFrom("/buy", "/pay"),
  isLate: fc.boolean(),
  status: fc.constantFrom(200, 200, 200, 431),
  head: fc.constantFrom("full", "full", "full", "partial"),
});

const MALFORMED = ["traceparent", "00-zz"] as const;

function requestsOf(pairs: readonly Pair[]): Request[] {
  let at = 0;
  return pairs.flatMap(({ gap, came, went, isPassedOn, route, isLate, status, head }, n) => {
    at += gap;
    const target = `${route}/${7_000 + n}`;
    const context = traceparent(n + 1, 1, came === "unsampled" ? "00" : "01");
    const goingOn = { nothing: [], same: [traceparent(n + 1, 2)], another: [traceparent(500 + n, 2)], malformed: [MALFORMED] }[went];
    const start = isLate ? at + 1_200 : at + 10;
    return [
      request("client → frontend", {
        at,
        until: start + 40,
        target,
        status,
        fields: came === "nothing" ? [] : came === "malformed" ? [MALFORMED] : [context],
      }),
      request("frontend → orders", { at: start, until: start + 20, target: isPassedOn ? target : `/stock/${n}`, fields: goingOn, head }),
    ];
  });
}

/** Spans of the traces that were looked up: every other one. Where the call began a trace of its own, that one was found, too. */
function spansOf(requests: readonly Request[], ignores: boolean): Span[] {
  return requests.flatMap((inbound, i) => {
    const n = i / 2;
    if (n % 2 !== 0) return [];
    const outbound = requests[i + 1]!;
    const [own] = outbound.fields;
    const isOwn = own?.[1].includes(trace(500 + n)) === true;
    const served = server(inbound, ignores ? { trace: 900 + n, id: 10 } : { trace: n + 1, id: 10, parent: 1 });
    return [served, client(outbound, { trace: isOwn ? 500 + n : n + 1, id: 2, ...(!isOwn && { parent: 10 }) })];
  });
}

/** Asks both of every exchange; returns how many were told at a glance, and how many of them were stripped. */
function compare(view: View): { readonly glances: number; readonly stripped: number } {
  const judge = new Judge(view);
  const counts = { glances: 0, stripped: 0 };
  for (const { index, purpose } of view.table.all()) {
    if (purpose !== "work") continue;
    const whole = judge.judge(index);
    const outcome = outcomeAtAGlance(index, view);
    if (outcome !== undefined) {
      counts.glances++;
      expect({ outcome, isDoubtful: isDoubtfulAtAGlance(index, view), isRecorded: false }).toEqual({
        outcome: whole.outcome,
        isDoubtful: whole.isDoubtful,
        isRecorded: whole.isRecorded,
      });
      expect(whole.faults).toEqual([]);
    }
    const stripped = strippedAtAGlance(index, view);
    if (stripped === undefined) continue;
    counts.stripped++;
    expect(outcome).toBeUndefined();
    expect(whole).toMatchObject({ outcome: "absent", hasContext: false, isDoubtful: false });
    expect(whole.faults.map(({ verdict }) => verdict)).toEqual(["stripped"]);
    const [{ parent, confidence, isCircumstantial } = {}] = whole.faults;
    expect({ cause: parent?.index ?? NO_PARENT, confidence, isCircumstantial }).toEqual(stripped);
  }
  return counts;
}

const somePairs = fc.array(pair, { minLength: 1, maxLength: 25 });

describe("what is told at a glance", () => {
  it("is what the judge says", () => {
    let stripped = 0;
    fc.assert(
      fc.property(somePairs, (pairs) => {
        stripped += compare(look({ requests: requestsOf(pairs) }).view).stripped;
      }),
      { numRuns: 100 },
    );
    expect(stripped).toBeGreaterThan(20);
  });

  it("is what the judge says where only a part of the traces was looked up", () => {
    const all = { glances: 0, stripped: 0 };
    fc.assert(
      fc.property(somePairs, fc.boolean(), (pairs, ignores) => {
        const requests = requestsOf(pairs);
        const spans = spansOf(requests, ignores);
        const known = new Set(spans.map(({ traceId }) => traceId));
        const backend = { isWindowSearched: false, isLookedUp: (traceId: string) => known.has(traceId) };
        const { glances, stripped } = compare(look({ requests, spans, backend }).view);
        all.glances += glances;
        all.stripped += stripped;
      }),
      { numRuns: 100 },
    );
    expect(all.glances).toBeGreaterThan(40);
    expect(all.stripped).toBeGreaterThan(5);
  });

  it("is not that a context was lost where a SERVER span says what its receiver went on with", () => {
    const requests = requestsOf(
      [0, 1].map(() => ({
        gap: 200,
        came: "context",
        went: "nothing",
        isPassedOn: true,
        route: "/buy",
        isLate: false,
        status: 200,
        head: "full",
      })),
    );
    const spans = [server(requests[0]!, { trace: 1, id: 10, parent: 1 })];
    const backend = { isWindowSearched: false, isLookedUp: (traceId: string) => traceId === trace(1) };
    const { view } = look({ requests, spans, backend });
    expect([1, 3].map((hop) => strippedAtAGlance(hop, view) !== undefined)).toEqual([false, true]);
  });

  it("counts as judging each exchange counts", () => {
    const pairs = times<Pair>(150, (n) => [
      {
        gap: 200,
        came: n % 7 === 0 ? "nothing" : "context",
        went: n % 3 === 0 ? "same" : "nothing",
        isPassedOn: n % 5 !== 0,
        route: n % 2 === 0 ? "/buy" : "/pay",
        isLate: false,
        status: 200,
        head: "full",
      },
    ]);
    const { view, tally, findingsOf } = look({ requests: requestsOf(pairs) });
    const judge = new Judge(view);
    const whole = new Tally();
    for (const hop of view.table.all()) whole.add(judge.judge(hop.index), routeOf(hop, undefined));
    const counts = ({ faults }: Tally) =>
      [...faults.values()].map(({ verdict, affected, routes, circumstantial, causes, severities, confidence, exemplars, traceIds }) => ({
        verdict,
        affected,
        routes: new Map([...routes].sort()),
        circumstantial: new Map([...circumstantial].sort()),
        causes: new Map([...causes].map(([cause, { count }]) => [cause, count])),
        severities,
        confidence: confidence.toFixed(6),
        exemplars: exemplars.map(({ judgement }) => judgement.hop.index),
        traceIds,
      }));
    expect(counts(tally)).toEqual(counts(whole));
    const [fault] = tally.faults.values();
    expect(fault?.affected).toBeGreaterThan(80);
    expect(fault?.features.total).toBe(fault?.affected);
    expect([...findingsOf.keys()]).toHaveLength(fault?.affected ?? 0);
    const edges = (of: Tally) =>
      [...of.edges.values()].map(({ exchanges, continued, absent, withContext }) => [exchanges, continued, absent, withContext]);
    expect(edges(tally)).toEqual(edges(whole));
  });
});
