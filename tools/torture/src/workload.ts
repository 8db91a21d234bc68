/**
 * The load: sessions that write and read what the checks can judge. Each value is written once; each session waits for
 * its reply before it goes on, but for those that append children, which keep a few requests on their way.
 *
 * Paths are left for fresh ones after some hundred operations, so that no znode's history grows long.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Acl, CreateFlag, ErrorCode, errorName, OPEN_ACL, OpCode, type Stat } from "@rookery/protocol/client";
import type { Chance } from "./chance.ts";
import { pairPaths } from "./checks/pairs.ts";
import type { Call, Operation, Outcome, Seen, Session } from "./evidence.ts";
import type { Recorder } from "./recorder.ts";
import { type Answer, type Endpoint, SessionClient } from "./session-client.ts";
import { formatValue, parseValue } from "./values.ts";

export const ROOT = "/torture";
export const FOLDERS = ["registers", "pairs", "children", "live"].map((name) => `${ROOT}/${name}`);

/** Operations on a path before another takes its place. */
const PATH_USES = 300;
const FOLDER_USES = 250;
const PIPELINE = 4;
const EPHEMERALS_MAX = 10;
const FILLING_CHARS_MAX = 200;
const DROP_PROBABILITY = 1 / 500;
const RETIRE_PROBABILITY = 1 / 60;
const VERSION_NEVER = 1_000_000_000;
const ACLS: readonly (readonly Acl[])[] = [
  OPEN_ACL,
  [
    { perms: 31, scheme: "world", id: "anyone" },
    { perms: 1, scheme: "ip", id: "127.0.0.1" },
  ],
];
/** Replies that say that nothing was done. */
const REFUSALS = new Set<number>([ErrorCode.NONODE, ErrorCode.NODEEXISTS, ErrorCode.BADVERSION]);
/** Replies that leave open whether something was done. */
const OPEN_ENDED = new Set<number>([
  ErrorCode.CONNECTIONLOSS,
  ErrorCode.OPERATIONTIMEOUT,
  ErrorCode.SESSIONEXPIRED,
  ErrorCode.SESSIONMOVED,
]);

export interface WorkloadOptions {
  readonly endpoints: readonly Endpoint[];
  readonly recorder: Recorder;
  readonly chance: (purpose: string) => Chance;
  /** Operations a second of all sessions together, at most. */
  readonly rate: number;
  readonly sessionTimeoutMs: number;
  /** A server answered nonsense. */
  readonly onIncident: (message: string) => void;
  /** A server refused a request for a reason that nothing in the request gives. */
  readonly onRefusal: (server: number, error: string) => void;
}

type Role = (worker: Worker, places: Places) => Promise<unknown>;

const ROLES: readonly { readonly name: string; readonly count: number; readonly role: Role }[] = [
  { name: "registers", count: 10, role: onRegister },
  { name: "children", count: 4, role: onChildren },
  { name: "pairs", count: 3, role: onPair },
  { name: "ephemerals", count: 5, role: onEphemerals },
];
const WORKERS = ROLES.reduce((sum, { count }) => sum + count, 0);

export class Workload {
  readonly #options: WorkloadOptions;
  readonly #workers: Worker[] = [];
  #loops: Promise<void>[] = [];
  #stopped = false;

  constructor(options: WorkloadOptions) {
    this.#options = options;
  }

  start(): void {
    const places = new Places();
    for (const { name, count, role } of ROLES) {
      for (let i = 0; i < count; i++) {
        const worker = new Worker(`${name} ${i}`, this.#options);
        this.#workers.push(worker);
        this.#loops.push(this.#loop(worker, role, places));
      }
    }
  }

  /** How many sessions are connected. */
  get connected(): number {
    return this.#workers.filter(({ client }) => client.server !== undefined).length;
  }

  /** Asks for no more. Resolves when all is answered or lost; sessions stay. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const loops = this.#loops;
    this.#loops = [];
    await Promise.all(loops);
  }

  /** Resolves when every session is connected. */
  async allConnected(): Promise<void> {
    await Promise.all(this.#workers.map(({ client }) => client.ready()));
  }

  end(): void {
    for (const { client } of this.#workers) client.abandon();
  }

  async #loop(worker: Worker, role: Role, places: Places): Promise<void> {
    const intervalMs = (1000 * WORKERS) / this.#options.rate;
    let due = performance.now() + worker.chance.between(0, intervalMs);
    while (!this.#stopped) {
      const wait = due - performance.now();
      if (wait > 0) await sleep(wait);
      // What could not be asked in time is not made up for, so that an outage is not followed by a flood.
      due = Math.max(due, performance.now() - intervalMs) + intervalMs;
      await Promise.race([worker.client.ready(), sleep(1000)]);
      if (worker.client.server === undefined) continue;
      if (worker.chance.happens(DROP_PROBABILITY)) worker.client.drop();
      else due += ((await role(worker, places)) === PIPELINED ? PIPELINE - 1 : 0) * intervalMs;
    }
  }
}

const PIPELINED = "pipelined";

/** The paths in use. All workers share them, so that they meet. */
class Places {
  readonly #uses = new Map<string, { generation: number; left: number }>();

  /** The path of this slot, another one once it was used so often. */
  at(slot: string, uses: number): string {
    let entry = this.#uses.get(slot);
    if (entry === undefined || entry.left === 0) {
      entry = { generation: (entry?.generation ?? 0) + 1, left: uses };
      this.#uses.set(slot, entry);
    }
    entry.left -= 1;
    return `${slot}-${entry.generation}`;
  }
}

/** One client with its session, or with one after another. */
class Worker {
  readonly name: string;
  readonly chance: Chance;
  readonly recorder: Recorder;
  readonly #options: WorkloadOptions;
  client: SessionClient;
  #session: Session | undefined;
  /** Versions it last saw, by path: what a conditional write is made of. */
  readonly versions = new Map<string, number>();
  /** Ephemerals of the session. */
  ephemerals: string[] = [];

  constructor(name: string, options: WorkloadOptions) {
    this.name = name;
    this.#options = options;
    this.recorder = options.recorder;
    this.chance = options.chance(name);
    this.client = this.#connect();
  }

  /** Lets the session go, in one way or another, and begins another. */
  async retire(): Promise<void> {
    const session = this.#session;
    const { client } = this;
    if (session === undefined || client.server === undefined) return;
    if (this.chance.happens(0.5)) {
      session.end = "abandoned";
      client.abandon();
    } else {
      session.end = "closing";
      if (await client.close()) session.end = "closed";
    }
    this.client = this.#connect();
  }

  /** Asks, writes down what was asked and what came of it. */
  async perform<T>(
    call: Call,
    send: (client: SessionClient) => Promise<Answer<T> | "lost">,
    outcomeOf: (value: T, answer: Answer<T>) => Outcome,
  ): Promise<Operation | undefined> {
    const { client, recorder } = this;
    const session = this.#session;
    const { server } = client;
    if (session === undefined || server === undefined) return undefined;
    const operation = recorder.invoke(session, server, call);
    const answer = await send(client);
    if (answer === "lost") recorder.complete(operation, undefined, { type: "unknown" });
    else if (answer.err === 0) recorder.complete(operation, answer, outcomeOf(answer.value as T, answer));
    else recorder.complete(operation, answer, this.#refusal(server, answer.err));
    return operation;
  }

  #refusal(server: number, err: number): Outcome {
    const error = errorName(err) ?? String(err);
    if (REFUSALS.has(err)) return { type: "refused", error };
    if (!OPEN_ENDED.has(err)) this.#options.onRefusal(server, error);
    return { type: "unknown" };
  }

  #connect(): SessionClient {
    this.#session = undefined;
    this.ephemerals = [];
    const client: SessionClient = new SessionClient({
      endpoints: this.#options.endpoints,
      timeoutMs: this.#options.sessionTimeoutMs,
      chance: this.chance,
      onSession: (granted) => {
        this.#session = this.recorder.open(this.name, granted);
      },
      onExpired: () => {
        if (this.#session !== undefined) this.#session.end = "expired";
        this.#session = undefined;
        this.ephemerals = [];
      },
      onNonsense: this.#options.onIncident,
    });
    client.start();
    return client;
  }
}

async function onRegister(worker: Worker, places: Places): Promise<void> {
  const { chance, versions } = worker;
  const path = places.at(`${ROOT}/registers/${chance.below(8)}`, PATH_USES);
  const version = versions.get(path);
  const draw = chance.below(100);
  if (version === undefined || draw < 5) await createRegister(worker, path);
  else if (draw < 35) await setRegister(worker, path, -1);
  else if (draw < 52) await setRegister(worker, path, version);
  else if (draw < 55) await deleteRegister(worker, path, chance.happens(0.5) ? -1 : version);
  else await readRegister(worker, path, draw < 80);
}

async function createRegister(worker: Worker, path: string): Promise<void> {
  const value = worker.recorder.nextId;
  const data = Buffer.from(formatValue(value, worker.chance.below(FILLING_CHARS_MAX)));
  const acl = worker.chance.one(ACLS);
  await worker.perform(
    { type: "create", path, value },
    (client) =>
      client.request(OpCode.create2, { path, data, acl, flags: CreateFlag.PERSISTENT }, ({ stat }) =>
        Number(stat.czxid),
      ),
    (czxid) => ({ type: "created", name: path, czxid }),
  );
  worker.versions.set(path, 0);
}

async function setRegister(worker: Worker, path: string, version: number): Promise<void> {
  const value = worker.recorder.nextId;
  const data = Buffer.from(formatValue(value, worker.chance.below(FILLING_CHARS_MAX)));
  const operation = await worker.perform(
    { type: "set", path, value, version },
    (client) => client.request(OpCode.setData, { path, data, version }, ({ stat }) => changeOf(stat)),
    (change) => ({ type: "set", ...change }),
  );
  if (operation?.outcome.type === "set") worker.versions.set(path, operation.outcome.version);
}

async function deleteRegister(worker: Worker, path: string, version: number): Promise<void> {
  await worker.perform(
    { type: "delete", path, version },
    (client) => client.request(OpCode.delete, { path, version }, () => undefined),
    () => ({ type: "done" }),
  );
}

async function readRegister(worker: Worker, path: string, synced: boolean): Promise<void> {
  const operation = await worker.perform(
    { type: "read", path, synced },
    (client) => orAbsent(afterSync(client, path, synced, () => readZnode(client, path))),
    (znode) => ({ type: "seen", znode }),
  );
  const { outcome } = operation ?? {};
  if (outcome?.type === "seen" && outcome.znode !== undefined) worker.versions.set(path, outcome.znode.version);
}

async function onChildren(worker: Worker, places: Places): Promise<unknown> {
  const { chance } = worker;
  const folder = places.at(`${ROOT}/children/${chance.below(2)}`, FOLDER_USES);
  if (!worker.versions.has(folder)) {
    // Nobody minds whether it is there already.
    const { client } = worker;
    const request = { path: folder, data: null, acl: OPEN_ACL, flags: CreateFlag.PERSISTENT };
    const made = await client.request(OpCode.create, request, () => undefined);
    if (made !== "lost" && (made.err === 0 || made.err === ErrorCode.NODEEXISTS)) worker.versions.set(folder, 0);
    return undefined;
  }
  if (chance.happens(0.25)) {
    const synced = chance.happens(0.5);
    return worker.perform(
      { type: "list", folder, synced },
      (client) =>
        afterSync(client, folder, synced, () =>
          client.request(OpCode.getChildren2, { path: folder, watch: false }, ({ children }) => children),
        ),
      (names) => ({ type: "listed", names }),
    );
  }
  await Promise.all(Array.from({ length: PIPELINE }, () => append(worker, folder)));
  return PIPELINED;
}

async function append(worker: Worker, folder: string): Promise<void> {
  const sequential = worker.chance.happens(0.5);
  const value = worker.recorder.nextId;
  const name = `${sequential ? "s" : "n"}${value}${sequential ? "-" : ""}`;
  const flags = sequential ? CreateFlag.PERSISTENT_SEQUENTIAL : CreateFlag.PERSISTENT;
  const data = Buffer.from(formatValue(value, 0));
  const path = `${folder}/${name}`;
  await worker.perform(
    { type: "append", folder, name, sequential },
    (client) =>
      client.request(OpCode.create2, { path, data, acl: OPEN_ACL, flags }, (response) => ({
        name: response.path.slice(folder.length + 1),
        czxid: Number(response.stat.czxid),
      })),
    (created) => ({ type: "created", ...created }),
  );
}

async function onPair(worker: Worker, places: Places): Promise<void> {
  const { chance, versions } = worker;
  const pair = `${places.at(`${ROOT}/pairs/${chance.below(2)}`, PATH_USES)}{a,b}`;
  const draw = chance.below(100);
  if (!versions.has(pair) || draw < 3) await createPair(worker, pair);
  else if (draw < 50) await setPair(worker, pair, draw < 10);
  else await readPair(worker, pair, draw < 75);
}

async function createPair(worker: Worker, pair: string): Promise<void> {
  const value = worker.recorder.nextId;
  const data = Buffer.from(formatValue(value, 10));
  const operations = pairPaths(pair).map((path) => ({
    type: OpCode.create2,
    request: { path, data, acl: OPEN_ACL, flags: CreateFlag.PERSISTENT },
  }));
  await worker.perform(
    { type: "create", path: pair, value },
    (client) =>
      orFirstError(
        client.request(OpCode.multi, { operations }, ({ results }) => {
          const error = firstError(results);
          if (error !== undefined) return { error };
          return {
            value: results.map((result) => (result.type === OpCode.create2 ? Number(result.response.stat.czxid) : -1)),
          };
        }),
      ),
    ([czxid, other]) => ({ type: "created", name: pair, czxid: czxid === other && czxid !== undefined ? czxid : -1 }),
  );
  worker.versions.set(pair, 0);
}

async function setPair(worker: Worker, pair: string, refused: boolean): Promise<void> {
  const value = worker.recorder.nextId;
  const data = Buffer.from(formatValue(value, 10));
  const [first, second] = pairPaths(pair);
  const sets = [first, second].map((path) => ({ type: OpCode.setData, request: { path, data, version: -1 } }));
  const check = { type: OpCode.check, request: { path: first, version: VERSION_NEVER } };
  const operations = refused ? [...sets, check] : sets;
  await worker.perform(
    { type: "setPair", pair, value, refused },
    (client) =>
      orFirstError(
        client.request(OpCode.multi, { operations }, ({ results }) => {
          const error = firstError(results);
          if (error !== undefined) return { error };
          return {
            value: results.flatMap((result) =>
              result.type === OpCode.setData ? [changeOf(result.response.stat)] : [],
            ),
          };
        }),
      ),
    (stats) => ({ type: "pairSet", stats }),
  );
}

const ABSENT: Seen = { value: -1, version: -1, czxid: -1, mzxid: -1 };

async function readPair(worker: Worker, pair: string, synced: boolean): Promise<void> {
  const paths = pairPaths(pair);
  const operations = paths.map((path) => ({ type: OpCode.getData, request: { path, watch: false } }));
  await worker.perform(
    { type: "readPair", pair, synced },
    (client) =>
      afterSync(client, paths[0], synced, () =>
        client.request(OpCode.multiRead, { operations }, ({ results }) =>
          results.map((result) => (result.type === OpCode.getData ? seenOf(result.response) : ABSENT)),
        ),
      ),
    (znodes) =>
      znodes.every((znode) => znode === ABSENT) ? { type: "seen", znode: undefined } : { type: "pairSeen", znodes },
  );
}

async function onEphemerals(worker: Worker): Promise<void> {
  const { chance, recorder } = worker;
  if (chance.happens(RETIRE_PROBABILITY)) {
    await worker.retire();
  } else if (worker.ephemerals.length >= EPHEMERALS_MAX) {
    const path = worker.ephemerals.shift() as string;
    await worker.perform(
      { type: "deleteEphemeral", path },
      (client) => client.request(OpCode.delete, { path, version: -1 }, () => undefined),
      () => ({ type: "done" }),
    );
  } else {
    const value = recorder.nextId;
    const path = `${ROOT}/live/${worker.name.replace(" ", "-")}-${value}`;
    const data = Buffer.from(formatValue(value, 0));
    const operation = await worker.perform(
      { type: "createEphemeral", path, value },
      (client) =>
        client.request(OpCode.create2, { path, data, acl: OPEN_ACL, flags: CreateFlag.EPHEMERAL }, ({ stat }) =>
          Number(stat.czxid),
        ),
      (czxid) => ({ type: "created", name: path, czxid }),
    );
    if (operation?.outcome.type === "created") worker.ephemerals.push(path);
  }
}

/** A sync and what follows it, on one connection: the second is sent before the first is answered. */
async function afterSync<T>(
  client: SessionClient,
  path: string,
  synced: boolean,
  send: () => Promise<Answer<T> | "lost">,
): Promise<Answer<T> | "lost"> {
  if (!synced) return send();
  const [sync, answer] = await Promise.all([client.request(OpCode.sync, { path }, () => undefined), send()]);
  // Without its sync a read says less than it claims: as good as lost.
  return sync === "lost" || sync.err !== 0 ? "lost" : answer;
}

function readZnode(client: SessionClient, path: string): Promise<Answer<Seen | undefined> | "lost"> {
  return client.request(OpCode.getData, { path, watch: false }, seenOf);
}

/** A read's NONODE is an answer. */
async function orAbsent<T>(asked: Promise<Answer<T | undefined> | "lost">): Promise<Answer<T | undefined> | "lost"> {
  const answer = await asked;
  if (answer === "lost" || answer.err !== ErrorCode.NONODE) return answer;
  return { ...answer, err: 0, value: undefined };
}

/** A failed multi succeeds as a reply and tells in it what failed. */
async function orFirstError<T>(
  asked: Promise<Answer<{ readonly error: number } | { readonly value: T }> | "lost">,
): Promise<Answer<T> | "lost"> {
  const answer = await asked;
  if (answer === "lost") return answer;
  const { value } = answer;
  if (value === undefined) return { ...answer, value: undefined };
  return "error" in value ? { ...answer, err: value.error, value: undefined } : { ...answer, value: value.value };
}

function firstError(results: readonly { readonly type: number; readonly err?: number }[]): number | undefined {
  const errors = results.flatMap(({ type, err }) => (type === OpCode.error && err !== undefined ? [err] : []));
  if (errors.length === 0) return undefined;
  return errors.find((err) => err !== 0 && err !== ErrorCode.RUNTIMEINCONSISTENCY) ?? ErrorCode.SYSTEMERROR;
}

function changeOf(stat: Stat): { readonly version: number; readonly mzxid: number } {
  return { version: stat.version, mzxid: Number(stat.mzxid) };
}

function seenOf({ data, stat }: { readonly data: Uint8Array | null; readonly stat: Stat }): Seen {
  return {
    value: parseValue(data === null ? null : Buffer.from(data).toString("latin1")),
    version: stat.version,
    czxid: Number(stat.czxid),
    mzxid: Number(stat.mzxid),
  };
}
