import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baggageFieldNames } from "../../src/propagation/baggage-fields.ts";
import type { TraceContext } from "../../src/propagation/format.ts";
import { isFieldOf, propagationFormats, standardFormats } from "../../src/propagation/registry.ts";
import type { Field } from "../../src/wire/field.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const traceparent: Field = { name: "Traceparent", value: `00-${TRACE}-${SPAN}-01` };
const b3: Field = { name: "b3", value: `${TRACE}-${SPAN}-1` };
const multi: Field[] = [
  { name: "x-b3-traceid", value: TRACE },
  { name: "X-B3-SpanId", value: SPAN },
];

const flagsOf = (context: TraceContext): string => (context.flags ?? 0).toString(16).padStart(2, "0");
const b3State = (context: TraceContext): string[] => (context.sampled === "deferred" ? [] : [context.sampled ? "1" : "0"]);

const low64 = (traceId: string): string => BigInt(`0x${traceId.slice(16)}`).toString();
const decimal = (hex: string): string => BigInt(`0x${hex}`).toString();
const base64 = (text: string): string => Buffer.from(text, "latin1").toString("base64");
const binary = (context: TraceContext): string =>
  Buffer.from(`0000${context.traceId}01${context.spanId}02${flagsOf(context)}`, "hex").toString("base64");

/** How each format writes a context. A new format needs a line here. */
const print: Record<string, (context: TraceContext) => Field[]> = {
  w3c: (context) => [
    { name: "traceparent", value: `00-${context.traceId}-${context.spanId}-${flagsOf(context)}` },
    ...(context.traceState === undefined ? [] : [{ name: "tracestate", value: context.traceState }]),
  ],
  b3: (context) => {
    const state = b3State(context);
    const parent = context.parentSpanId === undefined || state.length === 0 ? [] : [context.parentSpanId];
    return [{ name: "b3", value: [context.traceIdSeen ?? context.traceId, context.spanId, ...state, ...parent].join("-") }];
  },
  b3multi: (context) => [
    { name: "X-B3-TraceId", value: context.traceIdSeen ?? context.traceId },
    { name: "X-B3-SpanId", value: context.spanId },
    ...(context.parentSpanId === undefined ? [] : [{ name: "X-B3-ParentSpanId", value: context.parentSpanId }]),
    ...b3State(context).map((value) => ({ name: "X-B3-Sampled", value })),
  ],
  jaeger: (context) => [
    {
      name: "uber-trace-id",
      value: `${context.traceIdSeen ?? context.traceId}:${context.spanId}:${context.parentSpanId ?? "0"}:${(context.flags ?? 0).toString(16)}`,
    },
  ],
  "grpc-trace-bin": (context) => [{ name: "grpc-trace-bin", value: binary(context) }],
  datadog: (context) => [
    { name: "x-datadog-trace-id", value: low64(context.traceId) },
    { name: "x-datadog-parent-id", value: decimal(context.spanId) },
    ...b3State(context).map((value) => ({ name: "x-datadog-sampling-priority", value })),
    { name: "x-datadog-tags", value: `_dd.p.dm=-4,_dd.p.tid=${context.traceId.slice(0, 16)}` },
  ],
  ot: (context) => [
    { name: "ot-tracer-traceid", value: context.traceIdSeen ?? context.traceId },
    { name: "ot-tracer-spanid", value: context.spanId },
    ...b3State(context).map((value) => ({ name: "ot-tracer-sampled", value: value === "1" ? "true" : "false" })),
  ],
  sw8: (context) => {
    const segment = `${context.spanId}${"0".repeat(16)}`;
    const state = context.sampled === true ? "1" : "0";
    const strings = ["service", "instance", "/endpoint", "10.0.0.1:80"].map(base64);
    return [{ name: "sw8", value: [state, base64(context.traceIdSeen ?? ""), base64(segment), "0", ...strings].join("-") }];
  },
  xray: (context) => {
    const state = context.sampled === "deferred" ? "" : `;Sampled=${context.sampled ? "1" : "0"}`;
    return [{ name: "X-Amzn-Trace-Id", value: `Root=${context.traceIdSeen ?? ""};Parent=${context.spanId}${state}` }];
  },
  cloudtrace: (context) => {
    const state = context.sampled === "deferred" ? "" : `;o=${context.sampled ? "1" : "0"}`;
    return [{ name: "x-cloud-trace-context", value: `${context.traceId}/${decimal(context.spanId)}${state}` }];
  },
};

const digits = (count: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: count, maxLength: count }).filter((id) => /[^0]/.test(id));
const sampled = fc.constantFrom<TraceContext["sampled"]>(true, false, "deferred");
const wide = fc.record({ traceId: digits(32), spanId: digits(16), sampled });
const narrow = digits(16).chain((id) =>
  fc.record({ traceId: fc.constant(id.padStart(32, "0")), traceIdSeen: fc.constant(id), spanId: digits(16), sampled }),
);
const withParent = fc.record({ traceId: digits(32), spanId: digits(16), parentSpanId: digits(16), sampled: fc.boolean() });
const flagged = fc.record({ traceId: digits(32), spanId: digits(16), flags: fc.integer({ min: 0, max: 3 }) });

/** The contexts that a format can write. */
const contexts: Record<string, fc.Arbitrary<TraceContext>> = {
  w3c: fc.oneof(
    flagged.map((context) => ({ ...context, sampled: (context.flags & 1) !== 0 })),
    flagged.map((context) => ({ ...context, sampled: (context.flags & 1) !== 0, traceState: "rojo=00f067aa0ba902b7,congo=t61" })),
  ),
  b3: fc.oneof(wide, narrow, withParent),
  b3multi: fc.oneof(wide, narrow, withParent),
  jaeger: flagged.map(({ flags, ...context }) => ({ ...context, sampled: (flags & 1) !== 0, flags: flags & 1 })),
  "grpc-trace-bin": flagged.map((context) => ({ ...context, sampled: (context.flags & 1) !== 0 })),
  datadog: wide
    .filter(({ traceId }) => /[^0]/.test(traceId.slice(16)))
    .map((context) => ({ ...context, traceIdSeen: low64(context.traceId) })),
  ot: fc.oneof(wide, narrow),
  sw8: fc
    .record({ traceId: digits(32), spanId: digits(16), sampled: fc.boolean() })
    .map((context) => ({ ...context, traceIdSeen: context.traceId })),
  xray: wide.map((context) => ({ ...context, traceIdSeen: `1-${context.traceId.slice(0, 8)}-${context.traceId.slice(8)}` })),
  cloudtrace: wide,
};

/** What follows the ids may be cut without harm to them: options and padding, the address that was called. */
const ENDS_WITHOUT_IDS: ReadonlySet<string> = new Set(["grpc-trace-bin", "sw8"]);

describe.each(propagationFormats.map((format) => [format.name, format] as const))("law: %s", (name, format) => {
  const anyFields = fc.array(
    fc.record({
      name: fc.constantFrom(...format.fields, ...format.fields.map((field) => field.toUpperCase())),
      value: fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..."0a1F-:,= %3") })),
    }),
  );

  it("names its fields in lower case", () => {
    for (const field of format.fields) expect(field).toBe(field.toLowerCase());
  });

  it("never throws, and says its own name", () => {
    fc.assert(
      fc.property(anyFields, (fields) => {
        expect(format.extract(fields)?.format ?? name).toBe(name);
      }),
    );
  });

  it("never throws for a value that was broken in one place", () => {
    const broken = fc.tuple(contexts[name]!, fc.nat(), fc.string({ maxLength: 2 })).map(([context, at, put]) =>
      print[name]!(context).map((field) => {
        const i = at % (field.value.length + 1);
        return { name: field.name, value: field.value.slice(0, i) + put + field.value.slice(i + 1) };
      }),
    );
    fc.assert(
      fc.property(broken, (fields) => {
        const extraction = format.extract(fields);
        if (extraction === undefined || "malformed" in extraction) return;
        expect(extraction.context.traceId).toMatch(/^[0-9a-f]{32}$/);
        expect(extraction.context.spanId).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
  });

  it("reads what is written", () => {
    fc.assert(
      fc.property(contexts[name]!, (context) => {
        expect(format.extract(print[name]!(context))).toEqual({ format: name, context, warnings: [] });
      }),
    );
  });

  it("calls every proper prefix of a value malformed, or no context, or a shorter one", () => {
    fc.assert(
      fc.property(contexts[name]!, fc.nat(), (context, at) => {
        const [field, ...others] = print[name]!(context);
        const cut = field!.value.slice(0, at % field!.value.length);
        const extraction = format.extract([{ name: field!.name, value: cut }, ...others]);
        if (ENDS_WITHOUT_IDS.has(name)) return;
        if (extraction !== undefined && "context" in extraction) expect(extraction.context).not.toEqual(context);
      }),
    );
  });
});

describe("extractAll", () => {
  it("keeps every format's answer in order of preference, whatever the order on the wire", () => {
    const fields = [...multi, { name: "Uber-Trace-Id", value: "nonsense" }, b3, { name: "baggage", value: "a=1" }, traceparent];
    expect(standardFormats.extractAll(fields)).toMatchObject([
      { format: "w3c", context: { traceId: TRACE } },
      { format: "b3", context: { traceId: TRACE } },
      { format: "b3multi", context: { traceId: TRACE } },
      { format: "jaeger", malformed: expect.any(String) },
    ]);
  });

  it("hands each format its fields only, in wire order and in any case", () => {
    expect(standardFormats.extractAll([traceparent, { name: "cookie", value: "x" }])).toMatchObject([{ context: { traceId: TRACE } }]);
    expect(standardFormats.extractAll([{ name: "TRACEPARENT", value: "00" }, b3, traceparent])).toMatchObject([
      { format: "w3c", malformed: "the field occurs 2 times, with different values" },
      { format: "b3" },
    ]);
  });

  it("is empty when nothing speaks of a trace", () => {
    expect(standardFormats.extractAll([])).toEqual([]);
    expect(standardFormats.extractAll([{ name: "b3", value: "0" }])).toEqual([]);
    expect(standardFormats.extractAll([{ name: "tracestate", value: "a=1" }])).toEqual([]);
    expect(standardFormats.extractAll([{ name: "xraceparent", value: traceparent.value }])).toEqual([]);
  });

  it("law: never throws, and gives what the formats give", () => {
    const names = [...standardFormats.fieldNames].map((name) => name.replace("*", "key"));
    const field = fc.record({ name: fc.oneof(fc.constantFrom(...names), fc.string()), value: fc.string() });
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const expected = propagationFormats.flatMap(
          (format) => format.extract(fields.filter(({ name }) => format.fields.includes(name.toLowerCase()))) ?? [],
        );
        expect(standardFormats.extractAll(fields)).toEqual(expected);
      }),
    );
  });
});

describe("the registry", () => {
  it("names every field that is read, and baggage", () => {
    for (const format of propagationFormats) for (const field of format.fields) expect(standardFormats.fieldNames).toContain(field);
    for (const field of baggageFieldNames) expect(standardFormats.fieldNames).toContain(field);
    expect(standardFormats.fieldNames.size).toBe(propagationFormats.flatMap((format) => format.fields).length + baggageFieldNames.length);
  });

  it("gives every format a name of its own", () => {
    expect(new Set(propagationFormats.map((format) => format.name)).size).toBe(propagationFormats.length);
  });

  it("tells a trace field by its name in any case, also by a prefix", () => {
    for (const name of ["Traceparent", "X-Datadog-Trace-Id", "uberctx-user", "OT-Baggage-Tenant", "baggage"])
      expect(standardFormats.isTraceField(name), name).toBe(true);
    for (const name of ["x-request-id", "cookie", "uberctx", "x-datadog-"]) expect(standardFormats.isTraceField(name), name).toBe(false);
  });

  it("says which format reads a field that carries ids", () => {
    expect(isFieldOf("w3c", "Traceparent")).toBe(true);
    expect(isFieldOf("w3c", "tracestate")).toBe(false);
    expect(isFieldOf("b3multi", "X-B3-SpanId")).toBe(true);
    expect(isFieldOf("b3", "x-b3-spanid")).toBe(false);
    expect(isFieldOf("datadog", "x-datadog-trace-id")).toBe(true);
    expect(isFieldOf("jaeger", "traceparent")).toBe(false);
    expect(isFieldOf("acme", "x-acme-trace")).toBe(true);
    expect(isFieldOf("acme", "traceparent")).toBe(false);
  });
});
