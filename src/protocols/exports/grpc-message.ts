// The first message of a gRPC body ("gRPC over HTTP2", PROTOCOL-HTTP2.md: Length-Prefixed-Message). Exports are unary: there is no second.

import { codingOf, type Unpack } from "./unpack-body.ts";

/** Compressed-Flag and Message-Length. */
export const GRPC_PREFIX_BYTES = 5;

/** Its bytes, unpacked, or what there is of them; empty without a message. Throws as `unpack` does. */
export function firstGrpcMessage(body: Uint8Array, limit: number, unpack: Unpack): Uint8Array {
  if (body.length < GRPC_PREFIX_BYTES) return body.subarray(0, 0);
  const length = ((body[1]! << 24) | (body[2]! << 16) | (body[3]! << 8) | body[4]!) >>> 0;
  const message = body.subarray(GRPC_PREFIX_BYTES, GRPC_PREFIX_BYTES + length);
  return body[0] === 0 ? message : unpack(message, codingOf(message), limit);
}
