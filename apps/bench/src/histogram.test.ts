import { describe, expect, it } from "vitest";
import { Histogram } from "./histogram.ts";

describe("histogram", () => {
  it("gives percentiles that are never below the truth and at most 1.6 % above it", () => {
    for (const scale of [0.001, 0.04, 1, 37, 400]) {
      const histogram = new Histogram();
      const durations = Array.from({ length: 1000 }, (_, i) => (i + 1) * scale);
      for (const ms of durations) histogram.record(ms);
      for (const share of [0.001, 0.5, 0.99, 0.999, 1]) {
        const truth = (durations[Math.ceil(1000 * share) - 1] as number) * 1000;
        const told = histogram.percentileUs(share);
        expect(told).toBeGreaterThanOrEqual(truth - 0.05); // The unit is 0.1 µs, rounded to.
        expect(told).toBeLessThanOrEqual(truth * (1 + 1 / 64) + 0.05);
      }
    }
  });

  it("takes nothing at all, less than nothing and more than it can hold", () => {
    const histogram = new Histogram();
    expect(histogram.percentileUs(0.5)).toBe(0);
    histogram.record(-1);
    expect(histogram.percentileUs(1)).toBe(0);
    histogram.record(Number.MAX_SAFE_INTEGER);
    expect(histogram.percentileUs(1)).toBe(429_496_729.5);
    expect(histogram.count).toBe(2);
  });

  it("forgets everything when it is reset", () => {
    const histogram = new Histogram();
    histogram.record(5);
    histogram.reset();
    expect(histogram.count).toBe(0);
    expect(histogram.percentileUs(0.99)).toBe(0);
  });
});
