/** Families of plans in which one thing in particular is likely. What random seeds reach too seldom is looked for there. */
import type { Shape, Swarm } from "./plan.ts";

/** A small ensemble with little to do, so that many elections go into few events. */
function small(plan: Shape, voters = 3): Shape {
  const electionMs = 200;
  return {
    ...plan,
    voters,
    observers: 0,
    weights: Array.from({ length: voters }, () => 1),
    groups: Array.from({ length: voters }, () => 0),
    timeouts: { heartbeatMs: 20, electionMs, syncMs: 1000, finalizeMs: 5, notifyMs: 10 },
    limits: { ...plan.limits, counterMax: 0xffff_fff0, epochRows: 1024 },
    faultMs: 20 * electionMs,
    network: { leastUs: 200, meanUs: 500, breaking: 0, loss: 0, duplication: 0, reordering: 0 },
    disk: { meanUs: 1000, tearing: 0 },
    state: { ...plan.state, applyUs: 100, snapshotMs: Math.min(plan.state.snapshotMs, electionMs / 2) },
    workload: { proposeUs: 10_000, burst: 3, readUs: 100_000, bytes: 8 },
  };
}

export const SWARMS: Readonly<Record<string, Swarm>> = {
  /** A disk put back in every seed; in every second, epochs change meanwhile. */
  "put back": {
    shape: (plan) => {
      const shape = small(plan);
      if (plan.seed % 2 === 1) return { ...shape, vouched: false };
      const limits = { ...shape.limits, counterMax: 15 };
      const network = { ...shape.network, leastUs: 5000, meanUs: 5000 };
      return { ...shape, vouched: false, limits, network, workload: { ...shape.workload, proposeUs: 40_000 } };
    },
    rollBack: true,
  },
  /** Leaders come and go with entries that nobody else has, and messages of all ages arrive again. */
  echo: {
    shape: (plan) => {
      const shape = small(plan);
      return {
        ...shape,
        network: { ...shape.network, reordering: 0.1, duplication: 0.05 },
        disk: { meanUs: 4000, tearing: 0.3 },
      };
    },
    every: { replay: 0.05, crash: 1.5, cut: 1, pause: 3 },
  },
  /** Leaders are left with many entries that nobody else has, and what is sent in their place comes in pieces, in any order. */
  suffixes: {
    shape: (plan) => {
      const shape = small(plan);
      return {
        ...shape,
        limits: { ...shape.limits, uncommittedEntries: 4096, appendEntries: 2, windowEntries: 64 },
        network: { ...shape.network, reordering: 0.3, loss: 0.05 },
        workload: { ...shape.workload, proposeUs: 20_000, burst: 20 },
      };
    },
    every: { crash: 1.5, cut: 0.7 },
  },
  /** Elections all the time, with few entries and slow disks: whatever an election forgets is missed at once. */
  elections: {
    shape: (plan) => {
      const shape = small(plan, plan.seed % 3 === 0 ? 5 : 3);
      return {
        ...shape,
        disk: { meanUs: 4000, tearing: 0 },
        workload: { ...shape.workload, proposeUs: 20_000, burst: 1 },
      };
    },
    every: { crash: 0.7, crashAfter: 1, cut: 1, slowDisk: 4 },
  },
  /** Anybody claims to lead, or to follow anybody. */
  liars: {
    shape: (plan) => small(plan),
    every: { forge: 0.02, cut: 1, crash: 2, replay: 0.3, flap: 1 },
  },
  /** Epochs change in place every few entries. */
  bumps: {
    shape: (plan) => {
      const shape = small(plan);
      return {
        ...shape,
        limits: { ...shape.limits, counterMax: 15 },
        state: { ...shape.state, persistEvery: 3, keep: 0 },
      };
    },
    every: { crash: 1, cut: 1, flap: 1, transfer: 2 },
  },
  /** The log is trimmed behind every state, and whoever was away for a moment needs a snapshot. */
  snapshots: {
    shape: (plan) => {
      const shape = small(plan);
      return {
        ...shape,
        state: { applyUs: 100, persistEvery: 1, keep: 0, snapshotMs: 4 },
        workload: { ...shape.workload, proposeUs: 3000 },
      };
    },
    every: { crash: 0.7, cut: 1, flap: 0.7, clog: 1, slowDisk: 2, transfer: 3, replay: 0.3 },
  },
  /** Snapshots take so long that epochs change meanwhile. */
  "long snapshots": {
    shape: (plan) => {
      const shape = small(plan);
      return {
        ...shape,
        observers: 2,
        limits: { ...shape.limits, counterMax: 15, snapshotSends: 1 },
        state: { applyUs: 100, persistEvery: 1, keep: 0, snapshotMs: 100 },
      };
    },
    every: { crash: 0.7, cut: 1 },
  },
  /** Leaders hand over while the others lag behind. */
  transfers: {
    shape: (plan) => ({ ...small(plan), disk: { meanUs: 4000, tearing: 0 } }),
    every: { transfer: 0.5, drain: 3, clog: 1, slowDisk: 2, cut: 3 },
  },
  /** Reads all the time, at leaders that do not know that they are none any more. */
  reads: {
    shape: (plan) => {
      const shape = small(plan);
      return { ...shape, state: { ...shape.state, applyUs: 2000 }, workload: { ...shape.workload, readUs: 2000 } };
    },
    every: { cut: 0.7, clog: 0.7, pause: 1, transfer: 2 },
  },
  /** Next to nothing is proposed: what the next proposal would mend is seen. */
  idle: {
    shape: (plan) => {
      const shape = small(plan, plan.seed % 2 === 0 ? 1 : 3);
      return { ...shape, observers: 1, workload: { proposeUs: 100_000_000, burst: 1, readUs: 100_000_000, bytes: 8 } };
    },
    every: { pause: 2, cut: 3, clog: 2 },
  },
  /** In the end one member is not heard, though it hears. */
  mute: {
    shape: (plan) => ({ ...small(plan, 3 + (plan.seed % 3)), quiet: { everybody: false, others: "mute" } }),
    every: { crash: 3, cut: 3 },
  },
  /** In the end some are heard that hear nobody, and all others must agree. */
  deaf: {
    shape: (plan) => ({ ...small(plan, plan.seed % 2 === 0 ? 7 : 5), quiet: { everybody: false, others: "deaf" } }),
    every: { crash: 2, cut: 3, clog: 1, drain: 4 },
  },
  /** Only a few epochs are remembered, and they change all the time. */
  "few rows": {
    shape: (plan) => {
      const shape = small(plan);
      return {
        ...shape,
        limits: { ...shape.limits, counterMax: 15, epochRows: 4 },
        state: { ...shape.state, persistEvery: 1000, keep: 1000 },
      };
    },
    every: { crash: 1, cut: 1, flap: 1, replay: 0.5 },
  },
  /** Much is lost. */
  lossy: {
    shape: (plan) => {
      const shape = small(plan);
      return { ...shape, network: { ...shape.network, loss: 0.15 } };
    },
    every: { crash: 4 },
  },
};
