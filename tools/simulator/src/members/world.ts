/**
 * Whole members (tree, request pipeline, sessions, watches, replication) and their clients, on one virtual clock. Between
 * two events everything that promises have in hand is done, so a run depends on its plan and on nothing else.
 */
import { ConsensusError, DEFAULT_OPTIONS, type Member, type ServerOptions } from "@rookery/server/internal";
import { type MemoryDisk, StorageError } from "@rookery/storage";
import { STATE_TABLES } from "@rookery/tree";
import { type Stream, stream } from "../chance.ts";
import { Hash } from "../hash.ts";
import { EventQueue } from "../queue.ts";
import { Violation } from "../violation.ts";
import { Checker, told } from "./checker.ts";
import { type Observer, type Operation, REGISTERS, SimulatedClient } from "./client.ts";
import { judge } from "./linearizability.ts";
import { hex } from "./model.ts";
import { type LinkRates, PeerLinks } from "./peer-links.ts";
import { type MemberFault, type MembersPlan, membersPlanOf } from "./plan.ts";
import { type Host, Process } from "./process.ts";
import { Wire } from "./wire.ts";

export interface MembersOptions {
  /** Called with each line of the transcript. */
  readonly trace?: (line: string) => void;
  /** Instead of the seed's own plan. */
  readonly plan?: MembersPlan;
}

export interface MembersResult {
  readonly violation: Violation | undefined;
  readonly events: number;
  /** Virtual milliseconds. */
  readonly ms: number;
  /** Of everything that happened: equal for two runs of one plan. */
  readonly hash: number;
  readonly counts: Checker["counts"] & {
    readonly snapshots: number;
    readonly crashes: number;
    readonly damaged: number;
    readonly judged: number;
    readonly undecided: number;
  };
}

/** Runs the plan of a seed to its end or to the first violation. Never rejects. */
export async function runMembers(seed: number, options: MembersOptions = {}): Promise<MembersResult> {
  return new World(options.plan ?? membersPlanOf(seed), options.trace).run();
}

const WORLD = 0;
const PROCESS = 1;
const RESUME = 2;

const CALM: LinkRates = { leastUs: 50, meanUs: 200, breaking: 0 };

class World implements Host {
  readonly plan: MembersPlan;
  readonly links: PeerLinks;
  now = 0;
  readonly checker: Checker;
  readonly processes: Process[];
  readonly clients: SimulatedClient[] = [];
  private readonly trace: ((line: string) => void) | undefined;
  private readonly queue = new EventQueue();
  private readonly hash = new Hash();
  private readonly chance: Stream;
  private readonly backlogs = new Map<number, { life: number; calls: (() => void)[] }>();
  private readonly wires = new Map<number, { readonly wire: Wire; readonly process: Process }>();
  private events = 0;
  private wireIds = 0;
  /** A member or its disk was touched: promises may have work. */
  private dirty = false;
  private over = false;
  private quiet = false;
  /** Until then nothing strikes that would make members forget. */
  private delicateUntil = 0;
  private violation: Violation | undefined;
  private readonly tally = { snapshots: 0, crashes: 0, damaged: 0, judged: 0, undecided: 0 };
  private readonly options: Map<number, ServerOptions> = new Map();

  constructor(plan: MembersPlan, trace: ((line: string) => void) | undefined) {
    this.plan = plan;
    this.trace = trace;
    this.chance = stream(plan.seed, "members world");
    const count = plan.voters + plan.observers;
    this.links = new PeerLinks(plan.seed, count, plan.network, plan.codec, {
      now: () => this.now,
      isOpen: (sid) => this.processes[sid - 1]?.state !== "down",
      after: (us, call) => this.after(us, call),
      inProcess: (sid, at, call) => this.inProcess(sid, at, call),
      say: (sid, text) => this.say(sid, text),
    });
    const { tickMs, electionMs } = plan;
    // A follower keeps to itself what it heard since it last told its leader, and until it knows that there is none.
    this.checker = new Checker({ graceUs: 1000 * (tickMs / 2 + 1.5 * electionMs) + 50_000 });
    this.processes = Array.from({ length: count }, (_, at) => new Process(at + 1, this));
  }

  async run(): Promise<MembersResult> {
    const onRejection = (error: unknown) => this.fail(asViolation(error));
    process.on("unhandledRejection", onRejection);
    try {
      this.begin();
      while (!this.over && this.violation === undefined) {
        const event = this.queue.pop();
        if (event === undefined) break;
        this.now = event.at;
        this.checker.now = event.at;
        this.events++;
        this.hash.add(event.at, event.kind, event.member);
        if (event.kind === RESUME) await this.resume(event.member);
        else {
          if (event.kind === PROCESS) this.inMember(event.member, event.life, event.data as () => void);
          else this.guard(event.data as () => void);
          if (this.dirty) await this.settle();
        }
      }
    } finally {
      process.off("unhandledRejection", onRejection);
    }
    const { checker } = this;
    this.hash.add(checker.lastIndex, ...Object.values(checker.counts));
    return {
      violation: this.violation,
      events: this.events,
      ms: Math.floor(this.now / 1000),
      hash: this.hash.value,
      counts: { ...checker.counts, ...this.tally },
    };
  }

  // ── Events ─────────────────────────────────────────────────────────────────────────────────────────────────

  after(delayUs: number, call: () => void): void {
    this.queue.push(this.now + Math.max(0, Math.floor(delayUs)), WORLD, 0, 0, 0, 0, call);
  }

  inProcess(sid: number, at: number, call: () => void): void {
    this.queue.push(Math.floor(at), PROCESS, sid, this.process(sid).life, 0, 0, call);
  }

  private inMember(sid: number, life: number, call: () => void): void {
    const process = this.process(sid);
    if (process.life !== life || process.state === "down") return;
    const backlog = this.backlogs.get(sid);
    if (backlog?.life === life) {
      backlog.calls.push(call);
      return;
    }
    if (this.now < process.pausedUntil) {
      this.backlogs.set(sid, { life, calls: [call] });
      this.queue.push(process.pausedUntil, RESUME, sid, life, 0, 0, undefined);
      return;
    }
    this.dirty = true;
    this.guard(call);
  }

  /** What happened to a process while it stood still happens to it now, in the order in which it came. */
  private async resume(sid: number): Promise<void> {
    const process = this.process(sid);
    const backlog = this.backlogs.get(sid);
    if (backlog === undefined) return;
    if (this.now < process.pausedUntil && process.life === backlog.life) {
      this.queue.push(process.pausedUntil, RESUME, sid, backlog.life, 0, 0, undefined);
      return;
    }
    this.backlogs.delete(sid);
    for (const call of backlog.calls) {
      if (process.life !== backlog.life || this.violation !== undefined) return;
      this.guard(call);
      await this.settle();
    }
  }

  private guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.fail(asViolation(error));
    }
  }

  /** A macrotask of its own runs when no microtask is left. */
  private settle(): Promise<void> {
    this.dirty = false;
    return new Promise((resolve) => setImmediate(resolve));
  }

  fail(violation: Violation): void {
    if (this.violation !== undefined) return;
    this.violation = violation;
    this.say(0, () => `VIOLATION ${violation.rule}: ${violation.message}`);
  }

  say(sid: number, text: () => string): void {
    this.trace?.(`${(this.now / 1000).toFixed(3).padStart(10)} ${sid === 0 ? "-" : sid} ${text()}`);
  }

  touch(): void {
    this.dirty = true;
  }

  // ── Members ────────────────────────────────────────────────────────────────────────────────────────────────

  process(sid: number): Process {
    return this.processes[sid - 1] as Process;
  }

  optionsOf(sid: number): ServerOptions {
    let options = this.options.get(sid);
    if (options !== undefined) return options;
    const { voters, observers, tickMs, electionMs } = this.plan;
    const members = Array.from({ length: voters + observers }, (_, at) => ({
      sid: at + 1,
      role: at < voters ? ("participant" as const) : ("observer" as const),
      host: "sim",
      peerPort: 2888,
      electionPort: 3888,
      clientHost: undefined,
      clientPort: undefined,
      weight: 1,
      group: 0,
    }));
    options = {
      ...DEFAULT_OPTIONS,
      tickTimeMs: tickMs,
      containerCheckIntervalMs: 5000,
      ensemble: {
        sid,
        members,
        initLimit: 10,
        syncLimit: 5,
        electionTimeoutMs: electionMs,
        listenOnAllIps: false,
        readOnly: false,
        localSessions: false,
        localSessionsUpgrading: false,
        leaderServes: true,
        vouched: false,
      },
    };
    this.options.set(sid, options);
    return options;
  }

  onOpened(process: Process, member: Member): void {
    const { sid } = process;
    const { checker } = this;
    const { replication } = member;
    checker.onState(sid, member);
    const apply = member.apply.bind(member);
    member.apply = (entry) => {
      checker.onApply(sid, member.tree.applied.index, entry);
      this.hash.add(sid, entry.index, entry.epoch, entry.counter);
      apply(entry);
      checker.onState(sid, member);
    };
    const replaced = member.replaced.bind(member);
    member.replaced = () => {
      replaced();
      this.tally.snapshots++;
      checker.onState(sid, member);
    };
    const propose = replication.propose.bind(replication);
    replication.propose = (payload) => {
      const position = propose(payload);
      if (position !== undefined) checker.onProposed(sid, payload, position);
      return position;
    };
    const onRole = member.onRole.bind(member);
    member.onRole = (role) => {
      if (process.lacking && role.canServe && sid <= this.plan.voters)
        throw new Violation("I15", `${sid} takes part, and its disk is ${process.damaged}`);
      onRole(role);
    };
  }

  onGone(process: Process): void {
    this.tally.crashes++;
    this.backlogs.delete(process.sid);
    for (const { wire, process: other } of this.wires.values())
      if (other === process) wire.processGone(this.chance.happens(0.3));
  }

  onFailed(process: Process, error: Error): void {
    const { sid } = process;
    this.say(sid, () => `fails: ${error.message}`);
    if (error instanceof Violation) {
      this.fail(error);
      return;
    }
    if (error instanceof ConsensusError && (error.code === "emptied" || error.code === "rolledBack")) {
      if (process.damaged !== error.code) {
        this.fail(new Violation("D11", `${sid} is intact and is refused as ${error.code}: ${error.message}`));
        return;
      }
      process.refused = error.code;
      this.after(0, () => process.crash("is refused"));
      return;
    }
    if (process.storageFailed && (error instanceof StorageError || error instanceof ConsensusError)) {
      const { life } = process;
      this.after(0, () => {
        if (process.life !== life) return;
        process.crash("has failed");
        process.startLater(this.quiet ? 1 : 100);
      });
      return;
    }
    this.fail(new Violation("assertion", `${sid} fails: ${error.stack}`, { cause: error }));
  }

  private leader(): Process | undefined {
    return this.processes.find(({ serving }) => serving?.leading !== undefined && serving.replication.role.canPropose);
  }

  // ── The run ────────────────────────────────────────────────────────────────────────────────────────────────

  private begin(): void {
    const { plan } = this;
    this.say(0, () => JSON.stringify({ ...plan, faults: plan.faults.length }));
    for (const process of this.processes) this.after(this.chance.below(50_000), () => process.start());
    for (let number = 1; number <= plan.clients; number++) this.addClient(number, plan.pipeline, plan.thinkUs);
    for (const fault of plan.faults) {
      this.after(fault.atMs * 1000, () => {
        if (!this.quiet && (this.now >= this.delicateUntil || isHarmless(fault))) this.strike(fault);
      });
    }
    this.after(plan.faultsMs * 1000, () => this.heal());
    if (plan.commitMs > 0) for (const process of this.processes) this.writeStates(process);
  }

  /** The log behind a state that is written goes, so that who lags needs a snapshot. */
  private writeStates(process: Process): void {
    this.after(1 + this.chance.around(this.plan.commitMs * 1000), () => {
      const { life } = process;
      this.inProcess(process.sid, this.now, () => {
        process.serving?.commitNow().catch((error: unknown) => {
          if (process.life === life && !process.storageFailed) this.fail(asViolation(error));
        });
      });
      if (!this.quiet) this.writeStates(process);
    });
  }

  private addClient(number: number, pipeline: number, thinkUs: number, reads = number % 4 === 2): void {
    const { seed, sessionTicks, tickMs } = this.plan;
    const timeoutMs = sessionTicks * tickMs;
    const client = new SimulatedClient({ seed, number, pipeline, thinkUs, timeoutMs, reads }, this.observer);
    this.clients.push(client);
    client.start();
  }

  private strike(fault: MemberFault): void {
    this.say(0, () => `fault ${JSON.stringify(fault)}`);
    switch (fault.kind) {
      case "cut":
        this.cut(fault.from, fault.to, fault.ms, fault.loud);
        return;
      case "clientCrash":
      case "clientSever": {
        const client = this.clients.find(({ number }) => number === fault.client);
        if (fault.kind === "clientSever") client?.sever(fault.silent);
        else if (client !== undefined && client.state !== "gone") {
          client.crash(fault.silent);
          // Another process with the same work takes its place.
          this.after(200_000, () => this.addClient(this.clients.length + 1, this.plan.pipeline, this.plan.thinkUs));
        }
        return;
      }
      default: {
        const victim = fault.member === 0 ? this.leader() : this.process(fault.member);
        if (victim !== undefined) this.strikeMember(victim, fault);
      }
    }
  }

  private strikeMember(victim: Process, fault: Extract<MemberFault, { member: number }>): void {
    const { sid } = victim;
    this.dirty = true;
    switch (fault.kind) {
      case "crash":
        if (victim.state === "down") return;
        victim.crash("is killed");
        victim.startLater(fault.downMs);
        return;
      case "restart":
        victim.restart(fault.downMs);
        return;
      case "pause":
        victim.pause(fault.ms);
        return;
      case "isolate": {
        const rest = this.processes.map((process) => process.sid).filter((other) => other !== sid);
        this.cut([sid], rest, fault.ms, fault.loud);
        this.cut(rest, [sid], fault.ms, fault.loud);
        return;
      }
      case "flap":
        this.links.flap(sid, fault.peer, fault.ms * 1000);
        return;
      case "clog":
        this.links.clog(sid, fault.peer, fault.ms * 1000);
        return;
      case "breakBulk":
        this.links.breakBulk(sid, fault.peer);
        return;
      case "slowDisk":
        victim.slowUntil = this.now + fault.ms * 1000;
        victim.slowFactor = fault.factor;
        return;
      case "storageFailure":
        victim.failStorage(fault.lane);
        return;
      case "space":
        victim.setSpace(fault.space);
        this.after(fault.ms * 1000, () => {
          this.dirty = true;
          victim.setSpace("ok");
        });
        return;
      case "wipe":
        if (!this.mayDamage(victim)) return;
        this.tally.damaged++;
        victim.wipe();
        victim.startLater(fault.downMs);
        return;
      case "rollBack":
        this.rollBack(victim, fault.backMs, fault.downMs);
        return;
      case "clockJump":
        victim.jumpClock(fault.ms);
    }
  }

  /** A minority at most, and nobody before all have founded the ensemble: else it could not go on, and rightly. */
  private mayDamage(victim: Process): boolean {
    const voters = this.processes.slice(0, this.plan.voters);
    const damaged = voters.filter((process) => process.damaged !== "").length;
    return (
      victim.damaged === "" && damaged < Math.floor((voters.length - 1) / 2) && voters.every(({ belongs }) => belongs)
    );
  }

  private rollBack(victim: Process, backMs: number, downMs: number): void {
    if (!this.mayDamage(victim) || victim.state !== "up") return;
    const copy: MemoryDisk = victim.copyDisk();
    this.after(backMs * 1000, () => {
      if (this.quiet || !this.mayDamage(victim) || !this.isWitnessed()) return;
      this.dirty = true;
      this.tally.damaged++;
      const acknowledged = this.leader()?.serving?.replication.core.learners.get(victim.sid)?.match ?? 0;
      victim.putBack(copy, acknowledged > (copy.entries.at(-1)?.index ?? copy.base.index));
      victim.startLater(downMs);
      for (const process of this.processes) process.failStorage(undefined);
      // Only who has seen it acknowledge can know: they must not forget before they have told.
      this.delicateUntil = this.now + downMs * 1000 + 3_000_000;
    });
  }

  /** Every voter is in touch with one leader, so that each knows what the others have acknowledged. */
  private isWitnessed(): boolean {
    const leader = this.leader();
    return this.processes.slice(0, this.plan.voters).every(({ damaged, serving }) => {
      return damaged !== "" || (serving?.serving === true && serving.replication.role.leader === leader?.sid);
    });
  }

  private cut(from: readonly number[], to: readonly number[], ms: number, loud: boolean): void {
    const each = (what: (a: number, b: number) => void) => {
      for (const a of from) for (const b of to) what(a, b);
    };
    each((a, b) => this.links.cut(a, b, loud));
    this.after(ms * 1000, () => {
      if (!this.quiet) each((a, b) => this.links.mend(a, b));
    });
  }

  // ── Clients ────────────────────────────────────────────────────────────────────────────────────────────────

  private readonly observer: Observer = this.makeObserver();

  private makeObserver(): Observer {
    const world = this;
    return {
      get now() {
        return world.now;
      },
      after: (us, call) => world.after(us, call),
      say: (text) => world.say(0, text),
      floor: () => world.checker.floor,
      open: (client) => {
        const process = world.chance.one(world.processes);
        const end = {
          onFrame: (frame: Buffer) => client.onFrame(frame),
          onClosed: () => {
            if (world.wires.get(client.number)?.wire === wire) client.onClosed();
          },
        };
        const meanUs = world.quiet ? 200 : 500;
        const wire: Wire = new Wire(world, process, client.number, ++world.wireIds, meanUs, world.plan.seed, end);
        world.wires.set(client.number, { wire, process });
        world.say(0, () => `client ${client.number} connects to ${process.sid} with ${hex(client.session)}`);
        return wire;
      },
      onSession: (client, id, timeoutMs, isNew, sentUs) => {
        world.say(0, () => `client ${client.number} has session ${hex(id)}${isNew ? ", a new one" : ""}`);
        world.checker.onSession(client, id, timeoutMs, isNew, sentUs);
      },
      onExpired: (client) => {
        world.say(0, () => `client ${client.number} hears that ${hex(client.session)} is gone`);
        world.checker.onExpired(client);
      },
      onInvoked: (operation) => {
        world.say(0, () => `${told(operation)} ...`);
        world.checker.onInvoked(operation);
      },
      onReturned: (client, operation) => {
        world.say(0, () => `${told(operation)} = ${operation.code} at ${zxidText(operation)}`);
        world.hash.add(operation.client, operation.xid, operation.zxid, operation.code);
        world.checker.onReturned(client, operation);
      },
      onTouched: (session, sentUs) => world.checker.onTouched(session, sentUs),
      onZxid: (client, zxid) => world.checker.onZxid(client, zxid),
      onEvent: (client, type, path, zxid) => world.checker.onEvent(client, type, path, zxid),
      onDisconnected: (client) => {
        world.say(0, () => `client ${client.number} is disconnected`);
        world.checker.onDisconnected(client);
      },
    };
  }

  // ── After the faults ───────────────────────────────────────────────────────────────────────────────────────

  private heal(): void {
    const { plan } = this;
    this.quiet = true;
    this.dirty = true;
    this.say(0, () => "faults are over");
    for (const process of this.processes) {
      process.pausedUntil = Math.min(process.pausedUntil, this.now);
      process.hurry();
      process.failStorage(undefined);
      process.setSpace("ok");
      process.start();
    }
    for (const [sid] of this.backlogs) this.queue.push(this.now, RESUME, sid, 0, 0, 0, undefined);
    this.links.heal(CALM);
    // The connections have just been made anew: what is so now says nothing.
    this.after(2000 * plan.electionMs, () => this.awaitService());
  }

  private awaitService(): void {
    const limitUs = 1000 * (8 * this.plan.electionMs + 1000);
    this.until(
      "L1: a leader",
      limitUs,
      () => this.leader() !== undefined,
      () =>
        this.until(
          "L2: all serve",
          limitUs + 3_000_000,
          () => this.intact().every(({ serving }) => serving?.serving === true),
          () => this.probe(),
        ),
    );
  }

  private probe(): void {
    const { checker } = this;
    this.addClient(this.clients.length + 1, 2, 2000, false);
    const from = checker.counts.commits;
    this.until(
      "L1: new writes",
      3_000_000,
      () => checker.counts.commits >= from + 10,
      () => this.keepStill(this.leader()?.sid),
    );
  }

  /** L4: with nothing wrong, the leader stays. */
  private keepStill(sid: number | undefined): void {
    const untilUs = this.now + Math.max(1_000_000, 3000 * this.plan.electionMs);
    const look = (): void => {
      const leads = this.processes.filter(({ serving }) => serving?.leading !== undefined);
      if (sid !== undefined && !leads.some((process) => process.sid === sid)) {
        this.fail(new Violation("L4", `${sid} led, and does no more with nothing wrong; ${this.roles()}`));
        return;
      }
      if (this.now < untilUs) this.after(20_000, look);
      else this.finishOperations();
    };
    look();
  }

  private finishOperations(): void {
    for (const client of this.clients) client.quiet = true;
    const alive = this.clients.filter(({ state }) => state !== "gone");
    this.until(
      "L2: every client is connected and has its answers",
      3_000_000 + 2000 * this.plan.sessionTicks * this.plan.tickMs,
      () => alive.every(({ state, outstanding }) => state === "connected" && outstanding.length === 0),
      () => this.awaitExpiry(alive),
      () =>
        alive
          .filter(({ state, outstanding }) => state !== "connected" || outstanding.length > 0)
          .map(
            ({ number, state, outstanding }) =>
              `client ${number} is ${state} and waits for ${outstanding.map(told).join(", ")}`,
          )
          .join("; "),
    );
  }

  /** The sessions of clients that are gone end; the others live. */
  private awaitExpiry(alive: readonly SimulatedClient[]): void {
    const { plan, checker } = this;
    const held = new Set(alive.map(({ session }) => session));
    const stray = () => [...checker.model.sessions.keys()].filter((id) => !held.has(id));
    this.until(
      "sessions: those of clients that are gone end",
      1000 * (plan.sessionTicks + 4) * plan.tickMs + 1_000_000,
      () => stray().length === 0,
      () => {
        for (const { number, session } of alive)
          if (!checker.model.sessions.has(session))
            this.fail(new Violation("sessions", `client ${number}'s ${hex(session)} is gone, with nothing wrong`));
        this.awaitLevel();
      },
      () => stray().map(hex).join(" "),
    );
  }

  private awaitLevel(): void {
    const { checker } = this;
    this.until(
      "L2: all have applied everything",
      2_000_000,
      () => this.intact().every(({ serving }) => serving?.tree.applied.index === checker.lastIndex),
      () => {
        for (const { serving } of this.intact())
          serving?.commitNow().catch((error: unknown) => this.fail(asViolation(error)));
        this.dirty = true;
        this.until(
          // What comes after that, an epoch opened in place say, is written within five seconds of its own.
          "all states are written",
          8_000_000,
          () => this.intact().every(({ engine }) => engine?.state.applied.index === checker.lastIndex),
          () => this.compare(),
        );
      },
    );
  }

  private compare(): void {
    const { checker } = this;
    let rows: { readonly sid: number; readonly value: number } | undefined;
    for (const { sid, serving, engine } of this.intact()) {
      if (serving === undefined || engine === undefined) throw new Violation("L2", `${sid} does not serve`);
      checker.onState(sid, serving);
      checker.compareTree(sid, serving);
      const hash = new Hash();
      for (let table = 0; table < STATE_TABLES.length; table++)
        engine.state.scan(table, { from: Buffer.alloc(0), to: END }, (key, value) => hash.add(table, key, value));
      if (rows !== undefined && rows.value !== hash.value)
        throw new Violation("I17", `${sid} and ${rows.sid} have other rows at index ${checker.lastIndex}`);
      rows = { sid, value: hash.value };
    }
    for (const path of REGISTERS) {
      const verdict = judge(checker.operations, path);
      if (verdict === "not linearizable") throw new Violation("linearizability", `the history of ${path} is none`);
      if (verdict === "undecided") this.tally.undecided++;
      else this.tally.judged++;
    }
    this.over = true;
  }

  private intact(): Process[] {
    return this.processes.filter(({ damaged }) => damaged === "");
  }

  /** Looks every so often until `done`; when the time is up, that is a violation. */
  private until(what: string, limitUs: number, done: () => boolean, then: () => void, detail?: () => string): void {
    const deadline = this.now + limitUs;
    const look = (): void => {
      if (done()) {
        this.say(0, () => `reached: ${what}`);
        then();
      } else if (this.now >= deadline) {
        const [rule = what] = what.split(":");
        this.fail(
          new Violation(
            rule,
            `not reached in ${Math.floor(limitUs / 1000)} ms: ${what}; ${detail?.() ?? ""} ${this.roles()}`,
          ),
        );
      } else this.after(10_000, look);
    };
    look();
  }

  private roles(): string {
    return this.processes
      .map(({ sid, state, damaged, member, refused }) => {
        if (member === undefined) return `${sid} ${refused ?? state} ${damaged}`;
        const { role, core } = member.replication;
        const { index } = member.tree.applied;
        return `${sid}${damaged} ${role.role}/${role.phase} of ${role.leader} epoch ${role.epoch} at ${index}/${core.commit}/${core.last.index}`;
      })
      .join("; ");
  }
}

const END = Buffer.alloc(2048, 0xff);

function isHarmless({ kind }: MemberFault): boolean {
  return (
    kind === "clientCrash" ||
    kind === "clientSever" ||
    kind === "clockJump" ||
    kind === "slowDisk" ||
    kind === "breakBulk"
  );
}

function zxidText({ zxid }: Operation): string {
  return zxid < 0 ? "none" : `${Math.floor(zxid / 0x1_0000_0000)}/${zxid % 0x1_0000_0000}`;
}

function asViolation(error: unknown): Violation {
  if (error instanceof Violation) return error;
  return new Violation("assertion", error instanceof Error ? (error.stack ?? error.message) : String(error), {
    cause: error,
  });
}
