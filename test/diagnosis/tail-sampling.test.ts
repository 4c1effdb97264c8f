import { expect, test } from "vitest";
import { isTailSampled as isSampled, sharesOfExports } from "../../src/diagnosis/exporters/tail-sampling.ts";
import { SpanIndex } from "../../src/diff/span-index.ts";
import type { SpanExport } from "../../src/protocols/observation.ts";
import type { Span } from "../../src/spans/span.ts";
import { client, id, look, request, server, trace, traceparent } from "./build-view.ts";

const isTailSampled = (all: readonly SpanExport[], index: SpanIndex, isLookedUp = (_traceId: string) => true, isWindowSearched = false) =>
  isSampled(sharesOfExports(all, index, { isLookedUp, isWindowSearched }));

const TRACES = 40;
const SERVICES = ["frontend", "orders"];

/** Each service exports its span of every trace, ten at a time, and each export is accepted. */
const exports = SERVICES.flatMap((service, which) =>
  [0, 10, 20, 30].map((from): SpanExport => {
    const resource = { service };
    const spans = Array.from({ length: 10 }, (_, k) => ({
      traceId: trace(from + k + 1),
      spanId: id(100 * (which + 1) + from + k),
      parentSpanId: undefined,
      name: "GET",
      kind: "server" as const,
      resource,
    }));
    const place = { address: "10.0.0.6", port: 4318 };
    const packet = { capture: 0, number: from + 1 };
    const answer = { at: from + 1, packet, status: 200, grpcStatus: undefined, rejected: undefined };
    const rest = { spanCount: 10, bytes: 1_000, isWhole: true, unread: undefined, unanswered: undefined, answer };
    return { kind: "export", vantage: 0, protocol: "otlp-http", client: place, server: place, at: from, packet, spans, ...rest };
  }),
);

/** What the backend has: spans for which this holds. */
function backend(has: (traceNumber: number, service: string) => boolean): SpanIndex {
  const spans = exports.flatMap((of) =>
    of.spans.map((span): Span => ({ ...server(request("client → frontend"), {}), ...span, parentSpanId: span.spanId })),
  );
  const kept = spans.filter(({ traceId, resource }) => has(Number.parseInt(traceId.slice(-4), 16), resource.service));
  return new SpanIndex([{ traceId: trace(1), spans: kept, warnings: [] }]);
}

const isThird = (n: number) => (n * 7) % 3 === 0;

test("whole traces are missing here and there: a collector samples them", () => {
  expect(
    isTailSampled(
      exports,
      backend((n) => isThird(n)),
    ),
  ).toBe(true);
});

test("a stretch of time is missing: something failed", () => {
  expect(
    isTailSampled(
      exports,
      backend((n) => n < TRACES / 2),
    ),
  ).toBe(false);
});

test("one service is missing: its spans were lost", () => {
  expect(
    isTailSampled(
      exports,
      backend((n, service) => isThird(n) || service === "frontend"),
    ),
  ).toBe(false);
});

test("nothing is missing", () => {
  expect(
    isTailSampled(
      exports,
      backend(() => true),
    ),
  ).toBe(false);
});

/** frontend → orders, forty times, each in a trace of its own; the backend has both spans of those that `has` tells, and both services have others. */
function exchanged(
  has: (n: number) => boolean,
  parts: readonly ("client" | "server")[] = ["client", "server"],
  isAsked: (n: number) => boolean = () => true,
) {
  const requests = Array.from({ length: TRACES }, (_, i) =>
    request("frontend → orders", { at: 1_000 * i, until: 1_000 * i + 80, fields: [traceparent(i + 1, 32 * i + 2)] }),
  );
  const spans = requests.flatMap((call, i) => {
    const made = {
      client: client(call, { trace: i + 1, id: 32 * i + 2, parent: 32 * i + 1 }),
      server: server(call, { trace: i + 1, id: 32 * i + 3, parent: 32 * i + 2 }),
    };
    return has(i + 1)
      ? Object.values(made)
      : (["client", "server"] as const).filter((kind) => !parts.includes(kind)).map((kind) => made[kind]);
  });
  const asked = new Set(
    Array.from({ length: TRACES }, (_, i) => i + 1)
      .filter(isAsked)
      .map(trace),
  );
  return look({ requests, spans, backend: { isLookedUp: (traceId) => asked.has(traceId), isWindowSearched: asked.size === TRACES } });
}

test("the traces on the wire show it, too, where no export was captured", () => {
  const seen = exchanged(isThird);
  expect(seen.blamed).toEqual([]);
  expect(seen.isTailSampled).toBe(true);
});

test("traces that were not looked up show nothing", () => {
  const isEven = (n: number) => n % 2 === 0;
  expect(exchanged(isThird, ["client", "server"], isThird).isTailSampled).toBe(false);
  expect(exchanged((n) => isThird(n) && isEven(n), ["client", "server"], isEven).isTailSampled).toBe(true);
  const asked = new Set(
    Array.from({ length: TRACES }, (_, i) => i + 1)
      .filter(isThird)
      .map(trace),
  );
  expect(isTailSampled(exports, backend(isThird), (traceId) => asked.has(traceId))).toBe(false);
  // A search of all of the capture's time finds those that nobody asked for by their ids.
  expect(isTailSampled(exports, backend(isThird), (traceId) => asked.has(traceId), true)).toBe(true);
});

test("a stretch of time without the traces of one entry is no sampling, though those of another go on", () => {
  const calls = Array.from({ length: 2 * TRACES }, (_, i) => {
    const target = i % 2 === 0 ? "/early" : "/always";
    const call = request("frontend → orders", { at: 500 * i, until: 500 * i + 80, target, fields: [traceparent(i + 1, 32 * i + 2)] });
    const ids = { trace: i + 1, id: 32 * i + 2, parent: 32 * i + 1 };
    const spans = [client(call, ids), server(call, { ...ids, id: 32 * i + 3, parent: ids.id })];
    return { call, spans: i % 2 === 0 && i < TRACES ? [] : spans };
  });
  const requests = calls.map(({ call }) => call);
  const seen = look({ requests, spans: calls.flatMap(({ spans }) => spans) });
  expect(seen.isTailSampled).toBe(false);
  expect(seen.blamed[0]).toMatch(/^error unrecorded: frontend → orders 20\/80, orders, /);
});

test("a stretch of time without traces is no sampling", () => {
  expect(exchanged((n) => n < TRACES / 2).isTailSampled).toBe(false);
});

test("the receiver's spans alone are lost with it", () => {
  const seen = exchanged(isThird, ["server"]);
  expect(seen.isTailSampled).toBe(false);
  expect(seen.blamed[0]).toMatch(/^error unrecorded: frontend → orders \d+\/40, orders, /);
});
