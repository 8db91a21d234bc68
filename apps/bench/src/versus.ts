/**
 * `versus`: Apache ZooKeeper and Rookery side by side, under the same load in turn. Both run throughout, so that the
 * JVM is as warm as in production; the one that is not asked has nothing to do.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readFlags, seconds, someOf, text, whether, wholeNumber } from "./arguments.ts";
import { type Figure, figureRows, layOut, timesBetter } from "./comparison.ts";
import type { Report } from "./generator.ts";
import { describeMachine, machine } from "./machine.ts";
import { cpuSeconds, fromCaller, IN_MEMORY, isInMemory, makeFolder, removeFolder, run } from "./processes.ts";
import { progress, remaining } from "./progress.ts";
import {
  planEnsemble,
  planStandalone,
  rookery,
  type Server,
  type Subject,
  untilAnswered,
  untilLed,
  zookeeper,
} from "./servers.ts";

interface Case {
  readonly name: string;
  readonly connections: number;
  readonly depth: number;
  readonly reads: number;
}

const CASES: Readonly<Record<string, Case>> = {
  reads: { name: "pipelined reads", connections: 16, depth: 16, reads: 100 },
  writes: { name: "pipelined writes", connections: 16, depth: 16, reads: 0 },
  single: { name: "unpipelined writes", connections: 16, depth: 1, reads: 0 },
  mixed: { name: "mixed, 90 % reads", connections: 63, depth: 16, reads: 90 },
};

export const VERSUS_FLAGS = {
  servers: wholeNumber("servers of each kind: 1, or an ensemble of so many", 1, 1, 9),
  rounds: wholeNumber("runs of each case on each server", 3, 1, 99),
  seconds: seconds("seconds that count in each run", 5, 1),
  warm: seconds("seconds of load before that", 2, 0),
  settle: seconds("seconds of rest after each run", 1, 0),
  cases: someOf("which cases", Object.keys(CASES)),
  size: wholeNumber("bytes of a value", 128, 0, 1_000_000),
  keys: wholeNumber("znodes read and written", 1000, 1, 10_000_000),
  heap: text("ZooKeeper's -Xmx, or default for the JVM's own choice (1000m, as zkServer.sh)", "size"),
  generator: text("another generator to use: takes -h -c -d -t -w -r -s -k, prints the same JSON", "path"),
  data: text("folder for both servers' data (the system's temporary folder)", "folder"),
  control: whether("ZooKeeper in Rookery's place as well: what the comparison makes of two that are the same"),
  json: whether("print one JSON line instead of a table"),
};

type Options = ReturnType<typeof readVersusFlags>;
type Side = "reference" | "ours";

interface Run {
  readonly case: string;
  readonly side: Side;
  readonly report: Report;
  /** CPU time that the servers of the other side took meanwhile, in cores; undefined where the system does not tell. */
  readonly idleCores: number | undefined;
}

type Servers = readonly Server[];

/** Starting, preparing and connecting, about. */
const OVERHEAD_SECONDS = 1;
/** How much longer than it was told to a generator may take. */
const GENERATOR_SLACK_MS = 60_000;
const ownGenerator = fileURLToPath(new URL("main.js", import.meta.url));

export async function versus(words: readonly string[]): Promise<number> {
  const options = readVersusFlags(words);
  const reference = await zookeeper(options.heap ?? "1000m");
  const subjects = { reference, ours: options.control ? reference : rookery() };
  const folders = { reference: makeFolder(options.data), ours: makeFolder(options.data) };
  if (isInMemory(folders.ours)) progress(IN_MEMORY);
  const servers = {
    reference: await startReady(subjects.reference, folders.reference, options.servers),
    ours: await startReady(subjects.ours, folders.ours, options.servers),
  };
  try {
    const runs = await runAll(options, subjects, servers);
    report(options, subjects, runs);
    return runs.some((run) => run.report.errors > 0) ? 1 : 0;
  } finally {
    await Promise.all([...servers.reference, ...servers.ours].map((server) => server.process.stop()));
    removeFolder(folders.reference);
    removeFolder(folders.ours);
  }
}

function readVersusFlags(words: readonly string[]) {
  return readFlags(words, VERSUS_FLAGS);
}

async function startReady(subject: Subject, folder: string, size: number): Promise<Servers> {
  progress(`starting ${subject.name}`);
  const plans = size === 1 ? [await planStandalone(folder)] : await planEnsemble(folder, size);
  const servers = plans.map((plan) => subject.start(plan));
  await Promise.all(servers.map((server) => untilAnswered(server, "/")));
  if (size > 1) await untilLed(servers);
  return servers;
}

async function runAll(
  options: Options,
  subjects: Readonly<Record<Side, Subject>>,
  servers: Readonly<Record<Side, Servers>>,
): Promise<readonly Run[]> {
  const sides: readonly Side[] = ["reference", "ours"];
  const runSeconds = options.warm + options.seconds + options.settle + OVERHEAD_SECONDS;
  const cases = options.cases.map((name) => CASES[name] as Case);
  let left = cases.length * options.rounds * sides.length + sides.length;
  const one = async (what: Case, side: Side, note: string) => {
    progress(`${what.name}, ${subjects[side].name}, ${note}; ${remaining(left * runSeconds)} left`);
    left -= 1;
    await writeBack();
    const idle = measureCores(servers[side === "ours" ? "reference" : "ours"]);
    const report = await runGenerator(options, what, servers[side]);
    const idleCores = idle();
    await new Promise((resolve) => setTimeout(resolve, options.settle * 1000));
    return { report, idleCores };
  };
  // A JVM that was just started is slow for reasons that pass; what it does in its first seconds is not counted.
  for (const side of sides) await one(CASES.mixed as Case, side, "not counted");
  const runs: Run[] = [];
  for (const what of cases) {
    for (let round = 1; round <= options.rounds; round++) {
      // Whoever goes first in one round goes last in the next: what a run leaves behind must not fall on one side.
      for (const side of round % 2 === 1 ? sides : sides.toReversed()) {
        const measured = await one(what, side, `round ${round} of ${options.rounds}`);
        runs.push({ case: what.name, side, ...measured });
      }
    }
  }
  return runs;
}

/**
 * What one server wrote without flushing (ZooKeeper its snapshots) would else be written while the other is measured.
 */
async function writeBack(): Promise<void> {
  await promisify(execFile)("sync");
}

/** @returns What tells how many cores they have taken since, on average. */
function measureCores(servers: Servers): () => number | undefined {
  const processes = servers.map((server) => server.process);
  const from = performance.now();
  const before = cpuSeconds(processes);
  return () => {
    const after = cpuSeconds(processes);
    if (before === undefined || after === undefined) return undefined;
    return (after - before) / ((performance.now() - from) / 1000);
  };
}

async function runGenerator(options: Options, what: Case, servers: Servers): Promise<Report> {
  const { seconds, warm, size, keys } = options;
  const { depth, reads } = what;
  // As many on every server.
  const connections = what.connections - (what.connections % servers.length);
  const host = servers.map(({ address }) => `${address.host}:${address.port}`).join(",");
  const timeoutMs = (seconds + warm) * 1000 + GENERATOR_SLACK_MS;
  const said =
    options.generator === undefined
      ? run(process.execPath, [ownGenerator, "load", ...own()], timeoutMs)
      : run(fromCaller(options.generator), other(), timeoutMs);
  const died = Promise.race(
    servers.map(async ({ process: server }) => {
      const code = await server.ended;
      throw new Error(`a server ended with ${code}: ${server.said()}`);
    }),
  );
  died.catch(() => {}); // It ends in any case, later.
  return readReport(await Promise.race([said, died]));

  function own(): readonly string[] {
    const flags = { hosts: host, connections, depth, reads, size, keys, seconds, warm };
    return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  }

  function other(): readonly string[] {
    const flags = { h: host, c: connections, d: depth, t: seconds, w: warm, r: reads, s: size, k: keys };
    return Object.entries(flags).flatMap(([name, value]) => [`-${name}`, `${value}`]);
  }
}

function readReport(output: string): Report {
  const line = output.trim().split("\n").at(-1) ?? "";
  const report = JSON.parse(line) as Report;
  for (const key of ["ops_per_s", "reads_per_s", "writes_per_s", "errors"] as const) {
    if (typeof report[key] !== "number") throw new Error(`the generator did not say ${key}: ${line}`);
  }
  for (const key of ["read_us", "write_us"] as const) {
    if (typeof report[key]?.p99 !== "number") throw new Error(`the generator did not say ${key}.p99: ${line}`);
  }
  return report;
}

/** Operations first, then the latency of what the case consists of. */
function figuresOf(name: string, runs: readonly Run[]): readonly Figure[] {
  const [first] = runs;
  if (first === undefined) return [];
  const of = (read: (report: Report) => number) => ({
    reference: runs.filter(({ side }) => side === "reference").map(({ report }) => read(report)),
    ours: runs.filter(({ side }) => side === "ours").map(({ report }) => read(report)),
  });
  const { reads_per_s, writes_per_s } = first.report;
  const both = reads_per_s > 0 && writes_per_s > 0;
  const figures: Figure[] = [{ name, unit: "ops/s", better: "more", ...of((report) => report.ops_per_s) }];
  if (reads_per_s > 0) {
    const unit = both ? "p99 of reads, ms" : "p99, ms";
    figures.push({ name, unit, better: "less", ...of((report) => report.read_us.p99 / 1000) });
  }
  if (writes_per_s > 0) {
    const unit = both ? "p99 of writes, ms" : "p99, ms";
    figures.push({ name, unit, better: "less", ...of((report) => report.write_us.p99 / 1000) });
  }
  return figures;
}

function report(options: Options, subjects: Readonly<Record<Side, Subject>>, runs: readonly Run[]): void {
  const names = [...new Set(runs.map((run) => run.case))];
  const figures = names.flatMap((name) =>
    figuresOf(
      name,
      runs.filter((run) => run.case === name),
    ),
  );
  const { servers, rounds, seconds, warm, size, keys } = options;
  if (options.json) {
    const compared = { reference: subjects.reference.name, ours: subjects.ours.name };
    const ratios = figures.map((figure) => ({ ...figure, timesBetter: timesBetter(figure) }));
    const settings = { servers, rounds, seconds, warm, size, keys, generator: options.generator ?? "own" };
    process.stdout.write(`${JSON.stringify({ machine: machine(), compared, settings, figures: ratios, runs })}\n`);
    return;
  }
  const heading = ["", subjects.reference.name, subjects.ours.name, "times better"];
  process.stdout.write(
    `\n${layOut([heading, ...figureRows(figures)])}\n` +
      `${servers === 1 ? "Standalone" : `Ensembles of ${servers}`}. Medians of ${rounds} (least–most), ${seconds} s each after ${warm} s; ${size}-byte values, ${keys.toLocaleString("en-US")} znodes.\n` +
      `${describeIdle(subjects, runs)}${describeMachine()}\n`,
  );
  for (const { case: name, side, report } of runs) {
    if (report.errors > 0) process.stdout.write(`${report.errors} errors: ${name}, ${subjects[side].name}\n`);
  }
}

/** What the side that was not asked took from the one that was: if it is much, the comparison is not a fair one. */
function describeIdle(subjects: Readonly<Record<Side, Subject>>, runs: readonly Run[]): string {
  const idle = (side: Side) => {
    const cores = runs.filter((run) => run.side !== side).flatMap((run) => run.idleCores ?? []);
    return cores.length === 0 ? [] : [`${subjects[side].name} ${(Math.max(...cores) * 100).toFixed(1)} %`];
  };
  const said = [...idle("reference"), ...idle("ours")];
  return said.length === 0 ? "" : `Of a core, while not asked, at most: ${said.join(", ")}.\n`;
}
