/** What a run is made of, drawn from its seed up front as data: so a run can be told, cut down and replayed. */
import type { Limits } from "@rookery/consensus";
import type { Lane } from "@rookery/storage";
import { type Stream, stream } from "../chance.ts";
import type { LinkRates } from "./peer-links.ts";

/** Member 0 is whoever leads at that moment. */
export type MemberFault = { readonly atMs: number } & (
  | { readonly kind: "crash"; readonly member: number; readonly downMs: number }
  | { readonly kind: "restart"; readonly member: number; readonly downMs: number }
  | { readonly kind: "pause"; readonly member: number; readonly ms: number }
  | {
      readonly kind: "cut";
      readonly from: readonly number[];
      readonly to: readonly number[];
      readonly ms: number;
      readonly loud: boolean;
    }
  | { readonly kind: "isolate"; readonly member: number; readonly ms: number; readonly loud: boolean }
  | { readonly kind: "flap"; readonly member: number; readonly peer: number; readonly ms: number }
  | { readonly kind: "clog"; readonly member: number; readonly peer: number; readonly ms: number }
  | { readonly kind: "breakBulk"; readonly member: number; readonly peer: number }
  | { readonly kind: "slowDisk"; readonly member: number; readonly factor: number; readonly ms: number }
  | { readonly kind: "storageFailure"; readonly member: number; readonly lane: Lane; readonly downMs: number }
  | { readonly kind: "space"; readonly member: number; readonly space: "low" | "none"; readonly ms: number }
  | { readonly kind: "wipe"; readonly member: number; readonly downMs: number }
  | { readonly kind: "rollBack"; readonly member: number; readonly backMs: number; readonly downMs: number }
  | { readonly kind: "clockJump"; readonly member: number; readonly ms: number }
  | { readonly kind: "clientCrash"; readonly client: number; readonly silent: boolean }
  | { readonly kind: "clientSever"; readonly client: number; readonly silent: boolean }
);

export interface MembersPlan {
  readonly seed: number;
  readonly voters: number;
  readonly observers: number;
  readonly tickMs: number;
  readonly electionMs: number;
  /** Messages between members go through the codec. */
  readonly codec: boolean;
  readonly network: LinkRates;
  readonly disk: { readonly leastUs: number; readonly meanUs: number };
  readonly logEntriesKept: number;
  /** How often members write their states, beside what they do by themselves, milliseconds; 0: never. */
  readonly commitMs: number;
  readonly limits: Partial<Limits>;
  readonly clients: number;
  /** Requests of one client under way at a time, and its mean pause between two, microseconds. */
  readonly pipeline: number;
  readonly thinkUs: number;
  /** Sessions' timeout, in ticks. */
  readonly sessionTicks: number;
  readonly faultsMs: number;
  readonly faults: readonly MemberFault[];
}

const KINDS = [
  "crash",
  "crash",
  "restart",
  "pause",
  "cut",
  "isolate",
  "flap",
  "clog",
  "breakBulk",
  "slowDisk",
  "storageFailure",
  "space",
  "wipe",
  "rollBack",
  "clockJump",
  "clientCrash",
  "clientSever",
] as const;

export function membersPlanOf(seed: number): MembersPlan {
  const chance = stream(seed, "members plan");
  const voters = chance.one([3, 3, 3, 5]);
  const observers = chance.happens(0.35) ? chance.between(1, 2) : 0;
  const tickMs = chance.one([100, 200, 400]);
  const electionMs = chance.one([200, 400, 800]);
  const faultsMs = chance.one([3000, 6000, 12_000]);
  const clients = chance.between(2, 8);
  const count = voters + observers;
  const limits: { -readonly [K in keyof Limits]?: Limits[K] } = {};
  if (chance.happens(0.4)) limits.counterMax = chance.one([60, 200, 1000]);
  if (chance.happens(0.4)) limits.tailEntries = chance.one([16, 100]);
  if (chance.happens(0.3)) limits.appendEntries = chance.one([1, 4, 16]);
  if (chance.happens(0.2)) limits.windowEntries = chance.one([16, 64]);
  return {
    seed,
    voters,
    observers,
    tickMs,
    electionMs,
    codec: chance.happens(0.1),
    network: {
      leastUs: chance.between(20, 200),
      meanUs: chance.one([50, 300, 3000]),
      breaking: chance.happens(0.3) ? 0.0005 : 0,
    },
    disk: { leastUs: chance.between(10, 100), meanUs: chance.one([50, 500, 5000]) },
    logEntriesKept: chance.one([0, 20, 200, 100_000]),
    commitMs: chance.one([0, 100, 700]),
    limits,
    clients,
    pipeline: chance.one([1, 4, 16]),
    // So that a run is not mostly clients.
    thinkUs: chance.one([1000, 5000, 15_000]) * clients,
    sessionTicks: chance.one([2, 5, 10]),
    faultsMs,
    faults: faultsOf(stream(seed, "member faults"), faultsMs, voters, count, clients),
  };
}

/** Each run has some kinds of faults and not others. */
function faultsOf(chance: Stream, faultsMs: number, voters: number, count: number, clients: number): MemberFault[] {
  const kinds = KINDS.filter(() => chance.happens(0.4));
  const faults: MemberFault[] = [];
  if (kinds.length === 0) return faults;
  const meanMs = chance.one([150, 500, 1500]);
  const sids = Array.from({ length: count }, (_, at) => at + 1);
  const whom = () => (chance.happens(0.35) ? 0 : chance.between(1, count));
  for (let atMs = chance.between(0, 1500); atMs < faultsMs; atMs += 1 + chance.around(meanMs)) {
    const kind = chance.one(kinds);
    const downMs = chance.one([1, 50, 400, 2000]);
    const ms = 1 + chance.around(chance.one([30, 300, 1500]));
    const member = whom();
    const peer = chance.between(1, count);
    switch (kind) {
      case "crash":
      case "restart":
        faults.push({ atMs, kind, member, downMs });
        break;
      case "pause":
        faults.push({ atMs, kind, member, ms });
        break;
      case "cut": {
        const from = chance.some(sids, chance.between(1, count - 1));
        const rest = sids.filter((sid) => !from.includes(sid));
        faults.push({ atMs, kind, from, to: rest, ms, loud: chance.happens(0.5) });
        break;
      }
      case "isolate":
        faults.push({ atMs, kind, member, ms, loud: chance.happens(0.5) });
        break;
      case "flap":
      case "clog":
        faults.push({ atMs, kind, member, peer, ms });
        break;
      case "breakBulk":
        faults.push({ atMs, kind, member, peer });
        break;
      case "slowDisk":
        faults.push({ atMs, kind, member, factor: chance.one([5, 50, 300]), ms });
        break;
      case "storageFailure":
        faults.push({ atMs, kind, member, lane: chance.one(["log", "state", "meta"]), downMs });
        break;
      case "space":
        faults.push({ atMs, kind, member, space: chance.one(["low", "none"]), ms });
        break;
      case "wipe":
        faults.push({ atMs, kind, member: chance.between(1, voters), downMs });
        break;
      case "rollBack":
        faults.push({ atMs, kind, member: chance.between(1, voters), backMs: chance.between(500, 4000), downMs });
        break;
      case "clockJump":
        faults.push({ atMs, kind, member, ms: chance.between(-3_600_000, 3_600_000) });
        break;
      case "clientCrash":
      case "clientSever":
        faults.push({ atMs, kind, client: chance.between(1, clients), silent: chance.happens(0.5) });
        break;
    }
  }
  return faults;
}
