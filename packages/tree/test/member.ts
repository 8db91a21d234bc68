/** A member without a network, for tests: an engine in memory, a tree and a preparer, every step of which is the test's to take. */
import {
  type Acl,
  checkVersionRequest,
  createRequest,
  createTTLRequest,
  deleteRequest,
  digestId,
  JuteReader,
  JuteWriter,
  type MultiOperation,
  multiRequest,
  OpCode,
  Permission,
  type RequestedAcl,
  type Stat,
  setACLRequest,
  setDataRequest,
  stat as statCodec,
} from "@rookery/protocol/client";
import {
  chainOf,
  EPOCH_START,
  type Flush,
  type LogPosition,
  type MemoryEngine,
  openMemoryEngine,
  type StateChange,
  TRANSACTION,
} from "@rookery/storage";
import { type AclList, type Identity, permits } from "../src/acl.ts";
import { applyTransaction, type OperationResult } from "../src/apply.ts";
import { countState } from "../src/digest.ts";
import { type PrepareConfig, Preparer, type Requester } from "../src/prepare.ts";
import { answerRead, type Reader } from "../src/reads.ts";
import { STATE_TABLES } from "../src/schema.ts";
import { decodeTransaction, encodeTransaction, type Transaction } from "../src/transaction.ts";
import { Tree, type TreeOptions, type TreeSession } from "../src/tree.ts";
import { STAT, type Znode } from "../src/znode.ts";

export const CONFIG: PrepareConfig = {
  skipAcl: false,
  digestEnabled: true,
  digestAlgorithm: "sha1",
  superDigest: digestId("super:secret"),
  extendedTypes: true,
  enforceQuota: false,
  reconfigEnabled: false,
};

export const OPEN: readonly Acl[] = [{ perms: 31, scheme: "world", id: "anyone" }];
export const ALICE: Identity = { scheme: "digest", id: digestId("alice:a") };
export const BOB: Identity = { scheme: "digest", id: digestId("bob:b") };
export const SUPER: Identity = { scheme: "super", id: "" };

export function bytes(text: string): Buffer {
  return Buffer.from(text);
}

export function requester(session: bigint, ...identities: readonly Identity[]): Requester {
  const unsigned = BigInt.asUintN(64, session);
  return { sessionHigh: Number(unsigned >> 32n), sessionLow: Number(unsigned & 0xffff_ffffn), identities };
}

/** What a client may ask of the leader. */
export type Ask =
  | {
      readonly op: "create";
      /** create when absent. */
      readonly opcode?: number;
      readonly path: string | null;
      readonly data?: Uint8Array | null;
      readonly acl?: readonly RequestedAcl[] | null;
      readonly flags?: number;
      readonly ttl?: bigint;
    }
  | { readonly op: "delete"; readonly path: string | null; readonly version?: number }
  | {
      readonly op: "setData";
      readonly path: string | null;
      readonly data?: Uint8Array | null;
      readonly version?: number;
    }
  | {
      readonly op: "setAcl";
      readonly path: string | null;
      readonly acl: readonly RequestedAcl[] | null;
      readonly version?: number;
    }
  | { readonly op: "check"; readonly path: string | null; readonly version?: number }
  | { readonly op: "multi"; readonly asks: readonly Ask[] };

function operationOf(ask: Ask): MultiOperation {
  switch (ask.op) {
    case "create": {
      const { path, data = null, acl = OPEN, flags = 0, ttl = -1n } = ask;
      const opcode = ask.opcode ?? OpCode.create;
      if (opcode === OpCode.createTTL) return { type: opcode, request: { path, data, acl, flags, ttl } };
      return { type: opcode as typeof OpCode.create, request: { path, data, acl, flags } };
    }
    case "delete":
      return { type: OpCode.delete, request: { path: ask.path, version: ask.version ?? -1 } };
    case "setData":
      return { type: OpCode.setData, request: { path: ask.path, data: ask.data ?? null, version: ask.version ?? -1 } };
    case "check":
      return { type: OpCode.check, request: { path: ask.path, version: ask.version ?? -1 } };
    default:
      throw new Error(`${ask.op} in a multi`);
  }
}

export function opcodeOf(ask: Ask): number {
  if (ask.op === "multi") return OpCode.multi;
  return ask.op === "setAcl" ? OpCode.setACL : operationOf(ask).type;
}

export function encodeAsk(ask: Ask): Buffer {
  const out = new JuteWriter();
  if (ask.op === "multi") {
    multiRequest.encode(out, { operations: ask.asks.map(operationOf) });
  } else if (ask.op === "setAcl") {
    setACLRequest.encode(out, { path: ask.path, acl: ask.acl, version: ask.version ?? -1 });
  } else {
    const { type, request } = operationOf(ask);
    if (type === OpCode.createTTL)
      createTTLRequest.encode(out, request as Parameters<typeof createTTLRequest.encode>[1]);
    else if (type === OpCode.delete) deleteRequest.encode(out, request as Parameters<typeof deleteRequest.encode>[1]);
    else if (type === OpCode.setData)
      setDataRequest.encode(out, request as Parameters<typeof setDataRequest.encode>[1]);
    else if (type === OpCode.check) checkVersionRequest.encode(out, request as { path: string; version: number });
    else createRequest.encode(out, request as Parameters<typeof createRequest.encode>[1]);
  }
  return out.take();
}

export interface Proposal {
  readonly index: number;
  readonly transaction: Transaction;
}

/** What came of a request. */
export interface Outcome {
  readonly code: number;
  readonly path: string | undefined;
  /** Of the operations of a multi. */
  readonly results: readonly OperationResult[];
  readonly zxid: bigint;
}

export interface MemberOptions {
  readonly tree?: Partial<TreeOptions>;
  readonly config?: Partial<PrepareConfig>;
}

export class Member {
  engine: MemoryEngine;
  tree: Tree;
  preparer: Preparer;
  inFlight: Proposal[] = [];
  /** The leader's clock. */
  timeMs = 1_700_000_000_000;
  readonly quotaNotices: string[] = [];
  private readonly options: MemberOptions;
  private held: Flush | undefined;
  private committing: { readonly done: Promise<void>; landed: boolean } | undefined;

  constructor(options: MemberOptions = {}) {
    this.options = options;
    this.engine = this.newEngine();
    this.tree = new Tree(this.engine.state, { cacheBytesMax: 1 << 26, ...options.tree });
    this.preparer = this.newPreparer();
  }

  private newEngine(): MemoryEngine {
    return openMemoryEngine({
      tables: STATE_TABLES,
      schedule: (flush) => {
        if (flush.lane === "state") this.held = flush;
        else queueMicrotask(flush.complete);
      },
    });
  }

  newPreparer(): Preparer {
    return new Preparer(this.tree, { ...CONFIG, ...this.options.config }, (path, what, limit, hard) => {
      this.quotaNotices.push(`${hard ? "hard" : "soft"} ${what} ${limit} on ${path}`);
    });
  }

  get nextIndex(): number {
    return this.tree.applied.index + this.inFlight.length + 1;
  }

  /** Prepares a request; it stands in line until it is applied. */
  propose(ask: Ask, who: Requester): Proposal {
    return this.proposeBytes(opcodeOf(ask), encodeAsk(ask), who);
  }

  proposeBytes(opcode: number, request: Buffer, who: Requester): Proposal {
    const transaction = this.preparer.prepare(opcode, new JuteReader(request), who, 1, this.nextIndex, this.timeMs);
    return this.enqueue(transaction);
  }

  proposeSession(id: bigint, timeoutMs = 10_000): Proposal {
    return this.enqueue(this.preparer.prepareSession(id, requester(id), timeoutMs, 0, this.nextIndex, this.timeMs));
  }

  proposeClose(id: bigint): Proposal {
    const transactions = this.inFlight.map(({ transaction }) => transaction);
    return this.enqueue(this.preparer.prepareClose(id, requester(id), transactions, 1, this.nextIndex, this.timeMs));
  }

  proposeCollect(path: string): Proposal | undefined {
    const transaction = this.preparer.prepareCollect(path, this.nextIndex, this.timeMs);
    return transaction === undefined ? undefined : this.enqueue(transaction);
  }

  enqueue(transaction: Transaction): Proposal {
    const proposal = { index: this.nextIndex, transaction };
    this.inFlight.push(proposal);
    return proposal;
  }

  /** Applies what has stood in line longest. */
  applyNext(): Outcome {
    const proposal = this.inFlight.shift();
    if (proposal === undefined) throw new Error("nothing to apply");
    return this.applyProposed(proposal.transaction);
  }

  /** As a follower gets it: through its encoding. */
  applyEncoded(transaction: Transaction): Outcome {
    return this.applyProposed(decodeTransaction(Uint8Array.from(encodeTransaction(transaction))));
  }

  private applyProposed(transaction: Transaction): Outcome {
    const position = this.append(transaction);
    const results: OperationResult[] = [];
    applyTransaction(this.tree, position, transaction, results);
    const { change } = transaction;
    return {
      code: change.type === "failure" ? change.code : 0,
      path: change.type === "create" ? change.path : undefined,
      results,
      zxid: (BigInt(position.epoch) << 32n) | BigInt(position.counter),
    };
  }

  /** Applies the start of the next epoch, and notes in the state which one it is. */
  startEpoch(): void {
    this.applyEpoch(this.appendEntry(EPOCH_START, new Uint8Array(0), this.tree.applied.epoch + 1, 0));
  }

  private applyEpoch(position: LogPosition): void {
    this.tree.advance(position);
    this.tree.setConsensus(Buffer.from(`epoch ${position.epoch} from ${position.index}`));
  }

  private append(transaction: Transaction): LogPosition {
    const { index, epoch, counter } = this.tree.applied;
    const payload = Uint8Array.from(encodeTransaction(transaction));
    // Without epochs a counter is an index, which is easy on the eye.
    return epoch <= 1
      ? this.appendEntry(TRANSACTION, payload, 1, index + 1)
      : this.appendEntry(TRANSACTION, payload, epoch, counter + 1);
  }

  private appendEntry(kind: number, payload: Uint8Array, epoch: number, counter: number): LogPosition {
    const { log } = this.engine;
    const entry = { index: this.tree.applied.index + 1, epoch, counter, kind, payload };
    const chain = chainOf(log.last.chain, entry);
    void log.append([{ ...entry, chain }], 0);
    return { index: entry.index, epoch, counter, chain };
  }

  /** Prepares and applies. Nothing else may be in line. */
  do(ask: Ask, who: Requester = requester(1n)): Outcome {
    this.propose(ask, who);
    return this.applyAll();
  }

  /** Applies all that stands in line; the outcome of the last. */
  applyAll(): Outcome {
    let outcome = this.applyNext();
    while (this.inFlight.length > 0) outcome = this.applyNext();
    return outcome;
  }

  createSession(id: bigint): void {
    this.proposeSession(id);
    this.applyAll();
  }

  closeSession(id: bigint): Outcome {
    this.proposeClose(id);
    return this.applyAll();
  }

  /** Takes a commit, if there is anything to commit and none is in flight. Its flush waits. */
  async startCommit(): Promise<void> {
    if (this.committing !== undefined || this.tree.applied.index === this.engine.state.applied.index) return;
    const { changes, applied } = this.tree.takeCommit();
    this.committing = { done: this.engine.state.commit(changes, applied), landed: false };
    for (let turns = 0; this.held === undefined; turns++) {
      if (turns > 50) throw new Error("no flush of the state came");
      await Promise.resolve();
    }
  }

  /** The flush is done and the store shows it; the tree does not know yet. */
  async landCommit(): Promise<void> {
    if (this.committing === undefined || this.committing.landed) return;
    this.committing.landed = true;
    const { held } = this;
    this.held = undefined;
    held?.complete();
    await this.committing.done;
  }

  /** Completes a flush of the state that the test itself asked for. */
  async landHeld(): Promise<void> {
    const { held } = this;
    this.held = undefined;
    held?.complete();
  }

  async finishCommit(): Promise<void> {
    if (this.committing === undefined) return;
    await this.landCommit();
    this.committing = undefined;
    this.tree.commitDone();
  }

  /** Everything applied is in the store afterwards, and the tree knows. */
  async commit(): Promise<void> {
    await this.finishCommit();
    await this.startCommit();
    await this.finishCommit();
  }

  /** Power loss, then a start from the store and the log. What was in line is lost. */
  async restart(survives = false): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const state = survives && this.committing?.landed === false;
    this.engine = this.engine.crash({ state });
    this.held = undefined;
    this.committing = undefined;
    this.inFlight = [];
    this.tree = new Tree(this.engine.state, { cacheBytesMax: 1 << 26, ...this.options.tree });
    this.preparer = this.newPreparer();
    const { log, state: store } = this.engine;
    if (store.applied.index === log.last.index) return;
    const entries = await log.read(store.applied.index + 1, { entriesMax: Infinity, bytesMax: Infinity });
    for (const { kind, payload, index, epoch, counter, chain } of entries) {
      const position = { index, epoch, counter, chain };
      if (kind === TRANSACTION) applyTransaction(this.tree, position, decodeTransaction(payload));
      else this.applyEpoch(position);
    }
  }

  /** Goes on as a member that knows nothing but the rows of this one's store and what its log holds behind them. */
  async rebuild(): Promise<void> {
    await this.finishCommit();
    const { log, state } = this.engine;
    const snapshot = state.snapshot();
    const changes: StateChange[] = [];
    const range = { from: Buffer.alloc(0), to: Buffer.alloc(2000, 0xff) };
    for (const table of STATE_TABLES.keys()) {
      snapshot.scan(table, range, (key, value) => {
        changes.push({ table, key: Uint8Array.from(key), value: Uint8Array.from(value) });
      });
    }
    const { applied } = snapshot;
    snapshot.close();
    const entries = log.last.index === 0 ? [] : await log.read(1, { entriesMax: Infinity, bytesMax: Infinity });
    this.engine = this.newEngine();
    void this.engine.log.append(entries, 0);
    const commit = this.engine.state.commit(changes, applied);
    await new Promise((resolve) => setImmediate(resolve));
    await this.landHeld();
    await commit;
    await this.restart();
  }

  /** The digest by nothing but what the store holds. Everything applied must have been committed. */
  recounted(): number {
    const counting = countState(this.engine.state, 3);
    for (;;) {
      const step = counting.next();
      if (step.done === true) return step.value.value;
    }
  }

  /** Every key and value of every table, in order. */
  dump(): string[] {
    const all: string[] = [];
    const range = { from: Buffer.alloc(0), to: Buffer.alloc(2000, 0xff) };
    for (const [table, name] of STATE_TABLES.entries()) {
      this.engine.state.scan(table, range, (key, value) => {
        all.push(`${name} ${Buffer.from(key).toString("hex")} = ${Buffer.from(value).toString("hex")}`);
      });
    }
    return all;
  }

  stat(path: string): Stat {
    const node = this.tree.find(path);
    if (node === undefined) throw new Error(`${path} is absent`);
    return statOf(node);
  }

  data(path: string): string | null | undefined {
    const node = this.tree.find(path);
    if (node === undefined) return undefined;
    return node.data()?.toString("utf8") ?? null;
  }

  children(path: string): string[] {
    const node = this.tree.find(path);
    if (node === undefined) throw new Error(`${path} is absent`);
    return [...this.tree.childrenOf(node)].sort();
  }
}

/** A connection that reads: what it was told, and as whom it asks. */
export class Listener implements Reader {
  identities: readonly Identity[];
  treeSession: TreeSession | undefined;
  /** Each as "type path", with "now" before those that setWatches makes up. */
  events: string[] = [];
  readonly zxids: string[] = [];

  constructor(...identities: readonly Identity[]) {
    this.identities = identities;
  }

  notify(type: number, path: string, epoch: number, counter: number, acl: AclList): void {
    if (!permits(acl, Permission.READ, this.identities, CONFIG)) return;
    this.events.push(`${type} ${path}`);
    this.zxids.push(`${epoch}/${counter}`);
  }

  notifyNow(type: number, path: string): void {
    this.events.push(`now ${type} ${path}`);
  }

  /** The events since last asked. */
  heard(): string[] {
    const { events } = this;
    this.events = [];
    return events;
  }
}

export interface Answer {
  readonly code: number;
  readonly body: JuteReader;
}

/** A read, asked and answered in bytes. */
export function read(
  member: Member,
  opcode: number,
  write: (out: JuteWriter) => void,
  reader: Reader = new Listener(),
): Answer {
  const request = new JuteWriter();
  write(request);
  const out = new JuteWriter();
  const code = answerRead(opcode, new JuteReader(request.take()), out, member.tree, reader, CONFIG);
  return { code, body: new JuteReader(out.take()) };
}

/** A read of a path that may set a watch. */
export function readPath(member: Member, opcode: number, path: string | null, reader?: Reader, watch = false): Answer {
  return read(
    member,
    opcode,
    (out) => {
      out.string(path);
      out.bool(watch);
    },
    reader,
  );
}

export function statOf(node: Znode): Stat {
  return statCodec.decode(new JuteReader(Buffer.from(node.wire.subarray(node.wire.length - STAT.bytes))));
}

/** What the tree holds in memory: private, but a test of memory has to look. */
export function cacheOf(tree: Tree): ReadonlyMap<string, Znode> {
  return Reflect.get(tree, "cache") as ReadonlyMap<string, Znode>;
}
