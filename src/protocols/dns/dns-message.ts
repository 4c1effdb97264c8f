// One DNS message (RFC 1035 §4). A library reads the records; where it refuses them there are still a header and, most often, a question.

import type { Answer } from "dns-packet";
import { MAX_DNS_ANSWERS } from "../../wire/limits.ts";
import { loadWhenUsed } from "../../wire/load-when-used.ts";

const dnsPacket = loadWhenUsed<typeof import("dns-packet")>("dns-packet");

export interface DnsMessage {
  readonly id: number;
  readonly isAnswer: boolean;
  /** TC: the answer did not fit and is to be asked for over TCP (RFC 7766 §5). */
  readonly isTruncated: boolean;
  /** `NOERROR`, `NXDOMAIN`, …; of a question it means nothing. */
  readonly code: string;
  /** The first question, as it stands; undefined in most answers of mDNS (RFC 6762 §6). */
  readonly question: { readonly name: string; readonly type: string } | undefined;
  /** Records of the answer section, as its header says. */
  readonly answerCount: number;
  /** Addresses of A and AAAA records. */
  readonly addresses: readonly string[];
  /** Names that CNAME records lead to, in their order. */
  readonly aliases: readonly string[];
  /** Seconds: the smallest of the answers' times to live; undefined without answers. */
  readonly ttl: number | undefined;
  /** Bytes that were read; what lies behind them is no part of the message. */
  readonly length: number;
  /** Why the records are not read. */
  readonly problem?: string;
}

const HEADER_BYTES = 12;
/** The shortest record: root name, type, class, TTL, length of no data (RFC 1035 §4.1.3). */
const MIN_RECORD_BYTES = 11;
const CODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"];

/** Undefined when there is not even a header. Never throws. */
export function readDnsMessage(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const flags = word(bytes, 2);
  const start = {
    id: word(bytes, 0),
    isAnswer: (flags & 0x8000) !== 0,
    isTruncated: (flags & 0x0200) !== 0,
    code: CODES[flags & 15] ?? `RCODE_${flags & 15}`,
    question: readQuestion(bytes),
    answerCount: word(bytes, 6),
  };
  const records = word(bytes, 6) + word(bytes, 8) + word(bytes, 10);
  // The library makes arrays of what the counts promise, whether it can be there or not.
  if (records * MIN_RECORD_BYTES > bytes.length)
    return { ...start, ...NO_RECORDS, length: bytes.length, problem: "it ends before its records" };
  try {
    const { decode } = dnsPacket();
    const { answers = [] } = decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    // It reads an address beyond the end without complaint.
    if (decode.bytes > bytes.length) return { ...start, ...NO_RECORDS, length: bytes.length, problem: "it ends in a record" };
    return { ...start, ...whatAnswersSay(answers), length: decode.bytes };
  } catch (error) {
    // Node's words for a read beyond the end tell a reader nothing.
    const problem = error instanceof RangeError ? "it ends in a record" : error instanceof Error ? error.message : String(error);
    return { ...start, ...NO_RECORDS, length: bytes.length, problem };
  }
}

const NO_RECORDS = { addresses: [], aliases: [], ttl: undefined };

function whatAnswersSay(answers: readonly Answer[]): Pick<DnsMessage, "addresses" | "aliases" | "ttl"> {
  const addresses: string[] = [];
  const aliases: string[] = [];
  let ttl: number | undefined;
  for (const answer of answers.slice(0, MAX_DNS_ANSWERS)) {
    if ("ttl" in answer && answer.ttl !== undefined) ttl = Math.min(ttl ?? answer.ttl, answer.ttl);
    if ((answer.type === "A" || answer.type === "AAAA") && typeof answer.data === "string") addresses.push(answer.data);
    else if (answer.type === "CNAME" && typeof answer.data === "string") aliases.push(answer.data.toLowerCase());
  }
  return { addresses, aliases, ttl };
}

/** The first question: a name of labels, then its type. Nothing stands before it that compression could point to. */
function readQuestion(bytes: Uint8Array): DnsMessage["question"] {
  if (word(bytes, 4) === 0) return undefined;
  const end = nameEnd(bytes, HEADER_BYTES, bytes.length);
  if (end < 0 || end + 4 > bytes.length) return undefined;
  const labels: string[] = [];
  for (let at = HEADER_BYTES; bytes[at]! > 0; at += bytes[at]! + 1)
    labels.push(Buffer.from(bytes.buffer, bytes.byteOffset + at + 1, bytes[at]!).toString("utf8"));
  return { name: labels.length === 0 ? "." : labels.join("."), type: typeName(word(bytes, end)) };
}

/** Longest name (RFC 1035 §2.3.4). */
const MAX_NAME = 255;

/** Behind the name that begins at `start`; -1 when it is none, or compressed, or does not end before `end`. */
export function nameEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && at - start < MAX_NAME) {
    const length = bytes[at]!;
    if (length === 0) return at + 1;
    if (length > 63) return -1;
    at += length + 1;
  }
  return -1;
}

/** Types that are asked for in practice (IANA DNS parameters); another is `TYPE` with its number (RFC 3597 §5). */
const TYPES: Readonly<Record<number, string>> = {
  1: "A",
  2: "NS",
  5: "CNAME",
  6: "SOA",
  12: "PTR",
  15: "MX",
  16: "TXT",
  28: "AAAA",
  33: "SRV",
  35: "NAPTR",
  43: "DS",
  48: "DNSKEY",
  52: "TLSA",
  64: "SVCB",
  65: "HTTPS",
  255: "ANY",
  257: "CAA",
};

export function isUsualType(type: number): boolean {
  return TYPES[type] !== undefined;
}

export function typeName(type: number): string {
  return TYPES[type] ?? `TYPE${type}`;
}

/** Two bytes, the higher first. */
export function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
