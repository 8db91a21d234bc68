import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPCODE, startWorld, untilAborted, type World } from "../../test/world.ts";
import type { Lease } from "../support/lease.ts";
import { LeaderSelector, type LeaderSelectorOptions } from "./leader-selector.ts";

const PATH = "/leaders/two";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

type Lead = (lease: Lease) => Promise<void>;

async function selector(lead: Lead, options: LeaderSelectorOptions = {}): Promise<LeaderSelector> {
  return new LeaderSelector(await world.client(), PATH, lead, options);
}

const untilLost: Lead = ({ signal }) => untilAborted(signal);

describe("a leader selector", () => {
  it("leads when it is its turn, until its function returns", async () => {
    const order: string[] = [];
    const tokens: bigint[] = [];
    const everybody = new AbortController();
    const all = await Promise.all(
      ["a", "b", "c"].map((id) =>
        selector(
          async ({ token }) => {
            await untilAborted(everybody.signal);
            order.push(id);
            tokens.push(token);
          },
          { id },
        ),
      ),
    );
    const running: Promise<void>[] = [];
    for (const [at, each] of all.entries()) {
      running.push(each.run());
      await expect.poll(async () => (await world.children(PATH)).length).toBe(at + 1);
    }
    everybody.abort();
    await Promise.all(running);
    expect(order).toEqual(["a", "b", "c"]);
    expect([...tokens].sort((a, b) => Number(a - b))).toEqual(tokens);
    await world.expectNothingLeft(PATH);
  });

  it("takes turns when it queues again by itself", async () => {
    const order: string[] = [];
    const everybody = new AbortController();
    const enough = new AbortController();
    const make = (id: string) =>
      selector(
        async () => {
          await untilAborted(everybody.signal);
          order.push(id);
          if (order.length === 6) enough.abort();
          await expect.poll(async () => (await world.children(PATH)).length).toBe(2);
        },
        { id, autoRequeue: true },
      );
    const [a, b] = [await make("a"), await make("b")];
    const first = a.run();
    await expect.poll(() => a.isLeader).toBe(true);
    const second = b.run();
    await expect.poll(async () => (await a.participants()).map(({ id }) => id)).toEqual(["a", "b"]);
    everybody.abort();
    await untilAborted(enough.signal);
    expect(order.slice(0, 6)).toEqual(["a", "b", "a", "b", "a", "b"]);
    // Each waits for the other to queue: neither is kept by a rejection.
    const closing = [a.close(), b.close()];
    await Promise.allSettled([first, second, ...closing]);
    await world.expectNothingLeft(PATH);
  });

  it("says who takes part and who leads", async () => {
    const [a, b] = [await selector(untilLost, { id: "a" }), await selector(untilLost, { id: "b" })];
    const running = a.run();
    await expect.poll(() => a.isLeader).toBe(true);
    const waiting = b.run();
    waiting.catch(() => {});
    await expect.poll(async () => (await b.participants()).length).toBe(2);
    expect((await b.participants()).map(({ id, isLeader }) => [id, isLeader])).toEqual([
      ["a", true],
      ["b", false],
    ]);
    expect(await b.leader()).toMatchObject({ id: "a", token: a.lease?.token });
    expect(b.interrupt()).toBe(false);
    await b.close();
    await expect(waiting).rejects.toMatchObject({ code: "CLOSED" });
    expect(a.interrupt()).toBe(true);
    await running;
    expect(a.isLeader).toBe(false);
    await world.expectNothingLeft(PATH);
  });

  it("lets nobody else lead before its function has returned, though it was interrupted", async () => {
    const gate = new AbortController();
    const a = await selector(async ({ signal }) => {
      await untilAborted(signal);
      await untilAborted(gate.signal);
    });
    const b = await selector(async () => {});
    const first = a.run();
    await expect.poll(() => a.isLeader).toBe(true);
    const second = b.run();
    await expect.poll(async () => (await world.children(PATH)).length).toBe(2);
    a.interrupt();
    expect(a.isLeader).toBe(false);
    expect(await world.children(PATH)).toHaveLength(2);
    gate.abort();
    await Promise.all([first, second]);
    await world.expectNothingLeft(PATH);
  });

  it("fails with what its function throws, and can run again", async () => {
    let count = 0;
    const one = await selector(async () => {
      if (++count === 1) throw new Error("no");
    });
    await expect(one.run()).rejects.toThrow("no");
    await one.run();
    expect(count).toBe(2);
    const running = one.run();
    await expect(one.run()).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
    await running;
    await world.expectNothingLeft(PATH);
  });

  it("aborts the lease when the connection breaks, and queues again whatever its function throws then", async () => {
    const client = await world.client();
    const leases: Lease[] = [];
    const lead: Lead = async (lease) => {
      leases.push(lease);
      await untilAborted(lease.signal);
      lease.signal.throwIfAborted();
    };
    const one = new LeaderSelector(client, PATH, lead, { autoRequeue: true });
    const running = one.run();
    await expect.poll(() => leases.length).toBe(1);
    await world.server.dropConnections({ session: client.sessionId });
    await expect.poll(() => leases.length, { timeout: 3000 }).toBe(2);
    expect(leases[0]?.signal.reason).toMatchObject({ code: "CONNECTION_LOSS" });
    await world.server.expireSession(client.sessionId);
    await expect.poll(() => leases.length, { timeout: 3000 }).toBe(3);
    const tokens = leases.map(({ token }) => token);
    expect([...tokens].sort((a, b) => Number(a - b))).toEqual(tokens);
    await one.close();
    await running;
    await expect(one.run()).rejects.toMatchObject({ code: "CLOSED" });
    await world.expectNothingLeft(PATH);
  });

  it("leaves nothing behind when it is given up, whether it waits or leads", async () => {
    const [a, b] = [await selector(untilLost), await selector(untilLost)];
    const controller = new AbortController();
    const leading = a.run({ signal: controller.signal });
    leading.catch(() => {});
    await expect.poll(() => a.isLeader).toBe(true);
    await expect(b.run({ timeoutMs: 50 })).rejects.toMatchObject({ code: "TIMEOUT" });
    controller.abort();
    await expect(leading).rejects.toMatchObject({ code: "ABORTED" });
    await world.expectNothingLeft(PATH);
  });

  it("leaves no orphan when the reply to its create is lost", async () => {
    let count = 0;
    const one = await selector(async () => {
      count = (await world.children(PATH)).length;
    });
    await one.run();
    void world.server.loseNextReply({ opcode: OPCODE.create });
    await one.run();
    expect(count).toBe(1);
    await world.expectNothingLeft(PATH);
  });

  it("refuses options that make no sense", async () => {
    const client = await world.client();
    const refused = (act: () => unknown) => expect(act).toThrow(expect.objectContaining({ code: "BAD_ARGUMENTS" }));
    refused(() => new LeaderSelector(client, PATH, undefined as never));
    refused(() => new LeaderSelector(client, PATH, untilLost, { autoRequeue: "yes" as never }));
  });
});
