import { describe, expect, it } from "vitest";
import { id, look, type Request, request, server, trace, traceparent } from "./build-view.ts";
import { checkout, forwarded, nTimes, requestsOf } from "./cases/case.ts";

const state = (value: string) => ["tracestate", value] as const;
const many = Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(",");

/** An outside caller sends these fields. */
function sent(...fields: readonly Request["fields"][]): Request[] {
  return fields.map((own, i) => request("client → frontend", { at: i * 1_000, fields: own }));
}

function messages(requests: readonly Request[]): readonly string[] {
  return look({ requests }).findings.map(({ message }) => message);
}

describe("what others would make of a context that went on here", () => {
  it("is a note that names them and says why", () => {
    expect(messages(sent([traceparent(1, 1, "03")]))).toEqual([
      "not every receiver would take the context of 1 of 1 requests from client to frontend: OpenTelemetry Go before the random flag (1.38) and " +
        "Spring Boot 3 with Brave would begin a new trace: it rejects flags 03",
    ]);
    expect(messages(sent([traceparent(1, 1, "05")]))[0]).toContain("OpenTelemetry Go");
  });

  it("is told of other formats, too", () => {
    const [encoded] = messages(sent([["uber-trace-id", `${trace(1)}%3A${id(1)}%3A0%3A1`]]));
    expect(encoded).toContain("OpenTelemetry Python");
    expect(encoded).toContain("URL-encoded");
    const [upper] = messages(sent([["b3", `${trace(1).toUpperCase()}-${id(1).toUpperCase()}-1`]]));
    expect(upper).toContain("Brave");
    expect(upper).toContain("upper case");
  });

  it("is told of lists that are cut, by what is lost", () => {
    const [lost] = messages(sent([traceparent(1, 1), state(many)]));
    expect(lost).toContain("OpenTelemetry Java");
    expect(lost).toContain("drop the whole tracestate");
    expect(lost).toContain("keeps 32 of 33 tracestate members");
    expect(messages(sent([traceparent(1, 1), state("a=1"), state("b=2")]))[0]).toContain("read the first of the tracestate lines only");
  });

  it("is nothing where the value is plain", () => {
    const plain = sent(
      [traceparent(1, 1)],
      [traceparent(2, 2, "00")],
      [traceparent(3, 3), state("a=1,b=2")],
      [traceparent(4, 4), state("")],
      [["b3", `${trace(5).slice(16)}-${id(5)}-1`]],
      [["uber-trace-id", `${trace(6).slice(1)}:${id(6)}:0:1`]],
    );
    expect(messages(plain)).toEqual([]);
  });

  it("is told once, where the value comes in, and counts no exchange as affected by a fault", () => {
    const seen = look({ requests: requestsOf(nTimes(3, (i) => forwarded(i, { incoming: [traceparent(i + 1, (i + 1) * 16, "03")] }))) });
    expect(seen.said).toEqual(["note ignored: client → ingress 3/3, nobody, format-mismatch"]);
    expect([...seen.findingsOf.keys()]).toEqual([]);
  });

  it("gives way to what did happen", () => {
    const made = nTimes(3, (i) => checkout(i, { outgoing: [traceparent(i + 1, (i + 1) * 16 + 2, "05")] }));
    const spans = made.flatMap(({ spans, outbound }, i) => [
      spans.frontend,
      spans.call,
      server(outbound, { trace: 900 + i, id: 900 + i, language: "go", sdkVersion: "1.47.0" }),
    ]);
    expect(look({ requests: requestsOf(made), spans }).said).toEqual(["error ignored: frontend → orders 3/3, orders, format-mismatch"]);
  });

  it("is nothing of a health check", () => {
    expect(messages([request("client → frontend", { target: "/healthz", fields: [traceparent(1, 1, "03")] })])).toEqual([]);
  });
});
