/**
 * What must hold, always and everywhere (§17), watched from outside with knowledge that no member has: every log, every
 * disk, every commit. Each rule throws a {@link Violation} at the moment it is broken, not when damage shows.
 */
import {
  type AckEpoch,
  type Append,
  type AppendAck,
  type Core,
  ENTRY,
  type Entry,
  type MemberSpec,
  type Message,
  type NewEpoch,
  type Position,
  type RoleState,
  type StoreOperation,
} from "@rookery/consensus";
import type { Disk } from "./disk.ts";
import type { Log } from "./log.ts";
import type { Plan } from "./plan.ts";
import { specsOf } from "./plan.ts";
import { isQuorum } from "./quorum.ts";
import { Violation } from "./violation.ts";

/** What the checker sees of a member. */
export interface Watched {
  readonly sid: number;
  readonly spec: MemberSpec;
  readonly core: Core | undefined;
  readonly disk: Disk;
  /** The log as the operations asked for so far make it: what the member's memory must be. */
  readonly view: Log;
  /** Applied by its state machine. */
  readonly applied: number;
  /** Lost what it had acknowledged: it must never again count as a voter. */
  readonly damaged: boolean;
  /** Its disk was emptied at some time. */
  readonly wiped: boolean;
  /** Its disk was put back to an older day, and may have forgotten promises up to this epoch that nobody had counted. */
  readonly forgottenEpoch: number;
  /** Counts its starts: what one process has done is not another's. */
  readonly life: number;
}

interface Election {
  readonly leader: number;
  readonly life: number;
  /** Index of its EpochStart. */
  readonly start: number;
  /** The leader's log when it was elected: what it may prove others equal to. */
  readonly log: Log;
}

interface Watch {
  /** What the core said at the end of its last turn, in this life. */
  commit: number;
  acceptedEpoch: number;
  /** Logs that were on disks lost since: acknowledgements of them were true. */
  readonly formerLogs: Log[];
}

/** So many epochs do not go by without a commit. */
const UNCOMMITTED_EPOCHS = 64;

export class Checker {
  readonly counts = { commits: 0, elections: 0, bumps: 0, snapshots: 0, reads: 0 };
  /** Highest index that some leader has committed. */
  committedMax = 0;
  private readonly plan: Plan;
  private readonly specs: readonly MemberSpec[];
  private readonly members: readonly Watched[];
  private readonly watches: Watch[] = [];
  /** Every entry ever made, by index. More than one at an index: of different epochs. */
  private readonly made: Entry[][] = [];
  private readonly committed: (Entry | undefined)[] = [];
  private readonly elections = new Map<number, Election>();
  /** Highest index committed by the leader of each epoch, ascending by epoch. */
  private readonly commitsByEpoch = new Map<number, number>();
  /** Whose durable promise of each epoch went to whom. */
  private readonly promises = new Map<number, Map<number, number>>();
  /** What each member said its log was when it acknowledged an epoch. */
  private readonly acknowledged = new Map<number, Map<number, Position>>();
  private lastLeader = 0;

  constructor(plan: Plan, members: readonly Watched[]) {
    this.plan = plan;
    this.specs = specsOf(plan);
    this.members = members;
    for (const { sid } of members) this.watches[sid] = { commit: 0, acceptedEpoch: 0, formerLogs: [] };
  }

  // ── What members do ────────────────────────────────────────────────────────────────────────────────────────

  onBoot(member: Watched): void {
    const watch = this.watch(member);
    watch.commit = 0;
    watch.acceptedEpoch = member.disk.promises.acceptedEpoch;
  }

  /** A disk is about to lose what it held. */
  onDamage(member: Watched): void {
    this.watch(member).formerLogs.push(member.disk.log.copy());
  }

  onProposed(member: Watched, entry: Entry): void {
    const election = this.elections.get(entry.epoch);
    if (election?.leader !== member.sid) {
      throw new Violation("I3", `${member.sid} proposed ${name(entry)} without having been elected`);
    }
    const last = entry.index - election.start;
    if (entry.counter !== last || entry.counter > this.plan.limits.counterMax) {
      throw new Violation("I18", `${name(entry)} in an epoch that began at ${election.start}`);
    }
    this.register(entry);
  }

  /** An operation on its way to the disk, before `member.view` has it. */
  onStore(member: Watched, operation: StoreOperation): void {
    switch (operation.type) {
      case "append":
        this.onAppend(member, operation.entries);
        break;
      case "truncate":
        this.onTruncate(member, operation.index);
        break;
      case "install":
        this.onInstall(member, operation.position);
        break;
      case "promise": {
        const { acceptedEpoch } = operation.promises;
        const watch = this.watch(member);
        if (acceptedEpoch < watch.acceptedEpoch) {
          throw new Violation("I9", `${member.sid} went back from epoch ${watch.acceptedEpoch} to ${acceptedEpoch}`);
        }
        watch.acceptedEpoch = acceptedEpoch;
        break;
      }
    }
  }

  /** Promises have become durable. */
  onDurable(member: Watched): void {
    const { acceptedEpoch, acceptedLeader } = member.disk.promises;
    if (acceptedEpoch === 0 || !votes(member)) return;
    const given = this.promises.get(acceptedEpoch) ?? new Map<number, number>();
    this.promises.set(acceptedEpoch, given);
    const before = given.get(member.sid);
    if (before !== undefined && before !== acceptedLeader && !member.damaged && acceptedEpoch > member.forgottenEpoch) {
      throw new Violation("I1", `${member.sid} promised epoch ${acceptedEpoch} to ${before} and to ${acceptedLeader}`);
    }
    if (!member.damaged) given.set(member.sid, acceptedLeader);
  }

  onSend(member: Watched, to: number, message: Message): void {
    switch (message.type) {
      case "newEpoch":
        this.onNewEpoch(member, message);
        break;
      case "ackEpoch":
        this.onAckEpoch(member, to, message);
        break;
      case "append":
        this.onSendAppend(member, to, message);
        break;
      case "appendAck":
        this.onAppendAck(member, to, message);
        break;
      case "transferLead":
        this.onTransferLead(member, to);
        break;
    }
  }

  /** I8, S4: nobody is served, and nothing proposed, before the state has what was committed when the epoch began. */
  onRole(member: Watched, role: RoleState, before: RoleState | undefined): void {
    const serves = role.canServe && before?.canServe !== true;
    const proposes = role.canPropose && before?.canPropose !== true;
    if (!serves && !proposes) return;
    // The epoch promised may be one that its leader has not opened yet.
    let start = Number.POSITIVE_INFINITY;
    let newest = 0;
    for (const [epoch, election] of this.elections) {
      if (election.leader !== role.leader || epoch > role.epoch || epoch < newest) continue;
      newest = epoch;
      start = election.start;
    }
    if (member.applied < start) {
      const what = proposes ? "proposes" : "serves";
      throw new Violation(
        "I8",
        `${member.sid} ${what} in epoch ${newest}, begun at ${start}, with ${member.applied} applied`,
      );
    }
  }

  /** Entries given to the state machine. */
  onDeliver(member: Watched, from: number, to: number): void {
    for (let index = from; index <= to; index++) {
      const entry = member.view.at(index);
      if (entry === undefined)
        throw new Violation("I3", `${member.sid} delivers ${index}, which its log does not hold`);
      if (entry.chain !== this.committed[index]?.chain) {
        throw new Violation("I2", `${member.sid} delivers ${name(entry)}, committed is ${name(this.committed[index])}`);
      }
    }
  }

  /** After each turn of a core: what it now says of itself. */
  afterTurn(member: Watched): void {
    const { core, view } = member;
    if (core === undefined) return;
    const watch = this.watch(member);
    const { commit } = core;
    if (commit !== watch.commit) {
      if (commit < watch.commit)
        throw new Violation("I9", `${member.sid}: commit ${watch.commit} went back to ${commit}`);
      if (watch.commit === 0) this.onFirstCommit(member, commit);
      this.onCommit(member, commit);
      watch.commit = commit;
    }
    const { last } = core;
    if (last.index !== view.lastIndex || last.chain !== view.last.chain) {
      throw new Violation(
        "I12",
        `${member.sid} says its log ends at ${last.index}, its operations at ${view.lastIndex}`,
      );
    }
    if (core.durable > member.disk.log.lastIndex) {
      throw new Violation("I12", `${member.sid} holds ${core.durable} durable, its disk ${member.disk.log.lastIndex}`);
    }
    const { acceptedEpoch } = core.promises;
    if (acceptedEpoch < last.epoch) {
      throw new Violation("I9", `${member.sid} accepted epoch ${acceptedEpoch} and holds entries of ${last.epoch}`);
    }
    // Rows of what was not committed when the newest was added are kept beyond the limit.
    const { epochs } = core;
    if (epochs.length > Math.max(2 * this.plan.limits.epochRows, UNCOMMITTED_EPOCHS)) {
      throw new Violation("I16", `${member.sid} keeps ${epochs.length} epoch rows`);
    }
  }

  /** What a read begun now must at least see. */
  get readBound(): number {
    return this.committedMax;
  }

  onRead(member: Watched, bound: number, index: number): void {
    this.counts.reads++;
    if (index < bound) {
      throw new Violation("I13", `${member.sid} may answer a read at ${index}; ${bound} was committed before it began`);
    }
  }

  /** Whether a position is one of the committed history, as far as it is known. */
  isCommitted(position: Position): boolean {
    return position.index === 0 || this.committed[position.index]?.chain === position.chain;
  }

  /** Of the last EpochStart that was written; 0 before the first. */
  get leader(): number {
    return this.lastLeader;
  }

  // ── Logs ───────────────────────────────────────────────────────────────────────────────────────────────────

  private onAppend(member: Watched, entries: readonly Entry[]): void {
    let last = member.view.last;
    for (const entry of entries) {
      const opens = entry.kind === ENTRY.epochStart;
      const follows = entry.epoch === last.epoch ? entry.counter === last.counter + 1 : entry.epoch > last.epoch;
      if (entry.index !== last.index + 1 || !follows || opens !== (entry.counter === 0)) {
        throw new Violation("I18", `${member.sid} appends ${name(entry)} behind ${name(last)}`);
      }
      if (!this.isKnown(entry)) {
        if (!opens || entry.payload[0] !== member.sid) {
          throw new Violation("I3", `${member.sid} holds ${name(entry)}, which nobody proposed`);
        }
        this.onElected(member, entry, last);
        this.register(entry);
      }
      last = entry;
    }
  }

  private isKnown(entry: Entry): boolean {
    for (const known of this.made[entry.index] ?? []) {
      if (known === entry) return true;
      if (known.epoch !== entry.epoch) continue;
      if (known.chain !== entry.chain || known.kind !== entry.kind || !sameBytes(known.payload, entry.payload)) {
        if (entry.kind === ENTRY.epochStart && known.payload[0] !== entry.payload[0]) {
          throw new Violation(
            "I1",
            `epoch ${entry.epoch} has two leaders: ${known.payload[0]} and ${entry.payload[0]}`,
          );
        }
        throw new Violation("I6", `two entries are ${name(entry)}`);
      }
      return true;
    }
    return false;
  }

  private register(entry: Entry): void {
    const list = this.made[entry.index];
    if (list === undefined) this.made[entry.index] = [entry];
    else list.push(entry);
  }

  private onTruncate(member: Watched, index: number): void {
    const { view } = member;
    const { commit } = this.watch(member);
    if (index < commit || index < view.base.index) {
      throw new Violation("I7", `${member.sid} truncates to ${index} with commit ${commit}`);
    }
    for (let dropped = index + 1; dropped <= Math.min(view.lastIndex, this.committedMax); dropped++) {
      if (view.at(dropped)?.chain === this.committed[dropped]?.chain) {
        throw new Violation(
          "I7",
          `${member.sid} truncates to ${index}, dropping the committed ${name(view.at(dropped))}`,
        );
      }
    }
  }

  private onInstall(member: Watched, position: Position): void {
    this.counts.snapshots++;
    const { view } = member;
    if (!this.isCommitted(position)) {
      throw new Violation("I2", `${member.sid} installs a snapshot at ${name(position)}, which is not committed`);
    }
    const watch = this.watch(member);
    if (position.index < watch.commit) {
      throw new Violation("I7", `${member.sid} installs a snapshot at ${position.index} with commit ${watch.commit}`);
    }
    for (let dropped = position.index + 1; dropped <= Math.min(view.lastIndex, this.committedMax); dropped++) {
      if (view.at(dropped)?.chain === this.committed[dropped]?.chain) {
        throw new Violation("I7", `${member.sid} loses the committed ${name(view.at(dropped))} to a snapshot`);
      }
    }
  }

  // ── Elections ──────────────────────────────────────────────────────────────────────────────────────────────

  private onNewEpoch(member: Watched, { epoch }: NewEpoch): void {
    const { acceptedEpoch, acceptedLeader } = member.disk.promises;
    if (acceptedEpoch !== epoch || acceptedLeader !== member.sid) {
      throw new Violation(
        "I12",
        `${member.sid} offers epoch ${epoch} while its disk has promised ${acceptedEpoch} to ${acceptedLeader}`,
      );
    }
  }

  private onAckEpoch(member: Watched, to: number, { epoch, last }: AckEpoch): void {
    const { acceptedEpoch, acceptedLeader } = member.disk.promises;
    if (acceptedEpoch !== epoch || acceptedLeader !== to) {
      throw new Violation(
        "I12",
        `${member.sid} acknowledges epoch ${epoch} of ${to} while its disk has promised ${acceptedEpoch} to ${acceptedLeader}`,
      );
    }
    if (!member.disk.holds(last)) {
      throw new Violation(
        "I12",
        `${member.sid} reports ${name(last)} with epoch ${epoch}, and its disk does not hold it`,
      );
    }
    // A disk that was put back is recognised by what it says here; an emptied one may not say anything.
    if (member.damaged && member.wiped && votes(member)) {
      throw new Violation("I15", `${member.sid}, damaged, acknowledges epoch ${epoch}`);
    }
    const said = this.acknowledged.get(epoch) ?? new Map<number, Position>();
    this.acknowledged.set(epoch, said);
    // The first is what elections are decided on; later ones come from members that are in step already.
    if (!said.has(member.sid)) said.set(member.sid, last);
  }

  private onElected(member: Watched, start: Entry, last: Position): void {
    const { epoch } = start;
    const { sid } = member;
    const before = this.elections.get(epoch);
    if (before !== undefined) throw new Violation("I1", `epoch ${epoch} has two leaders: ${before.leader} and ${sid}`);
    if (member.damaged || !votes(member)) {
      throw new Violation("I15", `${sid} is elected in epoch ${epoch} and may not vote`);
    }
    const promised = this.promises.get(epoch) ?? new Map<number, number>();
    const voters = [...promised.keys()].filter((voter) => promised.get(voter) === sid);
    if (!isQuorum(this.specs, voters)) {
      throw new Violation("I1", `${sid} is elected in epoch ${epoch} by durable promises of ${voters.join(" ")} only`);
    }
    const said = this.acknowledged.get(epoch);
    const behind = voters.filter((voter) => {
      const theirs = voter === sid ? last : said?.get(voter);
      return theirs !== undefined && !isNewer(theirs, last);
    });
    if (!isQuorum(this.specs, behind)) {
      throw new Violation("I10", `${sid} is elected in epoch ${epoch} with ${name(last)}, which is behind its voters`);
    }
    for (const [other, index] of this.commitsByEpoch) {
      if (other >= epoch || index <= member.view.base.index) continue;
      if (member.view.at(index)?.chain !== this.committed[index]?.chain) {
        const entry = name(this.committed[index]);
        throw new Violation("I5", `${sid} is elected in epoch ${epoch} without ${entry}, committed in epoch ${other}`);
      }
    }
    this.elections.set(epoch, { leader: sid, life: member.life, start: start.index, log: member.view.copy() });
    this.counts.elections++;
    if (this.lastLeader === sid) this.counts.bumps++;
    this.lastLeader = sid;
  }

  // ── Replication ────────────────────────────────────────────────────────────────────────────────────────────

  private onSendAppend(member: Watched, to: number, { epoch, prev, entries }: Append): void {
    const { limits } = this.plan;
    if (this.elections.get(epoch)?.leader !== member.sid) {
      throw new Violation("I1", `${member.sid} replicates in epoch ${epoch} without having been elected`);
    }
    let bytes = 0;
    let index = prev.index;
    for (const entry of entries) {
      bytes += entry.payload.length;
      if (entry.index !== ++index) throw new Violation("I16", `${member.sid} sends ${name(entry)} with a gap`);
    }
    if (entries.length > limits.appendEntries || (bytes > limits.appendBytes && entries.length > 1)) {
      throw new Violation("I16", `${member.sid} sends ${entries.length} entries of ${bytes} bytes at once`);
    }
    const receiver = this.members[to - 1] as Watched;
    if (receiver.spec.role === "observer" && entries.length > 0 && index > (member.core?.commit ?? 0)) {
      throw new Violation("I16", `${member.sid} sends the uncommitted ${index} to the observer ${to}`);
    }
  }

  private onAppendAck(member: Watched, to: number, { epoch, durable, applied }: AppendAck): void {
    const { disk, sid } = member;
    if (member.damaged && votes(member)) {
      throw new Violation("I15", `${sid}, damaged, acknowledges ${durable} in epoch ${epoch}`);
    }
    if (applied > member.applied) {
      throw new Violation("I12", `${sid} says that ${applied} is applied, and it is ${member.applied}`);
    }
    if (durable > disk.log.lastIndex) {
      throw new Violation("I12", `${sid} acknowledges ${durable}, its disk ends at ${disk.log.lastIndex}`);
    }
    const election = this.elections.get(epoch);
    if (election === undefined || election.leader !== to) return;
    const held = disk.log.at(durable);
    if (held === undefined) return;
    // Entries of the leader's own epoch are its own; below, they must be those it was elected with.
    const equal =
      durable >= election.start
        ? held.epoch === epoch
        : durable <= election.log.base.index || election.log.at(durable)?.chain === held.chain;
    if (!equal) throw new Violation("I12", `${sid} acknowledges ${name(held)} to ${to}, whose log differs there`);
  }

  /** §6.2: whom the lead is given to must be able to win it. */
  private onTransferLead(member: Watched, to: number): void {
    const receiver = this.members[to - 1] as Watched;
    const { last } = member.view;
    if (!receiver.damaged && receiver.disk.log.lastIndex < last.index) {
      throw new Violation(
        "§6.2",
        `${member.sid}, at ${name(last)}, hands over to ${to}, at ${name(receiver.disk.log.last)}`,
      );
    }
  }

  /** At the first turn of a life the commit is what the state holds. */
  private onFirstCommit(member: Watched, commit: number): void {
    if (member.disk.state.position.index > commit) {
      throw new Violation("I9", `${member.sid} starts with commit ${commit} behind its state`);
    }
  }

  private onCommit(member: Watched, commit: number): void {
    const { view, sid } = member;
    if (commit > view.lastIndex)
      throw new Violation("I12", `${sid} commits ${commit}, its log ends at ${view.lastIndex}`);
    if (commit > this.committedMax) this.onLeaderCommit(member, commit);
    const chain = view.chainAt(commit);
    if (commit > 0 && chain !== this.committed[commit]?.chain) {
      throw new Violation(
        "I2",
        `${sid} commits ${name(view.at(commit))}, committed is ${name(this.committed[commit])}`,
      );
    }
  }

  private onLeaderCommit(member: Watched, commit: number): void {
    const { view, sid } = member;
    const entry = view.at(commit);
    const election = entry === undefined ? undefined : this.elections.get(entry.epoch);
    if (entry === undefined || election?.leader !== sid || election.life !== member.life) {
      throw new Violation("I4", `${sid} commits ${commit} (${name(entry)}), which is of no epoch of its own`);
    }
    const holders = this.members.filter((other) => this.everHeld(other, entry)).map((other) => other.sid);
    if (!isQuorum(this.specs, holders)) {
      throw new Violation(
        "I4",
        `${sid} commits ${name(entry)}, which is durable at ${holders.join(" ") || "none"} only`,
      );
    }
    for (let index = this.committedMax + 1; index <= commit; index++) {
      const next = view.at(index);
      if (next === undefined) throw new Violation("I3", `${sid} commits ${index}, which its log does not hold`);
      this.committed[index] = next;
    }
    this.counts.commits += commit - this.committedMax;
    this.committedMax = commit;
    this.commitsByEpoch.set(entry.epoch, commit);
  }

  private everHeld(member: Watched, entry: Entry): boolean {
    if (member.disk.holds(entry) && member.disk.log.lastIndex >= entry.index) return true;
    return this.watch(member).formerLogs.some(
      (log) => entry.index <= log.base.index || log.at(entry.index)?.chain === entry.chain,
    );
  }

  private watch(member: Watched): Watch {
    return this.watches[member.sid] as Watch;
  }
}

/** A participant without weight is in no quorum. */
function votes({ spec }: Watched): boolean {
  return spec.role === "participant" && spec.weight > 0;
}

function isNewer(a: Position, b: Position): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.counter > b.counter);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && a.every((byte, at) => byte === b[at]));
}

/** As people read it: index and zxid. */
function name(position: Position | undefined): string {
  return position === undefined ? "nothing" : `${position.index} (${position.epoch}/${position.counter})`;
}
