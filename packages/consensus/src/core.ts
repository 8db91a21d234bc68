/**
 * The consensus core of one member: inputs in, effects out. It knows no clock, socket, disk or dice: time comes with each
 * input, what must be written and sent is handed out by {@link Core.takeEffects}, and a message is handed out only when what
 * must be durable before it is (D14).
 *
 * The driver calls the inputs of a turn, then takes the effects once: all that came in the turn shares one write and one
 * message a peer. It calls {@link Core.tick} when {@link Core.nextWakeup} has come, after the messages that are there.
 */
import { Bootstrap } from "./bootstrap.ts";
import { Context } from "./context.ts";
import { Election } from "./election.ts";
import { indexOf } from "./epoch-table.ts";
import { Follower } from "./follower.ts";
import { Leader } from "./leader.ts";
import type { Progress } from "./progress.ts";
import { Reads } from "./reads.ts";
import {
  type BootState,
  type CoreConfig,
  type Effects,
  ENTRY,
  type Entry,
  type EpochRow,
  type Join,
  type Message,
  type Notify,
  type Position,
  type Promises,
  type Proposal,
  type RoleState,
  type Witnessed,
} from "./types.ts";

const IDLE: RoleState = {
  role: "looking",
  phase: "election",
  epoch: 0,
  leader: 0,
  canServe: false,
  canPropose: false,
};

export class Core {
  private readonly context: Context;
  private readonly bootstrap: Bootstrap;
  private readonly election: Election;
  private readonly reads: Reads;
  private follower: Follower | undefined;
  private leader: Leader | undefined;
  private told: RoleState = IDLE;
  /** Who counted this member's votes before it did: their joins wait for it to know that it leads. */
  private readonly early = new Map<number, { readonly message: Join; readonly at: number }>();

  constructor(config: CoreConfig, boot: BootState, now: number) {
    this.context = new Context(config, boot, now);
    this.reads = new Reads(this.context);
    this.election = new Election(this.context, (leader) => this.decided(leader));
    this.bootstrap = new Bootstrap(
      this.context,
      () => this.look("founded"),
      (sid) => this.leader?.newDisk(sid),
    );
    this.bootstrap.begin();
    if (boot.promises.belongs || !this.context.isVoter) this.look("started");
  }

  // ── What is ────────────────────────────────────────────────────────────────────────────────────────────────

  get role(): RoleState {
    return this.told;
  }

  get commit(): number {
    return this.context.commit;
  }

  get last(): Position {
    return this.context.log.last;
  }

  get durable(): number {
    return this.context.log.durable;
  }

  get promises(): Promises {
    return this.context.promises;
  }

  get epochs(): readonly EpochRow[] {
    return this.context.log.rows;
  }

  /** Whether this member belongs to an ensemble; a voter that does not takes no part. */
  get belongs(): boolean {
    return this.context.belongs;
  }

  /** Voters that this member has no connection with. */
  get missing(): readonly number[] {
    const { membership, links, sid } = this.context;
    return membership.voters.filter((voter) => voter !== sid && !links.has(voter));
  }

  /** An entry that is still in memory. */
  entry(index: number): Entry | undefined {
    return this.context.log.entry(index);
  }

  /** What each voter was seen to have promised and acknowledged: its disk may not know less. */
  get witnessed(): ReadonlyMap<number, Witnessed> {
    return this.context.witnessed;
  }

  /** The leader's view of its learners; empty elsewhere. */
  get learners(): ReadonlyMap<number, Readonly<Progress>> {
    return this.leader?.learners ?? NO_LEARNERS;
  }

  /** Whether {@link propose} would take something now; `role` says the same as of the last effects. */
  get canPropose(): boolean {
    return this.context.failed === undefined && this.leader?.hasRoom === true;
  }

  /** Bytes proposed here and not yet committed. */
  get uncommittedBytes(): number {
    return this.leader?.uncommittedBytes ?? 0;
  }

  // ── What happens ───────────────────────────────────────────────────────────────────────────────────────────

  receive(now: number, from: number, message: Message): void {
    if (!this.at(now) || !this.context.membership.isMember(from) || from === this.context.sid) return;
    if (message.type === "hail") {
      this.bootstrap.receive(from, message);
      return;
    }
    if (message.type === "refuse") {
      this.bootstrap.refused(from, message);
      return;
    }
    if (!this.takesPart) return;
    this.dispatch(from, message);
  }

  linkUp(now: number, sid: number): void {
    if (!this.at(now)) return;
    this.context.links.add(sid);
    this.context.paused.delete(sid);
    this.bootstrap.linkUp(sid);
    if (this.takesPart) this.election.linkUp(sid);
  }

  linkDown(now: number, sid: number): void {
    if (!this.at(now)) return;
    this.context.links.delete(sid);
    this.context.paused.delete(sid);
    this.context.views.delete(sid);
    this.early.delete(sid);
    this.bootstrap.linkDown(sid);
    this.leader?.linkDown(sid);
    if (this.follower?.leader === sid) this.look("the connection to the leader broke");
    else this.election.linkDown(sid);
  }

  /** The link to `sid` had better be given no more entries until {@link resume}. */
  pause(sid: number): void {
    this.context.paused.add(sid);
  }

  resume(now: number, sid: number): void {
    if (this.at(now)) this.context.paused.delete(sid);
  }

  tick(now: number): void {
    if (!this.at(now)) return;
    this.bootstrap.tick();
    this.election.tick();
    this.leader?.tick();
    this.follower?.tick();
    if (this.follower !== undefined) this.reads.tick(this.follower.leader);
  }

  /** When {@link tick} is next needed, ms; Infinity if nothing is due. */
  get nextWakeup(): number {
    if (this.context.failed !== undefined) return Number.POSITIVE_INFINITY;
    return Math.min(
      this.bootstrap.nextWakeup,
      this.election.nextWakeup,
      this.leader?.nextWakeup ?? Number.POSITIVE_INFINITY,
      this.follower?.nextWakeup ?? Number.POSITIVE_INFINITY,
      this.reads.nextWakeup,
    );
  }

  /** Takes a payload into the log, if this member may; the payload is the core's from now on. */
  propose(now: number, payload: Uint8Array, kind: number = ENTRY.transaction): Proposal {
    if (!this.at(now) || this.leader === undefined) return { accepted: false, reason: "notLeader" };
    return this.leader.propose(kind, payload);
  }

  /** Asks for a read that is not stale; answered by `reads` or `failedReads`. */
  readIndex(now: number, cookie: number): void {
    if (!this.at(now)) return;
    if (this.leader !== undefined) this.reads.lead(cookie, this.leader);
    else if (this.follower?.serving === true) this.reads.ask(cookie);
    else this.context.out.failedReads.push(cookie);
  }

  /** Every store operation up to `sequence` is durable. */
  stored(now: number, sequence: number): void {
    if (this.at(now)) this.context.log.stored(sequence);
  }

  /** A write failed: nothing more may be relied on (D12). */
  storageFailed(now: number, message: string): void {
    if (this.at(now)) this.context.fail("storage", message);
  }

  /** The state machine has applied everything up to `index`; its state then has this digest. */
  applied(now: number, index: number, digest?: number): void {
    if (!this.at(now)) return;
    this.context.applied = Math.max(this.context.applied, index);
    if (digest !== undefined) this.leader?.setDigest(index, digest);
    this.context.log.shrink(this.context.applied);
  }

  /** The log has let go of everything below `firstIndex`. */
  trimmed(firstIndex: number): void {
    this.context.log.firstIndex = Math.max(this.context.log.firstIndex, firstIndex);
  }

  logRead(now: number, id: number, entries: readonly Entry[]): void {
    if (this.at(now)) this.leader?.logRead(id, entries);
  }

  logReadFailed(now: number, id: number): void {
    if (this.at(now)) this.leader?.logRead(id, undefined);
  }

  /** A snapshot at `position` has gone out to a learner in full. */
  snapshotSent(now: number, to: number, position: Position): void {
    if (this.at(now)) this.leader?.snapshotSent(to, position);
  }

  snapshotFailed(now: number, to: number): void {
    if (this.at(now)) this.leader?.snapshotFailed(to);
  }

  /**
   * A snapshot at `position` that server `from` sent is complete here. True: it takes the place of log and state by the store
   * operation that follows. False: it has been overtaken, or this member follows `from` no longer, and it must be thrown away.
   */
  install(now: number, from: number, position: Position, epochs: readonly EpochRow[]): boolean {
    if (!this.at(now) || this.follower?.leader !== from) return false;
    return this.follower.install(position, epochs);
  }

  /** Hands the lead over to `to`, or to whoever holds everything (§6.2). */
  transfer(now: number, to = 0): void {
    if (this.at(now)) this.leader?.transfer(to);
  }

  /** Everything produced since the last time, or undefined. */
  takeEffects(): Effects | undefined {
    const { context } = this;
    if (context.failed === undefined) this.flush();
    const { effects } = context;
    context.effects = undefined;
    return effects;
  }

  private flush(): void {
    const { context } = this;
    this.leader?.flush();
    // A leader that stepped down in its flush is none any more.
    this.reads.flush(this.leader, this.follower?.leader ?? 0);
    this.follower?.flush();
    if (context.log.hasUnstored) context.log.store(context.out.stores, context.commit);
    this.tellRole();
  }

  // ── Roles ──────────────────────────────────────────────────────────────────────────────────────────────────

  private at(now: number): boolean {
    this.context.now = Math.max(this.context.now, now);
    return this.context.failed === undefined;
  }

  private get takesPart(): boolean {
    return this.election.active || this.leader !== undefined || this.follower !== undefined;
  }

  private look(why: string): void {
    this.context.trace("looks", { why });
    this.reads.fail();
    this.leader?.stop();
    this.leader = undefined;
    this.follower = undefined;
    this.election.start();
  }

  private decided(leader: number): void {
    if (leader === this.context.sid) this.lead();
    else this.follow(leader);
  }

  private lead(): void {
    this.election.stop();
    this.reads.fail();
    this.follower = undefined;
    const leader: Leader = new Leader(
      this.context,
      (why) => {
        if (this.leader === leader) this.look(why);
      },
      (to) => {
        if (this.leader === leader) this.follow(to);
      },
    );
    this.leader = leader;
    leader.begin();
    const since = this.context.now - 2 * this.context.config.timeouts.heartbeatMs;
    for (const [from, { message, at }] of this.early)
      if (at >= since && this.leader === leader) leader.join(from, message);
    this.early.clear();
  }

  private follow(sid: number): void {
    this.election.stop();
    this.reads.fail();
    this.leader?.stop();
    this.leader = undefined;
    const follower: Follower = new Follower(this.context, sid, (why) => {
      if (this.follower === follower) this.look(why);
    });
    this.follower = follower;
  }

  private dispatch(from: number, message: Exclude<Message, { type: "hail" | "refuse" }>): void {
    const { leader, follower } = this;
    const led = follower?.leader === from ? follower : undefined;
    switch (message.type) {
      case "notify":
        this.notified(from, message);
        return;
      case "join":
        if (leader !== undefined) leader.join(from, message);
        else if (this.election.active) this.early.set(from, { message, at: this.context.now });
        else this.context.send(from, this.notifyMessage());
        return;
      case "newEpoch":
        led?.newEpoch(message);
        return;
      case "ackEpoch":
        leader?.ackEpoch(from, message);
        return;
      case "append":
        led?.append(message);
        return;
      case "heartbeat":
        led?.heartbeat(message);
        return;
      case "appendAck":
        leader?.appendAck(from, message);
        return;
      case "readIndex":
        this.reads.asks(from, message.id, leader);
        return;
      case "readIndexAck":
        this.reads.answered(message.id, message.index);
        return;
      case "transferLead":
        if (led?.stage === "led" && this.context.isVoter) this.takeOver(message.epoch);
        return;
      case "followMe":
        // Advice, like every election: safety does not rest on it (D4).
        // The old leader may be gone already, and this member looking for another.
        if (message.epoch !== this.context.promises.acceptedEpoch || from === follower?.leader) return;
        if (follower !== undefined || this.election.active) this.follow(from);
        return;
    }
  }

  private takeOver(epoch: number): void {
    const { context } = this;
    if (epoch !== context.promises.acceptedEpoch) return;
    context.trace("takes over", { epoch });
    context.broadcast(context.membership.members, { type: "followMe", epoch });
    this.lead();
  }

  private notified(from: number, notify: Notify): void {
    const { context, leader, follower } = this;
    // Who votes for itself tells its own log: it is judged before it can win a vote.
    const own = notify.state === "looking" && notify.vote.sid === from;
    if (own && context.isRolledBack(from, notify.acceptedEpoch, indexOf(context.log.rows, notify.vote))) return;
    context.views.set(from, { notify, heardAt: context.now });
    if (this.election.active) {
      if (notify.state === "looking") this.election.heard(from, notify);
      // E6
      else if (notify.state === "leading" && (notify.established || this.election.votesFor(from))) this.follow(from);
      return;
    }
    if (notify.state === "looking") context.send(from, this.notifyMessage());
    leader?.heard(from, notify);
    if (follower?.leader === from) follower.leaderSays(notify);
    // Its leader's vote counts in the election that this may have begun.
    if (this.election.active && notify.state === "looking") this.election.heard(from, notify);
  }

  private notifyMessage(): Notify {
    const { context, leader, follower } = this;
    if (leader !== undefined) return leader.notify();
    if (follower === undefined) return this.election.notify();
    const { epoch, counter } = context.log.last;
    return {
      type: "notify",
      state: context.isVoter ? "following" : "observing",
      round: this.election.round,
      vote: { epoch, counter, priority: 0, sid: follower.leader },
      acceptedEpoch: context.promises.acceptedEpoch,
      leader: follower.leader,
      established: follower.serving,
    };
  }

  private tellRole(): void {
    const next = this.currentRole();
    const { told } = this;
    if (
      next.role === told.role &&
      next.phase === told.phase &&
      next.epoch === told.epoch &&
      next.leader === told.leader &&
      next.canServe === told.canServe &&
      next.canPropose === told.canPropose
    ) {
      return;
    }
    this.told = next;
    this.context.out.role = next;
  }

  private currentRole(): RoleState {
    const { context, leader, follower } = this;
    const epoch = context.promises.acceptedEpoch;
    if (leader !== undefined) {
      return {
        role: "leading",
        phase: leader.established ? "broadcast" : leader.elected ? "synchronization" : "discovery",
        epoch,
        leader: context.sid,
        canServe: leader.serving,
        canPropose: leader.canPropose,
      };
    }
    if (follower !== undefined) {
      return {
        role: context.isVoter ? "following" : "observing",
        phase: follower.serving ? "broadcast" : follower.stage === "led" ? "synchronization" : "discovery",
        epoch,
        leader: follower.leader,
        canServe: follower.serving,
        canPropose: false,
      };
    }
    return { ...IDLE, epoch };
  }
}

const NO_LEARNERS: ReadonlyMap<number, Progress> = new Map();
