/**
 * What the replicated state must be, in the plainest way it can be said: a map of znodes that committed transactions change,
 * one after the other. It shares no code with the tree. It decides each request anew from the state before it, so that a
 * decision a leader made on anything else is found, and remembers what each path was at each zxid, so that reads of the
 * past can be compared.
 */
import { ErrorCode, EventType, type MultiOperation, OpCode } from "@rookery/protocol/client";
import { type Change, decodeTransaction, type Operation, sessionIdOf } from "@rookery/tree";
import { Violation } from "../violation.ts";

/** What a client asked for, as far as it writes. */
export type Request =
  | { readonly type: "create"; readonly path: string; readonly data: string; readonly flags: number }
  | { readonly type: "delete"; readonly path: string; readonly version: number }
  | { readonly type: "setData"; readonly path: string; readonly data: string; readonly version: number }
  | { readonly type: "check"; readonly path: string; readonly version: number }
  | { readonly type: "multi"; readonly operations: readonly Single[] }
  | { readonly type: "closeSession" };
export type Single = Exclude<Request, { readonly type: "multi" | "closeSession" }>;

/** A znode as it is from one zxid on. Never changed: a change makes a new one. */
export interface Node {
  readonly data: string;
  readonly version: number;
  readonly czxid: number;
  readonly mzxid: number;
  readonly pzxid: number;
  readonly ctime: number;
  readonly mtime: number;
  /** Children ever created. */
  readonly created: number;
  /** The session of an ephemeral, 0n of others. */
  readonly owner: bigint;
  readonly children: readonly string[];
}

/** What became of one operation: the code, and if it is 0, what the reply tells. */
export interface Outcome {
  readonly code: number;
  readonly path?: string;
  readonly node?: Node;
  readonly results?: readonly Outcome[];
}

/** A committed write of a client's. */
export interface Written {
  readonly session: bigint;
  readonly xid: number;
  readonly outcome: Outcome;
}

interface Version {
  readonly zxid: number;
  readonly node: Node | undefined;
}

interface Happening {
  readonly zxid: number;
  readonly type: number;
}

/** What the model needs of an entry. */
export interface ModelEntry {
  readonly epoch: number;
  readonly counter: number;
  readonly payload: Uint8Array;
}

export type RequestOf = (session: bigint, xid: number) => Request | undefined;

const EPHEMERAL = 1;
const SEQUENTIAL = 2;

/** Epoch and counter in one number, which orders as they do; exact while the epoch is below 2^21. */
export function zxidNumber(epoch: number, counter: number): number {
  return epoch * 0x1_0000_0000 + counter;
}

export class Model {
  readonly sessions = new Map<bigint, { readonly timeoutMs: number }>();
  /** Every session that ever was. */
  readonly known = new Set<bigint>();
  readonly written = new Map<number, Written>();
  private readonly nodes = new Map<string, Node>();
  private readonly history = new Map<string, Version[]>();
  private readonly happenings = new Map<string, Happening[]>();
  private readonly done = new Set<string>();
  private readonly requestOf: RequestOf;
  private zxid = 0;

  constructor(requestOf: RequestOf) {
    this.requestOf = requestOf;
    const root: Node = { ...EMPTY, children: ["zookeeper"] };
    this.nodes.set("/", root);
    this.history.set("/", [{ zxid: 0, node: root }]);
  }

  get size(): number {
    return this.nodes.size;
  }

  paths(): IterableIterator<[string, Node]> {
    return this.nodes.entries();
  }

  /** The next transaction of the log. Throws {@link Violation} if it is not what its request must come to. */
  apply(entry: ModelEntry): void {
    this.zxid = zxidNumber(entry.epoch, entry.counter);
    const transaction = decodeTransaction(entry.payload);
    const { change, timeMs, xid } = transaction;
    const session = sessionIdOf(transaction);
    if (change.type === "createSession") this.createSession(session, change.timeoutMs);
    else if (change.type === "closeSession") this.closeSession(session, xid, change.paths);
    else if (session !== 0n) this.write(session, xid, change, timeMs);
  }

  /** The znode at a path as it was at a zxid. */
  at(path: string, zxid: number): Node | undefined {
    const versions = this.history.get(path);
    if (versions === undefined) return undefined;
    let low = 0;
    let high = versions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((versions[middle] as Version).zxid <= zxid) low = middle + 1;
      else high = middle;
    }
    return versions[low - 1]?.node;
  }

  /** The first event that a watch set at `zxid` must give. */
  firstAfter(path: string, zxid: number, kind: "data" | "child"): Happening | undefined {
    const happenings = this.happenings.get(path);
    if (happenings === undefined) return undefined;
    for (let at = happenings.length - 1, found: Happening | undefined; ; at--) {
      const next = happenings[at];
      if (next === undefined || next.zxid <= zxid) return found;
      const child = next.type === EventType.NodeChildrenChanged;
      if (kind === "child" ? child || next.type === EventType.NodeDeleted : !child) found = next;
    }
  }

  private createSession(id: bigint, timeoutMs: number): void {
    if (this.known.has(id)) throw new Violation("sessions", `session ${hex(id)} is created a second time`);
    this.known.add(id);
    this.sessions.set(id, { timeoutMs });
  }

  private closeSession(id: bigint, xid: number, named: readonly string[]): void {
    const held = [...this.nodes].filter(([, { owner }]) => owner === id).map(([path]) => path);
    if (named.length > 0) {
      const missing = held.filter((path) => !named.includes(path));
      if (missing.length > 0)
        throw new Violation("ephemerals", `the end of ${hex(id)} leaves ${missing.join(" ")} behind`);
    }
    if (!this.sessions.delete(id)) throw new Violation("sessions", `session ${hex(id)} is closed and does not live`);
    // In the order in which the transaction names them.
    for (const path of named.length > 0 ? named.filter((path) => held.includes(path)) : held) this.remove(path);
    if (xid > 0) this.record(id, xid, { code: 0 });
  }

  private write(session: bigint, xid: number, change: Change, timeMs: number): void {
    const request = this.requestOf(session, xid);
    if (request === undefined)
      throw new Violation("integrity", `nobody asked for ${hex(session)}/${xid}: ${change.type}`);
    if (!this.sessions.has(session))
      throw new Violation("sessions", `a ${change.type} of ${hex(session)}/${xid} after the session's end`);
    const outcome =
      request.type === "multi"
        ? this.multi(session, request.operations, timeMs)
        : this.single(session, request, timeMs);
    const told = this.tell(change, request);
    const expected = summary(outcome);
    if (told !== expected)
      throw new Violation(
        "sequential",
        `${hex(session)}/${xid} ${JSON.stringify(request)} was decided as ${told} and must be ${expected}`,
      );
    this.record(session, xid, outcome);
  }

  private record(session: bigint, xid: number, outcome: Outcome): void {
    const key = `${session}/${xid}`;
    if (this.done.has(key)) throw new Violation("integrity", `${hex(session)}/${xid} is done a second time`);
    this.done.add(key);
    this.written.set(this.zxid, { session, xid, outcome });
  }

  /** All of it or nothing. */
  private multi(session: bigint, operations: readonly Single[], timeMs: number): Outcome {
    const before = new Map(this.nodes);
    const marks = new Map<Version[] | Happening[], number>();
    for (const list of [...this.history.values(), ...this.happenings.values()]) marks.set(list, list.length);
    const results: Outcome[] = [];
    for (const operation of operations) {
      const outcome = this.single(session, operation, timeMs);
      results.push(outcome);
      if (outcome.code === 0) continue;
      this.nodes.clear();
      for (const [path, node] of before) this.nodes.set(path, node);
      for (const list of [...this.history.values(), ...this.happenings.values()]) list.length = marks.get(list) ?? 0;
      const codes = operations.map((_, at): Outcome => {
        if (at === results.length - 1) return { code: outcome.code };
        return { code: at < results.length ? 0 : ErrorCode.RUNTIMEINCONSISTENCY };
      });
      return { code: outcome.code, results: codes };
    }
    return { code: 0, results };
  }

  private single(session: bigint, request: Exclude<Request, { type: "multi" }>, timeMs: number): Outcome {
    switch (request.type) {
      case "create":
        return this.create(session, request.path, request.data, request.flags, timeMs);
      case "delete": {
        const node = this.nodes.get(request.path);
        if (node === undefined) return { code: ErrorCode.NONODE };
        if (request.version !== -1 && request.version !== node.version) return { code: ErrorCode.BADVERSION };
        if (node.children.length > 0) return { code: ErrorCode.NOTEMPTY };
        this.remove(request.path);
        return { code: 0 };
      }
      case "setData": {
        const node = this.nodes.get(request.path);
        if (node === undefined) return { code: ErrorCode.NONODE };
        if (request.version !== -1 && request.version !== node.version) return { code: ErrorCode.BADVERSION };
        const changed = { ...node, data: request.data, version: node.version + 1, mzxid: this.zxid, mtime: timeMs };
        this.put(request.path, changed);
        this.happens(request.path, EventType.NodeDataChanged);
        return { code: 0, node: changed };
      }
      case "check": {
        const node = this.nodes.get(request.path);
        if (node === undefined) return { code: ErrorCode.NONODE };
        return { code: request.version !== -1 && request.version !== node.version ? ErrorCode.BADVERSION : 0 };
      }
      case "closeSession":
        throw new Violation("integrity", "the end of a session was decided as something else");
    }
  }

  private create(session: bigint, asked: string, data: string, flags: number, timeMs: number): Outcome {
    const parentPath = parentOf(asked);
    const parent = this.nodes.get(parentPath);
    if (parent === undefined) return { code: ErrorCode.NONODE };
    const path = (flags & SEQUENTIAL) === 0 ? asked : asked + String(parent.created).padStart(10, "0");
    if (this.nodes.has(path)) return { code: ErrorCode.NODEEXISTS };
    if (parent.owner !== 0n) return { code: ErrorCode.NOCHILDRENFOREPHEMERALS };
    const { zxid } = this;
    const owner = (flags & EPHEMERAL) === 0 ? 0n : session;
    const node = { ...EMPTY, data, czxid: zxid, mzxid: zxid, pzxid: zxid, ctime: timeMs, mtime: timeMs, owner };
    this.put(path, node);
    const children = [...parent.children, path.slice(path.lastIndexOf("/") + 1)].sort();
    this.put(parentPath, { ...parent, children, created: parent.created + 1, pzxid: zxid });
    this.happens(path, EventType.NodeCreated);
    this.happens(parentPath, EventType.NodeChildrenChanged);
    return { code: 0, path, node };
  }

  private remove(path: string): void {
    const parentPath = parentOf(path);
    const parent = this.nodes.get(parentPath) as Node;
    this.put(path, undefined);
    const name = path.slice(path.lastIndexOf("/") + 1);
    this.put(parentPath, { ...parent, children: parent.children.filter((child) => child !== name), pzxid: this.zxid });
    this.happens(path, EventType.NodeDeleted);
    this.happens(parentPath, EventType.NodeChildrenChanged);
  }

  private put(path: string, node: Node | undefined): void {
    if (node === undefined) this.nodes.delete(path);
    else this.nodes.set(path, node);
    listOf(this.history, path).push({ zxid: this.zxid, node });
  }

  private happens(path: string, type: number): void {
    listOf(this.happenings, path).push({ zxid: this.zxid, type });
  }

  /** What the leader's decision says, in the words of {@link summary}. */
  private tell(change: Change | Operation, request: Request): string {
    switch (change.type) {
      case "failure":
        return `error ${change.code}`;
      case "create":
        return `created ${change.path} ${text(change.data)}`;
      case "setData":
        return `set ${text(change.data)} version ${change.version}`;
      case "delete":
        return "done";
      case "check":
        return "done";
      case "multi": {
        const asked = request.type === "multi" ? request.operations : [];
        return `[${change.operations.map((operation, at) => this.tell(operation, asked[at] ?? request)).join(", ")}]`;
      }
      default:
        return change.type;
    }
  }
}

const EMPTY: Node = {
  data: "",
  version: 0,
  czxid: 0,
  mzxid: 0,
  pzxid: 0,
  ctime: 0,
  mtime: 0,
  created: 0,
  owner: 0n,
  children: [],
};

function summary({ code, path, node, results }: Outcome): string {
  if (results !== undefined)
    return `[${results.map((result) => (code === 0 ? summary(result) : `error ${result.code}`)).join(", ")}]`;
  if (code !== 0) return `error ${code}`;
  if (path !== undefined) return `created ${path} ${node?.data}`;
  return node === undefined ? "done" : `set ${node.data} version ${node.version}`;
}

/** The version of a znode's Stat that counts children made and removed. */
export function cversionOf({ created, children }: Node): number {
  return 2 * created - children.length;
}

/** As operations of a multi on the wire. */
export function operationOf(single: Single): MultiOperation {
  switch (single.type) {
    case "create": {
      const { path, data, flags } = single;
      return { type: OpCode.create, request: { path, data: Buffer.from(data), acl: OPEN, flags } };
    }
    case "delete":
      return { type: OpCode.delete, request: { path: single.path, version: single.version } };
    case "setData":
      return {
        type: OpCode.setData,
        request: { path: single.path, data: Buffer.from(single.data), version: single.version },
      };
    case "check":
      return { type: OpCode.check, request: { path: single.path, version: single.version } };
  }
}

export const OPEN = [{ perms: 31, scheme: "world", id: "anyone" }];

export function hex(id: bigint): string {
  return BigInt.asUintN(64, id).toString(16);
}

function text(data: Uint8Array | null): string {
  return data === null ? "null" : Buffer.from(data).toString();
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === 0 ? "/" : path.slice(0, slash);
}

function listOf<T>(map: Map<string, T[]>, key: string): T[] {
  let list = map.get(key);
  if (list === undefined) {
    list = [];
    map.set(key, list);
  }
  return list;
}
