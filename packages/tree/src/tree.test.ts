import { KEY_BYTES_MAX } from "@rookery/storage";
import { describe, expect, it } from "vitest";
import { ALICE, bytes, cacheOf, Listener, Member, requester } from "../test/member.ts";
import { NAME_KEY_BYTES_MAX, nodeKey } from "./schema.ts";
import { STAT } from "./znode.ts";

describe("names and sizes", () => {
  const names: readonly [string, string][] = [
    ["a name as long as a key can hold", "n".repeat(NAME_KEY_BYTES_MAX)],
    ["a name of 1801 bytes", "n".repeat(NAME_KEY_BYTES_MAX + 1)],
    ["another that differs at its end", `${"n".repeat(NAME_KEY_BYTES_MAX)}m`],
    ["a long name of characters of three bytes", "\u4e2d".repeat(601)],
    ["a short name of two-byte characters", "\u00e9\u00e8"],
    ["a name of 100 kB", "x".repeat(100_000)],
  ];

  it("holds, lists, changes and deletes znodes with names of any length, from memory and from the store", async () => {
    const member = new Member();
    member.createSession(1n);
    for (const [what, name] of names) member.do({ op: "create", path: `/${name}`, data: bytes(what), flags: 1 });
    const check = () => {
      expect(member.children("/")).toEqual([...names.map(([, name]) => name), "zookeeper"].sort());
      for (const [what, name] of names) expect(member.data(`/${name}`)).toBe(what);
    };
    check();
    await member.commit();
    check();
    await member.restart();
    check();
    for (const [what, name] of names) member.do({ op: "setData", path: `/${name}`, data: bytes(what), version: 0 });
    await member.commit();
    await member.restart();
    check();
    expect(member.tree.sessions.get(1n)?.ephemerals.size).toBe(names.length);
    member.closeSession(1n);
    await member.commit();
    await member.restart();
    expect(member.children("/")).toEqual(["zookeeper"]);
    expect(member.dump().filter((line) => line.startsWith("ephemeral ") || line.startsWith("session "))).toEqual([]);
  });

  it("makes no key that an engine could refuse", () => {
    for (const [, name] of names) expect(nodeKey(2 ** 48 - 1, name).key.length).toBeLessThanOrEqual(KEY_BYTES_MAX);
  });

  it("does not take the key of a long name for a name", async () => {
    const member = new Member();
    const name = "n".repeat(2000);
    member.do({ op: "create", path: `/${name}` });
    await member.commit();
    await member.restart();
    const { key } = nodeKey(1, name);
    // Whoever finds a name whose hash is valid UTF-8 could write it as a path.
    const alias = `/${key.subarray(6).toString("latin1")}`;
    const { store } = member.tree as unknown as { store: { get(table: number, key: Buffer): Uint8Array | undefined } };
    const { get } = store;
    store.get = function (table, asked) {
      expect(asked.subarray(6, 7).toString()).not.toBe("\0");
      return get.call(this, table, asked);
    };
    expect(member.tree.find(alias)).toBeUndefined();
  });

  it("holds a path of 4,000 bytes, level by level", async () => {
    const member = new Member();
    let path = "";
    for (let level = 0; level < 400; level++) {
      path += "/level0000";
      expect(member.do({ op: "create", path, data: bytes(String(level)) }).code).toBe(0);
    }
    expect(path).toHaveLength(4000);
    await member.commit();
    await member.restart();
    expect(member.data(path)).toBe("399");
    expect(member.do({ op: "delete", path: path.slice(0, -10) }).code).toBe(-111);
    expect(member.do({ op: "delete", path }).code).toBe(0);
    expect(member.tree.countDescendants(member.tree.find("/level0000") as never)).toBe(398);
  });

  it("holds 100,000 children under one znode, through commits and past what is held in memory", async () => {
    const member = new Member({ tree: { cacheBytesMax: 1 << 20 } });
    member.do({ op: "create", path: "/many" });
    for (let n = 0; n < 100; n++) {
      const asks = Array.from({ length: 1000 }, (_, m) => ({ op: "create", path: `/many/${n * 1000 + m}` }) as const);
      member.do({ op: "multi", asks });
      if (n % 10 === 9) await member.commit();
      else if (n % 10 === 4) await member.startCommit();
    }
    expect(member.children("/many")).toHaveLength(100_000);
    for (const n of [0, 65_535, 99_999]) expect(member.do({ op: "delete", path: `/many/${n}` }).code).toBe(0);
    expect(member.tree.find("/many/0")).toBeUndefined();
    expect(member.children("/many")).toHaveLength(99_997);
    expect(member.stat("/many")).toMatchObject({ numChildren: 99_997, cversion: 100_003 });
    await member.commit();
    await member.restart();
    expect(member.children("/many")).toHaveLength(99_997);
    expect(member.tree.countDescendants(member.tree.find("/many") as never)).toBe(99_997);
    expect(member.tree.cacheBytes).toBeLessThan(2 << 20);
    expect(member.do({ op: "create", path: "/many/s", flags: 2 }).path).toBe("/many/s0000100000");
  }, 20_000);
});

describe("a path", () => {
  it("has one spelling, also when only the store has the znode", async () => {
    const member = new Member();
    for (const path of ["/a", "/a/b", "/a/b/c"]) member.do({ op: "create", path, data: bytes("1") });
    await member.commit();
    for (const path of ["//a", "//a/b", "//a/b/c", "/a//b", "/a//b/c", "///a", "/a/", "a", "a/b", "x/a/b"]) {
      await member.restart();
      expect(member.tree.find(path)).toBeUndefined();
      expect(member.tree.peek(path)).toBeUndefined();
      expect(member.do({ op: "setData", path }).code).toBe(-8);
      expect(member.do({ op: "delete", path }).code).toBeLessThan(0);
      await member.commit();
    }
    expect(["/a", "/a/b", "/a/b/c"].map((path) => member.stat(path).version)).toEqual([0, 0, 0]);
    expect([...cacheOf(member.tree).keys()].sort()).toEqual([
      "/",
      "/a",
      "/a/b",
      "/a/b/c",
      "/zookeeper",
      "/zookeeper/quota",
    ]);
  });
});

describe("a restart", () => {
  it("P3: keeps every field of Stat, lists, kinds, sessions and counters", async () => {
    const member = new Member();
    member.createSession(-5n);
    const who = requester(-5n, ALICE);
    member.do({ op: "create", path: "/a", data: null, acl: [{ perms: 31, scheme: "auth", id: "" }] }, who);
    member.do({ op: "create", path: "/a/e", flags: 3 }, who);
    member.do({ op: "create", opcode: 19, path: "/a/c", flags: 4 }, who);
    member.do({ op: "create", opcode: 21, path: "/a/t", flags: 5, ttl: 0xff_ffff_ffffn }, who);
    member.timeMs += 1000;
    member.do({ op: "setData", path: "/a", data: bytes("1") }, who);
    member.do({ op: "setAcl", path: "/a", acl: [{ perms: 31, ...ALICE }] }, who);
    const seen = () => ({
      stats: ["/", "/a", "/a/e0000000000", "/a/c", "/a/t"].map((path) => member.stat(path)),
      lists: ["/a", "/a/c"].map((path) => member.tree.find(path)?.acl.entries),
      kinds: ["/a/e0000000000", "/a/c", "/a/t"].map((path) => [
        member.tree.find(path)?.kind,
        member.tree.find(path)?.ttlMs,
      ]),
      sessions: [...member.tree.sessions].map(([id, { timeoutMs, ephemerals }]) => [id, timeoutMs, [...ephemerals]]),
      counts: [member.tree.nodeCount, member.tree.ephemeralCount, member.tree.dataBytes, member.tree.applied],
    });
    const before = seen();
    await member.commit();
    expect(seen()).toEqual(before);
    await member.restart();
    expect(seen()).toEqual(before);
    expect(member.do({ op: "create", path: "/a/s", flags: 2 }, who).path).toBe("/a/s0000000003");
  });

  it("refuses a state of a later format", async () => {
    const member = new Member();
    member.do({ op: "create", path: "/a" });
    await member.commit();
    const { state } = member.engine;
    const meta = Buffer.from(state.get(0, bytes("tree")) as Uint8Array);
    meta.writeUInt32BE(99, 0);
    const commit = state.commit([{ table: 0, key: bytes("tree"), value: meta }], state.applied);
    await new Promise((resolve) => setImmediate(resolve));
    await member.landHeld();
    await commit;
    await expect(member.restart()).rejects.toThrow("tree format 99");
  });
});

describe("a session created again", () => {
  it("keeps its ephemerals and takes the new timeout, as one that two servers made global", async () => {
    const member = new Member();
    member.createSession(5n);
    member.createSession(6n);
    member.do({ op: "create", path: "/e", flags: 1 }, requester(5n));
    const held = member.tree.sessions.get(5n);
    member.proposeSession(5n, 4321);
    member.applyAll();
    const seen = () => {
      const { timeoutMs, ephemerals } = member.tree.sessions.get(5n) ?? {};
      return [timeoutMs, [...(ephemerals ?? [])], member.tree.sessions.size, member.tree.lastSession];
    };
    expect(seen()).toEqual([4321, ["/e"], 2, 6n]);
    expect(member.tree.sessions.get(5n)).toBe(held);
    await member.commit();
    expect(member.recounted()).toBe(member.tree.digest);
    await member.restart();
    expect(seen()).toEqual([4321, ["/e"], 2, 6n]);
    member.closeSession(5n);
    expect([member.tree.find("/e"), member.tree.ephemeralCount]).toEqual([undefined, 0]);
  });
});

describe("what consensus keeps with the state", () => {
  it("goes with the next commit, once", () => {
    const member = new Member();
    expect(member.tree.consensus).toHaveLength(0);
    const writes = () => {
      const { changes } = member.tree.takeCommit();
      member.tree.commitDone();
      return changes.filter(({ key }) => Buffer.from(key).toString() === "consensus").length;
    };
    member.createSession(1n);
    expect(writes()).toBe(0);
    member.tree.setConsensus(bytes("rows"));
    expect([writes(), writes()]).toEqual([1, 0]);
  });

  it("is read back after a restart, as the last commit had it", async () => {
    const member = new Member();
    member.tree.setConsensus(bytes("rows"));
    member.createSession(1n);
    await member.commit();
    member.tree.setConsensus(bytes("more rows"));
    expect(Buffer.from(member.tree.consensus).toString()).toBe("more rows");
    await member.restart();
    expect(Buffer.from(member.tree.consensus).toString()).toBe("rows");
  });
});

describe("memory", () => {
  it("is let go of what is cold, and no more than what an estimate allows stays", async () => {
    const member = new Member({ tree: { cacheBytesMax: 100_000 } });
    for (let n = 0; n < 1000; n++) member.do({ op: "create", path: `/n${n}`, data: Buffer.alloc(1000) });
    expect(cacheOf(member.tree).size).toBeGreaterThan(1000);
    await member.commit();
    expect(member.tree.cacheBytes).toBeLessThanOrEqual(200_000);
    const reader = new Listener();
    for (let n = 0; n < 3000; n++) {
      expect(member.do({ op: "setData", path: `/n${(n * 7) % 1000}`, data: Buffer.alloc(1000) }).code).toBe(0);
      if (n % 20 === 0) await member.commit();
    }
    await member.commit();
    expect(member.tree.cacheBytes).toBeLessThanOrEqual(150_000);
    expect(reader.events).toEqual([]);
  });

  it("does not grow with children that come and go", async () => {
    const member = new Member();
    member.do({ op: "create", path: "/queue" });
    const round = async () => {
      for (let n = 0; n < 200; n++) {
        const { path = "" } = member.do({ op: "create", path: "/queue/x", flags: 2 });
        member.do({ op: "delete", path });
      }
      await member.commit();
      return member.tree.cacheBytes;
    };
    const before = await round();
    for (let rounds = 0; rounds < 5; rounds++) expect(await round()).toBe(before);
  });

  it("is not held by what was proposed and failed, nor by what was deleted", async () => {
    const member = new Member({ tree: { cacheBytesMax: 20_000 } });
    for (let n = 0; n < 500; n++) {
      member.do({
        op: "multi",
        asks: [
          { op: "create", path: `/a${n}` },
          { op: "check", path: "/no" },
        ],
      });
      member.do({ op: "create", path: `/b${n}` });
      member.do({ op: "delete", path: `/b${n}` });
      member.do({ op: "create", path: `/no/${n}` });
      if (n % 100 === 99) await member.commit();
    }
    expect(member.tree.cacheBytes).toBeLessThanOrEqual(20_000);
    expect(cacheOf(member.tree).size).toBeLessThan(60);
  });

  it("is not emptied by a count of everything", async () => {
    const member = new Member();
    for (let n = 0; n < 300; n++) member.do({ op: "create", path: `/p${n % 10}${n >= 10 ? `/c${n}` : ""}` });
    for (let n = 0; n < 5; n++) member.do({ op: "create", path: `/p1/c11/d${n}` });
    await member.commit();
    await member.restart();
    const held = cacheOf(member.tree).size;
    const [one] = [member.tree.find("/p1")];
    expect(member.tree.countDescendants(one as never)).toBe(34);
    expect(cacheOf(member.tree).size).toBe(held + 1);
    let sum = 0;
    for (const { cost } of cacheOf(member.tree).values()) sum += cost;
    expect(member.tree.cacheBytes).toBe(sum);
  });

  it("of a large znode just looked up is not let go before the operation that wants it is done", async () => {
    const member = new Member({ tree: { cacheBytesMax: 1 } });
    member.do({ op: "create", path: "/a" });
    member.do({ op: "create", path: "/a/b" });
    await member.commit();
    for (let n = 0; n < 50; n++) {
      const path = `/a/b/c${n}`;
      expect(member.do({ op: "create", path, data: Buffer.alloc(100) }).code).toBe(0);
      await member.commit();
      expect(member.stat("/a/b").numChildren).toBe(n + 1);
    }
  });
});

describe("apply", () => {
  it("stops at a transaction that the state contradicts", () => {
    const member = new Member();
    const lost = member.propose({ op: "create", path: "/a" }, requester(1n));
    member.applyAll();
    expect(() => member.applyEncoded(lost.transaction)).toThrow("create of /a, which exists");
    expect(() => member.applyEncoded({ ...lost.transaction, change: { type: "delete", path: "/b" } })).toThrow(
      "which is absent",
    );
    expect(() => member.applyEncoded({ ...lost.transaction, change: { type: "delete", path: "/zookeeper" } })).toThrow(
      "has children",
    );
  });

  it("stops at a gap", () => {
    const member = new Member();
    expect(() => member.tree.advance({ index: 2, epoch: 1, counter: 2, chain: 0 })).toThrow("entry 2 applied after 0");
  });

  it("goes on over the start of an epoch, which changes nothing and is remembered by the next commit", async () => {
    const member = new Member();
    member.do({ op: "create", path: "/a" });
    const { digest } = member.tree;
    member.startEpoch();
    expect(member.tree.digest).toBe(digest);
    expect(member.tree.digestOf(2)).toBe(digest);
    await member.commit();
    expect(member.engine.state.applied).toMatchObject({ index: 2, epoch: 2, counter: 0 });
    await member.restart();
    member.do({ op: "create", path: "/b" });
    expect(member.stat("/b").czxid).toBe((2n << 32n) | 1n);
  });

  it("stops at a zxid that is not above the last", () => {
    const member = new Member();
    member.do({ op: "create", path: "/a" });
    member.startEpoch();
    for (const [epoch, counter] of [
      [2, 0],
      [1, 9],
    ] as const) {
      expect(() => member.tree.advance({ index: 3, epoch, counter, chain: 0 })).toThrow("applied after 2/0");
    }
    member.tree.advance({ index: 3, epoch: 2, counter: 1, chain: 0 });
    expect(() => member.tree.advance({ index: 4, epoch: 2, counter: 1, chain: 0 })).toThrow("applied after 2/1");
  });

  it("stops at an ephemeral of a session that the state does not have", () => {
    const member = new Member();
    member.createSession(5n);
    const { transaction } = member.propose({ op: "create", path: "/e", flags: 1 }, requester(5n));
    member.inFlight = [];
    member.closeSession(5n);
    expect(() => member.applyEncoded(transaction)).toThrow("create of /e by session 5, which is absent");
  });

  it("goes through a placeholder made before its parent was", async () => {
    const member = new Member();
    for (const path of ["/p", "/p/c"]) member.propose({ op: "create", path, data: bytes("1") }, requester(1n));
    for (const path of ["/p/c", "/p"]) member.propose({ op: "delete", path }, requester(1n));
    for (const path of ["/p", "/p/c"]) member.propose({ op: "create", path, data: bytes("2") }, requester(1n));
    for (let left = 3; left > 0; left--) member.applyNext();
    await member.commit();
    member.applyAll();
    await member.commit();
    await member.restart();
    expect([member.data("/p"), member.data("/p/c"), member.children("/p")]).toEqual(["2", "2", ["c"]]);
    expect(member.tree.nodeCount).toBe(6);
  });

  it("writes times beyond 32 bits whole", () => {
    const member = new Member();
    member.timeMs = 2 ** 41 + 5;
    member.do({ op: "create", path: "/a" });
    expect(member.stat("/a")).toMatchObject({ ctime: 2n ** 41n + 5n, mtime: 2n ** 41n + 5n });
    expect(STAT.bytes).toBe(68);
  });
});
