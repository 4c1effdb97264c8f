import { describe, expect, it } from "vitest";
import { spanRpcPath } from "../../src/spans/http-span.ts";
import type { Span } from "../../src/spans/span.ts";
import { client, look, request, server, traceparent } from "../diagnosis/build-view.ts";

/** As otelgrpc writes it: no HTTP attributes, no peer. */
function asCall(span: Span, attributes: Span["attributes"]): Span {
  return { ...span, name: "shop.Pricing/GetPrice", attributes };
}

const whole = { "rpc.system.name": "grpc", "rpc.method": "shop.Pricing/GetPrice" };
const inParts = { "rpc.system": "grpc", "rpc.service": "shop.Pricing", "rpc.method": "GetPrice" };
const call = request("frontend → orders", { method: "POST", target: "/shop.Pricing/GetPrice", fields: [traceparent(1, 2)] });

describe("spans of gRPC calls", () => {
  it("name the path of their call", () => {
    const span = server(call, {});
    expect(spanRpcPath(asCall(span, whole))).toBe("/shop.Pricing/GetPrice");
    expect(spanRpcPath(asCall(span, inParts))).toBe("/shop.Pricing/GetPrice");
    expect(spanRpcPath(asCall(span, { "rpc.method": "GetPrice" }))).toBeUndefined();
    expect(spanRpcPath(span)).toBeUndefined();
  });

  it.each([
    ["today", whole],
    ["before", inParts],
  ])("are found by time and call where no id joins them (as written %s)", (_, attributes) => {
    const bare = { ...call, fields: [] };
    const spans = [asCall(server(bare, { trace: 7, id: 7 }), attributes), asCall(client(bare, { trace: 1, id: 2 }), attributes)];
    const { view } = look({ requests: [bare], spans });
    expect(view.diff.matches.get(0)).toMatchObject({
      server: spans[0],
      serverBy: "time and name",
      client: spans[1],
      clientBy: "time and name",
    });
  });

  it("are not guessed where the capture hides fields of the request", () => {
    const hidden = { ...call, fields: [], head: "partial" as const };
    const { view } = look({ requests: [hidden], spans: [asCall(server(hidden, { trace: 7, id: 7 }), whole)] });
    expect(view.diff.matches.get(0)?.server).toBeUndefined();
  });
});
