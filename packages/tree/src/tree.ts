/**
 * The replicated state: what every member computes from the same committed transactions, byte for byte.
 * Memory holds what is hot and what no commit holds yet; the store holds the rest.
 * **Invariant**: a znode with {@link DIRTY} or {@link COMMITTING} is never evicted, so a lookup never sees an older state
 * than the applied one. **Invariant**: a znode without either flag has no child change that the store lacks.
 * **Invariant**: nothing is evicted in the middle of an operation, only by {@link Tree.shed} and {@link Tree.commitDone}:
 * a znode that an operation has looked up and is about to change is still the cache's when it does.
 */
import type { LogPosition, StateChange, StateSnapshot, StateStore } from "@rookery/storage";
import { type AclList, makeAclList, OPEN_ACL_BYTES } from "./acl.ts";
import { countState, Digest, hashNode } from "./digest.ts";
import { Quotas } from "./quotas.ts";
import {
  aclBytesKey,
  aclIdKey,
  CONSENSUS_KEY,
  childRange,
  DIGEST_SINCE_FORMAT,
  dueKey,
  ephemeralKey,
  META_KEY,
  NEVER_USED,
  nameInKey,
  nodeKey,
  sessionKey,
  TABLE,
  TREE_FORMAT,
} from "./schema.ts";
import { WatchManager } from "./watches.ts";
import {
  COMMITTING,
  DIRTY,
  decodeRecord,
  encodeRecord,
  KIND,
  type Kind,
  longNameOf,
  newWire,
  STAT,
  TOUCHED,
  UNHASHED,
  Znode,
} from "./znode.ts";

/** A session as the state knows it: it lives until a transaction closes it. */
export interface TreeSession {
  readonly id: bigint;
  /** As granted at creation, milliseconds. Only another creation of the same session changes it. */
  timeoutMs: number;
  /** Paths of its ephemerals. */
  readonly ephemerals: Set<string>;
}

export interface TreeOptions {
  /** Memory for znodes that could be dropped, bytes, as estimated. */
  readonly cacheBytesMax: number;
  /** Names of children held in memory a znode; above it, listing reads the store. {@link CHILDREN_HELD_MAX} by default. */
  readonly childrenHeldMax?: number;
}

/** What a commit must write, and what it stands for. */
export interface TreeCommit {
  readonly changes: readonly StateChange[];
  readonly applied: LogPosition;
}

/** The digest of the state as it was when the transaction with this zxid had been applied. */
export interface RecordedDigest {
  readonly epoch: number;
  readonly counter: number;
  readonly digest: number;
}

const CHILDREN_HELD_MAX = 65_536;
/** How many of the transactions applied last {@link Tree.digestOf} knows. */
const DIGESTS_RECENT = 1024;
/** Which zxids {@link Tree.digestLog} has, and how many at most. Source: ZooKeeper 3.9, DataTree.DIGEST_LOG_INTERVAL and _LIMIT. */
const DIGEST_LOG_INTERVAL = 128;
const DIGEST_LOG_MAX = 1024;
/** Estimated memory of a znode in the cache beside its bytes and path, and of a held child name. */
const ZNODE_COST = 400;
const CHILD_COST = 80;
/** Cache entries looked at for each that came in, so that no operation stalls for what others brought. */
const SWEEP_STEPS = 64;

export class Tree {
  readonly watches = new WatchManager();
  readonly sessions = new Map<bigint, TreeSession>();
  readonly quotas: Quotas;
  readonly openAcl: AclList;
  /** The last transaction applied. Changed by {@link advance} alone. */
  applied: LogPosition;
  /** Id of the session created last, 0n if none was: a clock that went back must not bring ids back. */
  lastSession = 0n;
  /** Existing znodes. */
  nodeCount = 0;
  ephemeralCount = 0;
  /** Bytes of paths and data. */
  dataBytes = 0;
  /** Estimated bytes of all znodes in memory. */
  cacheBytes = 0;
  /** Wire bytes of the dirty znodes, as of when each became so. */
  dirtyBytes = 0;

  private readonly store: StateStore;
  private readonly options: TreeOptions;
  private readonly childrenHeldMax: number;
  private readonly cache = new Map<string, Znode>();
  private hand: IterableIterator<Znode> = this.cache.values();
  /** Steps the hand may make for what came into the cache since it last moved. */
  private sweepSteps = 0;
  /** As the collector last asked, for {@link mayCollect}. */
  private containerNeverUsedMs = 0;
  private readonly root: Znode;
  private nextNodeId = 1;
  private nextAclId = 2;
  private readonly aclById = new Map<number, AclList>();
  private readonly aclByBytes = new Map<string, AclList>();
  private dirtyAcls: AclList[] = [];
  private committingAcls: AclList[] = [];
  private dirtyNodes: Znode[] = [];
  private committingNodes: Znode[] = [];
  private readonly dirtySessions = new Map<bigint, number | undefined>();
  private consensusBytes: Uint8Array = EMPTY;
  private consensusDirty = false;
  /** Of all but {@link touchedNodes}. While the digest is not known, of what changed since the state was opened. */
  private readonly sum = new Digest();
  private sumKnown = true;
  /** Znodes with {@link TOUCHED}. */
  private readonly touchedNodes: Znode[] = [];
  /** {@link sum} as of the commit taken last, or of the state opened. */
  private committed: { readonly index: number; readonly sum: Digest };
  /** By index modulo the length; from {@link recentFrom} to {@link recentTo}. */
  private readonly recent = new Float64Array(DIGESTS_RECENT);
  private recentFrom = 0;
  private recentTo = 0;
  private readonly recorded: RecordedDigest[] = [];

  constructor(store: StateStore, options: TreeOptions) {
    this.store = store;
    this.options = options;
    this.childrenHeldMax = options.childrenHeldMax ?? CHILDREN_HELD_MAX;
    this.applied = store.applied;
    this.openAcl = makeAclList(1, OPEN_ACL_BYTES);
    this.aclById.set(1, this.openAcl);
    this.aclByBytes.set(aclKey(OPEN_ACL_BYTES), this.openAcl);
    this.root = new Znode("/", "", 0, this.openAcl);
    this.cache.set("/", this.root);
    this.quotas = new Quotas(this);
    const meta = store.get(TABLE.meta, META_KEY);
    if (meta === undefined) this.plant();
    else this.open(Buffer.from(meta));
    this.committed = { index: this.applied.index, sum: this.sum.copy() };
    this.recallFrom();
  }

  // ── Lookup ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** The znode at exactly this path, or undefined. The empty string is the root, as in ZooKeeper. */
  find(path: string): Znode | undefined {
    const node = this.cache.get(path);
    if (node === undefined) return this.fetch(path);
    node.hot = true;
    return node.exists ? node : undefined;
  }

  /** As {@link find}, but may return a placeholder that carries what has been proposed for an absent path. */
  peek(path: string): Znode | undefined {
    const node = this.cache.get(path);
    if (node === undefined) return this.fetch(path);
    node.hot = true;
    return node;
  }

  /** A placeholder for a path that {@link peek} does not know. */
  placeholder(path: string, parent: Znode): Znode {
    const node = new Znode(path, nameOf(path), parent.id, this.openAcl);
    this.remember(node);
    return node;
  }

  /** Names of the children, in no order. The set is the tree's own. */
  childrenOf(node: Znode): ReadonlySet<string> {
    if (node.children !== undefined) return node.children;
    const names = new Set<string>();
    if (node.numChildren === 0) return names;
    const hashed: Uint8Array[] = [];
    this.store.scanKeys(TABLE.node, childRange(node.id), (key) => {
      const name = nameInKey(key);
      if (name === undefined) hashed.push(Uint8Array.from(key));
      else names.add(name);
    });
    for (const key of hashed) {
      const value = this.store.get(TABLE.node, key);
      if (value !== undefined) names.add(longNameOf(value));
    }
    for (const changes of [node.childChangesCommitting, node.childChanges]) {
      if (changes === undefined) continue;
      for (const [name, came] of changes) {
        if (came) names.add(name);
        else names.delete(name);
      }
    }
    if (names.size !== node.numChildren) {
      throw new Error(`${node.path} has ${names.size} children in the state and ${node.numChildren} by its Stat`);
    }
    if (names.size <= this.childrenHeldMax && node.cost !== 0) {
      node.children = names;
      node.childChanges = undefined;
      node.childChangesCommitting = undefined;
      this.recost(node);
    }
    return names;
  }

  /** Znodes below `node`, without itself. */
  countDescendants(node: Znode): number {
    if (node === this.root) return this.nodeCount - 1;
    let count = 0;
    this.visitDescendants(node, () => {
      count++;
    });
    return count;
  }

  /** Visits every znode below `node`. What is not in memory is read past the cache: a count must not empty it. */
  visitDescendants(node: Znode, visit: (descendant: Znode) => void): void {
    const open: Znode[] = [node];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next.numChildren === 0) continue;
      const prefix = next.path === "/" ? "/" : `${next.path}/`;
      for (const name of this.childrenOf(next)) {
        const path = prefix + name;
        const child = this.cache.get(path) ?? this.load(path, name, next);
        if (child === undefined || !child.exists) throw new Error(`${path} is listed and absent`);
        visit(child);
        open.push(child);
      }
    }
  }

  /** Paths of containers and TTL nodes that the rules let go at `nowMs`, at most `limit`. */
  collectable(nowMs: number, containerNeverUsedMs: number, limit: number): string[] {
    this.containerNeverUsedMs = containerNeverUsedMs;
    const found = new Set<string>();
    // What the store does not hold yet has no due time there, or an old one: it is looked at itself.
    const unsettled = [...this.dirtyNodes, ...this.committingNodes];
    for (const node of unsettled)
      if (found.size < limit && node.exists && this.mayCollect(node, nowMs)) found.add(node.path);
    // All that the store holds in these ranges may go, but for what is unsettled.
    const candidatesMax = limit + unsettled.length;
    const candidates: string[] = [];
    const collect = (fromMs: number, toMs: number) => {
      this.store.scan(TABLE.due, { from: dueKey(fromMs, 0), to: dueKey(toMs, 0) }, (_key, value) => {
        candidates.push(Buffer.from(value).toString("utf8"));
        return candidates.length < candidatesMax;
      });
    };
    collect(0, nowMs);
    if (containerNeverUsedMs > 0 && candidates.length < candidatesMax) {
      collect(NEVER_USED, NEVER_USED + Math.max(0, nowMs - containerNeverUsedMs));
    }
    for (const path of candidates) {
      if (found.size >= limit) break;
      const node = this.find(path);
      if (node !== undefined && this.mayCollect(node, nowMs)) found.add(path);
    }
    return [...found];
  }

  /** Whether the rules let a znode go that {@link collectable} found a while ago. */
  mayCollect(node: Znode, nowMs: number): boolean {
    return node.exists && isCollectable(node, nowMs, this.containerNeverUsedMs);
  }

  // ── ACLs ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** The registered list with these bytes; a new id if there was none. Empty bytes mean the open list. */
  aclOf(bytes: Uint8Array): AclList {
    if (bytes.length === 0) return this.openAcl;
    const known = this.knownAcl(bytes);
    if (known !== undefined) return known;
    const list = makeAclList(this.nextAclId++, Uint8Array.from(bytes));
    this.aclById.set(list.id, list);
    this.aclByBytes.set(aclKey(bytes), list);
    return list;
  }

  /** The registered list, or one that is not registered yet: a proposal must not take an id, since it may fail. */
  proposedAcl(bytes: Uint8Array): AclList {
    return bytes.length === 0 ? this.openAcl : (this.knownAcl(bytes) ?? makeAclList(0, bytes));
  }

  /** A list that nothing uses any more is not known: on which member its id is still in memory must not matter. */
  private knownAcl(bytes: Uint8Array): AclList | undefined {
    const known = this.aclByBytes.get(aclKey(bytes));
    if (known !== undefined) return known === this.openAcl || known.uses > 0 ? known : undefined;
    const stored = this.store.get(TABLE.acl, aclBytesKey(bytes));
    return stored === undefined ? undefined : this.fetchAcl(Buffer.from(stored).readUIntBE(0, 6));
  }

  private fetchAcl(id: number): AclList {
    const known = this.aclById.get(id);
    if (known !== undefined) return known;
    const value = this.store.get(TABLE.acl, aclIdKey(id));
    if (value === undefined) throw new Error(`the state names ACL ${id} and does not hold it`);
    const record = Buffer.from(value);
    const list = makeAclList(id, Uint8Array.from(record.subarray(4)));
    list.uses = record.readUInt32BE(0);
    this.aclById.set(id, list);
    this.aclByBytes.set(aclKey(list.bytes), list);
    return list;
  }

  private useAcl(list: AclList, by: 1 | -1): void {
    if (list === this.openAcl) return;
    list.uses += by;
    if (by > 0 ? list.uses === by : list.uses === 0) this.sum.countAcl(list.id, list.bytes, by);
    if (list.dirty) return;
    list.dirty = true;
    this.dirtyAcls.push(list);
  }

  // ── Changes: called by apply alone, for committed transactions ─────────────────────────────────────────────

  /**
   * Goes on to the next entry of the log. For an entry that is no transaction, as the start of an epoch, this is all there
   * is to apply. Throws when an entry was left out or its zxid is not above the one before.
   */
  advance(position: LogPosition): void {
    const { index, epoch, counter } = this.applied;
    if (position.index !== index + 1) throw new Error(`entry ${position.index} applied after ${index}`);
    if (position.epoch < epoch || (position.epoch === epoch && position.counter <= counter))
      throw new Error(`zxid ${position.epoch}/${position.counter} applied after ${epoch}/${counter}`);
    this.settle();
    this.shed();
    this.applied = position;
  }

  createNode(
    path: string,
    data: Uint8Array | null | undefined,
    acl: AclList,
    kind: Kind,
    owner: bigint,
    ttlMs: number,
    parentCversion: number,
    timeMs: number,
  ): Znode {
    const { epoch, counter } = this.applied;
    const parent = this.existing(parentOf(path));
    const held = this.cache.get(path);
    if (held?.exists === true) throw new Error(`create of ${path}, which exists`);
    const session = kind === KIND.ephemeral ? this.sessions.get(owner) : undefined;
    if (kind === KIND.ephemeral && session === undefined)
      throw new Error(`create of ${path} by session ${owner}, which is absent at index ${this.applied.index}`);
    let slot = held ?? this.placeholder(path, parent);
    if (slot.parentId !== parent.id) {
      // The placeholder is from before its parent was created, or from an earlier life of it: its key would be another.
      this.cacheBytes -= slot.cost;
      slot.cost = 0;
      const { speculation } = slot;
      slot = this.placeholder(path, parent);
      slot.speculation = speculation;
    }
    this.touch(slot);
    this.touch(parent);
    slot.exists = true;
    slot.id = this.nextNodeId++;
    slot.wire = newWire(data);
    slot.dataHash = undefined;
    slot.acl = acl;
    slot.kind = kind;
    slot.owner = kind === KIND.ephemeral ? owner : 0n;
    slot.ttlMs = kind === KIND.ttl ? ttlMs : 0;
    slot.storedCversion = 0;
    slot.children = undefined;
    slot.writeZxid(STAT.czxid, epoch, counter);
    slot.writeZxid(STAT.mzxid, epoch, counter);
    slot.writeZxid(STAT.pzxid, epoch, counter);
    slot.writeTime(STAT.ctime, timeMs);
    slot.writeTime(STAT.mtime, timeMs);
    if (session !== undefined) {
      slot.wire.writeBigInt64BE(owner, slot.stat + STAT.ephemeralOwner);
      session.ephemerals.add(path);
      this.ephemeralCount++;
    }
    this.useAcl(acl, 1);
    this.nodeCount++;
    this.dataBytes += path.length + slot.dataLength;
    this.markDirty(slot);
    this.recost(slot);

    parent.storedCversion = parentCversion;
    this.childCame(parent, slot.name);
    parent.writeZxid(STAT.pzxid, epoch, counter);
    this.quotas.onCreated(slot, parent);
    this.watches.onCreated(path, parent.path, acl, parent.acl, epoch, counter);
    return slot;
  }

  deleteNode(path: string): void {
    const { epoch, counter } = this.applied;
    const node = this.existing(path);
    const parent = this.existing(parentOf(path));
    const acl = node.acl;
    if (node.numChildren !== 0) throw new Error(`delete of ${path}, which has children`);
    this.quotas.onDeleting(node);
    this.touch(node);
    this.touch(parent);
    node.exists = false;
    node.children = undefined;
    node.childChanges = undefined;
    node.childChangesCommitting = undefined;
    this.nodeCount--;
    this.dataBytes -= path.length + node.dataLength;
    if (node.kind === KIND.ephemeral) {
      this.sessions.get(node.owner)?.ephemerals.delete(path);
      this.ephemeralCount--;
    }
    this.useAcl(acl, -1);
    this.markDirty(node);
    this.childWent(parent, node.name);
    parent.writeZxid(STAT.pzxid, epoch, counter);
    this.watches.onDeleted(path, parent.path, acl, parent.acl, epoch, counter);
  }

  setData(path: string, data: Uint8Array | null | undefined, version: number, timeMs: number): Znode {
    const { epoch, counter } = this.applied;
    const node = this.existing(path);
    const before = node.dataLength;
    this.touch(node);
    node.replaceData(data);
    node.writeZxid(STAT.mzxid, epoch, counter);
    node.writeTime(STAT.mtime, timeMs);
    node.writeInt(STAT.version, version);
    const grown = node.dataLength - before;
    if (grown !== 0) {
      this.dataBytes += grown;
      this.recost(node);
    }
    this.markDirty(node);
    this.quotas.onDataSet(node, grown);
    this.watches.onDataChanged(path, node.acl, epoch, counter);
    return node;
  }

  setAcl(path: string, acl: AclList, aversion: number): Znode {
    const node = this.existing(path);
    this.touch(node);
    this.useAcl(node.acl, -1);
    this.useAcl(acl, 1);
    node.acl = acl;
    node.writeInt(STAT.aversion, aversion);
    this.markDirty(node);
    return node;
  }

  /** Replaces data without a version, a time or an event: quota usage alone does so. */
  refreshData(node: Znode, data: Uint8Array): void {
    this.dataBytes += data.length - node.dataLength;
    this.touch(node);
    node.replaceData(data);
    this.markDirty(node);
    this.recost(node);
  }

  /**
   * Of a session that exists already, only the timeout changes: so it is when two servers made a local session a global
   * one. Source: ZooKeeper 3.9, LearnerSessionTracker.commitSession.
   */
  createSession(id: bigint, timeoutMs: number): void {
    const existing = this.sessions.get(id);
    if (existing === undefined) {
      this.lastSession = id;
      this.sessions.set(id, { id, timeoutMs, ephemerals: new Set() });
    } else {
      this.sum.countSession(id, existing.timeoutMs, -1);
      existing.timeoutMs = timeoutMs;
    }
    this.sum.countSession(id, timeoutMs, 1);
    this.dirtySessions.set(id, timeoutMs);
  }

  closeSession(id: bigint): void {
    const session = this.sessions.get(id);
    if (session === undefined) return;
    this.sum.countSession(id, session.timeoutMs, -1);
    this.sessions.delete(id);
    this.dirtySessions.set(id, undefined);
  }

  /** What consensus keeps with the state, as of the last commit or the last {@link setConsensus}; empty if it never did. */
  get consensus(): Uint8Array {
    return this.consensusBytes;
  }

  /** Goes with the next commit. The bytes are the tree's from now on. */
  setConsensus(bytes: Uint8Array): void {
    this.consensusBytes = bytes;
    this.consensusDirty = true;
  }

  private existing(path: string): Znode {
    const node = this.find(path);
    if (node === undefined)
      throw new Error(`a committed transaction names ${path}, which is absent at index ${this.applied.index}`);
    return node;
  }

  private childCame(parent: Znode, name: string): void {
    const count = parent.numChildren;
    if (parent.children !== undefined) {
      parent.children.add(name);
      if (parent.children.size > this.childrenHeldMax) this.releaseChildren(parent);
    } else if (count === 0 && parent.childChanges === undefined && parent.childChangesCommitting === undefined) {
      parent.children = new Set([name]);
    } else {
      parent.childChanges ??= new Map();
      parent.childChanges.set(name, true);
    }
    parent.writeChildren(count + 1);
    this.markDirty(parent);
    if (parent.children !== undefined) {
      parent.cost += CHILD_COST;
      this.cacheBytes += CHILD_COST;
    }
  }

  private childWent(parent: Znode, name: string): void {
    if (parent.children !== undefined) {
      parent.children.delete(name);
      parent.cost -= CHILD_COST;
      this.cacheBytes -= CHILD_COST;
    } else {
      parent.childChanges ??= new Map();
      parent.childChanges.set(name, false);
    }
    parent.writeChildren(parent.numChildren - 1);
    this.markDirty(parent);
  }

  /** From holding all names to holding the changes the store lacks. */
  private releaseChildren(parent: Znode): void {
    parent.children = undefined;
    parent.childChanges = new Map();
    parent.childChangesCommitting = new Map();
    for (const node of this.committingNodes) {
      if (node.parentId === parent.id && node.path !== "/") parent.childChangesCommitting.set(node.name, node.exists);
    }
    for (const node of this.dirtyNodes) {
      if (node.parentId === parent.id && node.path !== "/") parent.childChanges.set(node.name, node.exists);
    }
    this.recost(parent);
  }

  // ── Digest ─────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * The digest of the applied state, 0 to 2^53 − 1: on every member the same at the same index. Undefined for a state that
   * was written without one, until {@link recount} is done.
   */
  get digest(): number | undefined {
    this.settle();
    return this.sumKnown ? this.sum.value : undefined;
  }

  /**
   * The digest as of an entry of the log: of the last 1,024 applied, but none from before the tree was opened or its
   * digest known.
   */
  digestOf(index: number): number | undefined {
    this.settle();
    const { index: last } = this.applied;
    if (!this.sumKnown || index > last || index < this.recentFrom || index <= last - DIGESTS_RECENT) return undefined;
    return this.recent[index % DIGESTS_RECENT];
  }

  /** The digests as of every 128th zxid applied since the tree was opened, oldest first, at most 1,024. */
  get digestLog(): readonly RecordedDigest[] {
    this.settle();
    return this.recorded;
  }

  /**
   * Finds the digest of a state that was written without one, a step each time the generator is asked, while the tree goes
   * on. The caller closes the snapshot when the generator is done or given up.
   * @param snapshot - Of this tree's store, taken while no commit was in flight. Throws for any other.
   */
  *recount(snapshot: StateSnapshot, rowsPerStep = 1000): Generator<undefined, void> {
    const { index, sum } = this.committed;
    if (snapshot.applied.index !== index)
      throw new Error(`a snapshot at index ${snapshot.applied.index} is not that of the commit at ${index}`);
    const counted = yield* countState(snapshot, rowsPerStep);
    // What changed since the snapshot is in the sum already.
    counted.subtract(sum);
    this.sum.add(counted);
    this.committed.sum.add(counted);
    this.sumKnown = true;
    this.recallFrom();
  }

  /** Before a znode changes: what the digest counts for it is to be known, and to be found anew. */
  private touch(node: Znode): void {
    if ((node.flags & TOUCHED) !== 0) return;
    node.flags |= TOUCHED;
    this.touchedNodes.push(node);
    if (node.hashHigh === UNHASHED) hashNode(node, node.acl.id);
  }

  /** Between transactions: the digest counts everything as it is, and remembers itself. */
  private settle(): void {
    const { touchedNodes, sum } = this;
    for (let node = touchedNodes.pop(); node !== undefined; node = touchedNodes.pop()) {
      node.flags &= ~TOUCHED;
      sum.countNode(node, -1);
      if (node.exists) {
        hashNode(node, node.acl.id);
        sum.countNode(node, 1);
      } else {
        node.hashHigh = 0;
        node.hashLow = 0;
      }
    }
    const { index, epoch, counter } = this.applied;
    if (!this.sumKnown || this.recentTo === index) return;
    this.recentTo = index;
    this.recent[index % DIGESTS_RECENT] = this.sum.value;
    // Zxids with the counter 0 start epochs: ZooKeeper logs nothing at them.
    if (counter === 0 || counter % DIGEST_LOG_INTERVAL !== 0) return;
    if (this.recorded.length === DIGEST_LOG_MAX) this.recorded.shift();
    this.recorded.push({ epoch, counter, digest: this.sum.value });
  }

  /** From here on digests are known, and this is the first. */
  private recallFrom(): void {
    const { index } = this.applied;
    this.recentFrom = index;
    this.recentTo = index;
    this.settle();
    this.recent[index % DIGESTS_RECENT] = this.sum.value;
  }

  // ── Commits ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Znodes that no commit holds or is writing. */
  get dirtyCount(): number {
    return this.dirtyNodes.length;
  }

  /** Everything since the last commit. One at a time: {@link commitDone} must have been called for the one before. */
  takeCommit(): TreeCommit {
    if (this.committingNodes.length !== 0) throw new Error("a commit is in flight");
    this.settle();
    const changes: StateChange[] = [];
    const nodes = this.dirtyNodes;
    for (const node of nodes) this.recordNode(node, changes);
    for (const list of this.dirtyAcls) {
      list.dirty = false;
      const value = Buffer.allocUnsafe(4 + list.bytes.length);
      value.writeUInt32BE(list.uses, 0);
      value.set(list.bytes, 4);
      const used = list.uses > 0;
      changes.push({ table: TABLE.acl, key: aclIdKey(list.id), value: used ? value : undefined });
      const id = Buffer.allocUnsafe(6);
      id.writeUIntBE(list.id, 0, 6);
      changes.push({ table: TABLE.acl, key: aclBytesKey(list.bytes), value: used ? id : undefined });
    }
    this.committingAcls = this.dirtyAcls;
    for (const [id, timeoutMs] of this.dirtySessions) {
      let value: Buffer | undefined;
      if (timeoutMs !== undefined) {
        value = Buffer.allocUnsafe(4);
        value.writeUInt32BE(timeoutMs, 0);
      }
      changes.push({ table: TABLE.session, key: sessionKey(id), value });
    }
    changes.push({ table: TABLE.meta, key: META_KEY, value: this.encodeMeta() });
    if (this.consensusDirty) changes.push({ table: TABLE.meta, key: CONSENSUS_KEY, value: this.consensusBytes });
    this.consensusDirty = false;
    this.committed = { index: this.applied.index, sum: this.sum.copy() };
    this.dirtyAcls = [];
    this.dirtySessions.clear();
    this.committingNodes = nodes;
    this.dirtyNodes = [];
    this.dirtyBytes = 0;
    return { changes, applied: this.applied };
  }

  /** The commit taken last is durable and visible in the store. */
  commitDone(): void {
    this.sweepSteps += SWEEP_STEPS + this.committingNodes.length;
    for (const node of this.committingNodes) {
      node.flags &= ~COMMITTING;
      node.childChangesCommitting = undefined;
      if (!node.exists && node.flags === 0) this.forgetPlaceholder(node);
    }
    this.committingNodes = [];
    for (const list of this.committingAcls) {
      if (list.uses > 0 || list.dirty) continue;
      this.aclById.delete(list.id);
      if (this.aclByBytes.get(aclKey(list.bytes)) === list) this.aclByBytes.delete(aclKey(list.bytes));
    }
    this.committingAcls = [];
    this.shed();
  }

  private markDirty(node: Znode): void {
    if ((node.flags & DIRTY) !== 0) return;
    node.flags |= DIRTY;
    this.dirtyNodes.push(node);
    this.dirtyBytes += node.wire.length + ZNODE_COST;
  }

  private recordNode(node: Znode, changes: StateChange[]): void {
    node.flags = (node.flags & ~DIRTY) | COMMITTING;
    node.childChangesCommitting = node.childChanges;
    node.childChanges = undefined;
    const { storedId, storedDueMs, storedOwner } = node;
    const id = node.exists ? node.id : 0;
    if (storedId === 0 && id === 0) return;
    const { key, longName } = nodeKey(node.parentId, node.name);
    const dueMs = id === 0 ? 0 : dueOf(node);
    if (storedId !== 0 && storedOwner !== 0n && storedId !== id) {
      changes.push({ table: TABLE.ephemeral, key: ephemeralKey(storedOwner, storedId), value: undefined });
    }
    if (storedDueMs !== 0 && (storedId !== id || storedDueMs !== dueMs)) {
      changes.push({ table: TABLE.due, key: dueKey(storedDueMs, storedId), value: undefined });
    }
    if (id === 0) {
      changes.push({ table: TABLE.node, key, value: undefined });
    } else {
      changes.push({ table: TABLE.node, key, value: encodeRecord(node, node.acl.id, dueMs, longName) });
      if (node.kind === KIND.ephemeral && storedId !== id) {
        changes.push({ table: TABLE.ephemeral, key: ephemeralKey(node.owner, id), value: Buffer.from(node.path) });
      }
      if (dueMs !== 0 && (storedId !== id || storedDueMs !== dueMs)) {
        changes.push({ table: TABLE.due, key: dueKey(dueMs, id), value: Buffer.from(node.path) });
      }
    }
    node.storedId = id;
    node.storedDueMs = dueMs;
    node.storedOwner = id === 0 ? 0n : node.owner;
  }

  // ── Cache ──────────────────────────────────────────────────────────────────────────────────────────────────

  private fetch(path: string): Znode | undefined {
    if (path === "") return this.root;
    const slash = path.lastIndexOf("/");
    // The parent of "//name" is written "/", and "//name" is still not another name of "/name".
    if (slash < 0 || slash === 1) return undefined;
    const above = slash === 0 ? "/" : path.slice(0, slash);
    const parent = this.cache.get(above) ?? this.descend(above);
    if (parent === undefined || !parent.exists) return undefined;
    parent.hot = true;
    const node = this.load(path, path.slice(slash + 1), parent);
    if (node !== undefined) this.remember(node);
    return node;
  }

  /**
   * What is at a path when its parent is not in memory: from the root down and no further than znodes go. Clients send
   * paths of half a million levels; from the bottom up, each would cost a lookup as long as itself.
   */
  private descend(path: string): Znode | undefined {
    let parent = this.root;
    for (let start = 1; ; ) {
      const slash = path.indexOf("/", start);
      // An empty component: "//name" and "/name" are not the same.
      if (slash === start) return undefined;
      const prefix = slash < 0 ? path : path.slice(0, slash);
      let node = this.cache.get(prefix);
      if (node === undefined) {
        node = this.load(prefix, prefix.slice(start), parent);
        if (node !== undefined) this.remember(node);
      }
      if (node === undefined || !node.exists || slash < 0) return node;
      parent = node;
      start = slash + 1;
    }
  }

  /** The child as the store has it, not put into the cache. Asked only of names the cache does not hold. */
  private load(path: string, name: string, parent: Znode): Znode | undefined {
    if (parent.numChildren === 0) return undefined;
    // A name that starts with NUL could be the key of a long name.
    if (name === "" || name.charCodeAt(0) === 0) return undefined;
    if (parent.children !== undefined && !parent.children.has(name)) return undefined;
    const came = parent.childChanges?.get(name) ?? parent.childChangesCommitting?.get(name);
    if (came === false) return undefined;
    const value = this.store.get(TABLE.node, nodeKey(parent.id, name).key);
    if (value === undefined) return undefined;
    const node = new Znode(path, name, parent.id, this.openAcl);
    const { aclId, dueMs } = decodeRecord(node, value);
    node.storedDueMs = dueMs;
    node.acl = this.fetchAcl(aclId);
    return node;
  }

  private remember(node: Znode): void {
    this.cache.set(node.path, node);
    this.recost(node);
    this.sweepSteps += SWEEP_STEPS;
  }

  private recost(node: Znode): void {
    const cost =
      ZNODE_COST +
      2 * node.path.length +
      node.wire.length +
      (node.children === undefined ? 0 : node.children.size * CHILD_COST);
    this.cacheBytes += cost - node.cost;
    // What grew must be able to push something out, or listing alone would fill the memory.
    if (cost > node.cost) this.sweepSteps += SWEEP_STEPS;
    node.cost = cost;
  }

  private forgetPlaceholder(node: Znode): void {
    if (this.cache.get(node.path) !== node) return;
    if (node.speculation !== undefined && node.speculation.index > this.applied.index) return;
    this.cache.delete(node.path);
    this.cacheBytes -= node.cost;
    node.cost = 0;
  }

  /**
   * Between operations: drops znodes not read since the hand last passed, until the estimate is below its bound or as many
   * were looked at as came in since.
   */
  shed(): void {
    if (this.cacheBytes > this.options.cacheBytesMax) this.sweep();
    this.sweepSteps = 0;
  }

  private sweep(): void {
    for (let steps = this.sweepSteps; steps > 0 && this.cacheBytes > this.options.cacheBytesMax; steps--) {
      const next = this.hand.next();
      if (next.done === true) {
        this.hand = this.cache.values();
        continue;
      }
      const node = next.value;
      if (node.hot) {
        node.hot = false;
        continue;
      }
      if (node.flags !== 0 || node === this.root) continue;
      if (node.speculation !== undefined && node.speculation.index > this.applied.index) continue;
      this.cache.delete(node.path);
      this.cacheBytes -= node.cost;
      node.cost = 0;
    }
  }

  // ── Start ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** The four znodes every tree begins with, all times and zxids 0. Source: ZooKeeper 3.9, DataTree. */
  private plant(): void {
    const readOnly = this.aclOf(READ_ONLY_ACL_BYTES);
    this.seed(this.root, undefined);
    const system = this.seed(new Znode("/zookeeper", "zookeeper", this.root.id, this.openAcl), this.root);
    this.seed(new Znode("/zookeeper/quota", "quota", system.id, this.openAcl), system);
    const config = this.seed(new Znode("/zookeeper/config", "config", system.id, readOnly), system);
    config.writeInt(STAT.aversion, -1);
    this.useAcl(readOnly, 1);
  }

  private seed(node: Znode, parent: Znode | undefined): Znode {
    this.touch(node);
    node.exists = true;
    node.id = this.nextNodeId++;
    node.wire = newWire(EMPTY);
    this.nodeCount++;
    this.dataBytes += node.path.length;
    if (parent !== undefined) {
      this.remember(node);
      this.markDirty(node);
      this.childCame(parent, node.name);
    }
    this.markDirty(node);
    this.recost(node);
    return node;
  }

  private open(meta: Buffer): void {
    const format = meta.readUInt32BE(0);
    if (format > TREE_FORMAT)
      throw new Error(`the state has tree format ${format}; this version reads up to ${TREE_FORMAT}`);
    this.nextNodeId = meta.readUIntBE(4, 6);
    this.nextAclId = meta.readUIntBE(10, 6);
    this.nodeCount = meta.readUIntBE(16, 6);
    this.ephemeralCount = meta.readUIntBE(22, 6);
    this.dataBytes = meta.readUIntBE(28, 6);
    this.lastSession = meta.readBigInt64BE(34);
    this.sumKnown = format >= DIGEST_SINCE_FORMAT && meta[42] === 1;
    if (this.sumKnown) {
      this.sum.high = meta.readUInt32BE(43);
      this.sum.low = meta.readInt32BE(47);
    }
    const consensus = this.store.get(TABLE.meta, CONSENSUS_KEY);
    if (consensus !== undefined) this.consensusBytes = Uint8Array.from(consensus);
    const root = this.store.get(TABLE.node, nodeKey(0, "").key);
    if (root === undefined) throw new Error("the state has no root");
    const { aclId } = decodeRecord(this.root, root);
    this.root.acl = this.fetchAcl(aclId);
    const all = { from: new Uint8Array(0), to: Buffer.alloc(32, 0xff) };
    this.store.scan(TABLE.session, all, (key, value) => {
      const id = Buffer.from(key).readBigInt64BE(0);
      this.sessions.set(id, { id, timeoutMs: Buffer.from(value).readUInt32BE(0), ephemerals: new Set() });
    });
    this.store.scan(TABLE.ephemeral, all, (key, value) => {
      const owner = Buffer.from(key).readBigInt64BE(0);
      this.sessions.get(owner)?.ephemerals.add(Buffer.from(value).toString("utf8"));
    });
    this.quotas.load();
  }

  private encodeMeta(): Buffer {
    const out = Buffer.alloc(51);
    out.writeUInt32BE(TREE_FORMAT, 0);
    out.writeUIntBE(this.nextNodeId, 4, 6);
    out.writeUIntBE(this.nextAclId, 10, 6);
    out.writeUIntBE(this.nodeCount, 16, 6);
    out.writeUIntBE(this.ephemeralCount, 22, 6);
    out.writeUIntBE(this.dataBytes, 28, 6);
    out.writeBigInt64BE(this.lastSession, 34);
    if (this.sumKnown) {
      out[42] = 1;
      out.writeUInt32BE(this.sum.high, 43);
      out.writeInt32BE(this.sum.low, 47);
    }
    return out;
  }
}

const EMPTY = new Uint8Array(0);
/** world:anyone:r in the wire's form. */
const READ_ONLY_ACL_BYTES: Uint8Array = (() => {
  const bytes = Buffer.from(OPEN_ACL_BYTES);
  bytes.writeInt32BE(1, 4);
  return bytes;
})();

export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function aclKey(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** From when the collector should look at a znode; 0 when it need not. */
function dueOf(node: Znode): number {
  if (node.kind === KIND.container) {
    if (node.numChildren !== 0) return 0;
    return node.storedCversion > 0 ? 1 : NEVER_USED + node.mtimeMs;
  }
  if (node.kind === KIND.ttl) return node.numChildren !== 0 ? 0 : node.mtimeMs + node.ttlMs;
  return 0;
}

/** Source: ZooKeeper HEAD, ContainerManager. */
function isCollectable(node: Znode, nowMs: number, containerNeverUsedMs: number): boolean {
  if (node.numChildren !== 0) return false;
  if (node.kind === KIND.ttl) return nowMs - node.mtimeMs > node.ttlMs;
  if (node.kind !== KIND.container) return false;
  if (node.storedCversion > 0) return true;
  return containerNeverUsedMs > 0 && nowMs - node.mtimeMs > containerNeverUsedMs;
}
