// llhttp's vectors through our reader, by the policy of docs/decisions/0002-http1-leniency.md.

import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readTarget } from "../../src/protocols/http/target.ts";
import { createTextCache } from "../../src/protocols/http/text-cache.ts";
import type { HttpExchange } from "../../src/protocols/observation.ts";
import { observe } from "../protocols/observe.ts";
import { bytesOf, Conversation } from "../tcp/build-packets.ts";
import { inputOf, type LoggedMessage, readLog, readVectors, type Vector } from "./llhttp-vectors.ts";

const path = "../shared/corpus/conformance/llhttp/vectors.json";
const present = existsSync(path);
const vectors = present ? readVectors(path) : [];

/** Vectors that do not apply to an observer, by a pattern of `name (type)`. */
const NOT_APPLICABLE: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/lenient-optional-lf-after-cr|Bare CR .*lenient-all/, "asks for a bare CR as a line end, which the policy refuses"],
  [/no body is received \(request\)/, "a callback says that the request's body is to be skipped; nobody tells an observer"],
];

/** Vectors that llhttp reads otherwise, each with its line of the policy and what we see instead. */
const DIFFERENT: readonly (readonly [pattern: RegExp, policy: string, seen: readonly string[]])[] = [
  [/Invalid method \(request\)/, "unknown methods", ["MKCOLA / cut"]],
  [/HTTP protocol and ANNOUNCE method/, "unknown methods", ["ANNOUNCE /music/sweet/music cut"]],
  [
    /`chunked` before other transfer-coding \(lenient\)/,
    "Transfer-Encoding of a request without final chunked",
    ["POST /post_identity_body_world cut"],
  ],
  [
    /duplicate transfer-encoding \(lenient\)/,
    "Transfer-Encoding of a request without final chunked",
    ["POST /post_identity_body_world cut"],
  ],
];

const keyOf = (vector: Vector) => `${vector.name} (${vector.meta.type})`;
const isDifferent = (vector: Vector) => DIFFERENT.some(([pattern]) => pattern.test(keyOf(vector)));
const isApplicable = (vector: Vector) => vector.kind === "http" && !NOT_APPLICABLE.some(([pattern]) => pattern.test(keyOf(vector)));
const isResponse = (vector: Vector) => vector.meta.type?.startsWith("response") === true;
const sizes = [Number.POSITIVE_INFINITY, 7, 1];

function exchanges(vector: Vector, size: number): HttpExchange[] {
  const talk = new Conversation().open();
  // A response without a body that its fields promise answers a HEAD.
  if (vector.meta.skipBody === true) talk.send("client", "HEAD / HTTP/1.1\r\n\r\nHEAD / HTTP/1.1\r\n\r\n");
  talk.send(isResponse(vector) ? "server" : "client", inputOf(vector), size);
  const keep = new Set(readLog(vector).messages.flatMap(({ fields }) => fields.map(({ name }) => name.trim().toLowerCase())));
  return observe(talk.packets, keep).http.filter(({ response }) => !isResponse(vector) || response !== undefined);
}

const squeeze = (text: string) => text.replace(/\s+/g, " ").trim();
const lineOf = ({ name, value }: { readonly name: string; readonly value: string }) => `${name.trim()}: ${squeeze(value)}`;
const isHttp1 = ({ protocol, version }: LoggedMessage) => protocol === "HTTP" && version.startsWith("1.");
/** An interim response (RFC 9110 §15.2) is no exchange. */
const isFinal = ({ status, isHeadComplete }: LoggedMessage) => !isHeadComplete || status === 0 || status === 101 || status >= 200;

interface Essence {
  readonly start: string;
  readonly fields: readonly string[];
  readonly isHeadComplete: boolean;
  readonly bodyLength: number;
  readonly isComplete: boolean;
}

/** What llhttp reads. */
function logged(message: LoggedMessage, vector: Vector): Essence {
  const bytes = bytesOf(message.target);
  const { isHeadComplete, bodyLength, isComplete, fields, wholeFields, status, method } = message;
  const path = readTarget(bytes, 0, bytes.length, createTextCache()).path;
  const start = isResponse(vector) ? (isHeadComplete ? `${status}` : "") : `${method} ${path}`;
  return { start, fields: fields.slice(0, wholeFields).map(lineOf), isHeadComplete, bodyLength, isComplete };
}

/** What we read. */
function seen({ request, response }: HttpExchange, vector: Vector): Essence {
  const message = isResponse(vector) ? response : request;
  const { isHeadComplete = false, bodyLength = 0, fields = [], endedAt } = message ?? {};
  const start = isResponse(vector) ? (isHeadComplete ? `${response?.status}` : "") : `${request?.method} ${request?.path}`;
  return { start, fields: fields.map(lineOf), isHeadComplete, bodyLength, isComplete: isHeadComplete && endedAt !== undefined };
}

describe.skipIf(!present)("llhttp's vectors", () => {
  it.each(
    vectors
      .filter((vector) => isApplicable(vector) && !isDifferent(vector))
      .map((vector) => [`${vector.file}:${vector.line} ${vector.name}`, vector] as const),
  )("%s", (_, vector) => {
    const { messages, error } = readLog(vector);
    const expected = messages.filter((message) => isHttp1(message) && isFinal(message)).map((message) => logged(message, vector));
    for (const size of sizes) {
      const observed = exchanges(vector, size).map((exchange) => seen(exchange, vector));
      if (error === undefined) expect(observed).toEqual(expected);
      else expectAtLeast(observed, expected);
    }
  });

  it.each(DIFFERENT)("%s: by the policy on %s", (pattern, _, expected) => {
    const matching = vectors.filter((vector) => isApplicable(vector) && pattern.test(keyOf(vector)));
    expect(matching).toHaveLength(1);
    for (const vector of matching)
      for (const size of sizes) {
        const observed = exchanges(vector, size).map((exchange) => seen(exchange, vector));
        expect(observed.map(({ start, isComplete }) => `${start}${isComplete ? "" : " cut"}`)).toEqual(expected);
      }
  });

  it.each(NOT_APPLICABLE)("%s matches some vectors, which are read without an exception: %s", (pattern) => {
    const matching = vectors.filter((vector) => vector.kind === "http" && pattern.test(keyOf(vector)));
    expect(matching.length).toBeGreaterThan(0);
    for (const vector of matching) for (const size of sizes) exchanges(vector, size);
  });

  it.each(vectors.filter(({ kind }) => kind === "url").map((vector) => [vector.name, vector] as const))("%s", (_, vector) => {
    const bytes = inputOf(vector);
    const path = vector.expected.map((line) => /span\[url\.path\]="(.*)"/.exec(line)?.[1]).find((found) => found !== undefined);
    const target = readTarget(bytes, 0, bytes.length, createTextCache());
    if (path !== undefined) expect(target.path).toBe(path);
  });
});

/** llhttp gave up: what it had read until then is seen, and perhaps more. */
function expectAtLeast(observed: readonly Essence[], expected: readonly Essence[]): void {
  if (expected.length === 0) expect(observed).toEqual([]);
  for (const [i, message] of expected.entries()) {
    if (message.isComplete) expect(observed[i]).toEqual(message);
    else if (message.start !== "") expect(observed[i]?.start).toBe(message.start);
    if (message.fields.length > 0) expect(observed[i]?.fields.slice(0, message.fields.length)).toEqual(message.fields);
  }
}
