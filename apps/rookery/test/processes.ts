/** For tests of the command as people run it: built, in a process and a folder of its own. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** Without variables of ours, and without colours. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(ROOKERY_|FORCE_COLOR|NODE_OPTIONS|NOTIFY_SOCKET)/.test(name)),
);

export interface StartedDev {
  readonly child: ChildProcess;
  readonly clientPort: number;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  type(line: string): void;
  /** Resolves when it has been said, after what was awaited before. */
  said(what: string | RegExp): Promise<RegExpExecArray>;
}

export interface Rookery {
  /** Where commands run; new for each test. */
  readonly folder: string;
  /** Runs a command to its end. */
  run(...words: Words): { readonly code: number | null; readonly out: string; readonly problem: string };
  /** Resolves when `rookery serve` has said where it listens. */
  start(...words: Words): Promise<Started>;
  /** Starts `rookery dev` on ports of its own. */
  startDev(...flags: readonly string[]): Promise<StartedDev>;
}

/** Builds the command once, and ends whatever a test has started. */
export function useRookery(): Rookery {
  let folder = "";
  let children: ChildProcess[] = [];
  beforeAll(() => {
    // Nothing to do when it is built already.
    execFileSync("pnpm", ["exec", "turbo", "run", "build", "--filter=rookery", "--output-logs=errors-only"], {
      cwd: root,
    });
  }, 300_000);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rookery-"));
    children = [];
  });

  afterEach(() => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    get folder() {
      return folder;
    },
    run,
    start,
    startDev,
  };

  function run(...words: Words) {
    const { flags, env } = sorted(words);
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...flags], {
      cwd: folder,
      env,
      timeout: 20_000,
    });
    return { code: status, out: stdout.toString(), problem: stderr.toString() };
  }

  async function start(...words: Words): Promise<Started> {
    const { flags, env } = sorted(words);
    const child = spawn(process.execPath, [main, "serve", ...flags], { cwd: folder, env });
    children.push(child);
    let problems = "";
    child.stderr.on("data", (chunk: Buffer) => {
      problems += chunk.toString();
    });
    const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
    let greeting = "";
    while (!greeting.endsWith("\n")) {
      const chunk = await Promise.race([once(child.stdout, "data"), ended]);
      if (!Array.isArray(chunk)) throw new Error(`ended with ${chunk.code}: ${problems}`);
      greeting += chunk[0].toString();
    }
    return { child, greeting, port: Number(/:(\d+),/.exec(greeting)?.[1]), ended, problems: () => problems };
  }

  async function startDev(...flags: readonly string[]): Promise<StartedDev> {
    const clientPort = await freePorts();
    const words = [main, "dev", `--client-port=${clientPort}`, ...flags];
    const child = spawn(process.execPath, words, { cwd: folder, env: environment });
    children.push(child);
    let output = "";
    let from = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
    return {
      child,
      clientPort,
      ended,
      type: (line) => void child.stdin.write(`${line}\n`),
      async said(what) {
        const pattern = typeof what === "string" ? new RegExp(what.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")) : what;
        for (;;) {
          const match = pattern.exec(output.slice(from));
          if (match !== null) {
            from += match.index + match[0].length;
            return match;
          }
          const chunk = await Promise.race([once(child.stdout, "data"), ended]);
          if (!Array.isArray(chunk) && !pattern.test(output.slice(from)))
            throw new Error(`never said ${what}:\n${output}`);
        }
      },
    };
  }
}

function sorted(words: Words) {
  const variables = words.filter((word) => typeof word !== "string");
  return { flags: words.filter((word) => typeof word === "string"), env: Object.assign({}, environment, ...variables) };
}

/** A port that is free, as are probably those that `rookery dev` derives from it: outside of what systems hand out. */
export async function freePorts(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 15_000);
    const probe = createServer().listen(port, "127.0.0.1");
    const free = await once(probe, "listening").then(
      () => true,
      () => false,
    );
    probe.close();
    if (free) return port;
  }
}

export interface Started {
  readonly child: ChildProcess;
  readonly greeting: string;
  readonly port: number;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly problems: () => string;
}

/** Words of the command line, and variables. */
type Words = readonly (string | Readonly<Record<string, string>>)[];

export async function ask(port: number, word: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.end(word);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  return answer;
}

/** Opens a session, sends requests, and resolves to their replies. client-protocol: int32 length before every frame. */
export async function talk(port: number, requests: readonly Buffer[]) {
  const socket = connect(port, "127.0.0.1");
  const connectRequest = Buffer.concat([
    int(0),
    long(),
    int(30_000),
    long(),
    int(16),
    Buffer.alloc(16),
    Buffer.alloc(1),
  ]);
  for (const frame of [connectRequest, ...requests]) socket.write(Buffer.concat([int(frame.length), frame]));
  const frames: Buffer[] = [];
  let received = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 4 && received.length >= 4 + received.readInt32BE()) {
      const end = 4 + received.readInt32BE();
      frames.push(received.subarray(4, end));
      received = received.subarray(end);
    }
    if (frames.length > requests.length) break;
  }
  return frames
    .slice(1)
    .map((frame) => ({ xid: frame.readInt32BE(), error: frame.readInt32BE(12), body: frame.subarray(16) }));
}

export function createRequest(xid: number, path: string, data: string): Buffer {
  const everybody = [int(1), int(31), string("world"), string("anyone")];
  return Buffer.concat([int(xid), int(1), string(path), string(data), ...everybody, int(0)]);
}

export function getRequest(xid: number, path: string): Buffer {
  return Buffer.concat([int(xid), int(4), string(path), Buffer.alloc(1)]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function long(): Buffer {
  return Buffer.alloc(8);
}

export function string(text: string): Buffer {
  return Buffer.concat([int(Buffer.byteLength(text)), Buffer.from(text)]);
}
