/**
 * One member: what clients ask, in order, against the tree; what changes, through the proposer; what sessions are due.
 * It decides and keeps state; sockets, clocks and disks are behind ports.
 *
 * **Invariant**: proposals are applied in the order they were proposed, each once; a client's replies leave in the
 * order its requests came, and the events of a transaction before the reply to it or to any read after it.
 */
import { ENTRY, type Entry, type EpochRow, type Limits, type RoleState } from "@rookery/consensus";
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
import type { PeerMessage } from "@rookery/protocol/peer";
import { type Space, type StorageEngine, StorageError } from "@rookery/storage";
import {
  addIdentities,
  answerRead,
  applyTransaction,
  authenticate,
  decodeTransaction,
  type OperationResult,
  sessionIdOf,
  type Transaction,
  Tree,
  type TreeCommit,
  writeMultiHeader,
  writeStat,
} from "@rookery/tree";
import type { Logger } from "../logger.ts";
import type { ServerOptions } from "../options.ts";
import { bootOf, coreConfigOf, foundersId, writeEpochs } from "./boot.ts";
import { Client, type ClientState, type Held, type Proposal, proposalOf } from "./client.ts";
import { Deque } from "./deque.ts";
import { configText } from "./ensemble-text.ts";
import { Forwarding } from "./forwarding.ts";
import { isShortEnough } from "./identities.ts";
import { Leading } from "./leading.ts";
import { createsEphemeral } from "./local-sessions.ts";
import type { PeerNetwork } from "./peers.ts";
import type { Runtime, Timer, Transport } from "./ports.ts";
import { Replication, type StateMachine } from "./replication.ts";
import { ServerSession } from "./session.ts";
import { SessionClock } from "./session-clock.ts";
import { Snapshots } from "./snapshots.ts";
import { Stats } from "./stats.ts";

/** Requests of one client that may wait behind its writes before its socket is not read. */
const WAITING_MAX = 1024;
/** Bytes of the requests of one client that may wait. */
const HELD_BYTES_MAX = 2 << 20;
/** After this long in one turn, ms, each client may send one more request before the others have theirs. */
const TURN_MS = 10;
/** Watches of one connection; it is closed above. */
const WATCHES_MAX = 1 << 20;
/** Bytes of requests that the leader has not given a place yet, above which clients are not read. */
const FORWARDED_BYTES_MAX = 8 << 20;
/** Bytes proposed and not yet committed above which clients are not read. */
const UNCOMMITTED_BYTES_MAX = 48 << 20;
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
/**
 * Log entries kept behind the durable state: a member that was away for fewer is sent entries instead of the whole state.
 * They cover ten seconds at 10,000 writes a second, as long as a restart takes, in about 100 MiB if each holds 1 KiB.
 */
const LOG_ENTRIES_KEPT = 100_000;

export interface MemberPorts {
  readonly engine: StorageEngine;
  readonly runtime: Runtime;
  readonly logger: Logger;
  /** Undefined for a member that stands alone. */
  readonly peers?: PeerNetwork;
  /** Random, 1 to 2^53−1, anew at each start; and 32 random bits for the timers' jitter. */
  readonly bootId: number;
  readonly jitterSeed: number;
  /** Log entries kept behind the durably applied one, for members that lag; {@link LOG_ENTRIES_KEPT} by default. */
  readonly logEntriesKept?: number;
  /** Bounds of consensus that differ from those a server has. */
  readonly limits?: Partial<Limits>;
}

export class Member implements StateMachine {
  tree: Tree;
  readonly stats = new Stats();
  readonly clients = new Set<Client>();
  readonly sessions = new Map<bigint, ServerSession>();
  readonly options: ServerOptions;
  readonly engine: StorageEngine;
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly sid: number;
  readonly minTimeoutMs: number;
  readonly maxTimeoutMs: number;
  readonly startedMs: number;
  replication!: Replication;
  /** Set while this member leads and may decide requests. */
  leading: Leading | undefined;
  /** Set while it serves clients without leading. */
  forwarding: Forwarding | undefined;
  /** Proposed and not applied, in the order of their indexes: on the leader everybody's, elsewhere those of own clients. */
  readonly inFlight = new Deque<Proposal>();
  nowMs = 0;
  /** Since when this member leads or follows, wall clock; 0 while it does neither. */
  roleSinceMs = 0;
  /** Called once when the member can go on no longer. */
  onFailed: (error: Error) => void = () => {};

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
  private committing: Promise<void> | undefined;
  /** A commit that the disk had no room for. */
  private stuckCommit: TreeCommit | undefined;
  private dirtySinceMs = -1;
  private timers: Timer[] = [];
  private readonly checkMs: number;
  private readonly logEntriesKept: number;
  /** Of the sessions that live on this member alone. */
  readonly localClock: SessionClock<ServerSession>;
  private readonly snapshots: Snapshots;
  private failed: Error | undefined;
  private stopping = false;
  /** A snapshot is about to take the place of the state. */
  private replacing = false;
  /** Serves reads to clients that accept it, for want of a quorum. */
  private readOnlyMode = false;
  private lostQuorumMs: number;
  /** When it was last said why nobody is served, monotonic. */
  private explainedMs = Number.NEGATIVE_INFINITY;
  private appliedInRun = 0;
  /** Numbers of what is asked of leaders go on over all of them, so that no answer is taken for another's. */
  private nextForward = 1;
  private questions = 0;
  /** What came from followers that were level before this member, their leader, was. */
  private early: { readonly from: number; readonly message: PeerMessage }[] = [];
  /** When this member began to look for a leader, monotonic; 0 while it has one. */
  private lookingSinceMs = 0;
  /** Sessions whose connection to this follower has ended since it last told its leader whom it has heard. */
  readonly left: ServerSession[] = [];
  /** What waits for an index to be applied: own clients' syncs, and sessions that are asked for. */
  private appliedWaiters: { readonly index: number; readonly then: () => void }[] = [];
  /** Resolves when clients are served for the first time; never, if that does not happen. */
  readonly firstServing: Promise<void>;
  private markServing: () => void = () => {};
  private markFailed: () => void = () => {};

  /** Recovers: opens the tree; what the log holds beyond it is applied as soon as it is known to be committed. */
  static async open(options: ServerOptions, ports: MemberPorts): Promise<Member> {
    const member = new Member(options, ports);
    await member.begin(ports);
    return member;
  }

  private constructor(options: ServerOptions, { engine, runtime, logger, logEntriesKept }: MemberPorts) {
    this.options = options;
    this.logEntriesKept = logEntriesKept ?? LOG_ENTRIES_KEPT;
    this.engine = engine;
    this.runtime = runtime;
    this.logger = logger;
    this.sid = options.ensemble?.sid ?? engine.meta.sid;
    this.minTimeoutMs = options.minSessionTimeoutMs ?? 2 * options.tickTimeMs;
    this.maxTimeoutMs = options.maxSessionTimeoutMs ?? 20 * options.tickTimeMs;
    this.tree = new Tree(engine.state, { cacheBytesMax: options.cacheBytesMax });
    this.nowMs = runtime.monotonicMs();
    this.lostQuorumMs = this.nowMs;
    this.startedMs = runtime.wallMs();
    this.checkMs = Math.max(5, Math.min(250, options.tickTimeMs / 8));
    this.localClock = new SessionClock(options.tickTimeMs, this.checkMs, this.nowMs);
    this.nextSession = firstSessionId(this.sid, this.startedMs);
    this.snapshots = new Snapshots(this);
    this.firstServing = new Promise((resolve) => {
      this.markServing = resolve;
    });
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
    const { session } = client;
    if (session?.client !== client) return;
    session.client = undefined;
    if (this.forwarding !== undefined && !session.local) this.left.push(session);
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

  /** Sends every reply written since the last turn, and what must go to the leader. */
  endTurn(): void {
    const { unflushed } = this;
    this.forwarding?.flush();
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
          this.hold(client, xid, opcode, buffer.subarray(start, end), true);
        }
        return this.hasRoom(client);
      case OpCode.sync:
        session.heardMs = this.nowMs;
        if (!this.maySpeak(client, xid)) return false;
        if (this.readOnlyMode) this.answerLater(client, xid, opcode, ErrorCode.NOTREADONLY, "applied", false);
        else this.sync(client, xid, opcode, buffer, start, end);
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
        if (this.readOnlyMode) this.answerLater(client, xid, opcode, ErrorCode.NOTREADONLY, "applied", false);
        else if (this.engine.space !== "ok") this.refuse(client, xid, opcode);
        else this.write(client, session, xid, opcode, buffer, start, end);
        return this.hasRoom(client);
      case OpCode.closeSession:
        if (!this.maySpeak(client, xid)) return false;
        if (session.local && !session.upgrading) {
          this.closeLocal(session, client, xid);
          return false;
        }
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
    if (session.local && !this.mayWriteLocally(client, session, xid, opcode, buffer, start, end)) return;
    const proposal = proposalOf(client, session, xid, opcode, this.nowMs);
    client.waiting.push(proposal);
    if (this.leading !== undefined) this.leading.write(client, proposal, buffer, start, end);
    else (this.forwarding as Forwarding).write(proposal, session, client.identities, buffer.subarray(start + 8, end));
  }

  /** A session's creation or close, decided by the leader. */
  private command(proposal: Proposal, session: ServerSession): void {
    proposal.client?.waiting.push(proposal);
    if (this.leading !== undefined) {
      this.leading.command(proposal);
      return;
    }
    const body = Buffer.alloc(proposal.opcode === OpCode.createSession ? 4 : 0);
    if (body.length > 0) body.writeInt32BE(session.timeoutMs);
    (this.forwarding as Forwarding).write(proposal, session, proposal.client?.identities ?? [], body);
  }

  /** A read, or a sync, that must wait its turn. */
  private hold(client: Client, xid: number, opcode: number, frame: Buffer, ready: boolean): Held {
    const held: Held = { ...HELD, xid, opcode, receivedMs: this.nowMs, frame, ready };
    client.heldBytes += frame.length;
    client.waiting.push(held);
    return held;
  }

  /** Answered when everything is applied that the leader had in its log (D10), behind what the client asked before. */
  private sync(client: Client, xid: number, opcode: number, buffer: Buffer, start: number, end: number): void {
    if (this.options.ensemble === undefined && client.waiting.length === 0 && this.inFlight.length === 0) {
      this.answer(client, xid, opcode, buffer, start, end, this.nowMs);
      return;
    }
    const held = this.hold(client, xid, opcode, buffer.subarray(start, end), false);
    // What the client wrote before must reach the leader before the question does.
    this.forwarding?.flush();
    this.replication.readIndex((index) => {
      if (client.state === "closed") return;
      this.beginTurn();
      if (index === undefined) this.drop(client, "no leader answers a sync");
      else this.whenApplied(index, () => this.synced(client, held));
      this.endTurn();
    });
  }

  /** Not called if this server's part in the ensemble changes before. */
  private whenApplied(index: number, then: () => void): void {
    if (this.tree.applied.index >= index) then();
    else this.appliedWaiters.push({ index, then });
  }

  private synced(client: Client, held: Held): void {
    if (client.state === "closed") return;
    held.ready = true;
    if (client.waiting.peek() === held) this.answerWaiting(client);
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
      this.inFlight.length + (this.forwarding?.pending ?? 0) >= this.options.globalOutstandingLimit ||
      (this.forwarding?.pendingBytes ?? 0) > FORWARDED_BYTES_MAX ||
      this.replication.uncommittedBytes > UNCOMMITTED_BYTES_MAX
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
    const fits = added?.every(({ scheme, id }) => isShortEnough(scheme) && isShortEnough(id));
    if (added === undefined || fits !== true || client.identities.length >= IDENTITIES_MAX) {
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
      client.acceptsReadOnly = client.speaksReadOnly && input.bool();
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
    if (!this.mayServe(client)) return false;
    const timeoutMs = Math.min(Math.max(asked.timeoutMs, this.minTimeoutMs), this.maxTimeoutMs);
    if (asked.id === 0n) this.newSession(client, timeoutMs);
    else this.oldSession(client, asked.id, asked.password, timeoutMs);
    return (client.state as ClientState) === "open";
  }

  /** Whether this server takes clients now; it has closed the connection if not. */
  private mayServe(client: Client): boolean {
    if (this.readOnlyMode) {
      if (client.acceptsReadOnly) return true;
      this.drop(client, "there is no quorum, and the client wants to write");
      return false;
    }
    if (this.leading === undefined && this.forwarding === undefined) {
      this.drop(client, "this server is not part of a quorum now");
      return false;
    }
    if (this.leading === undefined || this.options.ensemble?.leaderServes !== false) return true;
    this.drop(client, "the leader takes no clients (leaderServes)");
    return false;
  }

  private newSession(client: Client, timeoutMs: number): void {
    const session = new ServerSession(this.takeSessionId(), timeoutMs, this.nowMs);
    if (this.options.ensemble?.localSessions === true) {
      this.sessions.set(session.id, session);
      session.local = true;
      this.localClock.add(session);
      this.open(client, session, timeoutMs);
      this.stats.sessionsOpened++;
      return;
    }
    if (this.readOnlyMode || this.engine.space === "none") {
      this.drop(client, this.readOnlyMode ? "there is no quorum for a session" : "no room on the disk for a session");
      return;
    }
    this.sessions.set(session.id, session);
    client.state = "opening";
    client.session = session;
    session.client = client;
    this.command(proposalOf(client, session, 0, OpCode.createSession, this.nowMs), session);
  }

  private takeSessionId(): bigint {
    let id = this.nextSession;
    // 0 means no session, and this one marks containers in ZooKeeper's files.
    while (id === 0n || id === CONTAINER_MARK || this.sessions.has(id)) id = BigInt.asIntN(64, id + 1n);
    this.nextSession = BigInt.asIntN(64, id + 1n);
    return id;
  }

  /** The client comes back with a session, from this server or another. */
  private oldSession(client: Client, id: bigint, password: Uint8Array | null, timeoutMs: number): void {
    this.stats.revalidations++;
    const known = this.sessions.get(id);
    // One that is unknown here may be a global one from the other side, unless it can only have been local to this server.
    const ours = id >> 56n === this.nextSession >> 56n && this.options.ensemble?.localSessions === true;
    if (this.readOnlyMode && known?.local !== true && (known !== undefined || !ours)) {
      this.drop(client, "a global session cannot be renewed without a quorum");
      return;
    }
    if (!isPassword(id, password)) {
      this.expired(client);
      return;
    }
    if (known?.client !== undefined) this.drop(known.client, "the session moved to another connection");
    if (known?.local === true) {
      this.localClock.remove(known);
      known.timeoutMs = timeoutMs;
      known.heardMs = this.nowMs;
      this.localClock.add(known);
      this.open(client, known, timeoutMs);
    } else if (this.leading !== undefined) {
      this.resumeHere(client, id, timeoutMs, this.leading);
    } else if (this.forwarding !== undefined) {
      this.askLeader(client, id, timeoutMs, this.forwarding);
    } else {
      this.expired(client);
    }
  }

  private resumeHere(client: Client, id: bigint, timeoutMs: number, leading: Leading): void {
    const known = this.sessions.get(id);
    if (known?.tree !== undefined && leading.revalidate(this.sid, id, timeoutMs)) {
      this.open(client, known, timeoutMs);
      return;
    }
    client.state = "opening";
    this.whenDecided(leading, id, (decided) => {
      const session = this.sessions.get(id);
      const valid = decided ? leading.revalidate(this.sid, id, timeoutMs) : undefined;
      this.reopen(client, valid, session, timeoutMs);
    });
  }

  /**
   * Only who leads may say that a session is gone; and one that stood still does not know yet that another leads, which may have given
   * the session out. So a quorum is asked, and what the log held then is applied: the session's creation, or its end, which may
   * come to nothing. False if nobody can say.
   */
  private whenDecided(leading: Leading, id: bigint, then: (decided: boolean) => void): void {
    this.replication.readIndex((index) => {
      this.beginTurn();
      if (index === undefined || this.leading !== leading) then(false);
      else
        this.whenApplied(index, () => {
          const session = this.sessions.get(id);
          const pending = session !== undefined && !session.local && (session.closing || session.tree === undefined);
          if (pending) this.whenDecided(leading, id, then);
          else then(true);
        });
      this.endTurn();
    });
  }

  private askLeader(client: Client, id: bigint, timeoutMs: number, forwarding: Forwarding): void {
    const asked = new ServerSession(id, timeoutMs, this.nowMs);
    client.state = "opening";
    forwarding.revalidate(asked, timeoutMs, (valid) => {
      // Its creation may be on its way to this server still.
      this.reopen(client, valid, this.sessions.get(id) ?? asked, timeoutMs);
    });
  }

  /** The end of waiting for whether the session lives; `valid` is undefined if nobody says. */
  private reopen(
    client: Client,
    valid: boolean | undefined,
    session: ServerSession | undefined,
    timeoutMs: number,
  ): void {
    if (client.state === "closed") return;
    if (valid === undefined) {
      this.drop(client, "nobody says whether the session is gone");
      return;
    }
    if (!valid || session === undefined) {
      this.expired(client);
      return;
    }
    this.sessions.set(session.id, session);
    if (session.client !== undefined) this.drop(session.client, "the session moved to another connection");
    session.timeoutMs = timeoutMs;
    session.heardMs = this.nowMs;
    this.open(client, session, timeoutMs);
    client.transport.resume();
  }

  private expired(client: Client): void {
    this.connectResponse(client, 0, 0n);
    this.finish(client);
  }

  private open(client: Client, session: ServerSession, timeoutMs: number): void {
    this.attach(client, session);
    this.connectResponse(client, timeoutMs, session.id);
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
    if (client.speaksReadOnly) out.bool(this.readOnlyMode);
    out.endFrame(frame);
    client.wrote();
  }

  private closeSession(session: ServerSession, client: Client, xid: number): void {
    session.closing = true;
    this.command(proposalOf(client, session, xid, OpCode.closeSession, this.nowMs), session);
  }

  private readonly onTick = () => {
    this.beginTurn();
    this.hearStalled();
    for (const session of this.localClock.expire(this.nowMs)) {
      this.stats.sessionsExpired++;
      this.forgetLocal(session, "session expired");
    }
    if (this.nowMs - this.retriedMs >= RETRY_MS) {
      this.retriedMs = this.nowMs;
      this.replication.retry();
    }
    this.forwarding?.giveUp();
    this.readOnlyWhenDue();
    this.explainWhenDue();
    this.commitWhenDue();
    this.endTurn();
  };

  private readonly onTouch = () => {
    this.beginTurn();
    this.forwarding?.touch();
    this.endTurn();
  };

  /** Clients that this member does not read because of its own load are not silent: their sessions go on. */
  hearStalled(): void {
    for (const client of this.stalled) {
      if (client.session !== undefined && this.unread(client) <= this.options.outputBytesPause)
        client.session.heardMs = this.nowMs;
    }
  }

  get space(): Space {
    return this.engine.space;
  }

  /** The leader hears that a session of this server's own client has come to another server. */
  moved(session: ServerSession): void {
    if (session.client !== undefined) this.drop(session.client, "the session moved to another server");
  }

  // ── Local sessions ─────────────────────────────────────────────────────────────────────────────────────────

  /** An ephemeral needs a session that everybody knows: the creation of one goes before the request, or it is refused. */
  private mayWriteLocally(
    client: Client,
    session: ServerSession,
    xid: number,
    opcode: number,
    buffer: Buffer,
    start: number,
    end: number,
  ): boolean {
    this.input.reset(buffer, start + 8, end);
    if (session.upgrading || !createsEphemeral(opcode, this.input)) return true;
    if (this.options.ensemble?.localSessionsUpgrading !== true) {
      this.answerLater(client, xid, opcode, ErrorCode.EPHEMERALONLOCALSESSION, "applied", false);
      return false;
    }
    session.upgrading = true;
    this.command(proposalOf(undefined, session, 0, OpCode.createSession, this.nowMs), session);
    return true;
  }

  private closeLocal(session: ServerSession, client: Client, xid: number): void {
    session.closing = true;
    this.answerLater(client, xid, OpCode.closeSession, ErrorCode.OK, "applied", true);
    this.localClock.remove(session);
    this.forget(session);
    this.stats.sessionsClosed++;
  }

  private forgetLocal(session: ServerSession, why: string): void {
    this.localClock.remove(session);
    this.forget(session);
    if (session.client !== undefined) this.drop(session.client, why);
  }

  // ── Roles ──────────────────────────────────────────────────────────────────────────────────────────────────

  onRole(role: RoleState): void {
    this.beginTurn();
    const leads = role.canServe && role.role === "leading";
    const follows = role.canServe && role.role !== "leading";
    const changed =
      (this.leading !== undefined) !== leads ||
      (this.forwarding !== undefined) !== follows ||
      (this.forwarding !== undefined && this.forwarding.leader !== role.leader);
    if (changed) {
      this.logger.info({ role: role.role, phase: role.phase, epoch: role.epoch, leader: role.leader }, "role changed");
      const { early } = this;
      this.leaveRole();
      if (leads) this.leading = new Leading(this, this.checkMs);
      else if (follows) this.forwarding = new Forwarding(this, role.leader, this.nextForward);
      if (leads || follows) this.roleSinceMs = this.runtime.wallMs();
      if (follows) this.handedOver?.();
      if (leads) for (const { from, message } of early) this.onPeerMessage(from, message);
    }
    this.countElection(role);
    if (role.canPropose && this.leading !== undefined) {
      this.tellConfiguration(this.leading);
      this.leading.resume();
    }
    this.snapshots.onRole(role, changed && role.canServe);
    this.endTurn();
    if (this.leading !== undefined || this.forwarding !== undefined) {
      this.markServing();
    }
  }

  private countElection({ role, canServe }: RoleState): void {
    if (role === "looking") {
      if (this.lookingSinceMs === 0) this.stats.lookings++;
      this.lookingSinceMs ||= this.nowMs;
    } else if (canServe && this.lookingSinceMs > 0) {
      this.stats.electionTime.add(this.nowMs - this.lookingSinceMs);
      this.lookingSinceMs = 0;
    }
  }

  /** What was on its way has an outcome that nobody here will know: clients are told by their connections' end. */
  private leaveRole(): void {
    const served = this.leading !== undefined || this.forwarding !== undefined || this.readOnlyMode;
    this.leading?.stop();
    this.nextForward = this.forwarding?.next ?? this.nextForward;
    this.leading = undefined;
    this.forwarding = undefined;
    this.early = [];
    this.readOnlyMode = false;
    this.roleSinceMs = 0;
    this.inFlight.clear();
    this.appliedWaiters = [];
    this.left.length = 0;
    if (served) this.lostQuorumMs = this.nowMs;
    for (const client of [...this.clients]) {
      if (client.state !== "new") this.drop(client, "this server's part in the ensemble changed");
    }
    for (const session of [...this.sessions.values()]) {
      session.inFlight = 0;
      session.closing = false;
      // What no transaction has created is void, and local sessions end with the server's role.
      if (session.tree !== undefined) continue;
      this.localClock.remove(session);
      this.forget(session);
    }
  }

  /** Says now and then why nobody is served. */
  private explainWhenDue(): void {
    if (this.options.ensemble === undefined || this.leading !== undefined || this.forwarding !== undefined) return;
    const since = Math.max(this.lostQuorumMs + EXPLAIN_AFTER_MS, this.explainedMs + EXPLAIN_EVERY_MS);
    if (this.nowMs < since || this.stopping) return;
    this.explainedMs = this.nowMs;
    const { belongs, missing } = this.replication.core;
    const absent = missing.length === 0 ? "" : ` There is no connection to server ${missing.join(", ")}.`;
    this.logger.warn(
      { missing },
      belongs
        ? `There is no leader, so clients are not served.${absent}`
        : `A new ensemble begins when all its voters have been there once.${absent}`,
    );
  }

  private readOnlyWhenDue(): void {
    const { ensemble, tickTimeMs } = this.options;
    if (ensemble?.readOnly !== true || this.readOnlyMode || this.stopping) return;
    if (this.leading !== undefined || this.forwarding !== undefined) return;
    if (this.nowMs - this.lostQuorumMs < Math.max(2000, tickTimeMs)) return;
    this.readOnlyMode = true;
    this.logger.warn({}, "there is no quorum: serving reads only, to clients that accept it");
  }

  /** The ensemble's members as clients read them at /zookeeper/config, replicated like any other data. */
  private tellConfiguration(leading: Leading): void {
    const { ensemble } = this.options;
    if (ensemble === undefined) return;
    const data = Buffer.from(configText(ensemble), "utf8");
    const node = this.tree.find(CONFIG_PATH);
    if (node === undefined || node.data()?.equals(data) === true) return;
    leading.proposeOwn({
      sessionHigh: 0,
      sessionLow: 0,
      xid: 0,
      timeMs: this.runtime.wallMs(),
      change: { type: "setData", path: CONFIG_PATH, data, version: node.version },
    });
  }

  // ── Peers ──────────────────────────────────────────────────────────────────────────────────────────────────

  send(to: number, message: PeerMessage): void {
    this.replication.send(to, message);
  }

  onPeerMessage(from: number, message: PeerMessage): void {
    this.beginTurn();
    switch (message.type) {
      case "forward":
        if (this.stopping) break;
        if (this.leading !== undefined)
          this.leading.forwarded(from, message.first, message.requests, message.identities);
        else this.holdEarly(from, message);
        break;
      case "forwardReply":
        if (this.forwarding?.leader !== from) break;
        if (!this.forwarding.replied(message.first, message.indexes, message.codes)) this.forwardAnew(from);
        break;
      case "revalidate": {
        const id = (BigInt(message.sessionHigh | 0) << 32n) | BigInt(message.sessionLow >>> 0);
        const { leading } = this;
        if (leading === undefined) this.holdEarly(from, message);
        else if (leading.revalidate(from, id, message.timeoutMs)) {
          this.send(from, { type: "revalidateReply", id: message.id, valid: true });
        } else {
          this.whenDecided(leading, id, (decided) => {
            // Who gets no answer gives up after a while.
            if (!decided) return;
            const valid = leading.revalidate(from, id, message.timeoutMs);
            this.send(from, { type: "revalidateReply", id: message.id, valid });
          });
        }
        break;
      }
      case "revalidateReply":
        if (this.forwarding?.leader === from) this.forwarding.revalidated(message.id, message.valid);
        break;
      case "touch":
        this.leading?.touched(from, message.sessions);
        break;
      default:
        this.snapshots.onMessage(from, message);
    }
    this.endTurn();
  }

  /** Followers may be level before their leader is; what they ask then waits for it. What is asked of nobody's leader is void. */
  private holdEarly(from: number, message: PeerMessage): void {
    if (this.replication.role.role !== "leading") return;
    if (this.early.length < EARLY_MAX) this.early.push({ from, message });
    else this.logger.warn({ peer: from }, "too much was asked of this leader before it was ready");
  }

  nextQuestion(): number {
    return ++this.questions;
  }

  /** Answers of the leader were lost: what became of the requests nobody here will know. */
  private forwardAnew(leader: number): void {
    this.leaveRole();
    this.forwarding = new Forwarding(this, leader, this.nextForward);
    this.roleSinceMs = this.runtime.wallMs();
  }

  onLinkDown(sid: number): void {
    this.early = this.early.filter(({ from }) => from !== sid);
    this.leading?.linkDown(sid);
    this.snapshots.onLinkDown(sid);
  }

  sendSnapshot(to: number): void {
    this.stats.snapshots++;
    this.snapshots.sendTo(to);
  }

  cancelSnapshot(to: number): void {
    this.snapshots.cancel(to);
  }

  /** The leader refuses a request of this server's client: its connection is of no more use (specification §2.5). */
  refused({ client, session }: Proposal, code: number): void {
    if (session !== undefined) session.closing = false;
    if (client !== undefined && client.state !== "closed")
      this.drop(
        client,
        code === ErrorCode.SESSIONMOVED ? "the session moved to another server" : "the session is gone",
      );
  }

  // ── Commits ────────────────────────────────────────────────────────────────────────────────────────────────

  beginRun(): void {
    this.beginTurn();
    this.appliedInRun = 0;
  }

  endRun(): void {
    if (this.failed !== undefined) return;
    if (this.appliedInRun > 0) {
      this.stats.commits += this.appliedInRun;
      this.stats.batchSize.add(this.appliedInRun);
      this.wakeAppliedWaiters();
      this.leading?.resume();
    }
    this.unstall();
    this.endTurn();
    this.commitWhenDue();
  }

  mayApply(): boolean {
    return !this.overfull() && this.failed === undefined;
  }

  /** Applies a committed entry. Throws when the state contradicts the log: nothing that follows could be trusted. */
  apply(entry: Entry): void {
    this.appliedInRun++;
    if (entry.kind === ENTRY.epochStart) {
      this.tree.advance(entry);
      this.tree.setConsensus(writeEpochs(this.epochsUpTo(entry)));
      return;
    }
    if (entry.kind !== ENTRY.transaction)
      throw new Error(`log entry ${entry.index} is of kind ${entry.kind}, which this version does not know`);
    const first = this.inFlight.peek();
    if (first === undefined || first.index > entry.index) {
      this.applyOther(entry, decodeTransaction(entry.payload));
      return;
    }
    if (first.index !== entry.index) throw new Error(`proposal ${first.index} was passed over by ${entry.index}`);
    this.inFlight.shift();
    this.applyOwn(entry, first, first.transaction ?? decodeTransaction(entry.payload));
  }

  private epochsUpTo({ index }: Entry): readonly EpochRow[] {
    return this.replication.core.epochs.filter(({ startIndex }) => startIndex <= index);
  }

  /** Nobody here waits for it. */
  private applyOther(entry: Entry, transaction: Transaction): void {
    applyTransaction(this.tree, entry, transaction, undefined);
    const { type } = transaction.change;
    if (type === "createSession") this.sessionCreated(sessionIdOf(transaction), transaction.change.timeoutMs);
    else if (type === "closeSession") this.sessionClosed(sessionIdOf(transaction), undefined);
  }

  private applyOwn(entry: Entry, proposal: Proposal, transaction: Transaction): void {
    const { client, session, opcode } = proposal;
    if (client !== undefined && client.state !== "closed") this.answerAhead(client, proposal);
    const isMulti = transaction.change.type === "multi";
    const results: OperationResult[] | undefined = isMulti && client !== undefined ? [] : undefined;
    applyTransaction(this.tree, entry, transaction, results);
    const { change } = transaction;
    if (opcode === OpCode.createTTL && change.type === "create") this.stats.ttlCreated++;
    if (session !== undefined && session.inFlight > 0) session.inFlight--;
    const latencyMs = this.nowMs - proposal.receivedMs;
    this.stats.latency.add(latencyMs);
    this.stats.updateLatency.add(latencyMs);
    if (change.type === "createSession") this.sessionCreated(sessionIdOf(transaction), change.timeoutMs);
    else if (change.type === "closeSession") this.sessionClosed(sessionIdOf(transaction), client);
    if (client === undefined || client.state === "closed") return;
    if (client.waiting.shift() !== proposal)
      throw new Error(`proposal ${entry.index} is not what its client waits for`);
    if (opcode === OpCode.createSession) {
      this.open(client, session as ServerSession, (session as ServerSession).timeoutMs);
      this.stats.sessionsOpened++;
      client.answered(opcode, proposal.xid, entry.epoch, entry.counter, this.nowMs, latencyMs);
      client.transport.resume();
      return;
    }
    this.reply(client, entry, proposal, transaction, results);
    client.answered(opcode, proposal.xid, entry.epoch, entry.counter, this.nowMs, latencyMs);
    if (opcode === OpCode.closeSession) {
      this.stats.sessionsClosed++;
      this.finish(client);
      return;
    }
    this.answerWaiting(client);
  }

  /**
   * A sync that the client asked for ahead of a write is answered when the write is about to be applied, if not before: the
   * write was proposed after it, so everything committed before it is applied. Reads between must not see the write.
   */
  private answerAhead(client: Client, proposal: Proposal): void {
    const { waiting } = client;
    for (let next = waiting.peek(); next !== undefined && next !== proposal && !next.isWrite; next = waiting.peek()) {
      waiting.shift();
      next.ready = true;
      this.answerHeld(client, next);
      if (client.state === "closed") return;
    }
  }

  private wakeAppliedWaiters(): void {
    const waiters = this.appliedWaiters;
    if (waiters.length === 0) return;
    const { index } = this.tree.applied;
    this.appliedWaiters = waiters.filter((waiter) => waiter.index > index);
    for (const waiter of waiters) if (waiter.index <= index) waiter.then();
  }

  /** The reads behind a write that has been applied, up to the next write. */
  private answerWaiting(client: Client): void {
    const { waiting } = client;
    for (let next = waiting.peek(); next !== undefined && !next.isWrite && next.ready; next = waiting.peek()) {
      waiting.shift();
      this.answerHeld(client, next);
      // Reads that waited are answered together: what they add up to must not pass the bound before the turn ends.
      if (client.out.position > this.options.outputBytesPause) this.flush(client);
      if (client.state === "closed") return;
    }
  }

  private reply(
    client: Client,
    { epoch, counter }: Entry,
    { xid, opcode }: Proposal,
    { change }: Transaction,
    results: OperationResult[] | undefined,
  ): void {
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

  private sessionCreated(id: bigint, timeoutMs: number): void {
    let session = this.sessions.get(id);
    if (session === undefined) {
      session = new ServerSession(id, timeoutMs, this.nowMs);
      this.sessions.set(id, session);
      this.skipSessionIds(id);
    }
    session.tree = this.tree.sessions.get(id);
    session.heardMs = this.nowMs;
    if (session.local) {
      this.localClock.remove(session);
      session.local = false;
      session.upgrading = false;
    }
    this.leading?.retime(session, session.timeoutMs);
  }

  private forget(session: ServerSession): void {
    session.gone = true;
    this.sessions.delete(session.id);
  }

  private sessionClosed(id: bigint, client: Client | undefined): void {
    const gone = this.sessions.get(id);
    if (gone === undefined) return;
    this.leading?.clock.remove(gone);
    this.forget(gone);
    // Expired: its connection is closed without a frame; the client learns when it comes back.
    if (gone.client !== undefined && gone.client !== client) this.drop(gone.client, "session expired");
  }

  async beforeReplace(): Promise<void> {
    this.replacing = true;
    await this.committing;
  }

  /** Resolves when the store holds everything applied until now, or never will. */
  async commitNow(): Promise<void> {
    const { index } = this.tree.applied;
    while (this.engine.state.applied.index < index) {
      if (this.failed !== undefined || this.stopping || this.replacing) return;
      if (this.committing === undefined && this.stuckCommit === undefined && this.logHasApplied()) this.commitState();
      if (this.committing !== undefined) await this.committing;
      else await new Promise<void>((resolve) => this.runtime.after(this.checkMs, resolve));
    }
  }

  /** A snapshot took the place of the state: nobody is served now, so nobody has seen the old one last. */
  replaced(): void {
    if (this.leading !== undefined || this.forwarding !== undefined)
      throw new Error("the state was replaced under clients");
    this.leaveRole();
    this.endRecount();
    this.tree = new Tree(this.engine.state, { cacheBytesMax: this.options.cacheBytesMax });
    this.replacing = false;
    for (const session of [...this.sessions.values()]) this.forget(session);
    this.dirtySinceMs = -1;
    this.stuckCommit = undefined;
    this.rememberSessions();
    if (this.tree.digest === undefined) this.recountDigest();
    this.logger.info(
      { index: this.tree.applied.index, znodes: this.tree.nodeCount },
      "a snapshot of the leader's was installed",
    );
  }

  private rememberSessions(): void {
    for (const tree of this.tree.sessions.values()) {
      const session = new ServerSession(tree.id, tree.timeoutMs, this.nowMs);
      session.tree = tree;
      this.sessions.set(tree.id, session);
    }
    this.skipSessionIds(this.tree.lastSession);
  }

  /** The clock may have gone back since: an id that was given once is not given again. */
  private skipSessionIds(given: bigint): void {
    if (given >> 56n === this.nextSession >> 56n && given >= this.nextSession) this.nextSession = given + 1n;
  }

  private commitWhenDue(): void {
    const { tree } = this;
    if (this.committing !== undefined || this.failed !== undefined || this.stopping || this.replacing) return;
    if (tree.applied.index === this.engine.state.applied.index) {
      this.dirtySinceMs = -1;
      return;
    }
    if (!this.logHasApplied()) return;
    if (this.dirtySinceMs < 0) this.dirtySinceMs = this.nowMs;
    const waitedMs = this.nowMs - this.dirtySinceMs;
    const due =
      this.stuckCommit === undefined
        ? tree.dirtyCount >= DIRTY_COMMIT || tree.dirtyBytes >= DIRTY_BYTES_COMMIT || waitedMs >= COMMIT_DELAY_MS
        : waitedMs >= RETRY_MS;
    if (due) this.commitState();
  }

  /** What the others committed may be applied before the own log has been given it; the state waits for the log. */
  private logHasApplied(): boolean {
    return this.tree.applied.index <= this.engine.log.last.index;
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
    this.replication.resume();
    const { log } = this.engine;
    const trimTo = commit.applied.index - this.logEntriesKept;
    if (trimTo < log.firstIndex) return;
    await log.trim(trimTo);
    this.replication.core.trimmed(log.firstIndex);
  }

  // ── Start and stop ─────────────────────────────────────────────────────────────────────────────────────────

  private async begin(ports: MemberPorts): Promise<void> {
    const { options, engine, runtime, logger } = this;
    const vouched = options.ensemble?.vouched ?? false;
    const boot = await bootOf(engine, this.tree.consensus, {
      bootId: ports.bootId,
      jitterSeed: ports.jitterSeed,
      vouched,
    });
    this.beginTurn();
    this.rememberSessions();
    this.timers = [
      runtime.every(this.checkMs, this.onTick),
      runtime.every(Math.max(10, Math.floor(options.tickTimeMs / 2)), this.onTouch),
    ];
    engine.onSpace = (space) => {
      this.replication.retry();
      this.tellSpace(space);
    };
    if (engine.space !== "ok") this.tellSpace(engine.space);
    engine.onFailure = (error) => this.onFailure(error);
    if (this.tree.digest === undefined) this.recountDigest();
    const { peers } = ports;
    if (options.ensemble !== undefined) {
      this.stats.lookings = 1;
      this.lookingSinceMs = this.nowMs;
    }
    const base = coreConfigOf(options, this.sid, logger);
    const config = { ...base, limits: { ...base.limits, ...ports.limits } };
    this.replication = new Replication(config, boot, { engine, runtime, logger, peers }, this, foundersId);
    const begunMs = runtime.monotonicMs();
    await this.replication.start();
    if (options.ensemble !== undefined) return;
    // Alone, nobody else is needed: clients come when everything is applied.
    await new Promise<void>((resolve) => {
      this.markFailed = resolve;
      if (this.failed === undefined) void this.firstServing.then(resolve);
      else resolve();
    });
    if (this.failed !== undefined) throw this.failed;
    const entries = boot.last.index - boot.applied.index;
    if (entries > 0)
      logger.info({ entries, ms: Math.round(runtime.monotonicMs() - begunMs) }, "replayed the log behind the state");
  }

  /** A state from before there was a digest gets one beside everything else, some rows a turn. */
  private recountDigest(): void {
    const { tree, runtime, engine } = this;
    const snapshot = engine.state.snapshot();
    const counting = tree.recount(snapshot);
    let timer: Timer | undefined;
    this.endRecount = () => {
      timer?.stop();
      snapshot.close();
    };
    const step = () => {
      if (counting.next().done === true) this.endRecount();
      else timer = runtime.after(RECOUNT_PAUSE_MS, step);
    };
    step();
  }

  /** Gives up a recount that is under way: its snapshot must be closed before the tree or the engine goes. */
  private endRecount: () => void = () => {};

  private tellSpace(space: Space): void {
    const fields = { space, folder: this.options.dataFolder };
    if (space === "ok") this.logger.warn(fields, "there is room on the disk again: writes are accepted");
    else this.logger.error(fields, "there is too little room on the disk: writes are refused until there is more");
  }

  digestOf(index: number): number | undefined {
    return this.tree.digestOf(index);
  }

  onFlushed(ms: number): void {
    this.stats.flushTime.add(ms);
    this.commitWhenDue();
  }

  /** The disk or consensus cannot go on. */
  onFailure(error: Error): void {
    this.fail(error);
  }

  fail(error: Error): void {
    if (this.failed !== undefined) return;
    this.failed = error;
    for (const timer of this.timers) timer.stop();
    this.endRecount();
    this.leading?.stop();
    for (const client of [...this.clients]) this.drop(client, "the member failed");
    void this.replication.stop();
    this.markFailed();
    this.onFailed(error);
  }

  /** Why the member stopped by itself, if it did. */
  get failure(): Error | undefined {
    return this.failed;
  }

  /** Whether clients are answered, be it in read-only mode. */
  get serving(): boolean {
    if (this.failed !== undefined || this.stopping) return false;
    return this.leading !== undefined || this.forwarding !== undefined || this.readOnlyMode;
  }

  get readOnly(): boolean {
    return this.readOnlyMode;
  }

  /** As ZooKeeper names it in reports. */
  get mode(): "standalone" | "leader" | "follower" | "observer" | "read-only" {
    if (this.options.ensemble === undefined) return "standalone";
    if (this.readOnlyMode) return "read-only";
    if (this.leading !== undefined) return "leader";
    return this.replication.role.role === "observing" ? "observer" : "follower";
  }

  /** Sessions that live on this member alone. */
  get localSessions(): number {
    return this.localClock.size;
  }

  /** Syncs, and sessions that are asked for, that wait for entries to be applied. */
  get pendingSyncs(): number {
    return this.appliedWaiters.length;
  }

  /** The clock of the sessions that this member expires. */
  get clock(): SessionClock<ServerSession> {
    return this.leading?.clock ?? this.localClock;
  }

  /** Requests not yet answered, over all clients. */
  get outstanding(): number {
    let count = 0;
    for (const client of this.clients) count += client.waiting.length;
    return count;
  }

  /** Hands the lead over, lets what was proposed finish, closes every client, commits the state. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const timer of this.timers) timer.stop();
    this.endRecount();
    if (this.failed === undefined) {
      await this.handOver();
      await this.settled();
    }
    for (const client of [...this.clients]) this.finish(client);
    this.leading?.stop();
    await this.replication.stop();
    await this.snapshots.stop();
    await this.committing;
    if (this.failed !== undefined || this.replacing || this.tree.applied.index === this.engine.state.applied.index)
      return;
    // Without it the next start replays a little more.
    if (!this.logHasApplied()) return;
    this.commitState();
    await this.committing;
  }

  /** What is on its way may finish, but nobody waits for a disk or a quorum that does not answer. */
  private async settled(): Promise<void> {
    let timer: Timer | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = this.runtime.after(2 * this.options.tickTimeMs, resolve);
    });
    await Promise.race([this.replication.drained(), patience]);
    timer?.stop();
  }

  /** A leader that goes lets another lead first, and helps it to begin, so that nobody has to notice its silence. */
  private async handOver(): Promise<void> {
    const { leading, replication, runtime } = this;
    if (leading === undefined || replication.core.learners.size === 0) return;
    replication.transfer();
    await new Promise<void>((resolve) => {
      const timer = runtime.after(this.replication.timeouts.electionMs, resolve);
      this.handedOver = () => {
        timer.stop();
        resolve();
      };
    });
    this.handedOver = undefined;
  }

  private handedOver: (() => void) | undefined;
}

const HELD: Held = {
  isWrite: false,
  xid: 0,
  opcode: 0,
  receivedMs: 0,
  frame: undefined,
  code: ErrorCode.OK,
  zxid: "applied",
  closes: false,
  ready: true,
};

const NO_PASSWORD = new Uint8Array(16);
const CONTAINER_MARK = -(2n ** 63n);
/** Messages of followers held for a leader that is not ready. */
const EARLY_MAX = 1024;
/** Without a leader for so long, it is said why, and again after so long, ms. */
const EXPLAIN_AFTER_MS = 5000;
const EXPLAIN_EVERY_MS = 30_000;
/** Between two steps of a recount, ms. */
const RECOUNT_PAUSE_MS = 5;
const CONFIG_PATH = "/zookeeper/config";

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
