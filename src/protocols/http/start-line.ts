// The start lines of HTTP/1 (RFC 9112 §3, §4), read in place: they are also how a stream is recognised and how reading goes on after a gap.

import { CR, LF, SP } from "../../wire/ascii.ts";
import type { Recognition } from "../stream-protocol.ts";

const DOT = 46;
const SLASH = 47;
/** Longest method: WebDAV's are up to 17 bytes. */
const MAX_METHOD = 32;

/** Methods whose first bytes alone make an HTTP/1 client certain enough, when the rest of a long line has not come yet. */
const WELL_KNOWN: readonly string[] = ["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"];

/** Whether bytes begin an HTTP/1 message, and whose. Empty lines in front are allowed (RFC 9112 §2.2). */
export function recognizeStartLine(bytes: Uint8Array, start: number, end: number): Recognition {
  let at = start;
  while (at < end && (bytes[at] === CR || bytes[at] === LF) && at - start < 8) at++;
  if (at >= end) return "need more";
  const asResponse = recognizeStatusLine(bytes, at, end);
  return asResponse === "no" ? recognizeRequestLine(bytes, at, end) : asResponse;
}

/** `HTTP/1.` DIGIT SP 3DIGIT (SP | CR | LF). */
function recognizeStatusLine(bytes: Uint8Array, at: number, end: number): Recognition {
  const fixed = "HTTP/1.";
  for (let i = 0; i < fixed.length; i++) {
    if (at + i >= end) return "need more";
    if (bytes[at + i] !== fixed.charCodeAt(i)) return "no";
  }
  if (end - at < 12) return "need more";
  const isStatus =
    isDigit(bytes[at + 7]!) && bytes[at + 8] === SP && isDigit(bytes[at + 9]!) && isDigit(bytes[at + 10]!) && isDigit(bytes[at + 11]!);
  if (!isStatus) return "no";
  const after = bytes[at + 12];
  return end - at < 13 || after === SP || after === CR || after === LF ? "server" : "no";
}

/**
 * token SP target SP `HTTP/1.` DIGIT: certain by its last word, or at once by a well-known method with a path or a scheme behind it. What is
 * certain at once stays so when the rest comes: the answer MUST NOT depend on where segments are cut.
 */
function recognizeRequestLine(bytes: Uint8Array, at: number, end: number): Recognition {
  let space = at;
  while (space < end && isMethodByte(bytes[space]!)) space++;
  if (space === at || space - at > MAX_METHOD) return "no";
  if (space >= end) return "need more";
  if (bytes[space] !== SP) return "no";
  if (WELL_KNOWN.includes(String.fromCharCode(...bytes.subarray(at, space)))) {
    const asTarget = recognizeTarget(bytes, space + 1, end);
    if (asTarget !== "no") return asTarget;
  }
  let lf = space;
  while (lf < end && bytes[lf] !== LF) lf++;
  if (lf >= end) return "need more";
  return parseRequestLine(bytes, at, lf) === undefined ? "no" : "client";
}

function recognizeTarget(bytes: Uint8Array, at: number, end: number): Recognition {
  if (at >= end) return "need more";
  if (bytes[at] === SLASH) return "client";
  const scheme = "http";
  for (let i = 0; i < scheme.length; i++) {
    if (at + i >= end) return "need more";
    if ((bytes[at + i]! | 0x20) !== scheme.charCodeAt(i)) return "no";
  }
  return "client";
}

/** Borrowed until the next line is read: one object serves all. */
export interface RequestLine {
  readonly methodEnd: number;
  readonly targetStart: number;
  readonly targetEnd: number;
  readonly version: "1.0" | "1.1";
}

const requestLine: { -readonly [Part in keyof RequestLine]: RequestLine[Part] } = {
  methodEnd: 0,
  targetStart: 0,
  targetEnd: 0,
  version: "1.1",
};

/**
 * Reads the line `bytes[start..lf)`; undefined when it is no request line. The target MAY hold blanks, the version MAY lack its last digit or the
 * blank before it: clients send such lines and servers answer them (docs/decisions/0002).
 */
export function parseRequestLine(bytes: Uint8Array, start: number, lf: number): RequestLine | undefined {
  let end = lf;
  if (end > start && bytes[end - 1] === CR) end--;
  while (end > start && bytes[end - 1] === SP) end--;
  const version = versionStart(bytes, start, end);
  if (version < 0) return undefined;
  let methodEnd = start;
  while (methodEnd < version && bytes[methodEnd] !== SP) {
    if (!isTokenByte(bytes[methodEnd]!)) return undefined;
    methodEnd++;
  }
  if (methodEnd === start || methodEnd - start > MAX_METHOD || methodEnd === version) return undefined;
  let targetStart = methodEnd;
  while (targetStart < version && bytes[targetStart] === SP) targetStart++;
  let targetEnd = version;
  while (targetEnd > targetStart && bytes[targetEnd - 1] === SP) targetEnd--;
  if (targetEnd === version) {
    // Glued to the path, or alone: a server takes the second word for the target.
    if (targetEnd > targetStart && bytes[targetEnd - 1] !== SLASH) return undefined;
    targetEnd = end;
  }
  requestLine.methodEnd = methodEnd;
  requestLine.targetStart = targetStart;
  requestLine.targetEnd = targetEnd;
  requestLine.version = bytes[version + 7] === 48 ? "1.0" : "1.1";
  return requestLine;
}

/** Where `HTTP/1.` DIGIT? at the end of the line begins; -1 when the line does not end so. */
function versionStart(bytes: Uint8Array, start: number, end: number): number {
  const at = end - (bytes[end - 1] === DOT ? 7 : 8);
  if (at - start < 2 || !isHttp1(bytes, at)) return -1;
  return end - at === 7 || isDigit(bytes[at + 7]!) ? at : -1;
}

/** The status code of the line `bytes[start..lf)`; undefined when it is no status line. */
export function parseStatusLine(bytes: Uint8Array, start: number, lf: number): number | undefined {
  if (lf - start < 12 || !isHttp1(bytes, start) || !isDigit(bytes[start + 7]!) || bytes[start + 8] !== SP) return undefined;
  const a = bytes[start + 9]!;
  const b = bytes[start + 10]!;
  const c = bytes[start + 11]!;
  if (!isDigit(a) || !isDigit(b) || !isDigit(c)) return undefined;
  const after = bytes[start + 12];
  if (start + 12 < lf && after !== SP && after !== CR) return undefined;
  return (a - 48) * 100 + (b - 48) * 10 + (c - 48);
}

function isHttp1(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 72 &&
    bytes[at + 1] === 84 &&
    bytes[at + 2] === 84 &&
    bytes[at + 3] === 80 &&
    bytes[at + 4] === 47 &&
    bytes[at + 5] === 49 &&
    bytes[at + 6] === DOT
  );
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** For recognition only upper-case letters, `-` and `_`: text protocols have lower-case first words. */
function isMethodByte(byte: number): boolean {
  return (byte >= 65 && byte <= 90) || byte === 45 || byte === 95;
}

/** RFC 9110 §5.6.2 tchar. */
function isTokenByte(byte: number): boolean {
  return (
    (byte >= 48 && byte <= 57) ||
    (byte >= 65 && byte <= 90) ||
    (byte >= 94 && byte <= 122) ||
    byte === 33 ||
    (byte >= 35 && byte <= 39) ||
    byte === 42 ||
    byte === 43 ||
    byte === 45 ||
    byte === 46 ||
    byte === 124 ||
    byte === 126
  );
}

/** Where the word at `start` of a cut start line ends. */
export function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== SP) at++;
  return at;
}
