/**
 * Work goes on, and what is promised holds, while the servers of an ensemble are killed and started in turn: the leader, a
 * follower, the next leader … Sessions outlive that, so what holds is exact.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, connect, isCoordinationError, type Zxid } from "@rookery/client";
import { startTestEnsemble, type TestEnsemble } from "@rookery/server/testing";
import { describe, expect, it } from "vitest";
import {
  Counter,
  jsonCodec,
  LeaderLatch,
  type Lease,
  Log,
  Mutex,
  Queue,
  ServiceDiscovery,
  serviceInstance,
  TransactionCoordinator,
  TransactionParticipant,
  TreeCache,
  textCodec,
} from "../src/index.ts";
import { canRestart } from "./world.ts";

/** Each time the leader and a follower. */
const ROUNDS = 2;
const DOWN_MS = 60;
const UP_MS = 120;
const TEST_MS = 20_000;

/** What one server elsewhere does under kills is nobody's to ask. */
describe.runIf(canRestart)("while servers are killed and started", () => {
  it("a mutex has one holder at a time, with tokens that ascend", { timeout: TEST_MS }, async () => {
    await underKills(async (clients, isOver) => {
      const holders = new Holders();
      const turns = await Promise.all(
        clients.map((client) =>
          untilOver(isOver, async () => {
            const lease = await new Mutex(client, "/mutex").acquire();
            await holders.hold(lease);
            await lease.release();
          }),
        ),
      );
      expect(Math.min(...turns)).toBeGreaterThan(0);
    });
  });

  it("a latch has one leader at a time, and the next ones lead in turn", { timeout: TEST_MS }, async () => {
    await underKills(async (clients, isOver) => {
      const holders = new Holders();
      const turns = await Promise.all(
        clients.map((client) =>
          untilOver(isOver, async () => {
            await using latch = new LeaderLatch(client, "/latch");
            await latch.start();
            await holders.hold(await latch.awaitLeadership());
          }),
        ),
      );
      expect(Math.min(...turns)).toBeGreaterThan(0);
    });
  });

  it("a queue loses no acknowledged item, and its consumers see each", { timeout: TEST_MS }, async () => {
    await underKills(async ([producer, ...consumers], isOver) => {
      const open = (client: Client) => new Queue(client, "/queue", { codec: textCodec });
      const stop = new AbortController();
      const seen = new Set<string>();
      const consuming = consumers.map((client) => open(client).consume((item) => seen.add(item), stop));
      const acknowledged: string[] = [];
      await untilOver(isOver, async (turn) => {
        if (await isKnown(open(producer).offer(`${turn}`))) acknowledged.push(`${turn}`);
        await sleep(2);
      });
      await expect.poll(() => open(producer).size(), { timeout: 10_000 }).toBe(0);
      stop.abort();
      await Promise.all(consuming);
      expect(acknowledged.length).toBeGreaterThan(0);
      expect(acknowledged.filter((item) => !seen.has(item))).toEqual([]);
    });
  });

  it("a counter counts each once", { timeout: TEST_MS }, async () => {
    await underKills(async (clients, isOver) => {
      let unknown = 0;
      const values: number[] = [];
      await Promise.all(
        clients.map((client) =>
          untilOver(isOver, async () => {
            const counting = new Counter(client, "/counter").increment();
            if (await isKnown(counting)) values.push(await counting);
            else unknown++;
          }),
        ),
      );
      expect(new Set(values).size).toBe(values.length);
      const [client] = clients;
      await client.sync("/counter");
      const total = await new Counter(client, "/counter").get();
      expect(total).toBeGreaterThanOrEqual(values.length);
      expect(total).toBeLessThanOrEqual(values.length + unknown);
    });
  });

  it("a cache of a tree is equal to it in the end", { timeout: TEST_MS }, async () => {
    await underKills(async ([writer, reader, other], isOver) => {
      await writer.create("/tree");
      await using cache = new TreeCache(reader, "/tree");
      await cache.ready();
      await untilOver(isOver, async (turn) => {
        const path = `/tree/${turn % 5}`;
        const child = `${path}/${turn % 3}`;
        await isKnown(writer.create(child, `${turn}`, { parents: true }));
        await isKnown(writer.set(child, `set ${turn}`));
        if (turn % 7 === 6) await isKnown(writer.deleteRecursive(path));
        await sleep(2);
      });
      await other.sync("/tree");
      const tree = new Map<string, string>();
      for await (const path of other.subtree("/tree")) tree.set(path, (await other.get(path)).data.toString());
      const cached = () =>
        new Map([...tree.keys(), ...pathsOf(cache, "/tree")].map((path) => [path, cache.get(path)?.data?.toString()]));
      await expect.poll(cached, { timeout: 5000 }).toEqual(tree);
    });
  });

  it("a registered service stays registered, and others come and go", { timeout: TEST_MS }, async () => {
    await underKills(async ([one, two, reader], isOver) => {
      await using stable = new ServiceDiscovery(one, "/services");
      await using changing = new ServiceDiscovery(two, "/services");
      await using looking = new ServiceDiscovery(reader, "/services");
      const instance = serviceInstance({ name: "mail", id: "stable", address: "x" });
      await stable.register(instance);
      const cache = looking.cache("mail");
      await cache.ready();
      const ids = () => cache.instances.map(({ id }) => id).sort();
      await untilOver(isOver, async (turn) => {
        expect(ids()).toContain("stable");
        const passing = serviceInstance({ name: "mail", id: `passing-${turn}`, address: "y" });
        await changing.register(passing);
        await sleep(5);
        await changing.unregister(passing);
      });
      const last = serviceInstance({ name: "mail", id: "last", address: "z" });
      await changing.register(last);
      await expect.poll(ids, { timeout: 5000 }).toEqual(["last", "stable"]);
    });
  });

  it("a transaction is committed by all or by none", { timeout: TEST_MS }, async () => {
    await underKills(async ([client, ...others], isOver) => {
      const done = new Map<string, Set<string>>();
      const note = (id: string, what: string) => void (done.get(id) ?? done.set(id, new Set()).get(id))?.add(what);
      const names = others.map((_, at) => `participant-${at}`);
      const participants = others.map(
        (other, at) =>
          new TransactionParticipant(other, "/commits", names[at] as string, {
            prepare({ id }) {
              if (at === 1 && id.endsWith("3")) throw new Error("no");
            },
            commit: ({ id }) => note(id, "commit"),
            rollback: ({ id }) => note(id, "abort"),
          }),
      );
      await Promise.all(participants.map((participant) => participant.start()));
      const coordinator = new TransactionCoordinator(client, "/commits");
      const decisions = new Map<string, string>();
      await untilOver(isOver, async (turn) => {
        const id = `transaction-${turn}`;
        const { decision } = await coordinator.run(names, { id });
        decisions.set(id, decision);
        await coordinator.complete(id);
      });
      await Promise.all(participants.map((participant) => participant.stop()));
      expect(decisions.size).toBeGreaterThan(0);
      for (const [id, decision] of decisions) {
        expect(decision).toBe(id.endsWith("3") ? "abort" : "commit");
        expect([...(done.get(id) ?? [])]).toEqual([decision]);
      }
    });
  });

  it("a log has dense positions, and its followers see each entry once", { timeout: TEST_MS }, async () => {
    await underKills(async ([reader, ...writers], isOver) => {
      const open = (client: Client) =>
        new Log<string>(client, "/log", { segmentEntries: 20, codec: jsonCodec<string>() });
      const stop = new AbortController();
      const followed: string[] = [];
      const following = (async () => {
        for await (const { position, value } of open(reader).tail("first", stop)) {
          expect(position).toBe(followed.length);
          followed.push(value);
        }
      })().catch((error) => {
        if (!isCoordinationError(error, "ABORTED")) throw error;
      });
      const acknowledged = new Map<number, string>();
      await Promise.all(
        writers.map(async (client, at) => {
          const log = open(client);
          await untilOver(isOver, async (turn) => {
            const value = `${at}/${turn}`;
            const appending = log.append(value);
            if (await isKnown(appending)) acknowledged.set(await appending, value);
          });
        }),
      );
      const next = (await open(reader).bounds({ sync: true })).next;
      await expect.poll(() => followed.length, { timeout: 5000 }).toBe(next);
      stop.abort();
      await following;
      expect(acknowledged.size).toBeGreaterThan(0);
      expect(new Set(followed).size).toBe(followed.length);
      for (const [position, value] of acknowledged) expect(followed[position]).toBe(value);
    });
  });
});

type Clients = readonly [Client, Client, Client];

/** Runs `act` while leader and follower are killed and started in turn. `isOver` says when all servers run for good. */
async function underKills(act: (clients: Clients, isOver: () => boolean) => Promise<void>): Promise<void> {
  await using ensemble = await startTestEnsemble({ servers: 3 });
  const opened = [1, 2, 3].map(() => connect(ensemble.connectString, { sessionTimeoutMs: 15_000 }));
  const clients = (await Promise.all(opened)) as unknown as Clients;
  const sessions = clients.map((client) => client.sessionId);
  let isOver = false;
  const killing = kill(ensemble).finally(() => {
    isOver = true;
  });
  try {
    await Promise.all([act(clients, () => isOver), killing]);
    // Otherwise it was not what this is about.
    expect(clients.map((client) => client.sessionId)).toEqual(sessions);
  } finally {
    await killing.catch(() => {});
    await Promise.all(clients.map((client) => client.close({ timeoutMs: 500 })));
  }
}

async function kill(ensemble: TestEnsemble): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    for (const isLeader of [true, false]) {
      await sleep(UP_MS);
      const leader = await ensemble.leader();
      const followers = ensemble.servers.filter((server) => server !== leader);
      const victim = isLeader ? leader : (followers[round % followers.length] as typeof leader);
      await victim.kill();
      await sleep(DOWN_MS);
      await victim.start();
    }
  }
}

/** Again and again, and once more when there is no more trouble. Resolves with how often. */
async function untilOver(isOver: () => boolean, act: (turn: number) => Promise<void>): Promise<number> {
  for (let turn = 0, wasOver = false; ; turn++) {
    if (wasOver) return turn;
    wasOver = isOver();
    await act(turn);
  }
}

/** What the lock protects. */
class Holders {
  private readonly leases = new Set<Lease>();
  private newest = 0n as Zxid;

  async hold(lease: Lease): Promise<void> {
    expect([...this.leases].filter(({ signal }) => !signal.aborted)).toEqual([]);
    expect(lease.token > this.newest).toBe(true);
    this.newest = lease.token;
    this.leases.add(lease);
    await sleep(2);
    this.leases.delete(lease);
  }
}

/** False if the write may have been applied, and nobody knows; or was not, for want of a connection. */
async function isKnown(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isCoordinationError(error, "CONNECTION_LOSS", "NODE_EXISTS", "NO_NODE", "NOT_EMPTY")) return false;
    throw error;
  }
}

function pathsOf(cache: TreeCache, path: string): string[] {
  return [path, ...cache.children(path).flatMap((name) => pathsOf(cache, `${path}/${name}`))];
}
