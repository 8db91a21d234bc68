/** What a run prints: its progress on standard error, its result on standard output. */
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Outage } from "./availability.ts";
import type { Judgement } from "./checks/judge.ts";
import { treeDigest } from "./checks/trees.ts";
import type { Ensemble } from "./ensemble.ts";
import { CHECKS, describe, type Evidence, type Operation, type Violation } from "./evidence.ts";

/** Of each check. */
const VIOLATIONS_SHOWN = 3;
const OPERATIONS_SHOWN = 30;
const LINES_SHOWN = 15;
const LINE_CHARS_SHOWN = 400;

export function progress(message: string): void {
  process.stderr.write(`${new Date().toTimeString().slice(0, 8)}  ${message.trimEnd()}\n`);
}

export function reportOutages(outages: readonly Outage[]): void {
  if (outages.length === 0) return;
  const seconds = (ms: number) => (ms / 1000).toFixed(2).padStart(8);
  process.stdout.write(`\n${"".padEnd(22)}times  writes stopped for, s    after it was undone, s\n`);
  process.stdout.write(`${"".padEnd(22)}         median     most         median     most\n`);
  for (const { kind, times, stopped, afterwards } of outages) {
    process.stdout.write(
      `${kind.padEnd(22)}${String(times).padStart(5)}  ${seconds(stopped.median)} ${seconds(stopped.max)}` +
        `       ${seconds(afterwards.median)} ${seconds(afterwards.max)}\n`,
    );
  }
}

export function reportSummary(evidence: Evidence, judgement: Judgement, seconds: number): void {
  const { history, sessions, trees, kazoo } = evidence;
  const counts = new Map<string, { answered: number; refused: number; unknown: number }>();
  for (const { call, outcome } of history) {
    const name = "synced" in call && call.synced ? `${call.type} after sync` : call.type;
    const count = counts.get(name) ?? { answered: 0, refused: 0, unknown: 0 };
    counts.set(name, count);
    if (outcome.type === "unknown") count.unknown += 1;
    else if (outcome.type === "refused") count.refused += 1;
    else count.answered += 1;
  }
  process.stdout.write(`\n${"".padEnd(22)}answered  refused  unknown\n`);
  for (const [name, { answered, refused, unknown }] of [...counts].sort()) {
    const columns = [answered, refused, unknown].map((count, i) => String(count).padStart(i === 0 ? 8 : 9));
    process.stdout.write(`${name.padEnd(22)}${columns.join("")}\n`);
  }
  const ends = new Map<string, number>();
  for (const { end } of sessions) ends.set(end, (ends.get(end) ?? 0) + 1);
  process.stdout.write(`\n${history.length} operations in ${seconds.toFixed(0)} s, ${sessions.length} sessions: `);
  process.stdout.write(`${[...ends].map(([end, count]) => `${count} ${end}`).join(", ")}\n`);
  for (const tree of trees) {
    process.stdout.write(`server ${tree.server}: ${tree.nodes.size} znodes, digest ${treeDigest(tree)}\n`);
  }
  if (kazoo !== undefined) {
    const { acknowledged, unknown, counter } = kazoo;
    process.stdout.write(`kazoo: counter ${counter}, ${acknowledged} acknowledged, ${unknown} unknown\n`);
  }
  process.stdout.write(`${judgement.searched} znodes searched for a linearization, ${judgement.undecided} undecided\n`);
}

export interface FailureContext {
  readonly seed: number;
  readonly folder: string;
  readonly ensemble: Ensemble;
  readonly history: readonly Operation[];
}

export function reportViolations(violations: readonly Violation[], context: FailureContext): void {
  const known = violations.filter((violation) => violation.known !== undefined);
  for (const name of new Set(known.map((violation) => violation.known))) {
    const seen = known.filter((violation) => violation.known === name);
    process.stdout.write(`known: ${name}, seen ${seen.length} times, first:\n  ${seen[0]?.message}\n`);
    for (const operation of seen[0]?.operations.slice(-2) ?? []) process.stdout.write(`  ${describe(operation)}\n`);
  }
  const failures = violations.filter((violation) => violation.known === undefined);
  if (failures.length === 0) {
    process.stdout.write("all promises were kept\n");
    return;
  }
  const { seed, folder, ensemble, history } = context;
  process.stdout.write(`\nFAILED: ${failures.length} violations, --seed ${seed}\n`);
  for (const check of CHECKS) {
    const found = failures.filter((violation) => violation.check === check);
    for (const { message, operations } of found.slice(0, VIOLATIONS_SHOWN)) {
      process.stdout.write(`\n${check}: ${message}\n`);
      for (const operation of operations.slice(-OPERATIONS_SHOWN)) process.stdout.write(`  ${describe(operation)}\n`);
    }
    const more = found.length - VIOLATIONS_SHOWN;
    if (more > 0) process.stdout.write(`\n${check}: and ${more} more\n`);
  }
  for (const { server } of ensemble.members) {
    const lines = ensemble.said(server, LINES_SHOWN).map((line) => `  ${line.slice(0, LINE_CHARS_SHOWN)}\n`);
    process.stdout.write(`\nserver ${server} said last:\n${lines.join("")}`);
  }
  const file = join(folder, "history.jsonl");
  writeHistory(file, history);
  process.stdout.write(`\ndata, output and ${file} are kept\n`);
}

/** One line of JSON an operation. Synchronous, as the run is about to end. */
function writeHistory(path: string, history: readonly Operation[]): void {
  const file = openSync(path, "w");
  for (const operation of history) writeSync(file, `${JSON.stringify(operation)}\n`);
  closeSync(file);
}
