// The block types of draft-ietf-opsawg-pcapng §3.1, §4 and §10.1, and what is known of a block before its body is read.
import { MAX_BLOCK_BYTES } from "../wire/limits.ts";

export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
/** Obsolete, written by Wireshark before 1.0. */
export const PACKET = 2;
export const SIMPLE_PACKET = 3;
export const NAME_RESOLUTION = 4;
export const INTERFACE_STATISTICS = 5;
export const ENHANCED_PACKET = 6;
const SYSTEMD_JOURNAL = 9;
export const DECRYPTION_SECRETS = 10;
const CUSTOM = 0x0bad;
const CUSTOM_NO_COPY = 0x4000_0bad;

/** Type, length, length again. */
export const EMPTY_BLOCK = 12;
/** The bytes of the section header block's body that tell the section's byte order. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Total length of a block without data and options; what is shorter breaks the specification. */
const SHORTEST: ReadonlyMap<number, number> = new Map([
  [SECTION_HEADER, 28],
  [INTERFACE_DESCRIPTION, 20],
  [PACKET, 32],
  [SIMPLE_PACKET, 16],
  [NAME_RESOLUTION, 12],
  [INTERFACE_STATISTICS, 24],
  [ENHANCED_PACKET, 32],
  [SYSTEMD_JOURNAL, 12],
  [DECRYPTION_SECRETS, 20],
  [CUSTOM, 16],
  [CUSTOM_NO_COPY, 16],
]);

/** Blocks that are no packets and are frames all the same: tshark 4.0 numbers them; the last three are sysdig events. */
const OTHER_FRAMES: ReadonlySet<number> = new Set([SYSTEMD_JOURNAL, CUSTOM, CUSTOM_NO_COPY, 0x204, 0x216, 0x221]);

function isPacket(type: number): boolean {
  return type === ENHANCED_PACKET || type === SIMPLE_PACKET || type === PACKET;
}

/** Whether Wireshark gives such a block a frame number. */
export function isFrame(type: number): boolean {
  return isPacket(type) || OTHER_FRAMES.has(type);
}

export function shortestLength(type: number): number {
  return SHORTEST.get(type) ?? EMPTY_BLOCK;
}

export interface BlockHeader {
  readonly type: number;
  /** Block total length, as the block says it. */
  readonly length: number;
  readonly littleEndian: boolean;
}

/** Reads a header from `EMPTY_BLOCK` bytes at `at`; undefined when it is none. Without a section only a section header block is one. */
export function readBlockHeader(
  view: DataView,
  at: number,
  section: { readonly littleEndian: boolean } | undefined,
): BlockHeader | undefined {
  // The type of a section header block reads the same in both byte orders, and its body tells which one it is.
  if (view.getUint32(at, true) === SECTION_HEADER) {
    const isLittle = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
    if (!isLittle && view.getUint32(at + 8, false) !== BYTE_ORDER_MAGIC) return undefined;
    return { type: SECTION_HEADER, length: view.getUint32(at + 4, isLittle), littleEndian: isLittle };
  }
  if (!section) return undefined;
  const { littleEndian } = section;
  return { type: view.getUint32(at, littleEndian), length: view.getUint32(at + 4, littleEndian), littleEndian };
}

export function isPossibleLength(length: number): boolean {
  return length >= EMPTY_BLOCK && length <= MAX_BLOCK_BYTES;
}

/** Stricter, for a place where a block is only guessed to begin. */
export function isLikely(header: BlockHeader): boolean {
  return (
    SHORTEST.has(header.type) && header.length % 4 === 0 && header.length >= shortestLength(header.type) && isPossibleLength(header.length)
  );
}
