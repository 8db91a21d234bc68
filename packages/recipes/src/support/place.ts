/**
 * A place in a queue: an ephemeral sequential znode of this session, next to those of the others. Whoever has nobody ahead that
 * counts has the turn. Locks and elections differ in the names of their znodes and in who counts, and in nothing else.
 *
 * **Invariant**: one that waits watches one other znode only, so that a change wakes one.
 * **Invariant**: a turn is given only upon what a server said after the own znode was created and was being watched.
 */

import {
  type Acl,
  type Client,
  CoordinationError,
  type CreateResult,
  isCoordinationError,
  type SessionId,
  type SessionState,
  type WatchEvent,
  type Zxid,
} from "@rookery/client";
import { ifThere, persist, unwatchAfter } from "./calls.ts";
import { deleteForCertain, protectedCreate } from "./protected-create.ts";
import { aborted, follow } from "./waiting.ts";

export interface Queue {
  readonly client: Client;
  /** The parent of the places. */
  readonly path: string;
  /** What the names of the places begin with, before the digits. */
  readonly name: string;
  /** Data of the places: who it is. */
  readonly id: string;
  readonly acl: readonly Acl[] | undefined;
  /** Of those ahead, by name and in order: the one that must go first. Undefined: it is this place's turn. */
  readonly waitFor: (ahead: readonly string[]) => string | undefined;
}

/** One of those who hold or wait. */
export interface Contender {
  readonly path: string;
  /** What it calls itself. */
  readonly id: string;
  /** Its fencing token, once it holds. */
  readonly token: Zxid;
  /** Whose session it is. */
  readonly session: SessionId;
}

/** What Curator writes over a holder's data to ask it to let go. */
export const REVOKE = "__REVOKE__";

const DIGITS = /[0-9]{10}$/;

/** The first of a queue alone has the turn. */
export function waitForPredecessor(ahead: readonly string[]): string | undefined {
  return ahead.at(-1);
}

/** Those of a znode's children that are places, in order. */
function inOrder(children: readonly string[]): string[] {
  const digits = (name: string) => name.slice(-10);
  return children
    .filter((name) => DIGITS.test(name))
    .sort((a, b) => (digits(a) === digits(b) ? 0 : digits(a) < digits(b) ? -1 : 1));
}

export function childPath(parent: string, name: string): string {
  return parent === "/" ? `/${name}` : `${parent}/${name}`;
}

export class Place {
  readonly queue: Queue;
  readonly path: string;
  readonly token: Zxid;
  private readonly over = new AbortController();
  private readonly asked = new AbortController();
  /** Until it has resolved, the place may be lost without notice. */
  readonly watching: Promise<void>;
  private left: Promise<void> | undefined;

  /** At the end of the queue, however often the connection breaks. @throws The signal's reason once it is aborted. */
  static async take(queue: Queue, signal: AbortSignal): Promise<Place> {
    const { client, path, name, id, acl } = queue;
    const create = () => protectedCreate(client, path, name, id, { mode: "ephemeral", sequential: true, acl, signal });
    try {
      return new Place(queue, await persist(signal, create));
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }

  /** For a znode that this session has just created; `token` if it takes over from another. */
  constructor(queue: Queue, { path, stat }: CreateResult, token = stat.czxid) {
    this.queue = queue;
    this.path = path;
    this.token = token;
    const { client } = queue;
    client.events.on("state", this.onState);
    this.over.signal.addEventListener("abort", () => client.events.off("state", this.onState), { once: true });
    // The session in which it was asked for may have been another.
    if (stat.ephemeralOwner !== client.sessionId) this.end(expired(path));
    this.watching = this.look();
    // Whoever waits for the turn hears of it.
    this.watching.catch(() => {});
  }

  get name(): string {
    return this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  /** Aborted when the place is lost for good, or left; its reason is a CoordinationError. */
  get signal(): AbortSignal {
    return this.over.signal;
  }

  /** Aborted when somebody asks for the place. */
  get revocation(): AbortSignal {
    return this.asked.signal;
  }

  /**
   * Waits for the turn.
   *
   * @param stays - Asked each time that there is somebody to wait for; false gives up.
   * @returns `first`: nobody is ahead. `behind`: `stays` said no. `over`: the place is lost or left.
   */
  async turn(stays: () => Promise<boolean> = async () => true): Promise<"first" | "behind" | "over"> {
    const { client, path } = this.queue;
    const { signal } = this;
    try {
      for (;;) {
        const [before] = await Promise.all([this.before(), this.watching]);
        if (signal.aborted) return "over";
        if (before === undefined) return "first";
        if (!(await stays())) return "behind";
        await changed(client, childPath(path, before), signal);
      }
    } catch (error) {
      if (signal.aborted) return "over";
      throw error;
    }
  }

  /**
   * Waits for the turn, and for what `granted` makes of it; undefined: look again. The place is left if nothing comes of it, and
   * when the signal is aborted.
   */
  async grant<T extends object>(
    signal: AbortSignal,
    granted: (place: Place) => T | undefined,
    stays?: () => Promise<boolean>,
  ): Promise<T | "behind" | "over"> {
    const onAbort = () => this.leaveSoon();
    signal.addEventListener("abort", onAbort, { once: true });
    let result: T | undefined;
    try {
      signal.throwIfAborted();
      while (result === undefined) {
        const turn = await this.turn(stays);
        signal.throwIfAborted();
        if (turn !== "first") return turn;
        result = granted(this);
      }
      return result;
    } finally {
      signal.removeEventListener("abort", onAbort);
      if (result === undefined) this.leaveSoon();
    }
  }

  /** Gives the place up. Resolves when its znode is gone for certain, or the session has ended. If it fails, leave again. */
  leave(): Promise<void> {
    this.left ??= deleteForCertain(this.queue.client, this.path).catch((error) => {
      this.left = undefined;
      throw error;
    });
    this.end(new CoordinationError("ABORTED", `${this.path} was released`, { path: this.path }));
    return this.left;
  }

  /** {@link leave} in the background. What fails for good leaves the znode to the end of the session. */
  leaveSoon(): void {
    this.leave().catch(() => {});
  }

  /** Who must go first. */
  private async before(): Promise<string | undefined> {
    const { client, path, waitFor } = this.queue;
    const { signal, name } = this;
    const read = async () => {
      // One that is read-only does not know who has come and gone.
      await connected(client, signal);
      return client.getChildren(path, { signal });
    };
    const { children } = await persist(signal, read).catch(this.onNoNode);
    const places = inOrder(children);
    const index = places.indexOf(name);
    if (index < 0) throw this.onGone();
    return waitFor(places.slice(0, index));
  }

  /** Watches the own znode: for its end, and for requests in its data. */
  private async look(): Promise<void> {
    const { signal, path } = this;
    const read = () => this.queue.client.get(path, { watch: this.onEvent, signal });
    const { data } = await persist(signal, read).catch(this.onNoNode);
    if (data.equals(REVOKE_BYTES))
      this.asked.abort(new CoordinationError("ABORTED", `${path} was asked to let go`, { path }));
  }

  private readonly onEvent = (event: WatchEvent): void => {
    if (this.signal.aborted) return;
    if (event.type === "deleted") this.onGone();
    else if (event.type === "gap" && event.reason === "expired") this.end(expired(this.path));
    else if (event.type !== "gap" || event.reason !== "closed") this.look().catch((error) => this.end(error));
  };

  private readonly onState = (state: SessionState): void => {
    if (state === "expired") this.end(expired(this.path));
    else if (state === "closed" || state === "auth-failed")
      this.end(new CoordinationError("CLOSED", `${this.path}: the client is closed`, { path: this.path }));
  };

  private readonly onNoNode = (error: unknown): never => {
    throw isCoordinationError(error, "NO_NODE") ? this.onGone() : error;
  };

  private onGone(): CoordinationError {
    const error = new CoordinationError("NO_NODE", `${this.path} was deleted`, { path: this.path });
    this.end(error);
    return error;
  }

  private end(reason: CoordinationError): void {
    this.over.abort(reason);
  }
}

/**
 * Takes a place and waits for its turn; takes another at the end of the queue when it is lost, by an expired session or because
 * somebody deleted it.
 *
 * @param granted - Makes of a place that has the turn what is returned; undefined: look again.
 * @param stays - See {@link Place.turn}. Undefined is returned after it said no.
 */
export async function contend<T extends object>(
  queue: Queue,
  signal: AbortSignal,
  granted: (place: Place) => T | undefined,
  stays?: () => Promise<boolean>,
): Promise<T | undefined> {
  for (;;) {
    const place = await Place.take(queue, signal);
    const outcome = await place.grant(signal, granted, stays);
    if (outcome !== "over") return outcome === "behind" ? undefined : outcome;
  }
}

/** Who holds and who waits, in order. Those that go meanwhile are left out. */
export async function contenders(client: Client, path: string, signal: AbortSignal): Promise<readonly Contender[]> {
  const names = await persist(signal, () => childrenOf(client, path, signal));
  const found = await Promise.all(
    inOrder(names).map((name) => persist(signal, () => contender(client, childPath(path, name), signal))),
  );
  return found.filter((each) => each !== undefined);
}

/** No children if there is no such znode. */
export async function childrenOf(client: Client, path: string, signal: AbortSignal): Promise<readonly string[]> {
  return (await ifThere(client.getChildren(path, { signal })))?.children ?? [];
}

async function contender(client: Client, path: string, signal: AbortSignal): Promise<Contender | undefined> {
  const found = await ifThere(client.get(path, { signal }));
  if (found === undefined) return undefined;
  const { data, stat } = found;
  return { path, id: data.toString(), token: stat.czxid, session: stat.ephemeralOwner };
}

/** Resolves at the first moment with a server that takes writes. @throws The signal's reason. */
export async function connected(client: Client, signal: AbortSignal): Promise<void> {
  if (client.state === "connected") return;
  await new Promise<void>((resolve, reject) => {
    const done = () => {
      client.events.off("state", onState);
      signal.removeEventListener("abort", onAbort);
    };
    const onState = (state: SessionState) => {
      if (state === "connecting" || state === "suspended" || state === "expired" || state === "read-only") return;
      // Calls to a client that has ended say so themselves.
      done();
      resolve();
    };
    const onAbort = () => {
      done();
      reject(signal.reason);
    };
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    client.events.on("state", onState);
    signal.addEventListener("abort", onAbort, { once: true });
    onState(client.state);
  });
}

/** Resolves when the znode changes or goes, or there is none; or when the signal is aborted. */
async function changed(client: Client, path: string, signal: AbortSignal): Promise<void> {
  const woken = new AbortController();
  const watch = () => woken.abort();
  const unfollow = follow(woken, [signal]);
  const change = aborted(woken.signal);
  // Not aborted once it was sent: only after the reply can the watch be taken back, and that of a missing znode would stay.
  const looking = persist(signal, () => client.exists(path, { watch }));
  try {
    await Promise.race([looking.then((stat) => (stat === undefined ? undefined : change)), change]);
  } finally {
    unfollow();
    unwatchAfter(looking, client, path, watch);
  }
}

function expired(path: string): CoordinationError {
  return new CoordinationError("SESSION_EXPIRED", `${path}: the session has expired`, { path });
}

const REVOKE_BYTES = Buffer.from(REVOKE);
