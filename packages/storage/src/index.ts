/** The ports a storage engine implements, and an engine in memory. What is stored is opaque here. */
export { type Chained, chainOf } from "./chain.ts";
export {
  type FounderDisk,
  INSTALL_BYTES_MAX,
  INSTALL_PUTS_MAX,
  type Installation,
  type Meta,
  type Recovery,
  type Space,
  type StorageEngine,
  StorageError,
  type StorageErrorCode,
} from "./engine.ts";
export {
  type EntryKind,
  EPOCH_START,
  GENESIS,
  type LogEntry,
  type LogPosition,
  PINS_MAX,
  type Pin,
  type ReadLimit,
  TRANSACTION,
  type TransactionLog,
} from "./log.ts";
export {
  type Flush,
  type FlushOperation,
  type Lane,
  MemoryDisk,
  type MemoryEngine,
  type MemoryEngineOptions,
  openMemoryEngine,
  type Survivors,
} from "./memory.ts";
export {
  KEY_BYTES_MAX,
  type KeyRange,
  SNAPSHOTS_MAX,
  type StateChange,
  type StateReader,
  type StateSnapshot,
  type StateStore,
} from "./state.ts";
