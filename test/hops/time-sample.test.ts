import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exchangeAt } from "../../src/hops/exchange-at.ts";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import { TimeSample } from "../../src/hops/time-sample.ts";
import { standardFormats } from "../../src/propagation/registry.ts";
import type { HttpExchange } from "../../src/protocols/observation.ts";
import type { Anomaly } from "../../src/wire/anomaly.ts";
import { SECOND } from "../../src/wire/timestamp.ts";
import { exchange, NOON } from "./exchanges.ts";

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, "0");

const any = fc
  .record({
    at: fc.nat(2_000 * SECOND),
    port: fc.integer({ min: 1, max: 5 }),
    trace: fc.integer({ min: 1, max: 40 }),
    kind: fc.nat(7),
    target: fc.constantFrom("/", "/a", "/b/1?q=2"),
  })
  .map(({ at, port, trace, kind, target }): HttpExchange => {
    const traceparent = { name: "traceparent", value: `00-${hex(trace, 32)}-${hex(at + 1, 16)}-01` };
    const b3 = { name: "b3", value: `${hex(trace, 16)}-${hex(port, 16)}-1` };
    const id = { name: "x-request-id", value: `request ${at}` };
    const fields = [[], [traceparent], [b3], [traceparent, b3, id], [{ name: "host", value: `h${port}` }, traceparent]][kind % 5]!;
    const made = exchange({ at, target, fields, sequence: at, client: { address: "10.0.0.1", port } });
    const numbered = { ...made, connection: port };
    if (kind === 5) return { ...numbered, response: undefined, incomplete: "gap" };
    if (kind === 6) return { ...numbered, request: undefined, stream: 3 };
    return kind === 7 ? { ...numbered, grpc: { service: "", method: "", status: port, timeout: at } } : numbered;
  });

describe("exchanges of some seconds", () => {
  it("are kept as if there had been no others", () => {
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 400 }), fc.integer({ min: 8, max: 64 }), (exchanges, room) => {
        const limits: Anomaly[] = [];
        const table = new ExchangeTable(standardFormats, (limit) => limits.push(limit), room);
        for (const one of exchanges) table.add(one);
        const alone = new ExchangeTable(standardFormats, () => undefined);
        for (const one of exchanges) if (table.sample.takes((one.request ?? one.response)!.startedAt)) alone.add(one);
        expect(table.size).toBeLessThanOrEqual(room);
        expect(limits).toHaveLength(table.sample.oneIn === 1 && !table.sample.isSettled ? 0 : 1);
        const all = (of: ExchangeTable) => Array.from({ length: of.size }, (_, row) => exchangeAt(of, row));
        // What came when even the fewest seconds were too many is not there.
        expect(all(table)).toEqual(all(alone).slice(0, table.size));
        if (table.size === alone.size) {
          expect([...table.traceIds()]).toEqual([...alone.traceIds()]);
          expect([...table.ends]).toEqual([...alone.ends]);
        }
      }),
      { numRuns: 60 },
    );
  });

  // The hash of second 0 has no bit at all: it is in every sample.
  it.each([-NOON, 0, 1, 2, 3].map((first) => [first] as const))("are the first of them where all lie in one second (%i s)", (first) => {
    const at = first < 0 ? first : first * SECOND;
    const table = new ExchangeTable(standardFormats, () => undefined, 5);
    for (let n = 0; n < 12; n++) table.add(exchange({ at: at + n, sequence: n + 1 }));
    expect(table.sample.isSettled).toBe(true);
    expect(Array.from(table.requestSequence.subarray(0, table.size))).toEqual([1, 2, 3, 4, 5]);
  });

  it("are a half of those before, spread over the capture", () => {
    const sample = new TimeSample();
    const taken = () => Array.from({ length: 10_000 }, (_, second) => second).filter((second) => sample.takes(second * SECOND));
    let before = taken();
    for (let halved = 0; halved < 4; halved++) {
      sample.halve();
      const now = taken();
      expect(now.every((second) => before.includes(second))).toBe(true);
      expect(Math.abs(now.length / before.length - 0.5)).toBeLessThan(0.1);
      expect(now.some((second) => second % 2 === 0) && now.some((second) => second % 2 === 1)).toBe(true);
      before = now;
    }
  });
});
