import { describe, expect, it } from "vitest";
import { isGrpc, readGrpc } from "../../../src/protocols/http/grpc.ts";
import { Conversation } from "../../tcp/build-packets.ts";
import { observe } from "../observe.ts";
import type { HeaderLine } from "./hpack/encode.ts";
import { clientBegin, DATA, frame, joined, Peers, serverBegin } from "./http2-peers.ts";

describe("gRPC as a reading of an exchange", () => {
  it.each([
    ["/shop.Prices/Get", "shop.Prices", "Get"],
    ["/Prices/Get", "Prices", "Get"],
    ["/gateway/shop.Prices/Get", "gateway/shop.Prices", "Get"],
    ["/Get", "", "Get"],
    ["", undefined, undefined],
    [undefined, undefined, undefined],
  ])("%s", (path, service, method) => {
    expect(readGrpc(path, undefined, undefined)).toEqual({ service, method, status: undefined });
  });

  it.each([
    ["0", 0],
    ["16", 16],
    ["", undefined],
    ["x", undefined],
    ["-1", undefined],
    [undefined, undefined],
  ])("grpc-status %s", (value, status) => {
    expect(readGrpc("/a/b", value, undefined).status).toBe(status);
  });

  it.each([
    ["1H", 3_600_000_000],
    ["2M", 120_000_000],
    ["10S", 10_000_000],
    ["250m", 250_000],
    ["7u", 7],
    ["500n", 0.5],
    ["99999999m", 99_999_999_000],
    ["123456789S", undefined],
    ["1", undefined],
    ["S", undefined],
    ["1h", undefined],
  ])("grpc-timeout %s", (value, micros) => {
    expect(readGrpc("/a/b", undefined, value).timeout).toBe(micros);
  });

  it.each([
    ["application/grpc", true],
    ["application/grpc+proto", true],
    ["application/grpc;charset=utf-8", true],
    ["application/json", false],
    [undefined, false],
  ])("content-type %s", (value, answer) => {
    expect(isGrpc(value)).toBe(answer);
  });
});

describe("a gRPC call on the wire", () => {
  const call = (answer: (peers: Peers) => Uint8Array, more: readonly HeaderLine[] = []) => {
    const peers = new Peers();
    const talk = new Conversation().open().send("client", clientBegin).send("server", serverBegin);
    talk.send("client", joined(peers.call(1, "/shop.Prices/Get", more), frame(DATA, 1, 1, "\0\0\0\0\x02ab"))).send("server", answer(peers));
    return observe(talk.packets, new Set(["grpc-trace-bin"])).http[0];
  };
  const grpc: HeaderLine = ["content-type", "application/grpc"];

  it("has its status in the trailers", () => {
    const exchange = call(
      (peers) =>
        joined(
          peers.response(1, "200", [grpc], {}),
          frame(DATA, 0, 1, "\0\0\0\0\0"),
          peers.trailers(1, [
            ["grpc-status", "5"],
            ["grpc-message", "no such price"],
          ]),
        ),
      [["grpc-timeout", "1S"]],
    );
    expect(exchange?.grpc).toEqual({ service: "shop.Prices", method: "Get", status: 5, timeout: 1_000_000 });
    expect(exchange?.response).toMatchObject({ status: 200, bodyLength: 5 });
    expect(exchange?.incomplete).toBeUndefined();
  });

  it("may have nothing but trailers", () => {
    expect(call((peers) => peers.response(1, "200", [grpc, ["grpc-status", "8"]]))?.grpc?.status).toBe(8);
  });

  it("may be answered by something that is no gRPC", () => {
    const exchange = call((peers) => peers.response(1, "431"));
    expect(exchange?.grpc).toEqual({ service: "shop.Prices", method: "Get", status: undefined });
    expect(exchange?.response?.status).toBe(431);
  });

  it("keeps binary fields as they stand, when they are asked for", () => {
    const exchange = call((peers) => peers.response(1, "200"), [["grpc-trace-bin", "AAARIjM="]]);
    expect(exchange?.request?.fields).toEqual([{ name: "grpc-trace-bin", value: "AAARIjM=" }]);
  });
});
