// Decrypts the records of one direction in their order: which keys are in use, which sequence number is next, and what both are again
// behind records that the capture lacks.

import { MAX_LOST_TLS_RECORDS_TRIED, MAX_TLS_TRIALS } from "../../wire/limits.ts";
import type { KeyLog } from "./key-log.ts";
import type { TlsRecord } from "./record.ts";
import type { RecordCipher } from "./record-cipher.ts";

/** The keys of a direction, in the order of their use; undefined for those that the key log lacks. */
export type CipherAt = (generation: number) => RecordCipher | undefined;

/** Keys that are tried beyond the ones in use: those of a handshake may be missing, and a KeyUpdate may be lost. */
const GENERATIONS_AHEAD = 2;
/** Early data that was refused takes some (RFC 8446 §4.2.10), a handshake without keys a few. */
const MAX_FAILURES = 64;

export class RecordOpener {
  #cipherAt: CipherAt;
  readonly #keyLog: KeyLog;
  /** Of the keys in use. */
  generation: number;
  /** Records that were opened. */
  opened = 0;
  /** Records between the last one that was opened and the one before it. */
  skipped = 0;
  /** How many records may be missing since the last one that was opened. */
  #mayBeLost = 0;
  /** How many are certainly missing. */
  #isLost = 0;
  #sequence = 0;
  #trialsLeft = MAX_TLS_TRIALS;
  #lastNonce = -1;
  /** Records since the last one that was opened, none of which could be. */
  #failures = 0;

  constructor(cipherAt: CipherAt, firstGeneration: number, keyLog: KeyLog) {
    this.#cipherAt = cipherAt;
    this.#keyLog = keyLog;
    this.generation = firstGeneration;
  }

  /** The cipher that opened the last record. */
  get cipher(): RecordCipher | undefined {
    return this.#cipherAt(this.generation);
  }

  get isExhausted(): boolean {
    return this.#failures > MAX_FAILURES || this.#trialsLeft <= 0 || this.#keyLog.trialsLeft <= 0;
  }

  /** Keys of another handshake are in use from the next record on: the connection was renegotiated. */
  renew(cipher: RecordCipher): void {
    this.advance();
    const own = this.generation;
    this.#cipherAt = (generation) => (generation === own ? cipher : undefined);
  }

  /** The next keys are in use: a Finished or KeyUpdate was read. */
  advance(): void {
    this.generation++;
    this.#sequence = 0;
    this.#lastNonce = -1;
  }

  /** Records went by that were not read. */
  pass(count: number): void {
    this.#isLost += count;
  }

  /** An unknown number of records is missing. */
  lose(): void {
    this.#mayBeLost = MAX_LOST_TLS_RECORDS_TRIED;
  }

  /** The content of the record (see `RecordCipher.open`); undefined when no key fits. */
  open(record: TlsRecord): Uint8Array | undefined {
    const certain = this.#try(record, this.generation, this.#sequence + this.#isLost);
    if (certain !== undefined) return certain;
    const jump = this.#jump(record);
    if (jump > 0) {
      const content = this.#try(record, this.generation, this.#sequence + jump);
      if (content !== undefined) return content;
    }
    const last = this.generation + GENERATIONS_AHEAD;
    for (let generation = this.generation; generation <= last; generation++) {
      if (this.#cipherAt(generation) === undefined) continue;
      const first = generation === this.generation ? this.#sequence : 0;
      // Those that are certainly missing may belong to these keys or to the ones before.
      for (let k = 0; k <= this.#mayBeLost + this.#isLost && !this.isExhausted; k++) {
        if (generation === this.generation && k === this.#isLost) continue;
        this.#trialsLeft--;
        this.#keyLog.trialsLeft--;
        const content = this.#try(record, generation, first + k);
        if (content !== undefined) return content;
      }
    }
    this.#failures++;
    return undefined;
  }

  /** How far an explicit nonce has gone on, which most senders count by records. */
  #jump(record: TlsRecord): number {
    if (this.#mayBeLost === 0 || this.#lastNonce < 0) return 0;
    const nonce = this.cipher?.explicitNonce?.(record) ?? -1;
    return nonce - this.#lastNonce - 1;
  }

  #try(record: TlsRecord, generation: number, sequence: number): Uint8Array | undefined {
    const cipher = this.#cipherAt(generation);
    const content = cipher?.open(record, sequence);
    if (cipher === undefined || content === undefined) return undefined;
    this.skipped = generation === this.generation ? sequence - this.#sequence : sequence;
    // Nothing tells how many are missing, and one is at least.
    if (!cipher.isProof && this.#mayBeLost > 0) this.skipped = Math.max(1, this.skipped);
    this.generation = generation;
    this.#sequence = sequence + 1;
    this.#mayBeLost = 0;
    this.#isLost = 0;
    this.#failures = 0;
    this.#lastNonce = cipher.explicitNonce?.(record) ?? -1;
    this.opened++;
    return content;
  }
}
