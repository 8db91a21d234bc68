/**
 * After the faults: a quorum is healed, the others stay as they are or are cut off for good, and then the ensemble must
 * work (L1), agree (L2) and keep still (L4); at last everybody else that is intact comes back and must not unseat the
 * leader (L5).
 */

import { stream } from "./chance.ts";
import type { Network } from "./plan.ts";
import { specsOf } from "./plan.ts";
import { isQuorum } from "./quorum.ts";
import { Violation } from "./violation.ts";
import type { Member, World } from "./world.ts";

const CALM: Network = { leastUs: 100, meanUs: 300, breaking: 0, loss: 0, duplication: 0, reordering: 0 };

export class Quiet {
  private readonly world: World;
  private readonly electionUs: number;
  private healed: readonly Member[] = [];
  private others: readonly Member[] = [];

  constructor(world: World) {
    this.world = world;
    this.electionUs = world.plan.timeouts.electionMs * 1000;
  }

  begin(): void {
    const { world } = this;
    if (!this.choose()) {
      world.end();
      return;
    }
    world.quiet = true;
    world.say(0, () => `faults are over; healed: ${this.healed.map(({ sid }) => sid).join(" ")}`);
    for (const member of world.members) {
      world.resume(member, true);
      member.slowUntil = 0;
      member.crashAfter = undefined;
      member.draining = undefined;
    }
    const { others } = world.plan.quiet;
    if (others === "down") for (const member of this.others) world.crash(member, "stays away");
    world.network.heal(
      CALM,
      world.members.map(({ sid }) => sid),
    );
    // Cuts of the quiet phase are laid over links that are as good as new.
    if (others !== "down") for (const member of this.others) this.cut(member, others);
    for (const member of this.healed) {
      world.start(member);
      world.hurry(member);
    }
    this.awaitEstablished();
  }

  /** L1 and L2: within ten election timeouts a leader, then a commit that everybody in touch has applied. */
  private awaitEstablished(): void {
    const since = this.world.now;
    this.until(
      since + 10 * this.electionUs,
      () => this.leader() !== undefined,
      () => this.commits(since, () => this.keepStill()),
      () => new Violation("L1", `nobody leads ${this.seconds(since)} s after the faults; ${this.roles()}`),
    );
  }

  private commits(since: number, then: () => void): void {
    const { world } = this;
    let index = 0;
    let by = "";
    this.until(
      world.now + 10 * this.electionUs,
      () => {
        const { committedMax } = world.checker;
        const leader = this.leader();
        // What one proposed may be gone with its epoch, and one that leads no more may not know that.
        const now = leader === undefined ? by : `${leader.sid} in ${leader.role?.epoch}`;
        if (leader !== undefined && (index === 0 || (committedMax < index && now !== by))) {
          const proposed = world.propose(leader)?.index ?? 0;
          if (proposed > committedMax) {
            index = proposed;
            by = now;
          }
        }
        const isEverywhere = index > 0 && this.present().every((member) => this.hasApplied(member, index));
        return isEverywhere && committedMax >= index && this.reigning() !== undefined;
      },
      then,
      () => {
        const rule = world.checker.committedMax < index || index === 0 ? "L1" : "L2";
        return new Violation(
          rule,
          `entry ${index} is not everywhere ${this.seconds(since)} s after the faults; ${this.roles()}`,
        );
      },
    );
  }

  /** L4 */
  private keepStill(): void {
    const { world } = this;
    const leader = this.reigning();
    const until = world.now + 5 * this.electionUs;
    this.until(
      until,
      () => this.reigning() !== leader,
      () => this.lost("L4", leader),
      () => this.standStill(leader),
    );
  }

  /**
   * From a single voter nobody takes the lead while it stands still: those that follow it leave, and find it again over a
   * connection that never broke (L2).
   */
  private standStill(leader: Member | undefined): void {
    const { world } = this;
    if (leader === undefined || world.plan.voters > 1) {
      this.rejoin(leader);
      return;
    }
    world.pause(leader, 2 * this.electionUs);
    this.until(
      world.now + 12 * this.electionUs,
      () => world.now > leader.pausedUntil && this.present().every((member) => this.isLevel(member)),
      () => this.rejoin(leader),
      () => new Violation("L2", `not everybody is back after the leader stood still; ${this.roles()}`),
    );
  }

  /** L5 */
  private rejoin(leader: Member | undefined): void {
    const { world } = this;
    const returning = this.others.filter(({ damaged }) => !damaged);
    world.say(0, () => `the others come back: ${this.others.map(({ sid }) => sid).join(" ")}`);
    world.network.heal(
      CALM,
      this.others.map(({ sid }) => sid),
    );
    for (const member of this.others) {
      world.start(member);
      world.hurry(member);
    }
    this.healed = [...this.healed, ...returning];
    const since = world.now;
    this.until(
      since + 5 * this.electionUs,
      () => this.reigning() !== leader,
      () => this.lost("L5", leader),
      () => this.awaitLevel(since),
    );
  }

  /** L2: whoever is in touch gets everything, and no client waits for ever. */
  private awaitLevel(since: number): void {
    const { world } = this;
    const behind = (): Member[] => this.present().filter((member) => !this.isLevel(member));
    this.until(
      world.now + 5 * this.electionUs,
      () => behind().length === 0,
      () => {
        const waiting = this.healed.find(({ reads }) => reads.size > 100);
        if (waiting !== undefined) throw new Violation("L2", `${waiting.reads.size} reads wait at ${waiting.sid}`);
        world.end();
      },
      () => {
        const sids = behind().map(({ sid }) => sid);
        return new Violation("L2", `${sids.join(" ")} did not catch up in ${this.seconds(since)} s; ${this.roles()}`);
      },
    );
  }

  private lost(rule: string, leader: Member | undefined): void {
    const by = this.reigning()?.sid ?? "nobody";
    throw new Violation(rule, `${leader?.sid} led, and ${by} does now, with nothing wrong; ${this.roles()}`);
  }

  /** False when the ensemble was never founded and, with a disk lost, cannot be without its operator. */
  private choose(): boolean {
    const { world } = this;
    const { plan } = world;
    const specs = specsOf(plan);
    for (const member of world.members) world.judge(member);
    const intact = world.members.filter(({ damaged }) => !damaged);
    let chosen = intact.map(({ sid }) => sid);
    const belonging = intact.filter(({ disk }) => disk.promises.belongs).map(({ sid }) => sid);
    const founded = isQuorum(specs, belonging);
    const whole = world.members.every(({ spec, damaged, wiped }) => spec.role === "observer" || (!damaged && !wiped));
    if (!founded && !whole) return false;
    if (!plan.quiet.everybody && founded) {
      const chance = stream(plan.seed, "quiet");
      for (const { sid } of intact) {
        const without = chosen.filter((other) => other !== sid);
        const stands = without.some((other) => (specs[other - 1]?.weight ?? 0) > 0);
        const enough =
          isQuorum(specs, without) &&
          isQuorum(
            specs,
            without.filter((other) => belonging.includes(other)),
          );
        if (chance.happens(0.6) && stands && enough) chosen = without;
      }
    }
    this.healed = world.members.filter(({ sid }) => chosen.includes(sid));
    this.others = world.members.filter(({ sid }) => !chosen.includes(sid));
    return true;
  }

  private cut(member: Member, how: "cut" | "deaf" | "mute"): void {
    const { network, members } = this.world;
    for (const { sid } of members) {
      if (how !== "mute") network.cut(sid, member.sid, how === "cut");
      if (how !== "deaf") network.cut(member.sid, sid, how === "cut");
    }
  }

  /** Who takes proposals at this moment. */
  private leader(): Member | undefined {
    return this.healed.find(({ core, role }) => core !== undefined && role?.canPropose === true);
  }

  /** Who leads, be it that it opens another epoch in place and takes no proposals meanwhile. */
  private reigning(): Member | undefined {
    const leading = this.healed.filter(
      ({ core, role }) => core !== undefined && role?.role === "leading" && role.canServe,
    );
    return leading.length === 1 ? leading[0] : undefined;
  }

  /** Without those that have found out that their disk was emptied. */
  private present(): Member[] {
    return this.healed.filter(({ stopped }) => !stopped);
  }

  private hasApplied(member: Member, index: number): boolean {
    return member.core !== undefined && member.applied >= index;
  }

  /** As far as everybody was a few heartbeats ago: the clients go on. */
  private isLevel(member: Member): boolean {
    return this.hasApplied(member, this.world.checker.committedMax - 200) && member.role?.canServe === true;
  }

  /** Looks every so often until `done`, or else until the time is up; what then returns a violation, throws it. */
  private until(deadline: number, done: () => boolean, then: () => void, late: () => Violation | void): void {
    const { world } = this;
    const look = (): void => {
      if (done()) then();
      else if (world.now >= deadline) {
        const violation = late();
        if (violation instanceof Violation) throw violation;
      } else world.after(Math.floor(this.electionUs / 20), look);
    };
    world.after(Math.floor(this.electionUs / 20), look);
  }

  private seconds(since: number): string {
    return ((this.world.now - since) / 1_000_000).toFixed(1);
  }

  private roles(): string {
    const lines = this.world.members.map(({ sid, core, role, applied, damaged }) => {
      const state =
        core === undefined ? "down" : `${role?.role ?? "new"}/${role?.phase ?? "-"} of ${role?.leader ?? 0}`;
      return `${sid}${damaged ? " damaged" : ""} ${state} epoch ${core?.promises.acceptedEpoch ?? "-"} at ${applied}/${core?.last.index ?? "-"}`;
    });
    return lines.join("; ");
  }
}
