import { describe, expect, test } from "vitest";
import type { Inspection } from "../../src/diagnosis/inspection.ts";
import { writeTraceView } from "../../src/report/trace-view.ts";
import { findTrace, parseTraceId } from "../../src/report/trace-view-id.ts";
import { writeTraceJson } from "../../src/report/trace-view-json.ts";
import { viewTrace } from "../../src/report/trace-view-rows.ts";
import type { Span, SpanKind } from "../../src/spans/span.ts";
import { UserError } from "../../src/wire/user-error.ts";
import { exchange, inspectPackets, NOON, PLAIN, spanId, trace, traceparent } from "./inspect-packets.ts";
import { writeAll } from "./write-all.ts";

const ID = "4bf92f3577b34da6a3ce929d0e0e4736";

describe("ids in any spelling", () => {
  test.each([
    [ID, ID],
    [ID.toUpperCase(), ID],
    [` ${ID}\n`, ID],
    [`"${ID}"`, ID],
    ["4bf92f35-77b3-4da6-a3ce-929d0e0e4736", ID],
    [`00-${ID}-00f067aa0ba902b7-01`, ID],
    [`traceparent: 00-${ID}-00f067aa0ba902b7-01`, ID],
    [`${ID}:00f067aa0ba902b7:0:1`, ID],
    [`${ID}%3A00f067aa0ba902b7%3A0%3A1`, ID],
    [`${ID}-00f067aa0ba902b7-1`, ID],
    [`http://localhost:16686/trace/${ID}?uiFind=00f067aa0ba902b7`, ID],
    ["4bf92f3577b34da6…", "4bf92f3577b34da6"],
    ["a3ce929d0e0e4736", "a3ce929d0e0e4736"],
    ["7b", "7b"],
  ])("%j", (text, digits) => {
    expect(parseTraceId(text)).toBe(digits);
  });

  test.each(["", "orders", `${ID}0`, "4bf9 2f35", "zz"])("%j is none", (text) => {
    expect(parseTraceId(text)).toBeUndefined();
  });

  test("padded, by the low 64 bits, cut to them, or by its beginning", () => {
    const other = "00000000000000000000000000000abc";
    const seen = new Set([ID, other]);
    expect(findTrace("abc", "abc", seen)).toBe(other);
    expect(findTrace("a3ce929d0e0e4736", "", seen)).toBe(ID);
    expect(findTrace("4bf92f35", "", seen)).toBe(ID);
    const short = "0000000000000000a3ce929d0e0e4736";
    expect(findTrace(ID, "", new Set([short]))).toBe(short);
  });

  test("not found: one sentence with the nearest, or the first", () => {
    expect(() => findTrace(`${ID.slice(0, -1)}7`, "X", new Set([ID]))).toThrow(
      new UserError(
        `trace X is not among those on the wire of these captures and of the backend, where one was asked. The nearest: ${ID}.`,
      ),
    );
    expect(() => findTrace("ffff", "ffff", new Set([ID]))).toThrow(/Seen were 1 others, as 4bf9/);
    expect(() => findTrace("ffff", "ffff", new Set())).toThrow(/no trace context at all/);
    expect(() => findTrace("4bf92f", "4bf92f", new Set([ID, `${ID.slice(0, -1)}0`]))).toThrow(/could be 2 traces/);
  });
});

const span = (n: number, parent: number | undefined, kind: SpanKind, service: string, at: number, traceId = trace(1)): Span => ({
  traceId,
  spanId: spanId(n),
  ...(parent === undefined ? {} : { parentSpanId: spanId(parent) }),
  name: `${service} ${kind}`,
  kind,
  startedAt: NOON + at * 1000,
  endedAt: NOON + at * 1000 + 2000,
  error: false,
  resource: { service },
  scope: "",
  links: [],
  attributes: {},
});

function shownOf(inspection: Inspection): string {
  let shown = "";
  const writing = writeTraceView(viewTrace(trace(1), inspection), inspection, PLAIN, (piece) => {
    shown += piece;
  });
  writeAll(writing);
  return shown;
}

describe("the dual view", async () => {
  const [CLIENT, APP, STOCK] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
  const packets = [
    ...exchange({ client: CLIENT, server: APP, at: 0, lasts: 40, target: "/orders", fields: [traceparent(1, 1)] }),
    ...exchange({ client: APP, server: STOCK, at: 20, lasts: 5, target: "/stock" }),
  ];
  const spans = [
    span(2, 1, "server", "orders", 1),
    span(3, 2, "internal", "orders", 8),
    span(4, undefined, "server", "stock", 21, trace(2)),
  ];
  const inspection = await inspectPackets(packets, spans);
  const view = viewTrace(trace(1), inspection);
  const shown = shownOf(inspection);

  test("hops and spans in the order of time, a span of the process is no gap", () => {
    const lines = shown.split("\n");
    expect(lines[0]).toContain(`trace ${trace(1)} · 2 hops · 2 spans · 1 ghost hop`);
    const at = (text: string) => lines.findIndex((line) => line.includes(text));
    expect(at("GET /orders")).toBeLessThan(at("orders internal"));
    expect(at("orders internal")).toBeLessThan(at("GET /stock"));
    expect(lines[at("orders internal")]).not.toContain("not in these captures");
  });

  test("the hop that lost the context is shown where it belongs", () => {
    expect(shown).toMatch(/GET \/stock {2}200 {2}a\.pcap #\d+ .*ghost: no context on the wire/);
    expect(view.rows.filter((row) => row.hop !== undefined && row.ghost !== undefined)).toHaveLength(1);
  });

  test("a context that is cut is no absent one", async () => {
    const cut = traceparent(1, 5).slice(0, 40);
    const sent = exchange({ client: APP, server: STOCK, at: 20, lasts: 5, target: "/stock", fields: [cut] });
    expect(shownOf(await inspectPackets([...packets.slice(0, packets.length / 2), ...sent], spans))).toContain(
      "ghost: no valid context on the wire",
    );
  });

  test("as JSON", () => {
    let json = "";
    const writing = writeTraceJson(view, inspection, PLAIN, (piece) => {
      json += piece;
    });
    writeAll(writing);
    const { traceId, rows } = JSON.parse(json);
    expect(traceId).toBe(trace(1));
    expect(rows).toHaveLength(view.rows.length);
    expect(rows[0].hop).toMatchObject({ method: "GET", path: "/orders", packet: 4 });
  });
});
