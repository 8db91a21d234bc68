/** What an agent needs of the database that it looks after. */

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Replica {
  readonly id: string;
  /** Whether the primary waits for it before it acknowledges a write. */
  readonly isSynchronous: boolean;
}

export interface Database {
  readonly kind: string;
  /** Where its clients and replicas find it, whatever its role. */
  readonly address: Address;
  /** Makes an empty database, which replicas are copied from. It does not run yet. */
  initialize(): Promise<void>;
  /**
   * Runs as a replica of `primary` from now on: begins with a copy of it, or goes on with what it has. What it has and the
   * primary does not is dropped. Resolves when changes flow.
   */
  follow(primary: Address, signal: AbortSignal): Promise<void>;
  /** Takes writes from now on, on top of everything that it has. `epoch` ascends from primary to primary. */
  promote(epoch: number, signal: AbortSignal): Promise<void>;
  /** From now on a write is acknowledged when this replica has it, too; undefined: when the primary has it. */
  setSynchronous(id: string | undefined): Promise<void>;
  /** Of a primary: the replicas that changes flow to. */
  replicas(): Promise<readonly Replica[]>;
  isRunning(): Promise<boolean>;
  /** At once: no write is acknowledged after it. Fine if it does not run. */
  stop(): Promise<void>;
}
