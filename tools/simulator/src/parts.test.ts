import { ENTRY, type Entry, GENESIS } from "@rookery/consensus";
import { describe, expect, it } from "vitest";
import { stream } from "./chance.ts";
import { Disk } from "./disk.ts";
import { minimize } from "./minimize.ts";
import { type Plan, planOf } from "./plan.ts";
import { EventQueue } from "./queue.ts";
import { isQuorum } from "./quorum.ts";
import { parse, print } from "./script.ts";

function entries(from: number, to: number): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, at) => {
    const index = from + at;
    return { index, epoch: 1, counter: index, chain: index, kind: ENTRY.transaction, payload: new Uint8Array() };
  });
}

function append(disk: Disk, sequence: number, from: number, to: number): void {
  disk.enqueue({
    kind: "store",
    operation: { sequence, type: "append", entries: entries(from, to), commit: 0 },
    state: undefined,
  });
}

describe("chance", () => {
  it("gives each purpose and member a stream of its own, the same each time", () => {
    const draw = (purpose: string, member: number) => stream(5, purpose, member).next();
    expect(draw("disk", 1)).toBe(draw("disk", 1));
    expect(new Set([draw("disk", 1), draw("disk", 2), draw("link", 1)]).size).toBe(3);
  });

  it("is spread evenly", () => {
    const chance = stream(1, "spread");
    const drawn = Array.from({ length: 4000 }, () => chance.below(4));
    const counts = [0, 1, 2, 3].map((value) => drawn.filter((each) => each === value).length);
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

describe("the queue of events", () => {
  it("gives events by time and, at one time, in the order in which they were planned", () => {
    const queue = new EventQueue();
    const chance = stream(2, "queue");
    for (let n = 0; n < 500; n++) queue.push(chance.below(50), 0, 0, 0, n, 0, undefined);
    let before = queue.pop();
    for (let n = 1; n < 500; n++) {
      const next = queue.pop();
      if (before === undefined || next === undefined) throw new Error("too few");
      expect(next.at > before.at || (next.at === before.at && next.a > before.a)).toBe(true);
      before = next;
    }
    expect(queue.pop()).toBeUndefined();
  });
});

describe("the disk", () => {
  it("keeps a prefix of what was under way when the process is gone, the last append perhaps in part", () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 200; seed++) {
      const disk = new Disk(1);
      append(disk, 1, 1, 3);
      disk.begin();
      disk.complete();
      append(disk, 2, 4, 6);
      disk.begin();
      append(disk, 3, 7, 8);
      disk.crash(stream(seed, "crash"), 0.5);
      expect(disk.log.entries.map(({ index }) => index)).toEqual(
        entries(1, disk.log.lastIndex).map(({ index }) => index),
      );
      lengths.add(disk.log.lastIndex);
    }
    expect([...lengths].sort()).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it("does not write what came after a batch was begun as part of it", () => {
    const disk = new Disk(1);
    append(disk, 1, 1, 1);
    disk.begin();
    append(disk, 2, 2, 2);
    expect(disk.complete()).toBe(1);
    expect(disk.log.lastIndex).toBe(1);
  });

  it("has nothing, and another identity, once it is emptied", () => {
    const disk = new Disk(1);
    append(disk, 1, 1, 3);
    disk.begin();
    disk.complete();
    disk.wipe(2);
    expect(disk.log.last).toEqual(GENESIS);
    expect(disk.promises.nonce).toBe(2);
  });
});

describe("quorums", () => {
  const member = (sid: number, weight: number, group = 0) => ({ sid, role: "participant" as const, weight, group });

  it("are more than half of the weight", () => {
    const four = [1, 2, 3, 4].map((sid) => member(sid, 1));
    expect(isQuorum(four, [1, 2])).toBe(false);
    expect(isQuorum(four, [1, 2, 3])).toBe(true);
    expect(isQuorum([member(1, 3), member(2, 1), member(3, 1)], [1])).toBe(true);
  });

  it("are, with groups, a quorum of each of more than half of the groups", () => {
    const groups = [1, 2, 3, 4, 5, 6].map((sid) => member(sid, 1, Math.ceil(sid / 2)));
    expect(isQuorum(groups, [1, 3, 5])).toBe(false);
    expect(isQuorum(groups, [1, 2, 3, 4])).toBe(true);
  });
});

describe("plans", () => {
  it("are the same after they were printed and read again", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const plan = planOf(seed);
      expect(parse(print(plan, ["why"]))).toEqual(plan);
    }
  });

  it("say in which line they cannot be read", () => {
    expect(() => parse("# a\n12 quake member=1\n")).toThrow("line 2: 12 quake member=1");
    expect(() => parse("# a\n")).toThrow("no line begins with plan");
  });

  it("never damage the disks of so many voters that the others are no quorum", () => {
    for (let seed = 1; seed <= 500; seed++) {
      const { voters, faults, weights } = planOf(seed);
      const damaged = new Set(
        faults.flatMap((fault) => (fault.kind === "wipe" || fault.kind === "rollBack" ? [fault.member] : [])),
      );
      const rest = weights.filter((_, at) => !damaged.has(at + 1)).reduce((sum, weight) => sum + weight, 0);
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      expect(rest * 2 > all || voters < damaged.size, `seed ${seed}`).toBe(true);
    }
  });

  it("are cut down to what a failure needs", () => {
    const plan = planOf(24);
    const needed = plan.faults[Math.floor(plan.faults.length / 3)];
    const fails = (candidate: Plan) =>
      candidate.faults.some((fault) => JSON.stringify(fault) === JSON.stringify(needed));
    const { plan: smaller } = minimize(plan, "I1", 500, fails);
    expect(smaller.faults).toEqual([needed]);
    expect(smaller.observers).toBe(0);
    expect(smaller.faultMs).toBeLessThanOrEqual(plan.faultMs);
  });
});
