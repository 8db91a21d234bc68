/** What a program that uses the cache holds: it finds the nodes, sends each key to its own, and does without those that fail. */
import type { Client } from "@rookery/client";
import { HashRing, type ServiceCache, ServiceDiscovery, type ServiceInstance } from "@rookery/recipes";
import { type NodePayload, SERVICE } from "./node.ts";
import { RespConnection } from "./resp.ts";

type Node = ServiceInstance<NodePayload>;

export interface CacheClientOptions {
  /** The znode that the nodes are registered below. */
  readonly root: string;
  /** A call to one node fails after so long, ms. Default 500. */
  readonly timeoutMs?: number | undefined;
  /** A node that has failed is left out for so long, ms. Default 1000. */
  readonly downMs?: number | undefined;
  /** Nodes tried for a key, its own included. Default 3. */
  readonly triesMax?: number | undefined;
  /** The nodes have changed. */
  readonly onRing?: ((change: RingChange) => void) | undefined;
}

export interface RingChange {
  readonly nodes: readonly string[];
  /** The share of all keys that have another node than before, 0 to 1, from a sample. */
  readonly moved: number;
}

export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  /** Calls that another node answered than the key's own. */
  readonly standIns: number;
}

/** Keys that a change of the ring is measured by. */
const SAMPLE = Array.from({ length: 2000 }, (_, at) => `sample-${at}`);

/**
 * A cache spread over nodes. Values may be missing at any time, and after a node has been away it may have old ones: what is
 * put in should be good for anybody for as long as it may stay, or carry its version in the key.
 */
export class CacheClient implements AsyncDisposable {
  private readonly discovery: ServiceDiscovery<NodePayload>;
  private readonly instances: ServiceCache<NodePayload>;
  private readonly options: CacheClientOptions;
  private readonly timeoutMs: number;
  private readonly downMs: number;
  private readonly triesMax: number;
  private readonly connections = new Map<string, Promise<RespConnection>>();
  /** By address: when it may be used again, on the clock of `performance.now`. */
  private readonly downUntil = new Map<string, number>();
  private ring = ringOf([]);
  private hits = 0;
  private misses = 0;
  private standIns = 0;

  constructor(client: Client, options: CacheClientOptions) {
    const { timeoutMs = 500, downMs = 1000, triesMax = 3 } = options;
    this.options = options;
    this.timeoutMs = timeoutMs;
    this.downMs = downMs;
    this.triesMax = triesMax;
    this.discovery = new ServiceDiscovery<NodePayload>(client, options.root);
    this.instances = this.discovery.cache(SERVICE);
    this.instances.events.on("change", (change) => {
      if (change.type !== "resynchronized") this.onNodes();
    });
  }

  /** Resolves when the nodes are known. */
  ready(signal: AbortSignal): Promise<void> {
    return this.instances.ready({ signal });
  }

  get stats(): CacheStats {
    const { hits, misses, standIns } = this;
    return { hits, misses, standIns };
  }

  /** Who a key belongs to at the moment. */
  ownerOf(key: string): string | undefined {
    return this.ring.get(key)?.id;
  }

  /** Undefined if it is not cached, or if none of the key's nodes answers: get it from where it comes from. */
  async get(key: string): Promise<string | undefined> {
    const value = (await this.tryNodes(key, ["GET", key])) ?? undefined;
    if (value === undefined) this.misses++;
    else this.hits++;
    return value as string | undefined;
  }

  /** Resolves with whether a node has taken it. */
  async set(key: string, value: string): Promise<boolean> {
    return (await this.tryNodes(key, ["SET", key, value])) === "OK";
  }

  /** The value, from the cache, or else from `load`, and then it is put into the cache. */
  async through(key: string, load: (key: string) => Promise<string>): Promise<string> {
    const cached = await this.get(key);
    if (cached !== undefined) return cached;
    const value = await load(key);
    await this.set(key, value);
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.discovery.close();
    for (const address of [...this.connections.keys()]) this.disconnect(address);
  }

  /** Undefined if no node answers. Those after the first stand in for it: they are the key's next on the ring. */
  private async tryNodes(key: string, args: readonly string[]): Promise<string | number | null | undefined> {
    for (const [at, node] of this.ring.getMany(key, this.triesMax).entries()) {
      const address = addressOf(node);
      if ((this.downUntil.get(address) ?? 0) > performance.now()) continue;
      try {
        const connection = await this.connect(node);
        const reply = await connection.call(args, this.timeoutMs);
        if (at > 0) this.standIns++;
        return reply;
      } catch {
        // A cache that fails is a cache that misses; but not on every key again.
        this.disconnect(address);
        this.downUntil.set(address, performance.now() + this.downMs);
      }
    }
    return undefined;
  }

  private connect(node: Node): Promise<RespConnection> {
    const address = addressOf(node);
    let connection = this.connections.get(address);
    if (connection === undefined) {
      connection = RespConnection.open(node.address ?? "127.0.0.1", node.port ?? 0, this.timeoutMs);
      this.connections.set(address, connection);
    }
    return connection;
  }

  private disconnect(address: string): void {
    const connection = this.connections.get(address);
    this.connections.delete(address);
    connection?.then(
      (open) => open.close(),
      // It was never open.
      () => {},
    );
  }

  private onNodes(): void {
    const { ring: before } = this;
    const nodes = this.instances.instances.filter(({ enabled }) => enabled);
    this.ring = ringOf(nodes);
    const known = new Set(nodes.map(addressOf));
    for (const address of this.connections.keys()) if (!known.has(address)) this.disconnect(address);
    for (const address of this.downUntil.keys()) if (!known.has(address)) this.downUntil.delete(address);
    const others = SAMPLE.filter((key) => before.get(key)?.id !== this.ring.get(key)?.id);
    this.options.onRing?.({ nodes: nodes.map(({ id }) => id), moved: others.length / SAMPLE.length });
  }
}

function ringOf(nodes: readonly Node[]): HashRing<Node> {
  return new HashRing(nodes, { id: ({ id }) => id, weight: ({ payload }) => payload?.weight ?? 1 });
}

function addressOf({ address, port }: Node): string {
  return `${address}:${port}`;
}
