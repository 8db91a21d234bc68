/** How each fault of a schedule is carried out. Every fault ends by itself, or with the phase of faults. */
import type { Notify, PeerState } from "@rookery/consensus";
import type { Fault } from "./plan.ts";
import type { Member, World } from "./world.ts";

const STATES: readonly PeerState[] = ["looking", "following", "leading"];

export class Faults {
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  strike(fault: Fault): void {
    const { world } = this;
    if (world.quiet) return;
    world.say(0, () => `fault ${JSON.stringify(fault)}`);
    switch (fault.kind) {
      case "crash":
        world.crashFor(world.member(fault.member), fault.downMs, "crashes");
        break;
      case "crashAfter":
        world.member(fault.member).crashAfter = fault;
        break;
      case "pause":
        world.pause(world.member(fault.member), fault.ms * 1000);
        break;
      case "cut":
        this.cut(fault.from, fault.to, fault.ms, fault.loud === 1);
        break;
      case "flap":
        world.network.flap(fault.member, fault.peer, fault.ms * 1000);
        break;
      case "clog":
        world.network.clog(fault.peer, fault.member, fault.ms * 1000);
        break;
      case "slowDisk": {
        const member = world.member(fault.member);
        member.slowUntil = world.now + fault.ms * 1000;
        member.slowFactor = fault.factor;
        break;
      }
      case "storageFailure":
        this.failStorage(world.member(fault.member), fault.downMs);
        break;
      case "wipe":
        this.wipe(world.member(fault.member), fault.downMs);
        break;
      case "rollBack":
        this.rollBack(world.member(fault.member), fault.backMs, fault.downMs);
        break;
      case "forge":
        this.forge(fault);
        break;
      case "replay":
        world.network.replay(fault.peer, fault.member, fault.count);
        break;
      case "transfer":
        for (const member of leaders(world)) world.input(member, (core, now) => core.transfer(now, fault.to));
        break;
      case "drain":
        for (const member of leaders(world)) {
          member.draining = { downMs: fault.downMs };
          world.input(member, (core, now) => core.transfer(now));
        }
        break;
    }
  }

  private cut(from: readonly number[], to: readonly number[], ms: number, loud: boolean): void {
    const { world } = this;
    const each = (what: (a: number, b: number) => void) => {
      for (const a of from) for (const b of to) what(a, b);
    };
    each((a, b) => world.network.cut(a, b, loud));
    world.after(ms * 1000, () => {
      if (!world.quiet) each((a, b) => world.network.mend(a, b));
    });
  }

  /** The core says that it must stop, and the process does. */
  private failStorage(member: Member, downMs: number): void {
    const { world } = this;
    if (member.core === undefined) return;
    world.input(member, (core, now) => core.storageFailed(now, "the disk is gone"));
    world.crashFor(member, downMs, "stops for want of its disk");
  }

  private wipe(member: Member, downMs: number): void {
    const { world } = this;
    if (member.core !== undefined) {
      world.crash(member, "is killed");
      world.restartLater(member, downMs);
    }
    world.wipe(member);
  }

  /** Its disk is put back to what it was `backMs` ago. */
  private rollBack(member: Member, backMs: number, downMs: number): void {
    const { world } = this;
    const copy = member.disk.copy();
    const { life } = member;
    world.after(backMs * 1000, () => {
      // Of a leader only the others know, and only by what it last said.
      if (world.quiet || member.life !== life || member.role?.role !== "following") return;
      world.crash(member, "is killed");
      // A disk without founders may not find out anew that it has a vote.
      member.damaged = copy.promises.founders.length === 0 && member.disk.promises.belongs;
      member.restored = true;
      if (member.disk.promises.acceptedEpoch > copy.promises.acceptedEpoch)
        member.forgottenEpoch = member.disk.promises.acceptedEpoch;
      world.checker.onDamage(member);
      member.disk.restore(copy);
      world.judge(member);
      world.say(member.sid, () => `its disk is put back to entry ${copy.log.lastIndex}`);
      world.restartLater(member, downMs);
    });
  }

  private forge(fault: Fault & { readonly kind: "forge" }): void {
    const { world } = this;
    const member = world.member(fault.member);
    const [epoch = 0, counter = 0, priority = 0, sid = 1] = fault.vote;
    const state = STATES[fault.state] ?? "looking";
    const message: Notify = {
      type: "notify",
      state,
      round: fault.round,
      vote: { epoch, counter, priority, sid },
      acceptedEpoch: epoch,
      leader: state === "looking" ? 0 : fault.leader,
      established: fault.established === 1,
    };
    if (!world.network.isConnected(fault.member, fault.peer)) return;
    world.input(member, (core, now) => core.receive(now, fault.peer, message));
  }
}

function leaders(world: World): Member[] {
  return world.members.filter(({ core, role }) => core !== undefined && role?.role === "leading" && role.canPropose);
}
