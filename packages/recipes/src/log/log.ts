/**
 * An append-only log on znodes: entries get dense, ascending positions, and every reader sees the same entries in the same order.
 *
 * The layout is this package's own:
 *
 * ```text
 * <path>/head                                   JSON: { next, first, fence, segments, segmentEntries }
 * <path>/segments-<id>/<16 digits>/<16 digits>  an entry; the names are the segment's first position and its own.
 *                                               16 bytes, the id of its append, then what the codec made of it
 * <path>/writers/<name>                         JSON: { sequence, position, count }, of a named writer's last append
 * ```
 *
 * What must hold:
 *
 * 1. Entries are created only together with a change of `head` from the version that was read, in one request: `next` grows by
 *    as many as are created, at exactly the positions in between. So positions are dense and batches atomic, and of two writers
 *    that read the same head one succeeds. (Sequential znodes would not do: their number counts every child ever created, and
 *    begins anew in each segment. Versions are 32 bits wide and come around; entries' names are taken once, and hold all the same.)
 * 2. An entry never changes. It is deleted only after `first` has been put above it.
 * 3. `next`, `first` and `fence` never fall, and `first` is never above `next`.
 * 4. An append whose reply was lost is sent again only for the same version of `head`, so at most one of the two is applied. Once
 *    `head` has moved on, neither can be any more, and the id in the entry at the position that was tried tells whether one was.
 * 5. Every change of `head` names the segments of the log it was read from, and so fails where that log was deleted and another
 *    created, though the versions may be equal.
 */

import { randomBytes } from "node:crypto";
import {
  type Acl,
  type Client,
  CoordinationError,
  isCoordinationError,
  type Stat,
  TransactionError,
  type WatchListener,
  type Zxid,
} from "@rookery/client";
import { Bell, pause } from "../support/bell.ts";
import { ifThere, isInterruption, persist, unwatch } from "../support/calls.ts";
import { badArgument, checkPath } from "../support/checks.ts";
import { deleteQuietly } from "../support/protected-create.ts";
import { throwLater } from "../support/tell.ts";
import { limit, type WaitOptions } from "../support/waiting.ts";
import { LogFencedError, LogTruncatedError } from "./errors.ts";
import {
  decodeHead,
  decodeWriter,
  encodeHead,
  encodeWriter,
  type Head,
  ID_BYTES,
  isCount,
  Layout,
  positionsOf,
  segmentStart,
  type WriterState,
} from "./layout.ts";

/** How entries are stored. */
export interface LogCodec<T> {
  encode(value: T): Uint8Array | string;
  decode(data: Buffer): T;
}

export interface LogOptions<T> {
  /** Default: JSON. */
  readonly codec?: LogCodec<T> | undefined;
  /**
   * Entries in a segment, and so children of a znode at most: an integer from 1 to 10_000, default 1000. It holds for a log from
   * its creation on; for one that is there, what it was created with counts.
   */
  readonly segmentEntries?: number | undefined;
  readonly retention?: LogRetention | undefined;
  /** The longest entry, bytes as encoded. A positive integer, default 512 KiB. Keep it below the servers' `jute.maxbuffer`. */
  readonly entryBytesMax?: number | undefined;
  /** The most that one append takes, with its names; likewise. Default 900 KiB. */
  readonly appendBytesMax?: number | undefined;
  /** Appends of this object that wait for their turn; more fail with `OVERLOADED`. A positive integer, default 10_000. */
  readonly waitingMax?: number | undefined;
  /**
   * A name that a writer keeps over restarts: makes appends with a `sequence` idempotent. One writer, one name; a name's znode
   * stays until it is deleted by hand.
   */
  readonly writer?: string | undefined;
  /** Of the znodes it creates. Default: the client's. */
  readonly acl?: readonly Acl[] | undefined;
}

/**
 * What may go by itself: whole segments, oldest first, as soon as either bound allows. It is looked at in the background when an
 * append of this object begins another segment, and by {@link Log.applyRetention}.
 */
export interface LogRetention {
  /** At least so many of the newest entries stay. An integer from 0. */
  readonly entries?: number | undefined;
  /** Entries stay at least so long, ms on the servers' clock. A positive number. */
  readonly ageMs?: number | undefined;
  /** Told why it failed in the background. The next segment tries again. Default: nobody. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What an append needs of a lease: any `Lease` will do. */
export interface Fencing {
  readonly token: Zxid;
  readonly signal?: AbortSignal | undefined;
}

export interface AppendOptions extends WaitOptions {
  /**
   * The lease that allows to write. The log remembers the highest token that it has seen and refuses lower ones with
   * {@link LogFencedError}; from the first lease on, it also refuses appends without any.
   */
  readonly lease?: Fencing | undefined;
  /**
   * For logs with the option `writer`, and needed there: a number that grows from append to append, an integer from 0; gaps are
   * fine. The append with the writer's last number again, by this process or its successor, resolves with the position of then
   * and appends nothing. A lower one fails with `BAD_VERSION`.
   */
  readonly sequence?: number | undefined;
}

export interface ReadOptions extends WaitOptions {
  /** At most so many entries. A positive integer, default 1000. */
  readonly limit?: number | undefined;
  /** Sees everything that was appended before this call, by anybody; without it a server may lag behind. Default false. */
  readonly sync?: boolean | undefined;
}

export interface TailOptions {
  /** Aborting it ends the iteration with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
  /** Entries read at a time. An integer from 1 to 1000, default 64. */
  readonly readAhead?: number | undefined;
}

export interface LogEntry<T> {
  readonly position: number;
  readonly value: T;
  /** When it was appended, ms since 1970 on the leader's clock. */
  readonly timeMs: number;
  /** The change that appended it: entries of one append have the same. */
  readonly zxid: Zxid;
}

/** A position; or the first that there is; or the one that the next entry will get. */
export type LogStart = number | "first" | "next";

export interface LogBounds {
  /** The first position that can be read. */
  readonly first: number;
  /** The position that the next entry gets: one more than the last. Equal to `first` for a log without entries. */
  readonly next: number;
}

const SEGMENT_ENTRIES = 1000;
const SEGMENT_ENTRIES_MAX = 10_000;
const ENTRY_BYTES_MAX = 512 * 1024;
const APPEND_BYTES_MAX = 900 * 1024;
const WAITING_MAX = 10_000;
const READ_LIMIT = 1000;
const READ_AHEAD = 64;
const READ_AHEAD_MAX = 1000;
/** Appends that wait are sent together up to so many bytes: more would delay the first for the last. */
const GROUP_BYTES_MAX = 128 * 1024;
const SEGMENTS_SAMPLE = "segments-0123456789abcdef";
/** What an operation takes besides its path and data: lengths, type, flags, an ordinary ACL. */
const OPERATION_BYTES = 100;
/** Reads and deletions under way at a time. */
const PARALLEL = 64;
/** Where in the request a named writer's state stands. */
const WRITER_INDEX = 1;
/** The longest pause of a writer that others were faster than, ms. */
const CONFLICT_PAUSE_MS_MAX = 64;

/**
 * A log. Any number of processes may append and read; objects of the same path are equals. A log comes to be with its first
 * append, and reading one that is not there is reading one without entries.
 *
 * ```ts
 * const log = new Log<Order>(client, "/orders/log");
 * const position = await log.append({ item: 17 });
 * for await (const entry of log.tail("first", { signal })) apply(entry.value);
 * ```
 *
 * - Appends of one object take effect in the order of the calls. They wait while there is no connection, and go on in another
 *   session: nothing here is ephemeral, so neither suspension nor expiry loses or repeats an entry.
 * - Writers compete without locks: who was slower tries again. Under contention an append may take many tries; a single
 *   writer with a lease has none.
 * - All entries are in the servers' memory. Truncate, or set `retention`.
 */
export class Log<T = unknown> {
  private readonly client: Client;
  private readonly layout: Layout;
  private readonly codec: LogCodec<T>;
  private readonly segmentEntries: number;
  private readonly retention: LogRetention | undefined;
  private readonly entryBytesMax: number;
  private readonly appendBytesMax: number;
  private readonly waitingMax: number;
  private readonly writer: string | undefined;
  private readonly acl: readonly Acl[] | undefined;
  private readonly queue: Pending[] = [];
  private running = false;
  private retaining = false;
  /** A segment has begun since it was looked at last. */
  private retentionDue = false;
  /** As this object saw or left it last; undefined once that is in doubt. A stale one costs a try and nothing else. */
  private known: Head | undefined;
  /** The czxid of the head that this object saw first. */
  private identity: Zxid | undefined;

  /** @throws CoordinationError `BAD_ARGUMENTS` */
  constructor(client: Client, path: string, options: LogOptions<T> = {}) {
    this.client = client;
    this.layout = new Layout(checkPath(path));
    this.codec = options.codec ?? (JSON_CODEC as LogCodec<T>);
    this.segmentEntries = integer("segmentEntries", options.segmentEntries ?? SEGMENT_ENTRIES, 1, SEGMENT_ENTRIES_MAX);
    this.retention = retentionOption(options.retention);
    this.entryBytesMax = integer("entryBytesMax", options.entryBytesMax ?? ENTRY_BYTES_MAX, 1);
    this.appendBytesMax = integer("appendBytesMax", options.appendBytesMax ?? APPEND_BYTES_MAX, 1);
    this.waitingMax = integer("waitingMax", options.waitingMax ?? WAITING_MAX, 1);
    this.writer = options.writer;
    this.acl = options.acl;
    if (this.writer !== undefined && !/^(?!\.{1,2}$)[^/\p{Cc}]+$/u.test(this.writer))
      throw badArgument(`writer is "${this.writer}": it must be the name of a znode.`);
  }

  get path(): string {
    return this.layout.path;
  }

  // ── Writing ────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Appends an entry, exactly once. Resolves with its position when a quorum has it.
   *
   * @throws LogFencedError
   * @throws CoordinationError `REQUEST_TOO_LARGE` if it is longer than `entryBytesMax`; `ABORTED` and `TIMEOUT`, whose `outcome`
   *   says whether it may yet have been appended; `CONNECTION_LOSS` with outcome `unknown` in the one case that cannot be
   *   resolved: the reply was lost and the entry's place truncated before it could be looked at. (A named writer has no such case.)
   */
  async append(value: T, options: AppendOptions = {}): Promise<number> {
    return this.appendAll([value], options);
  }

  /**
   * Appends entries next to each other, all or none. Resolves with the position of the first. Otherwise as {@link append}.
   *
   * @throws CoordinationError `REQUEST_TOO_LARGE` if together they are longer than `appendBytesMax`.
   */
  async appendAll(values: readonly T[], options: AppendOptions = {}): Promise<number> {
    const { lease, sequence } = options;
    if (values.length === 0) throw badArgument("There is nothing to append.");
    if (this.writer === undefined && sequence !== undefined)
      throw badArgument("sequence is for a log with the option writer.");
    if (this.writer !== undefined && !isCount(sequence))
      throw badArgument(`sequence is ${String(sequence)}: a named writer's appends need an integer from 0.`);
    const id = randomBytes(ID_BYTES);
    const payloads = values.map((value) => this.encode(value, id));
    const bytes = payloads.reduce((sum, payload) => sum + payload.length + this.entryOverhead(), 0);
    if (bytes > this.appendBytesMax)
      throw new CoordinationError(
        "REQUEST_TOO_LARGE",
        `${values.length} entries take ${bytes} bytes, and appendBytesMax is ${this.appendBytesMax}`,
        { path: this.path },
      );
    const signal = lease?.signal === undefined ? options.signal : anySignal(lease.signal, options.signal);
    return limit(`appending to ${this.path}`, { ...options, signal }, (limit) =>
      this.enqueue({ id, payloads, bytes, token: lease?.token, sequence }, limit),
    );
  }

  /**
   * Shuts out every earlier holder of the lease, and everybody without one. What they appended before can be read from then on:
   * a new owner calls this first, and then reads to the end.
   *
   * @throws LogFencedError if somebody later has done so already.
   */
  async fence(lease: Fencing, options: WaitOptions = {}): Promise<void> {
    await limit(`fencing ${this.path}`, options, (signal) =>
      this.changeHead(signal, (head) => {
        if (head.fence > lease.token) throw new LogFencedError(this.path, lease.token, head.fence);
        return head.fence === lease.token ? undefined : { ...head, fence: lease.token };
      }),
    );
  }

  /** What the named writer appended last, by this process or one before; undefined if nothing. Its next `sequence` is above. */
  async lastAppend(options: WaitOptions = {}): Promise<WriterState | undefined> {
    const { writer } = this;
    if (writer === undefined) throw badArgument("lastAppend is for a log with the option writer.");
    return limit(`reading ${this.path}`, options, async (signal) => {
      const found = await persist(signal, async () => {
        await this.client.sync(this.layout.path, { signal });
        return this.readWriter(writer, signal);
      });
      return found?.state;
    });
  }

  /**
   * Removes all entries before `position`, at most the log's `next`. Readers that have not come so far get a
   * {@link LogTruncatedError}. Resolves with the first position that there is now, when the znodes are deleted, too.
   */
  async truncateBefore(position: number, options: WaitOptions = {}): Promise<number> {
    if (!isCount(position)) throw badArgument(`The position is ${String(position)}: it must be an integer from 0.`);
    return limit(`truncating ${this.path}`, options, (signal) => this.truncate(() => position, signal));
  }

  /** Truncates by the option `retention`, now. Resolves with the first position that there is then. */
  async applyRetention(options: WaitOptions = {}): Promise<number> {
    return limit(`truncating ${this.path}`, options, (signal) => this.retain(signal));
  }

  // ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Where the log begins and ends, as the server knows it; with `sync` no older than this call. */
  async bounds(options: WaitOptions & { readonly sync?: boolean | undefined } = {}): Promise<LogBounds> {
    return limit(`reading ${this.path}`, options, async (signal) => {
      const head = await persist(signal, async () => {
        if (options.sync === true) await this.client.sync(this.path, { signal });
        return this.readHead(signal);
      });
      return { first: head?.first ?? 0, next: head?.next ?? 0 };
    });
  }

  /**
   * Entries from a position on, in order and without holes; none at the end of the log and above.
   *
   * @throws LogTruncatedError if `from` has been truncated.
   */
  async read(from: LogStart, options: ReadOptions = {}): Promise<LogEntry<T>[]> {
    checkStart(from);
    const most = integer("limit", options.limit ?? READ_LIMIT, 1);
    return limit(`reading ${this.path}`, options, (signal) =>
      persist(signal, async () => {
        if (options.sync === true) await this.client.sync(this.path, { signal });
        const head = await this.readHead(signal);
        return head === undefined ? [] : this.readFrom(from, most, head, signal);
      }),
    );
  }

  /**
   * All entries from a position on, those there are and then each as it comes: every one once, in order, whatever happens to the
   * connection and the session. The end of the log is waited at, also one that is not there yet. End it by leaving the loop or by
   * `signal`.
   *
   * @throws LogTruncatedError if the reader is behind what has been truncated.
   */
  async *tail(from: LogStart, options: TailOptions = {}): AsyncGenerator<LogEntry<T>, void, undefined> {
    checkStart(from);
    const readAhead = integer("readAhead", options.readAhead ?? READ_AHEAD, 1, READ_AHEAD_MAX);
    const waiting = { signal: options.signal };
    const what = `following ${this.path}`;
    const bell = new Bell();
    let at: LogStart = from;
    try {
      for (;;) {
        const head = await limit(what, waiting, (signal) =>
          persist(signal, () => {
            bell.silence();
            return this.readHead(signal, bell.ring);
          }),
        );
        if (at === "next") at = head?.next ?? 0;
        while (head !== undefined && (typeof at === "number" ? at : head.first) < head.next) {
          const start: LogStart = at;
          const page: readonly LogEntry<T>[] = await limit(what, waiting, (signal) =>
            persist(signal, () => this.readFrom(start, readAhead, head, signal)),
          );
          for (const entry of page) {
            at = entry.position + 1;
            yield entry;
          }
          if (page.length === 0) break;
        }
        await limit(what, waiting, (signal) => bell.wait(signal));
      }
    } finally {
      unwatch(this.client, this.layout.head, bell.ring);
    }
  }

  private async readFrom(from: LogStart, most: number, head: Head, signal: AbortSignal): Promise<LogEntry<T>[]> {
    for (let current = head; ; ) {
      const start = from === "first" ? current.first : from === "next" ? current.next : from;
      const end = Math.min(start + most, current.next);
      const entries = start < current.first ? undefined : await this.readEntries(start, end, current, signal);
      if (entries !== undefined) return entries;
      // Something is gone: then the head says so by now.
      await this.client.sync(this.path, { signal });
      const newest = await this.readHead(signal);
      if (newest === undefined) throw this.deleted();
      if (newest.first <= start) throw this.missing(start);
      if (from !== "first") throw new LogTruncatedError(this.path, start, newest.first);
      current = newest;
    }
  }

  /** Undefined if one of them is not there. */
  private async readEntries(
    start: number,
    end: number,
    head: Head,
    signal: AbortSignal,
  ): Promise<LogEntry<T>[] | undefined> {
    const entries: LogEntry<T>[] = [];
    for (let at = start; at < end; at += PARALLEL) {
      const positions = Array.from({ length: Math.min(PARALLEL, end - at) }, (_, index) => at + index);
      const found = await Promise.all(positions.map((position) => this.readEntry(position, head, signal)));
      for (const entry of found) {
        if (entry === undefined) return undefined;
        entries.push(entry);
      }
    }
    return entries;
  }

  private async readEntry(position: number, head: Head, signal: AbortSignal): Promise<LogEntry<T> | undefined> {
    const path = this.layout.entry(position, head);
    const found = await ifThere(this.client.get(path, { signal }));
    if (found === undefined) return undefined;
    const { data, stat } = found;
    try {
      const value = this.codec.decode(data.subarray(ID_BYTES));
      return { position, value, timeMs: stat.ctimeMs, zxid: stat.czxid };
    } catch (cause) {
      throw new CoordinationError("DATA_INCONSISTENCY", `entry ${position} of ${this.path} cannot be decoded`, {
        path,
        cause,
      });
    }
  }

  /** The head; undefined if there is no log yet. The watch, if any, is set in either case. */
  private async readHead(signal: AbortSignal, watch?: WatchListener): Promise<Head | undefined> {
    const { client, layout } = this;
    for (;;) {
      const found = await ifThere(client.get(layout.head, { signal, watch }));
      if (found !== undefined) {
        const head = decodeHead(layout.head, found.data, found.stat);
        this.identity ??= head.czxid;
        // Positions begin anew there: whoever counts on the old ones must learn of it.
        if (head.czxid !== this.identity) throw this.deleted();
        return head;
      }
      if (this.identity !== undefined) throw this.deleted();
      if (watch === undefined || (await client.exists(layout.head, { signal, watch })) === undefined) return undefined;
    }
  }

  // ── Appends, one group at a time ───────────────────────────────────────────────────────────────────────────

  private encode(value: T, id: Buffer): Buffer {
    const encoded = this.codec.encode(value);
    const payload = typeof encoded === "string" ? Buffer.from(encoded) : encoded;
    if (payload.length > this.entryBytesMax)
      throw new CoordinationError(
        "REQUEST_TOO_LARGE",
        `an entry of ${payload.length} bytes, and entryBytesMax is ${this.entryBytesMax}`,
        { path: this.path },
      );
    return Buffer.concat([id, payload]);
  }

  private entryOverhead(): number {
    return Buffer.byteLength(this.layout.entry(0, { segments: SEGMENTS_SAMPLE, segmentEntries: 1 })) + OPERATION_BYTES;
  }

  private enqueue(append: Append, signal: AbortSignal): Promise<number> {
    if (this.queue.length >= this.waitingMax)
      throw new CoordinationError(
        "OVERLOADED",
        `more than ${this.waitingMax} appends to ${this.path} wait: await some before you make more`,
      );
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        ...append,
        group: undefined,
        resolve: (position) => {
          signal.removeEventListener("abort", onAbort);
          resolve(position);
        },
        reject: (error) => {
          signal.removeEventListener("abort", onAbort);
          reject(error);
        },
      };
      const onAbort = () => this.giveUp(pending, signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      this.queue.push(pending);
      if (!this.running) void this.run();
    });
  }

  private giveUp(pending: Pending, cause: unknown): void {
    const { group } = pending;
    if (group === undefined) {
      this.queue.splice(this.queue.indexOf(pending), 1);
      pending.reject(new CoordinationError("ABORTED", "was aborted before it was sent", { cause }));
      return;
    }
    group.left.delete(pending);
    // The last one to leave ends the call, which tells whether it was sent.
    if (group.left.size === 0) group.abort.abort(cause);
    else pending.reject(new CoordinationError("ABORTED", "was aborted", { cause, outcome: "unknown" }));
  }

  /** Empties the queue; its failures are those of the appends. */
  private async run(): Promise<void> {
    this.running = true;
    // What is appended in one go is sent in one go.
    await undefined;
    try {
      while (this.queue.length > 0) await this.appendGroup(this.takeGroup());
    } finally {
      this.running = false;
    }
  }

  /** The first that waits, and those behind it that may go along: equal token, no sequence, not too much. */
  private takeGroup(): Pending[] {
    const [first, ...others] = this.queue as [Pending, ...Pending[]];
    const members = [first];
    let { bytes } = first;
    for (const next of others) {
      bytes += next.bytes;
      const goesAlong = next.token === first.token && this.writer === undefined;
      if (!goesAlong || bytes > Math.min(GROUP_BYTES_MAX, this.appendBytesMax)) break;
      members.push(next);
    }
    this.queue.splice(0, members.length);
    return members;
  }

  private async appendGroup(members: readonly Pending[]): Promise<void> {
    const group: Group = { members, left: new Set(members), abort: new AbortController() };
    for (const member of members) member.group = group;
    try {
      let position = await this.decide(group);
      for (const member of members) {
        member.resolve(position);
        position += member.payloads.length;
      }
    } catch (error) {
      if (members.length > 1 && isCoordinationError(error, "REQUEST_TOO_LARGE")) {
        // Too much together, for a client that was told to send little at a time.
        for (const member of group.left) await this.appendGroup([member]);
        return;
      }
      for (const member of members) member.reject(error);
    }
  }

  /** Appends a group, exactly once: resolves with the position of its first entry. */
  private async decide(group: Group): Promise<number> {
    const { signal } = group.abort;
    const [first] = group.members as [Pending, ...Pending[]];
    /** The head for which the group was sent and not answered. It is sent again for this version only. */
    let uncertain: Head | undefined;
    let missed = false;
    for (let tries = 0; ; tries++) {
      let head: Head | undefined;
      try {
        if (tries > 1) await pause(Math.random() * Math.min(2 ** tries, CONFLICT_PAUSE_MS_MAX), signal);
        head = this.known ?? (await this.openHead(signal));
        if (uncertain !== undefined && uncertain.version !== head.version) {
          if (first.sequence === undefined && (await this.wasAppended(uncertain.next, first.id, head, signal)))
            return uncertain.next;
          uncertain = undefined;
        }
        const already = await this.alreadyAppended(first, signal);
        if (already.position !== undefined) return already.position;
        checkFence(this.path, head, first.token);
        await this.commit(head, group, already.version, signal);
        return head.next;
      } catch (error) {
        this.known = undefined;
        if (isConflict(error, first)) continue;
        if (!missed && error instanceof TransactionError && error.code === "NO_NODE") {
          // The log was deleted, which the next look tells; nothing else is expected to be missing.
          missed = true;
          continue;
        }
        if (head !== undefined && isCoordinationError(error) && error.outcome === "unknown") uncertain = head;
        if (isInterruption(error) && error !== signal.reason && !isFinal(error)) continue;
        if (uncertain === undefined) throw error;
        throw new CoordinationError(isCoordinationError(error) ? error.code : "ABORTED", messageOf(error), {
          outcome: "unknown",
          path: this.path,
          cause: error,
        });
      }
    }
  }

  /** One request: the head, the writer's state, new segments, the entries. */
  private async commit(
    head: Head,
    group: Group,
    writerVersion: number | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, layout, acl, writer } = this;
    const [first] = group.members as [Pending, ...Pending[]];
    const payloads = group.members.flatMap((member) => member.payloads);
    const next = head.next + payloads.length;
    const fence = first.token === undefined || first.token < head.fence ? head.fence : first.token;
    const changed: Head = { ...head, next, fence, version: head.version + 1 };
    const transaction = client.transaction();
    transaction.set(layout.head, encodeHead(changed), { version: head.version });
    if (writer !== undefined && first.sequence !== undefined) {
      const state = encodeWriter({ sequence: first.sequence, position: head.next, count: payloads.length });
      if (writerVersion === undefined) transaction.create(layout.writer(writer), state, { acl });
      else transaction.set(layout.writer(writer), state, { version: writerVersion });
    }
    let segmentsBegun = 0;
    payloads.forEach((payload, index) => {
      const position = head.next + index;
      if (position % head.segmentEntries === 0) {
        transaction.create(layout.segment(position, head), undefined, { acl });
        segmentsBegun++;
      }
      transaction.create(layout.entry(position, head), payload, { acl });
    });
    const [stat] = (await transaction.commit({ signal })) as readonly unknown[] as readonly [Stat];
    this.known = { ...changed, timeMs: stat.mtimeMs };
    if (segmentsBegun > 0 && this.retention !== undefined) this.retainInBackground();
  }

  /** Whether the entry at a position that was tried is of this append. `head` has moved on since: it will not become so. */
  private async wasAppended(position: number, id: Buffer, head: Head, signal: AbortSignal): Promise<boolean> {
    if (position >= head.next) return false;
    const found = await ifThere(this.client.get(this.layout.entry(position, head), { signal }));
    if (found !== undefined) return found.data.subarray(0, ID_BYTES).equals(id);
    const newest = await this.readHead(signal);
    if (newest === undefined || newest.first <= position) throw this.missing(position);
    throw new UnresolvedError(this.path, position);
  }

  /** Where a named writer's append stands already, or else the version of the writer's state; nothing for any other. */
  private async alreadyAppended(
    { sequence }: Append,
    signal: AbortSignal,
  ): Promise<{ readonly position?: number; readonly version?: number }> {
    const { writer } = this;
    if (writer === undefined || sequence === undefined) return {};
    const found = await this.readWriter(writer, signal);
    if (found === undefined) return {};
    const { state, version } = found;
    if (sequence === state.sequence) return { position: state.position };
    if (sequence > state.sequence) return { version };
    const text = `sequence ${sequence} is behind: the writer ${writer} has appended ${state.sequence}`;
    throw new CoordinationError("BAD_VERSION", text, { path: this.path });
  }

  private async readWriter(
    writer: string,
    signal: AbortSignal,
  ): Promise<{ readonly state: WriterState; readonly version: number } | undefined> {
    const path = this.layout.writer(writer);
    const found = await ifThere(this.client.get(path, { signal }));
    return found === undefined ? undefined : { state: decodeWriter(path, found.data), version: found.stat.version };
  }

  /** The newest head; creates the log if there is none. */
  private async openHead(signal: AbortSignal): Promise<Head> {
    const { client, layout, acl, segmentEntries } = this;
    for (;;) {
      // In this order on the wire: what is read is no older than this.
      const [, head] = await Promise.all([client.sync(this.path, { signal }), this.readHead(signal)]);
      if (head !== undefined) {
        this.known = head;
        return head;
      }
      await client.ensurePath(this.path, { acl, signal });
      const segments = `segments-${randomBytes(8).toString("hex")}`;
      const data = { next: 0, first: 0, fence: 0n as Zxid, segments, segmentEntries };
      try {
        await client
          .transaction()
          .create(layout.head, encodeHead(data), { acl })
          .create(layout.segments(data), undefined, { acl })
          .create(layout.writers, undefined, { acl })
          .commit({ signal });
      } catch (error) {
        // Somebody else was faster; or this is what was sent before the connection broke.
        if (!isCoordinationError(error, "NODE_EXISTS")) throw error;
      }
    }
  }

  /** Changes the head but for its entries, until that is done: `change` gives undefined for nothing to do. */
  private changeHead(signal: AbortSignal, change: (head: Head) => Head | undefined): Promise<Head> {
    return persist(signal, async () => {
      for (let tries = 0; ; tries++) {
        if (tries > 0) await pause(Math.random() * Math.min(2 ** tries, CONFLICT_PAUSE_MS_MAX), signal);
        const head = await this.openHead(signal);
        const changed = change(head);
        if (changed === undefined) return head;
        try {
          const [stat] = await this.client
            .transaction()
            .set(this.layout.head, encodeHead(changed), { version: head.version })
            .check(this.layout.segments(head))
            .commit({ signal });
          this.known = { ...changed, version: stat.version, timeMs: stat.mtimeMs };
          return this.known;
        } catch (error) {
          this.known = undefined;
          if (!isCoordinationError(error, "BAD_VERSION")) throw error;
        }
      }
    });
  }

  // ── Truncation ─────────────────────────────────────────────────────────────────────────────────────────────

  private async truncate(before: (head: Head) => number, signal: AbortSignal): Promise<number> {
    const head = await this.changeHead(signal, (head) => {
      const first = before(head);
      if (first > head.next) throw badArgument(`The position is ${first}, and the log ends before ${head.next}.`);
      return first <= head.first ? undefined : { ...head, first };
    });
    await this.sweep(head, signal);
    return head.first;
  }

  /** Deletes the znodes of what is truncated, also what a process that has died left. Nobody appends there any more. */
  private async sweep(head: Head, signal: AbortSignal): Promise<void> {
    const { client, layout } = this;
    const { first, segmentEntries } = head;
    const { children } = await persist(signal, () => client.getChildren(layout.segments(head), { signal }));
    for (const start of positionsOf(children)) {
      if (start >= first) break;
      const segment = layout.segment(start, head);
      const entries = await persist(signal, () => ifThere(client.getChildren(segment, { signal })));
      const old = positionsOf(entries?.children ?? []).filter((position) => position < first);
      for (let at = 0; at < old.length; at += PARALLEL)
        await persist(signal, () =>
          Promise.all(old.slice(at, at + PARALLEL).map((each) => deleteQuietly(client, layout.entry(each, head)))),
        );
      if (start + segmentEntries <= first) await persist(signal, () => deleteQuietly(client, segment));
    }
  }

  private retainInBackground(): void {
    this.retentionDue = true;
    if (!this.retaining) void this.retainWhileDue();
  }

  /** Never rejects. */
  private async retainWhileDue(): Promise<void> {
    this.retaining = true;
    while (this.retentionDue) {
      this.retentionDue = false;
      try {
        await this.retain(new AbortController().signal);
      } catch (error) {
        this.tellError(error);
      }
    }
    this.retaining = false;
  }

  /** What it throws is its own: retention goes on. */
  private tellError(error: unknown): void {
    try {
      this.retention?.onError?.(error);
    } catch (thrown) {
      throwLater(thrown);
    }
  }

  private async retain(signal: AbortSignal): Promise<number> {
    const { entries, ageMs } = this.retention ?? {};
    // A change that changes nothing tells the time on the leader's clock.
    const head =
      ageMs === undefined
        ? await persist(signal, () => this.openHead(signal))
        : await this.changeHead(signal, (found) => found);
    const { segmentEntries } = head;
    let target = head.first;
    if (entries !== undefined)
      target = Math.max(target, segmentStart(Math.max(0, head.next - entries), segmentEntries));
    if (ageMs !== undefined) {
      const beforeMs = head.timeMs - ageMs;
      // A full segment is as old as its last entry.
      for (;;) {
        const end = segmentStart(target, segmentEntries) + segmentEntries;
        if (end > head.next) break;
        const path = this.layout.entry(end - 1, head);
        const stat = await persist(signal, () => this.client.exists(path, { signal }));
        if (stat !== undefined && stat.ctimeMs > beforeMs) break;
        target = end;
      }
    }
    return this.truncate(() => target, signal);
  }

  private deleted(): CoordinationError {
    const text = `the log ${this.path} was deleted: what is there now, if anything, is another`;
    return new CoordinationError("NO_NODE", text, { path: this.path });
  }

  private missing(position: number): CoordinationError {
    const text = `entry ${position} of the log ${this.path} is missing: somebody else deleted it`;
    return new CoordinationError("DATA_INCONSISTENCY", text, { path: this.path });
  }
}

/** What is to be appended together. */
interface Append {
  readonly id: Buffer;
  readonly payloads: readonly Buffer[];
  readonly bytes: number;
  readonly token: Zxid | undefined;
  readonly sequence: number | undefined;
}

interface Pending extends Append {
  /** Set once it is under way. */
  group: Group | undefined;
  resolve(position: number): void;
  reject(error: unknown): void;
}

/** Appends in one request. */
interface Group {
  readonly members: readonly Pending[];
  /** Those that still wait for the outcome. */
  readonly left: Set<Pending>;
  readonly abort: AbortController;
}

/** The reply was lost, and what would have told is truncated. */
class UnresolvedError extends CoordinationError {
  constructor(path: string, position: number) {
    super("CONNECTION_LOSS", `the reply was lost, and entry ${position} of ${path} is truncated already`, {
      path,
      outcome: "unknown",
    });
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof UnresolvedError;
}

/** Somebody else changed the head, or the writer's state, since they were read. */
function isConflict(error: unknown, { sequence }: Append): boolean {
  if (!(error instanceof TransactionError)) return false;
  if (error.code === "BAD_VERSION") return true;
  return sequence !== undefined && error.code === "NODE_EXISTS" && error.index === WRITER_INDEX;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function checkFence(path: string, head: Head, token: Zxid | undefined): void {
  if (head.fence > (token ?? 0n)) throw new LogFencedError(path, token, head.fence);
}

const JSON_CODEC: LogCodec<unknown> = {
  encode(value) {
    const text = JSON.stringify(value);
    if (text === undefined) throw badArgument(`JSON has no ${typeof value}: give the log a codec.`);
    return text;
  },
  decode: (data) => JSON.parse(data.toString()),
};

function anySignal(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? one : AbortSignal.any([one, other]);
}

function checkStart(from: LogStart): void {
  if (from !== "first" && from !== "next" && !isCount(from))
    throw badArgument(`The position is ${String(from)}: it must be an integer from 0, "first" or "next".`);
}

function retentionOption(retention: LogRetention | undefined): LogRetention | undefined {
  if (retention?.entries !== undefined) integer("retention.entries", retention.entries, 0);
  if (retention?.ageMs !== undefined && !(retention.ageMs > 0))
    throw badArgument(`retention.ageMs is ${String(retention.ageMs)}: it must be a positive number.`);
  return retention;
}

function integer(name: string, value: number, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  throw badArgument(`${name} is ${String(value)}: it must be an integer ${range}.`);
}
