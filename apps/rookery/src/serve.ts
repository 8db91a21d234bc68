/** `rookery serve`: from what was said to a running server, and from a signal to a clean stop. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { access, constants, mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { RunningServer } from "@rookery/server";
import picocolors from "picocolors";
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from "pino";
import {
  CONFIG_VARIABLE,
  type Configuration,
  configure,
  DEFAULT_DATA_DIR,
  DEV_VARIABLE,
  type FileRead,
  type Problem,
  type Said,
} from "./configuration.ts";
import { decodeProperties } from "./properties.ts";
import { type EnsembleMember, type EnsembleOptions, joined } from "./server-line.ts";
import { SETTING_KEYS, SETTINGS, type Setting, serverOptions } from "./settings.ts";

export interface ServeRequest {
  readonly flags: Said["flags"];
  readonly numberedFlags: Said["numberedFlags"];
  readonly configPath: string | undefined;
  readonly showConfig: boolean;
}

/** As ZooKeeper's ExitCode, where it has one. */
const OK = 0;
const FAILED = 1;
const INVALID_INVOCATION = 2;
const UNABLE_TO_ACCESS_DATADIR = 3;

/** ZooKeeper's name for the file by which an operator vouches that a server with an empty folder may vote. */
const VOUCHED_FILE = "initialize";

/** Resolves to the exit code when the server has stopped. */
export async function serve(request: ServeRequest): Promise<number> {
  const configPath = request.configPath ?? (process.env[CONFIG_VARIABLE] || undefined);
  let file: Said["file"];
  if (configPath !== undefined) {
    const text = await readConfig(configPath);
    if (text === undefined) return INVALID_INVOCATION;
    file = { path: configPath, text };
  }
  const { flags, numberedFlags = {} } = request;
  const outcome = configure({ flags, numberedFlags, variables: process.env, file, read: readIfThere });
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
  const { values, ensemble } = configuration;
  const options = serverOptions(values, file !== undefined || ensemble !== undefined);
  if (ensemble === undefined) return await runServer(folder, options, undefined, logger);
  const vouched = existsSync(join(folder, VOUCHED_FILE));
  return await runServer(folder, options, { ...ensemble, vouched }, logger);
}

async function runServer(
  folder: string,
  options: ReturnType<typeof serverOptions>,
  ensemble: EnsembleOptions | undefined,
  logger: Logger,
): Promise<number> {
  const stopping = firstSignal();
  exitOnSurprise(logger);
  const { DEFAULT_OPTIONS, STATE_TABLES, startServer } = await import("@rookery/server");
  const { openLmdbEngine } = await import("@rookery/storage-lmdb");
  let server: RunningServer;
  try {
    // A server that runs alone is a member 1: its folder may become the first's of an ensemble, and no other's.
    const sid = ensemble?.sid ?? 1;
    const engine = await openLmdbEngine({ folder, tables: STATE_TABLES, sid, logger });
    const { tornAt, tornBytes, ...recovery } = engine.recovery;
    logger.info({ folder, ...recovery }, "storage is open");
    if (tornAt !== undefined) {
      logger.warn({ tornAt, tornBytes }, "cut an unfinished write off the log; nobody was told that it had succeeded");
    }
    server = await startServer(engine, { ...options, dataFolder: folder, ensemble }, logger);
    if (ensemble?.vouched === true) void forgetVouching(server, folder, logger);
  } catch (error) {
    const { code, message } = whyNotStarted(error, {
      folder,
      host: options.clientPortAddress ?? DEFAULT_OPTIONS.clientPortAddress,
      port: options.clientPort ?? DEFAULT_OPTIONS.clientPort,
      own: ownOf(ensemble),
    });
    if (message === undefined) logger.error({ err: error }, "the server could not start");
    else complain(message);
    return code;
  }
  greet(server, folder, ensemble);
  notifySystemd("READY=1");
  logger.info(server.address, "serving");
  const ended = await Promise.race([stopping, server.stopped.then(none, asFailure)]);
  if (typeof ended !== "string") {
    if (ended === undefined) return OK;
    const refusal = whyRefused(ended.failure, folder);
    if (refusal !== undefined) {
      complain(refusal);
      return FAILED;
    }
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

/** Once it takes part, the server's disk speaks for itself. */
async function forgetVouching({ serving }: RunningServer, folder: string, logger: Logger): Promise<void> {
  await serving;
  try {
    await rm(join(folder, VOUCHED_FILE), { force: true });
  } catch (error) {
    logger.warn(
      { error: (error as Error).message },
      `remove ${VOUCHED_FILE} from the data folder: it is not needed any more`,
    );
  }
}

function none(): undefined {
  return undefined;
}

function asFailure(failure: unknown): { readonly failure: unknown } {
  return { failure };
}

function ownOf(ensemble: EnsembleOptions | undefined): EnsembleMember | undefined {
  return ensemble?.members.find(({ sid }) => sid === ensemble.sid);
}

/**
 * The first SIGTERM or SIGINT. A second one ends the process at once, as somebody who asks twice wants. A server that
 * `rookery dev` has started stops with it, however that ended.
 */
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
    if (process.env[DEV_VARIABLE] !== undefined) process.once("disconnect", () => onSignal("SIGTERM"));
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
function greet(
  { address: { host, port } }: RunningServer,
  folder: string,
  ensemble: EnsembleOptions | undefined,
): void {
  const { bold } = picocolors.createColors(colour(process.stdout));
  const where = bold(joined(host, port));
  const data = relative(process.cwd(), folder);
  const shortest = data !== "" && !data.startsWith("..") ? `./${data}` : folder;
  const who = ensemble === undefined ? "" : `, server ${ensemble.sid} of ${ensemble.members.length},`;
  process.stdout.write(`Rookery${who} listens on ${where}, keeps its data in ${shortest} and stops on Ctrl+C.\n`);
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

/** What a setting leads to. */
function readIfThere(path: string): FileRead {
  try {
    return { text: decodeProperties(readFileSync(path)) };
  } catch (error) {
    const reason = REASONS[codeOf(error)] ?? (error as Error).message;
    return { text: undefined, missing: codeOf(error) === "ENOENT", reason };
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

/** What the server tried to start with. */
export interface Attempt {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  /** Its own line of the ensemble; undefined when it stands alone. */
  readonly own: EnsembleMember | undefined;
}

/** What to tell the operator, and the exit code. No message: nobody foresaw it, and the log should have all of it. */
export function whyNotStarted(
  error: unknown,
  { folder, host, port, own }: Attempt,
): { readonly code: number; readonly message: string | undefined } {
  const peer = own !== undefined && portOf(error) === own.peerPort && own.peerPort !== port ? own : undefined;
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return failed(
        peer === undefined
          ? `Port ${port} on ${host} is taken by another program, perhaps another server.\n` +
              `Stop that one, or choose another port: rookery serve --client-port ${port < 65_535 ? port + 1 : port - 1}`
          : `Port ${peer.peerPort} on ${peer.host}, for the other servers, is taken by another program.\n` +
              `Stop that one, or choose another first port in server.${peer.sid}, on every server of the ensemble.`,
      );
    case "EACCES":
      if ((error as NodeJS.ErrnoException).syscall !== "listen") break;
      return failed(
        peer === undefined
          ? `This user may not listen on port ${port}. Choose one above 1023 with --client-port.`
          : `This user may not listen on port ${peer.peerPort}. Choose one above 1023 in server.${peer.sid}, on every server.`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EINVAL":
      return failed(
        peer === undefined
          ? `${host} is not an address of this machine, so the server cannot listen on it.\n` +
              "Choose another with --client-port-address; 0.0.0.0 is all of them."
          : `${peer.host} is not an address of this machine, so server.${peer.sid} cannot listen on it for the others.\n` +
              "Is this the right myid? Behind a translated address, --quorum-listen-on-all-ips listens on all there are.",
      );
    case "LOCKED":
    case "UNUSABLE":
    case "NEWER_FORMAT":
      return {
        code: UNABLE_TO_ACCESS_DATADIR,
        message: `The data folder ${folder} cannot be used.\n${sentence(error)}${whose()}`,
      };
    case "CORRUPT":
    case "FULL":
    case "FAILED":
      return failed(`The server cannot start from its data in ${folder}.\n${sentence(error)}`);
  }
  return { code: FAILED, message: whyRefused(error, folder) };

  function failed(message: string) {
    return { code: FAILED, message };
  }

  /** Storage knows members only: what makes this server the one it is, and the folder one's that ran alone. */
  function whose(): string {
    const owner = /belongs to member (\d+)/.exec((error as Error).message)?.[1];
    if (owner === undefined) return "";
    if (own === undefined) {
      return (
        "\nThis server has no server.N lines, so it runs alone and counts as member 1.\n" +
        "If it is one of an ensemble, give it the server.N lines of that; if not, choose its own folder with --data-dir."
      );
    }
    const wrong =
      `\nThis server is member ${own.sid} of its ensemble, as its myid says.\n` +
      "If this folder is the right one, correct myid; if not, choose this server's own with --data-dir.";
    return owner === "1"
      ? `${wrong}\nThe data of a server that ran alone counts as member 1's: in an ensemble only server.1 can go on with it.`
      : wrong;
  }
}

/** Why consensus does not let this server take part with its disk, for the operator; undefined for any other failure. */
function whyRefused(error: unknown, folder: string): string | undefined {
  return ["emptied", "rolledBack", "diverged"].includes(codeOf(error))
    ? `The server cannot take part in its ensemble with its data in ${folder}.\n${sentence(error)}`
    : undefined;
}

function portOf(error: unknown): number | undefined {
  return error instanceof Error && "port" in error && typeof error.port === "number" ? error.port : undefined;
}

/** Storage and consensus say what, where and what to do. */
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
export function shown({ values, origins, numbered, withoutEffect }: Configuration): string {
  const servers = numbered.filter((line) => !withoutEffect.includes(line));
  const lines = SETTING_KEYS.map((key) => {
    const setting: Setting = SETTINGS[key];
    const given = origins.get(key);
    if (given === undefined || values[key] === undefined) return `# ${key}: ${setting.fallback} (default)`;
    // Its lines follow.
    if (key === "dynamicConfigFile") return `# ${key}=${given.value} (${given.place})`;
    return setting.secret === true
      ? `# ${key}: hidden (${given.place})`
      : `# ${given.place}\n${key}=${given.value.replaceAll("\\", "\\\\")}`;
  });
  const members = servers.map(({ key, value, place }) => `# ${place}\n${key}=${value}`);
  const idle = withoutEffect.map(({ key, value, place }) => `# ${key}=${value} (${place}) has no effect`);
  return `${[...lines, ...members, ...idle].join("\n")}\n`;
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
