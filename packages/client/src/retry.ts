/** Calls again after a failure that may pass. */
import { badArgument, type CoordinationErrorCode, isCoordinationError } from "./errors.ts";

export interface RetryOptions {
  /** Further tries after the first, an integer from 0. Default 5; `Infinity` for as long as the signal allows. */
  readonly retries?: number | undefined;
  /** The first pause is a random part of this, ms; it doubles each time. Default 50. */
  readonly pauseMs?: number | undefined;
  /** The longest pause, ms. Default 5000. */
  readonly pauseMsMax?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Which errors are worth another try. Default: {@link isTransient}. */
  readonly when?: ((error: unknown) => boolean) | undefined;
}

/** The longest that Node waits. */
const PAUSE_MS_MAX = 0x7fff_ffff;

const TRANSIENT: readonly CoordinationErrorCode[] = ["CONNECTION_LOSS", "THROTTLED", "TIMEOUT", "SESSION_EXPIRED"];

/** Whether another try may go better: the connection broke, the session expired, the server had too much to do. */
export function isTransient(error: unknown): boolean {
  return isCoordinationError(error, ...TRANSIENT);
}

/**
 * Runs `act` until it succeeds or fails for good. It must be safe to run again although it may have been applied before: a read,
 * a set or delete with a version whose failure you can tell, a create that you look for first.
 *
 * @throws What `act` threw last; `signal`'s reason if it is aborted before a try; CoordinationError `BAD_ARGUMENTS`.
 */
export async function retry<T>(act: (attempt: number) => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { retries = 5, pauseMs = 50, pauseMsMax = 5000, signal, when = isTransient } = options;
  if (!(retries >= 0)) throw badArgument(`retries is ${String(retries)}: it must be 0 or more.`);
  for (const [name, ms] of Object.entries({ pauseMs, pauseMsMax }))
    if (!(ms >= 0 && ms <= PAUSE_MS_MAX))
      throw badArgument(`${name} is ${String(ms)}: it must be from 0 to ${PAUSE_MS_MAX}.`);
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await act(attempt);
    } catch (error) {
      if (attempt >= retries || !when(error)) throw error;
    }
    await pause(Math.random() * Math.min(pauseMs * 2 ** Math.min(attempt, 30), pauseMsMax), signal);
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    const onAbort = () => {
      done();
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      done();
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
