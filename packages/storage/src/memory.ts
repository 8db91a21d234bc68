/**
 * An engine that keeps everything in memory and obeys the ports to the letter, faults included.
 * For tests, for servers inside a test, and for the simulator: it has no clock, no chance and no I/O of its own.
 *
 * A {@link MemoryDisk} plays the medium and outlives the engines opened on it. What an engine writes waits in a lane
 * (log, state, meta or installation) as a {@link Flush} until the disk completes it, and only what was completed survives
 * a crash, plus what {@link MemoryEngine.crash} is told to keep of the flushes under way.
 */
import { type Installation, type Meta, type Recovery, type Space, type StorageEngine, StorageError } from "./engine.ts";
import { type InstallationMedium, StagedInstallation } from "./installation.ts";
import { checkAppend, checkCommit, checkInstall, invariant, Pins } from "./invariant.ts";
import { GENESIS, type LogEntry, type LogPosition, type Pin, type ReadLimit, type TransactionLog } from "./log.ts";
import {
  type KeyRange,
  SNAPSHOTS_MAX,
  type StateChange,
  type StateReader,
  type StateSnapshot,
  type StateStore,
} from "./state.ts";
import { Table } from "./table.ts";

/** Each lane carries one flush at a time; the lanes do not wait for each other. */
export type Lane = "log" | "state" | "meta" | "install";

/** What a flush does: lane `log` appends and truncates, lane `install` puts rows and finishes; the others do one thing. */
export type FlushOperation = "append" | "truncate" | "commit" | "meta" | "put" | "finish";

/**
 * One write on its way to the medium. Whoever holds it calls `complete` or `fail`, once; after a crash both do nothing.
 * The first flush that fails is the end of the engine: it and all others under way stay in {@link MemoryEngine.pending},
 * since nobody knows what of them the medium has; only `crash` decides.
 */
export interface Flush {
  readonly lane: Lane;
  readonly operation: FlushOperation;
  /** Log entries, state changes or rows in it; 1 for a truncation, a meta record or the finish of an installation. */
  readonly items: number;
  readonly bytes: number;
  complete(): void;
  fail(): void;
}

export interface MemoryEngineOptions {
  /** Names of the tables, in the order in which changes refer to them. */
  readonly tables: readonly string[];
  /** The medium. By default a fresh one. */
  readonly disk?: MemoryDisk;
  readonly sid?: number;
  readonly clusterId?: string;
  /** Identity given to a fresh disk, 1 to 2^53−1. By default `sid`: chance is the caller's to hand in. */
  readonly nonce?: number;
  /**
   * Decides when each flush completes: the simulator's disk. By default in a microtask.
   * Not asked while {@link MemoryEngine.hold} is in force.
   */
  readonly schedule?: (flush: Flush) => void;
}

/** What a crash spares of the flushes under way. By default nothing. */
export interface Survivors {
  /** How many of the entries being flushed are whole on the medium; of a truncation, 1 says it took place. */
  readonly log?: number;
  /** The entry after those is there in part: the next engine reports a torn tail. */
  readonly torn?: boolean;
  readonly state?: boolean;
  readonly meta?: boolean;
  /** The finish of an installation. Rows put before it never count without it. */
  readonly install?: boolean;
}

export interface MemoryEngine extends StorageEngine {
  readonly disk: MemoryDisk;
  /** The flush under way, or left by a failure, in each lane; those wanted after it are not on their way to the medium yet. */
  readonly pending: { readonly [lane in Lane]: Flush | undefined };
  /** From now on flushes wait for {@link release}. */
  hold(): void;
  /** Completes the flushes held, and ends the hold unless told to release but the first `flushes`. */
  release(flushes?: number): void;
  /** The next flush of that lane to complete fails instead: the engine is dead then, as the ports say. */
  failNext(lane: Lane): void;
  /** How much room the medium shows from now on. */
  setSpace(space: Space): void;
  /**
   * What a power loss does, after a failure too. This engine is gone, its promises never settle, and the one returned has
   * the same tables and whatever the medium kept. `schedule` and the tables carry over, holds and failures asked for do not.
   */
  crash(survivors?: Survivors): MemoryEngine;
}

/** What outlives an engine. Opaque: make one, hand it to {@link openMemoryEngine}, hand it over again to reopen. */
export class MemoryDisk {
  /** @internal */ meta: Meta | undefined;
  /** @internal */ readonly entries: LogEntry[] = [];
  /** @internal The position before `entries[0]`. */ base: LogPosition = GENESIS;
  /** @internal */ readonly tables = new Map<string, Table>();
  /** @internal */ applied: LogPosition = GENESIS;
  /** @internal */ commitHint = 0;
  /** @internal */ tornBytes = 0;
  /** @internal */ space: Space = "ok";
  /** @internal */ held = false;
}

/**
 * Opens what `options.disk` holds; a fresh disk becomes an empty member.
 * @throws {@link StorageError} `LOCKED` while another engine has the disk, `UNUSABLE` when it is another member's.
 */
export function openMemoryEngine(options: MemoryEngineOptions): MemoryEngine {
  return new Engine(options);
}

class Engine implements MemoryEngine {
  readonly disk: MemoryDisk;
  readonly log: Log;
  readonly recovery: Recovery;
  readonly pending: { [lane in Lane]: Flush | undefined } = {
    log: undefined,
    state: undefined,
    meta: undefined,
    install: undefined,
  };
  onSpace: ((space: Space) => void) | undefined;
  onFailure: ((error: StorageError) => void) | undefined;
  readonly #options: MemoryEngineOptions;
  #state: State;
  #installation: StagedInstallation | undefined;
  #replacing = false;
  /** The record last asked for: what `meta` shows, durable or not. */
  #meta: Meta;
  #metaWrites: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #crashed = false;
  #failure: StorageError | undefined;
  #holding = false;
  #held: Flush[] = [];
  readonly #failing = new Set<Lane>();
  /** How what is under way in each lane gets onto the medium. */
  readonly #landings: { [lane in Lane]: ((items: number) => void) | undefined } = {
    log: undefined,
    state: undefined,
    meta: undefined,
    install: undefined,
  };

  constructor(options: MemoryEngineOptions) {
    const disk = options.disk ?? new MemoryDisk();
    if (disk.held) throw new StorageError("LOCKED", "this MemoryDisk is open in another engine: close that one first");
    const { sid = disk.meta?.sid ?? 1, clusterId = disk.meta?.clusterId ?? "0000000000000000" } = options;
    const created = disk.meta === undefined;
    disk.meta ??= {
      clusterId,
      sid,
      incarnation: 1,
      acceptedEpoch: 0,
      acceptedLeader: 0,
      damaged: false,
      nonce: options.nonce ?? sid,
      founders: [],
      belongs: false,
    };
    if (disk.meta.sid !== sid || disk.meta.clusterId !== clusterId) {
      const { meta } = disk;
      throw new StorageError(
        "UNUSABLE",
        `this MemoryDisk belongs to member ${meta.sid} of ensemble ${meta.clusterId}, not to member ${sid} of ${clusterId}`,
      );
    }
    disk.held = true;
    this.disk = disk;
    this.#options = options;
    this.#meta = disk.meta;
    const last = disk.entries.at(-1) ?? disk.base;
    this.recovery = {
      created,
      replayEntries: last.index - disk.applied.index,
      tornBytes: disk.tornBytes,
      tornAt: disk.tornBytes > 0 ? `memory log after entry ${last.index}` : undefined,
      commitHint: disk.commitHint,
      elapsedMs: 0,
    };
    disk.tornBytes = 0;
    this.log = new Log(this);
    this.#state = new State(this, options.tables);
  }

  get state(): State {
    return this.#state;
  }

  get meta(): Meta {
    return this.#meta;
  }

  get space(): Space {
    return this.disk.space;
  }

  async writeMeta(meta: Meta): Promise<void> {
    this.assertOpen();
    if (this.#failure) throw this.#failure;
    this.#meta = meta;
    // One at a time, in the order asked for.
    const write = this.#metaWrites.then(
      () =>
        new Promise<void>((resolve, reject) => {
          const land = (): void => {
            this.disk.meta = meta;
          };
          this.flush("meta", "meta", 1, 64, land, (error) => (error ? reject(error) : resolve()));
        }),
    );
    this.#metaWrites = write.catch(() => {});
    return write;
  }

  async install(position: LogPosition): Promise<Installation> {
    this.assertOpen();
    invariant(this.#installation === undefined, () => "two installations at once");
    checkInstall(position, this.#state.applied);
    if (this.#failure) throw this.#failure;
    const { tables: names } = this.#options;
    const tables = names.map(() => new Table());
    const medium: InstallationMedium = {
      assertOpen: () => this.assertOpen(),
      failure: () => this.#failure,
      write: (rows, bytes) => this.#stage(tables, rows, bytes),
      replace: (written) => this.#replace(tables, position, written),
      discard: async () => {},
    };
    this.#installation = new StagedInstallation(medium, names.length, () => {
      this.#installation = undefined;
    });
    return this.#installation;
  }

  sizes(): { stateBytes: number; logBytes: number } {
    return { stateBytes: this.state.bytes, logBytes: this.log.bytes };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  hold(): void {
    this.#holding = true;
  }

  release(flushes = Infinity): void {
    if (flushes === Infinity) this.#holding = false;
    for (const flush of this.#held.splice(0, flushes)) flush.complete();
  }

  failNext(lane: Lane): void {
    this.#failing.add(lane);
  }

  setSpace(space: Space): void {
    if (space === this.disk.space) return;
    this.disk.space = space;
    this.onSpace?.(space);
  }

  crash({ log = 0, torn = false, state = false, meta = false, install = false }: Survivors = {}): MemoryEngine {
    invariant(this.disk.held && !this.#crashed, () => "crash of an engine that is not open");
    const { disk, pending } = this;
    invariant(
      log <= (pending.log?.items ?? 0),
      () => `crash keeps ${log} of ${pending.log?.items ?? 0} entries in flight`,
    );
    if (log > 0) this.#landings.log?.(log);
    if (torn) disk.tornBytes = 1;
    if (state) this.#landings.state?.(1);
    if (meta) this.#landings.meta?.(1);
    if (install && pending.install?.operation === "finish") this.#landings.install?.(1);
    this.#crashed = true;
    disk.held = false;
    // What belongs to it may have been written down since it was opened.
    return new Engine({
      ...this.#options,
      disk,
      ...(disk.meta && { sid: disk.meta.sid, clusterId: disk.meta.clusterId }),
    });
  }

  /** Hands a write to the medium: `land` puts it there, `done` tells who waits for it. */
  flush(
    lane: Lane,
    operation: FlushOperation,
    items: number,
    bytes: number,
    land: (items: number) => void,
    done: (error: StorageError | undefined) => void,
  ): void {
    if (this.#failure) {
      done(this.#failure);
      return;
    }
    invariant(this.pending[lane] === undefined, () => `two flushes of the ${lane} at once`);
    let settled = false;
    const settle = (failed: boolean): void => {
      if (this.#crashed || settled) return;
      settled = true;
      if (this.#failing.delete(lane) || failed) this.#fail(new StorageError("FAILED", `a flush of the ${lane} failed`));
      if (this.#failure === undefined) {
        this.pending[lane] = undefined;
        this.#landings[lane] = undefined;
        land(items);
      }
      done(this.#failure);
    };
    const flush: Flush = { lane, operation, items, bytes, complete: () => settle(false), fail: () => settle(true) };
    this.pending[lane] = flush;
    this.#landings[lane] = land;
    if (this.#holding) this.#held.push(flush);
    else if (this.#options.schedule) this.#options.schedule(flush);
    else queueMicrotask(flush.complete);
  }

  get failure(): StorageError | undefined {
    return this.#failure;
  }

  assertOpen(): void {
    invariant(!this.#crashed && this.#closing === undefined, () => "use of an engine that is closed or has crashed");
  }

  /** As {@link assertOpen}, for what changes state or log: not while both are being replaced. */
  assertWritable(): void {
    this.assertOpen();
    invariant(!this.#replacing, () => "a change asked for while an installation finishes");
  }

  assertReadable(): void {
    invariant(!this.#crashed && this.disk.held, () => "read from an engine that is closed or has crashed");
  }

  async #stage(tables: readonly Table[], rows: readonly StateChange[], bytes: number): Promise<void> {
    if (this.space === "none") throw new StorageError("FULL", "the in-memory disk is set to be full");
    const land = (): void => {
      for (const { table, key, value } of rows) {
        (tables[table] as Table).set(Buffer.from(key), Buffer.from(value as Uint8Array));
      }
    };
    await new Promise<void>((resolve, reject) => {
      this.flush("install", "put", rows.length, bytes, land, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Puts staged tables in force, with an empty log at `position`, once `written` and what else is under way has settled. */
  async #replace(
    tables: readonly Table[],
    { index, epoch, counter, chain }: LogPosition,
    written: Promise<void>,
  ): Promise<void> {
    const { disk } = this;
    const position = { index, epoch, counter, chain };
    this.#replacing = true;
    try {
      await Promise.all([written, this.log.idle(), this.#state.idle()]);
      if (this.#failure) throw this.#failure;
      if (this.space === "none") throw new StorageError("FULL", "the in-memory disk is set to be full");
      checkInstall(position, this.#state.applied);
      const land = (): void => {
        disk.tables.clear();
        for (const [at, name] of this.#options.tables.entries()) disk.tables.set(name, tables[at] as Table);
        disk.applied = position;
        disk.entries.length = 0;
        disk.base = position;
        disk.commitHint = 0;
      };
      await new Promise<void>((resolve, reject) => {
        this.flush("install", "finish", 1, 64, land, (error) => {
          if (error) return reject(error);
          this.log.restart();
          this.#state.retire();
          this.#state = new State(this, this.#options.tables);
          resolve();
        });
      });
    } finally {
      this.#replacing = false;
    }
  }

  #fail(error: StorageError): void {
    if (this.#failure) return;
    this.#failure = error;
    this.onFailure?.(error);
  }

  async #close(): Promise<void> {
    await this.#installation?.abort();
    await Promise.all([this.log.idle(), this.#state.idle(), this.#metaWrites]);
    if (!this.#crashed) this.disk.held = false;
  }
}

/** A batch of appends that share a flush, or a truncation. They reach the medium in order, one at a time. */
interface Operation {
  readonly entries: LogEntry[];
  bytes: number;
  commitHint: number;
  /** Index to cut behind, of a truncation. */
  readonly cut: number | undefined;
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: StorageError) => void;
}

/** Most a flush carries; what is appended beyond it goes into the next. */
const BATCH_ENTRIES_MAX = 4096;

class Log implements TransactionLog {
  readonly #engine: Engine;
  /** What `read` sees: entries from `firstIndex` on, durable or not. */
  readonly #entries: LogEntry[];
  #base: LogPosition;
  #durableIndex: number;
  readonly #queue: Operation[] = [];
  #flushing: Operation | undefined;
  #starting = false;
  #idle: (() => void)[] = [];
  /** Woken when `durableIndex` rises or the log fails. */
  readonly #watchers: { index: number; resolve: () => void; reject: (error: StorageError) => void }[] = [];
  readonly #pins = new Pins();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#entries = engine.disk.entries.slice();
    this.#base = engine.disk.base;
    this.#durableIndex = this.last.index;
  }

  get firstIndex(): number {
    return this.#base.index + 1;
  }

  get last(): LogPosition {
    return this.#entries.at(-1) ?? this.#base;
  }

  get durableIndex(): number {
    return this.#durableIndex;
  }

  get bytes(): number {
    return this.#entries.length * 64;
  }

  append(entries: readonly LogEntry[], commitHint: number): Promise<void> {
    const engine = this.#engine;
    engine.assertWritable();
    checkAppend(this.last, entries);
    if (engine.failure) return Promise.reject(engine.failure);
    if (engine.space === "none")
      return Promise.reject(new StorageError("FULL", "the in-memory disk is set to be full"));
    if (entries.length === 0) return this.durable(this.last.index);
    for (const entry of entries) this.#entries.push(entry);
    let batch = this.#queue.at(-1);
    if (batch === undefined || batch.cut !== undefined || batch.entries.length + entries.length > BATCH_ENTRIES_MAX) {
      batch = this.#enqueue(undefined);
    }
    batch.commitHint = Math.max(batch.commitHint, Math.min(commitHint, this.last.index));
    for (const entry of entries) {
      batch.entries.push(entry);
      batch.bytes += entry.payload.length;
    }
    return batch.done;
  }

  async read(from: number, { entriesMax, bytesMax }: ReadLimit): Promise<readonly LogEntry[]> {
    this.#engine.assertReadable();
    if (from < this.firstIndex || from > this.last.index) {
      throw new RangeError(`log entry ${from} is outside ${this.firstIndex}..${this.last.index}`);
    }
    const start = from - this.firstIndex;
    let end = start;
    let bytes = 0;
    while (end < this.#entries.length) {
      bytes += (this.#entries[end] as LogEntry).payload.length;
      if (end > start && (end - start >= entriesMax || bytes > bytesMax)) break;
      end++;
    }
    return this.#entries.slice(start, end);
  }

  truncate(index: number): Promise<void> {
    const engine = this.#engine;
    engine.assertWritable();
    invariant(
      index >= this.#base.index && index >= engine.state.applied.index && index <= this.last.index,
      () =>
        `truncation to ${index}, outside ${Math.max(this.#base.index, engine.state.applied.index)}..${this.last.index}`,
    );
    if (engine.failure) return Promise.reject(engine.failure);
    if (engine.space === "none")
      return Promise.reject(new StorageError("FULL", "the in-memory disk is set to be full"));
    this.#entries.length = index - this.#base.index;
    this.#durableIndex = Math.min(this.#durableIndex, index);
    return this.#enqueue(index).done;
  }

  async trim(index: number): Promise<void> {
    this.#engine.assertOpen();
    const { disk, state } = this.#engine;
    // Never what is not applied: after a crash it could be had from nowhere.
    const upTo = Math.min(index, state.applied.index, this.#durableIndex, this.#pins.lowest);
    const count = upTo - this.#base.index;
    if (count <= 0) return;
    this.#base = this.#entries[count - 1] as LogPosition;
    this.#entries.splice(0, count);
    disk.entries.splice(0, upTo - disk.base.index);
    disk.base = this.#base;
  }

  pin(index: number): Pin {
    this.#engine.assertOpen();
    return this.#pins.add(index, this.firstIndex);
  }

  /** Nothing is left of it: an installation took its place on the medium. */
  restart(): void {
    this.#entries.length = 0;
    this.#base = this.#engine.disk.base;
    this.#durableIndex = this.#base.index;
  }

  /** Resolves when all up to `index` is durable. */
  durable(index: number): Promise<void> {
    if (this.#engine.failure) return Promise.reject(this.#engine.failure);
    if (index <= this.#durableIndex) return Promise.resolve();
    return new Promise((resolve, reject) => this.#watchers.push({ index, resolve, reject }));
  }

  /** Resolves when nothing is on its way any more. */
  idle(): Promise<void> {
    if (this.#flushing === undefined && this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #enqueue(cut: number | undefined): Operation {
    let resolve = (): void => {};
    let reject: (error: StorageError) => void = resolve;
    const done = new Promise<void>((onDone, onFail) => {
      resolve = onDone;
      reject = onFail;
    });
    const operation: Operation = { entries: [], bytes: 0, commitHint: 0, cut, done, resolve, reject };
    this.#queue.push(operation);
    this.#start();
    return operation;
  }

  /** Starts the next flush at the end of this turn's code, so that what it appends in several calls goes in one. */
  #start(): void {
    if (this.#starting || this.#flushing) return;
    this.#starting = true;
    queueMicrotask(() => {
      this.#starting = false;
      const operation = this.#queue.shift();
      if (operation === undefined) return;
      this.#flushing = operation;
      const items = operation.cut === undefined ? operation.entries.length : 1;
      this.#engine.flush(
        "log",
        operation.cut === undefined ? "append" : "truncate",
        items,
        operation.bytes,
        (landing) => this.#land(operation, landing),
        (error) => (error ? this.#fail(error) : this.#landed(operation)),
      );
    });
  }

  /** Puts what was flushed on the medium. */
  #land({ cut, entries, commitHint }: Operation, items: number): void {
    const { disk } = this.#engine;
    disk.commitHint = Math.max(disk.commitHint, commitHint);
    if (cut !== undefined) {
      disk.entries.length = cut - disk.base.index;
      return;
    }
    for (let i = 0; i < items; i++) disk.entries.push(entries[i] as LogEntry);
  }

  #landed(operation: Operation): void {
    this.#flushing = undefined;
    // A truncation asked for meanwhile has taken back part of what this flush made durable.
    let durable = this.#engine.disk.entries.at(-1)?.index ?? this.#engine.disk.base.index;
    for (const { cut } of this.#queue) if (cut !== undefined && cut < durable) durable = cut;
    this.#durableIndex = durable;
    operation.resolve();
    for (let i = this.#watchers.length - 1; i >= 0; i--) {
      const watcher = this.#watchers[i];
      if (watcher && watcher.index <= durable) {
        this.#watchers.splice(i, 1);
        watcher.resolve();
      }
    }
    if (this.#queue.length > 0) this.#start();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }

  #fail(error: StorageError): void {
    this.#flushing?.reject(error);
    this.#flushing = undefined;
    for (const { reject } of this.#queue.splice(0)) reject(error);
    for (const { reject } of this.#watchers.splice(0)) reject(error);
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

class State implements StateStore {
  readonly #engine: Engine;
  readonly #tables: Table[];
  readonly #reader: Reader;
  #committing: Promise<void> | undefined;
  #snapshots = 0;
  #retired = false;

  constructor(engine: Engine, tables: readonly string[]) {
    this.#engine = engine;
    this.#tables = tables.map((name) => {
      const table = engine.disk.tables.get(name) ?? new Table();
      engine.disk.tables.set(name, table);
      return table;
    });
    this.#reader = new Reader(this.#tables);
  }

  get applied(): LogPosition {
    return this.#engine.disk.applied;
  }

  get bytes(): number {
    return this.#tables.length * 4096;
  }

  get(table: number, key: Uint8Array): Uint8Array | undefined {
    this.#assertReadable();
    return this.#reader.get(table, key);
  }

  scan(table: number, range: KeyRange, visit: (key: Uint8Array, value: Uint8Array) => boolean | void): void {
    this.#assertReadable();
    this.#reader.scan(table, range, visit);
  }

  scanKeys(table: number, range: KeyRange, visit: (key: Uint8Array) => boolean | void): void {
    this.scan(table, range, visit);
  }

  commit(changes: readonly StateChange[], applied: LogPosition): Promise<void> {
    const engine = this.#engine;
    engine.assertWritable();
    this.#assertReadable();
    invariant(this.#committing === undefined, () => "two commits at once");
    checkCommit(changes, this.#tables.length, this.applied, applied, engine.log.last);
    if (engine.failure) return Promise.reject(engine.failure);
    if (engine.space === "none")
      return Promise.reject(new StorageError("FULL", "the in-memory disk is set to be full"));
    const { index, epoch, counter, chain } = applied;
    const committing = this.#commit(changes, { index, epoch, counter, chain }).finally(() => {
      this.#committing = undefined;
    });
    this.#committing = committing;
    return committing;
  }

  snapshot(): StateSnapshot {
    this.#assertReadable();
    invariant(this.#snapshots < SNAPSHOTS_MAX, () => `more than ${SNAPSHOTS_MAX} snapshots at once`);
    this.#snapshots++;
    return new Snapshot(
      this.#tables.map((table) => table.snapshot()),
      this.applied,
      () => {
        this.#snapshots--;
      },
    );
  }

  /** Another state is in force. Snapshots of this one stay readable. */
  retire(): void {
    this.#retired = true;
  }

  async idle(): Promise<void> {
    await this.#committing?.catch(() => {});
  }

  #assertReadable(): void {
    this.#engine.assertReadable();
    invariant(!this.#retired, () => "use of a state that an installation has replaced");
  }

  async #commit(changes: readonly StateChange[], applied: LogPosition): Promise<void> {
    // The state never says it holds what the log could still lose.
    await this.#engine.log.durable(applied.index);
    let bytes = 0;
    for (const { key, value } of changes) bytes += key.length + (value?.length ?? 0);
    return new Promise((resolve, reject) => {
      const land = (): void => {
        for (const { table, key, value } of changes) {
          const target = this.#tables[table] as Table;
          if (value === undefined) target.delete(key);
          else target.set(key, value);
        }
        this.#engine.disk.applied = applied;
      };
      const done = (error: StorageError | undefined): void => (error ? reject(error) : resolve());
      this.#engine.flush("state", "commit", changes.length, bytes, land, done);
    });
  }
}

class Reader implements StateReader {
  readonly #tables: readonly Table[];

  constructor(tables: readonly Table[]) {
    this.#tables = tables;
  }

  get(table: number, key: Uint8Array): Uint8Array | undefined {
    return this.#table(table).get(key);
  }

  scan(table: number, range: KeyRange, visit: (key: Uint8Array, value: Uint8Array) => boolean | void): void {
    this.#table(table).scan(range, visit);
  }

  scanKeys(table: number, range: KeyRange, visit: (key: Uint8Array) => boolean | void): void {
    this.#table(table).scan(range, visit);
  }

  #table(table: number): Table {
    const found = this.#tables[table];
    invariant(found !== undefined, () => `table ${table} of ${this.#tables.length}`);
    return found;
  }
}

class Snapshot extends Reader implements StateSnapshot {
  readonly applied: LogPosition;
  readonly #onClose: () => void;
  #closed = false;

  constructor(tables: readonly Table[], applied: LogPosition, onClose: () => void) {
    super(tables);
    this.applied = applied;
    this.#onClose = onClose;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
  }
}
