/** A value that is here as soon as somebody changes it there. */

import {
  type Acl,
  type Client,
  CoordinationError,
  isCoordinationError,
  type Stat,
  type WatchEvent,
} from "@rookery/client";
import { Bell } from "../support/bell.ts";
import { persist, unwatch } from "../support/calls.ts";
import { type Codec, int32Codec } from "../support/codec.ts";
import { limit, type WaitOptions } from "../support/waiting.ts";
import { AtomicValue, type Versioned } from "./atomic-value.ts";

export interface SharedValueOptions<T> {
  /** What it is if there is no such znode yet: `start` creates it. */
  readonly initial: T;
  readonly codec: Codec<T>;
  /** See {@link AtomicValue}. */
  readonly marksPath?: string | undefined;
  /** Of all znodes. Default: the client's. */
  readonly acl?: readonly Acl[] | undefined;
}

/**
 * A value that everybody sees, kept up to date by a watch.
 *
 * ```ts
 * await using limit = new SharedValue(client, "/config/limit", { initial: 10, codec: numberCodec });
 * await limit.start();
 * for await (const { value } of limit.changes({ signal })) throttle.setLimit(value);
 * ```
 *
 * `current` is what was seen last. While the connection is broken it may be old; after that, and after the session has expired,
 * the value is read again. Changes that come faster than they are read, or than the loop over `changes` takes them, are seen as
 * one: the last is never missed. If somebody deletes the znode, `current` keeps the last value until there is another.
 *
 * Layout: the znode holds the value as `codec` writes it: Curator's SharedValue.
 */
export class SharedValue<T> implements AsyncDisposable {
  readonly client: Client;
  readonly path: string;
  private readonly options: SharedValueOptions<T>;
  private readonly stored: AtomicValue<T>;
  private readonly bell = new Bell();
  private readonly end = new AbortController();
  private readonly listeners = new Set<() => void>();
  private seen: { readonly value: T; readonly version: number; readonly stat: Stat } | undefined;
  private failure: { readonly error: unknown } | undefined;
  private state: "new" | "started" | "closed" = "new";
  private following: Promise<void> = Promise.resolve();

  constructor(client: Client, path: string, options: SharedValueOptions<T>) {
    const { codec, marksPath, acl } = options;
    this.client = client;
    this.path = path;
    this.options = options;
    this.stored = new AtomicValue(client, path, { codec, marksPath, acl });
    options.codec.encode(options.initial);
  }

  /** Creates the znode if there is none, reads it, and watches it from then on until `close`. */
  async start(options?: WaitOptions): Promise<this> {
    if (this.state !== "new") throw badArgument(`The shared value ${this.path} was started before.`);
    this.state = "started";
    try {
      await limit(`starting ${this.path}`, options, async (signal) => {
        await this.create(signal);
        await this.look(signal);
      });
    } catch (error) {
      this.state = "new";
      unwatch(this.client, this.path, this.onEvent);
      throw error;
    }
    this.following = this.follow();
    return this;
  }

  /** What was seen last. */
  get current(): Versioned<T> {
    if (this.failure !== undefined) throw this.failure.error;
    if (this.seen === undefined) throw badArgument(`The shared value ${this.path} was not started.`);
    const { value, version } = this.seen;
    return { value, version };
  }

  get value(): T {
    return this.current.value;
  }

  /** Sets the value whatever it was. `current` shows it when this resolves, or what came after it. */
  async set(value: T, options?: WaitOptions): Promise<void> {
    this.mustBeStarted();
    await limit(`setting ${this.path}`, options, async (signal) => {
      await this.stored.set(value, { signal });
      await this.look(signal);
    });
  }

  /**
   * Sets the value if it has not changed since it was seen. Resolves with whether it had not; `current` shows it then, or what it
   * had become.
   *
   * @param version - That of the value this builds on. Default: of `current`.
   */
  async trySet(value: T, version: number = this.current.version, options?: WaitOptions): Promise<boolean> {
    this.mustBeStarted();
    return limit(`setting ${this.path}`, options, async (signal) => {
      const isSet = (await this.stored.trySet(value, version, { signal })) !== undefined;
      await this.look(signal);
      return isSet;
    });
  }

  /** The value as it is now, and then each change. Ends when this is closed; throws `ABORTED` when the signal is aborted. */
  async *changes({ signal }: Pick<WaitOptions, "signal"> = {}): AsyncGenerator<Versioned<T>, void, undefined> {
    const bell = new Bell();
    this.listeners.add(bell.ring);
    try {
      for (let last: Stat | undefined; this.state !== "closed"; ) {
        bell.silence();
        const { current } = this;
        if (this.seen?.stat.mzxid !== last?.mzxid) {
          last = this.seen?.stat;
          yield current;
        } else {
          await limit(`following ${this.path}`, { signal }, (limits) => bell.wait(limits));
        }
      }
    } finally {
      this.listeners.delete(bell.ring);
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<Versioned<T>, void, undefined> {
    return this.changes();
  }

  /** Ends the watch, and loops over `changes`. The value stays where it is. */
  async close(): Promise<void> {
    this.state = "closed";
    this.end.abort();
    unwatch(this.client, this.path, this.onEvent);
    this.tell();
    await this.following;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private readonly onEvent = (_event: WatchEvent) => this.bell.ring();

  private async follow(): Promise<void> {
    const { signal } = this.end;
    try {
      for (;;) {
        await this.bell.wait(signal);
        this.bell.silence();
        await this.look(signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      this.failure = { error };
      this.tell();
    } finally {
      unwatch(this.client, this.path, this.onEvent);
    }
  }

  /** Reads the value and watches for the next change. */
  private async look(signal: AbortSignal | undefined): Promise<void> {
    const { client, path } = this;
    await persist(signal, async () => {
      try {
        const { data, stat } = await client.get(path, { watch: this.onEvent, signal });
        // Several may look at once.
        if (this.seen !== undefined && this.seen.stat.mzxid >= stat.mzxid) return;
        this.seen = { value: this.options.codec.decode(data), version: stat.version, stat };
        this.tell();
      } catch (error) {
        if (!isCoordinationError(error, "NO_NODE")) throw error;
        const stat = await client.exists(path, { watch: this.onEvent, signal });
        if (stat !== undefined) this.bell.ring();
      }
    });
  }

  private async create(signal: AbortSignal | undefined): Promise<void> {
    const { codec, initial, acl } = this.options;
    await persist(signal, async () => {
      try {
        await this.client.create(this.path, codec.encode(initial), { acl, parents: "container", signal });
      } catch (error) {
        if (!isCoordinationError(error, "NODE_EXISTS")) throw error;
      }
    });
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private mustBeStarted(): void {
    if (this.state !== "started") throw badArgument(`The shared value ${this.path} is not started.`);
  }
}

/** A {@link SharedValue} that is an integer of 32 bits: Curator's SharedCount. */
export class SharedCount extends SharedValue<number> {
  constructor(
    client: Client,
    path: string,
    options: Omit<SharedValueOptions<number>, "codec" | "initial"> & { readonly initial?: number | undefined } = {},
  ) {
    super(client, path, { ...options, initial: options.initial ?? 0, codec: int32Codec });
  }
}

function badArgument(message: string): CoordinationError {
  return new CoordinationError("BAD_ARGUMENTS", message);
}
