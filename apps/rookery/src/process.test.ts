/** The command as people run it: a process of its own, built, with its output, signals and exit codes. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };

const root = fileURLToPath(new URL("../../..", import.meta.url));
const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** Without variables of ours, and without colours. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(ROOKERY_|FORCE_COLOR|NODE_OPTIONS|NOTIFY_SOCKET)/.test(name)),
);

let folder: string;
let children: ChildProcess[];

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

describe("rookery", { timeout: 30_000 }, () => {
  it("prints its version and its help", () => {
    expect(run("--version")).toMatchObject({ code: 0, out: `${manifest.version}\n` });
    expect(run("--help").out).toContain("rookery serve --config zoo.cfg");
    expect(run("help", "serve").out).toContain("--tick-time <ms>");
    expect(run("serve", "--help")).toMatchObject({ code: 0, problem: "" });
  });

  it("ends with 2 for a command, a flag or a word it does not know", () => {
    expect(run("srve")).toMatchObject({ code: 2, problem: expect.stringContaining("Did you mean serve?") });
    expect(run("serve", "--tick-tim=1")).toMatchObject({ code: 2, problem: expect.stringContaining("--tick-time") });
    expect(run("serve", "zoo.cfg")).toMatchObject({ code: 2, problem: expect.stringContaining("--config zoo.cfg") });
    expect(run("completion", "csh")).toMatchObject({ code: 2, problem: expect.stringContaining("bash, zsh, fish") });
  });

  it("prints completions that shells take", () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, out } = run("completion", shell);
      expect(code).toBe(0);
      expect(out).toContain("tick-time");
      if (commandExists(shell)) expect(spawnSync(shell, ["-n"], { input: out }).stderr.toString()).toBe("");
    }
  });

  it("completes commands, flags and values in bash", () => {
    const complete = (...words: string[]) => {
      const script = `${run("completion", "bash").out}
        COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _rookery
        echo "\${COMPREPLY[@]}"`;
      return spawnSync("bash", ["-c", script]).stdout.toString().trim();
    };
    expect(complete("rookery", "se")).toBe("serve settings");
    expect(complete("rookery", "serve", "--tick")).toBe("--tick-time");
    expect(complete("rookery", "serve", "--log-level", "w")).toBe("warn");
    expect(complete("rookery", "completion", "z")).toBe("zsh");
  });
});

describe("rookery serve", { timeout: 30_000 }, () => {
  it("says where it listens, serves, and stops with 0 when asked", async () => {
    const server = await start("--client-port=0", "--data-dir=data");
    expect(server.greeting).toMatch(
      /^Rookery listens on 127\.0\.0\.1:\d+, keeps its data in \.\/data and stops on Ctrl\+C\.\n$/,
    );
    expect(await ask(server.port, "ruok")).toBe("imok");
    server.child.kill("SIGTERM");
    expect(await server.ended).toEqual({ code: 0, signal: null });
    // Quiet by default.
    expect(server.problems()).toBe("");
    expect(existsSync(join(folder, "data"))).toBe(true);
  });

  it("takes zoo.cfg, variables and flags, the later over the earlier", async () => {
    writeFileSync(join(folder, "zoo.cfg"), "tickTime=1000\nclientPort=0\ndataDir=a\ninitLimit=5\nlogLevel=info\n");
    const { out } = run({ ROOKERY_DATA_DIR: "b" }, "serve", "--config=zoo.cfg", "--client-port=7", "--show-config");
    expect(out).toContain("# zoo.cfg:1\ntickTime=1000\n");
    expect(out).toContain("# flag --client-port\nclientPort=7\n");
    expect(out).toContain("# variable ROOKERY_DATA_DIR\ndataDir=b\n");

    const server = await start({ ROOKERY_CONFIG: "zoo.cfg" }, "--client-port-address=127.0.0.1");
    server.child.kill("SIGINT");
    expect(await server.ended).toEqual({ code: 0, signal: null });
    const lines = server
      .problems()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ level: "info", keys: ["initLimit"] });
    expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(["serving", "stopping", "stopped"]));
  });

  it("refuses wrong settings with 2 and touches nothing", () => {
    expect(run("serve", "--tick-time=soon", "--data-dir=data")).toMatchObject({
      code: 2,
      problem: expect.stringContaining(
        'tickTime = "soon"  (flag --tick-time)\n    must be a whole number of milliseconds',
      ),
    });
    expect(run("serve", "--config=none.cfg")).toMatchObject({
      code: 2,
      problem: "rookery: The configuration file none.cfg cannot be read: it does not exist.\n",
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("ends with 3 when the data folder cannot be used", async () => {
    writeFileSync(join(folder, "file"), "");
    expect(run("serve", "--client-port=0", "--data-dir=file")).toMatchObject({ code: 3 });
    expect(run("serve", "--client-port=0", "--data-dir=gone", "--datadir-autocreate=false")).toMatchObject({
      code: 3,
      problem: expect.stringContaining("it does not exist"),
    });
    mkdirSync(join(folder, "zookeeper", "version-2"), { recursive: true });
    expect(run("serve", "--client-port=0", "--data-dir=zookeeper")).toMatchObject({
      code: 3,
      problem: expect.stringContaining("holds ZooKeeper's data"),
    });
    const server = await start("--client-port=0", "--data-dir=data");
    expect(run("serve", "--client-port=0", "--data-dir=data")).toMatchObject({
      code: 3,
      problem: expect.stringContaining(`${server.child.pid}`),
    });
  });

  it("ends with 1 and says what to do when the port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const { code, problem } = run("serve", `--client-port=${port}`);
    other.close();
    expect(code).toBe(1);
    expect(problem).toContain(`Port ${port} on 127.0.0.1 is taken`);
    expect(problem).toContain("--client-port");
  });

  it("remembers what a client was told is written, also when it is killed", async () => {
    const first = await start("--client-port=0", "--data-dir=data");
    expect(await talk(first.port, [createRequest(1, "/kept", "yes")])).toEqual([
      { xid: 1, error: 0, body: string("/kept") },
    ]);
    first.child.kill("SIGKILL");
    await first.ended;
    const second = await start("--client-port=0", "--data-dir=data");
    const [reply] = await talk(second.port, [getRequest(2, "/kept")]);
    expect(reply).toMatchObject({ xid: 2, error: 0 });
    expect(reply?.body.subarray(0, 7)).toEqual(string("yes"));
  });

  it.skipIf(!existsSync("/proc/self/task"))("gives storage eight threads", async () => {
    const server = await start("--client-port=0");
    const fewer = await start({ UV_THREADPOOL_SIZE: "2" }, "--client-port=0", "--data-dir=other");
    expect(threads(server.child.pid) - threads(fewer.child.pid)).toBe(6);
  });
});

interface Started {
  readonly child: ChildProcess;
  readonly greeting: string;
  readonly port: number;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly problems: () => string;
}

type Variables = Readonly<Record<string, string>>;

async function start(...words: readonly (string | Variables)[]): Promise<Started> {
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

function run(...words: readonly (string | Variables)[]) {
  const { flags, env } = sorted(words);
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...flags], {
    cwd: folder,
    env,
    timeout: 20_000,
  });
  return { code: status, out: stdout.toString(), problem: stderr.toString() };
}

function sorted(words: readonly (string | Variables)[]) {
  const variables = words.filter((word) => typeof word !== "string");
  return { flags: words.filter((word) => typeof word === "string"), env: Object.assign({}, environment, ...variables) };
}

async function ask(port: number, word: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.end(word);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  return answer;
}

/** Opens a session, sends requests, and resolves to their replies. client-protocol: int32 length before every frame. */
async function talk(port: number, requests: readonly Buffer[]) {
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

function createRequest(xid: number, path: string, data: string): Buffer {
  const everybody = [int(1), int(31), string("world"), string("anyone")];
  return Buffer.concat([int(xid), int(1), string(path), string(data), ...everybody, int(0)]);
}

function getRequest(xid: number, path: string): Buffer {
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

function string(text: string): Buffer {
  return Buffer.concat([int(Buffer.byteLength(text)), Buffer.from(text)]);
}

function threads(pid: number | undefined): number {
  return readdirSync(`/proc/${pid}/task`).length;
}

function commandExists(name: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;
}
