import { describe, expect, it } from "vitest";
import { CreateFlag, createMode, ErrorCode, errorName, OpCode, opName } from "./constants.ts";

describe("the protocol's numbers", () => {
  it("have names, both ways", () => {
    for (const [name, code] of Object.entries(ErrorCode)) {
      expect(errorName(code)).toBe(name);
    }
    for (const [name, code] of Object.entries(OpCode)) {
      expect(opName(code)).toBe(name);
    }
    expect(errorName(-126)).toBeUndefined();
    expect(opName(10)).toBeUndefined();
  });

  it("say what each create flag asks for", () => {
    for (const [name, flag] of Object.entries(CreateFlag)) {
      const mode = createMode(flag);
      expect(mode?.sequential).toBe(name.includes("SEQUENTIAL"));
      expect(mode?.kind).toBe(
        name.includes("TTL")
          ? "ttl"
          : name.includes("EPHEMERAL")
            ? "ephemeral"
            : name === "CONTAINER"
              ? "container"
              : "persistent",
      );
    }
    expect([-1, 7, 0.5].map(createMode)).toEqual([undefined, undefined, undefined]);
  });
});
