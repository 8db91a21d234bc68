/**
 * How an ensemble begins, and who may not slip into one that has begun (D11, §13.4).
 *
 * A voter with an empty disk takes no part until it knows that nobody has voted before it, and that nobody whose disk is
 * emptied can be taken for new afterwards. So founding has two steps. When every voter is empty, and has the same
 * configuration, each writes down all of them as the founders, with the identity of each disk. When every voter has written
 * down the same founders, they belong and take part. An emptied disk has a new identity: whoever belongs knows that every
 * voter's disk names another one in its place, so it is refused. It may have promised and acknowledged what it no longer knows.
 */
import type { Context } from "./context.ts";
import type { Founder, Hail, Refuse } from "./types.ts";

export class Bootstrap {
  private readonly context: Context;
  private readonly onBelongs: () => void;
  private readonly onNewDisk: (sid: number) => void;
  /** The disk each member was last seen with. */
  private readonly disks = new Map<number, number>();
  private readonly seen = new Map<number, Hail>();
  /** What is written down is on its way to the disk: until then it does not count. */
  private writing = false;
  private hailAt: number;

  constructor(context: Context, onBelongs: () => void, onNewDisk: (sid: number) => void) {
    this.context = context;
    this.onBelongs = onBelongs;
    this.onNewDisk = onNewDisk;
    this.hailAt = context.now + context.config.timeouts.electionMs;
  }

  begin(): void {
    const { context } = this;
    if (context.belongs) return;
    const { promises, log } = context;
    // A log that was written before founders were recorded speaks for itself.
    const older = promises.founders.length === 0 && (log.last.index > 0 || promises.acceptedEpoch > 0);
    if (older) this.write({ founders: [this.self()], belongs: true });
    else this.consider();
  }

  /** Hails are repeated until this member belongs: one that is lost must not hold up the founding for good. */
  get nextWakeup(): number {
    return this.context.belongs ? Number.POSITIVE_INFINITY : this.hailAt;
  }

  tick(): void {
    const { context } = this;
    if (context.belongs || context.now < this.hailAt) return;
    this.hailAt = context.now + context.spread(context.config.timeouts.electionMs);
    for (const sid of context.links) this.linkUp(sid);
  }

  linkUp(sid: number): void {
    this.context.send(sid, this.hail());
  }

  linkDown(sid: number): void {
    // What it said holds for the life it was in; a new one says it anew.
    this.seen.delete(sid);
  }

  receive(from: number, hail: Hail): void {
    const { context } = this;
    if (!context.isVoter || !context.membership.isVoter(from)) return;
    const { founders } = context.promises;
    if (hail.belongs) this.noteDisk(from, hail.nonce, founders);
    if (!this.writing && founders.length > 0 && !hail.belongs) this.judge(from, hail, founders);
    if (context.belongs) return;
    this.seen.set(from, hail);
    this.consider();
  }

  /** One that belongs with another disk than before was vouched for: it may know less than that one had acknowledged. */
  private noteDisk(from: number, nonce: number, founders: readonly Founder[]): void {
    const before = this.disks.get(from) ?? founders.find(({ sid }) => sid === from)?.nonce;
    this.disks.set(from, nonce);
    if (before === undefined || before === nonce) return;
    this.context.trace("a new disk, vouched for", { peer: from });
    this.context.witnessed.delete(from);
    this.onNewDisk(from);
  }

  /** One that does not belong has spoken to this one, which has written down the founders. */
  private judge(from: number, hail: Hail, founders: readonly Founder[]): void {
    const { context } = this;
    if (!founders.some(({ sid, nonce }) => sid === from && nonce === hail.nonce)) {
      context.trace("refused an empty disk", { peer: from });
      context.send(from, { type: "refuse", reason: "emptied", epoch: 0, leader: 0, index: 0 });
    }
    // In either case it needs these founders: to belong with them, or because its operator vouches for it.
    if (context.belongs) context.send(from, this.hail());
  }

  private consider(): void {
    const { context } = this;
    if (this.writing) return;
    const { promises } = context;
    for (const hail of this.seen.values()) {
      if (!hail.belongs) continue;
      const named = hail.founders.some(({ sid, nonce }) => sid === context.sid && nonce === promises.nonce);
      if (named && promises.founders.length === 0 && !context.vouched) {
        this.failRolledBack("the ensemble was founded with this disk, and it knows nothing of that");
        return;
      }
      // It has seen every founder write the same down, so this one must be among those, or vouched for.
      if (context.vouched || (promises.founders.length > 0 && sameFounders(promises.founders, hail.founders))) {
        this.write({ founders: hail.founders, belongs: true });
        return;
      }
    }
    if (promises.founders.length === 0) this.writeDown();
    else if (this.everybody((hail) => sameFounders(hail.founders, promises.founders))) this.write({ belongs: true });
  }

  /** First step: all are empty, or one that was has written all of them down already, this one too or vouched for. */
  private writeDown(): void {
    const { context } = this;
    const sameConfiguration = ({ configHash }: Hail) => configHash === context.config.configHash;
    for (const hail of this.seen.values()) {
      const named = hail.founders.some(({ sid, nonce }) => sid === context.sid && nonce === context.promises.nonce);
      const mayAgree = named || (context.vouched && hail.founders.length > 0);
      if (mayAgree && !hail.belongs && sameConfiguration(hail)) {
        this.write({ founders: hail.founders });
        return;
      }
    }
    if (!this.everybody((hail) => hail.founders.length === 0 && sameConfiguration(hail))) return;
    const founders = context.membership.voters.map((sid) =>
      sid === context.sid ? this.self() : { sid, nonce: (this.seen.get(sid) as Hail).nonce },
    );
    this.write({ founders });
  }

  /** Whether every other voter has been heard on its present connection and fulfils `test`. */
  private everybody(test: (hail: Hail) => boolean): boolean {
    const { context } = this;
    return context.membership.voters.every((sid) => {
      if (sid === context.sid) return true;
      const hail = this.seen.get(sid);
      return hail !== undefined && test(hail);
    });
  }

  private write(change: { readonly founders?: readonly Founder[]; readonly belongs?: true }): void {
    const { context } = this;
    this.writing = true;
    context.persist(change, () => {
      this.writing = false;
      const { founders, belongs } = context.promises;
      context.trace(belongs ? "belongs" : "founders written down", {
        founders: founders.map(({ sid }) => sid).join(" "),
      });
      for (const sid of context.links) this.linkUp(sid);
      if (belongs) this.onBelongs();
      else this.consider();
    });
  }

  private self(): Founder {
    return { sid: this.context.sid, nonce: this.context.promises.nonce };
  }

  private hail(): Hail {
    const { promises, config } = this.context;
    const { nonce } = promises;
    const { configHash } = config;
    // What is not on the disk is not said; of two steps under way at once only the second can be.
    if (this.writing) return { type: "hail", nonce, configHash, founders: [], belongs: false };
    return { type: "hail", nonce, configHash, founders: promises.founders, belongs: promises.belongs };
  }

  /** What another member says against this one; believed only if this one's own records agree. */
  refused(from: number, { reason, epoch, leader, index }: Refuse): void {
    const { context } = this;
    if (reason === "emptied") {
      if (context.belongs || context.vouched || this.writing) return;
      context.fail(
        "emptied",
        `This server's data is empty, but server ${from} belongs to an ensemble that does not know this disk. If the data ` +
          "was lost, a vote of this server could undo what was acknowledged, so it does not take part. Restore its data folder. " +
          `Or, if server ${context.sid} is new to the ensemble, or a quorum of the others is certainly intact, put an empty file ` +
          "called initialize into the data folder and start it again.",
      );
      return;
    }
    // That is said of the disk in the place of which this one was put: a leader that has not heard of this one still tells of it.
    if (context.vouchedEmpty) return;
    const { promises, log } = context;
    const shorter = promises.acceptedEpoch === epoch && log.last.index < index;
    if (!shorter && !context.hasForgotten(epoch, leader)) return;
    this.failRolledBack(
      `server ${from} saw entry ${index} of epoch ${epoch} acknowledged to server ${leader}, and here the log ends at entry ` +
        `${log.last.index} with epoch ${promises.acceptedEpoch} promised to server ${promises.acceptedLeader}`,
    );
  }

  private failRolledBack(evidence: string): void {
    this.context.fail(
      "rolledBack",
      `This server's data is older than what it had acknowledged: ${evidence}. It was probably restored from a copy, or its disk ` +
        "loses writes. It does not take part. Restore the newest data; or, if a quorum of the others is certainly intact, empty " +
        "the data folder but for myid, and put an empty file called initialize into it.",
    );
  }
}

function sameFounders(a: readonly Founder[], b: readonly Founder[]): boolean {
  return a.length === b.length && a.every(({ sid, nonce }, at) => b[at]?.sid === sid && b[at]?.nonce === nonce);
}
