import { describe, expect, it } from "vitest";
import { fixFor } from "../../src/diagnosis/fixes.ts";
import { causes } from "../../src/diagnosis/verdict.ts";
import type { Role } from "../../src/naming/workload.ts";
import { client, look, request, server, traceparent } from "./build-view.ts";
import { ruleCases } from "./cases/registry.ts";

type Asked = Parameters<typeof fixFor>[0];

/** A population of which only what advice depends on is known. */
function asked(options: Partial<Asked> & { readonly role?: Role; readonly name?: string }): Asked {
  const { role = "application", name = "orders", ...given } = options;
  const culprit: Asked["culprit"] = {
    index: 0,
    name,
    group: name,
    service: name,
    role,
    pod: undefined,
    addresses: [],
    because: "",
    host: "10.0.0.4",
    port: 8080,
    isInstrumented: true,
    hasServerSpans: true,
    hasClientSpans: true,
    isOutgoing: false,
    isOutside: false,
  };
  return { cause: "unknown", verdict: "stripped", severity: "error", culprit, tallies: [], ...given };
}

/** Outcomes that are not advice: they say why something is no fault. */
const WITHOUT_ADVICE = new Set(["retry", "health-check", "forwarded-unchanged", "intermediary-not-exported", "unknown"]);

describe("fixFor", () => {
  it("asks for no propagator where other calls of the sender carry a context", () => {
    const cause = "transport-does-not-inject";
    expect(fixFor(asked({ cause }))).toContain("set a propagator");
    expect(fixFor(asked({ cause, isInjecting: true }))).toContain("a propagator is set");
  });

  it.each(causes.filter((cause) => !WITHOUT_ADVICE.has(cause)))("has one to five lines about %s, short enough to read", (cause) => {
    for (const role of ["application", "proxy", "client", "unknown"] as const) {
      const lines = fixFor(asked({ cause, role })).split("\n");
      expect(lines.length).toBeLessThanOrEqual(5);
      expect(lines[0]).toMatch(/^\S.{20,}[.:]$/);
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(150);
    }
  });

  it.each(["stripped", "split", "ignored", "unrecorded"] as const)("says what to check first where the cause of %s is open", (verdict) => {
    expect(fixFor(asked({ verdict })).length).toBeGreaterThan(100);
  });

  it("speaks of the proxy that it is", () => {
    const cause = "proxy-drops-header";
    expect(fixFor(asked({ cause, role: "proxy", name: "edge-nginx" }))).toContain("proxy_set_header traceparent $http_traceparent;");
    expect(fixFor(asked({ cause, role: "proxy", name: "istio-ingressgateway" }))).toContain("request_headers_to_remove");
    expect(fixFor(asked({ cause, role: "proxy", name: "haproxy" }))).toContain("del-header");
    expect(fixFor(asked({ cause, role: "proxy", name: "gateway" }))).toContain("nginx");
  });

  it.each([
    ["go", "otelhttp.NewTransport"],
    ["java", "-javaagent"],
    ["nodejs", "hook.mjs"],
    ["python", "opentelemetry-instrument"],
  ])("speaks %s where the culprit's spans do", (language, word) => {
    const inbound = request("client → frontend", { fields: [traceparent(1, 1)], target: "/checkout" });
    const outbound = request("frontend → orders", { at: 20, until: 60, target: "/stock/1" });
    const { findings } = look({ requests: [inbound, outbound], spans: [server(inbound, { trace: 1, id: 2, parent: 1, language })] });
    expect(findings[0]?.cause).toBe("client-does-not-inject");
    expect(findings[0]?.fix).toContain(word);
  });

  it("does not take another service's language for the culprit's", () => {
    const outbound = request("frontend → orders", { target: "/stock/1", fields: [traceparent(1, 1)] });
    const { findings } = look({
      requests: [outbound],
      spans: [client(outbound, { trace: 1, id: 1, language: "java" }), server(outbound, { trace: 2, id: 2, language: "go", links: [] })],
    });
    expect(findings[0]?.culprit?.name).toBe("orders");
    expect(findings[0]?.fix).not.toContain("javaagent");
  });

  it("advises one sentence of prose where nothing is wrong", () => {
    for (const cause of causes) {
      const fix = fixFor(asked({ cause, severity: "note", verdict: "malformed" }));
      expect(fix).not.toContain("\n");
      expect(fix).not.toMatch(/:$/);
    }
    expect(fixFor(asked({ cause: "restarts-trace", verdict: "ignored", severity: "note" }))).toContain("Nothing to change");
  });

  it("is there for every error and warning of the rules' cases", () => {
    for (const { world } of ruleCases.flatMap(({ fires }) => fires)) {
      for (const finding of look(world).findings) expect(finding.fix, finding.message).not.toBe("");
    }
  });
});
