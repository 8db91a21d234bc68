/** What a storage engine is as a whole: identity and promises, a log, a state, and how they fail. */
import type { TransactionLog } from "./log.ts";
import type { StateStore } from "./state.ts";

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

export interface StorageEngine extends AsyncDisposable {
  readonly meta: Meta;
  /** Replaces the record. Resolves when it is durable. */
  writeMeta(meta: Meta): Promise<void>;
  readonly log: TransactionLog;
  readonly state: StateStore;
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
