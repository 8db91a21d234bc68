/** Who is there: each member is an ephemeral below one znode, and everybody can follow who comes and goes. */

import { type Client, CoordinationError, isCoordinationError } from "@rookery/client";
import type { CacheOptions, CacheState } from "../caches/cache.ts";
import { ChildrenCache } from "../caches/caches.ts";
import { type Changes, type ChangesOptions, Feed } from "../support/feed.ts";
import type { WaitOptions } from "../support/waiting.ts";
import { PersistentNode } from "./persistent-node.ts";

export interface Member {
  readonly id: string;
  /** What it tells of itself. Shared: do not write to it. */
  readonly data: Buffer;
}

/** `resynchronized`: changes may have been missed; what differed was told before. */
export type GroupChange =
  | { readonly type: "joined" | "left" | "changed"; readonly member: Member }
  | { readonly type: "resynchronized" };

/**
 * The members of a group, without being one of them.
 *
 * ```ts
 * await using group = new Group(zk, "/workers");
 * await group.ready();
 * for await (const change of group.changes()) console.log(change.type, [...group.members().keys()]);
 * ```
 *
 * Members whose session has expired leave; those that are cut off for less than that stay. While this client has no connection
 * the members are those seen last (`state` is `stale`); afterwards the differences are told. Layout: that of Curator's
 * GroupMember, a child for each member, by its id.
 */
export class Group implements AsyncDisposable {
  readonly path: string;
  private readonly cache: ChildrenCache;
  private readonly feed = new Feed<GroupChange>();

  constructor(client: Client, path: string, options: Pick<CacheOptions, "nodesMax" | "readsMax"> = {}) {
    this.path = path;
    this.cache = new ChildrenCache(client, path, options);
    this.cache.events.on("change", (change) => {
      if (change.type === "initialized") return;
      if (change.type === "resynchronized") this.feed.put({ type: "resynchronized" });
      else if (change.type === "created") this.feed.put({ type: "joined", member: memberOf(change.node) });
      else if (change.type === "deleted") this.feed.put({ type: "left", member: memberOf(change.previous) });
      else this.feed.put({ type: "changed", member: memberOf(change.node) });
    });
    void this.feed.endWith(this.cache.changes({ bufferMax: 1 }));
  }

  get state(): CacheState {
    return this.cache.state;
  }

  /** Resolves when the members are known. @throws CoordinationError `TIMEOUT`, `ABORTED`, `CLOSED` … */
  ready(options: WaitOptions = {}): Promise<void> {
    return this.cache.ready(options);
  }

  /** At this moment, by id, sorted. */
  members(): ReadonlyMap<string, Member> {
    return new Map([...this.cache.snapshot()].map(([id, node]) => [id, memberOf(node)]));
  }

  /** Who comes and goes from now on. It ends with the group or the client, and throws what either failed with. */
  changes(options: ChangesOptions = {}): Changes<GroupChange> {
    return this.feed.changes(options);
  }

  async close(): Promise<void> {
    await this.cache.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function memberOf({ path, data }: { readonly path: string; readonly data: Buffer | undefined }): Member {
  return { id: path.slice(path.lastIndexOf("/") + 1), data: data ?? Buffer.alloc(0) };
}

export interface GroupMemberOptions {
  /** Default: none. */
  readonly data?: Uint8Array | string | undefined;
}

/**
 * A member of a {@link Group} until it is closed. The id must be its own: if another session has one of the same id, this one
 * waits for it to go.
 *
 * It joins again after an expiry, and when somebody deletes its znode. It is a member for the others as long as its session
 * lives, and for itself from the moment that it sees itself among the members.
 */
export class GroupMember implements AsyncDisposable {
  readonly id: string;
  /** All members, with this one. */
  readonly group: Group;
  private readonly node: PersistentNode;

  constructor(client: Client, path: string, id: string, options: GroupMemberOptions = {}) {
    if (id === "" || id.includes("/"))
      throw new CoordinationError("BAD_ARGUMENTS", `id is ${JSON.stringify(id)}: it must be a name without slashes.`);
    this.id = id;
    this.node = new PersistentNode(client, path === "/" ? `/${id}` : `${path}/${id}`, { data: options.data });
    this.group = new Group(client, path);
  }

  /** Resolves when it has joined and the members are known. @throws CoordinationError `TIMEOUT`, `ABORTED`, `CLOSED` … */
  async ready(options: WaitOptions = {}): Promise<void> {
    await Promise.all([this.node.ready(options), this.group.ready(options)]);
  }

  /** Tells something else of itself. Resolves when the others can see it. */
  setData(data: Uint8Array | string, options: WaitOptions = {}): Promise<void> {
    return this.node.setData(data, options);
  }

  /** Leaves. Given up, it goes on in the background. */
  async close(options: WaitOptions = {}): Promise<void> {
    await Promise.all([this.group.close(), this.node.close(options)]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const PARTY = "__party__";

/**
 * A party that one joins and leaves, as kazoo's Party, with which it shares the layout: `<uuid>__party__` with the identifier
 * as data. Identifiers need not be different. For who wants to know whenever somebody comes or goes there is {@link Group}.
 */
export class Party implements AsyncDisposable {
  readonly path: string;
  readonly identifier: string;
  private readonly client: Client;
  private node: PersistentNode | undefined;

  constructor(client: Client, path: string, identifier = "") {
    this.client = client;
    this.path = path;
    this.identifier = identifier;
  }

  /** Whether it has joined and not left. */
  get participating(): boolean {
    return this.node !== undefined;
  }

  /** Resolves when the others can see it; it joins again after an expiry. Given up, it has not joined. */
  async join(options: WaitOptions = {}): Promise<void> {
    if (this.node === undefined) {
      const name = `${crypto.randomUUID().replaceAll("-", "")}${PARTY}`;
      const path = this.path === "/" ? `/${name}` : `${this.path}/${name}`;
      this.node = new PersistentNode(this.client, path, { data: this.identifier, parents: true });
    }
    const { node } = this;
    try {
      await node.ready(options);
    } catch (error) {
      if (this.node === node) this.node = undefined;
      // It goes as soon as there is a connection.
      node.close().catch(() => {});
      throw error;
    }
  }

  /** Resolves when it has gone. Fine if it has not joined. */
  async leave(): Promise<void> {
    const { node } = this;
    this.node = undefined;
    await node?.close();
  }

  /** The identifiers of all who are there now, sorted. */
  async participants(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<string[]> {
    const found = await Promise.all(
      (await this.names(options)).map(async (name) => {
        try {
          return (await this.client.get(`${this.path === "/" ? "" : this.path}/${name}`, options)).data.toString();
        } catch (error) {
          if (isCoordinationError(error, "NO_NODE")) return undefined;
          throw error;
        }
      }),
    );
    return found.filter((identifier) => identifier !== undefined).sort();
  }

  /** How many are there now. */
  async size(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<number> {
    return (await this.names(options)).length;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave();
  }

  private async names(options: { readonly signal?: AbortSignal | undefined }): Promise<string[]> {
    try {
      const { children } = await this.client.getChildren(this.path, options);
      return children.filter((name) => name.includes(PARTY));
    } catch (error) {
      if (isCoordinationError(error, "NO_NODE")) return [];
      throw error;
    }
  }
}
