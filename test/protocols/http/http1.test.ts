import { describe, expect, it } from "vitest";
import { ACK, Conversation, FIN } from "../../tcp/build-packets.ts";
import { describeExchange, observe } from "../observe.ts";
import { chunked, get, lines, ok, post, talk } from "./messages.ts";

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
      "a server that speaks HTTP/2 and says so first",
      talk().send("server", "\0\0\x06\x04\0\0\0\0\0\0\x05\0\0\x40\0").send("client", get("/a")).reset("server"),
      ["GET /a - HTTP/2"],
    ],
    ["an answer that nobody asked for", talk().send("server", "HTTP/1.0 408 Request Time-out\r\n\r\n").close("server"), []],
    [
      "a server that speaks TLS and answers with an alert",
      talk().send("client", get("/a")).send("server", "\x15\x03\x01\0\x02\x02\x46").close("server"),
      ["GET /a - TLS"],
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
          `HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n${ok()}`,
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
        .send("client", `def${get("/b")}`)
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
      { name: "Host", value: "shop" },
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

describe("a client that does not wait", () => {
  const isTooLate = (conversation: Conversation) => observe(conversation.packets).http.map(({ response }) => response?.isTooLate);

  it("is seen where the answer begins behind the end of its side", () => {
    expect(
      isTooLate(
        talk()
          .send("client", get("/a"))
          .segment("client", "", FIN | ACK)
          .send("server", ok()),
      ),
    ).toEqual([true]);
    expect(isTooLate(talk().send("client", get("/a")).send("server", ok()).close("client"))).toEqual([undefined]);
  });
});
