/**
 * What the client does with a server of either kind: Rookery in this process, or the server that ROOKERY_TEST_SERVER names
 * (`host:port`; `tools/interop/client/run.sh` starts Apache ZooKeeper for it). ROOKERY_TEST_SASL is `user:password` of a server that speaks SASL.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { startTestServer, type TestServer } from "@rookery/server/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CallMessage,
  type Client,
  type ConnectOptions,
  CoordinationError,
  CREATOR_ALL_ACL,
  connect,
  digestId,
  Permission,
  READ_ACL,
  TransactionError,
  type WatchEvent,
} from "../src/index.ts";

const elsewhere = process.env.ROOKERY_TEST_SERVER;
const sasl = process.env.ROOKERY_TEST_SASL?.split(":");

let server: TestServer | undefined;
let address: string;
/** Of this run, so that a server may be used again. */
let root: string;

beforeAll(async () => {
  if (elsewhere === undefined) server = await startTestServer();
  address = elsewhere ?? (server?.connectString as string);
  root = `/run-${Date.now()}-${process.pid}`;
  await using zk = await connect(address);
  await zk.create(root);
});

afterAll(async () => {
  await using zk = await connect(address, { auth: [{ scheme: "digest", credentials: "ann:secret" }] });
  await zk.deleteRecursive(root);
  expect(await zk.exists(root)).toBeUndefined();
  await zk.close();
  await server?.stop();
});

let folders = 0;

/** A client whose root is a folder of its own. */
async function open(options?: ConnectOptions): Promise<Client> {
  const path = `${root}/${folders++}`;
  {
    await using zk = await connect(address);
    await zk.create(path);
  }
  return connect(`${address}${path}`, options);
}

/** Resolves with what the watch says next. */
async function nextOf(watch: AsyncIterator<WatchEvent>): Promise<WatchEvent> {
  const { done, value } = await watch.next();
  expect(done).toBe(false);
  return value as WatchEvent;
}

function code(expected: string, also: object = {}): unknown {
  return expect.objectContaining({ code: expected, ...also });
}

describe("znodes", () => {
  it("are created with data, read, changed and deleted", async () => {
    await using zk = await open();
    const { path, stat } = await zk.create("/a", "one");
    expect(path).toBe("/a");
    expect(stat).toMatchObject({ version: 0, dataLength: 3, numChildren: 0, ephemeralOwner: 0n, czxid: stat.mzxid });
    expect(Math.abs(stat.ctimeMs - Date.now())).toBeLessThan(60_000);
    const read = await zk.get("/a");
    expect(read.data.toString()).toBe("one");
    expect(read.stat).toEqual(stat);
    const changed = await zk.set("/a", new Uint8Array([0, 255]), { version: 0 });
    expect(changed).toMatchObject({ version: 1, dataLength: 2, czxid: stat.czxid });
    expect([...(await zk.get("/a")).data]).toEqual([0, 255]);
    expect(await zk.exists("/a")).toEqual(changed);
    expect(zk.lastZxid).toBeGreaterThanOrEqual(changed.mzxid);
    await zk.delete("/a", { version: 1 });
    expect(await zk.exists("/a")).toBeUndefined();
  });

  it("may be empty, and as large as a request", async () => {
    await using zk = await open();
    await zk.create("/empty");
    expect((await zk.get("/empty")).data).toHaveLength(0);
    const large = Buffer.alloc(1_000_000, "abcdefghij");
    await zk.create("/large", large);
    expect((await zk.get("/large")).data.equals(large)).toBe(true);
  });

  it("fail with a code, the path as the caller wrote it, and whether the write may have been applied", async () => {
    await using zk = await open();
    await zk.create("/a/b", "", { parents: true });
    const not = { outcome: "not-applied" };
    await expect(zk.create("/a")).rejects.toThrow(code("NODE_EXISTS", { path: "/a", operation: "create", ...not }));
    await expect(zk.create("/x/y")).rejects.toThrow(code("NO_NODE", { path: "/x/y", ...not }));
    await expect(zk.get("/x")).rejects.toThrow(code("NO_NODE", { path: "/x", operation: "getData" }));
    await expect(zk.set("/a", "", { version: 7 })).rejects.toThrow(code("BAD_VERSION", { path: "/a" }));
    await expect(zk.delete("/a")).rejects.toThrow(code("NOT_EMPTY", { path: "/a" }));
    await zk.create("/e", "", { mode: "ephemeral" });
    await expect(zk.create("/e/f")).rejects.toThrow(code("NO_CHILDREN_FOR_EPHEMERALS", { path: "/e/f" }));
    await expect(zk.getChildren("/nope")).rejects.toBeInstanceOf(CoordinationError);
  });

  it("have children, in numbers too", async () => {
    await using zk = await open();
    await Promise.all(["b", "a", "c"].map((name) => zk.create(`/${name}`)));
    await zk.create("/a/deep");
    const { children, stat } = await zk.getChildren("/");
    expect([...children].sort()).toEqual(["a", "b", "c"]);
    expect(stat).toMatchObject({ numChildren: 3, cversion: 3 });
    expect(await zk.getAllChildrenNumber("/")).toBe(4);
  });

  it("are numbered in sequence", async () => {
    await using zk = await open();
    const first = await zk.create("/job-", "", { sequential: true });
    const second = await zk.create("/job-", "", { sequential: true });
    const bare = await zk.create("/", "", { sequential: true });
    expect([first.path, second.path, bare.path]).toEqual(["/job-0000000000", "/job-0000000001", "/0000000002"]);
  });

  it("are ephemeral, and belong to the session until it ends", async () => {
    await using zk = await open();
    const owner = await connect(`${address}${zk.chroot}`);
    const { stat } = await owner.create("/mine", "", { mode: "ephemeral" });
    const { path } = await owner.create("/mine-", "", { mode: "ephemeral", sequential: true });
    expect(stat.ephemeralOwner).toBe(owner.sessionId);
    expect([...(await owner.getEphemerals())].sort()).toEqual(["/mine", path]);
    expect(await zk.getEphemerals()).toEqual([]);
    let tell: (event: WatchEvent) => void = () => {};
    const gone = new Promise<WatchEvent>((resolve) => {
      tell = resolve;
    });
    await zk.exists("/mine", { watch: tell });
    await owner.close();
    expect(await gone).toEqual({ type: "deleted", path: "/mine" });
  });

  it("are containers or have a time to live", async () => {
    await using zk = await open();
    expect((await zk.create("/box", "", { mode: "container" })).path).toBe("/box");
    expect((await zk.create("/soon", "", { mode: "ttl", ttlMs: 60_000 })).path).toBe("/soon");
    expect((await zk.create("/soon-", "", { mode: "ttl", ttlMs: 60_000, sequential: true })).path).toMatch(
      /^\/soon-\d{10}$/,
    );
  });

  it("are created with what is missing above them, and deleted with what is below", async () => {
    await using zk = await open();
    await zk.create("/a/b/c/d", "x", { parents: true });
    await zk.ensurePath("/a/b/c/d");
    await zk.ensurePath("/a/e/f");
    await zk.create("/boxes/1", "", { parents: "container" });
    const paths: string[] = [];
    for await (const path of zk.subtree("/a")) paths.push(path);
    expect(paths.sort()).toEqual(["/a", "/a/b", "/a/b/c", "/a/b/c/d", "/a/e", "/a/e/f"]);
    expect(await zk.deleteRecursive("/a")).toBe(6);
    expect(await zk.deleteRecursive("/a")).toBe(0);
  });

  it("are below the chroot, which can be created", async () => {
    await using zk = await open();
    await using deep = await connect(`${address}${zk.chroot}/new/chroot`);
    await expect(deep.create("/a")).rejects.toThrow(code("NO_NODE", { path: "/a" }));
    await deep.ensurePath("/");
    expect((await deep.create("/a", "x")).path).toBe("/a");
    expect((await zk.get("/new/chroot/a")).data.toString()).toBe("x");
    const view = zk.namespace("/new").namespace("/chroot");
    expect((await view.getChildren("/")).children).toEqual(["a"]);
    await zk.create("/new/chroot-like", "", { mode: "ephemeral" });
    expect(await view.getEphemerals()).toEqual([]);
  });

  it("show everything committed before a sync", async () => {
    await using zk = await open();
    await zk.create("/a");
    await zk.sync("/a");
    await zk.sync();
  });

  it("take a thousand calls at once, and answer them in order", async () => {
    await using zk = await open({ inFlightMax: 100 });
    const order: number[] = [];
    await Promise.all(Array.from({ length: 1000 }, (_, at) => zk.create(`/${at}`).then(() => order.push(at))));
    expect(order).toEqual(Array.from({ length: 1000 }, (_, at) => at));
    expect(await zk.deleteRecursive("/0")).toBe(1);
  });
});

describe("transactions", () => {
  it("apply all, with a typed result for each operation", async () => {
    await using zk = await open();
    await zk.create("/a", "1");
    const [none, created, box, stat, numbered, , last] = await zk
      .transaction()
      .check("/a", { version: 0 })
      .create("/b", "x")
      .create("/box", "", { mode: "container" })
      .set("/a", "22")
      .create("/n-", "", { mode: "ephemeral", sequential: true })
      .delete("/b")
      .create("/t", "", { mode: "ttl", ttlMs: 60_000 })
      .commit();
    expect(none).toBeUndefined();
    expect(created.path).toBe("/b");
    expect(created.stat.czxid).toBe(stat.mzxid);
    expect(box.path).toBe("/box");
    expect(stat).toMatchObject({ version: 1, dataLength: 2 });
    expect(numbered.path).toMatch(/^\/n-\d{10}$/);
    expect(numbered.stat.ephemeralOwner).toBe(zk.sessionId);
    expect(last.path).toBe("/t");
    expect(await zk.exists("/b")).toBeUndefined();
  });

  it("apply nothing if one operation fails, and say which", async () => {
    await using zk = await open();
    const failed = zk.transaction().create("/a").delete("/missing").create("/b").commit();
    await expect(failed).rejects.toBeInstanceOf(TransactionError);
    await expect(failed).rejects.toThrow(
      code("NO_NODE", { index: 1, path: "/missing", operation: "delete", outcome: "not-applied" }),
    );
    expect((await zk.getChildren("/")).children).toEqual([]);
  });

  it("of no operations are done at once", async () => {
    await using zk = await open();
    expect(await zk.transaction().commit()).toEqual([]);
    expect(await zk.reads().commit()).toEqual([]);
  });

  it("read several znodes at one moment, and report those that are missing in their place", async () => {
    await using zk = await open();
    await zk.create("/a", "1");
    const [data, missing, children] = await zk.reads().get("/a").get("/nope").getChildren("/").commit();
    expect(data).toMatchObject({ data: Buffer.from("1"), stat: { version: 0 } });
    expect(missing).toMatchObject({ code: "NO_NODE", path: "/nope" });
    expect(children).toEqual(["a"]);
  });
});

describe("one-shot watches", () => {
  it("are called once, before the reply that shows the change", async () => {
    await using zk = await open();
    await zk.create("/a");
    const said: unknown[] = [];
    const listener = (event: WatchEvent) => void said.push(event);
    await zk.get("/a", { watch: listener });
    await zk.getChildren("/a", { watch: listener });
    await zk.exists("/b", { watch: listener });
    await zk.set("/a", "1");
    expect(said.splice(0)).toEqual([{ type: "changed", path: "/a" }]);
    await zk.set("/a", "2");
    await zk.create("/a/c");
    expect(said.splice(0)).toEqual([{ type: "childrenChanged", path: "/a" }]);
    await zk.create("/b");
    expect(said.splice(0)).toEqual([{ type: "created", path: "/b" }]);
    await zk.exists("/b", { watch: listener });
    await zk.getChildren("/b", { watch: listener });
    await zk.delete("/b");
    expect(said.splice(0)).toEqual([{ type: "deleted", path: "/b" }]);
  });

  it("are not called after unwatch, while others on the same path still are", async () => {
    await using zk = await open();
    await zk.create("/a");
    const said: string[] = [];
    const one = () => void said.push("one");
    const two = () => void said.push("two");
    await zk.get("/a", { watch: one });
    await zk.get("/a", { watch: two });
    await zk.unwatch("/a", one);
    await zk.set("/a", "1");
    expect(said).toEqual(["two"]);
    await zk.get("/a", { watch: one });
    await zk.getChildren("/a", { watch: one });
    await zk.unwatch("/a", one);
    await zk.unwatch("/a", one);
    await zk.set("/a", "2");
    await zk.create("/a/b");
    expect(said).toEqual(["two"]);
  });

  it("that were asked for before another one's unwatch and answered after it are not lost", async () => {
    await using zk = await open();
    await zk.create("/a");
    const said: string[] = [];
    const one = () => void said.push("one");
    await zk.get("/a", { watch: one });
    const asked = zk.get("/a", { watch: () => said.push("two") });
    await Promise.all([zk.unwatch("/a", one), asked]);
    await zk.sync();
    await zk.set("/a", "1");
    expect(said).toEqual(["two"]);
  });
});

describe("watches that stay", () => {
  it("tell every change of a znode and of its children, in order", async () => {
    await using zk = await open();
    await using watch = await zk.watch("/a");
    await zk.create("/a");
    await zk.set("/a", "1");
    await zk.create("/a/b");
    await zk.set("/a/b", "unseen");
    await zk.delete("/a/b");
    await zk.delete("/a");
    const said: string[] = [];
    for await (const { type, path } of watch) {
      expect(path).toBe("/a");
      said.push(type);
      if (type === "deleted") break;
    }
    expect(said).toEqual(["created", "changed", "childrenChanged", "childrenChanged", "deleted"]);
  });

  it("tell every change below, if they are recursive", async () => {
    await using zk = await open();
    const said: WatchEvent[] = [];
    const watch = await zk.watch("/", { recursive: true, onEvent: (event) => said.push(event) });
    await zk.create("/a/b", "", { parents: true });
    await zk.set("/a/b", "1");
    await zk.deleteRecursive("/a");
    expect(said.splice(0)).toEqual([
      { type: "created", path: "/a" },
      { type: "created", path: "/a/b" },
      { type: "changed", path: "/a/b" },
      { type: "deleted", path: "/a/b" },
      { type: "deleted", path: "/a" },
    ]);
    await watch.close();
    await zk.create("/a");
    expect(said).toEqual([]);
  });

  it("of different kinds on one path are told and closed apart", async () => {
    await using zk = await open();
    const said: string[] = [];
    const of = (name: string, recursive: boolean) =>
      zk.watch("/a", { recursive, onEvent: ({ type }) => said.push(`${name} ${type}`) });
    const plain = await of("plain", false);
    const other = await of("other", false);
    const deep = await of("deep", true);
    await zk.create("/a");
    expect(said.splice(0)).toEqual(["plain created", "other created", "deep created"]);
    await plain.close();
    await zk.set("/a", "1");
    expect(said.splice(0)).toEqual(["other changed", "deep changed"]);
    await deep.close();
    await zk.create("/a/b");
    expect(said.splice(0)).toEqual(["other childrenChanged"]);
    await other.close();
    await zk.set("/a", "2");
    expect(said).toEqual([]);
  });

  it("are forgotten by the server when they are closed, and so are one-shot watches", async () => {
    await using zk = await open();
    await zk.create("/a");
    const errors: unknown[] = [];
    const onEnd = (message: unknown) => {
      const { operation, error } = message as CallMessage;
      if (operation === "removeWatches") errors.push(error?.code);
    };
    subscribe("rookery:client:call:end", onEnd);
    const watches = [await zk.watch("/a"), await zk.watch("/a", { recursive: true })];
    const listener = () => {};
    await zk.exists("/a", { watch: listener });
    await zk.exists("/b", { watch: listener });
    await zk.getChildren("/a", { watch: listener });
    await Promise.all(watches.map((watch) => watch.close()));
    await zk.unwatch("/a", listener);
    await zk.unwatch("/b", listener);
    unsubscribe("rookery:client:call:end", onEnd);
    expect(errors).toEqual([undefined, undefined, undefined, undefined, undefined]);
    const { eventsReceived } = zk.stats;
    await zk.set("/a", "1");
    await zk.create("/b");
    await zk.create("/a/c");
    expect(zk.stats.eventsReceived).toBe(eventsReceived);
  });

  it("become a gap when their reader lags behind", async () => {
    await using zk = await open();
    await zk.create("/a");
    const watch = await zk.watch("/a", { bufferMax: 3 });
    for (let at = 0; at < 5; at++) await zk.set("/a", `${at}`);
    expect(await nextOf(watch)).toEqual({ type: "gap", path: "/a", reason: "overflow" });
    expect(await nextOf(watch)).toEqual({ type: "changed", path: "/a" });
    await watch.close();
    expect(await watch.next()).toEqual({ done: true, value: undefined });
  });

  it("end their loops when the client is closed", async () => {
    const zk = await open();
    const watch = await zk.watch("/a");
    const ended = (async () => {
      for await (const _ of watch);
      return "ended";
    })();
    await zk.close();
    expect(await ended).toBe("ended");
  });
});

describe("access", () => {
  it("is given to whoever the ACL names", async () => {
    await using zk = await open({ auth: [{ scheme: "digest", credentials: "ann:secret" }] });
    await using other = await connect(`${address}${zk.chroot}`);
    await zk.create("/private", "", { acl: CREATOR_ALL_ACL });
    const id = digestId("ann:secret");
    expect((await zk.getAcl("/private")).acl).toEqual([{ perms: Permission.ALL, scheme: "digest", id }]);
    await expect(other.get("/private")).rejects.toThrow(code("NO_AUTH", { path: "/private" }));
    await other.addAuth("digest", "ann:secret");
    expect((await other.get("/private")).stat.aversion).toBe(0);
    const stat = await other.setAcl("/private", READ_ACL, { version: 0 });
    expect(stat.aversion).toBe(1);
    await expect(zk.set("/private", "")).rejects.toThrow(code("NO_AUTH"));
    expect(await other.whoAmI()).toContainEqual({ scheme: "digest", id: "ann" });
  });

  it("is what the client's acl says, unless a create says otherwise", async () => {
    await using zk = await open({ acl: READ_ACL });
    await using other = await connect(`${address}${zk.chroot}`);
    await other.setAcl("/", [{ perms: Permission.ALL, scheme: "world", id: "anyone" }]);
    await zk.create("/a");
    expect((await zk.getAcl("/a")).acl).toEqual(READ_ACL);
  });

  it("is refused for a malformed ACL by the server", async () => {
    await using zk = await open();
    await expect(zk.create("/a", "", { acl: [{ perms: 31, scheme: "nope", id: "" }] })).rejects.toThrow(
      code("INVALID_ACL"),
    );
  });

  it.runIf(sasl !== undefined)("is given after SASL DIGEST-MD5, with passwords of any characters", async () => {
    const [user = "", password = ""] = sasl as string[];
    await using zk = await open({ sasl: { user, password } });
    expect(await zk.whoAmI()).toContainEqual({ scheme: "sasl", id: user });
  });

  it.runIf(sasl !== undefined)("is refused for good after a wrong SASL password", async () => {
    const refused = connect(address, { sasl: { user: sasl?.[0] ?? "", password: "wrong" } });
    await expect(refused).rejects.toThrow(code("AUTH_FAILED"));
  });

  it.runIf(sasl === undefined)("is refused for good by a server that speaks no SASL", async () => {
    await expect(connect(address, { sasl: { user: "u", password: "p" } })).rejects.toThrow(code("AUTH_FAILED"));
  });
});

describe("sessions", () => {
  it("are taken up by another client with their credentials", async () => {
    const first = await open();
    await first.create("/mine", "", { mode: "ephemeral" });
    const { sessionId, chroot } = first;
    const session = first.detach();
    expect(first.state).toBe("closed");
    await using second = await connect(`${address}${chroot}`, { session });
    expect(second.sessionId).toBe(sessionId);
    expect((await second.exists("/mine"))?.ephemeralOwner).toBe(sessionId);
  });

  it("that are over cannot be taken up: the next one begins, or connect fails", async () => {
    const first = await open();
    const session = first.credentials;
    await first.close();
    await using second = await connect(address, { session });
    expect(second.sessionId).not.toBe(session.id);
    await expect(connect(address, { session, renewSession: false })).rejects.toThrow(code("SESSION_EXPIRED"));
  });

  it("have the timeout that the server grants", async () => {
    await using zk = await open({ sessionTimeoutMs: 5000 });
    expect(zk.sessionTimeoutMs).toBe(5000);
    expect(zk.state).toBe("connected");
    expect(zk.server).toContain(address);
  });

  it("show the ensemble's configuration, or that there is none", async () => {
    await using zk = await open();
    const said = await zk.getConfig({ watch: () => {} }).catch((error: CoordinationError) => error.code);
    expect(typeof said === "string" ? said : said.data.toString()).toMatch(/^$|NO_NODE|server\.|version=/);
    await expect(zk.reconfigure({ joining: "server.9=127.0.0.1:1:2;3" })).rejects.toBeInstanceOf(CoordinationError);
  });
});
