// Where the bytes of bodies go when somebody wants them.

import { describe, expect, it } from "vitest";
import type { BodySink } from "../../../src/protocols/http/body-sink.ts";
import { http2 } from "../../../src/protocols/http/http2.ts";
import type { StreamReader } from "../../../src/protocols/stream-protocol.ts";
import { Connection } from "../../../src/tcp/connection.ts";
import type { Side } from "../../../src/wire/endpoint.ts";
import { clientBegin, DATA, frame, joined, PADDED, Peers, RST_STREAM, serverBegin, u32 } from "./http2-peers.ts";

interface Body {
  readonly of: string;
  text: string;
  isWhole: boolean | undefined;
}

function open() {
  const bodies: Body[] = [];
  const connection = new Connection(
    0,
    0,
    [
      { address: "10.0.0.1", port: 40_000 },
      { address: "10.0.0.2", port: 4317 },
    ],
    0,
    { capture: 0, number: 1 },
  );
  const reader: StreamReader = http2.open({
    connection,
    keep: new Set(),
    emit() {},
    beganLate: false,
    inner: () => reader,
    openBody(request, side, contentType, contentEncoding): BodySink {
      const body: Body = { of: `${side} ${request.path} ${contentType} ${contentEncoding}`, text: "", isWhole: undefined };
      bodies.push(body);
      return {
        data(bytes, start, end) {
          body.text += Buffer.from(bytes.subarray(start, end)).toString();
        },
        end(isWhole) {
          expect(body.isWhole).toBeUndefined();
          body.isWhole = isWhole;
        },
      };
    },
  });
  const segment = { at: 0, packet: 1, capture: 0, offset: 0, acknowledged: -1 };
  const send = (from: Side, bytes: Uint8Array) => reader.data(from, bytes, 0, bytes.length, segment);
  send("client", clientBegin);
  send("server", serverBegin);
  return { bodies, send, reader, gap: (from: Side, length: number) => reader.gap(from, length, segment) };
}

describe("bodies of HTTP/2", () => {
  it("are handed on without padding, whole, with what their fields say", () => {
    const { bodies, send } = open();
    const peers = new Peers();
    send("client", joined(peers.call(1, "/export", [["content-encoding", "gzip"]]), frame(DATA, PADDED, 1, [2, 97, 98, 0, 0])));
    send("client", joined(peers.request(3, "/empty"), frame(DATA, 1, 1, "cd")));
    send("server", joined(peers.response(1, "200", [["content-type", "text/plain"]], {}), frame(DATA, 1, 1, "answer")));
    expect(bodies).toEqual([
      { of: "client /export application/grpc gzip", text: "abcd", isWhole: true },
      { of: "server /export text/plain ", text: "answer", isWhole: true },
    ]);
  });

  it("are not whole behind a gap, a reset, or the end of the connection", () => {
    const { bodies, send, gap, reader } = open();
    const peers = new Peers();
    send("client", joined(peers.call(1, "/gap"), frame(DATA, 1, 1, "abcdef").subarray(0, 11)));
    gap("client", 2);
    send("client", joined("ef", peers.call(3, "/reset"), frame(DATA, 0, 3, "abc")));
    send("server", frame(RST_STREAM, 0, 3, u32(8)));
    send("client", joined(peers.call(5, "/end"), frame(DATA, 0, 5, "abc")));
    reader.close("capture ended");
    expect(bodies.map(({ text, isWhole }) => [text, isWhole])).toEqual([
      ["abef", false],
      ["abc", false],
      ["abc", false],
    ]);
  });
});
