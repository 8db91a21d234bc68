/** `clients`: our client beside the others of npm, against one and the same server. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readFlags, seconds, text, whether, wholeNumber } from "./arguments.ts";
import { amount, layOut, median, spread, times } from "./comparison.ts";
import { describeMachine, machine } from "./machine.ts";
import { makeFolder, removeFolder, run } from "./processes.ts";
import { progress, remaining } from "./progress.ts";
import { NotRun, planStandalone, rookery, untilOk, zookeeper } from "./servers.ts";

export const CLIENTS_FLAGS = {
  depth: wholeNumber("calls under way at a time", 256, 1, 1000),
  rounds: wholeNumber("rounds; each client once in each", 3, 1, 100),
  seconds: seconds("measured in each run", 5, 0.1),
  warm: seconds("not measured before it", 2, 0),
  zookeeper: whether("against Apache ZooKeeper instead of Rookery"),
  data: text("folder for the server's data (the system's temporary folder)", "folder"),
  json: whether("print one JSON line instead of a table"),
};

/** The versions that are compared. */
const OTHERS = { "node-zookeeper-client": "1.1.3", zookeeper: "7.3.0" } as const;
const OURS = "@rookery/client";
const NAMES = ["node-zookeeper-client", "zookeeper", OURS] as const;
const OPERATIONS = ["reads", "writes"] as const;
const INSTALL_TIMEOUT_MS = 900_000;

interface Sample {
  readonly perSecond: number;
  /** Of the client's process, for one operation. */
  readonly cpuMicros: number;
  readonly p99Ms: number;
}

type Name = (typeof NAMES)[number];
type Results = Record<(typeof OPERATIONS)[number], Record<Name, Sample[]>>;

const here = fileURLToPath(new URL("..", import.meta.url));
const packages = join(here, ".cache", "clients");
const worker = fileURLToPath(new URL("client-worker.js", import.meta.url));

export async function clients(words: readonly string[]): Promise<number> {
  const options = readFlags(words, CLIENTS_FLAGS);
  await installOthers();
  const subject = options.zookeeper ? await zookeeper("1000m") : rookery();
  const folder = makeFolder(options.data);
  const plan = await planStandalone(folder);
  const server = subject.start(plan);
  await untilOk(server);
  const results = empty();
  const runs = options.rounds * OPERATIONS.length * NAMES.length;
  let left = runs;
  for (let round = 0; round < options.rounds; round++) {
    for (const operation of OPERATIONS) {
      // In the other order every other time.
      for (const name of round % 2 === 0 ? NAMES : [...NAMES].reverse()) {
        progress(`${operation}, ${name}; ${remaining(left * (options.seconds + options.warm + 1))} left`);
        left--;
        const { port } = plan.address;
        const line = await run(
          process.execPath,
          [worker, name, packages, port, operation, options.depth, options.warm, options.seconds].map(String),
          120_000 + (options.seconds + options.warm) * 1000,
        );
        results[operation][name].push(JSON.parse(line.trim().split("\n").at(-1) ?? "") as Sample);
      }
    }
  }
  await server.process.stop();
  removeFolder(folder);
  const { depth } = options;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ machine: machine(), server: subject.name, depth, results })}\n`);
  } else {
    process.stdout.write(
      `\n${table(results)}\nServer: ${subject.name}; ${depth} calls under way.\n${describeMachine()}\n`,
    );
  }
  return 0;
}

function empty(): Results {
  const byName = () => Object.fromEntries(NAMES.map((name) => [name, []])) as unknown as Record<Name, Sample[]>;
  return { reads: byName(), writes: byName() };
}

function table(results: Results): string {
  const rows: string[][] = [
    ["", "operations a second", "µs of CPU each", "p99 ms", "ours is faster", "ours takes less CPU"],
  ];
  for (const operation of OPERATIONS) {
    const ours = results[operation][OURS];
    for (const name of NAMES) {
      const samples = results[operation][name];
      const of = (key: keyof Sample, from = samples) => from.map((sample) => sample[key]);
      const faster = median(of("perSecond", ours)) / median(of("perSecond"));
      const leaner = median(of("cpuMicros")) / median(of("cpuMicros", ours));
      rows.push([
        `${operation}: ${name}`,
        spread(of("perSecond")),
        spread(of("cpuMicros")),
        amount(median(of("p99Ms"))),
        ...(name === OURS ? [] : [times(faster), times(leaner)]),
      ]);
    }
  }
  return layOut(rows);
}

/** By npm, into a folder that is nobody's workspace. */
async function installOthers(): Promise<void> {
  const stamp = join(packages, `.${Object.values(OTHERS).join("-")}`);
  if (existsSync(stamp)) return;
  progress("installing the other clients from npm, once; one of them may have to be compiled");
  mkdirSync(packages, { recursive: true });
  writeFileSync(join(packages, "package.json"), "{}\n");
  const wanted = Object.entries(OTHERS).map(([name, version]) => `${name}@${version}`);
  try {
    await run("npm", ["install", "--prefix", packages, "--no-audit", "--no-fund", ...wanted], INSTALL_TIMEOUT_MS);
  } catch (error) {
    throw new NotRun(`the other clients cannot be installed: ${(error as Error).message}`);
  }
  writeFileSync(stamp, "");
}
