/**
 * ZooKeeper's semantics as naively as they can be written, from the specification (§4, §5, §7, §8) and not from the
 * sources under test: plain maps, no pipelining, no cache, copies for undo.
 */
import type { Acl, RequestedAcl, Stat } from "@rookery/protocol/client";
import type { Identity } from "../src/acl.ts";
import type { Ask } from "./member.ts";

type Kind = "persistent" | "ephemeral" | "container" | "ttl";

export interface ModelNode {
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[];
  readonly kind: Kind;
  readonly owner: bigint;
  readonly ttl: number;
  readonly czxid: bigint;
  readonly mzxid: bigint;
  readonly pzxid: bigint;
  readonly ctime: bigint;
  readonly mtime: bigint;
  readonly version: number;
  readonly aversion: number;
  /** Creates below. */
  readonly creates: number;
}

export interface ModelWho {
  readonly session: bigint;
  readonly identities: readonly Identity[];
}

/** What a request comes to: of a multi, the codes or types of its slots too. */
export interface ModelOutcome {
  readonly code: number;
  readonly path?: string;
  readonly slots?: readonly {
    readonly type: number;
    readonly code: number;
    readonly path?: string;
    readonly stat?: Stat;
  }[];
}

class Refused extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`code ${code}`);
    this.code = code;
  }
}

const NEVER_DELETED = ["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"];

export class Model {
  nodes = new Map<string, ModelNode>();
  sessions = new Set<bigint>();

  constructor() {
    for (const path of NEVER_DELETED) {
      const perms = path === "/zookeeper/config" ? 1 : 31;
      this.nodes.set(path, {
        data: new Uint8Array(0),
        acl: [{ perms, scheme: "world", id: "anyone" }],
        kind: "persistent",
        owner: 0n,
        ttl: 0,
        czxid: 0n,
        mzxid: 0n,
        pzxid: 0n,
        ctime: 0n,
        mtime: 0n,
        version: 0,
        aversion: path === "/zookeeper/config" ? -1 : 0,
        creates: 0,
      });
    }
  }

  run(ask: Ask, who: ModelWho, zxid: bigint, timeMs: number): ModelOutcome {
    if (ask.op === "multi") return this.multi(ask.asks, who, zxid, timeMs);
    try {
      const path = this.one(ask, who, zxid, timeMs, false);
      return path === undefined ? { code: 0 } : { code: 0, path };
    } catch (error) {
      if (error instanceof Refused) return { code: error.code };
      throw error;
    }
  }

  closeSession(session: bigint, zxid: bigint): void {
    for (const [path, node] of [...this.nodes]) if (node.owner === session) this.remove(path, zxid);
    this.sessions.delete(session);
  }

  remove(path: string, zxid: bigint): void {
    this.nodes.delete(path);
    this.change(parentOf(path), { pzxid: zxid });
  }

  children(path: string): string[] {
    const prefix = path === "/" ? "/" : `${path}/`;
    const names: string[] = [];
    for (const other of this.nodes.keys()) {
      if (other !== "/" && other.startsWith(prefix) && !other.slice(prefix.length).includes("/"))
        names.push(other.slice(prefix.length));
    }
    return names.sort();
  }

  descendants(path: string): number {
    const prefix = path === "/" ? "/" : `${path}/`;
    return [...this.nodes.keys()].filter((other) => other !== "/" && other.startsWith(prefix)).length;
  }

  stat(path: string): Stat {
    const node = this.node(path);
    const numChildren = this.children(path).length;
    return {
      czxid: node.czxid,
      mzxid: node.mzxid,
      ctime: node.ctime,
      mtime: node.mtime,
      version: node.version,
      cversion: (2 * node.creates - numChildren) | 0,
      aversion: node.aversion,
      ephemeralOwner: node.owner,
      dataLength: node.data?.length ?? 0,
      numChildren,
      pzxid: node.pzxid,
    };
  }

  ephemerals(session: bigint): string[] {
    return [...this.nodes].filter(([, { owner }]) => owner === session).map(([path]) => path);
  }

  /** Whether the rules let the collector remove it. */
  collectable(path: string, nowMs: number, neverUsedMs: number): boolean {
    const node = this.nodes.get(path);
    if (node === undefined || this.children(path).length > 0) return false;
    const age = nowMs - Number(node.mtime);
    if (node.kind === "ttl") return age > node.ttl;
    return node.kind === "container" && (node.creates > 0 || (neverUsedMs > 0 && age > neverUsedMs));
  }

  private multi(asks: readonly Ask[], who: ModelWho, zxid: bigint, timeMs: number): ModelOutcome {
    const before = new Map(this.nodes);
    const slots: { type: number; code: number; path?: string; stat?: Stat }[] = [];
    for (const ask of asks) if (ask.op === "create" && !isFlag(ask.flags ?? 0)) return { code: -5 };
    for (const [at, ask] of asks.entries()) {
      try {
        const path = this.one(ask, who, zxid, timeMs, true);
        slots.push(this.slot(ask, path));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.nodes = before;
        const code = error.code;
        return { code: 0, slots: asks.map((_, slot) => ({ type: -1, code: slot < at ? 0 : slot === at ? code : -2 })) };
      }
    }
    return { code: 0, slots };
  }

  private slot(ask: Ask, path: string | undefined): { type: number; code: number; path?: string; stat?: Stat } {
    switch (ask.op) {
      case "create": {
        const created = path as string;
        const plain = (ask.opcode ?? 1) === 1 && this.node(created).kind !== "container";
        const contrary = ask.opcode === 21 && (ask.flags ?? 0) < 5 && this.node(created).kind !== "container";
        if (plain || contrary) return { type: 1, code: 0, path: created };
        return { type: 15, code: 0, path: created, stat: this.stat(created) };
      }
      case "setData":
        return { type: 5, code: 0, stat: this.stat(ask.path as string) };
      case "delete":
        return { type: 2, code: 0 };
      default:
        return { type: 13, code: 0 };
    }
  }

  private one(ask: Ask, who: ModelWho, zxid: bigint, timeMs: number, inMulti: boolean): string | undefined {
    switch (ask.op) {
      case "create":
        return this.create(ask, who, zxid, timeMs, inMulti);
      case "delete":
        this.delete(ask.path, ask.version ?? -1, who, zxid);
        return undefined;
      case "setData": {
        const path = valid(ask.path);
        const node = this.node(path);
        this.mayDo(node, 2, who);
        if (path === "/zookeeper/config") throw new Refused(-102);
        const version = nextOf(node.version, ask.version ?? -1);
        this.change(path, { data: ask.data ?? null, version, mzxid: zxid, mtime: BigInt(timeMs) });
        return undefined;
      }
      case "setAcl": {
        const path = valid(ask.path);
        const acl = fix(ask.acl, who.identities);
        const node = this.node(path);
        this.mayDo(node, 16, who);
        this.change(path, { acl, aversion: nextOf(node.aversion, ask.version ?? -1) });
        return undefined;
      }
      case "check": {
        const node = this.node(valid(ask.path));
        this.mayDo(node, 1, who);
        nextOf(node.version, ask.version ?? -1);
        return undefined;
      }
      case "multi":
        throw new Error("a multi in a multi");
    }
  }

  private create(ask: Ask & { op: "create" }, who: ModelWho, zxid: bigint, timeMs: number, inMulti: boolean): string {
    const { path, acl, flags = 0, data = null } = ask;
    const opcode = ask.opcode ?? 1;
    const ttl = opcode === 21 ? (ask.ttl ?? -1n) : -1n;
    if (!isFlag(flags)) throw new Refused(-8);
    const withTtl = flags >= 5;
    if (withTtl && (ttl <= 0n || ttl > 0xff_ffff_ffffn)) throw new Refused(-8);
    if (opcode === 21 && !withTtl && !inMulti) throw new Refused(-8);
    if (path === null) throw new Refused(-5);
    if (!path.includes("/") || path.includes("\0")) throw new Refused(-8);
    const list = fix(acl === undefined ? [{ perms: 31, scheme: "world", id: "anyone" }] : acl, who.identities);
    const parentText = path.slice(0, path.lastIndexOf("/"));
    // The text before the last slash, the empty one the root; "//x" has the parent "/", which is the root as well.
    const parentPath = parentText === "" ? "/" : parentText;
    const parent = this.node(parentPath);
    this.mayDo(parent, 4, who);
    const sequential = flags === 2 || flags === 3 || flags === 6;
    const full = sequential ? path + suffix(parent.creates) : path;
    if (full !== "/") valid(full);
    if (this.nodes.has(full)) throw new Refused(-110);
    if (parent.kind === "ephemeral") throw new Refused(-108);
    if (full === "/zookeeper/quota/zookeeper_limits" || full === "/zookeeper/quota/zookeeper_stats")
      throw new Refused(-8);
    let kind: Kind = "persistent";
    if (opcode === 19 || (inMulti && flags === 4)) kind = "container";
    else if (withTtl) kind = "ttl";
    else if (flags === 1 || flags === 3) kind = "ephemeral";
    const time = BigInt(timeMs);
    this.nodes.set(full, {
      data,
      acl: list,
      kind,
      owner: kind === "ephemeral" ? who.session : 0n,
      ttl: Number(ttl),
      czxid: zxid,
      mzxid: zxid,
      pzxid: zxid,
      ctime: time,
      mtime: time,
      version: 0,
      aversion: 0,
      creates: 0,
    });
    this.change(parentPath, { creates: parent.creates + 1, pzxid: zxid });
    return full;
  }

  private delete(path: string | null, version: number, who: ModelWho, zxid: bigint): void {
    if (path === null) throw new Refused(-5);
    if (!path.includes("/") || path.includes("\0") || NEVER_DELETED.includes(path)) throw new Refused(-8);
    const parentText = path.slice(0, path.lastIndexOf("/"));
    this.mayDo(this.node(parentText === "" ? "/" : parentText), 8, who);
    const node = this.node(path);
    nextOf(node.version, version);
    if (this.children(path).length > 0) throw new Refused(-111);
    this.remove(path, zxid);
  }

  private node(path: string): ModelNode {
    const node = this.nodes.get(path);
    if (node === undefined) throw new Refused(-101);
    return node;
  }

  private change(path: string, changes: Partial<ModelNode>): void {
    this.nodes.set(path, { ...this.node(path), ...changes });
  }

  private mayDo(node: ModelNode, permission: number, { identities }: ModelWho): void {
    if (identities.some(({ scheme }) => scheme === "super")) return;
    for (const { perms, scheme, id } of node.acl) {
      if ((perms & permission) === 0) continue;
      if (scheme === "world") return;
      // Only whole addresses in this model's lists.
      if (identities.some((identity) => identity.scheme === scheme && identity.id === id)) return;
    }
    throw new Refused(-102);
  }
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

function isFlag(flags: number): boolean {
  return flags >= 0 && flags <= 6;
}

function nextOf(current: number, expected: number): number {
  if (expected !== -1 && expected !== current) throw new Refused(-103);
  const next = (current + 1) | 0;
  return next === -1 ? 0 : next;
}

function suffix(n: number): string {
  return String(n).padStart(10, "0");
}

function valid(path: string | null): string {
  if (path === null || !path.startsWith("/")) throw new Refused(-8);
  if (path === "/") return path;
  for (const part of path.slice(1).split("/")) if (part === "" || part === "." || part === "..") throw new Refused(-8);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the rule is about them
  if (/[\u0000-\u001f\u007f-\u009f\ud800-\uf8ff\ufff0-\uffff]/.test(path)) throw new Refused(-8);
  return path;
}

function fix(asked: readonly RequestedAcl[] | null, identities: readonly Identity[]): Acl[] {
  if (asked === null || asked.length === 0) throw new Refused(-114);
  const unique = asked.filter((one, at) => asked.findIndex((other) => same(one, other)) === at);
  const list: Acl[] = [];
  for (const { perms, scheme, id } of unique) {
    if (scheme === "world" && id === "anyone") list.push({ perms, scheme, id });
    else if (scheme === "auth") {
      const mine = identities.filter((identity) => identity.scheme === "digest");
      if (mine.length === 0) throw new Refused(-114);
      for (const identity of mine) list.push({ perms, ...identity });
    } else if (scheme === "digest" && id !== null && /^[^:]*:[^:]+$/.test(id)) list.push({ perms, scheme, id });
    else if (scheme === "ip" && id !== null && /^\d+\.\d+\.\d+\.\d+$/.test(id)) list.push({ perms, scheme, id });
    else throw new Refused(-114);
  }
  return list;
}

function same(a: RequestedAcl, b: RequestedAcl): boolean {
  return a.perms === b.perms && a.scheme === b.scheme && a.id === b.id;
}
