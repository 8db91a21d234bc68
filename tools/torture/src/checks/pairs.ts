/** Pairs of znodes that are only ever changed together, in a multi: nobody may see one without the other. */
import type { Evidence, Operation, Violation } from "../evidence.ts";
import { describe } from "../evidence.ts";

/** A pair's name, as `/folder/7{a,b}`, and the paths of its two znodes. */
export function pairPaths(pair: string): readonly [string, string] {
  const match = /^(.+)\{(\w+),(\w+)\}$/.exec(pair);
  if (match === null) throw new Error(`${pair} is not the name of a pair`);
  return [`${match[1]}${match[2]}`, `${match[1]}${match[3]}`];
}

export function checkPairs({ history, trees }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const fail = (message: string, operations: readonly Operation[]) =>
    violations.push({ check: "pairs", message, operations });
  const pairs = new Set<string>();
  for (const operation of history) {
    const { call, outcome } = operation;
    if (call.type !== "setPair" && call.type !== "readPair") continue;
    pairs.add(call.pair);
    if (outcome.type === "pairSet") {
      const [a, b] = outcome.stats;
      const same = a?.version === b?.version && a?.mzxid === b?.mzxid && a?.mzxid === operation.zxid;
      if (!same) fail(`the parts of a multi differ: ${describe(operation)}`, [operation]);
      if (call.type === "setPair" && call.refused) fail(`a multi passed that must fail`, [operation]);
    }
    if (outcome.type === "pairSeen") {
      const [a, b] = outcome.znodes;
      const same = a?.value === b?.value && a?.version === b?.version && a?.mzxid === b?.mzxid;
      if (!same) fail(`half of a multi was seen: ${describe(operation)}`, [operation]);
    }
  }
  for (const pair of pairs) {
    const [first, second] = pairPaths(pair);
    for (const { server, nodes } of trees) {
      const a = nodes.get(first);
      const b = nodes.get(second);
      const same = a?.data === b?.data && a?.version === b?.version && a?.mzxid === b?.mzxid && a?.czxid === b?.czxid;
      if (!same) fail(`server ${server} holds half of a multi: ${first} and ${second} differ`, []);
    }
  }
  return violations;
}
