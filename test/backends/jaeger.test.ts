import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { API_GENERATIONS } from "../../src/backends/registry.ts";
import { splitLengthPrefixed } from "../../src/backends/split-length-prefixed.ts";
import { openTraceFiles } from "../../src/backends/trace-files.ts";
import { otlpBytes } from "../spans/sample-spans.ts";
import { reply, spanOf, traceId, WINDOW, withJaeger } from "./recording.ts";
import type { ReplayCall } from "./replay-server.ts";

const NOTHING = { from: 0, to: 0 };

describe.each(API_GENERATIONS.map((api) => api.name))("Jaeger over %s", (generation) => {
  test("finds traces by id, says which are absent, and finds others in the window", async () => {
    const replay = { replies: [reply(1), reply(2, "inventory"), reply(3)], generations: [generation] };
    const answer = await withJaeger(replay, {}, ({ backend }) =>
      backend.ask({ traceIds: [traceId(9), traceId(2), traceId(1)], window: WINDOW }),
    );
    expect(answer.source).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\d+, ${generation}$`));
    expect(answer.traces.map((trace) => trace.traceId)).toEqual([traceId(1), traceId(2), traceId(3)]);
    expect(answer.traces[1]!.spans[0]).toMatchObject({
      name: "GET /stock",
      kind: "server",
      resource: { service: "inventory", pod: "inventory-1" },
    });
    expect(answer).toMatchObject({ absent: [traceId(9)], failed: [], respelled: [], warnings: [], asked: 3, windowSearched: true });
  });

  test("every question asks for raw traces", async () => {
    const calls: ReplayCall[] = [];
    const replay = { replies: [reply(1)], generations: [generation], intercept: (call: ReplayCall) => void calls.push(call) };
    await withJaeger(replay, {}, ({ backend }) => backend.ask({ traceIds: [traceId(1)], window: WINDOW }));
    expect(calls.map((call) => call.method)).toEqual(["GetServices", "GetTrace", "FindTraces"]);
    expect(calls.slice(1).every((call) => call.rawTraces)).toBe(true);
  });

  test("half the traces fail: the other half is there", async () => {
    const ids = Array.from({ length: 40 }, (_, n) => traceId(n + 1));
    const intercept = ({ traceId }: ReplayCall) =>
      traceId !== undefined && Number.parseInt(traceId.slice(-2), 16) % 2 === 0 ? { code: 13, details: "disk on fire" } : undefined;
    const replay = { replies: ids.map((_, n) => reply(n + 1)), generations: [generation], intercept };
    const answer = await withJaeger(replay, {}, ({ backend }) => backend.ask({ traceIds: ids, window: NOTHING }));
    expect(answer.traces).toHaveLength(20);
    expect(answer.failed).toHaveLength(20);
    expect(answer.failed[0]).toEqual({ traceId: traceId(2), reason: "INTERNAL: disk on fire" });
    expect(answer.absent).toEqual([]);
  });

  test.each([
    ["NOT_FOUND", { code: 5, details: "trace not found: trace not found" }],
    ["UNKNOWN, as 1.48 says it", { code: 2, details: "trace not found" }],
  ])("absent by %s", async (_, failure) => {
    const replay = {
      replies: [reply(1)],
      generations: [generation],
      intercept: (call: ReplayCall) => (call.traceId === traceId(1) || call.method !== "GetTrace" ? undefined : failure),
    };
    const answer = await withJaeger(replay, {}, ({ backend }) => backend.ask({ traceIds: [traceId(1), traceId(2)], window: NOTHING }));
    expect(answer).toMatchObject({ absent: [traceId(2)], failed: [] });
  });

  test("an id that was cut to 64 bits on the way is found under its low half", async () => {
    const low = `${"0".repeat(16)}${traceId(1).slice(16)}`;
    const replay = { replies: [otlpBytes("orders", [spanOf(1, { traceId: low })])], generations: [generation] };
    const answer = await withJaeger(replay, {}, ({ backend }) => backend.ask({ traceIds: [traceId(1)], window: NOTHING }));
    expect(answer.respelled).toEqual([{ traceId: traceId(1), heldAs: low }]);
    expect(answer.traces.map((trace) => trace.traceId)).toEqual([low]);
    expect(answer.absent).toEqual([]);
  });

  test("a trace in several messages is one, copies dropped", async () => {
    const both = otlpBytes("orders", [spanOf(1), spanOf(2, { traceId: traceId(1) })]);
    const answer = await withJaeger({ replies: [reply(1), both], generations: [generation] }, {}, ({ backend }) =>
      backend.ask({ traceIds: [traceId(1)], window: WINDOW }),
    );
    expect(answer.traces).toHaveLength(1);
    expect(answer.traces[0]!.spans).toHaveLength(2);
  });
});

const lab = "../shared/lab/ingress-strips";

describe.skipIf(!existsSync(lab))("a recorded Jaeger, replayed", () => {
  test.each(API_GENERATIONS.map((api) => api.name))("over %s it holds what the exported file holds", async (generation) => {
    const { traces } = await openTraceFiles([`${lab}/jaeger.otlp.json`]).ask({ traceIds: [], window: NOTHING });
    const starts = traces.flatMap((trace) => trace.spans.map((span) => span.startedAt));
    const question = {
      traceIds: traces.slice(0, 10).map((trace) => trace.traceId),
      window: { from: Math.min(...starts), to: Math.max(...starts) },
    };
    const replay = { replies: splitLengthPrefixed(readFileSync(`${lab}/jaeger.v3.bin`)).records, generations: [generation] };
    const answer = await withJaeger(replay, {}, ({ backend }) => backend.ask(question));
    expect(answer).toMatchObject({ absent: [], failed: [], warnings: [], windowSearched: true });
    expect(answer.traces).toEqual(traces);
    expect(traces).toHaveLength(20);
  });
});

describe("Jaeger", () => {
  test("api_v2 is asked only where api_v3 is not there", async () => {
    const both = await withJaeger({ replies: [reply(1)], generations: ["api_v2", "api_v3"] }, {}, ({ backend }) =>
      backend.ask({ traceIds: [], window: WINDOW }),
    );
    expect(both.source).toContain("api_v3");
  });

  test("retries where the server is unavailable, a few times, and nowhere else", async () => {
    let calls = 0;
    const flaky = {
      replies: [reply(1)],
      intercept: (call: ReplayCall) => (call.method === "GetTrace" && calls++ < 2 ? { code: 14, details: "restarting" } : undefined),
    };
    await withJaeger(flaky, {}, async ({ backend, waits }) => {
      expect((await backend.ask({ traceIds: [traceId(1)], window: NOTHING })).traces).toHaveLength(1);
      expect(waits).toEqual([100, 300]);
    });
    const broken = {
      replies: [reply(1)],
      intercept: (call: ReplayCall) => (call.method === "GetTrace" ? { code: 13, details: "broken" } : undefined),
    };
    await withJaeger(broken, {}, async ({ backend, waits }) => {
      expect((await backend.ask({ traceIds: [traceId(1)], window: NOTHING })).failed).toHaveLength(1);
      expect(waits).toEqual([]);
    });
  });

  test("a server that goes away is not asked two thousand times", async () => {
    let calls = 0;
    const intercept = (call: ReplayCall) => (call.method === "GetTrace" && calls++ >= 0 ? { code: 14, details: "gone" } : undefined);
    const ids = Array.from({ length: 500 }, (_, n) => traceId(n + 1));
    const answer = await withJaeger({ replies: [], intercept }, {}, ({ backend }) => backend.ask({ traceIds: ids, window: NOTHING }));
    expect(answer.failed).toHaveLength(500);
    expect(calls).toBeLessThan(32 * 4);
    expect(answer.failed.at(-1)!.reason).toMatch(/^not asked: \d+ look-ups before it got no answer$/);
  });

  test("a search that fails is a warning", async () => {
    const intercept = (call: ReplayCall) => (call.service === "orders" ? { code: 2, details: "no index" } : undefined);
    const answer = await withJaeger({ replies: [reply(1), reply(2, "inventory")], intercept }, {}, ({ backend }) =>
      backend.ask({ traceIds: [], window: WINDOW }),
    );
    expect(answer.warnings).toEqual(["searching the window for orders failed: UNKNOWN: no index"]);
    expect(answer.windowSearched).toBe(false);
    expect(answer.traces).toHaveLength(1);
  });

  test("services that cannot be listed cost the search, not the look-ups", async () => {
    const intercept = (call: ReplayCall) => (call.method === "GetServices" ? { code: 2, details: "no index" } : undefined);
    const answer = await withJaeger({ replies: [reply(1)], intercept }, {}, ({ backend }) =>
      backend.ask({ traceIds: [traceId(1)], window: WINDOW }),
    );
    expect(answer.traces).toHaveLength(1);
    expect(answer.windowSearched).toBe(false);
    expect(answer.warnings).toEqual(["the window was not searched: asking for the services failed (UNKNOWN: no index)"]);
  });

  test("spans outside the window are not found by it; a search that is cut says so", async () => {
    const early = await withJaeger({ replies: [reply(1)] }, {}, ({ backend }) => backend.ask({ traceIds: [], window: { from: 0, to: 1 } }));
    expect(early).toMatchObject({ traces: [], windowSearched: true });
    const cut = await withJaeger({ replies: [reply(1), reply(2)] }, { maxTraces: 1 }, ({ backend }) =>
      backend.ask({ traceIds: [], window: WINDOW }),
    );
    expect(cut).toMatchObject({ windowSearched: false, warnings: ["the search for orders was cut at 1 traces (--max-traces)"] });
  });

  test("Jaeger's traces of itself are left out, unless named", async () => {
    const replay = { replies: [reply(1, "jaeger"), reply(2, "jaeger")] };
    const answer = await withJaeger(replay, {}, ({ backend }) => backend.ask({ traceIds: [traceId(1)], window: WINDOW }));
    expect(answer.traces.map((trace) => trace.traceId)).toEqual([traceId(1)]);
  });

  test("of too many ids the same few are chosen, whatever their order", async () => {
    const ids = Array.from({ length: 100 }, (_, n) => traceId(n + 1));
    const replay = { replies: [] };
    const first = await withJaeger(replay, { maxTraces: 10 }, ({ backend }) => backend.ask({ traceIds: ids, window: NOTHING }));
    const second = await withJaeger(replay, { maxTraces: 10 }, ({ backend }) =>
      backend.ask({ traceIds: [...ids].reverse(), window: NOTHING }),
    );
    expect(first.asked).toBe(10);
    expect(first.absent).toHaveLength(10);
    expect(second.absent).toEqual(first.absent);
    expect(first.absent).not.toEqual(ids.slice(0, 10));
  });

  test("those that the user named are among them", async () => {
    const ids = Array.from({ length: 100 }, (_, n) => traceId(n + 1));
    const chosen = async (always: readonly string[]) => {
      const question = { traceIds: ids, always, window: NOTHING };
      return (await withJaeger({ replies: [] }, { maxTraces: 2 }, ({ backend }) => backend.ask(question))).absent;
    };
    const unnamed = new Set(await chosen([]));
    const [named = ""] = ids.filter((id) => !unnamed.has(id));
    expect(await chosen([named])).toContain(named);
    expect(await chosen([named])).toHaveLength(2);
  });

  test("token and headers go with every call", async () => {
    const seen: unknown[] = [];
    const intercept = ({ metadata }: ReplayCall) =>
      void seen.push([metadata.get("authorization"), metadata.get("bearer.token"), metadata.get("x-tenant")]);
    await withJaeger({ replies: [reply(1)], intercept }, { token: "t0", headers: [["X-Tenant", "a"]] }, ({ backend }) =>
      backend.ask({ traceIds: [traceId(1)], window: WINDOW }),
    );
    expect(seen).toHaveLength(3);
    for (const call of seen) expect(call).toEqual([["Bearer t0"], ["t0"], ["a"]]);
  });

  test("no ids and no window is still an answer", async () => {
    const answer = await withJaeger({ replies: [] }, {}, ({ backend }) =>
      backend.ask({ traceIds: [], window: { from: Number.NaN, to: Number.NaN } }),
    );
    expect(answer).toMatchObject({ traces: [], asked: 0, windowSearched: false, warnings: [] });
  });
});
