// DNS by content, on any port: a question of a usual type in class IN, and counts that fit. Chance or another protocol makes no such bytes.

import type { Recognition } from "../stream-protocol.ts";
import { isUsualType, nameEnd, word } from "./dns-message.ts";

const HEADER_BYTES = 12;
const CLASS_IN = 1;
/** OPT (RFC 6891), TSIG (RFC 8945), and room for one more. */
const MAX_ADDITIONALS_ASKED = 3;
/** Opcode, AA, TC, RA and code: zero in a standard query (RFC 1035 §4.1.1). */
const NONE_IN_QUESTION = 0x7ecf;
/** Opcode and the bit that is reserved (RFC 6895 §2.1). */
const NONE_IN_ANSWER = 0x7840;

/** Who sends the message `bytes[start..end)`; "need more" when it begins as one and ends before its question does. */
export function recognizeDns(bytes: Uint8Array, start: number, end: number): Recognition {
  if (end - start < HEADER_BYTES) return "need more";
  const flags = word(bytes, start + 2);
  const isAnswer = (flags & 0x8000) !== 0;
  if ((flags & (isAnswer ? NONE_IN_ANSWER : NONE_IN_QUESTION)) !== 0 || word(bytes, start + 4) !== 1) return "no";
  if (!isAnswer && (word(bytes, start + 6) | word(bytes, start + 8)) !== 0) return "no";
  if (!isAnswer && word(bytes, start + 10) > MAX_ADDITIONALS_ASKED) return "no";
  const nameStart = start + HEADER_BYTES;
  const afterName = nameEnd(bytes, nameStart, end);
  if (!isHostLike(bytes, nameStart, afterName < 0 ? end : afterName)) return "no";
  if (afterName < 0) return end - nameStart < MAX_NAME ? "need more" : "no";
  if (end - afterName < 4) return "need more";
  if (!isUsualType(word(bytes, afterName)) || word(bytes, afterName + 2) !== CLASS_IN) return "no";
  return isAnswer ? "server" : "client";
}

const MAX_NAME = 255;
/** A NetBIOS name (RFC 1002 §4.1): one label of 32 letters A to P. Its questions look like those of DNS in everything else. */
const NETBIOS_LABEL = 32;

/** Whether the labels from `start` are of visible ASCII, as those of hosts and services are; a cut last label is looked at as far as it goes. */
function isHostLike(bytes: Uint8Array, start: number, end: number): boolean {
  let isNetbios = bytes[start] === NETBIOS_LABEL;
  let labelEnd = start;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (at === labelEnd) {
      if (byte > 63) return false;
      labelEnd = at + byte + 1;
      continue;
    }
    if (byte < 0x21 || byte > 0x7e) return false;
    if (byte < 0x41 || byte > 0x50) isNetbios &&= at > start + NETBIOS_LABEL;
  }
  return !isNetbios;
}
