/** Several real servers in this process that elect a leader and replicate, each behind a gate of its own. */
import { connect, createServer } from "node:net";
import type { Logger } from "../logger.ts";
import type { EnsembleMember, EnsembleOptions } from "../options.ts";
import { type CheckedOptions, checkCount, checkOptions, type TestServerOptions } from "./options.ts";
import { LocalServer, type TestServer } from "./test-server.ts";

export interface TestEnsembleOptions extends Omit<TestServerOptions, "port"> {
  /** How many: 1 to 7. By default 3. */
  readonly servers?: number;
}

export interface TestEnsemble extends AsyncDisposable {
  /** By their ids, which begin with 1. */
  readonly servers: readonly TestServer[];
  /** All servers': `127.0.0.1:PORT,127.0.0.1:PORT,…`. */
  readonly connectString: string;
  /**
   * The server that leads and takes clients, as soon as there is one. Rejects if too few servers run for that.
   * After `kill` of a leader the next one is there in some tens of milliseconds.
   */
  leader(): Promise<TestServer>;
  /** The end of all servers and their data. */
  stop(): Promise<void>;
}

const SERVERS = 3;
const SERVERS_MAX = 7;
const HOST = "127.0.0.1";
/** Below what systems choose by themselves: a port stays free while its server is down. */
const PEER_PORT_MIN = 10_000;
const PEER_PORT_MAX = 32_000;
const PORT_TRIES = 100;
/** Silence after which a leader is taken for dead. Its connections' end says it sooner. */
const ELECTION_TIMEOUT_MS = 400;

/** Starts them and resolves when each takes clients, in some tens of milliseconds. */
export async function startTestEnsemble(options: TestEnsembleOptions = {}): Promise<TestEnsemble> {
  const { servers = SERVERS, ...rest } = options;
  checkCount("startTestEnsemble", "servers", servers, 1, SERVERS_MAX);
  if ("port" in rest) throw new TypeError("startTestEnsemble: each server has a port of the system's choice");
  const ensemble = new LocalEnsemble(checkOptions("startTestEnsemble", rest), servers);
  try {
    await ensemble.start();
  } catch (error) {
    await ensemble.stop();
    throw error;
  }
  return ensemble;
}

class LocalEnsemble implements TestEnsemble {
  readonly servers: readonly LocalServer[];
  private members: readonly EnsembleMember[] = [];
  /** Called when some server has said something: its part may have changed. */
  private listeners: (() => void)[] = [];

  constructor(checked: CheckedOptions, count: number) {
    const logger = this.heard(checked.logger);
    this.servers = Array.from({ length: count }, (_, at) => {
      const sid = at + 1;
      const membership = { sid, options: () => this.optionsOf(sid), hasQuorum: () => this.hasQuorum };
      return new LocalServer({ ...checked, logger }, membership);
    });
  }

  get connectString(): string {
    return this.servers.map((server) => server.connectString).join(",");
  }

  async start(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.listen()));
    const peerPorts = await freePorts(this.servers.length);
    this.members = this.servers.map(({ port }, at) => ({
      sid: at + 1,
      role: "participant",
      host: HOST,
      peerPort: peerPorts[at] as number,
      electionPort: peerPorts[at] as number,
      clientHost: HOST,
      clientPort: port,
      weight: 1,
      group: 0,
    }));
    await Promise.all(this.servers.map((server) => server.start()));
    await Promise.all(this.servers.map((server) => server.serving()));
  }

  async leader(): Promise<TestServer> {
    for (;;) {
      if (!this.hasQuorum) {
        const up = this.servers.filter(({ innerPort }) => innerPort !== undefined).length;
        throw new Error(`there can be no leader: ${up} of ${this.servers.length} servers run`);
      }
      const heard = new Promise<void>((resolve) => this.listeners.push(resolve));
      const leads = await Promise.all(this.servers.map(leadsNow));
      const leader = this.servers[leads.indexOf(true)];
      if (leader !== undefined) return leader;
      await heard;
    }
  }

  async stop(): Promise<void> {
    // Nobody is left to hand the lead to.
    await Promise.all(this.servers.map((server) => server.kill().catch(() => {})));
    await Promise.all(this.servers.map((server) => server.stop()));
    this.wake();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private get hasQuorum(): boolean {
    return this.servers.filter(({ innerPort }) => innerPort !== undefined).length * 2 > this.servers.length;
  }

  private optionsOf(sid: number): EnsembleOptions {
    return {
      sid,
      members: this.members,
      initLimit: 10,
      syncLimit: 5,
      electionTimeoutMs: ELECTION_TIMEOUT_MS,
      listenOnAllIps: false,
      readOnly: false,
      localSessions: false,
      localSessionsUpgrading: false,
      leaderServes: true,
      vouched: false,
    };
  }

  private wake(): void {
    for (const listener of this.listeners.splice(0)) listener();
  }

  /** Passes on what servers say, and wakes who waits for a leader: a server tells of every change of its part. */
  private heard(logger: Logger): Logger {
    return {
      debug: (fields, message) => logger.debug(fields, message),
      info: (fields, message) => {
        logger.info(fields, message);
        this.wake();
      },
      warn: (fields, message) => logger.warn(fields, message),
      error: (fields, message) => logger.error(fields, message),
    };
  }
}

/** By what it answers to the four-letter word that is never refused. */
function leadsNow({ innerPort }: LocalServer): Promise<boolean> {
  if (innerPort === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect({ port: innerPort, host: HOST });
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      answer += text;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer.includes("\nMode: leader\n")));
    socket.write("srvr");
  });
}

async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count; tries++) {
    if (tries === PORT_TRIES) throw new Error(`there are no free ports from ${PEER_PORT_MIN} to ${PEER_PORT_MAX}`);
    const port = PEER_PORT_MIN + Math.floor(Math.random() * (PEER_PORT_MAX - PEER_PORT_MIN));
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: HOST }, () => server.close(() => resolve(true)));
  });
}
