import { describe, expect, it } from "vitest";
import { buildHops } from "../../src/hops/build-hops.ts";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import { standardFormats } from "../../src/propagation/registry.ts";
import { exchange, type Options } from "./exchanges.ts";

const PROXY = { address: "10.0.0.5", port: 8_080 };
const STOCK = { address: "10.0.0.6", port: 8_080 };
const context = (trace: number) =>
  [["traceparent", `00-${String(trace).padStart(32, "1")}-${"2".repeat(16)}-01`]].map(([name = "", value = ""]) => ({ name, value }));

/** A request through the proxy, as it is seen on both sides; `sent`: the trace that goes out. */
function passed(trace: number, sent = trace, target = "/stock"): Options[] {
  const at = trace * 10_000;
  return [
    { server: PROXY, at, answered: at + 4_000, sequence: trace, target, fields: context(trace) },
    {
      client: { address: PROXY.address, port: 40_000 + trace },
      server: STOCK,
      at: at + 1_000,
      answered: at + 3_000,
      sequence: 5_000 + trace,
      target,
      fields: context(sent),
    },
  ];
}

/** Of another caller, which no capture shows: while the proxy serves request `during`. */
function foreign(during: number, trace: number, more: Options = {}): Options {
  const at = during * 10_000 + 1_500;
  return {
    client: { address: PROXY.address, port: 50_000 },
    server: STOCK,
    at,
    answered: at + 900,
    sequence: 9_000,
    target: "/stock",
    fields: context(trace),
    ...more,
  };
}

/** `trace`: undefined for those without any. */
function parentsOf(seen: readonly Options[], trace?: number): (string | undefined)[] {
  const table = new ExchangeTable(standardFormats, () => undefined);
  for (const options of seen) table.add(exchange(options));
  const hops = buildHops(table, [], 1, []).table.all();
  const isMeant = (traceId: string | undefined) => (trace === undefined ? traceId === undefined : traceId?.endsWith(`1${trace}`));
  const outgoing = hops.filter(({ receiver, traceIds }) => receiver.host === STOCK.address && isMeant(traceIds[0]));
  return outgoing.map(({ parent }) => parent?.because);
}

const TWELVE = Array.from({ length: 12 }, (_, i) => i + 1);

describe("a machine that passes everything on with its ids", () => {
  it("did not send what carries other ids for a request that went on under its own", () => {
    const seen = [...TWELVE.flatMap((trace) => passed(trace)), foreign(6, 77)];
    expect(parentsOf(seen, 77)).toEqual([undefined]);
    expect(parentsOf(seen, 6)).toEqual(["forwarded unchanged"]);
  });

  it("nor for something else", () => {
    const seen = [...TWELVE.flatMap((trace) => passed(trace)), foreign(6, 77, { target: "/prices" })];
    expect(parentsOf(seen, 77)).toEqual([undefined]);
  });

  it("nor what carries none", () => {
    const seen = [...TWELVE.flatMap((trace) => passed(trace)), foreign(6, 77, { fields: [] })];
    expect(parentsOf(seen)).toEqual([undefined]);
    expect(parentsOf(seen, 6)).toEqual(["forwarded unchanged"]);
  });

  it("may have asked another without a context whether a request is allowed", () => {
    const guard = { address: "10.0.0.7", port: 8_080 };
    const seen = [...TWELVE.flatMap((trace) => passed(trace)), foreign(6, 77, { server: guard, fields: [] })];
    const table = new ExchangeTable(standardFormats, () => undefined);
    for (const options of seen) table.add(exchange(options));
    const hops = buildHops(table, [], 1, []).table.all();
    expect(hops.filter(({ receiver }) => receiver.host === guard.address).map(({ parent }) => parent?.because)).toEqual(["same request"]);
  });

  it("may have taken the context off one that did not go on otherwise", () => {
    const [came, went] = passed(13);
    expect(parentsOf([...TWELVE.flatMap((trace) => passed(trace)), came!, { ...went!, fields: [] }])).toEqual(["same request"]);
  });

  it("may have begun a new trace for one that did not go on otherwise", () => {
    const seen = [...TWELVE.flatMap((trace) => passed(trace)), ...passed(13, 77)];
    expect(parentsOf(seen, 77)).toEqual(["same request"]);
  });

  it("is none for passing them on inside itself, to its application", () => {
    const inside = (trace: number): Options[] => {
      const [came, went] = passed(trace);
      return [came!, { ...went!, server: { address: PROXY.address, port: 9_090 } }];
    };
    const seen = [...TWELVE.flatMap(inside), foreign(6, 77, { target: "/prices", client: { address: PROXY.address, port: 50_000 } })];
    expect(parentsOf(seen, 77)).toEqual(["only candidate"]);
  });

  it("is not told by a few requests", () => {
    const seen = [...TWELVE.slice(0, 6).flatMap((trace) => passed(trace)), foreign(6, 77)];
    expect(parentsOf(seen, 77)).toEqual(["same request"]);
  });
});
