import { expect, test } from "vitest";
import { propagatorAdvice } from "../../src/diagnosis/propagator-advice.ts";
import { request, server } from "./build-view.ts";

const habits = (...formats: readonly string[]) => ({ formats: new Set(formats), joined: new Map(), ignored: new Map(), isSilent: false });

test.each([
  [["b3"], [], "tracecontext,baggage,b3"],
  [["w3c"], ["b3"], "tracecontext,baggage,b3"],
  [["w3c", "b3multi"], ["jaeger"], "tracecontext,baggage,b3multi,jaeger"],
  [["ot"], [], "tracecontext,baggage,ottrace"],
])("%j to who has %j: %s", (sent, has, list) => {
  expect(propagatorAdvice(sent, habits(...has), undefined)).toMatch(new RegExp(`OTEL_PROPAGATORS=${list}$`));
});

test("Go reads the variable through autoprop only", () => {
  const span = server(request("frontend → orders"), { language: "go" });
  expect(propagatorAdvice(["b3"], habits(), span)).toContain("autoprop.NewTextMapPropagator()");
  expect(propagatorAdvice(["b3"], habits(), undefined)).not.toContain("autoprop");
});

test("what no propagator of OpenTelemetry reads is left to other advice", () => {
  expect(propagatorAdvice(["sw8"], habits(), undefined)).toBeUndefined();
  expect(propagatorAdvice(["datadog"], habits(), undefined)).toContain("DD_TRACE_PROPAGATION_STYLE");
});
