import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canRestart, OPCODE, startWorld, untilAborted, type World } from "../../test/world.ts";
import type { LockLease } from "../support/hold.ts";
import { plainName } from "../support/protected-create.ts";
import { Mutex } from "./mutex.ts";
import { requestRevocation } from "./queue-lock.ts";

const PATH = "/locks/one";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

async function mutexes(count: number, options = {}): Promise<Mutex[]> {
  return Promise.all(Array.from({ length: count }, async () => new Mutex(await world.client(), PATH, options)));
}

/** Resolves when so many hold or wait. */
async function queued(count: number): Promise<void> {
  await expect.poll(async () => (await world.children(PATH)).length).toBe(count);
}

describe("a mutex", () => {
  it("is held by one at a time, in the order in which they asked, with tokens that ascend", async () => {
    const all = await mutexes(4);
    const order: number[] = [];
    const tokens: bigint[] = [];
    let holders = 0;
    const everybody = new AbortController();
    const done: Promise<void>[] = [];
    for (const [at, mutex] of all.entries()) {
      done.push(
        mutex.withLock(async (lease) => {
          expect(++holders).toBe(1);
          await untilAborted(everybody.signal);
          order.push(at);
          tokens.push(lease.token);
          holders--;
        }),
      );
      await queued(at + 1);
    }
    everybody.abort();
    await Promise.all(done);
    expect(order).toEqual([0, 1, 2, 3]);
    expect([...tokens].sort((a, b) => Number(a - b))).toEqual(tokens);
    await world.expectNothingLeft(PATH);
  });

  it("has Curator's layout", async () => {
    const [mutex] = (await mutexes(1)) as [Mutex];
    await using lease = await mutex.acquire();
    const name = lease.path.slice(PATH.length + 1);
    expect(name).toMatch(/^_c_[0-9a-f-]{36}-lock-[0-9]{10}$/);
    expect(plainName(name)).toMatch(/^lock-[0-9]{10}$/);
  });

  it("waits for whoever has digits below, whatever its name", async () => {
    const client = await world.client();
    const kazoo = await client.create(`${PATH}/abc__lock__`, "", {
      mode: "ephemeral",
      sequential: true,
      parents: true,
    });
    const [mutex] = (await mutexes(1)) as [Mutex];
    expect(await mutex.tryAcquire()).toBeUndefined();
    const waiting = mutex.acquire();
    await queued(2);
    await client.delete(kazoo.path);
    await (await waiting).release();
  });

  it("wakes one, when it is released", async () => {
    const all = await mutexes(4);
    const first = await (all[0] as Mutex).acquire();
    const clients = await Promise.all([1, 2, 3].map(() => world.client()));
    const waiting: Promise<LockLease>[] = [];
    for (const [at, client] of clients.entries()) {
      waiting.push(new Mutex(client, PATH).acquire());
      await queued(at + 2);
      // The predecessor is watched before anything else happens.
      await expect.poll(() => client.stats.inFlight).toBe(0);
    }
    const before = clients.map(({ stats }) => stats.eventsReceived);
    await first.release();
    const second = await (waiting[0] as Promise<LockLease>);
    expect(clients.map(({ stats }, at) => stats.eventsReceived - (before[at] as number))).toEqual([1, 0, 0]);
    await second.release();
    for (const each of waiting.slice(1)) await (await each).release();
    await world.expectNothingLeft(PATH);
  });

  it("is not waited for by tryAcquire, which leaves nothing behind", async () => {
    const [a, b] = (await mutexes(2)) as [Mutex, Mutex];
    const lease = await a.tryAcquire();
    expect(lease?.path).toMatch(/^.+-lock-\d{10}$/);
    expect(await b.tryAcquire()).toBeUndefined();
    await queued(1);
    await lease?.release();
    const next = await b.tryAcquire();
    expect(next?.token).toBeGreaterThan(lease?.token as bigint);
    await next?.release();
    await world.expectNothingLeft(PATH);
  });

  it("tells who holds it and who waits", async () => {
    const a = new Mutex(await world.client(), PATH, { id: "a" });
    const b = new Mutex(await world.client(), PATH, { id: "b" });
    expect(await a.contenders()).toEqual([]);
    const lease = await a.acquire();
    const waiting = b.acquire();
    await queued(2);
    const [first, second] = await b.contenders();
    expect(first).toMatchObject({ id: "a", path: lease.path, token: lease.token });
    expect(second?.id).toBe("b");
    await lease.release();
    await (await waiting).release();
  });

  it("is released when what is done under it fails", async () => {
    const [mutex] = (await mutexes(1)) as [Mutex];
    const failing = mutex.withLock(() => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await world.expectNothingLeft(PATH);
  });

  it("aborts the signal of a lease that is released, and releases once", async () => {
    const [a, b] = (await mutexes(2)) as [Mutex, Mutex];
    const lease = await a.acquire();
    const released = lease.release();
    expect(lease.signal.aborted).toBe(true);
    expect(lease.signal.reason).toMatchObject({ code: "ABORTED" });
    await released;
    await using next = await b.acquire();
    await lease.release();
    expect(next.signal.aborted).toBe(false);
  });

  it("refuses options that make no sense", async () => {
    const client = await world.client();
    const refused = (act: () => unknown) => expect(act).toThrow(expect.objectContaining({ code: "BAD_ARGUMENTS" }));
    refused(() => new Mutex(client, "locks"));
    refused(() => new Mutex(client, "/locks/"));
    refused(() => new Mutex(client, PATH, { lossPolicy: "never" as never }));
    refused(() => new Mutex(client, PATH, { reentrant: 1 as never }));
    refused(() => new Mutex(client, PATH, { id: 5 as never }));
    await expect(new Mutex(client, PATH).acquire({ timeoutMs: -1 })).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  });
});

describe("giving up waiting for a mutex", () => {
  it("by a timeout leaves nothing behind, and lets the next one through", async () => {
    const [a, b, c] = (await mutexes(3)) as [Mutex, Mutex, Mutex];
    const lease = await a.acquire();
    const second = b.acquire({ timeoutMs: 60 });
    second.catch(() => {});
    await queued(2);
    const third = c.acquire();
    await expect(second).rejects.toMatchObject({ code: "TIMEOUT" });
    await queued(2);
    await lease.release();
    await (await third).release();
    await world.expectNothingLeft(PATH);
  });

  it("by a signal leaves nothing behind", async () => {
    const [a, b] = (await mutexes(2)) as [Mutex, Mutex];
    const lease = await a.acquire();
    const controller = new AbortController();
    const waiting = b.acquire({ signal: controller.signal });
    waiting.catch(() => {});
    await queued(2);
    controller.abort("enough");
    await expect(waiting).rejects.toMatchObject({ code: "ABORTED", name: "AbortError", cause: "enough" });
    await queued(1);
    await lease.release();
    await world.expectNothingLeft(PATH);
  });

  it("before anything was sent does nothing", async () => {
    const [mutex] = (await mutexes(1)) as [Mutex];
    await expect(mutex.acquire({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "ABORTED" });
    await world.expectNothingLeft(PATH);
  });

  it("while the create is under way deletes what it created", async () => {
    const [mutex] = (await mutexes(1)) as [Mutex];
    await (await mutex.acquire()).release();
    world.server.delayReplies(80);
    await expect(mutex.acquire({ timeoutMs: 40 })).rejects.toMatchObject({ code: "TIMEOUT" });
    world.server.delayReplies(0);
    await world.expectNothingLeft(PATH);
  });

  it("while it begins to watch a znode that has just gone leaves no watch with the server", async () => {
    const [a, b] = (await mutexes(2)) as [Mutex, Mutex];
    const lease = await a.acquire();
    // Create, list, watch: the third is under way at 160 ms, for a znode that was deleted at 120.
    world.server.delayReplies(80);
    const waiting = b.acquire({ timeoutMs: 200 });
    await sleep(120);
    void lease.release();
    await waiting.then(
      (next) => next.release(),
      (error) => expect(error).toMatchObject({ code: "TIMEOUT" }),
    );
    world.server.delayReplies(0);
    await world.expectNothingLeft(PATH);
  });

  it("without a connection is done at once, and what is left is deleted later", async () => {
    const [a, b] = (await mutexes(2)) as [Mutex, Mutex];
    const lease = await a.acquire();
    const waiting = b.acquire({ timeoutMs: 100 });
    waiting.catch(() => {});
    await queued(2);
    world.server.refuseConnections(true);
    await world.server.dropConnections();
    await expect(waiting).rejects.toMatchObject({ code: "TIMEOUT" });
    world.server.refuseConnections(false);
    await lease.release();
    await world.expectNothingLeft(PATH);
  });

  it("by closing the client fails with CLOSED", async () => {
    const [a] = (await mutexes(1)) as [Mutex];
    const client = await world.client();
    const lease = await a.acquire();
    const waiting = new Mutex(client, PATH).acquire();
    waiting.catch(() => {});
    await queued(2);
    await client.close();
    await expect(waiting).rejects.toMatchObject({ code: "CLOSED" });
    await lease.release();
    await world.expectNothingLeft(PATH);
  });
});

describe("a mutex and an unreliable network", () => {
  it("leaves no orphan when the reply to its create is lost", async () => {
    const [a, b] = (await mutexes(2)) as [Mutex, Mutex];
    await (await a.acquire()).release();
    const lost = world.server.loseNextReply({ opcode: OPCODE.create });
    const lease = await a.acquire();
    expect((await lost).error).toBe(0);
    expect(await world.children(PATH)).toHaveLength(1);
    expect(lease.signal.aborted).toBe(false);
    await lease.release();
    await (await b.acquire({ timeoutMs: 1000 })).release();
    await world.expectNothingLeft(PATH);
  });

  it("is released although the reply to the delete is lost", async () => {
    const [a, b] = (await mutexes(2)) as [Mutex, Mutex];
    const lease = await a.acquire();
    void world.server.loseNextReply({ opcode: OPCODE.delete });
    await lease.release();
    await (await b.acquire({ timeoutMs: 1000 })).release();
    await world.expectNothingLeft(PATH);
  });

  it("leaves no orphan when the lost reply's wait is given up", async () => {
    const [a] = (await mutexes(1)) as [Mutex];
    await (await a.acquire()).release();
    const lost = world.server.loseNextReply({ opcode: OPCODE.create });
    const waiting = a.acquire({ timeoutMs: 50 });
    waiting.catch(() => {});
    world.server.refuseConnections(true);
    await lost;
    await expect(waiting).rejects.toMatchObject({ code: "TIMEOUT" });
    world.server.refuseConnections(false);
    await world.expectNothingLeft(PATH);
  });

  it("aborts the lease at once when the connection breaks, though the znode stays until it is released", async () => {
    const client = await world.client();
    const mutex = new Mutex(client, PATH);
    const lease = await mutex.acquire();
    await world.server.dropConnections({ session: client.sessionId });
    await untilAborted(lease.signal);
    expect(lease.signal.reason).toMatchObject({ code: "CONNECTION_LOSS" });
    await expect.poll(() => client.state).toBe("connected");
    expect(await world.children(PATH)).toHaveLength(1);
    await lease.release();
    await world.expectNothingLeft(PATH);
  });

  it("keeps the lease across a break under the policy `session`", async () => {
    const client = await world.client();
    const lease = await new Mutex(client, PATH, { lossPolicy: "session" }).acquire();
    const { connections } = client.stats;
    await world.server.dropConnections({ session: client.sessionId });
    await expect.poll(() => client.stats.connections).toBe(connections + 1);
    expect(lease.signal.aborted).toBe(false);
    await world.server.expireSession(client.sessionId);
    await untilAborted(lease.signal);
    await lease.release();
    await world.expectNothingLeft(PATH);
  });

  it("keeps the place of one that waits across a break", async () => {
    const [a] = (await mutexes(1)) as [Mutex];
    const client = await world.client();
    const lease = await a.acquire();
    const waiting = new Mutex(client, PATH).acquire();
    await queued(2);
    const names = await world.children(PATH);
    await world.server.dropConnections({ session: client.sessionId });
    await expect.poll(() => client.stats.connections).toBe(2);
    await lease.release();
    const next = await waiting;
    expect(names).toContain(next.path.slice(PATH.length + 1));
    expect(next.signal.aborted).toBe(false);
    await next.release();
    await world.expectNothingLeft(PATH);
  });

  it("hears of a release that happened while the connection was broken", async () => {
    const [a] = (await mutexes(1)) as [Mutex];
    const client = await world.client();
    const lease = await a.acquire();
    const waiting = new Mutex(client, PATH).acquire();
    await queued(2);
    await expect.poll(() => client.stats.inFlight).toBe(0);
    world.server.refuseConnections(true);
    await world.server.dropConnections({ session: client.sessionId });
    await lease.release();
    world.server.refuseConnections(false);
    await (await waiting).release();
    await world.expectNothingLeft(PATH);
  });

  it("aborts the lease of an expired session, and lets the next one in with a greater token", async () => {
    const client = await world.client();
    const [b] = (await mutexes(1)) as [Mutex];
    const lease = await new Mutex(client, PATH).acquire();
    const waiting = b.acquire();
    await queued(2);
    await world.server.expireSession(client.sessionId);
    const next = await waiting;
    await untilAborted(lease.signal);
    expect(next.token > lease.token).toBe(true);
    await lease.release();
    expect(next.signal.aborted).toBe(false);
    await next.release();
    await world.expectNothingLeft(PATH);
  });

  it("queues again when the session of one that waits expires", async () => {
    const [a] = (await mutexes(1)) as [Mutex];
    const client = await world.client();
    const lease = await a.acquire();
    const waiting = new Mutex(client, PATH).acquire();
    await queued(2);
    await world.server.expireSession(client.sessionId);
    await expect.poll(() => client.stats.sessions).toBe(2);
    await queued(2);
    await lease.release();
    const next = await waiting;
    expect(next.signal.aborted).toBe(false);
    await next.release();
    await world.expectNothingLeft(PATH);
  });

  it.runIf(canRestart)(
    "does not rely on what it created in a session that the client has given up and the servers have not",
    async () => {
      const client = await world.client({ sessionTimeoutMs: 400 });
      const mutex = new Mutex(client, PATH);
      await (await mutex.acquire()).release();
      const session = client.sessionId;
      const lost = world.server.loseNextReply({ opcode: OPCODE.create, session });
      const waiting = mutex.acquire();
      world.server.refuseConnections(true);
      await lost;
      // A server that starts gives every session its whole time again.
      await world.server.kill();
      await expect.poll(() => client.sessionId, { timeout: 3000 }).not.toBe(session);
      await world.server.start();
      world.server.refuseConnections(false);
      const lease = await waiting;
      expect((await client.exists(lease.path))?.ephemeralOwner).toBe(client.sessionId);
      await lease.release();
      await world.expectNothingLeft(PATH);
    },
  );

  it("notices that somebody deleted its znode, as holder and as one that waits", async () => {
    const [a, b] = (await mutexes(2)) as [Mutex, Mutex];
    const admin = await world.client();
    const lease = await a.acquire();
    const waiting = b.acquire();
    await queued(2);
    const [, second] = await a.contenders();
    await admin.delete(second?.path ?? "");
    await queued(2);
    await admin.delete(lease.path);
    await untilAborted(lease.signal);
    expect(lease.signal.reason).toMatchObject({ code: "NO_NODE" });
    await (await waiting).release();
    await lease.release();
    await world.expectNothingLeft(PATH);
  });

  it("aborts the lease when the client is closed", async () => {
    const client = await world.client();
    const lease = await new Mutex(client, PATH).acquire();
    await client.close();
    expect(lease.signal.aborted).toBe(true);
    await lease.release();
    await world.expectNothingLeft(PATH);
  });
});

describe("asking the holder of a mutex to let go", () => {
  it("aborts its `revocation`, and leaves the lease to it", async () => {
    const [a, b] = (await mutexes(2)) as [Mutex, Mutex];
    expect(await b.requestRelease()).toBe(false);
    const lease = await a.acquire();
    expect(lease.revocation.aborted).toBe(false);
    expect(await b.requestRelease()).toBe(true);
    await untilAborted(lease.revocation);
    expect(lease.signal.aborted).toBe(false);
    const waiting = b.acquire();
    await lease.release();
    const next = await waiting;
    expect(next.revocation.aborted).toBe(false);
    await next.release();
    await world.expectNothingLeft(PATH);
  });

  it("is heard by one that did not hold yet", async () => {
    const [a, b] = (await mutexes(2)) as [Mutex, Mutex];
    const lease = await a.acquire();
    const waiting = b.acquire();
    await queued(2);
    const [, second] = await a.contenders();
    await requestRevocation(await world.client(), second?.path ?? "");
    await lease.release();
    const next = await waiting;
    await untilAborted(next.revocation);
    await next.release();
    expect(await requestRevocation(await world.client(), next.path)).toBe(false);
    await world.expectNothingLeft(PATH);
  });

  it("is not meant by other data", async () => {
    const [a] = (await mutexes(1)) as [Mutex];
    const admin = await world.client();
    const lease = await a.acquire();
    await admin.set(lease.path, "something");
    await admin.set(lease.path, "__REVOKE__");
    await untilAborted(lease.revocation);
    await lease.release();
    await world.expectNothingLeft(PATH);
  });
});

describe("a re-entrant mutex", () => {
  it("is had again at once inside withLock, by every way to acquire it", async () => {
    const [a, b] = (await mutexes(2, { reentrant: true })) as [Mutex, Mutex];
    await a.withLock(async (outer) => {
      await a.withLock(async (inner) => {
        expect(inner.path).toBe(outer.path);
        expect(inner.token).toBe(outer.token);
      });
      await using again = await a.acquire();
      await using once = await a.tryAcquire();
      expect([again.path, once?.path]).toEqual([outer.path, outer.path]);
      expect(await world.children(PATH)).toHaveLength(1);
      expect(await b.tryAcquire()).toBeUndefined();
    });
    await world.expectNothingLeft(PATH);
  });

  it("is another's for calls outside, at the same time and in the same instance", async () => {
    const [mutex] = (await mutexes(1, { reentrant: true })) as [Mutex];
    let holders = 0;
    const act = () =>
      mutex.withLock(async () => {
        expect(++holders).toBe(1);
        await mutex.withLock(() => world.children(PATH));
        holders--;
      });
    await Promise.all([act(), act(), act()]);
    await world.expectNothingLeft(PATH);
  });

  it("is kept until the last lease is released", async () => {
    const [a, b] = (await mutexes(2, { reentrant: true })) as [Mutex, Mutex];
    const inner = await a.withLock(() => a.acquire());
    expect(inner.signal.aborted).toBe(false);
    expect(await b.tryAcquire()).toBeUndefined();
    await inner.release();
    expect(inner.signal.aborted).toBe(true);
    await (await b.acquire({ timeoutMs: 1000 })).release();
    await world.expectNothingLeft(PATH);
  });

  it("is acquired anew by what was started inside and goes on after the release", async () => {
    const [mutex] = (await mutexes(1, { reentrant: true })) as [Mutex];
    const gate = new AbortController();
    let later: Promise<LockLease> | undefined;
    const path = await mutex.withLock(async (lease) => {
      later = untilAborted(gate.signal).then(() => mutex.acquire());
      return lease.path;
    });
    gate.abort();
    const lease = await (later as Promise<LockLease>);
    expect(lease.path).not.toBe(path);
    await lease.release();
    await world.expectNothingLeft(PATH);
  });

  it("fails inside after it was lost", async () => {
    const client = await world.client();
    const mutex = new Mutex(client, PATH, { reentrant: true });
    await mutex.withLock(async ({ signal }) => {
      await world.server.expireSession(client.sessionId);
      await untilAborted(signal);
      await expect(mutex.acquire()).rejects.toBe(signal.reason);
    });
    await world.expectNothingLeft(PATH);
  });
});
