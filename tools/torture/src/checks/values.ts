/**
 * Replays each znode's operations in the order of their zxids through a sequential znode. Every result has to be the
 * model's at its zxid: a lost or repeated write, a stale or torn value, a version that skips shows here.
 *
 * Operations without a reply may have happened at any time after they were sent, or never. They are put in where a
 * result cannot be explained otherwise.
 */
import { AT_THE_END, type Evidence, type Operation, type Violation, type Znode } from "../evidence.ts";
import { parseValue } from "../values.ts";
import { apply, explain, type State, type Step, stateKey, stepsByPath, unknownClass, valuesSeen } from "./model.ts";

/** How many possibilities are kept for one znode before its replay is given up. */
const POSSIBILITIES_MAX = 20_000;
/** How many operations before a violation are shown. */
const SHOWN = 12;

/** One way in which it may have been. `used`: how many of each class of unknown operations have happened. */
interface Possibility {
  readonly state: State;
  readonly used: ReadonlyMap<string, number>;
}

/** @returns The violations, and how many znodes had too many possibilities to say. */
export function checkValues(evidence: Evidence): { readonly violations: Violation[]; readonly undecided: number } {
  const violations: Violation[] = [];
  let undecided = 0;
  for (const [path, steps] of stepsByPath(evidence.history)) {
    const result = replay(path, [...steps, ...finalReads(evidence, path)]);
    if (result === "undecided") undecided += 1;
    else if (result !== undefined) violations.push(result);
  }
  return { violations, undecided };
}

function replay(path: string, steps: readonly Step[]): Violation | "undecided" | undefined {
  const seenValues = valuesSeen(steps);
  const answered = steps.filter(({ operation }) => operation.outcome.type !== "unknown").sort(byZxid);
  const unknown = classesOf(
    steps.filter(({ operation, action }) => operation.outcome.type === "unknown" && action.type !== "read"),
    seenValues,
  );
  let possible: readonly Possibility[] = [{ state: undefined, used: new Map() }];
  for (const [at, step] of answered.entries()) {
    const next = advance(possible, step, unknown, seenValues);
    if (next === "undecided") return next;
    if (next.length === 0) {
      const before = answered.slice(Math.max(0, at - SHOWN), at + 1);
      const expected = possible.slice(0, 3).map(({ state }) => stateText(state));
      return {
        check: "values",
        message: `${path}: no order of operations explains the last one here; before it the znode was ${expected.join(" or ")}`,
        operations: before.map(({ operation }) => operation),
      };
    }
    possible = next;
  }
  return undefined;
}

/** The possibilities after one answered step: with as few unknown operations put in before it as will do. */
function advance(
  possible: readonly Possibility[],
  step: Step,
  unknown: ReadonlyMap<string, readonly Step[]>,
  seenValues: ReadonlySet<number>,
): readonly Possibility[] | "undecided" {
  const reached = new Set(possible.map((possibility) => keyOf(possibility, seenValues)));
  let level = possible;
  while (level.length > 0) {
    const explained = new Map<string, Possibility>();
    for (const { state, used } of level) {
      const result = explain(state, step, true);
      if (result === undefined) continue;
      const possibility = { state: result.next, used };
      explained.set(keyOf(possibility, seenValues), possibility);
    }
    if (explained.size > 0) return [...explained.values()];
    level = level.flatMap((possibility) => insertions(possibility, step, unknown, seenValues, reached));
    if (reached.size > POSSIBILITIES_MAX) return "undecided";
  }
  return [];
}

/** What one more unknown operation leads to, leaving out what was reached before. */
function insertions(
  { state, used }: Possibility,
  step: Step,
  unknown: ReadonlyMap<string, readonly Step[]>,
  seenValues: ReadonlySet<number>,
  reached: Set<string>,
): Possibility[] {
  const found: Possibility[] = [];
  for (const [name, members] of unknown) {
    const count = used.get(name) ?? 0;
    const member = members[count];
    if (member === undefined || member.operation.invoked >= step.operation.returned) continue;
    const { next, error } = apply(state, member.action, -1);
    if (error !== undefined) continue;
    const possibility = { state: next, used: new Map(used).set(name, count + 1) };
    const key = keyOf(possibility, seenValues);
    if (reached.has(key)) continue;
    reached.add(key);
    found.push(possibility);
  }
  return found;
}

/** Unknown operations by class, the first sent first: it may be put in wherever a later one may. */
function classesOf(steps: readonly Step[], seenValues: ReadonlySet<number>): ReadonlyMap<string, readonly Step[]> {
  const classes = new Map<string, Step[]>();
  for (const step of steps) {
    const name = unknownClass(step, seenValues);
    classes.set(name, [...(classes.get(name) ?? []), step]);
  }
  return classes;
}

/** Writes before the reads that show them. */
function byZxid(a: Step, b: Step): number {
  const isRead = ({ action }: Step) => (action.type === "read" ? 1 : 0);
  return a.operation.zxid - b.operation.zxid || isRead(a) - isRead(b) || a.operation.id - b.operation.id;
}

function keyOf({ state, used }: Possibility, seenValues: ReadonlySet<number>): string {
  const counts = [...used].map(([name, count]) => `${name}:${count}`).sort();
  return `${stateKey(state, seenValues)} ${counts.join(" ")}`;
}

/** Every server's tree at the end, as reads after all else. A pair is read by its first znode. */
function finalReads({ trees }: Evidence, path: string): Step[] {
  const pair = /^(.+)\{(\w+),\w+\}$/.exec(path);
  const place = pair === null ? path : `${pair[1]}${pair[2]}`;
  return trees.map(({ server, zxid, nodes }) => {
    const operation: Operation = {
      id: Number.MAX_SAFE_INTEGER,
      session: AT_THE_END,
      server,
      order: 0,
      invoked: Infinity,
      returned: Infinity,
      zxid,
      call: { type: "read", path: place, synced: true },
      outcome: { type: "seen", znode: seenOf(nodes.get(place)) },
    };
    return { operation, action: { type: "read", synced: true } };
  });
}

function seenOf(node: Znode | undefined): State {
  if (node === undefined) return undefined;
  return { value: parseValue(node.data), version: node.version, czxid: node.czxid, mzxid: node.mzxid };
}

function stateText(state: State): string {
  return state === undefined ? "absent" : `${state.value} version ${state.version}`;
}
