import { beforeEach, expect, test, vi } from "vitest";
import type { StitchedSpan } from "../../../src/report/stitched/stitched-trace.ts";
import type { Span } from "../../../src/spans/span.ts";
import { spanId, trace } from "../inspect-packets.ts";

// Files of tests share modules: one that is loaded already is loaded anew, with a function that counts.
vi.resetModules();
vi.doMock("../../../src/report/stitched/derived-ids.ts", async (original) => {
  const { otherSpanId, ...rest } = await original<typeof import("../../../src/report/stitched/derived-ids.ts")>();
  return { ...rest, otherSpanId: vi.fn(otherSpanId) };
});
const derive = vi.mocked((await import("../../../src/report/stitched/derived-ids.ts")).otherSpanId);
const { giveIds } = await import("../../../src/report/stitched/give-ids.ts");
vi.doUnmock("../../../src/report/stitched/derived-ids.ts");

function recorded(span: number, traceId = trace(1)): StitchedSpan {
  return { spanId: spanId(span), originalTraceId: traceId, span: {} as Span } as StitchedSpan;
}

function ghost(span: number): StitchedSpan {
  return { spanId: spanId(span), originalTraceId: trace(1), span: undefined } as StitchedSpan;
}

const idsOf = (spans: StitchedSpan[]) => {
  giveIds(spans);
  return spans.map((own) => own.spanId);
};

beforeEach(() => derive.mockClear());

test("who comes later gets another id, ghosts after recorded spans", () => {
  const other = (attempt: number, traceId = trace(1)) => derive(traceId, spanId(1), attempt);
  expect(idsOf([ghost(1), recorded(1), recorded(2), recorded(1), recorded(1, trace(2)), recorded(1)])).toEqual([
    other(3),
    spanId(1),
    spanId(2),
    other(1),
    other(1, trace(2)),
    other(2),
  ]);
});

test("one id on everything: each gets another, with one try", () => {
  const n = 1_000;
  const ids = idsOf(Array.from({ length: n }, () => recorded(1)));
  expect(new Set(ids).size).toBe(n);
  expect(derive).toHaveBeenCalledTimes(n - 1);
});
