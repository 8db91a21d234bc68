import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Client, connect } from "@rookery/client";
import { ServiceDiscovery } from "@rookery/recipes";
import { startTestEnsemble, type TestEnsemble } from "@rookery/server/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type StartedProgram, usePrograms } from "../support/processes.ts";
import {
  awaitPrimary,
  type ClusterState,
  isEligible,
  type Payload,
  pathsBelow,
  readState,
  SERVICE,
} from "./cluster.ts";
import { findPostgres } from "./postgres.ts";
import { askStore, type StoreStatus } from "./store.ts";

const SESSION_MS = 2000;
const BOUND_MS = 40_000;
/** psql is ended after so long: PostgreSQL's own time limits would let a write go on without its standby. */
const SQL_MS = 3000;
const WAIT = { timeout: BOUND_MS, interval: 50 };

const programs = usePrograms("database");
const postgres = findPostgres();
let ensemble: TestEnsemble;
let client: Client;
let folder: string;
let discovery: ServiceDiscovery<Payload>;

beforeEach(async () => {
  ensemble = await startTestEnsemble({ servers: 3 });
  client = await connect(ensemble.connectString, { sessionTimeoutMs: SESSION_MS });
  discovery = new ServiceDiscovery<Payload>(client, pathsBelow("/database").discovery);
  folder = mkdtempSync(join(tmpdir(), "rookery-database-"));
  // PostgreSQL may run as another user.
  chmodSync(folder, 0o755);
});

afterEach(async () => {
  await client.close();
  await ensemble.stop();
  for (const name of ["a", "b", "c"]) killPostgres(name);
  rmSync(folder, { recursive: true, force: true });
});

/** Its first line is the process's id. Its children notice, and end. */
function killPostgres(id: string): void {
  try {
    process.kill(
      Number(
        readFileSync(join(folder, id, "data", "postmaster.pid"))
          .toString()
          .split("\n")[0],
      ),
      "SIGKILL",
    );
  } catch {
    // It does not run.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

interface Node {
  readonly id: string;
  readonly port: number;
  readonly agent: StartedProgram;
}

function startAgent(id: string, port: number, database: "postgres" | "store"): Node {
  const flags = ["--port", `${port}`, "--folder", join(folder, id), "--database", database];
  const agent = programs.start(ensemble.connectString, "agent", id, ...flags, "--session-timeout-ms", `${SESSION_MS}`);
  return { id, port, agent };
}

async function state(): Promise<ClusterState | undefined> {
  return (await readState(client, pathsBelow("/database").state, AbortSignal.timeout(5000))).state;
}

function stateIs(expected: Partial<ClusterState>): Promise<void> {
  return vi.waitFor(async () => expect(await state()).toMatchObject(expected), WAIT);
}

/** Of one kind of database: how the test reads and writes. */
interface Subject {
  readonly database: "postgres" | "store";
  readonly isThere: boolean;
  setUp(port: number): Promise<void>;
  /** Resolves when it is acknowledged. */
  put(port: number, key: string): Promise<void>;
  has(port: number, key: string): Promise<boolean>;
  kill(node: Node): void;
}

const store: Subject = {
  database: "store",
  isThere: true,
  setUp: async () => {},
  put: async (port, key) => {
    await askStore(port, { op: "set", key, value: "1" }, 2000);
  },
  has: async (port, key) => (await askStore<{ value: string | null }>(port, { op: "get", key }, 2000)).value === "1",
  kill: ({ agent }) => {
    const pid = Number([...agent.output.matchAll(/database runs, pid (\d+)/g)].at(-1)?.[1]);
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has gone with its agent.
    }
  },
};

async function sql(port: number, text: string): Promise<string> {
  const where = ["-h", "127.0.0.1", "-p", `${port}`, "-U", "postgres", "-d", "postgres"];
  const options = { env: { ...process.env, PGCONNECT_TIMEOUT: "2" }, timeout: SQL_MS };
  const psql = join(postgres?.bin ?? "", "psql");
  const { stdout } = await promisify(execFile)(psql, [...where, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text], options);
  return stdout.trim();
}

const postgresql: Subject = {
  database: "postgres",
  isThere: postgres !== undefined,
  setUp: async (port) => void (await sql(port, "create table kept (key text primary key)")),
  put: async (port, key) => void (await sql(port, `insert into kept values ('${key}')`)),
  has: async (port, key) => (await sql(port, `select count(*) from kept where key = '${key}'`)) === "1",
  kill: ({ id }) => killPostgres(id),
};

describe("who may be promoted", () => {
  it("is the primary and its synchronous standby, and anybody before the first primary", () => {
    const alone = { epoch: 3, primary: "a", standby: null };
    expect(["a", "b", "c"].map((id) => isEligible({ ...alone, standby: "b" }, id))).toEqual([true, true, false]);
    expect(["a", "b", "c"].map((id) => isEligible(alone, id))).toEqual([true, false, false]);
    expect(isEligible(undefined, "c")).toBe(true);
  });
});

describe.each([store, postgresql])("fail-over of $database", (subject) => {
  it.runIf(subject.isThere)(
    "loses no acknowledged write when the primary is killed, and takes it back as a replica",
    async () => {
      const { database } = subject;
      const a = startAgent("a", await freePort(), database);
      await a.agent.said(/a: primary of epoch 1/);
      await subject.setUp(a.port);
      const b = startAgent("b", await freePort(), database);
      await b.agent.said(/b: follows a, epoch 1/);
      await stateIs({ epoch: 1, primary: "a", standby: "b" });
      const keys = Array.from({ length: 20 }, (_, at) => `before-${at}`);
      for (const key of keys) await subject.put(a.port, key);

      await a.agent.end("SIGKILL");
      subject.kill(a);
      await b.agent.said(/b: primary of epoch 2/);
      const primary = await awaitPrimary(discovery.cache(SERVICE), BOUND_MS);
      expect(primary).toEqual({ id: "b", host: "127.0.0.1", port: b.port, epoch: 2 });
      for (const key of keys) expect(await subject.has(b.port, key), key).toBe(true);
      await subject.put(b.port, "after");

      const again = startAgent("a", a.port, database);
      await again.agent.said(/a: follows b, epoch 2/);
      await stateIs({ epoch: 2, primary: "b", standby: "a" });
      await vi.waitFor(async () => expect(await subject.has(a.port, "after")).toBe(true), WAIT);
      await expect(subject.put(a.port, "split"), "a replica takes no writes").rejects.toThrow();
      expect(await subject.has(b.port, "split")).toBe(false);

      // And back, with one of the ensemble's servers killed as well.
      await (await ensemble.leader()).kill();
      await subject.put(b.port, "back");
      await b.agent.end("SIGKILL");
      subject.kill(b);
      await again.agent.said(/a: primary of epoch 3/);
      expect(await subject.has(a.port, "back")).toBe(true);
      expect((await again.agent.end("SIGTERM")).code).toBe(0);
    },
    120_000,
  );
});

describe("a primary that has been deposed", () => {
  it("acknowledges nothing that the next primary does not have, and drops it when it comes back", async () => {
    const a = startAgent("a", await freePort(), "store");
    await a.agent.said(/a: primary of epoch 1/);
    const b = startAgent("b", await freePort(), "store");
    await stateIs({ primary: "a", standby: "b" });
    const pid = Number(/database runs, pid (\d+)/.exec(a.agent.output)?.[1]);
    await store.put(a.port, "kept");
    // Only the agent stands still: its database runs on, as if it were primary.
    await sendSignal(a, "SIGSTOP");
    await b.agent.said(/b: primary of epoch 2/);
    const late = askStore(a.port, { op: "set", key: "split", value: "1" }, 1000);
    await expect(late).rejects.toThrow();
    expect(() => process.kill(pid, 0), "the database was there to refuse it").not.toThrow();
    await store.put(b.port, "after");

    await sendSignal(a, "SIGCONT");
    await a.agent.said(/a: follows b, epoch 2/);
    expect(await store.has(a.port, "kept")).toBe(true);
    await vi.waitFor(async () => expect(await store.has(a.port, "after")).toBe(true), WAIT);
    expect(await store.has(a.port, "split")).toBe(false);
    const status = await askStore<StoreStatus>(b.port, { op: "status" }, 2000);
    expect(status).toMatchObject({ role: "primary", epoch: 2, entries: 2 });
  }, 60_000);

  it.runIf(postgresql.isThere)(
    "is PostgreSQL without its agent: it acknowledges nothing, and is rewound when it comes back",
    async () => {
      const a = startAgent("a", await freePort(), "postgres");
      await a.agent.said(/a: primary of epoch 1/);
      await postgresql.setUp(a.port);
      const b = startAgent("b", await freePort(), "postgres");
      await stateIs({ primary: "a", standby: "b" });
      await postgresql.put(a.port, "kept");
      await a.agent.end("SIGKILL");
      await b.agent.said(/b: primary of epoch 2/);
      expect(await postgresql.has(a.port, "kept"), "it runs on").toBe(true);
      await expect(postgresql.put(a.port, "split")).rejects.toMatchObject({ killed: true });
      await postgresql.put(b.port, "after");

      const again = startAgent("a", a.port, "postgres");
      await again.agent.said(/a: follows b, epoch 2/);
      expect(again.agent.output, "not copied anew").not.toMatch(/pg_rewind:|copied anew/);
      await vi.waitFor(async () => expect(await postgresql.has(a.port, "after")).toBe(true), WAIT);
      expect([await postgresql.has(a.port, "kept"), await postgresql.has(a.port, "split")]).toEqual([true, false]);
    },
    90_000,
  );

  it("gives the lock back when its database alone has died, and follows", async () => {
    const a = startAgent("a", await freePort(), "store");
    await a.agent.said(/a: primary of epoch 1/);
    const b = startAgent("b", await freePort(), "store");
    await stateIs({ primary: "a", standby: "b" });
    await store.put(a.port, "kept");
    store.kill(a);
    await b.agent.said(/b: primary of epoch 2/);
    expect(await store.has(b.port, "kept")).toBe(true);
    await a.agent.said(/a: follows b, epoch 2/);
  }, 60_000);

  async function sendSignal({ agent }: Node, signal: NodeJS.Signals): Promise<void> {
    process.kill(Number(/agent's pid (\d+)/.exec(agent.output)?.[1]), signal);
  }
});

describe("a replica that may lack writes", () => {
  it("is not promoted, and the primary is awaited", async () => {
    const a = startAgent("a", await freePort(), "store");
    await a.agent.said(/a: primary of epoch 1/);
    const b = startAgent("b", await freePort(), "store");
    await stateIs({ primary: "a", standby: "b" });
    await b.agent.end("SIGKILL");
    store.kill(b);
    await a.agent.said(/b has gone: acknowledges alone/);
    await store.put(a.port, "alone");
    await a.agent.end("SIGKILL");
    store.kill(a);
    const late = startAgent("b", b.port, "store");
    await late.agent.said(/b: store at/);
    const cache = discovery.cache(SERVICE);
    await cache.ready();
    await vi.waitFor(() => expect(cache.instances.map(({ id }) => id)).toEqual(["b"]), WAIT);
    await expect(awaitPrimary(cache, 2 * SESSION_MS)).rejects.toThrow("there is no primary");
    const again = startAgent("a", a.port, "store");
    await again.agent.said(/a: primary of epoch 2/);
    expect(await store.has(a.port, "alone")).toBe(true);
    await late.agent.said(/b: follows a, epoch 2/);
    const said = await programs.start(ensemble.connectString, "get", "alone").ended;
    expect(said).toMatchObject({ code: 0, output: "1\n" });
  }, 60_000);
});
