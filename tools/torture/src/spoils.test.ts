import { describe, expect, it } from "vitest";
import { judge } from "./checks/judge.ts";
import { soundEvidence } from "./sample.ts";
import { SPOILS, selfCheck } from "./spoils.ts";

const options = { sample: 100, staleSyncs: undefined };

describe("the checks of a run", () => {
  it("pass what a server without faults leaves behind, whatever the seed", () => {
    for (let seed = 0; seed < 200; seed++) {
      const { violations, undecided } = judge(soundEvidence(seed), options);
      expect({ seed, violations, undecided }).toEqual({ seed, violations: [], undecided: 0 });
    }
  });

  for (const { name, caughtBy, apply } of SPOILS) {
    it(`report ${name}`, () => {
      for (let seed = 0; seed < 20; seed++) {
        const spoiled = apply(soundEvidence(seed));
        if (spoiled === undefined) continue;
        const checks = judge(spoiled, options).violations.map(({ check }) => check);
        expect({ seed, checks }).toEqual({ seed, checks: expect.arrayContaining([caughtBy]) });
      }
    });
  }

  it("are checked themselves at the start of every run", () => {
    expect(selfCheck()).toEqual([]);
  });
});
