import { expect, it } from "vitest";
import { Judge } from "../../src/diagnosis/judge.ts";
import { look, server } from "./build-view.ts";
import { checkout, nTimes, requestsOf } from "./cases/case.ts";

/** What is said of the first request to a route of orders that it lacks all spans of. The first is answered so, the others with 404. */
function first(status: number, isRecorded = (i: number) => i % 3 !== 0) {
  const calls = nTimes(12, (i) => checkout(i, i % 3 === 0 ? { target: "/search", status: i === 0 ? status : 404 } : {}));
  const spans = calls.flatMap(({ spans: own }, i) => [own.frontend, own.call, ...(isRecorded(i) ? [own.orders] : [])]);
  const { view, blamed } = look({ requests: requestsOf(calls), spans });
  const hop = view.table.all().find(({ path }) => path === "/search")!;
  return { faults: new Judge(view).judge(hop.index).faults, blamed };
}

it("what no route serves has no span by right, where others have theirs", () => {
  const { faults, blamed } = first(404);
  expect(blamed).toEqual([]);
  expect(faults).toMatchObject([{ verdict: "unrecorded", severity: "note" }]);
  expect(faults[0]?.detail).toBe("no route serves it (404), and who instruments route by route makes no span of that");
});

it("one answer of another kind, or one span, shows that it is served", () => {
  expect(first(200).blamed).toEqual(["error unrecorded: frontend → orders 4/12, orders, middleware-missing"]);
  expect(first(404, (i) => i % 3 !== 0 || i === 6).blamed).toEqual(["error unrecorded: frontend → orders 3/12, orders, unknown"]);
});

it("a service without a single SERVER span is not excused by its answers", () => {
  const calls = nTimes(6, (i) => ({ ...checkout(i), inbound: { ...checkout(i).inbound, status: 404 } }));
  const spans = calls.flatMap(({ spans: own, outbound }, i) => [
    own.call,
    server(outbound, { trace: i + 1, id: 900 + i, parent: 16 * i + 18 }),
  ]);
  expect(look({ requests: requestsOf(calls), spans }).blamed).toEqual(["error unrecorded: client → frontend 6/6, frontend, unknown"]);
});
