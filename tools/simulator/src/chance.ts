/**
 * Seeded chance in independent streams: one for each (seed, purpose, member or link), so that a fault taken out of a
 * run, or a line of the core changed, does not reshuffle everything else.
 */

/** sfc32: small, fast, and long enough in period for any run. */
export class Stream {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(a: number, b: number, c: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    for (let warm = 0; warm < 12; warm++) this.next();
  }

  /** Any 32 bits, unsigned. */
  next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    return t >>> 0;
  }

  /** From 0 up to, not including, 1. */
  unit(): number {
    return this.next() / 0x1_0000_0000;
  }

  /** An integer from 0 to `below` − 1. */
  below(below: number): number {
    return Math.floor(this.unit() * below);
  }

  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True in `probability` of all calls. Draws nothing when it is 0, so that a feature switched off costs nothing. */
  happens(probability: number): boolean {
    return probability > 0 && this.unit() < probability;
  }

  /** An integer, exponentially distributed, cut off at 12 times the mean. */
  around(mean: number): number {
    return Math.min(Math.floor(-Math.log(1 - this.unit()) * mean), mean * 12);
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }

  /** So many different ones of `of`, in the order of `of`. */
  some<T>(of: readonly T[], count: number): T[] {
    let wanted = count;
    return of.filter((_, at) => {
      if (this.unit() * (of.length - at) >= wanted) return false;
      wanted--;
      return true;
    });
  }
}

/** The stream of this purpose: equal arguments, equal stream. */
export function stream(seed: number, purpose: string, a = 0, b = 0): Stream {
  let hash = 0x811c9dc5;
  for (let at = 0; at < purpose.length; at++) hash = Math.imul(hash ^ purpose.charCodeAt(at), 0x01000193);
  return new Stream(
    Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ hash,
    Math.imul(seed + hash, 0xc2b2ae35) ^ (a * 0x10001 + 1),
    Math.floor(seed / 0x1_0000_0000) ^ Math.imul(b + 1, 0x27d4eb2f) ^ Math.imul(a + 1, 0x165667b1),
  );
}
