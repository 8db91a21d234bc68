/**
 * Drives the consensus core of one member: inputs from peers, disk and clock go in, effects are carried out. What is
 * committed is handed to the state machine in order, each entry once.
 *
 * **Invariant**: store operations reach the engine in the order the core gave them, and the core hears of each when it and
 * all before it are durable. One append is in flight at a time; what comes meanwhile shares the next.
 */
import {
  type BootState,
  Core,
  type CoreConfig,
  type Effects,
  type Entry,
  type EpochRow,
  type Fatal,
  type Position,
  type RoleState,
  type StoreOperation,
  type Timeouts,
} from "@rookery/consensus";
import { isConsensus, type PeerMessage } from "@rookery/protocol/peer";
import { type Installation, type LogEntry, type StorageEngine, StorageError } from "@rookery/storage";
import type { Logger } from "../logger.ts";
import type { PeerNetwork } from "./peers.ts";
import type { Runtime, Timer } from "./ports.ts";

/** What the replicated entries act upon. */
export interface StateMachine {
  /** A run of entries begins, then each in order, then it ends. */
  beginRun(): void;
  apply(entry: Entry): void;
  endRun(): void;
  /** Whether more may be applied now; if not, {@link Replication.resume} says when. */
  mayApply(): boolean;
  /** Resolves when nothing is being written to the state; nothing is until {@link replaced}. */
  beforeReplace(): Promise<void>;
  /** The engine holds another state now. */
  replaced(): void;
  onRole(role: RoleState): void;
  /** A message that is not consensus's. */
  onPeerMessage(from: number, message: PeerMessage): void;
  onLinkDown(sid: number): void;
  /** A learner needs the state itself; the end is told by {@link Replication.snapshotSent} or {@link Replication.snapshotFailed}. */
  sendSnapshot(to: number): void;
  cancelSnapshot(to: number): void;
  onFailure(error: Error): void;
  onFlushed(ms: number): void;
  /** The digest of the state as of a recent index; undefined when it is not known. */
  digestOf(index: number): number | undefined;
}

/** Why consensus stopped this member; the message is for operators. */
export class ConsensusError extends Error {
  override readonly name = "ConsensusError";
  readonly code: Fatal["code"];

  constructor({ code, message }: Fatal) {
    super(message);
    this.code = code;
  }
}

export interface ReplicationPorts {
  readonly engine: StorageEngine;
  readonly runtime: Runtime;
  readonly logger: Logger;
  /** Undefined for a member that stands alone. */
  readonly peers: PeerNetwork | undefined;
}

/** Entries read from the log at a time, for delivery. */
const READ = { entriesMax: 4096, bytesMax: 8 << 20 };
/** Recent indexes whose digest a state machine knows. */
const DIGESTS_KEPT = 1024;
/** Pause before a write that found no room is tried again, ms. */
const RETRY_MS = 1000;

export class Replication {
  readonly core: Core;
  readonly timeouts: Timeouts;
  private readonly ports: ReplicationPorts;
  private readonly machine: StateMachine;
  private readonly ahead: { readonly to: number; readonly message: PeerMessage }[] = [];
  private turnDue = false;
  private turning = false;
  private timer: Timer | undefined;
  private timerAt = Number.POSITIVE_INFINITY;
  private readonly operations: StoreOperation[] = [];
  private storing = false;
  /** What the state must be at an index that is not applied yet. */
  private expected: { readonly index: number; readonly digest: number } | undefined;
  private delivered: number;
  private deliverTo: number;
  private readingBack = false;
  private readonly reads = new Map<number, (index: number | undefined) => void>();
  private nextRead = 1;
  private drainers: (() => void)[] = [];
  private stopped = false;
  /** Built by the receiver of a snapshot, waiting for its turn in the store operations. */
  private installation: Installation | undefined;
  private clusterIdOf: (founders: BootState["promises"]["founders"]) => string;

  constructor(
    config: CoreConfig,
    boot: BootState,
    ports: ReplicationPorts,
    machine: StateMachine,
    clusterIdOf: (founders: BootState["promises"]["founders"]) => string,
  ) {
    this.timeouts = config.timeouts;
    this.ports = ports;
    this.machine = machine;
    this.clusterIdOf = clusterIdOf;
    this.delivered = boot.applied.index;
    this.deliverTo = boot.applied.index;
    const { peers } = ports;
    if (peers !== undefined) {
      peers.handlers = {
        onLinkUp: (sid) => this.input((now) => this.core.linkUp(now, sid)),
        onLinkDown: (sid) => {
          this.input((now) => this.core.linkDown(now, sid));
          machine.onLinkDown(sid);
        },
        onMessage: (sid, message) => this.onMessage(sid, message),
        onTurnEnd: () => this.schedule(),
        onDrained: (sid) => this.input((now) => this.core.resume(now, sid)),
        onBulkDown: (sid) => machine.onPeerMessage(sid, BULK_DOWN),
        onRefused: (sid, reason) =>
          ports.logger.warn({ peer: sid, reason }, "a peer and this server do not fit together"),
      };
    }
    this.core = new Core(config, boot, this.now());
  }

  /** Reaches out to peers and begins to take part. */
  async start(): Promise<void> {
    await this.ports.peers?.start();
    this.schedule();
  }

  get role(): RoleState {
    return this.core.role;
  }

  /** Whether a proposal would be taken at this moment. */
  get canPropose(): boolean {
    return !this.stopped && this.core.canPropose;
  }

  /** A snapshot is being put in force. */
  get installing(): boolean {
    return this.installation !== undefined;
  }

  get uncommittedBytes(): number {
    return this.core.uncommittedBytes;
  }

  /** The index that the next proposal will have. */
  get nextIndex(): number {
    return this.core.last.index + 1;
  }

  /** Takes the payload into the log; undefined when it cannot be taken now. */
  propose(payload: Uint8Array): Position | undefined {
    const proposal = this.core.propose(this.now(), payload);
    if (!proposal.accepted) return undefined;
    this.schedule();
    return proposal.entry;
  }

  /** Calls back with the index that must be applied for a read to show everything committed before; undefined when nobody knows. */
  readIndex(done: (index: number | undefined) => void): void {
    const cookie = this.nextRead++;
    this.reads.set(cookie, done);
    this.input((now) => this.core.readIndex(now, cookie));
  }

  send(to: number, message: PeerMessage): void {
    this.ports.peers?.send(to, message);
  }

  /** Sends at the end of the turn, ahead of the entries that are proposed in it and in one write with them. */
  sendAhead(to: number, message: PeerMessage): void {
    this.ahead.push({ to, message });
    this.schedule();
  }

  // ── Turns ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Effects are carried out at the end of the turn, so that everything in it shares a write and a message. */
  schedule(): void {
    if (this.turnDue || this.stopped) return;
    this.turnDue = true;
    this.ports.runtime.defer(this.onTurn);
  }

  private readonly onTurn = (): void => {
    this.turnDue = false;
    this.turn();
  };

  private input(act: (now: number) => void): void {
    if (this.stopped) return;
    this.guard(() => act(this.now()));
    this.schedule();
  }

  private turn(): void {
    if (this.turning || this.stopped) return;
    this.turning = true;
    if (this.ahead.length > 0) for (const { to, message } of this.ahead.splice(0)) this.send(to, message);
    this.guard(() => {
      for (let effects = this.core.takeEffects(); effects !== undefined; effects = this.core.takeEffects()) {
        this.carryOut(effects);
        if (this.stopped) return;
      }
    });
    this.turning = false;
    this.setTimer();
    this.wake();
  }

  /** A broken invariant is a bug: the member stops before it can do harm. */
  private guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private carryOut(effects: Effects): void {
    const { stores, sends, role, reads, failedReads, logReads, snapshots, snapshotsCancelled, fatal } = effects;
    for (const operation of stores) this.operations.push(operation);
    if (stores.length > 0) this.store();
    const { peers } = this.ports;
    if (peers !== undefined) {
      for (const { to, message } of sends) {
        peers.send(to, message);
        if (message.type === "append" && peers.congested(to)) this.core.pause(to);
      }
    }
    if (fatal !== undefined) {
      this.fail(new ConsensusError(fatal));
      return;
    }
    if (effects.deliverTo > this.deliverTo) {
      this.deliverTo = effects.deliverTo;
      this.deliver();
    }
    if (role !== undefined) this.machine.onRole(role);
    for (const { cookie, index } of reads) this.readDone(cookie, index);
    for (const cookie of failedReads) this.readDone(cookie, undefined);
    for (const { id, from, to, bytesMax } of logReads) this.readLog(id, from, to, bytesMax);
    for (const sid of snapshotsCancelled) this.machine.cancelSnapshot(sid);
    for (const sid of snapshots) this.machine.sendSnapshot(sid);
  }

  private readDone(cookie: number, index: number | undefined): void {
    const done = this.reads.get(cookie);
    this.reads.delete(cookie);
    done?.(index);
  }

  private setTimer(): void {
    const at = this.core.nextWakeup;
    if (this.stopped || (this.timer !== undefined && this.timerAt <= at)) return;
    this.timer?.stop();
    this.timer = undefined;
    this.timerAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.timer = this.ports.runtime.after(Math.max(1, at - this.now()), () => {
      this.timer = undefined;
      // Messages that are there already are heard first: a pause of this process is no silence of the others'.
      this.ports.runtime.defer(() => {
        if (this.stopped) return;
        this.guard(() => this.core.tick(this.now()));
        this.turn();
      });
    });
  }

  private now(): number {
    return Math.floor(this.ports.runtime.monotonicMs());
  }

  // ── Peers ──────────────────────────────────────────────────────────────────────────────────────────────────

  private onMessage(from: number, message: PeerMessage): void {
    if (this.stopped) return;
    if (isConsensus(message)) {
      if (message.type === "heartbeat" && message.digestIndex > 0)
        this.expectDigest(message.digestIndex, message.digest);
      this.guard(() => this.core.receive(this.now(), from, message));
    } else this.guard(() => this.machine.onPeerMessage(from, message));
  }

  /** B4: the leader says what its state was at an index; this member's must be the same there. */
  private expectDigest(index: number, digest: number): void {
    // One at a time, so that a member which lags compares now and then instead of never.
    if (this.expected === undefined && index > this.delivered - DIGESTS_KEPT) this.expected = { index, digest };
    this.compareDigest();
  }

  private compareDigest(): void {
    const { expected } = this;
    if (expected === undefined || expected.index > this.delivered) return;
    this.expected = undefined;
    const own = this.machine.digestOf(expected.index);
    if (own === undefined || own === expected.digest || this.core.role.role === "leading") return;
    this.fail(
      new ConsensusError({
        code: "diverged",
        message:
          `After entry ${expected.index} this server's data is not the leader's (digest ${own} here, ${expected.digest} there), though both ` +
          "applied the same log. This server stops, so that nobody is told both. Keep its data folder for analysis; to go on, " +
          "empty it but for myid, and put an empty file called initialize into it: then it takes its data from the others.",
      }),
    );
  }

  // ── Delivery ───────────────────────────────────────────────────────────────────────────────────────────────

  /** The state machine has room again. */
  resume(): void {
    if (this.delivered < this.deliverTo && !this.stopped) this.input(() => this.deliver());
  }

  /** Whether everything committed has been applied. */
  get level(): boolean {
    return this.delivered === this.deliverTo;
  }

  private deliver(): void {
    if (this.readingBack || this.installation !== undefined) return;
    const { machine, core } = this;
    const before = this.delivered;
    machine.beginRun();
    while (this.delivered < this.deliverTo && machine.mayApply()) {
      const entry = core.entry(this.delivered + 1);
      if (entry === undefined) break;
      machine.apply(entry);
      this.delivered = entry.index;
    }
    machine.endRun();
    if (this.delivered > before) {
      core.applied(this.now(), this.delivered, machine.digestOf(this.delivered));
      this.compareDigest();
    }
    if (this.delivered < this.deliverTo && machine.mayApply()) this.readBack();
    if (this.level) this.wake();
  }

  /**
   * What is not in memory any more, or was never in this life, comes from the log; no more than is durable, as behind that the disk
   * may hold what is to be truncated still. The rest is in memory.
   */
  private readBack(): void {
    this.readingBack = true;
    const from = this.delivered + 1;
    const entriesMax = Math.min(READ.entriesMax, Math.min(this.deliverTo, this.core.durable) - this.delivered);
    if (entriesMax < 1) throw new Error(`entry ${from} is neither in memory nor durable`);
    this.ports.engine.log.read(from, { ...READ, entriesMax }).then(
      (entries) => {
        this.readingBack = false;
        if (this.stopped) return;
        this.guard(() => this.deliverRead(entries));
        this.schedule();
      },
      (error: Error) => {
        this.readingBack = false;
        // A snapshot took the place of those entries.
        if (!(error instanceof RangeError) || (this.delivered < from && this.installation === undefined))
          this.fail(error);
      },
    );
  }

  private deliverRead(entries: readonly LogEntry[]): void {
    const { machine } = this;
    machine.beginRun();
    for (const entry of entries) {
      if (entry.index !== this.delivered + 1) continue;
      if (!machine.mayApply()) break;
      machine.apply(entry);
      this.delivered = entry.index;
    }
    machine.endRun();
    this.core.applied(this.now(), this.delivered, machine.digestOf(this.delivered));
    this.compareDigest();
    this.deliver();
  }

  // ── Storage ────────────────────────────────────────────────────────────────────────────────────────────────

  private store(): void {
    if (this.storing || this.stopped) return;
    const next = this.operations[0];
    if (next === undefined) {
      this.wake();
      return;
    }
    this.storing = true;
    const begunMs = this.ports.runtime.monotonicMs();
    const { last, done } = this.execute(next);
    done.then(
      () => {
        this.storing = false;
        if (this.stopped) return;
        if (next.type === "append") this.machine.onFlushed(this.ports.runtime.monotonicMs() - begunMs);
        if (next.type === "install") this.installed(next.position);
        this.guard(() => this.core.stored(this.now(), last));
        // The disk gets its next batch before what has become durable is worked on.
        this.guard(() => this.store());
        queueMicrotask(() => this.turn());
      },
      (error: Error) => this.storeFailed(error),
    );
  }

  /** Carries out the operation at the head, and the appends behind it if it is one. */
  private execute(next: StoreOperation): { readonly last: number; readonly done: Promise<void> } {
    const { engine } = this.ports;
    this.operations.shift();
    if (next.type === "append") {
      let { entries, sequence, commit } = next;
      for (let more = this.operations[0]; more?.type === "append"; more = this.operations[0]) {
        entries = entries.concat(more.entries);
        ({ sequence, commit } = more);
        this.operations.shift();
      }
      return { last: sequence, done: this.append(entries, commit) };
    }
    if (next.type === "truncate")
      return { last: next.sequence, done: this.whenRoom(() => engine.log.truncate(next.index)) };
    if (next.type === "install") {
      const { installation } = this;
      if (installation === undefined) throw new Error("a snapshot is to be installed and none was received");
      return { last: next.sequence, done: this.replace(installation) };
    }
    const { promises } = next;
    const { meta } = engine;
    const clusterId =
      promises.belongs && /^0*$/.test(meta.clusterId) ? this.clusterIdOf(promises.founders) : meta.clusterId;
    return { last: next.sequence, done: engine.writeMeta({ ...meta, ...promises, clusterId }) };
  }

  private append(entries: readonly Entry[], commit: number): Promise<void> {
    return this.whenRoom(() => this.ports.engine.log.append(entries, commit));
  }

  private async replace(installation: Installation): Promise<void> {
    await this.machine.beforeReplace();
    await this.whenRoom(() => installation.finish());
  }

  /** Waits while the disk is full: nothing was written, and the operation keeps its place. */
  private async whenRoom(act: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await act();
        return;
      } catch (error) {
        if (!(error instanceof StorageError) || error.code !== "FULL" || this.stopped) throw error;
      }
      await new Promise<void>((resolve) => {
        const timer = this.ports.runtime.after(RETRY_MS, resolve);
        this.roomWaiter = () => {
          timer.stop();
          resolve();
        };
        this.wake();
      });
      this.roomWaiter = undefined;
    }
  }

  private roomWaiter: (() => void) | undefined;

  /** There may be room on the disk again. */
  retry(): void {
    this.roomWaiter?.();
  }

  private storeFailed(error: Error): void {
    if (this.stopped) return;
    this.guard(() => this.core.storageFailed(this.now(), error.message));
    this.fail(error);
  }

  private readLog(id: number, from: number, to: number, bytesMax: number): void {
    const answer = (entries: readonly Entry[] | undefined) =>
      this.input((now) =>
        entries === undefined ? this.core.logReadFailed(now, id) : this.core.logRead(now, id, entries),
      );
    this.ports.engine.log.read(from, { entriesMax: to - from + 1, bytesMax }).then(answer, (error: Error) => {
      if (error instanceof RangeError) answer(undefined);
      else this.fail(error);
    });
  }

  // ── Snapshots ──────────────────────────────────────────────────────────────────────────────────────────────

  /** A snapshot that `from` sent is built. False when it is of no use any more, and must be aborted by the caller. */
  install(from: number, installation: Installation, position: Position, epochs: readonly EpochRow[]): boolean {
    if (this.installation !== undefined || this.stopped) return false;
    if (!this.core.install(this.now(), from, position, epochs)) return false;
    this.installation = installation;
    this.schedule();
    return true;
  }

  private installed({ index }: Position): void {
    this.installation = undefined;
    this.expected = undefined;
    this.delivered = index;
    this.deliverTo = Math.max(this.deliverTo, index);
    this.guard(() => {
      this.machine.replaced();
      this.core.applied(this.now(), index);
    });
  }

  snapshotSent(to: number, position: Position): void {
    this.input((now) => this.core.snapshotSent(now, to, position));
  }

  snapshotFailed(to: number): void {
    this.input((now) => this.core.snapshotFailed(now, to));
  }

  // ── End ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Hands the lead over, if this member has it. */
  transfer(): void {
    this.input((now) => this.core.transfer(now));
  }

  /** Resolves when everything proposed here is durable and everything committed applied, or nothing can be any more. */
  drained(): Promise<void> {
    if (this.idle) return Promise.resolve();
    return new Promise((resolve) => this.drainers.push(resolve));
  }

  private get idle(): boolean {
    const quiet = this.operations.length === 0 && !this.storing && this.level && !this.turnDue;
    const alone = this.core.role.role !== "leading" || this.core.commit === this.core.last.index;
    return this.stopped || this.roomWaiter !== undefined || !this.machine.mayApply() || (quiet && alone);
  }

  private wake(): void {
    if (this.drainers.length === 0 || !this.idle) return;
    const { drainers } = this;
    this.drainers = [];
    for (const wake of drainers) wake();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.stop();
    this.roomWaiter?.();
    this.wake();
    await this.ports.peers?.close();
  }

  private fail(error: Error): void {
    if (this.stopped) return;
    this.stopped = true;
    this.timer?.stop();
    this.wake();
    void this.ports.peers?.close();
    this.machine.onFailure(error);
  }
}

/** Told to the state machine in the place of a message, when the bulk connection broke. */
const BULK_DOWN: PeerMessage = {
  type: "snapshotGone",
  position: { index: 0, epoch: 0, counter: 0, chain: 0 },
};
