/**
 * Run by leak.test.ts with --expose-gc: does what programs do for years. Prints how much the heap grew, bytes; and what is left
 * with the client still open: listeners, watches and znodes.
 */
import { connect, isCoordinationError } from "@rookery/client";
import { Barrier, LeaderLatch, Mutex, Queue, Semaphore, TreeCache } from "../src/index.ts";
import { watches } from "./watches.ts";

const [port = "", chroot = ""] = process.argv.slice(2);
const zk = await connect(`127.0.0.1:${port}${chroot}`);
const other = await connect(`127.0.0.1:${port}${chroot}`);
const mutex = new Mutex(zk, "/mutex");
const barrier = new Barrier(zk, "/barrier");
const queue = new Queue(zk, "/queue");
const semaphore = new Semaphore(zk, "/semaphore", { limit: 2 });
await barrier.set();
await zk.create("/tree/a/b", "", { parents: true });
/** As long as the program: what is put on it must come off again. */
const { signal } = new AbortController();

/** Growth that is measured again, bytes. */
const MUCH = 300_000;

const grown = {
  locks: await growth(300, 2000, async () => {
    const lease = await mutex.acquire({ signal, timeoutMs: 60_000 });
    await lease.release();
  }),
  contended: await growth(100, 500, async () => {
    const lease = await mutex.acquire();
    const next = new Mutex(other, "/mutex").acquire({ signal });
    await givenUp((limits) => mutex.acquire(limits));
    await lease.release();
    await (await next).release();
  }),
  leases: await growth(100, 300, async () => {
    await (await semaphore.acquire({ signal })).release();
  }),
  latches: await growth(100, 300, async () => {
    await using latch = new LeaderLatch(zk, "/latch");
    await latch.start();
    await latch.awaitLeadership({ signal });
  }),
  caches: await growth(300, 2000, async () => {
    await using cache = new TreeCache(zk, "/tree");
    await cache.ready({ signal });
    await cache.changes({ signal }).return();
  }),
  waits: await growth(300, 2000, async () => {
    await Promise.all([givenUp((limits) => barrier.wait(limits)), givenUp((limits) => queue.take(limits))]);
  }),
};
// What was taken back goes out before this does.
await zk.sync("/");
const left = {
  listeners: [zk, other].flatMap(({ events }) => events.eventNames()),
  watches: await watches(Number(port), chroot),
  ephemerals: await zk.getEphemerals(),
};
await Promise.all([zk.close(), other.close()]);
console.log(JSON.stringify({ grown, left }));

/** Waits for a moment, and gives up. */
async function givenUp(wait: (options: { readonly signal: AbortSignal }) => Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  const waiting = wait({ signal: stop.signal }).catch((error) => {
    if (!isCoordinationError(error, "ABORTED")) throw error;
  });
  await zk.sync("/");
  stop.abort();
  await waiting;
}

/**
 * How much more there is after `count` runs than after `warm`. If that is much, then after as many again: a leak comes again, and
 * code that is compiled late does not.
 */
async function growth(warm: number, count: number, act: () => Promise<void>): Promise<number> {
  for (let at = 0; at < warm; at++) await act();
  const first = await grownBy(count, act);
  return first < MUCH ? first : Math.min(first, await grownBy(count, act));
}

async function grownBy(count: number, act: () => Promise<void>): Promise<number> {
  const before = await settledHeap();
  for (let at = 0; at < count; at++) await act();
  return (await settledHeap()) - before;
}

async function settledHeap(): Promise<number> {
  for (let at = 0; at < 4; at++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc?.();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
