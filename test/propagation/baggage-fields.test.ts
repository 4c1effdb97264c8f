import { expect, it } from "vitest";
import { isBaggageField, withoutBaggageValues } from "../../src/propagation/baggage-fields.ts";
import { correlationFieldNames, correlationRank } from "../../src/propagation/correlation.ts";
import { standardFormats } from "../../src/propagation/registry.ts";

const SECRET = "alice";
const base64 = (text: string) => Buffer.from(text).toString("base64");

it.each([
  ["baggage", `user=${SECRET},tenant=7;p=1`, "2 members, 23 characters: user (5), tenant (1)"],
  ["Jaeger-Baggage", `user=${SECRET}, tenant=7`, "2 members, 20 characters: user (5), tenant (1)"],
  ["uberctx-User", SECRET, "5 characters"],
  ["ot-baggage-user", SECRET, "5 characters"],
  ["sw8-correlation", `${base64("user")}:${base64(SECRET)}`, "1 member, 17 characters: user (5)"],
  ["sw8-correlation", "", "0 members, 0 characters: "],
  [
    "x-datadog-tags",
    `_dd.p.dm=-4,_dd.p.usr.id=${SECRET},_dd.p.tid=5759e988bd862e3f`,
    "_dd.p.dm=-4,_dd.p.usr.id (5),_dd.p.tid=5759e988bd862e3f",
  ],
])("shows of %s keys and lengths", (name, value, shown) => {
  expect(withoutBaggageValues(name, value)).toBe(shown);
  expect(withoutBaggageValues(name, value)).not.toContain(SECRET);
});

it("shows the value of any other trace field", () => {
  expect(withoutBaggageValues("traceparent", "00-x")).toBe("00-x");
  expect(isBaggageField("tracestate")).toBe(false);
});

it("never takes a correlation id for a trace field", () => {
  for (const name of correlationFieldNames) {
    expect(standardFormats.isTraceField(name), name).toBe(false);
    expect(standardFormats.extractAll([{ name, value: "4bf92f3577b34da6a3ce929d0e0e4736" }])).toEqual([]);
  }
  expect(correlationRank("x-request-id")).toBe(0);
  expect(correlationRank("x-other")).toBe(-1);
});
