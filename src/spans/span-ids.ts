// Trace and span ids as encodings spell them → lower-case hex of 32 and 16 digits.

import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";

export const NO_TRACE_ID = "0".repeat(TRACE_ID_DIGITS);
export const NO_SPAN_ID = "0".repeat(SPAN_ID_DIGITS);

/** Shorter ids are padded (a 64-bit trace id is the 128-bit one with a zero high half); undefined when longer than `digits` can hold. */
export function idFromBytes(bytes: Uint8Array, digits: number): string | undefined {
  if (bytes.length === 0) return "0".repeat(digits);
  if (bytes.length * 2 > digits) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex").padStart(digits, "0");
}

/** Hex in either case, leading zeros optional, or base64 (protojson of Jaeger 1.x and Tempo); undefined for anything else. */
export function idFromText(text: string, digits: number): string | undefined {
  if (text.length <= digits && /^[0-9a-fA-F]*$/.test(text)) return text.toLowerCase().padStart(digits, "0");
  // 16 and 8 bytes need padding in base64, so the `=` tells it from hex.
  const bytes = digits / 2;
  if (text.length !== 4 * Math.ceil(bytes / 3) || !/^[A-Za-z0-9+/_-]+=+$/.test(text)) return undefined;
  const decoded = Buffer.from(text, "base64");
  return decoded.length === bytes ? decoded.toString("hex") : undefined;
}
