/** A cache node: a store, and its registration for as long as the store is there. */
import type { Client } from "@rookery/client";
import { ServiceDiscovery, serviceInstance } from "@rookery/recipes";
import { aborted } from "../support/program.ts";
import { hasRedis, startInProcess, startRedis } from "./store.ts";

export const SERVICE = "cache";

/** What a node tells of itself besides its address. */
export interface NodePayload {
  /** Its share of the keys, compared with the others'. */
  readonly weight: number;
}

export interface NodeOptions {
  readonly client: Client;
  readonly root: string;
  /** Its keys go by its name: a node that comes back under its name gets its keys back. */
  readonly id: string;
  readonly weight: number;
  readonly bytesMax: number;
  /** Default: Redis if there is one. */
  readonly store?: "redis" | "in-process" | undefined;
  readonly out: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Runs until the signal is aborted. @throws Error if the store ends by itself: it is unregistered before. */
export async function runNode(options: NodeOptions): Promise<void> {
  const { client, root, id, weight, bytesMax, store: wanted, out, signal } = options;
  const start = wanted === "in-process" || (wanted === undefined && !hasRedis()) ? startInProcess : startRedis;
  const store = await start({ bytesMax, signal });
  try {
    const discovery = new ServiceDiscovery<NodePayload>(client, root);
    const { port } = store;
    await discovery.register(serviceInstance({ name: SERVICE, id, address: "127.0.0.1", port, payload: { weight } }), {
      signal,
    });
    out(`${id}: ${store.kind}${store.pid === undefined ? "" : ` (pid ${store.pid})`} registered at 127.0.0.1:${port}`);
    await aborted(AbortSignal.any([signal, store.lost]));
  } finally {
    // The registration goes with the session, at once, so that nobody asks what is being stopped.
    await client.close();
    await store.close();
  }
  if (!signal.aborted) throw new Error(`${id}: ${store.lost.reason.message}. Start this node again.`);
  out(`${id}: ended`);
}
