// Broken traces put together: the tree, its ids, what is marked, and what must not be joined.

import { describe, expect, test } from "vitest";
import type { Inspection } from "../../../src/diagnosis/inspection.ts";
import { stitchBroken, stitchOne } from "../../../src/report/stitched/stitch.ts";
import type { StitchedTrace } from "../../../src/report/stitched/stitched-trace.ts";
import { writeOtlp } from "../../../src/report/stitched/write-otlp.ts";
import { readOtlpJson } from "../../../src/spans/otlp-json.ts";
import type { Span, SpanKind } from "../../../src/spans/span.ts";
import { exchange, inspectPackets, NOON, spanId, trace, traceparent } from "../inspect-packets.ts";
import { writeAll } from "../write-all.ts";

const CLIENT = "10.0.0.1";
const PROXY = "10.0.0.2";
const ORDERS = "10.0.0.3";
const STOCK = "10.0.0.4";
const ORDERS_REQUEST = { attributes: { "http.request.method": "GET", "url.path": "/orders" } };

function span(
  n: number,
  parent: number | undefined,
  kind: SpanKind,
  service: string,
  at: number,
  traceId: string,
  more: Partial<Span> = {},
): Span {
  return {
    traceId,
    spanId: spanId(n),
    ...(parent === undefined ? {} : { parentSpanId: spanId(parent) }),
    name: `${service} ${kind}`,
    kind,
    startedAt: NOON + at * 1000,
    endedAt: NOON + (at + 5) * 1000,
    error: false,
    resource: { service },
    scope: "test",
    links: [],
    attributes: {},
    ...more,
  };
}

/** Five requests: client → proxy with a context, proxy → orders without one; orders begins a trace and calls stock. */
function stripped(spans = true, url = "http://user:pw@stock/items?token=secret#x") {
  const packets = [];
  const recorded: Span[] = [];
  for (let i = 0; i < 5; i++) {
    const at = i * 100;
    const own = trace(100 + i);
    const id = `x-request-id: r${i}`;
    packets.push(
      ...exchange({
        client: CLIENT,
        server: PROXY,
        serverPort: 80,
        at,
        lasts: 40,
        target: "/orders",
        fields: [traceparent(i, 10 + i), id],
      }),
      ...exchange({ client: PROXY, server: ORDERS, at: at + 2, lasts: 30, target: "/orders", fields: [id] }),
      ...exchange({
        client: ORDERS,
        server: STOCK,
        at: at + 8,
        lasts: 10,
        target: "/items?token=secret",
        fields: [`traceparent: 00-${own}-${spanId(30 + i)}-01`],
      }),
    );
    recorded.push(
      span(20 + i, undefined, "server", "orders", at + 3, own, ORDERS_REQUEST),
      span(30 + i, 20 + i, "client", "orders", at + 8, own, { attributes: { "url.full": url, "guid:x-request-id": `r${i}` } }),
      span(40 + i, 30 + i, "server", "stock", at + 9, own),
    );
  }
  return inspectPackets(packets, spans ? recorded : undefined);
}

function exported(traces: Iterable<StitchedTrace>, inspection: Inspection): string {
  let text = "";
  const sink = (piece: string) => {
    text += piece;
  };
  writeAll(writeOtlp(traces, inspection, sink));
  return text;
}

const spansOf = (text: string) => readOtlpJson(JSON.parse(text))!.traces.flatMap(({ spans }) => spans);

/** `service name KIND`, indented by what it is below. */
function tree(text: string): string[] {
  const all = spansOf(text);
  const lines = (parent: Span | undefined, depth: number): string[] =>
    all
      .filter((own) =>
        parent === undefined ? own.parentSpanId === undefined : own.parentSpanId === parent.spanId && own.traceId === parent.traceId,
      )
      .flatMap((own) => [`${"  ".repeat(depth)}${own.resource.service} ${own.kind}`, ...lines(own, depth + 1)]);
  return lines(undefined, 0);
}

function attributes(text: string, wanted: string): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  for (const { resource, scopeSpans } of JSON.parse(text).resourceSpans) {
    for (const { spans } of scopeSpans) {
      for (const own of spans) {
        const flat = (list: { key: string; value: object }[]) => list.map(({ key, value }) => [key, Object.values(value)[0]]);
        const service = Object.fromEntries(flat(resource.attributes))["service.name"];
        if (`${service} ${own.kind}` === wanted) found.push(Object.fromEntries(flat(own.attributes)));
      }
    }
  }
  return found;
}

describe("a proxy that strips", () => {
  test("what went on in another trace hangs below it, with ghosts where nobody records", async () => {
    const inspection = await stripped();
    const traces = [...stitchBroken(inspection)];
    expect(traces.map(({ traceId, traceIds }) => [traceId, traceIds])).toEqual(
      [0, 1, 2, 3, 4].map((i) => [trace(i), [trace(i), trace(100 + i)]]),
    );
    const text = exported(traces.slice(0, 1), inspection);
    expect(tree(text)).toEqual([
      `${CLIENT} client`,
      `  ${PROXY}:80 server`,
      `    ${PROXY}:80 client`,
      "      orders server",
      "        orders client",
      "          stock server",
    ]);
    expect(new Set(spansOf(text).map(({ traceId }) => traceId))).toEqual(new Set([trace(0)]));
  });

  test("recorded spans keep their ids, the caller's ghost has the id that stood on the wire", async () => {
    const ids = spansOf(exported([...stitchBroken(await stripped())].slice(0, 1), await stripped())).map((own) => own.spanId);
    expect(ids).toEqual(expect.arrayContaining([10, 20, 30, 40].map(spanId)));
    expect(new Set(ids).size).toBe(6);
  });

  test("what was found out stands in attributes", async () => {
    const inspection = await stripped();
    const text = exported([...stitchBroken(inspection)].slice(0, 1), inspection);
    expect(attributes(text, `${PROXY}:80 3`)).toEqual([
      expect.objectContaining({
        "traceinspect.ghost": true,
        "traceinspect.absence": "not instrumented",
        "traceinspect.capture": "a.pcap",
        "traceinspect.parent.because": "same request",
        "traceinspect.parent.inferred": false,
        "traceinspect.parent.confidence": 0.95,
        "traceinspect.finding": expect.stringContaining("strips the trace context"),
        "http.request.method": "GET",
        "url.path": "/orders",
        "http.response.status_code": "200",
      }),
    ]);
    expect(attributes(text, "orders 2")).toEqual([expect.objectContaining({ "traceinspect.original_trace_id": trace(100) })]);
    expect(attributes(text, "orders 2")[0]).not.toHaveProperty("traceinspect.ghost");
  });

  test("nothing private", async () => {
    const inspection = await stripped();
    const text = exported(stitchBroken(inspection), inspection);
    expect(text).not.toMatch(/secret|user:pw|r0/);
    expect(attributes(text, "orders 3")[0]).toMatchObject({ "url.full": "http://stock/items" });
  });

  test("ids and bytes are the same twice", async () => {
    const [one, other] = [await stripped(), await stripped()];
    // Ports of the made-up connections count on: only what was made from them may differ.
    expect(exported(stitchBroken(one), one)).toBe(exported(stitchBroken(one), one));
    expect(tree(exported(stitchBroken(one), one))).toEqual(tree(exported(stitchBroken(other), other)));
  });

  test("without a backend all of it is ghosts", async () => {
    const inspection = await stripped(false);
    const text = exported([...stitchBroken(inspection)].slice(0, 1), inspection);
    expect(tree(text)).toHaveLength(6);
    expect(text.match(/traceinspect\.ghost"/g)).toHaveLength(6);
    expect(text).toContain("no backend asked");
  });

  test("an inferred parent is marked; one that is less likely than not joins nothing", async () => {
    const inspection = await stripped();
    const { table } = inspection.graph;
    const lost = [...inspection.diagnosis.findingsOf.keys()];
    for (const hop of lost) table.link(hop, table.parent[hop]!, "timing", 0.75);
    const marked = attributes(exported(stitchBroken(inspection), inspection), `${PROXY}:80 3`);
    expect(marked).toHaveLength(5);
    expect(marked[0]).toMatchObject({ "traceinspect.parent.inferred": true, "traceinspect.parent.confidence": 0.75 });
    for (const hop of lost) table.link(hop, table.parent[hop]!, "timing", 0.4);
    expect([...stitchBroken(inspection)]).toEqual([]);
  });

  test("a join is as sure as what tells that the other id belongs to it", async () => {
    const inspection = await stripped(false);
    const { table } = inspection.graph;
    for (let hop = 0; hop < table.size; hop++) {
      const cause = table.parent[hop]!;
      if (inspection.diagnosis.findingsOf.get(cause) !== undefined) table.link(hop, cause, "timing", 0.6);
    }
    const joins = [...stitchBroken(inspection)].flatMap((each) => each.joins);
    expect(joins).toHaveLength(5);
    for (const { after, link } of joins) {
      expect(after).toBeDefined();
      expect(link).toMatchObject({ because: "timing", confidence: 0.6 });
    }
  });

  test("one trace by any of its ids", async () => {
    const inspection = await stripped();
    const whole = stitchOne(new Set([trace(103)]), inspection);
    expect(whole?.traceId).toBe(trace(3));
    expect(whole?.spans).toHaveLength(6);
    expect(whole?.joins).toMatchObject([{ before: trace(3), after: trace(103), link: { because: "same request" } }]);
    expect(stitchOne(new Set([trace(999)]), inspection)).toBeUndefined();
  });
});

describe("other ways to break", () => {
  test("a receiver that began anew hangs below its own call", async () => {
    const packets = [];
    const spans: Span[] = [];
    for (let i = 0; i < 5; i++) {
      const at = i * 100;
      packets.push(...exchange({ client: CLIENT, server: ORDERS, at, lasts: 30, target: "/orders", fields: [traceparent(i, 10 + i)] }));
      spans.push(
        span(10 + i, undefined, "client", "shop", at, trace(i)),
        span(20 + i, undefined, "server", "orders", at + 3, trace(100 + i), ORDERS_REQUEST),
      );
    }
    const inspection = await inspectPackets(packets, spans);
    const [first] = stitchBroken(inspection);
    expect(first?.joins).toMatchObject([{ before: trace(0), after: trace(100), link: undefined }]);
    const text = exported([first!], inspection);
    expect(tree(text)).toEqual(["shop client", "  orders server"]);
    expect(attributes(text, "orders 2")[0]).toMatchObject({
      "traceinspect.original_trace_id": trace(100),
      "traceinspect.finding": expect.stringContaining("ignores"),
    });
  });

  test("a span that nobody recorded is a ghost, and what names it hangs below", async () => {
    const packets = [];
    const spans: Span[] = [];
    for (let i = 0; i < 5; i++) {
      const at = i * 100;
      packets.push(
        ...exchange({ client: CLIENT, server: ORDERS, at, lasts: 40, target: "/orders", fields: [traceparent(i, 10 + i)] }),
        ...exchange({ client: ORDERS, server: STOCK, at: at + 8, lasts: 10, target: "/items", fields: [traceparent(i, 30 + i)] }),
      );
      spans.push(
        span(10 + i, undefined, "client", "shop", at, trace(i)),
        span(29, 200 + i, "internal", "orders", at + 7, trace(i)),
        span(30 + i, 200 + i, "client", "orders", at + 8, trace(i)),
        span(40 + i, 30 + i, "server", "stock", at + 9, trace(i)),
      );
    }
    const inspection = await inspectPackets(packets, spans);
    const [first] = stitchBroken(inspection);
    const text = exported([first!], inspection);
    expect(first?.joins).toEqual([]);
    expect(tree(text)).toEqual(["shop client", "  orders server", "    orders internal", "    orders client", "      stock server"]);
    expect(attributes(text, "orders 2")[0]).toMatchObject({ "traceinspect.ghost": true, "traceinspect.absence": "not in the backend" });
    expect(attributes(text, "orders 3")[0]).toMatchObject({ "traceinspect.original_parent_span_id": spanId(200) });
  });

  test("healthy traffic: nothing to put together", async () => {
    const packets = exchange({ client: CLIENT, server: ORDERS, at: 0, lasts: 10, fields: [traceparent(1, 1)] });
    const inspection = await inspectPackets(packets, [
      span(1, undefined, "client", "shop", 0, trace(1)),
      span(2, 1, "server", "orders", 1, trace(1)),
    ]);
    expect([...stitchBroken(inspection)]).toEqual([]);
    expect(exported([], inspection)).toBe('{"resourceSpans":[\n]}\n');
  });

  test("spans that are each other's parents are all there, and none is lost in the circle", async () => {
    const packets = exchange({ client: CLIENT, server: ORDERS, at: 0, lasts: 10, fields: [traceparent(1, 1)] });
    const spans = [
      span(1, 3, "client", "shop", 0, trace(1)),
      span(2, 1, "server", "orders", 1, trace(1)),
      span(3, 2, "internal", "orders", 2, trace(1)),
    ];
    const inspection = await inspectPackets(packets, spans);
    expect(stitchOne(new Set([trace(1)]), inspection)?.spans).toHaveLength(3);
  });

  test("two sides of a call that share an id (B3) are told apart", async () => {
    const packets = exchange({ client: CLIENT, server: ORDERS, at: 0, lasts: 10, fields: [`b3: ${trace(1)}-${spanId(7)}-1`] });
    const spans = [
      span(7, undefined, "client", "shop", 0, trace(1)),
      span(7, undefined, "server", "orders", 1, trace(1)),
      span(8, 7, "internal", "orders", 2, trace(1)),
    ];
    const inspection = await inspectPackets(packets, spans);
    const text = exported([stitchOne(new Set([trace(1)]), inspection)!], inspection);
    expect(tree(text)).toEqual(["shop client", "  orders server", "    orders internal"]);
    expect(attributes(text, "orders 2")[0]).toMatchObject({ "traceinspect.original_span_id": spanId(7) });
  });
});
