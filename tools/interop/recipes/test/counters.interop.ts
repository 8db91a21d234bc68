/** Counters, and counts that are shared. */
import { Counter, IdGenerator, SharedCount } from "@rookery/recipes";
import { describe, expect, it } from "vitest";
import { eventually, freshPath, LONG_MS, world } from "../src/world.ts";

describe("Counter and Curator's DistributedAtomicLong", atomicLongCases);
describe("Counter and Curator's DistributedAtomicInteger", atomicIntegerCases);
describe("Counter and kazoo's Counter", kazooCases);
describe("IdGenerator and Curator's CachedAtomicLong", idCases);
describe("SharedCount and Curator's SharedCount", sharedCountCases);

function atomicLongCases(): void {
  const open = async (path: string) => ({
    ours: new Counter(world.zk, path, { format: "int64" }),
    theirs: await world.curator.open("atomic-long", path, `${path}-lock`),
  });

  it("each counts on from where the other has come to, whoever begins", async () => {
    for (const begins of ["ours", "theirs"]) {
      const { ours, theirs } = await open(freshPath("counter"));
      if (begins === "ours") expect(await ours.increment()).toBe(1n);
      else expect(await theirs.tell("add", 1)).toBe("1");
      expect(await theirs.tell("add", 5)).toBe("6");
      expect(await ours.add(-10n)).toEqual({ previous: 6n, value: -4n });
      expect(await theirs.tell("get")).toBe("-4");
      await ours.set(2n ** 62n);
      expect(await theirs.tell("get")).toBe(String(2n ** 62n));
      await theirs.tell("set", String(-(2n ** 63n)));
      expect(await ours.get()).toBe(-(2n ** 63n));
    }
  });

  it("each compares with what the other has set", async () => {
    const { ours, theirs } = await open(freshPath("counter"));
    await theirs.tell("set", 7);
    expect(await ours.compareAndSet(7n, 8n)).toBe(true);
    expect(await theirs.tell("compare-and-set", 7, 9)).toBe("false");
    expect(await theirs.tell("compare-and-set", 8, 9)).toBe("true");
    expect(await ours.compareAndSet(8n, 10n)).toBe(false);
  });

  it("no count is lost when many of both count at once, with the same path for the lock", async () => {
    const path = freshPath("counter");
    const ours = [world.zk, world.other].map((client) => new Counter(client, path, { format: "int64" }));
    const theirs = await Promise.all([1, 2].map(() => world.curator.open("atomic-long", path, `${path}-lock`)));
    const rounds = 40;
    const repeat = async (act: () => Promise<unknown>) => {
      for (let round = 0; round < rounds; round++) await act();
    };
    await Promise.all([
      ...ours.map((each) => repeat(() => each.increment({ timeoutMs: LONG_MS }))),
      ...theirs.map((each) => repeat(() => each.tell("add", 1))),
    ]);
    expect(await ours[0]?.get()).toBe(BigInt(4 * rounds));
  });
}

function atomicIntegerCases(): void {
  it("with format int32, each counts on from where the other has come to", async () => {
    const path = freshPath("counter");
    const ours = new Counter(world.zk, path, { format: "int32" });
    const theirs = await world.curator.open("atomic-integer", path);
    expect(await theirs.tell("add", 3)).toBe("3");
    expect(await ours.add(-5)).toEqual({ previous: 3, value: -2 });
    expect(await theirs.tell("get")).toBe("-2");
  });
}

function kazooCases(): void {
  for (const { kind, format, what } of [
    { kind: "counter", format: "text", what: "format text" },
    { kind: "curator-counter", format: "int32", what: "format int32 and kazoo's support_curator" },
  ] as const)
    it(`with ${what}, each counts on from where the other has come to, whoever begins`, async () => {
      for (const begins of ["ours", "theirs"]) {
        const path = freshPath("counter");
        const ours = new Counter(world.zk, path, { format });
        const theirs = await world.kazoo.open(kind, path);
        if (begins === "ours") await ours.add(2);
        else expect(await theirs.tell("add", 2)).toBe("2");
        expect(await theirs.tell("add", 40)).toBe("42");
        expect(await ours.add(-50)).toEqual({ previous: 42, value: -8 });
        expect(await theirs.tell("get")).toBe("-8");
      }
    });

  it("ours counts on from a counter that kazoo has only read, which leaves a znode without data", async () => {
    const path = freshPath("counter");
    const theirs = await world.kazoo.open("counter", path);
    expect(await theirs.tell("get")).toBe("0");
    expect(await new Counter(world.zk, path).increment()).toBe(1);
    expect(await theirs.tell("get")).toBe("1");
  });

  it("no count is lost when both count at once", async () => {
    const path = freshPath("counter");
    const ours = new Counter(world.zk, path);
    const theirs = await world.kazoo.open("counter", path);
    const rounds = 50;
    const repeat = async (act: () => Promise<unknown>) => {
      for (let round = 0; round < rounds; round++) await act();
    };
    await Promise.all([repeat(() => ours.increment()), repeat(() => theirs.tell("add", 1))]);
    expect(await ours.get()).toBe(2 * rounds);
  });
}

function idCases(): void {
  it("they share the ids: nobody gives one that the other gives", async () => {
    const path = freshPath("ids");
    const ours = new IdGenerator(world.zk, path, { blockSize: 5 });
    const theirs = await world.curator.open("cached-long", path, 4);
    const ids: bigint[] = [];
    for (let round = 0; round < 12; round++) ids.push(await ours.next(), BigInt(await theirs.tell("next")));
    expect(new Set(ids).size).toBe(24);
  });
}

function sharedCountCases(): void {
  it("a change by either is seen by the other, whoever begins", async () => {
    for (const begins of ["ours", "theirs"]) {
      const path = freshPath("count");
      const count = new SharedCount(world.zk, path, { initial: 7 });
      if (begins === "ours") await count.start();
      const theirs = await world.curator.open("shared-count", path, 7);
      if (begins === "theirs") await count.start();
      expect([count.value, await theirs.tell("get")]).toEqual([7, "7"]);
      await theirs.tell("set", -1);
      await eventually(() => count.value, -1);
      await count.set(2 ** 31 - 1);
      await eventually(() => theirs.tell("get"), String(2 ** 31 - 1));
      await theirs.tell("close");
      await count.close();
    }
  });

  it("a version that the other has changed meanwhile is not overwritten", async () => {
    const path = freshPath("count");
    await using count = await new SharedCount(world.zk, path).start();
    const theirs = await world.curator.open("shared-count", path, 0);
    const { version } = count.current;
    await theirs.tell("set", 1);
    expect(await count.trySet(2, version)).toBe(false);
    expect(count.value).toBe(1);
    expect(await count.trySet(2)).toBe(true);
    await eventually(() => theirs.tell("get"), "2");
    expect(await theirs.tell("try-set", 3)).toBe("true");
    await eventually(() => count.value, 3);
    await theirs.tell("close");
  });
}
