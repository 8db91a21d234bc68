import { describe, expect, it } from "vitest";
import { assign, decodeAssignment, encodeAssignment, moved } from "./assignment.ts";

const nobody = (slots: number) => Array.from({ length: slots }, () => undefined);

function counts(owners: readonly (string | undefined)[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const owner of owners) result[owner ?? "nobody"] = (result[owner ?? "nobody"] ?? 0) + 1;
  return result;
}

describe("assigning slots", () => {
  it("spreads them evenly", () => {
    expect(counts(assign(nobody(11), ["a", "b", "c"]))).toEqual({ a: 4, b: 4, c: 3 });
  });

  it("moves only the newcomer's share when a node joins", () => {
    const before = assign(nobody(12), ["a", "b", "c"]);
    const after = assign(before, ["a", "b", "c", "d"]);
    expect(moved(before, after)).toBe(3);
    expect(counts(after)).toEqual({ a: 3, b: 3, c: 3, d: 3 });
  });

  it("moves only the lost node's slots when one goes", () => {
    const before = assign(nobody(12), ["a", "b", "c"]);
    const after = assign(before, ["a", "c"]);
    expect(after.flatMap((owner, slot) => (owner === before[slot] ? [] : [before[slot]]))).toEqual([
      "b",
      "b",
      "b",
      "b",
    ]);
  });

  it("moves nothing when the nodes are the same in another order", () => {
    const before = assign(nobody(7), ["a", "b", "c"]);
    expect(assign(before, ["c", "a", "b"])).toEqual(before);
  });

  it("leaves the rest of the division with those who have it", () => {
    const before = ["c", "c", "c", "a", "a", "b", "b"];
    expect(assign(before, ["a", "b", "c"])).toEqual(before);
  });

  it("gives slots to nobody while there is nobody, and all of them out again afterwards", () => {
    const none = assign(["a", "b"], []);
    expect(none).toEqual([undefined, undefined]);
    expect(assign(none, ["z"])).toEqual(["z", "z"]);
  });

  it("keeps shares within one of each other, whatever came before", () => {
    let owners: readonly (string | undefined)[] = nobody(50);
    for (const nodes of [
      ["a"],
      ["a", "b", "c", "d", "e", "f", "g"],
      ["b", "g"],
      ["b", "g", "x"],
      ["y", "z", "x", "q"],
    ]) {
      owners = assign(owners, nodes);
      const each = Object.values(counts(owners));
      expect(Object.keys(counts(owners)).sort()).toEqual([...nodes].sort());
      expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1);
    }
  });

  it("is read as it was written", () => {
    const assignment = { generation: 3, token: 0x1_0000_0007n, owners: ["a", undefined] };
    expect(decodeAssignment(Buffer.from(encodeAssignment(assignment)))).toEqual(assignment);
    expect(() => decodeAssignment(Buffer.from("{}"))).toThrow("holds something else");
  });
});
