/** Which worker's turn is next: a binary heap of slots by time in which a slot's time can be changed. */
export class WorkerHeap {
  readonly #times: Float64Array;
  readonly #heap: Int32Array;
  /** Where in the heap a slot is; −1: it is not. */
  readonly #places: Int32Array;
  #size = 0;

  constructor(slots: number) {
    this.#times = new Float64Array(slots);
    this.#heap = new Int32Array(slots);
    this.#places = new Int32Array(slots).fill(-1);
  }

  /** The slot whose time is first; −1: none. */
  get first(): number {
    return this.#size === 0 ? -1 : this.#at(0);
  }

  get firstTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#timeAt(0);
  }

  /** Puts the slot in, or moves it to another time. */
  set(slot: number, time: number): void {
    let place = this.#places[slot] as number; // a slot's number is below the heap's length
    if (place < 0) {
      place = this.#size;
      this.#size += 1;
      this.#put(place, slot);
    }
    this.#times[slot] = time;
    this.#down(this.#up(place));
  }

  remove(slot: number): void {
    const place = this.#places[slot] as number;
    if (place < 0) return;
    this.#places[slot] = -1;
    this.#size -= 1;
    if (place === this.#size) return;
    this.#put(place, this.#at(this.#size));
    this.#down(this.#up(place));
  }

  #at(place: number): number {
    return this.#heap[place] as number; // places are below the size
  }

  #timeAt(place: number): number {
    return this.#times[this.#at(place)] as number;
  }

  #put(place: number, slot: number): void {
    this.#heap[place] = slot;
    this.#places[slot] = place;
  }

  #up(from: number): number {
    let place = from;
    const slot = this.#at(place);
    const time = this.#times[slot] as number;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#timeAt(parent) <= time) break;
      this.#put(place, this.#at(parent));
      place = parent;
    }
    this.#put(place, slot);
    return place;
  }

  #down(from: number): void {
    let place = from;
    const slot = this.#at(place);
    const time = this.#times[slot] as number;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#timeAt(child + 1) < this.#timeAt(child)) child += 1;
      if (this.#timeAt(child) >= time) break;
      this.#put(place, this.#at(child));
      place = child;
    }
    this.#put(place, slot);
  }
}
