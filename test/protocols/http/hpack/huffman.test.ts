import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodedRoom, decodeHuffman } from "../../../../src/protocols/http/hpack/huffman.ts";
import { huffman } from "./encode.ts";

function decode(bytes: Uint8Array): string | undefined {
  const out = new Uint8Array(decodedRoom(bytes.length));
  const length = decodeHuffman(bytes, 0, bytes.length, out);
  return length < 0 ? undefined : Buffer.from(out.subarray(0, length)).toString("latin1");
}
const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));

describe("Huffman-coded strings", () => {
  it.each([
    ["f1e3c2e5f23a6ba0ab90f4ff", "www.example.com"],
    ["a8eb10649cbf", "no-cache"],
    ["25a849e95ba97d7f", "custom-key"],
    ["25a849e95bb8e8b4bf", "custom-value"],
    ["6402", "302"],
    ["aec3771a4b", "private"],
    ["d07abe941054d444a8200595040b8166e082a62d1bff", "Mon, 21 Oct 2013 20:13:21 GMT"],
    ["9d29ad171863c78f0b97c8e9ae82ae43d3", "https://www.example.com"],
    ["", ""],
  ])("%s (RFC 7541 Appendix C)", (coded, text) => {
    expect(decode(hex(coded))).toBe(text);
  });

  it.each([
    ["ff", "eight bits of padding"],
    ["1fff", "a byte of padding behind a symbol"],
    ["18", "padding of zeros"],
    ["3fffffff", "EOS"],
    ["fffffffc", "EOS from the first bit"],
  ])("%s is none: %s", (coded) => {
    expect(decode(hex(coded))).toBeUndefined();
  });

  it("any bytes come back", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 80 }).map((s) => Buffer.from(s, "utf8").toString("latin1")),
        (text) => {
          expect(decode(Uint8Array.from(huffman(text)))).toBe(text);
        },
      ),
    );
  });

  it("any bytes decode within their room, or not at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = decode(bytes);
        if (text !== undefined) expect(huffman(text)).toEqual([...bytes]);
      }),
    );
  });
});
