import type { Segment } from "../../tcp/stream-sink.ts";

/** Content types (RFC 8446 §5.1). */
export const CHANGE_CIPHER_SPEC = 20;
export const ALERT = 21;
export const HANDSHAKE = 22;
export const APPLICATION_DATA = 23;
const HEARTBEAT = 24;

export const HEADER_LENGTH = 5;
/** Plaintext of 2^14 bytes and what protection may add: 2,048 up to TLS 1.2, 256 in TLS 1.3 (RFC 5246 §6.2.3, RFC 8446 §5.2). */
export const MAX_FRAGMENT_LENGTH = (1 << 14) + 2048;

/** A record as it lies in `bytes`; one object is used again and again: borrowed until the call returns. */
export interface TlsRecord {
  type: number;
  /** The minor version of its header: 3 is TLS 1.2, and what TLS 1.3 writes. */
  minorVersion: number;
  bytes: Uint8Array;
  /** Where its header begins; the fragment begins `HEADER_LENGTH` behind. */
  start: number;
  end: number;
  /** Position of its header in the stream of its direction. */
  offset: number;
  /** Where its first byte was seen. */
  first: Segment;
  /** How many of its bytes `first` brought. */
  firstLength: number;
  /** Where its last byte was seen. */
  last: Segment;
}

/** Whether a record header may stand at `at`, of which five bytes are there. */
export function isRecordHeader(bytes: Uint8Array, at: number): boolean {
  const type = bytes[at]!;
  const length = fragmentLength(bytes, at);
  return (
    type >= CHANGE_CIPHER_SPEC &&
    type <= HEARTBEAT &&
    bytes[at + 1] === 3 &&
    bytes[at + 2]! <= 4 &&
    length > 0 &&
    length <= MAX_FRAGMENT_LENGTH
  );
}

export function fragmentLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + 3]! << 8) | bytes[at + 4]!;
}
