/** One server of `rookery dev`: a child process, and what it says of itself when it is asked. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { DEV_VARIABLE } from "./configuration.ts";

/** What the process does. */
export type ProcessState = "running" | "paused" | "stopped";

/** What the server is in the ensemble: ZooKeeper's words, or that it looks for a leader, starts, or does not answer. */
export type Role =
  | "leader"
  | "follower"
  | "observer"
  | "standalone"
  | "read-only"
  | "looking"
  | "starting"
  | "not answering";

/** What `srvr` tells. */
export interface Status {
  readonly role: Role;
  readonly zxid: string | undefined;
  readonly connections: number | undefined;
}

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Somebody asked for it here. */
  readonly asked: boolean;
}

export interface LocalServerOptions {
  readonly sid: number;
  readonly clientPort: number;
  /** Undefined when it stands alone. */
  readonly peerPort: number | undefined;
  /** What starts it: a program and its words. */
  readonly command: readonly [string, ...string[]];
  /** A line it has logged. */
  readonly onLine: (line: string) => void;
  readonly onEnd: (end: End) => void;
}

/** Nobody waits longer for an answer than this, milliseconds. */
const ANSWER_MS = 900;
/** `srvr` answers with some hundred bytes. */
const ANSWER_BYTES_MAX = 65_536;

const DOWN: Status = { role: "starting", zxid: undefined, connections: undefined };

export class LocalServer {
  readonly sid: number;
  readonly clientPort: number;
  readonly peerPort: number | undefined;
  readonly #options: LocalServerOptions;
  #child: ChildProcess | undefined;
  #state: ProcessState = "stopped";
  #asked = false;
  #status: Status = DOWN;

  constructor(options: LocalServerOptions) {
    this.#options = options;
    this.sid = options.sid;
    this.clientPort = options.clientPort;
    this.peerPort = options.peerPort;
  }

  get state(): ProcessState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** As of the last {@link ask}. */
  get status(): Status {
    return this.#status;
  }

  /** Must be stopped. */
  start(): void {
    const { command, onLine, onEnd } = this.#options;
    const [program, ...words] = command;
    // Its settings are ours to choose. Of a process group of its own, so that Ctrl+C reaches it through us and once.
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("ROOKERY_"));
    const env = { ...Object.fromEntries(inherited), [DEV_VARIABLE]: "1" };
    const child = spawn(program, words, { env, detached: true, stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.#child = child;
    this.#state = "running";
    this.#asked = false;
    this.#status = DOWN;
    const { stderr } = child;
    if (stderr !== null) createInterface({ input: stderr }).on("line", onLine);
    // Node cannot be started, or not be sent a signal; "close" follows all the same.
    child.on("error", (error) => onLine(error.message));
    child.once("close", (code, signal) => {
      this.#child = undefined;
      this.#state = "stopped";
      this.#status = DOWN;
      onEnd({ code, signal, asked: this.#asked });
    });
  }

  /** As a machine that loses power, for the process. Must not be stopped. */
  kill(): void {
    this.#asked = true;
    this.#child?.kill("SIGKILL");
  }

  /** The process stands still, and its connections stay open, until it is resumed. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
    this.#state = "paused";
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
    this.#state = "running";
  }

  /** Resolves when it has ended; at once if it has already. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#asked = true;
    const closed = once(child, "close");
    if (this.#state === "paused") this.resume();
    child.kill("SIGTERM");
    await closed;
  }

  /** Asks what it is and remembers it. */
  async ask(): Promise<Status> {
    const child = this.#child;
    const status = child === undefined ? DOWN : await askSrvr(this.clientPort);
    // It may have ended, and begun again, while it was asked.
    if (this.#child === child) this.#status = status;
    return this.#status;
  }
}

async function askSrvr(port: number): Promise<Status> {
  const socket = connect({ port, host: "127.0.0.1" }, () => socket.write("srvr"));
  let silent = false;
  const timer = setTimeout(() => {
    silent = true;
    socket.destroy();
  }, ANSWER_MS);
  let answer = "";
  try {
    for await (const chunk of socket) {
      answer += chunk;
      if (answer.length > ANSWER_BYTES_MAX) break;
    }
  } catch {
    // Nobody listens, or the one that did has ended: it is asked again in a moment.
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
  if (silent) return { ...DOWN, role: "not answering" };
  return answer === "" ? DOWN : parseSrvr(answer);
}

/** What `srvr` says; a server that has no leader says only that it does not serve. */
export function parseSrvr(text: string): Status {
  const mode = /^Mode: (leader|follower|observer|standalone|read-only)$/m.exec(text)?.[1];
  if (mode === undefined) return { ...DOWN, role: "looking" };
  const connections = /^Connections: (\d+)$/m.exec(text)?.[1];
  return {
    role: mode as Role,
    zxid: /^Zxid: (\w+)$/m.exec(text)?.[1],
    // The one that asks is counted, too.
    connections: connections === undefined ? undefined : Number(connections) - 1,
  };
}
