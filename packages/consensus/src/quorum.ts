/**
 * Quorum systems (§11.1): majority, weighted, and hierarchical (a weighted majority inside each of a majority of groups).
 * Two quorums of one system always share a member; everything else rests on that.
 */
import type { MemberSpec } from "./types.ts";

export interface QuorumSystem {
  /** Members that count, ascending. */
  readonly voters: readonly number[];
  isQuorum(has: (sid: number) => boolean): boolean;
  /** The greatest value that a quorum has reached; `reached` is asked for voters only. */
  quorumIndex(reached: (sid: number) => number): number;
}

/** A voter with weight 0 counts in no quorum and is none of `voters`. */
export function quorumSystemOf(members: readonly MemberSpec[]): QuorumSystem {
  const counting = members.filter(({ role, weight }) => role === "participant" && weight > 0);
  const voters = counting.map(({ sid }) => sid).sort((a, b) => a - b);
  const groups = new Map<number, MemberSpec[]>();
  for (const member of counting) {
    const group = groups.get(member.group);
    if (group === undefined) groups.set(member.group, [member]);
    else group.push(member);
  }
  const teams = [...groups.values()].map((team) => ({
    team,
    half: team.reduce((sum, { weight }) => sum + weight, 0) / 2,
  }));
  const isQuorum = (has: (sid: number) => boolean): boolean => {
    let won = 0;
    for (const { team, half } of teams) {
      let weight = 0;
      for (const member of team) if (has(member.sid)) weight += member.weight;
      if (weight > half) won++;
    }
    return won > teams.length / 2;
  };
  return {
    voters,
    isQuorum,
    quorumIndex(reached) {
      let best = -1;
      for (const candidate of voters) {
        const value = reached(candidate);
        if (value > best && isQuorum((sid) => reached(sid) >= value)) best = value;
      }
      return Math.max(best, 0);
    },
  };
}
