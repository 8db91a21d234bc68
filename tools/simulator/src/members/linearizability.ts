/**
 * Whether the history of one znode, as its clients know it, can be the history of one that does one thing at a time: the
 * search of Wing and Gong with Lowe's memory. It uses no zxid, so it checks what the rest of the checks rely on.
 */
import { ErrorCode } from "@rookery/protocol/client";
import type { Operation } from "./client.ts";

interface Register {
  readonly data: string | undefined;
  readonly version: number;
}

interface Call {
  readonly invoked: number;
  /** Infinity while nobody knows what became of it. */
  readonly returned: number;
  /** The state behind it, or undefined where it cannot have happened as it was answered. */
  step(state: Register): Register | undefined;
}

export type Verdict = "linearizable" | "not linearizable" | "undecided";

/** States looked at before giving up. */
const STEPS_MAX = 200_000;

/** @param operations - Of all clients, in the order invoked. @param path - Written by create, delete and setData alone, read behind a sync. */
export function judge(operations: readonly Operation[], path: string): Verdict {
  const calls = callsOf(operations, path);
  const order = calls.map((_, at) => at).sort((a, b) => (calls[a] as Call).invoked - (calls[b] as Call).invoked);
  const sorted = order.map((at) => calls[at] as Call);
  const seen = new Set<string>();
  let steps = 0;
  // Each frame: the first call not done, those done behind it, and the state.
  const stack: { readonly first: number; readonly done: readonly number[]; readonly state: Register }[] = [
    { first: 0, done: [], state: { data: undefined, version: 0 } },
  ];
  while (stack.length > 0) {
    const { first, done, state } = stack.pop() as (typeof stack)[number];
    let deadline = Number.POSITIVE_INFINITY;
    let finished = true;
    const candidates: number[] = [];
    for (let at = first; at < sorted.length; at++) {
      const call = sorted[at] as Call;
      if (call.invoked > deadline) {
        finished = false;
        break;
      }
      if (done.includes(at)) continue;
      if (call.returned < Number.POSITIVE_INFINITY) finished = false;
      if (call.returned < deadline) deadline = call.returned;
      candidates.push(at);
    }
    if (finished) return "linearizable";
    for (let n = candidates.length - 1; n >= 0; n--) {
      const at = candidates[n] as number;
      if ((sorted[at] as Call).invoked > deadline) continue;
      const next = (sorted[at] as Call).step(state);
      if (next === undefined) continue;
      if (++steps > STEPS_MAX) return "undecided";
      const behind = [...done, at].sort((a, b) => a - b);
      let start = first;
      while (behind[0] === start) {
        behind.shift();
        start++;
      }
      const key = `${start} ${behind.join(" ")} ${next.version} ${next.data}`;
      if (seen.has(key)) continue;
      seen.add(key);
      stack.push({ first: start, done: behind, state: next });
    }
  }
  return "not linearizable";
}

function callsOf(operations: readonly Operation[], path: string): Call[] {
  const calls: Call[] = [];
  // A read's time begins with the sync before it.
  const synced = new Map<bigint, number>();
  for (const operation of operations) {
    const { ask, session, invokedUs: invoked, returnedUs, code, answer } = operation;
    if (!("path" in ask) || ask.path !== path) continue;
    const known = returnedUs !== undefined;
    const returned = returnedUs ?? Number.POSITIVE_INFINITY;
    if (code === ErrorCode.SYSTEMERROR) continue;
    if (ask.type === "sync") synced.set(session, invoked);
    else if (ask.type === "getData") {
      const since = synced.get(session);
      synced.delete(session);
      if (!known || since === undefined) continue;
      calls.push({
        invoked: since,
        returned,
        step: (state) => {
          if (answer.type !== "data") return state.data === undefined ? state : undefined;
          return state.data === answer.data && state.version === answer.stat.version ? state : undefined;
        },
      });
    } else if (ask.type === "create") {
      calls.push({
        invoked,
        returned,
        step: (state) => {
          const free = state.data === undefined;
          if (known && (code === 0) !== free) return undefined;
          return free ? { data: ask.data, version: 0 } : state;
        },
      });
    } else if (ask.type === "setData" || ask.type === "delete") {
      calls.push({
        invoked,
        returned,
        step: (state) => {
          const { data, version } = state;
          const expected =
            data === undefined
              ? ErrorCode.NONODE
              : ask.version !== -1 && ask.version !== version
                ? ErrorCode.BADVERSION
                : 0;
          if (known && code !== expected) return undefined;
          if (expected !== 0) return state;
          return ask.type === "delete" ? { data: undefined, version: 0 } : { data: ask.data, version: version + 1 };
        },
      });
    }
  }
  return calls;
}
