/** Cuts a failing plan down to what the failure needs: features off, faults out, members away, the run shorter. */
import { damages, type Fault, type Plan } from "./plan.ts";
import { run } from "./world.ts";

/** What fails later is not wanted. */
const EVENTS_MAX = 2_000_000;

export interface Minimized {
  readonly plan: Plan;
  readonly runs: number;
}

/**
 * The smallest plan found that still breaks the same rule.
 * @param runsMax - How often a plan may be run in the search. @param fails - Stands in for running it, in tests.
 */
export function minimize(plan: Plan, rule: string, runsMax = 1500, fails = breaks(rule)): Minimized {
  let best = plan;
  let runs = 0;
  const attempt = (candidate: Plan): boolean => {
    if (runs >= runsMax) return false;
    runs++;
    if (!fails(candidate)) return false;
    best = candidate;
    return true;
  };
  for (let before = -1; before !== sizeOf(best) && runs < runsMax; ) {
    before = sizeOf(best);
    for (const simplify of SIMPLER) {
      const candidate = simplify(best);
      if (JSON.stringify(candidate) !== JSON.stringify(best)) attempt(candidate);
    }
    for (const at of [0.25, 0.5, 0.75, 0.9]) if (attempt(shorter(best, at))) break;
    withoutFaults(() => best, attempt);
    for (let member = best.voters + best.observers; member > 1; member--) attempt(without(best, member));
  }
  return { plan: best, runs };
}

function breaks(rule: string): (plan: Plan) => boolean {
  return (plan) => run(plan, { eventsMax: EVENTS_MAX }).violation?.rule === rule;
}

/** ddmin: leaves out ever smaller pieces of the schedule. */
function withoutFaults(best: () => Plan, attempt: (plan: Plan) => boolean): void {
  for (let size = Math.ceil(best().faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best().faults.length; ) {
      const { faults } = best();
      const rest = [...faults.slice(0, from), ...faults.slice(from + size)];
      if (!attempt({ ...best(), faults: rest })) from += size;
    }
  }
}

/** Takes the last member away and, with it, what happened to it. */
function without(plan: Plan, member: number): Plan {
  const faults = plan.faults.flatMap((fault): Fault[] => {
    const named = ("member" in fault && fault.member === member) || ("peer" in fault && fault.peer === member);
    if (named || ("leader" in fault && fault.leader === member)) return [];
    if (fault.kind !== "cut") return [fault];
    const from = fault.from.filter((sid) => sid !== member);
    const to = fault.to.filter((sid) => sid !== member);
    return from.length === 0 || to.length === 0 ? [] : [{ ...fault, from, to }];
  });
  if (member > plan.voters) return { ...plan, observers: plan.observers - 1, faults };
  // Of voters only the last goes, and only where enough others keep their disks.
  if (plan.observers > 0 || plan.voters <= 3 || faults.filter(damages).length > 0) return plan;
  const voters = plan.voters - 1;
  return { ...plan, voters, weights: plan.weights.slice(0, voters), groups: plan.groups.slice(0, voters), faults };
}

function shorter(plan: Plan, share: number): Plan {
  const faultMs = Math.ceil(plan.faultMs * share);
  return { ...plan, faultMs, faults: plan.faults.filter(({ at }) => at < faultMs) };
}

function sizeOf(plan: Plan): number {
  return JSON.stringify(plan).length;
}

const SIMPLER: readonly ((plan: Plan) => Plan)[] = [
  (plan) => ({ ...plan, network: { ...plan.network, loss: 0, duplication: 0, reordering: 0 } }),
  (plan) => ({ ...plan, network: { ...plan.network, loss: 0 } }),
  (plan) => ({ ...plan, network: { ...plan.network, duplication: 0 } }),
  (plan) => ({ ...plan, network: { ...plan.network, reordering: 0 } }),
  (plan) => ({ ...plan, network: { ...plan.network, breaking: 0 } }),
  (plan) => ({ ...plan, network: { ...plan.network, leastUs: 200, meanUs: 100 } }),
  (plan) => ({ ...plan, disk: { ...plan.disk, tearing: 0 } }),
  (plan) => ({ ...plan, disk: { ...plan.disk, meanUs: 200 } }),
  (plan) => ({ ...plan, drift: 0 }),
  (plan) => ({ ...plan, turns: false }),
  (plan) => ({ ...plan, freeze: false }),
  (plan) => ({ ...plan, codec: false }),
  (plan) => ({ ...plan, vouched: false }),
  (plan) => ({ ...plan, observers: 0 }),
  (plan) => ({ ...plan, weights: plan.weights.map(() => 1), groups: plan.groups.map(() => 0) }),
  (plan) => ({ ...plan, limits: { ...plan.limits, counterMax: 0xffff_fff0 } }),
  (plan) => ({ ...plan, limits: { ...plan.limits, epochRows: 1024 } }),
  (plan) => ({ ...plan, limits: { ...plan.limits, tailEntries: 65_536, tailBytes: 32 << 20 } }),
  (plan) => ({ ...plan, limits: { ...plan.limits, windowEntries: 16_384, windowBytes: 8 << 20 } }),
  (plan) => ({ ...plan, limits: { ...plan.limits, appendEntries: 2048, appendBytes: 1 << 20 } }),
  (plan) => ({
    ...plan,
    limits: { ...plan.limits, uncommittedEntries: 4096, uncommittedBytes: 64 << 20, pendingReads: 65_536 },
  }),
  (plan) => ({ ...plan, limits: { ...plan.limits, logReads: 2, snapshotSends: 2 } }),
  (plan) => ({ ...plan, state: { ...plan.state, keep: 1000, persistEvery: 1000 } }),
  (plan) => ({ ...plan, state: { ...plan.state, applyUs: 0, snapshotMs: 10 } }),
  (plan) => ({ ...plan, workload: { ...plan.workload, readUs: 100_000_000 } }),
  (plan) => ({ ...plan, workload: { ...plan.workload, burst: 1, bytes: 8 } }),
  (plan) => ({ ...plan, workload: { ...plan.workload, proposeUs: 100_000 } }),
  (plan) => ({ ...plan, workload: { ...plan.workload, proposeUs: 100_000_000 } }),
  (plan) => ({ ...plan, quiet: { ...plan.quiet, everybody: true } }),
  (plan) => ({ ...plan, quiet: { ...plan.quiet, others: "down" as const } }),
];
