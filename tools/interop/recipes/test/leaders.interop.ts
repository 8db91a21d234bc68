/** Elections. */
import { LeaderLatch, LeaderSelector, type Lease } from "@rookery/recipes";
import { describe, expect, it } from "vitest";
import { eventually, expectWaits, freshPath, LONG_MS, queued, world } from "../src/world.ts";

describe("LeaderLatch and Curator's LeaderLatch", latchCases);
describe("LeaderSelector and Curator's LeaderSelector", selectorCases);
describe("LeaderSelector and kazoo's Election", electionCases);

function latchCases(): void {
  it("one of both leads, in the order in which they started, and each hands over to the other", async () => {
    const path = freshPath("leader");
    const first = new LeaderLatch(world.zk, path, { id: "ours 1" });
    await first.start();
    await first.awaitLeadership({ timeoutMs: LONG_MS });
    const theirs = await world.curator.open("latch", path, "Curator's");
    await theirs.tell("start");
    await queued(path, 2);
    const last = new LeaderLatch(world.other, path, { id: "ours 2" });
    await last.start();
    await queued(path, 3);
    expect(await theirs.tell("await", 250)).toBe("false");
    expect(last.isLeader).toBe(false);
    await first.close();
    expect(await theirs.tell("await", LONG_MS)).toBe("true");
    expect(last.isLeader).toBe(false);
    await theirs.tell("close");
    await last.awaitLeadership({ timeoutMs: LONG_MS });
    await last.close();
  });

  it("both see the same participants, in order, and the same leader", async () => {
    const path = freshPath("leader");
    const theirs = await world.curator.open("latch", path, "Curator's");
    await theirs.tell("start");
    await queued(path, 1);
    await using ours = new LeaderLatch(world.zk, path, { id: "ours" });
    await ours.start();
    await eventually(() => theirs.tell("leads"), "true");
    expect(await theirs.tell("participants")).toBe("Curator's,ours");
    expect((await ours.participants()).map(({ id, isLeader }) => ({ id, isLeader }))).toEqual([
      { id: "Curator's", isLeader: true },
      { id: "ours", isLeader: false },
    ]);
    expect(await theirs.tell("leader")).toBe("Curator's");
    expect(await ours.leader()).toMatchObject({ id: "Curator's" });
    await theirs.tell("close");
  });

  it("a program with Curator that is killed while it leads is followed by ours when its session expires", async () => {
    const path = freshPath("leader");
    const killed = world.anotherCurator();
    const theirs = await killed.open("latch", path, "Curator's");
    await theirs.tell("start");
    expect(await theirs.tell("await", LONG_MS)).toBe("true");
    await using ours = new LeaderLatch(world.zk, path);
    await ours.start();
    const leads = ours.awaitLeadership({ timeoutMs: LONG_MS });
    await expectWaits(leads);
    await killed.kill();
    expect((await leads).token).toBeGreaterThan(0n);
  });
}

function selectorCases(): void {
  it("they lead in turns, one at a time, in the order in which they queued", async () => {
    const path = freshPath("leader");
    const first = leaderOf(path, "ours 1");
    await first.leads;
    const theirs = await world.curator.open("selector", path, "Curator's");
    await theirs.tell("start");
    await queued(path, 2);
    const last = leaderOf(path, "ours 2");
    await queued(path, 3);
    expect(await theirs.tell("participants")).toBe("ours 1,Curator's,ours 2");
    expect((await first.selector.participants()).map(({ id }) => id)).toEqual(["ours 1", "Curator's", "ours 2"]);
    expect(await theirs.tell("leader")).toBe("ours 1");
    expect(await theirs.tell("leads")).toBe("false");
    await first.stepDown();
    await eventually(() => theirs.tell("leads"), "true");
    await expectWaits(last.leads);
    await theirs.tell("step-down");
    await last.leads;
    expect(await theirs.tell("leads")).toBe("false");
    await last.stepDown();
    await theirs.tell("close");
  });
}

function electionCases(): void {
  it('with a Lock that has extra_lock_patterns=["-lock-"] as its lock, they lead one at a time', async () => {
    const path = freshPath("leader");
    const first = leaderOf(path, "ours 1");
    await first.leads;
    const theirs = await world.kazoo.open("election", path, "kazoo's", "-lock-");
    await theirs.tell("start");
    await queued(path, 2);
    const last = leaderOf(path, "ours 2");
    await queued(path, 3);
    expect((await first.selector.participants()).map(({ id }) => id)).toEqual(["ours 1", "kazoo's", "ours 2"]);
    expect(await theirs.tell("leads")).toBe("false");
    await first.stepDown();
    await eventually(() => theirs.tell("leads"), "true");
    await expectWaits(last.leads);
    await theirs.tell("step-down");
    await last.leads;
    await last.stepDown();
  });

  it("with the lock of its own it takes no notice of ours", async () => {
    const path = freshPath("leader");
    const ours = leaderOf(path, "ours");
    await ours.leads;
    const theirs = await world.kazoo.open("election", path, "kazoo's");
    await theirs.tell("start");
    await eventually(() => theirs.tell("leads"), "true");
    expect(ours.selector.isLeader).toBe(true);
    await theirs.tell("step-down");
    await ours.stepDown();
  });
}

/** A selector of ours that leads until it is told to step down. */
function leaderOf(
  path: string,
  id: string,
): {
  readonly selector: LeaderSelector;
  readonly leads: Promise<Lease>;
  stepDown(): Promise<void>;
} {
  let onLead: (lease: Lease) => void;
  let onDone: () => void;
  const leads = new Promise<Lease>((resolve) => {
    onLead = resolve;
  });
  const done = new Promise<void>((resolve) => {
    onDone = resolve;
  });
  const lead = async (lease: Lease) => {
    onLead(lease);
    await done;
  };
  const selector = new LeaderSelector(world.zk, path, lead, { id });
  const running = selector.run();
  const stepDown = () => {
    onDone();
    return running;
  };
  return { selector, leads, stepDown };
}
