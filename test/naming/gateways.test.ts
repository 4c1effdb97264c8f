import { describe, expect, it } from "vitest";
import type { HopSpans, TraceDiff } from "../../src/diff/trace-diff.ts";
import type { Hop } from "../../src/hops/hop.ts";
import type { HopTable } from "../../src/hops/hop-table.ts";
import { emptyDraft } from "../../src/naming/draft.ts";
import { findForwarders, findGateways } from "../../src/naming/gateways.ts";
import { client, type Request, request, server } from "../diagnosis/build-view.ts";

const N = 12;
const HOST = "10.0.0.5";
const CALL = request("frontend → orders");

/** `spansOf`: of the i-th exchange. */
const diffOf = (spansOf: (i: number) => HopSpans) =>
  ({ matches: new Map(Array.from({ length: N }, (_, i) => [i, spansOf(i)])) }) as unknown as TraceDiff;

describe("who only sends", () => {
  const sent = ({ method, target: path }: Request, host?: string) =>
    ({
      hop: (): Partial<Hop> => ({ observed: "full", method, path }),
      row: new Uint32Array(N),
      exchanges: { host: new Uint32Array(1).fill(host === undefined ? 0 : 1), hosts: { values: [host] } },
    }) as unknown as HopTable;
  /** `target`: the host that the CLIENT spans name. */
  const isForwarder = (ports: number[], services: readonly string[], table = sent(CALL), target?: string) => {
    const draft = emptyDraft(HOST, ports);
    const spansOf = (i: number): HopSpans => {
      const made = client(CALL, { service: services[i % services.length]! });
      const attributes = target === undefined ? made.attributes : { ...made.attributes, "server.address": target };
      return { client: { ...made, attributes }, clientBy: "span id" };
    };
    findForwarders(diffOf(spansOf), table, () => draft);
    return draft.isGateway;
  };

  it("passes calls on where their CLIENT spans are of several services", () => {
    expect(isForwarder([], ["frontend", "billing"])).toBe(true);
    expect(isForwarder([], ["frontend"])).toBe(false);
  });

  it("copies what came with its requests where the CLIENT spans are of others than it sends", () => {
    expect(isForwarder([], ["frontend"], sent(request("frontend → stock", { target: "/stock/7" })))).toBe(true);
    expect(isForwarder([], ["frontend"], sent(CALL, "orders.shop:8080"), "orders")).toBe(false);
    expect(isForwarder([], ["frontend"], sent(CALL, "orders.shop:8080"), "relay")).toBe(true);
  });

  it("is nobody who listens, too: what comes in there tells more", () => {
    expect(isForwarder([8_080], ["frontend", "billing"])).toBe(false);
  });
});

describe("a listener", () => {
  const isGateway = (peer: string | undefined, isOwnCall = false) => {
    const draft = { ...emptyDraft(HOST, [8_080]), received: N };
    const made = server(CALL, {});
    const spansOf = (): HopSpans => ({
      server: { ...made, attributes: peer === undefined ? {} : { "network.peer.address": peer } },
      serverBy: "span id",
    });
    findGateways(
      diffOf(spansOf),
      () => draft,
      () => isOwnCall,
    );
    return draft.isGateway;
  };

  it("hands on what its own machine asks another for", () => {
    expect(isGateway(HOST)).toBe(true);
    expect(isGateway(HOST, true)).toBe(false);
  });

  it("is the service itself where its spans name others, a sidecar, or nobody", () => {
    expect(["10.0.0.7", "127.0.0.1", undefined].map((peer) => isGateway(peer))).toEqual([false, false, false]);
  });
});
