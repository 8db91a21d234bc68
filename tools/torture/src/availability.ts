/** How long writes stopped for, by what was done to the ensemble. */
import { isWrite, type Operation } from "./evidence.ts";

/** A fault as it happened. Times as in the history. */
export interface FaultSpan {
  readonly kind: string;
  readonly detail: string;
  readonly from: number;
  /** When it was undone. */
  readonly healed: number;
}

export interface Outage {
  readonly kind: string;
  readonly times: number;
  /** The longest time without an acknowledged write, from the fault's beginning until the next fault. Milliseconds. */
  readonly stopped: { readonly median: number; readonly max: number };
  /** From when the fault was undone to the next acknowledged write that was sent after that. */
  readonly afterwards: { readonly median: number; readonly max: number };
}

/** @param until - The end of the load. */
export function availability(
  history: readonly Operation[],
  spans: readonly FaultSpan[],
  until: number,
): readonly Outage[] {
  const writes = history.filter((operation) => isWrite(operation) && operation.outcome.type !== "unknown");
  const returns = writes.map(({ returned }) => returned).sort((a, b) => a - b);
  const kinds = new Map<string, { stopped: number[]; afterwards: number[] }>();
  for (const [at, { kind, from, healed }] of spans.entries()) {
    const end = Math.min(until, Math.max(healed, spans[at + 1]?.from ?? until));
    const entry = kinds.get(kind) ?? { stopped: [], afterwards: [] };
    kinds.set(kind, entry);
    entry.stopped.push(longestGap(returns, from, end));
    entry.afterwards.push(Math.max(0, Math.min(until, firstReturn(writes, healed)) - healed));
  }
  return [...kinds].map(([kind, { stopped, afterwards }]) => ({
    kind,
    times: stopped.length,
    stopped: middle(stopped),
    afterwards: middle(afterwards),
  }));
}

function longestGap(sorted: readonly number[], from: number, until: number): number {
  let longest = 0;
  let last = from;
  for (const at of sorted) {
    if (at <= from) continue;
    if (at >= until) break;
    longest = Math.max(longest, at - last);
    last = at;
  }
  return Math.max(longest, until - last);
}

function firstReturn(writes: readonly Operation[], from: number): number {
  let first = Infinity;
  for (const { invoked, returned } of writes) {
    if (invoked > first) break;
    if (invoked >= from) first = Math.min(first, returned);
  }
  return first;
}

function middle(values: readonly number[]): { readonly median: number; readonly max: number } {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, max: sorted.at(-1) ?? 0 };
}
