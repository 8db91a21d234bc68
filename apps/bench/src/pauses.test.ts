import { describe, expect, it } from "vitest";
import { Pauses } from "./pauses.ts";

describe("pauses", () => {
  it("are measured from the beginning, between marks, and from the last mark until now", () => {
    const pauses = new Pauses(100);
    expect(pauses.longest(130)).toBe(30);
    pauses.mark(140);
    pauses.mark(150);
    expect(pauses.longest(160)).toBe(40);
    expect(pauses.longest(250)).toBe(100);
  });

  it("stay the longest when shorter ones follow", () => {
    const pauses = new Pauses(0);
    for (const now of [5, 80, 81, 90]) pauses.mark(now);
    expect(pauses.longest(95)).toBe(75);
  });
});
