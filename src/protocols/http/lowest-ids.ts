// Stream ids that wait, lowest first. They come in any order, a hostile peer's falling: a list that is kept sorted would be moved for each.

/** A binary heap. What waits no more is left in it until it comes up, or until half of all may be such. */
export class LowestIds {
  readonly #isWaiting: (id: number) => boolean;
  #heap: number[] = [];
  /** Size at which those that wait no more are taken out. */
  #room = LEAST_ROOM;

  /** `isWaiting`: whether an id that was added still waits. */
  constructor(isWaiting: (id: number) => boolean) {
    this.#isWaiting = isWaiting;
  }

  /** Ids that are held, whether they still wait or not. */
  get size(): number {
    return this.#heap.length;
  }

  add(id: number): void {
    if (this.#heap.length >= this.#room) {
      // Sorted, they are a heap. One that came again may be held twice.
      this.#heap = [...new Set(this.#heap.filter(this.#isWaiting))].sort((a, b) => a - b);
      this.#room = Math.max(LEAST_ROOM, 2 * this.#heap.length);
    }
    this.#push(id);
  }

  /** Takes out the lowest id below `limit`; it may wait no more. Undefined where there is none. */
  takeBelow(limit: number): number | undefined {
    const heap = this.#heap;
    const lowest = heap[0];
    if (lowest === undefined || lowest >= limit) return undefined;
    const last = heap.pop()!;
    if (heap.length > 0) this.#sink(last);
    return lowest;
  }

  #push(id: number): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (heap[above]! <= id) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = id;
  }

  /** Puts an id in the place of the first. */
  #sink(id: number): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]! < heap[below]!) below++;
      if (heap[below]! >= id) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = id;
  }
}

const LEAST_ROOM = 64;
