/** Two-phase commit, the side that begins transactions and decides them. */

import { randomUUID } from "node:crypto";
import { type Acl, type Client, CoordinationError, isCoordinationError } from "@rookery/client";
import { Bell } from "../support/bell.ts";
import { ifThere, persist, unwatch } from "../support/calls.ts";
import { badArgument } from "../support/checks.ts";
import { limit, type WaitOptions } from "../support/waiting.ts";
import { checkName, type Decision, Ledger, type TransactionStatus } from "./ledger.ts";

export interface CoordinatorOptions {
  /** A transaction's, where it is given none. Default 30_000. */
  readonly decisionTimeoutMs?: number | undefined;
  /** Of the znodes it creates. Default: the client's. */
  readonly acl?: readonly Acl[] | undefined;
}

export interface BeginOptions extends WaitOptions {
  /** For the participants; strings as UTF-8. It shares the request's bound with everything else: some hundred KiB. */
  readonly data?: Uint8Array | string | undefined;
  /**
   * Not decided after so long, a transaction is presumed to be aborted: by the coordinator, by any participant, or by
   * {@link TransactionCoordinator.recover}. A positive number of ms.
   */
  readonly decisionTimeoutMs?: number | undefined;
  /** Not to be used for another one later. Default: a random one. */
  readonly id?: string | undefined;
}

export interface RecoverOptions extends WaitOptions {
  /**
   * What all have acknowledged is kept for so long after its decision, ms on the leader's clock from 0, for coordinators that
   * have not yet looked. Default 60_000.
   */
  readonly keepMs?: number | undefined;
}

/** What {@link TransactionCoordinator.recover} did and found: ids, in the order in which the transactions began. */
export interface Recovery {
  /** Decided by this. */
  readonly committed: readonly string[];
  readonly aborted: readonly string[];
  /** Finished, and deleted by this. */
  readonly forgotten: readonly string[];
  /** Not decided, and their time is not over. */
  readonly undecided: readonly string[];
  /** Decided, and not yet carried out by all, or to be kept for a while. */
  readonly unfinished: readonly string[];
}

const DECISION_TIMEOUT_MS = 30_000;
const DECISION_TIMEOUT_MS_MAX = 0x7fff_ffff;
const KEEP_MS = 60_000;
const PARTICIPANTS_MAX = 100;
/** Transactions looked at at a time. */
const PARALLEL = 16;

/**
 * Begins transactions and sees them through:
 *
 * ```ts
 * const coordinator = new TransactionCoordinator(client, "/shop/commits");
 * const { id, decision } = await coordinator.run(["orders", "stock"], { data: JSON.stringify(order) });
 * await coordinator.complete(id);
 * ```
 *
 * - A transaction is decided once, whoever decides, and never otherwise: for commit only if every participant has voted for it.
 * - A coordinator holds nothing that its death could take along. Participants that voted wait until the transaction's time is
 *   over and then decide themselves; any other process can by `recover`, which is best called regularly, somewhere.
 * - Suspension delays, and expiry does nothing: all znodes are persistent.
 * - Times are of each process's own clock, or the leader's: no two clocks are compared.
 */
export class TransactionCoordinator {
  private readonly ledger: Ledger;
  private readonly decisionTimeoutMs: number;

  /** @throws CoordinationError `BAD_ARGUMENTS` */
  constructor(client: Client, path: string, options: CoordinatorOptions = {}) {
    this.ledger = new Ledger(client, path, options.acl);
    this.decisionTimeoutMs = checkTimeout(options.decisionTimeoutMs ?? DECISION_TIMEOUT_MS);
  }

  get path(): string {
    return this.ledger.path;
  }

  /**
   * Begins a transaction, once: its participants are asked to prepare. Resolves with its id. Participants need not be running.
   *
   * @throws CoordinationError `NODE_EXISTS` if there is a transaction with this id; `BAD_ARGUMENTS`. With outcome `unknown` the
   *   session expired, or it was given up, before the reply came: it may have begun, and even be finished and forgotten.
   */
  async begin(participants: readonly string[], options: BeginOptions = {}): Promise<string> {
    const { data, id = randomUUID() } = options;
    const decisionTimeoutMs = checkTimeout(options.decisionTimeoutMs ?? this.decisionTimeoutMs);
    checkName("id", id);
    for (const name of participants) checkName("A participant", name);
    if (participants.length === 0 || participants.length > PARTICIPANTS_MAX)
      throw badArgument(`There are ${participants.length} participants: there must be 1 to ${PARTICIPANTS_MAX}.`);
    if (new Set(participants).size < participants.length) throw badArgument("A participant is named twice.");
    await limit(`beginning transaction ${id}`, options, (signal) =>
      this.ledger.begin({ id, participants, data, decisionTimeoutMs }, signal),
    );
    return id;
  }

  /**
   * Waits for the votes and decides: for commit when all have voted so, for abort when one has voted so or when
   * `decisionTimeoutMs` from this call on are over. Resolves with the decision, whoever made it. Giving up decides nothing.
   *
   * @throws CoordinationError `NO_NODE` if the transaction is forgotten.
   */
  async decide(id: string, options: WaitOptions = {}): Promise<Decision> {
    return limit(`deciding transaction ${id}`, options, async (signal) => {
      const startMs = Date.now();
      const record = await this.ledger.record(id, signal);
      const untilMs = startMs + record.decisionTimeoutMs;
      return this.ledger.awaitDecision(record, { countVotes: true, untilMs, bell: new Bell() }, signal);
    });
  }

  /** Decides for abort, unless it is decided. Resolves with the decision, which may be to commit. */
  async abort(id: string, options: WaitOptions = {}): Promise<Decision> {
    return limit(`aborting transaction ${id}`, options, async (signal) => {
      const record = await this.ledger.record(id, signal);
      // All may have voted for it: then it is committed.
      return (await this.ledger.decide(record, true, signal)) as Decision;
    });
  }

  /**
   * {@link begin} and {@link decide}. If it is given up after the beginning, the transaction is decided by its participants or by
   * {@link recover}; give it an `id` to ask for the outcome.
   */
  async run(
    participants: readonly string[],
    options: BeginOptions = {},
  ): Promise<{ readonly id: string; readonly decision: Decision }> {
    return limit("running the transaction", options, async (signal) => {
      const id = await this.begin(participants, { ...options, signal, timeoutMs: undefined });
      try {
        return { id, decision: await this.decide(id, { signal }) };
      } catch (error) {
        if (!isCoordinationError(error)) throw error;
        throw new CoordinationError(error.code, error.message, { outcome: "unknown", path: error.path, cause: error });
      }
    });
  }

  /** Waits until all participants have carried out the decision, and deletes the transaction. At once if that is done. */
  async complete(id: string, options: WaitOptions = {}): Promise<void> {
    const { ledger } = this;
    await limit(`completing transaction ${id}`, options, async (signal) => {
      const bell = new Bell();
      try {
        for (;;) {
          bell.silence();
          const acks = await persist(signal, () =>
            ifThere(ledger.client.getChildren(ledger.acks(id), { signal, watch: bell.ring })),
          );
          const record = acks && (await ifThere(ledger.record(id, signal)));
          if (record === undefined) return;
          if (record.participants.every((name) => acks?.children.includes(name))) break;
          await bell.wait(signal);
        }
      } finally {
        unwatch(ledger.client, ledger.acks(id), bell.ring);
      }
      await ledger.forget(id, signal);
    });
  }

  /** @throws CoordinationError `NO_NODE` if the transaction is forgotten. */
  async status(id: string, options: WaitOptions = {}): Promise<TransactionStatus> {
    return limit(`reading transaction ${id}`, options, (signal) => this.ledger.status(id, signal));
  }

  /** All transactions that are not forgotten, in the order in which they began. */
  async list(options: WaitOptions = {}): Promise<TransactionStatus[]> {
    return limit(`listing the transactions of ${this.path}`, options, (signal) => this.readAll(signal));
  }

  /** Those that hold somebody up: a participant has voted for commit, and waits for a decision. */
  async inDoubt(options: WaitOptions = {}): Promise<TransactionStatus[]> {
    const all = await this.list(options);
    return all.filter(({ decision, votes }) => decision === undefined && [...votes.values()].includes("commit"));
  }

  /**
   * Does what coordinators that died left undone: decides what the votes allow or whose time is over, and deletes what is
   * finished. Safe to be called by anybody at any time.
   */
  async recover(options: RecoverOptions = {}): Promise<Recovery> {
    const { keepMs = KEEP_MS } = options;
    if (!(keepMs >= 0)) throw badArgument(`keepMs is ${String(keepMs)}: it must be a number from 0.`);
    const { ledger } = this;
    return limit(`recovering the transactions of ${this.path}`, options, async (signal) => {
      const recovery: Record<keyof Recovery, string[]> = {
        committed: [],
        aborted: [],
        forgotten: [],
        undecided: [],
        unfinished: [],
      };
      const nowMs = await ledger.nowMs(signal);
      if (nowMs === undefined) return recovery;
      for (const status of await this.readAll(signal)) {
        const { id, participants, acknowledged, decidedMs } = status;
        if (status.decision !== undefined) {
          const isFinished = participants.every((name) => acknowledged.has(name));
          const isKept = decidedMs !== undefined && decidedMs + keepMs > nowMs;
          if (isFinished && !isKept) await ledger.forget(id, signal);
          recovery[isFinished && !isKept ? "forgotten" : "unfinished"].push(id);
          continue;
        }
        const isLate = status.createdMs + status.decisionTimeoutMs <= nowMs;
        const decision = await ifThere(ledger.decide(status, isLate, signal));
        recovery[decision === undefined ? "undecided" : decision === "commit" ? "committed" : "aborted"].push(id);
      }
      return recovery;
    });
  }

  /**
   * Deletes a transaction although participants have not acknowledged: they never learn its outcome. For those that do not come
   * back.
   *
   * @throws CoordinationError `BAD_ARGUMENTS` if it is not decided: `abort` it first.
   */
  async forget(id: string, options: WaitOptions = {}): Promise<void> {
    await limit(`forgetting transaction ${id}`, options, async (signal) => {
      await this.ledger.record(id, signal);
      if ((await this.ledger.decision(id, signal)) === undefined)
        throw badArgument(`Transaction ${id} is not decided: it must be before it can be forgotten.`);
      await this.ledger.forget(id, signal);
    });
  }

  private async readAll(signal: AbortSignal): Promise<TransactionStatus[]> {
    const ids = await this.ledger.ids(signal);
    const all: TransactionStatus[] = [];
    for (let at = 0; at < ids.length; at += PARALLEL) {
      const part = ids.slice(at, at + PARALLEL);
      const found = await Promise.all(part.map((id) => ifThere(this.ledger.status(id, signal))));
      for (const status of found) if (status !== undefined) all.push(status);
    }
    return all.sort((a, b) => (a.zxid < b.zxid ? -1 : 1));
  }
}

function checkTimeout(timeoutMs: number): number {
  if (timeoutMs > 0 && timeoutMs <= DECISION_TIMEOUT_MS_MAX) return timeoutMs;
  throw badArgument(
    `decisionTimeoutMs is ${String(timeoutMs)}: it must be a positive number up to ${DECISION_TIMEOUT_MS_MAX}.`,
  );
}
