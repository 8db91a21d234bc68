import { describe, expect, it } from "vitest";
import { type Ask, bytes, Member } from "../test/member.ts";

const STATS = "/zookeeper/quota/app/zookeeper_stats";
const LIMITS = "/zookeeper/quota/app/zookeeper_limits";

/** A member with /app and these limits on it. */
function limited(limits: string | null, config = { enforceQuota: true }): Member {
  const member = new Member({ config });
  member.createSession(1n);
  member.do({ op: "create", path: "/app", data: bytes("12345") });
  member.do({ op: "create", path: "/zookeeper/quota/app" });
  if (limits !== null) member.do({ op: "create", path: LIMITS, data: bytes(limits) });
  member.do({ op: "create", path: STATS, data: bytes("junk") });
  return member;
}

const code = (member: Member, ask: Ask) => member.do(ask).code;

describe("a quota", () => {
  it("Q1: refuses what would pass a hard limit of znodes", () => {
    const member = limited("count=-1,bytes=-1=;countHardLimit=3");
    expect(["/app/a", "/app/b", "/app/c"].map((path) => code(member, { op: "create", path }))).toEqual([0, 0, -125]);
    expect(member.quotaNotices).toEqual(["hard count 3 on /app"]);
    expect(code(member, { op: "create", path: "/elsewhere" })).toBe(0);
    expect(code(member, { op: "delete", path: "/app/a" })).toBe(0);
    expect(code(member, { op: "create", path: "/app/c" })).toBe(0);
  });

  it("Q2: refuses what would pass a hard limit of bytes, also what shrinks to above it, but nothing of the same size", () => {
    const member = limited("byteHardLimit=12");
    const set = (length: number) => code(member, { op: "setData", path: "/app", data: bytes("x".repeat(length)) });
    expect([set(12), set(13), set(12)]).toEqual([0, -125, 0]);
    expect(code(member, { op: "create", path: "/app/a", data: bytes("") })).toBe(0);
    expect(code(member, { op: "create", path: "/app/b", data: bytes("x") })).toBe(-125);
    member.do({ op: "setData", path: LIMITS, data: bytes("byteHardLimit=3") });
    expect([set(11), set(12), set(3)]).toEqual([-125, 0, 0]);
  });

  it("Q3: is asked before the version and after whether a znode exists", () => {
    const member = limited("count=-1;bytes=-1;countHardLimit=1;byteHardLimit=1");
    expect(code(member, { op: "setData", path: "/app", data: bytes("123456"), version: 9 })).toBe(-125);
    expect(code(member, { op: "create", path: "/app" })).toBe(-110);
  });

  it("Q4: with soft limits alone only tells", () => {
    const member = limited("count=1,bytes=6");
    expect(code(member, { op: "create", path: "/app/a", data: bytes("123") })).toBe(0);
    expect(member.quotaNotices).toEqual(["soft count 1 on /app", "soft bytes 6 on /app"]);
  });

  it("judges by the hard limit where there is one, even if the soft one is lower", () => {
    const member = limited("count=1,bytes=-1=;countHardLimit=2");
    expect(code(member, { op: "create", path: "/app/a" })).toBe(0);
    expect(member.quotaNotices).toEqual([]);
  });

  it("Q5: counts anew when its stats are made, and goes on from what is written to them", () => {
    const member = limited("");
    expect(member.data(STATS)).toBe("count=1,bytes=5");
    member.do({ op: "create", path: "/app/a", data: bytes("123") });
    member.do({ op: "setData", path: STATS, data: bytes("count=1000") });
    expect(member.data(STATS)).toBe("count=1000");
    member.do({ op: "create", path: "/app/b", data: bytes("45") });
    expect(member.data(STATS)).toBe("count=1001,bytes=2");
  });

  it("Q6: shows usage without a version or an event", () => {
    const member = limited("");
    const before = member.stat(STATS);
    const told: string[] = [];
    member.tree.watches.addPersistent(STATS, { notify: (type, path) => told.push(`${type} ${path}`) });
    member.do({ op: "create", path: "/app/a", data: bytes("1234567890") });
    member.do({ op: "setData", path: "/app/a", data: null });
    member.do({ op: "setData", path: "/app", data: bytes("1") });
    expect(member.data(STATS)).toBe("count=2,bytes=1");
    expect(member.stat(STATS)).toEqual({ ...before, dataLength: "count=2,bytes=1".length });
    member.do({ op: "delete", path: "/app/a" });
    expect(member.data(STATS)).toBe("count=1,bytes=1");
    expect(told).toEqual([]);
  });

  it("Q7: ends with its limits, and holds nothing without stats", () => {
    const member = limited("countHardLimit=1");
    member.do({ op: "delete", path: STATS });
    expect(code(member, { op: "create", path: "/app/a" })).toBe(0);
    member.do({ op: "create", path: STATS });
    expect(code(member, { op: "create", path: "/app/b" })).toBe(-125);
    member.do({ op: "delete", path: LIMITS });
    expect(code(member, { op: "create", path: "/app/b" })).toBe(0);
    expect([...member.tree.quotas.report()]).toEqual([]);
  });

  it.each(["garbage", "count", "count=x", "count=1.5", "count=99999999999999999999", ",count=1", "count=1,bytes"])(
    "Q8: fails checked writes when its limits are %j",
    (limits) => {
      const member = limited(limits);
      expect(code(member, { op: "create", path: "/app/a" })).toBe(-5);
      expect(code(member, { op: "create", path: "/elsewhere" })).toBe(0);
      expect(code(member, { op: "setData", path: LIMITS, data: bytes("count=-1") })).toBe(0);
      expect(code(member, { op: "create", path: "/app/a" })).toBe(0);
    },
  );

  it.each(["", "count=", "count==1", "bytes=-1=;;,countHardLimit=2,", "countHardLimit=+2", "other=1"])(
    "takes %j for limits that allow two znodes",
    (limits) => {
      expect(code(limited(limits), { op: "create", path: "/app/a" })).toBe(0);
    },
  );

  it("limits the longest path that has one, and counts there alone", () => {
    const member = limited("countHardLimit=2");
    for (const path of ["/app/in", "/zookeeper/quota/app/in"]) member.do({ op: "create", path });
    member.do({ op: "create", path: "/zookeeper/quota/app/in/zookeeper_limits", data: bytes("countHardLimit=3") });
    member.do({ op: "create", path: "/zookeeper/quota/app/in/zookeeper_stats" });
    expect(["a", "b", "c"].map((name) => code(member, { op: "create", path: `/app/in/${name}` }))).toEqual([
      0, 0, -125,
    ]);
    expect(code(member, { op: "create", path: "/app/x" })).toBe(-125);
    expect(member.data(STATS)).toBe("count=2,bytes=5");
    expect(code(member, { op: "create", path: "/appendix" })).toBe(0);
  });

  it("M21: is judged by what is committed, so a multi may pass it", () => {
    const member = limited("countHardLimit=2");
    const asks: Ask[] = ["a", "b", "c"].map((name) => ({ op: "create", path: `/app/${name}` }));
    expect(member.do({ op: "multi", asks }).results.map((slot) => slot.code)).toEqual([0, 0, 0]);
    const next = member.do({
      op: "multi",
      asks: [
        { op: "create", path: "/app/d" },
        { op: "check", path: "/app" },
      ],
    });
    expect(next.results.map((slot) => slot.code)).toEqual([-125, -2]);
  });

  it("is counted and not enforced unless asked for", () => {
    const member = limited("countHardLimit=1", { enforceQuota: false });
    expect(code(member, { op: "create", path: "/app/a" })).toBe(0);
    expect(member.data(STATS)).toBe("count=2,bytes=5");
  });

  it("is the same after a restart, whether its usage was committed or not", async () => {
    const member = limited("countHardLimit=3");
    await member.commit();
    member.do({ op: "create", path: "/app/a", data: bytes("1") });
    await member.restart();
    expect(member.data(STATS)).toBe("count=2,bytes=6");
    expect([...member.tree.quotas.report()]).toEqual([{ path: "/app", countMax: 3, bytesMax: -1, count: 2, bytes: 6 }]);
    expect(code(member, { op: "create", path: "/app/b" })).toBe(0);
    expect(code(member, { op: "create", path: "/app/c" })).toBe(-125);
  });

  it("counts a subtree that is not in memory", async () => {
    const member = new Member({ tree: { cacheBytesMax: 0, childrenHeldMax: 2 } });
    for (let n = 0; n < 30; n++)
      member.do({ op: "create", path: `/d${n % 3}${"/x".repeat(Math.floor(n / 3))}`, data: bytes("abc") });
    await member.commit();
    await member.restart();
    member.do({ op: "create", path: "/zookeeper/quota/d1" });
    member.do({ op: "create", path: "/zookeeper/quota/d1/zookeeper_stats" });
    expect(member.data("/zookeeper/quota/d1/zookeeper_stats")).toBe("count=10,bytes=30");
  });
});
