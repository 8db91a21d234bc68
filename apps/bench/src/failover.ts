/**
 * `failover`: how long an ensemble takes no writes when its leader is killed, and how long writers pause when a killed
 * follower comes back. One ensemble runs at a time, under a small and steady load: a writer for each server.
 */
import { createRequest, ErrorCode, OPEN_ACL, OpCode, requestHeader } from "@rookery/protocol/client";
import { readFlags, seconds, text, whether, wholeNumber } from "./arguments.ts";
import { type Figure, figureRows, layOut, timesBetter } from "./comparison.ts";
import { Connection, nameOfError, pipeline } from "./connection.ts";
import { sleep } from "./generator.ts";
import { describeMachine, machine } from "./machine.ts";
import { Pauses } from "./pauses.ts";
import { IN_MEMORY, isInMemory, makeFolder, removeFolder } from "./processes.ts";
import { progress, remaining } from "./progress.ts";
import { payload } from "./requests.ts";
import {
  modesOf,
  type Plan,
  planEnsemble,
  rookery,
  type Server,
  type Subject,
  untilAnswered,
  untilLed,
  zookeeper,
} from "./servers.ts";
import { Writer } from "./writer.ts";

export const FAILOVER_FLAGS = {
  rounds: wholeNumber("times the leader is killed, and times a follower is", 5, 1, 99),
  servers: wholeNumber("servers of the ensemble", 3, 3, 9),
  interval: wholeNumber("milliseconds from one write of a writer to its next", 10, 1, 1000),
  size: wholeNumber("bytes of a value", 128, 0, 1_000_000),
  steady: seconds("seconds of load before anything is killed", 2, 0.5),
  down: seconds("seconds that a killed follower is gone: what is written meanwhile it has to catch up", 1, 0),
  heap: text("ZooKeeper's -Xmx, or default for the JVM's own choice (1000m, as zkServer.sh)", "size"),
  data: text("folder for the servers' data (the system's temporary folder)", "folder"),
  control: whether("ZooKeeper in Rookery's place as well: what the comparison makes of two that are the same"),
  json: whether("print one JSON line instead of a table"),
};

type Options = ReturnType<typeof readFailoverFlags>;

/** One round, in milliseconds. */
interface Round {
  /** From the kill of the leader to the first write that the next leader committed and a client saw acknowledged. */
  readonly firstWrite: number;
  /** The same, until every writer has had such an acknowledgement. */
  readonly everyWriter: number;
  /** The longest any writer waited from one acknowledgement to the next, with nothing amiss. */
  readonly steadyPause: number;
  /** The same from the start of the killed follower's process until it had served for a second. */
  readonly rejoinPause: number;
  /** From the start of the killed follower's process until it answered a request. */
  readonly rejoined: number;
}

interface Ensemble {
  readonly subject: Subject;
  readonly plans: readonly Plan[];
  /** As many as plans; a killed one stays in its place until it is started again. */
  readonly servers: Server[];
}

const ROOT = "/failover";
/** No failover may take longer: the servers' own time limits are 20 s with this configuration. */
const FAILOVER_TIMEOUT_MS = 60_000;
/** A server that has answered once may still have work to do that holds others up. */
const REJOINED_MS = 1000;
/** What a round takes besides what it is told to, about. */
const OVERHEAD_SECONDS = 8;

export async function failover(words: readonly string[]): Promise<number> {
  const options = readFailoverFlags(words);
  const reference = await zookeeper(options.heap ?? "1000m");
  const ours = options.control ? reference : rookery();
  const rounds = { reference: await measure(reference, options), ours: await measure(ours, options) };
  report(options, { reference, ours }, rounds);
  return 0;
}

function readFailoverFlags(words: readonly string[]) {
  return readFlags(words, FAILOVER_FLAGS);
}

async function measure(subject: Subject, options: Options): Promise<readonly Round[]> {
  const folder = makeFolder(options.data);
  if (isInMemory(folder)) progress(IN_MEMORY);
  const servers: Server[] = [];
  try {
    const plans = await planEnsemble(folder, options.servers);
    progress(`starting ${options.servers} servers of ${subject.name}`);
    for (const plan of plans) servers.push(subject.start(plan));
    const ensemble = { subject, plans, servers };
    await allReady(ensemble);
    await prepare(servers[0] as Server, options);
    const rounds: Round[] = [];
    while (rounds.length < options.rounds) {
      const left = (options.rounds - rounds.length) * (options.steady + options.down + OVERHEAD_SECONDS);
      progress(`${subject.name}, round ${rounds.length + 1} of ${options.rounds}; ${remaining(left)} left`);
      rounds.push(await oneRound(ensemble, options));
    }
    return rounds;
  } finally {
    await Promise.all(servers.map((server) => server.process.stop()));
    removeFolder(folder);
  }
}

async function allReady({ servers }: Ensemble): Promise<void> {
  await Promise.all(servers.map((server) => untilAnswered(server, "/")));
  await untilLed(servers);
}

/** A znode for each writer. */
async function prepare(server: Server, { servers, size }: Options): Promise<void> {
  const connection = await new Connection(server.address).open();
  const errors = await pipeline(connection, { count: servers + 1, depth: 1 }, (out, i) => {
    requestHeader.encode(out, { xid: i + 1, type: OpCode.create });
    createRequest.encode(out, { path: i === 0 ? ROOT : pathOf(i - 1), data: payload(size), acl: OPEN_ACL, flags: 0 });
  });
  for (const err of errors.values()) {
    if (err !== ErrorCode.OK) throw new Error(`cannot prepare the znodes below ${ROOT}: ${nameOfError(err)}`);
  }
  await connection.close();
}

function pathOf(writer: number): string {
  return `${ROOT}/w${writer}`;
}

/** Kills the leader, brings it back, kills a follower, brings it back. Ends as it began: with all servers there. */
async function oneRound(ensemble: Ensemble, options: Options): Promise<Round> {
  const { servers } = ensemble;
  const { interval: intervalMs, size } = options;
  const addresses = servers.map((server) => server.address);
  // Writer N begins at server N and goes around from there.
  const writers = addresses.map((_, i) => {
    const hosts = [...addresses.slice(i), ...addresses.slice(0, i)];
    return new Writer({ hosts, path: pathOf(i), size, intervalMs });
  });
  const failed = Promise.race(writers.map((writer) => writer.ended)).then(() => {
    throw new Error("a writer stopped by itself");
  });
  const whileWriting = <T>(what: Promise<T>): Promise<T> => Promise.race([what, failed]);
  failed.catch(() => {}); // At the end of the round all of them stop.

  await whileWriting(inTime("the first writes", Promise.all(writers.map((writer) => writer.ackAfter(0)))));
  watchPauses(writers);
  await whileWriting(sleep(options.steady * 1000));
  const steadyPause = longestPause(writers);

  const { firstWrite, everyWriter } = await whileWriting(killLeader(ensemble, writers));
  await whileWriting(sleep(options.steady * 1000));

  const follower = await indexOf(servers, "follower");
  await (servers[follower] as Server).process.kill();
  await whileWriting(sleep(options.down * 1000));
  watchPauses(writers);
  const rejoined = await whileWriting(bringBack(ensemble, follower));
  await whileWriting(sleep(REJOINED_MS));
  const rejoinPause = longestPause(writers);

  await Promise.all(writers.map((writer) => writer.stop()));
  return { firstWrite, everyWriter, steadyPause, rejoinPause, rejoined };
}

async function killLeader(ensemble: Ensemble, writers: readonly Writer[]) {
  const leader = await indexOf(ensemble.servers, "leader");
  const epoch = Math.max(...writers.map((writer) => writer.epoch));
  const acks = writers.map((writer) => writer.ackAfter(epoch));
  const killedAt = performance.now();
  await (ensemble.servers[leader] as Server).process.kill();
  const times = await inTime("a failover", Promise.all(acks));
  await bringBack(ensemble, leader);
  await untilLed(ensemble.servers);
  return { firstWrite: Math.min(...times) - killedAt, everyWriter: Math.max(...times) - killedAt };
}

async function indexOf(servers: readonly Server[], mode: string): Promise<number> {
  const modes = await modesOf(servers);
  const index = modes.indexOf(mode);
  if (index === -1) throw new Error(`no server says that it is a ${mode}; they say: ${modes.join(", ")}`);
  return index;
}

/** @returns How long it took until it answered, in milliseconds. */
async function bringBack({ subject, plans, servers }: Ensemble, index: number): Promise<number> {
  const server = subject.start(plans[index] as Plan);
  servers[index] = server;
  await untilAnswered(server, ROOT);
  return performance.now() - server.startedAt;
}

function watchPauses(writers: readonly Writer[]): void {
  for (const writer of writers) writer.pauses = new Pauses(performance.now());
}

function longestPause(writers: readonly Writer[]): number {
  return Math.max(...writers.map((writer) => writer.pauses.longest(performance.now())));
}

function report(
  options: Options,
  subjects: { readonly reference: Subject; readonly ours: Subject },
  rounds: { readonly reference: readonly Round[]; readonly ours: readonly Round[] },
): void {
  const figure = (name: string, unit: string, read: (round: Round) => number): Figure => {
    return { name, unit, better: "less", reference: rounds.reference.map(read), ours: rounds.ours.map(read) };
  };
  const figures = [
    figure("leader killed", "first write acknowledged after, ms", (round) => round.firstWrite),
    figure("leader killed", "every writer's next write after, ms", (round) => round.everyWriter),
    figure("follower back", "longest pause of a writer, ms", (round) => round.rejoinPause),
    figure("follower back", "answers after, ms", (round) => round.rejoined),
    figure("nothing amiss", "longest pause of a writer, ms", (round) => round.steadyPause),
  ];
  const { servers, interval, size, steady, down } = options;
  if (options.json) {
    const compared = { reference: subjects.reference.name, ours: subjects.ours.name };
    const ratios = figures.map((figure) => ({ ...figure, timesBetter: timesBetter(figure) }));
    const settings = { rounds: options.rounds, servers, interval, size, steady, down };
    process.stdout.write(`${JSON.stringify({ machine: machine(), compared, settings, figures: ratios })}\n`);
    return;
  }
  const heading = ["", subjects.reference.name, subjects.ours.name, "times better"];
  process.stdout.write(
    `\n${layOut([heading, ...figureRows(figures)])}\n` +
      `Medians of ${options.rounds} (least–most); ${servers} servers, a writer each, ${size} bytes every ${interval} ms.\n` +
      `${describeMachine()}\n`,
  );
}

async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${what} took more than ${FAILOVER_TIMEOUT_MS / 1000} s`;
    timer = setTimeout(() => reject(new Error(message)), FAILOVER_TIMEOUT_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
