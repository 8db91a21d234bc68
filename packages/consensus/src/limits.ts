/** Defaults of every time and every bound, and what makes them up. */
import type { Limits, Timeouts } from "./types.ts";

export const DEFAULT_LIMITS: Limits = {
  uncommittedEntries: 4096,
  uncommittedBytes: 64 << 20,
  appendEntries: 2048,
  appendBytes: 1 << 20,
  windowBytes: 8 << 20,
  windowEntries: 16_384,
  tailEntries: 65_536,
  tailBytes: 32 << 20,
  logReads: 2,
  snapshotSends: 2,
  pendingReads: 65_536,
  counterMax: 0xffff_fff0,
  epochRows: 1024,
};

/**
 * Times from what an operator sets (§15).
 * @param tickMs - tickTime. @param electionMs - undefined: 2 s, or less when syncLimit ticks are.
 */
export function timeoutsOf(
  tickMs: number,
  initLimit: number,
  syncLimit: number,
  electionMs: number = Math.min(2000, syncLimit * tickMs),
): Timeouts {
  return {
    heartbeatMs: Math.max(10, Math.floor(Math.min(tickMs / 2, electionMs / 10))),
    electionMs,
    syncMs: Math.max(initLimit * tickMs, electionMs),
    finalizeMs: Math.max(5, Math.floor(electionMs / 40)),
    notifyMs: Math.max(10, Math.floor(electionMs / 20)),
  };
}
