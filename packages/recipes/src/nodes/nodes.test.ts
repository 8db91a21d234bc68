import type { Client } from "@rookery/client";
import { expect, it, vi } from "vitest";
import { OPCODE, type RecipeServer, type World, worldOfTest } from "../../test/world.ts";
import { Group, GroupMember, Party } from "./group.ts";
import { PersistentNode } from "./persistent-node.ts";

it("is there until it is closed", async () => {
  const { zk } = await start();
  const node = new PersistentNode(zk, "/p/a", { data: "1" });
  await node.ready();
  expect(node.current).toBe("/p/a");
  expect((await zk.get("/p/a")).stat.ephemeralOwner).toBe(zk.sessionId);
  await node.close();
  expect(await zk.exists("/p/a")).toBeUndefined();
  expect(node.current).toBeUndefined();
  expect(zk.events.listenerCount("state")).toBe(0);
  await expect(node.setData("2")).rejects.toMatchObject({ code: "CLOSED" });
});

it("comes back with its last data when somebody deletes it", async () => {
  const { zk } = await start();
  await using node = new PersistentNode(zk, "/a", { data: "1", mode: "persistent" });
  await node.ready();
  await node.setData("2");
  for (let n = 0; n < 3; n++) {
    await zk.delete("/a");
    await vi.waitFor(async () => expect((await zk.get("/a")).data.toString()).toBe("2"));
  }
});

it("comes back in the next session", async () => {
  const { server, zk } = await start();
  await using node = new PersistentNode(zk, "/a", { data: "1" });
  const created = vi.fn();
  node.events.on("created", created);
  await node.ready();
  const before = zk.sessionId;
  await server.expireSession(before);
  await vi.waitFor(() => expect(created).toHaveBeenCalledTimes(2));
  const { stat } = await zk.get("/a");
  expect(stat.ephemeralOwner).not.toBe(before);
  expect(stat.ephemeralOwner).toBe(zk.sessionId);
});

it("stays where it is when the connection breaks", async () => {
  const { server, zk } = await start();
  await using node = new PersistentNode(zk, "/a");
  await node.ready();
  const before = await zk.exists("/a");
  await server.dropConnections();
  await node.setData("later");
  expect((await zk.get("/a")).stat.czxid).toBe(before?.czxid);
});

it("is created once although the reply is lost", async () => {
  const { server, zk } = await start();
  await zk.create("/p");
  for (const sequential of [false, true]) {
    const lost = server.loseNextReply({ opcode: OPCODE.create });
    await using node = new PersistentNode(zk, "/p/a", { sequential });
    await node.ready();
    await lost;
    expect((await zk.getChildren("/p")).children).toHaveLength(1);
    if (!sequential) expect((await zk.exists("/p/a"))?.version).toBe(0);
  }
  expect((await zk.getChildren("/p")).children).toEqual([]);
});

it("leaves nothing behind when it is closed before the lost reply is noticed", async () => {
  const { server, zk, client } = await start();
  const other = await client();
  await zk.create("/p");
  for (const sequential of [false, true]) {
    const lost = server.loseNextReply({ opcode: OPCODE.create, session: zk.sessionId });
    const node = new PersistentNode(zk, "/p/a", { sequential });
    await lost;
    await node.close();
    await vi.waitFor(async () => expect((await other.getChildren("/p")).children).toEqual([]));
  }
});

it("keeps a sequential name for as long as it is kept, in the next session, too", async () => {
  const { server, zk } = await start();
  await using node = new PersistentNode(zk, "/p/n-", { sequential: true });
  await node.ready();
  const path = node.current as string;
  expect(path).toMatch(/^\/p\/_c_[0-9a-f-]{36}-n-\d{10}$/);
  await zk.delete(path);
  await vi.waitFor(async () => expect((await zk.getChildren("/p")).children).toEqual([path.slice(3)]));
  await zk.create("/p/n-", "", { sequential: true });
  const before = zk.sessionId;
  await server.expireSession(before);
  await vi.waitFor(async () => {
    expect(zk.sessionId).not.toBe(before);
    expect((await zk.exists(path))?.ephemeralOwner).toBe(zk.sessionId);
  });
  await vi.waitFor(() => expect(node.current).toBe(path));
});

it("waits for the ephemeral of another session to go", async () => {
  const { zk, client } = await start();
  const other = await client();
  await other.create("/a", "other", { mode: "ephemeral" });
  await using node = new PersistentNode(zk, "/a", { data: "mine" });
  await expect(node.ready({ timeoutMs: 30 })).rejects.toMatchObject({ code: "TIMEOUT" });
  expect((await zk.get("/a")).data.toString()).toBe("other");
  await other.close();
  await node.ready();
  expect((await zk.get("/a")).data.toString()).toBe("mine");
});

it("replaces the ephemeral of another session if it is told to", async () => {
  const { zk, client } = await start();
  const other = await client();
  await other.create("/a", "other", { mode: "ephemeral" });
  await using node = new PersistentNode(zk, "/a", { data: "mine", foreign: "replace" });
  await node.ready();
  expect((await zk.get("/a")).stat.ephemeralOwner).toBe(zk.sessionId);
});

it("does not delete what another session put in its place", async () => {
  const { zk, client } = await start();
  const other = await client();
  const node = new PersistentNode(zk, "/a");
  await node.ready();
  await other.transaction().delete("/a").create("/a", "other", { mode: "ephemeral" }).commit();
  await node.close();
  expect((await zk.get("/a")).data.toString()).toBe("other");
});

it("deletes its own only, once, although the reply is lost: another session's stays", async () => {
  const { server, zk, client } = await start();
  const other = await client();
  const node = new PersistentNode(zk, "/a");
  await node.ready();
  const gone = new Promise<void>((resolve) => void other.exists("/a", { watch: () => resolve() }));
  server.refuseConnections(true);
  const lost = server.loseNextReply({ opcode: OPCODE.delete, session: zk.sessionId });
  const closed = node.close();
  await Promise.all([lost, gone]);
  await other.create("/a", "other", { mode: "ephemeral" });
  server.refuseConnections(false);
  await closed;
  expect((await zk.get("/a")).data.toString()).toBe("other");
});

it("deletes its own only, once, although the reply is lost: a later one of its session stays", async () => {
  const { server, zk } = await start();
  for (const mode of ["ephemeral", "persistent"] as const) {
    const node = new PersistentNode(zk, `/${mode}`, { mode });
    await node.ready();
    const lost = server.loseNextReply({ opcode: OPCODE.delete, session: zk.sessionId });
    const created = new Promise((resolve) =>
      // Before anything that is tried again.
      zk.events.once("state", () => resolve(zk.create(`/${mode}`, "later", { mode }))),
    );
    await Promise.all([lost, created, node.close()]);
    expect((await zk.get(`/${mode}`)).data.toString()).toBe("later");
  }
});

it("is deleted although somebody writes to it meanwhile", async () => {
  const { zk, client } = await start();
  const other = await client();
  const node = new PersistentNode(zk, "/a");
  await node.ready();
  const exists = zk.exists.bind(zk);
  vi.spyOn(zk, "exists").mockImplementationOnce(async (path) => {
    const stat = await exists(path);
    await other.set(path, "other");
    return stat;
  });
  await node.close();
  expect(await zk.exists("/a")).toBeUndefined();
});

it("tells what a server refuses, and goes on trying", async () => {
  const { zk } = await start();
  await using node = new PersistentNode(zk, "/missing/a", { parents: false });
  await expect(node.ready()).rejects.toMatchObject({ code: "NO_NODE" });
  await zk.create("/missing");
  await vi.waitFor(() => expect(node.current).toBe("/missing/a"));
});

it("keeps a time to live alive by a child, and the znode's watchers are not told", async () => {
  const { zk } = await start();
  await using node = new PersistentNode(zk, "/a", { mode: "ttl", ttlMs: 60, data: "1" });
  await node.ready();
  const changed = vi.fn();
  await zk.get("/a", { watch: changed });
  await vi.waitFor(async () => expect((await zk.exists("/a/touch"))?.version).toBeGreaterThan(2));
  expect(changed).not.toHaveBeenCalled();
  await node.close();
  expect(await zk.exists("/a")).toBeUndefined();
});

it("leaves its znode if it is closed so", async () => {
  const { zk } = await start();
  const node = new PersistentNode(zk, "/a", { mode: "persistent" });
  await node.ready();
  await node.close({ keep: true });
  expect(await zk.exists("/a")).toMatchObject({ version: 0, ephemeralOwner: 0n });
});

it("fails what waits when the client is closed", async () => {
  const { server, zk } = await start();
  server.refuseConnections(true);
  await server.dropConnections();
  const node = new PersistentNode(zk, "/a");
  const ready = node.ready();
  const reason = new Error("enough");
  await expect(node.ready({ signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
    code: "ABORTED",
    cause: reason,
  });
  await zk.close();
  await expect(ready).rejects.toMatchObject({ code: "CLOSED" });
  await node.close();
});

it("refuses options that do not go together", async () => {
  const { zk } = await start();
  expect(() => new PersistentNode(zk, "/a", { mode: "ttl" })).toThrow('ttlMs goes with mode "ttl"');
  expect(() => new PersistentNode(zk, "/a", { ttlMs: 10 })).toThrow('ttlMs goes with mode "ttl"');
  expect(() => new PersistentNode(zk, "/a", { mode: "persistent", sequential: true })).toThrow("sequential");
  expect(() => new GroupMember(zk, "/g", "a/b")).toThrow("without slashes");
});

it("shows a group's members to each other, with what they tell of themselves", async () => {
  const { zk, client } = await start();
  const other = await client();
  await using group = new Group(zk, "/g");
  await group.ready();
  const changes = group.changes();
  await using one = new GroupMember(zk, "/g", "one", { data: "1" });
  await one.ready();
  const two = new GroupMember(other, "/g", "two");
  await two.ready();
  await two.setData("2");
  await vi.waitFor(() =>
    expect([...one.group.members().values()].map(({ id, data }) => `${id} ${data}`)).toEqual(["one 1", "two 2"]),
  );
  await two.close();
  const told: string[] = [];
  for await (const change of changes) {
    if (change.type === "resync" || change.type === "resynchronized") continue;
    told.push(`${change.type} ${change.member.id}`);
    if (change.type === "left") break;
  }
  expect(told.filter((each) => each !== "changed two")).toEqual(["joined one", "joined two", "left two"]);
});

it("takes a member back after its session has expired", async () => {
  const { server, zk, client } = await start();
  const other = await client();
  await using member = new GroupMember(zk, "/g", "one");
  await using group = new Group(other, "/g");
  await Promise.all([member.ready(), group.ready()]);
  await vi.waitFor(() => expect(group.members().size).toBe(1));
  const changes = group.changes();
  await server.expireSession(zk.sessionId);
  expect((await changes.next()).value).toMatchObject({ type: "left", member: { id: "one" } });
  expect((await changes.next()).value).toMatchObject({ type: "joined", member: { id: "one" } });
});

it("ends a group's iterators with it", async () => {
  const { zk } = await start();
  const group = new Group(zk, "/g");
  await group.ready();
  const changes = group.changes();
  await group.close();
  expect((await changes.next()).done).toBe(true);
});

it("lists a party's participants in kazoo's layout", async () => {
  const { zk, client } = await start();
  const other = await client();
  await using one = new Party(zk, "/party", "one");
  await using two = new Party(other, "/party", "two");
  expect(await one.participants()).toEqual([]);
  await one.join();
  await two.join();
  await two.join();
  expect(await one.participants()).toEqual(["one", "two"]);
  expect((await zk.getChildren("/party")).children.every((name) => /^[0-9a-f]{32}__party__$/.test(name))).toBe(true);
  await two.leave();
  expect(two.participating).toBe(false);
  expect(await one.size()).toBe(1);
});

async function start(): Promise<{ server: RecipeServer; zk: Client; client: World["client"] }> {
  const { server, client } = await worldOfTest();
  return { server, zk: await client(), client };
}
