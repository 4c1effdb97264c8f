import { expect, it } from "vitest";
import { fullTraceId, isSameTrace } from "../../src/propagation/same-trace.ts";

const FULL = "5759e988bd862e3fe1be46a994272793";
const LOW = "0000000000000000e1be46a994272793";

it("takes a 64-bit id of Datadog or OpenTracing for the lower half of a longer one, and no other's", () => {
  expect(isSameTrace({ traceId: FULL, format: "w3c" }, { traceId: FULL, format: "xray" })).toBe(true);
  expect(isSameTrace({ traceId: FULL, format: "w3c" }, { traceId: LOW, format: "datadog" })).toBe(true);
  expect(isSameTrace({ traceId: LOW, format: "ot" }, { traceId: FULL })).toBe(true);
  expect(isSameTrace({ traceId: FULL, format: "w3c" }, { traceId: LOW, format: "b3" })).toBe(false);
  expect(isSameTrace({ traceId: FULL, format: "datadog" }, { traceId: LOW, format: "w3c" })).toBe(false);
  expect(isSameTrace({ traceId: LOW, format: "datadog" }, { traceId: FULL.replace("3", "4") })).toBe(true);
  expect(isSameTrace({ traceId: LOW, format: "datadog" }, { traceId: `${FULL.slice(0, 31)}4` })).toBe(false);
});

it("completes an id from another of the same message", () => {
  const half = { traceId: LOW, format: "datadog" };
  expect(fullTraceId(half, [{ traceId: FULL, format: "w3c" }])).toBe(FULL);
  expect(fullTraceId(half, [{ traceId: `${FULL.slice(0, 31)}4`, format: "w3c" }])).toBe(LOW);
  expect(fullTraceId(half, [])).toBe(LOW);
  expect(
    fullTraceId(half, [
      { traceId: LOW, format: "b3" },
      { traceId: FULL, format: "w3c" },
    ]),
  ).toBe(FULL);
  expect(fullTraceId({ traceId: LOW, format: "b3" }, [{ traceId: FULL, format: "w3c" }])).toBe(LOW);
});
