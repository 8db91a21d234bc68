/**
 * The transaction log: segment files, preallocated and zeroed, written by group commit.
 *
 * At most one flush is in flight; appends that arrive meanwhile share the next. A record is encoded when it is appended,
 * straight into its batch's buffer, while the disk is busy with the batch before: a flush is then one write.
 * Operations (batches and truncations) reach the medium in the order they were asked for, each after the one before.
 */
import {
  type LogEntry,
  type LogPosition,
  type Pin,
  type ReadLimit,
  StorageError,
  type TransactionLog,
} from "@rookery/storage";
import { chainWith, checkFollows, checksumOf, invariant, Pins } from "@rookery/storage/internal";
import type { File, Files } from "./files.ts";
import type { CleanEnd, LogStart } from "./meta.ts";
import { encodeRecord, recordBytes, SEGMENT_HEADER_BYTES, type SegmentHeader, type Stamp } from "./record.ts";
import {
  createZeroed,
  isFull,
  newSalt,
  PACED_BYTES,
  type Place,
  type Recovered,
  type Spare,
  segmentPath,
} from "./recovery.ts";
import { corrupt, mark, markFor, type Segment, segmentOf, walk, walkSync, writeSegmentHeader } from "./segment.ts";

/** Bounds of one flush; an entry larger than that goes alone. */
const BATCH_BYTES_MAX = 4 * 1024 * 1024;
const BATCH_ENTRIES_MAX = 4096;
/** Entries kept in memory behind the durable ones, so that followers a little behind cost no reads. */
const TAIL_BYTES_MAX = 16 * 1024 * 1024;

export interface LogOptions {
  readonly files: Files;
  readonly folder: string;
  readonly segmentBytes: number;
  readonly identity: () => Pick<SegmentHeader, "clusterId" | "sid" | "incarnation">;
  /** What the state holds durably: nothing above it is ever trimmed, nothing below it truncated. */
  readonly applied: () => number;
  /** Whether the medium has `bytes` to spare beyond what must stay free. */
  readonly hasRoom: (bytes: number) => boolean;
  readonly onRoom: () => void;
  readonly onFailure: (error: StorageError) => void;
}

interface Batch {
  readonly entries: LogEntry[];
  readonly generation: number;
  bytes: Buffer;
  view: DataView;
  length: number;
  readonly done: Deferred;
}

interface Truncation {
  readonly cut: LogPosition;
  readonly generation: number;
  readonly salt: number;
  readonly done: Deferred;
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Between two pieces of a spare, ms: written without a pause it made flushes beside it ten times as slow. */
const SPARE_PAUSE_MS = 5;

export class SegmentedLog implements TransactionLog {
  readonly #options: LogOptions;
  readonly #segments: Segment[];
  #active: File;
  #offset: number;
  #last: LogPosition;
  /** The last position in the active segment's file. */
  #written: LogPosition;
  #durableIndex: number;
  #batchNumber: number;
  /** Of the newest truncation asked for; what is encoded now belongs to it. */
  #generation: number;
  #salt: number;
  #nextNumber: number;
  #spare: Spare | undefined;
  #preparing: Promise<void> | undefined;
  #prepared = 0;
  /** A roll waits for the spare in preparation. */
  #hurry = false;

  /** Entries from `#tailFirst` on; all that are not durable, and some before. */
  readonly #tail: LogEntry[] = [];
  #tailFirst: number;
  #tailBytes = 0;

  readonly #queue: (Batch | Truncation)[] = [];
  /** Encoded and not on the medium, with what is in flight. */
  #queuedBytes = 0;
  #running = false;
  #free: Buffer[] = [];
  #failure: StorageError | undefined;
  #frozen = false;
  #closed = false;
  readonly #pins = new Pins();
  readonly #waiters: { readonly index: number; readonly done: Deferred }[] = [];
  #idle: (() => void)[] = [];
  /** Removals of whole segments run one after the other. */
  #trims: Promise<void> = Promise.resolve();

  constructor(options: LogOptions, recovered: Recovered) {
    this.#options = options;
    this.#segments = recovered.segments;
    this.#active = recovered.active;
    this.#offset = recovered.offset;
    this.#last = recovered.last;
    this.#written = recovered.last;
    this.#durableIndex = recovered.last.index;
    this.#tailFirst = recovered.last.index + 1;
    this.#batchNumber = recovered.batch;
    const { header } = this.#activeSegment;
    this.#generation = header.generation;
    this.#salt = header.salt;
    this.#nextNumber = recovered.nextNumber;
    this.#spare = recovered.spare;
  }

  get firstIndex(): number {
    return (this.#segments[0] as Segment).header.previous.index + 1;
  }

  get last(): LogPosition {
    return this.#last;
  }

  get durableIndex(): number {
    return this.#durableIndex;
  }

  /** Bytes of files, the spare included. */
  get bytes(): number {
    let bytes = this.#spare?.size ?? 0;
    for (const { size } of this.#segments) bytes += size;
    return bytes;
  }

  /** Of a spare in the making, the bytes that are there already. */
  get preparedBytes(): number {
    return this.#prepared;
  }

  get hasSpare(): boolean {
    return this.#spare !== undefined;
  }

  /** Bytes of records that certainly still fit, whatever the disk says. */
  get sureRoom(): number {
    const spare = this.#spare ? this.#spare.size - SEGMENT_HEADER_BYTES : 0;
    return Math.max(this.#activeSegment.size - this.#offset, spare) - this.#queuedBytes;
  }

  append(entries: readonly LogEntry[], commitHint: number): Promise<void> {
    this.#assertWritable("append");
    if (this.#failure) return Promise.reject(this.#failure);
    let bytes = 0;
    for (const { payload } of entries) bytes += recordBytes(payload.length);
    if (bytes > this.sureRoom && !this.#options.hasRoom(Math.max(this.#options.segmentBytes, bytes))) {
      return Promise.reject(
        new StorageError(
          "FULL",
          `no room in ${this.#options.folder} for ${bytes} bytes of log; nothing was written. Make room on that disk.`,
        ),
      );
    }
    if (entries.length === 0) return this.durable(this.#last.index);
    let batch: Batch | undefined;
    for (const entry of entries) {
      const into = this.#encode(entry, commitHint);
      // The caller gets the promise of the last batch; those before settle the same way, and nobody else listens.
      if (batch && batch !== into) batch.done.promise.catch(() => {});
      batch = into;
    }
    this.#start();
    return (batch as Batch).done.promise;
  }

  async read(from: number, limit: ReadLimit): Promise<readonly LogEntry[]> {
    invariant(!this.#closed, () => "read from a closed log");
    for (;;) {
      const generation = this.#generation;
      try {
        const entries = await this.#read(from, limit);
        if (generation === this.#generation) return entries;
      } catch (error) {
        if (generation === this.#generation) throw error;
      }
      // A truncation while the file was read: what was found may be history that does not count any more.
    }
  }

  async #read(from: number, { entriesMax, bytesMax }: ReadLimit): Promise<readonly LogEntry[]> {
    const entries: LogEntry[] = [];
    let bytes = 0;
    const take = (entry: LogEntry): boolean => {
      bytes += entry.payload.length;
      if (entries.length > 0 && (entries.length >= entriesMax || bytes > bytesMax)) return false;
      entries.push(entry);
      return true;
    };
    let next = from;
    for (;;) {
      if (next < this.firstIndex || next > this.#last.index) {
        if (entries.length > 0) return entries;
        throw new RangeError(`log entry ${from} is outside ${this.firstIndex}..${this.#last.index}`);
      }
      if (next >= this.#tailFirst) {
        for (let at = next - this.#tailFirst; at < this.#tail.length; at++) {
          if (!take(this.#tail[at] as LogEntry)) break;
        }
        return entries;
      }
      const more = await this.#readSegment(this.#segmentOf(next), next, take);
      next = from + entries.length;
      if (!more) return entries;
    }
  }

  truncate(index: number): Promise<void> {
    const lowest = Math.max(this.firstIndex - 1, this.#options.applied());
    this.#assertWritable("truncation");
    invariant(
      index >= lowest && index <= this.#last.index,
      () => `truncation to ${index}, outside ${lowest}..${this.#last.index}`,
    );
    if (this.#failure) return Promise.reject(this.#failure);
    const cut = this.#positionOf(index);
    if (this.#spare === undefined && !this.#options.hasRoom(this.#options.segmentBytes)) {
      return Promise.reject(
        new StorageError(
          "FULL",
          `no room in ${this.#options.folder} for a new segment; nothing was cut. Make room on that disk.`,
        ),
      );
    }
    this.#last = cut;
    this.#durableIndex = Math.min(this.#durableIndex, index);
    while (this.#tail.length > 0 && this.#tailFirst + this.#tail.length - 1 > index) {
      this.#tailBytes -= (this.#tail.pop() as LogEntry).payload.length;
    }
    this.#tailFirst = Math.min(this.#tailFirst, index + 1);
    this.#generation++;
    this.#salt = newSalt();
    const truncation = { cut, generation: this.#generation, salt: this.#salt, done: deferred() };
    this.#queue.push(truncation);
    this.#start();
    return truncation.done.promise;
  }

  trim(index: number): Promise<void> {
    invariant(!this.#closed, () => "trim of a closed log");
    if (this.#failure) return Promise.reject(this.#failure);
    const upTo = Math.min(index, this.#options.applied(), this.#durableIndex, this.#pins.lowest);
    // Oldest first, so that what a crash leaves is a suffix. The last segment always stays.
    const gone: string[] = [];
    while (this.#segments.length > 1 && (this.#segments[0] as Segment).endIndex <= upTo && this.#sealed(0)) {
      gone.push((this.#segments.shift() as Segment).path);
    }
    return this.remove(gone);
  }

  /** Removes files that are no part of the log any more, after those of earlier calls. */
  remove(gone: readonly string[]): Promise<void> {
    if (gone.length === 0) return this.#trims;
    const { files, folder } = this.#options;
    const trim = this.#trims.then(async () => {
      for (const path of gone) await files.remove(path);
      await files.syncFolder(folder);
    });
    this.#trims = trim.catch((error) => this.#fail(error));
    return this.#trims.then(() => {
      if (this.#failure) throw this.#failure;
    });
  }

  pin(index: number): Pin {
    invariant(!this.#closed, () => "pin of a closed log");
    return this.#pins.add(index, this.firstIndex);
  }

  /** Between this and {@link thaw} appends and truncations are a bug. */
  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
  }

  /** Resolves when everything asked for is on the medium, or the log has failed. */
  async settled(): Promise<void> {
    if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#trims;
  }

  /**
   * Where the log will begin if {@link restart} makes it begin anew at `position`. Makes sure that the segment is at hand,
   * so that there is nothing left to refuse. The log is frozen and settled.
   */
  async planRestart(position: LogPosition): Promise<LogStart> {
    this.#hurry = true;
    await this.prepare();
    this.#hurry = false;
    if (this.#failure) throw this.#failure;
    if (this.#spare === undefined) {
      throw new StorageError(
        "FULL",
        `no room in ${this.#options.folder} for a new segment; nothing was replaced. Make room on that disk.`,
      );
    }
    const { sequence, generation } = this.#activeSegment.header;
    return { sequence: sequence + 1, generation: generation + 1, position: positionOf(position), begun: false };
  }

  /**
   * Begins anew, with nothing in it. Calls `onSwitch` at the moment when that shows.
   * Returns the files of the log that was; they are the caller's to {@link remove}.
   */
  async restart({ sequence, generation, position }: LogStart, onSwitch: () => void): Promise<string[]> {
    const { files, identity } = this.#options;
    const { path, size } = this.#spare as Spare;
    this.#spare = undefined;
    const file = await files.open(path, "existing");
    const salt = newSalt();
    const fields = { generation, sequence, salt, previous: position, ackedThrough: position.index };
    const header: SegmentHeader = { ...identity(), ...fields };
    await writeSegmentHeader(file, header);
    const gone = this.#segments.splice(0, this.#segments.length, segmentOf(path, header, size));
    const before = this.#active;
    this.#active = file;
    this.#offset = SEGMENT_HEADER_BYTES;
    this.#generation = generation;
    this.#salt = salt;
    this.#last = position;
    this.#written = position;
    this.#durableIndex = position.index;
    this.#tail.length = 0;
    this.#tailFirst = position.index + 1;
    this.#tailBytes = 0;
    onSwitch();
    await before.close();
    if (!this.#closed) void this.prepare();
    return gone.map((segment) => segment.path);
  }

  /** Resolves when everything up to `index` is on the medium. */
  durable(index: number): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (index <= this.#durableIndex) return Promise.resolve();
    const done = deferred();
    this.#waiters.push({ index, done });
    return done.promise;
  }

  /** A place at or before the record after `index`, from which the next recovery may begin to read. `index` is durable. */
  placeAfter(index: number): Place {
    const segment = this.#segmentOf(index + 1);
    return { sequence: segment.header.sequence, ...markFor(segment, index + 1) };
  }

  /** Makes sure that a spare exists, if there is room. Never fails: without one, `space` says so. */
  prepare(): Promise<void> {
    this.#preparing ??= this.#prepare().finally(() => {
      this.#preparing = undefined;
    });
    return this.#preparing;
  }

  /** Waits for what was asked for and closes the files. Says where the log ends, unless it failed. */
  async close(): Promise<CleanEnd | undefined> {
    this.#closed = true;
    if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#preparing;
    await this.#trims;
    await this.#active.close();
    if (this.#failure) return undefined;
    return { sequence: this.#activeSegment.header.sequence, last: this.#written, offset: this.#offset };
  }

  /** Stops everything: another part of the engine has failed. */
  stop(error: StorageError): void {
    if (this.#failure) return;
    this.#failure = error;
    if (!this.#running) this.#reject(error);
  }

  #assertWritable(what: string): void {
    invariant(!this.#closed, () => `${what} of a closed log`);
    invariant(!this.#frozen, () => `${what} asked for while an installation finishes`);
  }

  get #activeSegment(): Segment {
    return this.#segments.at(-1) as Segment;
  }

  /** The segment's entries are final: the next one has begun. */
  #sealed(at: number): boolean {
    const next = this.#segments[at + 1];
    return next !== undefined && (this.#segments[at] as Segment).endIndex === next.header.previous.index;
  }

  #encode(entry: LogEntry, commitHint: number): Batch {
    const payloadChecksum = checksumOf(entry.payload);
    checkFollows(this.#last, entry, chainWith(this.#last.chain, entry, payloadChecksum));
    const size = recordBytes(entry.payload.length);
    const bytesMax = Math.min(BATCH_BYTES_MAX, this.#options.segmentBytes - SEGMENT_HEADER_BYTES);
    let batch = this.#queue.at(-1);
    if (
      batch === undefined ||
      "cut" in batch ||
      batch.entries.length === BATCH_ENTRIES_MAX ||
      batch.length + size > bytesMax
    ) {
      batch = this.#newBatch(size);
    }
    if (batch.length + size > batch.bytes.length) grow(batch, size);
    const stamp: Stamp = {
      salt: this.#salt,
      generation: batch.generation,
      batch: this.#batchNumber,
      ackedThrough: ((batch.entries[0] ?? entry) as LogEntry).index - 1,
      commitHint: Math.min(commitHint, entry.index),
    };
    batch.length = encodeRecord(batch.bytes, batch.view, batch.length, entry, payloadChecksum, stamp);
    batch.entries.push(entry);
    this.#queuedBytes += size;
    this.#last = entry;
    this.#tail.push(entry);
    this.#tailBytes += entry.payload.length;
    return batch;
  }

  #newBatch(size: number): Batch {
    this.#batchNumber = (this.#batchNumber + 1) >>> 0;
    const bytes = this.#free.pop() ?? Buffer.allocUnsafeSlow(Math.max(size, 64 * 1024));
    const batch: Batch = {
      entries: [],
      generation: this.#generation,
      bytes,
      view: viewOf(bytes),
      length: 0,
      done: deferred(),
    };
    this.#queue.push(batch);
    return batch;
  }

  /** The next flush begins at the end of this turn's code: what it appends in several calls goes in one. */
  #start(): void {
    if (this.#running) return;
    this.#running = true;
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    for (;;) {
      const operation = this.#queue.shift();
      if (operation === undefined || this.#failure) {
        if (operation) this.#queue.unshift(operation);
        break;
      }
      try {
        if ("cut" in operation) await this.#cut(operation);
        else await this.#flush(operation);
      } catch (error) {
        this.#queue.unshift(operation);
        this.#fail(error);
        break;
      }
      if (this.#failure) {
        // Another part failed meanwhile. What is on the medium is there, but nobody may count on this member any more.
        operation.done.reject(this.#failure);
        break;
      }
      this.#advance();
      operation.done.resolve();
    }
    this.#running = false;
    if (this.#failure) this.#reject(this.#failure);
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #flush(batch: Batch): Promise<void> {
    if (this.#offset + batch.length > this.#activeSegment.size) await this.#roll(batch.length);
    const segment = this.#activeSegment;
    await this.#active.write(batch.bytes.subarray(0, batch.length), this.#offset);
    mark(segment, this.#offset, this.#written);
    const last = batch.entries.at(-1) as LogEntry;
    segment.endIndex = last.index;
    this.#written = positionOf(last);
    this.#offset += batch.length;
    this.#queuedBytes -= batch.length;
    if (this.#free.length < 2 && batch.bytes.length <= BATCH_BYTES_MAX) this.#free.push(batch.bytes);
  }

  /** Goes on in the next segment. The header is on the medium before any record is: §13.2 tells torn from damaged by it. */
  async #roll(bytes: number): Promise<void> {
    const { generation, salt } = this.#activeSegment.header;
    await this.#begin(bytes, { generation, salt, previous: this.#written, ackedThrough: this.#written.index });
  }

  async #cut({ cut, generation, salt }: Truncation): Promise<void> {
    const { files, folder } = this.#options;
    await this.#begin(0, { generation, salt, previous: positionOf(cut), ackedThrough: cut.index });
    // The younger generation counts; what it replaced may go.
    const gone: string[] = [];
    while (this.#segments.length > 1 && (this.#segments.at(-2) as Segment).header.previous.index >= cut.index) {
      gone.push((this.#segments.splice(-2, 1)[0] as Segment).path);
    }
    const kept = this.#segments.at(-2);
    if (kept) kept.endIndex = cut.index;
    for (const path of gone) await files.remove(path);
    if (gone.length > 0) await files.syncFolder(folder);
  }

  async #begin(
    bytes: number,
    fields: Pick<SegmentHeader, "generation" | "salt" | "previous" | "ackedThrough">,
  ): Promise<void> {
    const { files, segmentBytes, identity } = this.#options;
    if (this.#spare === undefined) {
      this.#hurry = true;
      await this.#preparing;
      this.#hurry = false;
    }
    let next = this.#spare;
    let file: File;
    if (next && next.size >= SEGMENT_HEADER_BYTES + bytes) {
      this.#spare = undefined;
      file = await files.open(next.path, "existing");
    } else {
      const size = Math.max(segmentBytes, SEGMENT_HEADER_BYTES + bytes);
      next = await this.#create(size);
      file = await files.open(next.path, "existing");
    }
    const header: SegmentHeader = { ...identity(), ...fields, sequence: this.#activeSegment.header.sequence + 1 };
    await writeSegmentHeader(file, header);
    await this.#active.close();
    this.#active = file;
    this.#segments.push(segmentOf(next.path, header, next.size));
    this.#offset = SEGMENT_HEADER_BYTES;
    this.#written = fields.previous;
    if (!this.#closed) void this.prepare();
  }

  async #prepare(): Promise<void> {
    if (this.#spare || this.#failure) return;
    const { segmentBytes, hasRoom, onRoom } = this.#options;
    if (hasRoom(segmentBytes)) {
      try {
        this.#spare = await this.#create(segmentBytes, () => this.#pause());
      } catch (error) {
        // A full disk is not a failure here: nothing depends on the spare yet, and `space` tells.
        if (!isFull(error)) this.#fail(error);
      }
    }
    this.#prepared = 0;
    onRoom();
  }

  /** Between two pieces of a spare: none once the active segment is half full, somebody waits for it, or the log closes. */
  #pause(): Promise<void> | undefined {
    this.#prepared += PACED_BYTES;
    if (this.#hurry || this.#closed || this.#offset * 2 > this.#activeSegment.size) return undefined;
    return new Promise((resolve) => setTimeout(resolve, SPARE_PAUSE_MS));
  }

  /** A zeroed segment, its name durable. */
  async #create(size: number, pause?: () => Promise<void> | undefined): Promise<Spare> {
    const { files, folder } = this.#options;
    const path = segmentPath(folder, this.#nextNumber++);
    try {
      const file = await createZeroed(files, `${path}.tmp`, size, pause);
      await file.close();
      await files.rename(`${path}.tmp`, path);
      await files.syncFolder(folder);
    } catch (error) {
      await files.remove(`${path}.tmp`).catch(() => {});
      throw error;
    }
    return { path, size };
  }

  /** Raises `durableIndex` to what is written, but not above a truncation that was asked for meanwhile. */
  #advance(): void {
    let durable = this.#activeSegment.endIndex;
    for (const operation of this.#queue) if ("cut" in operation) durable = Math.min(durable, operation.cut.index);
    this.#durableIndex = durable;
    for (let at = this.#waiters.length - 1; at >= 0; at--) {
      const waiter = this.#waiters[at];
      if (waiter && waiter.index <= durable) {
        this.#waiters.splice(at, 1);
        waiter.done.resolve();
      }
    }
    if (this.#tailBytes > TAIL_BYTES_MAX || this.#tail.length > TAIL_ENTRIES_MAX) this.#shrinkTail();
  }

  /** Drops the older half of what is kept, of the durable entries. */
  #shrinkTail(): void {
    let bytes = this.#tailBytes;
    let count = 0;
    while (
      count < this.#tail.length &&
      this.#tailFirst + count <= this.#durableIndex &&
      (bytes > TAIL_BYTES_MAX / 2 || this.#tail.length - count > TAIL_ENTRIES_MAX / 2)
    ) {
      bytes -= (this.#tail[count] as LogEntry).payload.length;
      count++;
    }
    this.#tail.splice(0, count);
    this.#tailFirst += count;
    this.#tailBytes = bytes;
  }

  #segmentOf(index: number): Segment {
    let at = this.#segments.length - 1;
    while (at > 0 && (this.#segments[at] as Segment).header.previous.index >= index) at--;
    return this.#segments[at] as Segment;
  }

  /** False when `take` has had enough. */
  async #readSegment(segment: Segment, from: number, take: (entry: LogEntry) => boolean): Promise<boolean> {
    let file: File;
    try {
      file = await this.#options.files.open(segment.path, "existing");
    } catch (error) {
      if (this.#segments.includes(segment)) throw error;
      throw new RangeError(`log entry ${from} was trimmed; the first is ${this.firstIndex}`);
    }
    try {
      let wants = true;
      const end = Math.min(segment.endIndex, this.#last.index);
      const stop = await walk(file, segment, markFor(segment, from), end, ({ entry }) => {
        if (entry.index < from) return true;
        wants = take(entry);
        return wants;
      });
      if (stop.why !== "reached")
        throw corrupt(segment.path, stop.offset, stop.last.index + 1, "found while reading it back");
      return wants;
    } finally {
      await file.close();
    }
  }

  /** The position of an entry that exists, or of the one before the first. */
  #positionOf(index: number): LogPosition {
    if (index === this.#last.index) return positionOf(this.#last);
    const inTail = this.#tail[index - this.#tailFirst];
    if (inTail) return positionOf(inTail);
    return this.#find(this.#segmentOf(index + 1), index);
  }

  #find(segment: Segment, index: number): LogPosition {
    if (segment.header.previous.index === index) return segment.header.previous;
    // Rare, and the caller needs it before anything else may happen.
    const file = this.#options.files.openSync(segment.path);
    try {
      const stop = walkSync(file, segment, markFor(segment, index), index, () => true);
      if (stop.last.index !== index) {
        throw corrupt(segment.path, stop.offset, stop.last.index + 1, "found while reading it back");
      }
      return stop.last;
    } finally {
      void file.close();
    }
  }

  #fail(cause: unknown): void {
    if (this.#failure) return;
    const { message } = cause as Error;
    this.#failure =
      cause instanceof StorageError
        ? cause
        : new StorageError(
            "FAILED",
            `a write of the log in ${this.#options.folder} failed (${message}). What it wrote counts for nothing until the ` +
              "process has been started again and has recovered the log.",
            { cause },
          );
    this.#options.onFailure(this.#failure);
    if (!this.#running) this.#reject(this.#failure);
  }

  #reject(error: StorageError): void {
    for (const { done } of this.#queue.splice(0)) done.reject(error);
    for (const { done } of this.#waiters.splice(0)) done.reject(error);
  }
}

const TAIL_ENTRIES_MAX = 8192;

function grow(batch: Batch, size: number): void {
  const bytes = Buffer.allocUnsafeSlow(Math.max(batch.length + size, batch.bytes.length * 2));
  bytes.set(batch.bytes.subarray(0, batch.length));
  batch.bytes = bytes;
  batch.view = viewOf(bytes);
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function positionOf({ index, epoch, counter, chain }: LogPosition): LogPosition {
  return { index, epoch, counter, chain };
}

function deferred(): Deferred {
  let resolve = (): void => {};
  let reject: (error: unknown) => void = resolve;
  const promise = new Promise<void>((onDone, onFail) => {
    resolve = onDone;
    reject = onFail;
  });
  return { promise, resolve, reject };
}
