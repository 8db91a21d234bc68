/** Queues of every kind. */
import { DelayQueue, IdQueue, PriorityQueue, Queue, textCodec } from "@rookery/recipes";
import { describe, expect, it } from "vitest";
import type { Handle } from "../src/helper.ts";
import { children, eventually, expectWaits, freshPath, LONG_MS, leftOut, world } from "../src/world.ts";

const codec = textCodec;

describe("Queue and Curator's SimpleDistributedQueue", simpleCases);
describe("PriorityQueue and kazoo's Queue", priorityCases);
describe("PriorityQueue and kazoo's LockingQueue", lockingCases);
describe("DelayQueue and Curator's DistributedDelayQueue", delayCases);
describe("IdQueue and Curator's DistributedIdQueue", idCases);
describe("IdQueue and Curator's DistributedQueue", plainCases);
leftOut(
  "Curator's DistributedPriorityQueue",
  "names with the priority in hexadecimal: another layout than PriorityQueue's",
);
leftOut(
  "ZooKeeper's own DistributedQueue",
  "its layout is that of Curator's SimpleDistributedQueue, which stands for it",
);

function simpleCases(): void {
  const open = async (path: string) => ({
    ours: new Queue<string>(world.zk, path, { codec }),
    theirs: await world.curator.open("simple-queue", path),
  });

  it("items of both are taken by both, in the order in which they were put", async () => {
    const { ours, theirs } = await open(freshPath("queue"));
    await ours.offer("1");
    await theirs.tell("offer", "2");
    await ours.offerAll(["3", "4"]);
    await theirs.tell("offer", "5");
    expect(await theirs.tell("peek")).toBe("1");
    expect(await ours.size()).toBe(5);
    expect(await ours.poll()).toBe("1");
    expect(await theirs.tell("poll")).toBe("2");
    expect(await theirs.tell("poll")).toBe("3");
    expect(await ours.peek()).toBe("4");
    expect(await ours.poll()).toBe("4");
    expect(await ours.poll()).toBe("5");
    expect(await theirs.tell("poll")).toBe("none");
    expect(await ours.poll()).toBeUndefined();
  });

  it("who waits for an item is woken by one of the other's", async () => {
    const { ours, theirs } = await open(freshPath("queue"));
    const taken = theirs.tell("take", LONG_MS);
    await expectWaits(taken);
    await ours.offer("ours");
    expect(await taken).toBe("ours");
    const takenByOurs = ours.take({ timeoutMs: LONG_MS });
    await expectWaits(takenByOurs);
    await theirs.tell("offer", "theirs");
    expect(await takenByOurs).toBe("theirs");
  });

  it("when many of both put and take, each item is taken once", async () => {
    const path = freshPath("queue");
    const { ours, theirs } = await open(path);
    const takes = await world.curator.open("simple-queue", path);
    const count = 40;
    const names = Array.from({ length: count }, (_, at) => String(at));
    const taken: string[] = [];
    const takeAll = async (take: () => Promise<string>) => {
      while (taken.length < 2 * count) {
        const item = await take();
        if (item !== "none") taken.push(item);
      }
    };
    const put = async (offer: (item: string) => Promise<unknown>, prefix: string) => {
      for (const name of names) await offer(`${prefix}${name}`);
    };
    const other = new Queue<string>(world.other, path, { codec });
    await Promise.all([
      put((item) => ours.offer(item), "o"),
      put((item) => theirs.tell("offer", item), "c"),
      takeAll(async () => (await other.poll()) ?? "none"),
      takeAll(() => takes.tell("poll")),
    ]);
    expect([...taken].sort()).toEqual([...names.map((n) => `c${n}`), ...names.map((n) => `o${n}`)].sort());
  });

  it("items of Curator's are worked off by a consumer of ours", async () => {
    const { ours, theirs } = await open(freshPath("queue"));
    const stop = new AbortController();
    const seen: string[] = [];
    const consumed = ours.consume((item) => void seen.push(item), { signal: stop.signal });
    for (const item of ["1", "2", "3"]) await theirs.tell("offer", item);
    await eventually(() => seen, ["1", "2", "3"]);
    await eventually(() => ours.size(), 0);
    stop.abort();
    await consumed;
  });

  it("Curator's knows no locks: it takes the item that a consumer of ours works on", async () => {
    const { ours, theirs } = await open(freshPath("queue"));
    await ours.offer("item");
    const work = await holdItem(ours);
    expect(await theirs.tell("poll")).toBe("item");
    await work.finish();
  });
}

function priorityCases(): void {
  it("items of both are taken by both, the most urgent first", async () => {
    const path = freshPath("queue");
    const ours = new PriorityQueue<string>(world.zk, path, { codec });
    const theirs = await world.kazoo.open("queue", path);
    await theirs.tell("put", "c", 100);
    await ours.offer("d");
    await ours.offer("a", { priority: 5 });
    await theirs.tell("put", "b", 7);
    await theirs.tell("put", "e", 999);
    expect(await theirs.tell("size")).toBe("5");
    expect(await ours.size()).toBe(5);
    expect(await theirs.tell("get")).toBe("a");
    expect(await ours.poll()).toBe("b");
    expect(await ours.poll()).toBe("c");
    expect(await theirs.tell("get")).toBe("d");
    expect(await ours.poll()).toBe("e");
    expect(await theirs.tell("get")).toBe("none");
  });

  it("kazoo's Queue knows no locks: it takes the item that a consumer of ours works on", async () => {
    const path = freshPath("queue");
    const ours = new PriorityQueue<string>(world.zk, path, { codec });
    await ours.offer("item");
    const work = await holdItem(ours);
    expect(await (await world.kazoo.open("queue", path)).tell("get")).toBe("item");
    await work.finish();
  });

  it("ours that waits is woken by an item of kazoo's", async () => {
    const path = freshPath("queue");
    const taken = new PriorityQueue<string>(world.zk, path, { codec }).take({ timeoutMs: LONG_MS });
    await expectWaits(taken);
    await (await world.kazoo.open("queue", path)).tell("put", "item", 100);
    expect(await taken).toBe("item");
  });
}

function lockingCases(): void {
  const open = async (path: string) => ({
    ours: new PriorityQueue<string>(world.zk, `${path}/entries`, { codec, locksPath: `${path}/taken` }),
    theirs: await world.kazoo.open("locking-queue", path),
  });

  it("with its paths, what kazoo holds is not taken by ours, and comes to ours when kazoo lets go of it", async () => {
    const { ours, theirs } = await open(freshPath("queue"));
    await ours.offer("1");
    await theirs.tell("put", "2", 100);
    expect(await theirs.tell("get", LONG_MS)).toBe("1");
    expect(await ours.poll()).toBe("2");
    expect(await ours.poll()).toBeUndefined();
    const taken = ours.take({ timeoutMs: LONG_MS });
    await expectWaits(taken);
    await theirs.tell("release");
    expect(await taken).toBe("1");
  });

  it("with its paths, what kazoo has consumed is gone for ours", async () => {
    const { ours, theirs } = await open(freshPath("queue"));
    await ours.offerAll(["1", "2"]);
    expect(await theirs.tell("get", LONG_MS)).toBe("1");
    expect(await theirs.tell("consume")).toBe("true");
    expect(await ours.size()).toBe(1);
    expect(await ours.poll()).toBe("2");
  });

  it("with its paths, what a consumer of ours works on is not given to kazoo", async () => {
    const { ours, theirs } = await open(freshPath("queue"));
    await ours.offerAll(["1", "2"]);
    const work = await holdItem(ours);
    expect(await theirs.tell("get", LONG_MS)).toBe("2");
    expect(await theirs.tell("consume")).toBe("true");
    expect(await theirs.tell("get", 300)).toBe("none");
    await work.finish();
    await eventually(() => ours.size(), 0);
  });
}

function delayCases(): void {
  it("an item of ours comes to Curator's consumer when its time has come, and one of Curator's to ours", async () => {
    const path = freshPath("queue");
    const ours = new DelayQueue<string>(world.zk, path, { codec });
    const producer = await world.curator.open("delay-queue", path, "", "producer");
    await producer.tell("put", "later", 1500);
    await producer.tell("put", "now", 0);
    expect(await ours.poll()).toBe("now");
    expect(await ours.poll()).toBeUndefined();
    expect(await ours.size()).toBe(1);
    expect(await ours.take({ timeoutMs: LONG_MS })).toBe("later");
    await ours.offer("later", { delayMs: 1500 });
    await ours.offer("now", { delayMs: 0 });
    const consumer = await world.curator.open("delay-queue", path, "", "consumer");
    await eventually(() => consumer.tell("received"), "now");
    await eventually(() => consumer.tell("received"), "now,later");
    await close(producer, consumer);
  });

  it("several items that Curator has put as one are taken one by one", async () => {
    const path = freshPath("queue");
    const producer = await world.curator.open("delay-queue", path, "", "producer");
    await producer.tell("put-several", "1", "2", "3");
    const ours = new DelayQueue<string>(world.zk, path, { codec });
    for (const item of ["1", "2", "3"]) expect(await ours.poll()).toBe(item);
    expect(await ours.size()).toBe(0);
    await close(producer);
  });
}

function idCases(): void {
  it("items of both are taken by both", async () => {
    const path = freshPath("queue");
    const ours = new IdQueue<string>(world.zk, path, { codec });
    const producer = await world.curator.open("id-queue", path, "", "producer");
    await producer.tell("put", "theirs", "a");
    expect(await ours.hasId("a")).toBe(true);
    expect(await ours.poll()).toBe("theirs");
    const consumer = await world.curator.open("id-queue", path, "", "consumer");
    await ours.offer("ours", "b");
    await eventually(() => consumer.tell("received"), "ours");
    await close(producer, consumer);
  });

  it("each removes the other's items by their id", async () => {
    const path = freshPath("queue");
    const ours = new IdQueue<string>(world.zk, path, { codec });
    const theirs = await world.curator.open("id-queue", path, "", "producer");
    await theirs.tell("put", "1", "a");
    await ours.offer("2", "a");
    await ours.offer("3", "b");
    await theirs.tell("put", "4", "b");
    await theirs.tell("put", "5", "c");
    expect(await ours.removeId("a")).toBe(2);
    expect(await theirs.tell("remove", "b")).toBe("2");
    expect(await ours.poll()).toBe("5");
    expect(await ours.size()).toBe(0);
    await close(theirs);
  });

  it("with the same path for locks, what a consumer of ours works on is not given to Curator's", async () => {
    const path = freshPath("queue");
    const locksPath = `${path}-locks`;
    const ours = new IdQueue<string>(world.zk, path, { codec, locksPath });
    await ours.offer("held", "a");
    const work = await holdItem(ours);
    const consumer = await world.curator.open("id-queue", path, locksPath, "consumer");
    await ours.offer("free", "b");
    await eventually(() => consumer.tell("received"), "free");
    expect(await ours.size()).toBe(1);
    await work.finish();
    await eventually(() => ours.size(), 0);
    expect(await consumer.tell("received")).toBe("free");
    await close(consumer);
  });

  it("when consumers of both share the locks, each item is worked off once", async () => {
    const path = freshPath("queue");
    const locksPath = `${path}-locks`;
    const ours = new IdQueue<string>(world.zk, path, { codec, locksPath });
    const items = Array.from({ length: 60 }, (_, at) => `i${at}`);
    await ours.offerAll(items, "id");
    const consumer = await world.curator.open("id-queue", path, locksPath, "consumer");
    const stop = new AbortController();
    const seen: string[] = [];
    const consumed = ours.consume((item) => void seen.push(item), { signal: stop.signal });
    await eventually(() => ours.size(), 0);
    await eventually(async () => (await received(consumer)).length + seen.length, items.length);
    expect([...seen, ...(await received(consumer))].sort()).toEqual([...items].sort());
    stop.abort();
    await consumed;
    await close(consumer);
  });
}

function plainCases(): void {
  it("its items, which have no id, are taken by ours in order", async () => {
    const path = freshPath("queue");
    const ours = new IdQueue<string>(world.zk, path, { codec });
    const producer = await world.curator.open("queue", path, "", "producer");
    for (const item of ["1", "2", "3"]) await producer.tell("put", item);
    for (const item of ["1", "2", "3"]) expect(await ours.poll()).toBe(item);
    expect(await children(path)).toEqual([]);
    await close(producer);
  });

  it("several that Curator has put as one are taken before what was put later", async () => {
    const path = freshPath("queue");
    const ours = new IdQueue<string>(world.zk, path, { codec });
    const producer = await world.curator.open("queue", path, "", "producer");
    await producer.tell("put", "1");
    await producer.tell("put-several", "2", "3");
    await producer.tell("put", "4");
    for (const item of ["1", "2", "3", "4"]) expect(await ours.poll()).toBe(item);
    await close(producer);
  });

  it("items of ours come to its consumer", async () => {
    const path = freshPath("queue");
    const ours = new IdQueue<string>(world.zk, path, { codec });
    const consumer = await world.curator.open("queue", path, "", "consumer");
    await ours.offerAll(["1", "2"], "a");
    await eventually(() => consumer.tell("received"), "1,2");
    await close(consumer);
  });
}

async function received(consumer: Handle): Promise<string[]> {
  return (await consumer.tell("received")).split(",").filter((item) => item !== "");
}

async function close(...handles: readonly Handle[]): Promise<void> {
  await Promise.all(handles.map((handle) => handle.tell("close")));
}

/** A consumer of ours that has got the first item, and works on it until it is told to finish. */
async function holdItem(queue: {
  consume(handler: () => Promise<void>, options: { readonly signal: AbortSignal }): Promise<void>;
}): Promise<{ finish(): Promise<void> }> {
  const stop = new AbortController();
  let onFinish = () => {};
  const finished = new Promise<void>((resolve) => {
    onFinish = resolve;
  });
  let consumed: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve) => {
    const handler = () => {
      resolve();
      return finished;
    };
    consumed = queue.consume(handler, { signal: stop.signal });
  });
  const finish = async () => {
    stop.abort();
    onFinish();
    await consumed;
  };
  return { finish };
}
