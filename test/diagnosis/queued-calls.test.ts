import { describe, expect, it } from "vitest";
import { client, look, type Request, request, server, traceparent } from "./build-view.ts";

/** Unequal distances, the same in every run: ms. Requests last longer than that, so that something is always served. */
const gap = (i: number) => 15 + ((i * 7_919) % 71);
const starts = Array.from({ length: 60 }, (_, i) => Array.from({ length: i }, (_, k) => gap(k)).reduce((a, b) => a + b, 0));
const lasts = (i: number) => 90 + ((i * 104_729) % 23);
const came = starts.map((at, i) =>
  request("client → frontend", { at, until: at + lasts(i), method: "POST", target: "/book", fields: [traceparent(i + 1, 1)] }),
);
const ends = came.map(({ until }) => until).sort((a, b) => a - b);

/** Calls to a mailer at these moments, each with a CLIENT span that begins a trace. */
function mailedAt(moments: readonly number[]) {
  const calls: Request[] = moments.map((at, i) =>
    request("frontend → orders", { at, until: at + 4, method: "POST", target: "/mail", fields: [traceparent(900 + i, 900 + i)] }),
  );
  const spans = [
    ...came.map((of, i) => server(of, { trace: i + 1, id: 400 + i, parent: 1 })),
    ...calls.map((of, i) => client(of, { trace: 900 + i, id: 900 + i })),
  ];
  const { view } = look({ requests: [...came, ...calls], spans });
  const hops = view.table.all();
  return hops
    .filter(({ method, path }) => method === "POST" && path === "/mail")
    .map(({ startedAt, parent }) => ({ startedAt, request: parent === undefined ? undefined : hops[parent.hop] }));
}

const isBehind = ({ startedAt, request: of }: ReturnType<typeof mailedAt>[number], ms: number) =>
  of !== undefined && Math.abs(startedAt - (of.endedAt ?? 0) - ms * 1_000) < 6_000;

describe("calls that a queue makes behind the answers, while others are served", () => {
  it("have the requests for causes that they followed in order", () => {
    const calls = mailedAt(ends.map((end, i) => end + 4 + (i % 4)));
    expect(calls.filter((call) => isBehind(call, 5))).toHaveLength(60);
  });

  it("need not begin with the first request that was captured", () => {
    const calls = mailedAt(ends.slice(2).map((end, i) => end + 4 + (i % 4)));
    expect(calls.filter((call) => isBehind(call, 5))).toHaveLength(58);
  });

  it("are not taken for such where they come at moments of their own", () => {
    const last = ends.at(-1) ?? 0;
    const calls = mailedAt(starts.map((_, i) => 100 + ((i * 15_485_863) % (last - 200))).sort((a, b) => a - b));
    expect(calls.filter((call) => isBehind(call, 5)).length).toBeLessThan(20);
  });
});
