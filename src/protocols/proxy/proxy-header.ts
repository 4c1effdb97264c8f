// The header of the PROXY protocol (haproxy, doc/proxy-protocol.txt), by which a load balancer says whose connection it passes on.

import { isIPv4, isIPv6 } from "node:net";
import { AddressTable } from "../../packet/address-table.ts";
import type { ProxiedEnds } from "../../tcp/connection.ts";
import { CR, LF } from "../../wire/ascii.ts";
import { ByteReader, Malformed, Truncated } from "../../wire/byte-reader.ts";
import type { Endpoint } from "../../wire/endpoint.ts";

/** Of version 2 (§2.2). */
const SIGNATURE = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);
/** Behind the signature: version and command, family and protocol, length in two bytes. */
const FIXED_BYTES = SIGNATURE.length + 4;
/** Of version 1 (§2.1): the words that may follow, and the longest line with its CRLF. */
const LINE_STARTS = ["PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN"].map((text) => Uint8Array.from(Buffer.from(text)));
const MAX_LINE = 107;

/** Whether `bytes[start..end)` begin with such a header: a signature of 12 bytes, or `PROXY` and a family. */
export function recognizeProxyHeader(bytes: Uint8Array, start: number, end: number): "yes" | "no" | "need more" {
  let answer: "no" | "need more" = "no";
  const starts = bytes[start] === CR ? [SIGNATURE] : LINE_STARTS;
  for (const expected of starts) {
    const length = Math.min(expected.length, end - start);
    let at = 0;
    while (at < length && bytes[start + at] === expected[at]) at++;
    if (at === expected.length) return "yes";
    if (at === length) answer = "need more";
  }
  return answer;
}

export interface ProxyHeader {
  readonly length: number;
  /** Undefined where it names none: the proxy speaks for itself (LOCAL), or the family is another (UNKNOWN, unix sockets). */
  readonly ends: ProxiedEnds | undefined;
}

/** Reads a header that was recognised at the beginning of `bytes`; undefined when it is not whole. Throws `Malformed`, nothing else. */
export function readProxyHeader(bytes: Uint8Array): ProxyHeader | undefined {
  try {
    return bytes[0] === CR ? readBinary(bytes) : readLine(bytes);
  } catch (error) {
    if (error instanceof Truncated) return undefined;
    throw error;
  }
}

function readLine(bytes: Uint8Array): ProxyHeader | undefined {
  const lf = bytes.subarray(0, MAX_LINE).indexOf(LF);
  if (lf < 0 && bytes.length < MAX_LINE) return undefined;
  if (lf < 0 || bytes[lf - 1] !== CR) throw new Malformed("the line of a PROXY header does not end");
  const length = lf + 1;
  const [, family, source = "", destination = "", sourcePort = "", destinationPort = "", ...more] = Buffer.from(bytes.subarray(0, lf - 1))
    .toString("latin1")
    .split(" ");
  // Behind UNKNOWN a receiver must ignore all up to the CRLF.
  if (family === "UNKNOWN") return { length, ends: undefined };
  const isAddress = family === "TCP4" ? isIPv4 : isIPv6;
  const areWhole = isAddress(source) && isAddress(destination) && isPort(sourcePort) && isPort(destinationPort) && more.length === 0;
  if (!areWhole) throw new Malformed("the line of a PROXY header names no two ends");
  const ends = {
    source: { address: source.toLowerCase(), port: Number(sourcePort) },
    destination: { address: destination.toLowerCase(), port: Number(destinationPort) },
  };
  return { length, ends };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

const LOCAL = 0x20;
const PROXY = 0x21;
const INET = 1;
const INET6 = 2;

function readBinary(bytes: Uint8Array): ProxyHeader | undefined {
  const header = new ByteReader(bytes, SIGNATURE.length);
  const command = header.u8();
  const family = header.u8() >> 4;
  const length = FIXED_BYTES + header.u16();
  if (command !== LOCAL && command !== PROXY) throw new Malformed("the version or command of a PROXY header is unknown");
  if (bytes.length < length) return undefined;
  if (command === LOCAL || (family !== INET && family !== INET6)) return { length, ends: undefined };
  const size = family === INET ? 4 : 16;
  if (length - FIXED_BYTES < 2 * size + 4) throw new Malformed("a PROXY header is too short for its addresses");
  const addresses = new AddressTable();
  const [source, destination] = [header.view(size), header.view(size)].map((view) =>
    addresses.name(family === INET ? addresses.ipv4(view, 0) : addresses.ipv6(view, 0)),
  );
  const end = (address = ""): Endpoint => ({ address, port: header.u16() });
  return { length, ends: { source: end(source), destination: end(destination) } };
}
