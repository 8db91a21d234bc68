/** A znode that is there for as long as somebody wants it: whatever takes it away, it is created again. */

import { EventEmitter } from "node:events";
import {
  type Acl,
  type Client,
  CoordinationError,
  type CreateMode,
  isCoordinationError,
  type SessionState,
  type Stat,
  type WatchEvent,
  type Zxid,
} from "@rookery/client";
import { pause } from "../support/bell.ts";
import { cleanUp, ifThere, isInterruption } from "../support/calls.ts";
import { Deferred } from "../support/deferred.ts";
import { deleteQuietly, protectedCreate } from "../support/protected-create.ts";
import { tell } from "../support/tell.ts";
import { type WaitOptions, within } from "../support/waiting.ts";

/**
 * - `ephemeral`: goes with the session; the next session creates it again.
 * - `persistent`: stays when this process ends without `close`.
 * - `ttl`: a container with a child `touch` that has the time to live and is kept alive: when this process ends, the child goes
 *   after `ttlMs`, and the container after it. Who watches the znode is not told of the keeping alive.
 */
export type PersistentNodeMode = "ephemeral" | "persistent" | "ttl";

export interface PersistentNodeOptions {
  /** Strings are stored as UTF-8. Default: none. */
  readonly data?: Uint8Array | string | undefined;
  /** Default `ephemeral`. */
  readonly mode?: PersistentNodeMode | undefined;
  /** For mode `ttl`: ms, an integer from 1. */
  readonly ttlMs?: number | undefined;
  /**
   * The name gets a random prefix and, at its end, ten digits that ascend; see `current`. For ephemerals. It is kept: created again,
   * as by Curator's PersistentNode, it is ahead of those that have come meanwhile. For turns there are locks. Default false.
   */
  readonly sequential?: boolean | undefined;
  /**
   * What to do about another's znode at the path of an ephemeral: `wait` until it has gone, or `replace` it, which makes the two
   * take turns if the other is also kept. Default `wait`.
   */
  readonly foreign?: "wait" | "replace" | undefined;
  /** Default: the client's. */
  readonly acl?: readonly Acl[] | undefined;
  /** Creates what is missing above, as persistent znodes or as containers. Default `container`. */
  readonly parents?: boolean | "container" | undefined;
}

export interface PersistentNodeEvents {
  /** It was created, first or again, at this path. */
  created: [path: string];
  /** A server refuses it, for example for an ACL. It is tried again until it is closed. */
  problem: [error: Error];
}

const TOUCH = "touch";
const TTL_MS_MAX = 0xff_ffff_ffff;
/** Between tries of what a server refuses: doubled each time up to the second, ms. */
const PAUSE_MS = 50;
const PAUSE_MS_MAX = 5000;

/**
 * Keeps a znode with its data until `close`, which deletes it.
 *
 * ```ts
 * await using node = new PersistentNode(zk, "/workers/7", { data: "idle" });
 * await node.ready();
 * await node.setData("busy");
 * ```
 *
 * It is created again when somebody deletes it, and in each next session. It is gone, for others, from the moment that the
 * session expires until then. An ephemeral of another session at the same path, for example of this program's last run, is
 * waited for. A lost reply leaves no second one behind. What others write to it is left as it is, until the next `setData`.
 * Layout: the znode itself; for `ttl` that of Curator's PersistentTtlNode.
 */
export class PersistentNode implements AsyncDisposable {
  /** As given. */
  readonly path: string;
  readonly events: EventEmitter<PersistentNodeEvents> = new EventEmitter<PersistentNodeEvents>();
  private readonly client: Client;
  private readonly mode: PersistentNodeMode;
  private readonly ttlMs: number;
  private readonly foreign: "wait" | "replace";
  private readonly acl: readonly Acl[] | undefined;
  private readonly parents: boolean | "container";
  private readonly closing = new AbortController();
  private readonly firstly = new Deferred<void>();
  private bytes: Uint8Array;
  /** Counts what was wanted of the data; and what is known to be stored. */
  private wanted = 1;
  private stored = 0;
  private writers: { readonly wanted: number; readonly done: Deferred<void> }[] = [];
  /** Where it is or was last. */
  private at: string | undefined;
  /** Which one at that path is this one's; undefined while that is not known. */
  private czxid: Zxid | undefined;
  private present = false;
  private again = false;
  private running: Promise<void> | undefined;
  private keepAlive: NodeJS.Timeout | undefined;
  private ended: CoordinationError | undefined;
  private ending: Promise<void> | undefined;
  private watched: string | undefined;

  constructor(client: Client, path: string, options: PersistentNodeOptions = {}) {
    const { mode = "ephemeral", ttlMs, sequential = false, foreign = "wait", parents = "container" } = options;
    if (!["ephemeral", "persistent", "ttl"].includes(mode))
      throw bad(`mode is ${String(mode)}: it must be ephemeral, persistent or ttl.`, path);
    if (!["wait", "replace"].includes(foreign))
      throw bad(`foreign is ${String(foreign)}: it must be wait or replace.`, path);
    if ((mode === "ttl") !== (ttlMs !== undefined)) throw bad(`ttlMs goes with mode "ttl", and with no other.`, path);
    if (ttlMs !== undefined && (!Number.isInteger(ttlMs) || ttlMs < 1 || ttlMs > TTL_MS_MAX))
      throw bad(`ttlMs is ${ttlMs}: it must be an integer from 1 to ${TTL_MS_MAX}.`, path);
    if (sequential && mode !== "ephemeral") throw bad("sequential is for ephemerals.", path);
    this.client = client;
    this.path = path;
    this.mode = mode;
    this.ttlMs = ttlMs ?? 0;
    this.foreign = foreign;
    this.acl = options.acl;
    this.parents = parents;
    this.bytes = bytesOf(options.data ?? "");
    this.at = sequential ? undefined : path;
    this.events.setMaxListeners(0);
    client.events.on("state", this.onState);
    this.check();
  }

  /** Where it is now; undefined while it is not there, as far as is known. */
  get current(): string | undefined {
    return this.present ? this.at : undefined;
  }

  /** What was wanted last. */
  get data(): Uint8Array {
    return this.bytes;
  }

  /**
   * Resolves when it was created for the first time.
   *
   * @throws CoordinationError what the server refuses it with, although it is tried again; `TIMEOUT`, `ABORTED`, `CLOSED`.
   */
  ready(options: WaitOptions = {}): Promise<void> {
    return within(`creating ${this.path}`, options, this.firstly.promise);
  }

  /**
   * Replaces the data, now and whenever it is created again. Resolves when the znode has it; if it is given up, the data stays
   * what is wanted. Of several calls at a time the last wins, and the others may never be seen.
   *
   * @throws CoordinationError `TIMEOUT`, `ABORTED`, `CLOSED`
   */
  setData(data: Uint8Array | string, options: WaitOptions = {}): Promise<void> {
    if (this.ended !== undefined) return Promise.reject(this.ended);
    this.bytes = bytesOf(data);
    this.wanted++;
    const done = new Deferred<void>();
    this.writers.push({ wanted: this.wanted, done });
    this.check();
    return within(`setting ${this.path}`, options, done.promise);
  }

  /** Stops keeping it, and deletes it unless `keep`. Resolves when it is gone, or when the client has ended. */
  close(options: WaitOptions & { readonly keep?: boolean | undefined } = {}): Promise<void> {
    const { keep = false } = options;
    this.ending ??= this.end(new CoordinationError("CLOSED", `${this.path} is not kept any more`), !keep);
    return within(`closing ${this.path}`, options, this.ending);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ── What it is and what it should be ───────────────────────────────────────────────────────────────────────

  private readonly onState = (state: SessionState) => {
    if (state === "expired") this.present = this.present && this.mode !== "ephemeral";
    if (state === "connected") this.check();
    if (state === "closed" || state === "auth-failed") this.check();
  };

  private readonly onEvent = (event: WatchEvent) => {
    this.watched = undefined;
    if (event.type === "deleted") this.present = false;
    this.check();
  };

  private check(): void {
    if (this.ended !== undefined) return;
    this.again = true;
    this.running ??= this.run();
  }

  private async run(): Promise<void> {
    // After the constructor.
    await undefined;
    for (let failures = 0; this.again && this.ended === undefined; ) {
      this.again = false;
      try {
        await this.reconcile();
        failures = 0;
      } catch (error) {
        if (this.ended !== undefined) break;
        if (isCoordinationError(error, "CLOSED", "AUTH_FAILED", "PROTOCOL_ERROR")) {
          this.ending ??= this.end(error, false);
          break;
        }
        this.again = true;
        if (!isInterruption(error)) {
          this.firstly.reject(error as Error);
          tell(this.events, "problem", error as Error);
        }
        const ms = Math.min(PAUSE_MS * 2 ** Math.min(failures++, 10), PAUSE_MS_MAX);
        await pause(ms * (0.5 + Math.random() / 2), this.closing.signal).catch(() => {});
      }
    }
    this.running = undefined;
  }

  private async reconcile(): Promise<void> {
    const { client, at } = this;
    const { signal } = this.closing;
    if (at === undefined) {
      await this.create();
      return;
    }
    const stat = await client.exists(at, { watch: this.onEvent, signal });
    this.watched = at;
    if (stat === undefined) {
      await this.create();
      return;
    }
    if (this.mode === "ephemeral" && stat.ephemeralOwner !== client.sessionId) {
      await this.onForeign(at, stat);
      return;
    }
    this.czxid = stat.czxid;
    await this.write(at);
    this.arrived(at, false);
    if (this.mode === "ttl") await this.touch();
  }

  private async create(): Promise<void> {
    const { client, bytes, wanted, acl } = this;
    const { signal } = this.closing;
    const mode: CreateMode = this.mode === "ttl" ? "container" : this.mode;
    let path: string;
    let stat: Stat;
    this.czxid = undefined;
    if (this.at === undefined) {
      const slash = this.path.lastIndexOf("/");
      const parents = this.parents !== false;
      const options = { mode, sequential: true, acl, parents, signal };
      ({ path, stat } = await protectedCreate(
        client,
        this.path.slice(0, slash) || "/",
        this.path.slice(slash + 1),
        bytes,
        options,
      ));
    } else {
      try {
        ({ path, stat } = await client.create(this.at, bytes, { mode, acl, parents: this.parents, signal }));
      } catch (error) {
        if (!isCoordinationError(error, "NODE_EXISTS")) throw error;
        // Somebody was faster, or an earlier create whose answer was lost.
        this.again = true;
        return;
      }
    }
    this.at = path;
    this.czxid = stat.czxid;
    this.onStored(wanted);
    this.arrived(path, true);
    if (this.mode === "ttl") await this.touch();
    // The watch is set by looking again.
    if (this.watched !== path) this.again = true;
  }

  private async onForeign(at: string, stat: Stat): Promise<void> {
    this.present = false;
    if (this.foreign === "wait") {
      if (stat.ephemeralOwner === 0n)
        throw new CoordinationError("NODE_EXISTS", `${at} is there and is not an ephemeral`, { path: at });
      // The watch tells when it has gone.
      return;
    }
    await this.client.delete(at, { signal: this.closing.signal }).catch((error) => {
      if (!isCoordinationError(error, "NO_NODE")) throw error;
    });
    this.again = true;
  }

  /** What is wanted of the data and not known to be there. */
  private async write(at: string): Promise<void> {
    if (this.stored === this.wanted) return;
    const { bytes, wanted } = this;
    try {
      // Found, or created although the answer was lost: those who watch it need not be told of nothing.
      const found = this.stored === 0 ? await this.client.get(at, { signal: this.closing.signal }) : undefined;
      if (found?.data.equals(bytes) !== true) await this.client.set(at, bytes, { signal: this.closing.signal });
      this.onStored(wanted);
    } catch (error) {
      if (!isCoordinationError(error, "NO_NODE")) throw error;
      this.again = true;
    }
  }

  private onStored(wanted: number): void {
    this.stored = wanted;
    const done = this.writers.filter((writer) => writer.wanted <= wanted);
    this.writers = this.writers.filter((writer) => writer.wanted > wanted);
    for (const writer of done) writer.done.resolve();
    if (this.wanted > wanted) this.again = true;
  }

  private arrived(path: string, created: boolean): void {
    if (this.ended !== undefined) return;
    const wasPresent = this.present;
    this.present = true;
    this.firstly.resolve();
    if (created || !wasPresent) tell(this.events, "created", path);
  }

  /** Renews the time to live, by a child so that those who watch the znode itself are not told. */
  private async touch(): Promise<void> {
    clearTimeout(this.keepAlive);
    this.keepAlive = undefined;
    const { client, acl, ttlMs } = this;
    const { signal } = this.closing;
    const child = `${this.path}/${TOUCH}`;
    try {
      await client.set(child, "", { signal });
    } catch (error) {
      if (!isCoordinationError(error, "NO_NODE")) throw error;
      await client.create(child, "", { mode: "ttl", ttlMs, acl, signal }).catch((cause) => {
        // Without the container it begins again.
        if (isCoordinationError(cause, "NO_NODE")) this.again = true;
        else if (!isCoordinationError(cause, "NODE_EXISTS")) throw cause;
      });
    }
    if (this.ended === undefined) this.keepAlive = setTimeout(() => this.check(), Math.min(ttlMs / 2, 0x7fff_ffff));
  }

  private async end(error: CoordinationError, remove: boolean): Promise<void> {
    const { client } = this;
    this.ended = error;
    this.present = false;
    clearTimeout(this.keepAlive);
    client.events.off("state", this.onState);
    this.firstly.reject(error);
    for (const { done } of this.writers.splice(0)) done.reject(error);
    this.closing.abort(error);
    await this.running;
    if (this.at === undefined) return;
    await client.unwatch(this.at, this.onEvent);
    if (remove) await this.remove(this.at);
  }

  /** Not what somebody else has put in its place, who may have waited for this one to go. */
  private remove(at: string): Promise<void> {
    const { client } = this;
    return cleanUp(async () => {
      // A create whose answer was lost may not have reached the server that answers now.
      await client.sync(at);
      const stat = await client.exists(at);
      if (stat === undefined || (this.mode === "ephemeral" && stat.ephemeralOwner !== client.sessionId)) return;
      this.czxid ??= stat.czxid;
      if (stat.czxid !== this.czxid) return;
      if (this.mode === "ttl") await deleteQuietly(client, `${at}/${TOUCH}`);
      await ifThere(client.delete(at, { version: stat.version }));
    });
  }
}

function bytesOf(data: Uint8Array | string): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  if (!(data instanceof Uint8Array)) throw bad(`Data must be a string or bytes, not ${typeof data}.`);
  return Uint8Array.from(data);
}

function bad(message: string, path?: string): CoordinationError {
  return new CoordinationError("BAD_ARGUMENTS", message, { path });
}
