/** The longest time in which nothing came, in a stretch of time that is being watched. */
export class Pauses {
  #last: number;
  #longest = 0;

  /** @param now - Where the stretch begins; a pause that began before it counts from here. */
  constructor(now: number) {
    this.#last = now;
  }

  mark(now: number): void {
    this.#longest = this.longest(now);
    this.#last = now;
  }

  /** Up to now, the pause that has not ended yet among them. */
  longest(now: number): number {
    return Math.max(this.#longest, now - this.#last);
  }
}
