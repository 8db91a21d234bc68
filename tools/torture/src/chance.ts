/** Seeded chance. Each purpose draws from a stream of its own, so that more draws for one leave the others as they were. */

export class Chance {
  #state: number;

  /** @param seed - An uint32. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A stream of its own for a purpose: the same seed and purpose give the same stream. FNV-1a over both. */
  static stream(seed: number, purpose: string): Chance {
    let hash = (0x811c9dc5 ^ seed) >>> 0;
    for (let i = 0; i < purpose.length; i++) {
      hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193) >>> 0;
    }
    return new Chance(hash);
  }

  /** From 0 up to 1, 1 left out. Mulberry32. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** An integer from 0 to `below` − 1. */
  below(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  /** A number from `least` up to `most`. */
  between(least: number, most: number): number {
    return least + this.fraction() * (most - least);
  }

  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }

  /** A new array in another order. */
  shuffled<T>(of: readonly T[]): T[] {
    const result = [...of];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [result[i], result[j]] = [result[j] as T, result[i] as T];
    }
    return result;
  }
}
