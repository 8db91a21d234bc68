/**
 * What is written down of two-phase commits, and the one way in which one is decided. Coordinators and participants share it.
 *
 * The layout is this package's own:
 *
 * ```text
 * <path>/transactions/<id>                 JSON: { participants, decisionTimeoutMs, data (base64) }
 * <path>/transactions/<id>/votes/<name>    "commit" or "abort": what that participant has promised
 * <path>/transactions/<id>/decision        "commit" or "abort"
 * <path>/transactions/<id>/acks/<name>     that participant has carried the decision out
 * <path>/participants/<name>/<id>          what that participant has not yet carried out
 * <path>/marks/<uuid>-mark                 of a session that begins transactions: see support/once.ts
 * ```
 *
 * What must hold:
 *
 * 1. The decision is the creation of one znode, which never changes: of several that decide, one does, and the others learn it.
 * 2. "commit" is created only together with a check that the vote of every participant is there, as it was first written, after
 *    each was read to be "commit". "abort" may be created by anybody at any time.
 * 3. A vote is created once and never changes. It is persistent: a promise outlives the session it was given in.
 * 4. A participant's entry below `participants` is deleted together with the creation of its ack, after it carried out the
 *    decision; and the transaction is deleted, all of it at one moment, only when all have acknowledged.
 * 5. A transaction is created once, although replies are lost: it may have been carried out and deleted by then.
 */

import {
  type Acl,
  type Client,
  CoordinationError,
  isCoordinationError,
  TransactionError,
  type Zxid,
} from "@rookery/client";
import type { Bell } from "../support/bell.ts";
import { ifThere, persist, unwatch } from "../support/calls.ts";
import { badArgument, checkPath } from "../support/checks.ts";
import { type AnyTransaction, onceWriter } from "../support/once.ts";

/** What becomes of a transaction; and what a participant votes for. */
export type Decision = "commit" | "abort";

export interface TransactionRecord {
  readonly id: string;
  readonly participants: readonly string[];
  /** What the coordinator gave along. */
  readonly data: Buffer;
  /** From its beginning to the presumption that it is aborted, ms. */
  readonly decisionTimeoutMs: number;
  /** When it began, ms since 1970 on the leader's clock. */
  readonly createdMs: number;
  /** The change that began it: transactions begin in this order. */
  readonly zxid: Zxid;
}

export interface TransactionStatus extends TransactionRecord {
  readonly votes: ReadonlyMap<string, Decision>;
  /** Undefined while it is not decided. */
  readonly decision: Decision | undefined;
  /** When that was, on the leader's clock. */
  readonly decidedMs: number | undefined;
  /** Who has carried out the decision. */
  readonly acknowledged: ReadonlySet<string>;
}

interface NewTransaction {
  readonly id: string;
  readonly participants: readonly string[];
  readonly data: Uint8Array | string | undefined;
  readonly decisionTimeoutMs: number;
}

/** More than participants can get in the way: then something else is wrong. */
const FORGET_TRIES_MAX = 1000;

/** @internal */
export class Ledger {
  readonly client: Client;
  readonly path: string;
  private readonly prefix: string;
  private readonly acl: readonly Acl[] | undefined;

  constructor(client: Client, path: string, acl: readonly Acl[] | undefined) {
    this.client = client;
    this.path = checkPath(path);
    this.prefix = path === "/" ? "" : path;
    this.acl = acl;
  }

  get transactions(): string {
    return `${this.prefix}/transactions`;
  }

  transaction(id: string): string {
    return `${this.transactions}/${id}`;
  }

  votes(id: string): string {
    return `${this.transaction(id)}/votes`;
  }

  decisionPath(id: string): string {
    return `${this.transaction(id)}/decision`;
  }

  acks(id: string): string {
    return `${this.transaction(id)}/acks`;
  }

  /** The list of what a participant has to do. */
  duties(participant: string): string {
    return `${this.prefix}/participants/${participant}`;
  }

  private get marks(): string {
    return `${this.prefix}/marks`;
  }

  async ensureDuties(participant: string, signal: AbortSignal): Promise<void> {
    await persist(signal, () => this.client.ensurePath(this.duties(participant), { acl: this.acl, signal }));
  }

  /**
   * Writes down a transaction, once.
   *
   * @throws CoordinationError `NODE_EXISTS` if there is another with this id; with outcome `unknown`: it may have begun.
   */
  async begin({ id, participants, data, decisionTimeoutMs }: NewTransaction, signal: AbortSignal): Promise<void> {
    const { client, acl } = this;
    const text = JSON.stringify({
      participants,
      decisionTimeoutMs,
      data: Buffer.from(data ?? "").toString("base64"),
    });
    const write = (transaction: AnyTransaction) => {
      transaction.create(this.transaction(id), text, { acl });
      transaction.create(this.votes(id), undefined, { acl });
      transaction.create(this.acks(id), undefined, { acl });
      for (const name of participants) transaction.create(`${this.duties(name)}/${id}`, undefined, { acl });
      return transaction;
    };
    const writer = onceWriter(client, this.marks, acl);
    for (;;) {
      try {
        await writer.commit(write, signal);
        return;
      } catch (error) {
        if (!(error instanceof TransactionError && error.code === "NO_NODE")) throw error;
      }
      await persist(signal, () => client.ensurePath(this.transactions, { acl, signal }));
      for (const name of participants) await this.ensureDuties(name, signal);
    }
  }

  /** @throws CoordinationError `NO_NODE` if it is forgotten. */
  async record(id: string, signal: AbortSignal): Promise<TransactionRecord> {
    const path = this.transaction(id);
    const found = await persist(signal, () => ifThere(this.client.get(path, { signal })));
    if (found === undefined) throw this.forgotten(id);
    return decodeRecord(id, path, found.data, found.stat.ctimeMs, found.stat.czxid);
  }

  async status(id: string, signal: AbortSignal): Promise<TransactionStatus> {
    const record = await this.record(id, signal);
    return persist(signal, async () => {
      const [votes, acks, decision] = await Promise.all([
        this.readVotes(id, signal),
        ifThere(this.client.getChildren(this.acks(id), { signal })),
        ifThere(this.client.get(this.decisionPath(id), { signal })),
      ]);
      if (acks === undefined) throw this.forgotten(id);
      return {
        ...record,
        votes,
        decision: decision && this.decodeDecision(this.decisionPath(id), decision.data),
        decidedMs: decision?.stat.ctimeMs,
        acknowledged: new Set(acks.children),
      };
    });
  }

  /** Ids in no particular order. */
  async ids(signal: AbortSignal): Promise<readonly string[]> {
    const found = await persist(signal, () => ifThere(this.client.getChildren(this.transactions, { signal })));
    return found?.children ?? [];
  }

  async vote(id: string, participant: string, signal: AbortSignal): Promise<Decision | undefined> {
    const path = `${this.votes(id)}/${participant}`;
    const found = await persist(signal, () => ifThere(this.client.get(path, { signal })));
    return found && this.decodeDecision(path, found.data);
  }

  /** Promises, once: resolves with the vote that counts, which is the first. */
  async cast(id: string, participant: string, vote: Decision, signal: AbortSignal): Promise<Decision> {
    return persist(signal, async () => {
      try {
        await this.client.create(`${this.votes(id)}/${participant}`, vote, { acl: this.acl, signal });
        return vote;
      } catch (error) {
        if (isCoordinationError(error, "NO_NODE")) throw this.forgotten(id);
        if (!isCoordinationError(error, "NODE_EXISTS")) throw error;
      }
      await this.client.sync(this.path, { signal });
      return (await this.vote(id, participant, signal)) ?? vote;
    });
  }

  /**
   * Decides what can be decided: for commit if all have voted so, for abort if one has, or if it is presumed. Undefined if it is
   * too early. Safe to be run by anybody at any time, and again.
   */
  async decide(
    { id, participants }: TransactionRecord,
    presumeAbort: boolean,
    signal: AbortSignal,
  ): Promise<Decision | undefined> {
    const { client, acl } = this;
    const path = this.decisionPath(id);
    return persist(signal, async () => {
      for (;;) {
        const made = await this.decision(id, signal);
        if (made !== undefined) return made;
        const votes = await this.readVotes(id, signal);
        const isUnanimous = participants.every((name) => votes.get(name) === "commit");
        const isRefused = participants.some((name) => votes.get(name) === "abort");
        if (!isUnanimous && !isRefused && !presumeAbort) return undefined;
        const decision = isUnanimous ? "commit" : "abort";
        const transaction = client.transaction();
        transaction.create(path, decision, { acl });
        if (isUnanimous)
          for (const name of participants) transaction.check(`${this.votes(id)}/${name}`, { version: 0 });
        try {
          await transaction.commit({ signal });
          return decision;
        } catch (error) {
          if (isCoordinationError(error, "NO_NODE")) throw this.forgotten(id);
          if (!isCoordinationError(error, "NODE_EXISTS")) throw error;
          // Somebody else was faster, or it was this very request before the connection broke.
          await client.sync(this.path, { signal });
        }
      }
    });
  }

  async decision(id: string, signal: AbortSignal): Promise<Decision | undefined> {
    const path = this.decisionPath(id);
    const found = await persist(signal, () => ifThere(this.client.get(path, { signal })));
    return found && this.decodeDecision(path, found.data);
  }

  /**
   * Waits for the decision, and makes it where that is possible: with `countVotes` as soon as the votes allow it, and in any case
   * when `untilMs` has come.
   */
  async awaitDecision(
    record: TransactionRecord,
    options: { readonly countVotes: boolean; readonly untilMs: number; readonly bell: Bell },
    signal: AbortSignal,
  ): Promise<Decision> {
    const { countVotes, untilMs, bell } = options;
    const { client } = this;
    const { id } = record;
    const watch = bell.ring;
    try {
      for (;;) {
        bell.silence();
        const found = await persist(signal, () =>
          Promise.all([
            ifThere(client.getChildren(this.transaction(id), { signal, watch })),
            countVotes ? ifThere(client.getChildren(this.votes(id), { signal, watch })) : undefined,
          ]),
        );
        if (found[0] === undefined) throw this.forgotten(id);
        const isLate = Date.now() >= untilMs;
        const decision =
          countVotes || isLate ? await this.decide(record, isLate, signal) : await this.decision(id, signal);
        if (decision !== undefined) return decision;
        await bell.wait(signal, untilMs - Date.now());
      }
    } finally {
      unwatch(client, this.transaction(id), bell.ring);
      if (countVotes) unwatch(client, this.votes(id), bell.ring);
    }
  }

  /** Off the list, and acknowledged. */
  async acknowledge(id: string, participant: string, signal: AbortSignal): Promise<void> {
    await persist(signal, async () => {
      try {
        await this.client
          .transaction()
          .delete(`${this.duties(participant)}/${id}`)
          .create(`${this.acks(id)}/${participant}`, undefined, { acl: this.acl })
          .commit({ signal });
      } catch (error) {
        // The reply was lost and it is done; or the transaction was forgotten by force.
        if (!isCoordinationError(error, "NO_NODE", "NODE_EXISTS")) throw error;
      }
    });
  }

  /** Off the list of what was forgotten by force. */
  async dismiss(id: string, participant: string, signal: AbortSignal): Promise<void> {
    const path = `${this.duties(participant)}/${id}`;
    await persist(signal, () => ifThere(this.client.delete(path, { signal })));
  }

  /** Deletes all of a transaction in one request, and what participants still have of it on their lists. */
  async forget(id: string, signal: AbortSignal): Promise<void> {
    const { client } = this;
    await persist(signal, async () => {
      for (let tries = 1; ; tries++) {
        await client.sync(this.path, { signal });
        const found = await ifThere(this.status(id, signal));
        if (found === undefined) return;
        const transaction = client.transaction();
        for (const name of found.votes.keys()) transaction.delete(`${this.votes(id)}/${name}`);
        for (const name of found.acknowledged) transaction.delete(`${this.acks(id)}/${name}`);
        for (const name of found.participants)
          if (!found.acknowledged.has(name)) transaction.delete(`${this.duties(name)}/${id}`);
        transaction.delete(this.votes(id)).delete(this.acks(id)).delete(this.decisionPath(id));
        transaction.delete(this.transaction(id));
        try {
          await transaction.commit({ signal });
          return;
        } catch (error) {
          // Somebody else does the same, or a participant has just acknowledged.
          if (!isCoordinationError(error, "NO_NODE", "NOT_EMPTY") || tries === FORGET_TRIES_MAX) throw error;
        }
      }
    });
  }

  /** The leader's clock, by a change that changes nothing; undefined if there was no transaction yet. */
  async nowMs(signal: AbortSignal): Promise<number | undefined> {
    const stat = await persist(signal, () => ifThere(this.client.set(this.transactions, "", { signal })));
    return stat?.mtimeMs;
  }

  forgotten(id: string): CoordinationError {
    const text = `transaction ${id} of ${this.path} is finished and forgotten, or there was none`;
    return new CoordinationError("NO_NODE", text, { path: this.transaction(id) });
  }

  private async readVotes(id: string, signal: AbortSignal): Promise<Map<string, Decision>> {
    const path = this.votes(id);
    const found = await ifThere(this.client.getChildren(path, { signal }));
    if (found === undefined) throw this.forgotten(id);
    const votes = await Promise.all(
      found.children.map(async (name): Promise<[string, Decision]> => {
        const { data } = await this.client.get(`${path}/${name}`, { signal });
        return [name, this.decodeDecision(`${path}/${name}`, data)];
      }),
    );
    return new Map(votes.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private decodeDecision(path: string, data: Buffer): Decision {
    const text = data.toString();
    if (text === "commit" || text === "abort") return text;
    throw malformed(path);
  }
}

function decodeRecord(id: string, path: string, bytes: Buffer, createdMs: number, zxid: Zxid): TransactionRecord {
  let value: { participants?: unknown; decisionTimeoutMs?: unknown; data?: unknown };
  try {
    value = JSON.parse(bytes.toString());
  } catch (cause) {
    throw malformed(path, cause);
  }
  const { participants, decisionTimeoutMs, data } = value ?? {};
  if (!Array.isArray(participants) || !participants.every((name) => typeof name === "string")) throw malformed(path);
  if (typeof decisionTimeoutMs !== "number" || typeof data !== "string") throw malformed(path);
  return { id, participants, data: Buffer.from(data, "base64"), decisionTimeoutMs, createdMs, zxid };
}

function malformed(path: string, cause?: unknown): CoordinationError {
  return new CoordinationError("DATA_INCONSISTENCY", `${path} does not hold what a transaction keeps there`, {
    path,
    cause,
  });
}

/** @throws CoordinationError `BAD_ARGUMENTS` unless it can be the name of a znode. */
export function checkName(what: string, name: string): void {
  if (typeof name !== "string" || !/^(?!\.{1,2}$)[^/\p{Cc}]+$/u.test(name))
    throw badArgument(`${what} is "${name}": it must be the name of a znode.`);
}
