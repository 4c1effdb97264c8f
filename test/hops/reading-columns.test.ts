import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExchangeTable } from "../../src/hops/exchange-table.ts";
import { readContexts } from "../../src/hops/read-contexts.ts";
import type { PropagationFormat } from "../../src/propagation/format.ts";
import { FormatSet } from "../../src/propagation/format-set.ts";
import { standardFormats } from "../../src/propagation/registry.ts";
import type { Field } from "../../src/wire/field.ts";
import { exchange } from "./exchanges.ts";

const VALID = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/** What the table gives back for the fields of one exchange among others. */
function readBack(fields: readonly Field[], formats = standardFormats) {
  const table = new ExchangeTable(formats, () => undefined);
  for (const other of [[], fields, [{ name: "traceparent", value: VALID.replace("4bf9", "5bf9") }]])
    table.add(exchange({ fields: [{ name: "host", value: "orders" }, ...other] }));
  return table.reading(1);
}

describe("a reading that was kept as numbers", () => {
  const cases: readonly (readonly Field[])[] = [
    [],
    [{ name: "traceparent", value: VALID }],
    [{ name: "Traceparent", value: VALID }],
    [{ name: "TRACEPARENT", value: `${VALID.slice(0, -2)}00` }],
    [{ name: "traceparent", value: `${VALID.slice(0, -2)}ff` }],
    [{ name: "traceparent", value: ` ${VALID}` }],
    [{ name: "traceparent", value: VALID.toUpperCase() }],
    [{ name: "traceparent", value: VALID.slice(0, -1) }],
    [{ name: "traceparent", value: VALID.replace("00f067aa0ba902b7", "0000000000000000") }],
    [{ name: "traceparent", value: `01${VALID.slice(2)}-more` }],
    [
      { name: "traceparent", value: VALID },
      { name: "tracestate", value: "a=1" },
    ],
    [
      { name: "traceparent", value: VALID },
      { name: "traceparent", value: VALID.replace("4bf9", "6bf9") },
    ],
    [{ name: "b3", value: "4bf92f3577b34da6-00f067aa0ba902b7-1" }],
  ];

  it.each(cases.map((fields) => [fields.map(({ name, value }) => `${name}: ${value}`).join(", ") || "nothing", fields] as const))(
    "says what the fields say: %s",
    (_, fields) => {
      expect(readBack(fields)).toEqual(readContexts(fields, undefined, undefined, standardFormats));
    },
  );

  it("says what another format reads from the same field, too", () => {
    const context = { traceId: "c".repeat(32), spanId: "d".repeat(16), sampled: true };
    const house: PropagationFormat = {
      name: "house",
      fields: ["traceparent"],
      extract: () => ({ format: "house", context, warnings: [] }),
    };
    const formats = new FormatSet([...standardFormats.formats, house]);
    const fields = [{ name: "traceparent", value: VALID }];
    expect(readBack(fields, formats)).toEqual(readContexts(fields, undefined, undefined, formats));
  });

  it("says what the fields say, whatever they hold", () => {
    const digit = fc.constantFrom(..."0123456789abcdefABCDEFg-");
    const value = fc.oneof(
      fc.string({ unit: digit, maxLength: 60 }),
      fc.tuple(fc.nat(54), digit).map(([at, other]) => VALID.slice(0, at) + other + VALID.slice(at + 1)),
    );
    fc.assert(
      fc.property(value, (text) => {
        const fields = [{ name: "traceparent", value: text }];
        expect(readBack(fields)).toEqual(readContexts(fields, undefined, undefined, standardFormats));
      }),
    );
  });
});
