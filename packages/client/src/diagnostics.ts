/**
 * What metrics and tracing can listen to, by `node:diagnostics_channel`. Nothing is spent on a channel that nobody listens to.
 *
 * - `rookery:client:call:start`, `rookery:client:call:end`: {@link CallMessage}; the end has `durationMs` and, after a failure, `error`.
 * - `rookery:client:state`: {@link StateMessage}.
 * - `rookery:client:connection`: {@link ConnectionMessage}.
 */
import { channel } from "node:diagnostics_channel";
import type { CoordinationError } from "./errors.ts";
import type { SessionState } from "./types.ts";

export interface CallMessage {
  /** The same object at the start and at the end, to keep a span by. */
  readonly call: object;
  /** The operation by its name in the protocol. */
  readonly operation: string;
  readonly path: string | undefined;
  readonly durationMs?: number;
  readonly error?: CoordinationError;
}

export interface StateMessage {
  readonly sessionId: bigint;
  readonly state: SessionState;
  readonly previous: SessionState;
}

export interface ConnectionMessage {
  readonly event: "connected" | "failed" | "lost";
  /** `host:port (address)`. */
  readonly server: string;
  readonly error?: Error;
}

export const callStart = channel("rookery:client:call:start");
export const callEnd = channel("rookery:client:call:end");
export const stateChanged = channel("rookery:client:state");
export const connectionChanged = channel("rookery:client:connection");
