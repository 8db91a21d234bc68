import { describe, expect, it } from "vitest";
import type { Operation } from "./client.ts";
import { judge } from "./linearizability.ts";
import { type MembersPlan, membersPlanOf } from "./plan.ts";
import { runMembers } from "./world.ts";

/** A run takes about a second, and far longer where other things run beside it. */
const RUN_MS = 60_000;

/** As a seed draws it, and short. */
function short(seed: number): MembersPlan {
  const plan = membersPlanOf(seed);
  return {
    ...plan,
    clients: Math.min(plan.clients, 4),
    thinkUs: 20_000,
    pipeline: Math.min(plan.pipeline, 4),
    faultsMs: 3000,
  };
}

describe("members and their clients under faults", () => {
  it.each([1, 2, 3, 5, 8, 13])(
    "keep every promise in the run of seed %i",
    async (seed) => {
      const { violation, counts } = await runMembers(seed, { plan: short(seed) });
      expect(violation).toBeUndefined();
      expect(counts.replies).toBeGreaterThan(100);
      expect(counts.epochs).toBeGreaterThan(0);
    },
    RUN_MS,
  );

  it.each([
    ["whose server hears its leader and is not heard by it", 1795395617],
    ["whose old leader was stopped and finds answers from before", 9000004],
    ["whose old leader was stopped and is asked about a session begun since", 1796100007],
  ])(
    "end no session before its time %s: seed %i",
    async (_, seed) => {
      const { violation, counts } = await runMembers(seed, { plan: membersPlanOf(seed) });
      expect(violation).toBeUndefined();
      expect(counts.replies).toBeGreaterThan(100);
    },
    RUN_MS,
  );

  it("apply what was decided, while a full disk holds what is to be truncated still: seed 1796101570", async () => {
    const { violation } = await runMembers(1796101570, { plan: membersPlanOf(1796101570) });
    expect(violation).toBeUndefined();
  });

  it(
    "do the same in two runs of one plan",
    async () => {
      const first = await runMembers(7, { plan: short(7) });
      const second = await runMembers(7, { plan: short(7) });
      expect(second.hash).toBe(first.hash);
      expect(second.events).toBe(first.events);
    },
    RUN_MS,
  );
});

describe("the search without witnesses", () => {
  const done = (
    xid: number,
    from: number,
    to: number,
    ask: Operation["ask"],
    answer: Operation["answer"],
    code = 0,
  ): Operation => ({
    client: xid,
    session: BigInt(xid),
    xid,
    ask,
    invokedUs: from,
    floor: 0,
    returnedUs: to,
    zxid: 0,
    code,
    answer,
  });
  const create = done(1, 0, 10, { type: "create", path: "/r", data: "a", flags: 0 }, { type: "path", path: "/r" });
  const sync = done(2, 20, 25, { type: "sync", path: "/r" }, { type: "none" });

  it("accepts a read that shows what was written before it", () => {
    const seen = { type: "data", data: "a", stat: { version: 0 } } as Operation["answer"];
    expect(judge([create, sync, done(2, 21, 30, { type: "getData", path: "/r", watch: false }, seen)], "/r")).toBe(
      "linearizable",
    );
  });

  it("finds a synced read that shows the time before a write that had been answered", () => {
    const absent = done(2, 21, 30, { type: "getData", path: "/r", watch: false }, { type: "none" }, -101);
    expect(judge([create, sync, absent], "/r")).toBe("not linearizable");
  });
});
