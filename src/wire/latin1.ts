// Bytes as strings of one character a byte.

/** `latin1Slice` is what `toString("latin1")` ends in; straight to it, a string costs half. */
type Sliceable = Buffer & { latin1Slice(start: number, end: number): string };

/** `buffer[start..end)`. */
export function latin1(buffer: Buffer, start: number, end: number): string {
  return (buffer as Sliceable).latin1Slice(start, end);
}
