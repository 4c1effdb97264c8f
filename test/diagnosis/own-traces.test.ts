// Receivers that begin a trace of their own for whatever comes, and sample it: most of what they serve has no SERVER span, and that is no loss.

import { describe, expect, it } from "vitest";
import { Judge } from "../../src/diagnosis/judge.ts";
import { look, type Request, request, server, traceparent, type World } from "./build-view.ts";
import { type Checkout, checkout, nTimes, requestsOf } from "./cases/case.ts";

const RECORDED = 4;
/** client → frontend → orders; orders begins anew, and samples the first four. */
const calls = nTimes(12, (i) => checkout(i));
const spansOf = ({ ids }: Checkout, isLinked: boolean) => ({
  trace: 900 + ids.trace,
  id: 900 + ids.trace,
  links: isLinked ? [{ trace: ids.trace, id: ids.call }] : [],
});

/** `changed`: requests to orders in place of the calls. */
function world(isLinked: boolean, { changed = (call: Request, _: number) => call, onward = [] as Request[] } = {}): World {
  const requests = requestsOf(calls.map((made, i) => ({ ...made, outbound: changed(made.outbound, i) })));
  const spans = calls.flatMap((made, i) => [
    made.spans.frontend,
    made.spans.call,
    ...(i < RECORDED ? [server(made.outbound, spansOf(made, isLinked))] : []),
  ]);
  return { requests: [...requests, ...onward], spans };
}

/** Of the i-th request to orders; and of the call that was made for it. */
function judged(of: World, i: number, target = `/stock/${i}`) {
  const { view } = look(of);
  const hop = view.table.all().find(({ path }) => path === target)!;
  return new Judge(view).judge(hop.index);
}

/** orders asks stock for its i-th request. */
const asks = (i: number, fields: Request["fields"]) =>
  request("orders → stock", { at: 1_000 * i + 30, until: 1_000 * i + 60, target: `/shelf/${i}`, fields });
const LAST = 11;

describe("a receiver that ignores contexts and samples by itself", () => {
  it("ignores those that it has no span of as well", () => {
    expect(look(world(false)).said).toEqual(["error ignored: frontend → orders 12/12, orders, unknown"]);
    expect(judged(world(false), 0).faults[0]?.confidence).toBeGreaterThan(0.8);
    expect(judged(world(false), RECORDED).faults).toMatchObject([
      { verdict: "ignored", confidence: 0.8, culprit: "receiver", severity: "error" },
    ]);
  });

  it("has lost what a call went on in the trace of", () => {
    const continued = world(false, { onward: [asks(LAST, [traceparent(LAST + 1, 990)])] });
    expect(judged(continued, LAST).faults).toMatchObject([{ verdict: "unrecorded" }]);
    const anew = world(false, { onward: [asks(LAST, [traceparent(990, 990)])] });
    expect(judged(anew, LAST).faults).toMatchObject([{ verdict: "ignored" }]);
  });

  it("is not said to ignore what is written wrong", () => {
    const changed = (call: Request, i: number): Request => (i === LAST ? { ...call, fields: [...call.fields, ["b3", "zz-1"]] } : call);
    expect(judged(world(false, { changed }), LAST).faults.filter(({ culprit }) => culprit === "receiver")).toEqual([]);
  });
});

describe("a receiver that links to contexts and samples by itself", () => {
  it("has nothing to answer for where it has no span", () => {
    expect(look(world(true)).said).toEqual(["note ignored: frontend → orders 4/12, orders, restarts-trace"]);
    expect(judged(world(true), LAST).faults).toEqual([]);
  });
});

describe("calls of a receiver that begins traces of its own", () => {
  it.each([
    ["ignores", false],
    ["links to", true],
  ])("have nothing to carry where it %s what came, and has no span of that", (_, isLinked) => {
    for (const fields of [[], [traceparent(990, 990, "00")], [traceparent(990, 990)]])
      expect(judged(world(isLinked, { onward: [asks(LAST, fields)] }), LAST, `/shelf/${LAST}`).faults).toEqual([]);
  });

  it("have to carry the one that it has a span of", () => {
    const { faults } = judged(world(false, { onward: [asks(0, [])] }), 0, "/shelf/0");
    expect(faults).toMatchObject([{ verdict: "stripped" }]);
  });
});
