// From secrets to keys: TLS 1.0 to 1.2's pseudorandom function (RFC 5246 §5, §6.3; RFC 2246 §5), TLS 1.3's HKDF (RFC 8446 §7.1 – §7.3).

import { loadWhenUsed } from "../../wire/load-when-used.ts";

const crypto = loadWhenUsed<typeof import("node:crypto")>("node:crypto");

type Hash = "sha256" | "sha384" | "md5" | "sha1";

function hmac(hash: Hash, key: Uint8Array, ...data: readonly Uint8Array[]): Uint8Array {
  const mac = crypto().createHmac(hash, key);
  for (const part of data) mac.update(part);
  return mac.digest();
}

/** P_hash of RFC 5246 §5. */
function expand(hash: Hash, secret: Uint8Array, seed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let a = seed;
  for (let at = 0; at < length; ) {
    a = hmac(hash, secret, a);
    const block = hmac(hash, secret, a, seed);
    out.set(block.subarray(0, length - at), at);
    at += block.length;
  }
  return out;
}

/** The key block (RFC 5246 §6.3). `hash` undefined: TLS 1.0 and 1.1 use MD5 and SHA-1 together (RFC 2246 §5). */
export function keyBlock(
  hash: "sha256" | "sha384" | undefined,
  master: Uint8Array,
  clientRandom: Uint8Array,
  serverRandom: Uint8Array,
  length: number,
): Uint8Array {
  const seed = Buffer.concat([Buffer.from("key expansion"), serverRandom, clientRandom]);
  if (hash !== undefined) return expand(hash, master, seed, length);
  const half = Math.ceil(master.length / 2);
  const out = expand("md5", master.subarray(0, half), seed, length);
  const other = expand("sha1", master.subarray(master.length - half), seed, length);
  for (let i = 0; i < length; i++) out[i]! ^= other[i]!;
  return out;
}

/** HKDF-Expand-Label with an empty context (RFC 8446 §7.1, RFC 5869 §2.3). */
export function expandLabel(hash: "sha256" | "sha384", secret: Uint8Array, label: string, length: number): Uint8Array {
  const name = Buffer.from(`tls13 ${label}`, "latin1");
  const info = Buffer.concat([Uint8Array.of(length >> 8, length & 255, name.length), name, Uint8Array.of(0)]);
  const out = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; counter++) {
    block = hmac(hash, secret, block, info, Uint8Array.of(counter));
    out.set(block.subarray(0, length - at), at);
    at += block.length;
  }
  return out;
}
