/** First in, first out. */

import type { Client } from "@rookery/client";
import type { WaitOptions } from "../support/waiting.ts";
import { BaseQueue, type Putable, type QueueOptions } from "./base-queue.ts";
import { SIMPLE } from "./layout.ts";

/**
 * A queue that gives its items in the order in which they were put, whoever put them.
 *
 * ```ts
 * const queue = new Queue(client, "/queues/mail", { codec: jsonCodec<Mail>() });
 * await queue.offer({ to: "ada@example.org" });
 * await queue.consume(async (mail) => send(mail), { signal, concurrency: 4 });
 * ```
 *
 * An item that was acknowledged is there until it is taken. When the reply to an offer is lost the item is there once: the offer
 * is sent again in a way that cannot put it twice. Only if the session expires before that is known does the offer fail, with
 * outcome `unknown`: then the item is there once or not at all.
 *
 * Layout: `<path>/qn-<digits>`, persistent: ZooKeeper's own queue recipe and Curator's SimpleDistributedQueue, which may put and
 * take as well. They do not know of locks, so that they may take what a `consume` here works on.
 */
export class Queue<T = Buffer> extends BaseQueue<T> {
  constructor(client: Client, path: string, options: QueueOptions<T> = {}) {
    super(client, path, SIMPLE, options);
  }

  /** Puts an item at the end. Offers of one client are applied in the order in which they were made, one at a time. */
  offer(item: Putable<T>, options?: WaitOptions): Promise<void> {
    return this.put(SIMPLE.prefix, [item], options);
  }

  /** Puts several in one transaction: all of them or none, one behind the other. Together they must fit into one request. */
  offerAll(items: readonly Putable<T>[], options?: WaitOptions): Promise<void> {
    return this.put(SIMPLE.prefix, items, options);
  }
}
