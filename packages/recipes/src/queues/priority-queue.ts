/** The most urgent first. */

import type { Client } from "@rookery/client";
import type { WaitOptions } from "../support/waiting.ts";
import { BaseQueue, badArgument, type Putable, type QueueOptions } from "./base-queue.ts";
import { PRIORITIES } from "./layout.ts";

export interface PriorityOptions extends WaitOptions {
  /** An integer from 0, the most urgent, to 999. Default 100. */
  readonly priority?: number | undefined;
}

const PRIORITY_UNSET = 100;
const PRIORITY_MAX = 999;

/**
 * A queue that gives the items of the lowest priority number first, and those of one priority in the order in which they were
 * put. What is urgent overtakes whatever waits, but not what somebody is working on. Otherwise as {@link Queue}; each look reads
 * the names of all items, so keep it to some thousands.
 *
 * Layout: `<path>/entry-<priority, three digits>-<digits>`: kazoo's Queue. Its LockingQueue takes turns with `consume` if it has
 * the path `/p`, and this queue the path `/p/entries` and the `locksPath` `/p/taken`.
 */
export class PriorityQueue<T = Buffer> extends BaseQueue<T> {
  constructor(client: Client, path: string, options: QueueOptions<T> = {}) {
    super(client, path, PRIORITIES, options);
  }

  async offer(item: Putable<T>, options: PriorityOptions = {}): Promise<void> {
    await this.offerAll([item], options);
  }

  /** Puts several of one priority in one transaction: all of them or none. Together they must fit into one request. */
  async offerAll(items: readonly Putable<T>[], options: PriorityOptions = {}): Promise<void> {
    const { priority = PRIORITY_UNSET } = options;
    if (!Number.isInteger(priority) || priority < 0 || priority > PRIORITY_MAX)
      throw badArgument(`priority is ${String(priority)}: it must be an integer from 0 to ${PRIORITY_MAX}.`, this.path);
    await this.put(`${PRIORITIES.prefix}${String(priority).padStart(3, "0")}-`, items, options);
  }
}
