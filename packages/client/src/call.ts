/** One request on its way: what is sent, and who waits for the answer. */
import type { Codec, JuteReader } from "@rookery/protocol/client";
import type { CoordinationError } from "./errors.ts";

/** What is to be asked. */
export interface Request<T> {
  readonly op: number;
  /** The operation's name, for errors and diagnostics. */
  readonly operation: string;
  /** As the caller wrote it, for errors; undefined where there is none. */
  readonly path: string | undefined;
  /** Whether the server may change something by it. */
  readonly isWrite: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a codec takes its own record, which stands beside it.
  readonly codec: Codec<any>;
  readonly record: unknown;
  readonly read: (input: JuteReader) => T;
  /** An error that is an answer as well: the call resolves with undefined. */
  readonly noneError?: number | undefined;
  /** Called with the reply's error code, 0 for none, before anybody is told: what a watch needs. */
  readonly onReply?: ((err: number) => void) | undefined;
  /** Instead, if the caller has given up. */
  readonly onLateReply?: ((err: number) => void) | undefined;
}

export class Call {
  readonly request: Request<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: CoordinationError) => void;
  xid = 0;
  /** Settled already: its reply, when it comes, concerns nobody. */
  settled = false;
  /** ms; −1 when nobody measures. */
  startedMs = -1;

  constructor(
    request: Request<unknown>,
    resolve: (value: unknown) => void,
    reject: (error: CoordinationError) => void,
  ) {
    this.request = request;
    this.resolve = resolve;
    this.reject = reject;
  }
}
