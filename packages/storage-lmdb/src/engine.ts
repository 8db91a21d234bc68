/** Puts state, log, meta record and lock together: opens a folder, watches its room, and stops everything when a part fails. */
import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { getSystemErrorName } from "node:util";
import {
  type Installation,
  type LogPosition,
  type Meta,
  type Recovery,
  type Space,
  type StateChange,
  type StorageEngine,
  StorageError,
} from "@rookery/storage";
import { checkInstall, invariant, StagedInstallation } from "@rookery/storage/internal";
import { checkDataFile } from "./data-file.ts";
import { type Files, realFiles } from "./files.ts";
import { type Lock, lockFolder } from "./lock.ts";
import { SegmentedLog } from "./log.ts";
import { MetaFile } from "./meta.ts";
import { recoverLog } from "./recovery.ts";
import { LmdbState, StateDraft, type StateOptions } from "./state.ts";

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
  const found = await MetaFile.read(files, metaPath);
  let metaFile = found;
  let state: LmdbState | undefined;
  let log: SegmentedLog | undefined;
  let engine: Engine | undefined;
  try {
    const statePath = stateFolder(folder, found?.state ?? 0);
    const identity = identify(found?.meta, options);
    if (found === undefined && (await files.freeBytes(folder)) < NEW_FOLDER_BYTES_MIN) {
      // LMDB maps its file and would end the process where the medium cannot back it.
      throw new StorageError(
        "FULL",
        `no room in ${folder} for a new data folder. Make room on that disk and start again.`,
      );
    }
    /** Of installations that did not finish, and of what a finished one replaced. */
    const otherStates = (await files.list(folder)).filter(
      (name) => /^state(\.[1-9][0-9]*)?$/.test(name) && join(folder, name) !== statePath,
    );
    if (found === undefined && otherStates.length > 0) {
      throw new StorageError(
        "CORRUPT",
        `${folder} holds ${otherStates.join(", ")} but no meta record, so nothing in it can be trusted; nothing was changed. ` +
          "Restore the whole folder, not parts of it, or choose an empty one.",
      );
    }
    await files.makeFolder(logFolder);
    await files.makeFolder(statePath);
    await files.syncFolder(folder);
    await checkDataFile(files, statePath);

    const onFailure = (error: StorageError): void => engine?.fail(error);
    const stateOptions = {
      tables,
      hasRoom: (bytes: number) => engine?.hasRoomForState(bytes) ?? true,
      onFailure,
    };
    const opened = new LmdbState({ ...stateOptions, path: statePath });
    state = opened;
    const { applied } = opened;
    if (found === undefined && applied.index > 0) {
      throw new StorageError(
        "CORRUPT",
        `${folder} holds a state up to entry ${applied.index} but no meta record, so its log cannot be trusted either; ` +
          "nothing was changed. Restore the whole folder, not parts of it, or choose an empty one.",
      );
    }
    // Recovery removes what the older slot of the record names: let both name what an unfinished installation put in force.
    if (found?.start?.begun === false) await found.write({});
    const recovered = await recoverLog({
      files,
      folder: logFolder,
      segmentBytes,
      meta: found?.meta,
      identity,
      clean: found?.clean,
      start: found?.start,
      applied,
      place: opened.place,
    });
    log = new SegmentedLog(
      {
        files,
        folder: logFolder,
        segmentBytes,
        identity: () => engine?.meta ?? identity,
        applied: () => (engine?.state ?? opened).applied.index,
        hasRoom: (bytes) => engine?.hasRoomForLog(bytes) ?? true,
        onRoom: () => engine?.lookAtSpace(),
        onFailure,
      },
      recovered,
    );
    opened.coverBy(log);
    if (metaFile === undefined) {
      await files.syncFolder(statePath);
      // Last: a folder counts as made when this is there.
      metaFile = await MetaFile.create(files, folder, metaPath, identity);
    } else {
      await renewRecord(metaFile, identity);
    }
    for (const name of otherStates) await files.removeFolder(join(folder, name));
    const recovery: Recovery = {
      created: found === undefined,
      replayEntries: log.last.index - applied.index,
      tornBytes: recovered.tornBytes,
      tornAt: recovered.tornAt,
      commitHint: recovered.commitHint,
      elapsedMs: Math.round(performance.now() - began),
    };
    engine = new Engine(options, files, lock, metaFile, log, opened, stateOptions, recovery, segmentBytes);
    await engine.begin();
    return engine;
  } catch (error) {
    await log?.close();
    await state?.close();
    await metaFile?.close();
    throw error;
  }
}

/** Brings the record up to what recovery made of the folder. */
async function renewRecord(file: MetaFile, identity: Meta): Promise<void> {
  const { meta, start, clean } = file;
  // The mark of an orderly close goes before the log is written to. A nonce is drawn once, and must not be drawn again.
  if (!clean && meta.nonce === identity.nonce && start?.begun !== false) return;
  await file.write({ meta: identity, start: start && { ...start, begun: true } });
}

/** An installation makes the folder of the next number; the record says which is in force. */
function stateFolder(folder: string, number: number): string {
  return join(folder, number === 0 ? "state" : `state.${number}`);
}

class Engine implements StorageEngine {
  readonly log: SegmentedLog;
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
  readonly #stateOptions: Omit<StateOptions, "path">;
  #state: LmdbState;
  #installing: Promise<StagedInstallation> | undefined;
  /** States that were replaced and have snapshots open, or are being removed. */
  readonly #leaving = new Map<LmdbState, Promise<void>>();
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
    stateOptions: Omit<StateOptions, "path">,
    recovery: Recovery,
    segmentBytes: number,
  ) {
    this.#folder = folder;
    this.#files = files;
    this.#lock = lock;
    this.#meta = meta;
    this.log = log;
    this.#state = state;
    this.#stateOptions = stateOptions;
    this.recovery = recovery;
    this.#segmentBytes = segmentBytes;
    this.#lowBytes = lowBytes;
    this.#intervalMs = spaceIntervalMs;
    this.#logger = logger;
  }

  get meta(): Meta {
    return this.#meta.meta;
  }

  get state(): LmdbState {
    return this.#state;
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
    // A record too large is the caller's bug: it is refused before anything is written.
    const write = this.#failure ? undefined : this.#meta.write({ meta });
    await this.#orFail("a write of the meta record", async () => write);
  }

  async install(position: LogPosition): Promise<Installation> {
    invariant(this.#closing === undefined, () => "installation into a closed engine");
    invariant(this.#installing === undefined, () => "two installations at once");
    checkInstall(position, this.#state.applied);
    if (this.#failure) throw this.#failure;
    const installing = this.#install(position);
    this.#installing = installing;
    installing.catch(() => {
      this.#installing = undefined;
    });
    return installing;
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
    this.#state.stop(error);
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
      this.#stateBytes = await this.#files.size(join(stateFolder(this.#folder, this.#meta.state), "data.mdb"));
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

  /** What fails for any reason but a refusal is the engine's end. */
  async #orFail<T>(what: string, act: () => Promise<T>): Promise<T> {
    if (this.#failure) throw this.#failure;
    let done: T;
    try {
      done = await act();
    } catch (cause) {
      if (cause instanceof StorageError && cause.code === "FULL") throw cause;
      this.fail(
        cause instanceof StorageError
          ? cause
          : new StorageError("FAILED", `${what} in ${this.#folder} failed (${(cause as Error).message})`, { cause }),
      );
      throw this.#failure;
    }
    if (this.#failure) throw this.#failure;
    return done;
  }

  async #install(position: LogPosition): Promise<StagedInstallation> {
    const { tables } = this.#stateOptions;
    const number = this.#meta.state + 1;
    const path = stateFolder(this.#folder, number);
    const draft = await this.#orFail("the beginning of an installation", async () => {
      await this.#mustHaveRoom(NEW_FOLDER_BYTES_MIN);
      await this.#files.removeFolder(path);
      await this.#files.makeFolder(path);
      return new StateDraft(path, tables);
    });
    return new StagedInstallation(
      {
        assertOpen: () => invariant(this.#closing === undefined, () => "use of an installation of a closed engine"),
        failure: () => this.#failure,
        write: (rows, bytes) => this.#put(draft, rows, bytes),
        replace: (written) => this.#replace(draft, number, position, written),
        discard: async () => {
          await draft.close();
          // After a failure nobody knows what the record on the medium names. The next opening does.
          if (this.#failure === undefined) await this.#removeState(path);
        },
      },
      tables.length,
      () => {
        this.#installing = undefined;
      },
    );
  }

  async #put(draft: StateDraft, rows: readonly StateChange[], bytes: number): Promise<void> {
    await this.#orFail("a write of an installation", async () => {
      // Asked each time: at the speed of an installation, what was free a second ago says nothing.
      await this.#mustHaveRoom(2 * bytes);
      await draft.put(rows);
    });
  }

  async #mustHaveRoom(bytes: number): Promise<void> {
    if ((await this.#files.freeBytes(this.#folder)) >= bytes + this.#lowBytes) return;
    throw new StorageError(
      "FULL",
      `no room in ${this.#folder} for the state of another member. Make room on that disk.`,
    );
  }

  /**
   * Each step leaves a folder that opens to the one or the other. Before the record is written, the draft is a folder that
   * it does not name. After, the log begins where it says: recovery makes the first segment if it is not there.
   */
  async #replace(draft: StateDraft, number: number, position: LogPosition, written: Promise<void>): Promise<void> {
    const { log } = this;
    const before = this.#state;
    log.freeze();
    before.freeze();
    try {
      await Promise.all([written, log.settled(), before.settled()]);
      if (this.#failure) throw this.#failure;
      checkInstall(position, before.applied);
      const start = await log.planRestart(position);
      await this.#orFail("an installation", async () => {
        const path = stateFolder(this.#folder, number);
        await draft.finish(this.#files, start.position);
        await this.#files.syncFolder(this.#folder);
        const next = new LmdbState({ ...this.#stateOptions, path });
        next.coverBy(log);
        let retired: Promise<void> | undefined;
        try {
          await this.#meta.write({ state: number, start });
          const gone = await log.restart(start, () => {
            retired = before.retire();
            this.#state = next;
          });
          // Again, so that both slots of the record say so before what the older one named is removed.
          await this.#meta.write({ start: { ...start, begun: true } });
          await log.remove(gone);
          this.#leave(before, retired, stateFolder(this.#folder, number - 1));
        } catch (error) {
          if (retired === undefined) await next.close();
          else this.#leave(before, retired, undefined);
          throw error;
        }
      });
    } finally {
      log.thaw();
      before.thaw();
    }
  }

  /** Waits for what still reads from a replaced state, then removes its folder, if one is given. */
  #leave(state: LmdbState, retired: Promise<void> | undefined, path: string | undefined): void {
    const leave = async (): Promise<void> => {
      await retired;
      if (path !== undefined) await this.#removeState(path);
      this.#leaving.delete(state);
    };
    this.#leaving.set(state, leave());
  }

  /** Of one that is not in force. Nothing depends on it, and the next opening tries again. */
  async #removeState(path: string): Promise<void> {
    try {
      await this.#files.removeFolder(path);
    } catch (error) {
      this.#logger?.warn({ error }, `cannot remove ${path}, which is of no use any more`);
    }
  }

  async #close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#looking;
    await (await this.#installing?.catch(() => undefined))?.abort();
    const end = await this.log.close();
    await this.#state.close();
    for (const state of this.#leaving.keys()) state.closeSnapshots();
    await Promise.all(this.#leaving.values());
    // Only after an orderly end may the next start go on in the same segment.
    if (end && this.#failure === undefined) await this.#meta.write({ clean: end }).catch(() => {});
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
      nonce: newNonce(),
      founders: [],
      belongs: false,
    };
  }
  const sameCluster =
    clusterId === undefined ||
    clusterId === stored.clusterId ||
    clusterId === UNSET_CLUSTER ||
    stored.clusterId === UNSET_CLUSTER;
  if ((sid === undefined || sid === stored.sid) && sameCluster) {
    return stored.nonce === 0 ? { ...stored, nonce: newNonce() } : stored;
  }
  throw new StorageError(
    "UNUSABLE",
    `${folder} belongs to member ${stored.sid} of ensemble ${stored.clusterId}, and this is member ${sid ?? stored.sid} ` +
      `of ${clusterId ?? stored.clusterId}. Nothing was changed. Point this member at its own folder.`,
  );
}

/** 1 to 2^53−1. */
function newNonce(): number {
  for (;;) {
    const nonce = Number(randomBytes(8).readBigUInt64LE() >> 11n);
    if (nonce > 0) return nonce;
  }
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
