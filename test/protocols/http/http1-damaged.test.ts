// Captures that lack bytes or hold too many, and streams that mean harm.

import { describe, expect, it } from "vitest";
import { MAX_HEAD_BYTES, MAX_PIPELINED, MAX_SIGHTINGS } from "../../../src/wire/limits.ts";
import { Conversation, snap } from "../../tcp/build-packets.ts";
import { describeExchange, observe } from "../observe.ts";
import { get, lines, ok, talk } from "./messages.ts";

describe("captures that lack bytes", () => {
  const three = () => talk().send("client", get("/a")).send("server", ok("1")).send("client", get("/b"));
  const after = (conversation: Conversation) =>
    conversation.send("client", get("/c")).send("server", ok("3")).acknowledge("client").acknowledge("server");

  it.each([
    ["a response", three().lose("server", ok("2")), ["GET /a 200", "GET /b - gap", "GET /c 200"]],
    [
      "a request",
      talk().send("client", get("/a")).send("server", ok("1")).lose("client", get("/b")).send("server", ok("2")),
      ["GET /a 200", "? ? 200 gap", "GET /c 200"],
    ],
    [
      "a request and its response",
      talk().send("client", get("/a")).send("server", ok("1")).lose("client", get("/b")).lose("server", ok("2")),
      ["GET /a 200", "GET /c 200"],
    ],
    [
      "the middle of a body",
      three().send("server", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").lose("server", "def").send("server", "ghi"),
      ["GET /a 200", "GET /b 200", "GET /c 200"],
    ],
    [
      "the middle of a chunk",
      three()
        .send("server", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc")
        .lose("server", "def")
        .send("server", "ghi\r\n0\r\n\r\n"),
      ["GET /a 200", "GET /b 200", "GET /c 200"],
    ],
    [
      "a chunk size",
      three()
        .send("server", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        .lose("server", "3\r\n")
        .send("server", "def\r\n0\r\n\r\n"),
      ["GET /a 200", "GET /b 200 gap", "GET /c 200"],
    ],
    [
      "the rest of a request head",
      talk()
        .send("client", get("/a"))
        .send("server", ok("1"))
        .send("client", "GET /b HTTP/1.1\r\nHost: shop\r\ntracepa")
        .lose("client", "rent: x\r\n\r\n")
        .send("server", ok("2")),
      ["GET /a 200", "GET /b (cut) 200", "GET /c 200"],
    ],
    [
      "the rest of a response head",
      three().send("server", "HTTP/1.1 200 OK\r\nContent-Len").lose("server", "gth: 0\r\n\r\n"),
      ["GET /a 200", "GET /b 200 (cut) gap", "GET /c 200"],
    ],
  ] as const)("lose %s and nothing else", (_, conversation, seen) => {
    expect(lines(after(conversation)).sort()).toEqual([...seen].sort());
  });

  it("keep the whole field lines before a snap length, and not the cut one", () => {
    const head = "GET /a HTTP/1.1\r\nHost: shop\r\ntraceparent: 00-0123456789abcdef\r\n\r\n";
    const { packets } = talk().send("client", head).send("server", ok("x")).send("client", get("/b"));
    const length = 14 + 20 + 32 + head.indexOf("abcdef");
    const [first, second] = observe(packets.map((packet) => snap(packet, length))).http;
    expect(first?.request).toMatchObject({
      path: "/a",
      isHeadComplete: false,
      endedAt: undefined,
      fields: [{ name: "Host", value: "shop" }],
    });
    expect([first, second].map((exchange) => exchange && describeExchange(exchange))).toEqual([
      "GET /a (cut) 200",
      "GET /b - capture ended",
    ]);
  });

  it("show the beginning of a target that the snap length cut", () => {
    const { packets } = talk().send("client", get("/orders/4711"));
    expect(observe(packets.map((packet) => snap(packet, 14 + 20 + 32 + 11))).http.map(describeExchange)).toEqual([
      "GET /orders (cut) - capture ended",
    ]);
  });

  it("join a connection in its middle without a false anomaly", () => {
    const conversation = new Conversation()
      .send("server", "rest of a body")
      .send("client", get("/b"))
      .send("server", ok())
      .send("client", get("/c"));
    const { http, anomalies } = observe(conversation.send("server", ok()).packets);
    expect(http.map(describeExchange)).toEqual(["GET /b 200", "GET /c 200"]);
    expect(anomalies).toEqual([]);
  });

  it("know the client by the bytes where no SYN tells", () => {
    const { http } = observe(
      new Conversation({ clientPort: 80, serverPort: 50_000 }).send("client", get("/a")).send("server", ok()).packets,
    );
    expect(http[0]).toMatchObject({ client: { port: 80 }, server: { port: 50_000 } });
  });
});

describe("second sights", () => {
  it("are remembered with the request, answered or not", () => {
    const { packets } = talk().send("client", get("/a")).send("server", ok()).send("client", get("/b"));
    const again = [...packets.slice(0, 5), packets[3]!, packets[4]!, packets[5]!, packets[5]!];
    const { http, connections } = observe(again);
    expect(http.map(({ request }) => request?.seenAgain.map(({ number }) => number))).toEqual([[6], [9]]);
    expect(connections[0]).toMatchObject({ retransmissions: 0, secondSights: 3 });
  });

  it("are no more than the cap", () => {
    const { packets } = talk().send("client", get("/a"));
    const { http } = observe([...packets, ...Array(MAX_SIGHTINGS + 5).fill(packets[3])]);
    expect(http[0]?.request?.seenAgain).toHaveLength(MAX_SIGHTINGS);
  });
});

describe("hostile streams", () => {
  it("endless heads are cut at the cap, and what follows is read", () => {
    const conversation = talk().send("client", "GET /a HTTP/1.1\r\n");
    for (let i = 0; i < MAX_HEAD_BYTES / 30_000 + 1; i++) conversation.send("client", `X: ${"x".repeat(30_000)}\r\n`);
    const { http, anomalies } = observe(conversation.send("client", get("/b")).packets);
    expect(http.map(describeExchange)).toEqual(["GET /a (cut) - capture ended", "GET /b - capture ended"]);
    expect(anomalies).toMatchObject([{ code: "limit", where: { layer: "http/1" } }]);
  });

  it.each(["ffffffffffffffff", "0".repeat(20_000), "-1", "3 ".repeat(9000)])("chunk size %s", (size) => {
    const { http } = observe(
      talk().send("client", get("/a")).send("server", `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\nabc`).packets,
    );
    expect(http).toHaveLength(1);
  });

  it("requests without answers are given up at the cap", () => {
    const { http } = observe(talk().send("client", get("/a").repeat(MAX_PIPELINED + 3)).packets);
    expect(http.filter(({ incomplete }) => incomplete === "gap")).toHaveLength(3);
    expect(http).toHaveLength(MAX_PIPELINED + 3);
  });

  it("garbage is one anomaly a connection", () => {
    const conversation = talk().send("client", get("/a"));
    for (let i = 0; i < 50; i++) conversation.send("client", `GET /${i}\r\n\r\n`);
    expect(observe(conversation.packets).anomalies).toHaveLength(1);
  });
});
