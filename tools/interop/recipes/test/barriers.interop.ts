/** Barriers and double barriers. */
import { Barrier, DoubleBarrier } from "@rookery/recipes";
import { describe, expect, it } from "vitest";
import { CONTAINER_CHECK_MS } from "../src/server.ts";
import { children, eventually, expectWaits, freshPath, LONG_MS, world } from "../src/world.ts";

const MAKES = [
  { name: "Curator's Distributed", helper: () => world.curator },
  { name: "kazoo's ", helper: () => world.kazoo },
];

for (const { name, helper } of MAKES) {
  describe(`Barrier and ${name}Barrier`, () => {
    it("theirs waits while ours is set, until it is removed", async () => {
      const path = freshPath("barrier");
      const ours = new Barrier(world.zk, path);
      const theirs = await helper().open("barrier", path);
      await ours.set();
      const waits = theirs.tell("wait", LONG_MS);
      await expectWaits(waits);
      await ours.remove();
      expect(await waits).toBe("true");
    });

    it("ours waits while theirs is set, until it is removed", async () => {
      const path = freshPath("barrier");
      const ours = new Barrier(world.zk, path);
      const theirs = await helper().open("barrier", path);
      await ours.wait({ timeoutMs: LONG_MS });
      await theirs.tell("set");
      expect(await ours.isSet()).toBe(true);
      const waits = ours.wait({ timeoutMs: LONG_MS });
      await expectWaits(waits);
      await theirs.tell("remove");
      await waits;
    });

    it("each removes what the other has set", async () => {
      const path = freshPath("barrier");
      const ours = new Barrier(world.zk, path);
      const theirs = await helper().open("barrier", path);
      await theirs.tell("set");
      await ours.remove();
      expect(await theirs.tell("wait", 1000)).toBe("true");
      await ours.set();
      await theirs.tell("remove");
      expect(await ours.isSet()).toBe(false);
    });
  });

  describe(`DoubleBarrier and ${name}DoubleBarrier`, () => {
    for (const last of ["ours", "theirs"] as const)
      it(`they begin together and are done together; ${last} comes last and leaves last`, async () => {
        const path = freshPath("double-barrier");
        const ours = new DoubleBarrier(world.zk, path, 2);
        const theirs = await helper().open("double-barrier", path, 2);
        const enter = {
          ours: () => ours.enter({ timeoutMs: LONG_MS }),
          theirs: () => theirs.tell("enter", ...(name.startsWith("kazoo") ? [] : [LONG_MS])),
        };
        const leave = {
          ours: () => ours.leave({ timeoutMs: LONG_MS }),
          theirs: () => theirs.tell("leave", ...(name.startsWith("kazoo") ? [] : [LONG_MS])),
        };
        const first = last === "ours" ? "theirs" : "ours";
        const entered = enter[first]();
        await eventually(async () => (await children(path)).length, 1);
        await expectWaits(entered);
        await enter[last]();
        await entered;
        const left = leave[first]();
        await expectWaits(left);
        await leave[last]();
        await left;
        expect(await children(path)).toEqual([]);
      });
  });
}

describe("DoubleBarrier and several", () => {
  it(
    "two of ours, two of Curator's and one of kazoo's meet twice",
    async () => {
      const path = freshPath("double-barrier");
      // It stays between the rounds: kazoo expects to find what it has made sure of.
      await world.zk.create(path);
      const ours = [world.zk, world.other].map((client) => new DoubleBarrier(client, path, 5));
      for (let round = 0; round < 2; round++) {
        // Curator's can be used once.
        const curator = await Promise.all([1, 2].map(() => world.curator.open("double-barrier", path, 5)));
        const kazoo = await world.kazoo.open("double-barrier", path, 5);
        const first = [...ours.map((each) => each.enter({ timeoutMs: LONG_MS })), kazoo.tell("enter")];
        const one = curator[0]?.tell("enter", LONG_MS);
        await eventually(async () => (await children(path)).length, 4);
        await expectWaits(Promise.race([...first, one]));
        expect(await curator[1]?.tell("enter", LONG_MS)).toBe("true");
        await Promise.all([...first, one]);
        const left = [
          ...ours.map((each) => each.leave({ timeoutMs: LONG_MS })),
          ...curator.map((each) => each.tell("leave", LONG_MS)),
        ];
        await expectWaits(Promise.all(left));
        await Promise.all([...left, kazoo.tell("leave")]);
        expect(await children(path)).toEqual([]);
      }
    },
    40 * CONTAINER_CHECK_MS,
  );
});
