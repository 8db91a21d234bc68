/**
 * A client for ZooKeeper and Rookery. What programs need to talk to a server: sessions, znodes, watches, transactions.
 * Locks, elections and the like are built on it in `@rookery/recipes`.
 */
export {
  type Acl,
  CREATOR_ALL_ACL,
  digestId,
  epochOf,
  formatSessionId,
  formatZxid,
  OPEN_ACL,
  Permission,
  READ_ACL,
  type SessionId,
  sessionId,
  type Zxid,
  zxid,
} from "@rookery/protocol/client";
export {
  Client,
  type CloseOptions,
  connect,
  type EnsureOptions,
  type ReconfigureOptions,
} from "./client.ts";
export type { CallMessage, ConnectionMessage, StateMessage } from "./diagnostics.ts";
export {
  CoordinationError,
  type CoordinationErrorCode,
  type CoordinationErrorOptions,
  isCoordinationError,
  type Outcome,
} from "./errors.ts";
export type { ConnectOptions, Servers } from "./options.ts";
export { isTransient, type RetryOptions, retry } from "./retry.ts";
export type { DigestMd5Credentials } from "./sasl.ts";
export type { SessionEvents } from "./session.ts";
export {
  ReadBatch,
  Transaction,
  type TransactionCreateOptions,
  TransactionError,
  type TransactionVersionOptions,
} from "./transaction.ts";
export type {
  AclResult,
  CallOptions,
  ChildrenResult,
  ClientStats,
  CreateMode,
  CreateOptions,
  CreateResult,
  GapEvent,
  GetResult,
  Identity,
  NodeEvent,
  SessionCredentials,
  SessionState,
  Stat,
  VersionOptions,
  WatchableOptions,
  WatchEvent,
  WatchListener,
  WatchOptions,
} from "./types.ts";
export { Watch } from "./watch.ts";
