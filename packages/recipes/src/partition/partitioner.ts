/** A set of items divided among the members that there are, each item owned by one at most. */

import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { type Client, CoordinationError, isCoordinationError } from "@rookery/client";
import { ChildrenCache } from "../caches/caches.ts";
import { PersistentNode } from "../nodes/persistent-node.ts";
import { pause } from "../support/bell.ts";
import { isInterruption } from "../support/calls.ts";
import { positiveInteger } from "../support/checks.ts";
import { Deferred } from "../support/deferred.ts";
import { type Changes, type ChangesOptions, Feed } from "../support/feed.ts";
import { deleteForCertain, protectedCreate } from "../support/protected-create.ts";
import { abortable, aborted, type WaitOptions, within } from "../support/waiting.ts";

/**
 * - `allocating`: it waits for the members to settle and for the items of its share to be free. It owns nothing.
 * - `acquired`: it owns its share.
 * - `release`: members have come or gone, or the connection broke: end the work on the share, then call `release`.
 * - `failure`: by an error that `acquired` and the iterators throw. It owns nothing and has left.
 * - `closed`: likewise, by `close`.
 */
export type PartitionState = "allocating" | "acquired" | "release" | "failure" | "closed";

/**
 * The items of one member. Every member computes its own from the same members and items: shares must not overlap, or members
 * wait for each other for good.
 *
 * @param identifier - The member's; it is among `members`.
 * @param members - Identifiers, sorted.
 * @param items - Sorted.
 */
export type Partition = (identifier: string, members: readonly string[], items: readonly string[]) => readonly string[];

export interface PartitionerOptions {
  /** Unique among the members, without slashes. Default: of the host, the process and chance. */
  readonly identifier?: string | undefined;
  /** The members must be the same for so long before shares are taken, ms. A positive integer, default 1000. */
  readonly settleMs?: number | undefined;
  /** Default: kazoo's, {@link everyNth}. */
  readonly partition?: Partition | undefined;
}

export interface Share {
  /** Sorted. */
  readonly items: readonly string[];
  /** Aborted as soon as the share cannot be relied on any more. */
  readonly signal: AbortSignal;
}

/** Locks that are taken at a time. */
const LOCKS = 32;
const MEMBER = /^[0-9a-f]{32}-(.*)$/s;
const SEQUENCE = /\d{10}$/;

/**
 * Divides a set of items among all members that give the same path and items.
 *
 * ```ts
 * await using partitioner = new SetPartitioner(zk, "/work", ["queue-1", "queue-2", "queue-3"]);
 * await partitioner.run(async (items, signal) => {
 *   while (!signal.aborted) await workOn(items, signal);
 * });
 * ```
 *
 * No item is owned by two members at once: each is guarded by a lock, which is held until `release` is called, so that the work
 * on a share ends before another member begins. When the connection breaks the share's signal is aborted at once; the session,
 * and with it the locks, outlives that for its timeout, and work that ends within that is never done twice at a time. After an
 * expiry it joins again by itself. A share may be empty.
 *
 * Layout: kazoo's SetPartitioner: `party/<uuid>-<identifier>` and `locks/<item>/`, with kazoo's lock names behind Curator's
 * protection prefix. Members of both kinds share the items if they are given the same.
 */
export class SetPartitioner implements AsyncDisposable {
  readonly path: string;
  readonly identifier: string;
  /** All of them, sorted. */
  readonly items: readonly string[];
  private readonly client: Client;
  private readonly settleMs: number;
  private readonly partition: Partition;
  private readonly member: PersistentNode;
  private readonly party: ChildrenCache;
  private readonly feed = new Feed<PartitionState>();
  private readonly closing = new AbortController();
  private readonly running: Promise<void>;
  private current: PartitionState = "allocating";
  private failure: CoordinationError | undefined;
  private share: Share | undefined;
  private waiters: Deferred<Share>[] = [];
  /** Aborted when what a share was computed from is not so any more. */
  private round = new AbortController();
  /** Counts what may make a difference to the shares. */
  private changes = 0;
  /** `run` has a share and its work has not ended. */
  private working = false;
  /** The work on the share has ended. */
  private ended = new Deferred<void>();
  private freed = new Deferred<void>();

  constructor(client: Client, path: string, items: Iterable<string>, options: PartitionerOptions = {}) {
    const { settleMs = 1000, partition = everyNth } = options;
    const { identifier = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}` } = options;
    positiveInteger("settleMs", settleMs);
    checkName("identifier", identifier);
    this.items = Object.freeze([...new Set(items)].sort());
    for (const item of this.items) checkName("item", item);
    this.client = client;
    this.path = path;
    this.identifier = identifier;
    this.settleMs = settleMs;
    this.partition = partition;
    const party = `${path === "/" ? "" : path}/party`;
    const name = `${randomUUID().replaceAll("-", "")}-${identifier}`;
    this.member = new PersistentNode(client, `${party}/${name}`, { data: "0", parents: true });
    this.party = new ChildrenCache(client, party, { data: false, include: (each) => MEMBER.test(each) });
    this.party.events.on("change", ({ type }) => {
      if (type === "created" || type === "deleted") this.onChange();
    });
    client.events.on("state", this.onChange);
    this.running = this.live();
  }

  get state(): PartitionState {
    return this.current;
  }

  /**
   * Resolves when it owns its share, with it.
   *
   * @throws CoordinationError `TIMEOUT`, `ABORTED`, `CLOSED`; what it failed with.
   */
  acquired(options: WaitOptions = {}): Promise<Share> {
    if (this.current === "acquired") return Promise.resolve(this.share as Share);
    if (this.hasEnded) return Promise.reject(this.endError());
    const waiter = new Deferred<Share>();
    this.waiters.push(waiter);
    return within(`partitioning ${this.path}`, options, waiter.promise).finally(() => {
      this.waiters = this.waiters.filter((each) => each !== waiter);
    });
  }

  /**
   * The work on the share has ended: its items are given up, and another share is allocated. Resolves when they are free; fine
   * if it owns nothing.
   */
  async release(options: WaitOptions = {}): Promise<void> {
    if (this.current !== "acquired" && this.current !== "release") return;
    const { freed } = this;
    this.round.abort();
    this.ended.resolve();
    await within(`releasing the share of ${this.path}`, options, freed.promise);
  }

  /** The states from now on. The iterator ends with `closed`, or throws what it failed with. */
  states(options: ChangesOptions = {}): Changes<PartitionState> {
    return this.feed.changes(options);
  }

  /**
   * Works on each share in turn: calls `work` when there is one, and gives the share up when its signal is aborted and `work`
   * has ended. Returns when it is closed; `close` waits for `work` to end, which must not wait for `close`.
   *
   * @throws what `work` throws; what it failed with; `ABORTED`. The share has been given up then.
   */
  async run(
    work: (items: readonly string[], signal: AbortSignal) => Promise<void>,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    while (this.current !== "closed") {
      let share: Share;
      try {
        share = await this.acquired({ signal });
      } catch (error) {
        if (isCoordinationError(error, "CLOSED") && this.hasEnded && this.failure === undefined) return;
        throw error;
      }
      const merged = signal === undefined ? share.signal : AbortSignal.any([share.signal, signal]);
      this.working = true;
      try {
        await work(share.items, merged);
        await aborted(merged);
      } finally {
        this.working = false;
        this.ended.resolve();
        await this.release();
      }
    }
  }

  /** Gives up its share, after the work of `run` if there is one, and leaves. Resolves when others can take over. */
  async close(options: WaitOptions = {}): Promise<void> {
    if (!this.hasEnded) this.end("closed");
    await within(`closing ${this.path}`, options, this.running);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ── Rounds ─────────────────────────────────────────────────────────────────────────────────────────────────

  private get hasEnded(): boolean {
    return this.current === "failure" || this.current === "closed";
  }

  private readonly onChange = () => {
    this.changes++;
    this.round.abort();
  };

  private async live(): Promise<void> {
    try {
      await Promise.all([this.member.ready(), this.party.ready()]);
      while (!this.hasEnded) {
        try {
          await this.turn(await this.settled());
        } catch (error) {
          if (this.hasEnded || !isInterruption(error)) throw error;
        }
      }
    } catch (error) {
      if (!this.hasEnded) this.end("failure", asError(error));
    }
    // Whoever waits for a lock of this member's has it first.
    await Promise.all([this.party.close(), this.member.close()]);
  }

  /** Waits until the members are the same for long enough, this one is among them, and no two have the same identifier. */
  private async settled(): Promise<readonly string[]> {
    const { closing, client, party, settleMs, identifier } = this;
    for (;;) {
      const before = this.changes;
      await pause(settleMs, closing.signal);
      if (before !== this.changes || client.state !== "connected" || party.state !== "live") continue;
      const members = [...party.snapshot().keys()].map((name) => MEMBER.exec(name)?.[1] as string).sort();
      if (!members.includes(identifier) || new Set(members).size < members.length) continue;
      this.round = new AbortController();
      return members;
    }
  }

  /** From members that have settled to a share that was given up. */
  private async turn(members: readonly string[]): Promise<void> {
    const stop = AbortSignal.any([this.round.signal, this.closing.signal]);
    const items = this.itemsOf(members);
    const locks = await this.lockAll(items, stop);
    try {
      if (locks === undefined || stop.aborted) return;
      this.ended = new Deferred();
      this.freed = new Deferred();
      const share: Share = Object.freeze({ items, signal: stop });
      this.share = share;
      this.become("acquired");
      for (const waiter of this.waiters.splice(0)) waiter.resolve(share);
      await aborted(stop);
      if (!this.hasEnded) this.become("release");
      await this.ended.promise;
    } finally {
      await Promise.all((locks ?? []).map((lock) => this.unlock(lock)));
      this.share = undefined;
      if (this.current === "release") this.become("allocating");
      this.freed.resolve();
    }
  }

  private itemsOf(members: readonly string[]): readonly string[] {
    const items = [...new Set(this.partition(this.identifier, members, this.items))].sort();
    const strange = items.find((item) => !this.items.includes(item));
    if (strange !== undefined)
      throw new CoordinationError("BAD_ARGUMENTS", `the partition gives ${JSON.stringify(strange)}, which is no item.`);
    return Object.freeze(items);
  }

  /** All of them, or undefined if it was stopped: then none. */
  private async lockAll(items: readonly string[], stop: AbortSignal): Promise<Lock[] | undefined> {
    const locks: Lock[] = [];
    const left = [...items];
    const failed = new AbortController();
    const signal = AbortSignal.any([stop, failed.signal]);
    const worker = async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) locks.push(await this.lock(item, signal));
    };
    const workers = Array.from({ length: Math.min(LOCKS, items.length) }, worker);
    for (const each of workers) each.catch(() => failed.abort());
    const results = await Promise.allSettled(workers);
    const failures = results.filter((result) => result.status === "rejected").map(({ reason }) => reason as unknown);
    if (failures.length === 0) return locks;
    await Promise.all(locks.map((lock) => this.unlock(lock)));
    if (stop.aborted) return undefined;
    throw failures.find((error) => !isCoordinationError(error, "ABORTED")) ?? failures[0];
  }

  /** Waits in the item's queue. Given up, it leaves the queue. */
  private async lock(item: string, signal: AbortSignal): Promise<Lock> {
    const { client, identifier } = this;
    const queue = `${this.path === "/" ? "" : this.path}/locks/${item}`;
    const created = await protectedCreate(client, queue, "__lock__", identifier, {
      mode: "ephemeral",
      sequential: true,
      signal,
    });
    const own = created.path.slice(queue.length + 1);
    try {
      for (;;) {
        const { children } = await client.getChildren(queue, { signal });
        const order = children.filter((name) => SEQUENCE.test(name)).sort((a, b) => sequenceOf(a) - sequenceOf(b));
        const at = order.indexOf(own);
        if (at < 0) throw lostError(created.path);
        if (at === 0) return await this.guard(created.path, signal);
        await this.gone(`${queue}/${order[at - 1]}`, signal);
      }
    } catch (error) {
      await deleteForCertain(client, created.path);
      throw error;
    }
  }

  /** Resolves when there is reason to look at the queue again. */
  private async gone(path: string, signal: AbortSignal): Promise<void> {
    const { client } = this;
    const event = new Deferred<void>();
    const onEvent = () => event.resolve();
    try {
      if ((await client.exists(path, { watch: onEvent, signal })) === undefined) return;
      await abortable(event.promise, signal);
    } finally {
      await client.unwatch(path, onEvent);
    }
  }

  /** From now on it is noticed when somebody deletes the lock. */
  private async guard(path: string, signal: AbortSignal): Promise<Lock> {
    const { client } = this;
    const { round } = this;
    const onEvent = () => {
      if (!round.signal.aborted) watch().catch(() => round.abort());
    };
    const watch = async () => {
      if ((await client.exists(path, { watch: onEvent, signal })) === undefined) throw lostError(path);
    };
    try {
      await watch();
    } catch (error) {
      await client.unwatch(path, onEvent);
      throw error;
    }
    return { path, onEvent };
  }

  private async unlock({ path, onEvent }: Lock): Promise<void> {
    await this.client.unwatch(path, onEvent);
    await deleteForCertain(this.client, path);
  }

  // ── States ─────────────────────────────────────────────────────────────────────────────────────────────────

  private become(state: PartitionState): void {
    this.current = state;
    this.feed.put(state);
  }

  private end(state: "failure" | "closed", error?: CoordinationError): void {
    this.failure = error;
    this.client.events.off("state", this.onChange);
    this.become(state);
    this.feed.close(error);
    this.closing.abort();
    this.round.abort();
    if (!this.working) this.ended.resolve();
    for (const waiter of this.waiters.splice(0)) waiter.reject(this.endError());
  }

  private endError(): CoordinationError {
    return this.failure ?? new CoordinationError("CLOSED", `the partitioner of ${this.path} is closed`);
  }
}

/** Kazoo's: the first member has the first item, the second the second, and so on in turns. */
export const everyNth: Partition = (identifier, members, items) => {
  const from = members.indexOf(identifier);
  return items.filter((_, at) => at % members.length === from);
};

interface Lock {
  readonly path: string;
  readonly onEvent: () => void;
}

function sequenceOf(name: string): number {
  return Number(name.slice(-10));
}

function lostError(path: string): CoordinationError {
  // As after any loss, another round finds out what is free.
  return new CoordinationError("SESSION_EXPIRED", `${path} has gone`, { path });
}

function asError(error: unknown): CoordinationError {
  if (isCoordinationError(error)) return error;
  return new CoordinationError("BAD_ARGUMENTS", `the partition failed: ${String(error)}`, { cause: error });
}

function checkName(what: string, name: string): void {
  if (typeof name !== "string" || name === "" || name === "." || name === ".." || name.includes("/"))
    throw new CoordinationError("BAD_ARGUMENTS", `${what} ${JSON.stringify(name)}: it must be a name without slashes.`);
}
