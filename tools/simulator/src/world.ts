/**
 * A whole ensemble in one thread: cores, their disks, clocks and links, a state machine that only applies what it is
 * given, and clients that propose and read. Virtual time jumps from event to event; everything that looks like chance
 * comes from streams of the plan's seed, so a plan runs the same way every time.
 */
import {
  type Configuration,
  Core,
  type Effects,
  ENTRY,
  type Entry,
  type EpochRow,
  type LogReadRequest,
  type MemberSpec,
  type Message,
  type Position,
  type RoleState,
  type StoreOperation,
} from "@rookery/consensus";
import { type Stream, stream } from "./chance.ts";
import { Checker } from "./checker.ts";
import { Disk, type State } from "./disk.ts";
import { Faults } from "./faults.ts";
import { Hash } from "./hash.ts";
import { Log } from "./log.ts";
import { Network } from "./network.ts";
import { type Plan, specsOf } from "./plan.ts";
import { type Event, EventQueue } from "./queue.ts";
import { Quiet } from "./quiet.ts";
import { textOf } from "./transcript.ts";
import { Violation } from "./violation.ts";

const WAKE = 1;
const ARRIVE = 2;
const DISK = 3;
const APPLY = 4;
const TURN = 5;
const CALL = 6;
const PROPOSE = 7;
const READ = 8;

/** Wakeups at one moment of a member that does not stand still. */
const WAKEUPS_MAX = 100;

export interface RunOptions {
  /** Called with each line of the transcript. */
  readonly trace?: ((line: string) => void) | undefined;
  /** Computes {@link Result.hash}. */
  readonly hash?: boolean;
  /** The run ends without a verdict after so many events; there is no limit by default. */
  readonly eventsMax?: number;
}

export interface Result {
  readonly violation: Violation | undefined;
  /** When it ended, ms of virtual time. */
  readonly ms: number;
  readonly events: number;
  readonly commits: number;
  readonly elections: number;
  /** Of those, epochs begun by who led the one before. */
  readonly bumps: number;
  readonly snapshots: number;
  readonly reads: number;
  /** Of every effect, in order; 0 unless asked for. */
  readonly hash: number;
}

/** Runs a plan to its end or to its first violation. */
export function run(plan: Plan, options: RunOptions = {}): Result {
  return new World(plan, options).run();
}

/** A snapshot on its way. */
interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly state: State;
}

export class Member {
  readonly sid: number;
  readonly spec: MemberSpec;
  readonly disk: Disk;
  core: Core | undefined = undefined;
  view: Log;
  life = 0;
  damaged = false;
  /** Emptied at some time, perhaps before it held anything. */
  wiped = false;
  /** Its disk was put back to an older day at some time, */
  restored = false;
  /** and may have forgotten promises up to this epoch. */
  forgottenEpoch = 0;
  /** The operator has to come: it is not started again by itself. */
  stopped = false;
  role: RoleState | undefined = undefined;
  deliverTo = 0;
  applied = 0;
  appliedDigest = 0;
  persisted = 0;
  rows: EpochRow[] = [];
  applying = false;
  turnPlanned = false;
  wakeAt = Number.POSITIVE_INFINITY;
  /** When it was last woken, and how often it was again at the same moment. */
  wokenAt = 0;
  wakeups = 0;
  pausedUntil = 0;
  /** What has come while it is paused. */
  readonly held: Event[] = [];
  slowUntil = 0;
  slowFactor = 1;
  /** Counts its writes, so that one can be brought forward. */
  writes = 0;
  /** Type of the message after which it crashes, and for how long it then stays away. */
  crashAfter: { readonly type: string; readonly downMs: number } | undefined = undefined;
  draining: { readonly downMs: number } | undefined = undefined;
  readonly reads = new Map<number, number>();
  readonly transfers: Transfer[] = [];
  /** Snapshots built here that the core has accepted and not yet asked to be installed. */
  readonly built: State[] = [];
  /** The newest installation under way: of which operation, and up to where. */
  installing: { readonly sequence: number; readonly position: Position } | undefined = undefined;
  offsetUs = 0;
  rate = 1;

  constructor(spec: MemberSpec, nonce: number) {
    this.sid = spec.sid;
    this.spec = spec;
    this.disk = new Disk(nonce);
    this.view = new Log(this.disk.log.base);
  }
}

export class World {
  readonly plan: Plan;
  readonly members: readonly Member[];
  readonly checker: Checker;
  readonly network: Network;
  now = 0;
  /** Faults are over. */
  quiet = false;
  private readonly options: RunOptions;
  private readonly queue = new EventQueue();
  private readonly configuration: Configuration;
  private readonly faults: Faults;
  private readonly hash: Hash | undefined;
  private readonly disks: Stream[];
  private readonly machines: Stream[];
  private readonly boots: Stream[];
  private readonly proposing: Stream;
  private readonly reading: Stream;
  private events = 0;
  private over = false;
  private payloads = 0;
  private cookies = 0;

  constructor(plan: Plan, options: RunOptions) {
    this.plan = plan;
    this.options = options;
    this.hash = options.hash === true ? new Hash() : undefined;
    const specs = specsOf(plan);
    this.configuration = { version: { epoch: 0, counter: 0 }, members: specs };
    const each = (purpose: string) => [0, ...specs.map(({ sid }) => sid)].map((sid) => stream(plan.seed, purpose, sid));
    this.disks = each("disk");
    this.machines = each("state machine");
    this.boots = each("boot");
    this.proposing = stream(plan.seed, "proposals");
    this.reading = stream(plan.seed, "reads");
    this.members = specs.map((spec) => new Member(spec, this.nonce(spec.sid)));
    this.checker = new Checker(plan, this.members);
    this.network = new Network(plan.seed, specs.length, plan.network, plan.codec, {
      now: () => this.now,
      isUp: (sid) => this.member(sid).core !== undefined,
      after: (delay, call) => this.after(delay, call),
      arriveAt: (at, to, from, connection, message) =>
        this.queue.push(at, ARRIVE, to, this.member(to).life, from, connection, message),
      tell: (sid, delay, still, what, peer) => this.tell(sid, delay, still, what, peer),
    });
    this.faults = new Faults(this);
  }

  run(): Result {
    let violation: Violation | undefined;
    try {
      this.begin();
      const { eventsMax = Number.POSITIVE_INFINITY } = this.options;
      while (!this.over && this.events < eventsMax) {
        const event = this.queue.pop();
        if (event === undefined) break;
        this.now = event.at;
        this.events++;
        this.dispatch(event);
      }
    } catch (error) {
      violation = error instanceof Violation ? error : thrownByCore(error);
      this.say(0, () => `VIOLATION ${violation?.rule}: ${violation?.message}`);
    }
    return {
      violation,
      ms: Math.floor(this.now / 1000),
      events: this.events,
      ...this.checker.counts,
      hash: this.hash?.value ?? 0,
    };
  }

  member(sid: number): Member {
    return this.members[sid - 1] as Member;
  }

  /** Calls at a later time, whatever becomes of members meanwhile. */
  after(delayUs: number, call: () => void): void {
    this.queue.push(this.now + delayUs, CALL, 0, 0, 0, 0, call);
  }

  /** Nothing more is to be seen. */
  end(): void {
    this.over = true;
  }

  say(sid: number, text: () => string): void {
    const { trace } = this.options;
    if (trace === undefined) return;
    trace(`${(this.now / 1000).toFixed(3).padStart(11)}  ${sid === 0 ? "·" : sid}  ${text()}`);
  }

  // ── Life of a process ──────────────────────────────────────────────────────────────────────────────────────

  start(member: Member, vouched = false): void {
    if (member.core !== undefined || member.stopped) return;
    this.judge(member);
    const { plan } = this;
    const chance = this.boots[member.sid] as Stream;
    const { disk } = member;
    member.life++;
    member.view = disk.log.copy();
    member.role = undefined;
    member.rows = [...disk.state.rows];
    member.applied = disk.state.position.index;
    member.appliedDigest = disk.state.position.chain;
    member.persisted = member.applied;
    member.deliverTo = member.applied;
    member.applying = false;
    member.turnPlanned = false;
    member.wakeAt = Number.POSITIVE_INFINITY;
    member.pausedUntil = 0;
    member.crashAfter = undefined;
    member.draining = undefined;
    member.offsetUs = chance.below(1_000_000_000);
    member.rate = 1 + (chance.unit() * 2 - 1) * plan.drift;
    const boot = {
      promises: disk.promises,
      bootId: 1 + chance.next(),
      jitterSeed: chance.next(),
      firstIndex: disk.log.base.index + 1,
      last: disk.log.last,
      applied: disk.state.position,
      epochs: this.rowsKept(disk),
      vouched,
    };
    this.say(member.sid, () => {
      const { promises, last, firstIndex, applied } = boot;
      return (
        `starts: log ${firstIndex}…${last.index} (${last.epoch}/${last.counter}), state ${applied.index}, ` +
        `promised ${promises.acceptedEpoch} to ${promises.acceptedLeader}, ${promises.founders.length} founders`
      );
    });
    const trace =
      this.options.trace &&
      ((event: { what: string; detail: Readonly<Record<string, unknown>> }) =>
        this.say(member.sid, () => `${event.what} ${JSON.stringify(event.detail)}`));
    this.checker.onBoot(member);
    member.core = new Core(
      {
        sid: member.sid,
        configuration: this.configuration,
        timeouts: plan.timeouts,
        limits: plan.limits,
        priority: 0,
        configHash: 7,
        chainOf,
        trace,
      },
      boot,
      this.clock(member),
    );
    this.network.started(member.sid);
    this.turn(member);
  }

  /** As many as the limit allows, and those of what need not be committed. */
  private rowsKept(disk: Disk): EpochRow[] {
    const rows = disk.rows();
    const surplus = rows.length - this.plan.limits.epochRows;
    const needed = rows.findLastIndex(({ startIndex }) => startIndex <= disk.state.position.index);
    return rows.slice(Math.max(0, Math.min(surplus, needed)));
  }

  /** The process is gone; what was on its way to the disk is there in part. */
  crash(member: Member, why: string): void {
    if (member.core === undefined) return;
    this.say(member.sid, () => why);
    member.disk.crash(this.disks[member.sid] as Stream, this.quiet ? 0 : this.plan.disk.tearing);
    this.checker.onDurable(member);
    member.core = undefined;
    this.resume(member, true);
    member.life++;
    member.reads.clear();
    member.transfers.length = 0;
    member.built.length = 0;
    member.installing = undefined;
    this.network.stopped(member.sid);
  }

  crashFor(member: Member, downMs: number, why: string): void {
    if (member.core === undefined) return;
    this.crash(member, why);
    this.restartLater(member, downMs);
  }

  restartLater(member: Member, downMs: number): void {
    const { quiet } = this;
    // Who is down when the faults end is started, or left, by what comes then.
    this.after(downMs * 1000, () => {
      if (this.quiet === quiet) this.start(member);
    });
  }

  wipe(member: Member): void {
    const { disk } = member;
    const { promises, log } = disk;
    member.wiped = true;
    if (promises.acceptedEpoch > 0 || promises.belongs || log.lastIndex > 0) {
      member.damaged = true;
      this.checker.onDamage(member);
    }
    disk.wipe(this.nonce(member.sid));
    this.say(member.sid, () => "its disk is emptied");
  }

  /**
   * What a leader has counted, promises and entries, is what a disk that was put back must not lack; nor may it take part when
   * another has seen that it lacks something. The rest was never promised to anybody. Judged again before it matters, as what was
   * answered before the kill arrives after it.
   */
  judge(member: Member): void {
    const { sid, disk, restored } = member;
    if (!restored) return;
    const { acceptedEpoch } = disk.promises;
    for (const { core } of this.members) {
      if (core === undefined) continue;
      const counted = core.learners.get(sid);
      const seen = core.witnessed.get(sid);
      // Who has learners has begun its epoch in its log.
      const lacks = counted !== undefined && (counted.match > disk.log.lastIndex || core.last.epoch > acceptedEpoch);
      const told =
        seen !== undefined &&
        (seen.epoch > acceptedEpoch || (seen.epoch === acceptedEpoch && seen.index > disk.log.lastIndex));
      if (lacks || told) member.damaged = true;
    }
  }

  // ── Inputs ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** Milliseconds of the member's own clock. */
  clock(member: Member): number {
    return Math.floor((member.offsetUs + this.now * member.rate) / 1000);
  }

  /** Hands something to the core and sees to what follows from it. */
  input(member: Member, give: (core: Core, now: number) => void): void {
    if (member.core === undefined) return;
    give(member.core, this.clock(member));
    this.turn(member);
  }

  propose(member: Member): Entry | undefined {
    const { core, plan } = { core: member.core, plan: this.plan };
    if (core === undefined) return undefined;
    const payload = new Uint8Array(plan.workload.bytes);
    new DataView(payload.buffer).setFloat64(0, ++this.payloads);
    const proposal = core.propose(this.clock(member), payload);
    if (!proposal.accepted) return undefined;
    this.checker.onProposed(member, proposal.entry);
    this.say(member.sid, () => `proposes ${proposal.entry.index} (${proposal.entry.epoch}/${proposal.entry.counter})`);
    this.turn(member);
    return proposal.entry;
  }

  /** An entry appended by a proposal is checked before its operation is seen; see {@link Checker.onProposed}. */
  read(member: Member): void {
    if (member.core === undefined) return;
    const cookie = ++this.cookies;
    member.reads.set(cookie, this.checker.readBound);
    member.core.readIndex(this.clock(member), cookie);
    this.turn(member);
  }

  private begin(): void {
    const { plan } = this;
    const chance = stream(plan.seed, "first start");
    for (const member of this.members) {
      this.after(chance.happens(0.8) ? chance.below(20_000) : chance.below(plan.timeouts.electionMs * 3000), () => {
        if (member.life === 0) this.start(member, plan.vouched);
      });
    }
    for (const fault of plan.faults) this.after(fault.at * 1000, () => this.faults.strike(fault));
    this.queue.push(plan.workload.proposeUs, PROPOSE, 0, 0, 0, 0, undefined);
    this.queue.push(plan.workload.readUs, READ, 0, 0, 0, 0, undefined);
    this.after(plan.faultMs * 1000, () => new Quiet(this).begin());
  }

  private dispatch(event: Event): void {
    const { kind } = event;
    if (kind === CALL) {
      (event.data as () => void)();
      return;
    }
    if (event.member === 0) {
      if (kind === PROPOSE) this.onPropose();
      else this.onRead();
      return;
    }
    const member = this.member(event.member);
    const { core } = member;
    if (kind === ARRIVE) this.onArrive(member, event);
    else if (core === undefined || event.life !== member.life) return;
    else if (member.pausedUntil > this.now && kind !== TURN) {
      member.held.push(event);
    } else if (kind === WAKE) this.onWake(member, core);
    else if (kind === DISK) this.onDisk(member, core, event.a);
    else if (kind === APPLY) this.onApply(member, core);
    else {
      member.turnPlanned = false;
      this.takeEffects(member);
    }
  }

  private onArrive(member: Member, event: Event): void {
    const { core } = member;
    if (core !== undefined && event.life === member.life && member.pausedUntil > this.now) {
      member.held.push(event);
      return;
    }
    const { a: from, b: connection } = event;
    const message = event.data as Message;
    this.network.landed(from, member.sid, connection);
    if (core === undefined || !this.network.accepts(member.sid, from, connection)) return;
    this.say(member.sid, () => `<- ${from} ${connection === 0 ? "again " : ""}${textOf(message)}`);
    core.receive(this.clock(member), from, message);
    this.turn(member);
  }

  private onWake(member: Member, core: Core): void {
    if (this.now < member.wakeAt) return;
    member.wakeAt = Number.POSITIVE_INFINITY;
    const now = this.clock(member);
    if (core.nextWakeup <= now) core.tick(now);
    member.wakeups = this.now === member.wokenAt ? member.wakeups + 1 : 0;
    member.wokenAt = this.now;
    if (member.wakeups > WAKEUPS_MAX) {
      throw new Violation("I16", `${member.sid} wants to be woken again and again, with no time between`);
    }
    this.turn(member);
  }

  private onDisk(member: Member, core: Core, write: number): void {
    if (write !== member.writes) return;
    const sequence = member.disk.complete();
    this.checker.onDurable(member);
    if (sequence > 0) core.stored(this.clock(member), sequence);
    const { installing } = member;
    if (installing !== undefined && sequence >= installing.sequence) {
      member.installing = undefined;
      const { index, chain } = installing.position;
      core.applied(this.clock(member), index, chain);
    }
    core.trimmed(member.disk.log.base.index + 1);
    this.write(member);
    this.turn(member);
  }

  private tell(
    sid: number,
    delayUs: number,
    still: () => boolean,
    what: "up" | "down" | "pause" | "resume",
    peer: number,
  ): void {
    const member = this.member(sid);
    const { life } = member;
    const call = (): void => {
      if (member.core === undefined || member.life !== life || !still()) return;
      if (member.pausedUntil > this.now) {
        member.held.push({ at: 0, sequence: 0, kind: CALL, member: 0, life: 0, a: 0, b: 0, data: call });
        return;
      }
      const now = this.clock(member);
      if (what === "up") {
        if (this.network.toldUp(sid, peer)) member.core.linkDown(now, peer);
        this.say(sid, () => `link to ${peer} is up`);
        member.core.linkUp(now, peer);
      } else if (what === "down") {
        this.network.toldDown(sid, peer);
        this.say(sid, () => `link to ${peer} is down`);
        member.core.linkDown(now, peer);
        for (const transfer of member.transfers.filter(({ to }) => to === peer)) this.failTransfer(member, transfer);
      } else if (what === "pause") member.core.pause(peer);
      else member.core.resume(now, peer);
      this.turn(member);
    };
    this.after(delayUs, call);
  }

  // ── Effects ────────────────────────────────────────────────────────────────────────────────────────────────

  private turn(member: Member): void {
    if (!this.plan.turns) this.takeEffects(member);
    else if (!member.turnPlanned) {
      member.turnPlanned = true;
      this.queue.push(this.now, TURN, member.sid, member.life, 0, 0, undefined);
    }
  }

  private takeEffects(member: Member): void {
    const { core } = member;
    if (core === undefined) return;
    const effects = core.takeEffects();
    if (effects !== undefined) {
      this.hash?.add(member.sid, effects);
      if (this.plan.freeze) freeze(effects.sends, effects.stores);
      this.carryOut(member, core, effects);
      if (member.core !== core) return;
    }
    this.checker.afterTurn(member);
    this.wakeLater(member, core);
  }

  private carryOut(member: Member, core: Core, effects: Effects): void {
    if (effects.role !== undefined) this.onRole(member, effects.role);
    for (const operation of effects.stores) this.store(member, operation);
    if (effects.deliverTo > member.deliverTo) {
      // The checker must know of a commit before anybody can act on it.
      this.checker.afterTurn(member);
      this.checker.onDeliver(member, member.deliverTo + 1, effects.deliverTo);
      member.deliverTo = effects.deliverTo;
      this.applyLater(member);
    }
    for (const { to, message } of effects.sends) {
      this.checker.onSend(member, to, message);
      this.say(member.sid, () => `-> ${to} ${textOf(message)}`);
      this.network.send(member.sid, to, message);
      if (member.crashAfter?.type === message.type) {
        this.crashFor(member, member.crashAfter.downMs, `crashes after sending ${message.type}`);
        return;
      }
    }
    for (const { cookie, index } of effects.reads) this.onReadReady(member, cookie, index);
    for (const cookie of effects.failedReads) {
      if (!member.reads.delete(cookie)) throw new Violation("I13", `${member.sid} gives up a read it was not asked`);
    }
    for (const request of effects.logReads) this.readLog(member, request);
    // Those called off are older than those asked for.
    for (const to of effects.snapshotsCancelled) {
      for (const transfer of member.transfers.filter((each) => each.to === to)) this.forget(member, transfer);
    }
    for (const to of effects.snapshots) this.sendSnapshot(member, to);
    if (effects.fatal !== undefined) this.onFatal(member, core, effects.fatal);
  }

  private onRole(member: Member, role: RoleState): void {
    this.checker.onRole(member, role, member.role);
    member.role = role;
    this.say(
      member.sid,
      () =>
        `is ${role.role} in ${role.phase}, epoch ${role.epoch}, leader ${role.leader}` +
        `${role.canServe ? ", serves" : ""}${role.canPropose ? ", proposes" : ""}`,
    );
    if (member.draining !== undefined && role.role !== "leading") {
      const { downMs } = member.draining;
      member.draining = undefined;
      // It has handed over and leaves; not from within its own turn.
      const { life } = member;
      this.after(1, () => {
        if (member.life === life) this.crashFor(member, downMs, "leaves in good order");
      });
    }
  }

  private store(member: Member, operation: StoreOperation): void {
    this.checker.onStore(member, operation);
    let state: State | undefined;
    switch (operation.type) {
      case "append":
        this.say(member.sid, () => `writes ${textOf(operation)}`);
        member.view.append(operation.entries);
        break;
      case "truncate":
        this.say(member.sid, () => `truncates to ${operation.index}`);
        member.view.truncate(operation.index);
        break;
      case "install":
        this.say(member.sid, () => `installs the snapshot at ${operation.position.index}`);
        state = this.adopt(member, operation.position.index);
        member.installing = operation;
        break;
      case "promise":
        this.say(
          member.sid,
          () => `promises ${operation.promises.acceptedEpoch} to ${operation.promises.acceptedLeader}`,
        );
        break;
    }
    if (member.disk.enqueue({ kind: "store", operation, state })) this.write(member);
  }

  private write(member: Member): void {
    if (!member.disk.begin()) return;
    const chance = this.disks[member.sid] as Stream;
    const mean = this.quiet ? Math.min(this.plan.disk.meanUs, 1000) : this.plan.disk.meanUs;
    const slow = member.slowUntil > this.now ? member.slowFactor : 1;
    const delay = (20 + chance.around(mean)) * slow;
    this.queue.push(this.now + delay, DISK, member.sid, member.life, ++member.writes, 0, undefined);
  }

  /** The process stands still; what comes meanwhile waits, and timers come after it. */
  pause(member: Member, us: number): void {
    member.pausedUntil = Math.max(member.pausedUntil, this.now + us);
    this.after(us, () => this.resume(member));
  }

  resume(member: Member, evenNow = false): void {
    if (!evenNow && member.pausedUntil > this.now) return;
    member.pausedUntil = this.now;
    for (const timers of [false, true]) {
      for (const { kind, member: sid, life, a, b, data } of member.held) {
        if ((kind === WAKE) === timers) this.queue.push(this.now, kind, sid, life, a, b, data);
      }
    }
    member.held.length = 0;
  }

  /** A write begun on a disk that was slow ends now. */
  hurry(member: Member): void {
    this.queue.push(this.now, DISK, member.sid, member.life, member.writes, 0, undefined);
  }

  private wakeLater(member: Member, core: Core): void {
    const wakeup = core.nextWakeup;
    if (wakeup === Number.POSITIVE_INFINITY) return;
    const at = Math.max(this.now, Math.ceil((wakeup * 1000 - member.offsetUs) / member.rate) + 1);
    if (at >= member.wakeAt) return;
    member.wakeAt = at;
    this.queue.push(at, WAKE, member.sid, member.life, 0, 0, undefined);
  }

  private onReadReady(member: Member, cookie: number, index: number): void {
    const bound = member.reads.get(cookie);
    if (bound === undefined) throw new Violation("I13", `${member.sid} answers a read it was not asked, or twice`);
    member.reads.delete(cookie);
    this.checker.onRead(member, bound, index);
  }

  private onFatal(member: Member, core: Core, { code, message }: NonNullable<Effects["fatal"]>): void {
    this.say(member.sid, () => `stops: ${code}: ${message}`);
    if (code === "diverged") throw new Violation("fatal", `${member.sid} says that states differ: ${message}`);
    if (code !== "storage") {
      // A message of the past can show that an emptied disk once held more.
      this.judge(member);
      const lacks = member.damaged || member.forgottenEpoch > 0;
      const founded = code === "emptied" ? member.wiped : lacks && (member.restored || member.wiped);
      if (!founded) {
        throw new Violation("fatal", `${member.sid} is intact and stops: ${code}: ${message}`);
      }
      member.damaged = true;
      member.stopped = true;
    }
    if (member.core === core && code !== "storage") this.crash(member, "has stopped");
  }

  // ── State machine ──────────────────────────────────────────────────────────────────────────────────────────

  private applyLater(member: Member): void {
    if (member.applying || member.applied >= member.deliverTo) return;
    member.applying = true;
    const chance = this.machines[member.sid] as Stream;
    const delay = chance.around(this.quiet ? Math.min(this.plan.state.applyUs, 200) : this.plan.state.applyUs);
    this.queue.push(this.now + delay, APPLY, member.sid, member.life, 0, 0, undefined);
  }

  private onApply(member: Member, core: Core): void {
    member.applying = false;
    const chance = this.machines[member.sid] as Stream;
    const to = Math.min(member.deliverTo, member.applied + chance.between(1, 40));
    for (let index = member.applied + 1; index <= to; index++) {
      const entry = member.view.at(index) as Entry;
      if (entry.kind === ENTRY.epochStart) {
        member.rows.push({ epoch: entry.epoch, leader: entry.payload[0] ?? 0, startIndex: index });
        if (member.rows.length > this.plan.limits.epochRows) member.rows.shift();
      }
      member.appliedDigest = entry.chain;
    }
    if (to > member.applied) {
      member.applied = to;
      core.applied(this.clock(member), to, member.appliedDigest);
      this.persistState(member);
    }
    this.applyLater(member);
    this.turn(member);
  }

  private persistState(member: Member): void {
    const { persistEvery, keep } = this.plan.state;
    if (member.applied - member.persisted < persistEvery) return;
    member.persisted = member.applied;
    const state = this.stateOf(member);
    // What a snapshot under way must be continued from is kept.
    const pinned = member.transfers.map((transfer) => transfer.state.position.index);
    const trimTo = Math.min(state.position.index - keep, ...pinned);
    if (member.disk.enqueue({ kind: "state", state, trimTo })) this.write(member);
  }

  private stateOf(member: Member): State {
    const { view, applied } = member;
    const position = view.at(applied) ?? view.base;
    const { index, epoch, counter, chain } = position;
    return { position: { index, epoch, counter, chain }, rows: [...member.rows] };
  }

  private readLog(member: Member, { id, from, to, bytesMax }: LogReadRequest): void {
    const { life } = member;
    const chance = this.disks[member.sid] as Stream;
    this.after(50 + chance.around(500), () => {
      if (member.life !== life) return;
      const { log } = member.disk;
      const entries: Entry[] = [];
      let bytes = 0;
      for (let index = from; index <= to; index++) {
        const entry = log.at(index);
        if (entry === undefined) break;
        bytes += entry.payload.length;
        if (bytes > bytesMax && entries.length > 0) break;
        entries.push(entry);
      }
      this.input(member, (core, now) => {
        if (entries.length > 0) core.logRead(now, id, entries);
        else core.logReadFailed(now, id);
      });
    });
  }

  // ── Snapshots ──────────────────────────────────────────────────────────────────────────────────────────────

  private sendSnapshot(member: Member, to: number): void {
    const transfer: Transfer = { from: member.sid, to, state: this.stateOf(member) };
    const under = member.transfers.length;
    if (under >= this.plan.limits.snapshotSends) {
      const others = member.transfers.map((each) => `${each.to} at ${each.state.position.index}`).join(", ");
      throw new Violation("I16", `${member.sid} sends ${to} a snapshot while it sends ${others}`);
    }
    member.transfers.push(transfer);
    this.say(member.sid, () => `sends ${to} a snapshot at ${transfer.state.position.index}`);
    const chance = this.machines[member.sid] as Stream;
    const mean = this.quiet ? Math.min(this.plan.state.snapshotMs, 10) : this.plan.state.snapshotMs;
    const { life } = member;
    this.after(1000 + chance.around(mean * 1000), () => this.arrived(transfer, life));
  }

  /** The receiver has built it. What was asked for under another leader has lost its point. */
  private arrived(transfer: Transfer, life: number): void {
    const sender = this.member(transfer.from);
    if (sender.life !== life || !sender.transfers.includes(transfer)) return;
    if (!this.network.isConnected(transfer.to, transfer.from)) {
      this.failTransfer(sender, transfer);
      return;
    }
    const receiver = this.member(transfer.to);
    const { position, rows } = transfer.state;
    this.input(receiver, (core, now) => {
      if (core.install(now, transfer.from, position, rows)) receiver.built.push(transfer.state);
      else this.say(receiver.sid, () => `throws away the snapshot at ${position.index}`);
    });
    this.forget(sender, transfer);
    this.input(sender, (core, now) => core.snapshotSent(now, transfer.to, position));
  }

  private failTransfer(sender: Member, transfer: Transfer): void {
    if (!this.forget(sender, transfer)) return;
    this.input(sender, (core, now) => core.snapshotFailed(now, transfer.to));
  }

  private forget(sender: Member, transfer: Transfer): boolean {
    const at = sender.transfers.indexOf(transfer);
    if (at >= 0) sender.transfers.splice(at, 1);
    return at >= 0;
  }

  /** Log and state of a member are now those of the snapshot at `index`. */
  private adopt(member: Member, index: number): State {
    const state = member.built.shift();
    if (state?.position.index !== index) {
      throw new Violation("I7", `${member.sid} installs a snapshot at ${index} that it was not sent`);
    }
    member.view.reset(state.position);
    member.rows = [...state.rows];
    member.applied = index;
    member.appliedDigest = state.position.chain;
    member.persisted = index;
    member.deliverTo = Math.max(member.deliverTo, index);
    return state;
  }

  // ── Clients ────────────────────────────────────────────────────────────────────────────────────────────────

  private onPropose(): void {
    const { proposeUs, burst } = this.plan.workload;
    const every = this.quiet ? Math.max(proposeUs, this.plan.timeouts.heartbeatMs * 1000) : proposeUs;
    this.queue.push(this.now + 1 + this.proposing.around(every), PROPOSE, 0, 0, 0, 0, undefined);
    const able = this.members.filter(({ role, core, pausedUntil }) => {
      return core !== undefined && role?.canPropose === true && pausedUntil <= this.now;
    });
    if (able.length === 0) return;
    const member = this.proposing.one(able);
    const count = burst === 1 ? 1 : this.proposing.between(1, burst);
    for (let n = 0; n < count; n++) this.propose(member);
  }

  private onRead(): void {
    this.queue.push(this.now + 1 + this.reading.around(this.plan.workload.readUs), READ, 0, 0, 0, 0, undefined);
    const member = this.reading.one(this.members);
    if (member.core !== undefined && member.pausedUntil <= this.now && member.role?.canServe === true)
      this.read(member);
  }

  /** Identity of a new disk, never 0. */
  private nonce(sid: number): number {
    return 1 + (this.boots[sid] as Stream).next();
  }
}

/** What the core threw is its own assertion, or a mistake: in either case a finding. */
function thrownByCore(error: unknown): Violation {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Violation("assertion", text.split("\n").slice(0, 6).join("\n"), { cause: error });
}

/** Mixes what an entry says into the chain before it; 32 bits, as the log's own crc is. */
function chainOf(previous: number, entry: Omit<Entry, "chain">): number {
  let hash = Math.imul(previous ^ entry.index, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ entry.epoch, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 13) ^ entry.counter, 0xc2b2ae3d);
  hash = Math.imul(hash ^ (hash >>> 16) ^ entry.kind, 0x27d4eb2f);
  const { payload } = entry;
  const end = Math.min(payload.length, 8);
  for (let at = 0; at < end; at++) hash = Math.imul(hash ^ (payload[at] as number), 0x01000193);
  // 0 stands for a chain that is not known.
  return (hash ^ (hash >>> 15)) >>> 0 || 1;
}

function freeze(...values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) continue;
    Object.freeze(value);
    freeze(...Object.values(value));
  }
}
