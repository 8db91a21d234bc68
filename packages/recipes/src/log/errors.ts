/** What a log refuses beyond what its client does. */
import { CoordinationError, formatZxid, type Zxid } from "@rookery/client";

/** The entries that were asked for have been truncated. Code `NO_NODE`. Go on from `first`, knowing that something is missed. */
export class LogTruncatedError extends CoordinationError {
  /** What was asked for. */
  readonly position: number;
  /** The first position that can be read. */
  readonly first: number;

  constructor(path: string, position: number, first: number) {
    super("NO_NODE", `entry ${position} of the log ${path} has been truncated: the first there is now is ${first}`, {
      path,
    });
    this.position = position;
    this.first = first;
  }
}

/**
 * A later holder of the lease has written, or fenced the log. Code `BAD_VERSION`; nothing was appended. Stop: somebody else owns
 * the log now.
 */
export class LogFencedError extends CoordinationError {
  /** The token that the log demands at least. */
  readonly token: Zxid;

  constructor(path: string, given: Zxid | undefined, token: Zxid) {
    const what = given === undefined ? "no lease was given" : `the lease's token is ${formatZxid(given)}`;
    super("BAD_VERSION", `the log ${path} is fenced: ${what}, and it takes none before ${formatZxid(token)}`, { path });
    this.token = token;
  }
}
