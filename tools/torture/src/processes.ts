/** What this run started and made, so that it goes when the run does: at its end, on a failure, on Ctrl+C. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const running = new Set<ChildProcess>();
const undo = new Set<() => void>();

/** Has to be called once, before anything is started. */
export function cleanUpAtExit(): void {
  process.on("exit", () => {
    for (const child of running) child.kill("SIGKILL");
    for (const step of [...undo].reverse()) {
      try {
        step();
      } catch (error) {
        process.stderr.write(`left behind: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
  });
  for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const, ["SIGHUP", 129] as const]) {
    process.on(signal, () => process.exit(code));
  }
}

/** Runs this when the run ends, however it does: last come, first done. It must be synchronous. */
export function atExit(step: () => void): void {
  undo.add(step);
}

export interface Running {
  readonly pid: number;
  /** Resolves when it has ended, to its code, or its signal's name. */
  readonly ended: Promise<number | string>;
  signal(signal: NodeJS.Signals): void;
}

/** @param file - Takes what it writes, behind what earlier ones wrote. */
export function start(
  program: string,
  words: readonly string[],
  file: string,
  environment: Readonly<Record<string, string>>,
): Running {
  const output = openSync(file, "a");
  const child = spawn(program, words, {
    env: { ...ownEnvironment(), ...environment },
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  return track(child);
}

/** As {@link start}, for a child that is spoken to over its standard input and output. */
export function startPiped(program: string, words: readonly string[]) {
  const child = spawn(program, words, { env: ownEnvironment(), stdio: ["pipe", "pipe", "pipe"] });
  return { ...track(child), stdin: child.stdin, stdout: child.stdout, stderr: child.stderr };
}

/** Whether a program is there and ends well. */
export function runs(program: string, ...words: readonly string[]): boolean {
  return spawnSync(program, words, { stdio: "ignore" }).status === 0;
}

/** Runs a program to its end. @throws With what it said, if it fails. */
export function runToEnd(program: string, words: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, words);
  if (status === 0) return;
  throw new Error(`${program}: ${error?.message ?? `${stderr}${stdout}`.trim().slice(-1000)}`);
}

/** A new folder for data. Stays after the run if `keep` says so at its end. */
export function makeFolder(keep: () => boolean): string {
  const folder = mkdtempSync(join(tmpdir(), "rookery-torture-"));
  atExit(() => {
    if (!keep()) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
  return folder;
}

/** The first of `count` neighbouring ports on 127.0.0.1 that are free, below those that systems hand out themselves. */
export async function freePorts(count: number): Promise<number> {
  for (let base = PORT_MIN; base + count - 1 <= PORT_MAX; base += count) {
    let free = 0;
    while (free < count && (await isFree(base + free))) free += 1;
    if (free === count) return base;
  }
  throw new Error(`no ${count} free neighbouring ports from ${PORT_MIN} to ${PORT_MAX}`);
}

const PORT_MIN = 31_000;
const PORT_MAX = 31_999;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function track(child: ChildProcess): Running {
  running.add(child);
  const ended = new Promise<number | string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  void ended.then(() => running.delete(child));
  return {
    pid: child.pid ?? 0,
    ended,
    signal: (signal) => {
      child.kill(signal);
    },
  };
}

/** Without variables that would configure one side only. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(ROOKERY_|NODE_OPTIONS$|JAVA_TOOL_OPTIONS$|JDK_JAVA_OPTIONS$)/.test(name),
    ),
  );
}
