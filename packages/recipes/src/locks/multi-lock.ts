/** Several locks as one: all or none. */

import { CoordinationError, type Zxid } from "@rookery/client";
import { badArgument } from "../support/checks.ts";
import type { Lease } from "../support/lease.ts";
import { follow, limit, type WaitOptions, within } from "../support/waiting.ts";
import { during, type Lock } from "./queue-lock.ts";

/** The leases of all locks of a {@link MultiLock}. */
export interface MultiLease extends Lease {
  /** In the order in which the locks were given. Each has its own token, for what its own lock protects. */
  readonly leases: readonly Lease[];
  /** The greatest of the leases' tokens: ascends from holder to holder of the same set of locks. */
  readonly token: Zxid;
  /** Aborted as soon as one of the leases cannot be relied on. */
  readonly signal: AbortSignal;
}

/**
 * Holds all of several locks, or none. They are acquired one after the other in the order of their paths, whatever the order in
 * which they were given, so that two of these never wait for each other; whoever takes the same locks one by one should do so
 * in that order, too. If one fails, or is lost while the next is waited for, all are released; after a loss it begins anew.
 *
 * ```ts
 * const both = new MultiLock([new Mutex(client, "/accounts/1"), new Mutex(client, "/accounts/2")]);
 * await both.withLock(async ({ signal }) => transfer({ signal }));
 * ```
 *
 * Fair as far as the locks are: one of these waits in one queue at a time, holding what it has.
 */
export class MultiLock implements Lock {
  /** The path of the first lock. */
  readonly path: string;
  private readonly locks: readonly Lock[];
  private readonly inOrder: readonly Lock[];

  /** @throws CoordinationError `BAD_ARGUMENTS` if there are none, or two of them have the same path. */
  constructor(locks: readonly Lock[]) {
    const [first] = locks;
    if (first === undefined) throw badArgument("Give at least one lock.");
    const paths = new Set(locks.map(({ path }) => path));
    if (paths.size < locks.length)
      throw badArgument(
        `Two of the locks have the same path, and would wait for each other: ${[...paths].join(", ")}.`,
      );
    this.path = first.path;
    this.locks = [...locks];
    this.inOrder = [...locks].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** @throws CoordinationError as the locks, all of which have been released then. */
  acquire(options: WaitOptions = {}): Promise<MultiLease> {
    return limit("acquiring several locks", options, async (signal) => {
      return (await this.take(signal, (lock, each) => lock.acquire({ signal: each }))) as MultiLease;
    });
  }

  /** Does not wait for other holders. Undefined: somebody else holds one of them. */
  tryAcquire(options: WaitOptions = {}): Promise<MultiLease | undefined> {
    return limit("acquiring several locks", options, (signal) =>
      this.take(signal, (lock, each) => lock.tryAcquire({ signal: each })),
    );
  }

  /** Acquires all, acts and releases all. */
  async withLock<T>(act: (lease: MultiLease) => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
    return during(await this.acquire(options), act);
  }

  private async take(
    signal: AbortSignal,
    acquire: (lock: Lock, signal: AbortSignal) => Promise<Lease | undefined>,
  ): Promise<MultiLease | undefined> {
    for (;;) {
      signal.throwIfAborted();
      const held = new Map<Lock, Lease>();
      // What is waited for under a lease that was lost is waited for in vain.
      const attempt = new AbortController();
      const unfollow = [follow(attempt, [signal])];
      let result: MultiLease | undefined;
      try {
        for (const lock of this.inOrder) {
          const lease = await acquire(lock, attempt.signal);
          if (lease === undefined) return undefined;
          held.set(lock, lease);
          unfollow.push(follow(attempt, [lease.signal]));
        }
        if (!attempt.signal.aborted) {
          result = new AllLeases(this.locks.map((lock) => held.get(lock) as Lease));
          return result;
        }
      } catch (error) {
        if (signal.aborted || !attempt.signal.aborted) throw error;
      } finally {
        for (const each of unfollow) each();
        if (result === undefined) for (const lease of held.values()) lease.release().catch(() => {});
      }
    }
  }
}

class AllLeases implements MultiLease {
  readonly leases: readonly Lease[];
  readonly path: string;
  readonly token: Zxid;
  private readonly ended = new AbortController();
  private readonly unfollow: () => void;
  private released: Promise<void> | undefined;

  constructor(leases: readonly Lease[]) {
    this.leases = leases;
    const newest = leases.reduce((a, b) => (a.token > b.token ? a : b));
    this.path = newest.path;
    this.token = newest.token;
    this.unfollow = follow(
      this.ended,
      leases.map(({ signal }) => signal),
    );
  }

  get signal(): AbortSignal {
    return this.ended.signal;
  }

  /** Of all. @throws AggregateError of what some failed with, when all have been tried. */
  release(options?: WaitOptions): Promise<void> {
    this.released ??= this.releaseAll();
    return within(`releasing ${this.path}`, options, this.released);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  private async releaseAll(): Promise<void> {
    this.unfollow();
    this.ended.abort(new CoordinationError("ABORTED", `${this.path} was released`, { path: this.path }));
    const results = await Promise.allSettled(this.leases.map((lease) => lease.release()));
    const reasons = results.filter((each) => each.status === "rejected").map(({ reason }) => reason);
    if (reasons.length > 0) throw new AggregateError(reasons, "Some leases could not be released.");
  }
}
