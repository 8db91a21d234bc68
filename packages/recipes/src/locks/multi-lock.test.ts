import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWorld, untilAborted, type World } from "../../test/world.ts";
import { MultiLock } from "./multi-lock.ts";
import { Mutex } from "./mutex.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

async function mutexes(...paths: readonly string[]): Promise<Mutex[]> {
  const client = await world.client();
  return paths.map((path) => new Mutex(client, path));
}

describe("several locks as one", () => {
  it("are held together, each with its own token", async () => {
    const all = await mutexes("/b", "/a");
    const lease = await new MultiLock(all).acquire();
    expect(lease.leases.map(({ path }) => path.slice(0, 2))).toEqual(["/b", "/a"]);
    expect(lease.token).toBe(lease.leases[0]?.token);
    const [other] = (await mutexes("/a")) as [Mutex];
    expect(await other.tryAcquire()).toBeUndefined();
    await lease.release();
    expect(lease.signal.aborted).toBe(true);
    await world.expectNothingLeft("/a", "/b");
  });

  it("are none if one is not to be had", async () => {
    const [b] = (await mutexes("/b")) as [Mutex];
    const lease = await b.acquire();
    const both = new MultiLock(await mutexes("/a", "/b"));
    expect(await both.tryAcquire()).toBeUndefined();
    await expect(both.acquire({ timeoutMs: 60 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await lease.release();
    await world.expectNothingLeft("/a", "/b");
  });

  it("never wait for each other, in whatever order they were given", async () => {
    const one = new MultiLock(await mutexes("/a", "/b"));
    const other = new MultiLock(await mutexes("/b", "/a"));
    let holders = 0;
    const act = (lock: MultiLock) =>
      lock.withLock(async () => {
        expect(++holders).toBe(1);
        await world.children("/a");
        holders--;
      });
    await Promise.all([1, 2, 3].flatMap(() => [act(one), act(other)]));
    await world.expectNothingLeft("/a", "/b");
  });

  it("are lost when one is lost", async () => {
    const lease = await new MultiLock(await mutexes("/a", "/b")).acquire();
    await (await world.client()).delete(lease.leases[1]?.path ?? "");
    await untilAborted(lease.signal);
    expect(lease.signal.reason).toMatchObject({ code: "NO_NODE" });
    expect(lease.leases[0]?.signal.aborted).toBe(false);
    await lease.release();
    await world.expectNothingLeft("/a", "/b");
  });

  it("are acquired anew if one is lost while another is waited for", async () => {
    const [b] = (await mutexes("/b")) as [Mutex];
    const held = await b.acquire();
    const waiting = new MultiLock(await mutexes("/a", "/b")).acquire();
    await expect.poll(async () => (await world.children("/b")).length).toBe(2);
    const [lost] = await world.children("/a");
    await (await world.client()).delete(`/a/${lost}`);
    await expect.poll(async () => (await world.children("/b")).length).toBe(2);
    await held.release();
    const lease = await waiting;
    expect(lease.signal.aborted).toBe(false);
    expect(lease.leases[0]?.path).not.toBe(`/a/${lost}`);
    await lease.release();
    await world.expectNothingLeft("/a", "/b");
  });

  it("must not be none, nor twice the same", async () => {
    const twice = await mutexes("/a", "/a");
    for (const locks of [[], twice])
      expect(() => new MultiLock(locks)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENTS" }));
  });
});
