/**
 * A small cluster of cores on a clock that is moved by hand, with a network and disks that can be told to fail.
 *
 * Nothing happens but by {@link Cluster.advance}: messages and disk writes take a fixed time, and whatever is due at one
 * moment is given to the cores in one turn, ticks last. Everything that is said, written or decided is told to `told`, in
 * order. On every delivery the cluster checks that no two members ever deliver different entries at one index.
 */
import {
  type BootState,
  Core,
  DEFAULT_LIMITS,
  type Effects,
  ENTRY,
  type Entry,
  type EpochRow,
  GENESIS,
  GENESIS_ROW,
  type Limits,
  type MemberSpec,
  type Message,
  type Position,
  type Promises,
  type Proposal,
  type RoleState,
  rowOf,
  type StoreOperation,
  type Timeouts,
  type TraceEvent,
  timeoutsOf,
} from "../src/index.ts";

/** What a disk holds; only what was reported durable is in it. */
interface Disk {
  promises: Promises;
  /** The state up to which the log was trimmed, or that was installed. */
  base: Snapshot;
  /** Right behind `base`. */
  entries: Entry[];
  /** How far the state was applied when the process ended. */
  applied: number;
}

interface Snapshot {
  readonly position: Position;
  readonly rows: readonly EpochRow[];
  readonly values: readonly Value[];
}

/** One transaction that the state machine has applied. */
export interface Value {
  readonly index: number;
  readonly text: string;
}

interface Server {
  readonly sid: number;
  core: Core | undefined;
  disk: Disk;
  /** Copy of the disk, for an operator who restores an old one. */
  saved: Disk | undefined;
  values: Value[];
  applied: number;
  /** Time of one write, ms; Infinity while the disk hangs. */
  diskMs: number;
  busyUntil: number;
  hanging: (() => void)[];
  vouched: boolean;
  lives: number;
  /** Peers to which this life has a connection, as far as it knows. */
  readonly links: Set<number>;
  /** Own proposals that have not been applied. */
  readonly proposals: Map<number, Entry>;
  reads: { readonly cookie: number; readonly index: number }[];
  /** Snapshots that were received and wait for their store operation. */
  readonly arrived: Map<number, Snapshot>;
  readonly sending: Map<number, { cancelled: boolean }>;
  /** While set, what is delivered is not applied. */
  stalled: boolean;
  deliverTo: number;
}

export interface Acknowledged {
  readonly index: number;
  readonly epoch: number;
  readonly counter: number;
  readonly text: string;
}

/** What there is to tell. */
export type Told =
  | {
      readonly what: "message";
      readonly from: number;
      readonly to: number;
      readonly message: Message;
      readonly lost: boolean;
    }
  | { readonly what: "trace"; readonly event: TraceEvent }
  | { readonly what: "role"; readonly sid: number; readonly role: RoleState; readonly before: RoleState }
  | { readonly what: "disk"; readonly sid: number; readonly operation: StoreOperation; readonly done: boolean }
  | { readonly what: "server"; readonly sid: number; readonly text: string }
  | { readonly what: "client"; readonly sid: number; readonly text: string };

export interface ClusterOptions {
  readonly members: readonly MemberSpec[];
  readonly timeouts?: Timeouts;
  readonly limits?: Partial<Limits>;
  readonly latencyMs?: number;
  readonly diskMs?: number;
  readonly priorities?: Readonly<Record<number, number>>;
  readonly configHashes?: Readonly<Record<number, number>>;
  readonly told?: (told: Told, at: number) => void;
}

interface Due {
  readonly at: number;
  readonly run: () => void;
}

/** Turns at one moment after which the cores are taken to be running in a circle. */
const TURNS_MAX = 10_000;

export class Cluster {
  now = 0;
  readonly servers = new Map<number, Server>();
  readonly acknowledged: Acknowledged[] = [];
  /** Reads that were answered, as `cookie → index`. */
  readonly answeredReads = new Map<number, number>();
  readonly failedReads: number[] = [];
  latencyMs: number;
  private readonly options: ClusterOptions;
  private readonly timeouts: Timeouts;
  private due: Due[] = [];
  /** `from>to` of what does not pass, and of what is kept back. */
  private readonly blocked = new Set<string>();
  private readonly held = new Map<string, Message[]>();
  /** Counts the connections of a pair: what was sent over an earlier one is lost with it. */
  private readonly connections = new Map<string, number>();
  private readonly agreed = new Map<number, string>();

  constructor(options: ClusterOptions) {
    this.options = options;
    this.timeouts = options.timeouts ?? timeoutsOf(2000, 10, 5);
    this.latencyMs = options.latencyMs ?? 1;
    for (const { sid } of options.members) {
      this.servers.set(sid, {
        sid,
        core: undefined,
        disk: emptyDisk(sid * 100 + 1),
        saved: undefined,
        values: [],
        applied: 0,
        diskMs: options.diskMs ?? 1,
        busyUntil: 0,
        hanging: [],
        vouched: false,
        lives: 0,
        links: new Set(),
        proposals: new Map(),
        reads: [],
        arrived: new Map(),
        sending: new Map(),
        stalled: false,
        deliverTo: 0,
      });
    }
  }

  // ── Looking ────────────────────────────────────────────────────────────────────────────────────────────────

  server(sid: number): Server {
    const server = this.servers.get(sid);
    if (server === undefined) throw new Error(`there is no server ${sid}`);
    return server;
  }

  /** The core of a server that runs. */
  core(sid: number): Core {
    const { core } = this.server(sid);
    if (core === undefined) throw new Error(`server ${sid} does not run`);
    return core;
  }

  get sids(): number[] {
    return [...this.servers.keys()];
  }

  get running(): number[] {
    return this.sids.filter((sid) => this.server(sid).core !== undefined);
  }

  /** The established leader of the highest epoch, or 0. */
  get leader(): number {
    let best = 0;
    let epoch = -1;
    for (const sid of this.running) {
      const { role } = this.core(sid);
      if (role.role !== "leading" || role.phase !== "broadcast" || role.epoch <= epoch) continue;
      best = sid;
      epoch = role.epoch;
    }
    return best;
  }

  /** The texts that a server has applied. */
  values(sid: number): string[] {
    return this.server(sid).values.map(({ text }) => text);
  }

  /** What is on the disk of a server, oldest first. */
  onDisk(sid: number): readonly Entry[] {
    return this.server(sid).disk.entries;
  }

  // ── The clock ──────────────────────────────────────────────────────────────────────────────────────────────

  advance(ms: number): void {
    const end = this.now + ms;
    this.turn();
    for (;;) {
      const at = this.nextAt();
      if (at > end) break;
      this.now = Math.max(this.now, at);
      this.turn();
    }
    this.now = end;
  }

  /** Moves on until `holds`, and fails after `withinMs`. */
  advanceUntil(holds: () => boolean, withinMs = 60_000): void {
    const end = this.now + withinMs;
    this.turn();
    while (!holds()) {
      const at = this.nextAt();
      if (at > end) throw new Error(`nothing of the kind within ${withinMs} ms`);
      this.now = Math.max(this.now, at);
      this.turn();
    }
  }

  /** Moves on until somebody leads and serves. */
  elect(): number {
    this.advanceUntil(() => this.leader !== 0 && this.core(this.leader).role.canPropose);
    return this.leader;
  }

  private nextAt(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const due of this.due) at = Math.min(at, due.at);
    for (const { core } of this.servers.values()) if (core !== undefined) at = Math.min(at, core.nextWakeup);
    return at;
  }

  /** Everything that is due now, to the end. */
  private turn(): void {
    for (let turns = 0; ; turns++) {
      if (turns > TURNS_MAX) throw new Error(`the cores run in a circle at ${this.now}`);
      const ready = this.due.filter(({ at }) => at <= this.now);
      this.due = this.due.filter(({ at }) => at > this.now);
      for (const { run } of ready) run();
      let ticked = false;
      for (const { core } of this.servers.values()) {
        if (core === undefined || core.nextWakeup > this.now) continue;
        core.tick(this.now);
        ticked = true;
      }
      let flushed = false;
      for (const server of this.servers.values()) if (this.flush(server)) flushed = true;
      if (ready.length === 0 && !ticked && !flushed) return;
    }
  }

  private later(ms: number, run: () => void): void {
    this.due.push({ at: this.now + ms, run });
  }

  // ── Processes ──────────────────────────────────────────────────────────────────────────────────────────────

  start(...sids: readonly number[]): void {
    for (const sid of sids.length === 0 ? this.sids : sids) this.startOne(this.server(sid));
    this.turn();
  }

  private startOne(server: Server): void {
    const { sid, disk } = server;
    if (server.core !== undefined) throw new Error(`server ${sid} runs already`);
    const { options } = this;
    server.lives++;
    const rows = [...disk.base.rows, ...disk.entries.filter(({ kind }) => kind === ENTRY.epochStart).map(rowOf)];
    const boot: BootState = {
      promises: disk.promises,
      bootId: sid * 1000 + server.lives,
      jitterSeed: sid * 7919 + server.lives,
      firstIndex: disk.base.position.index + 1,
      last: disk.entries.at(-1) ?? disk.base.position,
      applied: disk.entries[disk.applied - disk.base.position.index - 1] ?? disk.base.position,
      epochs: rows,
      vouched: server.vouched,
    };
    server.applied = boot.applied.index;
    server.deliverTo = server.applied;
    server.values = [...disk.base.values, ...valuesOf(disk.entries.filter(({ index }) => index <= server.applied))];
    server.core = new Core(
      {
        sid,
        configuration: { version: { epoch: 0, counter: 0 }, members: options.members },
        timeouts: this.timeouts,
        limits: { ...DEFAULT_LIMITS, ...options.limits },
        priority: options.priorities?.[sid] ?? 0,
        configHash: options.configHashes?.[sid] ?? 1,
        chainOf,
        trace: (event) => this.tell({ what: "trace", event }),
      },
      boot,
      this.now,
    );
    for (const other of this.servers.values()) if (other !== server) this.connect(server, other);
  }

  /** The process ends: its connections are closed, its writes under way are lost. */
  crash(sid: number): void {
    const server = this.server(sid);
    this.end(server);
    for (const other of this.servers.values()) if (other !== server) this.disconnect(server, other);
  }

  /** The machine is gone without a word: nobody is told that its connections are. */
  powerOff(sid: number): void {
    this.end(this.server(sid));
  }

  private end(server: Server): void {
    const { disk } = server;
    disk.applied = Math.min(server.applied, disk.entries.at(-1)?.index ?? disk.base.position.index);
    server.core = undefined;
    server.lives++;
    server.busyUntil = 0;
    server.hanging = [];
    server.links.clear();
    server.proposals.clear();
    server.reads = [];
    server.arrived.clear();
    server.sending.clear();
    if (server.diskMs === Number.POSITIVE_INFINITY) server.diskMs = this.options.diskMs ?? 1;
  }

  /** Replaces the disk of a server that does not run by an empty one. */
  wipe(sid: number): void {
    const server = this.server(sid);
    if (server.core !== undefined) throw new Error(`server ${sid} runs`);
    server.disk = emptyDisk(sid * 100 + 1 + server.lives);
  }

  vouch(sid: number): void {
    this.server(sid).vouched = true;
  }

  /** Copies the disk as it is now; {@link restoreDisk} puts the copy back. */
  saveDisk(sid: number): void {
    const server = this.server(sid);
    server.saved = { ...server.disk, entries: [...server.disk.entries], applied: server.applied };
  }

  restoreDisk(sid: number): void {
    const server = this.server(sid);
    if (server.core !== undefined || server.saved === undefined) throw new Error(`server ${sid} cannot be restored`);
    const { entries, base, applied } = server.saved;
    const last = entries.at(-1)?.index ?? base.position.index;
    server.disk = { ...server.saved, entries: [...entries], applied: Math.min(applied, last) };
  }

  // ── The network ────────────────────────────────────────────────────────────────────────────────────────────

  /** Nothing passes between servers of different groups, and nobody is told. */
  cut(...groups: readonly (readonly number[])[]): void {
    for (const [a, b] of pairsAcross(groups)) {
      this.blocked.add(`${a}>${b}`);
      this.blocked.add(`${b}>${a}`);
    }
  }

  /** Nothing passes from `from` to `to`; the other way it does. */
  cutOneWay(from: number, to: number): void {
    this.blocked.add(`${from}>${to}`);
  }

  /** As {@link cut}, but connections are closed at both ends. */
  sever(...groups: readonly (readonly number[])[]): void {
    this.cut(...groups);
    for (const [a, b] of pairsAcross(groups)) this.disconnect(this.server(a), this.server(b));
  }

  /** Everything passes again; what was closed is connected anew. */
  heal(): void {
    this.blocked.clear();
    const all = [...this.servers.values()];
    for (const [at, a] of all.entries()) {
      for (const b of all.slice(at + 1)) if (!a.links.has(b.sid) || !b.links.has(a.sid)) this.connect(a, b);
    }
  }

  /** Keeps back what arrives at `to` from `from`, until {@link release} or {@link lose}. */
  hold(from: number, to: number): void {
    this.held.set(`${from}>${to}`, []);
  }

  /** Hands over what was kept back; with `count` only so many, and keeps back the rest. */
  release(from: number, to: number, count?: number): void {
    const key = `${from}>${to}`;
    const held = this.held.get(key) ?? [];
    const messages = held.splice(0, count);
    if (count === undefined) this.held.delete(key);
    for (const message of messages) this.server(to).core?.receive(this.now, from, message);
  }

  /** Throws away what was kept back; what comes is kept back still. */
  lose(from: number, to: number): readonly Message[] {
    const key = `${from}>${to}`;
    const messages = this.held.get(key) ?? [];
    if (this.held.has(key)) this.held.set(key, []);
    return messages;
  }

  private connect(a: Server, b: Server): void {
    if (a.core === undefined || b.core === undefined) return;
    if (this.blocked.has(`${a.sid}>${b.sid}`) || this.blocked.has(`${b.sid}>${a.sid}`)) return;
    this.disconnect(a, b);
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      one.links.add(other.sid);
      one.core?.linkUp(this.now, other.sid);
    }
  }

  private disconnect(a: Server, b: Server): void {
    const pair = pairOf(a.sid, b.sid);
    this.connections.set(pair, (this.connections.get(pair) ?? 0) + 1);
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (one.links.delete(other.sid)) one.core?.linkDown(this.now, other.sid);
    }
  }

  private send(from: Server, to: number, message: Message): void {
    const way = `${from.sid}>${to}`;
    const target = this.server(to);
    const lost = this.blocked.has(way) || target.core === undefined;
    this.tell({ what: "message", from: from.sid, to, message, lost });
    if (lost) return;
    const pair = pairOf(from.sid, to);
    const connection = this.connections.get(pair);
    this.later(this.latencyMs, () => {
      if (this.connections.get(pair) !== connection || this.blocked.has(way)) return;
      const held = this.held.get(way);
      if (held !== undefined) held.push(message);
      else target.core?.receive(this.now, from.sid, message);
    });
  }

  // ── Disks ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** How long a write takes from now on, ms; Infinity: until it is set to less. */
  setDisk(sid: number, ms: number): void {
    const server = this.server(sid);
    server.diskMs = ms;
    if (ms === Number.POSITIVE_INFINITY) return;
    const { hanging } = server;
    server.hanging = [];
    for (const complete of hanging) complete();
  }

  /** The next writes fail. */
  failDisk(sid: number): void {
    this.server(sid).core?.storageFailed(this.now, "the disk reports an input/output error");
  }

  /** The state machine stops applying, or goes on. */
  stall(sid: number, stalled: boolean): void {
    const server = this.server(sid);
    server.stalled = stalled;
    this.apply(server);
  }

  /** The log of `sid` lets go of what it has applied up to `index`: only the state has it. */
  trim(sid: number, index: number): void {
    const server = this.server(sid);
    const { base, entries } = server.disk;
    const cut = index - base.position.index;
    const last = entries[cut - 1];
    if (last === undefined || index > server.applied) throw new Error(`server ${sid} cannot trim to ${index}`);
    const starts = entries.slice(0, cut).filter(({ kind }) => kind === ENTRY.epochStart);
    server.disk.base = {
      position: positionOf(last),
      rows: [...base.rows, ...starts.map(rowOf)],
      values: server.values.filter((value) => value.index <= index),
    };
    server.disk.entries = entries.slice(cut);
    server.core?.trimmed(index + 1);
  }

  private store(server: Server, operations: readonly StoreOperation[]): void {
    if (operations.length === 0) return;
    const { lives } = server;
    for (const operation of operations) this.tell({ what: "disk", sid: server.sid, operation, done: false });
    const complete = () => {
      if (server.lives !== lives) return;
      for (const operation of operations) {
        this.carryOut(server, operation);
        this.tell({ what: "disk", sid: server.sid, operation, done: true });
      }
      server.core?.stored(this.now, (operations.at(-1) as StoreOperation).sequence);
      for (const operation of operations) if (operation.type === "install") this.installed(server, operation.position);
    };
    if (server.diskMs === Number.POSITIVE_INFINITY) {
      server.hanging.push(complete);
      return;
    }
    // One write at a time, in order.
    server.busyUntil = Math.max(server.busyUntil, this.now) + server.diskMs;
    this.later(server.busyUntil - this.now, complete);
  }

  private carryOut(server: Server, operation: StoreOperation): void {
    const { disk } = server;
    switch (operation.type) {
      case "append":
        for (const entry of operation.entries) {
          const last = disk.entries.at(-1)?.index ?? disk.base.position.index;
          if (entry.index !== last + 1) throw new Error(`server ${server.sid} writes ${entry.index} after ${last}`);
          disk.entries.push(entry);
        }
        return;
      case "truncate":
        disk.entries = disk.entries.filter(({ index }) => index <= operation.index);
        return;
      case "promise":
        disk.promises = operation.promises;
        return;
      case "install": {
        const snapshot = server.arrived.get(operation.position.index);
        if (snapshot === undefined) throw new Error(`server ${server.sid} installs what it has not received`);
        disk.base = snapshot;
        disk.entries = [];
        disk.applied = snapshot.position.index;
      }
    }
  }

  private installed(server: Server, position: Position): void {
    const snapshot = server.arrived.get(position.index) as Snapshot;
    server.arrived.delete(position.index);
    server.values = [...snapshot.values];
    server.applied = position.index;
    server.core?.applied(this.now, position.index);
    this.apply(server);
  }

  // ── Clients ────────────────────────────────────────────────────────────────────────────────────────────────

  propose(sid: number, text: string): Proposal {
    const server = this.server(sid);
    const proposal = this.core(sid).propose(this.now, new TextEncoder().encode(text));
    if (proposal.accepted) {
      const { entry } = proposal;
      server.proposals.set(entry.index, entry);
      this.tell({
        what: "client",
        sid,
        text: `writes "${text}": entry ${entry.index}, zxid ${entry.epoch}/${entry.counter}`,
      });
    } else {
      this.tell({ what: "client", sid, text: `writes "${text}": refused, ${proposal.reason}` });
    }
    return proposal;
  }

  read(sid: number, cookie: number): void {
    this.core(sid).readIndex(this.now, cookie);
  }

  transfer(sid: number, to = 0): void {
    this.core(sid).transfer(this.now, to);
  }

  // ── Effects ────────────────────────────────────────────────────────────────────────────────────────────────

  private flush(server: Server): boolean {
    const { core } = server;
    const before = core?.role;
    const effects = core?.takeEffects();
    if (core === undefined || before === undefined || effects === undefined) return false;
    this.store(server, effects.stores);
    for (const { to, message } of effects.sends) this.send(server, to, message);
    if (effects.role !== undefined) {
      this.tell({ what: "role", sid: server.sid, role: effects.role, before });
      if (effects.role.role !== "leading") this.abandon(server);
    }
    if (effects.deliverTo > 0) {
      server.deliverTo = effects.deliverTo;
      this.apply(server);
    }
    this.answerReads(server, effects);
    this.readLog(server, effects);
    this.sendSnapshots(server, effects);
    if (effects.fatal !== undefined) {
      this.tell({ what: "server", sid: server.sid, text: `stops (${effects.fatal.code}): ${effects.fatal.message}` });
      this.crash(server.sid);
    }
    return true;
  }

  private apply(server: Server): void {
    const { core, sid } = server;
    // A snapshot on its way to the disk comes first.
    if (core === undefined || server.stalled || server.arrived.size > 0) return;
    if (server.deliverTo <= server.applied) return;
    for (let index = server.applied + 1; index <= server.deliverTo; index++) {
      const entry = core.entry(index) ?? server.disk.entries[index - server.disk.base.position.index - 1];
      if (entry === undefined) throw new Error(`server ${sid} is to deliver ${index}, which it does not have`);
      const text = textOf(entry);
      const same = `${entry.epoch}/${entry.counter} ${text}`;
      if ((this.agreed.get(index) ?? same) !== same)
        throw new Error(
          `server ${sid} delivers ${same} at ${index}, where another delivered ${this.agreed.get(index)}`,
        );
      this.agreed.set(index, same);
      if (entry.kind === ENTRY.transaction) server.values.push({ index, text });
      server.applied = index;
      const own = server.proposals.get(index);
      if (own === undefined) continue;
      server.proposals.delete(index);
      if (own.epoch !== entry.epoch || own.counter !== entry.counter) continue;
      this.acknowledged.push({ index, epoch: own.epoch, counter: own.counter, text });
      this.tell({ what: "client", sid, text: `is told that "${text}" is written (entry ${index})` });
    }
    core.applied(this.now, server.applied);
    this.serveReads(server);
  }

  /** Who led and does no more cannot say what became of these. */
  private abandon(server: Server): void {
    for (const entry of server.proposals.values())
      this.tell({
        what: "client",
        sid: server.sid,
        text: `loses its connection: whether "${textOf(entry)}" is written is unknown`,
      });
    server.proposals.clear();
  }

  private answerReads(server: Server, { reads, failedReads }: Effects): void {
    server.reads.push(...reads);
    for (const cookie of failedReads) {
      this.failedReads.push(cookie);
      this.tell({ what: "client", sid: server.sid, text: `is told that its read ${cookie} fails` });
    }
    this.serveReads(server);
  }

  private serveReads(server: Server): void {
    for (const { cookie, index } of server.reads) {
      if (index > server.applied) continue;
      this.answeredReads.set(cookie, index);
      this.tell({
        what: "client",
        sid: server.sid,
        text: `has its read ${cookie} answered: everything up to entry ${index} is seen`,
      });
    }
    server.reads = server.reads.filter(({ index }) => index > server.applied);
  }

  private readLog(server: Server, { logReads }: Effects): void {
    const { lives } = server;
    for (const { id, from, to, bytesMax } of logReads) {
      this.later(server.diskMs, () => {
        if (server.lives !== lives || server.core === undefined) return;
        const { base, entries } = server.disk;
        const found: Entry[] = [];
        let bytes = 0;
        for (const entry of entries.slice(Math.max(0, from - base.position.index - 1))) {
          bytes += entry.payload.length;
          if (entry.index > to || (found.length > 0 && bytes > bytesMax)) break;
          found.push(entry);
        }
        if (found[0]?.index === from) server.core.logRead(this.now, id, found);
        else server.core.logReadFailed(this.now, id);
      });
    }
  }

  private sendSnapshots(server: Server, { snapshots, snapshotsCancelled }: Effects): void {
    for (const to of snapshotsCancelled) {
      const sending = server.sending.get(to);
      if (sending !== undefined) sending.cancelled = true;
      server.sending.delete(to);
    }
    for (const to of snapshots) {
      const sending = { cancelled: false };
      server.sending.set(to, sending);
      const snapshot = this.snapshotOf(server);
      const { lives } = server;
      this.later(this.latencyMs, () => {
        const target = this.server(to);
        if (sending.cancelled || server.lives !== lives) return;
        server.sending.delete(to);
        if (target.core === undefined || this.blocked.has(`${server.sid}>${to}`)) {
          server.core?.snapshotFailed(this.now, to);
          return;
        }
        const { position, rows } = snapshot;
        if (target.core.install(this.now, server.sid, position, rows)) target.arrived.set(position.index, snapshot);
        server.core?.snapshotSent(this.now, to, position);
      });
    }
  }

  private snapshotOf(server: Server): Snapshot {
    const core = this.core(server.sid);
    const { base, entries } = server.disk;
    const entry = core.entry(server.applied) ?? entries[server.applied - base.position.index - 1];
    const position = entry === undefined ? base.position : positionOf(entry);
    return {
      position,
      rows: core.epochs.filter(({ startIndex }) => startIndex <= position.index),
      values: [...server.values],
    };
  }

  private tell(told: Told): void {
    this.options.told?.(told, this.now);
  }
}

/** Participants 1 to `voters`, then `observers`. */
export function ensembleOf(voters: number, observers = 0): MemberSpec[] {
  return Array.from({ length: voters + observers }, (_, at) => ({
    sid: at + 1,
    role: at < voters ? "participant" : "observer",
    weight: 1,
    group: 0,
  }));
}

/** The payload of an entry as text; of an epoch's start, what it is. */
export function textOf(entry: Entry): string {
  return entry.kind === ENTRY.epochStart ? `start of epoch ${entry.epoch}` : new TextDecoder().decode(entry.payload);
}

/** Stands for the log's checksum: any change before an entry changes its chain. */
export function chainOf(previous: number, { index, epoch, counter, payload }: Omit<Entry, "chain">): number {
  let chain = previous;
  for (const part of [index, epoch, counter, ...payload]) chain = (Math.imul(chain, 31) + part + 1) >>> 0;
  return chain || 1;
}

function positionOf({ index, epoch, counter, chain }: Position): Position {
  return { index, epoch, counter, chain };
}

function emptyDisk(nonce: number): Disk {
  return {
    promises: { acceptedEpoch: 0, acceptedLeader: 0, nonce, founders: [], belongs: false },
    base: { position: GENESIS, rows: [GENESIS_ROW], values: [] },
    entries: [],
    applied: 0,
  };
}

function valuesOf(entries: readonly Entry[]): Value[] {
  return entries
    .filter(({ kind }) => kind === ENTRY.transaction)
    .map((entry) => ({ index: entry.index, text: textOf(entry) }));
}

function pairOf(a: number, b: number): string {
  return `${Math.min(a, b)}-${Math.max(a, b)}`;
}

function pairsAcross(groups: readonly (readonly number[])[]): [number, number][] {
  const pairs: [number, number][] = [];
  for (const [at, group] of groups.entries())
    for (const other of groups.slice(at + 1)) for (const a of group) for (const b of other) pairs.push([a, b]);
  return pairs;
}
