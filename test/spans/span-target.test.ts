import { expect, test } from "vitest";
import { spanTarget } from "../../src/spans/http-span.ts";
import type { Span } from "../../src/spans/span.ts";

function span(attributes: Span["attributes"]): Span {
  const times = { startedAt: 0, endedAt: 1 };
  return {
    traceId: "",
    spanId: "",
    name: "GET",
    kind: "client",
    ...times,
    error: false,
    resource: { service: "" },
    scope: "",
    links: [],
    attributes,
  };
}

test.each([
  [{ "server.address": "orders", "url.full": "http://elsewhere/" }, "orders"],
  [{ "url.full": "https://orders.shop.svc:8443/orders/7?x=1" }, "orders.shop.svc"],
  [{ "http.url": "http://user@10.0.0.4/" }, "10.0.0.4"],
  [{ "url.full": "https://[fd00::4]:8443/" }, "[fd00::4]"],
  [{ "net.peer.name": "stock" }, "stock"],
  [{ "url.full": "/relative" }, undefined],
  [{}, undefined],
])("%j was sent to %s", (attributes, target) => {
  expect(spanTarget(span(attributes))).toBe(target);
});
