// Who gets what, at the least cost over all: each of n rows one of n columns, each column once. Shortest augmenting paths with prices of rows and
// columns (Kuhn; Jonker and Volgenant 1987), n³ steps.

export class LinearAssignment {
  readonly #rowPrice: Float64Array;
  readonly #columnPrice: Float64Array;
  /** Row of each column; place 0 stands for the row that looks for a column. */
  readonly #rowOf: Int32Array;
  readonly #pathFrom: Int32Array;
  readonly #distance: Float64Array;
  readonly #isReached: Uint8Array;

  /** `max`: the largest n. */
  constructor(max: number) {
    this.#rowPrice = new Float64Array(max + 1);
    this.#columnPrice = new Float64Array(max + 1);
    this.#rowOf = new Int32Array(max + 1);
    this.#pathFrom = new Int32Array(max + 1);
    this.#distance = new Float64Array(max + 1);
    this.#isReached = new Uint8Array(max + 1);
  }

  /** `cost[row * n + column]`, all finite; `columnOf` is filled with each row's column. */
  solve(cost: Float64Array, n: number, columnOf: Int32Array): void {
    for (const prices of [this.#rowPrice, this.#columnPrice]) prices.fill(0, 0, n + 1);
    this.#rowOf.fill(0, 0, n + 1);
    for (let row = 1; row <= n; row++) this.#augment(this.#findPath(cost, n, row));
    for (let column = 1; column <= n; column++) columnOf[this.#rowOf[column]! - 1] = column - 1;
  }

  /** Returns the free column that a row, perhaps by moving others, gets at the least cost. */
  #findPath(cost: Float64Array, n: number, row: number): number {
    const [rowOf, distance, isReached] = [this.#rowOf, this.#distance, this.#isReached];
    distance.fill(Number.POSITIVE_INFINITY, 0, n + 1);
    isReached.fill(0, 0, n + 1);
    rowOf[0] = row;
    let at = 0;
    do {
      isReached[at] = 1;
      const from = rowOf[at]!;
      let nearest = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let column = 1; column <= n; column++) {
        if (isReached[column] === 1) continue;
        const reduced = cost[(from - 1) * n + column - 1]! - this.#rowPrice[from]! - this.#columnPrice[column]!;
        if (reduced < distance[column]!) {
          distance[column] = reduced;
          this.#pathFrom[column] = at;
        }
        if (distance[column]! < least) {
          least = distance[column]!;
          nearest = column;
        }
      }
      for (let column = 0; column <= n; column++) {
        if (isReached[column] === 1) {
          this.#rowPrice[rowOf[column]!]! += least;
          this.#columnPrice[column]! -= least;
        } else distance[column]! -= least;
      }
      at = nearest;
    } while (rowOf[at] !== 0);
    return at;
  }

  #augment(column: number): void {
    for (let at = column; at !== 0; ) {
      const before = this.#pathFrom[at]!;
      this.#rowOf[at] = this.#rowOf[before]!;
      at = before;
    }
  }
}
