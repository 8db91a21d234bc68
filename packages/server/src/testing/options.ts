/** What a test may say about its server: the server's own options, with defaults for short lives, checked by hand. */
import { digestId } from "@rookery/protocol/client";
import { type Logger, SILENT } from "../logger.ts";
import { DEFAULT_OPTIONS, type ServerOptions } from "../options.ts";

/** Options of a server, as in {@link ServerOptions}, but for those that only make sense outside of a test. */
export interface TestServerOptions
  extends Partial<
    Omit<ServerOptions, "ensemble" | "clientPort" | "clientPortAddress" | "clientPortListenBacklog" | "dataFolder">
  > {
  /** Where clients connect, on 127.0.0.1. By default 0: the system chooses, and `port` of the server says what. */
  readonly port?: number;
  /**
   * Unit of session expiry, milliseconds: at least 10. By default 100, so that a session may time out after 200 ms;
   * clients that ask for more than 20 ticks get it, up to a minute, unless `maxSessionTimeoutMs` says otherwise.
   */
  readonly tickTimeMs?: number;
  /** Lets clients that authenticate with the digest scheme as `super:<this>` do anything. By default nobody may. */
  readonly superPassword?: string;
  /** Hears what the server says of itself. By default nobody does. */
  readonly logger?: Logger;
}

/** Options as the server takes them, and what is left to the test server. */
export interface CheckedOptions {
  readonly port: number;
  readonly logger: Logger;
  readonly server: Partial<ServerOptions> & { readonly tickTimeMs: number; readonly frameBytesMax: number };
}

const TICK_MS = 100;
const TICK_MIN_MS = 10;
const MAX_SESSION_TIMEOUT_MS = 60_000;
/** What {@link TestServerOptions} leaves out. */
const FIXED: ReadonlySet<string> = new Set<Exclude<keyof ServerOptions, keyof TestServerOptions>>([
  "ensemble",
  "clientPort",
  "clientPortAddress",
  "clientPortListenBacklog",
  "dataFolder",
]);
/** Numbers and strings that {@link DEFAULT_OPTIONS} leaves undefined. */
const UNSET: Readonly<Record<string, string>> = {
  minSessionTimeoutMs: "number",
  maxSessionTimeoutMs: "number",
  superDigest: "string",
};

/** @throws TypeError or RangeError, with a message that names the option. */
export function checkOptions(asker: string, options: TestServerOptions): CheckedOptions {
  const { port = 0, superPassword, logger = SILENT, ...rest } = definedOf(asker, options);
  for (const [name, value] of Object.entries(rest)) checkServerOption(asker, name, value);
  checkCount(asker, "port", port, 0, 65_535);
  if (superPassword !== undefined && typeof superPassword !== "string")
    throw new TypeError(`${asker}: superPassword is ${show(superPassword)}, and should be a string`);
  const { tickTimeMs = TICK_MS, frameBytesMax = DEFAULT_OPTIONS.frameBytesMax } = rest;
  checkCount(asker, "tickTimeMs", tickTimeMs, TICK_MIN_MS, 60_000);
  const { minSessionTimeoutMs = 2 * tickTimeMs } = rest;
  const { maxSessionTimeoutMs = Math.max(MAX_SESSION_TIMEOUT_MS, minSessionTimeoutMs) } = rest;
  if (minSessionTimeoutMs > maxSessionTimeoutMs) {
    throw new RangeError(
      `${asker}: minSessionTimeoutMs is ${minSessionTimeoutMs}, above maxSessionTimeoutMs of ${maxSessionTimeoutMs}`,
    );
  }
  const superuser =
    superPassword === undefined
      ? {}
      : { superDigest: digestId(`super:${superPassword}`, rest.digestAlgorithm ?? DEFAULT_OPTIONS.digestAlgorithm) };
  return {
    port,
    logger,
    server: {
      maxClientConnections: 0,
      fourLetterWords: "*",
      ...rest,
      ...superuser,
      tickTimeMs,
      frameBytesMax,
      minSessionTimeoutMs,
      maxSessionTimeoutMs,
    },
  };
}

/** @throws RangeError unless it is a whole number from `min` to `max`. */
export function checkCount(asker: string, name: string, value: unknown, min: number, max: number): void {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${asker}: ${name} is ${show(value)}, and should be a whole number from ${min} to ${max}`);
}

/** What is undefined counts as left out. */
function definedOf(asker: string, options: TestServerOptions): TestServerOptions {
  if (options === null || typeof options !== "object")
    throw new TypeError(`${asker}: the options are ${show(options)}, and should be an object`);
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function checkServerOption(asker: string, name: string, value: unknown): void {
  if (!Object.hasOwn(DEFAULT_OPTIONS, name)) {
    const known = Object.keys(DEFAULT_OPTIONS).filter((key) => !FIXED.has(key));
    throw new TypeError(
      `${asker}: there is no option ${name}. There are port, superPassword, logger, ${known.join(", ")}`,
    );
  }
  if (FIXED.has(name)) throw new TypeError(`${asker}: ${name} is not for tests to choose`);
  if (name === "fourLetterWords" && value === "*") return;
  if (name === "fourLetterWords" || name === "enforceAuthSchemes") {
    if (Array.isArray(value) && value.every((word) => typeof word === "string")) return;
    throw new TypeError(`${asker}: ${name} is ${show(value)}, and should be a list of strings`);
  }
  const wanted = UNSET[name] ?? typeof DEFAULT_OPTIONS[name as keyof ServerOptions];
  if (wanted === "number") checkCount(asker, name, value, 0, Number.MAX_SAFE_INTEGER);
  else if (typeof value !== wanted)
    throw new TypeError(`${asker}: ${name} is ${show(value)}, and should be a ${wanted}`);
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "bigint" ? `${value}n` : String(value);
}
