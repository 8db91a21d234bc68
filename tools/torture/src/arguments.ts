/** The command line of a run. */
import { parseArgs } from "node:util";
import { FAULT_KINDS, type FaultKind, SURVIVABLE_KINDS } from "./schedule.ts";
import { SPOILS } from "./spoils.ts";

/** A command line that says something it must not. `message` says what is allowed. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface RunOptions {
  readonly target: "rookery" | "zookeeper";
  readonly servers: 3 | 5;
  readonly observer: boolean;
  readonly minutes: number;
  readonly seed: number;
  /** Operations a second. */
  readonly rate: number;
  readonly faults: readonly FaultKind[];
  readonly kazoo: boolean;
  /** The spoil to apply to the evidence, to see a run fail. */
  readonly spoil: string | undefined;
  /** A variable that names a file of disk faults to each server. */
  readonly faultVariable: string | undefined;
  readonly keep: boolean;
}

export const HELP = `pnpm torture [flags]: an ensemble of real processes under load and faults, and whether it kept its promises

  --target <rookery|zookeeper>  whose servers (rookery)
  --servers <3|5>               voters (3)
  --observer                    and an observer
  --minutes <n>                 of load, from 0.2 (10)
  --seed <n>                    of the faults and the load; printed, by default random
  --rate <n>                    operations a second, at most (600)
  --faults <kinds>              a comma-separated list of kinds, "none" for none; by default all but wipe-majority,
                                which no ensemble survives: it shows what a failed run looks like
  --no-kazoo                    without the clients of kazoo
  --fault-variable <name>       each server gets a file's name in it, which says "slow" or "fail" while its disk should
  --spoil <name>                spoils what was seen before it is judged, to see a run fail; "list" lists the names
  --keep                        keeps data and output even if all is well
`;

/**
 * @param words - What follows the command. A first `--`, which pnpm hands on, is skipped.
 * @throws {@link UsageError}
 */
export function readArguments(words: readonly string[]): RunOptions {
  const values = parse(words[0] === "--" ? words.slice(1) : words);
  return {
    target: oneOf("target", values.target ?? "rookery", ["rookery", "zookeeper"]),
    servers: Number(oneOf("servers", values.servers ?? "3", ["3", "5"])) as 3 | 5,
    observer: values.observer ?? false,
    minutes: number("minutes", values.minutes ?? "10", 0.2, 24 * 60),
    seed: Math.floor(number("seed", values.seed ?? String(Math.floor(Math.random() * 2 ** 32)), 0, 2 ** 32 - 1)),
    rate: number("rate", values.rate ?? "600", 1, 5000),
    faults: faultKinds(values.faults),
    kazoo: !values["no-kazoo"],
    faultVariable: values["fault-variable"],
    spoil:
      values.spoil === undefined
        ? undefined
        : oneOf(
            "spoil",
            values.spoil,
            SPOILS.map(({ name }) => name),
          ),
    keep: values.keep ?? false,
  };
}

function parse(words: readonly string[]) {
  const text = { type: "string" } as const;
  const whether = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...words],
      options: {
        target: text,
        servers: text,
        observer: whether,
        minutes: text,
        seed: text,
        rate: text,
        faults: text,
        "no-kazoo": whether,
        "fault-variable": text,
        spoil: text,
        keep: whether,
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function faultKinds(given: string | undefined): readonly FaultKind[] {
  if (given === undefined) return SURVIVABLE_KINDS;
  if (given === "none") return [];
  const all = Object.keys(FAULT_KINDS) as FaultKind[];
  return given.split(",").map((kind) => oneOf("faults", kind, all));
}

function oneOf<const T extends string>(name: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find((choice) => choice === given);
  if (found === undefined) throw new UsageError(`--${name} must be of ${allowed.join(", ")}; not '${given}'`);
  return found;
}

function number(name: string, given: string, least: number, most: number): number {
  const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new UsageError(`--${name} must be a number from ${least} to ${most}, not '${given}'`);
  }
  return value;
}
