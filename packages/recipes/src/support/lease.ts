/**
 * Ownership that may end without its owner's doing: what locks, semaphores and elections give.
 *
 * A lease is a promise by a service that is elsewhere. Two safeguards belong to it. `signal` says as early as this process can
 * know that the promise is off: pass it to whatever you do under the lease. `token` protects what is written by somebody who
 * did not hear in time (a pause of the process, a slow network): send it along with each write, and let the resource refuse a
 * token that is less than one it has seen.
 */
import type { Zxid } from "@rookery/client";
import type { WaitOptions } from "./waiting.ts";

export interface Lease extends AsyncDisposable {
  /** The holder's znode. */
  readonly path: string;
  /** The fencing token: the zxid that created the holder's znode. It ascends from holder to holder. */
  readonly token: Zxid;
  /**
   * Aborted as soon as the lease can no longer be relied on, see {@link LossPolicy}, or when it has been released. Its reason is
   * a CoordinationError: `CONNECTION_LOSS`, `SESSION_EXPIRED`, `CLOSED`, `NO_NODE` if somebody deleted the znode, and `ABORTED`
   * for a release. It never comes back: release the lease, and acquire another.
   */
  readonly signal: AbortSignal;
  /**
   * Lets go: the signal is aborted at once. Resolves when the znode is gone for certain, which takes a connection, or the end of
   * the session. To be called for a lost lease, too, since its znode may still be there and hold up others. The limits are on
   * how long you wait: the znode goes all the same, as soon as there is a connection.
   */
  release(options?: WaitOptions): Promise<void>;
}

/**
 * When a lease counts as lost:
 *
 * - `connection`: as soon as the connection breaks, since nobody can tell any more whether the session lives. The safe one.
 * - `session`: when the session has ended. Short breaks are bridged; but the servers may end the session, and grant the lease to
 *   another, some time before this client learns of it. Only for work that a fencing token protects, or that may be done twice.
 */
export type LossPolicy = "connection" | "session";
