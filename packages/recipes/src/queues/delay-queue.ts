/** Not before its time. */

import type { Client } from "@rookery/client";
import type { WaitOptions } from "../support/waiting.ts";
import { BaseQueue, badArgument, type Putable, type QueueOptions } from "./base-queue.ts";
import { DELAYS } from "./layout.ts";

/** When an item may be taken: one of them. */
export type DelayOptions = WaitOptions &
  (
    | { /** Ms from now, by this process's clock. */ readonly delayMs: number; readonly notBefore?: undefined }
    | { /** A date, or ms since 1970. */ readonly notBefore: Date | number; readonly delayMs?: undefined }
  );

/** What the name of a znode has room for in Curator's reading: a positive long. */
const TIME_MS_MAX = Number.MAX_SAFE_INTEGER;

/**
 * A queue whose items cannot be taken before a time of their own; then those that were due first come first. `size` counts those
 * that are not due yet; `peek` does not see them. "Before" is by the clock of whoever takes: keep clocks together. Otherwise as
 * {@link Queue}; each look reads the names of all items, so keep it to some thousands.
 *
 * Layout: `<path>/queue-|<time, hexadecimal>|<digits>` and Curator's frame around the data: Curator's DistributedDelayQueue. Give
 * it the same `lockPath` as the `locksPath` here. An item of several (Curator's `putMulti`) is taken one by one, and given to a
 * consumer's handler one after another.
 */
export class DelayQueue<T = Buffer> extends BaseQueue<T> {
  constructor(client: Client, path: string, options: QueueOptions<T> = {}) {
    super(client, path, DELAYS, options);
  }

  async offer(item: Putable<T>, options: DelayOptions): Promise<void> {
    await this.offerAll([item], options);
  }

  /** Puts several of one time in one transaction: all of them or none. Together they must fit into one request. */
  async offerAll(items: readonly Putable<T>[], options: DelayOptions): Promise<void> {
    const time = this.timeOf(options).toString(16).toUpperCase().padStart(8, "0");
    await this.put(`${DELAYS.prefix}|${time}|`, items, options);
  }

  private timeOf({ delayMs, notBefore }: DelayOptions): number {
    if ((delayMs === undefined) === (notBefore === undefined))
      throw badArgument("Give either delayMs or notBefore.", this.path);
    const time = Math.ceil(delayMs === undefined ? Number(notBefore) : Date.now() + delayMs);
    if (!(time >= 0 && time <= TIME_MS_MAX))
      throw badArgument(
        `${delayMs === undefined ? `notBefore is ${String(notBefore)}` : `delayMs is ${String(delayMs)}`}: no such time.`,
        this.path,
      );
    return time;
  }
}
