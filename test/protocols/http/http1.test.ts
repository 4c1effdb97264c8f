import { describe, expect, it } from "vitest";
import { MAX_HEAD_BYTES, MAX_PIPELINED, MAX_SIGHTINGS } from "../../../src/wire/limits.ts";
import { ACK, Conversation, FIN, snap } from "../../tcp/build-packets.ts";
import { describeExchange, observe } from "../observe.ts";

const get = (path: string, ...fields: readonly string[]) => `GET ${path} HTTP/1.1\r\n${["Host: shop", ...fields].join("\r\n")}\r\n\r\n`;
const post = (path: string, body: string) => `POST ${path} HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const ok = (body = "", ...fields: readonly string[]) =>
  `HTTP/1.1 200 OK\r\n${[`Content-Length: ${body.length}`, ...fields].join("\r\n")}\r\n\r\n${body}`;
const chunked = (...chunks: readonly string[]) =>
  `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("")}0\r\n\r\n`;

const lines = (talk: Conversation) => observe(talk.packets).http.map(describeExchange);
const talk = () => new Conversation().open();

describe("exchanges", () => {
  const cases: readonly [name: string, talk: Conversation, seen: readonly string[]][] = [
    ["one", talk().send("client", get("/a")).send("server", ok("x")), ["GET /a 200"]],
    [
      "keep-alive",
      talk().send("client", get("/a")).send("server", ok()).send("client", get("/b")).send("server", ok()),
      ["GET /a 200", "GET /b 200"],
    ],
    [
      "pipelined in one segment",
      talk()
        .send("client", get("/a") + post("/b", "xyz") + get("/c"))
        .send("server", ok("1") + ok("2") + ok("3")),
      ["GET /a 200", "POST /b 200", "GET /c 200"],
    ],
    [
      "chunked with extensions and trailers",
      talk()
        .send("client", `POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x="y"\r\nabc\r\n0\r\nDigest: z\r\n\r\n${get("/b")}`)
        .send("server", ok() + ok()),
      ["POST /a 200", "GET /b 200"],
    ],
    [
      "a response until close",
      talk().send("client", get("/a")).send("server", "HTTP/1.0 200 OK\r\n\r\nbody").close("server"),
      ["GET /a 200"],
    ],
    [
      "a response until close that a reset cut",
      talk().send("client", get("/a")).send("server", "HTTP/1.0 200 OK\r\n\r\nbo").reset("server"),
      ["GET /a 200 reset"],
    ],
    [
      "HEAD",
      talk()
        .send("client", "HEAD /a HTTP/1.1\r\n\r\n")
        .send("server", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        .send("client", get("/b"))
        .send("server", ok()),
      ["HEAD /a 200", "GET /b 200"],
    ],
    [
      "204 and 304 with lengths",
      talk()
        .send("client", get("/a") + get("/b") + get("/c"))
        .send(
          "server",
          "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n" + ok(),
        ),
      ["GET /a 204", "GET /b 304", "GET /c 200"],
    ],
    [
      "100 Continue and 103 Early Hints",
      talk()
        .send("client", "POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        .send("server", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
        .send("client", "abc")
        .send("server", ok()),
      ["POST /a 200"],
    ],
    [
      "an answer before the body is there",
      talk()
        .send("client", "POST /a HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc")
        .send("server", "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        .send("client", "def" + get("/b"))
        .send("server", ok()),
      ["POST /a 413", "GET /b 200"],
    ],
    [
      "bare LF",
      talk().send("client", "GET /a HTTP/1.1\nHost: shop\n\n").send("server", "HTTP/1.1 200 OK\nContent-Length: 1\n\nx"),
      ["GET /a 200"],
    ],
    [
      "empty lines in front",
      talk()
        .send("client", `\r\n\r\n${get("/a")}\r\n`)
        .send("server", ok())
        .send("client", get("/b"))
        .send("server", ok()),
      ["GET /a 200", "GET /b 200"],
    ],
    [
      "absolute-form",
      talk()
        .send("client", "GET http://shop:80/a?x=1 HTTP/1.1\r\n\r\nGET http://shop HTTP/1.1\r\n\r\n")
        .send("server", ok() + ok()),
      ["GET /a 200", "GET / 200"],
    ],
    ["asterisk-form", talk().send("client", "OPTIONS * HTTP/1.1\r\n\r\n").send("server", ok()), ["OPTIONS * 200"]],
    [
      "a refused CONNECT",
      talk()
        .send("client", "CONNECT shop:443 HTTP/1.1\r\n\r\n")
        .send("server", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        .send("client", get("/b"))
        .send("server", ok()),
      ["CONNECT shop:443 403", "GET /b 200"],
    ],
    ["no answer at all", talk().send("client", get("/a")), ["GET /a - capture ended"]],
    ["no answer and a reset", talk().send("client", get("/a")).reset("server"), ["GET /a - reset"]],
    [
      "a body that the end of the connection cut",
      talk().send("client", get("/a")).send("server", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").close("server"),
      ["GET /a 200 fin"],
    ],
    ["a head that the end of the capture cut", talk().send("client", "GET /a HTTP/1.1\r\nHost: sh"), ["GET /a (cut) - capture ended"]],
    [
      "lower-case and long methods only behind a request",
      talk().send("client", get("/a")).send("server", ok()).send("client", "purge /b HTTP/1.1\r\n\r\n").send("server", ok()),
      ["GET /a 200", "purge /b 200"],
    ],
    [
      "different lengths: the fields are read, the body is not",
      talk()
        .send("client", "POST /a HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")
        .send("server", ok())
        .send("client", get("/b"))
        .send("server", ok()),
      ["POST /a 200", "GET /b 200"],
    ],
    [
      "equal lengths",
      talk()
        .send("client", `POST /a HTTP/1.1\r\nContent-Length: 3, 3\r\nContent-Length: 3\r\n\r\nabc${get("/b")}`)
        .send("server", ok() + ok()),
      ["POST /a 200", "GET /b 200"],
    ],
    [
      "garbage between messages",
      talk().send("client", get("/a")).send("server", ok()).send("client", "\x00\x01\x02").send("client", get("/b")).send("server", ok()),
      ["GET /a 200", "GET /b 200"],
    ],
    [
      "a malformed chunk",
      talk()
        .send("client", get("/a"))
        .send("server", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        .send("client", get("/b"))
        .send("server", ok()),
      ["GET /a 200 gap", "GET /b 200"],
    ],
    [
      "another port",
      new Conversation({ clientPort: 5, serverPort: 53 }).open().send("client", get("/a")).send("server", ok()),
      ["GET /a 200"],
    ],
    [
      "a server that answers first in the capture",
      talk().send("server", ok()).send("client", "GET /a HTTP/1.1\r\n\r\n"),
      ["? ? 200 gap", "GET /a - capture ended"],
    ],
  ];
  it.each(cases)("%s", (_, conversation, seen) => {
    expect(lines(conversation)).toEqual(seen);
  });

  it("say what they hold", () => {
    const { http } = observe(
      talk()
        .send("client", get("/a?x=1", "TraceParent:\t00-x ", "traceparent: 00-y", "Cookie: secret") + post("/b", "abc"))
        .send("server", `HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\nX-Request-Id: 7\r\n\r\n${chunked("ab", "cde")}`)
        .send("server", ok("12")).packets,
    );
    expect(http[0]).toMatchObject({
      version: "1.1",
      connection: 0,
      client: { address: "10.0.0.1", port: 40_000 },
      server: { address: "10.0.0.2", port: 8080 },
      request: {
        method: "GET",
        path: "/a",
        bodyLength: 0,
        isHeadComplete: true,
        sequence: 1001,
        packet: { capture: 0, number: 4 },
        seenAgain: [],
      },
      response: { status: 500, bodyLength: 5, sequence: 5001, packet: { number: 5 }, fields: [{ name: "X-Request-Id", value: "7" }] },
    });
    expect(http[0]?.request?.fields).toEqual([
      { name: "Host", value: "shop" },
      { name: "TraceParent", value: "00-x" },
      { name: "traceparent", value: "00-y" },
    ]);
    expect(http[1]).toMatchObject({
      request: {
        path: "/b",
        bodyLength: 3,
        sequence: 1001 + get("/a?x=1", "TraceParent:\t00-x ", "traceparent: 00-y", "Cookie: secret").length,
      },
    });
    expect(http[0]?.request?.targetHash).not.toBe(http[1]?.request?.targetHash);
  });

  it("join folded lines and remove blanks before colons", () => {
    const [exchange] = observe(
      talk().send("client", "GET / HTTP/1.1\r\ntracestate: a=1,\r\n\tb=2\r\nHost : shop\r\nno colon\r\ntraceparent:\r\n\r\n").packets,
    ).http;
    expect(exchange?.request?.fields).toEqual([
      { name: "tracestate", value: "a=1, b=2" },
      { name: "Host ", value: "shop" },
      { name: "traceparent", value: "" },
    ]);
  });
});

describe("tunnels", () => {
  it("are read afresh behind a CONNECT", () => {
    const conversation = talk()
      .send("client", "CONNECT shop:80 HTTP/1.1\r\n\r\n")
      .send("server", "HTTP/1.1 200 Connection established\r\n\r\n");
    expect(lines(conversation.send("client", get("/inside")).send("server", ok()))).toEqual(["CONNECT shop:80 200", "GET /inside 200"]);
  });

  it("are read afresh behind an Upgrade, and left alone when they hold no known protocol", () => {
    const conversation = talk()
      .send("client", get("/chat", "Connection: Upgrade", "Upgrade: websocket"))
      .send("server", "HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x05hello");
    const { http, anomalies } = observe(
      conversation.send("client", "\x81\x85\x00\x00\x00\x00hello").send("server", "\x81\x01x").close().packets,
    );
    expect(http.map(describeExchange)).toEqual(["GET /chat 101"]);
    expect(anomalies).toEqual([]);
  });

  it("may begin with the server, and in pieces", () => {
    const conversation = talk().send("client", "CONNECT shop:80 HTTP/1.1\r\n\r\n").send("server", "HTTP/1.1 200 OK\r\n\r\n");
    expect(lines(conversation.send("server", "220 hello\r\n").send("client", get("/inside"), 5).send("server", ok(), 5))).toContain(
      "GET /inside 200",
    );
  });
});

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

describe("connections", () => {
  it("are summed up when they end", () => {
    const { connections } = observe(talk().send("client", get("/a")).send("server", ok("x")).close().packets);
    expect(connections).toMatchObject([
      { protocol: "HTTP/1", handshake: "complete", closedBy: "fin", packets: 7, bytes: get("/a").length + ok("x").length, missing: 0 },
    ]);
  });

  it("that speak nothing known have no protocol", () => {
    const { connections } = observe(
      talk()
        .send("client", "hello\r\n")
        .segment("client", "", FIN | ACK).packets,
    );
    expect(connections).toMatchObject([{ protocol: undefined }]);
  });
});
