// Replies of more traces than a call takes arguments.

import { expect, test } from "vitest";
import type { ApiGeneration } from "../../src/backends/api-generation.ts";
import type { JaegerClient } from "../../src/backends/jaeger-client.ts";
import { lookUpTraces } from "../../src/backends/look-up-traces.ts";
import { API_GENERATIONS } from "../../src/backends/registry.ts";
import { searchWindow } from "../../src/backends/search-window.ts";
import { Interner } from "../../src/spans/interner.ts";
import type { Span } from "../../src/spans/span.ts";
import { traceId } from "./recording.ts";

const MANY = 200_000;

const span: Span = {
  traceId: traceId(1),
  spanId: "b".repeat(16),
  name: "GET /",
  kind: "server",
  startedAt: 0,
  endedAt: 1,
  error: false,
  resource: { service: "orders" },
  scope: "test",
  links: [],
  attributes: {},
};
const traces = Array.from({ length: MANY }, (_, n) => ({ traceId: traceId(n + 1), spans: [span], warnings: [] }));
const client = { call: async () => [new Uint8Array(1)] } as unknown as JaegerClient;
const api: ApiGeneration = { ...API_GENERATIONS[0]!, readTraces: () => ({ traces, warnings: [] }) };

test("a search of the window that answers with many traces keeps all of them", async () => {
  const found = await searchWindow(client, api, ["orders"], { from: 0, to: 0 }, MANY, new Interner());
  expect(found.traces).toHaveLength(MANY);
  expect(found).toMatchObject({ whole: false, warnings: [expect.stringContaining("was cut at")] });
});

test("a look-up that answers with many traces keeps all of them", async () => {
  const found = await lookUpTraces(client, api, [traceId(1)], 1, new Interner());
  expect(found.traces).toHaveLength(MANY);
});
