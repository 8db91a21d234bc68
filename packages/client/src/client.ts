/** What programs hold: the operations of a session, below a chroot. */
import type { EventEmitter } from "node:events";
import {
  type Acl,
  AddWatchMode,
  addWatchRequest,
  CreateFlag,
  type CreateRequest,
  createRequest,
  createTTLRequest,
  deleteRequest,
  ErrorCode,
  empty,
  existsRequest,
  formatSessionId,
  getACLRequest,
  getEphemeralsRequest,
  type JuteReader,
  joinPath,
  type MultiOperation,
  OpCode,
  parentPath,
  pathProblem,
  reconfigRequest,
  removeWatchesRequest,
  type SessionId,
  setACLRequest,
  setDataRequest,
  WatcherType,
  whoAmIResponse,
  type Zxid,
} from "@rookery/protocol/client";
import type { Request } from "./call.ts";
import type { ConnectTarget } from "./connect-string.ts";
import { type Environment, realEnvironment } from "./environment.ts";
import { badArgument, CoordinationError, isCoordinationError } from "./errors.ts";
import {
  aclOption,
  authInfo,
  type ConnectOptions,
  CREATE_NAMES,
  checkNames,
  checkTimeout,
  type Servers,
  serversOption,
  sessionOptions,
  versionOf,
  WATCH_NAMES,
} from "./options.ts";
import { readAcl, readChildren, readCreated, readData, readInt, readNames, readNothing, readStat } from "./replies.ts";
import { Session, type SessionEvents } from "./session.ts";
import { ReadBatch, Transaction, type TransactionHost } from "./transaction.ts";
import type {
  AclResult,
  CallOptions,
  ChildrenResult,
  ClientStats,
  CreateOptions,
  CreateResult,
  GapEvent,
  GetResult,
  Identity,
  NodeEvent,
  SessionCredentials,
  SessionState,
  Stat,
  VersionOptions,
  WatchableOptions,
  WatchListener,
  WatchOptions,
} from "./types.ts";
import { callListener, relativeTo, Watch } from "./watch.ts";
import type { OneShotKind, PersistentKind, Watcher, WatchKind } from "./watches.ts";

/** Who joins and leaves, or who there is from now on; as ZooKeeper's `reconfig`. */
export interface ReconfigureOptions extends CallOptions {
  /** `server.N=host:port:port[:role];clientPort`, separated by commas. */
  readonly joining?: string | undefined;
  /** Ids, separated by commas. */
  readonly leaving?: string | undefined;
  /** All members, in place of `joining` and `leaving`. */
  readonly members?: string | undefined;
  /** Only if this configuration is in force; default: any. */
  readonly fromConfig?: Zxid | undefined;
}

export interface EnsureOptions extends CallOptions {
  /** Containers, which go when they become empty, instead of persistent znodes. Default false. */
  readonly container?: boolean | undefined;
  readonly acl?: readonly Acl[] | undefined;
}

export interface CloseOptions {
  /** Waits so long for the server's answer, ms. Default 5000. */
  readonly timeoutMs?: number | undefined;
}

const NO_DATA = new Uint8Array();
const TTL_MS_MAX = 0xff_ffff_ffff;
const CONFIG_PATH = "/zookeeper/config";
/** Calls of one walk over a subtree under way at a time. */
const AT_A_TIME = 64;
const BUFFER_MAX = 4096;
/** Of requests without a watch. */
const NO_HOOKS = { onReply: undefined, onLateReply: undefined };
/** Which of this client's watches the server drops by each type. */
const MARKED_BY: Readonly<Record<number, readonly WatchKind[]>> = {
  [WatcherType.Data]: ["data", "exist"],
  [WatcherType.Children]: ["child"],
  [WatcherType.Persistent]: ["persistent"],
  [WatcherType.PersistentRecursive]: ["recursive"],
};
const CLOSE_MS = 5000;

/**
 * Opens a session. Resolves when a server has granted one, not merely when a socket is up.
 *
 * @throws CoordinationError `BAD_ARGUMENTS` for a malformed connect string or option; `CONNECTION_LOSS` if no server grants a
 *   session within `connectTimeoutMs`, its `cause` says what each answered; `AUTH_FAILED`; `PROTOCOL_ERROR`; `ABORTED`.
 */
export function connect(servers: Servers, options: ConnectOptions = {}): Promise<Client> {
  return connectIn(realEnvironment, servers, options);
}

/** {@link connect}, with time, chance and sockets of another origin. */
export async function connectIn(
  environment: Environment,
  servers: Servers,
  options: ConnectOptions = {},
): Promise<Client> {
  const given = serversOption(servers);
  let target: ConnectTarget | undefined = typeof given === "function" ? undefined : given;
  const current = () => target as ConnectTarget;
  const checked = sessionOptions(options, typeof given === "function" ? given : current);
  const acl = aclOption(options.acl);
  const { signal } = options;
  if (signal?.aborted === true) throw abortError(signal);
  let session: Session | undefined;
  let giveUp: (error: CoordinationError) => void = () => {};
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = (error) => {
      reject(error);
      session?.fail("closed", error);
    };
  });
  const onAbort = () => giveUp(abortError(signal as AbortSignal));
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = environment.after(checked.connectTimeoutMs, () => {
    const cause = session?.attemptsCause;
    const text = `no server granted a session within ${checked.connectTimeoutMs} ms`;
    const detail = cause === undefined ? text : `${text}: ${cause.message}`;
    giveUp(new CoordinationError("CONNECTION_LOSS", detail, { operation: "connect", cause }));
  });
  try {
    target ??= await Promise.race([(given as () => Promise<ConnectTarget>)(), givenUp]);
    session = new Session(checked, environment);
    await Promise.race([session.established(), givenUp]);
  } finally {
    timer.stop();
    signal?.removeEventListener("abort", onAbort);
  }
  return new Client(session, target.chroot, acl, {
    current,
    replace: (next) => {
      target = next;
    },
    isFixed: typeof given !== "function",
  });
}

function abortError(signal: AbortSignal): CoordinationError {
  return new CoordinationError("ABORTED", "connect was aborted", { operation: "connect", cause: signal.reason });
}

interface ServerList {
  current(): ConnectTarget;
  replace(target: ConnectTarget): void;
  readonly isFixed: boolean;
}

/**
 * A session with ZooKeeper or Rookery, seen from a chroot: every path given is below it, and so is every path returned.
 *
 * Calls are sent in the order they are made and answered in that order. What is called while there is no connection waits for
 * one. A call that was sent when the connection broke fails with `CONNECTION_LOSS`: it is never sent again by itself.
 */
export class Client implements AsyncDisposable {
  /** `state`: the session's state changed; with the new and the previous {@link SessionState}. */
  readonly events: EventEmitter<SessionEvents>;
  /** The path that all paths are below; empty for none. */
  readonly chroot: string;
  private readonly session: Session;
  private readonly acl: readonly Acl[];
  private readonly serverList: ServerList;
  private readonly host: TransactionHost;
  /** One for each function, so that the same counts once. */
  private readonly watchers = new WeakMap<WatchListener, OneShotWatcher>();

  /** @internal */
  constructor(session: Session, chroot: string, acl: readonly Acl[], serverList: ServerList) {
    this.session = session;
    this.chroot = chroot;
    this.acl = acl;
    this.serverList = serverList;
    this.events = session.events;
    this.host = {
      createOperation: (path, data, options) => this.createOperation(path, data, options),
      absolute: (path) => this.absolute(path),
      relative: (path) => this.relative(path),
      bytes: bytesOf,
      call: (request, options) => this.session.call(request, options),
    };
  }

  // ── Session ────────────────────────────────────────────────────────────────────────────────────────────────

  get state(): SessionState {
    return this.session.state;
  }

  /** 0 while there is none. */
  get sessionId(): SessionId {
    return this.session.id;
  }

  /** What the server granted, ms. */
  get sessionTimeoutMs(): number {
    return this.session.timeoutMs;
  }

  /** The newest change that this client has seen. */
  get lastZxid(): Zxid {
    return this.session.lastZxid;
  }

  /** The server that the session is with at the moment, `host:port (address)`. */
  get server(): string | undefined {
    return this.session.server;
  }

  get stats(): ClientStats {
    return this.session.stats;
  }

  /** For `connect`'s option `session`. The password is a secret. */
  get credentials(): SessionCredentials {
    const { id, password } = this.session;
    return { id, password: Uint8Array.from(password) };
  }

  /** The same session, seen from `path` below this client's chroot. Closing either closes both. */
  namespace(path: string): Client {
    return new Client(this.session, path === "/" ? this.chroot : this.absolute(path), this.acl, this.serverList);
  }

  /** Adds an identity to this and every later connection. `digest` credentials are `user:password`. */
  async addAuth(scheme: string, credentials: string | Uint8Array): Promise<void> {
    await this.session.addAuth(authInfo(scheme, credentials));
  }

  /**
   * Other servers of the same ensemble. A connection to a server that is not among them is given up for one that is.
   *
   * @throws CoordinationError `BAD_ARGUMENTS` if the client was made with a function that gives the servers.
   */
  updateServers(servers: string | readonly string[]): void {
    if (!this.serverList.isFixed) throw badArgument("This client asks a function for its servers.");
    const target = serversOption(servers) as ConnectTarget;
    const { chroot } = this.serverList.current();
    this.serverList.replace({ hosts: target.hosts, chroot });
    this.session.serversChanged(target.hosts);
  }

  /**
   * Ends the session and deletes its ephemerals. What was called before is finished first, as far as it was sent. Resolves when
   * the server has answered, or after `timeoutMs`, or at once while there is no connection: then the session lives out its
   * timeout. Rejects for a malformed `timeoutMs` only.
   */
  async close({ timeoutMs = CLOSE_MS }: CloseOptions = {}): Promise<void> {
    checkTimeout(timeoutMs, undefined);
    await this.session.close(timeoutMs);
  }

  /** Ends this client and leaves the session to live out its timeout, or to be taken up by `connect`'s option `session`. */
  detach(): SessionCredentials {
    return this.session.detach();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What `console.log` shows: neither the session's password nor credentials. @internal */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const { state, server = "no server", chroot } = this;
    return `Client { ${state}, ${server}${chroot}, session ${formatSessionId(this.sessionId)} }`;
  }

  // ── Writes ─────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Creates a znode. Strings are stored as UTF-8.
   *
   * @throws CoordinationError `NODE_EXISTS`, `NO_NODE` if the parent is missing, `NO_CHILDREN_FOR_EPHEMERALS` …
   */
  async create(path: string, data?: Uint8Array | string, options?: CreateOptions): Promise<CreateResult> {
    const { type, request } = this.createOperation(path, data, options);
    const call: Request<CreateResult> = {
      op: type,
      operation: "create",
      path,
      isWrite: true,
      codec: type === OpCode.createTTL ? createTTLRequest : createRequest,
      record: request,
      read: this.chroot === "" ? readCreated : (input) => this.readCreatedBelow(input),
    };
    const parents = options?.parents ?? false;
    if (parents === false) return this.session.call(call, options);
    if (parents !== true && parents !== "container")
      throw badArgument(`parents is ${String(parents)}: it must be true, false or "container".`, path);
    const limits = this.session.sharedLimits(options);
    try {
      return await this.session.call(call, limits);
    } catch (error) {
      if (!isCoordinationError(error, "NO_NODE")) throw error;
    }
    const above = parentPath(path);
    await this.ensure(above, { mode: parents === "container" ? "container" : "persistent", acl: options?.acl }, limits);
    return this.session.call(call, limits);
  }

  private readCreatedBelow(input: JuteReader): CreateResult {
    const { path, stat } = readCreated(input);
    return { path: this.relative(path), stat };
  }

  /** Replaces a znode's data. @throws CoordinationError `NO_NODE`, `BAD_VERSION` */
  async set(path: string, data: Uint8Array | string, options?: VersionOptions): Promise<Stat> {
    const record = { path: this.absolute(path), data: bytesOf(data), version: versionOf(options) };
    return this.session.call(
      { op: OpCode.setData, operation: "setData", path, isWrite: true, codec: setDataRequest, record, read: readStat },
      options,
    );
  }

  /** Deletes a znode without children. @throws CoordinationError `NO_NODE`, `BAD_VERSION`, `NOT_EMPTY` */
  async delete(path: string, options?: VersionOptions): Promise<void> {
    const record = { path: this.absolute(path), version: versionOf(options) };
    return this.session.call(
      { op: OpCode.delete, operation: "delete", path, isWrite: true, codec: deleteRequest, record, read: readNothing },
      options,
    );
  }

  /** Replaces a znode's ACL; `version` is compared with its `aversion`. */
  async setAcl(path: string, acl: readonly Acl[], options?: VersionOptions): Promise<Stat> {
    const record = { path: this.absolute(path), acl: aclOption(acl ?? []), version: versionOf(options) };
    return this.session.call(
      { op: OpCode.setACL, operation: "setACL", path, isWrite: true, codec: setACLRequest, record, read: readStat },
      options,
    );
  }

  /** Several writes and checks that are applied together or not at all. */
  transaction(): Transaction {
    return new Transaction(this.host);
  }

  /** Changes the ensemble's members. Resolves with the configuration in force. */
  async reconfigure({ joining, leaving, members, fromConfig, ...options }: ReconfigureOptions): Promise<GetResult> {
    for (const [name, value] of Object.entries({ joining, leaving, members }))
      if (value !== undefined && typeof value !== "string") throw badArgument(`${name} must be a string.`);
    if (fromConfig !== undefined && typeof fromConfig !== "bigint") throw badArgument("fromConfig must be a zxid.");
    const record = {
      joiningServers: joining ?? null,
      leavingServers: leaving ?? null,
      newMembers: members ?? null,
      curConfigId: fromConfig ?? -1n,
    };
    return this.session.call(
      {
        op: OpCode.reconfig,
        operation: "reconfig",
        path: undefined,
        isWrite: true,
        codec: reconfigRequest,
        record,
        read: readData,
      },
      options,
    );
  }

  // ── Reads ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** A znode's data. The watch, if any, is for a change of the data or the deletion. @throws CoordinationError `NO_NODE` */
  async get(path: string, options?: WatchableOptions): Promise<GetResult> {
    const absolute = this.absolute(path);
    const watcher = this.watcherOf(options);
    const hooks = watcher === undefined ? NO_HOOKS : this.hooks(absolute, "data", undefined, watcher);
    return this.session.call(
      {
        op: OpCode.getData,
        operation: "getData",
        path,
        isWrite: false,
        codec: existsRequest,
        record: { path: absolute, watch: watcher !== undefined },
        read: readData,
        onReply: hooks.onReply,
        onLateReply: hooks.onLateReply,
      },
      options,
    );
  }

  /** A znode's Stat; undefined if there is no such znode. The watch is for its creation, deletion or a change of its data. */
  async exists(path: string, options?: WatchableOptions): Promise<Stat | undefined> {
    const absolute = this.absolute(path);
    const watcher = this.watcherOf(options);
    const hooks = watcher === undefined ? NO_HOOKS : this.hooks(absolute, "data", "exist", watcher);
    return this.session.call<Stat | undefined>(
      {
        op: OpCode.exists,
        operation: "exists",
        path,
        isWrite: false,
        codec: existsRequest,
        record: { path: absolute, watch: watcher !== undefined },
        read: readStat,
        noneError: ErrorCode.NONODE,
        onReply: hooks.onReply,
        onLateReply: hooks.onLateReply,
      },
      options,
    );
  }

  /** The names of a znode's children. The watch is for a child's creation or deletion, or the znode's own deletion. */
  async getChildren(path: string, options?: WatchableOptions): Promise<ChildrenResult> {
    const absolute = this.absolute(path);
    const watcher = this.watcherOf(options);
    const hooks = watcher === undefined ? NO_HOOKS : this.hooks(absolute, "child", undefined, watcher);
    return this.session.call(
      {
        op: OpCode.getChildren2,
        operation: "getChildren",
        path,
        isWrite: false,
        codec: existsRequest,
        record: { path: absolute, watch: watcher !== undefined },
        read: readChildren,
        onReply: hooks.onReply,
        onLateReply: hooks.onLateReply,
      },
      options,
    );
  }

  async getAcl(path: string, options?: CallOptions): Promise<AclResult> {
    return this.session.call(this.pathRequest(OpCode.getACL, "getACL", path, readAcl), options);
  }

  /** How many znodes lie below, at any depth. */
  async getAllChildrenNumber(path: string, options?: CallOptions): Promise<number> {
    const { getAllChildrenNumber } = OpCode;
    return this.session.call(this.pathRequest(getAllChildrenNumber, "getAllChildrenNumber", path, readInt), options);
  }

  /** The paths of this session's ephemerals that begin with the path `prefix`, in no particular order. */
  async getEphemerals(prefix = "/", options?: CallOptions): Promise<readonly string[]> {
    const record = { prefixPath: prefix === "/" && this.chroot === "" ? "/" : this.absolute(prefix) };
    const paths = await this.session.call(
      {
        op: OpCode.getEphemerals,
        operation: "getEphemerals",
        path: prefix,
        isWrite: false,
        codec: getEphemeralsRequest,
        record,
        read: readNames,
      },
      options,
    );
    if (this.chroot === "") return paths;
    // The server compares characters: what only begins like the chroot is not below it.
    return paths.filter((path) => path.startsWith(`${this.chroot}/`)).map((path) => this.relative(path));
  }

  /** Later reads show everything that was committed before this. */
  async sync(path = "/", options?: CallOptions): Promise<void> {
    return this.session.call(this.pathRequest(OpCode.sync, "sync", path, readNothing), options);
  }

  /** Whom the server takes this client for. ZooKeeper 3.7 and later. */
  async whoAmI(options?: CallOptions): Promise<readonly Identity[]> {
    return this.session.call(
      {
        op: OpCode.whoAmI,
        operation: "whoAmI",
        path: undefined,
        isWrite: false,
        codec: empty,
        record: undefined,
        read: (input) =>
          whoAmIResponse.decode(input).clientInfo.map(({ authScheme, user }) => ({
            scheme: authScheme ?? "",
            id: user ?? "",
          })),
      },
      options,
    );
  }

  /** The ensemble's configuration, as text in `data`. Not below the chroot. */
  async getConfig(options?: WatchableOptions): Promise<GetResult> {
    const watcher = this.watcherOf(options);
    const hooks = watcher === undefined ? NO_HOOKS : this.hooks(CONFIG_PATH, "data", undefined, watcher);
    return this.session.call(
      {
        op: OpCode.getData,
        operation: "getData",
        path: CONFIG_PATH,
        isWrite: false,
        codec: existsRequest,
        record: { path: CONFIG_PATH, watch: watcher !== undefined },
        read: readData,
        onReply: hooks.onReply,
        onLateReply: hooks.onLateReply,
      },
      options,
    );
  }

  /** Several reads at one moment. ZooKeeper 3.6 and later. */
  reads(): ReadBatch {
    return new ReadBatch(this.host);
  }

  // ── Watches ────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * A watch that stays, on a znode whether or not it is there, and on all below if `recursive`. ZooKeeper 3.6 and later.
   * Resolves when it is set: read then, and nothing is missed.
   */
  async watch(path: string, options: WatchOptions = {}): Promise<Watch> {
    const absolute = this.absolute(path);
    checkNames(options, WATCH_NAMES);
    const { recursive = false, bufferMax = BUFFER_MAX, onEvent } = options;
    if (!Number.isInteger(bufferMax) || bufferMax < 1)
      throw badArgument(`bufferMax is ${String(bufferMax)}: it must be a positive integer.`, path);
    if (typeof recursive !== "boolean")
      throw badArgument(`recursive is ${String(recursive)}: it must be true or false.`, path);
    if (onEvent !== undefined && typeof onEvent !== "function")
      throw badArgument("onEvent must be a function that takes an event.", path);
    const { session } = this;
    const kind: PersistentKind = recursive ? "recursive" : "persistent";
    const type = recursive ? WatcherType.PersistentRecursive : WatcherType.Persistent;
    const watch: Watch = new Watch(path, recursive, this.chroot, bufferMax, onEvent, async () => {
      session.open.delete(watch);
      if (session.watches.remove(kind, absolute, watch)) await this.forget(absolute, type);
    });
    await session.call(
      {
        op: OpCode.addWatch,
        operation: "addWatch",
        path,
        isWrite: false,
        codec: addWatchRequest,
        record: {
          path: absolute,
          mode: recursive ? AddWatchMode.persistentRecursive : AddWatchMode.persistent,
        },
        read: readNothing,
        onReply: (err) => {
          if (err !== ErrorCode.OK) return;
          session.watches.add(kind, absolute, watch);
          session.open.add(watch);
        },
        onLateReply: (err) => {
          if (err === ErrorCode.OK && !session.watches.has(kind, absolute)) void this.forget(absolute, type);
        },
      },
      options,
    );
    return watch;
  }

  /** `listener`, given to `get`, `exists` or `getChildren` as a watch for this path, is not called any more. */
  async unwatch(path: string, listener: WatchListener): Promise<void> {
    const absolute = this.absolute(path);
    const watcher = this.watchers.get(listener);
    if (watcher === undefined) return;
    const { watches } = this.session;
    const data = watches.remove("data", absolute, watcher);
    const exist = watches.remove("exist", absolute, watcher);
    const child = watches.remove("child", absolute, watcher);
    const dataGone = (data || exist) && !watches.has("data", absolute) && !watches.has("exist", absolute);
    await Promise.all([
      dataGone ? this.forget(absolute, WatcherType.Data) : undefined,
      child ? this.forget(absolute, WatcherType.Children) : undefined,
    ]);
  }

  /** The server need not tell of it any more. If it cannot be told, its events find nobody. */
  private async forget(absolute: string, type: WatcherType): Promise<void> {
    const { session } = this;
    if (session.state !== "connected" && session.state !== "read-only") return;
    try {
      await session.call(
        {
          op: OpCode.removeWatches,
          operation: "removeWatches",
          path: this.relative(absolute),
          isWrite: false,
          codec: removeWatchesRequest,
          record: { path: absolute, type },
          read: readNothing,
          // A watch that was asked for before this and answered since has lost its mark as well.
          onReply: (err) => {
            if (err === ErrorCode.OK) session.renewMarks(absolute, MARKED_BY[type] ?? []);
          },
        },
        undefined,
      );
    } catch (error) {
      // The connection took it along, or it has just fired; or the server will go on telling nobody.
      if (!isCoordinationError(error)) throw error;
    }
  }

  // ── Conveniences ───────────────────────────────────────────────────────────────────────────────────────────

  /** Creates what is missing of a path, without data. Fine if all of it is there. */
  async ensurePath(path: string, options: EnsureOptions = {}): Promise<void> {
    const { container = false, acl } = options;
    await this.ensure(path, { mode: container ? "container" : "persistent", acl }, this.session.sharedLimits(options));
  }

  /** The chroot is part of the path, and may be missing, too. */
  private async ensure(path: string, options: Pick<CreateOptions, "mode" | "acl">, limits: CallOptions): Promise<void> {
    const absolute = this.absolute(path);
    const root = this.chroot === "" ? this : new Client(this.session, "", this.acl, this.serverList);
    // From the bottom up: mostly only the last is missing.
    const missing: string[] = [];
    for (let at = absolute; at !== "/"; at = parentPath(at)) {
      try {
        await root.createOne(at, options, limits);
        break;
      } catch (error) {
        if (!isCoordinationError(error, "NO_NODE")) throw error;
        missing.push(at);
      }
    }
    for (const at of missing.reverse()) await root.createOne(at, options, limits);
  }

  /** Creates a znode unless it is there. */
  private async createOne(path: string, options: CreateOptions, limits: CallOptions): Promise<void> {
    try {
      await this.create(path, undefined, { ...options, ...limits });
    } catch (error) {
      if (!isCoordinationError(error, "NODE_EXISTS")) throw error;
    }
  }

  /** The paths of a znode and all below it, parents first. What is deleted meanwhile is left out. */
  async *subtree(path: string, options?: CallOptions): AsyncGenerator<string, void, undefined> {
    const limits = this.session.sharedLimits(options);
    for (let level = [path]; level.length > 0; ) {
      const below: string[] = [];
      for (let from = 0; from < level.length; from += AT_A_TIME) {
        const part = level.slice(from, from + AT_A_TIME);
        const found = await Promise.all(part.map((at) => this.childrenIfAny(at, limits)));
        for (const [index, children] of found.entries()) {
          if (children === undefined) continue;
          const at = part[index] as string;
          yield at;
          for (const name of children) below.push(joinPath(at, name));
        }
      }
      level = below;
    }
  }

  private async childrenIfAny(path: string, limits: CallOptions): Promise<readonly string[] | undefined> {
    try {
      return (await this.getChildren(path, limits)).children;
    } catch (error) {
      if (isCoordinationError(error, "NO_NODE")) return undefined;
      throw error;
    }
  }

  /** Deletes a znode and all below it, not at one moment. Resolves with how many it deleted; 0 if there is no such znode. */
  async deleteRecursive(path: string, options?: CallOptions): Promise<number> {
    if (path === "/") throw badArgument("The root cannot be deleted.", path);
    const limits = this.session.sharedLimits(options);
    let count = 0;
    for (;;) {
      const paths: string[] = [];
      for await (const at of this.subtree(path, limits)) paths.push(at);
      if (paths.length === 0) return count;
      let left = false;
      // Level by level from the deepest: within one, in any order.
      for (const level of levelsOf(paths))
        for (let at = 0; at < level.length; at += AT_A_TIME) {
          const part = level.slice(at, at + AT_A_TIME);
          const deleted = await Promise.all(part.map((each) => this.deleteIfPossible(each, limits)));
          for (const outcome of deleted) {
            if (outcome === "deleted") count++;
            else if (outcome === "not empty") left = true;
          }
        }
      // Somebody added children meanwhile.
      if (!left) return count;
    }
  }

  private async deleteIfPossible(path: string, limits: CallOptions): Promise<"deleted" | "gone" | "not empty"> {
    try {
      await this.delete(path, limits);
      return "deleted";
    } catch (error) {
      if (isCoordinationError(error, "NO_NODE")) return "gone";
      if (isCoordinationError(error, "NOT_EMPTY")) return "not empty";
      throw error;
    }
  }

  // ── Requests ───────────────────────────────────────────────────────────────────────────────────────────────

  private absolute(path: string): string {
    const problem = pathProblem(typeof path === "string" ? path : null);
    if (problem !== undefined) throw badArgument(problem, path);
    if (this.chroot === "") return path;
    return path === "/" ? this.chroot : this.chroot + path;
  }

  private relative(absolute: string): string {
    return relativeTo(this.chroot, absolute);
  }

  private createOperation(
    path: string,
    data: Uint8Array | string | undefined,
    options: CreateOptions | undefined,
  ): CreateOperation {
    if (options !== undefined) checkNames(options, CREATE_NAMES);
    const { mode = "persistent", sequential = false, ttlMs } = options ?? {};
    const acl = options?.acl === undefined ? this.acl : aclOption(options.acl);
    // The digits belong to the name: without them it may end in "/".
    const absolute = sequential ? this.absolute(`${path}1`).slice(0, -1) : this.absolute(path);
    const record = { path: absolute, data: bytesOf(data), acl };
    if (mode !== "ttl" && ttlMs !== undefined) throw badArgument(`ttlMs is for mode "ttl", not "${mode}".`, path);
    switch (mode) {
      case "persistent":
        return {
          type: OpCode.create2,
          request: { ...record, flags: sequential ? CreateFlag.PERSISTENT_SEQUENTIAL : CreateFlag.PERSISTENT },
        };
      case "ephemeral":
        return {
          type: OpCode.create2,
          request: { ...record, flags: sequential ? CreateFlag.EPHEMERAL_SEQUENTIAL : CreateFlag.EPHEMERAL },
        };
      case "container":
        if (sequential) throw badArgument("A container cannot be sequential.", path);
        return { type: OpCode.createContainer, request: { ...record, flags: CreateFlag.CONTAINER } };
      case "ttl": {
        if (ttlMs === undefined || !Number.isInteger(ttlMs) || ttlMs < 1 || ttlMs > TTL_MS_MAX)
          throw badArgument(`ttlMs is ${String(ttlMs)}: mode "ttl" needs an integer from 1 to ${TTL_MS_MAX}.`, path);
        const flags = sequential ? CreateFlag.PERSISTENT_SEQUENTIAL_WITH_TTL : CreateFlag.PERSISTENT_WITH_TTL;
        return { type: OpCode.createTTL, request: { ...record, flags, ttl: BigInt(ttlMs) } };
      }
      default:
        throw badArgument(`mode is ${String(mode)}: it must be persistent, ephemeral, container or ttl.`, path);
    }
  }

  private pathRequest<T>(op: number, operation: string, path: string, read: Request<T>["read"]): Request<T> {
    return { op, operation, path, isWrite: false, codec: getACLRequest, record: { path: this.absolute(path) }, read };
  }

  private watcherOf(options: WatchableOptions | undefined): OneShotWatcher | undefined {
    const listener = options?.watch;
    if (listener === undefined) return undefined;
    if (typeof listener !== "function") throw badArgument("watch must be a function that takes an event.");
    let watcher = this.watchers.get(listener);
    if (watcher === undefined) {
      watcher = new OneShotWatcher(listener, this.chroot);
      this.watchers.set(listener, watcher);
    }
    return watcher;
  }

  /**
   * When a call with a one-shot watch is answered, the watch is set: as `found`, or as `missing` if that is told and there is no
   * such znode. If its caller has given up, the server is told to forget it, unless somebody else waits for the same.
   */
  private hooks(
    absolute: string,
    found: OneShotKind,
    missing: OneShotKind | undefined,
    watcher: OneShotWatcher,
  ): Pick<Request<unknown>, "onReply" | "onLateReply"> {
    const { watches } = this.session;
    const kindOf = (err: number) => (err === ErrorCode.OK ? found : err === ErrorCode.NONODE ? missing : undefined);
    const type = found === "child" ? WatcherType.Children : WatcherType.Data;
    return {
      onReply(err) {
        const kind = kindOf(err);
        if (kind !== undefined) watches.add(kind, absolute, watcher);
      },
      onLateReply: (err) => {
        if (kindOf(err) !== undefined && !MARKED_BY[type]?.some((kind) => watches.has(kind, absolute)))
          void this.forget(absolute, type);
      },
    };
  }
}

type CreateOperation = Extract<MultiOperation, { readonly request: CreateRequest }>;

class OneShotWatcher implements Watcher {
  private readonly listener: WatchListener;
  private readonly chroot: string;

  constructor(listener: WatchListener, chroot: string) {
    this.listener = listener;
    this.chroot = chroot;
  }

  onEvent(type: NodeEvent["type"], path: string): void {
    callListener(this.listener, { type, path: relativeTo(this.chroot, path) });
  }

  onGap(path: string, reason: GapEvent["reason"]): void {
    callListener(this.listener, { type: "gap", path: relativeTo(this.chroot, path), reason });
  }
}

function bytesOf(data: Uint8Array | string | undefined): Uint8Array {
  if (data === undefined) return NO_DATA;
  if (typeof data === "string") return Buffer.from(data);
  if (!(data instanceof Uint8Array)) throw badArgument(`Data must be a string or bytes, not ${typeof data}.`);
  return data;
}

/** Paths of a subtree by depth, the deepest first. */
function levelsOf(paths: readonly string[]): string[][] {
  const levels: string[][] = [];
  for (const path of paths) {
    const depth = path.split("/").length;
    levels[depth] ??= [];
    levels[depth].push(path);
  }
  return levels.filter((level) => level !== undefined).reverse();
}
