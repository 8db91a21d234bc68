/** What a storage engine is as a whole: identity and promises, a log, a state, and how they fail. */
import type { LogPosition, TransactionLog } from "./log.ts";
import type { StateChange, StateStore } from "./state.ts";

/** The member's small record, rewritten whole (consensus.md §5.1). */
export interface Meta {
  /** Identity of the ensemble, 16 lower-case hex digits. */
  readonly clusterId: string;
  /** This member, 1..255. */
  readonly sid: number;
  /** Which life of this member's disk, from 1. */
  readonly incarnation: number;
  readonly acceptedEpoch: number;
  readonly acceptedLeader: number;
  readonly damaged: boolean;
  /** Identity of this disk, 1 to 2^53−1, drawn when its folder was made. */
  readonly nonce: number;
  /** The disks that founded the ensemble; empty until this member belongs to one. */
  readonly founders: readonly FounderDisk[];
  /** Every founder has written down the same founders, so that this member takes part. */
  readonly belongs: boolean;
}

export interface FounderDisk {
  readonly sid: number;
  readonly nonce: number;
}

/** How much room the medium has: `low` refuses new data, `none` refuses everything that must be logged. */
export type Space = "ok" | "low" | "none";

/** What recovery found and did, for the log and for people. */
export interface Recovery {
  /** True when the folder held nothing. */
  readonly created: boolean;
  /** Entries after `state.applied` that will be replayed. */
  readonly replayEntries: number;
  /** Bytes of a torn tail that were cut; they were never acknowledged. */
  readonly tornBytes: number;
  /** Where the torn tail was: file and offset. Undefined if there was none. */
  readonly tornAt: string | undefined;
  /** The newest index that some record says was committed, as far as recovery read; 0 when none does. */
  readonly commitHint: number;
  readonly elapsedMs: number;
}

/** Most bytes of keys and values in one {@link Installation.put}; a single row may have more. */
export const INSTALL_BYTES_MAX = 1024 * 1024;
/** Most {@link Installation.put}s that have not settled yet. */
export const INSTALL_PUTS_MAX = 16;

/**
 * A replacement of the whole state that is being built beside the present one, which goes on being read and written.
 * Ends with `finish` or `abort`; the engine's `close` aborts it.
 */
export interface Installation {
  /**
   * Adds rows: keys with values, ascending by table and then by key over all calls (an invariant, asserted), at most
   * {@link INSTALL_BYTES_MAX} bytes a call and {@link INSTALL_PUTS_MAX} calls at a time. Resolves when they are
   * written, in the order of the calls, though not yet durably: the sender may then send as many more, and the rows' buffers
   * may be used again.
   * Rejects with {@link StorageError} `FULL` (abort it then), or `FAILED` as every write does.
   */
  put(rows: readonly StateChange[]): Promise<void>;
  /**
   * Puts the replacement in force, durably and at once. Appends, truncations and commits already asked for settle first;
   * asking for more before this resolves is a bug. Then `engine.state` has these rows and no others, with
   * `applied` at the position; `engine.log` is empty, with `last` there. After a crash either all of that is so or none.
   * Rejects with `FULL`, everything being as before, or with `FAILED`.
   */
  finish(): Promise<void>;
  /** Gives it up and removes what was built. Does nothing after `finish` resolved. */
  abort(): Promise<void>;
}

export interface StorageEngine extends AsyncDisposable {
  readonly meta: Meta;
  /** Replaces the record. Resolves when it is durable. */
  writeMeta(meta: Meta): Promise<void>;
  /** The same object for the engine's whole life: an installation empties it in place. */
  readonly log: TransactionLog;
  /** The state in force. An installation replaces the object: the one before must not be used, but its open snapshots may. */
  readonly state: StateStore;
  /**
   * Begins to replace state and log by a snapshot of another member's state at `position`, which is not below
   * `state.applied`. One at a time (an invariant, asserted).
   */
  install(position: LogPosition): Promise<Installation>;
  readonly recovery: Recovery;
  readonly space: Space;
  /** Called on each change of `space`. */
  onSpace: ((space: Space) => void) | undefined;
  /** Called once, when a write, flush or commit failed: the member must stop (D12). */
  onFailure: ((error: StorageError) => void) | undefined;
  /** Bytes on the medium, for reports. */
  sizes(): { readonly stateBytes: number; readonly logBytes: number };
  /** Waits for what is in flight, then releases files and the folder's lock. */
  close(): Promise<void>;
}

export type StorageErrorCode =
  /** A write, flush or commit failed. The engine is dead; the process must restart and recover. */
  | "FAILED"
  /** Not enough room; nothing was written. */
  | "FULL"
  /** Another process holds the folder. */
  | "LOCKED"
  /** Stored bytes are not what was written, before the tail. Never repaired silently. */
  | "CORRUPT"
  /** The folder was written by a newer version; it was not touched. */
  | "NEWER_FORMAT"
  /** The folder cannot be used: missing rights, not a folder, another member's. */
  | "UNUSABLE";

/** Why storage could not do what was asked. Programs switch on `code`; `message` says what, where and what to do. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
