/** `memory`: how much of it a tree of a given size takes, and how long a restart with that tree does. */
import { readFileSync } from "node:fs";
import { createRequest, ErrorCode, OPEN_ACL, OpCode, requestHeader } from "@rookery/protocol/client";
import { readFlags, text, whether, wholeNumber } from "./arguments.ts";
import { amount, layOut, times, timesBetter } from "./comparison.ts";
import { Connection, nameOfError, pipeline } from "./connection.ts";
import { describeMachine, machine } from "./machine.ts";
import { makeFolder, removeFolder } from "./processes.ts";
import { progress, remaining } from "./progress.ts";
import { payload } from "./requests.ts";
import {
  NotRun,
  planStandalone,
  rookery,
  type Server,
  type Subject,
  untilAnswered,
  untilOk,
  zookeeper,
} from "./servers.ts";

export const MEMORY_FLAGS = {
  nodes: wholeNumber("znodes", 1_000_000, 1, 100_000_000),
  size: wholeNumber("bytes of a value", 100, 0, 1_000_000),
  heap: text("ZooKeeper's -Xmx (1000m, as zkServer.sh)", "size"),
  "default-heap": whether("measure ZooKeeper a second time, with the heap the JVM chooses"),
  crash: whether("before the restart, kill the servers instead of asking them to stop"),
  data: text("folder for the servers' data (the system's temporary folder)", "folder"),
  json: whether("print one JSON line instead of a table"),
};

interface Resident {
  readonly rss: number;
  /** What the process asked for, and what only it can give back. */
  readonly anonymous: number;
  /** Pages of files, its programs and a memory-mapped tree among them: the system takes them back when it needs to. */
  readonly file: number;
}

interface Measured {
  readonly name: string;
  readonly createsPerSecond: number;
  readonly filled: Resident;
  readonly untilOkSeconds: number;
  readonly untilAnsweredSeconds: number;
  readonly restarted: Resident;
}

const CHILDREN = 1000;
const ROOT = "/memory";
/** Below ZooKeeper's globalOutstandingLimit of 1000, above which it stops to read. */
const DEPTH = 512;
const BATCH = 20_000;
const PROGRESS_MS = 5000;
/** For what runs in the background to come to its end. */
const SETTLE_MS = 5000;

export async function memory(words: readonly string[]): Promise<number> {
  const options = readFlags(words, MEMORY_FLAGS);
  const subjects = [await zookeeper(options.heap ?? "1000m"), rookery()];
  if (options["default-heap"]) subjects.splice(1, 0, await zookeeper("default"));
  if (process.platform !== "linux") throw new NotRun("needs /proc");
  const measured: Measured[] = [];
  for (const subject of subjects) measured.push(await measure(subject, options));
  const { nodes, size, crash } = options;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ machine: machine(), settings: { nodes, size, crash }, measured })}\n`);
  } else {
    process.stdout.write(
      `\n${table(measured)}\n${count(nodes)} znodes of ${size} bytes, ${count(CHILDREN)} to a parent; ${crash ? "killed" : "stopped"} before the restart.\n${describeMachine()}\n`,
    );
  }
  return 0;
}

interface Tree {
  readonly nodes: number;
  readonly size: number;
  readonly crash: boolean;
  readonly data: string | undefined;
}

async function measure(subject: Subject, tree: Tree): Promise<Measured> {
  const folder = makeFolder(tree.data);
  let server: Server | undefined;
  try {
    progress(`starting ${subject.name}`);
    server = subject.start(await planStandalone(folder));
    await untilAnswered(server, "/");
    const createsPerSecond = await fill(server, subject, tree);
    const filled = await residentAfterRest(server);
    progress(`restarting ${subject.name}`);
    await (tree.crash ? server.process.kill() : server.process.stop());
    server = subject.start(await planStandalone(folder));
    await untilOk(server);
    const untilOkSeconds = (performance.now() - server.startedAt) / 1000;
    await untilAnswered(server, pathOf(tree.nodes - 1));
    const untilAnsweredSeconds = (performance.now() - server.startedAt) / 1000;
    const restarted = await residentAfterRest(server);
    return { name: subject.name, createsPerSecond, filled, untilOkSeconds, untilAnsweredSeconds, restarted };
  } finally {
    await server?.process.stop();
    removeFolder(folder);
  }
}

/** @returns Creates per second, parents included. */
async function fill(server: Server, subject: Subject, { nodes, size }: Tree): Promise<number> {
  const parents = Math.ceil(nodes / CHILDREN);
  const connection = await new Connection(server.address).open();
  const from = performance.now();
  let told = from;
  const create = async (many: number, what: (index: number) => string, data: Buffer) => {
    const errors = await pipeline(connection, { count: many, depth: DEPTH }, (out, i) => {
      requestHeader.encode(out, { xid: i + 1, type: OpCode.create });
      createRequest.encode(out, { path: what(i), data, acl: OPEN_ACL, flags: 0 });
    });
    for (const err of errors.values()) {
      if (err !== ErrorCode.OK) throw new Error(`${subject.name} could not create a znode: ${nameOfError(err)}`);
    }
  };
  progress(`filling ${subject.name} with ${count(nodes)} znodes`);
  await create(1, () => ROOT, payload(0));
  await create(parents, (i) => `${ROOT}/p${i}`, payload(0));
  const data = payload(size);
  for (let done = 0; done < nodes; ) {
    const start = done;
    const many = Math.min(BATCH, nodes - start);
    await create(many, (i) => pathOf(start + i), data);
    done += many;
    const now = performance.now();
    if (now - told >= PROGRESS_MS && done < nodes) {
      told = now;
      const left = ((now - from) / 1000 / done) * (nodes - done);
      progress(`filling ${subject.name}: ${count(done)} of ${count(nodes)}; ${remaining(left)} left`);
    }
  }
  const seconds = (performance.now() - from) / 1000;
  await connection.close();
  return (nodes + parents + 1) / seconds;
}

function pathOf(index: number): string {
  return `${ROOT}/p${Math.floor(index / CHILDREN)}/c${index % CHILDREN}`;
}

async function residentAfterRest({ process: { pid } }: Server): Promise<Resident> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const mebibytes = (key: string) => {
    const kibibytes = new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
    if (kibibytes === undefined) throw new NotRun(`needs ${key} in /proc/PID/status`);
    return Number(kibibytes) / 1024;
  };
  return { rss: mebibytes("VmRSS"), anonymous: mebibytes("RssAnon"), file: mebibytes("RssFile") };
}

/** At most two heaps are measured. */
const ORDINALS = ["the first", "the second"];

function count(whole: number): string {
  return whole.toLocaleString("en-US");
}

function table(measured: readonly Measured[]): string {
  const others = measured.slice(0, -1);
  const ours = measured.at(-1) as Measured;
  const row = (label: string, better: "more" | "less", read: (one: Measured) => number) => [
    label,
    ...measured.map((one) => amount(read(one))),
    ...others.map((one) => times(timesBetter({ better, reference: [read(one)], ours: [read(ours)] }))),
  ];
  return layOut([
    [
      "",
      ...measured.map(({ name }) => name),
      ...others.map((_, i) => (others.length === 1 ? "times better" : `than ${ORDINALS[i]}`)),
    ],
    row("filling: creates/s", "more", (one) => one.createsPerSecond),
    row("filled: resident, MiB", "less", (one) => one.filled.rss),
    row("  of it anonymous (RssAnon)", "less", (one) => one.filled.anonymous),
    row("  of it files (RssFile)", "less", (one) => one.filled.file),
    row("restart: until ruok, s", "less", (one) => one.untilOkSeconds),
    row("restart: until a request is answered, s", "less", (one) => one.untilAnsweredSeconds),
    row("restarted: resident, MiB", "less", (one) => one.restarted.rss),
    row("  of it anonymous (RssAnon)", "less", (one) => one.restarted.anonymous),
    row("  of it files (RssFile)", "less", (one) => one.restarted.file),
  ]);
}
