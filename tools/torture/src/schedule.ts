/** Which faults come when: drawn from a seed before the run, as data, so that it can be printed and had again. */
import { Chance } from "./chance.ts";

interface KindRules {
  readonly about: string;
  /** Faults of two areas may happen at the same time. */
  readonly area: "process" | "network" | "disk" | "clock";
  /** Seconds from and to; 0 for what has no end of its own. */
  readonly lasts: readonly [number, number];
}

export const FAULT_KINDS = {
  "kill-leader": { about: "SIGKILL, started again later", area: "process", lasts: [1, 4] },
  "kill-follower": { about: "SIGKILL, started again later", area: "process", lasts: [1, 4] },
  "kill-all": { about: "SIGKILL to all at once", area: "process", lasts: [0.5, 2] },
  "hunt-leaders": {
    about: "SIGKILL to one leader after another, each started again at once",
    area: "process",
    lasts: [6, 8],
  },
  "pause-leader": { about: "SIGSTOP, longer than an election takes", area: "process", lasts: [3.5, 4.5] },
  "pause-leader-long": { about: "SIGSTOP, longer than sessions live", area: "process", lasts: [9, 10] },
  "pause-follower": { about: "SIGSTOP, longer than an election takes", area: "process", lasts: [3.5, 4.5] },
  "pause-follower-long": { about: "SIGSTOP, longer than sessions live", area: "process", lasts: [9, 10] },
  stutter: { about: "one server runs a tenth of the time", area: "process", lasts: [4, 6] },
  "rolling-restart": {
    about: "SIGTERM, each server in turn once the last one serves again",
    area: "process",
    lasts: [0, 0],
  },
  "isolate-leader": { about: "nothing between the leader and the others", area: "network", lasts: [4, 8] },
  "isolate-follower": { about: "nothing between a follower and the others", area: "network", lasts: [4, 8] },
  "mute-leader": { about: "nothing from the leader reaches the others", area: "network", lasts: [4, 8] },
  "deafen-leader": { about: "nothing from the others reaches the leader", area: "network", lasts: [4, 8] },
  "cut-link": { about: "nothing between two servers", area: "network", lasts: [4, 8] },
  "one-way-link": { about: "nothing from one server to another", area: "network", lasts: [4, 8] },
  "flap-links": {
    about: "links between random servers are cut for less than a second",
    area: "network",
    lasts: [4, 8],
  },
  "reset-links": { about: "all connections between servers break", area: "network", lasts: [0, 0] },
  "slow-links": { about: "20 to 150 ms between all servers", area: "network", lasts: [4, 8] },
  "full-disk": { about: "no space left for one server", area: "disk", lasts: [3, 6] },
  "slow-disk": { about: "one server's disk takes 30 ms more a write", area: "disk", lasts: [4, 6] },
  "failing-disk": { about: "one server's disk fails to flush", area: "disk", lasts: [2, 3] },
  "wipe-majority": { about: "a majority loses its data, which no ensemble survives", area: "disk", lasts: [5, 8] },
  "clock-jump": { about: "one server's clock jumps by hours", area: "clock", lasts: [3, 6] },
} as const satisfies Readonly<Record<string, KindRules>>;

export type FaultKind = keyof typeof FAULT_KINDS;

/** What an ensemble has to survive: all kinds but those that only show what a failed run looks like. */
export const SURVIVABLE_KINDS = (Object.keys(FAULT_KINDS) as FaultKind[]).filter((kind) => kind !== "wipe-majority");

export interface Fault {
  readonly kind: FaultKind;
  /** Seconds from the beginning of the load. */
  readonly at: number;
  /** Seconds; 0 for what has no end of its own. */
  readonly lasts: number;
  /** Seeds what is left to decide when it comes: which follower, which link. */
  readonly pick: number;
}

/** How long nothing happens at the beginning, so that there is something to lose. */
const CALM_BEFORE = 4;
/** Time to recover: less than this would only ever show the ensemble electing. */
const BETWEEN: readonly [number, number] = [4, 8];
const OVERLAP_PROBABILITY = 0.2;

/**
 * Every kind comes once, in random order, before any comes again. Now and then one starts while the last is still on.
 *
 * @param kinds - Those that can be had here. At least one.
 * @param seconds - Of the load. Faults end before it does.
 */
export function schedule(seed: number, kinds: readonly FaultKind[], seconds: number): readonly Fault[] {
  const chance = Chance.stream(seed, "schedule");
  const faults: Fault[] = [];
  let waiting: FaultKind[] = [];
  let at = CALM_BEFORE;
  let lastOverlaps = false;
  for (;;) {
    if (waiting.length === 0) waiting = chance.shuffled(kinds);
    const kind = waiting.shift() as FaultKind;
    const [least, most] = FAULT_KINDS[kind].lasts;
    const lasts = rounded(chance.between(least, most));
    const last: Fault | undefined = faults.at(-1);
    const draw = chance.happens(OVERLAP_PROBABILITY);
    const overlapped: Fault | undefined =
      draw && !lastOverlaps && last && mayOverlap(last.kind, kind) ? last : undefined;
    lastOverlaps = overlapped !== undefined;
    const begins = overlapped === undefined ? at : overlapped.at + overlapped.lasts / 2;
    if (begins + lasts + BETWEEN[0] > seconds) return faults;
    faults.push({ kind, at: rounded(begins), lasts, pick: chance.below(0x1_0000_0000) });
    at = Math.max(at, begins + lasts + chance.between(...BETWEEN));
  }
}

/** As the run prints it. */
export function describeSchedule(faults: readonly Fault[]): string {
  return faults
    .map(({ kind, at, lasts }) => {
      const until = lasts === 0 ? "" : ` for ${lasts.toFixed(1)} s`;
      return `  ${at.toFixed(1).padStart(6)} s  ${kind}${until}: ${FAULT_KINDS[kind].about}\n`;
    })
    .join("");
}

export function mayOverlap(a: FaultKind, b: FaultKind): boolean {
  return FAULT_KINDS[a].area !== FAULT_KINDS[b].area;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
