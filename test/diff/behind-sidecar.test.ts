// A sidecar hands requests on over loopback, where captures seldom look: the application's SERVER span names a peer that no exchange has.

import { describe, expect, it } from "vitest";
import type { Span } from "../../src/spans/span.ts";
import { look, type Request, request, server, times, trace } from "../diagnosis/build-view.ts";
import { checkout, nTimes, requestsOf } from "../diagnosis/cases/case.ts";

const LOOPBACK = "127.0.0.1";

/** As the application writes it that was asked by its sidecar; in another trace. */
function handedOn(of: Request, i: number, port = 5_000 + i): Span {
  const made = server(of, { trace: 900 + i, id: 900 + i });
  return { ...made, attributes: { ...made.attributes, "network.peer.address": LOOPBACK, "network.peer.port": port } };
}

describe("a SERVER span that was begun on loopback", () => {
  const calls = nTimes(4, (i) => checkout(i));
  const spans = calls.flatMap(({ spans: own, outbound }, i) => [own.frontend, own.call, handedOn(outbound, i)]);

  it("is of the request that the sidecar received, whose context did not reach the application", () => {
    const { said, findings, view } = look({ requests: requestsOf(calls), spans });
    expect(view.diff.matches.get(1)).toMatchObject({ server: { traceId: trace(900) }, serverBy: "time and name" });
    expect(said).toEqual(["error ignored: frontend → orders 4/4, orders, unknown"]);
    expect(findings[0]?.otherCauses.map(({ cause }) => cause)).toEqual(["proxy-drops-header", "header-truncated", "format-mismatch"]);
    expect(findings[0]?.fix).toContain("Capture the loopback");
  });

  it("is of the exchange on loopback where that is captured", () => {
    const inner = calls.map(({ outbound }): Request => {
      return { ...outbound, from: LOOPBACK, to: `${LOOPBACK}:9000`, at: outbound.at + 1, fields: [] };
    });
    // A connection of the builder has its port by the time of its request.
    const own = calls.map(({ outbound }, i) => handedOn(outbound, i, 40_000 + outbound.at + 1));
    const { view } = look({ requests: [...requestsOf(calls), ...inner], spans: own });
    const hops = own.map((span) => view.table.hop(view.diff.hopOf.get(span) ?? -1));
    expect(hops.map(({ client, path }) => `${client.address} ${path}`)).toEqual(inner.map(({ target }) => `${LOOPBACK} ${target}`));
  });

  it("is not of another connection on loopback", () => {
    const others = times(4, (i) => [request(`${LOOPBACK} → ${LOOPBACK}:9000`, { at: 1_000 * i + 20, target: `/stock/${i}` })]);
    const { matches } = look({ requests: others, spans: others.map((of, i) => handedOn(of, i)) }).view.diff;
    expect(matches.size).toBe(0);
  });
});
