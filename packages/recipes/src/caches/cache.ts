/**
 * A part of the tree held in memory: a persistent watch says what may have changed, reads find out what it is now, and what
 * differs is told. The three caches are this with their own shapes.
 *
 * **Invariant**: a znode's entry is never replaced by an older one. Each znode has at most one read under way; what happens to
 * it meanwhile causes another one, and a session's reads are answered in order.
 * **Invariant**: a change is told after it has been applied, and changes are told in the order of being applied.
 */

import { EventEmitter, setMaxListeners } from "node:events";
import {
  type Client,
  CoordinationError,
  type GapEvent,
  isCoordinationError,
  type SessionState,
  type Stat,
  type Watch,
  type WatchEvent,
} from "@rookery/client";
import { persist } from "../support/calls.ts";
import { positiveInteger } from "../support/checks.ts";
import { Deferred } from "../support/deferred.ts";
import { type Changes, type ChangesOptions, Feed } from "../support/feed.ts";
import { tell } from "../support/tell.ts";
import { type WaitOptions, within } from "../support/waiting.ts";

export interface CachedNode {
  readonly path: string;
  /** Undefined if data is not cached, or there was no room for it. Shared: do not write to it. */
  readonly data: Buffer | undefined;
  /** As of the last read: what a change of the data or the ACL does not touch (`pzxid`, `numChildren` …) may be older. */
  readonly stat: Stat;
}

/** A znode differs from what was cached before. One that was deleted and created again is told as two changes. */
export type NodeChange =
  | { readonly type: "created"; readonly path: string; readonly node: CachedNode; readonly previous?: undefined }
  | { readonly type: "changed"; readonly path: string; readonly node: CachedNode; readonly previous: CachedNode }
  | { readonly type: "deleted"; readonly path: string; readonly node?: undefined; readonly previous: CachedNode };

/**
 * - `initialized`: everything was read for the first time. The changes before it are what was found.
 * - `resynchronized`: something may have been missed and everything was read anew. The changes before it are what differed.
 */
export type CacheChange =
  | NodeChange
  | { readonly type: "initialized" }
  | { readonly type: "resynchronized"; readonly reason: ResyncReason };

/** As a watch's gap; or `overflow`: more changed at a time than `nodesMax`. */
export type ResyncReason = Exclude<GapEvent["reason"], "closed">;

/**
 * - `loading`: not everything has been read yet.
 * - `live`: what changes is in the cache as soon as this session's server tells of it.
 * - `stale`: there is no connection, or what was missed without one is being read. What is cached may be old.
 * - `closed`: by `close`, or with its client.
 * - `failed`: by an error that `ready` and the iterators throw. What is cached stays and may be old.
 */
export type CacheState = "loading" | "live" | "stale" | "closed" | "failed";

export interface CacheOptions {
  /** False: only the Stats are read and held, and `data` is undefined. Default true. */
  readonly data?: boolean | undefined;
  /** Data above this, all together, is left out; what is cached already stays. Bytes, default: no bound. */
  readonly dataBytesMax?: number | undefined;
  /** The cache fails with `OVERLOADED` above so many znodes. A positive integer, default 1_000_000. */
  readonly nodesMax?: number | undefined;
  /** Reads under way at a time. A positive integer, default 32. */
  readonly readsMax?: number | undefined;
}

export interface CacheEvents {
  /** The same as the iterator's, at once. */
  change: [change: CacheChange];
  /** A znode could not be read, for example for its ACL: it stays cached as it was seen last. */
  problem: [error: CoordinationError];
}

/** @internal What the kinds of caches differ in. */
export interface Scope {
  /** Levels below the root: 0 is the root alone. */
  readonly depthMax: number;
  /** Whether the root itself is cached. */
  readonly root: boolean;
  readonly include: ((path: string) => boolean) | undefined;
}

const NODES_MAX = 1_000_000;
const READS_MAX = 32;

interface Entry {
  readonly node: CachedNode;
  /** The walk that saw it last. */
  walk: number;
}

/** A read under way. */
interface Read {
  /** Of the walk, which needs the children's names, too. */
  readonly isDeep: boolean;
  /** Begun before this walk: what it finds may be older than what the walk finds, and counts for nothing. */
  isVoid: boolean;
  /** Whether it is to be read once more, since something happened meanwhile; true: with its children. */
  next: boolean | undefined;
}

/** What the caches have in common. */
export abstract class Cache implements AsyncDisposable {
  readonly path: string;
  readonly events: EventEmitter<CacheEvents> = new EventEmitter<CacheEvents>();
  private readonly client: Client;
  private readonly scope: Scope;
  private readonly withData: boolean;
  private readonly dataBytesMax: number;
  private readonly nodesMax: number;
  private readonly readsMax: number;
  private readonly feed = new Feed<CacheChange>();
  private readonly initialized = new Deferred<void>();
  private readonly closing = new AbortController();
  private readonly entries = new Map<string, Entry>();
  /** By parent, cached or not: the paths of its cached children. */
  private readonly below = new Map<string, Set<string>>();
  /** To be read, in this order; true: with their children. */
  private readonly pending = new Map<string, boolean>();
  private order: IterableIterator<string> | undefined;
  private readonly reading = new Map<string, Read>();
  /** Reads with children that this walk still waits for. */
  private walkLeft = 0;
  private walk = 0;
  private walkReason: ResyncReason = "reconnected";
  private wasInitialized = false;
  private dataBytes = 0;
  private copy: ReadonlyMap<string, CachedNode> | undefined;
  private readonly watch: Promise<Watch | undefined>;
  private current: CacheState = "loading";

  /** @internal */
  protected constructor(client: Client, path: string, options: CacheOptions, scope: Scope) {
    const {
      data = true,
      dataBytesMax = Number.POSITIVE_INFINITY,
      nodesMax = NODES_MAX,
      readsMax = READS_MAX,
    } = options;
    if (!(dataBytesMax >= 0))
      throw new CoordinationError(
        "BAD_ARGUMENTS",
        `dataBytesMax is ${String(dataBytesMax)}: it must be 0 or a positive number.`,
      );
    positiveInteger("nodesMax", nodesMax);
    positiveInteger("readsMax", readsMax);
    this.client = client;
    this.path = path;
    this.scope = scope;
    this.withData = data;
    this.dataBytesMax = dataBytesMax;
    this.nodesMax = nodesMax;
    this.readsMax = readsMax;
    this.events.setMaxListeners(0);
    setMaxListeners(0, this.closing.signal);
    client.events.on("state", this.onState);
    this.watch = this.open();
  }

  get state(): CacheState {
    return this.current;
  }

  /**
   * Resolves when everything has been read for the first time.
   *
   * @throws CoordinationError `TIMEOUT`, `ABORTED`: the cache itself goes on; `CLOSED`; what it failed with, for example
   *   `UNIMPLEMENTED` by servers before ZooKeeper 3.6, which have no watches that stay.
   */
  ready(options: WaitOptions = {}): Promise<void> {
    return within(`reading ${this.path}`, options, this.initialized.promise);
  }

  /**
   * What changes from now on. The iterator ends when the cache or its client is closed, and throws what the cache failed with.
   * A reader that lags by more than `bufferMax` gets a `resync`, which stands for all it has missed.
   */
  changes(options: ChangesOptions = {}): Changes<CacheChange> {
    return this.feed.changes(options);
  }

  /** Ends it at once; resolves when the server has forgotten the watch, if there is one to tell. What is cached stays. */
  async close(): Promise<void> {
    this.end("closed");
    await this.unwatch();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ── What is cached ─────────────────────────────────────────────────────────────────────────────────────────

  protected nodeAt(path: string): CachedNode | undefined {
    return this.entries.get(path)?.node;
  }

  protected childrenAt(path: string): string[] {
    return [...(this.below.get(path) ?? [])];
  }

  protected get count(): number {
    return this.entries.size;
  }

  /** As it is now, by path; the same object for as long as nothing changes. */
  protected copyNow(): ReadonlyMap<string, CachedNode> {
    this.copy ??= new Map([...this.entries].map(([path, { node }]) => [path, node]));
    return this.copy;
  }

  private apply(path: string, data: Buffer | undefined, stat: Stat): void {
    const previous = this.entries.get(path)?.node;
    if (previous !== undefined && isSame(previous.stat, stat)) {
      this.entries.set(path, { node: Object.freeze({ ...previous, stat }), walk: this.walk });
      this.copy = undefined;
      return;
    }
    // Created again: what was below has gone before it.
    if (previous !== undefined && previous.stat.czxid !== stat.czxid) this.remove(path);
    const before = this.entries.get(path)?.node;
    const left = this.dataBytesMax - this.dataBytes + (before?.data?.length ?? 0);
    const kept = data !== undefined && data.length <= left ? data : undefined;
    const node: CachedNode = Object.freeze({ path, data: kept, stat: Object.freeze(stat) });
    this.dataBytes += (kept?.length ?? 0) - (before?.data?.length ?? 0);
    if (before === undefined) {
      if (this.entries.size >= this.nodesMax) {
        this.end(
          "failed",
          new CoordinationError("OVERLOADED", `${this.path} has more than ${this.nodesMax} znodes`, { path }),
        );
        return;
      }
      this.index(path);
    }
    this.entries.set(path, { node, walk: this.walk });
    this.tell(
      before === undefined ? { type: "created", path, node } : { type: "changed", path, node, previous: before },
    );
  }

  /** With all below, which goes first. */
  private remove(path: string): void {
    for (const child of this.below.get(path) ?? []) this.remove(child);
    const previous = this.entries.get(path)?.node;
    if (previous === undefined) return;
    this.entries.delete(path);
    this.dataBytes -= previous.data?.length ?? 0;
    const parent = parentOf(path);
    const siblings = this.below.get(parent);
    siblings?.delete(path);
    if (siblings?.size === 0) this.below.delete(parent);
    this.tell({ type: "deleted", path, previous });
  }

  private index(path: string): void {
    if (path === this.path) return;
    const parent = parentOf(path);
    const siblings = this.below.get(parent);
    if (siblings === undefined) this.below.set(parent, new Set([path]));
    else siblings.add(path);
  }

  private tell(change: CacheChange): void {
    this.copy = undefined;
    if (this.hasEnded) return;
    this.feed.put(change);
    tell(this.events, "change", change);
  }

  private get hasEnded(): boolean {
    return this.current === "closed" || this.current === "failed";
  }

  // ── What the watch says ────────────────────────────────────────────────────────────────────────────────────

  private async open(): Promise<Watch | undefined> {
    // After the constructor, and after whoever made it has put its listeners.
    await undefined;
    const { client, path, scope, closing } = this;
    const set = () => client.watch(path, { recursive: scope.depthMax > 0, onEvent: (event) => this.onEvent(event) });
    try {
      const watch = await persist(closing.signal, set);
      // Closed while it was being set: whoever closes waits for it here.
      if (!this.hasEnded) this.startWalk("reconnected");
      return watch;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /** A watch that is being set while there is no connection is taken back when it has been set. */
  private async unwatch(): Promise<void> {
    const done = this.watch.then((watch) => watch?.close());
    if (this.client.state === "connected" || this.client.state === "read-only") await done;
    else done.catch(() => {});
  }

  private onEvent(event: WatchEvent): void {
    if (this.hasEnded) return;
    if (event.type === "gap") {
      if (event.reason === "closed") void this.onClientEnd();
      else this.startWalk(event.reason);
      return;
    }
    const { type, path } = event;
    if (type === "childrenChanged" || !this.covers(path)) return;
    // What a read under way finds may be older than this.
    if (type === "deleted" && !this.reading.has(path)) this.remove(path);
    else this.want(path, false);
  }

  /** Calls tell why it has ended. */
  private async onClientEnd(): Promise<void> {
    try {
      await this.client.exists(this.path);
    } catch (error) {
      this.fail(error);
    }
  }

  private readonly onState = (state: SessionState) => {
    // A gap follows as soon as the watch is set again.
    if (this.current === "live" && state !== "connected" && state !== "read-only") this.current = "stale";
  };

  private covers(path: string): boolean {
    const { scope } = this;
    if (path === this.path) return scope.root;
    const prefix = this.path === "/" ? "/" : `${this.path}/`;
    if (!path.startsWith(prefix)) return false;
    const names = path.slice(prefix.length).split("/");
    if (names.length > scope.depthMax) return false;
    if (scope.include === undefined) return true;
    let at = prefix.slice(0, -1);
    for (const name of names) {
      at += `/${name}`;
      if (!scope.include(at)) return false;
    }
    return true;
  }

  private depthOf(path: string): number {
    if (path === this.path) return 0;
    return path.slice(this.path === "/" ? 0 : this.path.length).split("/").length - 1;
  }

  // ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Everything is read anew; what is not seen by the end is not there any more. */
  private startWalk(reason: ResyncReason): void {
    this.walk++;
    this.walkReason = reason;
    this.walkLeft = 0;
    for (const read of this.reading.values()) {
      read.isVoid = true;
      read.next = undefined;
    }
    this.pending.clear();
    this.order = undefined;
    if (this.current === "live") this.current = "stale";
    this.want(this.path, true);
  }

  private want(path: string, deep: boolean): void {
    const read = this.reading.get(path);
    const known = read === undefined ? this.pending.get(path) : read.next;
    if (deep && known !== true) this.walkLeft++;
    const next = deep || known === true;
    if (read !== undefined) {
      read.next = next;
      return;
    }
    this.pending.set(path, next);
    // More than there may be: reading everything once costs less.
    if (!deep && this.pending.size > this.nodesMax) this.startWalk("overflow");
    else this.pump();
  }

  private pump(): void {
    while (this.reading.size < this.readsMax && this.pending.size > 0) {
      this.order ??= this.pending.keys();
      const { done, value } = this.order.next();
      if (done === true) {
        this.order = undefined;
        continue;
      }
      const read: Read = { isDeep: this.pending.get(value) === true, isVoid: false, next: undefined };
      this.pending.delete(value);
      this.reading.set(value, read);
      void this.read(value, read);
    }
  }

  private async read(path: string, read: Read): Promise<void> {
    try {
      // Both are sent at once, in this order.
      const found = this.readNode(path);
      const listed = read.isDeep && this.depthOf(path) < this.scope.depthMax ? this.readChildren(path) : undefined;
      await Promise.all([found, listed]);
      if (!this.hasEnded && !read.isVoid) this.onRead(path, read, await found, await listed);
    } catch (error) {
      if (!this.hasEnded && !read.isVoid) this.onReadFailure(path, read, error);
    }
    this.reading.delete(path);
    if (this.hasEnded) return;
    if (read.next !== undefined) this.pending.set(path, read.next);
    this.pump();
  }

  private async readNode(path: string): Promise<{ readonly data?: Buffer; readonly stat: Stat } | undefined> {
    if (path === this.path && !this.scope.root) return undefined;
    const { signal } = this.closing;
    return this.patiently(async () => {
      if (this.withData) return this.client.get(path, { signal });
      const stat = await this.client.exists(path, { signal });
      if (stat === undefined) throw new CoordinationError("NO_NODE", `${path}: there is no such znode`, { path });
      return { stat };
    });
  }

  private async readChildren(path: string): Promise<readonly string[]> {
    const { signal } = this.closing;
    const { children } = await this.patiently(() => this.client.getChildren(path, { signal }));
    return children;
  }

  /** A server that has too much to do is asked again. After a broken connection everything is. */
  private patiently<T>(act: () => Promise<T>): Promise<T> {
    return persist(this.closing.signal, act, (error) =>
      isCoordinationError(error, "TIMEOUT", "THROTTLED", "OVERLOADED"),
    );
  }

  private onRead(
    path: string,
    read: Read,
    found: { readonly data?: Buffer; readonly stat: Stat } | undefined,
    children: readonly string[] | undefined,
  ): void {
    if (found !== undefined) this.apply(path, found.data, found.stat);
    if (!read.isDeep || this.hasEnded) return;
    for (const name of children ?? []) {
      const child = path === "/" ? `/${name}` : `${path}/${name}`;
      if (this.covers(child)) this.want(child, true);
    }
    this.onWalked();
  }

  private onReadFailure(path: string, read: Read, error: unknown): void {
    // The connection broke: a gap follows when there is another, and then everything is read.
    if (isCoordinationError(error, "CONNECTION_LOSS", "SESSION_EXPIRED", "CLOSED", "AUTH_FAILED", "PROTOCOL_ERROR"))
      return;
    if (isCoordinationError(error, "NO_NODE")) this.remove(path);
    else if (path === this.path && !this.wasInitialized) {
      this.fail(error);
      return;
    } else {
      this.keep(path);
      tell(this.events, "problem", error as CoordinationError);
    }
    if (read.isDeep) this.onWalked();
  }

  /** What cannot be read is taken for unchanged. */
  private keep(path: string): void {
    const entry = this.entries.get(path);
    if (entry !== undefined) entry.walk = this.walk;
    for (const child of this.below.get(path) ?? []) this.keep(child);
  }

  private onWalked(): void {
    this.walkLeft--;
    if (this.walkLeft > 0) return;
    for (const [path, { walk }] of this.entries) if (walk !== this.walk) this.remove(path);
    const { state } = this.client;
    this.current = state === "connected" || state === "read-only" ? "live" : "stale";
    if (this.wasInitialized) {
      this.tell({ type: "resynchronized", reason: this.walkReason });
      return;
    }
    this.wasInitialized = true;
    this.tell({ type: "initialized" });
    this.initialized.resolve();
  }

  // ── End ────────────────────────────────────────────────────────────────────────────────────────────────────

  private fail(error: unknown): void {
    if (isCoordinationError(error, "CLOSED")) this.end("closed", error);
    else this.end("failed", error as Error);
  }

  private end(state: "closed" | "failed", error?: Error): void {
    if (this.hasEnded) return;
    this.current = state;
    this.client.events.off("state", this.onState);
    this.pending.clear();
    this.closing.abort(error);
    this.initialized.reject(error ?? new CoordinationError("CLOSED", `the cache of ${this.path} is closed`));
    this.feed.close(state === "failed" ? error : undefined);
    // What the server does not take now goes with the connection.
    if (state === "failed") this.unwatch().catch(() => {});
  }
}

function isSame(one: Stat, other: Stat): boolean {
  return one.czxid === other.czxid && one.mzxid === other.mzxid;
}

/** Of any path but the root's, which has none. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
