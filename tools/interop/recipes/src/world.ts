/** What the cases of a file share: a server, our clients, and the programs with other people's recipes, each with a session of its own. */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Client, connect, isCoordinationError } from "@rookery/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Helper } from "./helper.ts";
import { Server } from "./server.ts";

/** The longest that a server with this tickTime grants: a machine that is busy with other things must end no session. */
const SESSION_MS = 10_000;
/** Of those that are killed. */
const SHORT_SESSION_MS = 1500;
/** Longer than any wait that succeeds. */
export const LONG_MS = 20_000;
/** Long enough for one that should wait to show that it does not. */
const MOMENT_MS = 250;

export interface World {
  /** Two sessions of ours. */
  readonly zk: Client;
  readonly other: Client;
  readonly curator: Helper;
  readonly kazoo: Helper;
  readonly go: Helper;
  /** One more, to be killed, with a session that expires soon. */
  anotherCurator(): Helper;
  anotherKazoo(): Helper;
  /** Of ours, to be closed. */
  anotherClient(): Promise<Client>;
}

/** Filled in before the first case. */
export const world = {} as { -readonly [Name in keyof World]: World[Name] };

let server: Server | undefined;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await Server.start(variable("INTEROP_SERVE"));
  world.anotherClient = client;
  world.anotherCurator = () => curator(SHORT_SESSION_MS);
  world.anotherKazoo = () => kazoo(SHORT_SESSION_MS);
  world.curator = curator(SESSION_MS);
  world.kazoo = kazoo(SESSION_MS);
  world.go = helper("go-zookeeper", SESSION_MS, () => [variable("INTEROP_GO")]);
  world.zk = await client();
  world.other = await client();
});

afterAll(async () => {
  await Promise.all(ends.map((end) => end()));
  await server?.stop();
});

async function client(): Promise<Client> {
  const made = await connect(connectString(), { sessionTimeoutMs: SESSION_MS });
  ends.push(() => made.close({ timeoutMs: 1000 }));
  return made;
}

function curator(sessionMs: number): Helper {
  return helper("Curator", sessionMs, () => [
    variable("INTEROP_CURATOR"),
    "-XX:TieredStopAtLevel=1",
    "-cp",
    variable("INTEROP_CURATOR_CLASSPATH"),
    "rookery.interop.recipes.Main",
  ]);
}

function kazoo(sessionMs: number): Helper {
  const script = join(import.meta.dirname, "../recipes.py");
  return helper("kazoo", sessionMs, () => [variable("INTEROP_KAZOO"), script]);
}

function helper(name: string, sessionMs: number, command: () => readonly [string, ...string[]]): Helper {
  const made = new Helper(name, () => [...command(), connectString(), String(sessionMs)]);
  ends.push(() => made.kill());
  return made;
}

function connectString(): string {
  if (server === undefined) throw new Error("there is no server");
  return server.connectString;
}

/** Says in the report why there are no cases of something. */
export function leftOut(what: string, why: string): void {
  it(what, (context) => context.skip(why));
}

let paths = 0;

/** That nobody else uses. */
export function freshPath(name: string): string {
  return `/${name}-${++paths}`;
}

/** The names of a znode's children; none if there is no such znode. */
export async function children(path: string): Promise<readonly string[]> {
  try {
    return (await world.zk.getChildren(path)).children;
  } catch (error) {
    if (isCoordinationError(error, "NO_NODE")) return [];
    throw error;
  }
}

/** Resolves when so many stand in the queue below a path. */
export async function queued(path: string, count: number): Promise<void> {
  await eventually(async () => (await children(path)).length, count);
}

export async function eventually<T>(read: () => T | Promise<T>, expected: T): Promise<void> {
  await expect.poll(read, { timeout: LONG_MS, interval: 20 }).toEqual(expected);
}

/** That it has not come to an end after a moment. */
export async function expectWaits(waiting: Promise<unknown>): Promise<void> {
  const first = await Promise.race([waiting.then(() => "ended"), pause(MOMENT_MS).then(() => "waits")]);
  expect(first).toBe("waits");
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: start the suite with run.sh`);
  return value;
}
