import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TraceBackend } from "../../src/backends/backend.ts";
import { askUntilSettled, decideWait, type Progress } from "../../src/backends/late-spans.ts";
import { UserError } from "../../src/wire/user-error.ts";
import { otlpBytes } from "../spans/sample-spans.ts";
import { spanOf, traceId, WINDOW, withJaeger } from "./recording.ts";

const S = 1_000_000;
const END = 1_000 * S;

describe("deciding whether to ask again", () => {
  const progress: Progress = { now: END + S, capturedUntil: END, since: END + S, grewAt: undefined, incomplete: 3, wait: 15 * S };

  test.each<[string, Partial<Progress>, ReturnType<typeof decideWait>]>([
    ["a second after the capture", {}, "ask again"],
    ["every trace is whole", { incomplete: 0 }, "settled"],
    ["the capture is old", { since: END + 30 * S, now: END + 30 * S }, "settled"],
    ["nothing came for longer than a batch", { now: END + 6 * S }, "settled"],
    ["something came", { now: END + 8 * S, grewAt: END + 7 * S }, "ask again"],
    ["the wait is over", { now: END + 17 * S, grewAt: END + 16 * S }, "so far"],
    ["no waiting wanted", { wait: 0 }, "so far"],
    ["the capture ends in the future (another clock)", { capturedUntil: END + 100 * S }, "ask again"],
  ])("%s", (_, changes, expected) => {
    expect(decideWait({ ...progress, ...changes })).toBe(expected);
  });

  test("it comes to an end, whatever grows", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100 }), fc.nat(60), fc.array(fc.boolean()), (offset, wait, growth) => {
        let asked = 0;
        for (let now = END; ; now += S) {
          const grewAt = growth[asked % Math.max(1, growth.length)] ? now : undefined;
          if (decideWait({ now, capturedUntil: END + offset * S, since: END, grewAt, incomplete: 1, wait: wait * S }) !== "ask again")
            break;
          asked++;
        }
        expect(asked).toBeLessThanOrEqual(wait);
      }),
    );
  });
});

describe("waiting for late spans", () => {
  const parent = spanOf(1);
  const child = spanOf(2, { traceId: traceId(1), parentSpanId: parent.spanId });
  const question = { traceIds: [traceId(1), traceId(5)], window: WINDOW };

  test("asks until nothing is missing", async () => {
    await withJaeger({ replies: [otlpBytes("orders", [child])] }, {}, async ({ backend, server }) => {
      let clock = END;
      let slept = 0;
      const sleep = async (ms: number) => {
        clock += ms * 1_000;
        if (++slept === 2) server.add(otlpBytes("client", [parent]));
        if (slept === 3) server.add(otlpBytes("client", [spanOf(5)]));
      };
      const { answer, soFar } = await askUntilSettled(backend, question, { capturedUntil: END, waitMs: 15_000, now: () => clock, sleep });
      expect(slept).toBe(3);
      expect(soFar).toEqual([]);
      expect(answer).toMatchObject({ absent: [], asked: 2, failed: [], windowSearched: true });
      expect(answer.traces.map((trace) => trace.spans.length)).toEqual([2, 1]);
    });
  });

  test("what never comes is waited for as long as a batch takes; what still grows is said so far", async () => {
    await withJaeger({ replies: [otlpBytes("orders", [child])] }, {}, async ({ backend, server }) => {
      let clock = END;
      const sleep = async (ms: number) => {
        clock += ms * 1_000;
      };
      const first = await askUntilSettled(backend, question, { capturedUntil: END, waitMs: 15_000, now: () => clock, sleep });
      expect(clock - END).toBe(6 * S);
      expect(first.soFar).toEqual([]);
      expect(first.answer.absent).toEqual([traceId(5)]);

      clock = END;
      let n = 10;
      const growing = async (ms: number) => {
        clock += ms * 1_000;
        server.add(otlpBytes("orders", [spanOf(++n, { traceId: traceId(1), parentSpanId: parent.spanId })]));
      };
      const second = await askUntilSettled(backend, question, { capturedUntil: END, waitMs: 15_000, now: () => clock, sleep: growing });
      expect(clock - END).toBe(15 * S);
      expect(second.soFar).toEqual([traceId(1), traceId(5)]);
    });
  });

  test("a server that goes away in the meantime leaves the first answer", async () => {
    const answer = {
      source: "x",
      traces: [],
      absent: [traceId(1)],
      failed: [],
      respelled: [],
      warnings: [],
      asked: 1,
      windowSearched: true,
    };
    let asked = 0;
    const backend: TraceBackend = {
      ask: async () => {
        if (asked++ > 0) throw new UserError("nothing answers.");
        return answer;
      },
      close: () => {},
    };
    const settled = await askUntilSettled(backend, question, { capturedUntil: END, waitMs: 15_000, now: () => END, sleep: async () => {} });
    expect(settled).toEqual({ answer: { ...answer, warnings: ["late spans were not waited for: nothing answers."] }, soFar: [traceId(1)] });
  });
});
