/** Numbers that nobody else gets. */

import { type Client, CoordinationError } from "@rookery/client";
import { abortable, limit, type WaitOptions } from "../support/waiting.ts";
import type { AtomicValueOptions } from "./atomic-value.ts";
import { Counter } from "./counter.ts";

export interface IdGeneratorOptions extends Omit<AtomicValueOptions<never>, "codec"> {
  /** Ids reserved at a time, a positive integer. Default 100. */
  readonly blockSize?: number | undefined;
}

/**
 * Ids that are unique among all who share the path: the first is 1. It reserves them in blocks, so that most need no call to the
 * servers. Ids of one generator ascend; what a generator has reserved and not given out when its process ends is skipped, and so
 * is a block whose reservation has an unknown outcome.
 *
 * Layout: a {@link Counter} of format `int64`: the last id reserved. Curator's CachedAtomicLong shares it; its `postValue` is an id.
 */
export class IdGenerator {
  readonly client: Client;
  readonly path: string;
  private readonly counter: Counter<"int64">;
  private readonly blockSize: bigint;
  private given = 0n;
  private reserved = 0n;
  private reserving: Promise<void> | undefined;

  constructor(client: Client, path: string, { blockSize = 100, ...options }: IdGeneratorOptions = {}) {
    if (!Number.isSafeInteger(blockSize) || blockSize < 1)
      throw new CoordinationError("BAD_ARGUMENTS", `blockSize is ${String(blockSize)}: it must be a positive integer.`);
    this.client = client;
    this.path = path;
    this.counter = new Counter(client, path, { ...options, format: "int64" });
    this.blockSize = BigInt(blockSize);
  }

  next(options?: WaitOptions): Promise<bigint> {
    return limit(`taking an id of ${this.path}`, options, async (signal) => {
      while (this.given === this.reserved) await abortable(this.reserve(), signal);
      this.given++;
      return this.given;
    });
  }

  /** One at a time, for all who wait. It goes on when they give up: the next may need it. */
  private reserve(): Promise<void> {
    this.reserving ??= this.reserveBlock().finally(() => {
      this.reserving = undefined;
    });
    return this.reserving;
  }

  private async reserveBlock(): Promise<void> {
    for (;;) {
      try {
        const { previous, value } = await this.counter.add(this.blockSize);
        this.given = previous;
        this.reserved = value;
        return;
      } catch (error) {
        // A block that is reserved and not known is skipped.
        const isOver = this.client.state === "closed" || this.client.state === "auth-failed";
        if (isOver || !(error instanceof CoordinationError) || error.outcome !== "unknown") throw error;
      }
    }
  }
}
