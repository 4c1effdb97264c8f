import { expect, test } from "vitest";
import { addressNames, type NameSources } from "../../src/naming/address-names.ts";
import type { SpanExport } from "../../src/protocols/observation.ts";
import { exported } from "../diagnosis/build-traffic.ts";
import { look, request, server, traceparent } from "../diagnosis/build-view.ts";

const [ORDERS, COLLECTOR] = ["10.0.0.4", "10.0.0.6"];
const call = request("frontend → orders", { fields: [traceparent(1, 2)] });
const other = request("frontend → orders:9090", { at: 200, fields: [traceparent(2, 3)] });
const exportOf = (from: string, ...services: string[]): SpanExport =>
  exported(
    from,
    services.map((service, i) => server(call, { service, id: 10 + i })),
    { at: 500 },
  );

function nameOf(host: string, exports: readonly SpanExport[], sources: Partial<NameSources> = {}, requests = [call]) {
  const { table } = look({ requests }).view;
  return addressNames({ given: new Map(), dns: [], blocks: new Map(), exports, ...sources }, table)(host, 8080);
}

test("who exports spans of one service is that service", () => {
  expect(nameOf(ORDERS, [exportOf("orders", "orders-api")])).toEqual({
    service: "orders-api",
    source: "exports",
    because: "its span exports",
  });
  const given = new Map([[ORDERS, { service: "mine" }]]);
  expect(nameOf(ORDERS, [exportOf("orders", "orders-api")], { given })?.service).toBe("mine");
});

test("who exports those of several, or takes exports in, is not named by them", () => {
  expect(nameOf(ORDERS, [exportOf("orders", "orders-api", "stock-api")])).toBeUndefined();
  expect(nameOf(COLLECTOR, [exportOf("orders", "orders-api"), exportOf("collector", "orders-api")])).toBeUndefined();
});

test("who asks itself by its own name passes none on", () => {
  const fields = [["host", "shop.example"]] as const;
  const requests = [request("frontend → orders", { fields }), request("orders → orders:9090", { at: 200, fields })];
  const names = addressNames({ given: new Map(), dns: [], blocks: new Map(), exports: [] }, look({ requests }).view.table);
  expect(names(ORDERS, 8080)?.service).toBe("shop.example");
  expect(names(ORDERS, 9090)?.service).toBe("shop.example");
});

test("a service without a name, and one of several listeners, are not named by them", () => {
  expect(nameOf(ORDERS, [exportOf("orders", "unknown_service:go")])).toBeUndefined();
  expect(nameOf(ORDERS, [exportOf("orders", "orders-api")], {}, [call, other])).toBeUndefined();
});
