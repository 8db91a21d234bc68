/** Queues: in order, by priority, by time and by ids; taken from once, or worked off under locks at least once. */
export { BaseQueue, type Putable, type QueueOptions } from "./base-queue.ts";
export type { ConsumeOptions, FailureDecision, Handler, ItemContext } from "./consumer.ts";
export { type DelayOptions, DelayQueue } from "./delay-queue.ts";
export { IdQueue } from "./id-queue.ts";
export { type PriorityOptions, PriorityQueue } from "./priority-queue.ts";
export { Queue } from "./queue.ts";
