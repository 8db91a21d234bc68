/**
 * One member: what clients ask, in order, against the tree; what changes, through the proposer; what sessions are due.
 * It decides and keeps state; sockets, clocks and disks are behind ports.
 *
 * **Invariant**: proposals are applied in the order they were proposed, each once; a client's replies leave in the
 * order its requests came, and the events of a transaction before the reply to it or to any read after it.
 */
import {
  ErrorCode,
  firstSessionId,
  type JuteReader,
  JuteWriter,
  OpCode,
  ProtocolError,
  JuteReader as Reader,
  sessionPassword,
  Xid,
} from "@rookery/protocol/client";
import { type LogEntry, type Space, type StorageEngine, StorageError, TRANSACTION } from "@rookery/storage";
import {
  addIdentities,
  answerRead,
  applyTransaction,
  authenticate,
  type Change,
  decodeTransaction,
  encodeTransaction,
  KIND,
  type OperationResult,
  Preparer,
  type Transaction,
  Tree,
  type TreeCommit,
  writeMultiHeader,
  writeStat,
} from "@rookery/tree";
import type { Logger } from "../logger.ts";
import type { ServerOptions } from "../options.ts";
import { Client, type Held, type Proposal } from "./client.ts";
import { Deque } from "./deque.ts";
import type { Proposer, Runtime, Timer, Transport } from "./ports.ts";
import { ServerSession } from "./session.ts";
import { SessionClock } from "./session-clock.ts";
import { Stats } from "./stats.ts";

/** Requests of one client that may wait behind its writes before its socket is not read. */
const WAITING_MAX = 1024;
/** Bytes of the requests of one client that may wait. */
const HELD_BYTES_MAX = 2 << 20;
/** After this long in one turn, ms, each client may send one more request before the others have theirs. */
const TURN_MS = 10;
/** Watches of one connection; it is closed above. */
const WATCHES_MAX = 1 << 20;
/** Bytes proposed and not yet committed above which no more are taken. */
const UNCOMMITTED_BYTES_MAX = 64 << 20;
/** Znodes changed since the last state commit: at the first a commit starts, at the second proposals wait for it. */
const DIRTY_COMMIT = 4096;
const DIRTY_MAX = 65_536;
/** Bytes of changed znodes at which a state commit starts, and at which proposals wait. */
const DIRTY_BYTES_COMMIT = 8 << 20;
const DIRTY_BYTES_MAX = 256 << 20;
/** A change waits at most this long for a state commit, ms. */
const COMMIT_DELAY_MS = 5000;
/** Identities of one connection; an auth above it fails. */
const IDENTITIES_MAX = 256;
/** Pause before a commit that found no room is tried again, ms. */
const RETRY_MS = 1000;
/** Log entries kept behind the durably applied one, for members that lag. */
const LOG_ENTRIES_KEPT = 100_000;
/** Entries read from the log at a time when replaying. */
const REPLAY = { entriesMax: 4096, bytesMax: 16 << 20 };

export interface MemberPorts {
  readonly engine: StorageEngine;
  readonly proposer: Proposer;
  readonly runtime: Runtime;
  readonly logger: Logger;
}

export class Member {
  readonly tree: Tree;
  readonly stats = new Stats();
  readonly clients = new Set<Client>();
  readonly sessions = new Map<bigint, ServerSession>();
  readonly clock: SessionClock<ServerSession>;
  readonly options: ServerOptions;
  readonly engine: StorageEngine;
  readonly minTimeoutMs: number;
  readonly maxTimeoutMs: number;
  readonly startedMs: number;
  /** Called once when the member can go on no longer. */
  onFailed: (error: Error) => void = () => {};

  private readonly preparer: Preparer;
  private readonly proposer: Proposer;
  private readonly runtime: Runtime;
  private readonly logger: Logger;
  private readonly inFlight = new Deque<Proposal>();
  private readonly unflushed: Client[] = [];
  private stalled: Client[] = [];
  private unstallDeferred = false;
  /** Requests taken, to look at the clock now and then; and whether this turn's time is used up. */
  private turnRequests = 0;
  private turnSpent = false;
  private retriedMs = 0;
  private readonly input: JuteReader = new Reader();
  private readonly scratch = new JuteWriter();
  private nextSession: bigint;
  private nowMs = 0;
  private committing: Promise<void> | undefined;
  /** A commit that the disk had no room for. */
  private stuckCommit: TreeCommit | undefined;
  private dirtySinceMs = -1;
  private timers: Timer[] = [];
  private collecting: string[] = [];
  private readonly checkMs: number;
  private failed: Error | undefined;
  private stopping = false;

  /** Recovers: opens the tree and applies what the log holds beyond it. */
  static async open(options: ServerOptions, ports: MemberPorts): Promise<Member> {
    const member = new Member(options, ports);
    await member.replay();
    member.begin();
    return member;
  }

  private constructor(options: ServerOptions, { engine, proposer, runtime, logger }: MemberPorts) {
    this.options = options;
    this.engine = engine;
    this.proposer = proposer;
    this.runtime = runtime;
    this.logger = logger;
    this.minTimeoutMs = options.minSessionTimeoutMs ?? 2 * options.tickTimeMs;
    this.maxTimeoutMs = options.maxSessionTimeoutMs ?? 20 * options.tickTimeMs;
    this.tree = new Tree(engine.state, { cacheBytesMax: options.cacheBytesMax });
    this.preparer = new Preparer(this.tree, options, (path, what, limit, hard) => {
      if (hard) this.stats.quotaRefused(path);
      logger.warn({ path, what, limit, hard }, hard ? "a write was refused by a quota" : "a soft quota is exceeded");
    });
    this.nowMs = runtime.monotonicMs();
    this.startedMs = runtime.wallMs();
    this.checkMs = Math.max(5, Math.min(250, options.tickTimeMs / 8));
    this.clock = new SessionClock(options.tickTimeMs, this.checkMs, this.nowMs);
    this.nextSession = firstSessionId(engine.meta.sid, this.startedMs);
    proposer.onCommitted = (index) => this.onCommitted(index);
    proposer.onFailed = (error) => this.fail(error);
    proposer.onFlushed = (ms) => this.stats.flushTime.add(ms);
  }

  // ── Connections ────────────────────────────────────────────────────────────────────────────────────────────

  accept(transport: Transport): Client {
    const { runtime, options, stats } = this;
    const client = new Client(transport, runtime.wallMs(), runtime.monotonicMs(), options, stats, this.onOutput);
    this.clients.add(client);
    return client;
  }

  /** The connection is gone, whoever closed it. The session lives on. */
  closed(client: Client): void {
    if (client.state === "closed") return;
    client.state = "closed";
    this.clients.delete(client);
    this.tree.watches.forget(client);
    client.waiting.clear();
    client.heldBytes = 0;
    if (client.session?.client === client) client.session.client = undefined;
  }

  private drop(client: Client, reason: string): void {
    this.stats.connectionsDropped++;
    this.logger.debug(
      { address: client.transport.address, session: client.session?.id.toString(16), reason },
      "connection closed",
    );
    this.closed(client);
    client.transport.destroy();
  }

  /** Sends what is there, then closes: the peer gets its last reply. */
  private finish(client: Client): void {
    if (client.state === "closed") return;
    client.flush();
    this.closed(client);
    client.transport.end();
  }

  /** Call before the frames of a chunk, and {@link endTurn} after: what they share is read once. */
  beginTurn(): void {
    this.nowMs = this.runtime.monotonicMs();
    this.turnSpent = false;
  }

  /** Sends every reply written since the last turn. */
  endTurn(): void {
    const { unflushed } = this;
    for (let at = 0; at < unflushed.length; at++) {
      this.flush(unflushed[at] as Client);
    }
    unflushed.length = 0;
    this.turnSpent = false;
    // A flush that the kernel takes whole makes room and no transport tells of it; so does the end of a long turn.
    if (!this.unstallDeferred && this.stalled.some((client) => client.state === "closed" || this.canTake(client))) {
      this.unstallDeferred = true;
      this.runtime.defer(this.unstallInTurn);
    }
  }

  private flush(client: Client): void {
    client.flush();
    if (client.state !== "closed" && client.transport.pendingBytes() > this.options.outputBytesMax) {
      this.drop(client, "does not read its replies");
    }
  }

  private readonly onOutput = (client: Client) => {
    if (client.out.position > this.options.outputBytesPause) this.flush(client);
    else this.unflushed.push(client);
  };

  // ── Requests ───────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Handles a frame. False means no more may come until `transport.resume()`.
   * @param buffer - Not written to again by anybody: requests that wait keep a view on it.
   */
  receive(client: Client, buffer: Buffer, start: number, end: number): boolean {
    if (this.stopping || this.failed !== undefined || client.state === "closed") return false;
    client.received++;
    this.stats.packetsReceived++;
    this.stats.bytesReceived += end - start + 4;
    if (client.state !== "open") return this.handshake(client, buffer, start, end);
    if (end - start < 8) {
      this.drop(client, "frame too short for a header");
      return false;
    }
    const xid = buffer.readInt32BE(start);
    const opcode = buffer.readInt32BE(start + 4);
    const session = client.session as ServerSession;
    if (session.closing) return false;
    if (opcode > 0 && opcode < 128) this.stats.requests[opcode] = (this.stats.requests[opcode] as number) + 1;
    switch (opcode) {
      case OpCode.getData:
      case OpCode.exists:
      case OpCode.getChildren:
      case OpCode.getChildren2:
      case OpCode.getACL:
      case OpCode.sync:
      case OpCode.ping:
      case OpCode.multiRead:
      case OpCode.setWatches:
      case OpCode.setWatches2:
      case OpCode.addWatch:
      case OpCode.checkWatches:
      case OpCode.removeWatches:
      case OpCode.getEphemerals:
      case OpCode.getAllChildrenNumber:
      case OpCode.whoAmI:
        session.heardMs = this.nowMs;
        if (!this.maySpeak(client, xid)) return false;
        if (client.waiting.length === 0) {
          this.answer(client, xid, opcode, buffer, start, end, this.nowMs);
        } else {
          client.heldBytes += end - start;
          client.waiting.push({ ...HELD, xid, opcode, receivedMs: this.nowMs, frame: buffer.subarray(start, end) });
        }
        return this.hasRoom(client);
      case OpCode.create:
      case OpCode.create2:
      case OpCode.createContainer:
      case OpCode.createTTL:
      case OpCode.delete:
      case OpCode.setData:
      case OpCode.setACL:
      case OpCode.multi:
      case OpCode.reconfig:
        session.heardMs = this.nowMs;
        if (!this.maySpeak(client, xid)) return false;
        if (this.engine.space !== "ok") this.refuse(client, xid, opcode);
        else this.write(client, session, xid, opcode, buffer, start, end);
        return this.hasRoom(client);
      case OpCode.closeSession:
        if (!this.maySpeak(client, xid)) return false;
        if (this.engine.space === "none") {
          this.refuse(client, xid, opcode);
          return this.hasRoom(client);
        }
        this.closeSession(session, client, xid);
        return false;
      case OpCode.auth:
        return this.auth(client, xid, buffer, start, end);
      case OpCode.sasl:
        return this.sasl(client, xid, buffer, start, end);
      default:
        // Includes createSession and deleteContainer, which are the server's own: from a client they are refused.
        this.answerLater(client, xid, opcode, ErrorCode.UNIMPLEMENTED, "none", true);
        return false;
    }
  }

  /** Whether the connection has authenticated as the operator demands; otherwise it is told so and closed. */
  private maySpeak(client: Client, xid: number): boolean {
    const schemes = this.options.enforceAuthSchemes;
    if (schemes === undefined || client.identities.some(({ scheme }) => schemes.includes(scheme))) return true;
    this.answerLater(client, xid, 0, ErrorCode.SESSIONCLOSEDREQUIRESASLAUTH, "zero", true);
    return false;
  }

  private write(
    client: Client,
    session: ServerSession,
    xid: number,
    opcode: number,
    buffer: Buffer,
    start: number,
    end: number,
  ): void {
    const { input } = this;
    input.reset(buffer, start + 8, end);
    const transaction = this.preparer.prepare(
      opcode,
      input,
      client,
      xid,
      this.proposer.nextIndex,
      this.runtime.wallMs(),
    );
    this.propose(transaction, client, session, xid, opcode);
  }

  private propose(
    transaction: Transaction,
    client: Client | undefined,
    session: ServerSession | undefined,
    xid: number,
    opcode: number,
  ): void {
    const proposed = this.proposer.propose(encodeTransaction(transaction));
    const proposal: Proposal = { proposed, transaction, client, session, xid, opcode, receivedMs: this.nowMs };
    this.stats.proposals++;
    if (session !== undefined) session.inFlight++;
    this.inFlight.push(proposal);
    client?.waiting.push(proposal);
  }

  /** No room on the disk: the write is answered, in its turn, with an error that says it was not done. */
  private refuse(client: Client, xid: number, opcode: number): void {
    this.stats.throttled++;
    this.answerLater(client, xid, opcode, ErrorCode.SYSTEMERROR, "applied", false);
  }

  /** Whether more frames of this client may come; if not, it is resumed when there is room. */
  private hasRoom(client: Client): boolean {
    if (client.state === "closed") return false;
    // The clock is looked at every few requests: some cost milliseconds, most less than looking.
    if ((++this.turnRequests & 3) === 0) {
      this.turnSpent = this.runtime.monotonicMs() - this.nowMs > TURN_MS;
      if (this.tree.watches.countOf(client) > WATCHES_MAX) {
        this.drop(client, "too many watches");
        return false;
      }
    }
    if (this.canTake(client)) return true;
    if (!client.stalled) {
      client.stalled = true;
      this.stalled.push(client);
    }
    return false;
  }

  private canTake(client: Client): boolean {
    if (this.turnSpent || this.overfull()) return false;
    const queued = client.waiting.length;
    if (queued >= WAITING_MAX || client.heldBytes > HELD_BYTES_MAX || (queued > 0 && this.crowded())) return false;
    return this.unread(client) <= this.options.outputBytesPause;
  }

  /** Bytes of replies that the client has not taken. */
  private unread(client: Client): number {
    return client.out.position + client.transport.pendingBytes();
  }

  private crowded(): boolean {
    return (
      this.inFlight.length >= this.options.globalOutstandingLimit ||
      this.proposer.uncommittedBytes > UNCOMMITTED_BYTES_MAX
    );
  }

  /** More has changed than the state commits keep up with. */
  private overfull(): boolean {
    return this.tree.dirtyCount > DIRTY_MAX || this.tree.dirtyBytes > DIRTY_BYTES_MAX;
  }

  /** The transport has sent what was pending. */
  drained(client: Client): void {
    if (client.stalled) this.unstallInTurn();
  }

  /** Lets clients go on that were stalled by their own replies, which the kernel has taken in the meantime. */
  private readonly unstallInTurn = () => {
    this.unstallDeferred = false;
    this.beginTurn();
    this.unstall();
    this.endTurn();
  };

  private unstall(): void {
    if (this.stalled.length === 0) return;
    const { stalled } = this;
    this.stalled = [];
    let at = 0;
    for (; at < stalled.length && !this.turnSpent; at++) {
      const client = stalled[at] as Client;
      client.stalled = false;
      if (client.state !== "closed" && this.hasRoom(client)) client.transport.resume();
    }
    // Those that had no time now go before those that had.
    if (at < stalled.length) this.stalled = [...stalled.slice(at), ...this.stalled];
  }

  // ── Answers ────────────────────────────────────────────────────────────────────────────────────────────────

  private answer(
    client: Client,
    xid: number,
    opcode: number,
    buffer: Buffer,
    start: number,
    end: number,
    receivedMs: number,
  ): void {
    const { out } = client;
    const { epoch, counter } = this.tree.applied;
    if (opcode === OpCode.ping) {
      client.replyHeader(Xid.ping, epoch, counter, ErrorCode.OK);
    } else if (opcode === OpCode.setWatches || opcode === OpCode.setWatches2) {
      // Its events come before its reply, which has no body.
      client.replyHeader(xid, epoch, counter, this.read(client, opcode, buffer, start, end, out));
    } else if (opcode === OpCode.multiRead) {
      this.scratch.reset();
      const code = this.read(client, opcode, buffer, start, end, this.scratch);
      if (code !== ErrorCode.OK && this.scratch.position === 0) {
        client.replyHeader(xid, epoch, counter, code);
      } else {
        const frame = this.beginReply(out, xid, epoch, counter, code);
        out.raw(this.scratch.take());
        out.endFrame(frame);
        this.stats.responded(out.position - frame);
        client.wrote();
      }
    } else {
      const frame = this.beginReply(out, xid, epoch, counter, ErrorCode.OK);
      const code = this.read(client, opcode, buffer, start, end, out);
      if (code === ErrorCode.OK) {
        out.endFrame(frame);
        this.stats.responded(out.position - frame);
        client.wrote();
      } else {
        out.position = frame;
        client.replyHeader(xid, epoch, counter, code);
      }
    }
    const latencyMs = this.nowMs - receivedMs;
    this.stats.latency.add(latencyMs);
    if (opcode !== OpCode.ping) this.stats.readLatency.add(latencyMs);
    client.answered(opcode, xid, epoch, counter, this.nowMs, latencyMs);
  }

  private beginReply(out: JuteWriter, xid: number, epoch: number, counter: number, code: number): number {
    const frame = out.beginFrame();
    out.int(xid);
    out.longParts(epoch, counter);
    out.int(code);
    return frame;
  }

  private read(client: Client, opcode: number, buffer: Buffer, start: number, end: number, out: JuteWriter): number {
    this.input.reset(buffer, start + 8, end);
    try {
      return answerRead(opcode, this.input, out, this.tree, client, this.options);
    } catch (error) {
      if (error instanceof ProtocolError) return ErrorCode.MARSHALLINGERROR;
      throw error;
    }
  }

  /** Answers with a bare header, now or behind what is waiting; then closes, if told. */
  private answerLater(
    client: Client,
    xid: number,
    opcode: number,
    code: number,
    zxid: Held["zxid"],
    closes: boolean,
  ): void {
    const held: Held = { ...HELD, xid, opcode, receivedMs: this.nowMs, code, zxid, closes };
    if (client.waiting.length === 0) this.answerHeld(client, held);
    else client.waiting.push(held);
  }

  private answerHeld(client: Client, held: Held): void {
    if (held.frame !== undefined) {
      client.heldBytes -= held.frame.length;
      this.answer(client, held.xid, held.opcode, held.frame, 0, held.frame.length, held.receivedMs);
      return;
    }
    const { epoch, counter } = this.tree.applied;
    if (held.zxid === "applied") client.replyHeader(held.xid, epoch, counter, held.code);
    else if (held.zxid === "zero") client.replyHeader(held.xid, 0, 0, held.code);
    else client.replyHeader(held.xid, -1, -1, held.code);
    client.answered(held.opcode, held.xid, epoch, counter, this.nowMs, this.nowMs - held.receivedMs);
    if (held.closes) this.finish(client);
  }

  /**
   * Identities count from when they were sent, the answer waits its turn: upstream lets it overtake, which confuses
   * clients that count on order (specification §13.6).
   */
  private auth(client: Client, xid: number, buffer: Buffer, start: number, end: number): boolean {
    const { input } = this;
    input.reset(buffer, start + 8, end);
    let added: ReturnType<typeof authenticate>;
    try {
      input.int();
      const scheme = input.string();
      const credentials = input.buffer();
      added = authenticate(scheme, credentials, client.transport.address, this.options);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.drop(client, "undecodable auth");
      return false;
    }
    if (added === undefined || client.identities.length >= IDENTITIES_MAX) {
      this.stats.authFailures++;
      this.answerLater(client, xid, OpCode.auth, ErrorCode.AUTHFAILED, "zero", true);
      return false;
    }
    client.identities = addIdentities(client.identities, added);
    this.answerLater(client, xid, OpCode.auth, ErrorCode.OK, "zero", false);
    return this.hasRoom(client);
  }

  /** No SASL mechanism is configured: a null token says so and the connection goes on (specification §11.2). */
  private sasl(client: Client, xid: number, buffer: Buffer, start: number, end: number): boolean {
    const { input } = this;
    input.reset(buffer, start + 8, end);
    let token: Uint8Array | null = null;
    try {
      token = input.buffer();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
    if (token === null) {
      this.drop(client, "undecodable SASL token");
      return false;
    }
    const { out } = client;
    const frame = this.beginReply(out, xid, 0, 0, ErrorCode.OK);
    out.buffer(null);
    out.endFrame(frame);
    client.wrote();
    return this.hasRoom(client);
  }

  // ── Sessions ───────────────────────────────────────────────────────────────────────────────────────────────

  private handshake(client: Client, buffer: Buffer, start: number, end: number): boolean {
    if (client.state !== "new") {
      this.drop(client, "frame before the session is open");
      return false;
    }
    const { input } = this;
    input.reset(buffer, start, end);
    let asked: { high: number; low: number; timeoutMs: number; id: bigint; password: Uint8Array | null };
    try {
      input.int();
      asked = {
        high: input.int(),
        low: input.uint(),
        timeoutMs: input.int(),
        id: input.long(),
        password: input.buffer(),
      };
      client.speaksReadOnly = input.remaining >= 1;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.drop(client, "undecodable connect request");
      return false;
    }
    this.stats.connectionRequests++;
    const { epoch, counter } = this.tree.applied;
    if (asked.high !== (epoch | 0) ? asked.high > (epoch | 0) : asked.low > counter) {
      this.drop(client, "client has seen a later zxid");
      return false;
    }
    const timeoutMs = Math.min(Math.max(asked.timeoutMs, this.minTimeoutMs), this.maxTimeoutMs);
    if (asked.id === 0n) {
      if (this.engine.space === "none") {
        this.drop(client, "no room on the disk for a session");
        return false;
      }
      this.createSession(client, timeoutMs);
      return false;
    }
    this.stats.revalidations++;
    const session = this.sessions.get(asked.id);
    if (
      session === undefined ||
      session.closing ||
      session.tree === undefined ||
      !isPassword(asked.id, asked.password)
    ) {
      this.connectResponse(client, 0, 0n);
      this.finish(client);
      return false;
    }
    if (session.client !== undefined) this.drop(session.client, "the session moved to another connection");
    session.timeoutMs = timeoutMs;
    session.heardMs = this.nowMs;
    this.clock.remove(session);
    this.clock.add(session);
    this.attach(client, session);
    this.connectResponse(client, timeoutMs, session.id);
    return true;
  }

  private createSession(client: Client, timeoutMs: number): void {
    let id = this.nextSession;
    // 0 means no session, and this one marks containers in ZooKeeper's files.
    while (id === 0n || id === CONTAINER_MARK || this.sessions.has(id)) id = BigInt.asIntN(64, id + 1n);
    this.nextSession = BigInt.asIntN(64, id + 1n);
    const session = new ServerSession(id, timeoutMs, this.nowMs);
    this.sessions.set(id, session);
    client.state = "opening";
    client.session = session;
    session.client = client;
    const change: Change = { type: "createSession", timeoutMs };
    const transaction = {
      sessionHigh: session.high,
      sessionLow: session.low,
      xid: 0,
      timeMs: this.runtime.wallMs(),
      change,
    };
    this.propose(transaction, client, session, 0, OpCode.createSession);
  }

  private attach(client: Client, session: ServerSession): void {
    client.session = session;
    client.state = "open";
    session.client = client;
  }

  private connectResponse(client: Client, timeoutMs: number, id: bigint): void {
    const { out } = client;
    const frame = out.beginFrame();
    out.int(0);
    out.int(timeoutMs);
    out.long(id);
    out.buffer(id === 0n ? NO_PASSWORD : sessionPassword(id));
    if (client.speaksReadOnly) out.bool(false);
    out.endFrame(frame);
    client.wrote();
  }

  private closeSession(session: ServerSession, client: Client | undefined, xid: number): void {
    session.closing = true;
    const transaction = this.preparer.prepareClose(
      session.id,
      { sessionHigh: session.high, sessionLow: session.low, identities: [] },
      // Most sessions that end have nothing on its way: a thousand at once must not look through each other's closes.
      session.inFlight === 0 ? [] : this.transactionsInFlight(),
      xid,
      this.proposer.nextIndex,
      this.runtime.wallMs(),
    );
    this.propose(transaction, client, session, xid, OpCode.closeSession);
  }

  private *transactionsInFlight(): IterableIterator<Transaction> {
    for (const { transaction } of this.inFlight) yield transaction;
  }

  private readonly onTick = () => {
    this.beginTurn();
    // Without room for their closing, sessions stay: they are looked at again when there is room.
    this.hearStalled();
    const expired = this.engine.space === "none" ? [] : this.clock.expire(this.nowMs);
    for (const session of expired) {
      if (session.closing) continue;
      this.stats.sessionsExpired++;
      this.logger.info({ session: session.id.toString(16), timeoutMs: session.timeoutMs }, "session expired");
      this.closeSession(session, undefined, 0);
    }
    if (this.nowMs - this.retriedMs >= RETRY_MS) {
      this.retriedMs = this.nowMs;
      this.proposer.retry();
    }
    this.commitWhenDue();
    this.endTurn();
  };

  /** Clients that this member does not read because of its own load are not silent: their sessions go on. */
  private hearStalled(): void {
    for (const client of this.stalled) {
      if (client.session !== undefined && this.unread(client) <= this.options.outputBytesPause)
        client.session.heardMs = this.nowMs;
    }
  }

  // ── Commits ────────────────────────────────────────────────────────────────────────────────────────────────

  private onCommitted(index: number): void {
    if (this.failed !== undefined) return;
    this.beginTurn();
    const { inFlight } = this;
    let applied = 0;
    try {
      for (let next = inFlight.peek(); next !== undefined && next.proposed.index <= index; next = inFlight.peek()) {
        inFlight.shift();
        this.apply(next);
        applied++;
      }
    } catch (error) {
      // The state contradicts the log. Nothing that follows could be trusted.
      this.fail(error as Error);
      return;
    }
    this.stats.commits += applied;
    this.stats.batchSize.add(applied);
    this.unstall();
    this.endTurn();
    this.commitWhenDue();
  }

  private apply(proposal: Proposal): void {
    const { proposed, transaction, client, session } = proposal;
    const isMulti = transaction.change.type === "multi";
    const results: OperationResult[] | undefined = isMulti && client !== undefined ? [] : undefined;
    applyTransaction(this.tree, proposed, transaction, results);
    if (proposal.opcode === OpCode.createTTL && transaction.change.type === "create") this.stats.ttlCreated++;
    if (session !== undefined) session.inFlight--;
    const latencyMs = this.nowMs - proposal.receivedMs;
    this.stats.latency.add(latencyMs);
    this.stats.updateLatency.add(latencyMs);
    if (proposal.opcode === OpCode.createSession) this.sessionCreated(proposal);
    else if (proposal.opcode === OpCode.closeSession) this.sessionClosed(proposal);
    if (client === undefined || client.state === "closed") return;
    if (client.waiting.shift() !== proposal)
      throw new Error(`proposal ${proposed.index} is not what its client waits for`);
    if (proposal.opcode === OpCode.createSession) {
      this.attach(client, session as ServerSession);
      this.connectResponse(client, (session as ServerSession).timeoutMs, (session as ServerSession).id);
      this.stats.sessionsOpened++;
      client.answered(proposal.opcode, proposal.xid, proposed.epoch, proposed.counter, this.nowMs, latencyMs);
      client.transport.resume();
      return;
    }
    this.reply(client, proposal, results);
    client.answered(proposal.opcode, proposal.xid, proposed.epoch, proposed.counter, this.nowMs, latencyMs);
    if (proposal.opcode === OpCode.closeSession) {
      this.stats.sessionsClosed++;
      this.finish(client);
      return;
    }
    this.answerWaiting(client);
  }

  /** The reads behind a write that has been applied, up to the next write. */
  private answerWaiting(client: Client): void {
    const { waiting } = client;
    for (let next = waiting.peek(); next !== undefined && next.proposed === undefined; next = waiting.peek()) {
      waiting.shift();
      this.answerHeld(client, next);
      // Reads that waited are answered together: what they add up to must not pass the bound before the turn ends.
      if (client.out.position > this.options.outputBytesPause) this.flush(client);
      if (client.state === "closed") return;
    }
  }

  private reply(
    client: Client,
    { proposed, transaction, xid, opcode }: Proposal,
    results: OperationResult[] | undefined,
  ): void {
    const { change } = transaction;
    const { epoch, counter } = proposed;
    if (change.type === "failure") {
      client.replyHeader(xid, epoch, counter, change.code);
      return;
    }
    if (change.type === "delete" || change.type === "closeSession") {
      client.replyHeader(xid, epoch, counter, ErrorCode.OK);
      return;
    }
    const { out } = client;
    const frame = this.beginReply(out, xid, epoch, counter, ErrorCode.OK);
    if (change.type === "create") {
      out.string(change.path);
      if (opcode !== OpCode.create) writeStat(out, this.existing(change.path));
    } else if (change.type === "setData" || change.type === "setAcl") {
      writeStat(out, this.existing(change.path));
    } else if (results !== undefined) {
      writeResults(out, results);
    }
    out.endFrame(frame);
    this.stats.responded(out.position - frame);
    client.wrote();
  }

  private existing(path: string) {
    const node = this.tree.find(path);
    if (node === undefined) throw new Error(`${path} is gone right after it was written`);
    return node;
  }

  private sessionCreated({ session }: Proposal): void {
    const { id } = session as ServerSession;
    (session as ServerSession).tree = this.tree.sessions.get(id);
    (session as ServerSession).heardMs = this.nowMs;
    this.clock.add(session as ServerSession);
  }

  private sessionClosed({ session, client }: Proposal): void {
    const gone = session as ServerSession;
    this.clock.remove(gone);
    this.sessions.delete(gone.id);
    // Expired: its connection is closed without a frame; the client learns when it comes back.
    if (client === undefined && gone.client !== undefined) this.drop(gone.client, "session expired");
  }

  private commitWhenDue(): void {
    const { tree } = this;
    if (this.committing !== undefined || this.failed !== undefined || this.stopping) return;
    if (tree.applied.index === this.engine.state.applied.index) {
      this.dirtySinceMs = -1;
      return;
    }
    if (this.dirtySinceMs < 0) this.dirtySinceMs = this.nowMs;
    const waitedMs = this.nowMs - this.dirtySinceMs;
    const due =
      this.stuckCommit === undefined
        ? tree.dirtyCount >= DIRTY_COMMIT || tree.dirtyBytes >= DIRTY_BYTES_COMMIT || waitedMs >= COMMIT_DELAY_MS
        : waitedMs >= RETRY_MS;
    if (due) this.commitState();
  }

  private commitState(): void {
    this.dirtySinceMs = -1;
    const commit = this.stuckCommit ?? this.tree.takeCommit();
    this.stuckCommit = undefined;
    this.committing = this.commit(commit)
      .catch((error: Error) => this.fail(error))
      .finally(() => {
        this.committing = undefined;
        this.commitWhenDue();
      });
  }

  /** Commits, unless there is no room: then nothing was written and the same commit is tried again later. */
  private async commit(commit: TreeCommit): Promise<void> {
    const begunMs = this.runtime.monotonicMs();
    try {
      await this.engine.state.commit(commit.changes, commit.applied);
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== "FULL") throw error;
      this.stuckCommit = commit;
      this.dirtySinceMs = begunMs;
      return;
    }
    this.beginTurn();
    this.tree.commitDone();
    this.stats.commitSize.add(commit.changes.length);
    this.stats.commitTime.add(this.nowMs - begunMs);
    this.unstall();
    this.endTurn();
    const { log } = this.engine;
    const trimTo = commit.applied.index - LOG_ENTRIES_KEPT;
    if (trimTo >= log.firstIndex) await log.trim(trimTo);
  }

  // ── Start and stop ─────────────────────────────────────────────────────────────────────────────────────────

  private async replay(): Promise<void> {
    const { log, state } = this.engine;
    const begunMs = this.runtime.monotonicMs();
    let from = state.applied.index + 1;
    while (from <= log.last.index) {
      const entries = await log.read(from, REPLAY);
      for (const entry of entries) this.replayEntry(entry);
      from += entries.length;
      if (this.tree.dirtyCount < DIRTY_COMMIT && this.tree.dirtyBytes < DIRTY_BYTES_COMMIT) continue;
      if (this.stuckCommit === undefined) await this.commit(this.tree.takeCommit());
    }
    const entries = log.last.index - state.applied.index;
    if (entries > 0)
      this.logger.info(
        { entries, ms: Math.round(this.runtime.monotonicMs() - begunMs) },
        "replayed the log behind the state",
      );
  }

  private replayEntry(entry: LogEntry): void {
    if (entry.kind !== TRANSACTION)
      throw new Error(`log entry ${entry.index} is of kind ${entry.kind}, which this version does not know`);
    applyTransaction(this.tree, entry, decodeTransaction(entry.payload));
  }

  /** Every session gets its full timeout from now: nobody could be heard while the member was down. */
  private begin(): void {
    this.beginTurn();
    for (const tree of this.tree.sessions.values()) {
      const session = new ServerSession(tree.id, tree.timeoutMs, this.nowMs);
      session.tree = tree;
      this.sessions.set(tree.id, session);
      this.clock.add(session);
    }
    // The clock may have gone back since: an id that was given once is not given again.
    const { lastSession } = this.tree;
    if (lastSession >> 56n === this.nextSession >> 56n && lastSession >= this.nextSession)
      this.nextSession = lastSession + 1n;
    const { options } = this;
    this.timers = [
      this.runtime.every(this.checkMs, this.onTick),
      this.runtime.every(options.containerCheckIntervalMs, () => this.collect()),
      this.runtime.every(COLLECT_PAUSE_MS, () => this.collectSome()),
    ];
    this.engine.onSpace = (space) => {
      this.proposer.retry();
      this.tellSpace(space);
    };
    if (this.engine.space !== "ok") this.tellSpace(this.engine.space);
    this.engine.onFailure = (error) => this.fail(error);
  }

  private tellSpace(space: Space): void {
    const fields = { space, folder: this.options.dataFolder };
    if (space === "ok") this.logger.warn(fields, "there is room on the disk again: writes are accepted");
    else this.logger.error(fields, "there is too little room on the disk: writes are refused until there is more");
  }

  /** Finds what containers and TTL nodes may go; {@link collectSome} lets them go a few at a time. */
  private collect(): void {
    if (this.collecting.length > 0 || this.engine.space !== "ok") return;
    const { containersPerMinuteMax, containerCheckIntervalMs, containerNeverUsedMs } = this.options;
    const limit = Math.max(1, Math.floor((containersPerMinuteMax * containerCheckIntervalMs) / 60_000));
    this.collecting = this.tree.collectable(this.runtime.wallMs(), containerNeverUsedMs, limit).reverse();
    this.collectSome();
  }

  private collectSome(): void {
    if (this.collecting.length === 0 || this.engine.space !== "ok") return;
    this.beginTurn();
    for (let left = COLLECT_AT_ONCE; left > 0 && !this.crowded(); left--) {
      const path = this.collecting.pop();
      if (path === undefined) break;
      const transaction = this.preparer.prepareCollect(path, this.proposer.nextIndex, this.runtime.wallMs());
      if (transaction === undefined) continue;
      if (this.tree.find(path)?.kind === KIND.ttl) this.stats.ttlDeleted++;
      this.propose(transaction, undefined, undefined, 0, OpCode.deleteContainer);
    }
  }

  private fail(error: Error): void {
    if (this.failed !== undefined) return;
    this.failed = error;
    for (const timer of this.timers) timer.stop();
    for (const client of [...this.clients]) this.drop(client, "the member failed");
    this.onFailed(error);
  }

  /** False once it has begun to stop. */
  /** Why the member stopped by itself, if it did. */
  get failure(): Error | undefined {
    return this.failed;
  }

  get serving(): boolean {
    return this.failed === undefined && !this.stopping;
  }

  /** As ZooKeeper names it in reports. */
  get mode(): "standalone" {
    return "standalone";
  }

  /** Requests not yet answered, over all clients. */
  get outstanding(): number {
    let count = 0;
    for (const client of this.clients) count += client.waiting.length;
    return count;
  }

  /** Lets what was proposed finish, closes every client, commits the state. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const timer of this.timers) timer.stop();
    if (this.failed === undefined) await this.proposer.drained();
    for (const client of [...this.clients]) this.finish(client);
    await this.committing;
    if (this.failed !== undefined || this.tree.applied.index === this.engine.state.applied.index) return;
    this.commitState();
    await this.committing;
  }
}

const HELD: Held = {
  proposed: undefined,
  xid: 0,
  opcode: 0,
  receivedMs: 0,
  frame: undefined,
  code: ErrorCode.OK,
  zxid: "applied",
  closes: false,
};

const NO_PASSWORD = new Uint8Array(16);
const CONTAINER_MARK = -(2n ** 63n);
/** Collected nodes proposed at a time, and the pause between, ms: clients' writes go before. */
const COLLECT_AT_ONCE = 100;
const COLLECT_PAUSE_MS = 100;

function isPassword(id: bigint, password: Uint8Array | null): boolean {
  return password !== null && Buffer.compare(sessionPassword(id), password) === 0;
}

/** Source: specification §5.3. */
function writeResults(out: JuteWriter, results: readonly OperationResult[]): void {
  for (const { type, code, path, stat } of results) {
    writeMultiHeader(out, type, false, code);
    if (type === -1) out.int(code);
    if (path !== undefined) out.string(path);
    if (stat !== undefined) out.raw(stat);
  }
  writeMultiHeader(out, -1, true, -1);
}
