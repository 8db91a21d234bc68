/**
 * One connection as the member sees it: identities, the session it holds, what it waits for, and its replies.
 * **Invariant**: `waiting` holds, in the order received, every request not yet answered; while it is not empty nothing
 * is answered out of that order.
 */
import { ErrorCode, JuteWriter, KeeperState, Permission, Xid } from "@rookery/protocol/client";
import type { AclList, AuthConfig, Identity, Reader, Transaction, TreeSession } from "@rookery/tree";
import { permits } from "@rookery/tree";
import { Deque } from "./deque.ts";
import type { Transport } from "./ports.ts";
import type { ServerSession } from "./session.ts";
import type { Stats } from "./stats.ts";

/** A write on its way through the log, seen from the member that answers for it, or from the leader that proposed it. */
export interface Proposal {
  readonly isWrite: true;
  /** Of its log entry; 0 until the leader has given it one. */
  index: number;
  /** What the leader decided; undefined on other members until it is applied. */
  transaction: Transaction | undefined;
  /** Undefined when nobody waits here for the answer. */
  readonly client: Client | undefined;
  readonly session: ServerSession | undefined;
  readonly xid: number;
  readonly opcode: number;
  readonly receivedMs: number;
}

/** Every proposal is made here, so that all have one shape: the hot path reads them. */
export function proposalOf(
  client: Client | undefined,
  session: ServerSession | undefined,
  xid: number,
  opcode: number,
  receivedMs: number,
): Proposal {
  return { isWrite: true, index: 0, transaction: undefined, client, session, xid, opcode, receivedMs };
}

/** A request that waits behind its session's writes: a read with its frame, or an answer already known. */
export interface Held {
  readonly isWrite: false;
  readonly xid: number;
  readonly opcode: number;
  readonly receivedMs: number;
  /** The frame of a read; undefined for an answer. */
  readonly frame: Buffer | undefined;
  /** The answer's code and header zxid. */
  readonly code: number;
  readonly zxid: "applied" | "zero" | "none";
  readonly closes: boolean;
  /** False while a sync waits for what the leader had committed. */
  ready: boolean;
}

export type ClientState = "new" | "opening" | "open" | "closed";

export class Client implements Reader {
  readonly transport: Transport;
  /** Wall clock at which the connection was accepted, for reports; and the monotonic one. */
  readonly openedMs: number;
  readonly acceptedMs: number;
  identities: readonly Identity[];
  session: ServerSession | undefined = undefined;
  state: ClientState = "new";
  /** The connect request carried the readOnly byte, so the response must. */
  speaksReadOnly = false;
  /** The client accepts a server without a quorum. */
  acceptsReadOnly = false;
  readonly out = new JuteWriter();
  readonly waiting = new Deque<Proposal | Held>();
  /** Bytes of the frames in `waiting`. */
  heldBytes = 0;
  /** Refused a frame and waits for room. */
  stalled = false;
  /** Has replies in `out` that no flush has taken yet. */
  unflushed = false;

  received = 0;
  sent = 0;
  lastXid = -1;
  lastZxidHigh = -1;
  lastZxidLow = -1;
  lastOpcode = 0;
  lastResponseMs = 0;
  lastLatencyMs = 0;
  minLatencyMs = 0;
  maxLatencyMs = 0;
  latencies = 0;
  latencySumMs = 0;

  private readonly config: AuthConfig;
  private readonly stats: Stats;
  /** Bytes of output at which it is handed on within a turn. */
  private readonly outputBytesHeld: number;
  private readonly onOutput: (client: Client) => void;

  constructor(
    transport: Transport,
    openedMs: number,
    acceptedMs: number,
    config: AuthConfig & { readonly outputBytesPause: number },
    stats: Stats,
    onOutput: (client: Client) => void,
  ) {
    this.transport = transport;
    this.openedMs = openedMs;
    this.acceptedMs = acceptedMs;
    this.identities = [{ scheme: "ip", id: transport.address }];
    this.config = config;
    this.outputBytesHeld = config.outputBytesPause;
    this.stats = stats;
    this.onOutput = onOutput;
  }

  get sessionHigh(): number {
    return this.session === undefined ? 0 : this.session.high;
  }

  get sessionLow(): number {
    return this.session === undefined ? 0 : this.session.low;
  }

  get treeSession(): TreeSession | undefined {
    return this.session?.tree;
  }

  /** A header and no body. */
  replyHeader(xid: number, zxidHigh: number, zxidLow: number, code: number): void {
    const { out } = this;
    out.int(16);
    out.int(xid);
    out.longParts(zxidHigh, zxidLow);
    out.int(code);
    this.stats.responded(20);
    this.wrote();
  }

  notify(type: number, path: string, epoch: number, counter: number, acl: AclList): void {
    if (this.state !== "open" || !permits(acl, Permission.READ, this.identities, this.config)) return;
    this.event(type, path, epoch, counter);
  }

  notifyNow(type: number, path: string): void {
    if (this.state !== "open") return;
    this.event(type, path, -1, -1);
  }

  /** A frame is counted, and a flush asked for: once a turn, and again when much has come together within it. */
  wrote(): void {
    this.sent++;
    this.stats.packetsSent++;
    if (this.unflushed && this.out.position <= this.outputBytesHeld) return;
    this.unflushed = true;
    this.onOutput(this);
  }

  flush(): void {
    this.unflushed = false;
    if (this.state === "closed") this.out.reset();
    else if (this.out.position > 0) this.transport.write(this.out.take());
  }

  /** Requests not yet answered. */
  get queued(): number {
    return this.waiting.length;
  }

  answered(opcode: number, xid: number, zxidHigh: number, zxidLow: number, nowMs: number, latencyMs: number): void {
    this.lastOpcode = opcode;
    if (xid >= 0) this.lastXid = xid;
    this.lastZxidHigh = zxidHigh;
    this.lastZxidLow = zxidLow;
    this.lastResponseMs = nowMs;
    this.lastLatencyMs = latencyMs;
    if (this.latencies === 0 || latencyMs < this.minLatencyMs) this.minLatencyMs = latencyMs;
    if (latencyMs > this.maxLatencyMs) this.maxLatencyMs = latencyMs;
    this.latencies++;
    this.latencySumMs += latencyMs;
  }

  resetCounters(): void {
    this.received = 0;
    this.sent = 0;
    this.lastXid = -1;
    this.lastZxidHigh = -1;
    this.lastZxidLow = -1;
    this.lastOpcode = 0;
    this.lastResponseMs = 0;
    this.lastLatencyMs = 0;
    this.minLatencyMs = 0;
    this.maxLatencyMs = 0;
    this.latencies = 0;
    this.latencySumMs = 0;
  }

  private event(type: number, path: string, high: number, low: number): void {
    const { out } = this;
    const frame = out.beginFrame();
    out.int(Xid.notification);
    out.longParts(high, low);
    out.int(ErrorCode.OK);
    out.int(type);
    out.int(KeeperState.SyncConnected);
    out.string(path);
    out.endFrame(frame);
    this.stats.notified(out.position - frame);
    this.wrote();
  }
}
