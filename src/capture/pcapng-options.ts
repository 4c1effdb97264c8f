// Options at the end of a pcapng block (draft-ietf-opsawg-pcapng §3.5): code, length, value padded to 32 bits.

const OPT_ENDOFOPT = 0;

/** Reads multi-byte fields of one section in its byte order. */
export interface SectionView {
  readonly view: DataView;
  readonly littleEndian: boolean;
}

/** Calls `option` for each one in [from, to), its value at [start, start + length). False when an option runs beyond `to`. */
export function readOptions(
  section: SectionView,
  from: number,
  to: number,
  option: (code: number, start: number, length: number) => void,
): boolean {
  let at = from;
  while (at + 4 <= to) {
    const code = section.view.getUint16(at, section.littleEndian);
    const length = section.view.getUint16(at + 2, section.littleEndian);
    if (code === OPT_ENDOFOPT) return true;
    if (at + 4 + length > to) return false;
    option(code, at + 4, length);
    at += 4 + padded(length);
  }
  return true;
}

/** 64 bits as a double: exact to 2^53, which neither a packet count nor a number of seconds reaches. */
export function readUint64({ view, littleEndian }: SectionView, at: number): number {
  const first = view.getUint32(at, littleEndian);
  const second = view.getUint32(at + 4, littleEndian);
  return littleEndian ? second * 2 ** 32 + first : first * 2 ** 32 + second;
}

/** Two's complement. */
export function readInt64({ view, littleEndian }: SectionView, at: number): number {
  const high = view.getInt32(littleEndian ? at + 4 : at, littleEndian);
  const low = view.getUint32(littleEndian ? at : at + 4, littleEndian);
  return high * 2 ** 32 + low;
}

/** `length` rounded up to 32 bits. */
export function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
