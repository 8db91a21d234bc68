/** Wakes a loop that looks at everything anew each time: what rings while it works is heard afterwards. */
import { setTimeout as pause } from "node:timers/promises";

export class Bell {
  private rings = 0;
  private heard = 0;
  private wake = () => {};

  ring(): void {
    this.rings++;
    this.wake();
  }

  /** Resolves at the next ring, or at once if it has rung since the last time. @throws The signal's reason. */
  async rung(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.rings === this.heard) {
      const onAbort = () => this.wake();
      signal.addEventListener("abort", onAbort, { once: true });
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      signal.removeEventListener("abort", onAbort);
      signal.throwIfAborted();
    }
    this.heard = this.rings;
  }

  /** As `rung`, and waits a little more: what rings together is heard once. */
  async settled(settleMs: number, signal: AbortSignal): Promise<void> {
    await this.rung(signal);
    await pause(settleMs, undefined, { signal });
    this.heard = this.rings;
  }
}
