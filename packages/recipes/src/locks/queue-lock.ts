/** What mutexes and both halves of a read-write lock have in common: a lease is a place in a queue whose turn it is. */

import { type Client, isCoordinationError } from "@rookery/client";
import { persist } from "../support/calls.ts";
import { type CheckedContender, type ContenderOptions, checkPath, contenderOptions } from "../support/checks.ts";
import { Hold, type LockLease } from "../support/hold.ts";
import type { Lease } from "../support/lease.ts";
import { type Contender, contend, contenders, type Place, type Queue, REVOKE } from "../support/place.ts";
import { limit, type WaitOptions } from "../support/waiting.ts";

/** What can be held by one at a time, or by some: a mutex, half of a read-write lock, a semaphore, a {@link MultiLock}. */
export interface Lock {
  readonly path: string;
  /**
   * Waits for the lock, across broken connections and expired sessions; after an expiry at the end of the queue.
   *
   * @throws CoordinationError `TIMEOUT`, `ABORTED`; `CLOSED` if the client is closed; `NO_AUTH` …
   */
  acquire(options?: WaitOptions): Promise<Lease>;
  /** Does not wait for other holders, only for the servers. Undefined: somebody else holds it, or was earlier. */
  tryAcquire(options?: WaitOptions): Promise<Lease | undefined>;
}

export type LockOptions = ContenderOptions;

export abstract class QueueLock<L extends LockLease = LockLease> implements Lock {
  readonly path: string;
  protected readonly client: Client;
  /** @internal */
  protected readonly options: CheckedContender;
  private readonly queue: Queue;

  /** @internal */
  protected constructor(
    client: Client,
    path: string,
    name: string,
    waitFor: Queue["waitFor"],
    options: ContenderOptions,
  ) {
    this.client = client;
    this.path = checkPath(path);
    this.options = contenderOptions(options);
    const { id, acl } = this.options;
    this.queue = { client, path, name, id, acl, waitFor };
  }

  /**
   * Waits for the lock, across broken connections and expired sessions; after an expiry at the end of the queue.
   *
   * @throws CoordinationError `TIMEOUT`, `ABORTED`; `CLOSED` if the client is closed; `NO_AUTH` …
   */
  acquire(options: WaitOptions = {}): Promise<L> {
    return limit(`acquiring ${this.path}`, options, async (signal) => {
      return (await contend(this.queue, signal, (place) => this.leaseOf(place))) as L;
    });
  }

  /** Does not wait for other holders, only for the servers. Undefined: somebody else holds it, or was earlier. */
  tryAcquire(options: WaitOptions = {}): Promise<L | undefined> {
    return limit(`acquiring ${this.path}`, options, (signal) =>
      contend(
        this.queue,
        signal,
        (place) => this.leaseOf(place),
        async () => false,
      ),
    );
  }

  /**
   * Acquires, acts and releases. Resolves or rejects as `act` does, whether or not the lease was lost meanwhile: hand
   * `lease.signal` to what you do. A lease that was lost is released in the background.
   */
  async withLock<T>(act: (lease: L) => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
    return during(await this.acquire(options), act);
  }

  /** Who holds and who waits, in order. */
  contenders(options: WaitOptions = {}): Promise<readonly Contender[]> {
    return limit(`reading the contenders of ${this.path}`, options, (signal) =>
      contenders(this.client, this.path, signal),
    );
  }

  /** @internal */
  protected abstract leaseOf(place: Place): L | undefined;
}

/** Acts under a lease, then releases it. */
export async function during<L extends Lease, T>(lease: L, act: (lease: L) => T | Promise<T>): Promise<T> {
  try {
    return await act(lease);
  } finally {
    // Without a connection, the release may take long; the session's end releases, too.
    const lost = lease.signal.aborted;
    const released = lease.release();
    if (lost) released.catch(() => {});
    else await released;
  }
}

export function holdOf(place: Place, { lossPolicy }: CheckedContender): LockLease | undefined {
  return Hold.of(place, lossPolicy);
}

/**
 * Asks whoever holds or waits at `path`, one of a lock's {@link Contender}s, to let go: its lease's `revocation` is aborted, or
 * its Curator revocation listener called. It need not heed it. What it calls itself is overwritten.
 *
 * @returns False if it has gone already.
 */
export function requestRevocation(client: Client, path: string, options: WaitOptions = {}): Promise<boolean> {
  return limit(`asking for ${path}`, options, (signal) =>
    // Asking twice is no more than asking once.
    persist(signal, () => ask(client, path, signal)),
  );
}

async function ask(client: Client, path: string, signal: AbortSignal): Promise<boolean> {
  try {
    await client.set(path, REVOKE, { signal });
    return true;
  } catch (error) {
    if (isCoordinationError(error, "NO_NODE")) return false;
    throw error;
  }
}
