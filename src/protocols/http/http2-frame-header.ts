// The frame header of HTTP/2 (RFC 9113 §4.1) and what must be true of it (§6).

export const FRAME_HEADER_BYTES = 9;
/** "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" (RFC 9113 §3.4). */
export const PREFACE: Uint8Array = Uint8Array.from(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1"));

export const DATA = 0;
export const HEADERS = 1;
export const PRIORITY = 2;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PUSH_PROMISE = 5;
export const PING = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;

export const END_STREAM = 0x1;
export const SETTINGS_ACK = 0x1;
export const END_HEADERS = 0x4;
export const PADDED = 0x8;
export const HAS_PRIORITY = 0x20;

/** Bytes of stream dependency and weight in a HEADERS frame (RFC 9113 §6.2). */
const PRIORITY_BYTES = 5;
/** Bytes of the promised stream identifier (RFC 9113 §6.6). */
const PROMISED_STREAM_BYTES = 4;

export interface FrameHeader {
  length: number;
  type: number;
  flags: number;
  stream: number;
}

/** Reads nine bytes into `header`. */
export function readFrameHeader(bytes: Uint8Array, at: number, header: FrameHeader): void {
  header.length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  header.type = bytes[at + 3]!;
  header.flags = bytes[at + 4]!;
  header.stream = readStreamId(bytes, at + 5);
}

/** 31 bits; the reserved bit MUST be ignored (RFC 9113 §4.1). */
export function readStreamId(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! & 0x7f) << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/** What no frame may break: the length and the stream that its type asks for (RFC 9113 §6). Unknown types are free (§4.1). */
export function isLawful({ length, type, flags, stream }: FrameHeader): boolean {
  switch (type) {
    case DATA:
    case HEADERS:
      return stream !== 0 && length >= prefixLength(type, flags);
    case PUSH_PROMISE:
      return stream !== 0 && length >= prefixLength(type, flags);
    case CONTINUATION:
      return stream !== 0;
    case PRIORITY:
      return stream !== 0 && length === 5;
    case RST_STREAM:
      return stream !== 0 && length === 4;
    case SETTINGS:
      return stream === 0 && length % 6 === 0;
    case PING:
      return stream === 0 && length === 8;
    case GOAWAY:
      return stream === 0 && length >= 8;
    case WINDOW_UPDATE:
      return length === 4;
    default:
      return true;
  }
}

/** Bytes of the payload before data or field block: pad length, priority, promised stream. */
export function prefixLength(type: number, flags: number): number {
  const padLength = (flags & PADDED) === 0 ? 0 : 1;
  if (type === HEADERS) return padLength + ((flags & HAS_PRIORITY) === 0 ? 0 : PRIORITY_BYTES);
  return type === PUSH_PROMISE ? padLength + PROMISED_STREAM_BYTES : padLength;
}
