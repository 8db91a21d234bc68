/**
 * A member that leads: it claims an epoch (discovery, P1–P4), brings a quorum in line, opens the epoch in the log and
 * from then on replicates (§7, §8). An epoch can be left in place for a higher one by the same means (§10).
 */
import { type Context, positionOf } from "./context.ts";
import { encodeEpochStart, matchPoint } from "./epoch-table.ts";
import { invariant } from "./invariants.ts";
import { Progress } from "./progress.ts";
import type { AckEpoch, AppendAck, Entry, Heartbeat, Join, Level, Notify, Position, Proposal } from "./types.ts";
import { ENTRY } from "./types.ts";
import { compareVote, compareZxid } from "./zxid.ts";

/** An epoch that is being claimed and not opened yet. */
interface Claim {
  readonly epoch: number;
  readonly since: number;
  /** The log's end when it was claimed: nobody who promises may have more (I10). */
  readonly last: Position;
  /** The promise is on the own disk, so that NewEpoch may be sent. */
  durable: boolean;
  readonly acks: Map<number, AckEpoch | undefined>;
}

/** A prospective leader listens to better votes after so many heartbeats (E7). */
const PATIENCE = 3;
/** Counters left, at most, for what is proposed before a new epoch that has become due is claimed. */
const COUNTER_RESERVE = 65_536;

export class Leader {
  /** The epoch that this member opened; 0 before. */
  epoch = 0;
  /** Index of the entry that opened it. */
  start = Number.POSITIVE_INFINITY;
  established = false;
  draining = false;
  /** Where to hand over to; undefined while nobody asked. 0 means whoever is level. */
  transferTo: number | undefined;
  private transferUntil = 0;
  serving = false;
  readonly learners = new Map<number, Progress>();
  uncommittedBytes = 0;
  private readonly context: Context;
  private readonly leave: (why: string) => void;
  private readonly onHandOver: (to: number) => void;
  private readonly joins = new Map<number, { readonly acceptedEpoch: number }>();
  private claim: Claim | undefined;
  /** The last entry before the start of the open epoch. */
  private lastBefore: Position;
  private readonly beganAt: number;
  private readonly electBy: number;
  private heartbeatAt: number;
  private electedAt = 0;
  private progressAt = 0;
  private bumpedAt = Number.NEGATIVE_INFINITY;
  private bumpTo = 0;
  private logReadId = 0;
  private readonly logReads = new Map<number, { readonly sid: number; readonly from: number }>();
  private shared: { readonly from: number; readonly to: number; readonly entries: readonly Entry[]; bytes: number } =
    NOTHING;
  private digest = { index: 0, value: 0 };
  private readSeqSent = 0;

  constructor(context: Context, leave: (why: string) => void, onHandOver: (to: number) => void) {
    this.context = context;
    this.leave = leave;
    this.onHandOver = onHandOver;
    const { timeouts } = context.config;
    this.beganAt = context.now;
    this.electBy = context.now + context.spread(timeouts.electionMs);
    this.heartbeatAt = context.now + timeouts.heartbeatMs;
    this.lastBefore = positionOf(context.log.last);
    context.trace("prospective leader", {});
    this.joins.set(context.sid, { acceptedEpoch: context.promises.acceptedEpoch });
    for (let at = context.commit + 1; at <= context.log.last.index; at++)
      this.uncommittedBytes += context.log.entry(at)?.payload.length ?? 0;
  }

  /** Separate from construction: an ensemble of one goes on at once. */
  begin(): void {
    this.claimWhenJoined();
  }

  get elected(): boolean {
    return this.epoch > 0;
  }

  get canPropose(): boolean {
    const { applied } = this.context;
    return this.established && this.claim === undefined && !this.draining && applied >= this.start; // I8
  }

  /** Whether a proposal would be taken, but for its bytes. */
  get hasRoom(): boolean {
    const { context } = this;
    const { limits } = context.config;
    const { last, durable, undurableBytes } = context.log;
    // The others may commit what the own disk does not hold yet: it, too, may lag behind so far and no further.
    return (
      this.canPropose &&
      last.index - Math.min(context.commit, durable) < limits.uncommittedEntries &&
      Math.max(this.uncommittedBytes, undurableBytes) < limits.uncommittedBytes &&
      last.counter < limits.counterMax
    );
  }

  get nextWakeup(): number {
    const { electionMs, syncMs } = this.context.config.timeouts;
    let at = this.heartbeatAt;
    if (!this.elected) at = Math.min(at, this.electBy);
    else if (!this.established) at = Math.min(at, this.progressAt + syncMs);
    if (this.claim !== undefined && this.elected) at = Math.min(at, this.claim.since + electionMs);
    return at;
  }

  // ── Discovery ──────────────────────────────────────────────────────────────────────────────────────────────

  join(from: number, message: Join): void {
    const { context } = this;
    if (context.isRolledBack(from, message.acceptedEpoch, message.last.index, message.acceptedLeader)) return;
    const voter = context.membership.isVoter(from);
    if (voter) this.joins.set(from, { acceptedEpoch: message.acceptedEpoch });
    if (!this.elected) {
      if (!voter) return;
      const { claim } = this;
      const beyond = claim !== undefined && !this.wouldPromise(message, claim.epoch);
      if (beyond) this.claim = undefined;
      if (this.claim === undefined) this.claimWhenJoined();
      else this.offerEpoch(from);
      return;
    }
    const epoch = this.claim?.epoch ?? this.epoch;
    if (this.wouldPromise(message, epoch)) this.offerEpoch(from);
    else this.bumpAbove(message.acceptedEpoch);
  }

  /** D5: a promise of this epoch to this leader may be repeated, and a lower one raised. */
  private wouldPromise({ acceptedEpoch, acceptedLeader }: Join, epoch: number): boolean {
    return acceptedEpoch < epoch || (acceptedEpoch === epoch && acceptedLeader === this.context.sid);
  }

  /** P1 */
  private claimWhenJoined(): void {
    const { context } = this;
    if (!context.membership.isQuorum((sid) => this.joins.has(sid))) return;
    let highest = context.promises.acceptedEpoch;
    for (const { acceptedEpoch } of this.joins.values()) highest = Math.max(highest, acceptedEpoch);
    this.claimEpoch(highest + 1);
  }

  private claimEpoch(epoch: number): void {
    const { context } = this;
    invariant(epoch > context.promises.acceptedEpoch && epoch < 2 ** 31, () => `epoch ${epoch} claimed`);
    const last = positionOf(context.log.last);
    const claim: Claim = { epoch, since: context.now, last, durable: false, acks: new Map() };
    this.claim = claim;
    context.trace("claims", { epoch });
    context.persist({ acceptedEpoch: epoch, acceptedLeader: context.sid }, () => {
      if (this.claim !== claim || this.stopped) return;
      claim.durable = true;
      claim.acks.set(context.sid, undefined);
      for (const sid of context.membership.members) if (sid !== context.sid) this.offerEpochIfJoined(sid);
      this.electWhenAcknowledged();
    });
  }

  private offerEpochIfJoined(sid: number): void {
    // Over the connection that it is known by: over another it joins first, and is judged by that.
    if (this.joins.has(sid) || this.learners.get(sid)?.active === true) this.offerEpoch(sid);
  }

  private offerEpoch(to: number): void {
    const { context, claim } = this;
    if (claim !== undefined && !claim.durable) return;
    // Every claim is an election, that of a leader in place, too. Who rejoins an epoch that is established may have more than
    // the leader had: it was not committed.
    context.send(to, {
      type: "newEpoch",
      epoch: claim?.epoch ?? this.epoch,
      leaderBoot: context.bootId,
      last: claim?.last ?? this.lastBefore,
      established: claim === undefined && this.established,
    });
  }

  ackEpoch(from: number, message: AckEpoch): void {
    const { context, claim } = this;
    if (message.leaderBoot !== context.bootId) return; // P3: to an earlier life
    if (context.isRolledBack(from, message.epoch, message.last.index)) return;
    // Whatever its log holds, it has promised this epoch.
    if (context.membership.isVoter(from)) context.witness(message.epoch, context.sid, { sid: from, index: 0 });
    if (claim?.durable && message.epoch === claim.epoch) {
      if (compareZxid(message.last, claim.last) > 0) {
        this.leave("a follower's log is newer"); // P3
        return;
      }
      claim.acks.set(from, message);
      this.electWhenAcknowledged();
    } else if (this.elected && message.epoch === this.epoch) {
      this.learn(from, message);
    }
  }

  /** P4 */
  private electWhenAcknowledged(): void {
    const { context, claim } = this;
    if (claim === undefined || !context.membership.isQuorum((sid) => claim.acks.has(sid))) return;
    this.claim = undefined;
    this.epoch = claim.epoch;
    this.electedAt = context.now;
    this.progressAt = context.now;
    const wasEstablished = this.established;
    this.established = false;
    this.lastBefore = claim.last;
    // Who has not acknowledged the new epoch counts for nothing in it.
    for (const progress of [...this.learners.values()]) {
      if (claim.acks.has(progress.sid)) {
        progress.active = false;
        continue;
      }
      this.freeSnapshot(progress);
      this.learners.delete(progress.sid);
      // It is offered the epoch over the connection that it joined by; over another it joins anew, and is judged anew.
      if (progress.active) this.joins.set(progress.sid, { acceptedEpoch: 0 });
    }
    const entry = this.append(ENTRY.epochStart, encodeEpochStart(context.sid), claim.epoch, 0);
    this.start = entry.index;
    context.trace("elected", { epoch: claim.epoch, start: entry.index, inPlace: wasEstablished });
    for (const [sid, ack] of claim.acks) if (ack !== undefined) this.learn(sid, ack);
    this.heartbeat();
  }

  /** A learner of this epoch: from where its log must be continued (§7.2). */
  private learn(sid: number, ack: AckEpoch): void {
    const { context } = this;
    const { log } = context;
    const match = matchPoint(log.rows, log.last.index, ack.epochs, ack.last.index);
    const known = this.learners.get(sid);
    if (known?.active) {
      // It came back without a break of the connection and knows nothing to be the same: the next append shows it.
      // What it reports is durable (§5.3).
      this.counted(known, match ?? 0);
      known.rewind(context.now);
      known.sentCommit = 0;
      // A snapshot that came while it followed nobody was thrown away.
      known.installing = 0;
      return;
    }
    if (known !== undefined) this.freeSnapshot(known);
    const progress = new Progress(sid, context.membership.isVoter(sid), match, context.now);
    this.learners.set(sid, progress);
    this.witness(progress);
    this.continueFrom(progress, match);
    context.trace("learner", { peer: sid, match: match ?? -1, last: ack.last.index, how: howTo(progress, ack) });
  }

  /** Sends on from the point up to which the logs are the same; only what is durable there raises `match`. */
  private continueFrom(progress: Progress, point: number | undefined): void {
    progress.needsSnapshot = point === undefined || point + 1 < this.context.log.firstIndex;
    progress.rewind(this.context.now, progress.needsSnapshot ? 0 : point);
  }

  // ── Epochs in place (§10) ──────────────────────────────────────────────────────────────────────────────────

  private bumpAbove(acceptedEpoch: number): void {
    this.bumpTo = Math.max(this.bumpTo, acceptedEpoch + 1);
    this.bumpWhenDue();
  }

  private bumpWhenDue(): void {
    const { context } = this;
    if (!this.established || this.claim !== undefined || context.applied < this.start) return;
    const { counterMax } = context.config.limits;
    const full = context.log.last.counter >= counterMax - Math.min(COUNTER_RESERVE, Math.floor(counterMax / 4));
    const rested = context.now >= this.bumpedAt + 2 * context.config.timeouts.electionMs;
    if (!full && !(this.bumpTo > this.epoch && rested)) return;
    this.bumpedAt = context.now;
    this.claimEpoch(Math.max(this.bumpTo, context.promises.acceptedEpoch + 1));
  }

  // ── Proposals ──────────────────────────────────────────────────────────────────────────────────────────────

  /** B1 */
  propose(kind: number, payload: Uint8Array): Proposal {
    const { context } = this;
    const { limits } = context.config;
    const { last } = context.log;
    if (this.draining) return { accepted: false, reason: "draining" };
    // While the next epoch is opened in place, proposals wait (§10).
    if (!this.canPropose) return { accepted: false, reason: this.serving ? "overloaded" : "notLeader" };
    const bytes = Math.max(this.uncommittedBytes, context.log.undurableBytes) + payload.length;
    if (!this.hasRoom || bytes > limits.uncommittedBytes) {
      this.bumpWhenDue();
      return { accepted: false, reason: "overloaded" };
    }
    return { accepted: true, entry: this.append(kind, payload, this.epoch, last.counter + 1) };
  }

  private append(kind: number, payload: Uint8Array, epoch: number, counter: number): Entry {
    const { context } = this;
    const { last } = context.log;
    const bare = { index: last.index + 1, epoch, counter, kind, payload };
    const entry = { ...bare, chain: context.config.chainOf(last.chain, bare) };
    context.log.append(entry);
    this.uncommittedBytes += payload.length;
    return entry;
  }

  /** B2: what a quorum of every configuration in force holds durably, in this epoch and from its start on. */
  private commitWhenDurable(): void {
    const { context } = this;
    if (!this.elected) return;
    const index = context.membership.quorumIndex((sid) =>
      sid === context.sid ? context.log.durable : (this.learners.get(sid)?.match ?? 0),
    );
    if (index < this.start || index <= context.commit) return;
    invariant(index <= context.log.last.index, () => `commit of ${index} beyond the log`);
    for (let at = context.commit + 1; at <= index; at++)
      this.uncommittedBytes -= context.log.entry(at)?.payload.length ?? 0;
    context.commitTo(index);
    if (!this.established) {
      this.established = true;
      context.trace("established", { epoch: this.epoch, commit: index });
      for (const sid of this.context.membership.members) this.offerEpochIfWaiting(sid);
    }
  }

  /** Who joined while the epoch was being opened is let in now that everything is decided. */
  private offerEpochIfWaiting(sid: number): void {
    if (sid !== this.context.sid && this.joins.has(sid) && this.learners.get(sid)?.active !== true)
      this.offerEpoch(sid);
  }

  // ── Learners ───────────────────────────────────────────────────────────────────────────────────────────────

  appendAck(from: number, message: AppendAck): void {
    const { context } = this;
    if (!this.elected || message.epoch !== this.epoch) return;
    const progress = this.learners.get(from);
    if (progress === undefined) return;
    invariant(message.durable <= context.log.last.index, () => `server ${from} acknowledged ${message.durable}`);
    if (!progress.active) {
      // The connection came back before either side gave the other up.
      progress.active = true;
      progress.silent = false;
      progress.rewind(context.now);
    }
    // By this clock, when what it answers was sent: an answer that waited here, while this process stood still, says nothing of now.
    progress.ackAt = Math.max(progress.ackAt, Math.min(message.sentAt, context.now));
    progress.readSeq = Math.max(progress.readSeq, message.readSeq);
    progress.applied = message.applied;
    if (message.durable > progress.match) {
      this.counted(progress, message.durable);
      this.progressAt = context.now;
      if (progress.match >= progress.installing) progress.installing = 0;
      if (progress.needsSnapshot && progress.match + 1 >= context.log.firstIndex) this.snapshotArrived(progress);
    }
    const { reject } = message;
    if (reject !== undefined && context.now >= progress.rejectAt && progress.installing === 0) {
      progress.rejectAt = context.now + context.config.timeouts.heartbeatMs;
      const { log } = context;
      this.continueFrom(progress, matchPoint(log.rows, log.last.index, reject.epochs, reject.last.index));
    }
  }

  private counted(progress: Progress, durable: number): void {
    progress.acknowledged(durable, this.context.now);
    this.witness(progress);
  }

  /** At once, not with the next heartbeat: its disk may be put back to an older day before that. */
  private witness({ sid, voter, match }: Progress): void {
    const { context } = this;
    if (voter) context.witness(this.epoch, context.sid, { sid, index: match });
  }

  private snapshotArrived(progress: Progress): void {
    progress.needsSnapshot = false;
    this.freeSnapshot(progress);
    progress.rewind(this.context.now);
  }

  private freeSnapshot(progress: Progress): void {
    if (!progress.sendingSnapshot) return;
    progress.sendingSnapshot = false;
    this.context.out.snapshotsCancelled.push(progress.sid);
  }

  snapshotSent(to: number, position: Position): void {
    const progress = this.learners.get(to);
    if (progress === undefined || !progress.sendingSnapshot) return;
    progress.sendingSnapshot = false;
    progress.snapshotAt = this.context.now;
    progress.needsSnapshot = false;
    progress.rewind(this.context.now, position.index);
    // Nothing fits until it is in force there, which its acknowledgement shows.
    if (progress.match < position.index) progress.installing = position.index;
  }

  snapshotFailed(to: number): void {
    const progress = this.learners.get(to);
    if (progress === undefined) return;
    progress.sendingSnapshot = false;
    progress.snapshotAt = this.context.now;
  }

  /** Its operator gave it an empty disk and vouches for it: what the one before acknowledged does not count any more. */
  newDisk(sid: number): void {
    this.joins.delete(sid);
    this.claim?.acks.delete(sid);
    const progress = this.learners.get(sid);
    if (progress === undefined) return;
    this.freeSnapshot(progress);
    this.learners.delete(sid);
  }

  linkDown(sid: number): void {
    this.joins.delete(sid);
    const progress = this.learners.get(sid);
    if (progress === undefined) return;
    progress.active = false;
    progress.reading = undefined;
    this.freeSnapshot(progress);
  }

  /** Entries, then the commit index where nothing else carries it (§4.4). */
  private pump(progress: Progress): void {
    const { context } = this;
    const { log } = context;
    const { limits } = context.config;
    if (!progress.active || progress.needsSnapshot || context.paused.has(progress.sid)) return;
    if (progress.installing > 0) {
      if (context.now < progress.snapshotAt + context.config.timeouts.syncMs) return;
      progress.installing = 0;
    }
    // §9: only voters may hold what is not committed.
    const to = progress.voter ? log.last.index : context.commit;
    while (progress.next <= to && progress.hasRoom(limits)) {
      if (progress.next < log.firstIndex) {
        progress.needsSnapshot = true;
        return;
      }
      if (progress.next < log.tailFirst) {
        this.readLog(progress, Math.min(to, log.tailFirst - 1));
        return;
      }
      const { entries, bytes } = this.slice(progress.next, to);
      this.sendEntries(progress, entries, bytes);
    }
    if (progress.sentCommit < context.commit && progress.next > to) this.sendEntries(progress, NO_ENTRIES, 0);
  }

  private sendEntries(progress: Progress, entries: readonly Entry[], bytes: number): void {
    const { context } = this;
    const prev = context.log.positionAt(progress.next - 1);
    if (prev === undefined) {
      progress.needsSnapshot = true;
      return;
    }
    context.send(progress.sid, {
      type: "append",
      epoch: this.epoch,
      prev: positionOf(prev),
      entries,
      commit: context.commit,
      sentAt: context.now,
    });
    progress.sentCommit = context.commit;
    const last = entries.at(-1);
    if (last !== undefined) progress.sending(last.index, bytes, context.now);
  }

  /** The same array for every learner that is as far: it is encoded once. */
  private slice(from: number, to: number): { entries: readonly Entry[]; bytes: number } {
    if (this.shared.from === from && this.shared.to === to) return this.shared;
    const { limits } = this.context.config;
    const entries = this.context.log.slice(from, to, limits.appendEntries, limits.appendBytes);
    let bytes = 0;
    for (const { payload } of entries) bytes += payload.length + 32;
    this.shared = { from, to, entries, bytes };
    return this.shared;
  }

  private readLog(progress: Progress, to: number): void {
    if (progress.reading !== undefined || this.logReads.size >= this.context.config.limits.logReads) return;
    const id = ++this.logReadId;
    progress.reading = id;
    this.logReads.set(id, { sid: progress.sid, from: progress.next });
    const { appendBytes } = this.context.config.limits;
    this.context.out.logReads.push({ id, from: progress.next, to, bytesMax: 4 * appendBytes });
  }

  logRead(id: number, entries: readonly Entry[] | undefined): void {
    const read = this.logReads.get(id);
    if (read === undefined) return;
    this.logReads.delete(id);
    const progress = this.learners.get(read.sid);
    if (progress === undefined || progress.reading !== id) return;
    progress.reading = undefined;
    if (entries === undefined) {
      // Trimmed meanwhile, or unreadable: a snapshot has it.
      progress.needsSnapshot = true;
      return;
    }
    if (!progress.active || progress.needsSnapshot || progress.next !== read.from || entries.length === 0) return;
    const { limits } = this.context.config;
    let chunk: Entry[] = [];
    let bytes = 0;
    const send = () => {
      this.sendEntries(progress, chunk, bytes);
      chunk = [];
      bytes = 0;
    };
    for (const entry of entries) {
      if (
        chunk.length > 0 &&
        (bytes + entry.payload.length > limits.appendBytes || chunk.length >= limits.appendEntries)
      )
        send();
      chunk.push(entry);
      bytes += entry.payload.length + 32;
    }
    send();
  }

  // ── Time ───────────────────────────────────────────────────────────────────────────────────────────────────

  tick(): void {
    const { context } = this;
    const { electionMs, syncMs } = context.config.timeouts;
    if (!this.elected && context.now >= this.electBy) {
      this.leave("no quorum promised the epoch in time");
      return;
    }
    if (this.elected && !this.established && this.claim === undefined && context.now >= this.progressAt + syncMs) {
      this.leave("no quorum came in line in time");
      return;
    }
    if (this.elected && this.claim !== undefined && context.now >= this.claim.since + electionMs) {
      this.leave("no quorum promised the next epoch in time");
      return;
    }
    if (context.now < this.heartbeatAt) return;
    if (this.elected && !this.isHeard()) {
      this.leave("no quorum is heard"); // check-quorum, §6.1
      return;
    }
    this.heartbeat();
  }

  /** Whether a quorum has acknowledged something within the election timeout. */
  private isHeard(): boolean {
    const { context } = this;
    const since = context.now - context.config.timeouts.electionMs;
    if (this.electedAt > since) return true;
    return context.membership.isQuorum((sid) => {
      if (sid === context.sid) return true;
      const progress = this.learners.get(sid);
      return progress !== undefined && progress.ackAt > since;
    });
  }

  private heartbeat(): void {
    const { context } = this;
    const { heartbeatMs } = context.config.timeouts;
    this.heartbeatAt = context.now + heartbeatMs;
    const message = this.elected ? this.heartbeatMessage() : undefined;
    for (const sid of context.membership.members) {
      if (sid === context.sid || !context.links.has(sid)) continue;
      const progress = this.learners.get(sid);
      if (progress !== undefined) this.judge(progress);
      const waits = this.claim === undefined ? progress?.active !== true : !this.claim.acks.has(sid);
      if (waits && this.joins.has(sid)) {
        if (this.claim?.durable === true || this.elected) this.offerEpoch(sid);
        else context.send(sid, this.notify());
      }
      if (message === undefined || progress?.active !== true) continue;
      context.send(sid, message);
      if (progress.outstanding && context.now - progress.movedAt > 2 * heartbeatMs) progress.rewind(context.now); // B3
    }
  }

  /**
   * Who is not heard is not spoken to any more, until it joins anew: then it hears nobody either, leaves, and serves no clients whose
   * sessions this leader would let expire (I14).
   */
  private judge(progress: Progress): void {
    const { context } = this;
    if (!progress.active || progress.ackAt > context.now - context.config.timeouts.electionMs) return;
    progress.active = false;
    progress.silent = true;
    this.joins.delete(progress.sid);
    context.trace("does not hear", { peer: progress.sid });
  }

  private heartbeatMessage(): Heartbeat {
    const { context } = this;
    const levels: Level[] = [{ sid: context.sid, index: context.log.durable }];
    for (const { sid, voter, match } of this.learners.values()) if (voter) levels.push({ sid, index: match });
    return {
      type: "heartbeat",
      epoch: this.epoch,
      commit: context.commit,
      established: this.established,
      sentAt: context.now,
      readSeq: this.readSeqSent,
      digestIndex: this.digest.index,
      digest: this.digest.value,
      levels,
    };
  }

  /** Asks a quorum whether this member still leads: reads wait for the answer (D10). */
  startRound(sequence: number): void {
    this.readSeqSent = sequence;
    const message = this.heartbeatMessage();
    for (const { voter, active, sid } of this.learners.values()) if (voter && active) this.context.send(sid, message);
  }

  /** The newest round that a quorum has answered. */
  get roundAnswered(): number {
    const { context } = this;
    return context.membership.quorumIndex((sid) =>
      sid === context.sid ? this.readSeqSent : (this.learners.get(sid)?.readSeq ?? 0),
    );
  }

  setDigest(index: number, value: number): void {
    this.digest = { index, value };
  }

  // ── Other claimants, hand-over, end ────────────────────────────────────────────────────────────────────────

  heard(from: number, notify: Notify): void {
    const { context } = this;
    if (this.elected) return;
    if (notify.state === "leading" && notify.established) {
      this.leave(`server ${from} leads already`);
      return;
    }
    const own = { ...context.log.last, priority: context.config.priority, sid: context.sid };
    const patient = context.now < this.beganAt + PATIENCE * context.config.timeouts.heartbeatMs;
    if (notify.state === "looking" && !patient && compareVote(notify.vote, own) > 0)
      this.leave("there is a better vote"); // E7
  }

  notify(): Notify {
    const { context } = this;
    const { epoch, counter } = context.log.last;
    return {
      type: "notify",
      state: "leading",
      round: 0,
      vote: { epoch, counter, priority: context.config.priority, sid: context.sid },
      acceptedEpoch: context.promises.acceptedEpoch,
      leader: context.sid,
      // While it claims another epoch in place, who looks for a leader waits: a longer log would have to refuse the claim.
      established: this.established && this.claim === undefined,
    };
  }

  /** §6.2: takes no more proposals, and hands over to a voter that holds everything. */
  transfer(to: number): void {
    const { context } = this;
    if (!this.established || this.transferTo !== undefined) return;
    this.transferTo = to;
    this.draining = true;
    this.transferUntil = context.now + context.config.timeouts.electionMs;
    context.trace("hands over", { to });
  }

  private tryTransfer(): void {
    const { context, transferTo } = this;
    if (transferTo === undefined) return;
    if (context.now >= this.transferUntil) {
      context.trace("keeps the lead", {});
      this.transferTo = undefined;
      this.draining = false;
      return;
    }
    const { last } = context.log;
    if (context.commit < last.index || this.claim !== undefined) return;
    const heard = context.now - 2 * context.config.timeouts.heartbeatMs;
    let best: Progress | undefined;
    for (const sid of context.membership.voters) {
      const progress = this.learners.get(sid);
      if (progress === undefined || !progress.active || progress.match !== last.index || progress.ackAt < heard)
        continue;
      if (transferTo === 0 || transferTo === sid) best = progress;
    }
    if (best === undefined) return;
    context.send(best.sid, { type: "transferLead", epoch: this.epoch });
    this.onHandOver(best.sid);
  }

  private stopped = false;

  /** Whatever is still on its way to a disk or a learner concerns nobody any more. */
  stop(): void {
    this.stopped = true;
    for (const progress of this.learners.values()) this.freeSnapshot(progress);
  }

  /** Everything that follows from what came in since the last time. */
  flush(): void {
    const { context } = this;
    this.commitWhenDurable();
    if (this.established && context.applied >= this.start) this.serving = true;
    this.tryTransfer();
    if (this.stopped || !this.elected) return;
    this.bumpWhenDue();
    for (const progress of this.learners.values()) this.pump(progress);
    this.scheduleSnapshots();
  }

  private scheduleSnapshots(): void {
    const { context } = this;
    const { limits, timeouts } = context.config;
    const waiting: Progress[] = [];
    let slots = limits.snapshotSends;
    for (const progress of this.learners.values()) {
      if (progress.sendingSnapshot) slots--;
      else if (progress.needsSnapshot && progress.active && context.now >= progress.snapshotAt + timeouts.heartbeatMs)
        waiting.push(progress);
    }
    if (slots <= 0 || waiting.length === 0) return;
    // Voters first, each kind by sid.
    waiting.sort((a, b) => Number(b.voter) - Number(a.voter) || a.sid - b.sid);
    for (const progress of waiting.slice(0, slots)) {
      progress.sendingSnapshot = true;
      context.out.snapshots.push(progress.sid);
      context.trace("sends a snapshot", { peer: progress.sid });
    }
  }
}

const NO_ENTRIES: readonly Entry[] = [];
const NOTHING = { from: 0, to: 0, entries: NO_ENTRIES, bytes: 0 };

function howTo({ needsSnapshot, match }: Progress, { last }: AckEpoch): string {
  if (needsSnapshot) return "SNAP";
  return match < last.index ? "TRUNC" : "DIFF";
}
