/** Takes the bytes of one body, in order. Bytes are borrowed. */
export interface BodySink {
  data(bytes: Uint8Array, start: number, end: number): void;
  /** `isWhole`: false when the capture lacks bytes of it. */
  end(isWhole: boolean): void;
}
