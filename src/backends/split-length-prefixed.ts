export interface Records {
  /** Views of the input. */
  readonly records: readonly Uint8Array[];
  /** Where the last whole record ends; less than the input's length when the last one is cut. */
  readonly end: number;
}

/** Splits messages that each follow their length in 4 bytes, big-endian: recorded gRPC replies, and the collector's file exporter. */
export function splitLengthPrefixed(bytes: Uint8Array): Records {
  const records: Uint8Array[] = [];
  const end = eachLengthPrefixed(bytes, (record) => records.push(record));
  return { records, end };
}

/**
 * The same, one by one: a file of zeros is nothing but empty records, and a list of them takes many times its size. They are handed to
 * `empty` where it is given. Stops where `visit` answers false. Returns where the last whole record ends.
 */
export function eachLengthPrefixed(bytes: Uint8Array, visit: (record: Uint8Array) => unknown, empty?: () => void): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + LENGTH_BYTES <= bytes.length) {
    const start = at + LENGTH_BYTES;
    const end = start + view.getUint32(at);
    if (end > bytes.length) break;
    if (end === start && empty !== undefined) empty();
    else if (visit(bytes.subarray(start, end)) === false) break;
    at = end;
  }
  return at;
}

const LENGTH_BYTES = 4;
