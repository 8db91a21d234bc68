/** A node of the ad service: it registers, stands for coordinator, and serves the slots that it is given. */
import { once } from "node:events";
import type { Client } from "@rookery/client";
import { ServiceDiscovery, serviceInstance } from "@rookery/recipes";
import { Claims } from "./claims.ts";
import { standForCoordinator } from "./coordinator.ts";
import { listen } from "./http.ts";
import { pathsBelow, SERVICE } from "./paths.ts";

export interface NodeOptions {
  readonly client: Client;
  /** Its name: of no other node at the same time. */
  readonly id: string;
  /** The znode that everything is below. Default `/ads`. */
  readonly root?: string | undefined;
  /** How many slots the service has, if this is the node that begins it. Default 12. */
  readonly slots?: number | undefined;
  /** Default: any that is free. */
  readonly port?: number | undefined;
  /** Default 100. */
  readonly settleMs?: number | undefined;
  readonly out: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs until the signal is aborted, and closes the client then: with its session go the registration, the claims and the place
 * in the election, all at once.
 *
 * @throws what cannot be mended by waiting.
 */
export async function runNode(options: NodeOptions): Promise<void> {
  const { client, id, root = "/ads", slots = 12, port: wanted = 0, settleMs = 100, out, signal } = options;
  const paths = pathsBelow(root);
  // One part that fails ends the others.
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  await using claims = new Claims({ client, paths, id, out });
  const { server, port } = await listen(id, claims, wanted);
  const leave = () => {
    claims.leaveAll();
    // It does not reject, and everything below that waits for the servers ends with it.
    void client.close();
  };
  ended.addEventListener("abort", leave, { once: true });
  try {
    await using discovery = new ServiceDiscovery(client, paths.discovery);
    const nodes = discovery.cache(SERVICE);
    await discovery.register(serviceInstance({ name: SERVICE, id, address: "127.0.0.1", port }), { signal });
    out(`${id}: registered, answers at http://127.0.0.1:${port}/slots/0`);
    const coordinator = { client, paths, id, slots, nodes, settleMs, out, signal: ended };
    const parts = [claims.run(ended), standForCoordinator(coordinator)].map((part) =>
      part.catch((error) => {
        failed.abort(error);
        throw error;
      }),
    );
    const results = await Promise.allSettled(parts);
    const failure = results.find((result) => result.status === "rejected");
    if (failure !== undefined && !signal.aborted) throw failed.signal.reason;
  } finally {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
    await client.close();
    out(`${id}: ended`);
  }
}
