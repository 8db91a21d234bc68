/** Counts durations in a fixed amount of memory, so that recording one costs a few nanoseconds and allocates nothing. */

/** 64 buckets for each power of two: a bucket is at most 1/64 wide, so a percentile is at most 1.6 % too high. */
const BUCKET_BITS = 6;
const BUCKETS_PER_OCTAVE = 1 << BUCKET_BITS;
/** A unit is 0.1 µs, so that 32 bits hold seven minutes. */
const UNITS_PER_MS = 10_000;
const UNITS_PER_US = 10;
const UNITS_MAX = 0xffff_ffff;

export class Histogram {
  readonly #counts = new Float64Array((33 - BUCKET_BITS) * BUCKETS_PER_OCTAVE);
  #count = 0;
  #unitsMax = 0;

  get count(): number {
    return this.#count;
  }

  record(ms: number): void {
    const units = Math.min(UNITS_MAX, Math.max(0, Math.round(ms * UNITS_PER_MS)));
    const bucket = bucketOf(units);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#count += 1;
    if (units > this.#unitsMax) this.#unitsMax = units;
  }

  reset(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#unitsMax = 0;
  }

  /**
   * What this share of all durations did not exceed, in microseconds: never below the truth. 0 if there are none.
   *
   * @param share - From 0 to 1; 0.99 for the 99th percentile.
   */
  percentileUs(share: number): number {
    const wanted = Math.max(1, Math.ceil(this.#count * share));
    let seen = 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      seen += this.#counts[bucket] as number;
      if (seen >= wanted) return Math.min(unitsMaxOf(bucket), this.#unitsMax) / UNITS_PER_US;
    }
    return 0;
  }
}

/** Below 64 a bucket for every value, above it 64 for every doubling. */
function bucketOf(units: number): number {
  if (units < BUCKETS_PER_OCTAVE) return units;
  const octave = 31 - Math.clz32(units) - BUCKET_BITS;
  return (octave + 1) * BUCKETS_PER_OCTAVE + ((units >>> octave) & (BUCKETS_PER_OCTAVE - 1));
}

/** The largest value that falls into a bucket. */
function unitsMaxOf(bucket: number): number {
  if (bucket < BUCKETS_PER_OCTAVE) return bucket;
  const octave = (bucket >>> BUCKET_BITS) - 1;
  return (BUCKETS_PER_OCTAVE + (bucket & (BUCKETS_PER_OCTAVE - 1)) + 1) * 2 ** octave - 1;
}
