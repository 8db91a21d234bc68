/** Mutexes, read-write locks and semaphores. */
import { Mutex, ReadWriteLock, Semaphore, SharedCount } from "@rookery/recipes";
import { describe, expect, it } from "vitest";
import type { Handle } from "../src/helper.ts";
import { CONTAINER_CHECK_MS } from "../src/server.ts";
import { children, eventually, expectWaits, freshPath, LONG_MS, leftOut, queued, world } from "../src/world.ts";

/** A lock of any make, held or not. */
interface AnyLock {
  acquire(): Promise<unknown>;
  release(): Promise<unknown>;
}

/** Those who share the layout, with what they have to be told for it. */
const OTHERS = [
  { name: "Curator's InterProcessMutex", open: (path: string) => world.curator.open("mutex", path) },
  { name: "go-zookeeper's Lock", open: (path: string) => world.go.open("lock", path) },
  {
    name: 'kazoo\'s Lock with extra_lock_patterns=["-lock-"]',
    open: (path: string) => world.kazoo.open("lock", path, "-lock-"),
  },
];

for (const { name, open } of OTHERS) mutexCases(name, open);
describe("Mutex beside several", severalCases);
describe("Mutex and Curator's InterProcessMutex, the rest", curatorMutexCases);
describe("Mutex and kazoo's Lock, the rest", kazooLockCases);
describe("ReadWriteLock and Curator's InterProcessReadWriteLock", readWriteCases);
describe("ReadWriteLock and kazoo's ReadLock and WriteLock", kazooReadWriteCases);
describe("Semaphore and Curator's InterProcessSemaphoreV2", semaphoreCases);
leftOut("kazoo's Semaphore", "leases stand directly below its path, and its lock at <path>-__lock__: another layout");

function mutexCases(name: string, open: (path: string) => Promise<Handle>): void {
  describe(`Mutex and ${name}`, () => {
    it("theirs waits while ours is held, and is granted at its release", async () => {
      const path = freshPath("mutex");
      const ours = await new Mutex(world.zk, path).acquire();
      const theirs = lockOf(await open(path));
      const acquired = theirs.acquire();
      await queued(path, 2);
      await expectWaits(acquired);
      await ours.release();
      await acquired;
      await theirs.release();
      expect(await children(path)).toEqual([]);
    });

    it("ours waits while theirs is held, and is granted at its release", async () => {
      const path = freshPath("mutex");
      const theirs = lockOf(await open(path));
      await theirs.acquire();
      const mutex = new Mutex(world.zk, path);
      expect(await mutex.tryAcquire()).toBeUndefined();
      await expect(mutex.acquire({ timeoutMs: 100 })).rejects.toMatchObject({ code: "TIMEOUT" });
      await queued(path, 1);
      const acquired = mutex.acquire();
      await queued(path, 2);
      await expectWaits(acquired);
      await theirs.release();
      await (await acquired).release();
      expect(await children(path)).toEqual([]);
    });

    it("it is granted in the order of asking, across both", async () => {
      const path = freshPath("mutex");
      await expectOrder(path, [
        ourLock(path),
        lockOf(await open(path)),
        ourLock(path),
        lockOf(await open(path)),
        lockOf(await open(path)),
        ourLock(path),
      ]);
    });

    it("under contention there is never more than one inside", async () => {
      const path = freshPath("mutex");
      // What is kept from going is no container: kazoo expects to find what it has made sure of.
      await world.zk.create(path);
      await expectAtMostInside(
        1,
        [ourLock(path), ourLock(path), lockOf(await open(path)), lockOf(await open(path))],
        15,
      );
    });
  });
}

function severalCases(): void {
  const open = async (path: string): Promise<AnyLock[]> => [
    ourLock(path),
    lockOf(await world.curator.open("mutex", path)),
    lockOf(await world.go.open("lock", path)),
  ];

  it("ours, Curator's and go-zookeeper's stand in one queue", async () => {
    const path = freshPath("mutex");
    await expectOrder(path, [...(await open(path)), ...(await open(path)), ...(await open(path)).reverse()]);
  });

  it("under contention of ours, Curator's and go-zookeeper's there is never more than one inside", async () => {
    const path = freshPath("mutex");
    await expectAtMostInside(1, [...(await open(path)), ...(await open(path))], 10);
  });

  it("ours, go-zookeeper's and kazoo's with the pattern stand in one queue", async () => {
    const path = freshPath("mutex");
    const all = async () => [
      lockOf(await world.kazoo.open("lock", path, "-lock-")),
      lockOf(await world.go.open("lock", path)),
      ourLock(path),
    ];
    await expectOrder(path, [...(await all()), ...(await all())]);
  });

  it("Curator takes no notice of kazoo's Lock, pattern or not: those two must not share a path", async () => {
    const path = freshPath("mutex");
    const kazoo = await world.kazoo.open("lock", path, "-lock-");
    await kazoo.tell("acquire", LONG_MS);
    const curator = await world.curator.open("mutex", path);
    expect(await curator.tell("acquire", LONG_MS)).toBe("true");
    await curator.tell("release");
    await kazoo.tell("release");
  });
}

function curatorMutexCases(): void {
  it("Curator gives up after its time while ours is held, and leaves nothing behind", async () => {
    const path = freshPath("mutex");
    await using _lease = await new Mutex(world.zk, path).acquire();
    const theirs = await world.curator.open("mutex", path);
    expect(await theirs.tell("acquire", 200)).toBe("false");
    await queued(path, 1);
  });

  it("each lists the other among those who hold and wait", async () => {
    const path = freshPath("mutex");
    const mutex = new Mutex(world.zk, path, { id: "ours" });
    const lease = await mutex.acquire();
    const theirs = await world.curator.open("mutex", path);
    const acquired = theirs.tell("acquire", LONG_MS);
    await queued(path, 2);
    const [first, second] = await mutex.contenders();
    expect(first).toMatchObject({ path: lease.path, id: "ours", token: lease.token, session: world.zk.sessionId });
    expect(second?.token).toBeGreaterThan(lease.token);
    const asks = await world.curator.open("mutex", path);
    expect(await asks.tell("participants")).toBe(`${first?.path},${second?.path}`);
    await lease.release();
    await acquired;
    await theirs.tell("release");
  });

  it("Curator's Revoker asks ours to let go", async () => {
    const path = freshPath("mutex");
    await using lease = await new Mutex(world.zk, path).acquire();
    expect(lease.revocation.aborted).toBe(false);
    await (await world.curator.open("mutex", path)).tell("revoke", lease.path);
    await eventually(() => lease.revocation.aborted, true);
    expect(lease.signal.aborted).toBe(false);
  });

  it("ours asks Curator's revocable mutex to let go", async () => {
    const path = freshPath("mutex");
    const theirs = await world.curator.open("mutex", path);
    await theirs.tell("make-revocable");
    await theirs.tell("acquire", LONG_MS);
    expect(await theirs.tell("is-revoked")).toBe("false");
    expect(await new Mutex(world.zk, path).requestRelease()).toBe(true);
    await eventually(() => theirs.tell("is-revoked"), "true");
    await theirs.tell("release");
  });

  it("a program with Curator that is killed while it holds lets ours in when its session expires", async () => {
    const path = freshPath("mutex");
    const killed = world.anotherCurator();
    await (await killed.open("mutex", path)).tell("acquire", LONG_MS);
    const acquired = new Mutex(world.zk, path).acquire();
    await queued(path, 2);
    await killed.kill();
    await (await acquired).release();
  });

  it("a client of ours that is closed while it holds lets Curator in", async () => {
    const path = freshPath("mutex");
    const closed = await world.anotherClient();
    const lease = await new Mutex(closed, path).acquire();
    const theirs = await world.curator.open("mutex", path);
    const acquired = theirs.tell("acquire", LONG_MS);
    await queued(path, 2);
    await closed.close();
    expect(await acquired).toBe("true");
    expect(lease.signal.aborted).toBe(true);
    await theirs.tell("release");
  });
}

function kazooLockCases(): void {
  it("without the pattern kazoo takes the lock while ours is held", async () => {
    const path = freshPath("mutex");
    await using lease = await new Mutex(world.zk, path).acquire();
    const theirs = await world.kazoo.open("lock", path);
    expect(await theirs.tell("acquire", LONG_MS)).toBe("true");
    expect(lease.signal.aborted).toBe(false);
    await theirs.tell("release");
  });

  it("without the pattern ours waits for kazoo all the same", async () => {
    const path = freshPath("mutex");
    const theirs = await world.kazoo.open("lock", path);
    await theirs.tell("acquire", LONG_MS);
    const acquired = new Mutex(world.zk, path).acquire();
    await queued(path, 2);
    await expectWaits(acquired);
    await theirs.tell("release");
    await (await acquired).release();
  });

  it("kazoo gives up after its time while ours is held, and leaves nothing behind", async () => {
    const path = freshPath("mutex");
    await using _lease = await new Mutex(world.zk, path).acquire();
    const theirs = await world.kazoo.open("lock", path, "-lock-");
    expect(await theirs.tell("acquire", 200)).toBe("false");
    await queued(path, 1);
  });

  it("each counts the other among those who hold and wait", async () => {
    const path = freshPath("mutex");
    const mutex = new Mutex(world.zk, path);
    const lease = await mutex.acquire();
    const theirs = await world.kazoo.open("lock", path, "-lock-");
    const acquired = theirs.tell("acquire", LONG_MS);
    await queued(path, 2);
    expect(await mutex.contenders()).toHaveLength(2);
    expect(await (await world.kazoo.open("lock", path, "-lock-")).tell("contenders")).toBe("2");
    await lease.release();
    await acquired;
    await theirs.tell("release");
  });

  it("a program with kazoo that is killed while it holds lets ours in when its session expires", async () => {
    const path = freshPath("mutex");
    const killed = world.anotherKazoo();
    await (await killed.open("lock", path, "-lock-")).tell("acquire", LONG_MS);
    const acquired = new Mutex(world.zk, path).acquire();
    await queued(path, 2);
    await killed.kill();
    await (await acquired).release();
  });

  it("a Lock of kazoo's used again fails with NoNodeError if the path was ours, a container, and has gone as empty", async () => {
    const path = freshPath("mutex");
    await (await new Mutex(world.zk, path).acquire()).release();
    const theirs = await world.kazoo.open("lock", path, "-lock-");
    // The container may have gone before kazoo came: then kazoo has made the path, and it stays.
    const lease = await new Mutex(world.zk, path).acquire();
    const acquired = theirs.tell("acquire", LONG_MS);
    await queued(path, 2);
    await lease.release();
    await acquired;
    await theirs.tell("release");
    await expect.poll(() => world.zk.exists(path), { timeout: 20 * CONTAINER_CHECK_MS, interval: 100 }).toBeUndefined();
    await expect(theirs.tell("acquire", 1000)).rejects.toThrow("NoNodeError");
  });

  it("a path that is created as persistent beforehand stays for kazoo", async () => {
    const path = freshPath("mutex");
    await world.zk.create(path);
    const theirs = await world.kazoo.open("lock", path, "-lock-");
    for (let round = 0; round < 3; round++) {
      const lease = await new Mutex(world.zk, path).acquire();
      const acquired = theirs.tell("acquire", LONG_MS);
      await queued(path, 2);
      await lease.release();
      await acquired;
      await theirs.tell("release");
    }
    expect(await world.zk.exists(path)).toMatchObject({ numChildren: 0 });
  });
}

function readWriteCases(): void {
  const open = async (path: string) => ({
    ours: new ReadWriteLock(world.zk, path),
    theirs: await world.curator.open("read-write", path),
  });

  it("readers of both kinds read together", async () => {
    const { ours, theirs } = await open(freshPath("table"));
    await using _first = await ours.read.acquire();
    expect(await theirs.tell("read-acquire", LONG_MS)).toBe("true");
    await using _second = await ours.read.acquire();
    await theirs.tell("read-release");
  });

  it("Curator's writer waits for our reader", async () => {
    const path = freshPath("table");
    const { ours, theirs } = await open(path);
    const reader = await ours.read.acquire();
    const writes = theirs.tell("write-acquire", LONG_MS);
    await queued(path, 2);
    await expectWaits(writes);
    await reader.release();
    expect(await writes).toBe("true");
    await theirs.tell("write-release");
  });

  it("our writer waits for Curator's reader", async () => {
    const path = freshPath("table");
    const { ours, theirs } = await open(path);
    await theirs.tell("read-acquire", LONG_MS);
    expect(await ours.write.tryAcquire()).toBeUndefined();
    const writes = ours.write.acquire();
    await queued(path, 2);
    await expectWaits(writes);
    await theirs.tell("read-release");
    await (await writes).release();
  });

  it("writers of both kinds exclude each other, in order", async () => {
    const path = freshPath("table");
    const { ours } = await open(path);
    const curator = await Promise.all([world.curator.open("read-write", path), world.curator.open("read-write", path)]);
    const [first, second] = curator.map((handle) => lockOf(handle, "write-")) as [AnyLock, AnyLock];
    await expectOrder(path, [first, ourLock(path, ours.write), second, ourLock(path, ours.write)]);
  });

  it("Curator's reader waits for our writer, and behind a writer of ours that waits", async () => {
    const path = freshPath("table");
    const { ours, theirs } = await open(path);
    const writer = await ours.write.acquire();
    const next = ours.write.acquire();
    await queued(path, 2);
    const reads = theirs.tell("read-acquire", LONG_MS);
    await queued(path, 3);
    await expectWaits(reads);
    await writer.release();
    const held = await next;
    await expectWaits(reads);
    await held.release();
    expect(await reads).toBe("true");
    await theirs.tell("read-release");
  });

  it("our reader waits for Curator's writer, and behind a writer of Curator's that waits", async () => {
    const path = freshPath("table");
    const { ours, theirs } = await open(path);
    const another = await world.curator.open("read-write", path);
    await theirs.tell("write-acquire", LONG_MS);
    const next = another.tell("write-acquire", LONG_MS);
    await queued(path, 2);
    const reads = ours.read.acquire();
    await queued(path, 3);
    await expectWaits(reads);
    await theirs.tell("write-release");
    await next;
    await expectWaits(reads);
    await another.tell("write-release");
    await (await reads).release();
  });

  it("a writer of ours that becomes a reader lets Curator's readers in, and no writer", async () => {
    const path = freshPath("table");
    const { ours, theirs } = await open(path);
    const another = await world.curator.open("read-write", path);
    const writer = await ours.write.acquire();
    const reads = theirs.tell("read-acquire", LONG_MS);
    await queued(path, 2);
    const writes = another.tell("write-acquire", LONG_MS);
    await queued(path, 3);
    await expectWaits(reads);
    const reader = await writer.downgrade();
    expect(await reads).toBe("true");
    await theirs.tell("read-release");
    await expectWaits(writes);
    await reader.release();
    expect(await writes).toBe("true");
    await another.tell("write-release");
  });

  it("a writer of Curator's that becomes a reader keeps our writer out, even one that waited before", async () => {
    const path = freshPath("table");
    const { ours, theirs } = await open(path);
    await theirs.tell("write-acquire", LONG_MS);
    const writes = ours.write.acquire();
    await queued(path, 2);
    await theirs.tell("read-acquire", LONG_MS);
    await theirs.tell("write-release");
    await expectWaits(writes);
    await theirs.tell("read-release");
    await (await writes).release();
  });
}

function kazooReadWriteCases(): void {
  const open = async (path: string) => ({
    ours: new ReadWriteLock(world.zk, path),
    writer: await world.kazoo.open("write-lock", path, "-__READ__", "-__WRIT__"),
    reader: await world.kazoo.open("read-lock", path, "-__WRIT__"),
  });

  it('kazoo\'s writer with extra_lock_patterns=["-__READ__", "-__WRIT__"] waits for our reader', async () => {
    const path = freshPath("table");
    const { ours, writer } = await open(path);
    const held = await ours.read.acquire();
    const writes = writer.tell("acquire", LONG_MS);
    await queued(path, 2);
    await expectWaits(writes);
    await held.release();
    expect(await writes).toBe("true");
    await writer.tell("release");
  });

  it('kazoo\'s reader with extra_lock_patterns=["-__WRIT__"] waits for our writer, and not for our reader', async () => {
    const path = freshPath("table");
    const { ours, reader } = await open(path);
    const writer = await ours.write.acquire();
    const reads = reader.tell("acquire", LONG_MS);
    await queued(path, 2);
    await expectWaits(reads);
    await writer.release();
    expect(await reads).toBe("true");
    await reader.tell("release");
    await using _lease = await ours.read.acquire();
    expect(await reader.tell("acquire", LONG_MS)).toBe("true");
    await reader.tell("release");
  });

  it("our writer waits for kazoo's reader and writer", async () => {
    const path = freshPath("table");
    const { ours, reader, writer } = await open(path);
    for (const theirs of [reader, writer]) {
      await theirs.tell("acquire", LONG_MS);
      const writes = ours.write.acquire();
      await queued(path, 2);
      await expectWaits(writes);
      await theirs.tell("release");
      await (await writes).release();
    }
  });

  it("our reader waits for kazoo's reader, too, which it takes for a writer", async () => {
    const path = freshPath("table");
    const { ours, reader } = await open(path);
    await reader.tell("acquire", LONG_MS);
    const reads = ours.read.acquire();
    await queued(path, 2);
    await expectWaits(reads);
    await reader.tell("release");
    await (await reads).release();
  });
}

function semaphoreCases(): void {
  it("leases of both kinds count together, and a release of either lets the other in", async () => {
    const path = freshPath("semaphore");
    const ours = new Semaphore(world.zk, path, { limit: 2 });
    const theirs = await world.curator.open("semaphore", path, 2);
    const first = await ours.acquire();
    expect(await theirs.tell("acquire", LONG_MS)).toBe("true");
    expect(await theirs.tell("participants")).toBe("2");
    expect(await ours.holders()).toHaveLength(2);
    expect(await ours.tryAcquire()).toBeUndefined();
    expect(await (await world.curator.open("semaphore", path, 2)).tell("acquire", 200)).toBe("false");
    const waits = ours.acquire();
    await queued(`${path}/locks`, 1);
    await expectWaits(waits);
    await theirs.tell("release");
    const second = await waits;
    const waitsAgain = theirs.tell("acquire", LONG_MS);
    await queued(`${path}/locks`, 1);
    await expectWaits(waitsAgain);
    await first.release();
    expect(await waitsAgain).toBe("true");
    await theirs.tell("release");
    await second.release();
    expect(await children(`${path}/leases`)).toEqual([]);
  });

  it("leases are given in the order of asking, across both", async () => {
    const path = freshPath("semaphore");
    const ours = () => ourLock(path, new Semaphore(world.zk, path, { limit: 1 }));
    const theirs = async () => lockOf(await world.curator.open("semaphore", path, 1));
    const count = async () => (await children(`${path}/locks`)).length + (await children(`${path}/leases`)).length;
    // The first of those who wait stands in both queues.
    await expectOrder(path, [ours(), await theirs(), ours(), await theirs(), ours()], (granted, asked) =>
      eventually(count, asked - granted > 1 ? asked - granted + 1 : 1),
    );
  });

  it("under contention there are never more inside than the limit", async () => {
    const path = freshPath("semaphore");
    const locks = [
      ...[1, 2].map(() => ourLock(path, new Semaphore(world.zk, path, { limit: 2 }))),
      ...(await Promise.all([1, 2].map(async () => lockOf(await world.curator.open("semaphore", path, 2))))),
    ];
    await expectAtMostInside(2, locks, 10);
  });

  it("the limit that Curator's SharedCount keeps is heeded by both, and raising it lets in who waits", async () => {
    const path = freshPath("semaphore");
    const countPath = freshPath("limit");
    await using count = await new SharedCount(world.zk, countPath, { initial: 1 }).start();
    const ours = new Semaphore(world.zk, path, { limit: { path: countPath } });
    const theirs = await world.curator.open("counted-semaphore", path, countPath);
    const lease = await ours.acquire();
    const waits = theirs.tell("acquire", LONG_MS);
    await queued(`${path}/locks`, 1);
    await expectWaits(waits);
    await count.set(2);
    expect(await waits).toBe("true");
    const waitsToo = ours.acquire();
    await queued(`${path}/locks`, 1);
    await expectWaits(waitsToo);
    const curatorCount = await world.curator.open("shared-count", countPath, 0);
    await curatorCount.tell("set", 3);
    await (await waitsToo).release();
    await theirs.tell("release");
    await lease.release();
  });
}

/** With one of our two clients or the other. */
function ourLock(path: string, lock?: { acquire(): Promise<{ release(): Promise<void> }> }): AnyLock {
  let lease: { release(): Promise<void> } | undefined;
  const any = lock ?? new Mutex(world.other, path);
  return {
    async acquire() {
      lease = await any.acquire();
    },
    async release() {
      await lease?.release();
    },
  };
}

function lockOf(handle: Handle, prefix = ""): AnyLock {
  return {
    async acquire() {
      expect(await handle.tell(`${prefix}acquire`, LONG_MS)).toBe("true");
    },
    release: () => handle.tell(`${prefix}release`),
  };
}

/** That locks which are asked for one after another are granted in this order, one at a time. */
async function expectOrder(
  path: string,
  locks: readonly AnyLock[],
  standing = (granted: number, asked: number) => queued(path, asked - granted),
): Promise<void> {
  const granted: number[] = [];
  const all: Promise<unknown>[] = [];
  for (const [at, lock] of locks.entries()) {
    all.push(lock.acquire().then(() => granted.push(at)));
    await standing(0, at + 1);
  }
  for (const [at, lock] of locks.entries()) {
    await all[at];
    expect(granted).toEqual(locks.slice(0, at + 1).map((_, each) => each));
    await lock.release();
  }
}

/** That of many who come and go there are never more than `most` inside. */
async function expectAtMostInside(most: number, locks: readonly AnyLock[], rounds: number): Promise<void> {
  let inside = 0;
  let seen = 0;
  let entered = 0;
  await Promise.all(
    locks.map(async (lock) => {
      for (let round = 0; round < rounds; round++) {
        await lock.acquire();
        inside++;
        seen = Math.max(seen, inside);
        entered++;
        await new Promise((resolve) => setTimeout(resolve, 1));
        inside--;
        await lock.release();
      }
    }),
  );
  expect(entered).toBe(locks.length * rounds);
  expect(seen).toBeLessThanOrEqual(most);
}
