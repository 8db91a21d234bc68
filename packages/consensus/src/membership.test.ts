import { describe, expect, it } from "vitest";
import { Membership } from "./membership.ts";
import type { Configuration } from "./types.ts";

function configurationOf(...sids: number[]): Configuration {
  const members = sids.map((sid) => ({ sid, role: "participant" as const, weight: 1, group: 0 }));
  return { version: { epoch: 0, counter: 0 }, members };
}

describe("D9 membership with two configurations in force", () => {
  const joint = new Membership([configurationOf(1, 2, 3), configurationOf(3, 4, 5)]);

  it("a quorum is one of each of them", () => {
    const isQuorum = (...sids: number[]) => joint.isQuorum((sid) => sids.includes(sid));
    expect(isQuorum(1, 2)).toBe(false);
    expect(isQuorum(4, 5)).toBe(false);
    expect(isQuorum(1, 3, 4)).toBe(true);
    expect(isQuorum(1, 2, 4, 5)).toBe(true);
  });

  it("what a quorum has reached is what quorums of both have", () => {
    const reached = new Map([
      [1, 9],
      [2, 9],
      [3, 1],
      [4, 5],
      [5, 7],
    ]);
    expect(joint.quorumIndex((sid) => reached.get(sid) ?? 0)).toBe(5);
    expect(joint.quorumIndex((sid) => reached.get(6 - sid) ?? 0)).toBe(5);
  });

  it("its voters are those of either", () => {
    expect(joint.voters).toEqual([1, 2, 3, 4, 5]);
    expect(joint.isVoter(5)).toBe(true);
    expect(joint.isVoter(6)).toBe(false);
  });
});
