// The bytes of HTTP/1 bodies for those who want them, and what is no body: WebSockets and event streams.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AddressTable } from "../../../src/packet/address-table.ts";
import { PacketDecoder } from "../../../src/packet/packet-decoder.ts";
import { KeptBytes } from "../../../src/protocols/kept-bytes.ts";
import { streamProtocols } from "../../../src/protocols/registry.ts";
import { StreamRecognizer } from "../../../src/protocols/stream-recognizer.ts";
import { TcpTracker } from "../../../src/tcp/tcp-tracker.ts";
import { type Conversation, numbered } from "../../tcp/build-packets.ts";
import { describeExchange, observe } from "../observe.ts";
import { chunked, get, ok, post, talk } from "./messages.ts";

/** What is heard of the bodies of a conversation: `path side type encoding: bytes` and how each ended. */
function bodiesOf(conversation: Conversation, isWanted = (_path: string) => true): string[] {
  const heard: string[] = [];
  const addresses = new AddressTable();
  const options = {
    protocols: streamProtocols,
    keep: new Set<string>(),
    budget: new KeptBytes(),
    emit() {},
    openBody({ path }: { readonly path: string }, side: string, type: string, encoding: string) {
      if (!isWanted(path)) return undefined;
      let text = "";
      return {
        data(bytes: Uint8Array, start: number, end: number) {
          text += Buffer.from(bytes.subarray(start, end)).toString("latin1");
        },
        end: (isWhole: boolean) => void heard.push(`${path} ${side} ${type} ${encoding}: ${text}${isWhole ? "" : " (cut)"}`),
      };
    },
  };
  const tcp = new TcpTracker(
    0,
    addresses,
    (connection) => new StreamRecognizer(connection, options),
    () => {},
  );
  const decoder = new PacketDecoder(0, addresses, new Map(), { transport: (packet) => tcp.push(packet), anomaly() {} });
  for (const packet of numbered(conversation.packets)) decoder.push(packet);
  tcp.end();
  return heard;
}

const typed = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe("bodies for those who want them", () => {
  it("come with their type and coding, request and response", () => {
    const conversation = talk().send("client", typed("/a", "abc")).send("server", ok("xyz", "Content-Type: a/b"));
    expect(bodiesOf(conversation)).toEqual(["/a client text/plain gzip: abc", "/a server a/b : xyz"]);
  });

  it("come in any pieces as they are", () => {
    const text = fc.string({ minLength: 1, maxLength: 120, unit: "binary-ascii" });
    const turn = fc.tuple(text, text, fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 60 }), (turns, size) => {
        const conversation = talk();
        const framed = (body: string, isChunked: boolean) =>
          isChunked
            ? `Transfer-Encoding: chunked\r\n\r\n${chunked(...(body.match(/.{1,40}/gs) ?? []))}`
            : `Content-Length: ${body.length}\r\n\r\n${body}`;
        for (const [asked, answered, a, b] of turns)
          conversation
            .send("client", `POST /x HTTP/1.1\r\n${framed(asked, a)}`, size)
            .send("server", `HTTP/1.1 200 OK\r\n${framed(answered, b)}`, size);
        expect(bodiesOf(conversation)).toEqual(turns.flatMap(([asked, answered]) => [`/x client  : ${asked}`, `/x server  : ${answered}`]));
      }),
      { numRuns: 100 },
    );
  });

  it("are not asked for where the request's was not wanted, or there is none", () => {
    const conversation = talk()
      .send("client", get("/a"))
      .send("server", ok("xyz"))
      .send("client", post("/b", "abc"))
      .send("server", ok("xyz"))
      .send("client", post("/c", "abc"))
      .send("server", ok("uvw"));
    expect(bodiesOf(conversation, (path) => path === "/c")).toEqual(["/c client  : abc", "/c server  : uvw"]);
  });

  it("end where the capture lacks bytes, and the message goes on", () => {
    const lossy = talk()
      .send("client", post("/a", "abcdefghij").slice(0, -6))
      .lose("client", "ef")
      .send("client", "ghij")
      .acknowledge("server")
      .wait(1_000_000)
      .send("server", ok("xyz"));
    // Content-Length tells where the next message begins all the same.
    expect(bodiesOf(lossy).sort()).toEqual(["/a client  : abcd (cut)", "/a server  : xyz"]);
    expect(observe(lossy.packets).http[0]?.request?.bodyLength).toBe(10);
  });

  it("are whole when the sender ends them by closing, and cut by a reset", () => {
    const open = "HTTP/1.1 200 OK\r\n\r\nabc";
    expect(bodiesOf(talk().send("client", post("/a", "b")).send("server", open).close("server"))[1]).toBe("/a server  : abc");
    expect(bodiesOf(talk().send("client", post("/a", "b")).send("server", open).reset("server"))[1]).toBe("/a server  : abc (cut)");
  });
});

describe("WebSocket", () => {
  const ask = get("/chat", "Connection: Upgrade", "Upgrade: websocket");
  const agree = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n";

  it("is said by the exchange, and its frames are counted", () => {
    const conversation = talk()
      .send("client", ask)
      .send("server", `${agree}\x81\x05hello`)
      .send("client", "\x81\x85abcdGET /")
      .send("client", get("/inside"))
      .send("server", "\x88\x00")
      .close();
    const { http, anomalies, connections } = observe(conversation.packets);
    expect(http.map(describeExchange)).toEqual(["GET /chat 101"]);
    expect(http[0]?.response).toMatchObject({ upgrade: "websocket", bodyLength: 9 });
    expect(http[0]?.request?.bodyLength).toBe(11 + get("/inside").length);
    expect(anomalies).toEqual([]);
    expect(connections[0]?.protocol).toBe("HTTP/1");
  });

  it("lasts over a gap", () => {
    const conversation = talk()
      .send("client", ask)
      .send("server", agree)
      .lose("client", "\x81\x85abcdhello")
      .send("client", get("/inside"))
      .acknowledge("server")
      .wait(1_000_000)
      .acknowledge("client");
    const { http } = observe(conversation.packets);
    expect(http.map(describeExchange)).toEqual(["GET /chat 101"]);
    expect(http[0]?.request?.bodyLength).toBe(11 + get("/inside").length);
  });

  it("is none when the server answers otherwise", () => {
    const refused = talk().send("client", ask).send("server", ok()).send("client", get("/next")).send("server", ok());
    expect(observe(refused.packets).http.map(describeExchange)).toEqual(["GET /chat 200", "GET /next 200"]);
  });
});

describe("server-sent events", () => {
  it.each([
    ["Content-Type: text/event-stream\r\n\r\n", "data: a\n\ndata: b\n\n", 18],
    ["content-type: Text/Event-Stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n", chunked("data: a\n\n"), 9],
  ])("%s", (head, body, length) => {
    const { http, anomalies } = observe(
      talk().send("client", get("/events")).send("server", `HTTP/1.1 200 OK\r\n${head}`).send("server", body, 5).close("server").packets,
    );
    expect(http.map(describeExchange)).toEqual(["GET /events 200"]);
    expect(http[0]?.response).toMatchObject({ isEventStream: true, bodyLength: length });
    expect(anomalies).toEqual([]);
  });

  it("is no other response", () => {
    const { http } = observe(talk().send("client", get("/a")).send("server", ok("x", "Content-Type: text/event")).packets);
    expect(http[0]?.response?.isEventStream).toBeUndefined();
  });
});
