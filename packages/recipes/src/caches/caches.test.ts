import { Client, Permission } from "@rookery/client";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { OPCODE, type RecipeServer, type World, worldOfTest } from "../../test/world.ts";
import { Deferred } from "../support/deferred.ts";
import type { ResyncChange } from "../support/feed.ts";
import type { Cache, CacheChange, CachedNode } from "./cache.ts";
import { ChildrenCache, NodeCache, TreeCache } from "./caches.ts";

it("holds one znode and tells of its creation, changes and deletion", async () => {
  const { zk } = await start();
  await using cache = new NodeCache(zk, "/a");
  const told = record(cache);
  await cache.ready();
  expect(cache.node).toBeUndefined();
  await zk.create("/a", "1");
  await vi.waitFor(() => expect(text(cache.node)).toBe("1"));
  await zk.set("/a", "2");
  await vi.waitFor(() => expect(text(cache.node)).toBe("2"));
  await zk.create("/a/b");
  await zk.delete("/a/b");
  await zk.delete("/a");
  await vi.waitFor(() => expect(cache.node).toBeUndefined());
  expect(told).toEqual(["initialized", "created /a 1", "changed /a 2", "deleted /a"]);
});

it("holds the children of a znode, and nothing deeper", async () => {
  const { zk } = await start();
  await zk.create("/p/one", "1", { parents: true });
  await zk.create("/p/one/deep");
  await using cache = new ChildrenCache(zk, "/p");
  const told = record(cache);
  await cache.ready();
  expect(cache.size).toBe(1);
  await zk.set("/p/one/deep", "x");
  await zk.create("/p/two", "2");
  await vi.waitFor(() =>
    expect([...cache.snapshot()].map(([name, node]) => [name, text(node)])).toEqual([
      ["one", "1"],
      ["two", "2"],
    ]),
  );
  expect(text(cache.get("two"))).toBe("2");
  await zk.deleteRecursive("/p");
  await vi.waitFor(() => expect(cache.size).toBe(0));
  expect(told.slice(0, 3)).toEqual(["created /p/one 1", "initialized", "created /p/two 2"]);
  expect(told.slice(3).sort()).toEqual(["deleted /p/one", "deleted /p/two"]);
});

it("holds the children of the root", async () => {
  const { zk } = await start();
  await zk.create("/a", "1");
  await using cache = new ChildrenCache(zk, "/", { include: (name) => name !== "zookeeper" });
  await cache.ready();
  await zk.create("/b", "2");
  await vi.waitFor(() => expect([...cache.snapshot().keys()]).toEqual(["a", "b"]));
});

it("holds a tree, parents before their children", async () => {
  const { zk } = await start();
  await zk.create("/t/a/b/c", "1", { parents: true });
  await using cache = new TreeCache(zk, "/t");
  const told = record(cache);
  await cache.ready();
  expect(told).toEqual(["created /t ", "created /t/a ", "created /t/a/b ", "created /t/a/b/c 1", "initialized"]);
  expect(cache.children("/t/a")).toEqual(["b"]);
  expect(cache.get("/t/a/b/c")?.stat.version).toBe(0);
  await zk.deleteRecursive("/t/a");
  await vi.waitFor(() => expect(cache.size).toBe(1));
  expect(told.slice(5)).toEqual(["deleted /t/a/b/c", "deleted /t/a/b", "deleted /t/a"]);
});

it("leaves out what is too deep or not included, and all below it", async () => {
  const { zk } = await start();
  await zk.create("/t/a/b/c", "1", { parents: true });
  await zk.create("/t/skip/b", "1", { parents: true });
  await using cache = new TreeCache(zk, "/t", { depthMax: 2, include: (path) => path !== "/t/skip" });
  await cache.ready();
  await zk.create("/t/a/b/d");
  await zk.create("/t/skip/c");
  await zk.create("/t/a/e");
  await vi.waitFor(() => expect([...cache.snapshot().keys()]).toEqual(["/t", "/t/a", "/t/a/b", "/t/a/e"]));
});

it("gives a snapshot that does not change, and the same one while nothing changes", async () => {
  const { zk } = await start();
  await zk.create("/t", "1");
  await using cache = new TreeCache(zk, "/t");
  await cache.ready();
  const before = cache.snapshot();
  expect(cache.snapshot()).toBe(before);
  await zk.set("/t", "2");
  await vi.waitFor(() => expect(text(cache.get("/t"))).toBe("2"));
  expect(text(before.get("/t"))).toBe("1");
});

it("tells of a znode that was deleted and created again as of two changes", async () => {
  const { zk } = await start();
  await zk.create("/t/a", "1", { parents: true });
  await using cache = new TreeCache(zk, "/t");
  await cache.ready();
  const told = record(cache);
  await zk.transaction().delete("/t/a").create("/t/a", "2").commit();
  await vi.waitFor(() => expect(text(cache.get("/t/a"))).toBe("2"));
  expect(told).toEqual(["deleted /t/a", "created /t/a 2"]);
});

it("reads everything anew after a lost connection and tells only what differs", async () => {
  const { server, zk, client } = await start();
  const other = await client();
  await zk.transaction().create("/t").create("/t/same", "1").create("/t/changes", "1").create("/t/goes", "1").commit();
  await using cache = new TreeCache(zk, "/t");
  await cache.ready();
  const told = record(cache);
  server.refuseConnections(true);
  await server.dropConnections({ session: zk.sessionId });
  await vi.waitFor(() => expect(cache.state).toBe("stale"));
  await other.transaction().set("/t/changes", "2").delete("/t/goes").create("/t/comes", "1").commit();
  expect(text(cache.get("/t/changes"))).toBe("1");
  server.refuseConnections(false);
  await vi.waitFor(() => expect(cache.state).toBe("live"));
  expect(told.slice(0, -1).sort()).toEqual(["changed /t/changes 2", "created /t/comes 1", "deleted /t/goes"]);
  expect(told.at(-1)).toBe("resynchronized reconnected");
});

it("does not take a znode that was created again while it was cut off for the one before", async () => {
  const { server, zk, client } = await start();
  const other = await client();
  await zk.create("/t/a/b", "1", { parents: true });
  await using cache = new TreeCache(zk, "/t");
  await cache.ready();
  const told = record(cache);
  server.refuseConnections(true);
  await server.dropConnections({ session: zk.sessionId });
  await other.transaction().delete("/t/a/b").delete("/t/a").create("/t/a", "2").commit();
  server.refuseConnections(false);
  await vi.waitFor(() => expect(told.at(-1)).toBe("resynchronized reconnected"));
  expect(told.slice(0, -1)).toEqual(["deleted /t/a/b", "deleted /t/a", "created /t/a 2"]);
});

it("does not take back a deletion that comes with the reply to a read from before it", async () => {
  const { server, zk } = await start();
  await zk.create("/t/a", "1", { parents: true });
  await using cache = new TreeCache(zk, "/t");
  await cache.ready();
  const get = Client.prototype.get.bind(zk);
  let deleted: Promise<void> | undefined;
  vi.spyOn(zk, "get").mockImplementation((path, options) => {
    if (deleted !== undefined) return get(path, options);
    // The reply and the event are held back and come in one piece.
    server.delayReplies(60_000);
    const got = get(path, options);
    deleted = zk.delete(path);
    setTimeout(() => server.delayReplies(0), 50);
    return got;
  });
  await zk.set("/t/a", "2");
  await vi.waitFor(() => expect(deleted).toBeDefined());
  await deleted;
  await zk.sync("/t");
  await zk.set("/t", "last");
  await vi.waitFor(() => expect(text(cache.get("/t"))).toBe("last"));
  expect(cache.get("/t/a")).toBeUndefined();
});

it("goes on in the next session after an expiry", async () => {
  const { server, zk } = await start();
  await zk.create("/t");
  await zk.create("/t/mine", "1", { mode: "ephemeral" });
  await using cache = new TreeCache(zk, "/t");
  await cache.ready();
  const told = record(cache);
  await server.expireSession(zk.sessionId);
  await vi.waitFor(() => expect(told.at(-1)).toBe("resynchronized expired"));
  expect(told).toEqual(["deleted /t/mine", "resynchronized expired"]);
  await zk.create("/t/next");
  await vi.waitFor(() => expect(cache.get("/t/next")).toBeDefined());
});

it("reads to the end what has to be read anew again and again during one slow read", async () => {
  const { zk } = await start();
  await zk.transaction().create("/t").create("/t/a").create("/t/b").create("/t/c").commit();
  const watch = vi.spyOn(zk, "watch");
  await using cache = new TreeCache(zk, "/t");
  await cache.ready();
  const told = record(cache);
  const root = heldGet(zk);
  const gap = () => watch.mock.calls[0]?.[1]?.onEvent?.({ type: "gap", path: "/t", reason: "reconnected" });
  for (let n = 0; n < 3; n++) gap();
  root.release();
  await vi.waitFor(() => expect(told).toContain("resynchronized reconnected"));
  await zk.set("/t", "last");
  await vi.waitFor(() => expect(text(cache.get("/t"))).toBe("last"));
  expect(told).toEqual(["resynchronized reconnected", "changed /t last"]);
});

it("does not tell what a read from before the last resynchronization finds", async () => {
  const { zk } = await start();
  await zk.create("/t/a", "1", { parents: true });
  const watch = vi.spyOn(zk, "watch");
  await using cache = new TreeCache(zk, "/t");
  await cache.ready();
  const told = record(cache);
  const read = heldGet(zk);
  await zk.set("/t/a", "2");
  await vi.waitFor(() => expect(read.isHeld).toBe(true));
  await zk.delete("/t/a");
  watch.mock.calls[0]?.[1]?.onEvent?.({ type: "gap", path: "/t", reason: "overflow" });
  await vi.waitFor(() => expect(told).toEqual(["deleted /t/a", "resynchronized overflow"]));
  read.release();
  await zk.set("/t", "last");
  await vi.waitFor(() => expect(text(cache.get("/t"))).toBe("last"));
  expect(told.slice(2)).toEqual(["changed /t last"]);
});

it("becomes ready although connections break while it reads", async () => {
  const { server, zk } = await start();
  const created = zk.transaction().create("/t");
  for (let n = 0; n < 50; n++) created.create(`/t/${n}`);
  await created.commit();
  void server.loseNextReply({ opcode: OPCODE.addWatch });
  const lost = server.loseNextReply({ opcode: OPCODE.getData });
  await using cache = new TreeCache(zk, "/t", { readsMax: 4 });
  const told = record(cache);
  await cache.ready();
  await lost;
  expect(cache.size).toBe(51);
  expect(told.filter((each) => each === "initialized")).toHaveLength(1);
  expect(new Set(told).size).toBe(52);
});

it("reads at most so many znodes at a time", async () => {
  const { zk } = await start();
  const created = zk.transaction().create("/t");
  for (let n = 0; n < 50; n++) created.create(`/t/${n}`);
  await created.commit();
  const get = vi.spyOn(zk, "get");
  let most = 0;
  get.mockImplementation(async (...args) => {
    most = Math.max(most, ++under);
    try {
      return await original(...args);
    } finally {
      under--;
    }
  });
  let under = 0;
  const original = Client.prototype.get.bind(zk);
  await using cache = new TreeCache(zk, "/t", { readsMax: 3 });
  await cache.ready();
  expect(cache.size).toBe(51);
  expect(most).toBe(3);
});

it("holds no data if it is told so, and sees changes all the same", async () => {
  const { zk } = await start();
  await zk.create("/t", "1");
  await using cache = new TreeCache(zk, "/t", { data: false });
  await cache.ready();
  await zk.set("/t", "22");
  await vi.waitFor(() => expect(cache.get("/t")?.stat.dataLength).toBe(2));
  expect(cache.get("/t")?.data).toBeUndefined();
  await zk.delete("/t");
  await vi.waitFor(() => expect(cache.size).toBe(0));
});

it("leaves out data above the bound and makes use of room that becomes free", async () => {
  const { zk } = await start();
  await zk.create("/t");
  await zk.create("/t/a", "12345");
  await using cache = new ChildrenCache(zk, "/t", { dataBytesMax: 8 });
  await cache.ready();
  await zk.create("/t/b", "12345");
  await vi.waitFor(() => expect(cache.size).toBe(2));
  expect(cache.get("b")?.data).toBeUndefined();
  await zk.delete("/t/a");
  await zk.set("/t/b", "abcde");
  await vi.waitFor(() => expect(text(cache.get("b"))).toBe("abcde"));
  // It fits in the place of what it replaces.
  await zk.set("/t/b", "12345678");
  await vi.waitFor(() => expect(text(cache.get("b"))).toBe("12345678"));
});

it("fails above its bound of znodes, and says so", async () => {
  const { zk } = await start();
  await zk.transaction().create("/t").create("/t/a").create("/t/b").commit();
  await using cache = new TreeCache(zk, "/t", { nodesMax: 2 });
  const changes = cache.changes();
  await expect(cache.ready()).rejects.toMatchObject({ code: "OVERLOADED" });
  expect(cache.state).toBe("failed");
  await expect(drain(changes)).rejects.toMatchObject({ code: "OVERLOADED" });
});

it("tells of a znode that it may not read, and keeps what it saw of it", async () => {
  const { server, zk } = await start();
  await zk.create("/t", "1");
  await zk.create("/t/a", "1");
  await using cache = new TreeCache(zk, "/t");
  await cache.ready();
  const problem = vi.fn();
  cache.events.on("problem", problem);
  await zk.setAcl("/t/a", [{ perms: Permission.WRITE, scheme: "world", id: "anyone" }]);
  await zk.set("/t/a", "2");
  await server.dropConnections();
  await vi.waitFor(() => expect(problem).toHaveBeenCalled());
  expect(problem.mock.calls[0]?.[0]).toMatchObject({ code: "NO_AUTH", path: "/t/a" });
  expect(text(cache.get("/t/a"))).toBe("1");
  // Nobody may list what is below it, and so nobody could delete it with what is.
  await zk.delete("/t/a");
});

it("puts a resync in place of what a lagging reader did not take", async () => {
  const { zk } = await start();
  await zk.create("/a", "0");
  await using cache = new NodeCache(zk, "/a");
  await cache.ready();
  const changes = cache.changes({ bufferMax: 2 });
  for (let n = 1; n <= 4; n++) {
    await zk.set("/a", `${n}`);
    await vi.waitFor(() => expect(text(cache.node)).toBe(`${n}`));
  }
  expect((await changes.next()).value).toEqual({ type: "resync" });
  expect(text((await changes.next()).value as { node?: CachedNode })).toBe("4");
  await changes.return();
});

it("ends its iterators when it is closed, or the client", async () => {
  const { zk } = await start();
  const one = new NodeCache(zk, "/a");
  const other = new NodeCache(zk, "/b");
  await Promise.all([one.ready(), other.ready()]);
  const drained = drain(one.changes());
  await one.close();
  expect(await drained).toEqual([]);
  const left = drain(other.changes());
  await zk.close();
  expect(await left).toEqual([]);
  await vi.waitFor(() => expect(other.state).toBe("closed"));
  expect(zk.events.listenerCount("state")).toBe(0);
});

it("throws what ended the client", async () => {
  const { server, client } = await start();
  const zk = await client({ renewSession: false });
  await using cache = new NodeCache(zk, "/a");
  await cache.ready();
  const drained = drain(cache.changes());
  await server.expireSession(zk.sessionId);
  await expect(drained).rejects.toMatchObject({ code: "SESSION_EXPIRED" });
  expect(cache.state).toBe("failed");
});

it("can be given up while it waits, and closed before it is ready", async () => {
  const { server, zk } = await start();
  server.refuseConnections(true);
  await server.dropConnections();
  await vi.waitFor(() => expect(zk.state).toBe("suspended"));
  const cache = new NodeCache(zk, "/a");
  await expect(cache.ready({ timeoutMs: 5 })).rejects.toMatchObject({ code: "TIMEOUT" });
  const reason = new Error("enough");
  await expect(cache.ready({ signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
    code: "ABORTED",
    cause: reason,
  });
  const controller = new AbortController();
  const changes = cache.changes({ signal: controller.signal });
  controller.abort(reason);
  await expect(changes.next()).rejects.toMatchObject({ code: "ABORTED", cause: reason });
  await expect(cache.changes({ signal: controller.signal }).next()).rejects.toMatchObject({ code: "ABORTED" });
  const waiting = cache.ready();
  await cache.close();
  await expect(waiting).rejects.toMatchObject({ code: "CLOSED" });
  expect(zk.events.listenerCount("state")).toBe(0);
  server.refuseConnections(false);
});

it("refuses options and paths that make no sense", async () => {
  const { zk } = await start();
  expect(() => new TreeCache(zk, "/t", { readsMax: 0 })).toThrow("readsMax is 0: it must be a positive integer.");
  expect(() => new TreeCache(zk, "/t", { nodesMax: 1.5 })).toThrow("nodesMax");
  expect(() => new TreeCache(zk, "/t", { depthMax: 0 })).toThrow("depthMax");
  expect(() => new TreeCache(zk, "/t", { dataBytesMax: Number.NaN })).toThrow("dataBytesMax");
  await using cache = new NodeCache(zk, "/t");
  await expect(cache.ready({ timeoutMs: 2 ** 31 })).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  await cache.close();
  await expect(new NodeCache(zk, "nowhere").ready()).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  expect(zk.events.listenerCount("state")).toBe(0);
});

it("is equal to the tree after whatever happened, and tells changes that lead there one by one", async () => {
  const { server, zk, client } = await start();
  const writer = await client();
  const paths = ["/t", "/t/a", "/t/b", "/t/a/a", "/t/a/b", "/t/a/a/a"];
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant("create" as const), path: fc.constantFrom(...paths) }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant("delete" as const), path: fc.constantFrom(...paths) }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant("set" as const), path: fc.constantFrom(...paths) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("drop" as const), path: fc.constant("") }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("pause" as const), path: fc.constant("") }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await using cache = new TreeCache(zk, "/t", { readsMax: 2 });
      const replayed = new Map<string, CachedNode>();
      cache.events.on("change", (change) => {
        if (change.type === "created") expect(replayed.has(change.path)).toBe(false);
        if (change.type === "changed" || change.type === "deleted") {
          expect(replayed.get(change.path)?.stat.mzxid).toBe(change.previous.stat.mzxid);
          if (change.type === "changed") expect(change.node.stat.mzxid > change.previous.stat.mzxid).toBe(true);
        }
        if (change.type === "deleted") replayed.delete(change.path);
        else if ("node" in change && change.node !== undefined) replayed.set(change.path, change.node);
      });
      let count = 0;
      const writes: Promise<unknown>[] = [];
      for (const { type, path } of steps) {
        if (type === "drop") await server.dropConnections({ session: zk.sessionId }).catch(() => {});
        else if (type === "pause") await Promise.all(writes);
        else if (type === "create") writes.push(writer.create(path, `${count++}`).catch(() => {}));
        else if (type === "delete") writes.push(writer.delete(path).catch(() => {}));
        else writes.push(writer.set(path, `${count++}`).catch(() => {}));
      }
      await Promise.all(writes);
      await cache.ready();
      const expected = new Map<string, string>();
      for await (const path of writer.subtree("/t")) expected.set(path, (await writer.get(path)).data.toString());
      const plain = (nodes: ReadonlyMap<string, CachedNode>) =>
        Object.fromEntries([...nodes].map(([path, node]) => [path, text(node)]).sort());
      await vi.waitFor(() => expect(plain(cache.snapshot())).toEqual(Object.fromEntries([...expected].sort())), {
        timeout: 5000,
      });
      expect(plain(replayed)).toEqual(plain(cache.snapshot()));
      await writer.deleteRecursive("/t");
    }),
    { numRuns: 20 },
  );
}, 60_000);

async function start(): Promise<{ server: RecipeServer; zk: Client; client: World["client"] }> {
  const { server, client } = await worldOfTest();
  return { server, zk: await client(), client };
}

/** What the next `get` finds is held back until `release`. */
function heldGet(zk: Client): { readonly isHeld: boolean; release(): void } {
  const held = new Deferred<void>();
  let isHeld = false;
  const get = Client.prototype.get.bind(zk);
  vi.spyOn(zk, "get").mockImplementationOnce(async (path, options) => {
    const found = await get(path, options);
    isHeld = true;
    await held.promise;
    return found;
  });
  return {
    get isHeld() {
      return isHeld;
    },
    release: () => held.resolve(),
  };
}

function record(cache: Cache): string[] {
  const told: string[] = [];
  cache.events.on("change", (change) => told.push(line(change)));
  return told;
}

function line(change: CacheChange): string {
  if (change.type === "initialized") return change.type;
  if (change.type === "resynchronized") return `${change.type} ${change.reason}`;
  return change.node === undefined
    ? `${change.type} ${change.path}`
    : `${change.type} ${change.path} ${text(change.node)}`;
}

function text(of: CachedNode | { readonly node?: CachedNode } | undefined): string | undefined {
  const node = of !== undefined && "node" in of ? of.node : (of as CachedNode | undefined);
  return node?.data?.toString();
}

async function drain(changes: AsyncIterable<CacheChange | ResyncChange>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const change of changes) all.push(change);
  return all;
}
