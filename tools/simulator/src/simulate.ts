/** The command line: `pnpm simulate --help`. */
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { minimize } from "./minimize.ts";
import { type Plan, planOf } from "./plan.ts";
import { parse, print } from "./script.ts";
import { SWARMS } from "./swarms.ts";
import type { Violation } from "./violation.ts";
import { type Result, run } from "./world.ts";

const HELP = `Runs whole ensembles under faults, on a clock, network and disk of its own, while checkers watch.

  --seeds A..B     these seeds, 1..1000 by default
  --seed N         this one; its transcript is printed when it fails
  --script FILE    a plan from a file, as a failure prints it
  --minutes M      fresh seeds for so long, from --seeds' first on
  --tier 1|2       1: cores alone, the default; 2: whole members, their clients and storage
  --swarm NAME     the plans of a family that looks for something: ${Object.keys(SWARMS).join(", ")}
  --events N       end each run without a verdict after so many events
  --minimize       cut each failing plan down, print it and write it to a file
  --twice N        run every Nth seed twice and compare, 50 by default; 0: never
  --transcript     print the transcript even if nothing fails
  --lines N        of a transcript, print the last N lines, 150 by default
  --failures N     stop after so many failures, 1 by default
`;

interface Totals {
  seeds: number;
  events: number;
  commits: number;
  elections: number;
  bumps: number;
  snapshots: number;
  reads: number;
  failures: number;
}

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1..1000" },
    seed: { type: "string" },
    script: { type: "string" },
    minutes: { type: "string" },
    tier: { type: "string", default: "1" },
    swarm: { type: "string" },
    events: { type: "string" },
    minimize: { type: "boolean", default: false },
    twice: { type: "string", default: "50" },
    transcript: { type: "boolean", default: false },
    lines: { type: "string", default: "150" },
    failures: { type: "string", default: "1" },
    help: { type: "boolean", default: false },
  },
});

const swarm = values.swarm === undefined ? undefined : SWARMS[values.swarm];
const eventsMax = values.events === undefined ? Number.POSITIVE_INFINITY : Number(values.events);

process.exitCode = await main();

async function main(): Promise<number> {
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.swarm !== undefined && swarm === undefined) {
    console.error(`There is no swarm ${values.swarm}.`);
    return 2;
  }
  if (values.tier === "2") return members();
  if (values.tier !== "1") {
    console.error(`There is no tier ${values.tier}.`);
    return 2;
  }
  if (values.script !== undefined) return one(parse(readFileSync(values.script, "utf8")));
  if (values.seed !== undefined) return one(planOf(Number(values.seed), swarm));
  return many();
}

/** Loaded only when asked for: it brings the server, its storage and the tree along. */
async function members(): Promise<number> {
  const { membersCommand } = await import("./members/command.ts");
  return membersCommand({
    seeds: values.seed === undefined ? range() : [Number(values.seed), Number(values.seed)],
    minutes: values.minutes === undefined ? 0 : Number(values.minutes),
    twice: Number(values.twice),
    lines: Number(values.lines),
    transcript: values.transcript,
    failuresMax: Number(values.failures),
  });
}

/** First and last seed. */
function range(): [number, number] {
  const [first = 1, last = first] = values.seeds.split("..").map(Number);
  return [first, last];
}

/** One plan, with its transcript. */
function one(plan: Plan): number {
  const result = run(plan, { eventsMax });
  const { violation } = result;
  if (violation !== undefined) {
    console.log(`seed ${plan.seed} FAILED at ${result.ms} ms: ${violation.rule}: ${violation.message}`);
    report(plan, violation);
    return 1;
  }
  if (values.transcript) showTranscript(plan);
  console.log(`seed ${plan.seed}: ${summary(totalsOf(result))}`);
  return 0;
}

function many(): number {
  const [first, last] = range();
  const minutes = values.minutes === undefined ? 0 : Number(values.minutes);
  const twice = Number(values.twice);
  const failuresMax = Number(values.failures);
  const totals: Totals = {
    seeds: 0,
    events: 0,
    commits: 0,
    elections: 0,
    bumps: 0,
    snapshots: 0,
    reads: 0,
    failures: 0,
  };
  // The only clock: it decides how many seeds are run, never what happens in one.
  const began = Date.now();
  let told = began;
  for (let seed = first; minutes > 0 || seed <= last; seed++) {
    if (minutes > 0 && Date.now() - began >= minutes * 60_000) break;
    const plan = planOf(seed, swarm);
    const again = twice > 0 && seed % twice === 0;
    const result = run(plan, { hash: again, eventsMax });
    add(totals, result);
    let failure: string | undefined;
    if (result.violation !== undefined) failure = `${result.violation.rule}: ${result.violation.message}`;
    else if (again && run(plan, { hash: true, eventsMax }).hash !== result.hash) failure = "two runs differ";
    if (failure !== undefined) {
      totals.failures++;
      console.log(`seed ${seed} FAILED at ${result.ms} ms: ${failure}`);
      if (values.minimize && result.violation !== undefined) report(plan, result.violation);
      if (totals.failures >= failuresMax) break;
    }
    if (Date.now() - told >= 10_000) {
      told = Date.now();
      console.log(`${summary(totals)}, ${rate(totals)}`);
    }
  }
  console.log(`${summary(totals)}, ${rate(totals)}`);
  return totals.failures === 0 ? 0 : 1;
}

/** A failure: with the end of its transcript; cut down and written to a file, if asked for. */
function report(plan: Plan, violation: Violation): void {
  if (!values.minimize) {
    showTranscript(plan);
    return;
  }
  const { plan: shown, runs } = minimize(plan, violation.rule);
  console.log(`cut down in ${runs} runs: ${plan.faults.length} faults to ${shown.faults.length}`);
  showTranscript(shown);
  const last = run(shown).violation ?? violation;
  const message = last.message.split("\n");
  const text = print(shown, [`Seed ${plan.seed}. ${last.rule}: ${message[0]}`]);
  const file = join(tmpdir(), `simulate-${plan.seed}.txt`);
  writeFileSync(file, text);
  console.log(`\n${text}\n${last.rule}: ${last.message}\nThe plan is in ${file}; replay it with --script ${file}`);
}

function showTranscript(plan: Plan): void {
  const lines: string[] = [];
  run(plan, { trace: (line) => lines.push(line) });
  const count = Number(values.lines);
  if (count === 0) return;
  if (lines.length > count) console.log(`… ${lines.length - count} lines before`);
  console.log(lines.slice(-count).join("\n"));
}

function totalsOf(result: Result): Totals {
  const { events, commits, elections, bumps, snapshots, reads } = result;
  return { seeds: 1, events, commits, elections, bumps, snapshots, reads, failures: 0 };
}

function add(totals: Totals, result: Result): void {
  for (const [key, value] of Object.entries(totalsOf(result))) totals[key as keyof Totals] += value;
}

function summary({ seeds, events, commits, elections, bumps, snapshots, reads, failures }: Totals): string {
  return (
    `${seeds} seeds, ${events} events, ${commits} commits, ${elections} elections (${bumps} bumps), ` +
    `${snapshots} snapshots, ${reads} reads, ${failures} failures`
  );
}

function rate({ events }: Totals): string {
  const { user, system } = process.cpuUsage();
  const seconds = Math.max(0.001, (user + system) / 1e6);
  return `${Math.round(events / seconds / 1000)}k events/s of processor time`;
}
