/** A gate that is closed while a znode is there. */

import { type Acl, type Client, isCoordinationError } from "@rookery/client";
import { Bell } from "../support/bell.ts";
import { persist, unwatch } from "../support/calls.ts";
import { limit, type WaitOptions } from "../support/waiting.ts";

export interface BarrierOptions {
  /** Of the znode. Default: the client's. */
  readonly acl?: readonly Acl[] | undefined;
}

/**
 * Holds back everybody who waits, from `set` until `remove`. The barrier is the znode itself, persistent and without data: it
 * outlives whoever set it. Layout: that of Curator's DistributedBarrier and kazoo's Barrier.
 *
 * Whoever waits is not affected by broken connections and expired sessions: it looks again. All who wait are woken at once.
 */
export class Barrier {
  readonly client: Client;
  readonly path: string;
  private readonly acl: readonly Acl[] | undefined;

  constructor(client: Client, path: string, { acl }: BarrierOptions = {}) {
    this.client = client;
    this.path = path;
    this.acl = acl;
  }

  /** Closes the gate; fine if it is closed. What is missing above is created as containers. */
  set(options?: WaitOptions): Promise<void> {
    return limit(`setting the barrier ${this.path}`, options, (signal) =>
      persist(signal, async () => {
        try {
          await this.client.create(this.path, undefined, { acl: this.acl, parents: "container", signal });
        } catch (error) {
          if (!isCoordinationError(error, "NODE_EXISTS")) throw error;
        }
      }),
    );
  }

  /** Opens it; fine if it is open. */
  remove(options?: WaitOptions): Promise<void> {
    return limit(`removing the barrier ${this.path}`, options, (signal) =>
      persist(signal, async () => {
        try {
          await this.client.delete(this.path, { signal });
        } catch (error) {
          if (!isCoordinationError(error, "NO_NODE")) throw error;
        }
      }),
    );
  }

  isSet(options?: WaitOptions): Promise<boolean> {
    return limit(`looking at the barrier ${this.path}`, options, (signal) =>
      persist(signal, async () => (await this.client.exists(this.path, { signal })) !== undefined),
    );
  }

  /** Resolves when the gate is open: at once if it is. @throws CoordinationError `TIMEOUT`, `ABORTED` */
  wait(options?: WaitOptions): Promise<void> {
    const { client, path } = this;
    return limit(`waiting for the barrier ${path}`, options, async (signal) => {
      const bell = new Bell();
      try {
        for (;;) {
          bell.silence();
          const stat = await persist(signal, () => client.exists(path, { watch: bell.ring, signal }));
          if (stat === undefined) return;
          await bell.wait(signal);
        }
      } finally {
        unwatch(client, path, bell.ring);
      }
    });
  }
}
