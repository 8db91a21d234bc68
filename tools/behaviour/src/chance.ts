/** Seeded chance, so that a run that found something can be run again. */

export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer from 0 to `below` - 1. Mulberry32. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000) * below);
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

const LURES = [0, 1, -1, -2, 2, 4, 21, 99, 0x7fffffff, -0x80000000, 0xfffff, 1_000_000, 0x01000000];

/** Bytes that were once a valid message and are now a little off, or not at all. */
export function mutate(chance: Chance, valid: Buffer): Buffer {
  let bytes = Buffer.from(valid);
  const changes = chance.below(4);
  for (let change = 0; change < changes; change++) {
    const at = chance.below(Math.max(bytes.length, 1));
    switch (chance.below(6)) {
      case 0:
        if (bytes.length > 0) bytes[at] = chance.below(256);
        break;
      case 1:
        bytes = bytes.subarray(0, at);
        break;
      case 2:
        bytes = Buffer.concat([bytes, chance.bytes(chance.below(40))]);
        break;
      case 3:
        if (bytes.length >= at + 4) bytes.writeInt32BE(chance.one(LURES), at);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(chance.below(at + 1))]);
        break;
      case 5:
        if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << chance.below(8));
        break;
    }
  }
  return bytes;
}
