/**
 * Who wants to hear of which path. Two tables, data and child, each from path to watcher to modes; a one-shot
 * registration goes when it fires. Source of the trigger rules: ZooKeeper 3.9, DataTree and WatchManager.
 */
import { EventType, WatcherType } from "@rookery/protocol/client";
import type { AclList } from "./acl.ts";

const STANDARD = 1;
const PERSISTENT = 2;
const RECURSIVE = 4;

/** A connection, as far as watches are concerned. */
export interface Watcher {
  /** Sends an event. `acl` is that of the znode whose READ permission decides whether it may be sent. */
  notify(type: number, path: string, epoch: number, counter: number, acl: AclList): void;
}

type Table = Map<string, Map<Watcher, number>>;

/** How many each event reached, for reports: over all that reached any. */
export class WatchCount {
  count = 0;
  sum = 0;
  min = 0;
  max = 0;

  get average(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  add(watchers: number): void {
    if (watchers === 0) return;
    if (this.count === 0 || watchers < this.min) this.min = watchers;
    if (watchers > this.max) this.max = watchers;
    this.count++;
    this.sum += watchers;
  }
}

/** By kind of event. */
export interface WatchCounts {
  readonly created: WatchCount;
  readonly deleted: WatchCount;
  readonly changed: WatchCount;
  readonly children: WatchCount;
}

export class WatchManager {
  fired: WatchCounts = noCounts();
  private readonly data: Table = new Map();
  private readonly child: Table = new Map();
  /** Paths each watcher is registered at, per table: so that a closed connection costs what it held. */
  private readonly held = new Map<Watcher, { data: Set<string>; child: Set<string> }>();
  private recursive = 0;
  private registrations = 0;

  addData(path: string, watcher: Watcher): void {
    this.add(this.data, path, watcher, STANDARD);
  }

  addChild(path: string, watcher: Watcher): void {
    this.add(this.child, path, watcher, STANDARD);
  }

  addPersistent(path: string, watcher: Watcher): void {
    this.add(this.data, path, watcher, PERSISTENT);
    this.add(this.child, path, watcher, PERSISTENT);
  }

  addPersistentRecursive(path: string, watcher: Watcher): void {
    this.add(this.data, path, watcher, RECURSIVE);
  }

  onCreated(path: string, parent: string, acl: AclList, parentAcl: AclList, epoch: number, counter: number): void {
    if (this.registrations === 0) return;
    this.fired.created.add(this.triggerData(EventType.NodeCreated, path, acl, epoch, counter, undefined));
    this.fired.children.add(
      this.triggerChild(EventType.NodeChildrenChanged, parent, parentAcl, epoch, counter, undefined),
    );
  }

  onDeleted(path: string, parent: string, acl: AclList, parentAcl: AclList, epoch: number, counter: number): void {
    if (this.registrations === 0) return;
    const told = new Set<Watcher>();
    this.fired.deleted.add(this.triggerData(EventType.NodeDeleted, path, acl, epoch, counter, told));
    this.fired.deleted.add(this.triggerChild(EventType.NodeDeleted, path, acl, epoch, counter, told));
    this.fired.children.add(
      this.triggerChild(EventType.NodeChildrenChanged, parent, parentAcl, epoch, counter, undefined),
    );
  }

  onDataChanged(path: string, acl: AclList, epoch: number, counter: number): void {
    if (this.registrations === 0) return;
    this.fired.changed.add(this.triggerData(EventType.NodeDataChanged, path, acl, epoch, counter, undefined));
  }

  /** Whether the watcher has what a WatcherType names at exactly this path; undefined for an unknown type. */
  has(path: string, watcher: Watcher, type: number): boolean | undefined {
    const data = this.data.get(path)?.get(watcher) ?? 0;
    const child = this.child.get(path)?.get(watcher) ?? 0;
    switch (type) {
      case WatcherType.Children:
        return (child & STANDARD) !== 0;
      case WatcherType.Data:
        return (data & STANDARD) !== 0;
      case WatcherType.Any:
        return (data | child) !== 0;
      case WatcherType.Persistent:
        return (data & PERSISTENT) !== 0;
      case WatcherType.PersistentRecursive:
        return (data & RECURSIVE) !== 0;
      default:
        return undefined;
    }
  }

  /** Removes what a WatcherType names; false when there was nothing, undefined for an unknown type. */
  remove(path: string, watcher: Watcher, type: number): boolean | undefined {
    const had = this.has(path, watcher, type);
    if (had !== true) return had;
    switch (type) {
      case WatcherType.Children:
        this.drop(this.child, path, watcher, STANDARD);
        break;
      case WatcherType.Data:
        this.drop(this.data, path, watcher, STANDARD);
        break;
      case WatcherType.Any:
        this.drop(this.data, path, watcher, STANDARD | PERSISTENT | RECURSIVE);
        this.drop(this.child, path, watcher, STANDARD | PERSISTENT | RECURSIVE);
        break;
      case WatcherType.Persistent:
        this.drop(this.data, path, watcher, PERSISTENT);
        this.drop(this.child, path, watcher, PERSISTENT);
        break;
      default:
        this.drop(this.data, path, watcher, RECURSIVE);
    }
    return true;
  }

  /** Forgets all of a watcher's registrations: its connection closed. */
  forget(watcher: Watcher): void {
    const held = this.held.get(watcher);
    if (held === undefined) return;
    for (const path of [...held.data]) this.drop(this.data, path, watcher, STANDARD | PERSISTENT | RECURSIVE);
    for (const path of [...held.child]) this.drop(this.child, path, watcher, STANDARD | PERSISTENT | RECURSIVE);
    this.held.delete(watcher);
  }

  resetCounters(): void {
    this.fired = noCounts();
  }

  /** A watcher's registrations in both tables. */
  countOf(watcher: Watcher): number {
    const held = this.held.get(watcher);
    return held === undefined ? 0 : held.data.size + held.child.size;
  }

  /** Registrations in both tables. */
  get count(): number {
    return this.registrations;
  }

  /** Of the data table only, as ZooKeeper reports them. */
  summary(): { readonly watchers: number; readonly paths: number; readonly total: number } {
    const watchers = new Set<Watcher>();
    let total = 0;
    for (const at of this.data.values()) {
      total += at.size;
      for (const watcher of at.keys()) watchers.add(watcher);
    }
    return { watchers: watchers.size, paths: this.data.size, total };
  }

  /** The data table's paths a watcher is registered at. */
  dataPathsOf(watcher: Watcher): readonly string[] {
    const held = this.held.get(watcher);
    return held === undefined ? [] : [...held.data];
  }

  /** The data table. */
  *dataWatches(): IterableIterator<[string, IterableIterator<Watcher>]> {
    for (const [path, at] of this.data) yield [path, at.keys()];
  }

  private add(table: Table, path: string, watcher: Watcher, mode: number): void {
    let at = table.get(path);
    if (at === undefined) {
      at = new Map();
      table.set(path, at);
    }
    const before = at.get(watcher) ?? 0;
    if ((before & mode) !== 0) return;
    at.set(watcher, before | mode);
    if (mode === RECURSIVE) this.recursive++;
    if (before !== 0) return;
    this.registrations++;
    let held = this.held.get(watcher);
    if (held === undefined) {
      held = { data: new Set(), child: new Set() };
      this.held.set(watcher, held);
    }
    (table === this.data ? held.data : held.child).add(path);
  }

  private drop(table: Table, path: string, watcher: Watcher, modes: number): void {
    const at = table.get(path);
    const before = at?.get(watcher) ?? 0;
    if (at === undefined || before === 0) return;
    const after = before & ~modes;
    if ((before & RECURSIVE) !== 0 && (after & RECURSIVE) === 0) this.recursive--;
    if (after !== 0) {
      at.set(watcher, after);
      return;
    }
    at.delete(watcher);
    if (at.size === 0) table.delete(path);
    this.registrations--;
    const held = this.held.get(watcher);
    if (held !== undefined) (table === this.data ? held.data : held.child).delete(path);
  }

  /** One copy to each watcher registered at the path, or recursively at it or above it. Returns how many. */
  private triggerData(
    type: number,
    path: string,
    acl: AclList,
    epoch: number,
    counter: number,
    told: Set<Watcher> | undefined,
  ): number {
    const at = this.data.get(path);
    if (this.recursive === 0)
      return at === undefined ? 0 : this.fire(this.data, at, type, path, acl, epoch, counter, told, undefined);
    const once = told ?? new Set<Watcher>();
    let count = at === undefined ? 0 : this.fire(this.data, at, type, path, acl, epoch, counter, once, undefined);
    for (let above = path; above !== "/"; ) {
      const slash = above.lastIndexOf("/");
      if (slash < 0) break;
      above = slash === 0 ? "/" : above.slice(0, slash);
      const registered = this.data.get(above);
      if (registered === undefined) continue;
      for (const [watcher, modes] of registered) {
        if ((modes & RECURSIVE) === 0 || once.has(watcher)) continue;
        once.add(watcher);
        count++;
        watcher.notify(type, path, epoch, counter, acl);
      }
    }
    return count;
  }

  private triggerChild(
    type: number,
    path: string,
    acl: AclList,
    epoch: number,
    counter: number,
    told: Set<Watcher> | undefined,
  ): number {
    const at = this.child.get(path);
    return at === undefined ? 0 : this.fire(this.child, at, type, path, acl, epoch, counter, undefined, told);
  }

  /** Notifies all at one path but those in `skip`, consumes the one-shot registrations, and notes in `told` whom it told. */
  private fire(
    table: Table,
    at: Map<Watcher, number>,
    type: number,
    path: string,
    acl: AclList,
    epoch: number,
    counter: number,
    told: Set<Watcher> | undefined,
    skip: Set<Watcher> | undefined,
  ): number {
    let count = 0;
    for (const [watcher, modes] of [...at]) {
      if ((modes & STANDARD) !== 0) this.drop(table, path, watcher, STANDARD);
      if (skip?.has(watcher)) continue;
      told?.add(watcher);
      count++;
      watcher.notify(type, path, epoch, counter, acl);
    }
    return count;
  }
}

function noCounts(): WatchCounts {
  return {
    created: new WatchCount(),
    deleted: new WatchCount(),
    changed: new WatchCount(),
    children: new WatchCount(),
  };
}
