// Behind a translation of the caller's address, a SERVER span names the end that only the capture at the receiver shows.

import { describe, expect, it } from "vitest";
import { matchSpans } from "../../src/diff/match-spans.ts";
import { buildHops } from "../../src/hops/build-hops.ts";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import { standardFormats } from "../../src/propagation/registry.ts";
import type { Span } from "../../src/spans/span.ts";
import type { Endpoint } from "../../src/wire/endpoint.ts";
import { request, server, trace, traceparent } from "../diagnosis/build-view.ts";
import { CLIENT, exchange, NOON, type Options, SERVICE } from "../hops/exchanges.ts";

const NODE: Endpoint = { address: "192.168.0.10", port: 31_000 };
const OTHER_NODE: Endpoint = { address: "192.168.0.11", port: 31_000 };
const FIELDS = [{ name: "traceparent", value: traceparent(1, 2)[1] }];
const PATH = "/stock";

/** One exchange, before its translation and, as seen last, behind it. */
function translated(through: Endpoint, { at = 0, ...options }: Options = {}): Options[] {
  const sent = { target: PATH, fields: FIELDS, sequence: at + 1, ...options };
  return [
    { ...sent, server: SERVICE, at, answered: at + 500 },
    { ...sent, client: through, vantage: 1, at: at + 20, answered: at + 480 },
  ];
}

function matched(seen: readonly Options[], span: Span) {
  const exchanges = new ExchangeTable(standardFormats, () => undefined);
  for (const options of seen) exchanges.add(exchange(options));
  const graph = buildHops(exchanges, [], 2, []);
  const { hopOf, matches } = matchSpans(graph, [{ traceId: span.traceId, spans: [span], warnings: [] }]);
  const hop = hopOf.get(span);
  return { hops: graph.hops, hop, by: hop === undefined ? undefined : matches.get(hop)?.serverBy };
}

/** Of the exchange at noon. */
function spanOf(peer: Partial<Endpoint>, { path = PATH, ...ids }: { path?: string; trace?: number; parent?: number }): Span {
  const made = server(request("client → orders", { target: path }), { id: 3, ...ids });
  const { "network.peer.address": _, "network.peer.port": __, ...own } = made.attributes;
  const named = Object.entries(peer).map(([part, value]) => [`network.peer.${part}`, value]);
  return { ...made, startedAt: NOON + 100, endedAt: NOON + 400, attributes: { ...own, ...Object.fromEntries(named) } };
}

describe("a SERVER span whose peer is the far end of a translation", () => {
  const joined = { trace: 1, parent: 2 };

  it.each([
    ["with its port", NODE],
    ["without a port", { address: NODE.address }],
  ])("is found by its context, %s", (_, peer) => {
    const { hops, hop, by } = matched(translated(NODE), spanOf(peer, joined));
    expect(hops[0]?.clients).toEqual([CLIENT, NODE]);
    expect([hop, by]).toEqual([0, "span id"]);
  });

  it.each([
    ["with another port", { ...NODE, port: 31_001 }],
    ["at another address", { address: OTHER_NODE.address }],
  ])("is another exchange's, %s", (_, peer) => {
    expect(matched(translated(NODE), spanOf(peer, joined)).hop).toBeUndefined();
  });

  it("is found by its context though the path was rewritten on the way", () => {
    expect(matched(translated(NODE), spanOf(NODE, { ...joined, path: "/inner" }))).toMatchObject({ hop: 0, by: "span id" });
  });

  it("tells which of two exchanges of one context it is, where both came out of the same port", () => {
    const twice = [...translated(NODE), ...translated(OTHER_NODE, { at: 2_000, client: { ...CLIENT, port: CLIENT.port + 1 } })];
    expect(matched(twice, spanOf(NODE, joined))).toMatchObject({ hop: 0, by: "span id" });
    expect(matched(twice, spanOf(OTHER_NODE, joined))).toMatchObject({ hop: 1, by: "span id" });
  });

  it("is found by time and name where it began another trace and tells no port", () => {
    expect(matched(translated(NODE), spanOf({ address: NODE.address }, { trace: 9 }))).toMatchObject({ hop: 0, by: "time and name" });
    expect(matched(translated(NODE), spanOf({ address: OTHER_NODE.address }, { trace: 9 })).hop).toBeUndefined();
  });

  it("is found by its port where it began another trace", () => {
    const span = spanOf(NODE, { trace: 9 });
    expect(span.traceId).toBe(trace(9));
    expect(matched(translated(NODE), span)).toMatchObject({ hop: 0, by: "peer port" });
    expect(matched(translated(NODE), spanOf({ ...NODE, port: 31_001 }, { trace: 9 })).hop).toBeUndefined();
  });
});
