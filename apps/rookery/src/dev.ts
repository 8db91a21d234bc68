/**
 * `rookery dev`: a whole ensemble on this machine, for people who try it. Each server is a process of its own, started
 * as `rookery serve` with flags; what is said about them here is what they answer to `srvr`.
 */
import { once } from "node:events";
import { mkdir, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import picocolors from "picocolors";
import { BECAME, COMMANDS_HELP, type Deed, describeEnd, parseCommand, readable, serves, table } from "./dev-words.ts";
import { LocalServer, type Role } from "./local-server.ts";

export interface DevRequest {
  /** 1 to {@link SERVERS_MAX}; one stands alone. */
  readonly servers: number;
  /** Of the first; the others follow. 1 to {@link CLIENT_PORT_MAX}. */
  readonly clientPort: number;
  readonly dataDir: string;
  /** Whether to begin with empty servers. */
  readonly fresh: boolean;
  /** Flags of `rookery serve` for every server. */
  readonly settings: readonly string[];
}

export const SERVERS_MAX = 9;
/** From a client port to those that servers usually have: 2181, 2888 and 3888. */
const PEER_PORT_AWAY = 707;
const ELECTION_PORT_AWAY = 1707;
export const CLIENT_PORT_MAX = 65_535 - ELECTION_PORT_AWAY - SERVERS_MAX;

const OK = 0;
const FAILED = 1;
const INVALID_INVOCATION = 2;

/** How often servers are asked for their role, milliseconds: while there is no leader, and when there is one. */
const ASK_SOON_MS = 200;
const ASK_MS = 1000;

/** Resolves to the exit code when all servers have stopped. */
export async function dev(request: DevRequest): Promise<number> {
  const taken = await takenPorts(request);
  if (taken.length > 0) {
    const other = await freeClientPort(request);
    const hint = other === undefined ? "" : ` Other ports: rookery dev --client-port ${other}`;
    complain(`Port ${taken.join(", ")} on 127.0.0.1 is taken, perhaps by another ensemble.${hint}`);
    return FAILED;
  }
  const obstacle = await prepareFolders(request);
  if (obstacle !== undefined) {
    complain(obstacle);
    return INVALID_INVOCATION;
  }
  return await new LocalEnsemble(request).run();
}

/** Where server `sid` listens. */
function portsOf({ clientPort }: DevRequest, sid: number) {
  const port = clientPort + sid - 1;
  return { client: port, peer: port + PEER_PORT_AWAY, election: port + ELECTION_PORT_AWAY };
}

function sidsOf({ servers }: DevRequest): readonly number[] {
  return Array.from({ length: servers }, (_, at) => at + 1);
}

function folderOf({ dataDir }: DevRequest, sid: number): string {
  return join(resolve(dataDir), `server-${sid}`);
}

/** The flags of one server. What everybody says wins over what is generated, but for who and where it is. */
export function flagsOf(request: DevRequest, sid: number): readonly string[] {
  const { client } = portsOf(request, sid);
  const place = [`--data-dir=${folderOf(request, sid)}`, `--client-port=${client}`, "--client-port-address=127.0.0.1"];
  if (request.servers === 1) return [...request.settings, ...place];
  const lines = sidsOf(request).map((sid) => {
    const { client, peer, election } = portsOf(request, sid);
    return `--server=${sid}=127.0.0.1:${peer}:${election};127.0.0.1:${client}`;
  });
  return [...request.settings, ...place, `--myid=${sid}`, ...lines];
}

async function takenPorts(request: DevRequest): Promise<readonly number[]> {
  const taken: number[] = [];
  for (const sid of sidsOf(request)) {
    const { client, peer } = portsOf(request, sid);
    // Nobody listens on the election ports.
    for (const port of request.servers === 1 ? [client] : [client, peer]) if (!(await isFree(port))) taken.push(port);
  }
  return taken.sort((a, b) => a - b);
}

async function freeClientPort(request: DevRequest): Promise<number | undefined> {
  for (let clientPort = request.clientPort + 10; clientPort <= request.clientPort + 500; clientPort += 10) {
    if (clientPort > CLIENT_PORT_MAX) return undefined;
    if ((await takenPorts({ ...request, clientPort })).length === 0) return clientPort;
  }
  return undefined;
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, "127.0.0.1");
    await once(probe, "listening");
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}

/** Undefined when the servers can use their folders, or why not. */
async function prepareFolders(request: DevRequest): Promise<string | undefined> {
  const { dataDir, servers, fresh } = request;
  try {
    await mkdir(dataDir, { recursive: true });
    const there = (await readdir(dataDir)).filter((name) => /^server-\d+$/.test(name));
    if (fresh) {
      for (const name of there) await rm(join(dataDir, name), { recursive: true });
    } else if (there.length > 0 && there.length !== servers) {
      return (
        `${dataDir} holds an ensemble of ${there.length}: who belongs to one is settled when it begins.\n` +
        `Say --servers ${there.length}, or --fresh to begin anew, or another --data-dir.`
      );
    }
    return undefined;
  } catch (error) {
    return `${dataDir} cannot be used: ${(error as Error).message}. Choose another with --data-dir.`;
  }
}

/** The servers, what was last said of each, and whoever types. */
class LocalEnsemble {
  readonly #servers: readonly LocalServer[];
  readonly #said = new Map<LocalServer, Role>();
  readonly #colors = picocolors.createColors(picocolors.isColorSupported && process.stdout.isTTY === true);
  #greeted = false;
  #stopping: Promise<void> | undefined;
  #wake: () => void = () => {};
  #code = OK;

  constructor(request: DevRequest) {
    const main = process.argv[1] as string;
    this.#servers = sidsOf(request).map((sid) => {
      const { client, peer } = portsOf(request, sid);
      const server: LocalServer = new LocalServer({
        sid,
        clientPort: client,
        peerPort: request.servers === 1 ? undefined : peer,
        command: [process.execPath, main, "serve", ...flagsOf(request, sid)],
        onLine: (line) => this.#say(readable(line), server),
        onEnd: (end) => {
          this.#said.delete(server);
          const again = this.#stopping === undefined ? `: s ${sid} starts it again` : "";
          this.#say(`${describeEnd(sid, end)}${again}`);
          if (!end.asked) this.#onDeath();
        },
      });
      return server;
    });
  }

  /** Resolves to the exit code. */
  async run(): Promise<number> {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => this.#onSignal());
    const count = this.#servers.length;
    this.#say(`Starting ${count === 1 ? "a server" : `${count} servers`}. Ctrl+C stops all of them.`);
    for (const server of this.#servers) server.start();
    const typed = createInterface({ input: process.stdin });
    const commands = this.#obey(typed);
    while (this.#stopping === undefined) {
      await this.#askAll();
      await this.#sleep(this.#servers.some(({ status }) => serves(status.role)) ? ASK_MS : ASK_SOON_MS);
    }
    typed.close();
    await this.#stopping;
    await commands;
    return this.#code;
  }

  async #askAll(): Promise<void> {
    await Promise.all(this.#servers.filter(({ state }) => state === "running").map((server) => server.ask()));
    if (this.#stopping !== undefined) return;
    for (const server of this.#servers) {
      const { role } = server.status;
      // A process that takes no connections has not begun to or will end, which is said elsewhere.
      if (server.state !== "running" || role === "starting" || role === this.#said.get(server)) continue;
      this.#said.set(server, role);
      const { bold } = this.#colors;
      this.#say(`server ${server.sid} ${serves(role) ? bold(BECAME[role]) : BECAME[role]}`);
    }
    if (this.#greeted || !this.#servers.some(({ status }) => serves(status.role))) return;
    this.#greeted = true;
    const addresses = this.#servers.map(({ clientPort }) => `127.0.0.1:${clientPort}`).join(",");
    this.#say(`Ready. Clients connect to ${this.#colors.bold(addresses)}`);
    this.#say(`Type and press Enter: ${COMMANDS_HELP}.`);
  }

  /** One after the other, until nobody types any more. */
  async #obey(lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) {
      await this.#onTyped(line);
      if (this.#stopping !== undefined) return;
    }
  }

  async #onTyped(line: string): Promise<void> {
    const command = parseCommand(line, this.#servers.length);
    if (command === undefined) return;
    if (typeof command === "string") {
      this.#say(command);
    } else if (command.type === "quit") {
      this.#stop();
    } else if (command.type === "table") {
      await this.#askAll();
      this.#say(table(this.#servers));
    } else {
      this.#handle(command.type, this.#servers[command.sid - 1] as LocalServer);
    }
    // What follows from it is worth knowing soon.
    this.#wake();
  }

  #handle(deed: Deed, server: LocalServer): void {
    const { sid, state } = server;
    if (this.#stopping !== undefined) return;
    if (deed === "start" && state !== "stopped") {
      this.#say(`server ${sid} is ${state}`);
    } else if (deed === "start") {
      server.start();
      this.#say(`server ${sid} starts`);
    } else if (state === "stopped") {
      this.#say(`server ${sid} is stopped: s ${sid} starts it`);
    } else if (deed === "kill") {
      server.kill();
    } else if (state === "paused") {
      server.resume();
      this.#say(`server ${sid} goes on`);
    } else {
      server.pause();
      this.#said.delete(server);
      this.#say(`server ${sid} is paused: p ${sid} resumes it`);
    }
  }

  /** When the last one has ended and nobody wanted it to, there is nothing to wait for. */
  #onDeath(): void {
    if (this.#stopping !== undefined || this.#servers.some(({ state }) => state !== "stopped")) return;
    this.#say("No server is left.");
    this.#code = FAILED;
    this.#stop();
  }

  /** The second time, nobody waits. */
  #onSignal(): void {
    if (this.#stopping !== undefined) for (const server of this.#servers) server.kill();
    this.#stop();
  }

  #stop(): void {
    this.#stopping ??= Promise.all(this.#servers.map((server) => server.stop())).then(() => {});
    this.#wake();
  }

  /** Ends early when something happens, at once when all is stopping. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stopping !== undefined) return resolve();
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** A line of ours, or of a server's log. */
  #say(text: string, from?: LocalServer): void {
    const { cyan, magenta, yellow, green, blue, dim } = this.#colors;
    const shades = [cyan, magenta, yellow, green, blue];
    const shade = from === undefined ? dim : (shades[(from.sid - 1) % shades.length] ?? dim);
    const prefix = shade(from === undefined ? "· " : `${from.sid} `);
    process.stdout.write(`${prefix}${text.replaceAll("\n", `\n${prefix}`)}\n`);
  }
}

function complain(message: string): void {
  process.stderr.write(`rookery: ${message}\n`);
}
