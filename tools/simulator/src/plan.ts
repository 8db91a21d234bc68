/**
 * What one run does, as data: the ensemble, its limits, which kinds of faults there are at all and how often (a swarm
 * configuration), and the schedule of faults. All of it follows from the seed and nothing here runs anything, so that a
 * failing plan can be printed, cut down and replayed.
 */
import type { Limits, MemberSpec, Timeouts } from "@rookery/consensus";
import { type Stream, stream } from "./chance.ts";
import { isQuorum } from "./quorum.ts";

/** One thing that goes wrong, complete in itself: taking it out leaves the rest as it was. Times in ms. */
export type Fault = { readonly at: number } & (
  | { readonly kind: "crash"; readonly member: number; readonly downMs: number }
  /** Crashes right after it has sent the next message of this type. */
  | { readonly kind: "crashAfter"; readonly member: number; readonly type: string; readonly downMs: number }
  | { readonly kind: "pause"; readonly member: number; readonly ms: number }
  /** Nothing gets from `from` to `to`. `loud`: both ends see the connection break at once. */
  | {
      readonly kind: "cut";
      readonly from: readonly number[];
      readonly to: readonly number[];
      readonly ms: number;
      readonly loud: number;
    }
  | { readonly kind: "flap"; readonly member: number; readonly peer: number; readonly ms: number }
  /** Everything sent from one to the other arrives late, in order. */
  | { readonly kind: "clog"; readonly member: number; readonly peer: number; readonly ms: number }
  | { readonly kind: "slowDisk"; readonly member: number; readonly ms: number; readonly factor: number }
  | { readonly kind: "storageFailure"; readonly member: number; readonly downMs: number }
  /** The data folder is emptied while the process is down. */
  | { readonly kind: "wipe"; readonly member: number; readonly downMs: number }
  /** The data folder is copied, and the copy put back `backMs` later. */
  | { readonly kind: "rollBack"; readonly member: number; readonly backMs: number; readonly downMs: number }
  /** A notification that nobody sent: anybody may claim to lead, or to follow anybody. */
  | {
      readonly kind: "forge";
      readonly member: number;
      readonly peer: number;
      readonly state: number;
      readonly leader: number;
      readonly established: number;
      readonly round: number;
      readonly vote: readonly number[];
    }
  /** `count` messages that once went from `peer` to `member` arrive again. */
  | { readonly kind: "replay"; readonly member: number; readonly peer: number; readonly count: number }
  /** To 0: whom the leader chooses. */
  | { readonly kind: "transfer"; readonly to: number }
  /** Whoever leads leaves in good order. */
  | { readonly kind: "drain"; readonly downMs: number }
);

export type FaultKind = Fault["kind"];

export const FAULT_KINDS: readonly FaultKind[] = [
  "crash",
  "crashAfter",
  "pause",
  "cut",
  "flap",
  "clog",
  "slowDisk",
  "storageFailure",
  "wipe",
  "rollBack",
  "forge",
  "replay",
  "transfer",
  "drain",
];

export interface Plan {
  readonly seed: number;
  readonly voters: number;
  readonly observers: number;
  /** One for each voter. */
  readonly weights: readonly number[];
  /** Group of each voter, 0 without groups. */
  readonly groups: readonly number[];
  readonly timeouts: Timeouts;
  readonly limits: Limits;
  /** The operator vouches for the empty disks of the first start. */
  readonly vouched: boolean;
  /** How long faults go on, before the quiet phase. */
  readonly faultMs: number;
  readonly network: Network;
  readonly disk: { readonly meanUs: number; readonly tearing: number };
  /** Clocks run fast or slow by up to so much of 1. */
  readonly drift: number;
  /** Effects are taken once an instant instead of once an input. */
  readonly turns: boolean;
  /** Messages and entries are frozen: who changes one in place is found out. */
  readonly freeze: boolean;
  /** Messages pass through the format of the wire, as bytes. */
  readonly codec: boolean;
  readonly state: {
    readonly applyUs: number;
    /** The state is made durable every so many entries. */
    readonly persistEvery: number;
    /** Entries of the log kept behind the durable state. */
    readonly keep: number;
    readonly snapshotMs: number;
  };
  readonly workload: {
    readonly proposeUs: number;
    readonly burst: number;
    readonly readUs: number;
    readonly bytes: number;
  };
  readonly quiet: {
    /** A bare quorum is healed, or every undamaged member. */
    readonly everybody: boolean;
    /** What becomes of the others: down, cut off, or cut off in one direction only. */
    readonly others: "down" | "cut" | "deaf" | "mute";
  };
  readonly faults: readonly Fault[];
}

/** Connections keep order and lose nothing without breaking, unless the unreliable rates say otherwise. */
export interface Network {
  readonly leastUs: number;
  readonly meanUs: number;
  /** A message is lost and its connection breaks. */
  readonly breaking: number;
  /** Against D6: lost, repeated and overtaken without anybody noticing. */
  readonly loss: number;
  readonly duplication: number;
  readonly reordering: number;
}

/** Faults that leave a disk without what it had acknowledged: such a member is no voter any more. */
export function damages(fault: Fault): boolean {
  return fault.kind === "wipe" || fault.kind === "rollBack";
}

export function specsOf(plan: Pick<Plan, "voters" | "observers" | "weights" | "groups">): MemberSpec[] {
  return Array.from({ length: plan.voters + plan.observers }, (_, at) => ({
    sid: at + 1,
    role: at < plan.voters ? ("participant" as const) : ("observer" as const),
    weight: at < plan.voters ? (plan.weights[at] ?? 1) : 1,
    group: at < plan.voters ? (plan.groups[at] ?? 0) : 0,
  }));
}

/** A plan but for its schedule. */
export type Shape = Omit<Plan, "faults">;

/** A family of plans that look for something in particular. */
export interface Swarm {
  /** What the seed would do by itself, changed. */
  readonly shape: (plan: Shape) => Shape;
  /** The only kinds of faults there are, and the mean time between two of each in election timeouts. */
  readonly every?: { readonly [kind in RatedKind]?: number };
  /** A disk is put back in every seed, and nothing else goes wrong. */
  readonly rollBack?: true;
}

/** The plan of a seed, or that of a swarm's. */
export function planOf(seed: number, swarm?: Swarm): Plan {
  const chance = stream(seed, "plan");
  const voters = chance.one([1, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 5, 5, 5, 5, 6, 7, 7]);
  const observers = chance.one([0, 0, 0, 0, 1, 1, 2, 3]);
  const { weights, groups } = quorumsOf(chance, voters);
  const electionMs = chance.one([200, 300, 500, 1000]);
  const timeouts: Timeouts = {
    heartbeatMs: Math.max(10, Math.floor(electionMs / 10)),
    electionMs,
    syncMs: electionMs * chance.one([2, 5, 10]),
    finalizeMs: Math.max(5, Math.floor(electionMs / 40)),
    notifyMs: Math.max(10, Math.floor(electionMs / 20)),
  };
  const tiny = chance.happens(0.4);
  const limits: Limits = {
    uncommittedEntries: tiny ? chance.one([1, 2, 5, 20]) : 4096,
    uncommittedBytes: tiny && chance.happens(0.5) ? 400 : 64 << 20,
    appendEntries: tiny ? chance.one([1, 2, 4, 64]) : 2048,
    appendBytes: tiny && chance.happens(0.5) ? 100 : 1 << 20,
    windowBytes: tiny && chance.happens(0.5) ? 400 : 8 << 20,
    windowEntries: tiny ? chance.one([1, 2, 8, 64]) : 16_384,
    tailEntries: chance.one([4, 16, 100, 65_536]),
    tailBytes: chance.happens(0.2) ? 1000 : 32 << 20,
    logReads: chance.one([1, 2]),
    snapshotSends: chance.one([1, 2]),
    pendingReads: tiny ? 4 : 65_536,
    counterMax: chance.happens(0.3) ? 15 : 0xffff_fff0,
    epochRows: chance.happens(0.15) ? 64 : 1024,
  };
  const unreliable = chance.happens(0.35);
  const network: Network = {
    leastUs: chance.one([50, 200, 1000]),
    meanUs: chance.one([100, 500, 2000, electionMs * 20]),
    breaking: chance.happens(0.25) ? chance.one([0.0005, 0.003, 0.01]) : 0,
    loss: unreliable && chance.happens(0.6) ? chance.one([0.005, 0.03, 0.15]) : 0,
    duplication: unreliable && chance.happens(0.6) ? chance.one([0.01, 0.1]) : 0,
    reordering: unreliable && chance.happens(0.6) ? chance.one([0.01, 0.1, 0.5]) : 0,
  };
  const faultMs = electionMs * chance.one([4, 6, 8, 12, 20]);
  const drawn: Shape = {
    seed,
    voters,
    observers,
    weights,
    groups,
    timeouts,
    limits,
    vouched: chance.happens(0.3),
    faultMs,
    network,
    disk: { meanUs: chance.one([200, 1000, 4000, electionMs * 20]), tearing: chance.happens(0.5) ? 0.3 : 0 },
    drift: chance.one([0, 0.001, 0.05]),
    turns: chance.happens(0.5),
    freeze: chance.happens(0.05),
    codec: stream(seed, "codec").happens(0.1),
    state: {
      applyUs: chance.one([0, 100, 2000, 20_000]),
      persistEvery: chance.one([1, 3, 10, 50, 1000]),
      keep: chance.one([0, 0, 2, 20, 1000]),
      snapshotMs: Math.ceil(electionMs * chance.one([0.01, 0.1, 1])),
    },
    workload: {
      proposeUs: (electionMs * 1000) / chance.one([4, 20, 50, 200]),
      burst: chance.one([1, 1, 3, 20]),
      readUs: (electionMs * 1000) / chance.one([2, 10, 50]),
      bytes: chance.one([8, 8, 40, 200]),
    },
    quiet: { everybody: chance.happens(0.4), others: chance.one(["down", "cut", "deaf", "mute"] as const) },
  };
  const plan = swarm === undefined ? drawn : swarm.shape(drawn);
  const rollBack = swarm === undefined || swarm.rollBack === true ? rollBackOf(plan, swarm) : undefined;
  if (rollBack === undefined) return { ...plan, faults: faultsOf(plan, swarm) };
  // Who witnessed what was acknowledged must live to tell it, so nothing else goes wrong.
  return { ...plan, network: { ...network, breaking: 0, loss: 0, duplication: 0, reordering: 0 }, faults: [rollBack] };
}

/** In one seed of thirty: a disk is put back to what it was a little before. */
function rollBackOf(plan: Shape, swarm: Swarm | undefined): Fault | undefined {
  const chance = stream(plan.seed, "faults roll back");
  const specs = specsOf(plan);
  if (plan.voters < 3 || !chance.happens(swarm === undefined ? 1 / 30 : 1)) return undefined;
  const member = 1 + chance.below(plan.voters);
  const rest = specs.filter(({ sid }) => sid !== member).map(({ sid }) => sid);
  if (!isQuorum(specs, rest)) return undefined;
  const election = plan.timeouts.electionMs;
  const at = chance.below(plan.faultMs - 2 * election);
  return { kind: "rollBack", at, member, backMs: 1 + chance.around(election / 2), downMs: 1 + chance.around(election) };
}

function quorumsOf(chance: Stream, voters: number): { weights: number[]; groups: number[] } {
  const ones = Array.from({ length: voters }, () => 1);
  const none = Array.from({ length: voters }, () => 0);
  if (voters < 3 || !chance.happens(0.12)) return { weights: ones, groups: none };
  if (chance.happens(0.5)) {
    // At least one can stand.
    const weights = ones.map((one, at) => (at === 0 ? one : chance.one([0, 1, 1, 2, 3])));
    return { weights, groups: none };
  }
  return { weights: ones, groups: none.map((_, at) => 1 + (at % 3)) };
}

type RatedKind = Exclude<FaultKind, "wipe" | "rollBack">;

/** Mean time between two faults of a kind, in election timeouts, and how many seeds have the kind at all. */
const RATES: Readonly<Record<RatedKind, { readonly share: number; readonly every: readonly number[] }>> = {
  crash: { share: 0.6, every: [0.7, 2, 6] },
  crashAfter: { share: 0.35, every: [1, 3] },
  pause: { share: 0.35, every: [1, 4] },
  cut: { share: 0.5, every: [1, 3, 6] },
  flap: { share: 0.3, every: [0.5, 2] },
  clog: { share: 0.35, every: [0.5, 2] },
  slowDisk: { share: 0.25, every: [3, 6] },
  storageFailure: { share: 0.15, every: [4, 10] },
  forge: { share: 0.15, every: [0.02, 0.1, 0.5] },
  replay: { share: 0.3, every: [0.1, 0.5] },
  transfer: { share: 0.35, every: [1, 4] },
  drain: { share: 0.25, every: [3, 8] },
};

const CRASH_POINTS = ["newEpoch", "ackEpoch", "append", "appendAck", "heartbeat", "join", "transferLead", "hail"];

function faultsOf(plan: Shape, swarm: Swarm | undefined): Fault[] {
  const { seed, faultMs, voters } = plan;
  const election = plan.timeouts.electionMs;
  const members = Array.from({ length: voters + plan.observers }, (_, at) => at + 1);
  const faults: Fault[] = [];
  for (const [kind, { share, every }] of Object.entries(RATES)) {
    const chance = stream(seed, `faults ${kind}`);
    const pinned = swarm?.every?.[kind as RatedKind];
    if (!chance.happens(swarm?.every === undefined ? share : Number(pinned !== undefined))) continue;
    const mean = (pinned ?? chance.one(every)) * election;
    const length = chance.one([0.1, 0.5, 2]) * election;
    const make = makers[kind as RatedKind];
    for (let at = chance.around(mean); at < faultMs; at += 1 + chance.around(mean)) {
      const fault = make(at, 1 + chance.around(length), chance, members, voters);
      if (fault !== undefined) faults.push(fault);
    }
  }
  faults.push(...damageOf(plan));
  return faults.sort((a, b) => a.at - b.at);
}

/** Damage to disks stays with so few voters that the others are a quorum: more cannot be survived. */
function damageOf(plan: Shape): Fault[] {
  const chance = stream(plan.seed, "faults damage");
  if (!chance.happens(0.25)) return [];
  const specs = specsOf(plan);
  const victims: number[] = [];
  for (const { sid } of chance.some(specs, specs.length)) {
    const rest = specs.filter((spec) => spec.sid !== sid && !victims.includes(spec.sid)).map((spec) => spec.sid);
    if (chance.happens(0.5) && isQuorum(specs, rest)) victims.push(sid);
  }
  const election = plan.timeouts.electionMs;
  return victims.map((member) => ({
    kind: "wipe" as const,
    at: chance.happens(0.3) ? chance.below(2 * election) : chance.below(plan.faultMs),
    member,
    downMs: 1 + chance.around(election),
  }));
}

type Maker = (at: number, ms: number, chance: Stream, members: readonly number[], voters: number) => Fault | undefined;

const makers: Readonly<Record<RatedKind, Maker>> = {
  crash: (at, downMs, chance, members) => ({ kind: "crash", at, member: chance.one(members), downMs }),
  crashAfter: (at, downMs, chance, members) => ({
    kind: "crashAfter",
    at,
    member: chance.one(members),
    type: chance.one(CRASH_POINTS),
    downMs,
  }),
  pause: (at, ms, chance, members) => ({ kind: "pause", at, member: chance.one(members), ms }),
  cut: (at, ms, chance, members) => {
    const from = chance.some(members, chance.between(1, Math.max(1, members.length - 1)));
    const others = members.filter((sid) => !from.includes(sid));
    const to = chance.happens(0.7) ? others : chance.some(members, chance.between(1, members.length));
    const cut = { kind: "cut" as const, at, from, to, ms, loud: chance.below(2) };
    return to.length === 0 ? undefined : cut;
  },
  flap: (at, ms, chance, members) => {
    const [member, peer] = pair(chance, members);
    return { kind: "flap", at, member, peer, ms: Math.ceil(ms / 4) };
  },
  clog: (at, ms, chance, members) => {
    const [member, peer] = pair(chance, members);
    return { kind: "clog", at, member, peer, ms };
  },
  slowDisk: (at, ms, chance, members) => ({
    kind: "slowDisk",
    at,
    member: chance.one(members),
    ms,
    factor: chance.one([5, 50, 500]),
  }),
  storageFailure: (at, downMs, chance, members) => ({
    kind: "storageFailure",
    at,
    member: chance.one(members),
    downMs,
  }),
  forge: (at, _, chance, members, voters) => {
    const [member, peer] = pair(chance, members);
    return {
      kind: "forge",
      at,
      member,
      peer,
      state: chance.below(3),
      leader: chance.happens(0.7) ? peer : 1 + chance.below(voters),
      established: chance.below(2),
      round: chance.happens(0.9) ? chance.below(30) : chance.below(100_000),
      vote: [chance.below(20), chance.below(40), 0, 1 + chance.below(voters)],
    };
  },
  replay: (at, _, chance, members) => {
    const [member, peer] = pair(chance, members);
    return { kind: "replay", at, member, peer, count: chance.between(1, 8) };
  },
  transfer: (at, _, chance, _members, voters) => ({
    kind: "transfer",
    at,
    to: chance.happens(0.5) ? 0 : 1 + chance.below(voters),
  }),
  drain: (at, downMs) => ({ kind: "drain", at, downMs }),
};

/** Two different members; twice the same in an ensemble of one. */
function pair(chance: Stream, members: readonly number[]): [number, number] {
  const first = chance.one(members);
  const others = members.filter((sid) => sid !== first);
  return [first, others.length === 0 ? first : chance.one(others)];
}
