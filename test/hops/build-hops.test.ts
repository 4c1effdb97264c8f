import { describe, expect, it } from "vitest";
import { buildHops } from "../../src/hops/build-hops.ts";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import { standardFormats } from "../../src/propagation/registry.ts";
import { CLIENT, exchange, type Options, POD, SERVICE } from "./exchanges.ts";

function hopsOf(seen: readonly Options[]) {
  const table = new ExchangeTable(standardFormats, () => undefined);
  for (const options of seen) table.add(exchange(options));
  const vantagePoints = Math.max(...seen.map(({ vantage = 0 }) => vantage)) + 1;
  return buildHops(table, [], vantagePoints, []).table.all();
}

describe("one exchange, several sightings", () => {
  it("is one hop where two captures show the same connection", () => {
    const hops = hopsOf([{ vantage: 0 }, { vantage: 1, at: 30 }]);
    expect(hops).toHaveLength(1);
    expect(hops[0]?.sightings.map(({ vantage }) => vantage)).toEqual([0, 1]);
  });

  it("is one hop where a service address is translated, within one capture and across two", () => {
    for (const vantage of [0, 1]) {
      const hops = hopsOf([
        { server: POD, vantage, at: 20, answered: 480 },
        { server: SERVICE, answered: 500 },
      ]);
      expect(hops).toHaveLength(1);
      expect(hops[0]).toMatchObject({ client: CLIENT, server: SERVICE, clientHost: CLIENT.address, receiver: { host: POD.address } });
    }
  });

  it("is one hop where the caller's address is translated too", () => {
    const node = { address: "192.168.0.10", port: 31_000 };
    const hops = hopsOf([
      { client: node, server: POD, answered: 499 },
      { server: SERVICE, answered: 500 },
    ]);
    expect(hops).toHaveLength(1);
    expect(hops[0]).toMatchObject({ clientHost: CLIENT.address, receiver: { host: POD.address } });
  });

  it("is two hops through a proxy, which has sequence numbers of its own", () => {
    expect(hopsOf([{ server: SERVICE }, { client: SERVICE, server: POD, sequence: 77, at: 20 }])).toHaveLength(2);
  });

  it("is two hops where only the numbers agree", () => {
    expect(hopsOf([{ server: SERVICE }, { server: POD, target: "/other", at: 20 }])).toHaveLength(2);
  });

  it("is one hop where one view of a translated connection lost half of it, once another exchange tells who stands for whom", () => {
    const other: Options = { client: { address: "10.0.0.1", port: 40_001 }, sequence: 9_000, at: 3_000 };
    const views = (half: Options): Options[] => [{ server: SERVICE }, { server: POD, vantage: 1, at: 20, answered: 480, ...half }];
    const lesson: Options[] = [
      { ...other, server: SERVICE },
      { ...other, server: POD, vantage: 1, at: 3_020, answered: 3_480 },
    ];
    for (const lacks of ["request", "response"] as const) {
      expect(hopsOf([...views({ lacks }), ...lesson])).toHaveLength(2);
      expect(hopsOf([...lesson, ...views({ lacks }).reverse()])).toHaveLength(2);
      expect(hopsOf(views({ lacks }))).toHaveLength(2);
      expect(hopsOf([...views({ lacks, sequence: lacks === "request" ? 77 : 1, target: "/other" }), ...lesson])).toHaveLength(3);
      expect(hopsOf([...views({ lacks, server: { address: "10.0.0.8", port: 8_080 } }), ...lesson])).toHaveLength(3);
      expect(hopsOf([...views({ lacks, at: 90_000_000, answered: 90_000_400 }), ...lesson])).toHaveLength(3);
    }
  });

  it("is two hops where a port is used again", () => {
    expect(hopsOf([{}, { at: 5_000_000 }])).toHaveLength(2);
  });

  it("joins loopback of two captures of one machine, which sequence numbers, target and time show", () => {
    const local = { address: "127.0.0.1", port: 8_080 };
    const one = { client: { address: "127.0.0.1", port: 40_000 }, server: local };
    const another = { client: { address: "127.0.0.1", port: 40_001 }, server: local, at: 9_000, sequence: 77 };
    const joined = hopsOf([one, { ...one, vantage: 1 }, another]);
    expect(joined).toHaveLength(2);
    expect(joined.map(({ receiver }) => receiver.host)).toEqual(["127.0.0.1", "127.0.0.1"]);
    for (const other of [{ sequence: 5_000 }, { target: "/other" }, { at: 5_000_000 }]) {
      const apart = hopsOf([one, { ...one, vantage: 1, ...other }, another]);
      expect(apart).toHaveLength(3);
      expect(new Set(apart.map(({ receiver }) => receiver.host))).toEqual(new Set(["loopback of capture 1", "loopback of capture 2"]));
    }
  });
});

describe("the order of hops", () => {
  it("is that of their starts, however they ended", () => {
    const starts = [50, 10, 90, 30, 70].map((at, i) => ({ at, sequence: i * 10, target: `/${i}` }));
    expect(hopsOf(starts).map(({ path }) => path)).toEqual(["/1", "/3", "/0", "/4", "/2"]);
  });

  it("is the same for captures one after another, which are far from ordered", () => {
    const late = Array.from({ length: 200 }, (_, i) => ({ at: 1_000_000 + i, sequence: i, target: `/late/${i}` }));
    const early = Array.from({ length: 200 }, (_, i) => ({ at: i, sequence: 10_000 + i, target: `/early/${i}` }));
    const paths = hopsOf([...late, ...early]).map(({ path }) => path);
    expect(paths[0]).toBe("/early/0");
    expect(paths.at(-1)).toBe("/late/199");
  });
});

describe("a call that goes out after its cause was answered", () => {
  const traceparent = (trace: number, span: number) => [
    { name: "traceparent", value: `00-${trace}${"a".repeat(31)}-00f067aa0ba${span.toString(16).padStart(5, "0")}-01` },
  ];
  const came = (at: number, trace: number, span = at + 1) => ({ at, sequence: at + 1, fields: traceparent(trace, span) });
  const sent = (at: number, trace: number, span = at + 1) => ({
    ...came(at, trace, span),
    client: { ...POD, port: 50_000 },
    server: { address: "10.0.0.10", port: 80 },
    target: "/event",
  });

  it("belongs to the newest request of its trace, whatever else is open", () => {
    const hops = hopsOf([came(0, 1), came(10_000, 1), came(20_000, 2), sent(20_100, 1)]);
    expect(hops.at(-1)?.parent).toEqual({ hop: 1, because: "trace id", confidence: 0.9 });
    expect(hops.at(-1)?.candidates).toEqual([]);
  });

  it("belongs to the one whose context it copies, whether others of its trace came later or are open", () => {
    const copied = { hop: 0, because: "forwarded unchanged", confidence: 0.97 };
    const before = came(0, 1, 7);
    expect(hopsOf([before, came(10_000, 1), sent(20_100, 1, 7)]).at(-1)?.parent).toEqual(copied);
    expect(hopsOf([before, { ...came(10_000, 1), answered: 90_000 }, sent(20_100, 1, 7)]).at(-1)?.parent).toEqual(copied);
    expect(hopsOf([before, { ...came(10_000, 1), answered: 90_000 }, sent(20_100, 1, 8)]).at(-1)?.parent).toEqual({
      hop: 1,
      because: "trace id",
      confidence: 0.99,
    });
  });

  it("belongs to nothing before what came in where it goes to", () => {
    const there = { address: "10.0.0.9", port: 9_090 };
    const to = { ...sent(30_000, 1, 9), server: there };
    expect(hopsOf([came(0, 1, 7), { ...came(10_000, 1, 8), server: there }, to]).at(-1)?.parent).toBeUndefined();
    expect(hopsOf([came(0, 1, 7), came(10_000, 1, 8), to]).at(-1)?.parent).toMatchObject({ hop: 1, because: "trace id" });
  });

  it("belongs to what it was made for where a context came back that its sender had sent", () => {
    const asks = (at: number) => ({ ...sent(at, 1, 7), target: "/check" });
    const comesBack = { ...came(20_000, 1, 7), client: { address: "10.0.0.10", port: 50_001 }, answered: 20_100 };
    const hops = hopsOf([{ ...came(0, 1), answered: 90_000 }, asks(100), comesBack, asks(40_000)]);
    expect(hops.at(-1)?.parent).toEqual({ hop: 0, because: "trace id", confidence: 0.99 });
  });

  it("is left to times where several of its trace are open, and to nothing else that is", () => {
    const open = { answered: 90_000 };
    const hops = hopsOf([{ ...came(0, 1), ...open }, { ...came(10, 1), ...open }, { ...came(20, 2), ...open }, sent(30, 1)]);
    expect(hops.at(-1)?.parent).toBeUndefined();
    expect([...(hops.at(-1)?.candidates ?? [])].sort()).toEqual([0, 1]);
    const alone = hopsOf([{ ...came(0, 1), answered: 20 }, { ...came(10, 1), ...open }, { ...came(20, 2), ...open }, sent(30, 1)]);
    expect(alone.at(-1)?.parent).toMatchObject({ hop: 1, confidence: 0.99 });
  });

  it("is left open where its trace never came in", () => {
    const hops = hopsOf([came(0, 1), came(20_000, 2), sent(30_000, 3)]);
    expect(hops.at(-1)?.parent).toBeUndefined();
  });
});

describe("parents on loopback", () => {
  it("are not what the same context was sent to before, where a caller from outside sends it with all its requests", () => {
    const fields = [{ name: "traceparent", value: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" }];
    const local = (port: number) => ({ address: "127.0.0.1", port });
    const requests = ["/one", "/other", "/third"].flatMap((target, n) => [
      { client: local(40_000 + n), server: local(8_080), target, fields, sequence: n * 100 + 1, at: n * 100, answered: 5_000 },
      { client: local(50_000 + n), server: local(8_081), target, fields, sequence: n * 100 + 50, at: n * 100 + 10, answered: 4_000 },
    ]);
    const hops = hopsOf(requests);
    expect(hops.map(({ parent }) => parent?.hop)).toEqual([undefined, 0, undefined, 2, undefined, 4]);
  });
});
