import { describe, expect, it } from "vitest";
import { timeoutsOf } from "./limits.ts";

describe("the times that follow from what an operator sets (§15)", () => {
  it("are 200 ms between heartbeats and 2 s to an election with the defaults of tickTime, initLimit and syncLimit", () => {
    expect(timeoutsOf(2000, 10, 5)).toEqual({
      heartbeatMs: 200,
      electionMs: 2000,
      syncMs: 20_000,
      finalizeMs: 50,
      notifyMs: 100,
    });
  });

  it("an election never waits longer than syncLimit ticks, unless it is told to", () => {
    expect(timeoutsOf(200, 10, 5).electionMs).toBe(1000);
    expect(timeoutsOf(2000, 10, 5, 10_000).electionMs).toBe(10_000);
  });

  it("there are at least two heartbeats a tick and ten an election", () => {
    expect(timeoutsOf(2000, 10, 5, 10_000).heartbeatMs).toBe(1000);
    expect(timeoutsOf(1000, 10, 50, 10_000).heartbeatMs).toBe(500);
  });

  it("progress is waited for at least as long as an election", () => {
    expect(timeoutsOf(100, 1, 50, 4000).syncMs).toBe(4000);
  });
});
