import { describe, expect, it } from "vitest";
import { SpanIndex } from "../../src/diff/span-index.ts";
import type { TraceDiff } from "../../src/diff/trace-diff.ts";
import { calledName, findCalledOtherwise } from "../../src/naming/called-names.ts";
import { emptyDraft } from "../../src/naming/draft.ts";
import type { Span } from "../../src/spans/span.ts";
import { client, request, server, times } from "../diagnosis/build-view.ts";

it("a name is the first label of a host, and an address is none", () => {
  const hosts = ["orders.shop.svc:8080", "Orders", "10.7.0.3:8080", "[fd00::1]:80", undefined];
  expect(hosts.map(calledName)).toEqual(["orders", "orders", undefined, undefined, undefined]);
});

describe("a listener that is called by the name of no service", () => {
  /** Three calls each of orders, of stock, and of the one that is called `name` and has the spans of billing; the others are called `others`. */
  const isGateway = (name: string, others = (service: string) => service, isSending = false) => {
    const calls = ["orders", "stock", "billing"].flatMap((service, k) =>
      times(3, (i) => {
        const made = request("frontend → orders");
        const ids = { trace: 10 * k + i + 1, id: 10 * k + i + 1 };
        const called = service === "billing" ? name : others(service);
        const asking: Span = { ...client(made, ids), attributes: { "server.address": called } };
        return [asking, server(made, { ...ids, id: ids.id + 500, parent: ids.id, service })];
      }),
    );
    const spans = calls as Span[];
    const draft = emptyDraft("10.0.0.9", [8_080]);
    const rest = emptyDraft("10.0.0.4", [8_080]);
    const matches = new Map(
      Array.from({ length: spans.length / 2 }, (_, i) => [
        i,
        { client: spans[2 * i]!, server: spans[2 * i + 1]!, serverBy: "span id" as const, clientBy: "span id" as const },
      ]),
    );
    const index = new SpanIndex([{ traceId: "", spans, warnings: [] }]);
    findCalledOtherwise(
      { matches, index } as unknown as TraceDiff,
      (hop) => (hop < 6 ? rest : draft),
      () => isSending,
    );
    return draft.isGateway;
  };

  it("stands before that service, where the others are called by their own names", () => {
    expect(isGateway("relay.shop")).toBe(true);
  });

  it("is the service where it is called so, where nothing is called so, or by its address", () => {
    expect(isGateway("billing.shop")).toBe(false);
    expect(isGateway("relay.shop", (service) => `${service.charAt(0)}${service.length}`)).toBe(false);
    expect(isGateway("10.0.0.9")).toBe(false);
    expect(isGateway("localhost:8080")).toBe(false);
  });

  it("is the service where its name only has something before or behind it, and where the capture shows what it sends", () => {
    expect(["billing-svc.shop", "shop-Billing", "BillingService"].map((name) => isGateway(name))).toEqual([false, false, false]);
    expect(isGateway("relay.shop", undefined, true)).toBe(false);
  });
});
