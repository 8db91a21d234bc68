/** Leadership that is held until it is closed. */

import { EventEmitter } from "node:events";
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
import { Place, type Queue, waitForPredecessor } from "../support/place.ts";
import { throwLater } from "../support/tell.ts";
import { aborted, follow, limit, type WaitOptions, within } from "../support/waiting.ts";
import { type Participant, participants } from "./participants.ts";

/** Whether who led is told when it closes the latch itself: `silent`, no; `notify`, like any other end of leadership. */
export type CloseMode = "silent" | "notify";

export interface LeaderLatchOptions extends ContenderOptions {
  /** Default `silent`. */
  readonly closeMode?: CloseMode | undefined;
}

export interface LeaderLatchEvents {
  /** It leads from now on, for as long as the lease can be relied on. */
  elected: [lease: Lease];
  /** It does not lead any more; with the reason of the lease's signal. */
  deposed: [reason: CoordinationError];
  /** It takes part no more, for a reason other than `close`: what `start` or {@link LeaderLatch.changes} throws. Close it. */
  failed: [error: unknown];
}

/**
 * Takes part in an election from `start` to `close`; the one that has waited longest leads.
 *
 * ```ts
 * await using latch = new LeaderLatch(client, "/leaders/scheduler", { id: hostname() });
 * await latch.start();
 * for await (const lease of latch.changes()) if (lease !== undefined) schedule({ signal: lease.signal });
 * ```
 *
 * - **Fair.** In the order in which they started. The end of one's leadership wakes one.
 * - **A connection breaks:** with `lossPolicy: "connection"` leadership ends at once here, and is taken up again with the same
 *   token if the session has outlived the break, for nobody else led meanwhile.
 * - **The session expires:** leadership ends, and the latch queues again at the end.
 * - **Stepping down:** the lease's `release` ends this leadership, and the latch queues again at the end.
 *
 * Layout: `<path>/_c_<uuid>-latch-<digits>`, ephemeral, data: the id. Curator's LeaderLatch has the same.
 */
export class LeaderLatch implements AsyncDisposable {
  readonly path: string;
  readonly id: string;
  readonly events = new EventEmitter<LeaderLatchEvents>();
  private readonly client: Client;
  private readonly options: CheckedContender;
  private readonly closeMode: CloseMode;
  private readonly queue: Queue;
  private readonly closing = new AbortController();
  private hold: Hold | undefined;
  private place: Place | undefined;
  private started: Promise<void> | undefined;
  private running: Promise<void> | undefined;
  private isSilent = false;
  /** Why it ended, unless it was closed. */
  private failure: { readonly error: unknown } | undefined;
  /** Aborted at the next change, and replaced. */
  private change = new AbortController();

  constructor(client: Client, path: string, options: LeaderLatchOptions = {}) {
    this.client = client;
    this.path = checkPath(path);
    this.options = contenderOptions(options);
    const { closeMode = "silent" } = options;
    this.closeMode = closeModeOption(closeMode);
    const { id, acl } = this.options;
    this.id = id;
    this.queue = { client, path, name: "latch-", id, acl, waitFor: waitForPredecessor };
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
   * Takes part from now on. Resolves when it stands in the queue; giving up closes the latch.
   *
   * @throws CoordinationError what kept it from the queue: `NO_AUTH`, `TIMEOUT` …; `CLOSED` if it was closed.
   */
  start(options: WaitOptions = {}): Promise<void> {
    if (this.closing.signal.aborted) return Promise.reject(this.closedError());
    this.started ??= this.begin(options);
    return this.started;
  }

  /**
   * Resolves when this one leads; at once if it does.
   *
   * @throws CoordinationError `BAD_ARGUMENTS` before {@link start}; `TIMEOUT`, `ABORTED`; `CLOSED` if the latch or the client is closed.
   */
  awaitLeadership(options: WaitOptions = {}): Promise<Lease> {
    return limit(`waiting to lead ${this.path}`, options, async (signal) => {
      for (;;) {
        signal.throwIfAborted();
        const { lease } = this;
        if (lease !== undefined) return lease;
        if (this.isOver) throw this.failure?.error ?? this.closedError();
        if (this.started === undefined) throw badArgument(`The latch ${this.path} takes no part yet: start it first.`);
        await this.nextChange(signal);
      }
    });
  }

  /**
   * A lease each time that this one is elected, undefined each time that it is deposed; first of all the lease, if it leads
   * already. Who is slow to ask gets the newest only. Ends when the latch is closed; throws what ended it otherwise.
   *
   * @throws CoordinationError `ABORTED` if the signal is aborted; `CLOSED` if the client is closed …
   */
  async *changes({ signal }: Pick<WaitOptions, "signal"> = {}): AsyncGenerator<Lease | undefined, void, undefined> {
    let last: Lease | undefined;
    for (;;) {
      if (signal?.aborted === true)
        throw new CoordinationError("ABORTED", `changes of ${this.path} was aborted`, { cause: signal.reason });
      const { lease } = this;
      if (lease !== last && !(lease === undefined && this.isSilent)) {
        last = lease;
        yield lease;
      } else if (this.isOver) {
        if (this.failure !== undefined) throw this.failure.error;
        return;
      } else await this.nextChange(signal);
    }
  }

  /** Who takes part, in order; the first leads. */
  participants(options: WaitOptions = {}): Promise<readonly Participant[]> {
    return participants(this.client, this.path, options);
  }

  /** Who leads, as the servers see it. */
  async leader(options: WaitOptions = {}): Promise<Participant | undefined> {
    return (await this.participants(options))[0];
  }

  /** Ends leadership at once, and takes part no more. Resolves when its znode is gone for certain. */
  async close(options: WaitOptions & { readonly mode?: CloseMode | undefined } = {}): Promise<void> {
    const { mode = this.closeMode } = options;
    closeModeOption(mode);
    await within(`closing ${this.path}`, options, this.end(mode));
  }

  private async end(mode: CloseMode): Promise<void> {
    if (!this.closing.signal.aborted) {
      this.isSilent = mode === "silent";
      this.closing.abort(this.closedError());
      this.hold?.end(this.closedError());
    }
    // Whatever it fails with has been told to those who waited for it.
    await this.started?.catch(() => {});
    const left = this.place?.leave();
    this.changed();
    await this.running;
    await left;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private get isOver(): boolean {
    return this.closing.signal.aborted || this.failure !== undefined;
  }

  private async begin(options: WaitOptions): Promise<void> {
    const ended = new AbortController();
    try {
      this.place = await limit(`starting ${this.path}`, options, async (signal) => {
        const unfollow = follow(ended, [signal, this.closing.signal]);
        try {
          return await Place.take(this.queue, ended.signal);
        } finally {
          unfollow();
        }
      });
    } catch (error) {
      this.fail(error);
      throw error;
    }
    this.running = this.run(this.place).catch((error) => this.fail(error));
  }

  private async run(first: Place): Promise<void> {
    const { signal } = this.closing;
    for (let place = first; ; place = await Place.take(this.queue, signal)) {
      this.place = place;
      for (;;) {
        const hold = await place.grant(signal, (each) => Hold.of(each, this.options.lossPolicy));
        if (typeof hold === "string") break;
        this.onElected(hold);
        await aborted(hold.signal);
      }
      // It may have been lost without its znode's being gone.
      place.leaveSoon();
    }
  }

  private onElected(hold: Hold): void {
    this.hold = hold;
    hold.signal.addEventListener("abort", () => this.onDeposed(hold.signal.reason), { once: true });
    this.changed();
    this.tell(() => this.events.emit("elected", hold));
  }

  private onDeposed(reason: CoordinationError): void {
    this.hold = undefined;
    this.changed();
    if (!this.isSilent) this.tell(() => this.events.emit("deposed", reason));
  }

  private fail(error: unknown): void {
    // What is aborted by closing is no failure.
    const isFailure = !this.closing.signal.aborted;
    if (isFailure) this.failure = { error };
    this.changed();
    if (isFailure) this.tell(() => this.events.emit("failed", error));
  }

  /** What a listener throws is its own. */
  private tell(emit: () => void): void {
    try {
      emit();
    } catch (error) {
      throwLater(error);
    }
  }

  private changed(): void {
    const { change } = this;
    this.change = new AbortController();
    change.abort();
  }

  private async nextChange(signal: AbortSignal | undefined): Promise<void> {
    const woken = new AbortController();
    const unfollow = follow(woken, signal === undefined ? [this.change.signal] : [this.change.signal, signal]);
    await aborted(woken.signal);
    unfollow();
  }

  private closedError(): CoordinationError {
    return new CoordinationError("CLOSED", `${this.path}: the latch is closed`, { path: this.path });
  }
}

/** @throws CoordinationError `BAD_ARGUMENTS` */
function closeModeOption(mode: CloseMode): CloseMode {
  if (mode === "silent" || mode === "notify") return mode;
  throw badArgument(`closeMode is ${String(mode)}: it must be "silent" or "notify".`);
}
