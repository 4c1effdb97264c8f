import { describe, expect, it } from "vitest";
import { lostAbove } from "../../src/diff/lost-above.ts";
import { SpanClocks } from "../../src/diff/span-clocks.ts";
import { SpanIndex } from "../../src/diff/span-index.ts";
import type { Hop } from "../../src/hops/hop.ts";
import type { Span } from "../../src/spans/span.ts";
import { client, id, NOON, type Request, request, server, trace } from "../diagnosis/build-view.ts";

/** Which calls, all of trace 1, a SERVER span is lost behind: calls by who sent them, orphans below spans that nobody has. */
function lost(
  calls: readonly Request[],
  orphans: readonly Span[],
  looked = () => {},
  copies: Readonly<Record<number, number>> = {},
): number[] {
  const sent = calls.map((call, i) => client(call, { id: i + 1 }));
  const hops = calls.map((call, index) => ({
    index,
    receiver: call.to,
    reading: { identities: [{ traceId: trace(1), spanId: id((copies[index] ?? index) + 1) }] },
    ...(copies[index] !== undefined && { parent: { hop: copies[index], because: "forwarded unchanged", confidence: 1 } }),
    get startedAt() {
      looked();
      return NOON + call.at * 1_000;
    },
    endedAt: NOON + call.until * 1_000,
    sightings: [],
  })) as unknown as Hop[];
  const matches = new Map(sent.flatMap((span, i) => (copies[i] === undefined ? [[i, { client: span }] as const] : [])));
  const index = new SpanIndex([{ traceId: trace(1), spans: [...sent, ...orphans], warnings: [] }]);
  const byContext = {
    of: (traceId: string, spanId: string) =>
      hops.filter(
        ({
          reading: {
            identities: [own],
          },
        }) => own!.traceId === traceId && own!.spanId === spanId,
      ),
  };
  const matched = { index, matches, hopOf: new Map(sent.map((span, i) => [span, i])), byContext };
  const clocks = new SpanClocks({ byService: new Map([["stock", 0]]), usual: 0 });
  return [...lostAbove(hops, matched, clocks).keys()];
}

/** A SERVER span of stock, at the time of this call. */
const orphan = (of: Request, i = 0) => server(of, { id: 5_000 + i, parent: 9_000 + i, service: "stock" });

describe("a SERVER span that is lost above another", () => {
  const [outer, inner] = [request("frontend → orders", { at: 0 }), request("frontend → orders", { at: 10, until: 90 })];
  const own = request("stock → orders", { at: 20, until: 80 });

  it("lies behind the last call that was open, where all went to one receiver", () => {
    expect(lost([outer, inner], [orphan(inner)])).toEqual([1]);
    expect(lost([outer, { ...inner, to: "ingress" }], [orphan(inner)])).toEqual([]);
    expect(lost([outer, inner], [orphan({ ...inner, at: 400, until: 500 })])).toEqual([]);
  });

  it("lies before what its own service called", () => {
    expect(lost([outer, own], [orphan(own)])).toEqual([0]);
    expect(lost([outer, inner, own], [orphan(own)])).toEqual([1]);
    expect(lost([own], [orphan(own)])).toEqual([]);
    expect(lost([own, { ...inner, at: 30 }], [orphan(inner)])).toEqual([]);
  });

  it("lies behind the call that carries a copy of the context, not before who copied it", () => {
    const copied = request("orders → billing", { at: 5, until: 95 });
    expect(lost([outer, copied], [orphan(inner)])).toEqual([]);
    expect(lost([outer, copied], [orphan(inner)], undefined, { 1: 0 })).toEqual([1]);
  });

  it("lies nowhere where the wire shows who made its parent", () => {
    const seen = server(inner, { id: 5_000, parent: 2, service: "stock" });
    const [first, ...spans] = [client(outer, { id: 1 }), seen];
    expect(first).toBeDefined();
    expect(lost([outer, { ...inner, to: "billing" }], spans)).toEqual([]);
  });

  it("is looked for among the calls of its time", () => {
    const looks = (n: number) => {
      let count = 0;
      const calls = Array.from({ length: n }, (_, i) => request("frontend → orders", { at: i * 1_000 }));
      expect(lost(calls, calls.map(orphan), () => count++)).toHaveLength(n);
      return count;
    };
    expect(looks(400) / looks(200)).toBeLessThan(2.3);
  });
});
