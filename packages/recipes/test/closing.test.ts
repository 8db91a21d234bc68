import { once } from "node:events";
import { expect, it } from "vitest";
import { LeaderLatch, Mutex, PersistentNode, ServiceDiscovery, serviceInstance } from "../src/index.ts";
import { startWorld } from "./world.ts";

it("closes and releases within limits without a connection, and what was left goes when there is one", async () => {
  await using world = await startWorld();
  const zk = await world.client();
  const latch = new LeaderLatch(zk, "/latch");
  await latch.start();
  await latch.awaitLeadership();
  const node = new PersistentNode(zk, "/node");
  await node.ready();
  const discovery = new ServiceDiscovery(zk, "/services");
  await discovery.register(serviceInstance({ name: "api", id: "1", address: "127.0.0.1", port: 1 }));
  const lease = await new Mutex(zk, "/lock").acquire();

  const suspended = once(zk.events, "state");
  world.server.refuseConnections(true);
  await world.server.dropConnections();
  await suspended;
  const soon = { timeoutMs: 10 };
  for (const ending of [latch.close(soon), node.close(soon), discovery.close(soon), lease.release(soon)])
    await expect(ending).rejects.toMatchObject({ code: "TIMEOUT" });

  world.server.refuseConnections(false);
  await Promise.all([latch.close(), node.close(), lease.release()]);
  await expect.poll(() => world.children("/services/api")).toEqual([]);
  expect(await world.children("/latch")).toEqual([]);
  expect(await world.children("/lock")).toEqual([]);
  expect(await zk.exists("/node")).toBeUndefined();
});
