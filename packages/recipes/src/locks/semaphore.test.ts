import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPCODE, startWorld, untilAborted, type World } from "../../test/world.ts";
import type { LockLease } from "../support/hold.ts";
import { Semaphore, type SemaphoreOptions } from "./semaphore.ts";

const PATH = "/semaphores/one";
const LEASES = `${PATH}/leases`;
const LOCKS = `${PATH}/locks`;

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

async function semaphores(count: number, options: SemaphoreOptions): Promise<Semaphore[]> {
  return Promise.all(Array.from({ length: count }, async () => new Semaphore(await world.client(), PATH, options)));
}

/** Resolves when so many stand in the queue. */
async function queued(count: number): Promise<void> {
  await expect.poll(async () => (await world.children(LOCKS)).length).toBe(count);
}

describe("a semaphore", () => {
  it("has as many holders as its limit, each with its own token", async () => {
    const all = await semaphores(6, { limit: 2 });
    const tokens: bigint[] = [];
    let holders = 0;
    let most = 0;
    const full = new AbortController();
    const act = async (each: Semaphore) =>
      each.withLock(async ({ token }) => {
        tokens.push(token);
        most = Math.max(most, ++holders);
        if (holders === 2) full.abort();
        await untilAborted(full.signal);
        await world.children(LEASES);
        holders--;
      });
    await Promise.all(all.map(act));
    expect(most).toBe(2);
    expect(new Set(tokens).size).toBe(6);
    await world.expectNothingLeft(LEASES, LOCKS);
  });

  it("has Curator's layout", async () => {
    const [one] = (await semaphores(1, { limit: 1, id: "me" })) as [Semaphore];
    await using lease = await one.acquire();
    expect(lease.path).toMatch(/^\/semaphores\/one\/leases\/_c_[0-9a-f-]{36}-lease-[0-9]{10}$/);
    expect(await one.holders()).toMatchObject([{ id: "me", path: lease.path, token: lease.token }]);
    await queued(0);
  });

  it("gives leases in the order in which they were asked for", async () => {
    const all = await semaphores(4, { limit: 1 });
    const first = await (all[0] as Semaphore).acquire();
    const order: number[] = [];
    const waiting: Promise<LockLease>[] = [];
    for (const [at, each] of all.slice(1).entries()) {
      const acquired = each.acquire();
      waiting.push(acquired);
      void acquired.then(() => order.push(at));
      await queued(at + 1);
    }
    await first.release();
    for (const each of waiting) await (await each).release();
    expect(order).toEqual([0, 1, 2]);
    await world.expectNothingLeft(LEASES, LOCKS);
  });

  it("gives several leases together or none", async () => {
    const [a, b] = (await semaphores(2, { limit: 3 })) as [Semaphore, Semaphore];
    const held = await a.acquireMany(2);
    expect(held).toHaveLength(2);
    expect(await b.tryAcquireMany(2)).toBeUndefined();
    const waiting = b.acquireMany(2);
    await queued(1);
    // One is free, but is not for those who come later.
    expect(await a.tryAcquire()).toBeUndefined();
    await held[0]?.release();
    const others = await waiting;
    expect(new Set(others.map(({ path }) => path)).size).toBe(2);
    for (const each of [...others, ...held]) await each.release();
    await expect(a.acquireMany(4)).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
    await world.expectNothingLeft(LEASES, LOCKS);
  });

  it("does not refuse a lease that is free to several that try at once", async () => {
    const all = await semaphores(4, { limit: 4 });
    const leases = await Promise.all(all.map((each) => each.tryAcquire()));
    expect(leases.every((each) => each !== undefined)).toBe(true);
    expect(await (all[0] as Semaphore).tryAcquire()).toBeUndefined();
    await Promise.all(leases.map((each) => each?.release()));
    await world.expectNothingLeft(LEASES, LOCKS);
  });

  it.each([
    ["int32", (count: number) => Buffer.from([0, 0, 0, count])],
    ["text", (count: number) => String(count)],
  ] as const)("follows a limit that a znode holds, in the format %s", async (format, write) => {
    const client = await world.client();
    await client.create("/limit", write(1));
    const [a, b] = (await semaphores(2, { limit: { path: "/limit", format } })) as [Semaphore, Semaphore];
    const first = await a.acquire();
    const waiting = b.acquire();
    await queued(1);
    await client.set("/limit", write(2));
    const second = await waiting;
    await client.set("/limit", write(1));
    await first.release();
    expect(second.signal.aborted).toBe(false);
    expect(await a.tryAcquire()).toBeUndefined();
    await second.release();
    await (await a.acquire()).release();
    await world.expectNothingLeft(LEASES, LOCKS);
  });

  it("says so if the limit's znode is missing or holds no count", async () => {
    const [a] = (await semaphores(1, { limit: { path: "/limit" } })) as [Semaphore];
    await expect(a.acquire()).rejects.toMatchObject({ code: "NO_NODE" });
    await (await world.client()).create("/limit", "many");
    await (await world.client()).set("/limit", "a lot");
    await expect(a.acquire()).rejects.toMatchObject({ code: "BAD_ARGUMENTS", path: "/limit" });
    await world.expectNothingLeft(LEASES, LOCKS);
  });

  it("leaves nothing behind when waiting is given up, in the queue or at its head", async () => {
    const [a, b, c] = (await semaphores(3, { limit: 1 })) as [Semaphore, Semaphore, Semaphore];
    const lease = await a.acquire();
    const head = b.acquire({ timeoutMs: 150 });
    head.catch(() => {});
    await queued(1);
    const second = c.acquire({ timeoutMs: 80 });
    await expect(second).rejects.toMatchObject({ code: "TIMEOUT" });
    await expect(head).rejects.toMatchObject({ code: "TIMEOUT" });
    await lease.release();
    await world.expectNothingLeft(LEASES, LOCKS);
  });

  it("leaves no orphan when the replies to its creates are lost", async () => {
    const [a, b] = (await semaphores(2, { limit: 1 })) as [Semaphore, Semaphore];
    await (await a.acquire()).release();
    const lost = world.server.loseNextReply({ opcode: OPCODE.create });
    const waiting = a.acquire();
    await lost;
    void world.server.loseNextReply({ opcode: OPCODE.create });
    const lease = await waiting;
    expect(lease.signal.aborted).toBe(false);
    expect(await world.children(LEASES)).toHaveLength(1);
    await lease.release();
    await (await b.acquire({ timeoutMs: 2000 })).release();
    await world.expectNothingLeft(LEASES, LOCKS);
  });

  it("aborts a lease when the connection breaks, and gives it to another when the session expires", async () => {
    const client = await world.client();
    const [b] = (await semaphores(1, { limit: 1 })) as [Semaphore];
    const lease = await new Semaphore(client, PATH, { limit: 1 }).acquire();
    const waiting = b.acquire();
    await queued(1);
    await world.server.dropConnections({ session: client.sessionId });
    await untilAborted(lease.signal);
    await expect.poll(() => client.state).toBe("connected");
    await world.server.expireSession(client.sessionId);
    const next = await waiting;
    expect(next.token > lease.token).toBe(true);
    await next.release();
    await world.expectNothingLeft(LEASES, LOCKS);
  });

  it("is waited for across broken connections and expired sessions", async () => {
    const [a] = (await semaphores(1, { limit: 1 })) as [Semaphore];
    const client = await world.client();
    const lease = await a.acquire();
    const waiting = new Semaphore(client, PATH, { limit: 1 }).acquire();
    await queued(1);
    await world.server.dropConnections({ session: client.sessionId });
    await expect.poll(() => client.stats.connections).toBe(2);
    await world.server.expireSession(client.sessionId);
    await expect.poll(() => client.stats.sessions).toBe(2);
    await lease.release();
    await (await waiting).release();
    await world.expectNothingLeft(LEASES, LOCKS);
  });

  it("refuses options that make no sense", async () => {
    const client = await world.client();
    for (const limit of [0, 1.5, -1, undefined, { path: "x" }, { path: "/x", format: "hex" }])
      expect(() => new Semaphore(client, PATH, { limit: limit as never })).toThrow(
        expect.objectContaining({ code: "BAD_ARGUMENTS" }),
      );
  });
});
