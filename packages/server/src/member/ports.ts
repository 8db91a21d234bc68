/** What a member needs of the world: time, turns, and a connection to each client. Its peers are `peers.ts`. */
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
  /** Runs `task` once after `ms`, unless stopped before. Does not keep the process alive. */
  after(ms: number, task: () => void): Timer;
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
