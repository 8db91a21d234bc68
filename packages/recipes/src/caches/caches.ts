/** The three shapes of a cache: one znode, the children of one, and all below one. */

import type { Client } from "@rookery/client";
import { positiveInteger } from "../support/checks.ts";
import { Cache, type CachedNode, type CacheOptions } from "./cache.ts";

/**
 * One znode, whether or not it is there.
 *
 * ```ts
 * await using cache = new NodeCache(zk, "/config");
 * await cache.ready();
 * for await (const change of cache.changes()) console.log(change.type, cache.node?.data?.toString());
 * ```
 *
 * What it guarantees is the same for all three caches. Each znode is shown in states that it has really had, never an earlier
 * one after a later one; two changes that follow each other closely may be told as one. Znodes are read one by one: what one
 * transaction does to several of them is not seen at one moment. While there is no connection the cache shows what it saw last
 * (`state` is `stale`). Afterwards, also in another session, it reads everything anew and tells only what differs, then
 * `resynchronized`.
 *
 * It needs ZooKeeper 3.6 or later. Servers before 3.9 keep one kind of watch for each path and connection: give this cache and
 * a {@link TreeCache} of the same path clients of their own there.
 */
export class NodeCache extends Cache {
  constructor(client: Client, path: string, options: CacheOptions = {}) {
    super(client, path, options, { depthMax: 0, root: true, include: undefined });
  }

  /** Undefined if there is no such znode, or it was not read yet. Immutable, except for its data, which you must not write to. */
  get node(): CachedNode | undefined {
    return this.nodeAt(this.path);
  }
}

export interface ChildrenCacheOptions extends CacheOptions {
  /** Children that are cached, by name; others are neither read nor told of. Default: all. */
  readonly include?: ((name: string) => boolean) | undefined;
}

/** The children of a znode with their data, whether or not the znode is there. See {@link NodeCache} for what is guaranteed. */
export class ChildrenCache extends Cache {
  constructor(client: Client, path: string, options: ChildrenCacheOptions = {}) {
    const { include, ...rest } = options;
    const byPath = include && ((at: string) => include(at.slice(at.lastIndexOf("/") + 1)));
    super(client, path, rest, { depthMax: 1, root: false, include: byPath });
  }

  /** How many children are cached. */
  get size(): number {
    return this.count;
  }

  get(name: string): CachedNode | undefined {
    return this.nodeAt(this.path === "/" ? `/${name}` : `${this.path}/${name}`);
  }

  /** All children at this moment, by name, sorted; what changes later does not show in it. */
  snapshot(): ReadonlyMap<string, CachedNode> {
    const from = this.path === "/" ? 1 : this.path.length + 1;
    return new Map([...this.copyNow().values()].map((node) => [node.path.slice(from), node] as const).sort(byKey));
  }
}

export interface TreeCacheOptions extends CacheOptions {
  /** Levels below the root that are cached, a positive integer. Default: all. */
  readonly depthMax?: number | undefined;
  /** Whether a znode below the root is cached, by path; if it is not, nothing below it is. Default: all. */
  readonly include?: ((path: string) => boolean) | undefined;
}

/** A znode and all below it, whether or not it is there. See {@link NodeCache} for what is guaranteed. */
export class TreeCache extends Cache {
  constructor(client: Client, path: string, options: TreeCacheOptions = {}) {
    const { depthMax, include, ...rest } = options;
    if (depthMax !== undefined) positiveInteger("depthMax", depthMax);
    super(client, path, rest, { depthMax: depthMax ?? Number.POSITIVE_INFINITY, root: true, include });
  }

  /** How many znodes are cached. */
  get size(): number {
    return this.count;
  }

  get(path: string): CachedNode | undefined {
    return this.nodeAt(path);
  }

  /** The names of the cached children of a znode, sorted. */
  children(path: string): string[] {
    const from = path === "/" ? 1 : path.length + 1;
    return this.childrenAt(path)
      .map((child) => child.slice(from))
      .sort();
  }

  /** All znodes at this moment, by path; what changes later does not show in it. The same object while nothing changes. */
  snapshot(): ReadonlyMap<string, CachedNode> {
    return this.copyNow();
  }
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
