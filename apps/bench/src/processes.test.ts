import { describe, expect, it } from "vitest";
import { cpuSeconds } from "./processes.ts";

describe("processes", () => {
  it.runIf(process.platform === "linux")("have taken the CPU time that they say themselves", () => {
    const until = performance.now() + 100;
    while (performance.now() < until);
    const { user, system } = process.cpuUsage();
    expect(cpuSeconds([process])).toBeCloseTo((user + system) / 1e6, 1);
    expect(cpuSeconds([process, process])).toBeCloseTo((2 * (user + system)) / 1e6, 1);
  });
});
