/** What this run started and made, so that it goes when the run does: at its end, on a failure, on Ctrl+C. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { settle } from "./connection.ts";

/** What is kept of what a process says, for when it fails. */
const SAID_CHARS = 4000;
const STOP_TIMEOUT_MS = 60_000;
const PORT_MIN = 21_000;
/** Below the ports that systems hand out for outgoing connections, which would take one away between look and use. */
const PORT_MAX = 32_767;
/** What /proc counts CPU time in; the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Fields of /proc/PID/stat behind the program's name, which may hold anything: utime and stime. */
const STAT_UTIME = 11;
const STAT_STIME = 12;
const TMPFS = 0x0102_1994;

const running = new Set<ChildProcess>();
const folders = new Set<string>();

/** Has to be called once, before anything is started. */
export function cleanUpAtExit(): void {
  process.on("exit", () => {
    for (const child of running) child.kill("SIGKILL");
    for (const folder of folders) removeFolder(folder);
  });
  for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const, ["SIGHUP", 129] as const]) {
    process.on(signal, () => process.exit(code));
  }
}

export interface Running {
  readonly pid: number;
  /** Resolves when it has ended, to its code, or its signal's name. */
  readonly ended: Promise<number | string>;
  /** The end of what it wrote to standard error, and to standard output unless that was asked for. */
  readonly said: () => string;
  readonly output: () => string;
  /** Asks it to stop; after a minute it is not asked any more. */
  stop(): Promise<void>;
  /** Ends it without asking, as a crash would. */
  kill(): Promise<void>;
}

/** Without variables that would configure one side only. */
export function start(
  program: string,
  words: readonly string[],
  options: { readonly keepOutput?: boolean } = {},
): Running {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(ROOKERY_|NODE_OPTIONS$|JAVA_TOOL_OPTIONS$|JDK_JAVA_OPTIONS$)/.test(name),
    ),
  );
  const child = spawn(program, words, { env, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let said = "";
  let output = "";
  const hear = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-SAID_CHARS);
  };
  child.stderr.on("data", hear);
  child.stdout.on("data", (chunk: Buffer) => {
    if (options.keepOutput) output += chunk.toString();
    else hear(chunk);
  });
  const { promise: ended, resolve: end } = settle<number | string>();
  child.on("error", (error) => {
    said += error.message;
    running.delete(child);
    end("error");
  });
  child.on("close", (code, signal) => {
    running.delete(child);
    end(code ?? signal ?? "unknown");
  });
  return {
    pid: child.pid ?? 0,
    ended,
    said: () => said.trim(),
    output: () => output,
    async stop() {
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      child.kill("SIGTERM");
      await ended;
      clearTimeout(timer);
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Runs a program to its end. @returns What it wrote to standard output. @throws If it fails or takes too long. */
export async function run(program: string, words: readonly string[], timeoutMs: number): Promise<string> {
  const child = start(program, words, { keepOutput: true });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void child.stop();
  }, timeoutMs);
  const code = await child.ended;
  clearTimeout(timer);
  if (late) throw new Error(`${program} did not end within ${timeoutMs / 1000} s: ${child.said()}`);
  if (code !== 0)
    throw new Error(`${program} ended with ${code}: ${child.said() || child.output().slice(-SAID_CHARS)}`);
  return child.output();
}

/** A new folder for data, in the one given or the system's own for such things. */
export function makeFolder(parent: string | undefined): string {
  const folder = mkdtempSync(join(parent === undefined ? tmpdir() : fromCaller(parent), "rookery-bench-"));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  folders.delete(folder);
}

export const IN_MEMORY = "the data folder is in memory, where durable writes cost nothing: see --data";

/** Where a write costs nothing, a comparison of durable writes says nothing. */
export function isInMemory(folder: string): boolean {
  return statfsSync(folder).type === TMPFS;
}

/** A path as whoever typed the command means it: pnpm runs scripts in the package's folder. */
export function fromCaller(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

/** CPU time these processes have taken so far, in all their threads; undefined where the system does not tell. */
export function cpuSeconds(running: readonly Pick<Running, "pid">[]): number | undefined {
  if (process.platform !== "linux") return undefined;
  let ticks = 0;
  for (const { pid } of running) {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[STAT_UTIME]) + Number(fields[STAT_STIME]);
  }
  return ticks / TICKS_PER_SECOND;
}

/** @param but - Free as well, but taken by now for something that does not listen yet. */
export async function freePort(but: ReadonlySet<number> = new Set()): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN + 1));
    if (but.has(port)) continue;
    const { promise, resolve } = settle<boolean>();
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    if (await promise) return port;
  }
  throw new Error(`no free port found from ${PORT_MIN} to ${PORT_MAX}`);
}
