/** `rookery serve`: from what was said to a running server, and from a signal to a clean stop. */
import { spawn } from "node:child_process";
import { access, constants, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { RunningServer } from "@rookery/server";
import picocolors from "picocolors";
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from "pino";
import { CONFIG_VARIABLE, type Configuration, configure, type Problem, type Said } from "./configuration.ts";
import { decodeProperties } from "./properties.ts";
import { SETTING_KEYS, SETTINGS, type Setting, serverOptions } from "./settings.ts";

export interface ServeRequest {
  readonly flags: Said["flags"];
  readonly configPath: string | undefined;
  readonly showConfig: boolean;
}

/** As ZooKeeper's ExitCode, where it has one. */
const OK = 0;
const FAILED = 1;
const INVALID_INVOCATION = 2;
const UNABLE_TO_ACCESS_DATADIR = 3;

const DEFAULT_DATA_DIR = "rookery-data";

/** Resolves to the exit code when the server has stopped. */
export async function serve(request: ServeRequest): Promise<number> {
  const configPath = request.configPath ?? (process.env[CONFIG_VARIABLE] || undefined);
  let file: Said["file"];
  if (configPath !== undefined) {
    const text = await readConfig(configPath);
    if (text === undefined) return INVALID_INVOCATION;
    file = { path: configPath, text };
  }
  const outcome = configure({ flags: request.flags, variables: process.env, file });
  if (!outcome.ok) {
    complain(explain(outcome.problems));
    return INVALID_INVOCATION;
  }
  const { configuration } = outcome;
  if (request.showConfig) {
    process.stdout.write(shown(configuration));
    return OK;
  }
  const logger = openLog(configuration.values.logLevel ?? "warn", destination({ dest: 2, sync: true }));
  announce(configuration, logger);
  const folder = resolve(configuration.values.dataDir ?? DEFAULT_DATA_DIR);
  const obstacle = await prepareFolder(folder, configuration.values["datadir.autocreate"] ?? true);
  if (obstacle !== undefined) {
    complain(obstacle);
    return UNABLE_TO_ACCESS_DATADIR;
  }
  return await runServer(folder, serverOptions(configuration.values, file !== undefined), logger);
}

async function runServer(folder: string, options: ReturnType<typeof serverOptions>, logger: Logger): Promise<number> {
  const stopping = firstSignal();
  exitOnSurprise(logger);
  const { DEFAULT_OPTIONS, STATE_TABLES, startServer } = await import("@rookery/server");
  const { openLmdbEngine } = await import("@rookery/storage-lmdb");
  let server: RunningServer;
  try {
    const engine = await openLmdbEngine({ folder, tables: STATE_TABLES, logger });
    const { tornAt, tornBytes, ...recovery } = engine.recovery;
    logger.info({ folder, ...recovery }, "storage is open");
    if (tornAt !== undefined) {
      logger.warn({ tornAt, tornBytes }, "cut an unfinished write off the log; nobody was told that it had succeeded");
    }
    server = await startServer(engine, { ...options, dataFolder: folder }, logger);
  } catch (error) {
    const { host, port } = {
      host: options.clientPortAddress ?? DEFAULT_OPTIONS.clientPortAddress,
      port: options.clientPort ?? DEFAULT_OPTIONS.clientPort,
    };
    const { code, message } = whyNotStarted(error, folder, host, port);
    if (message === undefined) logger.error({ err: error }, "the server could not start");
    else complain(message);
    return code;
  }
  greet(server, folder);
  notifySystemd("READY=1");
  logger.info(server.address, "serving");
  const ended = await Promise.race([stopping, server.stopped.then(none, asFailure)]);
  if (typeof ended !== "string") {
    if (ended === undefined) return OK;
    logger.error({ err: ended.failure }, "the server failed and has stopped; what was acknowledged is on disk");
    return FAILED;
  }
  logger.info({ signal: ended }, "stopping");
  notifySystemd("STOPPING=1");
  try {
    await server.stop();
    await server.stopped;
  } catch (error) {
    logger.error({ err: error }, "the server failed while it stopped");
    return FAILED;
  }
  logger.info({}, "stopped");
  return OK;
}

function none(): undefined {
  return undefined;
}

function asFailure(failure: unknown): { readonly failure: unknown } {
  return { failure };
}

/** The first SIGTERM or SIGINT. A second one ends the process at once, as somebody who asks twice wants. */
function firstSignal(): Promise<"SIGTERM" | "SIGINT"> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (signal: "SIGTERM" | "SIGINT") => {
      if (asked) process.exit(signal === "SIGTERM" ? 143 : 130);
      asked = true;
      resolve(signal);
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}

/**
 * A bug, or one of the rejections that lmdb raises beside the one its caller sees (a full disk): in either case memory
 * may no longer match the disk, and only a new start makes sure that it does.
 */
function exitOnSurprise(logger: Logger): void {
  const onSurprise = (error: unknown) => {
    logger.error({ err: error }, "something failed that nothing was prepared for; the process ends");
    process.exit(FAILED);
  };
  process.on("uncaughtException", onSurprise);
  process.on("unhandledRejection", onSurprise);
}

/** One line for people; everything else the server says is a log line. */
function greet({ address: { host, port } }: RunningServer, folder: string): void {
  const { bold } = picocolors.createColors(colour(process.stdout));
  const where = bold(`${host.includes(":") ? `[${host}]` : host}:${port}`);
  const data = relative(process.cwd(), folder);
  const shortest = data !== "" && !data.startsWith("..") ? `./${data}` : folder;
  process.stdout.write(`Rookery listens on ${where}, keeps its data in ${shortest} and stops on Ctrl+C.\n`);
}

function openLog(level: string, stream: DestinationStream): Logger {
  const formatters = { level: (label: string) => ({ level: label }) };
  return pino({ level, base: { pid: process.pid }, timestamp: stdTimeFunctions.isoTime, formatters }, stream);
}

function announce({ warnings, withoutEffect }: Configuration, logger: Logger): void {
  for (const warning of warnings) logger.warn({}, warning);
  const unseen = withoutEffect
    .map(({ key }) => key)
    .filter((key) => /^(zookeeper\.)?(admin|metricsProvider)\./.test(key));
  if (unseen.length > 0) {
    logger.warn({ keys: unseen }, "there is no admin port and no metrics port: ask with the four-letter word mntr");
  }
  if (withoutEffect.length > 0) {
    logger.info({ keys: withoutEffect.map(({ key }) => key) }, "these keys of ZooKeeper's have no effect here");
  }
}

async function readConfig(path: string): Promise<string | undefined> {
  try {
    return decodeProperties(await readFile(path));
  } catch (error) {
    const reason = REASONS[codeOf(error)] ?? (error as Error).message;
    complain(`The configuration file ${path} cannot be read: ${reason}.`);
    return undefined;
  }
}

/** Undefined when the folder can be used, or why not and what to do. */
async function prepareFolder(folder: string, make: boolean): Promise<string | undefined> {
  try {
    if (make) await mkdir(folder, { recursive: true });
    if (!(await stat(folder)).isDirectory())
      return `The data folder ${folder} is not a folder. Choose another with --data-dir.`;
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const names = await readdir(folder);
    if (names.includes("version-2") && !names.includes("log")) {
      return (
        `The data folder ${folder} holds ZooKeeper's data (version-2), which cannot be read here.\n` +
        "Starting would show its clients an empty tree. Choose an empty folder with --data-dir."
      );
    }
    return undefined;
  } catch (error) {
    const reason = REASONS[codeOf(error)] ?? (error as Error).message;
    const hint =
      codeOf(error) === "ENOENT" ? "Make it, or let datadir.autocreate be true." : "Choose another with --data-dir.";
    return `The data folder ${folder} cannot be used: ${reason}.\n${hint}`;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "this user may not",
  EPERM: "this user may not",
  EISDIR: "it is a folder",
  EEXIST: "a file of that name is in the way",
  ENOTDIR: "a part of its path is a file",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
};

/** What to tell the operator, and the exit code. No message: nobody foresaw it, and the log should have all of it. */
export function whyNotStarted(
  error: unknown,
  folder: string,
  host: string,
  port: number,
): { readonly code: number; readonly message: string | undefined } {
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return failed(
        `Port ${port} on ${host} is taken by another program, perhaps another server.\n` +
          `Stop that one, or choose another port: rookery serve --client-port ${port < 65_535 ? port + 1 : port - 1}`,
      );
    case "EACCES":
      if ((error as NodeJS.ErrnoException).syscall !== "listen") break;
      return failed(`This user may not listen on port ${port}. Choose one above 1023 with --client-port.`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EINVAL":
      return failed(
        `${host} is not an address of this machine, so the server cannot listen on it.\n` +
          "Choose another with --client-port-address; 0.0.0.0 is all of them.",
      );
    case "LOCKED":
    case "UNUSABLE":
    case "NEWER_FORMAT":
      return {
        code: UNABLE_TO_ACCESS_DATADIR,
        message: `The data folder ${folder} cannot be used.\n${sentence(error)}`,
      };
    case "CORRUPT":
    case "FULL":
    case "FAILED":
      return failed(`The server cannot start from its data in ${folder}.\n${sentence(error)}`);
  }
  return { code: FAILED, message: undefined };

  function failed(message: string) {
    return { code: FAILED, message };
  }
}

/** Storage says what, where and what to do. */
function sentence(error: unknown): string {
  const { message } = error as Error;
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? "" : "."}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Every problem: what was said, where, and what to do about it. */
export function explain(problems: readonly Problem[]): string {
  const { bold, dim } = picocolors.createColors(colour(process.stderr));
  const lines = problems.map(({ key, value, place, message, secret }) => {
    const said = key === "" ? "" : `${bold(key)} = ${secret === true ? "(hidden)" : JSON.stringify(value)}  `;
    return `  ${said}${dim(`(${place})`)}\n    ${message}`;
  });
  const count = problems.length === 1 ? "One setting is" : `${problems.length} settings are`;
  return `${count} wrong, and the server does not start:\n\n${lines.join("\n")}\n\n\`rookery settings\` explains every setting.`;
}

/** What counts, as a configuration file that says the same; defaults are comments. */
export function shown({ values, origins, withoutEffect }: Configuration): string {
  const lines = SETTING_KEYS.map((key) => {
    const setting: Setting = SETTINGS[key];
    const given = origins.get(key);
    if (given === undefined || values[key] === undefined) return `# ${key}: ${setting.fallback} (default)`;
    return setting.secret === true
      ? `# ${key}: hidden (${given.place})`
      : `# ${given.place}\n${key}=${given.value.replaceAll("\\", "\\\\")}`;
  });
  const idle = withoutEffect.map(({ key, value, place }) => `# ${key}=${value} (${place}) has no effect`);
  return `${[...lines, ...idle].join("\n")}\n`;
}

function complain(message: string): void {
  const { red } = picocolors.createColors(colour(process.stderr));
  process.stderr.write(`${red("rookery:")} ${message}\n`);
}

/** picocolors looks at standard output only; NO_COLOR and FORCE_COLOR are its to honour. */
function colour(stream: NodeJS.WriteStream): boolean {
  return picocolors.isColorSupported && (stream.isTTY || process.env.FORCE_COLOR !== undefined);
}

/** Tells systemd, if it started us. Node has no datagram Unix sockets; the unit needs NotifyAccess=all. */
function notifySystemd(state: "READY=1" | "STOPPING=1"): void {
  if (process.env.NOTIFY_SOCKET === undefined) return;
  const child = spawn("systemd-notify", ["--no-block", state], { stdio: "ignore" });
  // Not there: then nobody waits for it either.
  child.on("error", () => {});
  child.unref();
}
