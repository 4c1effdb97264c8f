import { expect, it } from "vitest";
import { createFieldReader } from "../../../src/protocols/http/field-reader.ts";

function read(lines: readonly string[], keep: readonly string[]) {
  const bytes = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  const reader = createFieldReader(new Set(keep));
  expect(reader.read(bytes, 0, bytes.length)).toBe(bytes.length);
  return reader.fields.kept;
}

it("keeps every field whose name begins with a declared prefix, in any case and in wire order", () => {
  const lines = ["Uberctx-User: alice", "uber-trace-id: 1:2:0:1", "UBERCTX-tenant:7", "uberctx: no", "ubercty-x: no", "cookie: no"];
  expect(read(lines, ["uberctx-*", "uber-trace-id"])).toEqual([
    { name: "Uberctx-User", value: "alice" },
    { name: "uber-trace-id", value: "1:2:0:1" },
    { name: "UBERCTX-tenant", value: "7" },
  ]);
});

it("keeps no line without a name behind the prefix, with a blank in it, without a colon, or with a name that is too long", () => {
  const lines = ["uberctx-: x", "uberctx-a b: x", "uberctx-a", `uberctx-${"a".repeat(300)}: x`, "uberctx-b: folded", " on"];
  expect(read(lines, ["uberctx-*"])).toEqual([{ name: "uberctx-b", value: "folded on" }]);
});
