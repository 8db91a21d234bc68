import { beforeEach, describe, expect, it } from "vitest";
import { Cluster, ensembleOf } from "../test/cluster.ts";
import { ack, ackEpoch, history, join, Lone, type LoneOptions, looking, rowsOf, TIMEOUTS } from "../test/lone.ts";
import { type Entry, GENESIS, type Limits } from "./types.ts";

const log = history({ epoch: 1, leader: 2, writes: 2 }, { epoch: 2, leader: 3, writes: 1 });
const END = { epoch: 2, counter: 1 };
const bytes = (text: string) => new TextEncoder().encode(text);

/** Server 5 of five, elected by votes, whose log ends at {@link END}. */
function prospective(options: Partial<LoneOptions> = {}): Lone {
  const lone = new Lone({ sid: 5, members: ensembleOf(5), log, ...options });
  for (const from of [1, 2, 3, 4]) lone.hear(from, looking(5, 1, END));
  lone.sent = [];
  return lone;
}

/** Server 3 of three, established in epoch 1 with both followers level. */
function established(limits: Partial<Limits> = {}, observers = 0): Lone {
  const lone = new Lone({ sid: 3, members: ensembleOf(3, observers), limits });
  lone.lead([1, 2]);
  expect(lone.core.role).toMatchObject({ role: "leading", canPropose: true });
  return lone;
}

function propose(lone: Lone, ...texts: readonly string[]): void {
  for (const text of texts) lone.core.propose(lone.now, bytes(text));
  lone.flush();
}

describe("discovery", () => {
  it("P1 the epoch is one more than any that a quorum has accepted", () => {
    const lone = prospective();
    lone.hear(1, join(7, 4));
    expect(lone.stores).toEqual([]);
    lone.hear(2, join(4, 4));
    expect(lone.stores).toMatchObject([{ type: "promise", promises: { acceptedEpoch: 8, acceptedLeader: 5 } }]);
  });

  it("P1 is claimed by nobody with fewer joins than a quorum, and repeated joins count once", () => {
    const lone = prospective();
    lone.hear(1, join());
    lone.hear(1, join());
    expect(lone.stores).toEqual([]);
  });

  it("P1 a join that has promised more in the meantime leads to a higher claim", () => {
    const lone = prospective();
    for (const from of [1, 2]) lone.hear(from, join(2, 3));
    lone.hear(3, join(9, 4));
    expect(lone.core.promises.acceptedEpoch).toBe(10);
  });

  it("D5 a join that has promised the claimed epoch to another leads to a higher claim, and one that has promised it to this leader does not", () => {
    const lone = prospective();
    for (const from of [1, 2]) lone.hear(from, join(2, 3));
    lone.persist();
    lone.hear(3, join(3, 5));
    expect(lone.core.promises.acceptedEpoch).toBe(3);
    lone.hear(3, join(3, 4));
    expect(lone.core.promises.acceptedEpoch).toBe(4);
  });

  it("§5.3 the new epoch is offered when the own promise is on the disk, and not before", () => {
    const lone = prospective();
    for (const from of [1, 2, 3]) lone.hear(from, join(2, 3));
    expect(lone.taken("newEpoch")).toEqual([]);
    lone.persist();
    expect(lone.taken("newEpoch").map(({ to, message }) => [to, message.epoch, message.last.index])).toEqual([
      [1, 3, log.length],
      [2, 3, log.length],
      [3, 3, log.length],
    ]);
  });

  describe("P3 an acknowledgement", () => {
    let lone: Lone;

    beforeEach(() => {
      lone = prospective();
      for (const from of [1, 2]) lone.hear(from, join(2, 3));
      lone.persist();
    });

    it("of a quorum elects, and only then the epoch is opened in the log", () => {
      lone.hear(1, ackEpoch(3, log));
      expect(lone.core.last.index).toBe(log.length);
      lone.hear(2, ackEpoch(3, log));
      expect(lone.core.last).toMatchObject({ index: log.length + 1, epoch: 3, counter: 0 });
    });

    it("counts once", () => {
      lone.hear(1, ackEpoch(3, log));
      lone.hear(1, ackEpoch(3, log));
      expect(lone.core.last.index).toBe(log.length);
    });

    it("to an earlier life is void", () => {
      for (const from of [1, 2]) lone.hear(from, ackEpoch(3, log, 1234));
      expect(lone.core.last.index).toBe(log.length);
    });

    it("of another epoch is void", () => {
      for (const from of [1, 2]) lone.hear(from, ackEpoch(2, log));
      expect(lone.core.last.index).toBe(log.length);
    });

    it("I10 by somebody whose log is newer makes it step down", () => {
      lone.hear(
        1,
        ackEpoch(3, [
          ...log,
          ...history({ epoch: 1, leader: 2, writes: 2 }, { epoch: 2, leader: 3, writes: 2 }).slice(-1),
        ]),
      );
      expect(lone.core.role.role).toBe("looking");
      expect(lone.core.last.index).toBe(log.length);
    });

    it("of an observer counts for nothing", () => {
      const five = ensembleOf(5, 2);
      const other = prospective({ members: five });
      for (const from of [6, 7]) other.hear(from, join());
      expect(other.stores).toEqual([]);
      for (const from of [1, 2]) other.hear(from, join());
      other.persist();
      for (const from of [6, 7]) other.hear(from, ackEpoch(3, log));
      expect(lone.core.last.index).toBe(log.length);
    });
  });

  it("P4 who is not elected within the time to an election gives up", () => {
    const lone = prospective();
    for (const from of [1, 2]) lone.hear(from, join(2, 3));
    lone.persist();
    lone.hear(1, ackEpoch(3, log));
    lone.wait(2 * lone.electionMs);
    expect(lone.core.role.role).toBe("looking");
  });

  it("§7.4 who is elected and brings no quorum in line gives up after syncMs without progress, and not while there is some", () => {
    const lone = prospective();
    for (const from of [1, 2]) lone.hear(from, join(2, 3));
    lone.persist();
    for (const from of [1, 2]) lone.hear(from, ackEpoch(3));
    let heard = 0;
    const wait = (ms: number) => {
      for (let spent = 0; spent < ms; spent += 1000) {
        lone.wait(1000);
        for (const from of [1, 2]) lone.hear(from, ack(3, heard, lone.now));
      }
    };
    wait(TIMEOUTS.syncMs - 2000);
    heard = 1;
    wait(TIMEOUTS.syncMs - 2000);
    expect(lone.core.role).toMatchObject({ role: "leading", phase: "synchronization" });
    wait(4000);
    expect(lone.core.role.role).toBe("looking");
  });
});

describe("synchronization (§7.2)", () => {
  /** What a leader in epoch 3 sends to a follower with this log. */
  function firstTo(theirs: readonly Entry[]): { prev: number; entries: number[] } | undefined {
    const lone = new Lone({ sid: 3, log: [] });
    lone.lead([1]);
    const texts = ["a", "b", "c"];
    propose(lone, ...texts);
    lone.persist();
    lone.sent = [];
    lone.hear(2, join(0, 0, theirs.at(-1) ?? GENESIS));
    lone.hear(2, ackEpoch(1, theirs));
    const [first] = lone.taken("append").filter(({ to }) => to === 2);
    return first && { prev: first.message.prev.index, entries: first.message.entries.map(({ index }) => index) };
  }

  it("DIFF: what is missing is sent from the match point on", () => {
    expect(firstTo([])).toEqual({ prev: 0, entries: [1, 2, 3, 4] });
    expect(firstTo(history({ epoch: 1, leader: 3, writes: 1 }))).toEqual({ prev: 2, entries: [3, 4] });
  });

  it("TRUNC: what the follower has of another epoch is sent over", () => {
    const other = history({ epoch: 1, leader: 2, writes: 5 });
    expect(firstTo(other)).toEqual({ prev: 0, entries: [1, 2, 3, 4] });
  });

  it("SNAP: a follower behind the log's first entry is sent a snapshot, and entries once it has arrived", () => {
    const lone = new Lone({ sid: 3 });
    lone.lead([2]);
    propose(lone, "a", "b", "c");
    lone.persist();
    lone.hear(2, ack(1, 4));
    lone.apply(4);
    lone.core.trimmed(4);
    lone.sent = [];
    lone.hear(1, join());
    lone.hear(1, { ...ackEpoch(1), epochs: [] });
    expect(lone.snapshots).toEqual([1]);
    expect(lone.taken("append").filter(({ to }) => to === 1)).toEqual([]);
    lone.core.snapshotSent(lone.now, 1, lone.core.last);
    lone.flush();
    propose(lone, "d");
    expect(lone.taken("append").filter(({ to }) => to === 1)).toEqual([]);
    lone.hear(1, ack(1, 4));
    expect(lone.taken("append").filter(({ to }) => to === 1)).toMatchObject([{ message: { prev: { index: 4 } } }]);
  });

  it("SNAP: entries that are not in memory are read from the log, and a snapshot is sent when they cannot be", () => {
    const lone = new Lone({ sid: 3, log: history({ epoch: 1, leader: 2, writes: 2 }) });
    for (const from of [1, 2]) lone.hear(from, looking(3, 1, { epoch: 1, counter: 2 }));
    for (const from of [1, 2]) lone.hear(from, join());
    lone.persist();
    for (const from of [1, 2]) lone.hear(from, ackEpoch(2));
    expect(lone.logReads).toMatchObject([
      { from: 1, to: 3 },
      { from: 1, to: 3 },
    ]);
    const [first, second] = lone.logReads.map(({ id }) => id) as [number, number];
    lone.core.logRead(lone.now, first, history({ epoch: 1, leader: 2, writes: 2 }));
    lone.core.logReadFailed(lone.now, second);
    lone.flush();
    expect(lone.taken("append").map(({ to, message }) => [to, message.entries.map(({ index }) => index)])).toEqual([
      [1, [1, 2, 3]],
      [1, [4]],
    ]);
    expect(lone.snapshots).toEqual([2]);
  });

  it("snapshots that have lost their point are called off", () => {
    const lone = new Lone({ sid: 3 });
    lone.lead([2]);
    propose(lone, "a", "b");
    lone.persist();
    lone.hear(2, ack(1, 3));
    lone.apply(3);
    lone.core.trimmed(3);
    lone.hear(1, join());
    lone.hear(1, { ...ackEpoch(1), epochs: [] });
    expect(lone.snapshots).toEqual([1]);
    lone.core.linkDown(lone.now, 1);
    lone.flush();
    expect(lone.snapshotsCancelled).toEqual([1]);
  });
});

describe("commitment", () => {
  it("B1 proposals get ascending indexes and zxids, one write and one append a follower for all of a turn", () => {
    const lone = established();
    lone.stores = [];
    propose(lone, "a", "b", "c");
    expect(lone.stores).toMatchObject([{ type: "append", entries: [{ counter: 1 }, { counter: 2 }, { counter: 3 }] }]);
    expect(lone.taken("append").map(({ to, message }) => [to, message.entries.map(({ index }) => index)])).toEqual([
      [1, [2, 3, 4]],
      [2, [2, 3, 4]],
    ]);
  });

  it("B2 is what a quorum holds durably: one follower and the leader's own disk", () => {
    const lone = established();
    propose(lone, "a", "b");
    lone.hear(1, ack(1, 3));
    expect(lone.core.commit).toBe(1);
    lone.persist();
    expect(lone.core.commit).toBe(3);
  });

  it("§5.3 the leader does not count itself before its own write is durable, but need not count itself", () => {
    const lone = established();
    propose(lone, "a");
    lone.hear(1, ack(1, 2));
    expect(lone.core.commit).toBe(1);
    lone.hear(2, ack(1, 2));
    expect(lone.core.commit).toBe(2);
  });

  it("B2 observers do not count", () => {
    const lone = established({}, 2);
    for (const from of [4, 5]) {
      lone.hear(from, join());
      lone.hear(from, ackEpoch(1));
    }
    propose(lone, "a");
    lone.persist();
    for (const from of [4, 5]) lone.hear(from, ack(1, 2));
    expect(lone.core.commit).toBe(1);
  });

  it("§9 observers are sent what is committed, and not before", () => {
    const lone = established({}, 1);
    lone.hear(4, join());
    lone.hear(4, ackEpoch(1));
    const sentToObserver = () =>
      lone
        .taken("append")
        .filter(({ to }) => to === 4)
        .flatMap(({ message }) => message.entries.map(({ index }) => index));
    expect(sentToObserver()).toEqual([1]);
    propose(lone, "a");
    lone.persist();
    expect(sentToObserver()).toEqual([]);
    lone.hear(1, ack(1, 2));
    expect(sentToObserver()).toEqual([2]);
  });

  it("B2 acknowledgements of another epoch do not count", () => {
    const lone = established();
    propose(lone, "a");
    lone.persist();
    lone.hear(1, ack(2, 2));
    lone.hear(2, ack(0, 2));
    expect(lone.core.commit).toBe(1);
  });

  it("B2 an entry of an older epoch is not committed by being on a quorum's disks, but with the start of the leader's own epoch (figure 8 of the Raft paper)", () => {
    const lone = prospective();
    for (const from of [1, 2]) lone.hear(from, join(2, 3));
    lone.persist();
    for (const from of [1, 2]) lone.hear(from, ackEpoch(3, log));
    lone.persist();
    for (const from of [1, 2]) lone.hear(from, ack(3, log.length));
    expect(lone.core.commit).toBe(0);
    expect(lone.core.role.phase).toBe("synchronization");
    for (const from of [1, 2]) lone.hear(from, ack(3, log.length + 1));
    expect(lone.core.commit).toBe(log.length + 1);
    expect(lone.core.role.phase).toBe("broadcast");
  });

  it("I8 nothing can be proposed before everything up to the epoch's start is applied", () => {
    const lone = new Lone({ sid: 3 });
    lone.claim([1, 2]);
    for (const from of [1, 2]) lone.hear(from, ackEpoch(1));
    lone.persist();
    for (const from of [1, 2]) lone.hear(from, ack(1, 1));
    expect(lone.core.role).toMatchObject({ phase: "broadcast", canServe: false, canPropose: false });
    expect(lone.core.propose(lone.now, bytes("a"))).toEqual({ accepted: false, reason: "notLeader" });
    lone.apply();
    expect(lone.core.propose(lone.now, bytes("a")).accepted).toBe(true);
  });

  it("a follower refuses proposals", () => {
    const lone = new Lone({ sid: 1 });
    lone.led(2, 1, GENESIS);
    expect(lone.core.propose(lone.now, bytes("a"))).toEqual({ accepted: false, reason: "notLeader" });
  });

  it("B3 what is not acknowledged within two heartbeats is sent again", () => {
    const lone = established();
    propose(lone, "a");
    lone.persist();
    lone.sent = [];
    lone.hear(1, ack(1, 2));
    lone.wait(2 * lone.heartbeatMs);
    for (const from of [1, 2]) lone.hear(from, ack(1, from === 1 ? 2 : 1));
    expect(lone.taken("append").filter(({ message }) => message.entries.length > 0)).toEqual([]);
    lone.wait(2 * lone.heartbeatMs);
    const again = lone.taken("append").filter(({ message }) => message.entries.length > 0);
    expect(again.map(({ to, message }) => [to, message.entries[0]?.index])).toContainEqual([2, 2]);
    expect(again.every(({ to }) => to === 2)).toBe(true);
  });

  it("B3 a rejection moves what is sent next, and counts for nothing durable", () => {
    const lone = established();
    propose(lone, "a", "b");
    lone.persist();
    lone.sent = [];
    const theirs = history({ epoch: 1, leader: 3, writes: 1 });
    const reject = { last: theirs.at(-1) as Entry, epochs: rowsOf(theirs) };
    lone.hear(1, ack(1, 1, 1, { reject }));
    expect(lone.taken("append").find(({ to }) => to === 1)?.message).toMatchObject({ prev: { index: 2 } });
    expect(lone.core.commit).toBe(1);
  });

  it("an acknowledgement beyond the log is a bug, and stops", () => {
    const lone = established();
    expect(() => lone.hear(1, ack(1, 99))).toThrow(/acknowledged 99/);
  });
});

describe("a leader whose quorum is gone", () => {
  it("§6.1 steps down when no quorum has been heard for the election timeout, and not before", () => {
    const lone = established();
    lone.wait(lone.electionMs - lone.heartbeatMs);
    expect(lone.core.role.role).toBe("leading");
    lone.wait(2 * lone.heartbeatMs);
    expect(lone.core.role).toMatchObject({ role: "looking", canServe: false, canPropose: false });
  });

  it("§6.1 stays while one of two followers answers", () => {
    const lone = established();
    for (let times = 0; times < 30; times++) {
      lone.wait(lone.heartbeatMs);
      lone.hear(1, ack(1, 1, lone.now));
    }
    expect(lone.core.role.role).toBe("leading");
  });

  it("§6.1 steps down at once after a pause of its own, although answers from before it are there", () => {
    const lone = established();
    const before = lone.now;
    lone.core.receive(before + 5 * lone.electionMs, 1, ack(1, 1, before));
    lone.core.receive(before + 5 * lone.electionMs, 2, ack(1, 1, before));
    lone.wait(5 * lone.electionMs);
    expect(lone.core.role).toMatchObject({ role: "looking", canServe: false });
  });

  it("§6.1 observers do not keep it in the lead", () => {
    const lone = established({}, 2);
    for (const from of [4, 5]) {
      lone.hear(from, join());
      lone.hear(from, ackEpoch(1));
    }
    for (let times = 0; times < 30; times++) {
      lone.wait(lone.heartbeatMs);
      for (const from of [4, 5]) lone.hear(from, ack(1, 1, lone.now));
    }
    expect(lone.core.role.role).not.toBe("leading");
  });
});

describe("a learner that is not heard (I14)", () => {
  /** Of three, only server 2 answers for an election timeout; then there are no messages. */
  function halfHeard(): Lone {
    const lone = established();
    for (let waited = 0; waited <= lone.electionMs; waited += lone.heartbeatMs) {
      lone.wait(lone.heartbeatMs);
      lone.hear(2, ack(1, 1, lone.now));
    }
    lone.sent = [];
    return lone;
  }
  const toFirst = (lone: Lone) => lone.sent.filter(({ to }) => to === 1);

  it("is sent nothing any more, so that it leaves, by heartbeats, entries, rounds of reads or offers of the epoch", () => {
    const lone = halfHeard();
    propose(lone, "a");
    lone.core.readIndex(lone.now, 7);
    lone.flush();
    lone.wait(lone.heartbeatMs);
    expect(lone.sent.length).toBeGreaterThan(0);
    expect(toFirst(lone)).toEqual([]);
  });

  it("is spoken to again when it joins anew, or is heard after all", () => {
    const joined = halfHeard();
    joined.hear(1, join(1, 3, joined.core.last));
    expect(toFirst(joined).map(({ message }) => message.type)).toEqual(["newEpoch"]);
    joined.hear(1, { ...ackEpoch(1), last: joined.core.last, epochs: joined.core.epochs });
    joined.wait(joined.heartbeatMs);
    expect(toFirst(joined).map(({ message }) => message.type)).toContain("heartbeat");
    const late = halfHeard();
    late.hear(1, ack(1, 1, late.now));
    late.wait(late.heartbeatMs);
    expect(toFirst(late).map(({ message }) => message.type)).toContain("heartbeat");
  });
});

describe("the bounds of a leader (§4.5)", () => {
  it("uncommittedEntries: a proposal beyond is refused as overloaded until something is committed", () => {
    const lone = established({ uncommittedEntries: 2 });
    propose(lone, "a", "b");
    expect(lone.core.propose(lone.now, bytes("c"))).toEqual({ accepted: false, reason: "overloaded" });
    lone.persist();
    lone.hear(1, ack(1, 2));
    expect(lone.core.propose(lone.now, bytes("c")).accepted).toBe(true);
  });

  it("uncommittedBytes: a proposal beyond is refused as overloaded until something is committed", () => {
    const lone = established({ uncommittedBytes: 10 });
    propose(lone, "12345678");
    expect(lone.core.uncommittedBytes).toBe(8);
    expect(lone.core.propose(lone.now, bytes("123"))).toEqual({ accepted: false, reason: "overloaded" });
    expect(lone.core.propose(lone.now, bytes("12")).accepted).toBe(true);
    lone.flush();
    lone.persist();
    lone.hear(1, ack(1, 3));
    expect(lone.core.uncommittedBytes).toBe(0);
    expect(lone.core.propose(lone.now, bytes("123")).accepted).toBe(true);
  });

  it("uncommittedEntries: the leader's own disk may lag so far behind what the others have committed, and no further", () => {
    const lone = established({ uncommittedEntries: 2 });
    propose(lone, "a", "b");
    for (const from of [1, 2]) lone.hear(from, ack(1, 3));
    expect(lone.core.commit).toBe(3);
    expect(lone.core.propose(lone.now, bytes("c"))).toEqual({ accepted: false, reason: "overloaded" });
    lone.persist();
    expect(lone.core.propose(lone.now, bytes("c")).accepted).toBe(true);
  });

  it("uncommittedBytes: the leader's own disk may lag so far behind what the others have committed, and no further", () => {
    const lone = established({ uncommittedBytes: 10 });
    propose(lone, "12345678");
    for (const from of [1, 2]) lone.hear(from, ack(1, 2));
    expect(lone.core.commit).toBe(2);
    expect(lone.core.propose(lone.now, bytes("123"))).toEqual({ accepted: false, reason: "overloaded" });
    lone.persist();
    expect(lone.core.propose(lone.now, bytes("123")).accepted).toBe(true);
  });

  it("appendEntries: what is more is split", () => {
    const lone = established({ appendEntries: 2 });
    propose(lone, "a", "b", "c");
    expect(lone.taken("append").map(({ to, message }) => [to, message.entries.length])).toEqual([
      [1, 2],
      [1, 1],
      [2, 2],
      [2, 1],
    ]);
  });

  it("appendBytes: what is longer is split, and an entry that is longer alone goes alone", () => {
    const lone = established({ appendBytes: 4 });
    propose(lone, "aa", "bb", "123456", "c");
    const sizes = lone
      .taken("append")
      .filter(({ to }) => to === 1)
      .map(({ message }) => message.entries.length);
    expect(sizes).toEqual([2, 1, 1]);
  });

  it("windowEntries: a learner that does not acknowledge is sent no more, and the others are", () => {
    const lone = established({ windowEntries: 3, appendEntries: 1 });
    for (const text of ["a", "b", "c", "d", "e"]) {
      propose(lone, text);
      lone.persist();
      lone.hear(2, ack(1, lone.core.last.index));
    }
    const sent = lone.taken("append").flatMap(({ to, message }) => message.entries.map(({ index }) => [to, index]));
    expect(sent.filter(([to]) => to === 1).map(([, index]) => index)).toEqual([2, 3, 4]);
    expect(sent.filter(([to]) => to === 2).map(([, index]) => index)).toEqual([2, 3, 4, 5, 6]);
    expect(lone.core.commit).toBe(6);
    lone.hear(1, ack(1, 3));
    expect(
      lone
        .taken("append")
        .filter(({ to }) => to === 1)
        .flatMap(({ message }) => message.entries.map(({ index }) => index)),
    ).toEqual([5, 6]);
  });

  it("windowBytes: a learner that does not acknowledge is sent no more", () => {
    const lone = established({ windowBytes: 60, appendEntries: 1 });
    for (let count = 0; count < 5; count++) propose(lone, "12345678");
    expect(lone.taken("append").filter(({ to }) => to === 1)).toHaveLength(2);
  });

  it("a link that is paused is sent no entries until it is resumed", () => {
    const lone = established();
    lone.core.pause(1);
    propose(lone, "a");
    expect(lone.taken("append").map(({ to }) => to)).toEqual([2]);
    lone.core.resume(lone.now, 1);
    lone.flush();
    expect(lone.taken("append").map(({ to }) => to)).toEqual([1]);
  });

  it("logReads: so many at a time, the next when one is answered", () => {
    const lone = new Lone({ sid: 5, members: ensembleOf(5), log, limits: { logReads: 1 } });
    for (const from of [1, 2, 3, 4]) lone.hear(from, looking(5, 1, END));
    for (const from of [1, 2, 3]) lone.hear(from, join());
    lone.persist();
    for (const from of [1, 2, 3]) lone.hear(from, ackEpoch(3));
    expect(lone.logReads).toHaveLength(1);
    lone.core.logRead(lone.now, lone.logReads[0]?.id ?? 0, log);
    lone.flush();
    expect(lone.logReads).toHaveLength(2);
  });

  it("snapshotSends: so many at a time, voters before observers, the next when one has gone out or failed, which is tried again after a heartbeat", () => {
    // Server 1 is the observer.
    const members = ensembleOf(6).map((member) =>
      member.sid === 1 ? { ...member, role: "observer" as const } : member,
    );
    const lone = new Lone({ sid: 6, members, limits: { snapshotSends: 1 } });
    lone.lead([4, 5]);
    propose(lone, "a", "b");
    lone.persist();
    for (const from of [4, 5]) lone.hear(from, ack(1, 3));
    lone.apply(3);
    lone.core.trimmed(4);
    for (const from of [1, 2, 3]) {
      lone.core.receive(lone.now, from, join());
      lone.core.receive(lone.now, from, { ...ackEpoch(1), epochs: [] });
    }
    lone.flush();
    expect(lone.snapshots).toEqual([2]);
    lone.core.snapshotSent(lone.now, 2, lone.core.last);
    lone.flush();
    expect(lone.snapshots).toEqual([2, 3]);
    lone.core.snapshotFailed(lone.now, 3);
    lone.flush();
    expect(lone.snapshots).toEqual([2, 3, 1]);
    lone.wait(lone.heartbeatMs);
    lone.core.snapshotFailed(lone.now, 1);
    lone.flush();
    expect(lone.snapshots).toEqual([2, 3, 1, 3]);
  });

  it("a learner that threw its snapshot away, having left and rejoined over the same link, is sent another", () => {
    const lone = new Lone({ sid: 3, members: ensembleOf(3) });
    lone.lead([2]);
    propose(lone, "a", "b");
    lone.persist();
    lone.hear(2, ack(1, 3));
    lone.apply(3);
    lone.core.trimmed(4);
    lone.hear(1, join());
    lone.hear(1, { ...ackEpoch(1), epochs: [] });
    lone.core.snapshotSent(lone.now, 1, lone.core.last);
    lone.hear(1, join());
    lone.hear(1, { ...ackEpoch(1), epochs: [] });
    lone.wait(lone.heartbeatMs);
    expect(lone.snapshots).toEqual([1, 1]);
  });

  it("counterMax: no proposal gets a counter beyond; the next epoch is opened before", () => {
    const lone = established({ counterMax: 8 });
    const accepted: number[] = [];
    for (let count = 0; count < 20; count++) {
      const proposal = lone.core.propose(lone.now, bytes("a"));
      if (proposal.accepted) accepted.push(proposal.entry.counter);
    }
    expect(accepted).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    lone.flush();
    expect(lone.core.promises.acceptedEpoch).toBe(2);
  });
});

describe("an epoch that is left in place (D8, §10)", () => {
  it("a leader whose counter runs out opens the next epoch with its clients served all the while", () => {
    const cluster = new Cluster({ members: ensembleOf(3), limits: { counterMax: 8 } });
    cluster.start();
    const leader = cluster.elect();
    cluster.advance(50);
    for (let count = 0; count < 60; count++) {
      cluster.propose(leader, `w${count}`);
      for (let ms = 0; ms < 5; ms++) {
        cluster.advance(1);
        for (const sid of cluster.sids) expect(cluster.core(sid).role.canServe).toBe(true);
      }
    }
    expect(cluster.leader).toBe(leader);
    expect(cluster.core(leader).role.epoch).toBeGreaterThan(4);
    expect(Math.max(...cluster.onDisk(1).map(({ counter }) => counter))).toBeLessThanOrEqual(8);
    const written = cluster.acknowledged.map(({ text }) => text);
    expect(written.length).toBeGreaterThan(30);
    for (const sid of cluster.sids) expect(cluster.values(sid)).toEqual(expect.arrayContaining(written));
  });

  it("a proposal while the next epoch is being opened is refused as overloaded, since waiting helps", () => {
    const lone = established();
    lone.hear(1, join(7, 2, lone.core.last));
    expect(lone.core.propose(lone.now, bytes("a"))).toEqual({ accepted: false, reason: "overloaded" });
  });

  it("a rejoiner that has promised a higher epoch makes the leader open a higher one, and nobody is left", () => {
    const lone = established();
    lone.hear(1, join(7, 2, lone.core.last));
    expect(lone.core.promises).toMatchObject({ acceptedEpoch: 8, acceptedLeader: 3 });
    lone.persist();
    expect(lone.taken("newEpoch").map(({ to, message }) => [to, message.epoch, message.established])).toEqual([
      [1, 8, false],
      [2, 8, false],
    ]);
    expect(lone.core.role).toMatchObject({ role: "leading", canServe: true, canPropose: false });
    const theirs = history({ epoch: 1, leader: 3, writes: 0 });
    for (const from of [1, 2]) lone.hear(from, ackEpoch(8, theirs));
    expect(lone.core.last).toMatchObject({ epoch: 8, counter: 0, index: 2 });
  });

  it("is done at most once in two election timeouts, however high the promises of those who join", () => {
    const lone = established();
    lone.hear(1, join(7, 2, lone.core.last));
    lone.persist();
    const theirs = history({ epoch: 1, leader: 3, writes: 0 });
    for (const from of [1, 2]) lone.hear(from, ackEpoch(8, theirs));
    lone.persist();
    for (const from of [1, 2]) lone.hear(from, ack(8, 2));
    lone.apply();
    lone.hear(1, join(20, 2, lone.core.last));
    expect(lone.core.promises.acceptedEpoch).toBe(8);
    for (let spent = 0; spent < 2 * lone.electionMs; spent += lone.heartbeatMs) {
      lone.wait(lone.heartbeatMs);
      for (const from of [1, 2]) lone.hear(from, ack(8, 2, lone.now));
    }
    expect(lone.core.promises.acceptedEpoch).toBe(21);
  });

  it("I10 is an election like any other: a follower with a newer log makes the leader step down", () => {
    const lone = established();
    lone.hear(1, join(7, 2, lone.core.last));
    lone.persist();
    const newer = history({ epoch: 1, leader: 3, writes: 0 }, { epoch: 7, leader: 2, writes: 0 });
    lone.hear(2, ackEpoch(8, newer));
    expect(lone.core.role.role).toBe("looking");
  });

  it("commits nothing of the epoch that is left by what was acknowledged in it before, but with the start of the new one", () => {
    const lone = established();
    propose(lone, "a");
    lone.hear(1, join(7, 2, GENESIS));
    lone.persist();
    const theirs = history({ epoch: 1, leader: 3, writes: 0 });
    for (const from of [1, 2]) lone.hear(from, ackEpoch(8, theirs));
    lone.persist();
    lone.hear(1, ack(1, 2));
    lone.hear(1, ack(8, 2));
    expect(lone.core.commit).toBe(1);
    lone.hear(1, ack(8, 3));
    expect(lone.core.commit).toBe(3);
  });

  it("a leader to which no quorum promises the next epoch steps down", () => {
    const lone = established();
    lone.hear(1, join(7, 2, lone.core.last));
    lone.persist();
    for (let spent = 0; spent <= lone.electionMs; spent += lone.heartbeatMs) {
      lone.wait(lone.heartbeatMs);
      lone.hear(2, ack(1, 1, lone.now));
    }
    expect(lone.core.role.role).not.toBe("leading");
  });
});

describe("handing over (§6.2)", () => {
  it("goes to a voter that holds everything, and to no other", () => {
    const lone = established();
    propose(lone, "a");
    lone.persist();
    lone.hear(2, ack(1, 2));
    lone.core.transfer(lone.now, 1);
    lone.flush();
    expect(lone.taken("transferLead")).toEqual([]);
    expect(lone.core.propose(lone.now, bytes("b"))).toEqual({ accepted: false, reason: "draining" });
    lone.hear(1, ack(1, 2));
    expect(lone.taken("transferLead")).toMatchObject([{ to: 1, message: { epoch: 1 } }]);
    expect(lone.core.role).toMatchObject({ role: "following", leader: 1 });
  });

  it("waits until everything is committed", () => {
    const lone = established();
    propose(lone, "a");
    lone.hear(1, ack(1, 2));
    lone.core.transfer(lone.now);
    lone.flush();
    expect(lone.taken("transferLead")).toEqual([]);
    expect(lone.core.role.role).toBe("leading");
    lone.persist();
    expect(lone.taken("transferLead")).toMatchObject([{ to: 1 }]);
  });

  it("does not go to a voter that has not been heard for two heartbeats", () => {
    const lone = established();
    lone.wait(lone.heartbeatMs);
    lone.hear(2, ack(1, 1, lone.now));
    lone.wait(lone.heartbeatMs + 1);
    lone.hear(2, ack(1, 1, lone.now));
    lone.core.transfer(lone.now, 1);
    lone.flush();
    expect(lone.taken("transferLead")).toEqual([]);
    lone.hear(1, ack(1, 1, lone.now));
    expect(lone.taken("transferLead")).toMatchObject([{ to: 1 }]);
  });

  it("never goes to an observer", () => {
    const lone = established({}, 1);
    lone.hear(4, join());
    lone.hear(4, ackEpoch(1, history({ epoch: 1, leader: 3, writes: 0 })));
    lone.core.transfer(lone.now, 4);
    lone.flush();
    expect(lone.taken("transferLead")).toEqual([]);
  });

  it("is given up after the election timeout, and proposals are taken again", () => {
    const lone = established();
    propose(lone, "a");
    lone.persist();
    lone.hear(2, ack(1, 2));
    lone.core.transfer(lone.now, 1);
    lone.flush();
    for (let spent = 0; spent < lone.electionMs; spent += lone.heartbeatMs) {
      lone.wait(lone.heartbeatMs);
      lone.hear(2, ack(1, 2, lone.now));
    }
    expect(lone.core.role.role).toBe("leading");
    expect(lone.core.propose(lone.now, bytes("b")).accepted).toBe(true);
  });

  it("takes no vote: the receiver claims the next epoch at once and calls the others", () => {
    const cluster = new Cluster({ members: ensembleOf(5) });
    cluster.start();
    const leader = cluster.elect();
    cluster.propose(leader, "a");
    cluster.advance(1000);
    cluster.transfer(leader, 2);
    cluster.advance(15);
    expect(cluster.leader).toBe(2);
    for (const sid of cluster.sids)
      expect(cluster.core(sid).role).toMatchObject({ leader: 2, epoch: 2, canServe: true });
    expect(cluster.values(2)).toEqual(["a"]);
  });

  it("a server that is told to take over out of another epoch does not", () => {
    const lone = new Lone({ sid: 1 });
    lone.led(2, 3, GENESIS);
    lone.hear(2, { type: "transferLead", epoch: 2 });
    lone.hear(3, { type: "transferLead", epoch: 3 });
    expect(lone.core.role.role).toBe("following");
  });
});
