import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quorumSystemOf } from "./quorum.ts";
import type { MemberSpec } from "./types.ts";

const MEMBERS_MAX = 7;

function majorityOf(count: number): MemberSpec[] {
  return Array.from({ length: count }, (_, at) => ({ sid: at + 1, role: "participant", weight: 1, group: 0 }));
}

/** Every set of members, as a test for belonging. */
function subsetsOf(count: number): ((sid: number) => boolean)[] {
  return Array.from({ length: 2 ** count }, (_, mask) => (sid: number) => (mask & (1 << (sid - 1))) !== 0);
}

function expectIntersection(members: readonly MemberSpec[]): void {
  const { isQuorum } = quorumSystemOf(members);
  for (const has of subsetsOf(members.length)) {
    // Were two quorums disjoint, one would lie within the other's complement.
    if (isQuorum(has)) expect(isQuorum((sid) => !has(sid))).toBe(false);
  }
}

function expectMonotone(members: readonly MemberSpec[]): void {
  const { isQuorum } = quorumSystemOf(members);
  for (const has of subsetsOf(members.length)) {
    if (!isQuorum(has)) continue;
    for (const { sid: more } of members) expect(isQuorum((sid) => sid === more || has(sid))).toBe(true);
  }
}

/** The greatest value that all of some quorum have reached, by trying every set. */
function bruteForceIndex(members: readonly MemberSpec[], reachedBy: (sid: number) => number): number {
  const { isQuorum, voters } = quorumSystemOf(members);
  let best = 0;
  for (const has of subsetsOf(members.length)) {
    const inside = (sid: number) => voters.includes(sid) && has(sid);
    if (isQuorum(inside)) best = Math.max(best, Math.min(...voters.filter(inside).map(reachedBy)));
  }
  return best;
}

const ensembles = fc.array(
  fc.record({
    role: fc.constantFrom<"participant" | "observer">("participant", "participant", "participant", "observer"),
    weight: fc.integer({ min: 0, max: 3 }),
    group: fc.integer({ min: 0, max: 3 }),
  }),
  { minLength: 1, maxLength: MEMBERS_MAX },
);

function withSids(members: readonly Omit<MemberSpec, "sid">[]): MemberSpec[] {
  return members.map((member, at) => ({ ...member, sid: at + 1 }));
}

describe("§11.1 quorum systems", () => {
  it("a majority is more than half, for every set of up to seven members", () => {
    for (let count = 1; count <= MEMBERS_MAX; count++) {
      const members = majorityOf(count);
      const { isQuorum } = quorumSystemOf(members);
      for (const has of subsetsOf(count)) {
        const size = members.filter(({ sid }) => has(sid)).length;
        expect(isQuorum(has)).toBe(size >= Math.floor(count / 2) + 1);
      }
    }
  });

  it("no two quorums are disjoint, whatever the weights and groups, and a larger set than a quorum is one", () => {
    fc.assert(
      fc.property(ensembles, (members) => {
        expectIntersection(withSids(members));
        expectMonotone(withSids(members));
      }),
      { numRuns: 300 },
    );
  });

  it("no two quorums are disjoint in any weighting of up to five members by 0, 1, 2 or 3, in one group or two", () => {
    for (let count = 1; count <= 5; count++) {
      for (let code = 0; code < 4 ** count; code++) {
        const weights = majorityOf(count).map((member, at) => ({ ...member, weight: Math.floor(code / 4 ** at) % 4 }));
        expectIntersectionQuickly(weights);
        expectIntersectionQuickly(weights.map((member) => ({ ...member, group: member.sid % 2 })));
      }
    }
  });

  it("the quorum index is the greatest value that a quorum has reached, for every assignment of three values to a majority system", () => {
    for (let count = 1; count <= 5; count++) {
      const members = majorityOf(count);
      const { quorumIndex } = quorumSystemOf(members);
      for (let code = 0; code < 3 ** count; code++) {
        const reachedBy = (sid: number) => Math.floor(code / 3 ** (sid - 1)) % 3;
        if (quorumIndex(reachedBy) !== bruteForceIndex(members, reachedBy))
          expect.fail(`values ${code} of ${count} members`);
      }
    }
  });

  it("the quorum index is the greatest value that a quorum has reached, whatever the weights and groups", () => {
    const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: MEMBERS_MAX, maxLength: MEMBERS_MAX });
    fc.assert(
      fc.property(ensembles, values, (specs, given) => {
        const members = withSids(specs);
        const reachedBy = (sid: number) => given[sid - 1] ?? 0;
        expect(quorumSystemOf(members).quorumIndex(reachedBy)).toBe(bruteForceIndex(members, reachedBy));
      }),
      { numRuns: 300 },
    );
  });

  it("a quorum of groups is a weighted majority inside each of a majority of groups", () => {
    const members = withSids([
      { role: "participant", weight: 1, group: 1 },
      { role: "participant", weight: 1, group: 1 },
      { role: "participant", weight: 1, group: 1 },
      { role: "participant", weight: 2, group: 2 },
      { role: "participant", weight: 1, group: 2 },
      { role: "participant", weight: 1, group: 3 },
    ]);
    const { isQuorum } = quorumSystemOf(members);
    const of = (...sids: number[]) => isQuorum((sid) => sids.includes(sid));
    expect(of(1, 2, 4)).toBe(true);
    expect(of(4, 6)).toBe(true);
    expect(of(1, 2, 3)).toBe(false);
    expect(of(1, 2, 5)).toBe(false);
  });

  it("observers and members of weight 0 count in no quorum", () => {
    const members = withSids([
      { role: "participant", weight: 1, group: 0 },
      { role: "participant", weight: 0, group: 0 },
      { role: "observer", weight: 1, group: 0 },
    ]);
    const system = quorumSystemOf(members);
    expect(system.voters).toEqual([1]);
    expect(system.isQuorum((sid) => sid !== 1)).toBe(false);
    expect(system.isQuorum((sid) => sid === 1)).toBe(true);
  });

  it("without a voter nothing is a quorum", () => {
    const { isQuorum, quorumIndex } = quorumSystemOf([]);
    expect(isQuorum(() => true)).toBe(false);
    expect(quorumIndex(() => 9)).toBe(0);
  });
});

/** As {@link expectIntersection}, without an assertion a set: there are many. */
function expectIntersectionQuickly(members: readonly MemberSpec[]): void {
  const { isQuorum } = quorumSystemOf(members);
  for (const has of subsetsOf(members.length))
    if (isQuorum(has) && isQuorum((sid) => !has(sid))) expect.fail(`disjoint quorums of ${JSON.stringify(members)}`);
}
