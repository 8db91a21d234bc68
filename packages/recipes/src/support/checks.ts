/** Options that several recipes share: a mistake is an error at once, and says what is allowed. */
import { type Acl, CoordinationError } from "@rookery/client";
import type { LossPolicy } from "./lease.ts";

/** What the znodes of a holder or contender are like. */
export interface ContenderOptions {
  /** What this one calls itself, for others to see: the znode's data. Default: nothing. */
  readonly id?: string | undefined;
  /** Of the znodes. Default: the client's. */
  readonly acl?: readonly Acl[] | undefined;
  /** Default `connection`. */
  readonly lossPolicy?: LossPolicy | undefined;
}

export interface CheckedContender {
  readonly id: string;
  readonly acl: readonly Acl[] | undefined;
  readonly lossPolicy: LossPolicy;
}

/** @throws CoordinationError `BAD_ARGUMENTS` */
export function contenderOptions({ id = "", acl, lossPolicy = "connection" }: ContenderOptions): CheckedContender {
  if (typeof id !== "string") throw badArgument(`id is of type ${typeof id}: it must be a string.`);
  if (lossPolicy !== "connection" && lossPolicy !== "session")
    throw badArgument(`lossPolicy is ${String(lossPolicy)}: it must be "connection" or "session".`);
  return { id, acl, lossPolicy };
}

/** @throws CoordinationError `BAD_ARGUMENTS` */
export function checkPath(path: string): string {
  if (typeof path !== "string" || !path.startsWith("/") || (path.endsWith("/") && path !== "/"))
    throw badArgument(`The path is ${JSON.stringify(path)}: it must begin with a "/", and not end with one.`);
  return path;
}

export function badArgument(message: string): CoordinationError {
  return new CoordinationError("BAD_ARGUMENTS", message);
}

/** @throws CoordinationError `BAD_ARGUMENTS` */
export function positiveInteger(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw badArgument(`${name} is ${String(value)}: it must be a positive integer.`);
}
