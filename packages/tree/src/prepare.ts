/**
 * The leader's half of the state machine: from a client's request and everything proposed so far to a transaction
 * that will have the same effect on every member. Checks stand in the order in which ZooKeeper makes them, since the
 * first that fails is what the client sees. Source: ZooKeeper HEAD, PrepRequestProcessor; specification §4, §5, §7, §8.
 */
import {
  CreateFlag,
  createMode,
  ErrorCode,
  type JuteReader,
  OpCode,
  Permission,
  ProtocolError,
  pathProblem,
  sequenceSuffix,
} from "@rookery/protocol/client";
import { type AskedAcl, type AuthConfig, encodeAcl, fixAcl, type Identity, OPEN_ACL_BYTES, permits } from "./acl.ts";
import { isRootQuota, type OnQuota } from "./quotas.ts";
import { type Change, type CreateChange, type Operation, sessionIdOf, type Transaction } from "./transaction.ts";
import { parentOf, type Tree } from "./tree.ts";
import { KIND, type Kind, Speculation, type Znode } from "./znode.ts";

/** Who asks. */
export interface Requester {
  readonly sessionHigh: number;
  readonly sessionLow: number;
  readonly identities: readonly Identity[];
}

export interface PrepareConfig extends AuthConfig {
  /** TTL nodes may be created. */
  readonly extendedTypes: boolean;
  readonly enforceQuota: boolean;
  readonly reconfigEnabled: boolean;
}

/** Highest TTL, milliseconds. Source: specification §7.4. */
const TTL_MS_MAX = 0xff_ffff_ffffn;

const NO_DATA = new Uint8Array(0);
const OPEN = Buffer.from(OPEN_ACL_BYTES);

/**
 * Speculates on the tree's znodes, under its own name: a member that leads again takes a new preparer, and whatever an
 * earlier one proposed and saw lost is void.
 */
export class Preparer {
  private readonly tree: Tree;
  private readonly config: PrepareConfig;
  private readonly onQuota: OnQuota;
  /** Index the transaction in preparation will have. */
  private index = 0;
  /** Sessions whose creation or closing was proposed here, by the index of it. What has been applied is forgotten in time. */
  private readonly sessions = new Map<bigint, { readonly index: number; readonly exists: boolean }>();
  /** Speculations as they were before a multi touched them. */
  private undo: { readonly speculation: Speculation; readonly before: Speculation }[] | undefined;

  constructor(tree: Tree, config: PrepareConfig, onQuota: OnQuota) {
    this.tree = tree;
    this.config = config;
    this.onQuota = onQuota;
  }

  /**
   * Decides a request. Never throws for what a client sent: its mistakes become transactions that fail.
   * @param input - Stands at the request's record. Data in the transaction is a view on it.
   * @param index - The log index the transaction will be proposed at.
   */
  prepare(opcode: number, input: JuteReader, who: Requester, xid: number, index: number, timeMs: number): Transaction {
    this.tree.shed();
    this.index = index;
    let change: Change | number;
    try {
      change =
        opcode === OpCode.multi
          ? this.multi(input, who)
          : opcode === OpCode.reconfig
            ? this.reconfig()
            : (this.single(opcode, input, who, false) as Change | number);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      change = ErrorCode.MARSHALLINGERROR;
    }
    return {
      sessionHigh: who.sessionHigh,
      sessionLow: who.sessionLow,
      xid,
      timeMs,
      change: typeof change === "number" ? { type: "failure", code: change } : change,
    };
  }

  /** Creates a session, or gives one that exists its new timeout. From here on it may have ephemerals. */
  prepareSession(
    id: bigint,
    who: Requester,
    timeoutMs: number,
    xid: number,
    index: number,
    timeMs: number,
  ): Transaction {
    this.speculateSession(id, index, true);
    return { ...blank(who, xid, timeMs), change: { type: "createSession", timeoutMs } };
  }

  /** Closes a session: names every ephemeral it will hold once all that is proposed has been applied. */
  prepareClose(
    sessionId: bigint,
    who: Requester,
    inFlight: Iterable<Transaction>,
    xid: number,
    index: number,
    timeMs: number,
  ): Transaction {
    this.tree.shed();
    this.index = index;
    this.speculateSession(sessionId, index, false);
    const paths = new Set(this.tree.sessions.get(sessionId)?.ephemerals);
    for (const { sessionHigh, sessionLow, change } of inFlight) {
      if (sessionHigh !== who.sessionHigh || sessionLow !== who.sessionLow) continue;
      const operations = change.type === "multi" ? change.operations : [change];
      for (const one of operations) if (one.type === "create" && one.kind === KIND.ephemeral) paths.add(one.path);
    }
    const alive: string[] = [];
    for (const path of paths) {
      const node = this.tree.peek(path);
      if (node === undefined) continue;
      // What is at the path by then may be another's: only what goes when this is applied may be taken for gone.
      const { exists, kind, owner } = this.seen(node);
      if (!exists || kind !== KIND.ephemeral || owner !== sessionId) continue;
      alive.push(path);
      this.removeSpeculatively(node);
    }
    return { ...blank(who, xid, timeMs), change: { type: "closeSession", paths: fitsOneRecord(alive) ? alive : [] } };
  }

  /**
   * Removes a container or TTL node that the collector found; undefined when it may not go any more, or when what is
   * proposed for it leaves that open: the collector will find it again.
   */
  prepareCollect(path: string, index: number, timeMs: number): Transaction | undefined {
    this.tree.shed();
    this.index = index;
    const node = this.tree.peek(path);
    if (node === undefined) return undefined;
    const seen = this.seen(node);
    if (seen.index > this.tree.applied.index || !this.tree.mayCollect(node, timeMs)) return undefined;
    this.removeSpeculatively(node);
    return { sessionHigh: 0, sessionLow: 0, xid: 0, timeMs, change: { type: "delete", path } };
  }

  private reconfig(): number {
    return this.config.reconfigEnabled ? ErrorCode.UNIMPLEMENTED : ErrorCode.RECONFIGDISABLED;
  }

  private single(opcode: number, input: JuteReader, who: Requester, inMulti: boolean): Operation | number {
    switch (opcode) {
      case OpCode.create:
      case OpCode.create2:
      case OpCode.createContainer:
      case OpCode.createTTL:
        return this.create(opcode, input, who, inMulti);
      case OpCode.delete:
        return this.delete(input, who);
      case OpCode.setData:
        return this.setData(input, who);
      case OpCode.setACL:
        return this.setAcl(input, who);
      case OpCode.check:
        return inMulti ? this.check(input, who) : ErrorCode.UNIMPLEMENTED;
      default:
        return ErrorCode.MARSHALLINGERROR;
    }
  }

  private create(opcode: number, input: JuteReader, who: Requester, inMulti: boolean): CreateChange | number {
    const path = input.string();
    const data = input.buffer();
    const open = this.skipOpenAcl(input);
    const asked = open ? null : readAcl(input);
    const flags = input.int();
    const ttl = opcode === OpCode.createTTL ? input.long() : -1n;
    if (flags < 0 || flags > 6) return ErrorCode.BADARGUMENTS;
    const withTtl = flags === CreateFlag.PERSISTENT_WITH_TTL || flags === CreateFlag.PERSISTENT_SEQUENTIAL_WITH_TTL;
    if (withTtl && !this.config.extendedTypes) return ErrorCode.UNIMPLEMENTED;
    if (withTtl && (ttl <= 0n || ttl > TTL_MS_MAX)) return ErrorCode.BADARGUMENTS;
    // On ZooKeeper a TTL create without a TTL flag kills the server when applied: alone it is refused, in a multi it is a plain create.
    if (opcode === OpCode.createTTL && !withTtl && !inMulti) return ErrorCode.BADARGUMENTS;
    if (path === null) return ErrorCode.MARSHALLINGERROR;
    // Whoever lets a session's requests through should know better: nothing would ever remove the znode.
    const ephemeral = flags === CreateFlag.EPHEMERAL || flags === CreateFlag.EPHEMERAL_SEQUENTIAL;
    if (ephemeral && !this.hasSession(sessionIdOf(who))) return ErrorCode.SESSIONEXPIRED;
    const slash = path.lastIndexOf("/");
    if (slash < 0 || path.includes("\0")) return ErrorCode.BADARGUMENTS;
    // In a multi such a TTL create is a plain one. Source: ZooKeeper HEAD, MultiOperationRecord and Op.create.
    const type = opcode === OpCode.createTTL && !withTtl ? OpCode.create : opcode;
    const acl = open ? NO_DATA : this.fixedAcl(asked, who);
    if (acl === undefined) return ErrorCode.INVALIDACL;

    const parent = this.tree.peek(slash === 0 ? "/" : path.slice(0, slash));
    const above = parent === undefined ? undefined : this.seen(parent);
    if (parent === undefined || above === undefined || !above.exists) return ErrorCode.NONODE;
    if (!permits(above.acl, Permission.CREATE, who.identities, this.config)) return ErrorCode.NOAUTH;
    const sequential =
      flags === CreateFlag.PERSISTENT_SEQUENTIAL ||
      flags === CreateFlag.EPHEMERAL_SEQUENTIAL ||
      flags === CreateFlag.PERSISTENT_SEQUENTIAL_WITH_TTL;
    const full = sequential ? path + sequenceSuffix(above.cversion) : path;
    const held = this.tree.peek(full);
    if (held !== undefined && this.seen(held).exists) return ErrorCode.NODEEXISTS;
    if (pathProblem(full) !== undefined) return ErrorCode.BADARGUMENTS;
    if (above.kind === KIND.ephemeral) return ErrorCode.NOCHILDRENFOREPHEMERALS;
    if (isRootQuota(full)) return ErrorCode.BADARGUMENTS;
    const quota = this.quota(full, 1, data === null ? 0 : data.length);
    if (quota !== ErrorCode.OK) return quota;

    const kind = kindOf(type, flags, inMulti);
    const list = this.tree.proposedAcl(acl);
    const node = held ?? this.tree.placeholder(full, parent);
    const made = this.touch(node);
    made.exists = true;
    made.version = 0;
    made.aversion = 0;
    made.cversion = 0;
    made.numChildren = 0;
    made.kind = kind;
    made.owner = kind === KIND.ephemeral ? sessionIdOf(who) : 0n;
    made.acl = list;
    const grown = this.touch(parent);
    grown.cversion = (grown.cversion + 1) | 0;
    grown.numChildren++;
    return {
      type: "create",
      path: full,
      data,
      acl,
      kind,
      ttlMs: kind === KIND.ttl ? Number(ttl) : 0,
      parentCversion: grown.cversion,
      withStat: type !== OpCode.create || kind === KIND.container,
    };
  }

  private delete(input: JuteReader, who: Requester): Operation | number {
    const path = input.string();
    const version = input.int();
    if (path === null) return ErrorCode.MARSHALLINGERROR;
    const slash = path.lastIndexOf("/");
    if (slash < 0 || path.includes("\0") || isSpecial(path)) return ErrorCode.BADARGUMENTS;
    const parent = this.tree.peek(slash === 0 ? "/" : path.slice(0, slash));
    const above = parent === undefined ? undefined : this.seen(parent);
    if (parent === undefined || above === undefined || !above.exists) return ErrorCode.NONODE;
    if (!permits(above.acl, Permission.DELETE, who.identities, this.config)) return ErrorCode.NOAUTH;
    const node = this.tree.peek(path);
    const seen = node === undefined ? undefined : this.seen(node);
    if (node === undefined || seen === undefined || !seen.exists) return ErrorCode.NONODE;
    if (version !== -1 && version !== seen.version) return ErrorCode.BADVERSION;
    if (seen.numChildren !== 0) return ErrorCode.NOTEMPTY;
    this.touch(node).exists = false;
    this.touch(parent).numChildren--;
    return { type: "delete", path };
  }

  private setData(input: JuteReader, who: Requester): Operation | number {
    const path = input.string();
    const data = input.buffer();
    const version = input.int();
    if (path === null) return ErrorCode.BADARGUMENTS;
    const node = this.tree.peek(path);
    const seen = node === undefined ? undefined : this.seen(node);
    if (node === undefined || seen === undefined || !seen.exists || path === "") {
      return pathProblem(path) === undefined ? ErrorCode.NONODE : ErrorCode.BADARGUMENTS;
    }
    if (!permits(seen.acl, Permission.WRITE, who.identities, this.config) || path === CONFIG) return ErrorCode.NOAUTH;
    if (this.config.enforceQuota) {
      const quota = this.quota(path, 0, (data === null ? 0 : data.length) - (node.exists ? node.dataLength : 0));
      if (quota !== ErrorCode.OK) return quota;
    }
    if (version !== -1 && version !== seen.version) return ErrorCode.BADVERSION;
    const touched = this.touch(node);
    touched.version = nextVersion(touched.version);
    return { type: "setData", path, data, version: touched.version };
  }

  private setAcl(input: JuteReader, who: Requester): Operation | number {
    const path = input.string();
    const asked = readAcl(input);
    const version = input.int();
    if (path === null || pathProblem(path) !== undefined) return ErrorCode.BADARGUMENTS;
    const acl = this.fixedAcl(asked, who);
    if (acl === undefined) return ErrorCode.INVALIDACL;
    const node = this.tree.peek(path);
    const seen = node === undefined ? undefined : this.seen(node);
    if (node === undefined || seen === undefined || !seen.exists) return ErrorCode.NONODE;
    if (!permits(seen.acl, Permission.ADMIN, who.identities, this.config)) return ErrorCode.NOAUTH;
    if (version !== -1 && version !== seen.aversion) return ErrorCode.BADVERSION;
    const touched = this.touch(node);
    touched.aversion = nextVersion(touched.aversion);
    touched.acl = this.tree.proposedAcl(acl);
    return { type: "setAcl", path, acl, aversion: touched.aversion };
  }

  private check(input: JuteReader, who: Requester): Operation | number {
    const path = input.string();
    const version = input.int();
    // Upstream fails the whole multi at this, before it looks at any operation.
    if (path === null) throw new ProtocolError("NULL_VALUE", "a check without a path");
    if (pathProblem(path) !== undefined) return ErrorCode.BADARGUMENTS;
    const node = this.tree.peek(path);
    const seen = node === undefined ? undefined : this.seen(node);
    if (seen === undefined || !seen.exists) return ErrorCode.NONODE;
    if (!permits(seen.acl, Permission.READ, who.identities, this.config)) return ErrorCode.NOAUTH;
    if (version !== -1 && version !== seen.version) return ErrorCode.BADVERSION;
    return { type: "check" };
  }

  /** All or nothing: the first failure takes back what the operations before it changed in the speculation. */
  private multi(input: JuteReader, who: Requester): Change | number {
    const operations: Operation[] = [];
    const undo: NonNullable<typeof this.undo> = [];
    this.undo = undo;
    let failed = -1;
    let code = 0;
    try {
      for (const at of scanMulti(input)) {
        if (failed >= 0) {
          operations.push({ type: "failure", code: ErrorCode.RUNTIMEINCONSISTENCY });
          continue;
        }
        input.position = at.position;
        const result = this.single(at.opcode, input, who, true);
        if (typeof result === "number") {
          failed = operations.length;
          code = result;
          operations.push({ type: "failure", code });
        } else {
          operations.push(result);
        }
      }
    } catch (error) {
      this.takeBack(undo);
      throw error;
    } finally {
      this.undo = undefined;
    }
    if (failed < 0) return { type: "multi", operations };
    this.takeBack(undo);
    for (let slot = 0; slot < failed; slot++) operations[slot] = { type: "failure", code: ErrorCode.OK };
    return { type: "multi", operations };
  }

  private takeBack(undo: NonNullable<typeof this.undo>): void {
    for (let at = undo.length - 1; at >= 0; at--) {
      const { speculation, before } = undo[at] as (typeof undo)[number];
      Object.assign(speculation, before);
    }
  }

  /** The znode as it will be when all that is proposed has been applied. */
  private seen(node: Znode): Speculation {
    let seen = node.speculation;
    if (seen === undefined) {
      seen = new Speculation(node.acl);
      node.speculation = seen;
    }
    if (seen.index > this.tree.applied.index && seen.by === this) return seen;
    seen.by = this;
    seen.index = 0;
    seen.exists = node.exists;
    seen.version = node.version;
    seen.aversion = node.aversion;
    seen.cversion = node.storedCversion;
    seen.numChildren = node.numChildren;
    seen.kind = node.kind;
    seen.owner = node.owner;
    seen.acl = node.acl;
    return seen;
  }

  private touch(node: Znode): Speculation {
    const seen = this.seen(node);
    if (this.undo !== undefined)
      this.undo.push({ speculation: seen, before: Object.assign(new Speculation(seen.acl), seen) });
    seen.index = this.index;
    return seen;
  }

  /** Whether the session exists when all that is proposed has been applied: one that only its server knows does not. */
  private hasSession(id: bigint): boolean {
    const proposed = this.sessions.get(id);
    if (proposed !== undefined && proposed.index > this.tree.applied.index) return proposed.exists;
    return this.tree.sessions.has(id);
  }

  private speculateSession(id: bigint, index: number, exists: boolean): void {
    const { applied } = this.tree;
    // In the order of their indexes, since one that is proposed again moves to the end.
    for (const [known, proposed] of this.sessions) {
      if (proposed.index > applied.index) break;
      this.sessions.delete(known);
    }
    this.sessions.delete(id);
    this.sessions.set(id, { index, exists });
  }

  private removeSpeculatively(node: Znode): void {
    this.touch(node).exists = false;
    const parent = this.tree.peek(parentOf(node.path));
    if (parent !== undefined) this.touch(parent).numChildren--;
  }

  private quota(path: string, addedCount: number, addedBytes: number): number {
    return this.config.enforceQuota ? this.tree.quotas.check(path, addedCount, addedBytes, this.onQuota) : ErrorCode.OK;
  }

  /** Steps over the list when it is world:anyone with all permissions, which most are. */
  private skipOpenAcl(input: JuteReader): boolean {
    const { position, source } = input;
    if (input.remaining < OPEN.length || OPEN.compare(source, position, position + OPEN.length) !== 0) return false;
    input.skip(OPEN.length);
    return true;
  }

  private fixedAcl(asked: readonly AskedAcl[] | null, who: Requester): Uint8Array | undefined {
    const fixed = fixAcl(asked, who.identities, this.config);
    if (fixed === undefined) return undefined;
    const bytes = encodeAcl(fixed);
    return OPEN.equals(bytes) ? NO_DATA : bytes;
  }
}

/** Bytes of the paths a closeSession names; with more it names none, which means all that the session holds. */
const CLOSE_PATH_BYTES_MAX = 1 << 20;

function fitsOneRecord(paths: readonly string[]): boolean {
  let bytes = 0;
  for (const path of paths) bytes += 3 * path.length;
  return bytes <= CLOSE_PATH_BYTES_MAX;
}

const CONFIG = "/zookeeper/config";

/** Paths that nothing deletes. Source: ZooKeeper 3.9, DataTree.isSpecialPath. */
function isSpecial(path: string): boolean {
  return path === "/" || path === "/zookeeper" || path === "/zookeeper/quota" || path === CONFIG;
}

function blank({ sessionHigh, sessionLow }: Requester, xid: number, timeMs: number) {
  return { sessionHigh, sessionLow, xid, timeMs };
}

/** A list as asked for; the scheme may be null, which no scheme is. */
function readAcl(input: JuteReader): readonly AskedAcl[] | null {
  const count = input.count(12);
  if (count < 0) return null;
  const entries: AskedAcl[] = [];
  for (let left = count; left > 0; left--)
    entries.push({ perms: input.int(), scheme: input.string(), id: input.string() });
  return entries;
}

/**
 * Where each operation of a multi begins. Steps over every record before anything is decided: a multi that cannot be
 * decoded to its end, or holds what a multi may not, fails as a whole.
 */
function scanMulti(input: JuteReader): readonly { readonly opcode: number; readonly position: number }[] {
  const found: { opcode: number; position: number }[] = [];
  for (;;) {
    const opcode = input.int();
    const done = input.bool();
    input.int();
    if (done) return found;
    found.push({ opcode, position: input.position });
    input.skipBuffer();
    switch (opcode) {
      case OpCode.create:
      case OpCode.create2:
      case OpCode.createContainer:
      case OpCode.createTTL: {
        input.skipBuffer();
        for (let left = input.count(12); left > 0; left--) {
          input.int();
          input.skipBuffer();
          input.skipBuffer();
        }
        const flags = input.int();
        if (createMode(flags) === undefined) throw new ProtocolError("BAD_TYPE", `${flags} is no create flag`, flags);
        if (opcode === OpCode.createTTL) input.skip(8);
        break;
      }
      case OpCode.delete:
      case OpCode.check:
        input.int();
        break;
      case OpCode.setData:
        input.skipBuffer();
        input.int();
        break;
      default:
        throw new ProtocolError("BAD_TYPE", `opcode ${opcode} is not allowed in a multi`, opcode);
    }
  }
}

function nextVersion(version: number): number {
  const next = (version + 1) | 0;
  return next === -1 ? 0 : next;
}

function kindOf(opcode: number, flags: number, inMulti: boolean): Kind {
  if (opcode === OpCode.createContainer || (inMulti && flags === CreateFlag.CONTAINER)) return KIND.container;
  if (flags === CreateFlag.PERSISTENT_WITH_TTL || flags === CreateFlag.PERSISTENT_SEQUENTIAL_WITH_TTL) return KIND.ttl;
  return flags === CreateFlag.EPHEMERAL || flags === CreateFlag.EPHEMERAL_SEQUENTIAL ? KIND.ephemeral : KIND.persistent;
}
