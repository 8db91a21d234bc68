import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { transactions } from "../../test/transactions.ts";
import { rookery } from "./gen/transaction.js";
import {
  decodeTransaction,
  describeTransaction,
  encodeTransaction,
  longOf,
  longOfNumber,
  longOfParts,
  NodeKind,
  numberOf,
  ProtocolError,
  signedOf,
  unsignedOf,
} from "./index.ts";

describe("encodeTransaction", () => {
  it("writes the very bytes that the generated code writes", () => {
    fc.assert(
      fc.property(transactions, (transaction) => {
        const reference = rookery.Transaction.encode(transaction as rookery.Transaction.$Properties).finish();
        expect(Buffer.compare(encodeTransaction(transaction), reference)).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  it("writes integers of every length, at each of its ends", () => {
    for (let bits = 0; bits < 64; bits++) {
      for (const value of [(1n << BigInt(bits)) - 1n, 1n << BigInt(bits)]) {
        const transaction = {
          timeMs: longOf(value),
          createSession: { timeoutMs: Number(BigInt.asUintN(32, value)) },
        };
        const reference = rookery.Transaction.encode(transaction).finish();
        expect(Buffer.compare(encodeTransaction(transaction), reference)).toBe(0);
      }
    }
  });

  it("writes transactions larger than its memory, and small ones beside them", () => {
    const encoded = [10, 200_000, 10, 65_530, 65_536, 10].map((size) => {
      const transaction = { setData: { path: "/a", data: new Uint8Array(size).fill(size), version: size } };
      return [encodeTransaction(transaction), rookery.Transaction.encode(transaction).finish()] as const;
    });
    for (const [ours, reference] of encoded) {
      expect(Buffer.compare(ours, reference)).toBe(0);
    }
  });
});

describe("decodeTransaction", () => {
  it("gives back what was encoded, and names the change", () => {
    const bytes = encodeTransaction({
      session: longOf(-2n),
      xid: -4,
      timeMs: longOfNumber(1_780_000_000_000),
      create: { path: "/a", data: null, acl: Buffer.from([1]), kind: NodeKind.TTL, ttlMs: longOf(5n), withStat: true },
    });
    const transaction = decodeTransaction(bytes);
    expect(signedOf(transaction.session)).toBe(-2n);
    expect(transaction.xid).toBe(-4);
    expect(numberOf(transaction.timeMs)).toBe(1_780_000_000_000);
    if (transaction.change !== "create") {
      throw new Error(`decoded as ${transaction.change}`);
    }
    expect(transaction.create.path).toBe("/a");
    expect(transaction.create.data ?? null).toBeNull();
    expect(transaction.create.kind).toBe(NodeKind.TTL);
  });

  it("tells null data from empty data", () => {
    const of = (data: Uint8Array | null) =>
      decodeTransaction(encodeTransaction({ setData: { path: "/a", data } })).setData;
    expect(of(null)?.data ?? null).toBeNull();
    expect(of(new Uint8Array())?.data).toHaveLength(0);
  });

  it("refuses what is cut or malformed with a typed error that has a cause", () => {
    const bytes = encodeTransaction({ setData: { path: "/a", data: Buffer.from("data"), version: 1 } });
    for (let length = 1; length < bytes.length; length++) {
      const error = errorOf(() => decodeTransaction(bytes.subarray(0, length)));
      expect(error).toBeInstanceOf(ProtocolError);
      expect(error).toMatchObject({ code: "BAD_MESSAGE", cause: expect.any(Error) });
    }
  });

  it("skips fields it does not know", () => {
    const bytes = Buffer.concat([encodeTransaction({ xid: 5, failure: -101 }), Buffer.from("f80107", "hex")]);
    expect(decodeTransaction(bytes)).toMatchObject({ xid: 5, failure: -101, change: "failure" });
  });

  it("is described in words that JSON can carry", () => {
    const bytes = encodeTransaction({ session: longOf(1n), create: { path: "/a", kind: NodeKind.CONTAINER } });
    expect(describeTransaction(decodeTransaction(bytes))).toEqual({
      session: "1",
      create: { path: "/a", kind: "CONTAINER" },
    });
  });
});

describe("longs", () => {
  it("cross from bigint and back, signed and unsigned", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => {
        const long = longOf(value);
        expect(signedOf(long)).toBe(BigInt.asIntN(64, value));
        expect(unsignedOf(long)).toBe(BigInt.asUintN(64, value));
        expect(unsignedOf(longOfParts(long.high, long.low))).toBe(unsignedOf(long));
      }),
    );
  });

  it("cross from number and back, as far as numbers are exact", () => {
    for (const value of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 1_780_000_000_000, Number.MAX_SAFE_INTEGER]) {
      expect(numberOf(longOfNumber(value))).toBe(value);
      expect(unsignedOf(longOfNumber(value))).toBe(BigInt(value));
    }
  });
});

function errorOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}
