import { describe, expect, it } from "vitest";
import { isCollectorName, isTelemetryName } from "../../src/diagnosis/exporters/collector-signs.ts";

describe("a collector's name", () => {
  it.each([
    "otel-collector.obs.svc.cluster.local",
    "jager-collector",
    "collector.shop",
    "skywalking-oap.shop.svc",
    "apm-server.elastic.svc",
    "api.honeycomb.io",
    "ingest.lightstep.com",
    "OTEL-Collector.example.com",
    "outbound_.4317_.v1_.otel-collector.shop.svc.cluster.local",
  ])("is %s, whoever asks", (name) => {
    expect(isCollectorName(name)).toBe(true);
    expect(isTelemetryName(name)).toBe(true);
  });

  it.each(["orders.otel-demo.svc.cluster.local", "log-collector.shop", "templates.example.com", "outbound_.8080_._.orders.shop.svc", ""])(
    "is not %j",
    (name) => {
      expect(isTelemetryName(name)).toBe(false);
    },
  );

  it("is not that of a neighbour in its namespace: that may be a database, and failing to reach it is no trouble of an exporter", () => {
    const name = "elasticsearch.jaeger.svc.cluster.local";
    expect([isCollectorName(name), isTelemetryName(name)]).toEqual([false, true]);
  });
});
