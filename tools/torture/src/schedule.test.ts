import { describe, expect, it } from "vitest";
import { FAULT_KINDS, type FaultKind, mayOverlap, schedule } from "./schedule.ts";

const KINDS = Object.keys(FAULT_KINDS) as FaultKind[];

describe("a schedule of faults", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(schedule(7, KINDS, 600)).toEqual(schedule(7, KINDS, 600));
    expect(schedule(7, KINDS, 600)).not.toEqual(schedule(8, KINDS, 600));
  });

  it("has every kind in ten minutes", () => {
    for (let seed = 0; seed < 50; seed++) {
      const kinds = new Set(schedule(seed, KINDS, 600).map(({ kind }) => kind));
      expect([...kinds].sort()).toEqual([...KINDS].sort());
    }
  });

  it("ends before the load does", () => {
    for (let seed = 0; seed < 50; seed++) {
      for (const { at, lasts } of schedule(seed, KINDS, 120)) expect(at + lasts).toBeLessThanOrEqual(116);
    }
  });

  it("lets faults overlap only if they are of two areas", () => {
    let overlaps = 0;
    for (let seed = 0; seed < 50; seed++) {
      const faults = schedule(seed, KINDS, 600);
      for (const [i, fault] of faults.entries()) {
        for (const later of faults.slice(i + 1)) {
          if (later.at >= fault.at + fault.lasts) continue;
          overlaps += 1;
          expect(mayOverlap(fault.kind, later.kind)).toBe(true);
        }
      }
    }
    expect(overlaps).toBeGreaterThan(0);
  });
});
