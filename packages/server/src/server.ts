/** A member on real sockets and clocks. */
import { randomInt } from "node:crypto";
import { type StorageEngine, StorageError } from "@rookery/storage";
import { type Logger, SILENT } from "./logger.ts";
import { configHash, configurationOf } from "./member/boot.ts";
import { Member } from "./member/member.ts";
import type { PeerNetwork } from "./member/peers.ts";
import type { Runtime } from "./member/ports.ts";
import { Listener } from "./net/listener.ts";
import { DEFAULT_OPTIONS, type EnsembleOptions, type ServerOptions } from "./options.ts";
import { PeerMesh } from "./peer/peer-mesh.ts";
import { Report } from "./report/report.ts";
import { answerWord } from "./report/words.ts";

export interface RunningServer extends AsyncDisposable {
  /** Where clients connect. The port is the real one when the option was 0. */
  readonly address: { readonly host: string; readonly port: number };
  /** Resolves when clients are served for the first time: at once alone, in an ensemble when there is a leader. */
  readonly serving: Promise<void>;
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
  const bootId = randomInt(1, 2 ** 48 - 1);
  let member: Member | undefined;
  try {
    refuseOthersData(full, engine);
    const peers = full.ensemble === undefined ? undefined : meshOf(full.ensemble, engine, bootId, logger);
    const ports = { engine, runtime: RUNTIME, logger, bootId, jitterSeed: randomInt(0, 2 ** 32) };
    member = await Member.open(full, peers === undefined ? ports : { ...ports, peers });
    const report = new Report(member, RUNTIME);
    const listener = new Listener(member, RUNTIME, logger, (word, argument, asker) =>
      answerWord(word, argument, asker, report),
    );
    const port = await listener.listen();
    report.clientPort = port;
    return running(engine, member, listener, { host: full.clientPortAddress, port });
  } catch (error) {
    await member?.stop();
    await engine.close();
    throw error;
  }
}

/** A member's data belongs to its ensemble: served alone, it would say what the others do not know. */
function refuseOthersData({ ensemble }: ServerOptions, { meta }: StorageEngine): void {
  const others = meta.founders.filter(({ sid }) => sid !== meta.sid).map(({ sid }) => sid);
  if (ensemble !== undefined || others.length === 0) return;
  throw new StorageError(
    "UNUSABLE",
    `the data belongs to server ${meta.sid} of an ensemble with the servers ${others.join(", ")}. Served alone, it would go its own ` +
      "way. Nothing was changed. Start it with its ensemble's server lines, or choose another folder.",
  );
}

/** Connections to the other servers of the ensemble. */
function meshOf(ensemble: EnsembleOptions, engine: StorageEngine, bootId: number, logger: Logger): PeerNetwork {
  const { sid, members, listenOnAllIps } = ensemble;
  const self = members.find((member) => member.sid === sid);
  if (self === undefined) throw new Error(`server ${sid} is not one of the ensemble's`);
  return new PeerMesh({
    sid,
    members,
    bootId,
    clusterId: () => engine.meta.clusterId,
    configHash: configHash(configurationOf(members)),
    listenHost: listenOnAllIps ? "0.0.0.0" : self.host,
    listenPort: self.peerPort,
    frameBytesMax: PEER_FRAME_BYTES_MAX,
    runtime: RUNTIME,
    random: Math.random,
    logger,
  });
}

/** Frames between members: a batch of entries, one of which may be as large as a client's frame. */
const PEER_FRAME_BYTES_MAX = 64 << 20;

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
  return { address, serving: member.firstServing, stopped, stop, [Symbol.asyncDispose]: stop };
}

const RUNTIME: Runtime = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  defer: (task) => void setImmediate(task),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    timer.unref();
    return { stop: () => clearTimeout(timer) };
  },
  every(ms, task) {
    const timer = setInterval(task, ms);
    timer.unref();
    return { stop: () => clearInterval(timer) };
  },
};
