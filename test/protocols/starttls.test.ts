// Connections that begin in the clear and go on with TLS.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { upgradingProtocols } from "../../src/protocols/starttls.ts";
import type { Side } from "../../src/wire/endpoint.ts";
import { type Body, bytesOf, Conversation } from "../tcp/build-packets.ts";
import { describeExchange, observe } from "./observe.ts";
import { keyLogOf } from "./tls/key-log-of.ts";
import { SealedSession } from "./tls/seal.ts";

const GET = "GET /a HTTP/1.1\r\nHost: shop\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const LDAP_START_TLS = `\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037`;
const ACTIVE_DIRECTORY = `\x30\x84\0\0\0\x25\x02\x01\x01\x77\x84\0\0\0\x1c\x80\x84\0\0\0\x161.3.6.1.4.1.1466.20037`;
const MYSQL_GREETING = `\x4a\0\0\0\x0a8.0.36\0${"x".repeat(66)}`;
const MYSQL_SSL_REQUEST = `\x20\0\0\x01\x05\xae\xff\x19\0\0\0\x01\xff${"\0".repeat(23)}`;

const talks: readonly (readonly [name: string, ...said: (readonly [Side, Body])[]])[] = [
  [
    "SMTP",
    ["server", "220 mx.shop ESMTP Postfix\r\n"],
    ["client", "EHLO a\r\n"],
    ["server", "250 STARTTLS\r\n"],
    ["client", "STARTTLS\r\n"],
    ["server", "220 go\r\n"],
  ],
  [
    "SMTP",
    ["server", "220 mx.shop ready\r\n"],
    ["client", "ehlo a\r\n"],
    ["server", "250 STARTTLS\r\n"],
    ["client", "STARTTLS\r\n"],
    ["server", "220 go\r\n"],
  ],
  ["SMTP", ["server", "220 passmtp-1.shop\r\n"], ["client", "NOOP\r\n"], ["server", "220 go\r\n"]],
  ["IMAP", ["server", "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"], ["client", "a STARTTLS\r\n"], ["server", "a OK\r\n"]],
  [
    "POP3",
    ["server", "+OK Dovecot ready.\r\n"],
    ["client", "CAPA\r\n"],
    ["server", "+OK\r\nSTLS\r\n.\r\n"],
    ["client", "STLS\r\n"],
    ["server", "+OK\r\n"],
  ],
  ["POP3", ["server", "+OK POP3 server\r\n"], ["client", "STLS\r\n"], ["server", "+OK\r\n"]],
  ["FTP", ["server", "220 (vsFTPd 3.0.3)\r\n"], ["client", "AUTH TLS\r\n"], ["server", "234 Proceed\r\n"]],
  ["FTP", ["server", "220 shop\r\n"], ["client", "AUTH SSL\r\n"], ["server", "234 Proceed\r\n"]],
  ["LDAP", ["client", LDAP_START_TLS], ["server", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0"]],
  ["LDAP", ["client", ACTIVE_DIRECTORY], ["server", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0"]],
  ["PostgreSQL", ["client", "\0\0\0\x08\x04\xd2\x16\x2f"], ["server", "S"]],
  ["PostgreSQL", ["client", "\0\0\0\x08\x04\xd2\x16\x30"], ["server", "N"], ["client", "\0\0\0\x08\x04\xd2\x16\x2f"], ["server", "S"]],
  ["MySQL", ["server", MYSQL_GREETING], ["client", MYSQL_SSL_REQUEST]],
];

function session() {
  return new SealedSession({ version: "1.3" }).hello().answer().data("client", GET).data("server", OK);
}

function upgraded(said: readonly (readonly [Side, Body])[], size?: number) {
  const { pieces, keyLog } = session();
  const talk = new Conversation({ serverPort: 2525 }).open();
  for (const [from, body] of said) talk.send(from, body, size);
  for (const { from, bytes } of pieces) talk.send(from, bytes, size);
  return observe(talk.acknowledge("client").acknowledge("server").close().packets, undefined, keyLogOf(keyLog));
}

describe("protocols that upgrade to TLS", () => {
  it.each(talks.map(([name, ...said]) => [name, said] as const))("%s: TLS from the ClientHello on, in any pieces", (name, said) => {
    for (const size of [undefined, 7, 1]) {
      const { tls, connections, http, anomalies } = upgraded(said, size);
      expect(connections).toMatchObject([{ protocol: name }]);
      expect(tls).toMatchObject([
        { upgradedFrom: name, sni: "orders.shop", outcome: "established", isDecrypted: true, undecrypted: undefined },
      ]);
      expect(http.map(describeExchange)).toEqual(["GET /a 200"]);
      expect(anomalies).toEqual([]);
    }
  });

  it("a ClientHello in one segment with what was said before it", () => {
    const [first, ...rest] = session().pieces;
    const talk = new Conversation({ serverPort: 3306 }).open().send("server", MYSQL_GREETING);
    talk.send("client", Uint8Array.from([...bytesOf(MYSQL_SSL_REQUEST), ...first!.bytes]));
    for (const { from, bytes } of rest) talk.send(from, bytes);
    const { http } = observe(talk.close().packets, undefined, keyLogOf(session().keyLog));
    expect(http.map(describeExchange)).toEqual(["GET /a 200"]);
    expect(http[0]?.request?.sequence).toBe(1000 + 1 + 36 + lengthOf("client") + 5);
  });

  it("that is refused, or never comes: no handshake, no anomaly", () => {
    const talk = new Conversation({ serverPort: 5432 }).open().send("client", "\0\0\0\x08\x04\xd2\x16\x2f").send("server", "N");
    const { tls, connections, anomalies } = observe(talk.send("client", "\0\0\0\x20\0\x03\0\0user\0shop\0\0").close().packets);
    expect([...tls, ...anomalies]).toEqual([]);
    expect(connections).toMatchObject([{ protocol: "PostgreSQL" }]);
  });

  it("is not what answers of other protocols look like", () => {
    const protocolOf = (...said: readonly (readonly [Side, Body])[]) => {
      const talk = new Conversation({ serverPort: 6379 }).open();
      for (const [from, body] of said) talk.send(from, body);
      return observe(talk.close().packets).connections[0]?.protocol;
    };
    expect(protocolOf(["client", "*1\r\n$4\r\nPING\r\n"], ["server", "+OK\r\n"])).toBeUndefined();
    expect(protocolOf(["client", GET], ["server", OK])).toBe("HTTP/1");
    expect(protocolOf(["server", "220 anything else\r\n"], ["client", "x"])).toBeUndefined();
  });

  it("any bytes: an answer, and the same for each prefix until it is decided", () => {
    const begins = fc.constantFrom(...talks.map(([, first]) => [...bytesOf(first?.[1] ?? "")]));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.tuple(begins, fc.nat(40), fc.nat(255)).map(([bytes, at, value]) => Uint8Array.from(bytes).fill(value, at, at + 1)),
        ),
        (bytes) => {
          for (const { recognize } of upgradingProtocols) {
            let before = recognize(bytes, 0, 0);
            for (let end = 1; end <= bytes.length; end++) {
              const answer = recognize(bytes, 0, end);
              if (before !== "need more") expect(answer).toBe(before);
              before = answer;
            }
          }
        },
      ),
    );
  });

  it("are followed through lost packets and garbage without an exception", () => {
    const { pieces, keyLog } = session();
    const piece = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 30 }),
      fc.constantFrom(...pieces.map(({ bytes }) => bytes)),
      fc.constant(Uint8Array.of(22, 3, 1)),
    );
    const sends = fc.array(fc.tuple(fc.constantFrom("client" as const, "server" as const), piece, fc.boolean()), { maxLength: 12 });
    fc.assert(
      fc.property(sends, (list) => {
        const talk = new Conversation().open().send("server", MYSQL_GREETING);
        for (const [from, bytes, isLost] of list)
          if (isLost) talk.lose(from, bytes);
          else talk.send(from, bytes);
        const { connections } = observe(talk.acknowledge("client").acknowledge("server").close().packets, undefined, keyLogOf(keyLog));
        expect(connections).toMatchObject([{ protocol: "MySQL" }]);
      }),
    );
  });
});

/** Of what a side sends before the first request. */
function lengthOf(side: Side): number {
  const own = session().pieces.filter(({ from }) => from === side);
  return own.slice(0, -1).reduce((sum, { bytes }) => sum + bytes.length, 0);
}
