// What real receivers did with these bytes: + joined the trace, - began another, ? not known. Columns are named in each table.

import type { Field } from "../../../src/wire/field.ts";

export const T = "4bf92f3577b34da6a3ce929d0e0e4736";
export const P = "00f067aa0ba902b7";
const HALF = T.slice(16);
const ZEROS = "0".repeat(32);
const DECIMAL_TRACE = BigInt(`0x${HALF}`).toString();
const DECIMAL_SPAN = BigInt(`0x${P}`).toString();

/** Name of the case, fields, and what each column's receiver did. */
export type Row = readonly [what: string, fields: readonly Field[], did: string];
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

function fields(...pairs: readonly (readonly [string, string])[]): Field[] {
  return pairs.map(([name, value]) => ({ name, value }));
}

export function traceparent(flags = "01", { version = "00", traceId = T, spanId = P, more = "" } = {}): Field[] {
  return fields(["traceparent", `${version}-${traceId}-${spanId}-${flags}${more}`]);
}

const good = traceparent();
const value = good[0]!.value;

export const w3c: Table = {
  columns: [
    "OpenTelemetry Go",
    "OpenTelemetry JavaScript",
    "OpenTelemetry Python behind WSGI",
    "OpenTelemetry Python behind ASGI",
    "OpenTelemetry Java",
    "Datadog for Node.js",
    "Datadog for Python",
    "Datadog for Go",
    "Spring Boot 3 with Brave",
  ],
  rows: [
    ["one good line", good, "+++++++++"],
    ["the name in another case, spaces around the value", fields(["TraceParent", ` ${value} `]), "+++++++++"],
    ["two lines, even identical", [...good, ...good], "+--++-?-+"],
    ["two values in one line", fields(["traceparent", `${value}, ${value}`]), "---------"],
    ["flags 00", traceparent("00"), "+++++++++"],
    ["flags 02", traceparent("02"), "++++++++-"],
    ["flags 03", traceparent("03"), "++++++++-"],
    ["flags 05", traceparent("05"), "-+++++++-"],
    ["flags 7f", traceparent("7f"), "-+++++++-"],
    ["flags 80", traceparent("80"), "-++++++--"],
    ["flags ff", traceparent("ff"), "-++++++--"],
    ["upper-case hex", fields(["traceparent", value.toUpperCase()]), "-----+-+-"],
    ["54 characters", fields(["traceparent", value.slice(0, -1)]), "---------"],
    ["a span id of zeros", traceparent("01", { spanId: ZEROS.slice(16) }), "---------"],
    ["a trace id of zeros", traceparent("01", { traceId: ZEROS }), "---------"],
    ["version ff", traceparent("01", { version: "ff" }), "---------"],
    ["version 00 with more fields", traceparent("01", { more: "-what" }), "---------"],
    ["version cc", traceparent("01", { version: "cc" }), "+++++++++"],
    ["version cc with more fields", traceparent("01", { version: "cc", more: "-what" }), "+++++++++"],
    ["an id of 64 bits", traceparent("01", { traceId: ZEROS.slice(16) + HALF }), "+++++++++"],
  ],
};

/** Not measured: what their source does. */
export const w3cRead: Table = {
  columns: ["OpenTelemetry .NET", "Envoy's OpenTelemetry tracer", "nginx's OpenTelemetry module"],
  rows: [
    ["one good line", good, "+++"],
    ["two lines", [...good, ...good], "-++"],
    ["two values in one line", fields(["traceparent", `${value}, ${value}`]), "---"],
    ["flags 03", traceparent("03"), "+++"],
    ["flags ff", traceparent("ff"), "+++"],
    ["upper-case hex", fields(["traceparent", value.toUpperCase()]), "-++"],
    ["54 characters", fields(["traceparent", value.slice(0, -1)]), "---"],
    ["a span id of zeros", traceparent("01", { spanId: ZEROS.slice(16) }), "--+"],
    ["a trace id of zeros", traceparent("01", { traceId: ZEROS }), "---"],
    ["version ff", traceparent("01", { version: "ff" }), "-+-"],
    ["version 00 with more fields", traceparent("01", { more: "-what" }), "--+"],
    ["version cc", traceparent("01", { version: "cc" }), "++-"],
    ["version cc with more fields", traceparent("01", { version: "cc", more: "-what" }), "+--"],
  ],
};

function multi(traceId: string, spanId = P, sampled = "1", parent?: string): Field[] {
  const own = fields(["X-B3-TraceId", traceId], ["X-B3-SpanId", spanId], ["X-B3-Sampled", sampled]);
  return parent === undefined ? own : [...own, ...fields(["X-B3-ParentSpanId", parent])];
}

function single(text: string): Field[] {
  return fields(["b3", text]);
}

export const b3: Table = {
  columns: [
    "OpenTelemetry Go",
    "OpenTelemetry JavaScript",
    "OpenTelemetry Python behind WSGI",
    "OpenTelemetry Java",
    "Brave",
    "zipkin-go",
    "zipkin for Node.js",
  ],
  rows: [
    ["128 bits", multi(T), "+++++++"],
    ["64 bits", multi(HALF), "+++++++"],
    ["upper case", multi(T.toUpperCase(), P.toUpperCase()), "-++--++"],
    ["no span id", fields(["x-b3-traceid", T], ["x-b3-sampled", "1"]), "-------"],
    ["an empty parent", multi(T, P, "1", ""), "++++-++"],
    ["a parent that is no id", multi(T, P, "1", "zz"), "-+++--+"],
    ["sampled: true", multi(T, P, "true"), "+++++++"],
    ["sampled: x", multi(T, P, "x"), "--++--+"],
    ["a trace id of 31 digits", multi(T.slice(1)), "-+--+++"],
    ["a trace id of 24 digits", multi(T.slice(8)), "-+--+++"],
    ["a span id of 15 digits", multi(T, P.slice(1)), "----+++"],
    ["a trace id of zeros", multi(ZEROS), "-------"],
    ["a span id of zeros", multi(T, ZEROS.slice(16)), "-----++"],
    ["two lines of the trace id", [...fields(["x-b3-traceid", T]), ...multi(T)], "+--+++-"],
    ["two values in one line", multi(`${T}, ${T}`), "-------"],
    ["one field, 128 bits", single(`${T}-${P}-1`), "++++++?"],
    ["one field, 64 bits", single(`${HALF}-${P}-1`), "++++++?"],
    ["one field, no state", single(`${T}-${P}`), "++++++?"],
    ["one field, debug", single(`${T}-${P}-d`), "++++++?"],
    ["one field with a parent", single(`${T}-${P}-1-${P}`), "++++++?"],
    ["one field, the parent cut", single(`${T}-${P}-1-${P.slice(0, 9)}`), "-+++--?"],
    ["one field, upper case", single(`${T.toUpperCase()}-${P.toUpperCase()}-1`), "--+--+?"],
    ["one field, state x", single(`${T}-${P}-x`), "-+++--?"],
    ["one field, state true", single(`${T}-${P}-true`), "-+++--?"],
    ["one field, nothing behind the last hyphen", single(`${T}-${P}-`), "-+++--?"],
    ["one field, a trace id of 31 digits", single(`${T.slice(1)}-${P}-1`), "------?"],
    ["one field that is bad beside the others", [...single("zz"), ...multi(T)], "+--++++"],
  ],
};

function uber(text: string): Field[] {
  return fields(["uber-trace-id", text]);
}

export const jaeger: Table = {
  columns: [
    "OpenTelemetry Go",
    "OpenTelemetry JavaScript",
    "OpenTelemetry Python behind WSGI",
    "OpenTelemetry Java",
    "Jaeger client for Go",
    "Jaeger client for Java",
    "Jaeger client for Node.js",
    "Jaeger client for Python",
  ],
  rows: [
    ["128 bits", uber(`${T}:${P}:0:1`), "++++++++"],
    ["64 bits", uber(`${HALF}:${P}:0:1`), "++++++++"],
    ["64 bits, padded", uber(`${ZEROS.slice(16)}${HALF}:${P}:0:1`), "++++++++"],
    ["ids without leading zeros", uber(`3${T.slice(2)}:${P.slice(2)}:0:1`), "++++++++"],
    ["URL-encoded", uber(`${T}%3A${P}%3A0%3A1`), "-+-+++++"],
    ["upper case", uber(`${T.toUpperCase()}:${P.toUpperCase()}:0:1`), "-++-+-++"],
    ["flags 01", uber(`${T}:${P}:0:01`), "++++++++"],
    ["flags 3", uber(`${T}:${P}:0:3`), "++++++++"],
    ["flags 101", uber(`${T}:${P}:0:101`), "+++-++++"],
    ["a padded parent", uber(`${T}:${P}:${ZEROS.slice(16)}:1`), "++++++++"],
    ["an empty parent", uber(`${T}:${P}::1`), "++++----"],
    ["a parent that is no id", uber(`${T}:${P}:zz:1`), "++++----"],
    ["three parts", uber(`${T}:${P}:1`), "--------"],
    ["a trace id of zero", uber(`0:${P}:0:1`), "--------"],
    ["a span id of zero", uber(`${T}:0:0:1`), "------+-"],
    ["two lines", [...uber(`${T}:${P}:0:1`), ...uber(`${T}:${P}:0:1`)], "+--+++--"],
    ["two values in one line", uber(`${T}:${P}:0:1, ${T}:${P}:0:1`), "--------"],
  ],
};

function datadogFields(traceId: string, parent: string | undefined, ...more: readonly (readonly [string, string])[]): Field[] {
  const own = fields(["x-datadog-trace-id", traceId], ["x-datadog-sampling-priority", "1"], ...more);
  return parent === undefined ? own : [...own, ...fields(["x-datadog-parent-id", parent])];
}

export const datadog: Table = {
  columns: ["Datadog for Node.js", "Datadog for Python", "Datadog for Go"],
  rows: [
    ["64 bits", datadogFields(DECIMAL_TRACE, DECIMAL_SPAN), "+++"],
    ["128 bits", datadogFields(DECIMAL_TRACE, DECIMAL_SPAN, ["x-datadog-tags", `_dd.p.tid=${T.slice(0, 16)}`]), "+++"],
    ["an upper half that is none", datadogFields(DECIMAL_TRACE, DECIMAL_SPAN, ["x-datadog-tags", "_dd.p.tid=XYZ"]), "+++"],
    ["hexadecimal", datadogFields(HALF, DECIMAL_SPAN), "---"],
    ["a trace id of 0", datadogFields("0", DECIMAL_SPAN), "---"],
    ["more than 64 bits", datadogFields("18446744073709551616", DECIMAL_SPAN), "---"],
    ["no parent", datadogFields(DECIMAL_TRACE, undefined), "-+-"],
    ["a parent of 0", datadogFields(DECIMAL_TRACE, "0"), "++-"],
    [
      "traceparent of another trace beside it",
      [...datadogFields(DECIMAL_TRACE, DECIMAL_SPAN), ...traceparent("01", { traceId: ZEROS.replaceAll("0", "a") })],
      "+++",
    ],
  ],
};

/** What is left of a tracestate: a clause of what is lost, or undefined where all goes on. */
export function tracestate(...values: readonly string[]): Field[] {
  return [...good, ...fields(...values.map((text) => ["tracestate", text] as const))];
}

const MEMBERS = 33;
const MEMBER = 56;
export const stateOf33 = Array.from({ length: MEMBERS }, (_, i) => `k${i}=1`).join(",");
export const stateOf600 = Array.from({ length: 10 }, (_, i) => `k${i}=${"x".repeat(MEMBER)}`).join(",");

/** + all goes on, - something is lost. */
export const state: Table = {
  columns: [
    "OpenTelemetry Go",
    "OpenTelemetry JavaScript",
    "OpenTelemetry Python behind WSGI",
    "OpenTelemetry Java",
    "Datadog for Node.js",
    "Datadog for Python",
  ],
  rows: [
    ["two members", tracestate("a=1,b=2"), "++++++"],
    ["two lines", tracestate("a=1", "b=2"), "-++-++"],
    ["33 members", tracestate(stateOf33), "------"],
    ["more than 512 characters", tracestate(stateOf600), "+-++++"],
    ["a repeated key", tracestate("a=1,a=2"), "----?+"],
    ["a member without a value", tracestate("a=1,,=x,b"), "----?+"],
    ["a key that only Level 2 allows", tracestate("1a=1,b=2"), "----++"],
    ["a key in upper case", tracestate("A=1,b=2"), "----++"],
    ["nothing", tracestate(""), "++++++"],
  ],
};
