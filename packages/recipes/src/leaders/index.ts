/** Elections: leadership that is held, and leadership as a function that runs. */
export { type CloseMode, LeaderLatch, type LeaderLatchEvents, type LeaderLatchOptions } from "./leader-latch.ts";
export { LeaderSelector, type LeaderSelectorOptions } from "./leader-selector.ts";
export type { Participant } from "./participants.ts";
