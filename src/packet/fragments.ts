// Puts IP fragments together (RFC 791 §3.2, RFC 8200 §4.5). Overlaps keep the bytes that came first.

import { Malformed } from "../wire/byte-reader.ts";
import { FRAGMENT_TIMEOUT_US, MAX_FRAGMENTED_DATAGRAMS, MAX_FRAGMENTS_PER_DATAGRAM } from "../wire/limits.ts";
import type { Timestamp } from "../wire/timestamp.ts";

export interface Fragment {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly identification: number;
  /** Bytes from the start of the datagram's payload. */
  readonly offset: number;
  readonly more: boolean;
  /** Borrowed; copied when kept. */
  readonly bytes: Uint8Array;
  readonly at: Timestamp;
}

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Datagram {
  readonly startedAt: Timestamp;
  readonly pieces: Piece[];
  length: number | undefined;
}

export class FragmentTable {
  readonly #datagrams = new Map<string, Datagram>();
  /** Datagrams given up because a fragment never came or the table was full. */
  incomplete = 0;

  /** The whole payload once the last missing fragment is there. */
  add(fragment: Fragment): Uint8Array | undefined {
    const key = `${fragment.source} ${fragment.destination} ${fragment.protocol} ${fragment.identification}`;
    let datagram = this.#datagrams.get(key);
    if (datagram !== undefined && fragment.at - datagram.startedAt > FRAGMENT_TIMEOUT_US) {
      this.#giveUp(key);
      datagram = undefined;
    }
    if (datagram === undefined) {
      if (this.#datagrams.size >= MAX_FRAGMENTED_DATAGRAMS)
        for (const oldest of this.#datagrams.keys()) {
          this.#giveUp(oldest);
          break;
        }
      datagram = { startedAt: fragment.at, pieces: [], length: undefined };
      this.#datagrams.set(key, datagram);
    }
    const end = fragment.offset + fragment.bytes.length;
    if (end > 65_535) throw new Malformed("a fragment reaches beyond 65,535 bytes");
    if (!fragment.more) datagram.length = end;
    if (datagram.pieces.length >= MAX_FRAGMENTS_PER_DATAGRAM)
      throw new Malformed(`more than ${MAX_FRAGMENTS_PER_DATAGRAM} fragments in one datagram`);
    insert(datagram.pieces, { offset: fragment.offset, bytes: fragment.bytes.slice() });
    const whole = assemble(datagram);
    if (whole !== undefined) this.#datagrams.delete(key);
    return whole;
  }

  #giveUp(key: string): void {
    this.#datagrams.delete(key);
    this.incomplete++;
  }
}

/** By offset; of equal ones the first that came is first. */
function insert(pieces: Piece[], piece: Piece): void {
  let at = pieces.length;
  while (at > 0 && pieces[at - 1]!.offset > piece.offset) at--;
  pieces.splice(at, 0, piece);
}

/** Memory is taken only when nothing is missing: a tiny last fragment would else cost 64 KiB each time. */
function assemble({ length, pieces }: Datagram): Uint8Array | undefined {
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
  return whole;
}
