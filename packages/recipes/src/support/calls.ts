/** Calls that outlast what happens to connections, and what they leave behind when they are given up. */
import { type Client, type CoordinationError, isCoordinationError, retry, type WatchListener } from "@rookery/client";

/** How long a reply may take that is worth waiting for, ms. */
const GRACE_MS = 250;

/**
 * Runs `act` until the connection has held for long enough. It must be safe to run again although it may have been applied.
 *
 * @param when - Which failures are worth another try.
 * @throws What `act` failed with for good; the signal's reason.
 */
export function persist<T>(
  signal: AbortSignal | undefined,
  act: (attempt: number) => Promise<T>,
  when: (error: unknown) => boolean = isInterruption,
): Promise<T> {
  return retry(act, {
    retries: Number.POSITIVE_INFINITY,
    pauseMsMax: 1000,
    // A reason may be a timeout, which is one of the caller's then, and for good.
    when: (error) => (signal?.aborted !== true || error !== signal.reason) && when(error),
    signal,
  });
}

/**
 * The connection or the session ended and the next begins by itself, or the server had too much to do. A `TIMEOUT` is of a call;
 * one of the caller's is the reason of his signal.
 */
export function isInterruption(error: unknown): error is CoordinationError {
  return isCoordinationError(error, "CONNECTION_LOSS", "SESSION_EXPIRED", "SESSION_MOVED", "THROTTLED", "TIMEOUT");
}

/** {@link isInterruption}, or there was no room for the call: it was not sent, and there is room later. */
export function isPassing(error: unknown): error is CoordinationError {
  return isInterruption(error) || isCoordinationError(error, "OVERLOADED");
}

/**
 * {@link persist} for what must not be left undone, full queues or not. After a `BAD_VERSION`, `act` looks again. Resolves when it is done, or when the client has ended and the session takes along what is left.
 */
export async function cleanUp(act: () => Promise<void>): Promise<void> {
  try {
    await persist(undefined, act, (error) => isPassing(error) || isCoordinationError(error, "BAD_VERSION"));
  } catch (error) {
    if (!isCoordinationError(error, "CLOSED", "AUTH_FAILED")) throw error;
  }
}

/** What a call finds or does; undefined where there is no such znode. */
export async function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isCoordinationError(error, "NO_NODE")) return undefined;
    throw error;
  }
}

/**
 * For a write whose reply is under way: without it nobody knows what was done. So `act` is aborted only `GRACE_MS` after `signal`
 * is; at once if there is no connection, and nothing under way.
 */
export async function withGrace<T>(
  client: Client,
  signal: AbortSignal | undefined,
  act: (late: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (signal === undefined || signal.aborted || client.state !== "connected") return act(signal);
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => late.abort(signal.reason), GRACE_MS);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await act(late.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** Ends one-shot watches here at once; whether the server has heard of it is not waited for. */
export function unwatch(client: Client, path: string, listener: WatchListener): void {
  // What cannot be taken back goes with the connection.
  client.unwatch(path, listener).catch(() => {});
}

/** Takes a watch back as soon as what set it has been answered. Nothing happens if it has fired. */
export function unwatchAfter(setting: Promise<unknown>, client: Client, path: string, listener: WatchListener): void {
  const done = () => unwatch(client, path, listener);
  setting.then(done, done);
}
