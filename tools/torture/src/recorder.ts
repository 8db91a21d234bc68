/** Writes down what clients do while they do it, and counts for the progress line. */
import type { Call, Operation, Outcome, Session } from "./evidence.ts";
import type { GrantedSession } from "./session-client.ts";

export class Recorder {
  readonly history: Operation[] = [];
  readonly sessions: Session[] = [];
  /** Answered since the run began, and those whose outcome nobody knows. */
  answered = 0;
  unknown = 0;
  readonly #began = performance.now();

  /** Milliseconds since the run began. */
  now(at = performance.now()): number {
    return at - this.#began;
  }

  open(client: string, { id, timeoutMs }: GrantedSession): Session {
    const session: Session = { index: this.sessions.length, id: formatOwner(id), client, timeoutMs, end: "live" };
    this.sessions.push(session);
    return session;
  }

  /** The id of the next operation: what it may use as its value. */
  get nextId(): number {
    return this.history.length;
  }

  /** Has to be called right before the request leaves. */
  invoke(session: Session, server: number, call: Call): Operation {
    const id = this.history.length;
    const operation: Operation = {
      id,
      session: session.index,
      server,
      order: id,
      invoked: this.now(),
      returned: Infinity,
      zxid: -1,
      call,
      outcome: UNKNOWN,
    };
    this.history.push(operation);
    return operation;
  }

  complete(operation: Operation, reply: { readonly zxid: number; readonly at: number } | undefined, outcome: Outcome) {
    if (reply === undefined || outcome.type === "unknown") {
      this.unknown += 1;
      return;
    }
    this.answered += 1;
    operation.returned = this.now(reply.at);
    operation.zxid = reply.zxid;
    operation.outcome = outcome;
  }
}

/** A session id as a Stat's owner is printed here. */
export function formatOwner(id: bigint): string {
  return `0x${BigInt.asUintN(64, id).toString(16)}`;
}

const UNKNOWN: Outcome = { type: "unknown" };
