import { expect, test } from "vitest";
import { look, request, times, traceparent } from "./build-view.ts";
import { forwarded, nTimes, requestsOf } from "./cases/case.ts";

const REQUESTS = 12;
const own = (i: number) => i + 1;

/** Twelve requests to a service, one after another; each brings about the calls that `callsOf` says, as the numbers of the traces that they carry. */
function said(callsOf: (i: number) => readonly number[], head: "full" | "partial" = "full") {
  const requests = times(REQUESTS, (i) => {
    const at = 1_000 * i;
    return [
      request("client → frontend", { at, target: "/mail", fields: [traceparent(own(i), 16 * own(i))], ...(i === 3 && { head }) }),
      ...callsOf(i).map((trace, k) =>
        request("frontend → orders", { at: at + 20 + k, until: at + 80, target: "/send", fields: [traceparent(trace, 500 + 20 * i + k)] }),
      ),
    ];
  });
  return look({ requests }).blamed;
}

test("a worker keeps the context of the first request for all that follow", () => {
  expect(said(() => [own(0)])).toEqual([`error split: frontend → orders ${REQUESTS - 1}/${REQUESTS}, frontend, goroutine-without-context`]);
});

test("a pooled connection keeps a context for some requests", () => {
  const isStale = (i: number) => i % 2 === 1;
  expect(said((i) => [isStale(i) ? own(i - 1) : own(i)])).toEqual([
    `error split: frontend → orders ${REQUESTS / 2}/${REQUESTS}, frontend, goroutine-without-context`,
  ]);
});

test("one call with another request's context is chance", () => {
  expect(said((i) => [i === 5 ? own(4) : own(i)])).toEqual([]);
});

test("each call carries the context of its request", () => {
  expect(said((i) => [own(i)])).toEqual([]);
});

test("some requests make two calls, and others none", () => {
  expect(said((i) => (i % 3 === 0 ? [] : [own(i), own(i)]))).toEqual([]);
});

test("as many calls as requests, all while their request is open", () => {
  expect(said((i) => (i % 2 === 0 ? [own(i), own(i)] : []))).toEqual([]);
});

test("a request that cannot be read may have had any of the calls", () => {
  expect(said(() => [own(0)], "partial").join("\n")).not.toContain("goroutine-without-context");
});

test("traces that come through a machine twice", () => {
  const requests = times(30, (i) => {
    const at = 1_000 * i;
    const fields = [traceparent(own(i), 16 * own(i))];
    return [
      request("client → frontend", { at, target: "/mail", fields }),
      request("client → frontend", { at: at + 5, target: "/mail", fields: [traceparent(own(i), 16 * own(i) + 1)] }),
      ...[20, 25].map((after) =>
        request("frontend → orders", {
          at: at + after,
          until: at + 80,
          target: "/send",
          fields: [traceparent(own(i), 2_000 + after + 30 * i)],
        }),
      ),
    ];
  });
  expect(look({ requests }).blamed).toEqual([]);
});

/** Sixty requests, of which every third is followed by two calls two seconds later; all calls carry the trace that `of` tells. */
function batches(of: (i: number) => number, requestTrace: (i: number) => number = own) {
  const requests = times(60, (i) => {
    const at = 1_000 * i;
    return [
      request("client → frontend", { at, until: at + 50, target: "/message", fields: [traceparent(requestTrace(i), 16 * own(i))] }),
      ...(i % 3 === 0 ? [2_100, 2_150] : []).map((after) =>
        request("frontend → orders", {
          at: at + after,
          until: at + after + 20,
          target: "/write",
          fields: [traceparent(of(i), 2_000 + after + 60 * i)],
        }),
      ),
    ];
  });
  return look({ requests }).blamed;
}

test("a batch writer keeps the context of its first message, and nothing tells which message each write is of", () => {
  expect(batches(() => own(0))).toEqual(["error split: frontend → orders 40/40, frontend, goroutine-without-context"]);
});

test("a job that one request began goes on while its caller asks for more in the same trace", () => {
  expect(
    batches(
      () => own(0),
      () => own(0),
    ),
  ).toEqual([]);
});

test("a proxy that writes a constant is said to write one and the same trace id, where a fresh one each time is a new trace", () => {
  const message = (outgoing: (i: number) => ReturnType<typeof traceparent>) =>
    look({ requests: requestsOf(nTimes(6, (i) => forwarded(i, { outgoing: [outgoing(i)] }))) }).findings[0]?.message;
  expect(message(() => traceparent(77, 78))).toMatch(/^ingress writes one and the same trace id: 6 of 6 requests to orders/);
  expect(message((i) => traceparent(77 + i, 78))).toMatch(/^ingress begins new traces: 6 of 6 requests to orders/);
});
