import { expect, it } from "vitest";
import { look, server, traceparent } from "./build-view.ts";
import { checkout, nTimes, requestsOf } from "./cases/case.ts";

/** orders of a runtime that nothing is known of ignores these flags, and writes W3C itself. */
function possible(flags: string) {
  const calls = nTimes(4, (i) => checkout(i, { outgoing: [traceparent(i + 1, (i + 1) * 16 + 2, flags)] }));
  const onwards = nTimes(4, (i) => checkout(i, { frontend: "orders", orders: "stock", caller: "frontend" }).outbound);
  const spans = calls.flatMap(({ spans: { frontend, call }, outbound }, i) => [
    frontend,
    call,
    server(outbound, { trace: 900 + i, id: 900 + i, language: "rust" }),
  ]);
  const { findings } = look({ requests: [...requestsOf(calls), ...onwards], spans });
  const ignored = findings.find(({ verdict, severity }) => verdict === "ignored" && severity === "error");
  return ignored?.otherCauses.find(({ cause }) => cause === "format-mismatch")?.because;
}

it("what a receiver writes itself it reads: flags that older releases do not know are the reason", () => {
  expect(possible("03")).toBe("its release may reject the trace-flags 03, of which older ones know 00 and 01 only");
  expect(possible("01")).toBe("the receiver does not read w3c");
});
