import { describe, expect, it } from "vitest";
import { Histories } from "./histories.ts";
import { stepsByPath } from "./model.ts";
import { search } from "./search.ts";

/** Zxids are all 1: the search must not look at them. */
const ZXID = 1;

describe("the search by time", () => {
  it("finds an order of operations that overlap", () => {
    const history = new Histories();
    const created = history.create([0, 1], ZXID);
    const second = history.set([2, 10], ZXID, 2);
    const first = history.set([3, 9], ZXID, 1);
    history.read([2, 8], ZXID, created, 0, ZXID);
    history.read([4, 11], ZXID, first, 1, ZXID);
    history.read([12, 13], ZXID, second, 2, ZXID);
    expect(found(history)).toBe("yes");
  });

  it("finds none for a read that misses a write answered before it began", () => {
    const history = new Histories();
    const created = history.create([0, 1], ZXID);
    history.set([2, 3], ZXID, 1);
    history.read([4, 5], ZXID, created, 0, ZXID);
    expect(found(history)).toBe("no");
  });

  it("finds none for two writes answered in the wrong order of versions", () => {
    const history = new Histories();
    history.create([0, 1], ZXID);
    history.set([2, 3], ZXID, 2);
    history.set([4, 5], ZXID, 1);
    expect(found(history)).toBe("no");
  });

  it("lets a write without a reply happen late, once, or never", () => {
    const late = new Histories();
    const created = late.create([0, 1], ZXID);
    const unknown = late.set([2], ZXID, 0);
    late.set([3], ZXID, 0);
    late.read([4, 5], ZXID, created, 0, ZXID);
    late.read([6, 7], ZXID, unknown, 1, ZXID);
    expect(found(late)).toBe("yes");
    const undone = new Histories();
    const before = undone.create([0, 1], ZXID);
    const shown = undone.set([2], ZXID, 0);
    undone.read([4, 5], ZXID, shown, 1, ZXID);
    undone.read([6, 7], ZXID, before, 0, ZXID);
    expect(found(undone)).toBe("no");
  });

  it("says so when it has seen too many positions", () => {
    const history = new Histories();
    history.create([0, 1], ZXID);
    // Each write was seen, so each is of a class of its own; no order of them explains a read, and there are 2^20 sets.
    const values = Array.from({ length: 20 }, () => history.set([2], ZXID, 0));
    for (const value of values) history.read([3, 100], ZXID, value, 50, ZXID);
    expect(found(history)).toBe("undecided");
  });
});

function found(history: Histories): "yes" | "no" | "undecided" {
  return search([...stepsByPath(history.operations).values()][0] ?? []);
}
