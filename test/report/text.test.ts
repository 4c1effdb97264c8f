// The text report over small captures, as lines that a reader must find.

import { describe, expect, test, vi } from "vitest";
import type { Packet } from "../../src/capture/packet.ts";
import type { Span } from "../../src/spans/span.ts";
import { MAX_EDGES_TOLD, MAX_FINDINGS_TOLD } from "../../src/wire/limits.ts";
import { Conversation } from "../tcp/build-packets.ts";
import { exchange, inspectPackets, NOON, render, spanId, trace, traceparent } from "./inspect-packets.ts";

const [CLIENT, PROXY, APP] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
const UUID = "7f3c1a52-9d1b-4c8e-a0f4-00000000000";

/** Five requests through a proxy, which loses the context of those to /api/orders. */
function strippingProxy(appOf: (n: number) => string = () => APP): Packet[] {
  return [0, 1, 2, 3, 4].flatMap((n) => {
    const target = n < 3 ? `/api/orders/${n}?token=secret` : `/api/users/${n}`;
    const id = `x-request-id: ${UUID}${n}`;
    return [
      ...exchange({ client: CLIENT, server: PROXY, serverPort: 80, at: n * 100, lasts: 20, target, fields: [traceparent(n, n), id] }),
      ...exchange({ client: PROXY, server: appOf(n), at: n * 100 + 5, lasts: 5, target, fields: n < 3 ? [id] : [traceparent(n, n), id] }),
    ];
  });
}

function healthy(): Packet[] {
  return [0, 1].flatMap((n) => [
    ...exchange({ client: CLIENT, server: PROXY, serverPort: 80, at: n * 100, lasts: 20, fields: [traceparent(n, n)] }),
    ...exchange({ client: PROXY, server: APP, at: n * 100 + 5, lasts: 5, fields: [traceparent(n, n)] }),
  ]);
}

function serverSpan(n: number, traceId = trace(n)): Span {
  return {
    traceId,
    spanId: spanId(100 + n),
    parentSpanId: spanId(n),
    name: "GET /",
    kind: "server",
    startedAt: NOON + n * 100_000 + 5_500,
    endedAt: NOON + n * 100_000 + 9_000,
    error: false,
    resource: { service: "shop" },
    scope: "",
    links: [],
    attributes: {},
  };
}

describe("a request over several packets", () => {
  test("is proven by its first one, with the one that Wireshark shows it at", async () => {
    const post = (client: string, server: string, serverPort: number, at: number, fields: readonly string[]) => {
      const conversation = new Conversation({ client, server, clientPort: 41_000 + at, serverPort, at: NOON + at * 1_000 }).open();
      conversation.send("client", ["POST /orders HTTP/1.1", `host: ${server}`, "content-length: 3", ...fields, "", ""].join("\r\n"));
      conversation.send("client", "abc");
      return conversation.wait(5_000).send("server", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").close().packets;
    };
    const id = `x-request-id: ${UUID}1`;
    const packets = [...post(CLIENT, PROXY, 80, 0, [traceparent(1, 1), id]), ...post(PROXY, APP, 8080, 1, [id])];
    const report = render(await inspectPackets(packets));
    const [, came = "", shown = ""] = /#(\d+) .*\(Wireshark shows it at #(\d+)\)/.exec(report) ?? [];
    expect(Number(shown)).toBeGreaterThan(Number(came));
    const { lastPacket, packet } = (await inspectPackets(packets)).graph.table.hop(0).exchange.request ?? {};
    expect([packet?.number, lastPacket]).toEqual([Number(came), Number(shown)]);
  });
});

describe("a fault", async () => {
  const inspection = await inspectPackets(strippingProxy());
  const report = render(inspection);
  const lines = report.split("\n");

  test("says what was captured, then the verdict with its counts", () => {
    expect(lines[0]).toMatch(/^1 capture · \d+ packets · 4\d\d ms from 2026-11-22 12:00:00\.000 UTC · 10 exchanges on 2 edges$/);
    expect(lines[1]).toBe("5 traces on the wire · no backend asked: --jaeger or --traces FILE shows what was recorded");
    expect(lines[3]).toMatch(/^✖ .*strips the trace context: 3 of 5 requests/);
    expect(lines[4]).toMatch(/^ {2}stripped · proxy-drops-header · certain · 10\.0\.0\.2:80, proxy$/);
  });

  test("of two findings with one cause, each reason says which it is of", async () => {
    const told = render(await inspectPackets(strippingProxy((n) => (n === 0 ? "10.0.0.4" : APP)))).split("\n");
    expect(told.filter((line) => line.startsWith("✖"))).toHaveLength(2);
    expect(told.filter((line) => line.includes("with a context and went out without one"))).toEqual([
      "  Why    10.0.0.2:80 → 10.0.0.4:8080: it came into 10.0.0.2:80 with a context and went out without one.",
      "         10.0.0.2:80 → 10.0.0.3:8080: the 2 came into 10.0.0.2:80 with a context and went out without one.",
    ]);
  });

  test("says of which part of the time its counts are, where not all exchanges were kept", async () => {
    const sampled = await inspectPackets(strippingProxy());
    sampled.graph.table.exchanges.sample.halve();
    expect(render(sampled).split("\n")[0]).toMatch(/ · 10 exchanges \(of one second in 2\) on 2 edges$/);
  });

  test("says which traces belong together, within bounds", async () => {
    const own = (n: number) => ({
      ...serverSpan(n, trace(50 + n)),
      attributes: { "http.request.method": "GET", "url.path": `/api/orders/${n}` },
    });
    const { parentSpanId: _, ...root } = own(0);
    const spans = [root, own(1), own(2)].map((span) => ({ ...span, resource: { service: "shop" } }));
    const told = render(await inspectPackets(strippingProxy(), spans)).split("\n");
    const at = told.indexOf("Traces that belong together  3 broken traces; --export-stitched FILE writes each as one");
    expect(told.slice(at + 1, at + 5)).toEqual([
      "  10.0.0.2:80 → shop: 3 traces go on under another id",
      expect.stringMatching(new RegExp(`^    ${trace(0)} → ${trace(50)}  a\\.pcap #\\d+$`)),
      expect.stringMatching(new RegExp(`^    ${trace(1)} → ${trace(51)}  a\\.pcap #\\d+$`)),
      "    and 1 more: --verbose, --format json",
    ]);
    // Without spans, where contexts were only lost, the finding has said all.
    expect(report).not.toContain("Traces that belong together");
  });

  test("draws the way of the requests", () => {
    expect(report).toContain("10.0.0.1 ──5/5──▶ 10.0.0.2:80 ──2/5──▶ 10.0.0.3:8080");
    expect(report).toContain("▲ 3 lost here");
  });

  test("proves it with frames, fields and a filter", () => {
    expect(report).toMatch(/Proof {2}a\.pcap #4 .*GET \/api\/orders\/0\n {11}traceparent: 00-4bf92f3577b34da6a3ce929d0e0e0000-/);
    expect(report).toContain("no trace context");
    expect(report).toContain("http.request and ip.src == 10.0.0.2 and ip.dst == 10.0.0.3 and tcp.dstport == 8080");
    expect(report).toContain('http.request.uri matches "^/api/orders/[^/?]+([?]|$)"');
    expect(report).toContain("2 more exchanges");
  });

  test("marks the edge, and ends with commands to paste", () => {
    expect(report).toMatch(/10\.0\.0\.2:80 +10\.0\.0\.3:8080 +HTTP\/1\.1 +5 +2 +2 +– +3 +– +✖ 3 stripped/);
    expect(report).toContain("traceinspect explain context-stripped\n");
    expect(report).toContain(`traceinspect trace ${trace(0)} pods/a.pcap\n`);
  });

  test("never prints a query", () => {
    for (const hops of ["none", "all"] as const) expect(render(inspection, { hops, isVerbose: true })).not.toContain("secret");
  });

  test("lists every exchange when asked", () => {
    const listing = render(inspection, { hops: "all" });
    expect(listing).toMatch(/^a\.pcap #4 +12:00:00\.\d{6} {2}10\.0\.0\.1:\d+ → .*GET \/api\/orders\/0 {2}200 {2}ok$/m);
    expect(listing.match(/✖ stripped$/gm)).toHaveLength(3);
    expect(render(inspection, { hops: "faulty" })).toContain("Affected exchanges  3 exchanges");
  });

  test("a pipe gets the text of a wide terminal without colour", () => {
    const wide = { width: 400, isTerminal: true };
    expect(render(inspection, wide)).toBe(report);
    expect(render(inspection, { ...wide, isColoured: true }).replaceAll(/\u001b\[[\d;]+m/g, "")).toBe(report);
  });

  test("on a terminal, prose and tables keep to the width", () => {
    const prose = render(inspection, { isTerminal: true, width: 80 })
      .split("\n")
      .filter((line) => !/http\.request|traceinspect|\$http_/.test(line));
    expect(prose.filter((line) => line.length > 80)).toEqual([]);
  });

  test("a note of names and clocks with --verbose", () => {
    const verbose = render(inspection, { isVerbose: true });
    expect(verbose).toContain("Workloads");
    expect(verbose).toContain("named by");
  });
});

describe("nothing wrong", () => {
  test("four lines at most, and no table", async () => {
    const report = render(await inspectPackets(healthy(), [serverSpan(0), serverSpan(1)]));
    expect(report.trimEnd().split("\n").length).toBeLessThanOrEqual(4);
    expect(report).toContain("2 traces on the wire · 2 in traces.json");
    expect(report).toContain(
      "✔ Every context was carried on: 4 of 4 exchanges observed, 4 with a context, 2 matched with their SERVER spans",
    );
  });

  test("of traces that were not looked up nothing is said to be missing", async () => {
    const packets = Array.from({ length: 6 }, (_, n) =>
      exchange({ client: CLIENT, server: PROXY, serverPort: 80, at: n * 100, lasts: 20, fields: [traceparent(n, n)] }),
    ).flat();
    const report = render(await inspectPackets(packets, [serverSpan(0), serverSpan(1), serverSpan(4)], 2));
    expect(report).toContain("6 traces on the wire · 3 in traces.json (2 were looked up)\n");
    expect(report).toContain("3 matched with their SERVER spans, only 2 traces looked up (--max-traces).");
  });

  test("receivers without spans are counted by their exchanges", async () => {
    const packets = [0, 1, 2, 3, 4].flatMap((n) =>
      exchange({ client: CLIENT, server: `10.0.1.${n}`, at: n * 100, lasts: 20, fields: [traceparent(n, n)] }),
    );
    expect(render(await inspectPackets(packets, [serverSpan(9)]))).toMatch(
      /0 matched with their SERVER spans, none for 1 to \S+, 1 to \S+, 1 to \S+ and 2 to 2 others\./,
    );
  });

  test("a receiver that the backend has never heard of is named", async () => {
    const packets = [
      ...exchange({ client: CLIENT, server: PROXY, serverPort: 80, at: 0, lasts: 20, fields: [traceparent(0, 0)] }),
      ...exchange({ client: CLIENT, server: "10.0.0.9", at: 300, lasts: 20, fields: [traceparent(4, 4)] }),
    ];
    const span = serverSpan(0);
    const report = render(await inspectPackets(packets, [{ ...span, startedAt: span.startedAt - 5_000 }]));
    expect(report).toContain("whether 10.0.0.9:8080 (1 request) makes spans and loses them: traces.json holds none.");
    expect(render(await inspectPackets(healthy(), [serverSpan(0), serverSpan(1)]))).not.toContain("makes spans");
  });

  test("traces that the backend lacks are not passed over, though no capture shows why", async () => {
    const packets = [0, 1].flatMap((n) =>
      exchange({ client: CLIENT, server: PROXY, serverPort: 80, at: n * 100, lasts: 20, fields: [traceparent(n, n)] }),
    );
    const report = render(await inspectPackets(packets, [{ ...serverSpan(0), kind: "internal" }]));
    expect(report).toContain("2 traces on the wire · 1 in traces.json · 1 not there");
    expect(report).toMatch(/^ {2}1 trace is not in traces\.json, and these captures do not show why: capture behind \S+\.$/m);
  });

  test("unsampled traces are absent by right", async () => {
    const packets = exchange({ client: CLIENT, server: APP, at: 0, lasts: 5, fields: [traceparent(9, 9, "00")] });
    expect(render(await inspectPackets([...packets, ...healthy()], [serverSpan(0), serverSpan(1)]))).toContain(
      "1 unsampled (flags 00, absent by right)",
    );
  });

  test("no context at all is no ✔", async () => {
    const report = render(await inspectPackets(exchange({ client: CLIENT, server: APP, at: 0, lasts: 5 })));
    expect(report).toContain("? No request carries a trace context (0 of 1)");
    expect(report).not.toContain("✔");
  });

  test("what cannot be read qualifies the verdict", async () => {
    const hello = Uint8Array.from([22, 3, 1, 0, 5, 1, 0, 0, 1, 0]);
    const tls = new Conversation({ client: CLIENT, server: APP, serverPort: 8443, at: NOON }).open().send("client", hello).packets;
    const report = render(await inspectPackets([...healthy(), ...tls]));
    expect(report).toContain("✔ Every context that could be read was carried on");
    expect(report).toContain("1 connection to 10.0.0.3:8443 is encrypted.");
    expect(report).toContain("-i lo");
  });

  test("a handshake that failed hides nothing, and no key would open it", async () => {
    const hello = Uint8Array.from([22, 3, 1, 0, 5, 1, 0, 0, 1, 0]);
    const tls = new Conversation({ client: CLIENT, server: APP, serverPort: 8443, at: NOON }).open().send("client", hello).close().packets;
    const report = render(await inspectPackets([...healthy(), ...tls]));
    expect(report).toContain("✔ Every context was carried on");
    expect(report).toContain("1 connection to 10.0.0.3:8443 is TLS with a failed handshake, and carried no requests.");
  });
});

describe("nothing to look at", () => {
  test("says what the capture holds and which would help", async () => {
    const hello = Uint8Array.from([22, 3, 1, 0, 5, 1, 0, 0, 1, 0]);
    const tls = new Conversation({ client: CLIENT, server: APP, serverPort: 443, at: NOON }).open().send("client", hello).packets;
    const report = render(await inspectPackets(tls));
    expect(report).toContain("no HTTP seen");
    expect(report).toMatch(/In it: \d packets of TLS \(encrypted\) on port 443 \(1 connection\)\./);
    expect(report).toContain("To see trace headers: capture where TLS ends");
  });

  test("not even a packet", async () => {
    expect(render(await inspectPackets([]))).toContain("It holds no packets.");
  });
});

describe("strangers' text", () => {
  test("escape sequences in paths and fields are shown, not sent", async () => {
    const fields = [`tracestate: a=\u001b[2J`, traceparent(1, 1)];
    const inspection = await inspectPackets(exchange({ client: CLIENT, server: APP, at: 0, lasts: 5, target: "/a\u009b31m", fields }));
    const report = render(inspection, { hops: "all", isVerbose: true, isTerminal: true });
    expect(report).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  test("baggage values stay private unless asked for", async () => {
    const fields = [traceparent(1, 1), "baggage: user=alice"];
    const inspection = await inspectPackets(exchange({ client: CLIENT, server: APP, at: 0, lasts: 5, fields }));
    expect(render(inspection, { hops: "all" })).not.toContain("alice");
    expect(render(inspection, { hops: "all" })).toContain("baggage: 1 member, 10 characters: user (5)");
    expect(render(inspection, { hops: "all", showBaggage: true })).toContain("baggage: user=alice");
  });
});

describe("many faults", () => {
  /** So many proxies that lose the context of a request each. */
  const proxies = (n: number): Packet[] =>
    Array.from({ length: n }, (_, i) => {
      const [proxy, app] = [`10.1.${i >> 8}.${i & 255}`, `10.2.${i >> 8}.${i & 255}`];
      const id = `x-request-id: ${UUID}${i}`;
      return [
        ...exchange({ client: CLIENT, server: proxy, serverPort: 80, at: i * 100, lasts: 20, fields: [traceparent(i, i), id] }),
        ...exchange({ client: proxy, server: app, at: i * 100 + 5, lasts: 5, fields: [id] }),
      ];
    }).flat();

  test("are told up to a cap, the rest is counted", async () => {
    const n = 260;
    const report = render(await inspectPackets(proxies(n)), { isVerbose: true });
    const lines = report.split("\n");
    expect(lines.filter((line) => line.startsWith("✖"))).toHaveLength(MAX_FINDINGS_TOLD);
    expect(lines).toContain(`and ${n - MAX_FINDINGS_TOLD} more findings: --format json`);
    const table = lines.slice(lines.indexOf("Propagation by edge"));
    expect(table.filter((line) => line.includes("✖ 1 stripped"))).toHaveLength(n);
    expect(table).toContain(`  and ${2 * n - MAX_EDGES_TOLD} more edges: --format json`);
    expect(report).toContain(`${n} errors`);
  });

  test("are told with one look at all exchanges and edges, not one for each", async () => {
    const looks = async (n: number) => {
      const inspection = await inspectPackets(proxies(n));
      const { findingsOf, tally } = inspection.diagnosis;
      const counts = [vi.spyOn(findingsOf, Symbol.iterator), vi.spyOn(tally.edges, "values")] as const;
      render(inspection);
      return counts.map(({ mock }) => mock.calls.length);
    };
    expect(await looks(20)).toEqual(await looks(10));
  });
});
