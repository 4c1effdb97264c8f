// Other people's vectors. Every one of them either passes or is listed below with the reason why it does not apply.

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Extraction } from "../../src/propagation/format.ts";
import { standardFormats } from "../../src/propagation/registry.ts";
import type { Field } from "../../src/wire/field.ts";

const CONFORMANCE = "../shared/corpus/conformance";
const W3C = `${CONFORMANCE}/w3c-trace-context/vectors.json`;
const OTEL_GO = `${CONFORMANCE}/otel-go-contrib/vectors.json`;

type Outcome = "accept" | "accept-drop-tracestate" | "restart";

interface W3cVector {
  readonly suite: string;
  readonly test: string;
  readonly case: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly allowed: readonly Outcome[];
}

interface GoVector {
  readonly set: string;
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expect: { readonly valid: boolean; readonly traceID: string | null; readonly spanID: string | null; readonly sampled: boolean };
  readonly deferred?: boolean;
}

/** Where a receiver's behaviour is not the specification's, or is not ours to have. By set and name. */
const DOES_NOT_APPLY: Readonly<Record<string, string>> = {
  "extractInvalidHeaders/multiple: upper case trace ID":
    "Go rejects upper-case hex; other receivers take it, so that it is valid with a warning",
  "extractInvalidHeaders/single: upper case trace ID": "the same",
  "extractInvalidHeaders/single: upper case span ID": "the same",
  "extractInvalidHeaders/single: upper case parent span ID": "the same",
};

function read<Vectors>(file: string): Vectors {
  return JSON.parse(readFileSync(file, "utf8")) as Vectors;
}

function firstValid(fields: readonly Field[]): Extract<Extraction, { context: object }> | undefined {
  return standardFormats.extractAll(fields).find((extraction) => "context" in extraction);
}

function outcome(headers: W3cVector["headers"]): Outcome {
  const extraction = firstValid(headers.map(([name, value]) => ({ name, value })));
  if (extraction === undefined) return "restart";
  return extraction.context.traceState === undefined ? "accept-drop-tracestate" : "accept";
}

describe.skipIf(!existsSync(W3C))(`the W3C's validation suite (${W3C})`, () => {
  const vectors = existsSync(W3C) ? read<W3cVector[]>(W3C) : [];

  it.each(vectors.map((vector) => [`${vector.suite}.${vector.test}[${vector.case}]`, vector] as const))("%s", (_name, vector) => {
    // "accept" without a tracestate on the wire keeps all of it there is.
    const sent = vector.headers.some(([name]) => name.toLowerCase() === "tracestate");
    const seen = outcome(vector.headers);
    expect(vector.allowed).toContain(seen === "accept-drop-tracestate" && !sent ? "accept" : seen);
  });
});

describe.skipIf(!existsSync(OTEL_GO))(`OpenTelemetry Go's propagators (${OTEL_GO})`, () => {
  const vectors = existsSync(OTEL_GO) ? read<Record<string, GoVector[]>>(OTEL_GO) : {};

  for (const format of ["b3", "jaeger", "ot"]) {
    describe(format, () => {
      for (const vector of vectors[format] ?? []) {
        const reason = DOES_NOT_APPLY[`${vector.set}/${vector.name}`];
        it.skipIf(reason !== undefined)(`${vector.set}/${vector.name}${reason === undefined ? "" : ` — ${reason}`}`, () => check(vector));
      }
    });
  }

  it("lists no vector that does not exist", () => {
    const names = Object.values(vectors).flatMap((all) => all.map((vector) => `${vector.set}/${vector.name}`));
    for (const name of Object.keys(DOES_NOT_APPLY)) expect(names).toContain(name);
  });
});

function check(vector: GoVector): void {
  const found = firstValid(Object.entries(vector.headers).map(([name, value]) => ({ name, value })));
  if (!vector.expect.valid) {
    expect(found).toBeUndefined();
    return;
  }
  expect(found?.context).toMatchObject({
    traceId: vector.expect.traceID,
    spanId: vector.expect.spanID,
    sampled: vector.deferred === true ? "deferred" : vector.expect.sampled,
  });
}
