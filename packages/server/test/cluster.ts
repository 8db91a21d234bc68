/**
 * An ensemble in one process: members on one clock, disks in memory and a network that the test moves by hand. Nothing
 * happens by itself and nothing by chance, so a run is the same each time.
 */
import { connectRequest, JuteReader, JuteWriter, OpCode } from "@rookery/protocol/client";
import { decodePeerMessage, encodePeerMessage, isBulk, type PeerMessage } from "@rookery/protocol/peer";
import { MemoryDisk, type MemoryEngine, openMemoryEngine, type Survivors } from "@rookery/storage";
import { STATE_TABLES } from "@rookery/tree";
import { type Logger, SILENT } from "../src/logger.ts";
import type { Client } from "../src/member/client.ts";
import { Member, type MemberPorts } from "../src/member/member.ts";
import { NO_HANDLERS, type PeerHandlers, type PeerNetwork } from "../src/member/peers.ts";
import type { Runtime, Transport } from "../src/member/ports.ts";
import { DEFAULT_OPTIONS, type EnsembleMember, type EnsembleOptions, type ServerOptions } from "../src/options.ts";
import { ask, frame, HandRuntime } from "./harness.ts";

// ── Network ──────────────────────────────────────────────────────────────────────────────────────────────────

/** The two connections between two members, from when they are there until they break. */
interface Link {
  readonly ends: readonly [Port, Port];
  up: boolean;
  /** Counts the bulk connections there have been: what was on its way on an earlier one is lost. */
  bulk: number;
}

type Arrival =
  | { readonly type: "up" | "down" | "bulkDown"; readonly link: Link }
  | { readonly type: "message"; readonly link: Link; readonly frame: Buffer; readonly bulk: number };

/** Carries encoded messages, in order, without delay unless told. */
class HandNetwork {
  readonly runtime: HandRuntime;
  private readonly ports = new Map<number, Port>();
  private readonly cuts = new Set<string>();
  private readonly links: Link[] = [];
  /** Sees each message before it goes out, and may put another in its place or, with undefined, lose it. */
  pass: (message: PeerMessage, from: number, to: number) => PeerMessage | undefined = (message) => message;

  constructor(runtime: HandRuntime) {
    this.runtime = runtime;
  }

  open(sid: number): Port {
    const port = new Port(this, sid);
    this.ports.set(sid, port);
    return port;
  }

  /** The connections between two members break and cannot be made again until {@link heal}. */
  cut(a: number, b: number): void {
    this.cuts.add(pairOf(a, b));
    this.drop((link) => pairOf(link.ends[0].sid, link.ends[1].sid) === pairOf(a, b));
  }

  heal(): void {
    this.cuts.clear();
    for (const port of this.ports.values()) this.connect(port);
  }

  /** Only the bulk connection breaks; the next message for it opens another. */
  breakBulk(a: number, b: number): void {
    for (const link of this.links) {
      if (pairOf(link.ends[0].sid, link.ends[1].sid) !== pairOf(a, b)) continue;
      link.bulk++;
      for (const end of link.ends) end.arrive({ type: "bulkDown", link });
    }
  }

  /** @internal */
  connect(port: Port): void {
    if (!port.started) return;
    for (const other of this.ports.values()) {
      if (other === port || !other.started || port.linkTo(other.sid) !== undefined) continue;
      if (this.cuts.has(pairOf(port.sid, other.sid))) continue;
      const link: Link = { ends: [port, other], up: true, bulk: 0 };
      this.links.push(link);
      for (const end of link.ends) end.arrive({ type: "up", link });
    }
  }

  /** @internal */
  linkBetween(a: Port, sid: number): Link | undefined {
    return this.links.find(({ ends }) => ends.includes(a) && ends.some((end) => end.sid === sid && end !== a));
  }

  /** @internal */
  drop(which: (link: Link) => boolean): void {
    for (const link of this.links.filter(which)) {
      this.links.splice(this.links.indexOf(link), 1);
      link.up = false;
      for (const end of link.ends) end.arrive({ type: "down", link });
    }
  }
}

class Port implements PeerNetwork {
  handlers: PeerHandlers = NO_HANDLERS;
  readonly sid: number;
  started = false;
  private readonly network: HandNetwork;
  private arrivals: Arrival[] = [];
  private due = false;
  /** Senders whose messages stay on the wire. */
  private readonly held = new Set<number>();

  constructor(network: HandNetwork, sid: number) {
    this.network = network;
    this.sid = sid;
  }

  start(): Promise<void> {
    this.started = true;
    this.network.connect(this);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.started = false;
    this.network.drop(({ ends }) => ends.includes(this));
    return Promise.resolve();
  }

  send(to: number, message: PeerMessage): void {
    const link = this.linkTo(to);
    if (link === undefined) return;
    const bulk = isBulk(message) ? link.bulk : -1;
    const passed = this.network.pass(message, this.sid, to);
    if (passed === undefined) return;
    const other = link.ends[0] === this ? link.ends[1] : link.ends[0];
    other.arrive({ type: "message", link, frame: encodePeerMessage(passed), bulk });
  }

  congested(): boolean {
    return false;
  }

  linkTo(sid: number): Link | undefined {
    return this.network.linkBetween(this, sid);
  }

  arrive(arrival: Arrival): void {
    this.arrivals.push(arrival);
    this.deliverSoon();
  }

  hold(from: number): void {
    this.held.add(from);
  }

  release(from: number): void {
    this.held.delete(from);
    this.deliverSoon();
  }

  private deliverSoon(): void {
    if (this.due) return;
    this.due = true;
    this.network.runtime.defer(() => this.deliver());
  }

  private deliver(): void {
    this.due = false;
    const { arrivals } = this;
    this.arrivals = [];
    const kept: Arrival[] = [];
    for (const arrival of arrivals) {
      if (!this.started) return;
      if (arrival.type === "message" && this.held.has(this.otherEnd(arrival.link))) kept.push(arrival);
      else this.take(arrival);
    }
    this.arrivals = [...kept, ...this.arrivals];
    this.handlers.onTurnEnd();
  }

  private take(arrival: Arrival): void {
    const { link } = arrival;
    const other = this.otherEnd(link);
    if (arrival.type === "message") {
      const arrives = link.up && (arrival.bulk < 0 || arrival.bulk === link.bulk);
      if (arrives) this.handlers.onMessage(other, decodePeerMessage(arrival.frame) as PeerMessage);
    } else if (arrival.type === "up") {
      this.handlers.onLinkUp(other);
    } else if (arrival.type === "down") {
      this.handlers.onLinkDown(other);
    } else if (link.up) {
      this.handlers.onBulkDown(other);
    }
  }

  private otherEnd({ ends }: Link): number {
    return (ends[0] === this ? ends[1] : ends[0]).sid;
  }
}

function pairOf(a: number, b: number): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}

// ── Clients ──────────────────────────────────────────────────────────────────────────────────────────────────

/** A connection that nobody reads. */
export class ClusterTransport implements Transport {
  readonly address = "10.0.1.1";
  readonly port: number;
  closed: "" | "ended" | "destroyed" = "";

  constructor(port = 0) {
    this.port = port;
  }

  write(_bytes: Buffer): void {}

  pendingBytes(): number {
    return 0;
  }

  resume(): void {}

  end(): void {
    this.closed = "ended";
  }

  destroy(): void {
    this.closed = "destroyed";
  }
}

/**
 * One connection of a client, and the line that each reply makes: `1: /a` for a create, `2: "x"` for data, `3: a b` for
 * children, `4: ok`, `5: error -101`, `event 1 /a`; `opened` or `refused` for a connect response, with ` read-only` behind.
 */
export class ClusterClient extends ClusterTransport {
  readonly sid: number;
  readonly lines: string[] = [];
  /** The header's zxid of each reply, by xid. */
  readonly zxids = new Map<number, bigint>();
  sessionId = 0n;
  password: Uint8Array = new Uint8Array(16);
  timeoutMs = 0;
  /** The highest zxid a reply has shown. */
  lastZxid = 0n;
  private readonly member: Member;
  private readonly runtime: HandRuntime;
  private readonly client: Client;
  private readonly frames: Buffer[] = [];
  private reads = true;
  /** The connect request has been sent, and its response has come. */
  private asked = false;
  private opened = false;
  private bytes: Buffer = Buffer.alloc(0);
  private readonly opcodes = new Map<number, number>();

  constructor(member: Member, runtime: HandRuntime, sid: number, port: number) {
    super(port);
    this.member = member;
    this.runtime = runtime;
    this.sid = sid;
    this.client = member.accept(this);
  }

  /** One chunk of frames; what the server does not take yet waits until it does. */
  send(...frames: Buffer[]): void {
    for (const frame of frames) {
      if (this.asked) this.opcodes.set(frame.readInt32BE(0), frame.readInt32BE(4));
      this.asked = true;
      this.frames.push(frame);
    }
    this.pump();
  }

  private pump(): void {
    const { member } = this;
    member.beginTurn();
    while (this.reads && this.closed === "" && this.frames.length > 0) {
      const frame = this.frames.shift() as Buffer;
      this.reads = member.receive(this.client, frame, 0, frame.length);
    }
    member.endTurn();
  }

  /** The lines since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }

  /** The client goes away without a word. */
  disconnect(): void {
    this.closed = "destroyed";
    this.member.closed(this.client);
  }

  override write(bytes: Buffer): void {
    this.bytes = Buffer.concat([this.bytes, bytes]);
    while (this.bytes.length >= 4 && this.bytes.length >= 4 + this.bytes.readInt32BE(0)) {
      const end = 4 + this.bytes.readInt32BE(0);
      this.onFrame(this.bytes.subarray(4, end));
      this.bytes = this.bytes.subarray(end);
    }
  }

  override resume(): void {
    this.reads = true;
    this.runtime.defer(() => this.pump());
  }

  private onFrame(frame: Buffer): void {
    if (!this.opened) {
      this.opened = true;
      this.timeoutMs = frame.readInt32BE(4);
      this.sessionId = frame.readBigInt64BE(8);
      this.password = Uint8Array.from(frame.subarray(20, 36));
      this.lines.push(`${this.timeoutMs > 0 ? "opened" : "refused"}${frame[36] === 1 ? " read-only" : ""}`);
      return;
    }
    const xid = frame.readInt32BE(0);
    const zxid = frame.readBigInt64BE(4);
    const code = frame.readInt32BE(12);
    const body = new JuteReader(frame, 16);
    if (xid === -1) {
      const type = body.int();
      body.int();
      this.lines.push(`event ${type} ${body.string()}`);
      return;
    }
    this.zxids.set(xid, zxid);
    if (zxid > this.lastZxid) this.lastZxid = zxid;
    this.lines.push(`${xid}: ${code === 0 ? bodyText(this.opcodes.get(xid) ?? 0, frame, body) : `error ${code}`}`);
  }
}

function bodyText(opcode: number, frame: Buffer, body: JuteReader): string {
  if (frame.length === 16) return "ok";
  switch (opcode) {
    case OpCode.create:
      return body.string() ?? "";
    case OpCode.getData:
      return JSON.stringify(Buffer.from(body.buffer() ?? []).toString("utf8"));
    case OpCode.getChildren:
      return Array.from({ length: body.int() }, () => body.string())
        .sort()
        .join(" ");
    case OpCode.multi:
      return multiText(body);
    default:
      return "ok";
  }
}

/** The type of each result; of a failed one its code. */
function multiText(body: JuteReader): string {
  const results: string[] = [];
  for (;;) {
    const type = body.int();
    const done = body.bool();
    const code = body.int();
    if (done) return results.join(" ");
    results.push(type === -1 ? `error ${body.int()}` : `${type}:${code}`);
    if (type === OpCode.create) body.string();
    else if (type === OpCode.setData) body.skip(STAT_BYTES);
  }
}

const STAT_BYTES = 68;

/** An operation of a multi. */
type MultiOperation =
  | { readonly type: "create"; readonly path: string; readonly flags?: number }
  | { readonly type: "delete" | "set" | "check"; readonly path: string; readonly version?: number };

/** What a client can ask, beside what a server alone is asked. */
export const requests = {
  ...ask,
  delete: (xid: number, path: string, version = -1) =>
    frame(xid, OpCode.delete, (out) => {
      out.string(path);
      out.int(version);
    }),
  sync: (xid: number, path = "/") => frame(xid, OpCode.sync, (out) => out.string(path)),
  /** Readable and writable by the identities of the creator alone. */
  createPrivate: (xid: number, path: string) =>
    frame(xid, OpCode.create, (out) => {
      out.string(path);
      out.buffer(Buffer.from("private"));
      out.int(1);
      out.int(31);
      out.string("auth");
      out.string("");
      out.int(0);
    }),
  multi: (xid: number, ...operations: readonly MultiOperation[]) =>
    frame(xid, OpCode.multi, (out) => {
      for (const operation of operations) {
        out.int(MULTI_OPCODES[operation.type]);
        out.bool(false);
        out.int(-1);
        out.string(operation.path);
        if (operation.type === "create") {
          out.buffer(Buffer.alloc(0));
          out.int(1);
          out.int(31);
          out.string("world");
          out.string("anyone");
          out.int(operation.flags ?? 0);
        } else {
          if (operation.type === "set") out.buffer(Buffer.from("set"));
          out.int(operation.version ?? -1);
        }
      }
      out.int(-1);
      out.bool(true);
      out.int(-1);
    }),
};

const MULTI_OPCODES = {
  create: OpCode.create,
  delete: OpCode.delete,
  set: OpCode.setData,
  check: OpCode.check,
} as const;

interface ConnectOptions {
  /** The session of this connection, to be gone on with. */
  readonly session?: { readonly sessionId: bigint; readonly password: Uint8Array };
  readonly timeoutMs?: number;
  readonly lastZxidSeen?: bigint;
  /** Whether the client accepts a server without a quorum. */
  readonly readOnly?: boolean;
}

// ── Members ──────────────────────────────────────────────────────────────────────────────────────────────────

/** One member, over the lives of its process. */
class Seat {
  readonly sid: number;
  engine: MemoryEngine;
  member: Member | undefined;
  port: Port | undefined;
  /** Number of the process's life; timers of earlier ones never ring. */
  life = 0;
  clients: ClusterClient[] = [];
  failure: Error | undefined;

  constructor(sid: number, engine: MemoryEngine) {
    this.sid = sid;
    this.engine = engine;
  }
}

export interface ClusterOptions {
  readonly voters?: number;
  readonly observers?: number;
  readonly options?: Partial<Omit<ServerOptions, "ensemble">>;
  readonly ensemble?: Partial<EnsembleOptions>;
  readonly ports?: Partial<Pick<MemberPorts, "logEntriesKept" | "limits">>;
  readonly logger?: Logger;
}

export class Cluster {
  readonly runtime = new HandRuntime();
  readonly network = new HandNetwork(this.runtime);
  readonly sids: readonly number[];
  private readonly seats = new Map<number, Seat>();
  private readonly settings: ClusterOptions;
  private readonly members: readonly EnsembleMember[];
  private lives = 0;
  private connections = 0;

  /** Starts every member and waits until all of them serve clients. */
  static async start(settings: ClusterOptions = {}): Promise<Cluster> {
    const cluster = new Cluster(settings);
    for (const sid of cluster.sids) await cluster.restart(sid);
    await cluster.untilAllServe();
    return cluster;
  }

  /** Nobody runs yet, and the disks are empty. */
  constructor(settings: ClusterOptions = {}) {
    const { voters = 3, observers = 0 } = settings;
    this.settings = settings;
    this.sids = Array.from({ length: voters + observers }, (_, at) => at + 1);
    this.members = this.sids.map((sid) => ({
      sid,
      role: sid <= voters ? "participant" : "observer",
      host: `10.0.0.${sid}`,
      peerPort: 2888,
      electionPort: 3888,
      clientHost: "0.0.0.0",
      clientPort: 2181,
      weight: 1,
      group: 0,
    }));
    for (const sid of this.sids) this.seats.set(sid, new Seat(sid, openMemoryEngine({ tables: STATE_TABLES, sid })));
  }

  // ── Who is there ───────────────────────────────────────────────────────────────────────────────────────────

  member(sid: number): Member {
    const { member } = this.seat(sid);
    if (member === undefined) throw new Error(`server ${sid} is not running`);
    return member;
  }

  engine(sid: number): MemoryEngine {
    return this.seat(sid).engine;
  }

  isRunning(sid: number): boolean {
    return this.seat(sid).member !== undefined;
  }

  /** Why a member stopped by itself, if it did. */
  failure(sid: number): Error | undefined {
    return this.seat(sid).failure;
  }

  /** The serving leader of the highest epoch; 0 while there is none. */
  get leader(): number {
    let leader = 0;
    let epoch = -1;
    for (const sid of this.sids) {
      const member = this.seat(sid).member;
      if (member?.leading === undefined || !member.serving || member.replication.role.epoch <= epoch) continue;
      leader = sid;
      ({ epoch } = member.replication.role);
    }
    return leader;
  }

  /** The voters that serve and do not lead. */
  get followers(): number[] {
    return this.sids.filter((sid) => {
      const member = this.seat(sid).member;
      return member !== undefined && member.forwarding !== undefined && member.mode === "follower";
    });
  }

  /** Everybody but these, running or not. */
  others(...sids: number[]): number[] {
    return this.sids.filter((sid) => !sids.includes(sid));
  }

  serves(sid: number): boolean {
    return this.seat(sid).member?.serving ?? false;
  }

  // ── Time ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let round = 0; round < 4; round++) await this.runtime.settle();
  }

  async advance(ms: number): Promise<void> {
    await this.settle();
    await this.runtime.advance(ms);
    await this.settle();
  }

  /** Moves the clock until it is so; how long it took, ms. */
  async until(isSo: () => boolean, withinMs = 60_000): Promise<number> {
    const begunMs = this.runtime.ms;
    await this.settle();
    while (!isSo()) {
      if (this.runtime.ms - begunMs >= withinMs) throw new Error(`not so within ${withinMs} ms: ${isSo}`);
      await this.advance(STEP_MS);
    }
    return this.runtime.ms - begunMs;
  }

  /** Until everybody that runs serves, under one leader. */
  untilAllServe(): Promise<number> {
    return this.until(() => {
      const { leader } = this;
      const running = this.sids.filter((sid) => this.isRunning(sid));
      return (
        leader > 0 && running.every((sid) => this.serves(sid) && this.member(sid).replication.role.leader === leader)
      );
    });
  }

  // ── What happens to members ────────────────────────────────────────────────────────────────────────────────

  cut(...pairs: (readonly [number, number])[]): void {
    for (const [a, b] of pairs) this.network.cut(a, b);
  }

  /** Cuts a member's connections to all others. */
  isolate(sid: number): void {
    for (const other of this.others(sid)) this.network.cut(sid, other);
  }

  heal(): void {
    this.network.heal();
  }

  /** What `from` sends to `to` stays on the wire until {@link release}; the connection does not break. */
  hold(from: number, to: number): void {
    this.seat(to).port?.hold(from);
  }

  release(from: number, to: number): void {
    this.seat(to).port?.release(from);
  }

  /** Power loss: what the disk had not completed is gone, but for `survivors`. */
  crash(sid: number, survivors?: Survivors): void {
    const seat = this.seat(sid);
    this.end(seat);
    seat.engine = seat.engine.crash(survivors);
  }

  /** Stops in good order, without the clock moving unless the member waits for it. */
  async stop(sid: number): Promise<void> {
    const seat = this.seat(sid);
    const { engine } = seat;
    let stopped = false;
    const stopping = this.member(sid)
      .stop()
      .then(() => engine.close())
      .finally(() => {
        stopped = true;
      });
    for (let round = 0; !stopped && round < 100; round++) await this.settle();
    await this.until(() => stopped);
    await stopping;
    this.end(seat);
    seat.engine = openMemoryEngine({ tables: STATE_TABLES, disk: engine.disk });
  }

  /** Starts a member that does not run, on the disk it has. It may have failed right away: {@link failure}. */
  async restart(sid: number, ensemble: Partial<EnsembleOptions> = {}): Promise<void> {
    const seat = this.seat(sid);
    if (seat.member !== undefined) throw new Error(`server ${sid} is running`);
    const { options, ports, logger = SILENT } = this.settings;
    const port = this.network.open(sid);
    const bootId = 7919 * ++this.lives;
    seat.life++;
    seat.port = port;
    seat.failure = undefined;
    const opening = Member.open(
      {
        ...DEFAULT_OPTIONS,
        tickTimeMs: 1000,
        ...options,
        ensemble: { ...ENSEMBLE, sid, members: this.members, ...this.settings.ensemble, ...ensemble },
      },
      { engine: seat.engine, runtime: this.runtimeOf(seat), logger, peers: port, bootId, jitterSeed: bootId, ...ports },
    );
    let opened = false;
    opening.then(
      (member) => {
        opened = true;
        seat.member = member;
        member.onFailed = (error) => this.failed(seat, error);
        if (member.failure !== undefined) this.failed(seat, member.failure);
      },
      () => {
        opened = true;
      },
    );
    await this.until(() => opened);
    await opening;
  }

  /** The stopped or crashed member's disk is replaced by an empty one, or by what {@link backup} returned. */
  replaceDisk(sid: number, disk: MemoryDisk = new MemoryDisk()): void {
    const seat = this.seat(sid);
    if (seat.member !== undefined) throw new Error(`server ${sid} is running`);
    seat.engine.crash();
    seat.engine = openMemoryEngine({ tables: STATE_TABLES, sid, disk, nonce: 1000 + ++this.lives });
  }

  /** A copy of what the member's disk holds now. May be put back once, in the place of the disk it was made of. */
  backup(sid: number): MemoryDisk {
    const { disk } = this.engine(sid);
    const copy = new MemoryDisk();
    copy.meta = disk.meta;
    copy.entries.push(...disk.entries);
    copy.base = disk.base;
    for (const [name, table] of disk.tables) copy.tables.set(name, table.snapshot());
    copy.applied = disk.applied;
    copy.commitHint = disk.commitHint;
    return copy;
  }

  /** Every row of the member's durable state, once it holds everything applied. */
  async rows(sid: number): Promise<string[]> {
    let committed = false;
    void this.member(sid)
      .commitNow()
      .then(() => {
        committed = true;
      });
    await this.until(() => committed);
    const snapshot = this.engine(sid).state.snapshot();
    const rows: string[] = [];
    for (const [table, name] of STATE_TABLES.entries()) {
      snapshot.scan(table, { from: Buffer.alloc(0), to: Buffer.alloc(2048, 0xff) }, (key, value) => {
        rows.push(`${name} ${Buffer.from(key).toString("hex")} ${Buffer.from(value).toString("hex")}`);
      });
    }
    snapshot.close();
    return rows;
  }

  // ── Clients ────────────────────────────────────────────────────────────────────────────────────────────────

  async connect(sid: number, options: ConnectOptions = {}): Promise<ClusterClient> {
    const { session, timeoutMs = 10_000, lastZxidSeen = 0n, readOnly = false } = options;
    const seat = this.seat(sid);
    const client = new ClusterClient(this.member(sid), this.runtime, sid, ++this.connections);
    seat.clients.push(client);
    const out = new JuteWriter();
    connectRequest.encode(out, {
      protocolVersion: 0,
      lastZxidSeen,
      timeoutMs,
      sessionId: session?.sessionId ?? 0n,
      password: session?.password ?? new Uint8Array(16),
      readOnly,
    });
    client.send(Buffer.from(out.take()));
    await this.settle();
    return client;
  }

  /** Connects and takes the line that says so. */
  async open(sid: number, options: ConnectOptions = {}): Promise<ClusterClient> {
    const client = await this.connect(sid, options);
    const [line] = client.take();
    if (line !== "opened") throw new Error(`server ${sid} answered ${line}`);
    return client;
  }

  /** Sends, lets everything happen that needs no time, and takes the lines. */
  async ask(client: ClusterClient, ...frames: Buffer[]): Promise<string[]> {
    client.send(...frames);
    await this.settle();
    return client.take();
  }

  // ── Lives ──────────────────────────────────────────────────────────────────────────────────────────────────

  private seat(sid: number): Seat {
    const seat = this.seats.get(sid);
    if (seat === undefined) throw new Error(`there is no server ${sid}`);
    return seat;
  }

  private failed(seat: Seat, error: Error): void {
    this.end(seat);
    seat.failure = error;
    seat.engine = seat.engine.crash();
  }

  private end(seat: Seat): void {
    seat.life++;
    seat.member = undefined;
    void seat.port?.close();
    seat.port = undefined;
    for (const client of seat.clients) client.closed ||= "destroyed";
    seat.clients = [];
  }

  /** The shared clock, as a process sees it until it ends. */
  private runtimeOf(seat: Seat): Runtime {
    const { runtime } = this;
    const { life } = seat;
    const lives = (task: () => void) => () => {
      if (seat.life === life) task();
    };
    return {
      wallMs: () => runtime.wallMs(),
      monotonicMs: () => runtime.monotonicMs(),
      defer: (task) => runtime.defer(lives(task)),
      every: (ms, task) => runtime.every(ms, lives(task)),
      after: (ms, task) => runtime.after(ms, lives(task)),
    };
  }
}

/** The clock's step while something is waited for, ms. */
const STEP_MS = 10;

const ENSEMBLE: Omit<EnsembleOptions, "sid" | "members"> = {
  initLimit: 10,
  syncLimit: 5,
  electionTimeoutMs: undefined,
  listenOnAllIps: false,
  readOnly: false,
  localSessions: false,
  localSessionsUpgrading: false,
  leaderServes: true,
  vouched: false,
};
