import { describe, expect, it } from "vitest";
import type { Vote } from "./types.ts";
import { compareVote, compareZxid, nameOf } from "./zxid.ts";

describe("votes", () => {
  it("E9 are compared by epoch, then counter, then priority, then sid", () => {
    const vote = (epoch: number, counter: number, priority: number, sid: number): Vote => ({
      epoch,
      counter,
      priority,
      sid,
    });
    const ascending = [vote(1, 9, 9, 9), vote(2, 0, 9, 9), vote(2, 1, 0, 9), vote(2, 1, 1, 1), vote(2, 1, 1, 2)];
    for (const [a, one] of ascending.entries())
      for (const [b, other] of ascending.entries()) expect(Math.sign(compareVote(one, other))).toBe(Math.sign(a - b));
  });

  it("a zxid beyond 2^53 as one number is compared exactly", () => {
    expect(compareZxid({ epoch: 0x7fff_ffff, counter: 1 }, { epoch: 0x7fff_ffff, counter: 0 })).toBeGreaterThan(0);
  });

  it("a position is named by its index and its zxid as clients see it", () => {
    expect(nameOf({ index: 7, epoch: 2, counter: 10, chain: 1 })).toBe("7 (zxid 0x20000000a)");
  });
});
