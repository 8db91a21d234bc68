/** Items that can be called back. */

import type { Client } from "@rookery/client";
import { limit, type WaitOptions } from "../support/waiting.ts";
import { BaseQueue, badArgument, type Putable, type QueueOptions } from "./base-queue.ts";
import { IDS } from "./layout.ts";

/**
 * A {@link Queue} whose items have ids, by which they can be removed while they wait. Several items may have one id.
 *
 * Layout: `<path>/queue-|<id>|<digits>` and Curator's frame around the data: Curator's DistributedIdQueue. Give it the same
 * `lockPath` as the `locksPath` here. Curator writes `_` for `/` and `|` in ids; here they are refused.
 * Items of Curator's plain DistributedQueue, `queue-<digits>`, are taken as well.
 */
export class IdQueue<T = Buffer> extends BaseQueue<T> {
  constructor(client: Client, path: string, options: QueueOptions<T> = {}) {
    super(client, path, IDS, options);
  }

  async offer(item: Putable<T>, id: string, options?: WaitOptions): Promise<void> {
    await this.put(this.prefixOf(id), [item], options);
  }

  /** Puts several of one id in one transaction: all of them or none. Together they must fit into one request. */
  async offerAll(items: readonly Putable<T>[], id: string, options?: WaitOptions): Promise<void> {
    await this.put(this.prefixOf(id), items, options);
  }

  /** Removes the items of this id, but for those that somebody is working on. Resolves with how many it removed. */
  async removeId(id: string, options?: WaitOptions): Promise<number> {
    const prefix = this.prefixOf(id);
    return limit(`removing ${id} from ${this.path}`, options, async (signal) => {
      let count = 0;
      for (const name of await this.names(signal))
        if (name.slice(0, -10) === prefix && (await this.remove(name, signal))) count++;
      return count;
    });
  }

  /** Whether there is an item of this id, be it that somebody is working on it. */
  async hasId(id: string, options?: WaitOptions): Promise<boolean> {
    const prefix = this.prefixOf(id);
    return limit(`looking for ${id} in ${this.path}`, options, async (signal) =>
      (await this.names(signal)).some((name) => name.slice(0, -10) === prefix),
    );
  }

  private prefixOf(id: string): string {
    if (typeof id !== "string" || id === "" || /[/|]/.test(id))
      throw badArgument(
        `The id is ${JSON.stringify(id)}: it must be a string that is not empty, without "/" and "|".`,
        this.path,
      );
    return `${IDS.prefix}|${id}|`;
  }
}
