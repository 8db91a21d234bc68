/** A member on real sockets and clocks. */
import type { StorageEngine } from "@rookery/storage";
import { type Logger, SILENT } from "./logger.ts";
import { Member } from "./member/member.ts";
import type { Runtime } from "./member/ports.ts";
import { StandaloneProposer } from "./member/standalone-proposer.ts";
import { Listener } from "./net/listener.ts";
import { DEFAULT_OPTIONS, type ServerOptions } from "./options.ts";
import { Report } from "./report/report.ts";
import { answerWord } from "./report/words.ts";

export interface RunningServer extends AsyncDisposable {
  /** Where clients connect. The port is the real one when the option was 0. */
  readonly address: { readonly host: string; readonly port: number };
  /** Resolves when the member has stopped because `stop` was called; rejects with its error when it failed. */
  readonly stopped: Promise<void>;
  /** Takes no more connections, lets what is in flight finish, closes clients and the engine. */
  stop(): Promise<void>;
}

/**
 * Recovers, listens, serves. The engine belongs to the server from now on and is closed with it, also when this rejects:
 * with the system's error if the port cannot be had, with a `StorageError` if the engine's content cannot be used.
 */
export async function startServer(
  engine: StorageEngine,
  options: Partial<ServerOptions> = {},
  logger: Logger = SILENT,
): Promise<RunningServer> {
  const full: ServerOptions = { ...DEFAULT_OPTIONS, ...options };
  try {
    const proposer = new StandaloneProposer(engine.log, RUNTIME);
    const member = await Member.open(full, { engine, proposer, runtime: RUNTIME, logger });
    const report = new Report(member, RUNTIME);
    const listener = new Listener(member, RUNTIME, logger, (word, argument, asker) =>
      answerWord(word, argument, asker, report),
    );
    const port = await listener.listen();
    report.clientPort = port;
    return running(engine, member, listener, { host: full.clientPortAddress, port });
  } catch (error) {
    await engine.close();
    throw error;
  }
}

function running(
  engine: StorageEngine,
  member: Member,
  listener: Listener,
  address: RunningServer["address"],
): RunningServer {
  let settle: { resolve(): void; reject(error: Error): void };
  const stopped = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Whoever only calls stop() need not watch this.
  stopped.catch(() => {});
  member.onFailed = (error) => {
    listener.close();
    settle.reject(error);
  };
  // Storage may have failed while the port was being opened, when nobody was told.
  if (member.failure !== undefined) member.onFailed(member.failure);
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      listener.close();
      await member.stop();
      await engine.close();
      settle.resolve();
    })();
    return stopping;
  };
  return { address, stopped, stop, [Symbol.asyncDispose]: stop };
}

const RUNTIME: Runtime = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  defer: (task) => void setImmediate(task),
  every(ms, task) {
    const timer = setInterval(task, ms);
    timer.unref();
    return { stop: () => clearInterval(timer) };
  },
};
