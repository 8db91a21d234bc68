/** What happens next: events by virtual time and, within one instant, in the order in which they were planned. */

export interface Event {
  /** Virtual time in microseconds. */
  at: number;
  sequence: number;
  /** What to do; see {@link World}. */
  kind: number;
  /** Whom it happens to; 0 for the world. */
  member: number;
  /** For whose life it was planned: a process started later must not see it. */
  life: number;
  a: number;
  b: number;
  data: unknown;
}

export class EventQueue {
  readonly #heap: Event[] = [];
  #sequence = 0;

  get size(): number {
    return this.#heap.length;
  }

  push(at: number, kind: number, member: number, life: number, a: number, b: number, data: unknown): void {
    const event: Event = { at, sequence: ++this.#sequence, kind, member, life, a, b, data };
    const heap = this.#heap;
    let hole = heap.length;
    heap.push(event);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent] as Event;
      if (above.at <= at) break; // Equal times: the older sequence stays above.
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = event;
  }

  pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    const size = heap.length;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      let below = heap[child] as Event;
      const right = child + 1 < size ? (heap[child + 1] as Event) : undefined;
      if (right !== undefined && before(right, below)) {
        below = right;
        child++;
      }
      if (before(last, below)) break;
      heap[hole] = below;
      hole = child;
    }
    heap[hole] = last;
    return first;
  }
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}
