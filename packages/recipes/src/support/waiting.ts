/** What everything that waits has in common: a signal or a time ends it, with errors that say which. */
import { CoordinationError, isCoordinationError } from "@rookery/client";
import { badArgument } from "./checks.ts";

/** Every method that waits takes these. Giving up leaves nothing behind. */
export interface WaitOptions {
  /** Aborting it ends the wait with `ABORTED`; `cause` is the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait with `TIMEOUT` after so long, ms from 0. Default: none. */
  readonly timeoutMs?: number | undefined;
}

/** The longest that a timer of Node's can wait, ms. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * Runs `act` with a signal that is aborted when the caller's is, or when the time is over; its reason is the error that `act`
 * then fails with. What `act` returns all the same is returned, and what went wrong with it otherwise is thrown.
 *
 * @param what - What is being done, for messages: "acquiring /a".
 * @throws CoordinationError `ABORTED` with the signal's reason as `cause`, `TIMEOUT`; both with the outcome of the write that was
 *   under way. `BAD_ARGUMENTS` for a malformed option.
 */
export async function limit<T>(
  what: string,
  { signal, timeoutMs }: WaitOptions = {},
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  checkTimeout(timeoutMs);
  const limits = new AbortController();
  const onAbort = () =>
    limits.abort(new CoordinationError("ABORTED", `${what} was aborted`, { cause: signal?.reason }));
  const onTime = () => limits.abort(new CoordinationError("TIMEOUT", `${what} took longer than ${timeoutMs} ms`));
  if (signal?.aborted === true) onAbort();
  limits.signal.throwIfAborted();
  const timer = timeoutMs === undefined ? undefined : setTimeout(onTime, timeoutMs);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await act(limits.signal);
  } catch (error) {
    throw limits.signal.aborted ? withOutcome(limits.signal.reason, error) : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Waits for `promise`, which goes on whatever happens, within the same limits. */
export function within<T>(what: string, options: WaitOptions | undefined, promise: Promise<T>): Promise<T> {
  // The limits may be over before anybody waits for it.
  promise.catch(() => {});
  return limit(what, options, (signal) => abortable(promise, signal));
}

/** @throws CoordinationError `BAD_ARGUMENTS` */
function checkTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs === undefined) return;
  if (typeof timeoutMs !== "number" || !(timeoutMs >= 0 && timeoutMs <= TIMER_MS_MAX))
    throw badArgument(`timeoutMs is ${String(timeoutMs)}: it must be a number of ms from 0 to ${TIMER_MS_MAX}.`);
}

/** The reason for an end, which `error` is a consequence of; or what else was the matter. */
function withOutcome(reason: CoordinationError, error: unknown): unknown {
  if (error === reason || !isCoordinationError(error, "ABORTED", "TIMEOUT")) return error;
  const { outcome, path, operation } = error;
  return new CoordinationError(reason.code, reason.message, { outcome, path, operation, cause: reason.cause });
}

/** `promise`, for as long as the signal allows. @throws The signal's reason. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    // First, so that it prevails over a promise that is settled already.
    return await Promise.race([aborted, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort as () => void);
  }
}

/** Resolves when the signal is aborted; at once if it is. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Aborts `controller` when one of `signals` is aborted, with its reason, until the function returned is called. */
export function follow(controller: AbortController, signals: readonly AbortSignal[]): () => void {
  const onAbort = (event: { readonly target: unknown }) => controller.abort((event.target as AbortSignal).reason);
  for (const signal of signals)
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener("abort", onAbort, { once: true });
  return () => {
    for (const signal of signals) signal.removeEventListener("abort", onAbort);
  };
}
