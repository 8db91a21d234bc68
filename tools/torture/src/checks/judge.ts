/** All checks of a run, and what they looked at. */
import type { Evidence, KazooReport, Violation } from "../evidence.ts";
import { checkChildren } from "./children.ts";
import { checkEphemerals } from "./ephemerals.ts";
import { checkOrder } from "./order.ts";
import { checkPairs } from "./pairs.ts";
import { checkLinearizable } from "./search.ts";
import { checkSessions } from "./sessions.ts";
import { checkTrees } from "./trees.ts";
import { checkValues } from "./values.ts";

export interface Judgement {
  readonly violations: readonly Violation[];
  /** Znodes searched for a linearization. */
  readonly searched: number;
  /** Znodes whose operations without a reply left too many possibilities. */
  readonly undecided: number;
}

export interface JudgeOptions {
  /** How many znodes the search takes, at most. */
  readonly sample: number;
  /** Names the weakness if synced reads of this target may be stale. */
  readonly staleSyncs: string | undefined;
}

export function judge(evidence: Evidence, { sample, staleSyncs }: JudgeOptions): Judgement {
  const values = checkValues(evidence);
  const linearizable = checkLinearizable(evidence, sample, staleSyncs);
  return {
    violations: [
      ...checkOrder(evidence, staleSyncs),
      ...checkSessions(evidence),
      ...values.violations,
      ...linearizable.violations,
      ...checkChildren(evidence),
      ...checkPairs(evidence),
      ...checkEphemerals(evidence),
      ...checkTrees(evidence),
      ...(evidence.kazoo === undefined ? [] : checkKazoo(evidence.kazoo)),
      ...evidence.incidents.map((message): Violation => ({ check: "incidents", message, operations: [] })),
    ],
    searched: linearizable.searched,
    undecided: values.undecided + linearizable.undecided,
  };
}

/** Every acknowledged increment counts once, every unknown one at most once. */
function checkKazoo({ acknowledged, unknown, counter, problems }: KazooReport): Violation[] {
  const messages = [...problems];
  if (counter === undefined) messages.push("the counter could not be read");
  else if (counter < acknowledged || counter > acknowledged + unknown) {
    messages.push(`the counter is ${counter} after ${acknowledged} increments and ${unknown} unknown ones`);
  }
  return messages.map((message) => ({ check: "kazoo", message, operations: [] }));
}
