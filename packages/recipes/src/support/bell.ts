/** Wakes what waits for a change. */
import { TIMER_MS_MAX } from "./waiting.ts";

/**
 * Its `ring` is the listener of one-shot watches, set again by each look. What rang since `silence` was called is not forgotten,
 * so that nothing is missed between a look and the wait after it. For one who waits at a time.
 */
export class Bell {
  private rung = false;
  private wake: (() => void) | undefined;

  readonly ring = (): void => {
    this.rung = true;
    this.wake?.();
  };

  get hasRung(): boolean {
    return this.rung;
  }

  /** Before a look. */
  silence(): void {
    this.rung = false;
  }

  /** Resolves when it has rung, or after `ms`; longer than a timer can wait counts as that. @throws The signal's reason. */
  async wait(signal?: AbortSignal, ms?: number): Promise<void> {
    signal?.throwIfAborted();
    if (this.rung || (ms !== undefined && ms <= 0)) return;
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.wake = resolve;
        if (ms !== undefined) timer = setTimeout(resolve, Math.min(ms, TIMER_MS_MAX));
        onAbort = () => reject(signal?.reason);
        signal?.addEventListener("abort", onAbort, { once: true });
      });
    } finally {
      this.wake = undefined;
      clearTimeout(timer);
      if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
    }
  }
}

/** @throws The signal's reason. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Bell().wait(signal, ms);
}
