/**
 * Leader election: everybody tells everybody whom it would follow, and the most recent log wins (§6). It is advice only:
 * nothing here is remembered, and safety rests on promises and on the recency check of discovery (D4).
 */
import type { Context } from "./context.ts";
import type { Notify, Vote } from "./types.ts";
import { compareVote } from "./zxid.ts";

/** Election timeouts that a round may take. */
const ROUND_TIMEOUTS = 4;
/** A candidate must have been heard from within so many election timeouts (E2). */
const HEARD_WITHIN = 4;

export class Election {
  private readonly context: Context;
  private readonly decide: (leader: number) => void;
  active = false;
  round = 0;
  /** Undefined for who cannot vote. */
  private vote: Vote | undefined;
  private readonly votes = new Map<number, Vote>();
  private notifyAt = Number.POSITIVE_INFINITY;
  private notifyMs = 0;
  private finalizeAt = Number.POSITIVE_INFINITY;
  /** A round without a decision until then is begun anew: it leaves behind who hears nobody. */
  private anewAt = Number.POSITIVE_INFINITY;

  /** @param decide - The vote has an outcome: this member follows `leader`, or leads if it is this one. */
  constructor(context: Context, decide: (leader: number) => void) {
    this.context = context;
    this.decide = decide;
  }

  get nextWakeup(): number {
    return this.active ? Math.min(this.notifyAt, this.finalizeAt) : Number.POSITIVE_INFINITY;
  }

  start(): void {
    const { context } = this;
    this.active = true;
    this.round++; // E1
    this.votes.clear();
    this.finalizeAt = Number.POSITIVE_INFINITY;
    this.vote = this.ownVote();
    this.notifyMs = context.config.timeouts.notifyMs;
    this.anewAt = context.now + context.spread(ROUND_TIMEOUTS * context.config.timeouts.electionMs);
    context.trace("looking", { round: this.round });
    this.broadcast();
    this.check();
  }

  stop(): void {
    this.active = false;
  }

  linkUp(sid: number): void {
    if (!this.active) return;
    this.context.send(sid, this.notify());
  }

  linkDown(sid: number): void {
    this.votes.delete(sid);
    if (!this.active) return;
    // Who cannot be talked to cannot lead this member: it begins anew. Otherwise fewer now have to agree (E3).
    if (this.vote?.sid === sid) this.start();
    else this.check();
  }

  /** From a peer that looks for a leader, while this member does, too. */
  heard(from: number, notify: Notify): void {
    const { context } = this;
    if (!context.membership.isVoter(from)) {
      // It only wants to know; there is nothing to say yet.
      return;
    }
    if (notify.round > this.round) {
      this.round = notify.round; // E1
      this.votes.clear();
      this.vote = this.ownVote();
      this.adopt(notify.vote, from);
      this.broadcast();
    } else if (notify.round < this.round) {
      context.send(from, this.notify());
      return;
    } else if (this.adopt(notify.vote, from)) {
      this.broadcast();
    }
    this.votes.set(from, notify.vote);
    this.check();
  }

  /** Whether this member would follow `sid` (E6). */
  votesFor(sid: number): boolean {
    return this.active && this.vote?.sid === sid;
  }

  tick(): void {
    if (!this.active) return;
    const { context } = this;
    if (context.now >= this.finalizeAt) {
      this.finalizeAt = Number.POSITIVE_INFINITY;
      if (this.quorumAgrees()) {
        this.conclude();
        return;
      }
    }
    if (context.now < this.notifyAt) return;
    // E2 holds for as long as the vote stands: a candidate that has fallen silent is none.
    const { vote } = this;
    const gone = vote !== undefined && vote.sid !== context.sid && !this.canBeReached(vote.sid, 0);
    if (gone || context.now >= this.anewAt) this.start();
    else this.broadcast();
  }

  notify(): Notify {
    const { context } = this;
    return {
      type: "notify",
      state: "looking",
      round: this.round,
      vote: this.vote ?? NOBODY,
      acceptedEpoch: context.promises.acceptedEpoch,
      leader: 0,
      established: false,
    };
  }

  /** E5: a voter of a configuration in force may stand. */
  private ownVote(): Vote | undefined {
    const { context } = this;
    if (!context.isVoter) return undefined;
    const { epoch, counter } = context.log.last;
    return { epoch, counter, priority: context.config.priority, sid: context.sid };
  }

  /** Takes over a better vote. True when it did. */
  private adopt(vote: Vote, from: number): boolean {
    const { context } = this;
    if (this.vote === undefined || compareVote(vote, this.vote) <= 0) return false;
    if (vote.sid === context.sid) {
      // E2: a vote for me counts only as I am now, not as I was in an earlier life.
      const own = this.ownVote();
      if (own === undefined || compareVote(own, vote) !== 0) return false;
    } else if (!this.canBeReached(vote.sid, from)) {
      return false;
    }
    this.vote = vote;
    this.finalizeAt = Number.POSITIVE_INFINITY;
    return true;
  }

  /** E2: only who was heard from directly, and can be talked to, is a candidate. */
  private canBeReached(sid: number, from: number): boolean {
    const { context } = this;
    if (!context.membership.isVoter(sid) || !context.links.has(sid)) return false;
    if (sid === from) return true;
    const view = context.views.get(sid);
    return view !== undefined && context.now - view.heardAt <= HEARD_WITHIN * context.config.timeouts.electionMs;
  }

  private agrees(sid: number): boolean {
    if (sid === this.context.sid) return true;
    const vote = this.votes.get(sid);
    return vote !== undefined && this.vote !== undefined && compareVote(vote, this.vote) === 0;
  }

  private quorumAgrees(): boolean {
    return this.vote !== undefined && this.context.membership.isQuorum((sid) => this.agrees(sid));
  }

  /** E3 */
  private check(): void {
    const { context } = this;
    if (!this.active || !this.quorumAgrees()) {
      this.finalizeAt = Number.POSITIVE_INFINITY;
      return;
    }
    const everybody = context.membership.voters.every((sid) => !context.links.has(sid) || this.agrees(sid));
    if (everybody) this.conclude();
    else if (this.finalizeAt === Number.POSITIVE_INFINITY)
      this.finalizeAt = context.now + context.config.timeouts.finalizeMs;
  }

  private conclude(): void {
    const { sid } = this.vote as Vote;
    this.stop();
    this.context.trace("elected by votes", { leader: sid, round: this.round });
    this.decide(sid);
  }

  private broadcast(): void {
    const { context } = this;
    const { electionMs } = context.config.timeouts;
    // E4: the voters; those that look without a vote ask themselves.
    context.broadcast(context.membership.voters, this.notify());
    this.notifyAt = context.now + context.spread(this.notifyMs);
    this.notifyMs = Math.min(this.notifyMs * 2, electionMs);
  }
}

/** Of who cannot vote: older than any. */
const NOBODY: Vote = { epoch: 0, counter: 0, priority: 0, sid: 0 };
