/**
 * Writes that take effect once although replies are lost.
 *
 * A client that has lost a reply cannot see from the znodes whether its write was applied: another may have written, or deleted,
 * the same. So each write is a transaction that also moves a mark of this session's from one version to the next. If the reply
 * is lost, the same transaction is sent again: it is applied if it was not, and fails at the mark if it was. The mark is an
 * ephemeral without data: the session takes it along.
 */

import { randomUUID } from "node:crypto";
import {
  type Acl,
  type Client,
  CoordinationError,
  isCoordinationError,
  type SessionId,
  type Transaction,
  TransactionError,
} from "@rookery/client";
import { deleteForCertain } from "../support/protected-create.ts";
import { pause } from "./bell.ts";
import { isInterruption, withGrace } from "./calls.ts";
import { abortable } from "./waiting.ts";

export type AnyTransaction = Transaction<readonly unknown[]>;

interface Mark {
  readonly path: string;
  /** −1 before it is created. */
  version: number;
  session: SessionId | undefined;
}

const PAUSE_MS = 20;
const PAUSE_MS_MAX = 1000;

const writers = new WeakMap<Client, Map<string, OnceWriter>>();

/** One for a client and a folder of marks, so that there is one mark. */
export function onceWriter(client: Client, folder: string, acl: readonly Acl[] | undefined): OnceWriter {
  let ofClient = writers.get(client);
  if (ofClient === undefined) {
    ofClient = new Map();
    writers.set(client, ofClient);
  }
  let writer = ofClient.get(folder);
  if (writer === undefined) {
    writer = new OnceWriter(client, folder, acl);
    ofClient.set(folder, writer);
  }
  return writer;
}

export class OnceWriter {
  private readonly client: Client;
  private readonly folder: string;
  private readonly acl: readonly Acl[] | undefined;
  private mark: Mark | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(client: Client, folder: string, acl: readonly Acl[] | undefined) {
    this.client = client;
    this.folder = folder;
    this.acl = acl;
  }

  /**
   * Commits what `write` adds to the transaction, once, one call after the other. The mark is operation 0, so that indices in
   * errors begin at 1.
   *
   * @throws TransactionError nothing was applied. CoordinationError with outcome `unknown`: the session expired before it could
   *   be told, or the call was given up.
   */
  async commit(write: (transaction: AnyTransaction) => AnyTransaction, signal: AbortSignal | undefined): Promise<void> {
    const turn = this.last;
    const act = async () => {
      await turn;
      signal?.throwIfAborted();
      await this.commitNow(write, signal);
    };
    const done = act();
    this.last = done.catch(() => {});
    await abortable(turn, signal);
    await done;
  }

  private async commitNow(
    write: (transaction: AnyTransaction) => AnyTransaction,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { client } = this;
    // The session in which an earlier try was sent whose reply was lost.
    let sentIn: SessionId | undefined;
    for (let attempt = 0; ; attempt++) {
      try {
        if (attempt > 0)
          await pause(Math.random() * Math.min(PAUSE_MS * 2 ** Math.min(attempt, 10), PAUSE_MS_MAX), signal);
        if (sentIn !== undefined && client.sessionId !== sentIn) throw expired("the session has expired");
        const mark = this.currentMark();
        // Nothing is awaited between the look at the session and the call: it is sent in that session or not at all.
        const transaction = write(this.begin(mark));
        await withGrace(client, signal, (late) => transaction.commit({ signal: late }));
        this.moved(mark);
        return;
      } catch (error) {
        const mark = this.mark as Mark;
        if (error instanceof TransactionError) {
          if (error.index > 0) throw error;
          if (sentIn !== undefined && isCoordinationError(error, mark.version < 0 ? "NODE_EXISTS" : "BAD_VERSION")) {
            this.moved(mark);
            return;
          }
          if (!isCoordinationError(error, "NO_NODE", "BAD_VERSION", "NODE_EXISTS")) throw error;
          // Somebody deleted or changed what was ours alone; or there is no folder for it yet.
          this.mark = undefined;
          if (mark.version >= 0 && sentIn !== undefined) throw expired("the mark of this session has gone");
          sentIn = undefined;
          if (mark.version < 0) await this.ensureFolder(signal);
        } else if (isInterruption(error) && error !== signal?.reason) {
          if (isCoordinationError(error, "SESSION_EXPIRED")) {
            this.mark = undefined;
            if (sentIn !== undefined) throw uncertain(error);
          }
          if (error.outcome === "unknown") sentIn = client.sessionId;
        } else {
          const isOpen = sentIn !== undefined || (isCoordinationError(error) && error.outcome === "unknown");
          if (!isOpen) throw error;
          this.abandon(mark);
          throw uncertain(error);
        }
      }
    }
  }

  private begin(mark: Mark): AnyTransaction {
    const transaction: AnyTransaction = this.client.transaction();
    if (mark.version < 0) return transaction.create(mark.path, undefined, { mode: "ephemeral", acl: this.acl });
    return transaction.set(mark.path, "", { version: mark.version });
  }

  private currentMark(): Mark {
    const { mark, client } = this;
    if (mark !== undefined && (mark.session === undefined || mark.session === client.sessionId)) return mark;
    this.mark = { path: `${this.folder}/${randomUUID()}-mark`, version: -1, session: undefined };
    return this.mark;
  }

  private moved(mark: Mark): void {
    mark.version++;
    mark.session = this.client.sessionId;
  }

  /** It is not known where it stands. */
  private abandon(mark: Mark): void {
    this.mark = undefined;
    deleteForCertain(this.client, mark.path).catch(() => {});
  }

  private async ensureFolder(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.client.ensurePath(this.folder, { container: true, acl: this.acl, signal });
    } catch (error) {
      if (!isInterruption(error) || error === signal?.reason) throw error;
    }
  }
}

function expired(text: string): CoordinationError {
  return new CoordinationError("SESSION_EXPIRED", `${text} before the reply to a write came`, { outcome: "unknown" });
}

/** What was sent may have been applied, whatever the last try says. */
function uncertain(error: unknown): CoordinationError {
  const { code, message } = isCoordinationError(error) ? error : { code: "ABORTED" as const, message: "was aborted" };
  return new CoordinationError(code, `${message}; an earlier try may have been applied`, {
    outcome: "unknown",
    cause: error,
  });
}
