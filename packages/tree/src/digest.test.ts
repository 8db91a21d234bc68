import type { StateChange } from "@rookery/storage";
import { describe, expect, it } from "vitest";
import { ALICE, bytes, Member, requester, SUPER } from "../test/member.ts";

/** One of everything that a state can hold. */
function inhabited(): Member {
  const member = new Member();
  const who = requester(5n, ALICE);
  member.createSession(5n);
  member.do({ op: "create", path: "/a", data: bytes("data") }, who);
  member.do({ op: "create", path: "/a/e", data: null, flags: 1 }, who);
  member.do({ op: "create", opcode: 21, path: "/a/t", flags: 5, ttl: 2n ** 35n }, who);
  member.do({ op: "create", path: "/a/acl", data: Buffer.alloc(1000, 1), acl: [{ perms: 31, ...ALICE }] }, who);
  return member;
}

describe("the digest", () => {
  it("is this number for this state, in every version: members of two versions compare theirs", () => {
    expect([new Member().tree.digest, inhabited().tree.digest]).toEqual([8_235_781_999_214_760, 3_039_198_617_489_484]);
  });

  it("is that of the state alone, whatever the state was before", async () => {
    const member = inhabited();
    const before = member.tree.digest;
    member.createSession(6n);
    member.do(
      { op: "create", path: "/a/acl/x", acl: [{ perms: 1, scheme: "world", id: "anyone" }] },
      requester(6n, SUPER),
    );
    expect(member.tree.digest).not.toBe(before);
    member.do({ op: "delete", path: "/a/acl/x" }, requester(6n, SUPER));
    member.closeSession(6n);
    await member.commit();
    expect(member.recounted()).toBe(member.tree.digest);
    // The parent's Stat tells that something was there.
    expect(member.tree.digest).not.toBe(before);
  });

  it("differs when any byte of a row that it covers differs", async () => {
    const member = inhabited();
    await member.commit();
    const whole = member.tree.digest;
    const { state } = member.engine;
    const seen = new Set([whole]);
    let changed = 0;
    for (const [table, first] of [
      [1, 2],
      [3, 0],
    ] as const) {
      const rows: { readonly key: Buffer; readonly value: Buffer }[] = [];
      state.scan(table, { from: Buffer.alloc(0), to: Buffer.alloc(2000, 0xff) }, (key, value) => {
        rows.push({ key: Buffer.from(key), value: Buffer.from(value) });
      });
      for (const { key, value } of rows) {
        for (let at = first; at < value.length; at++) {
          // The stored cversion shows in the Stat; due time and length of a name follow from the rest.
          if (table === 1 && ((at >= 14 && at < 18) || (at >= 26 && at < 36))) continue;
          // Of what is neither owned nor to be collected, and of an owner, the Stat tells.
          if (table === 1 && value[1] !== 3 && at >= 18 && at < 26) continue;
          // Of ids the digest takes 32 bits.
          if (table === 1 && (at < 4 || (at >= 8 && at < 10))) continue;
          // Of a large znode's data every tenth byte will do.
          if (at > 300 && at < value.length - 68 && at % 10 !== 0) continue;
          const other = Buffer.from(value);
          other[at] = (value[at] as number) ^ 1;
          await overwrite(member, { table, key, value: other });
          const digest = member.recounted();
          expect(seen.has(digest), `byte ${at} of ${key.toString("latin1")}`).toBe(false);
          seen.add(digest);
          changed++;
        }
        await overwrite(member, { table, key, value });
      }
    }
    expect(changed).toBeGreaterThan(700);
    expect(member.recounted()).toBe(whole);
  });

  it("goes on after a restart and in who begins with the tables alone", async () => {
    const member = inhabited();
    const { digest } = member.tree;
    await member.commit();
    await member.restart();
    expect(member.tree.digest).toBe(digest);
    await member.rebuild();
    expect(member.tree.digest).toBe(digest);
  });

  it("does not look at data that did not change", () => {
    const member = inhabited();
    const [node] = [member.tree.find("/a")];
    expect(node?.dataHash).toBeTypeOf("number");
    const { dataHash } = node as { dataHash: number };
    member.do({ op: "create", path: "/a/b" });
    member.do({ op: "delete", path: "/a/b" });
    member.do({ op: "setAcl", path: "/a", acl: [{ perms: 1, scheme: "world", id: "anyone" }] });
    expect([member.tree.digest !== undefined, node?.dataHash]).toEqual([true, dataHash]);
    Object.assign(node as object, { dataHash: 1 });
    member.do({ op: "setData", path: "/a", data: bytes("data") }, requester(5n, SUPER));
    expect([member.tree.digest !== undefined, node?.dataHash]).toEqual([true, dataHash]);
  });

  it("is known of the last 1,024 entries, and of none from before the start", async () => {
    const member = new Member();
    const digests = [member.tree.digest];
    for (let index = 1; index <= 1100; index++) {
      member.createSession(BigInt(index));
      digests.push(member.tree.digest);
    }
    const { tree } = member;
    for (const index of [77, 78, 500, 1100]) expect(tree.digestOf(index), `${index}`).toBe(digests[index]);
    for (const index of [0, 76, 1101]) expect(tree.digestOf(index)).toBeUndefined();
    await member.commit();
    await member.restart();
    expect(member.tree.digestOf(1100)).toBe(digests[1100]);
    expect(member.tree.digestOf(1099)).toBeUndefined();
    member.createSession(5000n);
    expect([member.tree.digestOf(1100), member.tree.digestOf(1101)]).toEqual([digests[1100], member.tree.digest]);
  });

  it("is in the log with every 128th zxid, the last 1,024 of them", () => {
    const member = new Member();
    expect(member.tree.digestLog).toEqual([]);
    member.createSession(1n);
    member.startEpoch();
    expect(member.tree.digestLog).toEqual([]);
    const { digestLog, applied } = member.tree;
    let { index } = applied;
    for (let counter = 1; counter <= 1030 * 128; counter++) {
      member.tree.advance({ index: ++index, epoch: 2, counter, chain: 0 });
    }
    expect(member.tree.digestLog.map(({ counter }) => counter)).toEqual(
      Array.from({ length: 1024 }, (_, n) => (n + 7) * 128),
    );
    expect(digestLog).toHaveLength(1024);
  });
});

describe("a state that was written without a digest", () => {
  it("gets one from a recount while it changes and commits, and keeps it", async () => {
    const member = await withoutDigest(inhabited());
    const { tree } = member;
    expect([tree.digest, tree.digestOf(tree.applied.index), tree.digestLog]).toEqual([undefined, undefined, []]);
    member.do({ op: "create", path: "/b" });
    const snapshot = member.engine.state.snapshot();
    const counting = tree.recount(snapshot, 2);
    counting.next();
    member.do({ op: "setData", path: "/a", data: bytes("other") });
    await member.commit();
    counting.next();
    member.do({ op: "delete", path: "/b" });
    member.do({ op: "create", path: "/c" });
    await member.commit();
    member.closeSession(5n);
    while (counting.next().done !== true) expect(tree.digest).toBeUndefined();
    snapshot.close();
    const { digest } = tree;
    expect(tree.digestOf(tree.applied.index)).toBe(digest);
    expect(tree.digestOf(tree.applied.index - 1)).toBeUndefined();
    await member.commit();
    expect(member.recounted()).toBe(digest);
    await member.restart();
    expect(member.tree.digest).toBe(digest);
  });

  it("is not recounted from a snapshot of another moment", async () => {
    const member = await withoutDigest(inhabited());
    member.do({ op: "create", path: "/b" });
    const snapshot = member.engine.state.snapshot();
    await member.commit();
    expect(() => member.tree.recount(snapshot).next()).toThrow("is not that of the commit at");
  });
});

async function overwrite(member: Member, change: StateChange): Promise<void> {
  const { state } = member.engine;
  const commit = state.commit([change], state.applied);
  await new Promise((resolve) => setImmediate(resolve));
  await member.landHeld();
  await commit;
}

/** As a version of format 1 left it. */
async function withoutDigest(member: Member): Promise<Member> {
  await member.commit();
  const meta = Buffer.from(member.engine.state.get(0, bytes("tree")) as Uint8Array).subarray(0, 42);
  meta.writeUInt32BE(1, 0);
  await overwrite(member, { table: 0, key: bytes("tree"), value: Buffer.from(meta) });
  await member.restart();
  return member;
}
