// Columns: what is kept by the hundred thousand is kept in typed arrays, one a property, and not in objects.

export type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** Rows that a table begins with: few, since most runs are short and every column is cleared; growing by doubling costs less than a copy of each row. */
export const FIRST_ROWS = 4_096;

/** A longer copy with zeros behind. */
export function grown<C extends Column>(column: C, capacity: number): C {
  const longer = new (column.constructor as new (length: number) => C)(capacity);
  longer.set(column as never);
  return longer;
}

/** A column of what `read` says of each row. (`TypedArray.from` takes ten times as long.) */
export function int32Column(length: number, read: (row: number) => number): Int32Array {
  const column = new Int32Array(length);
  for (let row = 0; row < length; row++) column[row] = read(row);
  return column;
}

export function uint8Column(length: number, read: (row: number) => number): Uint8Array {
  const column = new Uint8Array(length);
  for (let row = 0; row < length; row++) column[row] = read(row);
  return column;
}

export function float64Column(length: number, read: (row: number) => number): Float64Array {
  const column = new Float64Array(length);
  for (let row = 0; row < length; row++) column[row] = read(row);
  return column;
}

/** Moves these rows, which ascend, to the front of a column of `size` rows, and clears what is behind them. */
export function keepRows<C extends Column>(column: C, rows: Uint32Array, size: number): C {
  for (let row = 0; row < rows.length; row++) column[row] = column[rows[row]!]!;
  column.fill(0, rows.length, size);
  return column;
}

/** The same for what only some rows have. */
export function keepEntries<Value>(byRow: Map<number, Value>, rows: Uint32Array): void {
  if (byRow.size === 0) return;
  const before = new Map(byRow);
  byRow.clear();
  rows.forEach((old, row) => {
    const value = before.get(old);
    if (value !== undefined) byRow.set(row, value);
  });
}

/** Values that repeat (methods, hosts) as small numbers, in the order in which they first came. */
export class Interned<Value> {
  readonly values: Value[] = [];
  readonly #numbers = new Map<Value, number>();
  #last: Value | undefined;
  #lastNumber = -1;

  /** The number of a value that came before. */
  find(value: Value): number | undefined {
    return this.#numbers.get(value);
  }

  number(value: Value): number {
    // One client sends one method, one host: the last is most likely the next.
    if (value === this.#last && this.#lastNumber >= 0) return this.#lastNumber;
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.values.push(value) - 1;
      this.#numbers.set(value, number);
    }
    this.#last = value;
    this.#lastNumber = number;
    return number;
  }
}

const ROWS_AT_ONCE = 1_024;

/**
 * Calls `each` for one piece of 0..`size` after the other. What is called again and again is compiled soon; a loop that runs once over all rows is
 * interpreted for most of them.
 */
export function inPieces(size: number, each: (from: number, to: number) => void): void {
  for (let from = 0; from < size; from += ROWS_AT_ONCE) each(from, Math.min(size, from + ROWS_AT_ONCE));
}
