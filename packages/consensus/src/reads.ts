/**
 * Reads that must not be stale: `sync` (D10). The leader notes where its log ends, has a quorum confirm in one round that
 * it still leads, and the asker waits until that much is applied. All reads of a turn share a round.
 */
import type { Context } from "./context.ts";
import type { Leader } from "./leader.ts";

interface Waiting {
  /** Who asked: this member's driver by cookie, or a follower by id. */
  readonly from: number;
  readonly id: number;
  readonly index: number;
  /** The round that answers it; 0 until one has begun. */
  round: number;
}

/** Lives told apart by the ids of their questions. */
const LIVES = 1 << 20;

interface Asked {
  readonly cookies: readonly number[];
  sentAt: number;
}

export class Reads {
  private readonly context: Context;
  private waiting: Waiting[] = [];
  private round = 0;
  /** As a follower: cookies not asked for yet, and questions on their way. */
  private cookies: number[] = [];
  private readonly asked = new Map<number, Asked>();
  /** Of no earlier life: an answer to that one must not pass for an answer to this. */
  private nextId: number;
  private askedCookies = 0;

  constructor(context: Context) {
    this.context = context;
    this.nextId = (context.bootId % LIVES) * 0x1_0000_0000 + 1;
  }

  get nextWakeup(): number {
    const [first] = this.asked.values();
    return first === undefined ? Number.POSITIVE_INFINITY : first.sentAt + this.patienceMs;
  }

  /** Of the leader's own. */
  lead(cookie: number, leader: Leader): void {
    this.enqueue(this.context.sid, cookie, leader);
  }

  /** Of a follower. */
  asks(from: number, id: number, leader: Leader | undefined): void {
    if (leader?.established === true) this.enqueue(from, id, leader);
    else this.context.send(from, { type: "readIndexAck", id, index: 0 });
  }

  /** As a follower or observer. */
  ask(cookie: number): void {
    if (this.askedCookies + this.cookies.length >= this.context.config.limits.pendingReads) {
      this.context.out.failedReads.push(cookie);
      return;
    }
    this.cookies.push(cookie);
  }

  answered(id: number, index: number): void {
    const asked = this.asked.get(id);
    if (asked === undefined) return;
    this.asked.delete(id);
    this.askedCookies -= asked.cookies.length;
    const { out } = this.context;
    for (const cookie of asked.cookies) {
      if (index > 0) out.reads.push({ cookie, index });
      else out.failedReads.push(cookie);
    }
  }

  flush(leader: Leader | undefined, followed: number): void {
    if (leader !== undefined) this.flushLeader(leader);
    else if (this.cookies.length > 0) {
      const id = this.nextId++;
      this.asked.set(id, { cookies: this.cookies, sentAt: this.context.now });
      this.askedCookies += this.cookies.length;
      this.cookies = [];
      this.context.send(followed, { type: "readIndex", id });
    }
  }

  tick(followed: number): void {
    const { context } = this;
    for (const [id, asked] of this.asked) {
      if (context.now < asked.sentAt + this.patienceMs) break;
      // To the end, so that the first is always the one that has waited longest.
      this.asked.delete(id);
      this.asked.set(id, { cookies: asked.cookies, sentAt: context.now });
      context.send(followed, { type: "readIndex", id });
    }
  }

  /** The leader is gone, or it is not this member any more: nobody can answer. */
  fail(): void {
    const { context } = this;
    for (const { from, id } of this.waiting) {
      if (from === context.sid) context.out.failedReads.push(id);
      else context.send(from, { type: "readIndexAck", id, index: 0 });
    }
    this.waiting = [];
    for (const { cookies } of this.asked.values()) context.out.failedReads.push(...cookies);
    context.out.failedReads.push(...this.cookies);
    this.asked.clear();
    this.cookies = [];
    this.askedCookies = 0;
  }

  private enqueue(from: number, id: number, leader: Leader): void {
    const { context } = this;
    // A member's own cookies are unique; a follower may ask again.
    const repeated = from !== context.sid && this.waiting.some((read) => read.from === from && read.id === id);
    if (repeated) return;
    if (!leader.established || this.waiting.length >= context.config.limits.pendingReads) {
      if (from === context.sid) context.out.failedReads.push(id);
      else context.send(from, { type: "readIndexAck", id, index: 0 });
      return;
    }
    // Everything proposed so far counts: what the asker itself wrote before, too.
    this.waiting.push({ from, id, index: context.log.last.index, round: 0 });
  }

  private flushLeader(leader: Leader): void {
    if (this.waiting.length === 0) return;
    if ((this.waiting.at(-1) as Waiting).round === 0) {
      this.round++;
      for (let at = this.waiting.length - 1; at >= 0 && (this.waiting[at] as Waiting).round === 0; at--)
        (this.waiting[at] as Waiting).round = this.round;
      leader.startRound(this.round);
    }
    const answered = leader.roundAnswered;
    let done = 0;
    while (done < this.waiting.length && (this.waiting[done] as Waiting).round <= answered) {
      const { from, id, index } = this.waiting[done++] as Waiting;
      if (from === this.context.sid) this.context.out.reads.push({ cookie: id, index });
      else this.context.send(from, { type: "readIndexAck", id, index });
    }
    if (done > 0) this.waiting.splice(0, done);
  }

  private get patienceMs(): number {
    return 2 * this.context.config.timeouts.heartbeatMs;
  }
}
