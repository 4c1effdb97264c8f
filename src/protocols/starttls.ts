// Who upgrades to TLS on a connection that begins in the clear, told by the first thing that a server or a client says.

import { LF } from "../wire/ascii.ts";
import type { Recognition, StreamProtocol } from "./stream-protocol.ts";
import { upgradingProtocol } from "./upgrade-to-tls.ts";

/** RFC 5321 §4.5.3.1.5 bounds a reply line. */
const MAX_GREETING = 512;

/** RFC 3207. */
const smtp = upgradingProtocol("SMTP", (bytes, start, end) =>
  first(
    () => command(["EHLO ", "HELO ", "LHLO "], bytes, start, end),
    () => greeting("220", "SMTP", bytes, start, end),
  ),
);

/** RFC 9051 §6.2.1. */
const imap = upgradingProtocol("IMAP", (bytes, start, end) => {
  const answer = command(["* OK ", "* PREAUTH "], bytes, start, end);
  return answer === "client" ? "server" : answer;
});

/** RFC 2595 §4. */
const pop3 = upgradingProtocol("POP3", (bytes, start, end) =>
  first(
    () => command(["STLS\r", "CAPA\r"], bytes, start, end),
    () => greeting("+OK", "POP", bytes, start, end),
  ),
);

/** RFC 4217 §4. */
const ftp = upgradingProtocol("FTP", (bytes, start, end) =>
  first(
    () => command(["AUTH TLS", "AUTH SSL"], bytes, start, end),
    () => greeting("220", "FTP", bytes, start, end),
  ),
);

/** RFC 4511 §4.14: an ExtendedRequest with the name of StartTLS as the connection's first message. */
const START_TLS: readonly number[] = [...Buffer.from("1.3.6.1.4.1.1466.20037", "latin1")];
const ldap = upgradingProtocol("LDAP", (bytes, start, end) => {
  // LDAPMessage: SEQUENCE, length; messageID: INTEGER of one byte; [APPLICATION 23], length, [0], length, name.
  let at = start;
  const expect = (...expected: readonly number[]) =>
    expected.every((byte) => {
      const i = at++;
      return i >= end || bytes[i] === byte;
    });
  // In one byte, or as 84 and four.
  const tag = (byte: number) => {
    const fits = expect(byte);
    at += at < end && bytes[at] === 0x84 ? 5 : 1;
    return fits;
  };
  const fits = tag(0x30) && expect(2, 1) && at++ >= 0 && tag(0x77) && tag(0x80) && expect(...START_TLS);
  return !fits ? "no" : at <= end ? "client" : "need more";
});

/** SSLRequest and GSSENCRequest (PostgreSQL's message formats): a length of 8, and a code in place of a version. */
const postgresql = upgradingProtocol("PostgreSQL", (bytes, start, end) => {
  const length = Math.min(8, end - start);
  for (let i = 0; i < length; i++) if (bytes[start + i] !== SSL_REQUEST[i] && !(i === 7 && bytes[start + i] === 0x30)) return "no";
  return length === 8 ? "client" : "need more";
});
const SSL_REQUEST = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/** Protocol::HandshakeV10: a length below 512, sequence 0, protocol 10, a version that begins with a number and a dot. */
const mysql = upgradingProtocol("MySQL", (bytes, start, end) => {
  const length = end - start;
  const byte = (i: number) => bytes[start + i];
  const isDigit = (i: number) => byte(i)! >= 0x30 && byte(i)! <= 0x39;
  const may = (i: number, isIt: boolean) => i >= length || isIt;
  const fits =
    may(0, byte(0)! > 0) &&
    may(1, byte(1)! <= 1) &&
    may(2, byte(2) === 0) &&
    may(3, byte(3) === 0) &&
    may(4, byte(4) === 10) &&
    may(5, isDigit(5)) &&
    may(6, byte(6) === DOT || isDigit(6)) &&
    may(7, byte(6) === DOT ? isDigit(7) : byte(7) === DOT);
  return !fits ? "no" : length >= 8 ? "server" : "need more";
});
const DOT = 0x2e;

export const upgradingProtocols: readonly StreamProtocol[] = [smtp, imap, pop3, ftp, ldap, postgresql, mysql];

function first(...recognise: readonly (() => Recognition)[]): Recognition {
  let answer: Recognition = "no";
  for (const each of recognise) {
    const own = each();
    if (own === "need more") answer = own;
    else if (own !== "no") return own;
  }
  return answer;
}

/** A client that begins with one of these words; letters in either case. */
function command(words: readonly string[], bytes: Uint8Array, start: number, end: number): Recognition {
  let answer: Recognition = "no";
  for (const word of words) {
    const length = Math.min(word.length, end - start);
    let i = 0;
    while (i < length && upper(bytes[start + i]!) === word.charCodeAt(i)) i++;
    if (i === word.length) return "client";
    if (i === length) answer = "need more";
  }
  return answer;
}

/** A server whose first line begins with `code` and has `word` in it. */
function greeting(code: string, word: string, bytes: Uint8Array, start: number, end: number): Recognition {
  const begins = command([code], bytes, start, end);
  if (begins !== "client") return begins;
  const to = Math.min(end, start + MAX_GREETING);
  let found = 0;
  for (let at = start; at < to && bytes[at] !== LF; at++) {
    found = upper(bytes[at]!) === word.charCodeAt(found) ? found + 1 : upper(bytes[at]!) === word.charCodeAt(0) ? 1 : 0;
    if (found === word.length) return "server";
    if (at === to - 1) return to === end && end - start < MAX_GREETING ? "need more" : "no";
  }
  return "no";
}

function upper(byte: number): number {
  return byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
}
