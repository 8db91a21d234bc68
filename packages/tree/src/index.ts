/**
 * The replicated state machine: requests to transactions on the leader, transactions to state everywhere.
 * No socket, disk or clock: the store is a port, time comes in with each transaction.
 */
export { type AclList, type AuthConfig, addIdentities, authenticate, type Identity, permits } from "./acl.ts";
export { applyTransaction, type OperationResult } from "./apply.ts";
export { type PrepareConfig, Preparer, type Requester } from "./prepare.ts";
export type { OnQuota } from "./quotas.ts";
export { answerRead, type Reader, writeMultiHeader, writeStat } from "./reads.ts";
export { STATE_TABLES } from "./schema.ts";
export {
  type Change,
  decodeTransaction,
  encodeTransaction,
  type Operation,
  sessionIdOf,
  type Transaction,
} from "./transaction.ts";
export { type RecordedDigest, Tree, type TreeCommit, type TreeOptions, type TreeSession } from "./tree.ts";
export { type WatchCounts, type Watcher, WatchManager } from "./watches.ts";
export { KIND, type Kind, type Znode } from "./znode.ts";
