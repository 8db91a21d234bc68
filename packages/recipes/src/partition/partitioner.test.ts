import type { Client } from "@rookery/client";
import { expect, it, onTestFinished, vi } from "vitest";
import { OPCODE, type RecipeServer, type World, worldOfTest } from "../../test/world.ts";
import { everyNth, type PartitionerOptions, SetPartitioner } from "./partitioner.ts";

const ITEMS = ["a", "b", "c", "d", "e"];

it("gives everything to the only member", async () => {
  const { zk } = await start();
  const partitioner = join(zk);
  expect(partitioner.state).toBe("allocating");
  const share = await partitioner.acquired();
  expect(share.items).toEqual(ITEMS);
  expect(partitioner.state).toBe("acquired");
  expect(await partitioner.acquired()).toBe(share);
});

it("divides the items among members, who release them first", async () => {
  const { zk, client } = await start();
  const one = join(zk, { identifier: "one" });
  const before = await one.acquired();
  const two = join(await client(), { identifier: "two" });
  await vi.waitFor(() => expect(one.state).toBe("release"));
  expect(before.signal.aborted).toBe(true);
  // The other waits for the items of its share for as long as the work on them goes on.
  await expect(two.acquired({ timeoutMs: 100 })).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(two.state).toBe("allocating");
  await one.release();
  const [first, second] = await Promise.all([one.acquired(), two.acquired()]);
  expect([first.items, second.items]).toEqual([
    ["a", "c", "e"],
    ["b", "d"],
  ]);
  await two.close();
  await vi.waitFor(() => expect(one.state).toBe("release"));
  await one.release();
  expect((await one.acquired()).items).toEqual(ITEMS);
});

it("gives a member nothing where there are more members than items", async () => {
  const { zk, client } = await start();
  const one = join(zk, { identifier: "one" }, ["a"]);
  const two = join(await client(), { identifier: "two" }, ["a"]);
  const shares = await Promise.all([one.acquired(), two.acquired()]);
  expect(shares.map(({ items }) => items)).toEqual([["a"], []]);
});

it("takes another function, and fails if that gives what is no item", async () => {
  const { zk } = await start();
  const last = join(zk, { partition: (_identifier, _members, items) => items.slice(-1) });
  expect((await last.acquired()).items).toEqual(["e"]);
  await last.close();
  const wrong = join(zk, { partition: () => ["x"] });
  await expect(wrong.acquired()).rejects.toThrow('the partition gives "x", which is no item.');
  expect(wrong.state).toBe("failure");
  await expect(wrong.acquired()).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  const broken = join(zk, {
    partition: () => {
      throw new Error("broken");
    },
  });
  await expect(broken.acquired()).rejects.toThrow("the partition failed: Error: broken");
});

it("cannot rely on its share while there is no connection, and has one again afterwards", async () => {
  const { server, zk } = await start();
  const partitioner = join(zk);
  const share = await partitioner.acquired();
  await server.dropConnections();
  await vi.waitFor(() => expect(share.signal.aborted).toBe(true));
  expect(partitioner.state).toBe("release");
  await partitioner.release();
  expect((await partitioner.acquired()).items).toEqual(ITEMS);
});

it("joins again after an expiry", async () => {
  const { server, zk, client } = await start();
  const one = join(zk, { identifier: "one" });
  const two = join(await client(), { identifier: "two" });
  const shares = new Map<SetPartitioner, readonly string[]>();
  const losses: unknown[] = [];
  const running = [one, two].map((each) =>
    each.run(async (items, signal) => {
      shares.set(each, items);
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      shares.delete(each);
      losses.push(each);
    }),
  );
  const divided = () =>
    expect([shares.get(one), shares.get(two)]).toEqual([
      ["a", "c", "e"],
      ["b", "d"],
    ]);
  await vi.waitFor(divided);
  losses.length = 0;
  await server.expireSession(zk.sessionId);
  await vi.waitFor(() => expect(losses).toContain(one));
  await vi.waitFor(divided);
  await Promise.all([one.close(), two.close()]);
  await Promise.all(running);
});

it("loses its share when somebody deletes one of its locks", async () => {
  const { zk } = await start();
  const partitioner = join(zk);
  const share = await partitioner.acquired();
  const { children } = await zk.getChildren("/w/locks/c");
  expect(children).toHaveLength(1);
  await zk.delete(`/w/locks/c/${children[0]}`);
  await vi.waitFor(() => expect(share.signal.aborted).toBe(true));
  await partitioner.release();
  expect((await partitioner.acquired()).items).toEqual(ITEMS);
});

it("leaves no lock behind when a reply is lost", async () => {
  const { server, zk } = await start();
  let lost: Promise<unknown> | undefined;
  const partitioner = join(zk, {
    partition(_identifier, _members, items) {
      // What is created next are the locks.
      lost ??= server.loseNextReply({ opcode: OPCODE.create, session: zk.sessionId });
      return items;
    },
  });
  const share = await partitioner.acquired();
  expect(share.items).toEqual(ITEMS);
  await lost;
  for (const item of ITEMS)
    await vi.waitFor(async () => expect((await zk.getChildren(`/w/locks/${item}`)).children).toHaveLength(1));
});

it("leaves nothing behind when it is closed, whatever it was doing", async () => {
  const { zk, client } = await start();
  const other = await client();
  const holder = join(other, { identifier: "0" });
  await holder.acquired();
  const waiting = join(zk, { identifier: "1" });
  await vi.waitFor(() => expect(holder.state).toBe("release"));
  await vi.waitFor(async () => expect((await zk.getChildren("/w/locks/b")).children).toHaveLength(2));
  const acquired = expect(waiting.acquired()).rejects.toMatchObject({ code: "CLOSED" });
  const states = waiting.states();
  await waiting.close();
  await acquired;
  expect((await states.next()).value).toBe("closed");
  expect((await states.next()).done).toBe(true);
  expect((await zk.getChildren("/w/locks/b")).children).toHaveLength(1);
  expect((await zk.getChildren("/w/party")).children).toHaveLength(1);
  expect(zk.events.listenerCount("state")).toBe(0);
  await holder.close();
  expect((await zk.getChildren("/w/party")).children).toEqual([]);
  expect(other.events.listenerCount("state")).toBe(0);
});

it("works on each share in turn, and never two members on one item", async () => {
  const { server, zk, client } = await start();
  const owners = new Map<string, string>();
  const worked = new Set<string>();
  const running: Promise<void>[] = [];
  const begin = async (client: Client, identifier: string) => {
    const partitioner = join(client, { identifier, settleMs: 5 });
    const done = partitioner.run(async (items, signal) => {
      for (const item of items) {
        expect(owners.get(item)).toBeUndefined();
        owners.set(item, identifier);
        worked.add(`${identifier} ${item}`);
      }
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      for (const item of items) owners.delete(item);
    });
    running.push(done);
    return partitioner;
  };
  const clients = [zk, await client(), await client()];
  const partitioners = await Promise.all(clients.map((each, at) => begin(each, `${at}`)));
  await vi.waitFor(() => expect(owners.size).toBe(ITEMS.length));
  for (let round = 0; round < 5; round++) {
    const at = round % 3;
    await partitioners[at]?.close();
    expect([...owners.values()]).not.toContain(`${at}`);
    await vi.waitFor(() => expect(owners.size).toBe(ITEMS.length));
    if (round === 2) await server.dropConnections();
    partitioners[at] = await begin(clients[at] as Client, `${at}`);
    await vi.waitFor(() => expect(owners.size).toBe(ITEMS.length), { timeout: 5000 });
  }
  await Promise.all(partitioners.map((each) => each.close()));
  await Promise.all(running);
  expect(owners.size).toBe(0);
  expect(worked.size).toBeGreaterThan(ITEMS.length);
});

it("gives the share up when the work on it fails, and when it is aborted", async () => {
  const { zk } = await start();
  const partitioner = join(zk);
  const failing = partitioner.run(async () => {
    throw new Error("broken");
  });
  await expect(failing).rejects.toThrow("broken");
  expect(partitioner.state).toBe("allocating");
  const controller = new AbortController();
  const aborted = partitioner.run(
    async (_items, signal) => {
      controller.abort();
      expect(signal.aborted).toBe(true);
    },
    { signal: controller.signal },
  );
  await expect(aborted).rejects.toMatchObject({ code: "ABORTED" });
});

it("keeps its items until the work on them has ended, also when it is closed", async () => {
  const { zk, client } = await start();
  const other = await client();
  const partitioner = join(zk);
  let end = () => {};
  const done = partitioner.run(() => new Promise((resolve) => (end = resolve)));
  await vi.waitFor(() => expect(partitioner.state).toBe("acquired"));
  const closed = partitioner.close();
  expect(partitioner.state).toBe("closed");
  expect((await other.getChildren("/w/locks/a")).children).toHaveLength(1);
  end();
  await Promise.all([done, closed]);
  expect((await other.getChildren("/w/locks/a")).children).toEqual([]);
});

it("waits for the earlier member of the same identifier to go", async () => {
  const { zk, client } = await start();
  const earlier = await client();
  const one = join(earlier, { identifier: "same" });
  await one.acquired();
  const two = join(zk, { identifier: "same" });
  await vi.waitFor(() => expect(one.state).toBe("release"));
  await one.release();
  await expect(two.acquired({ timeoutMs: 100 })).rejects.toMatchObject({ code: "TIMEOUT" });
  await earlier.close();
  expect((await two.acquired()).items).toEqual(ITEMS);
});

it("refuses names and options that make no sense", async () => {
  const { zk } = await start();
  expect(() => new SetPartitioner(zk, "/w", ["a/b"])).toThrow('item "a/b": it must be a name without slashes.');
  expect(() => new SetPartitioner(zk, "/w", ["a"], { identifier: "" })).toThrow("identifier");
  expect(() => new SetPartitioner(zk, "/w", ["a"], { settleMs: 0 })).toThrow("settleMs");
  expect(zk.events.listenerCount("state")).toBe(0);
});

it("divides as kazoo does", () => {
  expect(everyNth("b", ["a", "b", "c"], ["1", "2", "3", "4", "5"])).toEqual(["2", "5"]);
});

function join(zk: Client, options: PartitionerOptions = {}, items: readonly string[] = ITEMS): SetPartitioner {
  const partitioner = new SetPartitioner(zk, "/w", items, { settleMs: 20, ...options });
  onTestFinished(() => partitioner.close());
  return partitioner;
}

async function start(): Promise<{ server: RecipeServer; zk: Client; client: World["client"] }> {
  const { server, client } = await worldOfTest();
  return { server, zk: await client(), client };
}
