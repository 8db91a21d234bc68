/** Locks: mutex, read-write lock, semaphore, several as one, and asking a holder to let go. */
export type { ContenderOptions } from "../support/checks.ts";
export type { LockLease } from "../support/hold.ts";
export type { Lease, LossPolicy } from "../support/lease.ts";
export type { Contender } from "../support/place.ts";
export type { WaitOptions } from "../support/waiting.ts";
export { type MultiLease, MultiLock } from "./multi-lock.ts";
export { Mutex, type MutexOptions } from "./mutex.ts";
export { type Lock, type LockOptions, QueueLock, requestRevocation } from "./queue-lock.ts";
export { ReadLock, type ReadWriteContender, ReadWriteLock, type WriteLease, WriteLock } from "./read-write-lock.ts";
export { Semaphore, type SemaphoreCount, type SemaphoreOptions } from "./semaphore.ts";
