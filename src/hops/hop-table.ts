// Hops in columns, and as objects for those who ask: hundreds of thousands are counted without one.

import type { Hop } from "./hop.ts";
import { HopColumns } from "./hop-columns.ts";
import { HopView } from "./hop-view.ts";

export class HopTable extends HopColumns {
  /** Those that were asked for. */
  readonly #views = new Map<number, Hop>();
  #all: readonly Hop[] | undefined;

  /** The hop as an object: always the same one, made when first asked for. */
  hop(index: number): Hop {
    let view = this.#all?.[index] ?? this.#views.get(index);
    if (view === undefined) {
      view = new HopView(index, this);
      this.#views.set(index, view);
    }
    return view;
  }

  /** All of them as objects. */
  all(): readonly Hop[] {
    if (this.#all !== undefined) return this.#all;
    this.#all = Array.from({ length: this.size }, (_, index) => this.#views.get(index) ?? new HopView(index, this));
    this.#views.clear();
    return this.#all;
  }
}
