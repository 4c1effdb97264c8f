import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_PROTOCOL_DEPTH } from "../../../src/wire/limits.ts";
import { type Body, bytesOf, Conversation } from "../../tcp/build-packets.ts";
import { get, ok } from "../http/messages.ts";
import { describeExchange, observe } from "../observe.ts";

const line = "PROXY TCP4 203.0.113.7 10.0.0.2 51000 443\r\n";
const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const binary = (command: number, family: number, ...rest: readonly number[]) =>
  Uint8Array.of(...signature, command, family, rest.length >> 8, rest.length & 255, ...rest);
const ipv4 = [203, 0, 113, 7, 10, 0, 0, 2, 0xc7, 0x38, 0x01, 0xbb];
const ipv6 = [...[0x20, 1, 0xd, 0xb8], ...new Array(11).fill(0), 7, ...[0x20, 1, 0xd, 0xb8], ...new Array(11).fill(0), 2];
const tls = [0x04, 0, 2, 1, 2]; // a TLV that nobody reads

const join = (...parts: readonly Body[]) => Uint8Array.from(Buffer.concat(parts.map((part) => bytesOf(part))));
const talk = (header: Body, size?: number) =>
  new Conversation()
    .open()
    .send("client", join(header, get("/a")), size)
    .send("server", ok())
    .send("client", get("/b"))
    .send("server", ok());
const named = { source: { address: "203.0.113.7", port: 51_000 }, destination: { address: "10.0.0.2", port: 443 } };

describe("PROXY protocol", () => {
  it.each([
    ["version 1", line, named],
    [
      "version 1, IPv6",
      "PROXY TCP6 2001:DB8::7 2001:db8::2 51000 443\r\n",
      { source: { address: "2001:db8::7", port: 51_000 }, destination: { address: "2001:db8::2", port: 443 } },
    ],
    ["version 1 without addresses", "PROXY UNKNOWN\r\n", undefined],
    ["version 1, unknown family with words", "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", undefined],
    ["version 2", binary(0x21, 0x11, ...ipv4), named],
    ["version 2 with options", binary(0x21, 0x11, ...ipv4, ...tls), named],
    [
      "version 2, IPv6",
      binary(0x21, 0x21, ...ipv6, 0xc7, 0x38, 0x01, 0xbb),
      { source: { address: "2001:db8::7", port: 51_000 }, destination: { address: "2001:db8::2", port: 443 } },
    ],
    ["version 2 of the proxy itself", binary(0x20, 0x00), undefined],
    ["version 2 of the proxy itself, with addresses", binary(0x20, 0x11, ...ipv4), undefined],
    ["version 2 over a unix socket", binary(0x21, 0x31, ...new Array(216).fill(0)), undefined],
  ])("%s", (_, header, proxied) => {
    for (const size of [undefined, 1, 7, 50]) {
      const { http, connections, anomalies } = observe(talk(header, size).packets);
      expect(http.map(describeExchange)).toEqual(["GET /a 200", "GET /b 200"]);
      expect(connections[0]?.protocol).toBe("HTTP/1");
      expect(connections[0]?.proxied).toEqual(proxied);
      expect(anomalies).toEqual([]);
    }
  });

  it("gives requests the sequence numbers that they have on the wire", () => {
    const { http } = observe(talk(line).packets);
    expect(http[0]?.request?.sequence).toBe(1001 + line.length);
  });

  it.each([
    ["ends that are none", "PROXY TCP4 203.0.113.7 10.0.0.2 51000\r\n"],
    ["a port that is none", "PROXY TCP4 203.0.113.7 10.0.0.2 51000 70000\r\n"],
    ["more words than ends have", "PROXY TCP4 203.0.113.7 10.0.0.2 51000 443 1\r\n"],
    ["a line without end", `PROXY TCP4 ${"1".repeat(200)}`],
    ["another command", binary(0x22, 0x11, ...ipv4)],
    ["addresses that are cut", binary(0x21, 0x11, ...ipv4.slice(0, 8))],
  ])("%s: an anomaly, and reading goes on where a message surely begins", (_, header) => {
    const { http, connections, anomalies } = observe(talk(header).packets);
    expect(anomalies).toMatchObject([{ code: "malformed", where: { layer: "proxy" } }]);
    expect(http.map(describeExchange)).toContain("GET /b 200");
    expect(connections[0]?.proxied).toBeUndefined();
  });

  it("may be lost in a gap", () => {
    const lossy = new Conversation()
      .open()
      .send("client", line.slice(0, 20))
      .lose("client", line.slice(20))
      .send("client", get("/a"))
      .acknowledge("server")
      .wait(1_000_000)
      .send("server", ok());
    expect(observe(lossy.packets).http.map(describeExchange)).toEqual(["GET /a 200"]);
  });

  it("is opened as often as it makes sense", () => {
    const deep = new Conversation().open().send("client", join("PROXY UNKNOWN\r\n".repeat(100_000), get("/a")), 60_000);
    expect(observe(deep.packets).http).toEqual([]);
    const few = talk("PROXY UNKNOWN\r\n".repeat(MAX_PROTOCOL_DEPTH));
    expect(observe(few.packets).http).toHaveLength(2);
  });

  it("reads any bytes without an exception", () => {
    const headers = fc.constantFrom(bytesOf(line), binary(0x21, 0x11, ...ipv4, ...tls));
    fc.assert(
      fc.property(
        headers,
        fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 4 }),
        fc.integer({ min: 1, max: 60 }),
        (header, changes, size) => {
          const bytes = header.slice();
          for (const [offset, value] of changes) bytes[offset % bytes.length] = value;
          expect(observe(talk(bytes, size).packets).connections).toHaveLength(1);
        },
      ),
    );
  });
});
