/** What calls take and give. Paths are absolute and relative to the client's chroot; times are milliseconds. */
import type { Acl, SessionId, Zxid } from "@rookery/protocol/client";

/** What a server knows about a znode besides its data. */
export interface Stat {
  /** The zxid that created the znode. */
  readonly czxid: Zxid;
  /** The zxid that last changed its data. */
  readonly mzxid: Zxid;
  /** The zxid that last created or deleted a child. */
  readonly pzxid: Zxid;
  /** When it was created, ms since 1970 on the leader's clock. */
  readonly ctimeMs: number;
  /** When its data last changed, likewise. */
  readonly mtimeMs: number;
  /** Changes of the data. */
  readonly version: number;
  /** Changes of the list of children. */
  readonly cversion: number;
  /** Changes of the ACL. */
  readonly aversion: number;
  /** The session an ephemeral belongs to; 0 for any other znode. */
  readonly ephemeralOwner: SessionId;
  readonly dataLength: number;
  readonly numChildren: number;
}

/** Every call takes these. */
export interface CallOptions {
  /** Aborting it fails the call with `ABORTED`. What was sent may still be applied: see `outcome`. */
  readonly signal?: AbortSignal | undefined;
  /** Fails the call with `TIMEOUT` after so long, a positive number of ms. Default: the client's `callTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
}

export interface WatchableOptions extends CallOptions {
  /**
   * Called once, when the znode changes next in the way that the call looked at. It survives reconnects; if the session
   * expires it is called with a `gap`. The same function for the same path counts once.
   */
  readonly watch?: WatchListener | undefined;
}

/** A znode that stays; one that goes with the session; one that goes when its last child has gone; one with a time to live. */
export type CreateMode = "persistent" | "ephemeral" | "container" | "ttl";

export interface CreateOptions extends CallOptions {
  /** Default `persistent`. */
  readonly mode?: CreateMode | undefined;
  /** Ten digits that ascend are put behind the name. Default false. */
  readonly sequential?: boolean | undefined;
  /** For mode `ttl`: goes when it had neither children nor changes for so long, 1 to 1_099_511_627_775 ms. */
  readonly ttlMs?: number | undefined;
  /** Default: the client's `acl`. */
  readonly acl?: readonly Acl[] | undefined;
  /** Creates what is missing above, as persistent znodes, or as containers. Default false. */
  readonly parents?: boolean | "container" | undefined;
}

export interface CreateResult {
  /** As created, with the digits of a sequential znode. */
  readonly path: string;
  readonly stat: Stat;
}

export interface VersionOptions extends CallOptions {
  /** Fails with `BAD_VERSION` unless the znode is at this version. Default: any. */
  readonly version?: number | undefined;
}

export interface GetResult {
  /** Yours to keep. Empty where there is no data. */
  readonly data: Buffer;
  readonly stat: Stat;
}

export interface ChildrenResult {
  /** Names, not paths, in no particular order. */
  readonly children: readonly string[];
  readonly stat: Stat;
}

export interface AclResult {
  readonly acl: readonly Acl[];
  readonly stat: Stat;
}

/** Who a server takes this client for. */
export interface Identity {
  readonly scheme: string;
  readonly id: string;
}

// ── Watches ──────────────────────────────────────────────────────────────────────────────────────────────────

/** Something happened to a znode. */
export interface NodeEvent {
  /** `childrenChanged`: a child was created or deleted; recursive watches get those children's own events instead. */
  readonly type: "created" | "deleted" | "changed" | "childrenChanged";
  readonly path: string;
}

/**
 * Events may be missing before this one: what the watch is about must be read anew.
 *
 * - `reconnected`: the connection broke and is there again, and the watch with it.
 * - `expired`: the session ended. A persistent watch is set again in the next session; a one-shot one is gone.
 * - `overflow`: events came faster than they were taken out, and were dropped.
 * - `closed`: the client was closed, and the watch with it.
 */
export interface GapEvent {
  readonly type: "gap";
  readonly path: string;
  readonly reason: "reconnected" | "expired" | "overflow" | "closed";
}

export type WatchEvent = NodeEvent | GapEvent;
export type WatchListener = (event: WatchEvent) => void;

export interface WatchOptions extends CallOptions {
  /** All znodes below as well. Default false. */
  readonly recursive?: boolean | undefined;
  /** Events kept for an iterator that lags; above it they become a `gap`. A positive integer, default 4096. */
  readonly bufferMax?: number | undefined;
  /** Takes the events instead of the iterator. */
  readonly onEvent?: WatchListener | undefined;
}

// ── Session ──────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * - `connecting`: there is no session yet. Wait; calls wait, too.
 * - `connected`: go on.
 * - `read-only`: the server has lost its quorum: reads may be old, writes fail with `NOT_READ_ONLY`. A better one is looked for.
 * - `suspended`: no connection. The session may live or be over: stop doing what only its holder may do. Calls wait.
 * - `expired`: the session is over, its ephemerals and locks are gone. The next one begins by itself, unless `renewSession` is false.
 * - `auth-failed`: for good; a server refused the credentials. Make another client.
 * - `closed`: for good.
 */
export type SessionState =
  | "connecting"
  | "connected"
  | "read-only"
  | "suspended"
  | "expired"
  | "auth-failed"
  | "closed";

/** What another process needs in order to go on with the session. The password is a secret. */
export interface SessionCredentials {
  readonly id: SessionId;
  /** 16 bytes. */
  readonly password: Uint8Array;
}

/** Since the client was made. */
export interface ClientStats {
  readonly callsSent: number;
  readonly repliesReceived: number;
  readonly eventsReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly connections: number;
  readonly sessions: number;
  /** At this moment. */
  readonly inFlight: number;
  /** At this moment: for a connection, or for room. */
  readonly waiting: number;
}
