/**
 * Servers of one ensemble as processes on 127.0.0.1, each with a folder and a configuration of its own. All that goes
 * between two servers goes through {@link Links}, so each one's configuration names the others by the proxies' ports.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Links } from "./links.ts";
import { freePorts, type Running, start } from "./processes.ts";
import type { Endpoint } from "./session-client.ts";
import type { Target } from "./targets.ts";

const ASK_TIMEOUT_MS = 500;
/** SIGTERM is followed by SIGKILL after this. */
const STOP_TIMEOUT_MS = 20_000;
/** What is shown of the last line of a server that ended. */
const LAST_WORDS_CHARS = 400;
/** A member that ends by itself is started again after this, as a supervisor would. */
const RESTART_MS = 500;

export interface EnsembleOptions {
  readonly target: Target;
  readonly voters: number;
  readonly observer: boolean;
  readonly folder: string;
  /** Variables for one server's process. */
  readonly environment: (server: number) => Readonly<Record<string, string>>;
  /** A server ended without being told to. */
  readonly onCrash: (server: number, how: string) => void;
}

export type MemberState = "up" | "paused" | "down";

export interface Member {
  readonly server: number;
  readonly observer: boolean;
  readonly folder: string;
  readonly dataFolder: string;
  readonly outputFile: string;
  readonly clientPort: number;
  readonly state: MemberState;
  readonly pid: number;
}

interface OwnMember extends Member {
  state: MemberState;
  pid: number;
  readonly config: string;
  process: Running | undefined;
  /** Whether a crash is answered by a start. */
  supervised: boolean;
}

export class Ensemble {
  readonly links = new Links();
  readonly #options: EnsembleOptions;
  readonly #members: readonly OwnMember[];
  #ended = false;

  private constructor(options: EnsembleOptions, members: readonly OwnMember[]) {
    this.#options = options;
    this.#members = members;
  }

  /** Writes the configurations and opens the links. Nothing is started. */
  static async prepare(options: EnsembleOptions): Promise<Ensemble> {
    const count = options.voters + (options.observer ? 1 : 0);
    const servers = Array.from({ length: count }, (_, i) => i + 1);
    const base = await freePorts(3 * count + 2 * count * (count - 1));
    const own = (server: number, which: 0 | 1 | 2) => base + 3 * (server - 1) + which;
    const proxies = new Map<string, number>();
    const members = servers.map((server): OwnMember => {
      const folder = join(options.folder, `server-${server}`);
      const dataFolder = join(folder, "data");
      mkdirSync(dataFolder, { recursive: true });
      return {
        server,
        observer: server > options.voters,
        folder,
        dataFolder,
        outputFile: join(folder, "output.txt"),
        clientPort: own(server, 0),
        config: join(folder, "zoo.cfg"),
        state: "down",
        pid: 0,
        process: undefined,
        supervised: true,
      };
    });
    const ensemble = new Ensemble(options, members);
    let port = base + 3 * count;
    for (const from of servers) {
      for (const to of servers) {
        if (from === to) continue;
        for (const which of [1, 2] as const) {
          proxies.set(`${from}>${to}:${which}`, port);
          await ensemble.links.add(from, to, port, own(to, which));
          port += 1;
        }
      }
    }
    for (const member of members) {
      const lines = members.map(({ server, observer }) => {
        const address = (which: 1 | 2) =>
          server === member.server ? own(server, which) : proxies.get(`${member.server}>${server}:${which}`);
        return `server.${server}=127.0.0.1:${address(1)}:${address(2)}${observer ? ":observer" : ""}`;
      });
      writeFileSync(member.config, `${[...settings(member), ...lines].join("\n")}\n`);
      writeFileSync(join(member.dataFolder, "myid"), `${member.server}\n`);
    }
    return ensemble;
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  get endpoints(): readonly Endpoint[] {
    return this.#members.map(({ server, clientPort }) => ({ server, port: clientPort }));
  }

  /** Does nothing to a member that is running. */
  start(server: number): void {
    const member = this.#member(server);
    if (member.process !== undefined || this.#ended) return;
    const { program, words } = this.#options.target.command(member.config);
    const process = start(program, words, member.outputFile, this.#options.environment(server));
    member.process = process;
    member.state = "up";
    member.pid = process.pid;
    void process.ended.then((how) => {
      if (member.process !== process) return;
      member.process = undefined;
      member.state = "down";
      const last = this.said(server, 1)[0] ?? "";
      this.#options.onCrash(server, `${how}: ${last.slice(0, LAST_WORDS_CHARS)}`);
      setTimeout(() => {
        if (member.supervised) this.start(server);
      }, RESTART_MS);
    });
  }

  /** Ends it as a crash would. Resolves when it is gone. */
  async kill(server: number): Promise<void> {
    await this.#stop(this.#member(server), "SIGKILL");
  }

  /** Asks it to stop. Resolves when it is gone. @returns Whether it went by itself, in time. */
  async shutDown(server: number): Promise<boolean> {
    return this.#stop(this.#member(server), "SIGTERM");
  }

  pause(server: number): void {
    const member = this.#member(server);
    if (member.state !== "up") return;
    member.process?.signal("SIGSTOP");
    member.state = "paused";
  }

  resume(server: number): void {
    const member = this.#member(server);
    if (member.state !== "paused") return;
    member.process?.signal("SIGCONT");
    member.state = "up";
  }

  /** Whether the member is started again when it ends by itself. */
  supervise(server: number, supervised: boolean): void {
    this.#member(server).supervised = supervised;
  }

  /** Ends all servers and links for good. */
  async close(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#members.map((member) => this.#stop(member, "SIGKILL")));
    this.links.close();
  }

  /** Each server's role by its own account; "" for one that serves nobody. */
  async roles(): Promise<ReadonlyMap<number, string>> {
    const roles = this.#members.map(async ({ server, state }): Promise<[number, string]> => {
      const said = state === "up" ? await this.ask(server, "srvr") : "";
      return [server, /^Mode: (\w+)$/m.exec(said)?.[1] ?? ""];
    });
    return new Map(await Promise.all(roles));
  }

  /** The voter that says that it leads. Two may, while one does not know better yet: then the last. */
  async leader(): Promise<number | undefined> {
    return [...(await this.roles())].findLast(([, role]) => role === "leader")?.[0];
  }

  /** A four-letter command's answer; "" if none comes. */
  ask(server: number, word: string): Promise<string> {
    const { clientPort } = this.#member(server);
    return new Promise((resolve) => {
      let answer = "";
      const socket = connect({ port: clientPort, host: "127.0.0.1" }, () => socket.write(word));
      const timer = setTimeout(() => socket.destroy(), ASK_TIMEOUT_MS);
      socket.on("data", (chunk) => {
        answer += chunk.toString();
      });
      socket.on("error", () => {}); // "close" follows.
      socket.on("close", () => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  /** The last lines of what a server wrote. */
  said(server: number, lines: number): readonly string[] {
    const { outputFile } = this.#member(server);
    if (!existsSync(outputFile)) return [];
    return readFileSync(outputFile, "utf8").trimEnd().split("\n").slice(-lines);
  }

  async #stop(member: OwnMember, signal: "SIGTERM" | "SIGKILL"): Promise<boolean> {
    const { process } = member;
    if (process === undefined) return true;
    member.process = undefined; // What happens to it now is no crash.
    process.signal(signal);
    if (member.state === "paused") process.signal("SIGCONT");
    member.state = "down";
    let inTime = true;
    const timer = setTimeout(() => {
      inTime = false;
      process.signal("SIGKILL");
    }, STOP_TIMEOUT_MS);
    await process.ended;
    clearTimeout(timer);
    return inTime;
  }

  #member(server: number): OwnMember {
    const member = this.#members[server - 1];
    if (member === undefined) throw new Error(`no server ${server}`);
    return member;
  }
}

/** Short timeouts, so that a run sees many elections, and few transactions a snapshot, so that it sees those too. */
function settings({ dataFolder, clientPort, observer }: Member): string[] {
  return [
    "tickTime=500",
    "initLimit=20",
    "syncLimit=6",
    `dataDir=${dataFolder}`,
    `clientPort=${clientPort}`,
    "clientPortAddress=127.0.0.1",
    "maxClientCnxns=0",
    "snapCount=5000",
    "4lw.commands.whitelist=ruok,srvr,hash",
    "admin.enableServer=false",
    ...(observer ? ["peerType=observer"] : []),
  ];
}
