/** When to call another member: at once, then again at growing intervals, and seldom after it has said no. */
import type { Runtime, Timer } from "../member/ports.ts";
import type { PeerConnection } from "./peer-connection.ts";

/** The first interval after a failure. It doubles; a connection that lasted as long as the longest starts anew. */
const RETRY_MS = 50;
const RETRY_MS_MAX = 1000;

export class Dialler {
  private readonly runtime: Runtime;
  private readonly random: () => number;
  private readonly open: () => PeerConnection;
  private connection: PeerConnection | undefined;
  private timer: Timer | undefined;
  private delayMs = 0;
  private upSinceMs = Number.POSITIVE_INFINITY;
  private stopped = false;

  constructor(runtime: Runtime, random: () => number, open: () => PeerConnection) {
    this.runtime = runtime;
    this.random = random;
    this.open = open;
  }

  /** Sees to it that there is a connection or will be one. Never opens it from within the call, unless it is the first. */
  dial(): void {
    if (this.stopped || this.connection !== undefined || this.timer !== undefined) return;
    if (this.delayMs === 0) {
      this.connection = this.open();
      return;
    }
    // Jitter: members that were cut off together do not call together.
    const ms = this.delayMs * (0.5 + this.random() / 2);
    this.timer = this.runtime.after(ms, () => {
      this.timer = undefined;
      this.connection = this.open();
    });
  }

  onUp(): void {
    this.upSinceMs = this.runtime.monotonicMs();
  }

  /** That connection is no more. */
  onDown(connection: PeerConnection): void {
    if (connection !== this.connection) return;
    this.connection = undefined;
    const lastedMs = this.runtime.monotonicMs() - this.upSinceMs;
    this.upSinceMs = Number.POSITIVE_INFINITY;
    if (connection.refused) this.delayMs = 2 * RETRY_MS_MAX;
    else if (lastedMs >= RETRY_MS_MAX) this.delayMs = RETRY_MS;
    else this.delayMs = Math.min(RETRY_MS_MAX, Math.max(RETRY_MS, 2 * this.delayMs));
  }

  stop(): void {
    this.stopped = true;
    this.timer?.stop();
    this.timer = undefined;
  }
}
