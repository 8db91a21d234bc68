/** One holder at a time. */

import { AsyncLocalStorage } from "node:async_hooks";
import { type Client, CoordinationError, type Zxid } from "@rookery/client";
import type { LockLease } from "../support/hold.ts";
import { contenders, type Place, waitForPredecessor } from "../support/place.ts";
import { follow, limit, type WaitOptions, within } from "../support/waiting.ts";
import { during, holdOf, type LockOptions, QueueLock, requestRevocation } from "./queue-lock.ts";

export interface MutexOptions extends LockOptions {
  /** Whoever runs inside `withLock` gets the lock again at once. Default false: it would wait for itself for ever. */
  readonly reentrant?: boolean | undefined;
}

/**
 * A lock that one holds at a time, in the order in which they asked.
 *
 * ```ts
 * const mutex = new Mutex(client, "/locks/report");
 * await mutex.withLock(async (lease) => writeReport({ token: lease.token, signal: lease.signal }));
 * ```
 *
 * - **Fair.** Each waits for the one before it only, and a release wakes one.
 * - **A connection breaks** while the lock is held: `lease.signal` is aborted, since the servers may give the lock to another
 *   when the session's time is over (see {@link LossPolicy}). While waiting: the place is kept.
 * - **The session expires** while the lock is held: `lease.signal` is aborted. While waiting: another place is taken, at the end.
 * - **Pauses.** No lock across processes can keep a holder that was held up from waking too late and acting once more. Send
 *   `lease.token` with what you write, and let the resource refuse lower ones than it has seen.
 *
 * Re-entrant (`reentrant: true`): calls of the same instance made by the function given to `withLock`, or by what that calls or
 * starts, get a lease on the same znode at once. It is a matter of the chain of asynchronous calls, as in AsyncLocalStorage, so
 * parallel branches started inside count as the holder, too. The znode goes when all of these leases have been released. After
 * the loss of the lock they fail with its reason. `acquire` begins no such chain, for nobody could tell where it ends.
 *
 * Layout: `<path>/_c_<uuid>-lock-<digits>`, ephemeral, below containers. Curator's InterProcessMutex has the same. kazoo's Lock
 * takes turns with these if it is given `extra_lock_patterns=["-lock-"]`, without which it would not wait for what is held here; it
 * is waited for in any case: every child that ends in ten digits counts. So is go-zookeeper's Lock, which needs no option. Create
 * the path as a persistent znode for kazoo, which looks for it only once: a container goes when it is empty. kazoo and Curator do
 * not exclude each other, even with that pattern.
 */
export class Mutex extends QueueLock {
  private readonly chain: AsyncLocalStorage<Shared> | undefined;

  constructor(client: Client, path: string, options: MutexOptions = {}) {
    super(client, path, "lock-", waitForPredecessor, options);
    const { reentrant = false } = options;
    if (typeof reentrant !== "boolean")
      throw new CoordinationError("BAD_ARGUMENTS", `reentrant is ${String(reentrant)}: it must be true or false.`);
    this.chain = reentrant ? new AsyncLocalStorage() : undefined;
  }

  override async acquire(options: WaitOptions = {}): Promise<LockLease> {
    return this.held()?.share() ?? super.acquire(options);
  }

  override async tryAcquire(options: WaitOptions = {}): Promise<LockLease | undefined> {
    return this.held()?.share() ?? super.tryAcquire(options);
  }

  override async withLock<T>(act: (lease: LockLease) => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
    const { chain } = this;
    if (chain === undefined) return super.withLock(act, options);
    const held = this.held();
    if (held !== undefined) return during(held.share(), act);
    const shared = new Shared(await super.acquire(options));
    return chain.run(shared, () => during(shared.share(), act));
  }

  /** Asks the present holder to let go, see {@link requestRevocation}. False: nobody holds the lock. */
  requestRelease(options: WaitOptions = {}): Promise<boolean> {
    return limit(`asking for ${this.path}`, options, async (signal) => {
      for (;;) {
        const [holder] = await contenders(this.client, this.path, signal);
        if (holder === undefined) return false;
        if (await requestRevocation(this.client, holder.path, { signal })) return true;
      }
    });
  }

  /** @internal */
  protected leaseOf(place: Place): LockLease | undefined {
    return holdOf(place, this.options);
  }

  /** What this chain of calls holds, if it has not released it yet. */
  private held(): Shared | undefined {
    const shared = this.chain?.getStore();
    return shared === undefined || shared.isOver ? undefined : shared;
  }
}

/** A lease that several leases stand for. */
class Shared {
  private readonly lease: LockLease;
  private count = 0;
  isOver = false;

  constructor(lease: LockLease) {
    this.lease = lease;
  }

  /** @throws What the lease was lost by. */
  share(): LockLease {
    this.lease.signal.throwIfAborted();
    this.count++;
    return new Share(this.lease, () => this.onRelease());
  }

  private async onRelease(): Promise<void> {
    if (--this.count > 0) return;
    this.isOver = true;
    await this.lease.release();
  }
}

class Share implements LockLease {
  private readonly lease: LockLease;
  private readonly ended = new AbortController();
  private readonly unfollow: () => void;
  private readonly onRelease: () => Promise<void>;
  private released: Promise<void> | undefined;

  constructor(lease: LockLease, onRelease: () => Promise<void>) {
    this.lease = lease;
    this.onRelease = onRelease;
    this.unfollow = follow(this.ended, [lease.signal]);
  }

  get path(): string {
    return this.lease.path;
  }

  get token(): Zxid {
    return this.lease.token;
  }

  get signal(): AbortSignal {
    return this.ended.signal;
  }

  get revocation(): AbortSignal {
    return this.lease.revocation;
  }

  release(options?: WaitOptions): Promise<void> {
    if (this.released === undefined) {
      this.released = this.onRelease();
      this.unfollow();
      this.ended.abort(new CoordinationError("ABORTED", `${this.path} was released`, { path: this.path }));
    }
    return within(`releasing ${this.path}`, options, this.released);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
