import { describe, expect, it } from "vitest";
import { bytes } from "../test/member.ts";
import { type Change, decodeTransaction, encodeTransaction, sessionIdOf, type Transaction } from "./transaction.ts";

const header = { sessionHigh: 0xffff_fffe, sessionLow: 0x8000_0001, xid: -8, timeMs: 1_700_000_000_123 };
const create = {
  type: "create",
  path: "/a\u4e2d",
  data: bytes("data"),
  acl: bytes("list"),
  kind: 3,
  ttlMs: 0xff_ffff_ffff,
  parentCversion: -2_147_483_648,
  withStat: true,
} as const;
const changes: readonly Change[] = [
  create,
  { ...create, data: null, acl: bytes(""), kind: 0, ttlMs: 0, parentCversion: 1, withStat: false },
  { ...create, data: bytes("") },
  { type: "delete", path: "/a" },
  { type: "setData", path: "/a", data: bytes("data"), version: -2_147_483_648 },
  { type: "setData", path: "/a", data: null, version: 0 },
  { type: "setAcl", path: "/a", acl: bytes("list"), aversion: 5 },
  { type: "failure", code: -101 },
  { type: "createSession", timeoutMs: 30_000 },
  { type: "closeSession", paths: [] },
  { type: "closeSession", paths: ["/a", "/b"] },
  { type: "multi", operations: [] },
  {
    type: "multi",
    operations: [
      create,
      { type: "delete", path: "/a" },
      { type: "check" },
      { type: "setData", path: "/a", data: bytes(""), version: 7 },
    ],
  },
  {
    type: "multi",
    operations: [
      { type: "failure", code: 0 },
      { type: "failure", code: -103 },
      { type: "failure", code: -2 },
    ],
  },
];

describe("a transaction", () => {
  it.each(changes.map((change) => [change.type, change] as const))(
    "of type %s is decoded as it was encoded",
    (_, change) => {
      const transaction: Transaction = { ...header, change };
      expect(plain(decodeTransaction(encodeTransaction(transaction)))).toEqual(plain(transaction));
    },
  );

  it("names its session in signed 64 bits", () => {
    expect(sessionIdOf(header)).toBe(-0x1_7fff_ffffn);
    expect(sessionIdOf({ sessionHigh: 0, sessionLow: 1 })).toBe(1n);
  });

  it("of a kind that is not known, or of none, is refused", () => {
    expect(() => decodeTransaction(Buffer.alloc(0))).toThrow("does not know");
    expect(() => decodeTransaction(Buffer.from("ffffff", "hex"))).toThrow("not a transaction");
  });
});

/** Bytes compared as bytes, whatever views they are. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, one) => (one?.type === "Buffer" ? one.data : one instanceof Uint8Array ? [...one] : one)),
  );
}
