// What a server speaks that was asked in HTTP/1, by the first bytes that it says.

import { beginsWithSettings } from "./http2-recognition.ts";

export type ServerSpeech = "HTTP/1" | "HTTP/2" | "TLS";

/** The content type of a record that holds an alert, and the first byte of all versions. Neither begins anything in HTTP/1. */
const TLS_ALERT = 21;
const TLS_MAJOR = 3;

export function speechOf(bytes: Uint8Array, start: number, end: number): ServerSpeech {
  if (beginsWithSettings(bytes, start, end)) return "HTTP/2";
  return isAlert(bytes, start, end) ? "TLS" : "HTTP/1";
}

/** A TLS alert in the clear, as a server answers what is no ClientHello (RFC 8446 §5.1, §6), or its beginning: it may come byte by byte. */
function isAlert(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes[start] === TLS_ALERT && (end - start === 1 || bytes[start + 1] === TLS_MAJOR);
}
