import { describe, expect, it } from "vitest";
import { amount, figureRows, layOut, median, spread, times, timesBetter } from "./comparison.ts";

describe("comparison", () => {
  it("takes the middle run, or the mean of the two in the middle, without reordering what it was given", () => {
    const runs = [30, 100, 20];
    expect(median(runs)).toBe(30);
    expect(runs).toEqual([30, 100, 20]);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it("says how many times better ours is, above 1 whether more or less is better", () => {
    expect(timesBetter({ better: "more", reference: [100], ours: [660] })).toBeCloseTo(6.6);
    expect(timesBetter({ better: "less", reference: [660], ours: [100] })).toBeCloseTo(6.6);
    expect(timesBetter({ better: "less", reference: [100], ours: [200] })).toBe(0.5);
  });

  it("compares medians, so that one bad run on either side decides nothing", () => {
    expect(timesBetter({ better: "more", reference: [100, 1, 100], ours: [200, 200, 9000] })).toBe(2);
  });

  it("says nothing where one side has nothing", () => {
    expect(timesBetter({ better: "more", reference: [0], ours: [5] })).toBeUndefined();
    expect(timesBetter({ better: "less", reference: [5], ours: [0] })).toBeUndefined();
    expect(times(undefined)).toBe("–");
  });

  it("never rounds worse up to equal", () => {
    expect(times(0.999)).toBe("0.99 ×");
    expect(times(1)).toBe("1.0 ×");
    expect(times(6.64)).toBe("6.6 ×");
    expect(times(123.4)).toBe("123 ×");
  });

  it("shows the median between the least and the most", () => {
    expect(spread([151_000, 148_200, 153_000])).toBe("151,000 (148,200–153,000)");
    expect(spread([1.234])).toBe("1.23");
    expect([amount(0), amount(12.34), amount(44), amount(123.4)]).toEqual(["0.00", "12.3", "44.0", "123"]);
  });

  it("lays out a line for each figure", () => {
    const rows = figureRows([
      { name: "reads", unit: "ops/s", better: "more", reference: [100, 120, 110], ours: [1000, 1100, 1200] },
      { name: "reads", unit: "p99 µs", better: "less", reference: [50], ours: [10] },
    ]);
    expect(layOut(rows)).toBe(
      "reads: ops/s   110 (100–120)  1,100 (1,000–1,200)  10.0 ×\n" +
        "reads: p99 µs           50.0                 10.0   5.0 ×\n",
    );
  });
});
