import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPCODE, startWorld, untilAborted, type World } from "../../test/world.ts";
import type { Lease } from "../support/lease.ts";
import { LeaderLatch, type LeaderLatchOptions } from "./leader-latch.ts";

const PATH = "/leaders/one";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

async function latch(id: string, options: LeaderLatchOptions = {}): Promise<LeaderLatch> {
  return new LeaderLatch(await world.client(), PATH, { id, ...options });
}

/** What a latch tells its listeners. */
function listenTo({ events }: LeaderLatch): string[] {
  const told: string[] = [];
  events.on("elected", () => told.push("elected"));
  events.on("deposed", ({ code }) => told.push(`deposed: ${code}`));
  return told;
}

describe("a leader latch", () => {
  it("is not waited for before it takes part", async () => {
    await expect((await latch("a")).awaitLeadership()).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  });

  it("lets the first lead, until it is closed, and then the next", async () => {
    const [a, b, c] = [await latch("a"), await latch("b"), await latch("c")];
    for (const each of [a, b, c]) await each.start();
    const first = await a.awaitLeadership();
    expect([a.isLeader, b.isLeader, c.isLeader]).toEqual([true, false, false]);
    expect(a.lease).toBe(first);
    expect(await b.leader()).toMatchObject({ id: "a", isLeader: true, token: first.token });
    expect((await c.participants()).map(({ id }) => id)).toEqual(["a", "b", "c"]);
    await b.close();
    await a.close();
    expect(first.signal.reason).toMatchObject({ code: "CLOSED" });
    const second = await c.awaitLeadership({ timeoutMs: 2000 });
    expect(second.token > first.token).toBe(true);
    await c.close();
    expect(await a.leader()).toBeUndefined();
    await world.expectNothingLeft(PATH);
  });

  it("has Curator's layout", async () => {
    await using one = await latch("me");
    await one.start();
    const lease = await one.awaitLeadership();
    expect(lease.path).toMatch(/^\/leaders\/one\/_c_[0-9a-f-]{36}-latch-[0-9]{10}$/);
    expect((await (await world.client()).get(lease.path)).data.toString()).toBe("me");
  });

  it("tells of its own closing or not, by its mode", async () => {
    const [a, b] = [await latch("a"), await latch("b", { closeMode: "notify" })];
    const told = [listenTo(a), listenTo(b)];
    for (const each of [a, b]) {
      await each.start();
      await each.awaitLeadership();
      await each.close();
    }
    expect(told).toEqual([["elected"], ["elected", "deposed: CLOSED"]]);
    const c = await latch("c");
    const toldByC = listenTo(c);
    await c.start();
    await c.awaitLeadership();
    await c.close({ mode: "notify" });
    expect(toldByC).toEqual(["elected", "deposed: CLOSED"]);
    await world.expectNothingLeft(PATH);
  });

  it("tells its changes to a loop, which ends when it is closed", async () => {
    const client = await world.client();
    const one = new LeaderLatch(client, PATH, { closeMode: "notify" });
    await one.start();
    const seen: (Lease | undefined)[] = [];
    for await (const lease of one.changes()) {
      seen.push(lease);
      if (seen.length === 1) await world.server.dropConnections({ session: client.sessionId });
      if (seen.length === 3) void one.close();
    }
    expect(seen.map((lease) => lease !== undefined)).toEqual([true, false, true, false]);
    expect(seen[2]?.token).toBe(seen[0]?.token);
    await world.expectNothingLeft(PATH);
  });

  it("ends a loop that is aborted, and one of a latch whose client is closed, with the reason", async () => {
    const client = await world.client();
    const one = new LeaderLatch(client, PATH);
    const controller = new AbortController();
    const next = one.changes({ signal: controller.signal }).next();
    controller.abort();
    await expect(next).rejects.toMatchObject({ code: "ABORTED" });
    await one.start();
    const changes = one.changes();
    expect((await changes.next()).value).toBe(one.lease);
    await client.close();
    expect((await changes.next()).value).toBeUndefined();
    await expect(changes.next()).rejects.toMatchObject({ code: "CLOSED" });
    await expect(one.awaitLeadership()).rejects.toMatchObject({ code: "CLOSED" });
    await one.close();
  });

  it("stops leading when the connection breaks, and goes on with the same token if the session lives", async () => {
    const client = await world.client();
    const one = new LeaderLatch(client, PATH);
    const told = listenTo(one);
    const other = await latch("other");
    await one.start();
    const first = await one.awaitLeadership();
    await other.start();
    await world.server.dropConnections({ session: client.sessionId });
    await untilAborted(first.signal);
    expect(one.isLeader).toBe(false);
    const again = await one.awaitLeadership({ timeoutMs: 2000 });
    expect(again).not.toBe(first);
    expect(again.token).toBe(first.token);
    expect(told).toEqual(["elected", "deposed: CONNECTION_LOSS", "elected"]);
    expect(other.isLeader).toBe(false);
    await one.close();
    await other.close();
    await world.expectNothingLeft(PATH);
  });

  it("goes on leading through a break under the policy `session`", async () => {
    const client = await world.client();
    const one = new LeaderLatch(client, PATH, { lossPolicy: "session" });
    await one.start();
    const lease = await one.awaitLeadership();
    await world.server.dropConnections({ session: client.sessionId });
    await expect.poll(() => client.stats.connections).toBe(2);
    expect(one.lease).toBe(lease);
    await one.close();
    await world.expectNothingLeft(PATH);
  });

  it("queues again at the end when its session has expired", async () => {
    const client = await world.client();
    const one = new LeaderLatch(client, PATH, { id: "one" });
    const other = await latch("other");
    await one.start();
    const lease = await one.awaitLeadership();
    await other.start();
    await world.server.expireSession(client.sessionId);
    const next = await other.awaitLeadership({ timeoutMs: 2000 });
    expect(next.token > lease.token).toBe(true);
    await expect.poll(async () => (await one.participants()).map(({ id }) => id)).toEqual(["other", "one"]);
    await other.close();
    await one.awaitLeadership({ timeoutMs: 2000 });
    await one.close();
    await world.expectNothingLeft(PATH);
  });

  it("steps down when its lease is released, and queues again", async () => {
    const [a, b] = [await latch("a"), await latch("b")];
    await a.start();
    const lease = await a.awaitLeadership();
    await b.start();
    await lease.release();
    await b.awaitLeadership({ timeoutMs: 2000 });
    expect(a.isLeader).toBe(false);
    await b.close();
    await a.awaitLeadership({ timeoutMs: 2000 });
    await a.close();
    await world.expectNothingLeft(PATH);
  });

  it("leaves no orphan when the reply to its create is lost", async () => {
    const [a, b] = [await latch("a"), await latch("b")];
    await a.start();
    await a.close();
    void world.server.loseNextReply({ opcode: OPCODE.create });
    await b.start();
    await b.awaitLeadership({ timeoutMs: 2000 });
    expect(await world.children(PATH)).toHaveLength(1);
    await b.close();
    await world.expectNothingLeft(PATH);
  });

  it("leaves nothing behind when it is closed while it queues or starts", async () => {
    const [a, b, c] = [await latch("a"), await latch("b"), await latch("c")];
    await a.start();
    await a.awaitLeadership();
    await b.start();
    const waiting = b.awaitLeadership();
    waiting.catch(() => {});
    const starting = c.start();
    starting.catch(() => {});
    await Promise.all([b.close(), c.close()]);
    await expect(waiting).rejects.toMatchObject({ code: "CLOSED" });
    await expect(starting).rejects.toMatchObject({ code: "CLOSED" });
    await expect(c.start()).rejects.toMatchObject({ code: "CLOSED" });
    await expect(b.awaitLeadership({ timeoutMs: 5 })).rejects.toMatchObject({ code: "CLOSED" });
    await a.close();
    await a.close();
    await world.expectNothingLeft(PATH);
  });

  it("gives up waiting for leadership, but not its place", async () => {
    const [a, b] = [await latch("a"), await latch("b")];
    await a.start();
    await b.start();
    await expect(b.awaitLeadership({ timeoutMs: 20 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await expect(b.awaitLeadership({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "ABORTED" });
    await a.close();
    await b.awaitLeadership({ timeoutMs: 2000 });
    await b.close();
    await world.expectNothingLeft(PATH);
  });

  it("tells its listeners when it fails, and not when it is closed", async () => {
    const client = await world.client();
    const [one, two] = [new LeaderLatch(client, PATH), new LeaderLatch(client, PATH)];
    const told: unknown[] = [];
    for (const { events } of [one, two]) events.on("failed", (error) => told.push(error));
    await (await latch("first")).start();
    await one.start();
    await two.start();
    await one.close();
    expect(told).toEqual([]);
    await client.close();
    await expect.poll(() => told).toEqual([expect.objectContaining({ code: "CLOSED" })]);
    await expect(two.awaitLeadership()).rejects.toBe(told[0]);
  });

  it("refuses options that make no sense", async () => {
    const client = await world.client();
    const refused = (act: () => unknown) => expect(act).toThrow(expect.objectContaining({ code: "BAD_ARGUMENTS" }));
    refused(() => new LeaderLatch(client, "x"));
    refused(() => new LeaderLatch(client, PATH, { closeMode: "loud" as never }));
  });
});
