/**
 * A member that follows: it promises an epoch to its leader, brings its log in line with the leader's, and acknowledges
 * what is durable (§7, S1–S4). Observers do the same and are in no quorum (§9).
 */
import { type Context, positionOf } from "./context.ts";
import { matchPoint } from "./epoch-table.ts";
import { invariant } from "./invariants.ts";
import type { Append, EpochRow, Heartbeat, NewEpoch, Notify, Position } from "./types.ts";
import { UNKNOWN_CHAIN } from "./types.ts";
import { compareZxid, nameOf, sameZxid } from "./zxid.ts";

/** join: asks to be led. promising: its promise is on the way to the disk. led: it has acknowledged the epoch. */
type Stage = "join" | "promising" | "led";

export class Follower {
  readonly leader: number;
  stage: Stage = "join";
  /** Clients may be served (S4); stays so while the same leader opens another epoch (§10). */
  serving = false;
  private readonly context: Context;
  private readonly leave: (why: string) => void;
  private readonly beganAt: number;
  private contactAt: number;
  private retryAt: number;
  /** Highest index known to be the same as the leader's (S3). */
  private verified = 0;
  private leaderBoot = 0;
  /** A snapshot is on its way into force: what is applied before it is of the old state. */
  private installing = 0;
  /** The leader has been heard in the epoch that was acknowledged. */
  private heardInEpoch = false;
  private ackDue = false;
  private ackSentAt = 0;
  private ackReadSeq = 0;
  private ackedDurable = -1;
  private rejectAt = Number.NEGATIVE_INFINITY;
  private rejectDue = false;

  constructor(context: Context, leader: number, leave: (why: string) => void) {
    this.context = context;
    this.leader = leader;
    this.leave = leave;
    this.beganAt = context.now;
    this.contactAt = context.now;
    this.retryAt = context.now;
    context.trace("following", { leader });
    this.join();
  }

  get nextWakeup(): number {
    return Math.min(this.retryAt, this.contactAt + this.context.config.timeouts.electionMs);
  }

  tick(): void {
    const { context } = this;
    const { electionMs, heartbeatMs } = context.config.timeouts;
    if (context.now >= this.contactAt + electionMs) {
      this.leave("the leader is silent");
      return;
    }
    if (context.now < this.retryAt) return;
    this.retryAt = context.now + context.spread(heartbeatMs);
    if (this.stage === "join") this.join();
    else if (this.stage === "led" && !this.heardInEpoch) this.ackEpoch();
  }

  /** E7: what the one this member follows says of itself. */
  leaderSays(notify: Notify): void {
    const { context } = this;
    if (notify.state === "leading") {
      this.contactAt = context.now;
      return;
    }
    // It may not know yet that it is elected: its own last vote travels while the votes for it do.
    const mayNotKnow =
      this.stage === "join" &&
      notify.state === "looking" &&
      notify.vote.sid === this.leader &&
      context.now - this.beganAt < 2 * context.config.timeouts.heartbeatMs;
    if (!mayNotKnow) this.leave("the leader does not lead");
  }

  // ── Discovery ──────────────────────────────────────────────────────────────────────────────────────────────

  /** P2 */
  newEpoch(message: NewEpoch): void {
    const { context } = this;
    const { acceptedEpoch, acceptedLeader } = context.promises;
    this.contactAt = context.now;
    const again = message.epoch === acceptedEpoch && acceptedLeader === this.leader;
    // The next join says what was promised; sent at once, two members could answer each other without end.
    if (message.epoch < acceptedEpoch || (message.epoch === acceptedEpoch && !again)) {
      if (this.stage === "led") this.stage = "join";
      return;
    }
    if (!message.established && compareZxid(message.last, context.log.last) < 0) {
      this.leave("the leader's log is older than this one's"); // I10
      return;
    }
    if (this.stage === "promising" && again) return;
    if (message.leaderBoot !== this.leaderBoot) {
      // Another life of it: what was known to be the same is so no longer.
      this.leaderBoot = message.leaderBoot;
      this.verified = 0;
      this.ackReadSeq = 0;
      this.ackSentAt = 0;
    }
    const onDisk = context.durablePromises === context.promises && context.log.durable === context.log.last.index;
    if (again && onDisk) {
      this.promised();
      return;
    }
    // Repeated, the write is only there to be behind all that the acknowledgement will report.
    this.stage = "promising";
    this.heardInEpoch = false;
    const { epoch } = message;
    context.trace("promises", { epoch, leader: this.leader });
    context.persist({ acceptedEpoch: epoch, acceptedLeader: this.leader }, () => {
      if (this.stage === "promising" && context.promises.acceptedEpoch === epoch) this.promised();
    });
  }

  private promised(): void {
    this.stage = "led";
    this.retryAt = this.context.now + this.context.spread(this.context.config.timeouts.heartbeatMs);
    this.ackEpoch();
  }

  private join(): void {
    const { context } = this;
    const { acceptedEpoch, acceptedLeader } = context.promises;
    const last = positionOf(context.log.last);
    context.send(this.leader, { type: "join", acceptedEpoch, acceptedLeader, last });
    this.retryAt = context.now + context.spread(context.config.timeouts.heartbeatMs);
  }

  /** Sent only when the promise, and all of the log that it reports, is durable (§5.3). */
  private ackEpoch(): void {
    const { context } = this;
    const { log } = context;
    // Repeated later, when what has been appended or installed meanwhile is on the disk, too.
    if (log.durable < log.last.index) return;
    context.send(this.leader, {
      type: "ackEpoch",
      epoch: context.promises.acceptedEpoch,
      leaderBoot: this.leaderBoot,
      last: positionOf(context.log.last),
      commit: context.commit,
      epochs: [...context.log.rows],
    });
  }

  // ── Replication ────────────────────────────────────────────────────────────────────────────────────────────

  /** S1: only from the leader, in the epoch that was acknowledged. */
  private isCurrent(epoch: number): boolean {
    const { promises } = this.context;
    return this.stage === "led" && epoch === promises.acceptedEpoch && promises.acceptedLeader === this.leader;
  }

  append(message: Append): void {
    if (!this.isCurrent(message.epoch)) return;
    const { context } = this;
    this.heard(message.sentAt);
    if (!this.fits(message.prev)) {
      this.rejectDue = true;
      return;
    }
    this.verified = Math.max(this.verified, message.prev.index);
    this.take(message);
    if (context.failed !== undefined) return;
    this.commit(message.commit);
  }

  heartbeat(message: Heartbeat): void {
    if (!this.isCurrent(message.epoch)) return;
    const { context } = this;
    this.heard(message.sentAt);
    this.ackDue = true;
    this.ackReadSeq = Math.max(this.ackReadSeq, message.readSeq);
    for (const level of message.levels) context.witness(message.epoch, this.leader, level);
    this.commit(message.commit);
  }

  private heard(sentAt: number): void {
    this.contactAt = this.context.now;
    this.heardInEpoch = true;
    this.ackSentAt = Math.max(this.ackSentAt, sentAt);
  }

  /** Whether the log up to `prev` is the leader's. */
  private fits(prev: Position): boolean {
    const { log } = this.context;
    if (prev.index <= this.verified) return true;
    const own = log.positionAt(prev.index);
    if (own === undefined || !sameZxid(own, prev)) return false;
    return own.chain === prev.chain || own.chain === UNKNOWN_CHAIN || prev.chain === UNKNOWN_CHAIN;
  }

  /** S2: what is there already is skipped, the first conflict cuts the log, the rest is appended. */
  private take({ prev, entries }: Append): void {
    const { context } = this;
    const { log } = context;
    let before = prev;
    for (const entry of entries) {
      invariant(entry.index === before.index + 1, () => `entry ${entry.index} sent after ${before.index}`);
      if (entry.index > this.verified) {
        const own = entry.index <= log.last.index ? log.positionAt(entry.index) : undefined;
        if (own !== undefined && !sameZxid(own, entry)) {
          if (entry.index <= context.commit) {
            this.diverged(own, entry);
            return;
          }
          context.trace("truncates", { from: log.last.index, to: before.index });
          log.truncate(positionOf(before), context.out.stores, context.commit);
        }
        if (entry.index === log.last.index + 1) log.append(entry);
        else this.ackDue = true;
        this.verified = entry.index;
      } else {
        // A repetition: the sender may have missed the acknowledgement.
        this.ackDue = true;
      }
      before = entry;
    }
  }

  /** S3 */
  private commit(leaderCommit: number): void {
    const { context } = this;
    invariant(this.verified <= context.log.last.index, () => `verified ${this.verified} beyond the log`); // I12
    context.commitTo(Math.min(leaderCommit, this.verified));
  }

  private diverged(own: Position, theirs: Position): void {
    this.context.fail(
      "diverged",
      `The leader, server ${this.leader}, has entry ${nameOf(theirs)} where this server has committed ${nameOf(own)}. One of the two ` +
        "disks holds what was never agreed on. This server stops, so that nobody is told both. Keep both data folders for analysis.",
    );
  }

  /** A snapshot of the leader's takes the place of log and state, if nothing has overtaken it. */
  install(position: Position, rows: readonly EpochRow[]): boolean {
    const { context } = this;
    const { log } = context;
    if (this.stage !== "led" || position.index <= context.commit || position.index <= this.verified) return false;
    // What this log shares with the leader's would be lost with what it does not: then it is not needed.
    const match = matchPoint(log.rows, log.last.index, rows, position.index);
    if (match !== undefined && match >= position.index) {
      // The log holds all of it, which is what the leader needs to know.
      this.verified = Math.max(this.verified, position.index);
      this.ackDue = true;
      return false;
    }
    // Without an epoch in common nothing says that what lies behind the snapshot was not committed.
    if (match === undefined && log.last.index > position.index) return false;
    context.trace("installs a snapshot", { index: position.index });
    log.install(position, rows, context.out.stores, context.commit);
    this.verified = position.index;
    this.serving = false;
    this.installing = position.index;
    this.heardInEpoch = true;
    context.commit = position.index;
    log.committed = position.index;
    this.ackDue = true;
    return true;
  }

  // ── Acknowledgement ────────────────────────────────────────────────────────────────────────────────────────

  /** One acknowledgement for everything since the last, of what is durable and known to be the leader's (I12). */
  flush(): void {
    const { context } = this;
    if (this.stage !== "led") return;
    const durable = Math.min(context.log.durable, this.verified);
    if (this.heardInEpoch && (this.ackDue || durable !== this.ackedDurable)) this.ack(durable, undefined);
    if (this.rejectDue && context.now >= this.rejectAt) {
      this.rejectDue = false;
      this.rejectAt = context.now + context.config.timeouts.heartbeatMs;
      this.ack(durable, { last: positionOf(context.log.last), epochs: [...context.log.rows] });
    }
    if (!this.serving) this.serving = this.isUpToDate();
  }

  private ack(durable: number, reject: { last: Position; epochs: readonly EpochRow[] } | undefined): void {
    const { context } = this;
    this.ackDue = false;
    this.ackedDurable = durable;
    context.send(this.leader, {
      type: "appendAck",
      epoch: context.promises.acceptedEpoch,
      durable,
      applied: context.applied,
      sentAt: this.ackSentAt,
      readSeq: this.ackReadSeq,
      reject,
    });
  }

  /** S4: everything up to the start of this epoch is committed and applied. */
  private isUpToDate(): boolean {
    const { context } = this;
    const row = context.log.rows.at(-1);
    if (context.applied < this.installing) return false;
    if (row === undefined || row.epoch !== context.promises.acceptedEpoch || row.leader !== this.leader) return false;
    return Math.min(context.commit, context.applied, this.verified) >= row.startIndex;
  }
}
