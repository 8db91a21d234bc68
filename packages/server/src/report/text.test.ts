import { describe, expect, it } from "vitest";
import { hex64, javaAverage, javaDate, javaDouble } from "./text.ts";

describe("numbers and times as Java prints them", () => {
  it.each([
    [0, "0.0"],
    [71, "71.0"],
    [1.25, "1.25"],
    [-3, "-3.0"],
    [0.001, "0.001"],
    [0.0001, "1.0E-4"],
    [0.00025, "2.5E-4"],
    [9_999_999, "9999999.0"],
    [10_000_000, "1.0E7"],
    [123_456_789, "1.23456789E8"],
  ])("prints the double %d as %s", (value, text) => {
    expect(javaDouble(value)).toBe(text);
  });

  it("prints an average with at most four decimals", () => {
    expect(javaAverage(1 / 3)).toBe("0.3333");
    expect(javaAverage(2 / 3)).toBe("0.6667");
    expect(javaAverage(0.00001)).toBe("0.0");
    expect(javaAverage(5)).toBe("5.0");
  });

  it.each([
    [0, 0, "0"],
    [0, 0xdead, "dead"],
    [0, -1, "ffffffff"],
    [1, 0, "100000000"],
    [-1, -1, "ffffffffffffffff"],
    [0x0100_0014, 0x8000_0000, "100001480000000"],
  ])("prints the halves %d and %d as %s", (high, low, text) => {
    expect(hex64(high, low)).toBe(text);
  });

  it("prints a date in UTC, whatever the zone", () => {
    expect(javaDate(Date.UTC(2026, 10, 22, 16, 12, 58))).toBe("Sun Nov 22 16:12:58 UTC 2026");
    expect(javaDate(Date.UTC(2027, 0, 1))).toBe("Fri Jan 01 00:00:00 UTC 2027");
  });
});
