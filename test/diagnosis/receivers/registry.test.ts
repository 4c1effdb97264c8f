import { describe, expect, it } from "vitest";
import { receivers, whyRejected } from "../../../src/diagnosis/receivers/registry.ts";
import type { Span } from "../../../src/spans/span.ts";

const T = "4bf92f3577b34da6a3ce929d0e0e4736";
const P = "00f067aa0ba902b7";
const good = `00-${T}-${P}-01`;
const flags = (two: string) => `00-${T}-${P}-${two}`;

function span(language: string, scope = "", sdkVersion = "1.47.0"): Span {
  const resource = { service: "orders", language, sdkVersion };
  const times = { startedAt: 0, endedAt: 1 };
  return { traceId: T, spanId: P, name: "GET", kind: "server", ...times, error: false, resource, scope, links: [], attributes: {} };
}

const node = span("nodejs", "@opentelemetry/instrumentation-http");
const flask = span("python", "opentelemetry.instrumentation.flask");
const fastapi = span("python", "opentelemetry.instrumentation.fastapi");
const java = span("java", "io.opentelemetry.java-http-server");
const go = span("go", "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp");

/** What real services did with these bytes: Node, Flask, FastAPI, Java, Go. */
const measured: readonly { readonly what: string; readonly lines: readonly string[]; readonly joins: readonly boolean[] }[] = [
  { what: "one good line", lines: [good], joins: [true, true, true, true, true] },
  { what: "two lines, even identical", lines: [good, good], joins: [false, false, true, true, true] },
  { what: "two values in one line", lines: [`${good}, ${good}`], joins: [false, false, false, false, false] },
  { what: "flags 00", lines: [flags("00")], joins: [true, true, true, true, true] },
  { what: "flags 02", lines: [flags("02")], joins: [true, true, true, true, true] },
  { what: "flags 03", lines: [flags("03")], joins: [true, true, true, true, true] },
  { what: "flags 05", lines: [flags("05")], joins: [true, true, true, true, false] },
  { what: "flags ff", lines: [flags("ff")], joins: [true, true, true, true, false] },
  { what: "upper-case hex", lines: [good.toUpperCase()], joins: [false, false, false, false, false] },
  { what: "54 characters", lines: [good.slice(0, -1)], joins: [false, false, false, false, false] },
  { what: "a span id of zeros", lines: [`00-${T}-${"0".repeat(16)}-01`], joins: [false, false, false, false, false] },
  { what: "a trace id of zeros", lines: [`00-${"0".repeat(32)}-${P}-01`], joins: [false, false, false, false, false] },
  { what: "version ff", lines: [`ff-${T}-${P}-01`], joins: [false, false, false, false, false] },
  { what: "version 00 with more fields", lines: [`${good}-what`], joins: [false, false, false, false, false] },
  { what: "version cc with more fields", lines: [`cc-${T}-${P}-01-what`], joins: [true, true, true, true, true] },
];

describe.each(measured)("$what", ({ lines, joins }) => {
  it.each([
    ["Node", node],
    ["Flask", flask],
    ["FastAPI", fastapi],
    ["Java", java],
    ["Go", go],
  ] as const)("%s", (name, receiver) => {
    const wanted = joins[["Node", "Flask", "FastAPI", "Java", "Go"].indexOf(name)];
    const why = whyRejected(receiver, lines);
    expect(why === undefined).toBe(wanted);
    if (why !== undefined) expect(why).toMatch(/^OpenTelemetry \w+ does not join: ./);
  });
});

it("the random flag is rejected by Go 1.38 and open between the releases that were measured", () => {
  expect(whyRejected(span("go", "", "1.38.0"), [flags("03")])).toContain("1.38.0");
  expect(whyRejected(span("go", "", "1.42.0"), [flags("03")])).toBeUndefined();
  expect(receivers.find(({ name }) => name === "OpenTelemetry Go")?.answer([flags("03")], span("go", "", "1.42.0"))).toBeUndefined();
  expect(whyRejected(span("go", "", ""), [flags("05")])).toContain("05");
});

it("nothing is said of a receiver that was not measured, nor without the field", () => {
  expect(whyRejected(span("rust"), [flags("05")])).toBeUndefined();
  expect(whyRejected(go, [])).toBeUndefined();
});
