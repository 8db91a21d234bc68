/** Run by leak.test.ts with --expose-gc: does what programs do for years, and prints how much the heap grew, bytes. */
import { type Client, connect } from "../src/index.ts";

const [address = "", closedAddress = ""] = process.argv.slice(2);
const zk = await connect(address);
await zk.create("/leak");
const { signal } = new AbortController();

/** Growth that is measured again, bytes. */
const MUCH = 300_000;

const grown = {
  watches: await growth(2000, 10_000, watchOnce),
  calls: await growth(500, 10_000, async () => {
    await zk.get("/leak", { signal, timeoutMs: 60_000 });
  }),
  clients: await growth(50, 500, async () => {
    await using other = await connect(address);
    await other.watch("/leak");
    await other.get("/leak", { watch: () => {} });
  }),
  failures: await growth(5, 50, async () => {
    await connect(closedAddress, { connectTimeoutMs: 5 }).catch(() => {});
  }),
  // Without a connection: the queue must not keep what was given up.
  waiting: await cutOff(async (cut) => {
    const bytes = await growth(1000, 20_000, async () => {
      const controller = new AbortController();
      const call = cut.get("/leak", { signal: controller.signal }).catch(() => {});
      controller.abort();
      await call;
    });
    if (cut.stats.waiting !== 0) throw new Error(`${cut.stats.waiting} calls wait`);
    return bytes;
  }),
};
await zk.close();
console.log(JSON.stringify(grown));

async function watchOnce(): Promise<void> {
  const watch = await zk.watch("/leak", { recursive: true });
  const listener = () => {};
  await zk.get("/leak", { watch: listener });
  await Promise.all([watch.close(), zk.unwatch("/leak", listener)]);
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

async function cutOff<T>(act: (cut: Client) => Promise<T>): Promise<T> {
  await using cut = await connect(address);
  cut.updateServers(closedAddress);
  if (cut.state !== "suspended") throw new Error(`the session is ${cut.state}`);
  return await act(cut);
}
