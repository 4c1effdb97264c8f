// What handshakes say, how they end, and what does not open them.

import { describe, expect, it } from "vitest";
import { MAX_HANDSHAKE_MESSAGE_BYTES, MAX_HELD_RECORD_BYTES } from "../../../src/wire/limits.ts";
import { Conversation } from "../../tcp/build-packets.ts";
import { describeExchange, essence, observe } from "../observe.ts";
import { keyLogOf } from "./key-log-of.ts";
import { packetsOf } from "./record-session.ts";
import { clientHello, extension, record, SealedSession, serverName } from "./seal.ts";

const GET = "GET /a HTTP/1.1\r\nHost: shop\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const random = new Uint8Array(32).fill(7);
const hello = Uint8Array.from([...record(22, clientHello(random, [...serverName("orders.shop"), ...extension(43, [2, 3, 4])]), 1)]);
const talk = () => new Conversation({ serverPort: 8443 }).open();
const read = (conversation: Conversation, keyLog = "") => observe(conversation.packets, undefined, keyLogOf(keyLog));

describe("handshakes", () => {
  it("that were answered with an alert", () => {
    const { tls, connections } = read(
      talk()
        .send("client", hello)
        .send("server", record(21, [2, 40]))
        .close("server"),
    );
    expect(connections).toMatchObject([{ protocol: "TLS" }]);
    expect(tls).toMatchObject([
      {
        sni: "orders.shop",
        version: "TLS 1.3",
        cipherSuite: undefined,
        outcome: "failed",
        failedBy: "server",
        alert: { from: "server", level: "fatal", description: "handshake_failure", packet: { capture: 0, number: 5 } },
        isDecrypted: false,
        undecrypted: undefined,
        packet: { capture: 0, number: 4 },
      },
    ]);
  });

  it.each([
    ["HTTP/1", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["HTTP/2", "\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64"],
    ["unknown", "220 shop ESMTP\r\n"],
  ])("that were answered in the clear: %s", (plaintextAnswer, answer) => {
    for (const size of [undefined, 1]) {
      const { tls, anomalies, http } = read(talk().send("client", hello).send("server", answer, size).close("server"));
      expect(tls).toMatchObject([{ outcome: "failed", failedBy: "server", plaintextAnswer, alert: undefined }]);
      expect([...anomalies, ...http]).toEqual([]);
    }
  });

  it("that nobody answered, or that the capture does not show to the end", () => {
    const outcome = (conversation: Conversation) => read(conversation).tls.map((tls) => tls.outcome);
    expect(outcome(talk().send("client", hello).reset("server"))).toEqual(["failed"]);
    expect(outcome(talk().send("client", hello).close("server"))).toEqual(["failed"]);
    expect(outcome(talk().send("client", hello))).toEqual(["unfinished"]);
    const lossy = talk()
      .send("client", hello)
      .lose("server", record(21, [2, 40]))
      .acknowledge("client")
      .close("server");
    expect(outcome(lossy)).toEqual(["unfinished"]);
  });

  it.each(["client", "server"] as const)("that the %s broke off in TLS 1.3: with keys by name, without by its length", (from) => {
    const isClient = from === "client";
    const session = new SealedSession({ version: "1.3", ...(isClient ? { clientAlert: 48 } : {}) }).hello().answer();
    const whole = isClient ? session : session.data("client", GET).seal("server", 21, Uint8Array.of(2, 116));
    const expected = { outcome: "failed", failedBy: from };
    const { tls } = read(packetsOf(whole.pieces), whole.keyLog);
    expect(tls).toMatchObject([{ ...expected, alert: { from, description: isClient ? "unknown_ca" : "certificate_required" } }]);
    expect(read(packetsOf(whole.pieces)).tls).toMatchObject([{ ...expected, alert: undefined }]);
  });

  it("that lie in many small records, byte by byte", () => {
    const body = clientHello(random, serverName("orders.shop"));
    const conversation = talk();
    for (const byte of body) conversation.send("client", record(22, [byte]));
    // The protocol is told by the first byte of the message.
    expect(read(conversation.reset("server")).tls).toMatchObject([{ sni: "orders.shop" }]);
  });

  it("whose messages are longer than any real one, or never end", () => {
    const giant = talk().send("client", record(22, [1, 0xff, 0xff, 0xff, 3, 3]));
    for (let i = 0; i < 20; i++) giant.send("client", record(22, new Uint8Array(16_000)));
    const seen = read(giant.close());
    expect(seen.anomalies.map(({ code, where }) => `${code} ${where.layer}`)).toEqual(["limit tls"]);
    expect(seen.tls).toMatchObject([{ sni: undefined, outcome: "failed" }]);
    expect(MAX_HANDSHAKE_MESSAGE_BYTES).toBeLessThan(0xffffff);
  });

  it("that the capture joined too late for", () => {
    const session = new SealedSession({ version: "1.3" }).hello().answer().data("client", GET).data("server", OK);
    const { packets } = packetsOf(session.pieces);
    const late = observe(packets.slice(-7), undefined, keyLogOf(session.keyLog));
    expect(late.connections).toMatchObject([{ protocol: "TLS", server: { port: 8443 } }]);
    expect(late.tls).toMatchObject([{ isDecrypted: false, undecrypted: "joined mid-connection", server: { port: 8443 } }]);
    expect(late.anomalies).toEqual([]);
    const withoutHello = observe(packets.toSpliced(4, 1), undefined, keyLogOf(session.keyLog));
    expect(withoutHello.tls).toMatchObject([{ isDecrypted: false, undecrypted: "handshake not captured" }]);
  });
});

describe("what is decrypted", () => {
  const session = (seed = 0) => new SealedSession({ version: "1.3", seed }).hello().answer().data("client", GET).data("server", OK);

  it("has the places of its ciphertext, alike at every vantage point", () => {
    const { pieces, keyLog } = session();
    const near = observe(packetsOf(pieces).packets, undefined, keyLogOf(keyLog));
    const far = observe(packetsOf(pieces, 11).packets, undefined, keyLogOf(keyLog));
    expect(far.http.map(essence)).toEqual(near.http.map(essence));
    const before = pieces
      .filter(({ from }) => from === "client")
      .slice(0, -1)
      .reduce((sum, { bytes }) => sum + bytes.length, 0);
    // Initial sequence number, SYN, the records before, and the header of its own.
    expect(near.http[0]?.request?.sequence).toBe(1000 + 1 + before + 5);
  });

  it("begins and ends with the packets that carried it", () => {
    const { pieces, keyLog } = session();
    const { packets } = packetsOf(pieces, 30);
    const { http } = observe(packets, undefined, keyLogOf(keyLog));
    const { request, response } = http[0]!;
    expect(response!.endedAt! - response!.startedAt).toBeGreaterThan(0);
    expect(packets[request!.packet.number - 1]?.timestamp).toBe(request!.startedAt);
  });

  it("a packet that was seen twice is a sighting of its request", () => {
    const { pieces, keyLog } = session();
    const { packets } = packetsOf(pieces);
    const request = packets.length - 7;
    const twice = [...packets.slice(0, request + 1), packets[request]!, ...packets.slice(request + 1)];
    const { http } = observe(twice, undefined, keyLogOf(keyLog));
    expect(http[0]?.request?.seenAgain).toEqual([{ capture: 0, number: request + 2 }]);
  });

  it.each([
    [true, ["GET /early 200", "GET /a 200"]],
    [false, ["GET /a 200"]],
  ])("early data, taken by the server: %s", (takesEarlyData, expected) => {
    const early = new SealedSession({ version: "1.3", hasEarlyData: true, takesEarlyData })
      .hello()
      .earlyData(GET.replace("/a", "/early"))
      .answer();
    if (takesEarlyData) early.data("server", OK);
    early.data("client", GET).data("server", OK);
    for (const size of [undefined, 9]) {
      const { http, tls } = observe(packetsOf(early.pieces, size).packets, undefined, keyLogOf(early.keyLog));
      expect(http.map(describeExchange)).toEqual(expected);
      expect(tls).toMatchObject([{ isDecrypted: true, undecrypted: undefined, earlyData: takesEarlyData ? "accepted" : "refused" }]);
    }
    const without = observe(packetsOf(early.pieces).packets, undefined, keyLogOf(""));
    expect(without.tls).toMatchObject([{ isDecrypted: false, earlyData: "offered" }]);
  });

  it("inside a tunnel that CONNECT opened", () => {
    const { pieces, keyLog } = session();
    for (const size of [undefined, 30]) {
      const tunnel = talk()
        .send("client", "CONNECT shop:443 HTTP/1.1\r\nHost: shop:443\r\n\r\n", size)
        .send("server", "HTTP/1.1 200 OK\r\n\r\n", size);
      for (const { from, bytes } of pieces) tunnel.send(from, bytes, size);
      const { http, tls } = read(tunnel.close(), keyLog);
      expect(http.map(describeExchange)).toEqual(["CONNECT shop:443 200", "GET /a 200"]);
      expect(tls).toMatchObject([{ isDecrypted: true, undecrypted: undefined, sni: "orders.shop" }]);
      expect(tls[0]).not.toHaveProperty("upgradedFrom");
      expect(tls[0]).not.toHaveProperty("earlyData");
      expect(read(tunnel, "").tls).toMatchObject([{ isDecrypted: false, undecrypted: "no keys" }]);
    }
  });

  it("of records held back, as many as there is room for", () => {
    const long = new SealedSession({ version: "1.3" }).hello().answer();
    const size = 16_000;
    const count = Math.ceil((2 * MAX_HELD_RECORD_BYTES) / size);
    long.data("client", GET).data("server", `HTTP/1.1 200 OK\r\nContent-Length: ${size * count}\r\n\r\n`);
    for (let i = 0; i < count; i++) long.data("server", "x".repeat(size));
    long.data("client", GET.replace("/a", "/b")).data("server", OK);
    const { packets } = packetsOf(long.pieces);
    const late = { at: packets.length - 7, keyLog: long.keyLog };
    const { http, tls } = observe(packets, undefined, undefined, late);
    // The gap is known to the byte: the body goes on behind it.
    expect(http.map(describeExchange)).toEqual(["GET /a 200", "GET /b 200"]);
    expect(http[0]?.response?.bodyLength).toBe(size * count);
    expect(tls).toMatchObject([{ isDecrypted: true, undecrypted: "limit" }]);
  });

  it("nothing in a protocol that is no HTTP, and no fault", () => {
    const other = new SealedSession({ version: "1.2" }).hello().answer().data("client", "EHLO\r\n").data("server", "250 ok\r\n");
    const { http, anomalies, tls } = observe(packetsOf(other.pieces).packets, undefined, keyLogOf(other.keyLog));
    expect([...http, ...anomalies]).toEqual([]);
    expect(tls).toMatchObject([{ isDecrypted: true, undecrypted: undefined, alpn: "http/1.1" }]);
  });
});
