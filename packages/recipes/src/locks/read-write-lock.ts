/** Many readers or one writer. */

import { type Client, CoordinationError, type CreateResult } from "@rookery/client";
import { persist } from "../support/calls.ts";
import { Hold, isSound, type LockLease } from "../support/hold.ts";
import { type Contender, contenders, Place, type Queue, waitForPredecessor } from "../support/place.ts";
import { deleteForCertain } from "../support/protected-create.ts";
import { limit, type WaitOptions } from "../support/waiting.ts";
import { holdOf, type LockOptions, QueueLock } from "./queue-lock.ts";

// Of the same length: Curator depends on it.
const READ = "__READ__";
const WRITE = "__WRIT__";

export interface ReadWriteContender extends Contender {
  readonly kind: "read" | "write";
}

/** The lease of a writer. */
export interface WriteLease extends LockLease {
  /**
   * Becomes a reader's lease, at one moment and in the same place of the queue: no writer comes in between, and readers that
   * wait behind are let in. This lease ends; its token goes over to the next, so that tokens still ascend from writer to writer.
   *
   * @throws CoordinationError what this lease was lost by, `ABORTED` if it was released; `TIMEOUT`. The lock is released then.
   */
  downgrade(options?: WaitOptions): Promise<LockLease>;
}

/**
 * A lock that many readers hold at a time, or one writer. `read` and `write` are two locks upon one queue.
 *
 * ```ts
 * const lock = new ReadWriteLock(client, "/locks/table");
 * await using lease = await lock.read.acquire({ timeoutMs: 5000 });
 * ```
 *
 * - **Fair.** In the order in which they asked: a reader waits for the last writer before it, a writer for everybody before it.
 *   So writers are not starved. A writer wakes one writer, or the readers up to the next.
 * - **A connection breaks, the session expires:** as with a {@link Mutex}.
 * - **Tokens.** Those of readers may equal or be below each other's: a resource should compare the tokens of writers.
 * - **Not re-entrant.** A writer that wants to read has no need of a second lease; one that wants to go on as a reader has
 *   {@link WriteLease.downgrade}. A reader cannot become a writer: two that tried would wait for each other.
 *
 * Layout: `<path>/_c_<uuid>-__READ__<digits>` and `<path>/_c_<uuid>-__WRIT__<digits>`, as Curator's InterProcessReadWriteLock;
 * a writer that was downgraded keeps its digits. Other children that end in ten digits count as writers.
 * kazoo's are safe beside these: WriteLock with `extra_lock_patterns=["-__READ__", "-__WRIT__"]`, ReadLock with `["-__WRIT__"]`.
 */
export class ReadWriteLock {
  readonly path: string;
  readonly read: ReadLock;
  readonly write: WriteLock;
  private readonly client: Client;

  constructor(client: Client, path: string, options: LockOptions = {}) {
    this.client = client;
    this.path = path;
    this.read = new ReadLock(client, path, options);
    this.write = new WriteLock(client, path, options);
  }

  /** Who holds and who waits, in order. */
  contenders(options: WaitOptions = {}): Promise<readonly ReadWriteContender[]> {
    return limit(`reading the contenders of ${this.path}`, options, async (signal) => {
      const found = await contenders(this.client, this.path, signal);
      return found.map((each) => ({ ...each, kind: isReader(each.path) ? ("read" as const) : ("write" as const) }));
    });
  }
}

/** Half of a {@link ReadWriteLock}. */
export class ReadLock extends QueueLock {
  /** @internal */
  constructor(client: Client, path: string, options: LockOptions) {
    super(client, path, READ, waitForWriter, options);
  }

  /** @internal */
  protected leaseOf(place: Place): LockLease | undefined {
    return holdOf(place, this.options);
  }
}

/** Half of a {@link ReadWriteLock}. */
export class WriteLock extends QueueLock<WriteLease> {
  /** @internal */
  constructor(client: Client, path: string, options: LockOptions) {
    super(client, path, WRITE, waitForPredecessor, options);
  }

  /** @internal */
  protected leaseOf(place: Place): WriteLease | undefined {
    const { lossPolicy } = this.options;
    return isSound(place, lossPolicy) ? new WriteHold(place, lossPolicy) : undefined;
  }
}

class WriteHold extends Hold implements WriteLease {
  private downgraded: Promise<LockLease> | undefined;

  downgrade(options: WaitOptions = {}): Promise<LockLease> {
    this.downgraded ??= limit(`downgrading ${this.path}`, options, (signal) => this.becomeReader(signal));
    return this.downgraded;
  }

  private async becomeReader(signal: AbortSignal): Promise<LockLease> {
    const { place, path } = this;
    this.signal.throwIfAborted();
    this.end(new CoordinationError("ABORTED", `${path} was downgraded`, { path }));
    const queue: Queue = { ...place.queue, name: READ, waitFor: waitForWriter };
    try {
      const reader = new Place(queue, await this.swap(queue, signal), place.token);
      // Nobody can be ahead. This waits for the watch, and for a connection if that has broken.
      const lease = await reader.grant(signal, (each) => Hold.of(each, this.lossPolicy));
      if (typeof lease === "string") throw reader.signal.reason;
      return lease;
    } catch (error) {
      deleteForCertain(queue.client, readerPath(path)).catch(() => {});
      throw error;
    } finally {
      place.leaveSoon();
    }
  }

  /** The writer's znode for a reader's. */
  private swap(queue: Queue, signal: AbortSignal): Promise<CreateResult> {
    const { client, id, acl } = queue;
    const path = readerPath(this.path);
    const act = async (attempt: number) => {
      // If the reply was lost, it may have been done.
      if (attempt > 0) {
        await client.sync(queue.path, { signal });
        const stat = await client.exists(path, { signal });
        if (stat !== undefined) return { path, stat };
      }
      const swap = client.transaction().create(path, id, { mode: "ephemeral", acl }).delete(this.path);
      return (await swap.commit({ signal }))[0];
    };
    return persist(signal, act);
  }
}

function waitForWriter(ahead: readonly string[]): string | undefined {
  return ahead.findLast((name) => !isReader(name));
}

function isReader(name: string): boolean {
  return name.includes(READ);
}

function readerPath(writerPath: string): string {
  const at = writerPath.lastIndexOf(WRITE);
  return `${writerPath.slice(0, at)}${READ}${writerPath.slice(at + WRITE.length)}`;
}
