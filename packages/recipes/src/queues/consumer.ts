/** Works a queue off under locks, so that no item is lost with whoever works on it. */

import { randomUUID } from "node:crypto";
import {
  type Client,
  CoordinationError,
  type CoordinationErrorCode,
  isCoordinationError,
  type SessionId,
  type SessionState,
  TransactionError,
  type Zxid,
} from "@rookery/client";
import { Bell, pause } from "../support/bell.ts";
import { isInterruption, isPassing, persist, withGrace } from "../support/calls.ts";
import { badArgument } from "../support/checks.ts";
import type { LossPolicy } from "../support/lease.ts";
import type { AnyTransaction } from "../support/once.ts";
import { deleteQuietly } from "../support/protected-create.ts";
import { abortable } from "../support/waiting.ts";
import type { QueueHost } from "./base-queue.ts";
import { prefixOf } from "./layout.ts";

/** What a handler may know of the item that it works on. */
export interface ItemContext {
  /** Of the item's znode. */
  readonly path: string;
  /**
   * Aborted when the lock cannot be relied on any more: from then on another may work on the same item. What the handler finishes
   * all the same is deleted if nobody else has begun.
   */
  readonly signal: AbortSignal;
  /** A fencing token: the zxid that created the lock. Whoever gets the same item later has a higher one. */
  readonly token: Zxid;
}

export type Handler<T> = (item: T, context: ItemContext) => Promise<unknown> | unknown;

/** `requeue`: a new item at the end. `release`: it stays where it is, for whoever comes first. `delete`: nobody gets it again. */
export type FailureDecision = "requeue" | "release" | "delete";

export interface ConsumeOptions {
  /** Ends it: no further item is begun. */
  readonly signal?: AbortSignal | undefined;
  /** Items worked on at a time, a positive integer. Default 1: then the items are worked off in order. */
  readonly concurrency?: number | undefined;
  /**
   * What becomes of an item whose handler has thrown, or that cannot be decoded. What this throws ends `consume`. Default:
   * `requeue`.
   */
  readonly onFailure?:
    | ((error: unknown, context: ItemContext) => FailureDecision | Promise<FailureDecision>)
    | undefined;
  /** A failure keeps its place among the `concurrency` for so long, ms, so that a bad item does not spin. Default 1000. */
  readonly failurePauseMs?: number | undefined;
  /** When a lock counts as lost. Default `connection`. */
  readonly lossPolicy?: LossPolicy | undefined;
}

interface Lock {
  readonly name: string;
  readonly path: string;
  /** The session that its ephemeral belongs to. */
  readonly session: SessionId;
  readonly token: Zxid;
  readonly loss: AbortController;
}

export class Consumer<T> {
  private readonly host: QueueHost<T>;
  private readonly client: Client;
  private readonly handler: Handler<T>;
  private readonly options: ConsumeOptions;
  private readonly concurrency: number;
  private readonly failurePauseMs: number;
  private readonly lossPolicy: LossPolicy;
  /** No further item is begun. */
  private readonly stop = new AbortController();
  private failure: { readonly error: unknown } | undefined;
  private readonly running = new Set<Promise<void>>();
  private readonly held = new Set<Lock>();
  /** An item was locked and not begun: what is to be locked next must be looked for anew. */
  private hasPutBack = false;

  constructor(host: QueueHost<T>, handler: Handler<T>, options: ConsumeOptions) {
    const { concurrency = 1, failurePauseMs = 1000, lossPolicy = "connection" } = options;
    if (typeof handler !== "function") throw badArgument("handler must be a function that takes an item.");
    if (!Number.isInteger(concurrency) || concurrency < 1)
      throw badArgument(`concurrency is ${String(concurrency)}: it must be a positive integer.`);
    if (!(failurePauseMs >= 0))
      throw badArgument(`failurePauseMs is ${String(failurePauseMs)}: it must be a number of ms from 0.`);
    if (lossPolicy !== "connection" && lossPolicy !== "session")
      throw badArgument(`lossPolicy is ${String(lossPolicy)}: it must be "connection" or "session".`);
    this.host = host;
    this.client = host.client;
    this.handler = handler;
    this.options = options;
    this.concurrency = concurrency;
    this.failurePauseMs = failurePauseMs;
    this.lossPolicy = lossPolicy;
  }

  async run(): Promise<void> {
    const { signal } = this.options;
    const onAbort = () => this.stop.abort();
    if (signal?.aborted === true) return;
    signal?.addEventListener("abort", onAbort, { once: true });
    const onState = (state: SessionState) => this.onState(state);
    this.client.events.on("state", onState);
    const bell = new Bell();
    try {
      await this.dispatch(bell);
    } catch (error) {
      if (!this.stop.signal.aborted) this.fail(error);
    } finally {
      this.host.unwatch(bell);
      await Promise.all(this.running);
      this.client.events.off("state", onState);
      signal?.removeEventListener("abort", onAbort);
    }
    if (this.failure !== undefined) throw this.failure.error;
  }

  private async dispatch(bell: Bell): Promise<void> {
    const { host, running } = this;
    const { signal } = this.stop;
    let names: string[] = [];
    while (!signal.aborted) {
      if (running.size >= this.concurrency) {
        await abortable(Promise.race(running), signal);
        continue;
      }
      // Items that come in order stay in order; of others the first may be one that has just come.
      if (names.length === 0 || this.hasPutBack || (host.layout.rank !== undefined && bell.hasRung)) {
        bell.silence();
        this.hasPutBack = false;
        const found = await host.find(bell, signal);
        names = found.names;
        if (names.length === 0) {
          await bell.wait(signal, found.dueInMs);
          continue;
        }
      }
      const lock = await this.lock(names.shift() as string);
      if (lock === undefined) continue;
      if (signal.aborted) {
        await this.release(lock);
        return;
      }
      const work = this.work(lock).then(
        () => {},
        (error) => this.fail(error),
      );
      running.add(work);
      void work.then(() => running.delete(work));
    }
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    this.stop.abort();
  }

  private onState(state: SessionState): void {
    const ended = SESSION_ENDS.get(state);
    if (ended === undefined && (state === "connected" || this.lossPolicy === "session")) return;
    const code = ended ?? "CONNECTION_LOSS";
    for (const { loss, path } of this.held)
      loss.abort(new CoordinationError(code, `the lock ${path} cannot be relied on any more: ${state}`, { path }));
  }

  // ── One item ───────────────────────────────────────────────────────────────────────────────────────────────

  private async work(lock: Lock): Promise<void> {
    const { signal } = lock.loss;
    const context: ItemContext = { path: this.itemPath(lock.name), signal, token: lock.token };
    this.held.add(lock);
    let data: Buffer | undefined;
    try {
      data = await this.read(lock.name);
      // A lock that was lost meanwhile is no reason to begin; the item is as free as before, and first in line.
      if (signal.aborted) this.hasPutBack = true;
      if (data === undefined || signal.aborted) {
        await this.release(lock);
        return;
      }
      for (const payload of this.host.layout.unframe(data)) await this.handler(this.host.decode(payload), context);
    } catch (error) {
      await this.onFailure(lock, data, error, context);
      return;
    } finally {
      this.held.delete(lock);
    }
    await this.finish(lock, (transaction) => transaction);
  }

  private async onFailure(lock: Lock, data: Buffer | undefined, error: unknown, context: ItemContext): Promise<void> {
    const { path, acl } = this.host;
    let decision: FailureDecision;
    try {
      // What could not be read was not the handler's fault.
      if (data === undefined) throw error;
      decision = (await this.options.onFailure?.(error, context)) ?? "requeue";
    } catch (failure) {
      await this.release(lock);
      throw failure;
    }
    if (decision === "release") await this.release(lock);
    else if (decision === "delete") await this.finish(lock, (transaction) => transaction);
    else
      await this.finish(lock, (transaction) =>
        transaction.create(`${path}/${prefixOf(lock.name)}`, data, { sequential: true, acl }),
      );
    await pause(this.failurePauseMs, this.stop.signal).catch(() => {});
  }

  private read(name: string): Promise<Buffer | undefined> {
    return persist(undefined, async () => {
      try {
        return (await this.client.get(this.itemPath(name))).data;
      } catch (error) {
        if (isCoordinationError(error, "NO_NODE")) return undefined;
        throw error;
      }
    });
  }

  // ── Locks ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Locks an item; undefined if another was faster or it has gone. */
  private async lock(name: string): Promise<Lock | undefined> {
    const { client } = this;
    const { locksPath, acl } = this.host;
    const { signal } = this.stop;
    const path = `${locksPath}/${name}`;
    const id = randomUUID();
    let mayBeOurs = false;
    try {
      for (let attempt = 0; ; attempt++) {
        if (attempt > 0) await pauseFor(attempt, signal);
        try {
          const transaction = client.transaction().check(this.itemPath(name));
          const locking = transaction.create(path, id, { mode: "ephemeral", acl });
          const [, created] = await withGrace(client, signal, (late) => locking.commit({ signal: late }));
          return this.lockOf(name, path, created.stat.czxid);
        } catch (error) {
          if (error instanceof TransactionError) {
            if (error.index === 1 && error.code === "NODE_EXISTS")
              return mayBeOurs ? await this.ownLock(name, path, id) : undefined;
            if (error.index === 0 && error.code === "NO_NODE") {
              if (mayBeOurs) this.releaseIfOurs(name, path, id);
              return undefined;
            }
            if (error.index !== 1 || error.code !== "NO_NODE") throw error;
            await this.ensureLocks();
          } else {
            if (isCoordinationError(error) && error.outcome === "unknown") mayBeOurs = true;
            if (!isInterruption(error)) throw error;
          }
        }
      }
    } catch (error) {
      if (mayBeOurs) this.releaseIfOurs(name, path, id);
      throw error;
    }
  }

  private lockOf(name: string, path: string, token: Zxid): Lock {
    return { name, path, session: this.client.sessionId, token, loss: new AbortController() };
  }

  /** The lock that an earlier try has made, if it did. That of a session that has expired goes by itself. */
  private ownLock(name: string, path: string, id: string): Promise<Lock | undefined> {
    return persist(
      undefined,
      async () => {
        try {
          const { data, stat } = await this.client.get(path);
          if (data.toString() !== id || stat.ephemeralOwner !== this.client.sessionId) return undefined;
          return this.lockOf(name, path, stat.czxid);
        } catch (error) {
          if (isCoordinationError(error, "NO_NODE")) return undefined;
          throw error;
        }
      },
      isPassing,
    );
  }

  /** In the background: what was given up may have been locked. */
  private releaseIfOurs(name: string, path: string, id: string): void {
    const act = async () => {
      const lock = await this.ownLock(name, path, id);
      if (lock !== undefined) await this.release(lock);
    };
    // Where this fails the client has ended, and the session takes the lock along.
    act().catch(() => {});
  }

  private async release({ path, session }: Lock): Promise<void> {
    await persist(
      undefined,
      async () => {
        // In another session the lock is another's.
        if (this.client.sessionId === session) await deleteQuietly(this.client, path);
      },
      isPassing,
    );
  }

  /**
   * Deletes an item, and whatever else `write` adds, together with its lock. An item whose lock was lost is deleted only if
   * nobody has locked it since.
   */
  private async finish(lock: Lock, write: (transaction: AnyTransaction) => AnyTransaction): Promise<void> {
    const { client } = this;
    const item = this.itemPath(lock.name);
    let isHeld = true;
    for (let attempt = 0; ; attempt++) {
      if (attempt > 0) await pauseFor(attempt);
      // Nothing is awaited between this look and the call: it is sent in that session or not at all.
      isHeld &&= client.sessionId === lock.session;
      const transaction: AnyTransaction = client.transaction();
      const begun = isHeld
        ? transaction
        : transaction.create(lock.path, undefined, { mode: "ephemeral", acl: this.host.acl });
      try {
        await write(begun.delete(item)).delete(lock.path).commit();
        return;
      } catch (error) {
        if (!(error instanceof TransactionError)) {
          if (!isPassing(error)) throw error;
        } else if (error.code === "NO_NODE" && error.path === item) {
          // An earlier try was applied; or somebody did not mind the lock.
          if (isHeld) await this.release(lock);
          return;
        } else if (error.code === "NODE_EXISTS" && !isHeld) {
          return;
        } else if (error.code === "NO_NODE" && error.path === lock.path) {
          if (!isHeld) await this.ensureLocks();
          // Somebody deleted it.
          isHeld = false;
        } else {
          if (isHeld) await this.release(lock);
          throw error;
        }
      }
    }
  }

  private ensureLocks(): Promise<void> {
    const { locksPath, acl } = this.host;
    return persist(undefined, () => this.client.ensurePath(locksPath, { container: true, acl }), isPassing);
  }

  private itemPath(name: string): string {
    return `${this.host.path}/${name}`;
  }
}

/** The states that no lock outlasts. */
const SESSION_ENDS: ReadonlyMap<SessionState, CoordinationErrorCode> = new Map<SessionState, CoordinationErrorCode>([
  ["expired", "SESSION_EXPIRED"],
  ["auth-failed", "AUTH_FAILED"],
  ["closed", "CLOSED"],
]);

const PAUSE_MS = 20;
const PAUSE_MS_MAX = 1000;

function pauseFor(attempt: number, signal?: AbortSignal): Promise<void> {
  return pause(Math.random() * Math.min(PAUSE_MS * 2 ** Math.min(attempt, 10), PAUSE_MS_MAX), signal);
}
