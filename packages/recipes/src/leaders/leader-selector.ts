/** Leadership as a function that runs while it lasts. */

import { type Client, CoordinationError } from "@rookery/client";
import {
  badArgument,
  type CheckedContender,
  type ContenderOptions,
  checkPath,
  contenderOptions,
} from "../support/checks.ts";
import { Hold } from "../support/hold.ts";
import type { Lease } from "../support/lease.ts";
import { contend, type Queue, waitForPredecessor } from "../support/place.ts";
import { follow, limit, type WaitOptions, within } from "../support/waiting.ts";
import { type Participant, participants } from "./participants.ts";

export interface LeaderSelectorOptions extends ContenderOptions {
  /** Queues again, at the end, each time that leadership has ended. Default false. */
  readonly autoRequeue?: boolean | undefined;
}

/**
 * Calls `lead` when it is this one's turn to lead; leadership ends when `lead` has returned.
 *
 * ```ts
 * const selector = new LeaderSelector(client, "/leaders/compaction", async (lease) => compact({ signal: lease.signal }), {
 *   id: hostname(),
 *   autoRequeue: true,
 * });
 * await selector.run({ signal });
 * ```
 *
 * - **Fair.** In the order in which they queued; with `autoRequeue` they take turns.
 * - **One at a time**, as long as `lead` heeds `lease.signal`: the next one leads only after `lead` has returned or the session
 *   has ended. The signal is aborted by a broken connection (see {@link LossPolicy}), an expired session, `interrupt`, `close`.
 * - **After a loss** `lead` should return, or throw what it likes. With `autoRequeue` it queues again, whatever it threw.
 *
 * Layout: that of a {@link Mutex}, data: the id; so has Curator's LeaderSelector.
 */
export class LeaderSelector implements AsyncDisposable {
  readonly path: string;
  readonly id: string;
  private readonly client: Client;
  private readonly lead: (lease: Lease) => Promise<void>;
  private readonly options: CheckedContender;
  private readonly autoRequeue: boolean;
  private readonly queue: Queue;
  private readonly closing = new AbortController();
  private hold: Hold | undefined;
  private running: Promise<void> | undefined;

  constructor(
    client: Client,
    path: string,
    lead: (lease: Lease) => Promise<void>,
    options: LeaderSelectorOptions = {},
  ) {
    this.client = client;
    this.path = checkPath(path);
    if (typeof lead !== "function") throw badArgument("lead must be a function that takes a lease.");
    this.lead = lead;
    this.options = contenderOptions(options);
    const { autoRequeue = false } = options;
    if (typeof autoRequeue !== "boolean")
      throw badArgument(`autoRequeue is ${String(autoRequeue)}: it must be true or false.`);
    this.autoRequeue = autoRequeue;
    const { id, acl } = this.options;
    this.id = id;
    this.queue = { client, path, name: "lock-", id, acl, waitFor: waitForPredecessor };
  }

  /** Whether this one leads at the moment. */
  get isLeader(): boolean {
    return this.lease !== undefined;
  }

  /** Undefined while it does not lead. */
  get lease(): Lease | undefined {
    return this.hold?.signal.aborted === false ? this.hold : undefined;
  }

  /**
   * Queues, leads, and resolves when `lead` has returned; with `autoRequeue`, when it has been closed. May be called again then.
   * `timeoutMs` and `signal` are for all of it: a `lead` that is under way has its lease aborted, and is waited for.
   *
   * @throws What `lead` throws, though with `autoRequeue` only while its lease was good. CoordinationError `TIMEOUT`, `ABORTED`;
   *   `CLOSED` if it or the client is closed before it led; `BAD_ARGUMENTS` if it runs already.
   */
  run(options: WaitOptions = {}): Promise<void> {
    if (this.running !== undefined) return Promise.reject(badArgument(`${this.path}: the selector runs already.`));
    if (this.closing.signal.aborted) return Promise.reject(this.closedError());
    const running = limit(`running for ${this.path}`, options, (signal) => this.campaign(signal)).finally(() => {
      this.running = undefined;
    });
    this.running = running;
    return running;
  }

  /** Aborts the lease of a `lead` that is under way. Leadership ends when it has returned. False if it does not lead. */
  interrupt(): boolean {
    if (!this.isLeader) return false;
    this.hold?.end(new CoordinationError("ABORTED", `${this.path} was interrupted`, { path: this.path }));
    return true;
  }

  /** Who takes part, in order; the first leads. */
  participants(options: WaitOptions = {}): Promise<readonly Participant[]> {
    return participants(this.client, this.path, options);
  }

  /** Who leads, as the servers see it. */
  async leader(options: WaitOptions = {}): Promise<Participant | undefined> {
    return (await this.participants(options))[0];
  }

  /** Interrupts, and takes part no more. Resolves when `lead` has returned and the znode is gone. Not to be awaited by `lead`. */
  async close(options: WaitOptions = {}): Promise<void> {
    this.closing.abort(this.closedError());
    // Whoever runs it is told.
    const ended = this.running?.catch(() => {});
    await within(`closing ${this.path}`, options, ended ?? Promise.resolve());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async campaign(signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const unfollow = follow(ended, [signal, this.closing.signal]);
    try {
      do await this.leadOnce(ended.signal);
      while (this.autoRequeue && !ended.signal.aborted);
    } catch (error) {
      if (!this.autoRequeue || !this.closing.signal.aborted || error !== ended.signal.reason) throw error;
    } finally {
      unfollow();
    }
    signal.throwIfAborted();
  }

  private async leadOnce(signal: AbortSignal): Promise<void> {
    const granted = await contend(this.queue, signal, (place) => Hold.of(place, this.options.lossPolicy));
    const hold = granted as Hold;
    const onAbort = () => hold.end(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.hold = hold;
    try {
      await this.lead(hold);
    } catch (error) {
      if (!(this.autoRequeue && hold.signal.aborted)) throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.hold = undefined;
      const released = hold.release();
      // Without a connection the release may take long; the session's end releases, too.
      if (this.client.state === "connected") await released;
      else released.catch(() => {});
    }
  }

  private closedError(): CoordinationError {
    return new CoordinationError("CLOSED", `${this.path}: the selector is closed`, { path: this.path });
  }
}
