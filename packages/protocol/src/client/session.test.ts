import { describe, expect, it } from "vitest";
import {
  counterOf,
  epochOf,
  firstSessionId,
  formatSessionId,
  formatZxid,
  sessionId,
  sessionPassword,
  zxid,
  zxidOf,
} from "./session.ts";

describe("sessionPassword", () => {
  it("is ZooKeeper's own for the ids whose password was captured", () => {
    expect(hex(sessionPassword(0x0100001480000000n))).toBe("f2aa1f8b9766beef20247251386a30dd");
    expect(hex(sessionPassword(0x01000025d4ba0000n))).toBe("1483e54d11f98159121ec9e34242e097");
  });

  it("is the same for an id read as signed or as unsigned", () => {
    expect(sessionPassword(-1n)).toEqual(sessionPassword(2n ** 64n - 1n));
  });
});

describe("firstSessionId", () => {
  it("has the server in the top byte, the clock's low 40 bits below it, and room for a counter", () => {
    expect(formatSessionId(firstSessionId(1, 0x1480))).toBe("0x0100000014800000");
    expect(formatSessionId(firstSessionId(255, 0x1_89ab_cdef_0123))).toBe("0xffabcdef01230000");
  });

  it("is signed, as on the wire", () => {
    expect(firstSessionId(200, 1) < 0n).toBe(true);
  });

  it("is never 0 and never the mark of a container", () => {
    expect(firstSessionId(0, 0)).toBe(1n);
    expect(firstSessionId(128, 0)).toBe(-(2n ** 63n) + 1n);
  });
});

describe("zxid", () => {
  it("takes epoch and counter apart again, up to their greatest", () => {
    for (const [epoch, counter] of [
      [0, 1],
      [3, 0],
      [2 ** 31, 2 ** 31],
      [2 ** 32 - 1, 2 ** 32 - 1],
    ] as const) {
      const id = zxid(epoch, counter);
      expect([epochOf(id), counterOf(id)]).toEqual([epoch, counter]);
      expect(BigInt.asIntN(64, id)).toBe(id);
    }
  });

  it("is printed as ZooKeeper prints it", () => {
    expect(formatZxid(zxid(2, 0x1f))).toBe("0x20000001f");
    expect(formatZxid(zxidOf(-1n))).toBe("0xffffffffffffffff");
    expect(formatSessionId(sessionId(2n ** 63n))).toBe("0x8000000000000000");
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
