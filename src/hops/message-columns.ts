import type { PacketReference } from "../protocols/observation.ts";
import { FIRST_ROWS, grown, keepRows } from "../wire/columns.ts";

const MAX_LENGTH = 2 ** 32 - 1;
const MAX_MORE = 2 ** 16 - 1;

/** Where messages were seen and how long their bodies are: of requests, or of responses. A row that is never set has zeros. */
export class MessageColumns {
  #capture = new Uint16Array(FIRST_ROWS);
  #number = new Uint32Array(FIRST_ROWS);
  #bodyLength = new Uint32Array(FIRST_ROWS);
  /** So many frames behind the first is the last. */
  #more = new Uint16Array(FIRST_ROWS);

  /** `last`: frame number of the last byte. */
  set(row: number, { capture, number }: PacketReference, bodyLength: number, last = number): void {
    this.#number[row] = number;
    // What is 0 in nearly all rows is not written.
    if (capture !== 0) this.#capture[row] = capture;
    if (bodyLength !== 0) this.#bodyLength[row] = Math.min(bodyLength, MAX_LENGTH);
    if (last > number && last - number <= MAX_MORE) this.#more[row] = last - number;
  }

  packet(row: number): PacketReference {
    return { capture: this.#capture[row]!, number: this.#number[row]! };
  }

  /** Frame number in its capture file. */
  number(row: number): number {
    return this.#number[row]!;
  }

  /** Frame number of its last byte; that of its first where that is too far away, or not known. */
  lastNumber(row: number): number {
    return this.#number[row]! + this.#more[row]!;
  }

  /** Bytes; what is 4 GiB or longer counts as that. */
  bodyLength(row: number): number {
    return this.#bodyLength[row]!;
  }

  keep(rows: Uint32Array, size: number): void {
    for (const column of [this.#capture, this.#number, this.#bodyLength, this.#more]) keepRows(column, rows, size);
  }

  grow(capacity: number): void {
    this.#capture = grown(this.#capture, capacity);
    this.#number = grown(this.#number, capacity);
    this.#bodyLength = grown(this.#bodyLength, capacity);
    this.#more = grown(this.#more, capacity);
  }
}
