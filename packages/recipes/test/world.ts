/**
 * A server with faults on demand and its clients, for one test: a server in this process or, if ROOKERY_TEST_SERVER names one
 * (`host:port`; `tools/interop/client/run.sh` starts Apache ZooKeeper for it), a gate in front of that one and a chroot of
 * its own.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type Client, type ConnectOptions, connect, isCoordinationError } from "@rookery/client";
import { startTestGate, startTestServer, type TestGate, type TestServer } from "@rookery/server/testing";
import { expect, onTestFinished } from "vitest";
import { watches } from "./watches.ts";

const ELSEWHERE = process.env.ROOKERY_TEST_SERVER;

/** For `it.runIf`: a server elsewhere is not ours to stop and start, in the middle of the tests of others. */
export const canRestart = ELSEWHERE === undefined;

/** What the client sends for its operations. Source: ZooKeeper, ZooDefs.OpCode. */
export const OPCODE = {
  delete: 2,
  getData: 4,
  getChildren: 12,
  multi: 14,
  create: 15,
  multiRead: 22,
  addWatch: 106,
} as const;

/** `connectString` has a chroot with nothing in it. Without {@link canRestart} `restart`, `kill` and `start` fail. */
export interface RecipeServer extends TestServer {
  /** Empty, or with a leading slash. */
  readonly chroot: string;
}

export async function startServer(): Promise<RecipeServer> {
  if (ELSEWHERE === undefined) return withChroot(await startTestServer(), "", async () => {});
  const chroot = `/recipes-${randomUUID()}`;
  const gate = await startTestGate({ server: Number(ELSEWHERE.slice(ELSEWHERE.lastIndexOf(":") + 1)) });
  const direct = () => connect(ELSEWHERE, { sessionTimeoutMs: 10_000 });
  {
    await using zk = await direct();
    await zk.create(chroot);
  }
  return withChroot(gate, chroot, async () => {
    await using zk = await direct();
    await zk.deleteRecursive(chroot);
  });
}

function withChroot(server: TestServer | TestGate, chroot: string, onStop: () => Promise<void>): RecipeServer {
  const stop = async () => {
    await server.stop();
    await onStop();
  };
  const refuse = () => Promise.reject(new Error("only a server of this process can be restarted: ask canRestart"));
  return Object.create(server, {
    ...("restart" in server ? {} : { restart: { value: refuse }, kill: { value: refuse }, start: { value: refuse } }),
    chroot: { value: chroot },
    connectString: { value: `${server.connectString}${chroot}` },
    stop: { value: stop },
    [Symbol.asyncDispose]: { value: stop },
  }) as RecipeServer;
}

export interface World extends AsyncDisposable {
  readonly server: RecipeServer;
  client(options?: ConnectOptions): Promise<Client>;
  /** The names of a znode's children, in order; none if there is no such znode. */
  children(path: string): Promise<readonly string[]>;
  /** Waits until nothing is left of those who held or waited: no child, no watch on the server, no listener. */
  expectNothingLeft(...paths: readonly string[]): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const server = await startServer();
  const clients: Client[] = [];
  const client = async (options: ConnectOptions = {}) => {
    const made = await connect(server.connectString, { sessionTimeoutMs: 10_000, ...options });
    clients.push(made);
    return made;
  };
  let observer: Promise<Client> | undefined;
  const children = async (path: string) => {
    observer ??= client();
    try {
      return [...(await (await observer).getChildren(path)).children].sort();
    } catch (error) {
      if (isCoordinationError(error, "NO_NODE")) return [];
      throw error;
    }
  };
  const expectNothingLeft = async (...paths: readonly string[]) => {
    for (const path of paths) await expect.poll(() => children(path), { timeout: 4000 }).toEqual([]);
    await expect.poll(() => watches(server.port, server.chroot), { timeout: 4000 }).toEqual([]);
    await expect.poll(() => clients.map(({ events }) => events.listenerCount("state"))).toEqual(clients.map(() => 0));
  };
  const dispose = async () => {
    server.heal();
    await Promise.all(clients.map((each) => each.close({ timeoutMs: 500 })));
    await server.stop();
  };
  return { server, client, children, expectNothingLeft, [Symbol.asyncDispose]: dispose };
}

/** A world that ends with the test. */
export async function worldOfTest(): Promise<World> {
  const world = await startWorld();
  onTestFinished(() => world[Symbol.asyncDispose]());
  return world;
}

/** Resolves when the signal is aborted. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
