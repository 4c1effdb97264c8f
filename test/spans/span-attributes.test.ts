import { expect, test } from "vitest";
import { resourceFrom } from "../../src/spans/span-attributes.ts";

const read = (attributes: Record<string, string>) => resourceFrom(new Map(Object.entries(attributes)));

test.each([
  ["jaeger.version", "Go-2.30.0", { sdk: "jaeger", language: "go", sdkVersion: "2.30.0" }],
  ["jaeger.version", "Node-3.19.0", { sdk: "jaeger", language: "nodejs", sdkVersion: "3.19.0" }],
  ["opencensus.exporterversion", "Jaeger-Java-1.8.1", { sdk: "jaeger", language: "java", sdkVersion: "1.8.1" }],
])("a client library of Jaeger names itself: %s %s", (key, version, made) => {
  expect(read({ "service.name": "orders", [key]: version })).toEqual({ service: "orders", ...made });
});

test("what an SDK says of itself counts more, and other versions say nothing", () => {
  const sdk = { "telemetry.sdk.name": "opentelemetry", "telemetry.sdk.language": "java", "telemetry.sdk.version": "1.49.0" };
  expect(read({ ...sdk, "jaeger.version": "Go-2.30.0" })).toEqual({
    service: "",
    sdk: "opentelemetry",
    language: "java",
    sdkVersion: "1.49.0",
  });
  expect(read({ "jaeger.version": "2.30.0" })).toEqual({ service: "" });
  expect(read({ "opencensus.exporterversion": "Cobol-1.0" })).toEqual({ service: "" });
});
