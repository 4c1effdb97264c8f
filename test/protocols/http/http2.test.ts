import { describe, expect, it } from "vitest";
import type { HttpExchange } from "../../../src/protocols/observation.ts";
import { Conversation, type ConversationOptions } from "../../tcp/build-packets.ts";
import { describeExchange, observe } from "../observe.ts";
import {
  ACK,
  CONTINUATION,
  clientBegin,
  DATA,
  END_HEADERS,
  END_STREAM,
  frame,
  GOAWAY,
  HEADERS,
  headers,
  joined,
  PADDED,
  Peers,
  PING,
  PREFACE,
  PRIORITY,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  serverBegin,
  u32,
  WINDOW_UPDATE,
} from "./http2-peers.ts";

const context = (n: number) => ["traceparent", `00-${String(n).padStart(32, "0")}-00000000000000ab-01`] as const;
const open = (options: ConversationOptions = {}) =>
  new Conversation(options).open().send("client", clientBegin).send("server", serverBegin);
const data = (stream: number, text: string, endsStream = true) => frame(DATA, endsStream ? END_STREAM : 0, stream, text);
const seen = (talk: Conversation) => observe(talk.packets).http.map((exchange) => `${exchange.stream}: ${describeExchange(exchange)}`);
const fieldsOf = ({ request }: HttpExchange) => request?.fields.map(({ name, value }) => `${name}=${value}`);

describe("an HTTP/2 exchange", () => {
  it("is a stream: method, path, kept fields in wire order, lengths, places", () => {
    const peers = new Peers();
    const talk = open();
    const request = peers.request(1, "/orders/7?token=secret", [["cookie", "a=b"], context(1), ["tracestate", "a=1"]], {});
    const sequence = talk.next.client;
    talk.send("client", joined(request, data(1, "four")));
    talk.send("server", joined(peers.response(1, "201", [], {}), data(1, "abc", false), data(1, "de")));
    const { http, connections, anomalies } = observe(talk.close().packets);
    expect(http).toHaveLength(1);
    expect(http[0]).toMatchObject({ version: "2", stream: 1, client: { port: 40_000 }, server: { port: 8080 } });
    expect(http[0]?.request).toMatchObject({
      method: "GET",
      path: "/orders/7",
      isHeadComplete: true,
      hiddenFields: 0,
      headLength: request.length - 9,
      bodyLength: 4,
      sequence,
      packet: { capture: 0, number: 6 },
    });
    expect(fieldsOf(http[0]!)).toEqual(["host=shop", `traceparent=${context(1)[1]}`, "tracestate=a=1"]);
    expect(http[0]?.response).toMatchObject({ status: 201, bodyLength: 5, packet: { capture: 0, number: 7 } });
    expect(http[0]?.incomplete).toBeUndefined();
    expect(http[0]?.request?.endedAt).toBe(http[0]?.request?.startedAt);
    expect(connections[0]).toMatchObject({ protocol: "HTTP/2" });
    expect(connections[0]?.hidden).toBeUndefined();
    expect(anomalies).toEqual([]);
  });

  it("has the target's hash of HTTP/1", () => {
    const other = new Conversation({ clientPort: 41_000 }).open().send("client", "GET /a?b=1 HTTP/1.1\r\n\r\n");
    const { http } = observe([...open().send("client", new Peers().request(1, "/a?b=1")).packets, ...other.packets]);
    expect(http).toHaveLength(2);
    expect(http[0]?.request?.targetHash).toBe(http[1]?.request?.targetHash);
  });

  it("a Host field stands for itself beside :authority", () => {
    const { http } = observe(open().send("client", new Peers().request(1, "/", [["host", "other"]])).packets);
    expect(fieldsOf(http[0]!)).toEqual(["host=other"]);
  });

  it("keeps doubled, empty and upper-case fields as they are", () => {
    const lines = [context(1), context(2), ["TraceState", "a=1"], ["tracestate", ""]] as const;
    const { http } = observe(open().send("client", new Peers().request(1, "/", lines)).packets);
    expect(http[0]?.request?.fields.slice(1)).toEqual(lines.map(([name, value]) => ({ name, value })));
  });

  it("may be interleaved with others, and answered in any order", () => {
    const peers = new Peers();
    const talk = open()
      .send(
        "client",
        joined(peers.request(1, "/a", [], {}), peers.request(3, "/b"), data(1, "x", false), peers.request(5, "/c"), data(1, "y")),
      )
      .send("server", joined(peers.response(5, "200"), peers.response(1, "200", [], {}), peers.response(3, "404"), data(1, "z")));
    expect(seen(talk)).toEqual(["5: GET /c 200", "3: GET /b 404", "1: GET /a 200"]);
    const { http } = observe(talk.packets);
    expect(http.map(({ request }) => request?.bodyLength)).toEqual([0, 0, 2]);
  });

  it("is read through padding, priority, CONTINUATION, unknown frames and everything that is no message", () => {
    const peers = new Peers();
    const noise = joined(
      frame(WINDOW_UPDATE, 0, 0, u32(1)),
      frame(PING, 0, 0, "12345678"),
      frame(PRIORITY, 0, 9, [0, 0, 0, 0, 1]),
      frame(0xbe, 0xff, 77, "grease"),
      frame(SETTINGS, 0, 0),
    );
    const talk = open()
      .send("client", joined(noise, peers.request(1, "/a", [context(1)], { padding: 7, hasPriority: true, fragment: 5 }), noise))
      .send("client", joined(frame(DATA, PADDED, 1, [3, 1, 2, 0, 0, 0]), frame(DATA, PADDED | END_STREAM, 1, [0])))
      .send("server", joined(noise, peers.response(1, "103", [], {}), noise, peers.response(1, "200", [], { padding: 0 }), data(1, "")));
    const { http, anomalies } = observe(talk.packets);
    expect(http.map(describeExchange)).toEqual(["GET /a 200"]);
    expect(http[0]?.request).toMatchObject({ bodyLength: 2, isHeadComplete: true });
    expect(fieldsOf(http[0]!)).toHaveLength(2);
    expect(anomalies).toEqual([]);
  });

  it("ends with trailers", () => {
    const peers = new Peers();
    const talk = open().send("client", peers.request(1, "/a"));
    talk.send("server", joined(peers.response(1, "200", [], {}), data(1, "abc", false), peers.trailers(1, [["x-checksum", "1"]])));
    expect(seen(talk)).toEqual(["1: GET /a 200"]);
  });

  it("that opens a tunnel is read, and what goes through the tunnel is said not to be", () => {
    const peers = new Peers();
    const asked = headers(1, peers.client.block([[":method", "CONNECT"], [":authority", "shop:80"], context(1)]));
    const talk = open()
      .send("client", asked)
      .send("server", peers.response(1, "200", [], {}));
    talk.send("client", data(1, "GET / HTTP/1.1\r\n\r\n", false));
    expect(seen(talk)).toEqual([expect.stringMatching(/^1: CONNECT shop:80 200/)]);
    expect(observe(talk.packets).anomalies).toMatchObject([{ code: "unsupported" }]);
  });

  it("of a push is none, and what it adds to the table is known", () => {
    const peers = new Peers();
    const pushed = peers.server.block([
      [":method", "GET"],
      [":path", "/style.css"],
      ["x-pushed", "value"],
    ]);
    const talk = open()
      .send("client", peers.request(1, "/"))
      .send(
        "server",
        joined(frame(PUSH_PROMISE, END_HEADERS, 1, [...u32(2), ...pushed]), peers.response(1, "200", [["x-pushed", "value"]])),
      )
      .send("server", joined(peers.response(2, "200", [], {}), data(2, "body")));
    expect(seen(talk)).toEqual(["1: GET / 200"]);
    expect(observe(talk.packets).anomalies).toEqual([]);
  });

  it("follows changes of the table's size", () => {
    const peers = new Peers();
    const talk = open()
      .send("client", peers.request(1, "/a", [context(1)]))
      .send("server", peers.response(1, "200"));
    const small = peers.client.resize(60);
    const block = [...small, ...peers.client.block([[":method", "GET"], [":path", "/b"], context(2)])];
    talk.send("client", headers(3, block, { endsStream: true })).send("server", peers.response(3, "200"));
    talk.send("client", peers.request(5, "/c", [context(2)])).send("server", peers.response(5, "200"));
    const { http, anomalies } = observe(talk.packets);
    expect(http.map(describeExchange)).toEqual(["GET /a 200", "GET /b 200", "GET /c 200"]);
    expect(anomalies).toEqual([]);
  });
});

describe("an exchange that is not whole", () => {
  it("was reset by either side; what comes later for it is no exchange", () => {
    const peers = new Peers();
    const talk = open()
      .send("client", joined(peers.request(1, "/a"), peers.request(3, "/b")))
      .send("client", frame(RST_STREAM, 0, 1, u32(8)))
      .send("server", joined(peers.response(1, "200", [["x-late", "1"]], {}), data(1, "late"), frame(RST_STREAM, 0, 3, u32(7))))
      .send("client", peers.request(5, "/c"))
      .send("server", peers.response(5, "200", [["x-late", "1"]]));
    expect(seen(talk)).toEqual(["1: GET /a - reset", "3: GET /b - reset", "5: GET /c 200"]);
  });

  it("is whole when it was reset behind its answer", () => {
    const peers = new Peers();
    const talk = open()
      .send("client", peers.request(1, "/upload", [], {}))
      .send("server", joined(peers.response(1, "413"), frame(RST_STREAM, 0, 1, u32(0))));
    expect(seen(talk)).toEqual(["1: GET /upload 413"]);
  });

  it("was not looked at before GOAWAY", () => {
    const peers = new Peers();
    const talk = open()
      .send("client", joined(peers.request(1, "/a"), peers.request(3, "/b")))
      .send("server", joined(frame(GOAWAY, 0, 0, [...u32(1), ...u32(0), 1, 2, 3]), peers.response(1, "200")));
    expect(seen(talk)).toEqual(["3: GET /b - reset", "1: GET /a 200"]);
  });

  it("ends with its connection", () => {
    const peers = new Peers();
    const talk = () =>
      open()
        .send("client", joined(new Peers().request(1, "/a")))
        .send("server", peers.response(1, "200", [], {}));
    expect(seen(talk())).toEqual(["1: GET /a 200 capture ended"]);
    expect(seen(talk().reset("server"))).toEqual(["1: GET /a 200 reset"]);
    expect(seen(talk().close())).toEqual(["1: GET /a 200 fin"]);
  });

  it("lost bytes of a body only: it is whole", () => {
    const peers = new Peers();
    const body = data(1, "x".repeat(3000));
    const talk = open()
      .send("client", peers.request(1, "/a"))
      .send("server", joined(peers.response(1, "200", [], {}), body.subarray(0, 1000)));
    talk.lose("server", body.subarray(1000, 2000)).send("server", body.subarray(2000)).acknowledge("client").wait(300_000);
    talk.send("client", peers.request(3, "/b")).send("server", peers.response(3, "200"));
    const { http } = observe(talk.packets);
    expect(http.map(describeExchange)).toEqual(["GET /a 200", "GET /b 200"]);
    expect(http[0]?.response?.bodyLength).toBe(3000);
  });

  it("lost its head: what comes behind the gap is read, and what refers to it is hidden", () => {
    const peers = new Peers();
    const talk = open()
      .send("client", peers.request(1, "/a", [context(1)]))
      .send("server", peers.response(1, "200"));
    talk.lose("client", peers.request(3, "/b", [context(2)])).send("server", peers.response(3, "200", [["x-a", "1"]]));
    talk.send("client", peers.request(5, "/c", [context(2)])).send("server", peers.response(5, "200"));
    for (let i = 0; i < 10; i++) talk.acknowledge("server");
    const { http, connections, anomalies } = observe(talk.close().packets);
    expect(http.map(describeExchange)).toEqual(["GET /a 200", "? ? 200 gap", "GET /c (cut) 200"]);
    expect(http[2]?.request).toMatchObject({ hiddenFields: 2, fields: [] });
    expect(connections[0]?.hidden).toEqual({ requests: 1, knownFrom: undefined });
    expect(anomalies.map(({ code }) => code)).toEqual(["gap"]);
  });

  it("may have a method, a path and a status that nobody can know", () => {
    const peers = new Peers();
    peers.client.block([
      [":method", "PUT"],
      [":path", "/secret"],
      [":authority", "shop"],
    ]);
    peers.server.block([[":status", "201"]]);
    const block = peers.client.block([
      [":method", "PUT"],
      [":scheme", "http"],
      [":path", "/secret"],
      [":authority", "shop"],
    ]);
    const talk = new Conversation()
      .send("client", headers(101, block, { endsStream: true }))
      .send("server", joined(peers.response(101, "201", [["server", "x"]], {}), data(101, "abc")));
    const { http } = observe(talk.packets);
    expect(http[0]?.request).toMatchObject({ method: "?", path: "", hiddenFields: 3, isHeadComplete: false });
    expect(http[0]?.response).toMatchObject({ status: undefined, isHeadComplete: false, bodyLength: 3 });
  });
});

describe("a connection that was joined late", () => {
  /** A connection after a hundred calls. */
  const late = () => {
    const peers = new Peers();
    for (let i = 0; i < 100; i++) peers.call(2 * i + 1, "/shop.Prices/Get", [context(i)]);
    peers.request(201, "/a");
    peers.response(1, "200", [["content-type", "application/grpc"]]);
    return peers;
  };

  it("is recognised by its frames, and only what is certain is said", () => {
    const peers = late();
    const talk = new Conversation();
    const call = (stream: number, n: number) =>
      talk
        .send("client", joined(peers.call(stream, "/shop.Prices/Get", [context(n)]), data(stream, "\0\0\0\0\0")))
        .send(
          "server",
          joined(peers.response(stream, "200", [["content-type", "application/grpc"]], {}), data(stream, "\0\0\0\0\0", false)),
        )
        .send("server", peers.trailers(stream, [["grpc-status", "0"]]));
    call(201, 101);
    call(203, 102);
    const { http, connections } = observe(talk.packets);
    expect(http.map(describeExchange)).toEqual(["POST  (cut) 200 (cut)", "POST  (cut) 200 (cut)"]);
    expect(http.every(({ request }) => request!.hiddenFields > 0 && request!.fields.length === 0)).toBe(true);
    expect(connections[0]).toMatchObject({ protocol: "HTTP/2", hidden: { requests: 2 } });
  });

  it("knows its table again when everything in it came since", () => {
    const peers = late();
    const talk = new Conversation();
    for (let i = 0; i < 60; i++) {
      const more = [["x-request-id", `request ${i} ${"x".repeat(200)}`]] as const;
      talk.send("client", peers.request(201 + 2 * i, "/a", more)).send("server", peers.response(201 + 2 * i, "204"));
    }
    const { http, connections } = observe(talk.packets);
    const { hidden } = connections[0]!;
    const known = http.findIndex(({ request }) => request!.packet.number === hidden?.knownFrom?.number);
    expect(known).toBeGreaterThan(0);
    expect(http.slice(known).map(fieldsOf)).toEqual(
      http.slice(known).map((_, i) => ["host=shop", `x-request-id=request ${known + i} ${"x".repeat(200)}`]),
    );
  });

  it("reads messages that need no table whole", () => {
    const own = [0x82, 4, 2, ...Buffer.from("/a"), 0, 11, ...Buffer.from("traceparent"), 55, ...Buffer.from(context(1)[1])];
    const { http } = observe(new Conversation().send("client", headers(201, own, { endsStream: true })).packets);
    expect(http.map(describeExchange)).toEqual(["GET /a - capture ended"]);
    expect(fieldsOf(http[0]!)).toEqual([`traceparent=${context(1)[1]}`]);
  });

  it("begins with the rest of something", () => {
    const peers = late();
    const talk = new Conversation()
      .send("server", joined("the rest of some data", data(199, "more", false)))
      .send("client", joined("\x03rest", frame(WINDOW_UPDATE, 0, 0, u32(5))))
      .send("client", peers.request(201, "/a"))
      .send("server", peers.response(201, "200"));
    expect(seen(talk)).toEqual(["201: GET  (cut) 200"]);
  });

  it("is whole when only the handshake was missed", () => {
    const peers = new Peers();
    const talk = new Conversation()
      .send("client", joined(clientBegin, peers.request(1, "/a", [context(1)])))
      .send("server", joined(serverBegin, peers.response(1, "200")))
      .send("client", peers.request(3, "/b", [context(1)]))
      .send("server", peers.response(3, "200"));
    const { http, connections } = observe(talk.packets);
    expect(http.map(describeExchange)).toEqual(["GET /a 200", "GET /b 200"]);
    expect(connections[0]?.hidden).toBeUndefined();
  });

  it("is not seen in what is no HTTP/2", () => {
    const others = [
      "\0\0\0\x1c\0\x12\0\x03\0\0\0\x01\0\x05kafka\0\0\0\0\0\0\0\0\0\0\0",
      "\0\0\x01\0\0\x03\0\x09xxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
      "Q\0\0\0\x0dSELECT 1\0",
      "\x03\0\0\0\x04\x01\0\0\0",
      "\0".repeat(200),
      "\0\0\x04\x01\x04\0\0\0\x01\x82\x84\xff\xff",
    ];
    for (const other of others) {
      const { http, connections } = observe(new Conversation().send("client", other).send("server", other).packets);
      expect(http).toEqual([]);
      expect(connections.map(({ protocol }) => protocol)).toEqual([undefined]);
    }
  });
});

describe("Upgrade: h2c", () => {
  const ask =
    "GET /first HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n";
  const switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

  it("taken up before the request's body is over: HTTP/2 begins behind it", () => {
    const posted = ask.replace("GET", "POST").replace("\r\n\r\n", "\r\nContent-Length: 10\r\n\r\n12345");
    const talk = new Conversation().open().send("client", posted).send("server", joined(switched, serverBegin));
    talk.send("client", "67890").send("client", clientBegin);
    talk.send("server", new Peers().response(1, "200", [], {})).send("server", data(1, "abc"));
    expect(seen(talk)).toEqual(["1: POST /first 200"]);
    expect(observe(talk.packets).http[0]?.request?.bodyLength).toBe(10);
  });

  it("the request is answered on stream 1", () => {
    const peers = new Peers();
    for (const size of [Number.POSITIVE_INFINITY, 1, 7]) {
      const talk = new Conversation()
        .open()
        .send("client", ask, size)
        .send("server", joined(switched, serverBegin), size)
        .send("client", clientBegin, size)
        .send("server", joined(new Peers().response(1, "200", [], {}), data(1, "abc")), size)
        .send("client", new Peers().request(3, "/second"), size)
        .send("server", peers.response(3, "404"), size);
      expect(seen(talk)).toEqual(["1: GET /first 200", "3: GET /second 404"]);
      const { http } = observe(talk.packets);
      expect(http[0]).toMatchObject({ version: "2", request: { fields: [{ name: "Host", value: "shop" }] }, response: { bodyLength: 3 } });
    }
  });

  it("whose HTTP/2 was not captured is an answer of HTTP/1", () => {
    const { http } = observe(new Conversation().open().send("client", ask).send("server", switched).packets);
    expect(http.map((exchange) => `${exchange.version} ${describeExchange(exchange)}`)).toEqual(["1.1 GET /first 101"]);
  });

  it("that was not taken up is an exchange of HTTP/1", () => {
    const talk = new Conversation().open().send("client", ask).send("server", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    expect(observe(talk.packets).http.map(({ version }) => version)).toEqual(["1.1"]);
  });
});

describe("bounds", () => {
  it("a flood of CONTINUATION frames is cut, said, and passed over", () => {
    const peers = new Peers();
    const begin = frame(
      HEADERS,
      0,
      1,
      peers.client.block([
        [":method", "GET"],
        [":path", "/flood"],
      ]),
    );
    const talk = open().send("client", begin);
    const piece = frame(CONTINUATION, 0, 1, new Uint8Array(16_000).fill(0x82));
    for (let i = 0; i < 40; i++) talk.send("client", piece);
    talk.send("client", frame(CONTINUATION, END_HEADERS, 1, [0x82])).send("client", new Peers().request(3, "/next"));
    const { http, anomalies } = observe(talk.packets);
    expect(http.map(describeExchange)).toEqual(["GET /flood (cut) - capture ended", "GET /next - capture ended"]);
    expect(anomalies.map(({ code }) => code)).toEqual(["limit"]);
  });

  it("more than a hundred thousand streams, open or not", () => {
    const peers = new Peers();
    const talk = open();
    for (let i = 0; i < 110_000; i += 1000) {
      const requests = Array.from({ length: 1000 }, (_, k) => peers.request(2 * (i + k) + 1, "/a"));
      talk.send("client", joined(...requests), 60_000);
    }
    const { http, anomalies } = observe(talk.packets);
    expect(http).toHaveLength(110_000);
    expect(http.filter(({ incomplete }) => incomplete === "evicted")).toHaveLength(100_000);
    expect(anomalies.map(({ code }) => code)).toEqual(["limit"]);
  });

  it("frames that break the rules are one anomaly, and reading goes on behind them", () => {
    const peers = new Peers();
    const bad = [
      frame(DATA, 0, 0, "x"),
      frame(PING, 0, 0, "x"),
      frame(CONTINUATION, ACK, 1, "x"),
      frame(HEADERS, PADDED | END_HEADERS, 1, [9, 0x82]),
    ];
    const talk = open();
    for (const each of bad) talk.send("client", each);
    talk.send("client", peers.request(7, "/a")).send("server", peers.response(7, "200"));
    const { http, anomalies } = observe(talk.packets);
    expect(http.map(describeExchange)).toEqual(["GET /a 200"]);
    expect(anomalies.map(({ code }) => code)).toEqual(["malformed"]);
  });

  it("the preface alone is HTTP/2", () => {
    expect(observe(new Conversation().open().send("client", PREFACE).packets).connections[0]?.protocol).toBe("HTTP/2");
  });
});
