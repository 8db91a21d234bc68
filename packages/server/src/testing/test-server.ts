/**
 * A real server in this process, behind a gate where connections go wrong on demand. What it has written is in memory and
 * outlives its restarts, and nothing outlives `stop`.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { MemoryDisk, type MemoryEngine, openMemoryEngine, StorageError } from "@rookery/storage";
import { STATE_TABLES } from "@rookery/tree";
import type { Logger } from "../logger.ts";
import type { EnsembleOptions, ServerOptions } from "../options.ts";
import { type RunningServer, startServer } from "../server.ts";
import { type CheckedOptions, checkOptions, type TestServerOptions } from "./options.ts";
import { Gated, type TestGate } from "./test-gate.ts";

export interface TestServer extends TestGate {
  /** Stops in good order and starts again with the same data on the same port. Sessions live on, with their full timeout. */
  restart(): Promise<void>;
  /** Stops like a process that is killed: connections close, and nothing is finished. Its data is kept, and so is the port. */
  kill(): Promise<void>;
  /** Starts it again after {@link kill}. In an ensemble it resolves when clients are served, if enough servers run for that. */
  start(): Promise<void>;
  /** The end of server and data. Afterwards this process holds nothing of it. */
  stop(): Promise<void>;
}

/**
 * Starts a server alone, in some milliseconds: more the first time.
 * @throws TypeError or RangeError for an option that there is not or that cannot be so; the system's error if a port was asked
 *   for that cannot be had.
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = new LocalServer(checkOptions("startTestServer", options));
  await server.listen();
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** What a member of an ensemble has beside a server alone. */
export interface Membership {
  readonly sid: number;
  /** Asked at each start. */
  options(): EnsembleOptions;
  /** Whether so many servers run that clients will be served. */
  readonly hasQuorum: () => boolean;
}

const CLOSING_TURNS = 4;

/** From a start to the next end. */
interface Life {
  readonly running: RunningServer;
  readonly engine: MemoryEngine;
  readonly over: Promise<void>;
  readonly end: () => void;
}

export class LocalServer extends Gated implements TestServer {
  private readonly options: Partial<ServerOptions>;
  private readonly logger: Logger;
  private readonly wantedPort: number;
  private readonly membership: Membership | undefined;
  private readonly disk = new MemoryDisk();
  private life: Life | undefined;
  private stopping: Promise<void> | undefined;
  private steps: Promise<unknown> = Promise.resolve();
  private knownPort = 0;

  constructor({ port, logger, server }: CheckedOptions, membership?: Membership) {
    super(server.frameBytesMax, server.enforceAuthSchemes?.includes("digest") === true);
    this.options = server;
    this.logger = logger;
    this.wantedPort = port;
    this.membership = membership;
  }

  async listen(): Promise<void> {
    await this.gate.listen(this.wantedPort);
    this.knownPort = this.gate.port;
  }

  get port(): number {
    return this.knownPort;
  }

  /** Where the server itself listens, past the gate; undefined while it does not run. */
  get innerPort(): number | undefined {
    return this.life?.running.address.port;
  }

  /** Resolves when clients are served for the first time in this life, or it is over. */
  async serving(): Promise<void> {
    if (this.life !== undefined) await Promise.race([this.life.running.serving, this.life.over]);
  }

  async restart(): Promise<void> {
    await this.inTurn(async () => {
      await this.end("in good order");
      await this.begin();
    });
    if (this.membership?.hasQuorum() !== false) await this.serving();
  }

  kill(): Promise<void> {
    return this.inTurn(() => this.end("at once"));
  }

  async start(): Promise<void> {
    await this.inTurn(() => this.begin());
    if (this.membership?.hasQuorum() !== false) await this.serving();
  }

  stop(): Promise<void> {
    this.stopping ??= this.afterSteps(async () => {
      await this.end("in good order");
      await this.gate.close();
      // The server's own ends of what was closed hear of it, and close, in the turns that follow.
      for (let turn = 0; turn < CLOSING_TURNS; turn++) await nextTurn();
    });
    return this.stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Starts and stops happen one after the other, in the order they were asked for. */
  private inTurn(step: () => Promise<void>): Promise<void> {
    if (this.stopping !== undefined) return Promise.reject(new Error("the test server was stopped"));
    return this.afterSteps(step);
  }

  private afterSteps(step: () => Promise<void>): Promise<void> {
    const done = this.steps.then(step);
    this.steps = done.catch(() => {});
    return done;
  }

  private async begin(): Promise<void> {
    if (this.life !== undefined) return;
    const { disk, membership } = this;
    const engine = openMemoryEngine(
      membership === undefined ? { tables: STATE_TABLES, disk } : { tables: STATE_TABLES, disk, sid: membership.sid },
    );
    const options = { ...this.options, ensemble: membership?.options(), clientPort: 0 };
    const running = await startServer(engine, options, this.logger);
    let finish = () => {};
    const over = new Promise<void>((resolve) => {
      finish = resolve;
    });
    this.life = { running, engine, over, end: finish };
    this.gate.target = running.address.port;
  }

  private async end(how: "in good order" | "at once"): Promise<void> {
    if (this.life === undefined) return;
    const { running, engine, end } = this.life;
    this.life = undefined;
    end();
    this.gate.target = undefined;
    // To the server this is a dead disk, on which nothing can be finished; and only what is durable was ever acknowledged.
    if (how === "at once") engine.onFailure?.(new StorageError("FAILED", "the test server was killed"));
    await running.stop();
    if (!this.gate.paused) await this.gate.cut(undefined);
  }
}
