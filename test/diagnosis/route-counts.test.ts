import { expect, it } from "vitest";
import { RouteCounts } from "../../src/diagnosis/exporters/route-counts.ts";
import { look, request, server, times, traceparent } from "./build-view.ts";

/** Requests to one route of which none is recorded, beside `recorded` of twenty to another. */
function isLeftOut(recorded: number, bare = 3): boolean {
  const asked = (n: number, from: number, target: string) =>
    times(n, (i) => [request("client → orders", { at: 200 * (from + i), target, fields: [traceparent(from + i + 1, 16)] })]);
  const others = asked(20, 0, "/stock");
  const requests = [...others, ...asked(bare, 20, "/bare")];
  const spans = others.slice(0, recorded).map((of, i) => server(of, { trace: i + 1, id: 100 + i, parent: 16, service: "orders" }));
  const { view } = look({ requests, spans });
  const hop = view.table.all().at(-1)!;
  return new RouteCounts(view).isLeftOut(hop, view.naming.receiverOf(hop.index));
}

it("tells a route that is left out where nearly all of the others' requests are recorded", () => {
  expect(isLeftOut(20)).toBe(true);
  expect(isLeftOut(18)).toBe(true);
  expect(isLeftOut(17)).toBe(false);
});

it("tells nothing of one or two requests", () => {
  expect(isLeftOut(20, 2)).toBe(false);
});
