import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPCODE, startWorld, untilAborted, type World } from "../../test/world.ts";
import type { LockLease } from "../support/hold.ts";
import { ReadWriteLock } from "./read-write-lock.ts";

const PATH = "/locks/table";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

async function locks(count: number): Promise<ReadWriteLock[]> {
  return Promise.all(Array.from({ length: count }, async () => new ReadWriteLock(await world.client(), PATH)));
}

async function queued(count: number): Promise<void> {
  await expect.poll(async () => (await world.children(PATH)).length).toBe(count);
}

describe("a read-write lock", () => {
  it("is held by many readers, and by no writer meanwhile", async () => {
    const [a, b, c] = (await locks(3)) as [ReadWriteLock, ReadWriteLock, ReadWriteLock];
    const first = await a.read.acquire();
    const second = await b.read.acquire();
    expect(await c.write.tryAcquire()).toBeUndefined();
    await first.release();
    expect(await c.write.tryAcquire()).toBeUndefined();
    await second.release();
    const writer = await c.write.tryAcquire();
    expect(writer?.path).toMatch(/__WRIT__\d{10}$/);
    expect(await a.read.tryAcquire()).toBeUndefined();
    expect(await a.write.tryAcquire()).toBeUndefined();
    await writer?.release();
    await world.expectNothingLeft(PATH);
  });

  it("is fair: readers do not overtake a writer that waits, and come in together after it", async () => {
    const [a, b, c, d] = (await locks(4)) as [ReadWriteLock, ReadWriteLock, ReadWriteLock, ReadWriteLock];
    const reading = await a.read.acquire();
    const order: string[] = [];
    const note = (name: string) => (lease: LockLease) => {
      order.push(name);
      return lease;
    };
    const writing = b.write.acquire().then(note("writer"));
    await queued(2);
    const reader1 = c.read.acquire().then(note("reader"));
    await queued(3);
    const reader2 = d.read.acquire().then(note("reader"));
    await queued(4);
    expect((await a.contenders()).map(({ kind }) => kind)).toEqual(["read", "write", "read", "read"]);
    expect(order).toEqual([]);
    await reading.release();
    const writer = await writing;
    expect(order).toEqual(["writer"]);
    await writer.release();
    const readers = await Promise.all([reader1, reader2]);
    expect(order).toEqual(["writer", "reader", "reader"]);
    for (const each of readers) await each.release();
    await world.expectNothingLeft(PATH);
  });

  it("has Curator's layout", async () => {
    const [lock] = (await locks(1)) as [ReadWriteLock];
    await lock.read.withLock(({ path }) => expect(path).toMatch(/\/_c_[0-9a-f-]{36}-__READ__[0-9]{10}$/));
    await lock.write.withLock(({ path }) => expect(path).toMatch(/\/_c_[0-9a-f-]{36}-__WRIT__[0-9]{10}$/));
  });

  it("lets readers in when a writer before them gives up", async () => {
    const [a, b, c] = (await locks(3)) as [ReadWriteLock, ReadWriteLock, ReadWriteLock];
    const reading = await a.read.acquire();
    const writing = b.write.acquire({ timeoutMs: 80 });
    writing.catch(() => {});
    await queued(2);
    const second = c.read.acquire();
    await expect(writing).rejects.toMatchObject({ code: "TIMEOUT" });
    await (await second).release();
    await reading.release();
    await world.expectNothingLeft(PATH);
  });

  it("aborts the leases of an expired session and lets a writer in", async () => {
    const client = await world.client();
    const [b] = (await locks(1)) as [ReadWriteLock];
    const lock = new ReadWriteLock(client, PATH);
    const leases = [await lock.read.acquire(), await lock.read.acquire()];
    const writing = b.write.acquire();
    await queued(3);
    await world.server.expireSession(client.sessionId);
    const writer = await writing;
    for (const { signal } of leases) await untilAborted(signal);
    for (const { token } of leases) expect(writer.token > token).toBe(true);
    await writer.release();
    await world.expectNothingLeft(PATH);
  });
});

describe("a writer that becomes a reader", () => {
  it("keeps writers out and lets readers in, those that wait already as well", async () => {
    const [a, b, c, d] = (await locks(4)) as [ReadWriteLock, ReadWriteLock, ReadWriteLock, ReadWriteLock];
    const writer = await a.write.acquire();
    const reading = b.read.acquire();
    await queued(2);
    const writing = c.write.acquire();
    await queued(3);
    let hasWritten = false;
    void writing.then(() => {
      hasWritten = true;
    });
    const reader = await writer.downgrade();
    expect(writer.signal.aborted).toBe(true);
    expect(reader.signal.aborted).toBe(false);
    expect(reader.token).toBe(writer.token);
    expect(reader.path).toBe(writer.path.replace("__WRIT__", "__READ__"));
    await (await reading).release();
    await queued(2);
    expect(await d.read.tryAcquire()).toBeUndefined();
    expect(hasWritten).toBe(false);
    // The writer's own lease is over: releasing it takes nothing from the reader's.
    await writer.release();
    await queued(2);
    expect(hasWritten).toBe(false);
    await reader.release();
    const next = await writing;
    expect(next.token > reader.token).toBe(true);
    await next.release();
    await world.expectNothingLeft(PATH);
  });

  it("is one although the reply is lost", async () => {
    const client = await world.client();
    const lock = new ReadWriteLock(client, PATH);
    const writer = await lock.write.acquire();
    void world.server.loseNextReply({ opcode: OPCODE.multi });
    const reader = await writer.downgrade();
    expect(reader.signal.aborted).toBe(false);
    expect(await world.children(PATH)).toEqual([reader.path.slice(PATH.length + 1)]);
    await world.server.dropConnections({ session: client.sessionId });
    await untilAborted(reader.signal);
    await reader.release();
    await world.expectNothingLeft(PATH);
  });

  it("fails if the lease was lost before, and leaves nothing behind", async () => {
    const client = await world.client();
    const writer = await new ReadWriteLock(client, PATH).write.acquire();
    await world.server.expireSession(client.sessionId);
    await untilAborted(writer.signal);
    await expect(writer.downgrade()).rejects.toBe(writer.signal.reason);
    await world.expectNothingLeft(PATH);
  });

  it("fails if the session expires meanwhile, and leaves nothing behind", async () => {
    const client = await world.client();
    const writer = await new ReadWriteLock(client, PATH).write.acquire();
    world.server.pause();
    const reading = writer.downgrade();
    reading.catch(() => {});
    await world.server.expireSession(client.sessionId);
    world.server.resume();
    await expect(reading).rejects.toMatchObject({ name: "CoordinationError" });
    await world.expectNothingLeft(PATH);
  });

  it("gives the lock up when it is not done in time", async () => {
    const [a, b] = (await locks(2)) as [ReadWriteLock, ReadWriteLock];
    const writer = await a.write.acquire();
    world.server.pause();
    await expect(writer.downgrade({ timeoutMs: 50 })).rejects.toMatchObject({ code: "TIMEOUT" });
    world.server.resume();
    await (await b.write.acquire({ timeoutMs: 2000 })).release();
    await world.expectNothingLeft(PATH);
  });
});
