/**
 * Builds the simulator around each mutated core and runs it until it notices: `pnpm --filter @rookery/simulator mutate`,
 * with words of their names for some of them only. A seed counts if the rule that it breaks is one that the mutation is
 * about, and if it breaks none with the core as it is. With `--remake`, scripts that do not fail any more are made anew.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { type Edit, HARMLESS, type Hunt, MUTATIONS } from "./mutations.ts";
import { planOf } from "./plan.ts";
import { SWARMS } from "./swarms.ts";
import { run } from "./world.ts";

/** A run ends without a verdict after so many events: some mutations keep members busy for ever. */
const EVENTS_MAX = 300_000;
/** For one mutation; a guard, since seeds are what is counted. */
const SECONDS_MAX = 150;

interface Row {
  readonly name: string;
  readonly swarm: string;
  /** Undefined: the answer is not what is expected. */
  readonly rule: string | undefined;
  readonly text: string;
}

const home = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "rookery-mutate-"));
const remake = process.argv.includes("--remake");
const wanted = process.argv.slice(2).filter((word) => word !== "--remake");
const began = Date.now();
const rows: (Row | undefined)[] = [];
let told = 0;

try {
  const tasks = [
    ...MUTATIONS.map((mutation) => ({ mutation, because: undefined })),
    ...HARMLESS.map((mutation) => ({ mutation, because: mutation.because })),
  ].filter(({ mutation }) => wanted.length === 0 || wanted.some((word) => mutation.name.includes(word)));
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < tasks.length; at = next++) {
      const { mutation, because } = tasks[at] as (typeof tasks)[number];
      rows[at] = await verdict(mutation, because, join(work, String(at)));
      // Rows come out in the order of the list.
      while (rows[told] !== undefined) print(rows[told++] as Row);
    }
  };
  console.log("| Taken out of the core | Seeds | Found |\n|---|---|---|");
  await Promise.all([worker(), worker()]);
} finally {
  rmSync(work, { recursive: true, force: true });
}
const missed = rows.filter((row) => row?.rule === undefined).length;
console.log(
  `\n${rows.length} mutations in ${Math.round((Date.now() - began) / 1000)} s: ` +
    `${missed === 0 ? "every answer is as expected" : `${missed} are not as expected`}`,
);
process.exitCode = missed === 0 ? 0 : 1;

function print({ name, swarm, rule, text }: Row): void {
  console.log(`| ${name} | ${swarm} | ${rule === undefined ? "**" : ""}${text}${rule === undefined ? "**" : ""} |`);
}

/** @param because - Why it is not to be found; undefined when it is. */
async function verdict(hunt: Hunt, because: string | undefined, out: string): Promise<Row> {
  const { name, seeds, from = 1, swarm } = hunt;
  const row = { name, swarm: `${swarm ?? "any"}, ${from}…${from + seeds - 1}` };
  const problem = await bundle(hunt.edits, out);
  if (problem !== undefined) return { ...row, rule: undefined, text: problem };
  const since = Date.now();
  const found = await seek(hunt, out);
  const took = `${((Date.now() - since) / 1000).toFixed(0)} s`;
  if (because !== undefined) {
    const { violation } = found;
    if (violation === undefined && found.complete)
      return { ...row, rule: "none", text: `not, since ${because}; ${took}` };
    return { ...row, rule: undefined, text: violation ?? `not looked for to the end: ${found.note}` };
  }
  if (found.violation === undefined) return { ...row, rule: undefined, text: `NOT FOUND: ${found.note}; ${took}` };
  let script = hunt.script === undefined ? "" : await replay(hunt.script, out);
  if (script === undefined && remake) {
    await makeScript(hunt, found.seed, out);
    script = await replay(hunt.script as string, out);
  }
  if (script === undefined)
    return { ...row, rule: undefined, text: `${hunt.script} does not fail; ${found.violation}` };
  return { ...row, rule: found.violation, text: `${found.violation}${script}; ${took}` };
}

interface Found {
  /** Which seed, and what it says; undefined when there is none. */
  readonly violation: string | undefined;
  readonly seed: string;
  /** Every seed was run. */
  readonly complete: boolean;
  readonly note: string;
}

/** Runs the seeds until one breaks a rule of the mutation's. */
async function seek({ seeds, from = 1, swarm, rules }: Hunt, out: string): Promise<Found> {
  const range = `${from}..${from + seeds - 1}`;
  const options = ["--seeds", range, "--twice", "0", "--failures", "1000000", "--events", String(EVENTS_MAX)];
  if (swarm !== undefined) options.push("--swarm", swarm);
  const child = simulate(out, options);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const late = setTimeout(() => child.kill("SIGKILL"), SECONDS_MAX * 1000);
  const others = new Map<string, number>();
  let violation: string | undefined;
  let at = "";
  let complete = false;
  let note = "";
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    if (/^\d+ seeds, /.test(line)) {
      note = line.split(",", 1)[0] ?? "";
      complete = note === `${seeds} seeds`;
    }
    const failure = /^seed (\d+) FAILED at \d+ ms: ([^:]+): (.*)/.exec(line);
    if (failure === null) continue;
    const [, seed = "", rule = "", what = ""] = failure;
    if (!rules.includes(rule)) others.set(rule, (others.get(rule) ?? 0) + 1);
    else if (run(planOf(Number(seed), swarm === undefined ? undefined : SWARMS[swarm])).violation === undefined) {
      at = seed;
      violation = `seed ${seed}, ${rule}: ${what.slice(0, 100)}`;
      child.kill("SIGKILL");
      break;
    }
  }
  await ended;
  clearTimeout(late);
  const instead = [...others].map(([rule, count]) => `${rule} ${count} times`).join(", ");
  return { violation, seed: at, complete, note: [note, instead].filter((part) => part !== "").join(", instead ") };
}

/** Runs what once failed; undefined when the mutation does not bring that back. */
async function replay(script: string, out: string): Promise<string | undefined> {
  const file = join(home, "test/scripts", script);
  if (!existsSync(file)) return undefined;
  const child = simulate(out, ["--script", file, "--lines", "0", "--events", String(EVENTS_MAX)]);
  const late = setTimeout(() => child.kill("SIGKILL"), SECONDS_MAX * 1000);
  let rule: string | undefined;
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream }))
    rule ??= /^seed \d+ FAILED at \d+ ms: ([^:]+): /.exec(line)?.[1];
  clearTimeout(late);
  return rule && `; ${script}: ${rule}`;
}

/** Cuts a seed that fails down, and keeps it as the script. */
async function makeScript({ script = "", swarm }: Hunt, seed: string, out: string): Promise<void> {
  const options = ["--seed", seed, "--minimize", "--lines", "0"];
  if (swarm !== undefined) options.push("--swarm", swarm);
  const child = simulate(out, options);
  const late = setTimeout(() => child.kill("SIGKILL"), SECONDS_MAX * 1000);
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const file = /^The plan is in (.*); replay/.exec(line)?.[1];
    if (file !== undefined) copyFileSync(file, join(home, "test/scripts", script));
  }
  clearTimeout(late);
}

function simulate(out: string, options: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(out, "simulate.js"), ...options], { stdio: ["ignore", "pipe", "inherit"] });
}

/** The simulator with a core in which the edits are made. Answers why not, where they do not fit. */
async function bundle(edits: readonly Edit[], outDir: string): Promise<string | undefined> {
  const left = new Set(edits);
  await build({
    config: false,
    entry: [join(home, "src/simulate.ts")],
    format: "esm",
    target: "node20",
    outDir,
    silent: true,
    // Whole members are another tier.
    external: ["./members/command.ts"],
    esbuildOptions(options) {
      options.conditions = ["@rookery/source"];
    },
    esbuildPlugins: [
      {
        name: "mutate",
        setup(bundler) {
          bundler.onLoad({ filter: /packages[\\/]consensus[\\/]src[\\/][\w-]+\.ts$/ }, ({ path }) => {
            let contents = readFileSync(path, "utf8");
            for (const edit of edits) {
              if (edit.file !== basename(path) || contents.split(edit.find).length !== 2) continue;
              contents = contents.replace(edit.find, () => edit.replace);
              left.delete(edit);
            }
            return { contents, loader: "ts" };
          });
        },
      },
    ],
  });
  const [missing] = left;
  return missing === undefined ? undefined : `DOES NOT FIT: ${missing.file} has not once: ${missing.find}`;
}
