/** What a member needs of the world: time, turns, a connection to each client, and a way to get transactions committed. */
import type { LogPosition } from "@rookery/storage";

export interface Timer {
  stop(): void;
}

/** Time and turns, handed in so that a simulator can own both. */
export interface Runtime {
  /** Wall clock, integer milliseconds since 1970. */
  wallMs(): number;
  /** Never goes back, milliseconds from any start, with a fraction. */
  monotonicMs(): number;
  /** Runs `task` after everything that is already readable has been read. */
  defer(task: () => void): void;
  /** Runs `task` every `ms` until stopped. Does not keep the process alive. */
  every(ms: number, task: () => void): Timer;
}

/** One client's byte stream, as the member sees it. */
export interface Transport {
  /** The peer's address as text, IPv4-mapped IPv6 as IPv4. */
  readonly address: string;
  readonly port: number;
  /** Queues bytes for sending; they belong to the transport from now on. */
  write(bytes: Buffer): void;
  /** Bytes queued and not yet taken by the kernel. */
  pendingBytes(): number;
  /** Delivers again what was held back when a frame was refused, then reads on. */
  resume(): void;
  /** Sends what is queued, then closes. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** A transaction on its way, at the position it was given. */
export interface Proposed extends LogPosition {}

/**
 * Gets transactions into the replicated log. A standalone member's writes them to its own; the consensus core's will
 * send them to its peers as well.
 */
export interface Proposer {
  /** The index the next proposal will have. */
  readonly nextIndex: number;
  /** Bytes and entries proposed and not yet committed, for back-pressure. */
  readonly uncommittedBytes: number;
  /** Takes the payload, gives it a position. It is committed, in order, through `onCommitted`, or the member stops. */
  propose(payload: Uint8Array): Proposed;
  /** Called with the index up to which everything is committed. */
  onCommitted: (index: number) => void;
  /** Called once when nothing can be committed any more. */
  onFailed: (error: Error) => void;
  /** Called with what each flush of the log took, in ms, for reports. */
  onFlushed: (ms: number) => void;
  /** There may be room again where there was none. */
  retry(): void;
  /** Resolves when everything proposed has been committed. */
  drained(): Promise<void>;
}
