/** What these programs share: where the servers are, how a program ends, and what it says when it cannot go on. */
import { parseArgs } from "node:util";
import { type Client, connect, formatSessionId, isCoordinationError, type SessionState } from "@rookery/client";

/** What a program runs in. */
export interface Surroundings {
  /** The servers, `host:port,host:port/chroot`. */
  readonly connectString: string;
  /** Asked of the servers, which narrow it to their own bounds, ms. */
  readonly sessionTimeoutMs: number;
  /** Aborted when the program is to end. */
  readonly signal: AbortSignal;
  /** Takes what is said, line by line. */
  readonly out: (line: string) => void;
}

export interface Program {
  /** Shown for `--help`, and after a mistake. */
  readonly usage: string;
  /** Names of the flags that take a value; `--servers`, `--session-timeout-ms` and `--help` are understood by all. */
  readonly flags: readonly string[];
  /** Names of those that take none. */
  readonly switches?: readonly string[];
  run(words: Words, surroundings: Surroundings): Promise<void>;
}

/** The command line does not say what it must. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What stands on a command line. */
export class Words {
  private readonly words: readonly string[];
  private readonly flags: Readonly<Record<string, string | boolean | undefined>>;

  constructor(words: readonly string[], flags: Readonly<Record<string, string | boolean | undefined>>) {
    this.words = words;
    this.flags = flags;
  }

  /** Those that are no flags, which must be so many. */
  exactly(count: number): string[] {
    if (this.words.length === count) return [...this.words];
    throw new UsageError(`${this.words.length} words are given, and ${count} needed.`);
  }

  get first(): string | undefined {
    return this.words[0];
  }

  all(): string[] {
    return [...this.words];
  }

  has(name: string): boolean {
    return this.flags[name] === true;
  }

  text(name: string): string | undefined;
  text(name: string, unset: string): string;
  text(name: string, unset?: string): string | undefined {
    return (this.flags[name] as string | undefined) ?? unset;
  }

  /** An integer from `min`. */
  integer(name: string, unset: number, min = 0): number {
    const text = this.text(name);
    if (text === undefined) return unset;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= INTEGER_MAX) return value;
    throw new UsageError(`--${name} is ${text}: it must be an integer from ${min} to ${INTEGER_MAX}.`);
  }
}

const INTEGER_MAX = 0x7fff_ffff;
const SERVERS = "127.0.0.1:2181";
const SESSION_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** As a shell reports a process that was ended by SIGINT. */
const INTERRUPTED = 130;

const USAGE_OF_ALL = `
The servers are those of --servers, or of the variable ROOKERY; otherwise ${SERVERS}.
--session-timeout-ms (${SESSION_TIMEOUT_MS}) is how long the servers wait for a silent process before they give it up.`;

/**
 * Runs a program to its end, which SIGINT and SIGTERM bring about in order; a second one at once. The exit code is 0, or 1 for a
 * failure, or 2 for a command line that is not understood.
 */
export async function runProgram({ usage, flags, switches = [], run }: Program): Promise<void> {
  const stopping = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (stopping.signal.aborted) process.exit(INTERRUPTED);
    stopping.abort(new Error(`The process received ${name}.`));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    const words = parse(flags, switches);
    if (words.has("help")) {
      process.stdout.write(`${usage}\n${USAGE_OF_ALL}\n`);
      return;
    }
    await run(words, {
      connectString: words.text("servers", process.env.ROOKERY || SERVERS),
      sessionTimeoutMs: words.integer("session-timeout-ms", SESSION_TIMEOUT_MS, 1),
      signal: stopping.signal,
      out: (line) => process.stdout.write(`${line}\n`),
    });
  } catch (error) {
    if (stopping.signal.aborted && isStop(error, stopping.signal)) return;
    process.exitCode = error instanceof UsageError ? 2 : 1;
    process.stderr.write(`${messageOf(error)}\n${error instanceof UsageError ? `\n${usage}\n${USAGE_OF_ALL}\n` : ""}`);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

function parse(flags: readonly string[], switches: readonly string[]): Words {
  const valued = ["servers", "session-timeout-ms", ...flags].map((name) => [name, { type: "string" as const }]);
  const bare = ["help", ...switches].map((name) => [name, { type: "boolean" as const }]);
  try {
    const { positionals, values } = parseArgs({
      options: Object.fromEntries([...valued, ...bare]),
      allowPositionals: true,
    });
    return new Words(positionals, values as Record<string, string | boolean>);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** Whether the program was told to end, and this is how what it waited for said so. */
function isStop(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === "AbortError");
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Opens a session, and says what becomes of it. */
export async function openClient({ connectString, sessionTimeoutMs, signal, out }: Surroundings): Promise<Client> {
  let client: Client;
  try {
    client = await connect(connectString, { sessionTimeoutMs, connectTimeoutMs: CONNECT_TIMEOUT_MS, signal });
  } catch (error) {
    if (!isCoordinationError(error, "CONNECTION_LOSS")) throw error;
    const advice = 'Start one with "pnpm start", or say where one is: ROOKERY=host:port.';
    throw new Error(`No server grants a session at ${connectString}. ${advice}`, { cause: error });
  }
  client.events.on("state", (state) => {
    const text = STATES[state];
    if (text !== undefined && !signal.aborted) out(text(client));
  });
  return client;
}

/** For whoever watches the program. */
const STATES: Partial<Record<SessionState, (client: Client) => string>> = {
  connected: ({ server, sessionId }) => `[connected to ${server}, session ${formatSessionId(sessionId)}]`,
  "read-only": ({ server }) => `[connected to ${server}, which has no quorum: nothing can be changed]`,
  suspended: () => "[the connection broke: looking for a server]",
  expired: () => "[the session is over: beginning another]",
  "auth-failed": () => "[the servers do not accept the credentials]",
};

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
