// Puts IP fragments together (RFC 791 §3.2, RFC 8200 §4.5). Overlaps keep the bytes that came first.

import { LimitReached, Malformed } from "../wire/byte-reader.ts";
import { FRAGMENT_TIMEOUT_US, MAX_FRAGMENT_BYTES, MAX_FRAGMENTED_DATAGRAMS, MAX_FRAGMENTS_PER_DATAGRAM } from "../wire/limits.ts";
import type { Timestamp } from "../wire/timestamp.ts";

export interface Fragment {
  readonly version: 4 | 6;
  readonly source: number;
  readonly destination: number;
  /** In version 4 it tells datagrams apart (RFC 791 §3.2); in version 6 that of the first fragment counts, and others may differ (RFC 8200 §4.5). */
  readonly protocol: number;
  readonly identification: number;
  /** Bytes from the start of the datagram's payload. */
  readonly offset: number;
  readonly more: boolean;
  /** Borrowed; copied when kept. */
  readonly bytes: Uint8Array;
  readonly at: Timestamp;
}

/** The payload of a datagram, put together, and what it is. */
export interface Whole {
  readonly bytes: Uint8Array;
  readonly protocol: number;
}

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Datagram {
  readonly startedAt: Timestamp;
  readonly pieces: Piece[];
  /** Of the fragment with offset 0, once it is there. */
  protocol: number;
  length: number | undefined;
  /** Of all its pieces. */
  bytes: number;
}

/** A fragment that lacks its end MUST NOT be added: the bytes behind it would come to lie where its own belong. */
export const CUT_FRAGMENT = "the snap length cut a fragment; its datagram cannot be put together";

export class FragmentTable {
  readonly #datagrams = new Map<string, Datagram>();
  #bytes = 0;
  #hasSaidLimit = false;

  /** The whole datagram once the last missing fragment is there. Throws `Malformed`, and `LimitReached` once for the table and for each datagram. */
  add(fragment: Fragment): Whole | undefined {
    const key = keyOf(fragment);
    let datagram = this.#datagrams.get(key);
    if (datagram !== undefined && fragment.at - datagram.startedAt > FRAGMENT_TIMEOUT_US) {
      this.#giveUp(key, datagram);
      datagram = undefined;
    }
    const end = fragment.offset + fragment.bytes.length;
    if (end > 65_535) throw new Malformed("a fragment reaches beyond 65,535 bytes");
    const isFull = this.#makeRoom(fragment.bytes.length, datagram === undefined);
    if (datagram === undefined || !this.#datagrams.has(key)) {
      datagram = { startedAt: fragment.at, pieces: [], protocol: fragment.protocol, length: undefined, bytes: 0 };
      this.#datagrams.set(key, datagram);
    }
    if (!fragment.more) datagram.length = end;
    if (datagram.pieces.length >= MAX_FRAGMENTS_PER_DATAGRAM) {
      this.#giveUp(key, datagram);
      throw new LimitReached(`more than ${MAX_FRAGMENTS_PER_DATAGRAM} fragments in one datagram`);
    }
    // A fragment that was seen before (on another interface) adds nothing: the bytes that came first are kept.
    if (!datagram.pieces.some(({ offset, bytes }) => offset === fragment.offset && bytes.length >= fragment.bytes.length)) {
      if (fragment.offset === 0 && datagram.pieces[0]?.offset !== 0) datagram.protocol = fragment.protocol;
      insert(datagram.pieces, { offset: fragment.offset, bytes: fragment.bytes.slice() });
      datagram.bytes += fragment.bytes.length;
      this.#bytes += fragment.bytes.length;
    }
    const whole = assemble(datagram);
    if (whole !== undefined) this.#giveUp(key, datagram);
    if (isFull && whole === undefined && !this.#hasSaidLimit) {
      this.#hasSaidLimit = true;
      throw new LimitReached("too many IP datagrams are incomplete at a time; the oldest were given up");
    }
    return whole;
  }

  /** Gives up the oldest datagrams; says whether it had to. */
  #makeRoom(bytes: number, isNew: boolean): boolean {
    let isFull = false;
    for (const [key, oldest] of this.#datagrams) {
      if (this.#bytes + bytes <= MAX_FRAGMENT_BYTES && !(isNew && this.#datagrams.size >= MAX_FRAGMENTED_DATAGRAMS)) break;
      this.#giveUp(key, oldest);
      isFull = true;
    }
    return isFull;
  }

  #giveUp(key: string, datagram: Datagram): void {
    this.#datagrams.delete(key);
    this.#bytes -= datagram.bytes;
  }
}

function keyOf({ version, source, destination, protocol, identification }: Fragment): string {
  return `${source} ${destination} ${identification} ${version === 4 ? protocol : "v6"}`;
}

/** By offset; of equal ones the first that came is first. */
function insert(pieces: Piece[], piece: Piece): void {
  let at = pieces.length;
  while (at > 0 && pieces[at - 1]!.offset > piece.offset) at--;
  pieces.splice(at, 0, piece);
}

/** Memory is taken only when nothing is missing: a tiny last fragment would else cost 64 KiB each time. */
function assemble({ length, pieces, protocol }: Datagram): Whole | undefined {
  if (length === undefined) return undefined;
  let reached = 0;
  for (const piece of pieces) {
    if (piece.offset > reached) return undefined;
    reached = Math.max(reached, piece.offset + piece.bytes.length);
  }
  if (reached < length) return undefined;
  const whole = new Uint8Array(length);
  let filled = 0;
  for (const piece of pieces) {
    const from = filled - piece.offset;
    if (from >= piece.bytes.length || filled >= length) continue;
    const fresh = piece.bytes.subarray(from, from + length - filled);
    whole.set(fresh, filled);
    filled += fresh.length;
  }
  return { bytes: whole, protocol };
}
