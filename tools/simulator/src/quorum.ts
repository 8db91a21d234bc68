/** What a quorum is, told a second time and independently of the core, so that a mistake there is seen here. */
import type { MemberSpec } from "@rookery/consensus";

/** Whether `sids` are a quorum: more than half the weight; with groups, of more than half of the groups. */
export function isQuorum(members: readonly MemberSpec[], sids: readonly number[]): boolean {
  const voters = members.filter(({ role }) => role === "participant");
  const groups = new Map<number, { all: number; present: number }>();
  for (const { sid, weight, group } of voters) {
    const sum = groups.get(group) ?? { all: 0, present: 0 };
    sum.all += weight;
    if (sids.includes(sid)) sum.present += weight;
    groups.set(group, sum);
  }
  const counting = [...groups.values()].filter(({ all }) => all > 0);
  const held = counting.filter(({ all, present }) => present * 2 > all);
  return held.length * 2 > counting.length;
}
