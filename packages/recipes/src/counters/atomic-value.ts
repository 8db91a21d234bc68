/** A value that many change and none by mistake. */

import { type Acl, type Client, CoordinationError, isCoordinationError, TransactionError } from "@rookery/client";
import { Mutex } from "../locks/mutex.ts";
import { pause } from "../support/bell.ts";
import { persist } from "../support/calls.ts";
import { bytesCodec, type Codec } from "../support/codec.ts";
import { type AnyTransaction, onceWriter } from "../support/once.ts";
import { limit, type WaitOptions } from "../support/waiting.ts";

/** A value and the version of its znode, which each change raises by one. */
export interface Versioned<T> {
  readonly value: T;
  readonly version: number;
}

export interface AtomicValueOptions<T> {
  /** Default: the bytes themselves. */
  readonly codec?: Codec<T> | undefined;
  /** Tries of `update` without a lock, an integer from 0; after them it takes the lock. Default 10. `Infinity`: never. */
  readonly optimisticTries?: number | undefined;
  /** Of the {@link Mutex}. Default: the value's path and `-lock`. */
  readonly lockPath?: string | undefined;
  /**
   * Where a mark of each client stands that keeps lost replies from counting twice. Default: the value's path and `-marks`.
   */
  readonly marksPath?: string | undefined;
  /** Of all znodes. Default: the client's. */
  readonly acl?: readonly Acl[] | undefined;
}

/** What an update did. */
export interface Updated<T> extends Versioned<T> {
  /** What was there before; undefined if there was nothing. */
  readonly previous: T | undefined;
}

const TRIES = 10;
const PAUSE_MS = 2;
const PAUSE_MS_MAX = 100;

/**
 * One value in one znode, changed atomically. Changes take effect once although replies are lost; only if the session expires
 * before that is known, or a call is given up, do they fail with outcome `unknown`.
 *
 * ```ts
 * const quota = new AtomicValue(client, "/quota", { codec: jsonCodec<Quota>() });
 * await quota.update((old = { left: 100 }) => ({ ...old, left: old.left - 1 }));
 * ```
 *
 * Layout: the znode holds the value as `codec` writes it; Curator's DistributedAtomicValue does the same. What is missing above
 * is created as containers. Others may write the znode as they like: a change of theirs is never overwritten by `trySet`,
 * `compareAndSet` and `update`.
 */
export class AtomicValue<T = Buffer> {
  readonly client: Client;
  readonly path: string;
  private readonly codec: Codec<T>;
  private readonly optimisticTries: number;
  private readonly marksPath: string;
  private readonly acl: readonly Acl[] | undefined;
  private readonly mutex: Mutex;

  constructor(client: Client, path: string, options: AtomicValueOptions<T> = {}) {
    const { codec = bytesCodec as unknown as Codec<T>, optimisticTries = TRIES, acl } = options;
    if (typeof path !== "string" || !/^(?:\/[^/]+)+$/.test(path))
      throw badArgument(
        `The path is ${JSON.stringify(path)}: a value needs a path of its own, such as /counters/visits.`,
      );
    if (optimisticTries !== Number.POSITIVE_INFINITY && (!Number.isInteger(optimisticTries) || optimisticTries < 0))
      throw badArgument(`optimisticTries is ${String(optimisticTries)}: it must be an integer from 0, or Infinity.`);
    this.client = client;
    this.path = path;
    this.codec = codec;
    this.optimisticTries = optimisticTries;
    this.marksPath = options.marksPath ?? `${path}-marks`;
    this.acl = acl;
    this.mutex = new Mutex(client, options.lockPath ?? `${path}-lock`, { acl });
  }

  /** Undefined if there is no such znode. */
  get(options?: WaitOptions): Promise<Versioned<T> | undefined> {
    return limit(`reading ${this.path}`, options, (signal) => this.read(signal));
  }

  /** Sets the value whatever it was. */
  async set(value: T, options?: WaitOptions): Promise<void> {
    const data = this.codec.encode(value);
    await limit(`setting ${this.path}`, options, async (signal) => {
      while (
        !(await this.commit((transaction) => transaction.set(this.path, data), signal)) &&
        !(await this.commit((transaction) => transaction.create(this.path, data, { acl: this.acl }), signal))
      );
    });
  }

  /**
   * Sets the value if the znode has this version; −1: if there is no such znode. Resolves with what there is then, or with
   * undefined if it had another version.
   */
  async trySet(value: T, version: number, options?: WaitOptions): Promise<Versioned<T> | undefined> {
    if (!Number.isInteger(version) || version < -1)
      throw badArgument(`version is ${String(version)}: it must be that of a value read, or −1.`);
    return limit(`setting ${this.path}`, options, (signal) => this.replace(value, version, signal));
  }

  /** Sets the value if it is `expected`, byte for byte; undefined: if there is no such znode. Resolves with whether it was. */
  async compareAndSet(expected: T | undefined, value: T, options?: WaitOptions): Promise<boolean> {
    const bytes = expected === undefined ? undefined : Buffer.from(this.codec.encode(expected));
    return limit(`setting ${this.path}`, options, async (signal) => {
      for (;;) {
        const current = await this.readData(signal);
        const isExpected = bytes === undefined ? current === undefined : current?.data.equals(bytes) === true;
        if (!isExpected) return false;
        if ((await this.replace(value, current?.version ?? -1, signal)) !== undefined) return true;
      }
    });
  }

  /**
   * Replaces the value by what `change` makes of it; undefined: there is none yet. `change` may be called several times, when
   * others change the value as well; after `optimisticTries` failures a lock is taken, so that under contention all come through.
   */
  update(change: (current: T | undefined) => T, options?: WaitOptions): Promise<Updated<T>> {
    return limit(`updating ${this.path}`, options, async (signal) => {
      for (let tries = 0; tries < this.optimisticTries; tries++) {
        const updated = await this.tryUpdate(change, signal);
        if (updated !== undefined) return updated;
        await pause(Math.random() * Math.min(PAUSE_MS * 2 ** Math.min(tries, 10), PAUSE_MS_MAX), signal);
      }
      return this.mutex.withLock(
        async () => {
          // The lock keeps away those that had their tries; that each change builds on the last does not depend on it.
          for (;;) {
            const updated = await this.tryUpdate(change, signal);
            if (updated !== undefined) return updated;
          }
        },
        { signal },
      );
    });
  }

  private async tryUpdate(
    change: (current: T | undefined) => T,
    signal: AbortSignal | undefined,
  ): Promise<Updated<T> | undefined> {
    const current = await this.read(signal);
    const replaced = await this.replace(change(current?.value), current?.version ?? -1, signal);
    return replaced === undefined ? undefined : { ...replaced, previous: current?.value };
  }

  private async replace(value: T, version: number, signal: AbortSignal | undefined): Promise<Versioned<T> | undefined> {
    const { path, acl } = this;
    const data = this.codec.encode(value);
    const isDone = await this.commit(
      (transaction) =>
        version < 0 ? transaction.create(path, data, { acl }) : transaction.set(path, data, { version }),
      signal,
    );
    return isDone ? { value, version: version + 1 } : undefined;
  }

  private async read(signal: AbortSignal | undefined): Promise<Versioned<T> | undefined> {
    const current = await this.readData(signal);
    return current === undefined ? undefined : { value: this.codec.decode(current.data), version: current.version };
  }

  private readData(
    signal: AbortSignal | undefined,
  ): Promise<{ readonly data: Buffer; readonly version: number } | undefined> {
    return persist(signal, async () => {
      try {
        const { data, stat } = await this.client.get(this.path, { signal });
        return { data, version: stat.version };
      } catch (error) {
        if (isCoordinationError(error, "NO_NODE")) return undefined;
        throw error;
      }
    });
  }

  /** False: the znode is not as the write demands. */
  private async commit(
    write: (transaction: AnyTransaction) => AnyTransaction,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    for (;;) {
      try {
        await onceWriter(this.client, this.marksPath, this.acl).commit(write, signal);
        return true;
      } catch (error) {
        if (!(error instanceof TransactionError)) throw error;
        if (error.code === "BAD_VERSION" || error.code === "NODE_EXISTS") return false;
        if (error.code !== "NO_NODE") throw error;
        if (error.operation !== "create") return false;
        const parent = this.path.slice(0, this.path.lastIndexOf("/"));
        if (parent === "") throw error;
        await persist(signal, () => this.client.ensurePath(parent, { container: true, acl: this.acl, signal }));
      }
    }
  }
}

function badArgument(message: string): CoordinationError {
  return new CoordinationError("BAD_ARGUMENTS", message);
}
