/** Any order of faults, against what a mutex promises. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, isCoordinationError, type Zxid } from "@rookery/client";
import fc from "fast-check";
import { expect, it } from "vitest";
import { OPCODE, type RecipeServer, startWorld } from "../../test/world.ts";
import type { Lease } from "../support/lease.ts";
import { Mutex } from "./mutex.ts";

const PATH = "/locks/contended";
const CLIENTS = 3;
const TURNS = 6;
/** A mutex that nobody gets any more is found out after so long, ms. */
const STUCK_MS = 8000;

interface Fault {
  readonly type: "drop" | "drop all" | "expire" | "lose create" | "lose delete" | "lose read" | "pause";
  readonly client: number;
  /** Until the next one. */
  readonly afterMs: number;
}

const fault: fc.Arbitrary<Fault> = fc.record({
  type: fc.constantFrom("drop", "drop all", "expire", "lose create", "lose delete", "lose read", "pause"),
  client: fc.nat(CLIENTS - 1),
  afterMs: fc.nat(25),
});
/** How long each gives itself for each turn, ms; 0 for ever. */
const patience = fc.array(fc.constantFrom(0, 0, 0, 5, 40), { minLength: TURNS, maxLength: TURNS });
const patiences = fc.array(patience, { minLength: CLIENTS, maxLength: CLIENTS });

/** What the lock protects: refuses who is older than the newest it has seen. */
class Resource {
  private newest = 0n as Zxid;
  readonly holders = new Map<Zxid, Lease>();

  write({ token }: Lease): boolean {
    if (token < this.newest) return false;
    this.newest = token;
    return true;
  }
}

it("never has two holders that believe in it for long, whatever breaks, and leaves nothing behind", async () => {
  const property = fc.asyncProperty(fc.array(fault, { maxLength: 12 }), patiences, async (faults, waits) => {
    await using world = await startWorld();
    const { server } = world;
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => world.client()));
    const resource = new Resource();
    const stuck = AbortSignal.timeout(STUCK_MS);
    const working = Promise.all(clients.map((client, at) => work(client, resource, waits[at] ?? [], stuck)));
    // What it fails with is thrown below.
    working.catch(() => {});
    for (const each of faults) {
      await inject(server, each, clients[each.client] as Client);
      await sleep(each.afterMs);
      server.resume();
    }
    server.heal();
    await working;
    expect(stuck.aborted).toBe(false);
    await world.expectNothingLeft(PATH);
  });
  await fc.assert(property, { seed: 7, numRuns: 15, endOnFailure: true });
}, 60_000);

async function work(client: Client, resource: Resource, waits: readonly number[], stuck: AbortSignal): Promise<void> {
  const mutex = new Mutex(client, PATH);
  for (const timeoutMs of waits)
    try {
      await mutex.withLock((lease) => write(resource, lease), {
        signal: stuck,
        timeoutMs: timeoutMs === 0 ? undefined : timeoutMs,
      });
    } catch (error) {
      if (!isCoordinationError(error, "TIMEOUT")) throw error;
    }
}

/** Uses the resource for a while. */
async function write(resource: Resource, lease: Lease): Promise<void> {
  const { holders } = resource;
  expect(holders.has(lease.token)).toBe(false);
  holders.set(lease.token, lease);
  for (let count = 0; count < 3 && !lease.signal.aborted; count++) {
    // Who is refused has lost its lease, and hears of it.
    if (!resource.write(lease)) await untilLost(lease);
    await sleep(1);
    // Of two who believe that they hold the lock, the one with the older token is about to learn better. It does not release.
    const [newest] = [...holders.keys()].sort((a, b) => Number(b - a));
    if (newest !== lease.token) await untilLost(lease);
  }
  holders.delete(lease.token);
}

async function untilLost({ signal }: Lease): Promise<void> {
  await expect.poll(() => signal.aborted, { timeout: 3000, interval: 2 }).toBe(true);
}

async function inject(server: RecipeServer, { type }: Fault, { sessionId }: Client): Promise<void> {
  const session = sessionId === 0n ? undefined : sessionId;
  const lose = (opcode: number) => {
    // Those that are not met until the end are called off.
    server.loseNextReply({ opcode, ...(session === undefined ? {} : { session }) }).catch(() => {});
  };
  switch (type) {
    case "drop":
      if (session !== undefined) await server.dropConnections({ session });
      return;
    case "drop all":
      await server.dropConnections();
      return;
    case "expire":
      // It may have expired already.
      if (session !== undefined) await server.expireSession(session).catch(() => {});
      return;
    case "lose create":
      return lose(OPCODE.create);
    case "lose delete":
      return lose(OPCODE.delete);
    case "lose read":
      return lose(OPCODE.getChildren);
    case "pause":
      return server.pause();
  }
}
