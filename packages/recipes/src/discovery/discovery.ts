/** Services that are found by name: who offers one registers an instance, and who needs it follows which there are. */

import { EventEmitter } from "node:events";
import { type Client, CoordinationError, isCoordinationError } from "@rookery/client";
import type { CachedNode, CacheState } from "../caches/cache.ts";
import { ChildrenCache } from "../caches/caches.ts";
import { PersistentNode } from "../nodes/persistent-node.ts";
import { positiveInteger } from "../support/checks.ts";
import { type Changes, type ChangesOptions, Feed } from "../support/feed.ts";
import { tell } from "../support/tell.ts";
import type { WaitOptions } from "../support/waiting.ts";
import { type InstanceCodec, jsonInstances, type ServiceInstance } from "./instance.ts";
import { roundRobin, type Strategy } from "./strategies.ts";

export interface DiscoveryOptions<Payload> {
  /** Default: Curator's JSON. */
  readonly codec?: InstanceCodec<Payload> | undefined;
}

/** A znode below a service does not hold an instance. */
export interface InstanceProblem {
  readonly path: string;
  readonly error: Error;
}

export interface CallLimit {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Reads under way at a time in a query. */
const READS = 32;

/**
 * Registers instances and finds those of others.
 *
 * ```ts
 * await using discovery = new ServiceDiscovery(zk, "/services");
 * await discovery.register(serviceInstance({ name: "mail", port: 25 }));
 * await using provider = discovery.provider("mail");
 * await provider.ready();
 * const instance = provider.get();
 * ```
 *
 * What is registered is kept: it is there again after the session has expired or somebody has deleted it, until it is
 * unregistered or this is closed. When this process ends otherwise, dynamic instances go with its session.
 * Layout: `<path>/<name>/<id>` with JSON, as Curator's x-discovery.
 */
export class ServiceDiscovery<Payload = unknown> implements AsyncDisposable {
  readonly path: string;
  private readonly client: Client;
  private readonly codec: InstanceCodec<Payload>;
  private readonly registered = new Map<
    string,
    { instance: ServiceInstance<Payload>; readonly node: PersistentNode }
  >();
  private readonly open = new Set<AsyncDisposable>();
  private isClosed = false;

  constructor(client: Client, path: string, options: DiscoveryOptions<Payload> = {}) {
    this.client = client;
    this.path = path;
    this.codec = options.codec ?? (jsonInstances as InstanceCodec<Payload>);
  }

  /** What is registered here. */
  get instances(): readonly ServiceInstance<Payload>[] {
    return [...this.registered.values()].map(({ instance }) => instance);
  }

  /**
   * Registers an instance, in place of whatever has its name and id. Resolves when others can see it; given up or refused, it
   * is not registered.
   *
   * @throws CoordinationError `BAD_ARGUMENTS` if it is registered here already, `TIMEOUT`, `ABORTED`, `NO_AUTH` …
   */
  async register(instance: ServiceInstance<Payload>, options: WaitOptions = {}): Promise<void> {
    this.checkOpen();
    const { name, id, serviceType } = instance;
    const path = this.pathOf(name, id);
    if (serviceType === "DYNAMIC_SEQUENTIAL")
      throw new CoordinationError("BAD_ARGUMENTS", "instances of type DYNAMIC_SEQUENTIAL cannot be registered.", {
        path,
      });
    if (this.registered.has(path))
      throw new CoordinationError("BAD_ARGUMENTS", `${name} ${id} is registered already: update it.`, { path });
    const node = new PersistentNode(this.client, path, {
      data: this.codec.encode(instance),
      mode: serviceType === "DYNAMIC" ? "ephemeral" : "persistent",
      foreign: "replace",
    });
    this.registered.set(path, { instance, node });
    try {
      await node.ready(options);
    } catch (error) {
      this.registered.delete(path);
      // It goes as soon as there is a connection.
      node.close().catch(() => {});
      throw error;
    }
  }

  /**
   * Replaces what an instance registered here tells of itself; its type stays. Resolves when others can see it.
   *
   * @throws CoordinationError `BAD_ARGUMENTS` if it is not registered here.
   */
  async update(instance: ServiceInstance<Payload>, options: WaitOptions = {}): Promise<void> {
    const { name, id, serviceType } = instance;
    const entry = this.registered.get(this.pathOf(name, id));
    if (entry === undefined) throw new CoordinationError("BAD_ARGUMENTS", `${name} ${id} is not registered here.`);
    if (entry.instance.serviceType !== serviceType)
      throw new CoordinationError("BAD_ARGUMENTS", `${name} ${id} is ${entry.instance.serviceType}: register it anew.`);
    const data = this.codec.encode(instance);
    entry.instance = instance;
    await entry.node.setData(data, options);
  }

  /** Resolves when it has gone; given up, it goes on in the background. Fine if it is not registered here. */
  async unregister({ name, id }: Pick<ServiceInstance, "name" | "id">, options: WaitOptions = {}): Promise<void> {
    const path = this.pathOf(name, id);
    const entry = this.registered.get(path);
    this.registered.delete(path);
    await entry?.node.close(options);
  }

  /** The names of all services, sorted. */
  names(options: CallLimit = {}): Promise<string[]> {
    return this.childrenOf(this.path, options);
  }

  /** The instances of a service as they are now, sorted by id. @throws what the codec cannot read. */
  async query(name: string, options: CallLimit = {}): Promise<ServiceInstance<Payload>[]> {
    const ids = await this.childrenOf(this.pathOf(name), options);
    const found: ServiceInstance<Payload>[] = [];
    for (let at = 0; at < ids.length; at += READS) {
      const part = await Promise.all(ids.slice(at, at + READS).map((id) => this.find(name, id, options)));
      found.push(...part.filter((instance) => instance !== undefined));
    }
    return found;
  }

  /** One instance as it is now; undefined if there is none. @throws what the codec cannot read. */
  async find(name: string, id: string, options: CallLimit = {}): Promise<ServiceInstance<Payload> | undefined> {
    try {
      return this.codec.decode((await this.client.get(this.pathOf(name, id), options)).data);
    } catch (error) {
      if (isCoordinationError(error, "NO_NODE")) return undefined;
      throw error;
    }
  }

  /** Follows the instances of a service. Closed with this. */
  cache(name: string): ServiceCache<Payload> {
    this.checkOpen();
    const cache: ServiceCache<Payload> = new ServiceCache<Payload>(this.client, this.pathOf(name), this.codec, () =>
      this.open.delete(cache),
    );
    this.open.add(cache);
    return cache;
  }

  /** Follows the instances of a service and chooses among them. Closed with this. */
  provider(name: string, options: ProviderOptions<Payload> = {}): ServiceProvider<Payload> {
    return new ServiceProvider<Payload>(() => this.cache(name), options);
  }

  /**
   * Unregisters what was registered here, of every type, and closes caches and providers. Resolves when what was registered has
   * gone; given up, that goes on in the background.
   */
  async close(options: WaitOptions = {}): Promise<void> {
    this.isClosed = true;
    const nodes = [...this.registered.values()].map(({ node }) => node.close(options));
    this.registered.clear();
    await Promise.all([...nodes, ...[...this.open].map((each) => each[Symbol.asyncDispose]())]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private checkOpen(): void {
    if (this.isClosed) throw new CoordinationError("CLOSED", "the discovery is closed");
  }

  private pathOf(name: string, id?: string): string {
    for (const part of [name, id ?? "x"])
      if (part === "" || part.includes("/"))
        throw new CoordinationError("BAD_ARGUMENTS", `${JSON.stringify(part)} must be a name without slashes.`);
    const service = `${this.path === "/" ? "" : this.path}/${name}`;
    return id === undefined ? service : `${service}/${id}`;
  }

  private async childrenOf(path: string, options: CallLimit): Promise<string[]> {
    try {
      return [...(await this.client.getChildren(path, options)).children].sort();
    } catch (error) {
      if (isCoordinationError(error, "NO_NODE")) return [];
      throw error;
    }
  }
}

export type ServiceChange<Payload = unknown> =
  | { readonly type: "added" | "changed" | "removed"; readonly instance: ServiceInstance<Payload> }
  | { readonly type: "resynchronized" };

export interface ServiceCacheEvents<Payload> {
  change: [change: ServiceChange<Payload>];
  /** What is below the service and cannot be read is no instance. */
  problem: [problem: InstanceProblem];
}

/** The instances of one service. While there is no connection they are those seen last. */
export class ServiceCache<Payload = unknown> implements AsyncDisposable {
  readonly events: EventEmitter<ServiceCacheEvents<Payload>> = new EventEmitter<ServiceCacheEvents<Payload>>();
  private readonly cache: ChildrenCache;
  private readonly codec: InstanceCodec<Payload>;
  private readonly onClose: () => void;
  private readonly feed = new Feed<ServiceChange<Payload>>();
  private readonly byPath = new Map<string, ServiceInstance<Payload>>();
  private sorted: readonly ServiceInstance<Payload>[] | undefined;

  /** @internal */
  constructor(client: Client, path: string, codec: InstanceCodec<Payload>, onClose: () => void) {
    this.codec = codec;
    this.onClose = onClose;
    this.events.setMaxListeners(0);
    this.cache = new ChildrenCache(client, path);
    this.cache.events.on("problem", (error) => tell(this.events, "problem", { path: error.path ?? path, error }));
    this.cache.events.on("change", (change) => {
      if (change.type === "resynchronized") this.tell({ type: "resynchronized" });
      else if (change.type !== "initialized") this.put(change.path, change.node);
    });
    void this.feed.endWith(this.cache.changes({ bufferMax: 1 }));
  }

  get state(): CacheState {
    return this.cache.state;
  }

  /** Resolves when the instances are known. @throws CoordinationError `TIMEOUT`, `ABORTED`, `CLOSED` … */
  ready(options: WaitOptions = {}): Promise<void> {
    return this.cache.ready(options);
  }

  /** All there are now, sorted by id; the same array for as long as nothing changes. */
  get instances(): readonly ServiceInstance<Payload>[] {
    this.sorted ??= Object.freeze([...this.byPath.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
    return this.sorted;
  }

  /** What changes from now on. It ends with the cache or the client, and throws what either failed with. */
  changes(options: ChangesOptions = {}): Changes<ServiceChange<Payload>> {
    return this.feed.changes(options);
  }

  async close(): Promise<void> {
    this.onClose();
    await this.cache.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private put(path: string, node: CachedNode | undefined): void {
    const previous = this.byPath.get(path);
    const instance = node && this.decode(path, node.data ?? Buffer.alloc(0));
    if (instance === undefined && previous === undefined) return;
    this.sorted = undefined;
    if (instance === undefined) {
      this.byPath.delete(path);
      this.tell({ type: "removed", instance: previous as ServiceInstance<Payload> });
    } else {
      this.byPath.set(path, instance);
      this.tell({ type: previous === undefined ? "added" : "changed", instance });
    }
  }

  private decode(path: string, data: Buffer): ServiceInstance<Payload> | undefined {
    try {
      return this.codec.decode(data);
    } catch (error) {
      tell(this.events, "problem", { path, error: error as Error });
      return undefined;
    }
  }

  private tell(change: ServiceChange<Payload>): void {
    this.feed.put(change);
    tell(this.events as EventEmitter<{ change: [ServiceChange<Payload>] }>, "change", change);
  }
}

/** When an instance that its users report errors of is left alone for a while. */
export interface DownPolicy {
  /** Errors until then, a positive integer. Default 2. */
  readonly errors?: number | undefined;
  /** Errors are forgotten, and it is used again, so long after the first of them, ms. Default 30_000. */
  readonly downMs?: number | undefined;
}

export interface ProviderOptions<Payload> {
  /** Default: {@link roundRobin}. */
  readonly strategy?: Strategy<Payload> | undefined;
  /** Instances that are not enabled are left out in any case. Default: all others. */
  readonly filter?: ((instance: ServiceInstance<Payload>) => boolean) | undefined;
  readonly down?: DownPolicy | undefined;
  /** A clock in ms that never goes back. Default: `performance.now`. */
  readonly nowMs?: (() => number) | undefined;
}

/** An instance in use, until it is released. */
export interface InstanceUse<Payload> extends Disposable {
  readonly instance: ServiceInstance<Payload>;
  /** Fine if it was released. */
  release(): void;
}

/** Chooses among the instances of a service. */
export class ServiceProvider<Payload = unknown> implements AsyncDisposable {
  readonly cache: ServiceCache<Payload>;
  private readonly strategy: Strategy<Payload>;
  private readonly filter: (instance: ServiceInstance<Payload>) => boolean;
  private readonly errorsMax: number;
  private readonly downMs: number;
  private readonly nowMs: () => number;
  /** By id, since the first error. */
  private readonly errors = new Map<string, { count: number; readonly sinceMs: number }>();
  private last: readonly ServiceInstance<Payload>[] = [];

  /** @internal */
  constructor(openCache: () => ServiceCache<Payload>, options: ProviderOptions<Payload>) {
    const {
      strategy = roundRobin<Payload>(),
      filter = () => true,
      down = {},
      nowMs = () => performance.now(),
    } = options;
    const { errors = 2, downMs = 30_000 } = down;
    positiveInteger("down.errors", errors);
    positiveInteger("down.downMs", downMs);
    // Only what is sound opens one.
    this.cache = openCache();
    this.strategy = strategy;
    this.filter = filter;
    this.errorsMax = errors;
    this.downMs = downMs;
    this.nowMs = nowMs;
    this.cache.events.on("change", (change) => {
      // One that comes again starts anew.
      if (change.type === "removed") this.errors.delete(change.instance.id);
    });
  }

  ready(options: WaitOptions = {}): Promise<void> {
    return this.cache.ready(options);
  }

  /** Those that can be used now, sorted by id: enabled, let through by the filter, not down. */
  all(): readonly ServiceInstance<Payload>[] {
    const { last } = this;
    const now = this.cache.instances.filter(
      (instance) => instance.enabled && this.filter(instance) && !this.isDown(instance),
    );
    // The same array for the same instances, so that strategies see that nothing has changed.
    if (now.length !== last.length || now.some((instance, at) => instance !== last[at])) this.last = now;
    return this.last;
  }

  /** One that can be used now, by the strategy; undefined if there is none. `key`: for strategies that go by one. */
  get(key?: string): ServiceInstance<Payload> | undefined {
    const all = this.all();
    return all.length === 0 ? undefined : this.strategy.choose(all, key);
  }

  /** As `get`, and tells the strategy for how long it is used: `using use = provider.use();` */
  use(key?: string): InstanceUse<Payload> | undefined {
    const instance = this.get(key);
    if (instance === undefined) return undefined;
    this.strategy.onUse?.(instance);
    let released = false;
    const release = () => {
      if (!released) this.strategy.onDone?.(instance);
      released = true;
    };
    return { instance, release, [Symbol.dispose]: release };
  }

  /** Using the instance has failed. After some errors it is not chosen for a while. */
  noteError(instance: ServiceInstance<Payload>): void {
    if (!this.cache.instances.some(({ id }) => id === instance.id)) return;
    this.forget(instance.id);
    const errors = this.errors.get(instance.id);
    if (errors === undefined) this.errors.set(instance.id, { count: 1, sinceMs: this.nowMs() });
    else errors.count++;
  }

  close(): Promise<void> {
    return this.cache.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private isDown({ id }: ServiceInstance<Payload>): boolean {
    this.forget(id);
    return (this.errors.get(id)?.count ?? 0) >= this.errorsMax;
  }

  private forget(id: string): void {
    const errors = this.errors.get(id);
    if (errors !== undefined && this.nowMs() - errors.sinceMs >= this.downMs) this.errors.delete(id);
  }
}
