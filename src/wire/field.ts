/** One header field (RFC 9110 §5) as it stood on the wire: case, order and raw value are evidence. */
export interface Field {
  readonly name: string;
  readonly value: string;
}
