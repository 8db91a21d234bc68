/** A barrier at both ends of a piece of work: its members begin together and are done together. */

import { randomUUID } from "node:crypto";
import {
  type Acl,
  type Client,
  CoordinationError,
  isCoordinationError,
  type WatchEvent,
  type Zxid,
} from "@rookery/client";
import { Bell } from "../support/bell.ts";
import { persist, unwatch } from "../support/calls.ts";
import { deleteForCertain } from "../support/protected-create.ts";
import { limit, type WaitOptions } from "../support/waiting.ts";

export interface DoubleBarrierOptions {
  /** Of the znodes. Default: the client's. */
  readonly acl?: readonly Acl[] | undefined;
}

/** What says that enough are there. */
const READY = "ready";

interface Member {
  /** Undefined before it has joined, and while it has to again. */
  path: string | undefined;
  hasPassed: boolean;
  /** The creation of the `ready` under which it passed, if it was seen. */
  ready: Zxid | undefined;
}

/**
 * `enter` resolves when `count` members are in, `leave` when all that were in have left. `count` is a threshold, not a limit:
 * whoever comes later passes at once, until the last has left.
 *
 * Layout: Curator's DistributedDoubleBarrier and kazoo's DoubleBarrier: an ephemeral for each member, and the persistent `ready`.
 * A `ready` without members, left by processes that died, counts for nothing.
 *
 * A member is an ephemeral. When its session expires while it waits in `enter`, it enters again; when that happens between
 * `enter` and `leave` the others take it for one that has left. A broken connection alone changes nothing. One object is one
 * member; it may enter again after it has left.
 */
export class DoubleBarrier {
  readonly client: Client;
  readonly path: string;
  readonly count: number;
  private readonly acl: readonly Acl[] | undefined;
  private member: Member | undefined;

  constructor(client: Client, path: string, count: number, { acl }: DoubleBarrierOptions = {}) {
    if (!Number.isInteger(count) || count < 1)
      throw new CoordinationError("BAD_ARGUMENTS", `count is ${String(count)}: it must be a positive integer.`, {
        path,
      });
    this.client = client;
    this.path = path;
    this.count = count;
    this.acl = acl;
  }

  /**
   * Resolves when `count` members are in. When it is given up this one is out again; the others may have counted it before.
   *
   * @throws CoordinationError `TIMEOUT`, `ABORTED`; `BAD_ARGUMENTS` if this object is in already.
   */
  async enter(options?: WaitOptions): Promise<void> {
    if (this.member !== undefined)
      throw new CoordinationError("BAD_ARGUMENTS", `This member is in ${this.path} already: leave first.`, {
        path: this.path,
      });
    const member: Member = { path: undefined, hasPassed: false, ready: undefined };
    this.member = member;
    try {
      await limit(`entering ${this.path}`, options, (signal) => this.whenReady(member, signal));
      member.hasPassed = true;
    } catch (error) {
      this.member = undefined;
      if (member.path !== undefined) deleteForCertain(this.client, member.path).catch(() => {});
      throw error;
    }
  }

  /**
   * Resolves when all that were in have left. When it is given up this one has left all the same, as far as the others can see.
   *
   * @throws CoordinationError `TIMEOUT`, `ABORTED`; `BAD_ARGUMENTS` if this object is not in.
   */
  async leave(options?: WaitOptions): Promise<void> {
    const { member } = this;
    if (member?.hasPassed !== true)
      throw new CoordinationError("BAD_ARGUMENTS", `This member is not in ${this.path}: enter first.`, {
        path: this.path,
      });
    this.member = undefined;
    const left = deleteForCertain(this.client, member.path as string);
    left.catch(() => {});
    await limit(`leaving ${this.path}`, options, (signal) => this.whenEmpty(member, signal));
    await left;
  }

  private async whenReady(member: Member, signal: AbortSignal | undefined): Promise<void> {
    const { client } = this;
    const readyPath = this.pathOf(READY);
    const bell = new Bell();
    let wasCreated = false;
    const onReady = (event: WatchEvent) => {
      // Whoever is slow may find it deleted again: that it was there is enough.
      if (event.type === "created") wasCreated = true;
      bell.ring();
    };
    try {
      for (;;) {
        bell.silence();
        if (member.path === undefined) await this.join(member, signal);
        const path = member.path as string;
        const [ready, own, others] = await persist(signal, () =>
          Promise.all([
            client.exists(readyPath, { watch: onReady, signal }),
            client.exists(path, { signal }),
            this.members(signal),
          ]),
        );
        if (ready !== undefined || wasCreated) {
          // It stays for as long as this member does, who may be the last to leave.
          member.ready = (ready ?? (await persist(signal, () => client.exists(readyPath, { signal }))))?.czxid;
          return;
        }
        if (own === undefined || own.ephemeralOwner !== client.sessionId) {
          // Of a session that has expired, here or already there.
          member.path = undefined;
          continue;
        }
        if (others.length >= this.count) {
          await this.create(readyPath, "persistent", signal);
          member.ready = (await persist(signal, () => client.exists(readyPath, { signal })))?.czxid;
          return;
        }
        await bell.wait(signal);
      }
    } finally {
      unwatch(client, readyPath, onReady);
    }
  }

  /** A `ready` that nobody is behind was left by members that died: it would let this one pass alone. */
  private async join(member: Member, signal: AbortSignal | undefined): Promise<void> {
    const readyPath = this.pathOf(READY);
    const [ready, others] = await persist(signal, () =>
      Promise.all([this.client.exists(readyPath, { signal }), this.members(signal)]),
    );
    if (ready !== undefined && others.length === 0) await deleteForCertain(this.client, readyPath);
    member.path = this.pathOf(randomUUID());
    await this.create(member.path, "ephemeral", signal);
  }

  private async whenEmpty(member: Member, signal: AbortSignal | undefined): Promise<void> {
    const { client } = this;
    const bell = new Bell();
    // Who enters from now on is of the next round, and waits for this one.
    const round = await persist(signal, () => this.members(signal));
    for (const path of round.map((name) => this.pathOf(name))) {
      if (path === member.path) continue;
      try {
        for (;;) {
          bell.silence();
          const stat = await persist(signal, () => client.exists(path, { watch: bell.ring, signal }));
          if (stat === undefined) break;
          await bell.wait(signal);
        }
      } finally {
        unwatch(client, path, bell.ring);
      }
    }
    await this.deleteReady(member, signal);
  }

  /** The next round's is left alone. */
  private async deleteReady(member: Member, signal: AbortSignal | undefined): Promise<void> {
    const readyPath = this.pathOf(READY);
    const ready = await persist(signal, () => this.client.exists(readyPath, { signal }));
    if (ready !== undefined && ready.czxid === member.ready) await deleteForCertain(this.client, readyPath);
  }

  private async members(signal: AbortSignal | undefined): Promise<readonly string[]> {
    try {
      const { children } = await this.client.getChildren(this.path, { signal });
      return children.filter((name) => name !== READY);
    } catch (error) {
      if (isCoordinationError(error, "NO_NODE")) return [];
      throw error;
    }
  }

  /** The name is this member's own or `ready`: that it is there already is fine. */
  private create(path: string, mode: "ephemeral" | "persistent", signal: AbortSignal | undefined): Promise<void> {
    return persist(signal, async () => {
      try {
        await this.client.create(path, undefined, { mode, acl: this.acl, parents: "container", signal });
      } catch (error) {
        if (!isCoordinationError(error, "NODE_EXISTS")) throw error;
      }
    });
  }

  private pathOf(name: string): string {
    return this.path === "/" ? `/${name}` : `${this.path}/${name}`;
  }
}
