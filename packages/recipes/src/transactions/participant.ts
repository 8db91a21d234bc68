/** Two-phase commit, the side that votes and carries decisions out. */

import { type Acl, type Client, CoordinationError, isCoordinationError } from "@rookery/client";
import { Bell, pause } from "../support/bell.ts";
import { ifThere, persist, unwatch } from "../support/calls.ts";
import { badArgument } from "../support/checks.ts";
import { throwLater } from "../support/tell.ts";
import { limit, type WaitOptions } from "../support/waiting.ts";
import { checkName, type Decision, Ledger, type TransactionRecord } from "./ledger.ts";

/** A transaction as its participants see it. */
export interface ParticipantTransaction extends TransactionRecord {
  /** Aborted when the participant stops; for `prepare` also when the transaction is decided without waiting for it. */
  readonly signal: AbortSignal;
}

/**
 * What a participant does. For one transaction the functions are called one after the other, for several at the same time. Each
 * may be called again for the same transaction, after a crash or a failure: a second time must do no harm.
 */
export interface TransactionCallbacks {
  /**
   * Makes sure that the transaction can be committed and rolled back, whatever happens from here on, and remembers it beyond a
   * crash. Its end is a vote for commit; what it throws is a vote for abort.
   */
  prepare(transaction: ParticipantTransaction): Promise<void> | void;
  /** Called at least once if the decision is to commit. What it throws makes it be called again, after a pause. */
  commit(transaction: ParticipantTransaction): Promise<void> | void;
  /** Called at least once if the decision is to abort, also where `prepare` failed or was never begun. Likewise. */
  rollback(transaction: ParticipantTransaction): Promise<void> | void;
}

export interface ParticipantOptions {
  /** The longest pause before what failed is tried again, a positive number of ms; the first is 100. Default 10_000. */
  readonly retryPauseMsMax?: number | undefined;
  /** Told what a callback threw, and what else went wrong with a transaction or, the id being "", the list. Default: nobody. */
  readonly onError?: ((error: unknown, id: string) => void) | undefined;
  /** Of the znodes it creates. Default: the client's. */
  readonly acl?: readonly Acl[] | undefined;
}

const RETRY_PAUSE_MS = 100;
const RETRY_PAUSE_MS_MAX = 10_000;

/**
 * Takes part in the transactions that name it:
 *
 * ```ts
 * await using participant = new TransactionParticipant(client, "/shop/commits", "stock", { prepare, commit, rollback });
 * await participant.start();
 * ```
 *
 * - Once `prepare` has succeeded, `commit` or `rollback` is called at least once, by this process or by the next with the same
 *   name: what is to be done stays on the participant's list until it has been. One process at a time may have a name.
 * - A participant that has voted for commit is bound: it waits for the decision. When the transaction's time is over it decides
 *   itself, for commit if all have voted so, otherwise for abort.
 * - Suspension delays, and expiry does nothing: votes are promises, and persistent.
 * - It ends when it is stopped or with its client, and by nothing else.
 */
export class TransactionParticipant implements AsyncDisposable {
  readonly name: string;
  private readonly ledger: Ledger;
  private readonly callbacks: TransactionCallbacks;
  private readonly retryPauseMsMax: number;
  private readonly onError: (error: unknown, id: string) => void;
  /** What is being worked on, by id. */
  private readonly work = new Map<string, Promise<void>>();
  private readonly stopping = new AbortController();
  private following: Promise<void> | undefined;

  /** @throws CoordinationError `BAD_ARGUMENTS` */
  constructor(
    client: Client,
    path: string,
    name: string,
    callbacks: TransactionCallbacks,
    options: ParticipantOptions = {},
  ) {
    checkName("name", name);
    this.name = name;
    this.ledger = new Ledger(client, path, options.acl);
    this.callbacks = callbacks;
    this.retryPauseMsMax = options.retryPauseMsMax ?? RETRY_PAUSE_MS_MAX;
    const { onError } = options;
    this.onError = (error, id) => {
      try {
        onError?.(error, id);
      } catch (thrown) {
        // What it throws is its own: the participant goes on.
        throwLater(thrown);
      }
    };
    if (!(this.retryPauseMsMax > 0))
      throw badArgument(`retryPauseMsMax is ${options.retryPauseMsMax}: it must be positive.`);
  }

  /** Begins, with what was left undone, too. Resolves when transactions are listened for. Once. */
  async start(options: WaitOptions = {}): Promise<void> {
    if (this.following !== undefined || this.stopping.signal.aborted)
      throw badArgument(`The participant ${this.name} was started before.`);
    const bell = new Bell();
    this.following = Promise.resolve();
    try {
      await limit(`starting the participant ${this.name}`, options, async (signal) => {
        await this.look(bell, signal);
      });
    } catch (error) {
      this.following = undefined;
      unwatch(this.ledger.client, this.ledger.duties(this.name), bell.ring);
      throw error;
    }
    this.following = this.follow(bell);
  }

  /** Takes up nothing more. Resolves when the callbacks that are running have ended: their signal is aborted. */
  async stop(): Promise<void> {
    this.stopping.abort(new CoordinationError("ABORTED", `the participant ${this.name} stops`));
    await this.following;
    await Promise.all(this.work.values());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Until it is stopped, or the client ends. */
  private async follow(bell: Bell): Promise<void> {
    const { signal } = this.stopping;
    let pauseMs = RETRY_PAUSE_MS;
    for (;;) {
      try {
        await bell.wait(signal);
        await this.look(bell, signal);
        pauseMs = RETRY_PAUSE_MS;
      } catch (error) {
        if (!(await this.mayTryAgain(error, "", pauseMs))) break;
        pauseMs *= 2;
        bell.ring();
      }
    }
    unwatch(this.ledger.client, this.ledger.duties(this.name), bell.ring);
  }

  /** Tells what went wrong, and pauses. False: it stops, or the client has ended. */
  private async mayTryAgain(error: unknown, id: string, pauseMs: number): Promise<boolean> {
    const { signal } = this.stopping;
    if (signal.aborted || isEnd(error)) return false;
    this.onError(error, id);
    await pause(Math.min(pauseMs, this.retryPauseMsMax), signal).catch(() => {});
    return !signal.aborted;
  }

  /** Takes up what is on the list. */
  private async look(bell: Bell, signal: AbortSignal): Promise<void> {
    const path = this.ledger.duties(this.name);
    const read = () => {
      bell.silence();
      return ifThere(this.ledger.client.getChildren(path, { signal, watch: bell.ring }));
    };
    let found = await persist(signal, read);
    while (found === undefined) {
      await this.ledger.ensureDuties(this.name, signal);
      found = await persist(signal, read);
    }
    for (const id of found.children)
      if (!this.work.has(id)) {
        const done = this.see(id).finally(() => this.work.delete(id));
        this.work.set(id, done);
      }
  }

  /** Sees a transaction through. Never rejects: what stays undone is on the list. */
  private async see(id: string): Promise<void> {
    const { signal } = this.stopping;
    const { ledger, name } = this;
    const startMs = Date.now();
    let isForgotten = false;
    for (let pauseMs = RETRY_PAUSE_MS; ; pauseMs *= 2)
      try {
        if (isForgotten) {
          await ledger.dismiss(id, name, signal);
          return;
        }
        const record = await ledger.record(id, signal);
        const decision = await this.vote(record, startMs);
        await this.carryOut(decision, { ...record, signal });
        await ledger.acknowledge(id, name, signal);
        return;
      } catch (error) {
        // By force: there is nobody who could tell the decision.
        isForgotten ||= isCoordinationError(error, "NO_NODE");
        if (!(await this.mayTryAgain(error, id, pauseMs))) return;
      }
  }

  /** The first phase, as far as it was not gone through before; resolves with the decision. */
  private async vote(record: TransactionRecord, startMs: number): Promise<Decision> {
    const { ledger, name } = this;
    const { id } = record;
    const stop = this.stopping.signal;
    const untilMs = startMs + record.decisionTimeoutMs;
    const decided = new AbortController();
    const failed = new AbortController();
    const deciding = ledger.awaitDecision(
      record,
      { countVotes: false, untilMs, bell: new Bell() },
      AbortSignal.any([stop, failed.signal]),
    );
    // Awaited below; but it may fail while `prepare` runs.
    deciding.then(
      () => decided.abort(),
      () => decided.abort(),
    );
    try {
      let vote = await ledger.vote(id, name, stop);
      if (vote === undefined && (await ledger.decision(id, stop)) === undefined) {
        vote = await this.prepare({ ...record, signal: AbortSignal.any([stop, decided.signal]) });
        // Not if it stops meanwhile: what ended `prepare` is not known then, and the next process begins again.
        vote = await ledger.cast(id, name, vote, stop);
        // Nobody needs to wait for more.
        if (vote === "abort") await ledger.decide(record, true, stop);
      }
    } catch (error) {
      failed.abort();
      throw error;
    }
    return deciding;
  }

  private async prepare(transaction: ParticipantTransaction): Promise<Decision> {
    try {
      await this.callbacks.prepare(transaction);
      return "commit";
    } catch (error) {
      if (!this.stopping.signal.aborted) this.onError(error, transaction.id);
      return "abort";
    }
  }

  /** The second phase: until it succeeds. */
  private async carryOut(decision: Decision, transaction: ParticipantTransaction): Promise<void> {
    const { signal } = transaction;
    for (let pauseMs = RETRY_PAUSE_MS; ; pauseMs *= 2) {
      signal.throwIfAborted();
      try {
        if (decision === "commit") await this.callbacks.commit(transaction);
        else await this.callbacks.rollback(transaction);
        return;
      } catch (error) {
        this.onError(error, transaction.id);
      }
      await pause(Math.min(pauseMs, this.retryPauseMsMax), signal);
    }
  }
}

/** The client is no more. */
function isEnd(error: unknown): boolean {
  return isCoordinationError(error, "CLOSED", "AUTH_FAILED");
}
