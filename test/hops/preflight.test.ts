import { describe, expect, it } from "vitest";
import { readPreflight } from "../../src/hops/preflight.ts";
import { standardFormats } from "../../src/propagation/registry.ts";
import type { HttpRequest, HttpResponse } from "../../src/protocols/observation.ts";
import type { Field } from "../../src/wire/field.ts";

const packet = { capture: 0, number: 1 };
const times = { startedAt: 0, endedAt: 1 };

function request(asks: string | undefined): HttpRequest {
  const fields: Field[] = asks === undefined ? [] : [{ name: "Access-Control-Request-Headers", value: asks }];
  const counts = { targetHash: 0, hiddenFields: 0, headLength: 100, bodyLength: 0, sequence: 1, seenAgain: [] };
  return { method: "OPTIONS", path: "/", fields, isHeadComplete: true, packet, ...counts, ...times };
}

function answer(allows: readonly string[], changes: Partial<HttpResponse> = {}): HttpResponse {
  const fields = allows.map((value) => ({ name: "access-control-allow-headers", value }));
  return { status: 204, fields, isHeadComplete: true, bodyLength: 0, packet, sequence: 1, ...times, ...changes };
}

function denied(asks: string, allows: readonly string[], changes?: Partial<HttpResponse>): readonly string[] | undefined {
  return readPreflight(request(asks), answer(allows, changes), standardFormats)?.denied;
}

describe("a preflight", () => {
  it("is denied the trace fields that the answer lacks", () => {
    expect(denied("content-type, traceparent,tracestate", ["Content-Type, Traceparent"])).toEqual(["tracestate"]);
    expect(denied("baggage", [])).toEqual(["baggage"]);
    expect(denied("uber-trace-id", ["traceparent"])).toEqual(["uber-trace-id"]);
  });

  it("is allowed what any line of the answer names, or a wildcard", () => {
    expect(denied("traceparent,tracestate", ["traceparent", "tracestate"])).toEqual([]);
    expect(denied("traceparent", ["*"])).toEqual([]);
  });

  it("says nothing where it asks for no trace field, or other fields are denied, too", () => {
    expect(denied("content-type", [])).toBeUndefined();
    expect(denied("content-type,traceparent", ["accept"])).toBeUndefined();
    expect(readPreflight(request(undefined), answer([]), standardFormats)).toBeUndefined();
  });

  it("says nothing without a whole answer of success", () => {
    expect(denied("traceparent", [], { status: 405 })).toBeUndefined();
    expect(denied("traceparent", [], { isHeadComplete: false })).toBeUndefined();
    expect(readPreflight(request("traceparent"), undefined, standardFormats)).toBeUndefined();
  });
});
