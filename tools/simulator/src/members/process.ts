/** One member's process: its clock, its disk, and the life of a {@link Member} after the other. */
import { Member, type Runtime, type ServerOptions } from "@rookery/server/internal";
import { type Flush, type Lane, MemoryDisk, type MemoryEngine, openMemoryEngine, StorageError } from "@rookery/storage";
import { STATE_TABLES } from "@rookery/tree";
import { type Stream, stream } from "../chance.ts";
import { Violation } from "../violation.ts";
import type { PeerLinks } from "./peer-links.ts";
import type { MembersPlan } from "./plan.ts";

/** What a process needs of the world around it. */
export interface Host {
  readonly plan: MembersPlan;
  readonly links: PeerLinks;
  readonly now: number;
  after(delayUs: number, call: () => void): void;
  /** Runs in this life of the member, when it is not paused. */
  inProcess(sid: number, at: number, call: () => void): void;
  say(sid: number, text: () => string): void;
  /** A member or its disk was made to do something: its promises are to be settled before anything else happens. */
  touch(): void;
  optionsOf(sid: number): ServerOptions;
  onOpened(process: Process, member: Member): void;
  onGone(process: Process): void;
  onFailed(process: Process, error: Error): void;
  fail(violation: Violation): void;
}

/** A task that was deferred runs so long after, microseconds: what is readable by then is read first. */
const DEFER_US = { least: 5, most: 60 };

export class Process {
  readonly sid: number;
  /** Ascends with each start and each end: what was planned for another life is dropped. */
  life = 0;
  state: "down" | "starting" | "up" = "down";
  member: Member | undefined;
  engine: MemoryEngine | undefined;
  pausedUntil = 0;
  slowUntil = 0;
  slowFactor = 1;
  /** Begun while the disk was slow, and under way. */
  private readonly slowFlushes = new Set<() => void>();
  /** The disk has lost something that was acknowledged: it must be refused. */
  damaged: "" | "emptied" | "rolledBack" = "";
  /** Damaged so that it must be found out: it lacks what it had acknowledged to a leader that is still there. */
  lacking = false;
  /** Why it stopped by itself; it is not started again. */
  refused: string | undefined;
  /** The next write of this kind fails. */
  private failingLane: Lane | undefined;
  private failing = false;
  private disk: MemoryDisk;
  private nonce: number;
  private restartPlanned = false;
  /** The life that has been asked to stop. */
  private stopping = 0;
  private readonly host: Host;
  private readonly chance: Stream;
  private readonly diskChance: Stream;
  private readonly rate: number;
  private readonly monotonicOffset: number;
  private wallOffset: number;

  constructor(sid: number, host: Host) {
    const { seed } = host.plan;
    this.sid = sid;
    this.host = host;
    this.chance = stream(seed, "process", sid);
    this.diskChance = stream(seed, "disk", sid);
    this.rate = 1 + (this.chance.unit() - 0.5) * 2e-4;
    this.monotonicOffset = this.chance.below(1_000_000);
    this.wallOffset = EPOCH_MS + this.chance.between(-5000, 5000);
    this.disk = new MemoryDisk();
    this.nonce = 1 + this.chance.below(0xffff_ffff);
  }

  /** A member that takes clients' connections. */
  get serving(): Member | undefined {
    return this.state === "up" && this.member?.failure === undefined ? this.member : undefined;
  }

  get storageFailed(): boolean {
    return this.failing;
  }

  // ── Lives ──────────────────────────────────────────────────────────────────────────────────────────────────

  start(): void {
    const { host, sid } = this;
    if (this.state !== "down" || this.refused !== undefined) return;
    host.touch();
    this.life++;
    this.state = "starting";
    this.failing = false;
    const { life } = this;
    this.engine ??= this.openDisk();
    host.say(
      sid,
      () =>
        `starts; log ${this.engine?.log.firstIndex}…${this.engine?.log.last.index}, state ${this.engine?.state.applied.index}`,
    );
    const { plan } = host;
    const ports = {
      engine: this.engine,
      runtime: this.runtime(life),
      logger: this.logger(),
      peers: host.links.networkOf(sid, () => this.life === life),
      bootId: 1 + this.chance.below(0xffff_ffff),
      jitterSeed: this.chance.next(),
      logEntriesKept: plan.logEntriesKept,
      limits: plan.limits,
    };
    Member.open(host.optionsOf(sid), ports).then(
      (member) => {
        if (this.life !== life) return;
        this.member = member;
        this.state = "up";
        member.onFailed = (error) => host.onFailed(this, error);
        if (member.failure !== undefined) host.onFailed(this, member.failure);
        else host.onOpened(this, member);
      },
      (error: Error) => {
        if (this.life === life)
          host.fail(new Violation("assertion", `${sid} cannot start: ${error.message}`, { cause: error }));
      },
    );
  }

  /** The power goes. Of what was on its way to the disk, anything may have got there. */
  crash(why: string): void {
    const { host, sid, diskChance, engine } = this;
    if (this.state === "down") return;
    this.end(why);
    if (engine === undefined) return;
    host.touch();
    const { log, state, meta, install } = engine.pending;
    const kept = log === undefined ? 0 : diskChance.between(0, log.items);
    const survivors = {
      log: kept,
      torn: log !== undefined && log.operation === "append" && kept < log.items && diskChance.happens(0.5),
      state: state !== undefined && diskChance.happens(0.5),
      meta: meta !== undefined && diskChance.happens(0.5),
      install: install?.operation === "finish" && diskChance.happens(0.5),
    };
    this.engine = engine.crash(survivors);
    this.failing = false;
    host.say(
      sid,
      () =>
        `the disk keeps the log up to ${this.engine?.log.last.index}, the state at ${this.engine?.state.applied.index}`,
    );
  }

  /** Asks it to stop, as an operator does; when it has, it starts again. */
  restart(downMs: number): void {
    this.host.inProcess(this.sid, this.host.now, () => this.stop(downMs));
  }

  private stop(downMs: number): void {
    const { member, host, life, engine } = this;
    if (member === undefined || engine === undefined || this.stopping === life) return;
    this.stopping = life;
    host.say(this.sid, () => "is asked to stop");
    member
      .stop()
      .then(() => engine.close())
      .then(() => {
        if (this.life !== life) return;
        this.end("has stopped");
        this.engine = undefined;
        this.startLater(downMs);
      })
      .catch((error: Error) => {
        if (this.life === life && !(error instanceof StorageError && this.failing))
          this.host.fail(new Violation("assertion", `stop: ${error.stack}`));
      });
  }

  startLater(downMs: number): void {
    if (this.restartPlanned) return;
    this.restartPlanned = true;
    this.host.after(downMs * 1000, () => {
      this.restartPlanned = false;
      this.start();
    });
  }

  private end(why: string): void {
    const { host, sid } = this;
    host.say(sid, () => why);
    this.life++;
    this.slowFlushes.clear();
    this.state = "down";
    this.pausedUntil = 0;
    this.member = undefined;
    host.links.stopped(sid);
    host.onGone(this);
  }

  /** The process is seized in the middle of its life: only the clock goes on. */
  pause(ms: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.host.now + ms * 1000);
  }

  jumpClock(ms: number): void {
    this.wallOffset += ms;
  }

  // ── Disk ───────────────────────────────────────────────────────────────────────────────────────────────────

  private openDisk(): MemoryEngine {
    return openMemoryEngine({
      tables: STATE_TABLES,
      disk: this.disk,
      sid: this.sid,
      ...(this.disk.meta === undefined ? {} : { clusterId: this.disk.meta.clusterId }),
      nonce: this.nonce,
      schedule: (flush) => this.flush(flush),
    });
  }

  private flush(flush: Flush): void {
    const { host, diskChance } = this;
    const { plan } = host;
    let us = plan.disk.leastUs + diskChance.around(plan.disk.meanUs) + Math.floor(flush.bytes / 100);
    const slow = host.now < this.slowUntil;
    if (slow) us *= this.slowFactor;
    const end = () => {
      if (slow && !this.slowFlushes.delete(end)) return;
      if (flush.lane !== this.failingLane) {
        flush.complete();
        return;
      }
      this.failing = true;
      this.failingLane = undefined;
      flush.fail();
    };
    if (slow) this.slowFlushes.add(end);
    host.inProcess(this.sid, host.now + us, end);
  }

  /** The disk is not slow any more, and what it was slow with ends now. */
  hurry(): void {
    this.slowUntil = 0;
    for (const end of this.slowFlushes) this.host.inProcess(this.sid, this.host.now, end);
  }

  /** @param lane - Undefined: what was asked for before is called off. */
  failStorage(lane: Lane | undefined): void {
    this.failingLane = lane;
  }

  setSpace(space: "ok" | "low" | "none"): void {
    if (this.engine === undefined) this.disk.space = space;
    else this.engine.setSpace(space);
  }

  /** An empty disk takes the place of what there was. */
  wipe(): void {
    this.crash("is killed, and its disk is emptied");
    this.disk = new MemoryDisk();
    this.nonce = 1 + this.chance.below(0xffff_ffff);
    this.engine = undefined;
    this.damaged = "emptied";
    this.lacking = true;
  }

  /** The disk as it is at this moment, to be put back later. */
  copyDisk(): MemoryDisk {
    const { disk } = this;
    const copy = new MemoryDisk();
    copy.meta = disk.meta;
    copy.entries.push(...disk.entries);
    copy.base = disk.base;
    copy.applied = disk.applied;
    copy.commitHint = disk.commitHint;
    for (const [name, table] of disk.tables) {
      const own = new (table.constructor as new () => typeof table)();
      table.scan({ from: Buffer.alloc(0), to: END }, (key, value) =>
        own.set(Uint8Array.from(key), Uint8Array.from(value)),
      );
      copy.tables.set(name, own);
    }
    return copy;
  }

  putBack(copy: MemoryDisk, lacking: boolean): void {
    this.crash("is killed, and its disk is put back to an older day");
    this.disk = copy;
    this.engine = undefined;
    this.damaged = "rolledBack";
    this.lacking = lacking;
  }

  get belongs(): boolean {
    return this.disk.meta?.belongs === true;
  }

  // ── Runtime ────────────────────────────────────────────────────────────────────────────────────────────────

  monotonicMs(): number {
    return this.monotonicOffset + (this.host.now / 1000) * this.rate;
  }

  private runtime(life: number): Runtime {
    const { host, sid } = this;
    const us = (ms: number) => Math.max(1, Math.ceil((ms * 1000) / this.rate) + 1);
    const at = (delayUs: number, call: () => void) => {
      if (this.life === life) host.inProcess(sid, host.now + delayUs, call);
    };
    return {
      wallMs: () => Math.floor(this.wallOffset + host.now / 1000),
      monotonicMs: () => this.monotonicMs(),
      defer: (task) => at(this.chance.between(DEFER_US.least, DEFER_US.most), task),
      after: (ms, task) => {
        let on = true;
        at(us(ms), () => {
          if (on) task();
        });
        return {
          stop: () => {
            on = false;
          },
        };
      },
      every: (ms, task) => {
        let on = true;
        const again = (): void =>
          at(us(ms), () => {
            if (!on) return;
            task();
            again();
          });
        again();
        return {
          stop: () => {
            on = false;
          },
        };
      },
    };
  }

  private logger() {
    const { host, sid } = this;
    const say = (level: string) => (fields: object, message: string) =>
      host.say(
        sid,
        () => `${level}${message} ${Object.keys(fields).length > 0 ? JSON.stringify(fields, bigints) : ""}`,
      );
    return { debug: say(""), info: say(""), warn: say("WARN "), error: say("ERROR ") };
  }
}

function bigints(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** Some day in 2026. */
const EPOCH_MS = 1_780_000_000_000;
const END = Buffer.alloc(2048, 0xff);
