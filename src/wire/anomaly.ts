// Something wrong on the wire or in the capture. It is data, emitted like any output; never an exception.

export interface Anomaly {
  readonly kind: "anomaly";
  readonly code: AnomalyCode;
  /** One sentence in the words of the specification that was broken. */
  readonly message: string;
  readonly where: Location;
}

/**
 * - `truncated`: bytes end before the structure that they begin
 * - `malformed`: bytes are there and break the specification
 * - `gap`: bytes of a stream that the capture does not hold
 * - `limit`: a cap of `limits.ts` was reached; what lies beyond it was not read
 * - `unsupported`: known and not read (a link type, a compression)
 * - `lost`: packets that the capturing program says it dropped
 */
export type AnomalyCode = "truncated" | "malformed" | "gap" | "limit" | "unsupported" | "lost";

export interface Location {
  /** The part that noticed: `pcap`, `ipv4`, `tcp`, `http/1`, … */
  readonly layer: string;
  /** Index of the capture file in the run. */
  readonly capture?: number;
  /** Wireshark's frame number in that file. */
  readonly packet?: number;
  /** Byte offset: in the (decompressed) file for a capture format, in the packet for a header. */
  readonly offset?: number;
}

export function anomaly(code: AnomalyCode, message: string, where: Location): Anomaly {
  return { kind: "anomaly", code, message, where };
}
