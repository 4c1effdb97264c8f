// Calls that begin a trace which is not sampled: what the sampled ones of their kind do tells what became of theirs.

import { describe, expect, it } from "vitest";
import { Judge } from "../../src/diagnosis/judge.ts";
import { client, id, look, server, trace, traceparent } from "./build-view.ts";
import { checkout, nTimes, requestsOf } from "./cases/case.ts";

/**
 * What a call of frontend does: goes on in the trace that came, alone or with another context beside; begins one of its own, at once or when its request was
 * open for too long to be the cause for sure.
 */
type Kind = "continued" | "doubled" | "split" | "late";

interface Calls extends Partial<Record<Kind, number>> {
  readonly target?: string;
  readonly method?: string;
  readonly frontend?: string;
  readonly orders?: string;
  readonly isAsked?: boolean;
  /** Whether the request of the last call has its SERVER span. */
  readonly isServed?: boolean;
}

/** How the last call of frontend, which begins a trace that is not sampled, is judged behind these, which are. */
function last({ target = "/stock/7", method = "GET", isAsked = true, isServed = true, ...options }: Calls) {
  const { frontend = "frontend", orders = "orders", ...counts } = options;
  const kinds = Object.entries(counts).flatMap(([kind, n]) => Array<string>(n).fill(kind));
  const before = kinds.map((kind, i) => {
    const isAnew = kind === "split" || kind === "late";
    const context = isAnew ? traceparent(900 + i, 900 + i) : traceparent(i + 1, (i + 1) * 16 + 2);
    const beside = kind === "doubled" ? [["b3", `${trace(900 + i)}-${id(900 + i)}-1`] as const] : [];
    const made = checkout(3 * i, { target, frontend, orders, outgoing: [context, ...beside] });
    const { at } = made.inbound;
    const inbound = { ...made.inbound, fields: [traceparent(i + 1, (i + 1) * 16)], until: at + 2_000 };
    const outbound = { ...made.outbound, method, ...(kind === "late" && { at: at + 1_500, until: at + 1_600 }) };
    const spans = [
      server(inbound, { trace: i + 1, id: (i + 1) * 16 + 1, parent: (i + 1) * 16 }),
      ...(kind === "split" ? [client(outbound, { trace: 900 + i, id: 900 + i })] : []),
      ...(kind === "doubled" ? [server(outbound, { trace: i + 1, id: (i + 1) * 16 + 3, parent: (i + 1) * 16 + 2 })] : []),
    ];
    return { requests: [inbound, outbound], spans };
  });
  const unsampled = checkout(3 * kinds.length, { outgoing: [traceparent(990, 990, "00")], target: "/stock/9" });
  const { view } = look({
    requests: [...before.flatMap(({ requests }) => requests), ...requestsOf([unsampled])],
    ...(isAsked && { spans: [...before.flatMap(({ spans }) => spans), ...(isServed ? [unsampled.spans.frontend] : [])] }),
  });
  const { outcome, faults } = new Judge(view).judge(view.table.size - 1);
  return { outcome, splits: faults.filter(({ verdict }) => verdict === "split") };
}

describe("an unsampled call in a trace of its own", () => {
  it("has left its request's where the sampled calls of its kind did, for their reason and as gravely", () => {
    for (const isServed of [true, false]) {
      const { outcome, splits } = last({ split: 3, isServed });
      expect(outcome).toBe("restarted");
      expect(splits).toMatchObject([{ cause: "goroutine-without-context", possible: [], severity: "error", isCircumstantial: true }]);
    }
  });

  it.each<[string, Calls, string]>([
    ["two show it", { split: 2 }, "continued"],
    ["nine of ten show it", { split: 9, continued: 1 }, "restarted"],
    ["fewer show it", { split: 8, continued: 1 }, "continued"],
    ["of others nothing tells what they should have carried", { split: 3, late: 2 }, "restarted"],
    ["a second context went out beside, which the receiver did not take", { doubled: 3 }, "continued"],
    ["those are of another route", { split: 3, target: "/labels" }, "continued"],
    ["those are of another method", { split: 3, method: "PUT" }, "continued"],
    ["those are another's", { split: 3, frontend: "stock" }, "continued"],
    ["those go elsewhere", { split: 3, orders: "stock" }, "continued"],
    ["no backend is asked", { split: 3, isAsked: false }, "continued"],
  ])("where %s", (_, calls, outcome) => {
    const judged = last(calls);
    expect(judged.outcome).toBe(outcome);
    expect(judged.splits).toHaveLength(outcome === "restarted" ? 1 : 0);
  });

  it("is counted with them", () => {
    const calls = nTimes(6, (i) => checkout(i, { outgoing: [traceparent(900 + i, 900 + i, i < 4 ? "01" : "00")] }));
    const { said } = look({ requests: requestsOf(calls), spans: calls.map(({ spans }) => spans.frontend) });
    expect(said).toEqual(["error split: frontend → orders 6/6, frontend, unknown"]);
  });
});
