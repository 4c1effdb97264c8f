export interface Records {
  /** Views of the input. */
  readonly records: readonly Uint8Array[];
  /** Where the last whole record ends; less than the input's length when the last one is cut. */
  readonly end: number;
}

/** Splits messages that each follow their length in 4 bytes, big-endian: recorded gRPC replies, and the collector's file exporter. */
export function splitLengthPrefixed(bytes: Uint8Array): Records {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Uint8Array[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + view.getUint32(at);
    if (end > bytes.length) break;
    records.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return { records, end: at };
}
