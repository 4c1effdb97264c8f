import { expect, it } from "vitest";
import { failedExports } from "../../src/diagnosis/exporters/failed-exports.ts";
import type { Naming } from "../../src/naming/workload.ts";
import { MAX_FAILED_EXPORTS_TOLD } from "../../src/wire/limits.ts";
import { exported } from "./build-traffic.ts";
import { checkout, nTimes } from "./cases/case.ts";

const naming = { groupOf: (host: string) => (host === "10.0.0.4" ? "orders" : undefined) } as unknown as Naming;
const spans = nTimes(3, (i) => checkout(i)).map(({ spans: { orders } }) => orders);

it("of very many legs the worst are told, and the rest is a number", () => {
  const all = nTimes(MAX_FAILED_EXPORTS_TOLD + 3, (i) => ({
    ...exported("orders", spans, { at: 1_000, answer: { status: 503, grpcStatus: undefined } }),
    server: { address: "10.0.0.6", port: 5_000 + i },
  }));
  const told = failedExports(all, naming);
  expect(told).toHaveLength(MAX_FAILED_EXPORTS_TOLD + 1);
  expect(told.at(-1)).toBe("3 more exports of spans, of others or to others, were not taken either.");
});

it("exports that nobody took are told by exporter, collector and answer", () => {
  const all = [
    exported("orders", spans, { at: 1_000 }),
    exported("orders", spans, { at: 2_000, answer: { status: 429, grpcStatus: undefined } }),
    exported("orders", spans, { at: 3_000, answer: { status: 429, grpcStatus: undefined } }),
    exported("frontend", spans, { at: 3_000, answer: { grpcStatus: 14 } }),
    exported("stock", spans, { at: 3_000, answer: "none" }),
  ];
  expect(failedExports(all, naming)).toEqual([
    "2 of 3 exports of spans from orders to 10.0.0.6:4317 ended with HTTP 429; what they carried is lost unless it was sent again.",
    "1 of 1 exports of spans from 10.0.0.3 to 10.0.0.6:4317 ended with UNAVAILABLE (grpc-status 14); what they carried is lost unless it was sent again.",
  ]);
});
