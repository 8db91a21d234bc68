/**
 * Zxids as a witness of order: what was answered before an operation was invoked lies before it. Any reply shows that
 * all up to its zxid is committed, so a later write must come behind it, and a later synced read must not miss it.
 */
import { type Evidence, formatZxid, isAnswered, isWrite, type Operation, type Violation } from "../evidence.ts";

const VIOLATIONS_MAX = 20;

/** @param known - The name of the weakness if the target's synced reads may be stale. */
export function checkOrder({ history }: Evidence, known: string | undefined): Violation[] {
  return [...realTime(history, known), ...distinct(history)].slice(0, VIOLATIONS_MAX);
}

function realTime(history: readonly Operation[], known: string | undefined): Violation[] {
  const violations: Violation[] = [];
  const answered = history.filter((operation) => isAnswered(operation) && operation.zxid >= 0);
  const returns = answered.toSorted((a, b) => a.returned - b.returned);
  const invocations = answered.toSorted((a, b) => a.invoked - b.invoked);
  let at = 0;
  let highest: Operation | undefined;
  for (const operation of invocations) {
    for (; at < returns.length; at++) {
      const earlier = returns[at] as Operation;
      if (earlier.returned >= operation.invoked) break;
      if (highest === undefined || earlier.zxid > highest.zxid) highest = earlier;
    }
    if (highest === undefined) continue;
    const changed = isWrite(operation) && operation.outcome.type !== "refused";
    const mayEqual = !changed;
    const bound = isWrite(operation) || isSyncedRead(operation);
    if (!bound || operation.zxid > highest.zxid || (mayEqual && operation.zxid === highest.zxid)) continue;
    const what = isWrite(operation) ? "a write" : "a synced read";
    violations.push({
      check: "order",
      message: `${what}, #${operation.id}, has zxid ${formatZxid(operation.zxid)} although ${formatZxid(highest.zxid)} had been answered before it was sent`,
      operations: [highest, operation],
      ...(isSyncedRead(operation) && known !== undefined ? { known } : {}),
    });
  }
  return violations;
}

/** One transaction, one zxid. */
function distinct(history: readonly Operation[]): Violation[] {
  const violations: Violation[] = [];
  const owners = new Map<number, Operation>();
  for (const operation of history) {
    if (!isWrite(operation) || !isAnswered(operation) || operation.outcome.type === "refused") continue;
    const other = owners.get(operation.zxid);
    if (other === undefined) {
      owners.set(operation.zxid, operation);
      continue;
    }
    violations.push({
      check: "order",
      message: `two writes, #${other.id} and #${operation.id}, have the same zxid ${formatZxid(operation.zxid)}`,
      operations: [other, operation],
    });
  }
  return violations;
}

function isSyncedRead({ call }: Operation): boolean {
  return "synced" in call && call.synced;
}
