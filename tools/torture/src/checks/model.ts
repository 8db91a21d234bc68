/** The sequential znode that results are compared with, and the operations of a history by the znode they are about. */
import type { Operation, Seen } from "../evidence.ts";

export type Action =
  | { readonly type: "create"; readonly value: number }
  | { readonly type: "set"; readonly value: number; readonly version: number }
  | { readonly type: "delete"; readonly version: number }
  | { readonly type: "read"; readonly synced: boolean };

/** An operation as the one znode it is about sees it. The two znodes of a pair count as one. */
export interface Step {
  readonly operation: Operation;
  readonly action: Action;
}

/** A znode, undefined if there is none. A zxid of −1 is not known: an operation without a reply made it. */
export type State = Seen | undefined;

/** By path; a pair by its name. What is judged elsewhere is left out: appended children, ephemerals, sessions. */
export function stepsByPath(history: readonly Operation[]): ReadonlyMap<string, readonly Step[]> {
  const paths = new Map<string, Step[]>();
  const add = (path: string, step: Step) => {
    const steps = paths.get(path);
    if (steps === undefined) paths.set(path, [step]);
    else steps.push(step);
  };
  for (const operation of history) {
    const { call } = operation;
    switch (call.type) {
      case "create":
      case "set":
      case "delete":
      case "read":
        add(call.path, { operation, action: call });
        break;
      case "setPair":
        if (!call.refused) add(call.pair, { operation, action: { type: "set", value: call.value, version: -1 } });
        break;
      case "readPair":
        add(call.pair, { operation, action: { type: "read", synced: call.synced } });
        break;
    }
  }
  return paths;
}

/** What an action would do: the state after it, and the error it would be refused with. */
export function apply(state: State, action: Action, zxid: number): { readonly next: State; readonly error?: string } {
  switch (action.type) {
    case "create":
      if (state !== undefined) return { next: state, error: "NODEEXISTS" };
      return { next: { value: action.value, version: 0, czxid: zxid, mzxid: zxid } };
    case "set":
      if (state === undefined) return { next: state, error: "NONODE" };
      if (action.version !== -1 && action.version !== state.version) return { next: state, error: "BADVERSION" };
      return { next: { ...state, value: action.value, version: state.version + 1, mzxid: zxid } };
    case "delete":
      if (state === undefined) return { next: state, error: "NONODE" };
      if (action.version !== -1 && action.version !== state.version) return { next: state, error: "BADVERSION" };
      return { next: undefined };
    case "read":
      return { next: state };
  }
}

/**
 * Whether an answered step's result is what the state says, and the state after it. A zxid that was not known
 * becomes so when a read shows it.
 *
 * @param withZxids - Whether zxids have to agree as well.
 */
export function explain(
  state: State,
  { operation, action }: Step,
  withZxids: boolean,
): { readonly next: State } | undefined {
  const { outcome, zxid } = operation;
  const { next, error } = apply(state, action, withZxids ? zxid : -1);
  switch (outcome.type) {
    case "refused":
      return outcome.error === error ? { next } : undefined;
    case "done":
      return error === undefined && next === undefined ? { next } : undefined;
    case "created":
      if (error !== undefined || (withZxids && outcome.czxid !== zxid)) return undefined;
      return { next };
    case "set":
      return explainSet(next, error, outcome, withZxids, zxid);
    case "pairSet": {
      const [first] = outcome.stats;
      return first === undefined ? undefined : explainSet(next, error, first, withZxids, zxid);
    }
    case "seen":
      return explainSeen(state, outcome.znode, withZxids);
    case "pairSeen":
      return explainSeen(state, outcome.znodes[0], withZxids);
    case "unknown":
    case "listed":
      return undefined;
  }
}

function explainSet(
  next: State,
  error: string | undefined,
  result: { readonly version: number; readonly mzxid: number },
  withZxids: boolean,
  zxid: number,
) {
  if (error !== undefined || next?.version !== result.version) return undefined;
  return withZxids && result.mzxid !== zxid ? undefined : { next };
}

function explainSeen(state: State, seen: State, withZxids: boolean) {
  if (state === undefined || seen === undefined) return state === seen ? { next: state } : undefined;
  if (state.value !== seen.value || state.version !== seen.version) return undefined;
  if (!withZxids) return { next: state };
  const agrees = (known: number, shown: number) => known === -1 || known === shown;
  return agrees(state.czxid, seen.czxid) && agrees(state.mzxid, seen.mzxid) ? { next: seen } : undefined;
}

/**
 * Which operations without a reply need not be told apart: those that nobody saw the value of and that would do the
 * same. Keeps the searches small, where an outage leaves many of them.
 */
export function unknownClass({ operation, action }: Step, seenValues: ReadonlySet<number>): string {
  switch (action.type) {
    case "create":
    case "set": {
      const condition = action.type === "set" ? action.version : "";
      return seenValues.has(action.value) ? `#${operation.id}` : `${action.type}${condition}`;
    }
    case "delete":
      return `delete${action.version}`;
    case "read":
      return "read";
  }
}

/** All values that reads showed. */
export function valuesSeen(steps: readonly Step[]): ReadonlySet<number> {
  const values = new Set<number>();
  for (const { operation } of steps) {
    const { outcome } = operation;
    if (outcome.type === "seen" && outcome.znode !== undefined) values.add(outcome.znode.value);
    if (outcome.type === "pairSeen") for (const { value } of outcome.znodes) values.add(value);
  }
  return values;
}

/** A state as text, for comparing. A value that nobody saw says nothing. */
export function stateKey(state: State, seenValues: ReadonlySet<number>): string {
  if (state === undefined) return "absent";
  return `${seenValues.has(state.value) ? state.value : "unseen"}/${state.version}/${state.czxid}/${state.mzxid}`;
}
