/**
 * The agent of a database node: it makes the database a primary or a replica, as Patroni does for PostgreSQL.
 *
 * **Invariant**: the state names everybody who may have to be promoted for no acknowledged write to be lost: the primary, and its
 * synchronous standby if it has one. It shrinks before the database stops waiting for the standby, and grows after the database
 * has begun to. So a primary that was deposed and does not know acknowledges nothing: its standby, promoted, follows it no more.
 * **Invariant**: the state is written by the holder of the lock only: each write checks the lock's znode in its transaction.
 */
import { setTimeout as pause } from "node:timers/promises";
import { type Client, formatZxid, isCoordinationError, isTransient } from "@rookery/client";
import { type Lease, Mutex, NodeCache, type ServiceCache, ServiceDiscovery, serviceInstance } from "@rookery/recipes";
import { messageOf } from "../support/program.ts";
import {
  type ClusterState,
  decodeState,
  isEligible,
  type Payload,
  pathsBelow,
  primaryOf,
  readState,
  SERVICE,
} from "./cluster.ts";
import type { Database } from "./database.ts";

export interface AgentOptions {
  readonly client: Client;
  readonly root: string;
  /** The node's name, for good: its database is known by it. */
  readonly id: string;
  readonly database: Database;
  readonly out: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Between looks at the database, and before another try, ms. */
const LOOK_MS = 250;
/** Of the session's timeout: for so long a primary goes on without a connection. The client notices silence after two thirds. */
const GRACE = 1 / 6;

/** Runs until the signal is aborted; then the database is stopped and the session closed. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { client, root, id, database, out, signal } = options;
  const agent = new Agent(options);
  const discovery = new ServiceDiscovery<Payload>(client, pathsBelow(root).discovery);
  try {
    // A database that an agent before this one has left behind must not go on as it was.
    await database.stop();
    await agent.run(discovery);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    // In this order: nobody is promoted before this one has stopped.
    await database.stop();
    await client.close();
    out(`${id}: ended`);
  }
}

class Agent {
  private readonly client: Client;
  private readonly root: string;
  private readonly id: string;
  private readonly database: Database;
  private readonly out: (line: string) => void;
  private readonly signal: AbortSignal;

  constructor({ client, root, id, database, out, signal }: AgentOptions) {
    this.client = client;
    this.root = root;
    this.id = id;
    this.database = database;
    this.out = (line) => out(`${id}: ${line}`);
    this.signal = signal;
  }

  async run(discovery: ServiceDiscovery<Payload>): Promise<void> {
    const { client, id, database, signal, out } = this;
    const paths = pathsBelow(this.root);
    const { host, port } = database.address;
    const instance = (payload: Payload) => serviceInstance({ name: SERVICE, id, address: host, port, payload });
    await discovery.register(instance({ role: "replica", epoch: 0 }), { signal });
    out(`${database.kind} at ${host}:${port}, agent's pid ${process.pid}`);
    await using state = new NodeCache(client, paths.state);
    const nodes = discovery.cache(SERVICE);
    await Promise.all([state.ready({ signal }), nodes.ready({ signal })]);
    for (;;) {
      const lease = await this.followUntilElected(state, nodes);
      try {
        await this.lead(lease, (epoch) =>
          discovery.update(instance({ role: "primary", epoch }), { signal: lease.signal }),
        );
      } catch (error) {
        if (signal.aborted) throw error;
        out(`leads no more: ${messageOf(error)}`);
      }
      await database.stop();
      // Without a connection it waits for one; with the next session the znode is gone in any case.
      await discovery.update(instance({ role: "replica", epoch: 0 }), { signal });
      await lease.release();
      await pause(LOOK_MS, undefined, { signal });
    }
  }

  // ── Replica ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Resolves with the lock, when this node holds it and may lead. Until then the database follows whoever leads. */
  private async followUntilElected(state: NodeCache, nodes: ServiceCache<Payload>): Promise<Lease> {
    const elected = new AbortController();
    const following = this.follow(nodes, AbortSignal.any([this.signal, elected.signal]));
    // It fails only when it is ended.
    following.catch(() => {});
    try {
      return await this.standForElection(state);
    } finally {
      elected.abort(new Error("elected"));
      await following.catch(() => {});
    }
  }

  private async standForElection(cache: NodeCache): Promise<Lease> {
    const { client, id, signal, out } = this;
    const paths = pathsBelow(this.root);
    const mutex = new Mutex(client, paths.lock, { id, lossPolicy: "session" });
    const known = () => (cache.node?.data === undefined ? undefined : decodeState(cache.node.data));
    for (;;) {
      signal.throwIfAborted();
      if (!isEligible(known(), id)) {
        await pause(LOOK_MS, undefined, { signal });
        continue;
      }
      const unfit = new AbortController();
      const onChange = () => {
        if (!isEligible(known(), id)) unfit.abort(new Error("it may lack writes"));
      };
      cache.events.on("change", onChange);
      try {
        const lease = await mutex.acquire({ signal: AbortSignal.any([signal, unfit.signal]) });
        const { state } = await readState(client, paths.state, signal);
        if (isEligible(state, id)) return lease;
        await lease.release();
        await pause(LOOK_MS, undefined, { signal });
      } catch (error) {
        if (signal.aborted) throw error;
        if (!unfit.signal.aborted && !isTransient(error)) throw error;
        if (unfit.signal.aborted) out("does not stand for primary: it may lack writes");
      } finally {
        cache.events.off("change", onChange);
      }
    }
  }

  /** Keeps the database a replica of whoever is primary, until the signal is aborted. */
  private async follow(nodes: ServiceCache<Payload>, signal: AbortSignal): Promise<never> {
    const { id, database, out } = this;
    let followed: string | undefined;
    for (;;) {
      signal.throwIfAborted();
      const primary = primaryOf(nodes);
      if (primary !== undefined && primary.id !== id) {
        const name = `${primary.id}, epoch ${primary.epoch}`;
        if (name !== followed || !(await database.isRunning())) {
          followed = undefined;
          try {
            await database.follow(primary, signal);
            followed = name;
            out(`follows ${name}`);
          } catch (error) {
            if (!signal.aborted) out(`cannot follow ${name} yet: ${messageOf(error)}`);
          }
        }
      }
      await pause(LOOK_MS, undefined, { signal });
    }
  }

  // ── Primary ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Until the lease is lost or the database fails. @throws why. */
  private async lead(lease: Lease, register: (epoch: number) => Promise<void>): Promise<never> {
    const { client, id, database, out } = this;
    using watchdog = new Watchdog(client, lease, this.signal);
    const { signal } = watchdog;
    let { state, version } = await readState(client, pathsBelow(this.root).state, signal);
    const write = async (next: ClusterState) => {
      version = await this.writeState(lease, next, version, signal);
      state = next;
    };
    if (state === undefined) await database.initialize();
    // From here on nobody but this node may be promoted, and whoever led before cannot change that.
    const epoch = (state?.epoch ?? 0) + 1;
    await write({ epoch, primary: id, standby: null });
    await database.setSynchronous(undefined);
    await database.promote(epoch, signal);
    await register(epoch);
    out(`primary of epoch ${epoch}, token ${formatZxid(lease.token)}`);
    for (;;) {
      signal.throwIfAborted();
      if (!(await database.isRunning())) throw new Error("the database has ended");
      const replicas = await database.replicas();
      const { standby } = state as ClusterState;
      const present = replicas.find((replica) => replica.id === standby);
      if (standby !== null && present === undefined) {
        // First the state, then the database: what is acknowledged alone must not be lost by promoting the standby.
        await write({ epoch, primary: id, standby: null });
        await database.setSynchronous(undefined);
        out(`${standby} has gone: acknowledges alone`);
      } else if (standby === null) {
        // First the database, then the state: what the standby lacks must not be lost by promoting it.
        const synchronous = replicas.find(({ isSynchronous }) => isSynchronous);
        if (synchronous !== undefined) {
          await write({ epoch, primary: id, standby: synchronous.id });
          out(`acknowledges what ${synchronous.id} has, too`);
        } else await database.setSynchronous(replicas[0]?.id);
      }
      await pause(LOOK_MS, undefined, { signal });
    }
  }

  /** Resolves with the version; fails for whoever does not hold the lock any more. */
  private async writeState(lease: Lease, next: ClusterState, version: number, signal: AbortSignal): Promise<number> {
    const path = pathsBelow(this.root).state;
    const transaction = this.client.transaction().check(lease.path);
    const data = JSON.stringify(next);
    if (version < 0) {
      await transaction.create(path, data).commit({ signal });
      return 0;
    }
    try {
      const [, stat] = await transaction.set(path, data, { version }).commit({ signal });
      return stat.version;
    } catch (error) {
      if (!isCoordinationError(error, "CONNECTION_LOSS")) throw error;
      // It may have been written. While the lock is held nobody else writes.
      const found = await readState(this.client, path, signal);
      if (JSON.stringify(found.state) === data) return found.version;
      return this.writeState(lease, next, found.version, signal);
    }
  }
}

/** Aborts when leading must end: the lease is lost, the node is to stop, or the servers were out of reach for too long. */
class Watchdog implements Disposable {
  readonly signal: AbortSignal;
  private readonly client: Client;
  private readonly late = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(client: Client, lease: Lease, ended: AbortSignal) {
    this.client = client;
    this.signal = AbortSignal.any([lease.signal, ended, this.late.signal]);
    client.events.on("state", this.onState);
    this.onState();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.timer);
    this.client.events.off("state", this.onState);
  }

  private readonly onState = (): void => {
    clearTimeout(this.timer);
    if (this.client.state === "connected") return;
    const text = "the servers are out of reach, and the session may end";
    this.timer = setTimeout(() => this.late.abort(new Error(text)), this.client.sessionTimeoutMs * GRACE);
  };
}
