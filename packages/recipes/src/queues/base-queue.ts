/** What all queues do: put, look, take, and work off under locks. The layouts differ, and who may say what when putting. */

import { type Acl, type Client, CoordinationError, isCoordinationError, TransactionError } from "@rookery/client";
import { Bell } from "../support/bell.ts";
import { persist, unwatch } from "../support/calls.ts";
import { bytesCodec, type Codec } from "../support/codec.ts";
import { type AnyTransaction, onceWriter } from "../support/once.ts";
import { limit, type WaitOptions } from "../support/waiting.ts";
import { type ConsumeOptions, Consumer, type Handler } from "./consumer.ts";
import { frameAll, inOrder, type Layout } from "./layout.ts";

export interface QueueOptions<T> {
  /** How items stand in their znodes. Default: the bytes themselves. */
  readonly codec?: Codec<T> | undefined;
  /**
   * Putting waits while there are so many; a positive integer. Default: no bound. Each producer looks for itself, so that several
   * at once may go above it by as many items as they put.
   */
  readonly maxItems?: number | undefined;
  /**
   * Where the locks of consumers stand, named like the items, and a mark of each client that keeps lost replies from doing things
   * twice. Default: the queue's path and `-locks`. All who use a queue must have the same.
   */
  readonly locksPath?: string | undefined;
  /** Of all znodes. Default: the client's. */
  readonly acl?: readonly Acl[] | undefined;
}

/** What can be put into a queue of `T`: where items are bytes, strings as well. */
export type Putable<T> = T | (Buffer extends T ? Uint8Array | string : never);

/** What there is to take now; or after how long there will be. */
export interface Found {
  readonly names: string[];
  readonly dueInMs: number | undefined;
}

/** What a consumer needs of its queue. */
export interface QueueHost<T> {
  readonly client: Client;
  readonly path: string;
  readonly locksPath: string;
  readonly acl: readonly Acl[] | undefined;
  readonly layout: Layout;
  find(bell: Bell | undefined, signal: AbortSignal | undefined): Promise<Found>;
  unwatch(bell: Bell): void;
  decode(payload: Buffer): T;
}

export abstract class BaseQueue<T> {
  readonly client: Client;
  readonly path: string;
  readonly locksPath: string;
  private readonly layout: Layout;
  private readonly codec: Codec<T>;
  private readonly maxItems: number;
  private readonly acl: readonly Acl[] | undefined;
  /** Seen and not taken yet: of items that come in order, those seen first stay the first. */
  private backlog: string[] = [];

  /** @internal */
  constructor(client: Client, path: string, layout: Layout, options: QueueOptions<T>) {
    const { codec = bytesCodec as unknown as Codec<T>, maxItems = Number.POSITIVE_INFINITY, acl } = options;
    if (maxItems !== Number.POSITIVE_INFINITY && (!Number.isInteger(maxItems) || maxItems < 1))
      throw badArgument(`maxItems is ${String(maxItems)}: it must be a positive integer.`, path);
    if (typeof path !== "string" || !/^(?:\/[^/]+)+$/.test(path))
      throw badArgument("A queue needs a path of its own, such as /queues/mail.", path);
    this.client = client;
    this.path = path;
    this.locksPath = options.locksPath ?? `${path}-locks`;
    this.layout = layout;
    this.codec = codec;
    this.maxItems = maxItems;
    this.acl = acl;
  }

  /** How many items there are, those included that somebody is working on. */
  size(options?: WaitOptions): Promise<number> {
    return limit(
      `reading the size of ${this.path}`,
      options,
      async (signal) => (await this.list(undefined, signal)).length,
    );
  }

  /** The item that would be taken next, left where it is; undefined if there is none. */
  peek(options?: WaitOptions): Promise<T | undefined> {
    return limit(`peeking into ${this.path}`, options, async (signal) => {
      const { names } = await this.find(undefined, signal);
      for (const name of names) {
        const [payload] = (await this.read(name, signal))?.payloads ?? [];
        if (payload !== undefined) return this.codec.decode(payload);
      }
      return undefined;
    });
  }

  /**
   * Takes the first item that nobody is working on; undefined if there is none. An item is taken by one only, and taken once
   * although replies are lost.
   *
   * @throws CoordinationError with outcome `unknown` if the item may have been taken and lost: the session expired before the
   *   reply came, or the call was given up. What an item cannot be decoded by throws as well, and leaves the item there.
   */
  poll(options?: WaitOptions): Promise<T | undefined> {
    return limit(
      `polling ${this.path}`,
      options,
      async (signal) => (await this.tryTake(undefined, signal)).item?.value,
    );
  }

  /**
   * {@link poll}, but waits for an item. All who wait look when one comes; each gets another.
   *
   * @throws CoordinationError as `poll`; `TIMEOUT`, `ABORTED`.
   */
  take(options?: WaitOptions): Promise<T> {
    return limit(`taking from ${this.path}`, options, async (signal) => {
      const bell = new Bell();
      try {
        for (;;) {
          const { item, dueInMs } = await this.tryTake(bell, signal);
          if (item !== undefined) return item.value;
          await bell.wait(signal, dueInMs);
        }
      } finally {
        this.unwatch(bell);
      }
    });
  }

  /** Takes one item after another. Ends by throwing `ABORTED` when the signal is aborted, or by leaving the loop. */
  async *items({ signal }: Pick<WaitOptions, "signal"> = {}): AsyncGenerator<T, void, undefined> {
    for (;;) yield await this.take({ signal });
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return this.items();
  }

  /**
   * Works items off: each is locked, given to `handler`, and deleted when the handler has succeeded. At least once: if this
   * process dies or its session expires, the lock goes with the session, and another consumer gets the item. So a handler may see
   * an item twice, and one that was held up may still work when another has begun: see `context.signal` and `context.token`.
   *
   * Resolves when `signal` has been aborted and all handlers have ended; what they finished is deleted. Before that it goes on
   * through broken connections and expired sessions.
   *
   * @throws CoordinationError what is not the connection's or the session's fault: `NO_AUTH`, `CLOSED` …
   */
  async consume(handler: Handler<T>, options: ConsumeOptions = {}): Promise<void> {
    const { client, path, locksPath, acl, layout } = this;
    const host: QueueHost<T> = {
      client,
      path,
      locksPath,
      acl,
      layout,
      find: (bell, signal) => this.find(bell, signal),
      unwatch: (bell) => this.unwatch(bell),
      decode: (payload) => this.codec.decode(payload),
    };
    await new Consumer(host, handler, options).run();
  }

  /** @internal Puts items, all or none. */
  protected async put(prefix: string, items: readonly Putable<T>[], options: WaitOptions | undefined): Promise<void> {
    const { path, layout, codec, acl } = this;
    if (items.length === 0) return;
    if (items.length > this.maxItems)
      throw badArgument(`${items.length} items at once are more than the ${this.maxItems} of maxItems.`, path);
    const data = items.map((item) => {
      const encoded = codec.encode(item as T);
      return layout.frame(typeof encoded === "string" ? Buffer.from(encoded) : encoded);
    });
    await limit(`putting into ${path}`, options, async (signal) => {
      await this.waitForRoom(items.length, signal);
      await this.commit((transaction) => {
        let all = transaction;
        for (const each of data) all = all.create(`${path}/${prefix}`, each, { sequential: true, acl });
        return all;
      }, signal);
    });
  }

  /** @internal Deletes an item that nobody is working on. False: somebody is, or it has gone. */
  protected async remove(name: string, signal: AbortSignal | undefined): Promise<boolean> {
    return this.replace(name, undefined, signal);
  }

  /** @internal The names of all items in order. */
  protected names(signal: AbortSignal | undefined): Promise<string[]> {
    return this.list(undefined, signal);
  }

  private list(bell: Bell | undefined, signal: AbortSignal | undefined): Promise<string[]> {
    return persist(signal, async () => {
      try {
        const { children } = await this.client.getChildren(this.path, { watch: bell?.ring, signal });
        return inOrder(this.layout, children);
      } catch (error) {
        if (!isCoordinationError(error, "NO_NODE")) throw error;
        if (bell === undefined) return [];
        // A watch for children needs their parent.
        await this.ensureQueue(signal);
        return this.list(bell, signal);
      }
    });
  }

  private async tryTake(
    bell: Bell | undefined,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly item: { readonly value: T } | undefined; readonly dueInMs?: number | undefined }> {
    try {
      if (this.layout.rank === undefined) {
        const { item } = await this.takeFirst(this.backlog, signal);
        if (item !== undefined) return { item };
      }
      for (;;) {
        bell?.silence();
        const { names, dueInMs } = await this.find(bell, signal);
        this.backlog = names;
        const { item, hasLost } = await this.takeFirst(names, signal);
        // What another was faster with may not be gone for good: it is locked, or there is a rest of it.
        if (item !== undefined || !hasLost) return { item, dueInMs };
      }
    } catch (error) {
      // What was not taken after all has its place at the front.
      this.backlog = [];
      throw error;
    }
  }

  /** Takes names away until one can be taken. `hasLost`: another was faster with at least one. */
  private async takeFirst(
    names: string[],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly item: { readonly value: T } | undefined; readonly hasLost: boolean }> {
    let hasLost = false;
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      const found = await this.read(name, signal);
      if (found === undefined) continue;
      const [payload, ...rest] = found.payloads;
      const value = payload === undefined ? undefined : { value: this.codec.decode(payload) };
      const left = rest.length === 0 ? undefined : { data: frameAll(rest), version: found.version };
      const isDone = await this.replace(name, left, signal);
      // Of an item of several the rest is next.
      if (left !== undefined) this.backlog = [];
      if (isDone && value !== undefined) return { item: value, hasLost };
      hasLost ||= !isDone;
    }
    return { item: undefined, hasLost };
  }

  private read(
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly payloads: readonly Buffer[]; readonly version: number } | undefined> {
    return persist(signal, async () => {
      try {
        const { data, stat } = await this.client.get(`${this.path}/${name}`, { signal });
        return { payloads: this.layout.unframe(data), version: stat.version };
      } catch (error) {
        if (isCoordinationError(error, "NO_NODE")) return undefined;
        throw error;
      }
    });
  }

  /** Deletes an item, or leaves the rest of it. False: somebody works on it, or was faster. */
  private async replace(
    name: string,
    left: { readonly data: Uint8Array; readonly version: number } | undefined,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const item = `${this.path}/${name}`;
    const lock = `${this.locksPath}/${name}`;
    try {
      await this.commit((transaction) => {
        // The lock is there for no time at all: creating it fails if a consumer has it.
        const locked = transaction.create(lock, undefined, { mode: "ephemeral", acl: this.acl });
        const done = left === undefined ? locked.delete(item) : locked.set(item, left.data, { version: left.version });
        return done.delete(lock);
      }, signal);
      return true;
    } catch (error) {
      if (error instanceof TransactionError && isCoordinationError(error, "NODE_EXISTS", "NO_NODE", "BAD_VERSION"))
        return false;
      throw error;
    }
  }

  private async commit(
    write: (transaction: AnyTransaction) => AnyTransaction,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const writer = onceWriter(this.client, this.locksPath, this.acl);
    for (;;) {
      try {
        await writer.commit(write, signal);
        return;
      } catch (error) {
        const isFirstItem =
          error instanceof TransactionError && error.code === "NO_NODE" && error.operation === "create";
        if (!isFirstItem || !error.path?.startsWith(`${this.path}/`)) throw error;
        await this.ensureQueue(signal);
      }
    }
  }

  /** The queue itself is persistent: digits ascend for as long as it is there. */
  private ensureQueue(signal: AbortSignal | undefined): Promise<void> {
    return persist(signal, async () => {
      try {
        await this.client.create(this.path, undefined, { acl: this.acl, parents: "container", signal });
      } catch (error) {
        if (!isCoordinationError(error, "NODE_EXISTS")) throw error;
      }
    });
  }

  /** Items that are due and that nobody is working on, in order. The bell rings when there may be others. */
  private async find(bell: Bell | undefined, signal: AbortSignal | undefined): Promise<Found> {
    const [names, locked] = await Promise.all([this.list(bell, signal), this.locked(undefined, signal)]);
    let free = names.filter((name) => !locked.has(name));
    if (free.length < names.length && bell !== undefined && this.dueOf(free, Date.now()).names.length === 0) {
      // All that is due is locked: it may be set free again.
      const stillLocked = await this.locked(bell, signal);
      free = names.filter((name) => !stillLocked.has(name));
    }
    return this.dueOf(free, Date.now());
  }

  private dueOf(names: string[], now: number): Found {
    const { due } = this.layout;
    if (due === undefined) return { names, dueInMs: undefined };
    const at = names.findIndex((name) => due(name) > now);
    if (at < 0) return { names, dueInMs: undefined };
    return { names: names.slice(0, at), dueInMs: due(names[at] as string) - now };
  }

  private locked(bell: Bell | undefined, signal: AbortSignal | undefined): Promise<ReadonlySet<string>> {
    return persist(signal, async () => {
      try {
        return new Set((await this.client.getChildren(this.locksPath, { watch: bell?.ring, signal })).children);
      } catch (error) {
        if (isCoordinationError(error, "NO_NODE")) return new Set<string>();
        throw error;
      }
    });
  }

  private async waitForRoom(count: number, signal: AbortSignal | undefined): Promise<void> {
    const { client, path, maxItems } = this;
    if (maxItems === Number.POSITIVE_INFINITY) return;
    const stat = await persist(signal, () => client.exists(path, { signal }));
    if (stat === undefined || stat.numChildren + count <= maxItems) return;
    const bell = new Bell();
    try {
      for (;;) {
        bell.silence();
        const names = await this.list(bell, signal);
        if (names.length + count <= maxItems) return;
        await bell.wait(signal);
      }
    } finally {
      this.unwatch(bell);
    }
  }

  private unwatch(bell: Bell): void {
    unwatch(this.client, this.path, bell.ring);
    unwatch(this.client, this.locksPath, bell.ring);
  }
}

export function badArgument(message: string, path: string): CoordinationError {
  return new CoordinationError("BAD_ARGUMENTS", message, { path });
}
