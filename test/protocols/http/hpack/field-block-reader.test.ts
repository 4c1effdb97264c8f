import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_FIELDS } from "../../../../src/wire/limits.ts";
import { type FieldChoice, type HeaderLine, HpackEncoder, integer, string } from "./encode.ts";
import { hexBytes, openDecoder } from "./read-blocks.ts";

const NAMES = [
  ":method",
  ":scheme",
  ":path",
  ":authority",
  ":status",
  "cache-control",
  "custom-key",
  "password",
  "date",
  "location",
  "content-encoding",
  "set-cookie",
];

describe("the examples of RFC 7541 Appendix C", () => {
  const [www, date] = ["www.example.com", "Mon, 21 Oct 2013 20:13:21 GMT"];
  const get = (scheme: string, path: string, ...more: HeaderLine[]): HeaderLine[] => [
    [":method", "GET"],
    [":scheme", scheme],
    [":path", path],
    [":authority", www],
    ...more,
  ];
  const answer = (status: string, at: string, ...more: HeaderLine[]): HeaderLine[] => [
    [":status", status],
    ["cache-control", "private"],
    ["date", at],
    ["location", "https://www.example.com"],
    ...more,
  ];
  const requests = [
    get("http", "/"),
    get("http", "/", ["cache-control", "no-cache"]),
    get("https", "/index.html", ["custom-key", "custom-value"]),
  ];
  const cookie = "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";
  const later = "Mon, 21 Oct 2013 20:13:22 GMT";
  const answers = [answer("302", date), answer("307", date), answer("200", later, ["content-encoding", "gzip"], ["set-cookie", cookie])];

  it.each<[string, number, readonly string[], readonly HeaderLine[][]]>([
    ["C.2.1", 4096, ["400a637573746f6d2d6b65790d637573746f6d2d686561646572"], [[["custom-key", "custom-header"]]]],
    ["C.2.2", 4096, ["040c2f73616d706c652f70617468"], [[[":path", "/sample/path"]]]],
    ["C.2.3", 4096, ["100870617373776f726406736563726574"], [[["password", "secret"]]]],
    ["C.2.4", 4096, ["82"], [[[":method", "GET"]]]],
    [
      "C.3",
      4096,
      [
        "828684410f7777772e6578616d706c652e636f6d",
        "828684be58086e6f2d6361636865",
        "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
      ],
      requests,
    ],
    [
      "C.4",
      4096,
      ["828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf", "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"],
      requests,
    ],
    [
      "C.5",
      256,
      [
        "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
        "4803333037c1c0bf",
        "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31",
      ],
      answers,
    ],
    [
      "C.6",
      256,
      [
        "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
        "4883640effc1c0bf",
        "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
      ],
      answers,
    ],
  ])("%s", (_, capacity, blocks, lists) => {
    const decoder = openDecoder(NAMES);
    if (capacity !== 4096) decoder.table.resize(capacity);
    expect(blocks.map((block) => decoder.read(hexBytes(block)))).toEqual(lists.map((lines) => ({ lines, hidden: 0, error: undefined })));
  });
});

describe("a field block that breaks RFC 7541", () => {
  it.each([
    ["80", "index 0"],
    ["be", "an index into an empty table"],
    ["7e0161", "a name index into an empty table"],
    ["ffffffffffffffffff00", "an endless integer"],
    ["1fffffffff7f", "a large name index"],
    ["40", "no name"],
    ["400161", "no value"],
    ["4001610561", "a value that is longer than the block"],
    ["82 20", "a size update behind a field"],
    ["4081ff01", "a name of padding alone"],
  ])("%s: %s", (hex) => {
    const { error, hidden } = openDecoder(NAMES).read(hexBytes(hex));
    expect(error).toBeTypeOf("string");
    expect(hidden).toBe(0);
  });

  it("gives the fields before the damage", () => {
    expect(openDecoder(NAMES).read(hexBytes("82 84 80")).lines).toEqual([
      [":method", "GET"],
      [":path", "/"],
    ]);
  });

  it("is none when the capture cuts it: what is whole is given, at any cut", () => {
    const block = new HpackEncoder().block([
      [":method", "GET"],
      ["custom-key", "some value"],
      ["date", "today"],
    ]);
    for (let cut = 0; cut < block.length; cut++) {
      const { lines, error } = openDecoder(NAMES).read(block.slice(0, cut), true);
      expect(error).toBeUndefined();
      expect(
        [
          [":method", "GET"],
          ["custom-key", "some value"],
          ["date", "today"],
        ].slice(0, lines.length),
      ).toEqual(lines);
    }
  });
});

describe("bounds", () => {
  it("a block of one-byte references to one large entry keeps a bounded number of fields and one value", () => {
    const encoder = new HpackEncoder();
    const bomb = encoder.block([
      ["custom-key", "x".repeat(4000)],
      ...new Array<HeaderLine>(200_000).fill(["custom-key", "x".repeat(4000)]),
    ]);
    const { lines, error } = openDecoder(NAMES).read(bomb);
    expect(error).toBeUndefined();
    expect(lines).toHaveLength(MAX_FIELDS);
  });

  it("a table of any announced size holds what was sent, and no more", () => {
    const decoder = openDecoder(NAMES);
    expect(decoder.read([...integer(2 ** 30, 5, 0x20), 0x82]).error).toBeUndefined();
    for (let i = 0; i < 20_000; i++) decoder.read([0x40, ...string("custom-key", true), ...string(`value ${i}`, true)]);
    expect(decoder.table.at(0)?.value).toBe("value 19999");
    expect(decoder.table.at(10_000)).toBeUndefined();
  });
});

const word = (alphabet: string, maxLength: number) => fc.string({ minLength: 1, maxLength, unit: fc.constantFrom(...alphabet) });
const names = ["traceparent", "tracestate", "x-request-id", ":path", ":status", "date", "grpc-status", "user-agent", "x-long"];
const line: fc.Arbitrary<HeaderLine> = fc
  .tuple(fc.constantFrom(...names), word("ab0-", 3), fc.constantFrom(1, 1, 1, 40, 300))
  .map(([name, value, times]) => [name, name === ":status" ? "404" : value.repeat(times)]);
const choice: fc.Arbitrary<FieldChoice> = fc.record({
  line,
  as: fc.constantFrom("index", "index", "index", "add", "plain", "never"),
  isCoded: fc.boolean(),
});
const block = fc.record({
  fields: fc.array(choice, { maxLength: 8 }),
  capacity: fc.option(fc.constantFrom(0, 64, 200, 4096, 9000), { freq: 8, nil: undefined }),
});
const blocks = fc.array(block, { minLength: 1, maxLength: 20 });

/** The bytes of each block, and what they say. */
function write(list: readonly { readonly fields: readonly FieldChoice[]; readonly capacity: number | undefined }[], capacity: number) {
  const encoder = new HpackEncoder(capacity);
  return list.map(({ fields, capacity: next }) => ({
    bytes: [...(next === undefined ? [] : encoder.resize(next)), ...encoder.encode(fields)],
    lines: fields.map((field) => field.line),
  }));
}

function isPartOf(part: readonly HeaderLine[], whole: readonly HeaderLine[]): boolean {
  let at = 0;
  for (const [name, value] of whole) if (part[at]?.[0] === name && part[at]?.[1] === value) at++;
  return at === part.length;
}

describe("laws", () => {
  it("what an encoder wrote is read", () => {
    fc.assert(
      fc.property(blocks, (list) => {
        const decoder = openDecoder(names);
        for (const { bytes, lines } of write(list, 4096)) expect(decoder.read(bytes)).toEqual({ lines, hidden: 0, error: undefined });
      }),
    );
  });

  it("joined anywhere, with any capacity, what is read is right and what cannot be known is counted", () => {
    fc.assert(
      fc.property(blocks, fc.nat(20), fc.constantFrom(0, 100, 4096, 9000, 20_000), (list, joined, capacity) => {
        const decoder = openDecoder(names);
        decoder.table.lose();
        for (const { bytes, lines } of write(list, capacity).slice(joined % list.length)) {
          const wasKnown = decoder.table.isKnown;
          const read = decoder.read(bytes);
          expect(read.error).toBeUndefined();
          expect(read.lines.length + read.hidden).toBe(lines.length);
          expect(isPartOf(read.lines, lines)).toBe(true);
          if (wasKnown && capacity <= 4096) expect(read.hidden).toBe(0);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("a block lost anywhere makes nothing wrong", () => {
    fc.assert(
      fc.property(blocks, fc.nat(20), fc.nat(200), (list, lost, cut) => {
        const decoder = openDecoder(names);
        for (const [i, { bytes, lines }] of write(list, 4096).entries()) {
          const isLost = i === lost % list.length;
          const read = isLost ? decoder.read(bytes.slice(0, cut % (bytes.length + 1)), true) : decoder.read(bytes);
          if (isLost) decoder.table.lose();
          expect(read.error).toBeUndefined();
          expect(isPartOf(read.lines, lines)).toBe(true);
          if (!isLost) expect(read.lines.length + read.hidden).toBe(lines.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("a lost size update makes nothing wrong", () => {
    const decoder = openDecoder(names);
    const encoder = new HpackEncoder();
    decoder.read(encoder.resize(0));
    encoder.resize(9000);
    decoder.table.lose();
    const lines: HeaderLine[] = [["traceparent", "a"]];
    decoder.read(encoder.block(lines));
    expect(decoder.read([...encoder.resize(9000), ...encoder.block(lines)])).toEqual({ lines, hidden: 0, error: undefined });
  });

  it("any bytes: fields or an error, never an exception", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 120 }), { maxLength: 6 }), fc.boolean(), (list, isLate) => {
        const decoder = openDecoder(names);
        if (isLate) decoder.table.lose();
        for (const bytes of list) expect(decoder.read(bytes).lines.length).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 200 },
    );
  });

  it("nobody's fields are passed over and cost no string", () => {
    const decoder = openDecoder(["traceparent"]);
    const encoder = new HpackEncoder();
    const lines: HeaderLine[] = [
      ["cookie", "secret"],
      ["x-own", "secret"],
      ["traceparent", "00-1"],
    ];
    expect(decoder.read(encoder.block(lines)).lines).toEqual([["traceparent", "00-1"]]);
    expect(decoder.read(encoder.block(lines)).lines).toEqual([["traceparent", "00-1"]]);
    expect([0, 1, 2].map((i) => decoder.table.at(i)?.value)).toEqual(["00-1", "", ""]);
  });
});
