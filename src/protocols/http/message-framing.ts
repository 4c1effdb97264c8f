// How long a message body is (RFC 9112 §6.3). We watch and do not take part: where receivers may differ, the length is unknown and reading
// goes on at the next certain message.

import { BAD_LENGTH, type FieldLines, NO_LENGTH } from "./field-reader.ts";

/** Borrowed until the next head is read. */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until close" }
  | { readonly kind: "tunnel" }
  | { readonly kind: "unknown"; readonly why: string };

const LENGTH = { kind: "length" as const, length: 0 };
const NONE: Framing = { kind: "none" };
const CHUNKED: Framing = { kind: "chunked" };
const UNTIL_CLOSE: Framing = { kind: "until close" };
const TUNNEL: Framing = { kind: "tunnel" };

/** What follows a CONNECT is the tunnel's, when it is opened, whatever its fields say (RFC 9110 §9.3.6). */
export function requestFraming(method: string, fields: FieldLines): Framing {
  if (method === "CONNECT") return NONE;
  if (fields.transferEncoding !== "")
    return isChunked(fields) ? CHUNKED : { kind: "unknown", why: "Transfer-Encoding of a request does not end in chunked" };
  return fields.contentLength === NO_LENGTH ? NONE : byLength(fields.contentLength);
}

/** `method` is that of the request it answers; undefined when the capture lacks it. */
export function responseFraming(status: number, method: string | undefined, fields: FieldLines): Framing {
  if (status === 101 || (method === "CONNECT" && status >= 200 && status < 300)) return TUNNEL;
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return NONE;
  if (fields.transferEncoding !== "") return isChunked(fields) ? CHUNKED : UNTIL_CLOSE;
  return fields.contentLength === NO_LENGTH ? UNTIL_CLOSE : byLength(fields.contentLength);
}

function isChunked(fields: FieldLines): boolean {
  const value = fields.transferEncoding;
  return value === "chunked" || value.slice(value.lastIndexOf(",") + 1).trim() === "chunked";
}

function byLength(length: number): Framing {
  if (length === BAD_LENGTH) return { kind: "unknown", why: "Content-Length values differ or are no numbers" };
  if (length === 0) return NONE;
  LENGTH.length = length;
  return LENGTH;
}
