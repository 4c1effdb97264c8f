import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFieldReader } from "../../../src/protocols/http/field-reader.ts";

const keep = new Set(["host", "traceparent", "upgrade", "content-length", "x-b3-*"]);

function said(reader: ReturnType<typeof createFieldReader>, text: string, before: number) {
  const bytes = Buffer.from("#".repeat(before) + text, "latin1");
  const next = reader.read(bytes, before, bytes.length);
  const { typeStart, typeEnd, encodingStart, encodingEnd, kept, ...rest } = reader.fields;
  return {
    next: next - before,
    ...rest,
    kept: kept.map(({ name, value }) => ({ name, value })),
    type: bytes.toString("latin1", typeStart, typeEnd),
    encoding: bytes.toString("latin1", encodingStart, encodingEnd),
  };
}

describe("field blocks that come again", () => {
  const line = fc.constantFrom(
    "Host: a",
    "Host: b",
    "host: a",
    "Content-Length: 3",
    "Content-Length: 30",
    "Content-Type: text/plain",
    "Content-Encoding: gzip",
    "Transfer-Encoding: chunked",
    "Upgrade: websocket",
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "X-B3-TraceId: 80f198ee56343ba8",
    " folded",
    ": no name",
    "Date: now",
    // Another value of the same length in every block.
    "traceparent: $",
    "Host:$",
    "X-B3-SpanId: $",
    "Content-Length: $",
    "Upgrade: $",
    "Date: $",
  );
  const value = fc.constantFrom(
    "abcd",
    "efgh",
    "0003",
    "0300",
    " abc",
    "abc ",
    "ab d",
    "ab\td",
    "ab\rd",
    "ab\nd",
    "a\r\nb",
    ":bcd",
    "ab\x00d",
  );
  const block = fc.array(line, { maxLength: 5 }).map((lines) => lines.map((one) => `${one}\r\n`).join(""));

  it("say what a reader says that has read nothing before", () => {
    fc.assert(
      fc.property(
        fc.array(block, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(2), fc.nat(8), fc.constantFrom("\r\n", "\r\nabc", "\r\nGET", ""), value), { maxLength: 30 }),
        (blocks, heads) => {
          const reader = createFieldReader(keep);
          for (const [which, before, end, own] of heads) {
            const text = `${(blocks[which % blocks.length] ?? "").replaceAll("$", own)}${end}`;
            expect(said(reader, text, before)).toEqual(said(createFieldReader(keep), text, before));
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("are known by all but the values that are kept", () => {
    const reader = createFieldReader(keep);
    const kept = ["aaaa", "bbbb", "cccc", "dddd"].map((own) => {
      const bytes = Buffer.from(`Host: svc\r\ntraceparent: ${own}\r\n\r\n`, "latin1");
      reader.read(bytes, 0, bytes.length);
      return reader.fields.kept;
    });
    expect(kept[3]![0]).toBe(kept[2]![0]);
    expect(kept[3]).toEqual([
      { name: "Host", value: "svc" },
      { name: "traceparent", value: "dddd" },
    ]);
  });

  it("keep the very fields that they had", () => {
    const reader = createFieldReader(keep);
    const bytes = Buffer.from("Host: svc\r\nDate: now\r\n\r\n", "latin1");
    const kept = Array.from({ length: 4 }, () => {
      reader.read(bytes, 0, bytes.length);
      return reader.fields.kept;
    });
    expect(kept[3]).toBe(kept[2]);
    expect(kept[3]).toEqual([{ name: "Host", value: "svc" }]);
  });
});
