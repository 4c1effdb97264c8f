import { describe, expect, it } from "vitest";
import { purposeOf } from "../../src/hops/purpose.ts";
import { exchange } from "./exchanges.ts";

const purpose = (method: string, path: string, userAgent?: string) =>
  purposeOf({ ...exchange({}).request!, method, path }, userAgent, 8_080);

describe("what carries no trace by right", () => {
  it.each([
    ["POST", "/v1/traces"],
    ["POST", "/otlp/v1/traces"],
    ["POST", "/api/v1/otlp/v1/metrics"],
    ["POST", "/tenant/api/v2/spans"],
    ["PUT", "/v0.4/traces"],
    ["POST", "/loki/api/v1/push"],
    ["POST", "/opentelemetry.proto.collector.trace.v1.TraceService/Export"],
  ])("%s %s is an export, whatever proxies and tenants put before the path", (method, path) => {
    expect(purpose(method, path)).toBe("export");
  });

  it.each([
    ["GET", "/v1/traces"],
    ["POST", "/v1/traces/7"],
    ["POST", "/myv1/traces"],
    ["PUT", "/orders/7"],
  ])("%s %s is work", (method, path) => {
    expect(purpose(method, path)).toBe("work");
  });

  it("probes are told by who asks, or by what for", () => {
    expect(purpose("GET", "/", "kube-probe/1.30")).toBe("probe");
    expect(purpose("GET", "/actuator/health/liveness")).toBe("probe");
    expect(purpose("POST", "/grpc.health.v1.Health/Check")).toBe("probe");
    expect(purpose("GET", "/orders/7", "curl/8")).toBe("work");
  });

  it("an exporter's request is an export wherever it goes, and so is what is posted to the port of OTLP/HTTP", () => {
    expect(purpose("POST", "/v1/trace", "OTel OTLP Exporter Go/1.28.0")).toBe("export");
    expect(purpose("POST", "/", "OTel-OTLP-Exporter-Java/1.40.0")).toBe("export");
    expect(purpose("POST", "/v1/trace", "curl/8")).toBe("work");
    const posted = { ...exchange({}).request!, method: "POST", path: "/v1/trace" };
    expect(purposeOf(posted, undefined, 4_318)).toBe("export");
    expect(purposeOf({ ...posted, method: "GET" }, undefined, 4_318)).toBe("work");
  });

  it("a request whose head the capture lacks is an export where OTLP listens, and nowhere else", () => {
    const cut = { ...exchange({}).request!, method: "", path: "", isHeadComplete: false };
    for (const request of [undefined, cut, { ...cut, hiddenFields: 4 }]) {
      expect(purposeOf(request, undefined, 4_317)).toBe("export");
      expect(purposeOf(request, undefined, 8_080)).toBe("work");
    }
    expect(purposeOf({ ...cut, path: "/orders/7" }, undefined, 4_317)).toBe("work");
  });
});
