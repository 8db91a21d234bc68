/** Apache ZooKeeper and Rookery as their operators would start them: from one and the same configuration. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ErrorCode, existsRequest, OpCode, requestHeader } from "@rookery/protocol/client";
import type { Address } from "./arguments.ts";
import { Connection, pipeline, settle } from "./connection.ts";
import { freePort, type Running, run, start } from "./processes.ts";
import { progress } from "./progress.ts";

const ZOOKEEPER_VERSION = "3.9.5";

/** The comparison cannot be made here. Not a failure of anything compared. */
export class NotRun extends Error {
  override readonly name = "NotRun";
}

export interface Subject {
  readonly name: string;
  /** Starts a server as planned; its folder may hold data of an earlier start. */
  start(plan: Plan): Server;
}

/** A server that is not there yet, or not any more. */
export interface Plan {
  readonly address: Address;
  /** The path of its zoo.cfg. */
  readonly config: string;
}

export interface Server {
  readonly address: Address;
  readonly process: Running;
  /** By `performance.now()`. */
  readonly startedAt: number;
}

const here = fileURLToPath(new URL("..", import.meta.url));
const jars = join(here, ".cache", `zookeeper-${ZOOKEEPER_VERSION}`);
const pom = join(here, "pom.xml");
const rookeryMain = fileURLToPath(new URL("../../rookery/dist/main.js", import.meta.url));

const HOST = "127.0.0.1";
const READY_TIMEOUT_MS = 300_000;
const POLL_MS = 50;
/** How long one question may stay open. */
const ASK_TIMEOUT_MS = 5000;
/** The cause of an error that asking again will not mend: while a server starts it refuses and drops connections. */
const FATAL = "fatal";
const FETCH_TIMEOUT_MS = 600_000;

export function rookery(): Subject {
  if (!existsSync(rookeryMain)) throw new NotRun("needs Rookery built: pnpm build");
  return {
    name: "Rookery",
    start: (plan) => startServer(plan, process.execPath, [rookeryMain, "serve", "--config", plan.config]),
  };
}

/** @param heap - As after -Xmx; "default" leaves it to the JVM. zkServer.sh has 1000m. */
export async function zookeeper(heap: string): Promise<Subject> {
  await fetchJars();
  const flags = heap === "default" ? [] : [`-Xmx${heap}`];
  const main = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
  return {
    name: `ZooKeeper ${ZOOKEEPER_VERSION} (${heap === "default" ? "default heap" : `-Xmx${heap}`})`,
    start: (plan) => startServer(plan, "java", [...flags, "-cp", join(jars, "*"), main, plan.config]),
  };
}

/** One server on its own. */
export async function planStandalone(folder: string): Promise<Plan> {
  const plan = { address: { host: HOST, port: await freePort() }, config: join(folder, "zoo.cfg") };
  writeConfiguration(plan, folder, []);
  return plan;
}

/** An ensemble: server N is the Nth of the plans and has the folder N. */
export async function planEnsemble(folder: string, size: number): Promise<readonly Plan[]> {
  const ports = new Set<number>();
  const nextPort = async () => {
    const port = await freePort(ports);
    ports.add(port);
    return port;
  };
  const plans: Plan[] = [];
  const lines = ["initLimit=10", "syncLimit=5"];
  for (let sid = 1; sid <= size; sid++) {
    const address = { host: HOST, port: await nextPort() };
    plans.push({ address, config: join(folder, `${sid}`, "zoo.cfg") });
    lines.push(`server.${sid}=${HOST}:${await nextPort()}:${await nextPort()}`);
  }
  for (const [index, plan] of plans.entries()) {
    const own = join(folder, `${index + 1}`);
    writeConfiguration(plan, own, lines);
    writeFileSync(join(own, "data", "myid"), `${index + 1}\n`);
  }
  return plans;
}

/** What the figures depend on, besides the two servers. */
export function javaVersion(): string {
  return spawnSync("java", ["-version"]).stderr.toString().split("\n")[0] ?? "";
}

/** Resolves when a request has been answered without an error. */
export async function untilAnswered(server: Server, path: string): Promise<void> {
  await poll([server], async () => {
    const connection = new Connection(server.address);
    try {
      await connection.open(ASK_TIMEOUT_MS);
      const errors = await pipeline(connection, { count: 1, depth: 1 }, (out) => {
        requestHeader.encode(out, { xid: 1, type: OpCode.exists });
        existsRequest.encode(out, { path, watch: false });
      });
      const err = errors.get(0) ?? ErrorCode.OK;
      if (err === ErrorCode.NONODE) throw new Error(`${path} is gone`, { cause: FATAL });
      return err === ErrorCode.OK;
    } finally {
      void connection.close(); // How long that takes is not the question.
    }
  });
}

/** Resolves when the server says that it is all right. */
export async function untilOk(server: Server): Promise<void> {
  await poll([server], async () => (await fourLetterWord(server.address, "ruok")) === "imok");
}

/** What each says it is: "leader", "follower" …; undefined if it says nothing. */
export async function modesOf(servers: readonly Server[]): Promise<readonly (string | undefined)[]> {
  const answers = await Promise.all(servers.map((server) => fourLetterWord(server.address, "srvr")));
  return answers.map((answer) => /^Mode: (\S+)$/m.exec(answer)?.[1]);
}

/** Resolves when one leads and all the others follow. */
export async function untilLed(servers: readonly Server[]): Promise<void> {
  await poll(servers, async () => {
    const modes = await modesOf(servers);
    const count = (wanted: string) => modes.filter((mode) => mode === wanted).length;
    return count("leader") === 1 && count("follower") === servers.length - 1;
  });
}

function writeConfiguration({ address, config }: Plan, folder: string, more: readonly string[]): void {
  mkdirSync(join(folder, "data"), { recursive: true });
  const lines = [
    "tickTime=2000",
    "maxClientCnxns=0",
    `dataDir=${join(folder, "data")}`,
    `clientPort=${address.port}`,
    `clientPortAddress=${address.host}`,
    "4lw.commands.whitelist=ruok,srvr",
    "admin.enableServer=false",
    ...more,
  ];
  writeFileSync(config, `${lines.join("\n")}\n`);
}

function startServer({ address }: Plan, program: string, words: readonly string[]): Server {
  const startedAt = performance.now();
  return { address, process: start(program, words), startedAt };
}

/**
 * Asks every 50 ms, whether or not the last question has been answered: ZooKeeper, while it starts, leaves some
 * connections without an answer for good, and to wait for those would count against it.
 */
async function poll(servers: readonly Server[], ready: () => Promise<boolean>): Promise<void> {
  const { promise, resolve, reject } = settle<void>();
  const ask = () =>
    ready().then(
      (yes) => (yes ? resolve() : undefined),
      (error) => rejectIfFatal(error),
    );
  const rejectIfFatal = (error: unknown) => {
    if (error instanceof Error && error.cause === FATAL) reject(error);
  };
  const asking = setInterval(ask, POLL_MS);
  const deadline = setTimeout(() => {
    const said = servers.map((server) => server.process.said()).join("\n");
    reject(new Error(`not ready after ${READY_TIMEOUT_MS / 1000} s: ${said}`));
  }, READY_TIMEOUT_MS);
  for (const { process: server } of servers) {
    void server.ended.then((code) => reject(new Error(`a server ended with ${code}: ${server.said()}`)));
  }
  try {
    await promise;
  } finally {
    clearInterval(asking);
    clearTimeout(deadline);
  }
}

async function fourLetterWord({ host, port }: Address, word: string): Promise<string> {
  const { promise, resolve } = settle<string>();
  let answer = "";
  const socket = connect({ host, port, timeout: ASK_TIMEOUT_MS }, () => socket.write(word));
  socket.on("data", (chunk) => {
    answer += chunk.toString();
  });
  socket.on("timeout", () => socket.destroy());
  socket.on("error", () => {});
  socket.on("close", () => resolve(answer));
  return promise;
}

async function fetchJars(): Promise<void> {
  if (!runs("java", "-version")) throw new NotRun("needs java and mvn");
  const stamp = join(jars, `.${createHash("sha256").update(readFileSync(pom)).digest("hex").slice(0, 16)}`);
  if (existsSync(stamp)) return;
  if (!runs("mvn", "--version")) throw new NotRun("needs java and mvn");
  progress(`fetching Apache ZooKeeper ${ZOOKEEPER_VERSION} by Maven, once`);
  rmSync(jars, { recursive: true, force: true });
  const words = ["-q", "-B", "-ntp", "-f", pom, "dependency:copy-dependencies"];
  await run("mvn", [...words, `-DoutputDirectory=${jars}`, "-DincludeScope=runtime"], FETCH_TIMEOUT_MS);
  writeFileSync(stamp, "");
}

function runs(program: string, word: string): boolean {
  return spawnSync(program, [word], { stdio: "ignore" }).status === 0;
}
