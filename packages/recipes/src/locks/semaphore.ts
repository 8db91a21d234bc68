/** A bounded number of holders at a time. */

import { type Client, CoordinationError, type WatchableOptions } from "@rookery/client";
import { persist, unwatchAfter } from "../support/calls.ts";
import {
  badArgument,
  type CheckedContender,
  type ContenderOptions,
  checkPath,
  contenderOptions,
} from "../support/checks.ts";
import { Hold, isSound, type LockLease } from "../support/hold.ts";
import {
  type Contender,
  childPath,
  childrenOf,
  connected,
  contend,
  contenders,
  Place,
  type Queue,
  waitForPredecessor,
} from "../support/place.ts";
import { aborted, follow, limit, type WaitOptions } from "../support/waiting.ts";
import { during, type Lock } from "./queue-lock.ts";

export interface SemaphoreOptions extends ContenderOptions {
  /** How many leases there are: a number that all who use the path agree upon, or the znode where it is written. */
  readonly limit: number | SemaphoreCount;
}

/** A znode with a count, as Curator's SharedCount or a counter of this package keeps. A change counts at once. */
export interface SemaphoreCount {
  readonly path: string;
  /** Four bytes, most significant first, as Curator's SharedCount; or decimal digits. Default `int32`. */
  readonly format?: "int32" | "text" | undefined;
}

interface CheckedCount {
  readonly path: string;
  readonly format: "int32" | "text";
}

const INT32_MAX = 2 ** 31 - 1;

/**
 * Up to `limit` leases at a time, given out in the order in which they were asked for.
 *
 * ```ts
 * const downloads = new Semaphore(client, "/semaphores/downloads", { limit: 5 });
 * await downloads.withLock(async ({ signal }) => download({ signal }));
 * ```
 *
 * - **Fair.** Who asks stands in the queue of a mutex; its first waits for a lease to become free, alone, so that a release
 *   wakes one. Who asks for several leases gets them together, and meanwhile nobody overtakes it.
 * - **A lower limit** takes nothing away: leases are given out again when enough have been released.
 * - **A connection breaks, the session expires:** as with a {@link Mutex}, for each lease.
 * - **Tokens** ascend from lease to lease, but several are valid at a time.
 *
 * Layout: leases `<path>/leases/_c_<uuid>-lease-<digits>`, the queue `<path>/locks/_c_<uuid>-lock-<digits>`, ephemeral, below
 * containers; Curator's InterProcessSemaphoreV2 has the same. Not kazoo's Semaphore.
 */
export class Semaphore implements Lock {
  readonly path: string;
  private readonly client: Client;
  private readonly options: CheckedContender;
  private readonly count: number | CheckedCount;
  private readonly queue: Queue;
  private readonly leases: Queue;

  constructor(client: Client, path: string, options: SemaphoreOptions) {
    this.client = client;
    this.path = checkPath(path);
    this.options = contenderOptions(options);
    this.count = countOption(options.limit);
    const { id, acl } = this.options;
    const waitFor = waitForPredecessor;
    this.queue = { client, path: childPath(path, "locks"), name: "lock-", id, acl, waitFor };
    this.leases = { client, path: childPath(path, "leases"), name: "lease-", id, acl, waitFor };
  }

  /**
   * Waits for a lease, across broken connections and expired sessions; after an expiry at the end of the queue.
   *
   * @throws CoordinationError `TIMEOUT`, `ABORTED`; `NO_NODE` if the znode of the limit is missing; `CLOSED` …
   */
  async acquire(options: WaitOptions = {}): Promise<LockLease> {
    return (await this.acquireMany(1, options))[0] as LockLease;
  }

  /** Does not wait for other holders, only for the servers. Undefined: none is free, or somebody waits already. */
  async tryAcquire(options: WaitOptions = {}): Promise<LockLease | undefined> {
    return (await this.tryAcquireMany(1, options))?.[0];
  }

  /** All of `count` leases together, each to be released by itself. */
  acquireMany(count: number, options: WaitOptions = {}): Promise<readonly LockLease[]> {
    return limit(`acquiring ${this.path}`, options, async (signal) => {
      this.checkCount(count);
      return (await this.take(count, signal, true)) as readonly LockLease[];
    });
  }

  /** All of `count` leases, or undefined if not as many are free, or somebody waits already. */
  tryAcquireMany(count: number, options: WaitOptions = {}): Promise<readonly LockLease[] | undefined> {
    return limit(`acquiring ${this.path}`, options, (signal) => {
      this.checkCount(count);
      return this.take(count, signal, false);
    });
  }

  /** Acquires a lease, acts and releases it. */
  async withLock<T>(act: (lease: LockLease) => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
    return during(await this.acquire(options), act);
  }

  /** Whose the leases are, the oldest first. The last may still be waiting for its turn. */
  holders(options: WaitOptions = {}): Promise<readonly Contender[]> {
    return limit(`reading the holders of ${this.path}`, options, (signal) =>
      contenders(this.client, this.leases.path, signal),
    );
  }

  private async take(count: number, signal: AbortSignal, waits: boolean): Promise<readonly LockLease[] | undefined> {
    for (;;) {
      // A short break of the connection costs nobody the turn: what counts are the leases.
      const turn = await contend(
        this.queue,
        signal,
        (place) => Hold.of(place, "session"),
        async () => waits || !(await this.isFull(count, signal)),
      );
      if (turn === undefined) return undefined;
      try {
        const leases = await this.takeInTurn(turn, count, signal, waits);
        if (leases !== "over") return leases;
      } finally {
        turn.release().catch(() => {});
      }
    }
  }

  /** Whoever is ahead may only be passing through; but if none is free, it waits. */
  private async isFull(count: number, signal: AbortSignal): Promise<boolean> {
    const read = async () => (await childrenOf(this.client, this.leases.path, signal)).length;
    const taken = await persist(signal, read);
    return taken + count > (await this.readLimit(signal));
  }

  /** With the turn. `over`: the turn or a place was lost. */
  private async takeInTurn(
    turn: Hold,
    count: number,
    signal: AbortSignal,
    waits: boolean,
  ): Promise<readonly LockLease[] | undefined | "over"> {
    const { lossPolicy } = this.options;
    const places: Place[] = [];
    const ended = new AbortController();
    const unfollow = [follow(ended, [signal, turn.signal])];
    let leases: readonly LockLease[] | undefined;
    try {
      while (places.length < count) {
        const place = await Place.take(this.leases, ended.signal);
        places.push(place);
        unfollow.push(follow(ended, [place.signal]));
      }
      await Promise.all(places.map(({ watching }) => watching));
      // The first look needs no watch: mostly there is room.
      for (let watches = false; leases === undefined; watches = true) {
        if (!(await this.hasRoom(places, ended.signal, watches && waits))) {
          if (!waits) return undefined;
        } else if (places.every((place) => isSound(place, lossPolicy)))
          leases = places.map((place) => new Hold(place, lossPolicy));
      }
      return leases;
    } catch (error) {
      if (ended.signal.aborted && !signal.aborted) return "over";
      throw error;
    } finally {
      for (const each of unfollow) each();
      if (leases === undefined) for (const place of places) place.leaveSoon();
    }
  }

  /** Whether these places are within the limit. If `waits` and they are not: resolves at the next change, with false. */
  private async hasRoom(places: readonly Place[], signal: AbortSignal, waits: boolean): Promise<boolean> {
    if (!waits) return this.isWithin(places, signal);
    const { client, leases, count } = this;
    const woken = new AbortController();
    const watch = () => woken.abort();
    const unfollow = follow(woken, [signal]);
    const change = aborted(woken.signal).then(() => false);
    const looking = this.isWithin(places, signal, watch);
    try {
      const isWithin = await Promise.race([looking.then((within) => within || change), change]);
      signal.throwIfAborted();
      return isWithin;
    } finally {
      unfollow();
      unwatchAfter(looking, client, leases.path, watch);
      if (typeof count !== "number") unwatchAfter(looking, client, count.path, watch);
    }
  }

  private async isWithin(places: readonly Place[], signal: AbortSignal, watch?: () => void): Promise<boolean> {
    const { client, leases } = this;
    const read = async () => {
      await connected(client, signal);
      return client.getChildren(leases.path, watching(watch, signal));
    };
    const { children } = await persist(signal, read);
    const most = await this.readLimit(signal, watch);
    return children.length <= most && places.every(({ name }) => children.includes(name));
  }

  private async readLimit(signal: AbortSignal, watch?: () => void): Promise<number> {
    const { client, count } = this;
    if (typeof count === "number") return count;
    const read = () => client.get(count.path, watching(watch, signal));
    const { data } = await persist(signal, read);
    const value = count.format === "int32" ? (data.length === 4 ? data.readInt32BE() : Number.NaN) : digits(data);
    if (!Number.isNaN(value)) return value;
    const text = `${count.path} holds no count in the format ${count.format}: ${JSON.stringify(data.toString("latin1"))}.`;
    throw new CoordinationError("BAD_ARGUMENTS", text, { path: count.path });
  }

  private checkCount(count: number): void {
    const most = typeof this.count === "number" ? this.count : INT32_MAX;
    if (!Number.isInteger(count) || count < 1 || count > most)
      throw badArgument(`The number of leases is ${String(count)}: it must be an integer from 1 to ${most}.`);
  }
}

/** A call that sets a watch is not aborted once it was sent: only after the reply can the watch be taken back. */
function watching(watch: (() => void) | undefined, signal: AbortSignal): WatchableOptions {
  return watch === undefined ? { signal } : { watch };
}

function digits(data: Buffer): number {
  const text = data.toString("latin1").trim();
  return /^-?[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
}

/** @throws CoordinationError `BAD_ARGUMENTS` */
function countOption(count: number | SemaphoreCount): number | CheckedCount {
  if (typeof count === "number" && Number.isInteger(count) && count >= 1 && count <= INT32_MAX) return count;
  if (typeof count !== "object" || count === null)
    throw badArgument(`limit is ${String(count)}: it must be an integer from 1 to ${INT32_MAX}, or { path, format }.`);
  const { path, format = "int32" } = count;
  if (format !== "int32" && format !== "text")
    throw badArgument(`The format of the limit is ${String(format)}: it must be "int32" or "text".`);
  return { path: checkPath(path), format };
}
