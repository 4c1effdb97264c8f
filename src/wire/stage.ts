/** Where a stage sends what it has read. */
export type Emit<Output> = (output: Output) => void;

/** A streaming part: no I/O, no clock, no async. What `push()` is given is borrowed until it returns. */
export interface Stage<Input> {
  push(input: Input): void;
  /** No more input. A stage MUST report what it still held. */
  end(): void;
}
