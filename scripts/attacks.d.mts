export interface Attack {
  make(count: number): Iterable<Uint8Array>;
  readonly count: number;
  readonly limit: boolean;
  /** Count, and whether a cap must be said. */
  readonly small: readonly [number, boolean];
}
export const attacks: Readonly<Record<string, Attack>>;
