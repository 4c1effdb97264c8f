import { describe, expect, it } from "vitest";
import { client, look, type Request, request, server, times, traceparent } from "./build-view.ts";

/** Unequal distances, the same in every run: ms. */
const unequal = (i: number) => 200 + ((i * 7_919) % 613);
const moments = (n: number) =>
  Array.from({ length: n }, (_, i) => i).map((i) => Array.from({ length: i }, (_, k) => unequal(k)).reduce((a, b) => a + b, 0));
const came = (at: number, i: number) =>
  request("client → frontend", { at, until: at + 20, target: `/buy/${i}`, fields: [traceparent(i + 1, 1)] });
const sent = (at: number, i: number) =>
  request("frontend → orders", { at, until: at + 5, method: "POST", target: "/mail", fields: [traceparent(900 + i, 900 + i)] });

function world(requests: readonly Request[], calls: readonly Request[]) {
  return {
    requests: [...requests, ...calls],
    spans: [
      ...requests.map((r, i) => server(r, { trace: i + 1, id: 400 + i, parent: 1 })),
      ...calls.map((r, i) => client(r, { trace: 900 + i, id: 900 + i })),
    ],
  };
}

describe("calls that go out behind the answer, in traces of their own", () => {
  const starts = moments(40);

  it("are lost traces where each follows a request", () => {
    const calls = starts.map((at, i) => sent(at + 28 + (i % 5), i));
    expect(look(world(starts.map(came), calls)).said).toEqual([
      "error split: frontend → orders 40/40, frontend, goroutine-without-context",
    ]);
  });

  it("are lost traces also where only some requests cause one, and some are still open then", () => {
    const calls = starts.filter((_, i) => i % 3 !== 0).map((at, i) => sent(at + (i % 4 === 0 ? 15 : 30), i));
    const { length } = calls;
    expect(look(world(starts.map(came), calls)).said).toEqual([
      `error split: frontend → orders ${length}/${length}, frontend, goroutine-without-context`,
    ]);
  });

  it("are a job's own where they come whenever they like", () => {
    const calls = times(40, (i) => [sent(97 + ((i * 104_729) % 20_011), i)]).sort((a, b) => a.at - b.at);
    expect(look(world(starts.map(came), calls)).said).toEqual([]);
  });

  it("are a timer's own where another timer sends the requests", () => {
    const ticks = Array.from({ length: 40 }, (_, i) => i * 500);
    const calls = ticks.map((at, i) => sent(at + 28 + (i % 3), i));
    expect(look(world(ticks.map(came), calls)).said).toEqual([]);
  });

  it("are lost traces where each follows another call of a request", () => {
    const asked = starts.map((at, i) =>
      request("frontend → stock", {
        at: at + 30 + ((i * 7_919) % 150),
        until: at + 35 + ((i * 7_919) % 150),
        target: `/stock/${i}`,
        fields: [traceparent(i + 1, 2)],
      }),
    );
    const calls = asked.map(({ until }, i) => sent(until + 8 + (i % 3), i));
    const { requests, spans } = world(starts.map(came), calls);
    expect(look({ requests: [...requests, ...asked], spans }).said).toEqual([
      "error split: frontend → orders 40/40, frontend, goroutine-without-context",
    ]);
  });

  describe("in a crowd", () => {
    /** 0 ≤ x < 1, the same in every run. */
    const random = (seed: number) => () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const crowd = (n: number, seed: number) => {
      const next = random(seed);
      let at = 0;
      return times(n, () => {
        at += Math.floor(5 + next() * 50);
        return [at];
      });
    };
    const begun = crowd(200, 7);

    it("are lost traces where there is one for each request", () => {
      const next = random(3);
      const calls = begun.map((at, i) => sent(at + 22 + Math.floor(next() * 26), i));
      // A few lie beyond any window that is narrow enough.
      expect(look(world(begun.map(came), calls)).said).toEqual([
        expect.stringMatching(/^error split: frontend → orders (19\d|200)\/200, frontend, goroutine-without-context$/),
      ]);
    });

    it.each([11, 12, 13, 14, 15])("are a job's own though there are as many as requests (%i)", (seed) => {
      const calls = crowd(200, seed).map((at, i) => sent(at, i));
      expect(look(world(begun.map(came), calls)).said).toEqual([]);
    });
  });

  it("are no lost traces where their requests carried none", () => {
    const requests = starts.map((at, i) => request("client → frontend", { at, until: at + 20, target: `/buy/${i}` }));
    const calls = starts.map((at, i) => sent(at + 28 + (i % 5), i));
    const { spans } = world([], calls);
    expect(look({ requests: [...requests, ...calls], spans }).blamed).toEqual([]);
  });
});
