// Which findings count which exchange. Exchanges of one fault have the same findings: a list is kept once, and its number for each hop.

const NONE: readonly number[] = [];

export class FindingsOfHops implements Iterable<readonly [hop: number, findings: readonly number[]]> {
  /** By hop: index in `#lists`. */
  readonly #list: Uint32Array;
  /** Indices of findings, ascending; the first list is the empty one. */
  readonly #lists: (readonly number[])[] = [NONE];
  readonly #numbers = new Map<string, number>([["", 0]]);
  #last: readonly number[] = NONE;
  #lastNumber = 0;

  /** `hops`: how many there are. */
  constructor(hops: number) {
    this.#list = new Uint32Array(hops);
  }

  /** Adds findings to those of a hop. */
  add(hop: number, findings: readonly number[]): void {
    const before = this.#lists[this.#list[hop]!]!;
    const all = before.length === 0 ? findings : [...new Set([...before, ...findings])].sort((a, b) => a - b);
    this.#list[hop] = this.#number(all);
  }

  /** Undefined where none counts it. */
  get(hop: number): readonly number[] | undefined {
    const list = this.#list[hop] ?? 0;
    return list === 0 ? undefined : this.#lists[list];
  }

  /** Hops with findings, ascending. */
  *keys(): Generator<number> {
    for (let hop = 0; hop < this.#list.length; hop++) if (this.#list[hop] !== 0) yield hop;
  }

  *[Symbol.iterator](): Generator<readonly [hop: number, findings: readonly number[]]> {
    for (const hop of this.keys()) yield [hop, this.#lists[this.#list[hop]!]!];
  }

  #number(findings: readonly number[]): number {
    // Hops of one fault come one after another.
    if (findings === this.#last) return this.#lastNumber;
    const key = findings.join(" ");
    const known = this.#numbers.get(key) ?? this.#lists.push(findings) - 1;
    this.#numbers.set(key, known);
    this.#last = findings;
    this.#lastNumber = known;
    return known;
  }
}
