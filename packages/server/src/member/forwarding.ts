/**
 * What every member but the leader does with what only the leader can decide: it forwards requests in batches, asks about
 * sessions that come back, and tells which sessions it has heard of.
 */
import type { ForwardedRequest, PeerMessage } from "@rookery/protocol/peer";
import type { Identity } from "@rookery/tree";
import type { Client, Proposal } from "./client.ts";
import { Deque } from "./deque.ts";
import { encodeIdentities } from "./identities.ts";
import type { ServerSession } from "./session.ts";

export interface ForwardingHost {
  readonly inFlight: Deque<Proposal>;
  readonly clients: ReadonlySet<Client>;
  /** Sessions whose connection has ended since the last {@link Forwarding.touch}. */
  readonly left: ServerSession[];
  readonly nowMs: number;
  send(to: number, message: PeerMessage): void;
  /** A number for a question, never given before in this life. */
  nextQuestion(): number;
  /** The leader does not take the request; `code` says why. */
  refused(proposal: Proposal, code: number): void;
}

/** Requests in one message. */
const BATCH_MAX = 1024;
const BATCH_BYTES_MAX = 1 << 20;

/** A question that has no answer after so long has none; the client will ask anew. */
const ANSWER_MS = 2000;

/** Whether a session lives; undefined if the leader does not say. */
type Answer = (valid: boolean | undefined) => void;

export class Forwarding {
  readonly leader: number;
  private readonly host: ForwardingHost;
  private requests: ForwardedRequest[] = [];
  private identities: Uint8Array[] = [];
  private bytes = 0;
  /** Number of the first of `requests`, and of the first that has no answer. Numbers go on from one leader to the next. */
  private first: number;
  private answered: number;
  /** Sent, or about to be, without an index yet. */
  private readonly waiting = new Deque<Proposal>();
  private readonly waitingSizes = new Deque<number>();
  pendingBytes = 0;
  /** In the order of asking. */
  private readonly questions = new Map<number, { readonly done: Answer; readonly askedMs: number }>();
  private touchedMs: number;

  constructor(host: ForwardingHost, leader: number, first: number) {
    this.host = host;
    this.leader = leader;
    this.first = first;
    this.answered = first;
    this.touchedMs = host.nowMs;
  }

  /** @param body - The request's record, without xid and opcode. */
  write(proposal: Proposal, session: ServerSession, identities: readonly Identity[], body: Uint8Array): void {
    if (this.requests.length >= BATCH_MAX || this.bytes + body.length > BATCH_BYTES_MAX) this.flush();
    const encoded = encodeIdentities(identities);
    let identity = this.identities.indexOf(encoded);
    if (identity < 0) identity = this.identities.push(encoded) - 1;
    const { xid, opcode } = proposal;
    this.requests.push({ sessionHigh: session.high, sessionLow: session.low, xid, opcode, identity, body });
    this.bytes += body.length;
    this.waiting.push(proposal);
    this.waitingSizes.push(body.length);
    this.pendingBytes += body.length;
  }

  /** Sends what the turn has brought. */
  flush(): void {
    if (this.requests.length === 0) return;
    const { first, requests, identities } = this;
    this.first += requests.length;
    this.requests = [];
    this.identities = [];
    this.bytes = 0;
    this.host.send(this.leader, { type: "forward", first, requests, identities });
  }

  /** A number that no request has had. */
  get next(): number {
    return this.first + this.requests.length;
  }

  /** Requests that the leader has not given a place yet. */
  get pending(): number {
    return this.waiting.length;
  }

  /** The leader has given the requests their places, in order. False when answers are missing: those are lost. */
  replied(first: number, indexes: readonly number[], codes: readonly number[]): boolean {
    // To an earlier time as a follower, whose clients are gone.
    if (first < this.answered) return true;
    if (first > this.answered || indexes.length > this.waiting.length) return false;
    this.answered += indexes.length;
    let refusals = 0;
    for (const index of indexes) {
      const proposal = this.waiting.shift() as Proposal;
      this.pendingBytes -= this.waitingSizes.shift() as number;
      if (index > 0) {
        proposal.index = index;
        this.host.inFlight.push(proposal);
      } else {
        this.host.refused(proposal, codes[refusals++] ?? 0);
      }
    }
    return true;
  }

  /** Whether the session lives, and this member may write for it from now on. Not called back if the leader goes. */
  revalidate(session: Pick<ServerSession, "high" | "low">, timeoutMs: number, done: Answer): void {
    const id = this.host.nextQuestion();
    this.questions.set(id, { done, askedMs: this.host.nowMs });
    // Behind the session's own earlier requests, if it had any here.
    this.flush();
    this.host.send(this.leader, {
      type: "revalidate",
      id,
      sessionHigh: session.high,
      sessionLow: session.low,
      timeoutMs,
    });
  }

  revalidated(id: number, valid: boolean): void {
    const question = this.questions.get(id);
    this.questions.delete(id);
    question?.done(valid);
  }

  /** Questions that were asked too long ago. */
  giveUp(): void {
    for (const [id, { done, askedMs }] of this.questions) {
      if (this.host.nowMs - askedMs < ANSWER_MS) return;
      this.questions.delete(id);
      done(undefined);
    }
  }

  /** Tells the leader whom this member has heard since the last time. */
  touch(): void {
    const since = this.touchedMs;
    this.touchedMs = this.host.nowMs;
    const heard: ServerSession[] = [];
    for (const { state, session } of this.host.clients) {
      if (state === "open" && session !== undefined && !session.local && session.heardMs >= since) heard.push(session);
    }
    for (const session of this.host.left.splice(0)) if (session.heardMs >= since) heard.push(session);
    for (let at = 0; at < heard.length; at += TOUCHES_MAX) {
      const some = heard.slice(at, at + TOUCHES_MAX);
      const sessions = Buffer.allocUnsafe(8 * some.length);
      for (const [i, { id }] of some.entries()) sessions.writeBigInt64BE(id, 8 * i);
      this.host.send(this.leader, { type: "touch", sessions });
    }
  }
}

/** Sessions in one message. */
const TOUCHES_MAX = 16_384;
