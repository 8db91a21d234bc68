/** Starts and stops the server under test as a process of its own, on a port and a folder of its own. */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Connection } from "./client.ts";
import type { Configuration } from "./configurations.ts";

export type TargetName = "rookery" | "zookeeper";

/** Which implementation this run is about: the variable TARGET. */
export const TARGET: TargetName = readTarget();

const START_MS = 30_000;
const REPOSITORY = resolve(import.meta.dirname, "../../..");

export interface Address {
  readonly port: number;
  readonly pid: number;
}

export class Server implements Address {
  readonly port: number;
  #configuration: Configuration;
  readonly #folder: string;
  #process: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  static async start(configuration: Configuration): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), "rookery-behaviour-"));
    const server = new Server(configuration, folder, await freePort());
    try {
      await server.start();
    } catch (error) {
      await server.discard();
      throw error;
    }
    return server;
  }

  private constructor(configuration: Configuration, folder: string, port: number) {
    this.#configuration = configuration;
    this.#folder = folder;
    this.port = port;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Starts the server, on what its folder holds from before; resolves when it serves. */
  async start(configuration = this.#configuration): Promise<void> {
    this.#configuration = configuration;
    const { settings, properties = {} } = this.#configuration;
    const file = join(this.#folder, "zoo.cfg");
    const all = {
      ...settings,
      ...(TARGET === "rookery" ? properties : {}),
      dataDir: join(this.#folder, "data"),
      clientPort: this.port,
      clientPortAddress: "127.0.0.1",
    };
    await writeFile(
      file,
      Object.entries(all)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(""),
    );
    const [command, args] = TARGET === "rookery" ? rookery(file) : zookeeper(file, properties);
    const log = openSync(join(this.#folder, "log"), "a");
    const child = spawn(command, args, { cwd: this.#folder, stdio: ["ignore", log, log] });
    closeSync(log);
    this.#process = child;
    this.#ended = new Promise((done) => {
      child.once("exit", () => done());
      child.once("error", () => done());
    });
    const killWithUs = () => child.kill("SIGKILL");
    process.once("exit", killWithUs);
    void this.#ended.then(() => process.off("exit", killWithUs));
    await this.#serves();
  }

  /** Ends the process as a power cut would. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#ended;
  }

  /** Asks the process to end. */
  async stop(): Promise<void> {
    this.#process?.kill("SIGTERM");
    await this.#ended;
  }

  /** Ends the process and removes its folder. */
  async discard(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The end of what the server wrote to its output. */
  log(): string {
    return readFileSync(join(this.#folder, "log"), "utf8").split("\n").slice(-15).join("\n");
  }

  async #serves(): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline) {
      if (!this.isRunning) throw new Error(`${TARGET} ended while it started:\n${this.log()}`);
      if ((await fourLetterWord(this.port, "srvr").catch(() => "")).includes("Mode: ")) return;
      // Another process's readiness has no event to await.
      await new Promise((done) => setTimeout(done, 50));
    }
    await this.kill();
    throw new Error(`${TARGET} did not serve within ${START_MS} ms:\n${this.log()}`);
  }
}

/** The answer to a four-letter word, to the last byte before the server closes. */
export async function fourLetterWord(port: number, word: string | Buffer): Promise<string> {
  const connection = await Connection.open(port);
  try {
    connection.write(Buffer.from(word));
    return await connection.text();
  } finally {
    connection.destroy();
  }
}

/** Memory that a process holds, in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} tells no memory use`);
  return Number(kilobytes) * 1024;
}

function readTarget(): TargetName {
  const target = process.env.TARGET ?? "rookery";
  if (target === "rookery" || target === "zookeeper") return target;
  throw new Error(`TARGET is rookery or zookeeper, not ${target}`);
}

function rookery(file: string): [string, string[]] {
  const main = process.env.ROOKERY_MAIN ?? join(REPOSITORY, "apps/rookery/dist/main.js");
  if (!existsSync(main)) throw new Error(`${main} is missing: run pnpm build first`);
  return [process.execPath, [main, "serve", "--config", file]];
}

const PORT_MIN = 21_000;
const PORT_MAX = 32_000;

function zookeeper(file: string, properties: Readonly<Record<string, string | number>>): [string, string[]] {
  const libraries = process.env.ZOOKEEPER_LIB ?? join(import.meta.dirname, "../.cache/zookeeper");
  const flags = Object.entries(properties).map(([key, value]) => `-D${key}=${value}`);
  const modest = ["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"];
  const main = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
  return ["java", [...modest, ...flags, "-cp", `${libraries}/*`, main, file]];
}

/** Below the ports that the system hands out for outgoing connections, which would take one away between look and use. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
    const probe = createServer();
    const isFree = await new Promise<boolean>((done) => {
      probe.once("error", () => done(false));
      probe.listen(port, "127.0.0.1", () => probe.close(() => done(true)));
    });
    if (isFree) return port;
  }
}
