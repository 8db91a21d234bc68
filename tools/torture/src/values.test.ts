import { describe, expect, it } from "vitest";
import { formatValue, parseValue } from "./values.ts";

describe("values on the wire", () => {
  it("come back as the number that was written", () => {
    for (const filling of [0, 1, 26, 27, 200]) expect(parseValue(formatValue(17, filling))).toBe(17);
  });

  it("are no number when they are cut, mixed or somebody else's", () => {
    const value = formatValue(17, 30);
    for (const text of [value.slice(0, -1), `${value}a`, value.replace("c", "d"), "", "17", null]) {
      expect(parseValue(text)).toBe(-1);
    }
  });
});
