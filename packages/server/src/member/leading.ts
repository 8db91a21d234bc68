/**
 * What only the leader does: it decides requests, its own clients' and those that other members forward, and proposes
 * what it decided; it owns the expiry of sessions, and which server may write for each (§12 of the consensus design).
 */
import { ErrorCode, type JuteReader, OpCode, JuteReader as Reader } from "@rookery/protocol/client";
import type { ForwardedRequest } from "@rookery/protocol/peer";
import type { Space } from "@rookery/storage";
import { encodeTransaction, type Identity, KIND, Preparer, type Transaction, type Tree } from "@rookery/tree";
import type { Logger } from "../logger.ts";
import type { ServerOptions } from "../options.ts";
import { type Client, type Proposal, proposalOf } from "./client.ts";
import { Deque } from "./deque.ts";
import { IdentityReader } from "./identities.ts";
import type { Runtime, Timer } from "./ports.ts";
import type { Replication } from "./replication.ts";
import { ServerSession } from "./session.ts";
import { SessionClock } from "./session-clock.ts";
import type { Stats } from "./stats.ts";

/** What of the member the leader needs. */
export interface LeadingHost {
  readonly sid: number;
  readonly tree: Tree;
  readonly sessions: Map<bigint, ServerSession>;
  readonly options: ServerOptions;
  readonly stats: Stats;
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly replication: Replication;
  /** Proposed and not applied, in the order of their indexes. */
  readonly inFlight: Deque<Proposal>;
  readonly nowMs: number;
  beginTurn(): void;
  endTurn(): void;
  readonly space: Space;
  hearStalled(): void;
  /** A session that another server holds now: a connection of this one's is of no more use. */
  moved(session: ServerSession): void;
}

/** Requests of a forwarded batch, where it has not been dealt with in one go. */
interface HeldBatch {
  readonly from: number;
  readonly first: number;
  readonly requests: readonly ForwardedRequest[];
  readonly identities: readonly Uint8Array[];
}

interface HeldWrite {
  readonly proposal: Proposal;
  readonly frame: Buffer;
  readonly client: Client | undefined;
}

/** Collected nodes proposed at a time, and the pause between, ms: clients' writes go before. */
const COLLECT_AT_ONCE = 100;
const COLLECT_PAUSE_MS = 100;
const NOBODY: readonly Identity[] = [];

export class Leading {
  readonly clock: SessionClock<ServerSession>;
  private readonly host: LeadingHost;
  private readonly preparer: Preparer;
  private readonly input: JuteReader = new Reader();
  private readonly identityReader = new IdentityReader();
  /** What came while nothing could be proposed: while an epoch is opened in place, or too much is uncommitted. */
  private readonly heldWrites = new Deque<HeldWrite>();
  private readonly heldBatches = new Deque<HeldBatch>();
  /** The rest of a batch of which the first part was decided. */
  private partial: HeldBatch | undefined;
  /** The session that each server's last request was of: pipelined requests come in runs. */
  private readonly lastOf = new Map<number, ServerSession>();
  private timers: Timer[];
  private collecting: string[] = [];

  constructor(host: LeadingHost, checkMs: number) {
    this.host = host;
    const { tree, options, runtime, stats, logger } = host;
    this.preparer = new Preparer(tree, options, (path, what, limit, hard) => {
      if (hard) stats.quotaRefused(path);
      logger.warn({ path, what, limit, hard }, hard ? "a write was refused by a quota" : "a soft quota is exceeded");
    });
    this.clock = new SessionClock(options.tickTimeMs, checkMs, host.nowMs);
    // Every session gets its full timeout from now: nobody could be heard while there was no leader.
    for (const session of host.sessions.values()) {
      session.owner = 0;
      session.closing = false;
      session.heardMs = host.nowMs;
      if (session.tree !== undefined) this.clock.add(session);
    }
    this.timers = [
      runtime.every(checkMs, () => this.expire()),
      runtime.every(options.containerCheckIntervalMs, () => this.collect()),
      runtime.every(COLLECT_PAUSE_MS, () => this.collectSome()),
    ];
  }

  stop(): void {
    for (const timer of this.timers) timer.stop();
    this.timers = [];
  }

  // ── Requests ───────────────────────────────────────────────────────────────────────────────────────────────

  /** A request of a client of this member. The proposal gets its index now, or as soon as there can be one. */
  write(client: Client, proposal: Proposal, buffer: Buffer, start: number, end: number): void {
    if (!this.canPropose()) {
      this.heldWrites.push({ proposal, frame: buffer.subarray(start, end), client });
      return;
    }
    this.decide(proposal, client, buffer, start, end);
  }

  /** What the member itself asks for: a session's creation or close. */
  command(proposal: Proposal): void {
    if (this.canPropose()) this.decideCommand(proposal, 0);
    else this.heldWrites.push({ proposal, frame: NO_FRAME, client: undefined });
  }

  private decide(proposal: Proposal, client: Client, buffer: Buffer, start: number, end: number): void {
    const { host, input } = this;
    input.reset(buffer, start + 8, end);
    const transaction = this.preparer.prepare(
      proposal.opcode,
      input,
      client,
      proposal.xid,
      host.replication.nextIndex,
      host.runtime.wallMs(),
    );
    this.propose(transaction, proposal);
  }

  private decideCommand(proposal: Proposal, timeoutMs: number): void {
    const session = proposal.session as ServerSession;
    const transaction =
      proposal.opcode === OpCode.createSession
        ? this.creation(session, timeoutMs === 0 ? session.timeoutMs : timeoutMs, proposal.xid)
        : this.close(session, proposal.xid);
    this.propose(transaction, proposal);
  }

  private creation(session: ServerSession, timeoutMs: number, xid: number): Transaction {
    const { host } = this;
    const who = { sessionHigh: session.high, sessionLow: session.low, identities: NOBODY };
    const { nextIndex } = host.replication;
    if (session.owner === 0) session.owner = host.sid;
    return this.preparer.prepareSession(session.id, who, timeoutMs, xid, nextIndex, host.runtime.wallMs());
  }

  private close(session: ServerSession, xid: number): Transaction {
    const { host } = this;
    session.closing = true;
    return this.preparer.prepareClose(
      session.id,
      { sessionHigh: session.high, sessionLow: session.low, identities: NOBODY },
      // Most sessions that end have nothing on its way: a thousand at once must not look through each other's closes.
      session.inFlight === 0 ? [] : this.transactionsInFlight(),
      xid,
      host.replication.nextIndex,
      host.runtime.wallMs(),
    );
  }

  private *transactionsInFlight(): IterableIterator<Transaction> {
    for (const { transaction } of this.host.inFlight) if (transaction !== undefined) yield transaction;
  }

  private propose(transaction: Transaction, proposal: Proposal): void {
    const { host } = this;
    const payload = encodeTransaction(transaction);
    const proposed = host.replication.propose(payload);
    // Asked before it was decided; a decision speculates on its index and cannot be put off.
    if (proposed === undefined) throw new Error("a proposal was refused that could be made a moment ago");
    proposal.index = proposed.index;
    proposal.transaction = transaction;
    host.stats.proposed(payload.length);
    if (proposal.session !== undefined) proposal.session.inFlight++;
    host.inFlight.push(proposal);
  }

  private canPropose(): boolean {
    return this.heldWrites.length === 0 && this.noBatchHeld && this.hasRoom();
  }

  private get noBatchHeld(): boolean {
    return this.heldBatches.length === 0 && this.partial === undefined;
  }

  private hasRoom(): boolean {
    const { replication, options, inFlight } = this.host;
    // What other members forward comes on top of the own clients' limit, which their own members bound.
    return (
      replication.canPropose &&
      replication.uncommittedBytes <= UNCOMMITTED_BYTES_MAX &&
      inFlight.length < UNCOMMITTED_ENTRIES_MAX + options.globalOutstandingLimit
    );
  }

  /** Something was committed, or the epoch is open again: what was held may go on. */
  resume(): void {
    if (this.heldWrites.length === 0 && this.noBatchHeld) return;
    while (this.heldWrites.length > 0 && this.hasRoom()) {
      const { proposal, frame, client } = this.heldWrites.shift() as HeldWrite;
      if (client === undefined) this.decideCommand(proposal, 0);
      else if (client.state !== "closed") this.decide(proposal, client, frame, 0, frame.length);
    }
    while (!this.noBatchHeld && this.hasRoom()) {
      const batch = this.partial ?? (this.heldBatches.shift() as HeldBatch);
      this.partial = undefined;
      this.takeBatch(batch);
    }
  }

  // ── Requests of other members' clients ─────────────────────────────────────────────────────────────────────

  forwarded(
    from: number,
    first: number,
    requests: readonly ForwardedRequest[],
    identities: readonly Uint8Array[],
  ): void {
    const batch = { from, first, requests, identities };
    if (this.canPropose()) this.takeBatch(batch);
    else this.heldBatches.push(batch);
  }

  /**
   * A member's connection is gone: what it asked and nobody decided yet is void. So is what it had to say of its clients, whom it may
   * have answered until now (I14).
   */
  linkDown(sid: number): void {
    const nowMs = this.host.runtime.monotonicMs();
    for (const session of this.host.sessions.values())
      if (session.owner === sid) session.heardMs = Math.max(session.heardMs, nowMs);
    const kept = [...this.heldBatches].filter(({ from }) => from !== sid);
    this.heldBatches.clear();
    this.lastOf.delete(sid);
    if (this.partial?.from === sid) this.partial = undefined;
    for (const batch of kept) this.heldBatches.push(batch);
  }

  private takeBatch(batch: HeldBatch): void {
    const { from, first, requests, identities } = batch;
    const decoded = identities.map((bytes) => this.identityReader.decode(bytes) ?? NOBODY);
    const indexes: number[] = [];
    const codes: number[] = [];
    for (const request of requests) {
      // A close may name a megabyte of ephemerals: every request is asked for its room.
      if (!this.hasRoom()) break;
      const outcome = this.take(from, request, decoded[request.identity] ?? NOBODY);
      if (outcome > 0) indexes.push(outcome);
      else {
        indexes.push(0);
        codes.push(outcome);
      }
    }
    const { length } = indexes;
    if (length < requests.length) this.partial = { ...batch, first: first + length, requests: requests.slice(length) };
    if (length > 0) this.host.replication.sendAhead(from, { type: "forwardReply", first, indexes, codes });
  }

  /** The session of a forwarded request. */
  private sessionOf(from: number, high: number, low: number): ServerSession | undefined {
    const last = this.lastOf.get(from);
    if (last !== undefined && !last.gone && last.low === low && last.high === high) return last;
    const session = this.host.sessions.get(idOf(high, low));
    if (session !== undefined) this.lastOf.set(from, session);
    return session;
  }

  /** The index of its entry, or why it is refused (an error code, negative). */
  private take(from: number, request: ForwardedRequest, identities: readonly Identity[]): number {
    const { host, input } = this;
    const { sessionHigh, sessionLow, opcode, xid, body } = request;
    let session = this.sessionOf(from, sessionHigh, sessionLow);
    if (opcode === OpCode.createSession) {
      if (body.length !== 4) return ErrorCode.MARSHALLINGERROR;
      const timeoutMs = Buffer.from(body.buffer, body.byteOffset, 4).readInt32BE(0);
      session ??= this.remember(idOf(sessionHigh, sessionLow), timeoutMs);
      session.owner = from;
      const creation = proposalOf(undefined, session, xid, opcode, host.nowMs);
      this.decideCommand(creation, timeoutMs);
      return creation.index;
    }
    if (session === undefined) {
      // It may live on the other server alone; an ephemeral is refused to it when the request is prepared.
      if (host.options.ensemble?.localSessions !== true || opcode === OpCode.closeSession)
        return ErrorCode.SESSIONEXPIRED;
    } else {
      if (session.closing) return ErrorCode.SESSIONEXPIRED;
      if (session.owner === 0) session.owner = from;
      if (session.owner !== from) return ErrorCode.SESSIONMOVED;
      session.heardMs = host.nowMs;
    }
    const proposal = proposalOf(undefined, session, xid, opcode, host.nowMs);
    if (opcode === OpCode.closeSession) {
      this.decideCommand(proposal, 0);
    } else {
      const frame = Buffer.from(body.buffer, body.byteOffset, body.length);
      input.reset(frame, 0, frame.length);
      const who = { sessionHigh, sessionLow, identities };
      const { nextIndex } = host.replication;
      this.propose(this.preparer.prepare(opcode, input, who, xid, nextIndex, host.runtime.wallMs()), proposal);
    }
    return proposal.index;
  }

  private remember(id: bigint, timeoutMs: number): ServerSession {
    const { host } = this;
    const session = new ServerSession(id, timeoutMs, host.nowMs);
    host.sessions.set(id, session);
    return session;
  }

  // ── Sessions ───────────────────────────────────────────────────────────────────────────────────────────────

  /** A client came back with its session to server `from`, which may write for it from now on. */
  revalidate(from: number, id: bigint, timeoutMs: number): boolean {
    const { host } = this;
    const session = host.sessions.get(id);
    if (session === undefined || session.closing || session.local) return false;
    if (from !== host.sid) host.moved(session);
    session.owner = from;
    session.heardMs = host.nowMs;
    this.retime(session, timeoutMs);
    return true;
  }

  /** The session's timeout from now on. */
  retime(session: ServerSession, timeoutMs: number): void {
    this.clock.remove(session);
    session.timeoutMs = timeoutMs;
    if (session.tree !== undefined) this.clock.add(session);
  }

  /** Other members' clients that were heard of. Eight bytes an id. */
  touched(from: number, ids: Uint8Array): void {
    const { host } = this;
    const view = Buffer.from(ids.buffer, ids.byteOffset, ids.length);
    for (let at = 0; at + 8 <= view.length; at += 8) {
      const session = host.sessions.get(view.readBigInt64BE(at));
      if (session === undefined) continue;
      session.heardMs = host.nowMs;
      if (session.owner === 0) session.owner = from;
    }
  }

  private expire(): void {
    const { host } = this;
    host.beginTurn();
    // Without room for their closing, sessions stay: they are looked at again when there is room.
    host.hearStalled();
    const expired = host.space !== "none" && this.canPropose() ? this.clock.expire(host.nowMs) : [];
    for (const session of expired) {
      if (session.closing) continue;
      if (this.mayBeHeard(session)) {
        this.clock.add(session);
        continue;
      }
      host.stats.sessionsExpired++;
      host.logger.info({ session: session.id.toString(16), timeoutMs: session.timeoutMs }, "session expired");
      this.command(proposalOf(undefined, session, 0, OpCode.closeSession, host.nowMs));
    }
    host.endTurn();
  }

  /**
   * Whether its server, of which nothing is heard though the connection is up, may yet be answering it: until that has left a
   * leader that is silent in turn. What it told clients by then counts as heard.
   */
  private mayBeHeard(session: ServerSession): boolean {
    const { sid, replication, nowMs } = this.host;
    if (session.owner === 0 || session.owner === sid) return false;
    const { electionMs, heartbeatMs } = replication.timeouts;
    const server = replication.core.learners.get(session.owner);
    if (server === undefined || !(server.active || server.silent) || nowMs - server.ackAt < 2 * heartbeatMs)
      return false;
    session.heardMs = Math.max(session.heardMs, Math.min(nowMs, server.ackAt + 2 * electionMs + heartbeatMs));
    return this.clock.dueOf(session) > nowMs;
  }

  // ── Containers and TTL nodes ───────────────────────────────────────────────────────────────────────────────

  /** Finds what containers and TTL nodes may go; {@link collectSome} lets them go a few at a time. */
  private collect(): void {
    const { options, tree, runtime } = this.host;
    if (this.collecting.length > 0 || this.host.space !== "ok") return;
    const { containersPerMinuteMax, containerCheckIntervalMs, containerNeverUsedMs } = options;
    const limit = Math.max(1, Math.floor((containersPerMinuteMax * containerCheckIntervalMs) / 60_000));
    this.collecting = tree.collectable(runtime.wallMs(), containerNeverUsedMs, limit).reverse();
    this.collectSome();
  }

  private collectSome(): void {
    const { host } = this;
    if (this.collecting.length === 0 || host.space !== "ok") return;
    host.beginTurn();
    for (let left = COLLECT_AT_ONCE; left > 0 && this.canPropose(); left--) {
      const path = this.collecting.pop();
      if (path === undefined) break;
      const { nextIndex } = host.replication;
      const transaction = this.preparer.prepareCollect(path, nextIndex, host.runtime.wallMs());
      if (transaction === undefined) continue;
      if (host.tree.find(path)?.kind === KIND.ttl) host.stats.ttlDeleted++;
      this.propose(transaction, proposalOf(undefined, undefined, 0, OpCode.deleteContainer, host.nowMs));
    }
    host.endTurn();
  }

  /** A transaction of the server's own, if it can be proposed now. */
  proposeOwn(transaction: Transaction): void {
    if (!this.canPropose()) return;
    this.propose(transaction, proposalOf(undefined, undefined, 0, OpCode.setData, this.host.nowMs));
  }
}

function idOf(high: number, low: number): bigint {
  return (BigInt(high | 0) << 32n) | BigInt(low >>> 0);
}

const NO_FRAME = Buffer.alloc(0);
/** Proposed and not yet applied, over all members' clients. */
const UNCOMMITTED_ENTRIES_MAX = 3000;
const UNCOMMITTED_BYTES_MAX = 60 << 20;
