import { describe, expect, it } from "vitest";
import { linesOf } from "../../../src/diagnosis/receivers/receiver.ts";
import { receiverOf, receivers, whyRejected } from "../../../src/diagnosis/receivers/registry.ts";
import { propagationFormats } from "../../../src/propagation/registry.ts";
import type { Span } from "../../../src/spans/span.ts";
import type { Field } from "../../../src/wire/field.ts";
import { b3, datadog, jaeger, P, state, T, type Table, traceparent, w3c, w3cRead } from "./measured.ts";

function span(language: string, scope = "", sdkVersion = "1.47.0", sdk?: string): Span {
  const resource = { service: "orders", language, sdkVersion, ...(sdk !== undefined && { sdk }) };
  const times = { startedAt: 0, endedAt: 1 };
  return { traceId: T, spanId: P, name: "GET", kind: "server", ...times, error: false, resource, scope, links: [], attributes: {} };
}

function named(name: string) {
  const receiver = receivers.find((each) => each.name === name);
  if (receiver === undefined) throw new Error(`no receiver is called ${name}`);
  return receiver;
}

/** What the first of its readers says that these fields concern: + - or ?. */
function answerOf(name: string, fields: readonly Field[]): string {
  const lines = linesOf(fields);
  const answer = named(name)
    .reads.map((reader) => reader.answer(lines))
    .find((each) => each !== undefined);
  return answer === undefined ? "?" : answer.joins ? "+" : "-";
}

function check({ columns, rows }: Table, answer: (name: string, fields: readonly Field[]) => string): void {
  it.each(rows.map(([what, fields, did]) => ({ what, fields, did })))("$what", ({ fields, did }) => {
    expect(columns.map((name) => answer(name, fields)).join("")).toBe(did);
  });
}

describe("traceparent, as measured", () => check(w3c, answerOf));
describe("traceparent, as read in sources", () => check(w3cRead, answerOf));
describe("B3, as measured", () => check(b3, answerOf));
describe("uber-trace-id, as measured", () => check(jaeger, answerOf));
describe("Datadog's fields, as measured", () => check(datadog, answerOf));
describe("tracestate, as measured", () => {
  const { columns, rows } = state;
  it.each(rows.map(([what, fields, did]) => ({ what, fields, did })))("$what", ({ fields, did }) => {
    columns.forEach((name, i) => {
      if (did[i] !== "?") expect(named(name).loses?.(linesOf(fields)) === undefined, name).toBe(did[i] === "+");
    });
  });
});

describe("the receivers", () => {
  it("have names of their own, say where their facts are from, and read formats that exist", () => {
    expect(new Set(receivers.map(({ name }) => name)).size).toBe(receivers.length);
    const formats = propagationFormats.map(({ name }) => name);
    for (const { known, reads } of receivers) {
      expect(known).toMatch(/^(measured|read): ./);
      for (const { format } of reads) expect(formats).toContain(format);
    }
  });

  it.each([
    ["OpenTelemetry Go", span("go")],
    ["OpenTelemetry Go before the random flag (1.38)", span("go", "", "1.38.0")],
    ["OpenTelemetry JavaScript", span("nodejs", "@opentelemetry/instrumentation-http")],
    ["OpenTelemetry Python behind WSGI", span("python", "opentelemetry.instrumentation.flask")],
    ["OpenTelemetry Python behind ASGI", span("python", "opentelemetry.instrumentation.fastapi")],
    ["OpenTelemetry Python", span("python", "shop")],
    ["OpenTelemetry Java", span("java", "io.opentelemetry.java-http-server", "1.5", "opentelemetry")],
    ["OpenTelemetry .NET", span("dotnet", "Microsoft.AspNetCore", "1.9", "opentelemetry")],
    ["Datadog for Go", span("go", "", "Datadog-2.12", "Datadog")],
    ["Jaeger client for Java", span("java", "", "1.8.1", "jaeger")],
    ["Envoy's OpenTelemetry tracer", span("cpp", "", "", "envoy")],
    ["nginx's OpenTelemetry module", span("", "nginx")],
  ] as const)("%s is told by its span", (name, of) => expect(receiverOf(of)?.name).toBe(name));

  it("are not told where nothing tells them", () => {
    expect(receiverOf(span("rust"))).toBeUndefined();
    expect(receiverOf(span("ruby", "", "Datadog-2", "Datadog"))).toBeUndefined();
  });
});

describe("why a receiver does not join", () => {
  const b3Field = { name: "b3", value: `${T}-${P}-1` };

  it("is a clause that names it", () => {
    expect(whyRejected(span("go"), traceparent("05"))).toBe(
      "OpenTelemetry Go does not join: it rejects flags 04 to ff, and here they are 05",
    );
    expect(whyRejected(span("go", "", "1.38.0"), traceparent("03"))).toContain("1.38.0");
    expect(whyRejected(span("java", "", "1.8.1", "jaeger"), [{ name: "uber-trace-id", value: `${T.toUpperCase()}:${P}:0:1` }])).toBe(
      "Jaeger client for Java does not join: hex digits are in upper case",
    );
  });

  it("is open between the releases that were measured", () => {
    expect(whyRejected(span("go", "", "1.42.0"), traceparent("03"))).toBeUndefined();
    expect(whyRejected(span("go", "", ""), traceparent("03"))).toBeUndefined();
  });

  it("is not looked for where the bytes are right, are no context, or the receiver is not known", () => {
    expect(whyRejected(span("go"), traceparent())).toBeUndefined();
    expect(whyRejected(span("go"), [])).toBeUndefined();
    expect(whyRejected(span("rust"), traceparent("05"))).toBeUndefined();
  });

  it("goes by the format that it reads without being told", () => {
    expect(whyRejected(span("go"), [...traceparent("05"), b3Field])).toContain("flags 04 to ff");
    expect(whyRejected(span("go"), [...traceparent(), { name: "b3", value: "zz" }])).toBeUndefined();
    expect(whyRejected(span("go", "", "Datadog-2.12", "Datadog"), [b3Field])).toBeUndefined();
  });
});
