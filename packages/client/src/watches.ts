/**
 * Who waits for what: the watches of a session, by absolute path. The server keeps one mark per connection, path and kind; who
 * is behind it is known here only, and so is what must be set again on another connection.
 * Source: client-protocol specification §6.
 */
import { EventType } from "@rookery/protocol/client";
import type { GapEvent, NodeEvent } from "./types.ts";

/** Which of a server's marks a one-shot watch stands for. */
export type OneShotKind = "data" | "exist" | "child";
export type PersistentKind = "persistent" | "recursive";
export type WatchKind = OneShotKind | PersistentKind;

/** Where the events of a watch go; paths are absolute. */
export interface Watcher {
  onEvent(type: NodeEvent["type"], path: string): void;
  onGap(path: string, reason: GapEvent["reason"]): void;
}

type Table = Map<string, Set<Watcher>>;

/** The lists of a setWatches2. */
export interface WatchLists {
  readonly data: readonly string[];
  readonly exist: readonly string[];
  readonly child: readonly string[];
  readonly persistent: readonly string[];
  readonly recursive: readonly string[];
}

/** In front of each string. */
const LENGTH_BYTES = 4;

const KINDS = ["data", "exist", "child", "persistent", "recursive"] as const;

export class Watches {
  private readonly tables: Record<WatchKind, Table> = {
    data: new Map(),
    exist: new Map(),
    child: new Map(),
    persistent: new Map(),
    recursive: new Map(),
  };

  add(kind: WatchKind, path: string, watcher: Watcher): void {
    const table = this.tables[kind];
    const watchers = table.get(path);
    if (watchers === undefined) table.set(path, new Set([watcher]));
    else watchers.add(watcher);
  }

  /** True when nobody is left for this mark, so that the server can forget it. */
  remove(kind: WatchKind, path: string, watcher: Watcher): boolean {
    const table = this.tables[kind];
    const watchers = table.get(path);
    if (watchers === undefined || !watchers.delete(watcher) || watchers.size > 0) return false;
    table.delete(path);
    return true;
  }

  has(kind: WatchKind, path: string): boolean {
    return this.tables[kind].has(path);
  }

  get size(): number {
    let size = 0;
    for (const kind of KINDS) for (const watchers of this.tables[kind].values()) size += watchers.size;
    return size;
  }

  /** An event from the server. One-shot watches that it concerns are over. */
  fire(type: number, path: string): void {
    const { data, exist, child } = this.tables;
    switch (type) {
      case EventType.NodeCreated:
        this.tell("created", path, take(data, path), take(exist, path));
        return;
      case EventType.NodeDataChanged:
        this.tell("changed", path, take(data, path), take(exist, path));
        return;
      case EventType.NodeDeleted:
        this.tell("deleted", path, take(data, path), take(exist, path), take(child, path));
        return;
      case EventType.NodeChildrenChanged:
        this.tell("childrenChanged", path, take(child, path));
        return;
    }
  }

  private tell(type: NodeEvent["type"], path: string, ...oneShot: readonly (ReadonlySet<Watcher> | undefined)[]): void {
    // Who waits for several kinds is told once.
    const told = new Set<Watcher>();
    for (const watchers of oneShot) if (watchers !== undefined) for (const watcher of watchers) told.add(watcher);
    const { persistent, recursive } = this.tables;
    for (const watcher of persistent.get(path) ?? []) told.add(watcher);
    if (recursive.size > 0 && type !== "childrenChanged")
      for (let at: string | undefined = path; at !== undefined; at = above(at))
        for (const watcher of recursive.get(at) ?? []) told.add(watcher);
    for (const watcher of told) watcher.onEvent(type, path);
  }

  /** The watches that stay may have missed something. */
  tellGap(reason: GapEvent["reason"], lists: Pick<WatchLists, "persistent" | "recursive">): void {
    for (const kind of ["persistent", "recursive"] as const)
      for (const path of lists[kind])
        for (const watcher of [...(this.tables[kind].get(path) ?? [])]) watcher.onGap(path, reason);
  }

  /** One-shot watches end with their session; all of them when the client is closed. */
  drop(reason: "expired" | "closed"): void {
    const kinds = reason === "closed" ? KINDS : (["data", "exist", "child"] as const);
    const dropped: [string, Set<Watcher>][] = [];
    for (const kind of kinds) {
      dropped.push(...this.tables[kind]);
      this.tables[kind].clear();
    }
    for (const [path, watchers] of dropped) for (const watcher of watchers) watcher.onGap(path, reason);
  }

  /** All that a new connection must be told, in parts whose paths take at most `bytesMax`, or one path. */
  lists(bytesMax: number): WatchLists[] {
    const parts: WatchLists[] = [];
    let part = emptyLists();
    let bytes = 0;
    for (const kind of KINDS) {
      for (const path of this.tables[kind].keys()) {
        const more = LENGTH_BYTES + Buffer.byteLength(path);
        if (bytes > 0 && bytes + more > bytesMax) {
          parts.push(part);
          part = emptyLists();
          bytes = 0;
        }
        part[kind].push(path);
        bytes += more;
      }
    }
    if (bytes > 0) parts.push(part);
    return parts;
  }

  /** Of one path and some kinds; undefined if nobody waits. */
  listsOf(path: string, kinds: readonly WatchKind[]): WatchLists | undefined {
    const lists = emptyLists();
    const held = kinds.filter((kind) => this.has(kind, path));
    for (const kind of held) lists[kind].push(path);
    return held.length > 0 ? lists : undefined;
  }
}

function take(table: Table, path: string): ReadonlySet<Watcher> | undefined {
  const watchers = table.get(path);
  if (watchers !== undefined) table.delete(path);
  return watchers;
}

function above(path: string): string | undefined {
  if (path === "/") return undefined;
  const slash = path.lastIndexOf("/");
  return slash === 0 ? "/" : path.slice(0, slash);
}

function emptyLists(): { [Kind in keyof WatchLists]: string[] } {
  return { data: [], exist: [], child: [], persistent: [], recursive: [] };
}
