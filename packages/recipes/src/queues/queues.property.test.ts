/** Producers and consumers while connections break, sessions expire and replies are lost: nothing acknowledged is lost. */

import { type Client, connect, isCoordinationError } from "@rookery/client";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type RecipeServer, startServer } from "../../test/world.ts";
import { textCodec } from "../support/codec.ts";
import { Queue } from "./index.ts";

type Fault = { readonly type: "drop" | "lose" | "expire"; readonly victim: number; readonly afterMs: number };

const faults = fc.array(
  fc.record<Fault>({
    type: fc.constantFrom("drop", "lose", "lose", "expire"),
    victim: fc.nat(3),
    afterMs: fc.nat(8),
  }),
  { minLength: 1, maxLength: 8 },
);

const SETTINGS = { seed: 20_240_607, numRuns: 12, interruptAfterTimeLimit: 4000, markInterruptAsFailure: false };
const ITEMS = 25;

it("loses no acknowledged item, and gives each to one taker at most", { timeout: 20_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(faults, async (plan) => {
      await inTrouble(plan, async (clients, whenDone) => {
        const { acknowledged, unknown, producing } = produce(clients.slice(0, 2));
        const taken: string[] = [];
        let unknownTakes = 0;
        const stop = new AbortController();
        const taking = clients.slice(2).map(async (client) => {
          const queue = new Queue(client, "/q", { codec: textCodec });
          while (!stop.signal.aborted)
            try {
              taken.push(await queue.take({ signal: stop.signal }));
            } catch (error) {
              if (!isCoordinationError(error)) throw error;
              if (error.outcome === "unknown") unknownTakes++;
            }
        });
        await producing;
        await whenDone();
        await emptied(clients[0] as Client);
        stop.abort();
        await Promise.all(taking);
        expect(new Set(taken).size).toBe(taken.length);
        const lost = [...acknowledged].filter((item) => !taken.includes(item));
        expect(lost.length).toBeLessThanOrEqual(unknownTakes);
        for (const item of taken) expect(acknowledged.has(item) || unknown.has(item)).toBe(true);
      });
    }),
    SETTINGS,
  );
});

it("gives each acknowledged item to a consumer at least once", { timeout: 20_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(faults, async (plan) => {
      await inTrouble(plan, async (clients, whenDone) => {
        const { acknowledged, unknown, producing } = produce(clients.slice(0, 2));
        const seen: string[] = [];
        const stop = new AbortController();
        const consuming = clients.slice(2).map((client) =>
          new Queue(client, "/q", { codec: textCodec }).consume(
            async (item) => {
              await client.sync("/").catch(() => {});
              seen.push(item);
            },
            { signal: stop.signal, concurrency: 2 },
          ),
        );
        await producing;
        await whenDone();
        await emptied(clients[0] as Client);
        stop.abort();
        await Promise.all(consuming);
        expect([...acknowledged].filter((item) => !seen.includes(item))).toEqual([]);
        for (const item of seen) expect(acknowledged.has(item) || unknown.has(item)).toBe(true);
        const locks = (await (clients[0] as Client).getChildren("/q-locks")).children;
        expect(locks.filter((name) => !name.endsWith("-mark"))).toEqual([]);
      });
    }),
    SETTINGS,
  );
});

async function inTrouble(
  plan: readonly Fault[],
  act: (clients: readonly Client[], whenDone: () => Promise<void>) => Promise<void>,
): Promise<void> {
  await using server = await startServer();
  const clients = await Promise.all(
    [0, 1, 2, 3].map(() => connect(server.connectString, { sessionTimeoutMs: 10_000 })),
  );
  try {
    const troubling = trouble(server, clients, plan);
    await act(clients, async () => {
      await troubling;
      server.heal();
    });
  } finally {
    server.heal();
    await Promise.all(clients.map((client) => client.close({ timeoutMs: 100 })));
  }
}

async function trouble(server: RecipeServer, clients: readonly Client[], plan: readonly Fault[]): Promise<void> {
  for (const { type, victim, afterMs } of plan) {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const session = (clients[victim] as Client).sessionId;
    // It may have none at the moment.
    if (session === 0n) continue;
    if (type === "drop") await server.dropConnections({ session });
    else if (type === "lose") server.loseNextReply({ session }).catch(() => {});
    // Or it may have expired already.
    else await server.expireSession(session).catch(() => {});
  }
}

function produce(clients: readonly Client[]) {
  const acknowledged = new Set<string>();
  const unknown = new Set<string>();
  const producing = Promise.all(
    clients.map(async (client, index) => {
      const queue = new Queue(client, "/q", { codec: textCodec });
      for (let count = 0; count < ITEMS; count++) {
        const item = `${index}/${count}`;
        try {
          await queue.offer(item);
          acknowledged.add(item);
        } catch (error) {
          if (!isCoordinationError(error) || error.outcome !== "unknown") throw error;
          unknown.add(item);
        }
      }
    }),
  );
  return { acknowledged, unknown, producing };
}

async function emptied(client: Client): Promise<void> {
  await expect.poll(() => new Queue(client, "/q").size(), { timeout: 8000, interval: 2 }).toBe(0);
}
