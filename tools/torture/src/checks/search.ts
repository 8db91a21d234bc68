/**
 * Linearizability of one znode's writes and synced reads by search, from times and results alone: no zxid is looked at,
 * so a mistake in what the other checks take zxids for shows here.
 *
 * Wing and Gong's search with Lowe's memory of what was reached: an operation may come next if it was invoked before any
 * other that is left has returned.
 */
import type { Evidence, Violation } from "../evidence.ts";
import { apply, explain, type State, type Step, stateKey, stepsByPath, unknownClass, valuesSeen } from "./model.ts";

/** Positions one znode's search may visit. */
const VISITS_MAX = 100_000;

/**
 * @param sample - Znodes to search, those with the most operations without a reply first.
 * @param known - The name of the weakness if the target's synced reads may be stale: a history that is linearizable
 *   without them then counts as that.
 */
export function checkLinearizable(
  evidence: Evidence,
  sample: number,
  known: string | undefined,
): { readonly violations: Violation[]; readonly searched: number; readonly undecided: number } {
  const violations: Violation[] = [];
  let undecided = 0;
  const unanswered = (steps: readonly Step[]) =>
    steps.filter(({ operation }) => operation.outcome.type === "unknown").length;
  const paths = [...stepsByPath(evidence.history)]
    .sort(([, a], [, b]) => unanswered(b) - unanswered(a) || b.length - a.length)
    .slice(0, sample);
  for (const [path, all] of paths) {
    const steps = all.filter(({ action }) => action.type !== "read" || action.synced);
    const result = search(steps);
    if (result === "undecided") undecided += 1;
    if (result !== "no") continue;
    const weak = known !== undefined && search(steps.filter(({ action }) => action.type !== "read")) !== "no";
    violations.push({
      check: "linearizable",
      message: `${path}: no order of its ${steps.length} writes and synced reads agrees with their times and results`,
      operations: steps.map(({ operation }) => operation),
      ...(weak ? { known } : {}),
    });
  }
  return { violations, searched: paths.length, undecided };
}

/** Whether some order explains all answered steps. */
export function search(steps: readonly Step[]): "yes" | "no" | "undecided" {
  const seenValues = valuesSeen(steps);
  const byInvocation = (a: Step, b: Step) => a.operation.invoked - b.operation.invoked;
  const answered = steps.filter(({ operation }) => operation.outcome.type !== "unknown").sort(byInvocation);
  const unknown = steps
    .filter(({ operation, action }) => operation.outcome.type === "unknown" && action.type !== "read")
    .sort(byInvocation);
  const visited = new Set<string>();
  const placed = new Uint8Array(answered.length);
  const used = new Uint8Array(unknown.length);
  let usedText = "";

  /** All answered steps before `first` are placed. */
  function visit(from: number, state: State): boolean | "undecided" {
    let first = from;
    while (first < answered.length && placed[first] === 1) first += 1;
    if (first === answered.length) return true;
    const key = `${first} ${ahead(first)} ${usedText} ${stateKey(state, seenValues)}`;
    if (visited.has(key)) return false;
    if (visited.size >= VISITS_MAX) return "undecided";
    visited.add(key);
    const limit = earliestReturn(first);
    for (let at = first; at < answered.length; at++) {
      const step = answered[at] as Step;
      if (step.operation.invoked > limit) break;
      if (placed[at] === 1) continue;
      const result = explain(state, step, false);
      if (result === undefined) continue;
      placed[at] = 1;
      const found = visit(first, result.next);
      if (found !== false) return found;
      placed[at] = 0;
    }
    return visitUnknown(first, state, limit);
  }

  function visitUnknown(first: number, state: State, limit: number): boolean | "undecided" {
    const tried = new Set<string>();
    for (let at = 0; at < unknown.length; at++) {
      const step = unknown[at] as Step;
      if (step.operation.invoked > limit) break;
      if (used[at] === 1) continue;
      const name = unknownClass(step, seenValues);
      if (tried.has(name)) continue;
      tried.add(name);
      const { next, error } = apply(state, step.action, -1);
      if (error !== undefined) continue;
      const before = usedText;
      used[at] = 1;
      usedText = used.join("");
      const found = visit(first, next);
      if (found !== false) return found;
      used[at] = 0;
      usedText = before;
    }
    return false;
  }

  function earliestReturn(first: number): number {
    let limit = Infinity;
    for (let at = first; at < answered.length; at++) {
      const { invoked, returned } = (answered[at] as Step).operation;
      if (invoked > limit) break;
      if (placed[at] === 0 && returned < limit) limit = returned;
    }
    return limit;
  }

  /** What is placed behind `first`: few, as they must have been invoked before it returned. */
  function ahead(first: number): string {
    const limit = (answered[first] as Step).operation.returned;
    const places: number[] = [];
    for (let at = first + 1; at < answered.length; at++) {
      if ((answered[at] as Step).operation.invoked > limit) break;
      if (placed[at] === 1) places.push(at);
    }
    return places.join(",");
  }

  const found = visit(0, undefined);
  if (found === "undecided") return found;
  return found ? "yes" : "no";
}
