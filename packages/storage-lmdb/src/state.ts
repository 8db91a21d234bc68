/**
 * The durable state: ordered tables in LMDB. The rules behind each choice are those of the measurements in bench/README.md
 * and of lmdb-js 3.5.6, named where they are followed.
 */
import { join } from "node:path";
import type { KeyRange, LogPosition, StateChange, StateSnapshot, StateStore } from "@rookery/storage";
import { GENESIS, SNAPSHOTS_MAX, StorageError } from "@rookery/storage";
import { checkCommit, invariant } from "@rookery/storage/internal";
import { type Database, open, type RootDatabase, type Transaction } from "lmdb";
import type { Files } from "./files.ts";
import type { Place } from "./recovery.ts";

/** The typings leave out that these take such options too. */
type Table = Database<Buffer, Buffer> & {
  put(key: Buffer, value: Buffer, options: { append: true }): Promise<boolean>;
  getBinaryFast(key: Buffer, options?: { transaction: Transaction }): Buffer | undefined;
};

/** Ours, beside the caller's tables; it changes in the same transactions as they do. */
const CONTROL_TABLE = "@engine";
const APPLIED_KEY = Buffer.from("applied");
const PLACE_KEY = Buffer.from("place");

export interface StateOptions {
  readonly path: string;
  readonly tables: readonly string[];
  /** Whether the medium can take a commit of that many bytes. */
  readonly hasRoom: (bytes: number) => boolean;
  readonly onFailure: (error: StorageError) => void;
}

/** What the state needs to know of the log; there is none yet while the state is being opened. */
export interface LogCover {
  readonly last: LogPosition;
  durable(index: number): Promise<void>;
  placeAfter(index: number): Place;
}

interface Environment {
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly control: Table;
  readonly tables: readonly Table[];
}

/** `durable` false: commits are not flushed, and the caller sees to it at the end. */
function openEnvironment(path: string, names: readonly string[], durable: boolean): Environment {
  for (const name of names) {
    invariant(!name.startsWith("@") && name.length > 0, () => `a table may not be called "${name}"`);
  }
  // No `overlappingSync`: with it a failed flush rejects and its data stays visible. No data in the root database: it
  // holds the table of the named ones. 4 KiB pages: with larger ones a small commit writes more, and keys need no more.
  const root = open<Buffer, Buffer>({
    path,
    noSubdir: false,
    encoding: "binary",
    keyEncoding: "binary",
    overlappingSync: false,
    noSync: !durable,
    // See #commit. The typings leave it out.
    ...{ eventTurnBatching: false },
    pageSize: 4096,
    maxDbs: names.length + 4,
  });
  const table = (name: string): Table =>
    root.openDB<Buffer, Buffer>({ name, encoding: "binary", keyEncoding: "binary" }) as Table;
  return { root, control: table(CONTROL_TABLE), tables: names.map(table) };
}

/** A state in the making: rows in order, then the position they are of. Nothing of it counts before the caller says so. */
export class StateDraft {
  readonly #path: string;
  readonly #environment: Environment;
  #closing: Promise<void> | undefined;

  constructor(path: string, tables: readonly string[]) {
    this.#path = path;
    this.#environment = openEnvironment(path, tables, false);
  }

  async put(rows: readonly StateChange[]): Promise<void> {
    const { root, tables } = this.#environment;
    await committed(
      root.batch(() => {
        // Appended, so that pages become full: in the middle of a table they would be split in halves.
        for (const { table, key, value } of rows) {
          void (tables[table] as Table).put(bufferOf(key), bufferOf(value as Uint8Array), { append: true });
        }
      }),
    );
  }

  /** Makes it durable, as a state at `position`, and closes it. */
  async finish(files: Files, position: LogPosition): Promise<void> {
    const { root, control } = this.#environment;
    await committed(root.batch(() => void control.put(APPLIED_KEY, encodePosition(position))));
    await this.close();
    await files.syncFile(join(this.#path, "data.mdb"));
    await files.syncFolder(this.#path);
  }

  close(): Promise<void> {
    this.#closing ??= this.#environment.root.close();
    return this.#closing;
  }
}

/** @throws The cause when the batch failed. */
async function committed(batch: Promise<boolean>): Promise<void> {
  let done: boolean;
  try {
    done = await batch;
  } catch (error) {
    throw await causeOf(error as Error);
  }
  if (!done) throw new Error("LMDB did not take all of a batch");
}

/** The cause is in a promise of its own, whose rejection nobody else handles. */
async function causeOf(error: Error & { commitError?: Promise<never> }): Promise<Error> {
  return Promise.resolve(error.commitError).then(
    () => error,
    (reason: unknown) => reason as Error,
  );
}

export class LmdbState implements StateStore {
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #control: Table;
  readonly #tables: readonly Table[];
  readonly #options: StateOptions;
  #applied: LogPosition;
  #log: LogCover | undefined;
  #committing: Promise<void> | undefined;
  #failure: StorageError | undefined;
  readonly #snapshots = new Set<Snapshot>();
  #onLastSnapshot: (() => void) | undefined;
  #frozen = false;
  #closed = false;

  constructor(options: StateOptions) {
    this.#options = options;
    const { root, control, tables } = openEnvironment(options.path, options.tables, true);
    this.#root = root;
    this.#control = control;
    this.#tables = tables;
    this.#applied = decodePosition(this.#control.get(APPLIED_KEY));
  }

  get applied(): LogPosition {
    return this.#applied;
  }

  /** Where the log's records after `applied` were when that was committed. */
  get place(): Place | undefined {
    const bytes = this.#control.get(PLACE_KEY);
    return bytes && (JSON.parse(bytes.toString()) as Place);
  }

  /** From now on commits wait for the log to cover them. */
  coverBy(log: LogCover): void {
    this.#log = log;
  }

  get(table: number, key: Uint8Array): Uint8Array | undefined {
    return get(this.#table(table), key, undefined);
  }

  scan(table: number, range: KeyRange, visit: (key: Uint8Array, value: Uint8Array) => boolean | void): void {
    scan(this.#table(table), range, visit, undefined);
  }

  scanKeys(table: number, range: KeyRange, visit: (key: Uint8Array) => boolean | void): void {
    scanKeys(this.#table(table), range, visit, undefined);
  }

  commit(changes: readonly StateChange[], applied: LogPosition): Promise<void> {
    this.#assertOpen();
    invariant(!this.#frozen, () => "a commit asked for while an installation finishes");
    invariant(this.#committing === undefined, () => "two commits at once");
    const log = this.#log as LogCover;
    // Before the first put: a put that throws leaves a batch behind that ends the process at close.
    checkCommit(changes, this.#tables.length, this.#applied, applied, log.last);
    if (this.#failure) return Promise.reject(this.#failure);
    let bytes = 0;
    for (const { key, value } of changes) bytes += key.length + (value?.length ?? 0) + 64;
    if (!this.#options.hasRoom(bytes)) {
      return Promise.reject(
        new StorageError(
          "FULL",
          `no room in ${this.#options.path} for a commit; nothing was written. Make room on that disk.`,
        ),
      );
    }
    const { index, epoch, counter, chain } = applied;
    const committing = this.#commit(log, changes, { index, epoch, counter, chain }).finally(() => {
      this.#committing = undefined;
    });
    this.#committing = committing;
    return committing;
  }

  snapshot(): StateSnapshot {
    this.#assertOpen();
    // Open readers keep pages from being used again, so there are few and always an end to them.
    invariant(this.#snapshots.size < SNAPSHOTS_MAX, () => `more than ${SNAPSHOTS_MAX} snapshots at once`);
    const transaction = this.#root.useReadTransaction();
    const applied = decodePosition(this.#control.get(APPLIED_KEY, { transaction }));
    const snapshot = new Snapshot(this.#tables, transaction, applied, () => {
      this.#snapshots.delete(snapshot);
      if (this.#snapshots.size === 0) this.#onLastSnapshot?.();
    });
    this.#snapshots.add(snapshot);
    return snapshot;
  }

  /** Between this and {@link thaw} commits are a bug. */
  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
  }

  /** Resolves when no commit is under way. */
  async settled(): Promise<void> {
    await this.#committing?.catch(() => {});
  }

  /** Another state is in force: nothing is read from this one any more but its snapshots, and with the last it is closed. */
  async retire(): Promise<void> {
    this.#closed = true;
    if (this.#snapshots.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onLastSnapshot = resolve;
      });
    }
    await this.#root.close();
  }

  closeSnapshots(): void {
    for (const snapshot of this.#snapshots) snapshot.close();
  }

  /** Refuses commits from now on: another part of the engine has failed. */
  stop(error: StorageError): void {
    this.#failure ??= error;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.settled();
    this.closeSnapshots();
    await this.#root.close();
  }

  #assertOpen(): void {
    invariant(!this.#closed, () => "use of a state that is closed, or replaced by an installation");
  }

  #table(table: number): Table {
    this.#assertOpen();
    const found = this.#tables[table];
    invariant(found !== undefined, () => `table ${table} of ${this.#tables.length}`);
    return found;
  }

  async #commit(log: LogCover, changes: readonly StateChange[], applied: LogPosition): Promise<void> {
    // The state never says it holds what the log could still lose.
    if (applied.index > 0) await log.durable(applied.index);
    if (this.#failure) throw this.#failure;
    const place = Buffer.from(JSON.stringify(log.placeAfter(applied.index)));
    try {
      // One explicit batch over all tables is one transaction and one promise. The batch that lmdb makes by itself of an
      // event turn's puts, or around this one, is one transaction too, but nobody gets its promise: when the commit fails,
      // that one is an unhandled rejection. So it is turned off.
      const done = await this.#root.batch(() => {
        for (const { table, key, value } of changes) {
          const target = this.#tables[table] as Table;
          if (value === undefined) void target.remove(bufferOf(key));
          else void target.put(bufferOf(key), bufferOf(value));
        }
        void this.#control.put(APPLIED_KEY, encodePosition(applied));
        void this.#control.put(PLACE_KEY, place);
      });
      const { index: stored } = decodePosition(this.#control.get(APPLIED_KEY));
      if (!done || stored !== applied.index) throw new Error(`LMDB says it is done and holds entry ${stored}`);
    } catch (error) {
      throw await this.#fail(error as Error);
    }
    this.#applied = applied;
  }

  async #fail(error: Error): Promise<StorageError> {
    const cause = await causeOf(error);
    const failure = new StorageError(
      "FAILED",
      `a commit to ${this.#options.path} failed (${cause.message}). The process must be started again to recover.`,
      { cause },
    );
    this.#failure ??= failure;
    this.#options.onFailure(this.#failure);
    return this.#failure;
  }
}

class Snapshot implements StateSnapshot {
  readonly applied: LogPosition;
  readonly #tables: readonly Table[];
  readonly #onClose: () => void;
  #transaction: Transaction | undefined;

  constructor(tables: readonly Table[], transaction: Transaction, applied: LogPosition, onClose: () => void) {
    this.#tables = tables;
    this.#transaction = transaction;
    this.applied = applied;
    this.#onClose = onClose;
  }

  get(table: number, key: Uint8Array): Uint8Array | undefined {
    return get(this.#table(table), key, this.#open);
  }

  scan(table: number, range: KeyRange, visit: (key: Uint8Array, value: Uint8Array) => boolean | void): void {
    scan(this.#table(table), range, visit, this.#open);
  }

  scanKeys(table: number, range: KeyRange, visit: (key: Uint8Array) => boolean | void): void {
    scanKeys(this.#table(table), range, visit, this.#open);
  }

  close(): void {
    if (this.#transaction === undefined) return;
    this.#transaction.done();
    this.#transaction = undefined;
    this.#onClose();
  }

  get #open(): Transaction {
    invariant(this.#transaction !== undefined, () => "read from a closed snapshot");
    return this.#transaction;
  }

  #table(table: number): Table {
    const found = this.#tables[table];
    invariant(found !== undefined, () => `table ${table} of ${this.#tables.length}`);
    return found;
  }
}

function get(table: Table, key: Uint8Array, transaction: Transaction | undefined): Uint8Array | undefined {
  const shared = table.getBinaryFast(bufferOf(key), transaction && { transaction });
  // The buffer is lmdb's own, whose length lies to native methods; a view of exactly the value does not.
  return shared?.subarray(0, shared.length);
}

function scan(
  table: Table,
  { from, to, limit }: KeyRange,
  visit: (key: Uint8Array, value: Uint8Array) => boolean | void,
  transaction: Transaction | undefined,
): void {
  for (const { key, value } of table.getRange(rangeOf(from, to, limit, transaction))) {
    if (visit(key, value) === false) return;
  }
}

function scanKeys(
  table: Table,
  { from, to, limit }: KeyRange,
  visit: (key: Uint8Array) => boolean | void,
  transaction: Transaction | undefined,
): void {
  for (const key of table.getKeys(rangeOf(from, to, limit, transaction))) {
    if (visit(key) === false) return;
  }
}

function rangeOf(from: Uint8Array, to: Uint8Array, limit: number | undefined, transaction: Transaction | undefined) {
  return {
    // LMDB has no empty key; a zero byte is the least of the others.
    start: from.length > 0 ? bufferOf(from) : Buffer.alloc(1),
    end: bufferOf(to),
    ...(limit === undefined ? undefined : { limit }),
    ...(transaction ? { transaction } : undefined),
  };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function encodePosition({ index, epoch, counter, chain }: LogPosition): Buffer {
  const out = Buffer.alloc(20);
  out.writeBigUInt64LE(BigInt(index));
  out.writeUInt32LE(epoch, 8);
  out.writeUInt32LE(counter, 12);
  out.writeUInt32LE(chain, 16);
  return out;
}

function decodePosition(bytes: Buffer | undefined): LogPosition {
  if (bytes === undefined) return GENESIS;
  return {
    index: Number(bytes.readBigUInt64LE()),
    epoch: bytes.readUInt32LE(8),
    counter: bytes.readUInt32LE(12),
    chain: bytes.readUInt32LE(16),
  };
}
