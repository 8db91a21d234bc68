import type { Client } from "@rookery/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OPCODE, type RecipeServer, startWorld, type World } from "../../test/world.ts";
import { Barrier, DoubleBarrier } from "./index.ts";

let world: World;
let server: RecipeServer;

beforeEach(async () => {
  world = await startWorld();
  server = world.server;
});

afterEach(() => world[Symbol.asyncDispose]());

function newClient(): Promise<Client> {
  return world.client();
}

/** Settled by now? Several turns of calls have passed. */
async function isPending(promise: Promise<unknown>, client: Client): Promise<boolean> {
  let settled = false;
  promise.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  for (let turn = 0; turn < 5; turn++) await client.sync("/");
  return !settled;
}

async function children(client: Client, path: string): Promise<readonly string[]> {
  return (await client.exists(path)) === undefined ? [] : (await client.getChildren(path)).children;
}

describe("a barrier", () => {
  it("holds back all who wait until it is removed", async () => {
    const [a, b] = [await newClient(), await newClient()];
    const barrier = new Barrier(a, "/gates/one");
    await barrier.set();
    await barrier.set();
    expect(await barrier.isSet()).toBe(true);
    const waits = [new Barrier(b, "/gates/one").wait(), barrier.wait()];
    expect(await isPending(Promise.race(waits), b)).toBe(true);
    await barrier.remove();
    await barrier.remove();
    await Promise.all(waits);
    expect(await barrier.isSet()).toBe(false);
    await barrier.wait();
  });

  it("is set and removed once although replies are lost", async () => {
    const client = await newClient();
    const barrier = new Barrier(client, "/gate");
    void server.loseNextReply();
    await barrier.set();
    expect(await barrier.isSet()).toBe(true);
    void server.loseNextReply();
    await barrier.remove();
    expect(await barrier.isSet()).toBe(false);
  });

  it("is waited for across a lost connection and an expired session", async () => {
    const [a, b] = [await newClient(), await newClient()];
    await new Barrier(a, "/gate").set();
    const wait = new Barrier(b, "/gate").wait();
    await b.sync("/");
    await server.dropConnections({ session: b.sessionId });
    await vi.waitFor(() => expect(b.state).toBe("connected"));
    await server.expireSession(b.sessionId);
    expect(await isPending(wait, a)).toBe(true);
    await new Barrier(a, "/gate").remove();
    await wait;
  });

  it("is given up by a signal or a time, and then nobody listens any more", async () => {
    const client = await newClient();
    const barrier = new Barrier(client, "/gate");
    await barrier.set();
    const stop = new AbortController();
    const wait = barrier.wait({ signal: stop.signal });
    await client.sync("/");
    stop.abort(new Error("enough"));
    await expect(wait).rejects.toMatchObject({ code: "ABORTED", cause: new Error("enough") });
    await expect(barrier.wait({ timeoutMs: 5 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await client.sync("/");
    const { eventsReceived } = client.stats;
    await barrier.remove();
    await client.sync("/");
    expect(client.stats.eventsReceived).toBe(eventsReceived);
    expect(client.events.listenerCount("state")).toBe(0);
  });
});

describe("a double barrier", () => {
  it("lets all begin when the last is in, and end when the last has left", async () => {
    const members = await Promise.all([1, 2, 3].map(async () => new DoubleBarrier(await newClient(), "/party", 3)));
    const [a, b, c] = members as [DoubleBarrier, DoubleBarrier, DoubleBarrier];
    const early = [a.enter(), b.enter()];
    expect(await isPending(Promise.race(early), c.client)).toBe(true);
    await Promise.all([...early, c.enter()]);
    expect(await children(a.client, "/party")).toHaveLength(4);
    const left = [a.leave(), c.leave()];
    expect(await isPending(Promise.race(left), b.client)).toBe(true);
    await Promise.all([...left, b.leave()]);
    expect(await children(a.client, "/party")).toEqual([]);
  });

  it("keeps its members in step round after round", async () => {
    const members = await Promise.all([1, 2, 3].map(async () => new DoubleBarrier(await newClient(), "/party", 3)));
    const working = new Set<number>();
    await Promise.all(
      members.map(async (member, index) => {
        for (let round = 0; round < 20; round++) {
          await member.enter({ timeoutMs: 10_000 });
          working.add(round * 10 + index);
          await member.leave({ timeoutMs: 10_000 });
          expect([0, 1, 2].filter((each) => working.has(round * 10 + each))).toHaveLength(3);
        }
      }),
    );
    expect(await children((members[0] as DoubleBarrier).client, "/party")).toEqual([]);
  });

  it("has no member left of one who gave up waiting", async () => {
    const client = await newClient();
    const barrier = new DoubleBarrier(client, "/party", 2);
    const stop = new AbortController();
    const entering = barrier.enter({ signal: stop.signal });
    await vi.waitFor(async () => expect(await children(client, "/party")).toHaveLength(1));
    stop.abort();
    await expect(entering).rejects.toMatchObject({ code: "ABORTED" });
    await vi.waitFor(async () => expect(await children(client, "/party")).toEqual([]));
    await expect(barrier.enter({ timeoutMs: 5 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await vi.waitFor(async () => expect(await children(client, "/party")).toEqual([]));
    expect(client.events.listenerCount("state")).toBe(0);
  });

  it("counts a member once although the reply to its creation was lost", async () => {
    const [a, b] = [await newClient(), await newClient()];
    await a.ensurePath("/party");
    void server.loseNextReply({ opcode: OPCODE.create, session: a.sessionId });
    const entering = new DoubleBarrier(a, "/party", 2).enter();
    await vi.waitFor(() => expect(a.stats.connections).toBe(2));
    expect(await isPending(entering, a)).toBe(true);
    expect(await children(b, "/party")).toHaveLength(1);
    await Promise.all([entering, new DoubleBarrier(b, "/party", 2).enter()]);
  });

  it("lets a waiting member enter again when its session has expired", async () => {
    const [a, b] = [await newClient(), await newClient()];
    const entering = new DoubleBarrier(a, "/party", 2).enter();
    await vi.waitFor(async () => expect(await children(b, "/party")).toHaveLength(1));
    const before = await children(b, "/party");
    await server.expireSession(a.sessionId);
    await vi.waitFor(async () => {
      const now = await children(b, "/party");
      expect(now).toHaveLength(1);
      expect(now).not.toEqual(before);
    });
    await Promise.all([entering, new DoubleBarrier(b, "/party", 2).enter()]);
  });

  it("takes a member that died for one that has left", async () => {
    const [a, b] = [await newClient(), await newClient()];
    const [one, two] = [new DoubleBarrier(a, "/party", 2), new DoubleBarrier(b, "/party", 2)];
    await Promise.all([one.enter(), two.enter()]);
    await b.close();
    await one.leave();
    expect(await children(a, "/party")).toEqual([]);
  });

  it("does not count a `ready` that dead members have left", async () => {
    const client = await newClient();
    await client.create("/party/ready", "", { parents: true });
    const entering = new DoubleBarrier(client, "/party", 2).enter();
    expect(await isPending(entering, client)).toBe(true);
    await Promise.all([entering, new DoubleBarrier(await newClient(), "/party", 2).enter()]);
  });

  it("refuses to enter twice, to leave before it is in, and a count that is none", async () => {
    const client = await newClient();
    const barrier = new DoubleBarrier(client, "/party", 1);
    await expect(barrier.leave()).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
    await barrier.enter();
    await expect(barrier.enter()).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
    await barrier.leave();
    expect(() => new DoubleBarrier(client, "/party", 0)).toThrow(/positive integer/);
  });
});
