import { expect, it } from "vitest";
import { aftermathOf } from "../../src/diagnosis/aftermath.ts";
import { look, type Request, request, traceparent } from "./build-view.ts";

/** Of a request that came in with a context, and of the calls that it caused. */
function aftermath(...calls: readonly Partial<Request>[]) {
  const { view } = look({
    requests: [
      request("client → frontend", { at: 0, fields: [traceparent(1, 16)] }),
      ...calls.map((call, i) => request("frontend → orders", { at: 10 + i, until: 50, target: "/stock", ...call })),
    ],
  });
  const [own, ...caused] = view.table.all();
  return aftermathOf(own!, caused);
}

it("is what the call that shows most says", () => {
  expect(aftermath({})).toBe("nothing");
  expect(aftermath({}, { fields: [traceparent(2, 40)] })).toBe("new trace");
  expect(aftermath({}, { fields: [traceparent(1, 17)] }, { fields: [traceparent(2, 40)] })).toBe("span made");
});

it("is open without a call, and where the context was only passed on", () => {
  expect(aftermath()).toBeUndefined();
  expect(aftermath({ fields: [traceparent(1, 16)] })).toBeUndefined();
});

it("takes nothing from calls that are not seen whole, or are no work", () => {
  expect(aftermath({ head: "partial" })).toBeUndefined();
  expect(aftermath({ target: "/healthz" })).toBeUndefined();
});
