// Both ends of an HTTP/2 connection for tests: what each sends, frame by frame.

import { type HeaderLine, HpackEncoder } from "./hpack/encode.ts";

export const [DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
] as const;
export const [END_STREAM, ACK, END_HEADERS, PADDED, HAS_PRIORITY] = [1, 1, 4, 8, 0x20] as const;

export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

export function frame(type: number, flags: number, stream: number, payload: ArrayLike<number> | string = []): Uint8Array {
  const body = typeof payload === "string" ? Buffer.from(payload, "latin1") : Uint8Array.from(payload);
  const bytes = new Uint8Array(9 + body.length);
  bytes.set([body.length >> 16, body.length >> 8, body.length, type, flags]);
  new DataView(bytes.buffer).setUint32(5, stream);
  bytes.set(body, 9);
  return bytes;
}

export function joined(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part))));
}

export const u32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
export const clientBegin = joined(PREFACE, frame(SETTINGS, 0, 0, [0, 3, ...u32(100)]));
export const serverBegin = joined(frame(SETTINGS, 0, 0, [0, 5, ...u32(16_384)]), frame(SETTINGS, ACK, 0));

export interface HeaderFrameOptions {
  readonly endsStream?: boolean;
  /** Bytes of padding. */
  readonly padding?: number;
  readonly hasPriority?: boolean;
  /** Bytes of each fragment: HEADERS and then CONTINUATION. */
  readonly fragment?: number;
}

/** HEADERS with this block, and CONTINUATION where it is cut. */
export function headers(stream: number, block: readonly number[], options: HeaderFrameOptions = {}): Uint8Array {
  const { endsStream = false, padding, hasPriority = false, fragment = Number.POSITIVE_INFINITY } = options;
  const rest = block.slice(fragment);
  const payload = [
    ...(padding === undefined ? [] : [padding]),
    ...(hasPriority ? [0, 0, 0, 0, 15] : []),
    ...block.slice(0, fragment),
    ...new Array<number>(padding ?? 0).fill(0),
  ];
  const flags =
    (endsStream ? END_STREAM : 0) |
    (rest.length === 0 ? END_HEADERS : 0) |
    (padding === undefined ? 0 : PADDED) |
    (hasPriority ? HAS_PRIORITY : 0);
  const frames = [frame(HEADERS, flags, stream, payload)];
  for (let at = 0; at < rest.length; at += fragment)
    frames.push(frame(CONTINUATION, at + fragment >= rest.length ? END_HEADERS : 0, stream, rest.slice(at, at + fragment)));
  return joined(...frames);
}

/** The encoders of both sides, and the messages that they write. */
export class Peers {
  readonly client = new HpackEncoder();
  readonly server = new HpackEncoder();

  request(stream: number, path: string, more: readonly HeaderLine[] = [], options: HeaderFrameOptions = { endsStream: true }): Uint8Array {
    const lines: HeaderLine[] = [[":method", "GET"], [":scheme", "http"], [":authority", "shop"], [":path", path], ...more];
    return headers(stream, this.client.block(lines), options);
  }

  response(
    stream: number,
    status: string,
    more: readonly HeaderLine[] = [],
    options: HeaderFrameOptions = { endsStream: true },
  ): Uint8Array {
    return headers(stream, this.server.block([[":status", status], ...more]), options);
  }

  trailers(stream: number, lines: readonly HeaderLine[]): Uint8Array {
    return headers(stream, this.server.block(lines), { endsStream: true });
  }

  call(stream: number, path: string, more: readonly HeaderLine[] = []): Uint8Array {
    const lines: HeaderLine[] = [
      [":method", "POST"],
      [":scheme", "http"],
      [":path", path],
      [":authority", "shop:9090"],
      ["content-type", "application/grpc"],
      ["te", "trailers"],
      ...more,
    ];
    return headers(stream, this.client.block(lines));
  }
}
