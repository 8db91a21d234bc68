/** Puts state, log, meta record and lock together: opens a folder, watches its room, and stops everything when a part fails. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { getSystemErrorName } from "node:util";
import { type Meta, type Recovery, type Space, type StorageEngine, StorageError } from "@rookery/storage";
import { invariant } from "@rookery/storage/internal";
import { type Files, realFiles } from "./files.ts";
import { type Lock, lockFolder } from "./lock.ts";
import { SegmentedLog } from "./log.ts";
import { MetaFile } from "./meta.ts";
import { recoverLog } from "./recovery.ts";
import { LmdbState } from "./state.ts";

/** The part of a logger (pino's shape) that the engine uses. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface LmdbEngineOptions {
  /** Where everything is kept. Made if it is not there. */
  readonly folder: string;
  /** Names of the tables, in the order in which changes refer to them. */
  readonly tables: readonly string[];
  /** This member. Given, a folder of another member is refused. Default: whose the folder is, or 1. */
  readonly sid?: number;
  /** As `sid`; 16 lower-case hex digits. Zeros mean "not known yet" and agree with any. */
  readonly clusterId?: string;
  /** Size of a log segment's file. Default 64 MiB. */
  readonly segmentBytes?: number;
  /** Below this much free room `space` is `low`. Default 64 MiB. */
  readonly lowBytes?: number;
  /** How often to look at the free room, in milliseconds. Default 1000; 0 looks only when room is taken. */
  readonly spaceIntervalMs?: number;
  readonly logger?: Logger;
  /** The file system, of log and meta record. Tests hand in one that fails. */
  readonly files?: Files;
}

const UNSET_CLUSTER = "0000000000000000";
/** The least free room, in bytes, with which a new folder is begun; its log asks for more by itself. */
const NEW_FOLDER_BYTES_MIN = 1024 * 1024;
/** Kept for the state: trimming the log after a commit is what makes room again. */
const COMMIT_RESERVE_BYTES = 4 * 1024 * 1024;

/**
 * Opens, or creates, the storage of one member and recovers whatever the last run left.
 * Time taken depends on what is to be replayed, not on the size of tree or log.
 *
 * @throws {@link StorageError} `LOCKED`, `CORRUPT`, `NEWER_FORMAT`, `UNUSABLE` or `FULL`; nothing was changed then.
 */
export async function openLmdbEngine(options: LmdbEngineOptions): Promise<StorageEngine> {
  const began = performance.now();
  const { folder, files = realFiles } = options;
  await usable(folder, () => files.makeFolder(folder));
  await usable(folder, () => mustBeFolder(folder));
  const metaPath = join(folder, "meta");
  // Before anything is written, the lock included: a newer program's folder is left as it is.
  await (await usable(folder, () => MetaFile.read(files, metaPath)))?.close();
  const lock = await usable(folder, () => lockFolder(folder));
  try {
    const engine = await usable(folder, () => openLocked(options, files, metaPath, lock, began));
    report(engine.recovery, options);
    return engine;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openLocked(
  options: LmdbEngineOptions,
  files: Files,
  metaPath: string,
  lock: Lock,
  began: number,
): Promise<Engine> {
  const { folder, tables, segmentBytes = 64 * 1024 * 1024 } = options;
  invariant(segmentBytes % 4096 === 0 && segmentBytes >= 16_384, () => `segments of ${segmentBytes} bytes`);
  const logFolder = join(folder, "log");
  const statePath = join(folder, "state");
  const found = await MetaFile.read(files, metaPath);
  const identity = identify(found?.meta, options);
  if (found === undefined && (await files.freeBytes(folder)) < NEW_FOLDER_BYTES_MIN) {
    // LMDB maps its file and would end the process where the medium cannot back it.
    throw new StorageError(
      "FULL",
      `no room in ${folder} for a new data folder. Make room on that disk and start again.`,
    );
  }
  await files.makeFolder(logFolder);
  await files.makeFolder(statePath);
  await files.syncFolder(folder);

  let engine: Engine | undefined;
  const onFailure = (error: StorageError): void => engine?.fail(error);
  const state = new LmdbState({
    path: statePath,
    tables,
    hasRoom: (bytes) => engine?.hasRoomForState(bytes) ?? true,
    onFailure,
  });
  let log: SegmentedLog | undefined;
  let metaFile = found;
  try {
    const { applied } = state;
    if (found === undefined && applied.index > 0) {
      throw new StorageError(
        "CORRUPT",
        `${folder} holds a state up to entry ${applied.index} but no meta record, so its log cannot be trusted either; ` +
          "nothing was changed. Restore the whole folder, not parts of it, or choose an empty one.",
      );
    }
    const recovered = await recoverLog({
      files,
      folder: logFolder,
      segmentBytes,
      meta: found?.meta,
      identity,
      clean: found?.clean,
      applied,
      place: state.place,
    });
    log = new SegmentedLog(
      {
        files,
        folder: logFolder,
        segmentBytes,
        identity: () => engine?.meta ?? identity,
        applied: () => state.applied.index,
        hasRoom: (bytes) => engine?.hasRoomForLog(bytes) ?? true,
        onRoom: () => engine?.lookAtSpace(),
        onFailure,
      },
      recovered,
    );
    state.coverBy(log);
    // Last: a folder counts as made when this is there. And the mark of an orderly close goes before the log is written to.
    if (metaFile === undefined) metaFile = await MetaFile.create(files, folder, metaPath, identity);
    else if (metaFile.clean) await metaFile.write(metaFile.meta);
    const recovery: Recovery = {
      created: found === undefined,
      replayEntries: log.last.index - applied.index,
      tornBytes: recovered.tornBytes,
      tornAt: recovered.tornAt,
      commitHint: recovered.commitHint,
      elapsedMs: Math.round(performance.now() - began),
    };
    engine = new Engine(options, files, lock, metaFile, log, state, recovery, segmentBytes);
    await engine.begin();
    return engine;
  } catch (error) {
    await log?.close();
    await state.close();
    await metaFile?.close();
    throw error;
  }
}

class Engine implements StorageEngine {
  readonly log: SegmentedLog;
  readonly state: LmdbState;
  readonly recovery: Recovery;
  onSpace: ((space: Space) => void) | undefined;
  onFailure: ((error: StorageError) => void) | undefined;
  readonly #folder: string;
  readonly #files: Files;
  readonly #lock: Lock;
  readonly #meta: MetaFile;
  readonly #segmentBytes: number;
  readonly #lowBytes: number;
  readonly #intervalMs: number;
  readonly #logger: Logger | undefined;
  #freeBytes = Number.POSITIVE_INFINITY;
  #space: Space = "ok";
  #stateBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #failure: StorageError | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    { folder, lowBytes = 64 * 1024 * 1024, spaceIntervalMs = 1000, logger }: LmdbEngineOptions,
    files: Files,
    lock: Lock,
    meta: MetaFile,
    log: SegmentedLog,
    state: LmdbState,
    recovery: Recovery,
    segmentBytes: number,
  ) {
    this.#folder = folder;
    this.#files = files;
    this.#lock = lock;
    this.#meta = meta;
    this.log = log;
    this.state = state;
    this.recovery = recovery;
    this.#segmentBytes = segmentBytes;
    this.#lowBytes = lowBytes;
    this.#intervalMs = spaceIntervalMs;
    this.#logger = logger;
  }

  get meta(): Meta {
    return this.#meta.meta;
  }

  get space(): Space {
    return this.#space;
  }

  async begin(): Promise<void> {
    await this.#look();
    void this.log.prepare();
    if (this.#intervalMs === 0) return;
    this.#timer = setInterval(() => this.lookAtSpace(), this.#intervalMs);
    this.#timer.unref();
  }

  async writeMeta(meta: Meta): Promise<void> {
    invariant(this.#closing === undefined, () => "meta written to a closed engine");
    if (this.#failure) throw this.#failure;
    try {
      await this.#meta.write(meta);
    } catch (cause) {
      this.fail(
        new StorageError(
          "FAILED",
          `a write of the meta record in ${this.#folder} failed (${(cause as Error).message})`,
          { cause },
        ),
      );
    }
    if (this.#failure) throw this.#failure;
  }

  sizes(): { stateBytes: number; logBytes: number } {
    return { stateBytes: this.#stateBytes, logBytes: this.log.bytes };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The first failure ends it all: nothing is written after it, and the callback hears of it once. */
  fail(error: StorageError): void {
    if (this.#failure) return;
    this.#failure = error;
    this.log.stop(error);
    this.state.stop(error);
    this.#logger?.warn({ code: error.code }, error.message);
    this.onFailure?.(error);
  }

  /** A new segment of `bytes`: it must leave alone what is kept for state and meta record. */
  hasRoomForLog(bytes: number): boolean {
    return this.#freeBytes >= bytes + this.#lowBytes;
  }

  hasRoomForState(bytes: number): boolean {
    // A changed page is copied with those above it: twice the bytes, and some.
    return this.#freeBytes >= Math.min(this.#lowBytes, COMMIT_RESERVE_BYTES) / 2 + 2 * bytes;
  }

  /** Looks at the free room soon; called at intervals and whenever the log has taken some. */
  lookAtSpace(): void {
    if (this.#failure || this.#closing) return;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
  }

  async #look(): Promise<void> {
    try {
      this.#freeBytes = await this.#files.freeBytes(this.#folder);
      this.#stateBytes = await this.#files.size(join(this.#folder, "state", "data.mdb"));
    } catch (error) {
      this.#logger?.warn({ error }, `cannot tell the free room of ${this.#folder}`);
      return;
    }
    // A spare in the making already has part of its room.
    const couldTakeOne = this.log.hasSpare || this.hasRoomForLog(this.#segmentBytes - this.log.preparedBytes);
    if (!this.log.hasSpare && couldTakeOne && this.#space !== "ok") void this.log.prepare();
    const space =
      !couldTakeOne && this.log.sureRoom < this.#segmentBytes / 8
        ? "none"
        : !couldTakeOne || this.#freeBytes < this.#lowBytes
          ? "low"
          : "ok";
    if (space === this.#space) return;
    this.#space = space;
    this.#logger?.warn({ space, freeBytes: this.#freeBytes }, `room in ${this.#folder}: ${space}`);
    this.onSpace?.(space);
  }

  async #close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#looking;
    const end = await this.log.close();
    await this.state.close();
    // Only after an orderly end may the next start go on in the same segment.
    if (end && this.#failure === undefined) await this.#meta.write(this.#meta.meta, end).catch(() => {});
    await this.#meta.close();
    await this.#lock.release();
  }
}

/** What the member is: as stored, as told, or new. */
function identify(stored: Meta | undefined, { folder, sid, clusterId }: LmdbEngineOptions): Meta {
  if (stored === undefined) {
    return {
      clusterId: clusterId ?? UNSET_CLUSTER,
      sid: sid ?? 1,
      incarnation: 1,
      acceptedEpoch: 0,
      acceptedLeader: 0,
      damaged: false,
    };
  }
  const sameCluster =
    clusterId === undefined ||
    clusterId === stored.clusterId ||
    clusterId === UNSET_CLUSTER ||
    stored.clusterId === UNSET_CLUSTER;
  if ((sid === undefined || sid === stored.sid) && sameCluster) return stored;
  throw new StorageError(
    "UNUSABLE",
    `${folder} belongs to member ${stored.sid} of ensemble ${stored.clusterId}, and this is member ${sid ?? stored.sid} ` +
      `of ${clusterId ?? stored.clusterId}. Nothing was changed. Point this member at its own folder.`,
  );
}

async function mustBeFolder(folder: string): Promise<void> {
  if ((await stat(folder)).isDirectory()) return;
  throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
}

/** Turns what the system says of a folder that cannot be used into an error that says what to do. */
async function usable<T>(folder: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const { code, path = folder, message } = error as { code?: string | number; path?: string; message: string };
    // LMDB gives the system's number where Node gives its name.
    const name = typeof code === "number" && code > 0 ? getSystemErrorName(-code) : String(code);
    const advice = ADVICE[name];
    if (advice === undefined) throw error;
    throw new StorageError("UNUSABLE", `${path} cannot be used (${message}). ${advice}`, { cause: error });
  }
}

const ADVICE: { readonly [code: string]: string } = {
  EACCES: "Give the user this process runs as the right to read and write it, and to enter the folders above it.",
  EPERM: "Give the user this process runs as the right to read and write it.",
  EROFS: "It is on a medium mounted read-only: mount it writable or choose another folder.",
  ENOTDIR: "A file is in the way: choose another folder or move the file.",
  EEXIST: "A file is in the way: choose another folder or move the file.",
  ENOENT: "It cannot be made: choose a folder that can.",
  EISDIR: "A folder is where a file should be: move it away.",
};

function report(
  { created, tornBytes, tornAt, replayEntries, elapsedMs }: Recovery,
  { folder, logger }: LmdbEngineOptions,
): void {
  if (logger === undefined) return;
  const fields = { folder, created, replayEntries, tornBytes, tornAt, elapsedMs };
  if (tornBytes > 0) logger.warn(fields, `cut a torn tail of ${tornBytes} bytes, never acknowledged, from ${tornAt}`);
  else logger.info(fields, created ? `made ${folder}` : `opened ${folder}`);
}
